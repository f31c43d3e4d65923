#!/usr/bin/env bash
# Serum creatinine asked by its name converts as urine.
# Version: PyPI labunits 0.2.1
# Guess: the name Creatinine means the serum test, or is refused as ambiguous.
# Seen: seven names stand for two tests each and the later entry wins: 1 mg/dL becomes 8.84, the factor of a day
# of urine, not 88.4; Magnesium takes the factor of mEq/L.
# Harm: an eGFR from this creatinine is of another person; every renal limit of a bone drug is missed.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check labunits==0.2.1

cat > probe.py <<'END'
from collections import Counter
from labunits.converters import analytes, conversion_factor, si_unit, traditional_unit

for name in ("2160-0", "Creatinine", "19123-9", "Magnesium"):
    print(name, traditional_unit(name), si_unit(name).replace("\u03bc", "u"), conversion_factor(name))
names = Counter(entry.name for entry in analytes())
print("shared", sorted(name for name, count in names.items() if count > 1))
END

seen=$(env/bin/python probe.py)

expected=$(cat <<'END'
2160-0 mg/dL umol/L 88.4
Creatinine g/24 h mmol/day 8.84
19123-9 mg/dL mmol/L 0.4114
Magnesium mEq/L mmol/L 0.5
shared ['Chloride', 'Creatinine', 'Glucose', 'Magnesium', 'Methemoglobin', 'Norepinephrine', 'Osmolality']
END
)

echo "$seen"
if [ "$seen" != "$expected" ]; then
    echo "changed: which test a name stands for" >&2
    echo "expected:" >&2
    echo "$expected" >&2
    exit 1
fi
echo "still so"
