#!/usr/bin/env bash
# Wrapped in a struct or list, an unknown score equals another and beats a limit.
# Version: PyPI duckdb 2.0.1, datafusion 55.0.0
# Guess: comparing structs or lists that hold a NULL gives NULL, as for the NULL itself.
# Seen: two unknown scores are equal in both; [NULL] > [-2.5] in duckdb, [NULL] < [-2.5] in datafusion.
# Harm: a scan compared as a whole: unmeasured is the same as unmeasured, and better or worse than the threshold
# by the engine.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check duckdb==2.0.1 datafusion==55.0.0

cat > probe.py <<'END'
import datafusion
import duckdb

context = datafusion.SessionContext()
unknown, limit = "cast(null as double)", "cast(-2.5 as double)"
for name, rule in (("bare =", f"{unknown} = {unknown}"), ("list =", f"[{unknown}] = [{unknown}]"),
                   ("struct =", f"struct_pack(t := {unknown}) = struct_pack(t := {unknown})"),
                   ("list <", f"[{unknown}] < [{limit}]"), ("list >", f"[{unknown}] > [{limit}]")):
    other = rule.replace("struct_pack(t := ", "named_struct('t', ")
    print(name, "| duckdb", duckdb.sql(f"select {rule}").fetchall()[0][0],
          "| datafusion", context.sql(f"select {other} as answer").to_pylist()[0]["answer"])
END

seen=$(env/bin/python probe.py)

expected=$(cat <<'END'
bare = | duckdb None | datafusion None
list = | duckdb True | datafusion True
struct = | duckdb True | datafusion True
list < | duckdb False | datafusion True
list > | duckdb True | datafusion False
END
)

echo "$seen"
if [ "$seen" != "$expected" ]; then
    echo "changed: how a NULL inside compares" >&2
    echo "expected:" >&2
    echo "$expected" >&2
    exit 1
fi
echo "still so"
