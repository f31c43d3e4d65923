#!/usr/bin/env bash
# The solver names an optimum and hands over a model far from it.
# Version: PyPI z3-solver 5.4.1.0
# Guess: minimize x with x > -2.5 and x < 0 has no answer, or the model comes as near to -2.5 as it can.
# Seen: the objective is reported as -5/2 + epsilon, the check as sat, and the model of the same check has x =
# -3/2.
# Harm: searching the lowest T-score that is still osteopenia, the example shown is -1.5, and nothing says that it
# is not the limit.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check z3-solver==5.4.1.0

cat > probe.py <<'END'
from z3 import Optimize, Real

for closed in (False, True):
    search, score = Optimize(), Real("score")
    search.add(score >= -2.5 if closed else score > -2.5, score < 0)
    lowest = search.minimize(score)
    print("with >=" if closed else "with >", search.check(), "| optimum", lowest.value(), "| model", search.model()[score])
END

seen=$(env/bin/python probe.py)

expected=$(cat <<'END'
with > sat | optimum -5/2 + epsilon | model -3/2
with >= sat | optimum -5/2 | model -5/2
END
)

echo "$seen"
if [ "$seen" != "$expected" ]; then
    echo "changed: the model at an open limit" >&2
    echo "expected:" >&2
    echo "$expected" >&2
    exit 1
fi
echo "still so"
