#!/usr/bin/env bash
# One JSON rule, two answers for a vitamin D that was never measured.
# Version: npm json-logic-js 2.0.5, json-logic-engine 5.0.7; PyPI json-logic-qubit 0.9.1
# Guess: the same JsonLogic rule gives the same answer in the browser and on the server.
# Seen: with t missing, t < 30 and t > -1 are both true in JavaScript and both false in Python; max of -2.7 and
# null is 0 in one and raises in the others.
# Harm: in the browser an unmeasured vitamin D is a deficiency and an unmeasured T-score is normal.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

npm init -y > package.log
npm install --silent --no-audit --no-fund json-logic-js@2.0.5 json-logic-engine@5.0.7

cat > probe.cjs <<'END'
const logic = require('json-logic-js');
const { LogicEngine } = require('json-logic-engine');
const engine = new LogicEngine();
for (const rule of [{ '<': [{ var: 't' }, 30] }, { '>': [{ var: 't' }, -1] }, { max: [-2.7, null] }]) {
  let second;
  try { second = engine.run(rule, {}); } catch (error) { second = 'raises'; }
  console.log(JSON.stringify(rule), '| json-logic-js', logic.apply(rule, {}), '| json-logic-engine', second);
}
END

javascript=$(node probe.cjs)

python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check json-logic-qubit==0.9.1

cat > probe.py <<'END'
from json_logic import jsonLogic

for rule in ({"<": [{"var": "t"}, 30]}, {">": [{"var": "t"}, -1]}, {"max": [-2.7, None]}):
    try:
        print(rule, "| json-logic-qubit", jsonLogic(rule, {}))
    except TypeError:
        print(rule, "| json-logic-qubit raises")
END

python=$(env/bin/python probe.py)
seen=$(printf '%s\n%s' "$javascript" "$python")

expected=$(cat <<'END'
{"<":[{"var":"t"},30]} | json-logic-js true | json-logic-engine true
{">":[{"var":"t"},-1]} | json-logic-js true | json-logic-engine true
{"max":[-2.7,null]} | json-logic-js 0 | json-logic-engine raises
{'<': [{'var': 't'}, 30]} | json-logic-qubit False
{'>': [{'var': 't'}, -1]} | json-logic-qubit False
{'max': [-2.7, None]} | json-logic-qubit raises
END
)

echo "$seen"
if [ "$seen" != "$expected" ]; then
    echo "changed: what a missing value compares as" >&2
    echo "expected:" >&2
    echo "$expected" >&2
    exit 1
fi
echo "still so"
