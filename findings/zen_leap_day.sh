#!/usr/bin/env bash
# A year after 29 February is an invalid date, twelve months after is not.
# Version: PyPI zen-engine 2.1.3
# Guess: adding a year clamps to 28 February, as adding months clamps to the last day.
# Seen: add(6, month) to 31 August gives 28 February; add(1, year) to 29 February 2024 gives "Invalid date", a
# text and no error.
# Harm: the next yearly zoledronate infusion has no date, for good.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check zen-engine==2.1.3

cat > probe.py <<'END'
import zen

for step in ("d('2025-08-31').add(6, 'month')", "d('2024-02-29').add(12, 'month')", "d('2024-02-29').add(1, 'year')"):
    print(step, zen.evaluate_expression(step + ".format('%Y-%m-%d')", {}))
END

seen=$(env/bin/python probe.py)

expected=$(cat <<'END'
d('2025-08-31').add(6, 'month') 2026-02-28
d('2024-02-29').add(12, 'month') 2025-02-28
d('2024-02-29').add(1, 'year') Invalid date
END
)

echo "$seen"
if [ "$seen" != "$expected" ]; then
    echo "changed: a year after a leap day" >&2
    echo "expected:" >&2
    echo "$expected" >&2
    exit 1
fi
echo "still so"
