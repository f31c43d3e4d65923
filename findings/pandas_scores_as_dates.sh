#!/usr/bin/env bash
# A column of T-scores passes as a column of dates.
# Version: PyPI pandas 3.1.1, pendulum 3.3.0
# Guess: to_datetime(errors="coerce") leaves NaT for -2.7, for a vertebra and for a LOINC code.
# Seen: -2.7 is July of the year -2, -0.4 April of the year 0, T12 (a vertebra) 12 January of the year 1 or noon
# today in pendulum, 1989-3 (25-OH vitamin D) March 1989.
# Harm: a column of scores is taken for a column of dates, and a vertebra for a day.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check pandas==3.1.1 pendulum==3.3.0 python-dateutil==4.0.0 numpy==2.4.6

cat > probe.py <<'END'
import warnings
import pandas
import pendulum

warnings.simplefilter("ignore")
for values in (["-2.7", "-0.4"], ["2.7", "0.4"], ["T12"], ["1989-3"]):
    dates = pandas.to_datetime(pandas.Series(values), errors="coerce")
    print(values, "all dates", bool(dates.notna().all()), [str(date)[:10] for date in dates])
print("pendulum T12", pendulum.parse("T12").strftime("%H:%M"))
END

seen=$(env/bin/python probe.py)

expected=$(cat <<'END'
['-2.7', '-0.4'] all dates True ['-002-07-01', '0000-04-01']
['2.7', '0.4'] all dates False ['NaT', 'NaT']
['T12'] all dates True ['0001-01-12']
['1989-3'] all dates True ['1989-03-01']
pendulum T12 12:00
END
)

echo "$seen"
if [ "$seen" != "$expected" ]; then
    echo "changed: what passes as a date" >&2
    echo "expected:" >&2
    echo "$expected" >&2
    exit 1
fi
echo "still so"
