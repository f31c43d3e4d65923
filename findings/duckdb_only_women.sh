#!/usr/bin/env bash
# In a file of women only, the sex is False.
# Version: PyPI duckdb 2.0.1, polars 2.1.0
# Guess: a CSV column of F is text, with or without an M in it.
# Seen: without an M the column is read as BOOLEAN (F for false, as T for true): Python gets False; one man in the
# file makes it text again. polars reads F.
# Harm: an osteoporosis clinic has such files: the sex of every patient is false, and a code of F is unknown
# downstream.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check duckdb==2.0.1 polars==2.1.0

cat > probe.py <<'END'
import duckdb
import polars

for name, rows in (("women", "1,F\n2,F\n"), ("mixed", "1,F\n2,M\n")):
    with open(f"{name}.csv", "w") as file:
        file.write("patient,sex\n" + rows)
    column = [row[0] for row in duckdb.sql(f"select sex from '{name}.csv'").fetchall()]
    kind = duckdb.sql(f"select sex from '{name}.csv'").types[0]
    print(name, "| duckdb", column, kind, "| polars", polars.read_csv(f"{name}.csv")["sex"].to_list())
END

seen=$(env/bin/python probe.py)

expected=$(cat <<'END'
women | duckdb [False, False] BOOLEAN | polars ['F', 'F']
mixed | duckdb ['F', 'M'] VARCHAR | polars ['F', 'M']
END
)

echo "$seen"
if [ "$seen" != "$expected" ]; then
    echo "changed: how a column of F is read" >&2
    echo "expected:" >&2
    echo "$expected" >&2
    exit 1
fi
echo "still so"
