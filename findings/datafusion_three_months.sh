#!/usr/bin/env bash
# Three months are longer than a thousand days.
# Version: PyPI datafusion 55.0.0, duckdb 2.0.1
# Guess: intervals compare by length, with a month of 30 days or so, or not at all.
# Seen: datafusion compares months first, then days: interval '3 months' >= '1000 days' is true, '92 days' >= '3
# months' is false; duckdb says the opposite of both.
# Harm: "steroids for three months or more" misses a stored 92 days and every other count of days.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check datafusion==55.0.0 duckdb==2.0.1

cat > probe.py <<'END'
import datafusion
import duckdb

context = datafusion.SessionContext()
for left, right in (("3 months", "1000 days"), ("92 days", "3 months"), ("400 days", "1 month")):
    rule = f"interval '{left}' >= interval '{right}'"
    row = context.sql(f"select {rule} as answer").to_pylist()[0]
    print(left, ">=", right, "| datafusion", row["answer"], "| duckdb", duckdb.sql(f"select {rule}").fetchall()[0][0])
END

seen=$(env/bin/python probe.py)

expected=$(cat <<'END'
3 months >= 1000 days | datafusion True | duckdb False
92 days >= 3 months | datafusion False | duckdb True
400 days >= 1 month | datafusion False | duckdb True
END
)

echo "$seen"
if [ "$seen" != "$expected" ]; then
    echo "changed: how intervals compare" >&2
    echo "expected:" >&2
    echo "$expected" >&2
    exit 1
fi
echo "still so"
