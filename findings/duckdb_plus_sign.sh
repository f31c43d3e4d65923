#!/usr/bin/env bash
# One score written +1.2 turns all T-scores into text.
# Version: PyPI duckdb 2.0.1, datafusion 55.0.0, polars 2.1.0, pyarrow 26.0.1
# Guess: a CSV column of +1.2, -2.7 and -0.4 is a column of numbers.
# Seen: duckdb and datafusion read text, so the minimum is '+1.2'; polars and pyarrow read numbers, minimum -2.7.
# Cast by hand, +1.2 is a number to duckdb too.
# Harm: the lowest T-score, which decides, is the best one, wherever a report prints the plus.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check duckdb==2.0.1 datafusion==55.0.0 polars==2.1.0 pyarrow==26.0.1

cat > probe.py <<'END'
import datafusion
import duckdb
import polars
import pyarrow.compute
import pyarrow.csv

with open("scores.csv", "w") as file:
    file.write("patient,score\n1,+1.2\n2,-2.7\n3,-0.4\n")
context = datafusion.SessionContext()
context.register_csv("scores", "scores.csv")
print("duckdb", repr(duckdb.sql("select min(score) from 'scores.csv'").fetchall()[0][0]))
print("duckdb, cast", repr(duckdb.sql("select min(score::double) from 'scores.csv'").fetchall()[0][0]))
print("datafusion", repr(context.sql("select min(score) as low from scores").to_pylist()[0]["low"]))
print("polars", repr(polars.read_csv("scores.csv")["score"].min()))
print("pyarrow", repr(pyarrow.compute.min(pyarrow.csv.read_csv("scores.csv")["score"]).as_py()))
END

seen=$(env/bin/python probe.py)

expected=$(cat <<'END'
duckdb '+1.2'
duckdb, cast -2.7
datafusion '+1.2'
polars -2.7
pyarrow -2.7
END
)

echo "$seen"
if [ "$seen" != "$expected" ]; then
    echo "changed: how a plus sign is read" >&2
    echo "expected:" >&2
    echo "$expected" >&2
    exit 1
fi
echo "still so"
