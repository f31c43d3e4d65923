#!/usr/bin/env bash
# A year equals each of its months, and sorting leaves days out of order.
# Version: PyPI fhirdatetime 1.1.0
# Guess: 2026 against 2026-03 is unequal or raises; sorting puts known days in order.
# Seen: 2026 equals 2026-03 and 2026-04 (which differ), a set of the three has one member, and [03-05, 2026,
# 03-02] counts as sorted.
# Harm: scans dated by year swallow others of that year, and "the latest" T-score is not the latest.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check fhirdatetime==1.1.0

cat > probe.py <<'END'
from fhirdatetime import FhirDateTime as Moment

year, march, april = Moment(2026), Moment(2026, 3), Moment(2026, 4)
print("2026 = 2026-03", year == march, "2026 = 2026-04", year == april, "2026-03 = 2026-04", march == april)
print("in a set", len({year, march, april}))
scans = [Moment(2026, 3, 5), Moment(2026), Moment(2026, 3, 2)]
print("sorted", [str(scan) for scan in sorted(scans)])
print("latest", max(Moment(2026), Moment(2026, 11, 1), Moment(2026, 2, 1)))
END

seen=$(env/bin/python probe.py)

expected=$(cat <<'END'
2026 = 2026-03 True 2026 = 2026-04 True 2026-03 = 2026-04 False
in a set 1
sorted ['2026-03-05', '2026', '2026-03-02']
latest 2026
END
)

echo "$seen"
if [ "$seen" != "$expected" ]; then
    echo "changed: how partial dates compare" >&2
    echo "expected:" >&2
    echo "$expected" >&2
    exit 1
fi
echo "still so"
