#!/usr/bin/env bash
# A score that is "unknown" is above every limit, and is the highest of all.
# Version: PyPI clingo 5.8.3 (answer set programming)
# Guess: comparing the word unknown with a number is an error, or holds of neither side, as for a missing fact.
# Seen: every word is greater than every number, without a warning: unknown > -25 is true, unknown <= -25 false, #max
# over scores is the word, #min passes over it.
# Harm: whoever was never measured passes the rule for normal density.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check clingo==5.8.3

cat > probe.py <<'END'
import clingo

# Tenths of a T-score, for there are whole numbers only.
PROGRAM = """
score(low, -31). score(never_measured, unknown). score(normal, -3).
above(P) :- score(P, S), S > -25.
below(P) :- score(P, S), S <= -25.
highest(M) :- M = #max { S : score(_, S) }.
lowest(M) :- M = #min { S : score(_, S) }.
#show above/1. #show below/1. #show highest/1. #show lowest/1.
"""
control = clingo.Control(["--warn=all"], logger=lambda code, text: print("warned:", text))
control.add("base", [], PROGRAM)
control.ground([("base", [])])
control.solve(on_model=lambda model: print(*sorted(map(str, model.symbols(shown=True))), sep="\n"))
END

seen=$(env/bin/python probe.py)

expected=$(cat <<'END'
above(never_measured)
above(normal)
below(low)
highest(unknown)
lowest(-31)
END
)

echo "$seen"
if [ "$seen" != "$expected" ]; then
    echo "changed: how a word compares with a number" >&2
    echo "expected:" >&2
    echo "$expected" >&2
    exit 1
fi
echo "still so"
