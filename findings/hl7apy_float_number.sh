#!/usr/bin/env bash
# A T-score of -2.7 is written with fifty digits.
# Version: PyPI hl7apy 1.3.5
# Guess: the number type NM (at most 16 characters) writes the float -2.7 as -2.7, or refuses it as too long.
# Seen: a real number is documented as accepted; it is written as
# -2.70000000000000017763568394002504646778106689453125.
# Harm: a result three times as long as its type allows: a receiver that checks refuses it, one that compares text
# never finds -2.7.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check hl7apy==1.3.5

cat > probe.py <<'END'
from decimal import Decimal
from hl7apy.base_datatypes import NM

for value in (-2.7, -2.5, Decimal("-2.7")):
    number = NM(value)
    print(type(value).__name__, value, "written", number.to_er7(), "longest", number.max_length)
END

seen=$(env/bin/python probe.py)

expected=$(cat <<'END'
float -2.7 written -2.70000000000000017763568394002504646778106689453125 longest 16
float -2.5 written -2.5 longest 16
Decimal -2.7 written -2.7 longest 16
END
)

echo "$seen"
if [ "$seen" != "$expected" ]; then
    echo "changed: how a real number is written" >&2
    echo "expected:" >&2
    echo "$expected" >&2
    exit 1
fi
echo "still so"
