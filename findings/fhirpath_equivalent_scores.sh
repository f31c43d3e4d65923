#!/usr/bin/env bash
# Equivalence rounds both sides to the coarser of two numbers.
# Version: npm fhirpath 5.2.2, cql-execution 3.3.2; PyPI fhirpathpy 2.2.4, fhirpathrs 0.1.5
# Guess: ~ between numbers forgives trailing zeros only.
# Seen: -2.5 ~ -2.46 and -3 ~ -2.6 hold in three FHIRPath engines; for cql-execution the first does not.
# Harm: osteopenia (-2.46) is taken for osteoporosis (-2.5).
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

npm init -y > package.log
npm install --silent --no-audit --no-fund fhirpath@5.2.2 cql-execution@3.3.2

cat > probe.cjs <<'END'
const fhirpath = require('fhirpath');
const cql = require('cql-execution');
for (const rule of ['-2.5 ~ -2.46', '-3 ~ -2.6', '-2.5 = -2.46']) {
  console.log('fhirpath', rule, fhirpath.evaluate({}, rule)[0]);
}
const number = (value) => ({ type: 'Literal', valueType: '{urn:hl7-org:elm-types:r1}Decimal', value });
const expression = { type: 'Equivalent', operand: [number('-2.5'), number('-2.46')] };
const library = new cql.Library({ library: { identifier: { id: 'Probe' },
  schemaIdentifier: { id: 'urn:hl7-org:elm', version: 'r1' },
  statements: { def: [{ name: 'answer', context: 'Unfiltered', expression }] } } });
new cql.Executor(library).exec(new cql.PatientSource([]))
  .then((result) => console.log('cql-execution -2.5 ~ -2.46', result.unfilteredResults.answer));
END

javascript=$(node probe.cjs)

python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check fhirpathpy==2.2.4 fhirpathrs==0.1.5

cat > probe.py <<'END'
import fhirpathpy
import fhirpathrs

for rule in ("-2.5 ~ -2.46", "-3 ~ -2.6"):
    print("fhirpathpy", rule, fhirpathpy.evaluate({}, rule)[0])
    print("fhirpathrs", rule, fhirpathrs.evaluate(rule, {}))
END

python=$(env/bin/python probe.py)
seen=$(printf '%s\n%s' "$javascript" "$python")

expected=$(cat <<'END'
fhirpath -2.5 ~ -2.46 true
fhirpath -3 ~ -2.6 true
fhirpath -2.5 = -2.46 false
cql-execution -2.5 ~ -2.46 false
fhirpathpy -2.5 ~ -2.46 True
fhirpathrs -2.5 ~ -2.46 True
fhirpathpy -3 ~ -2.6 True
fhirpathrs -3 ~ -2.6 True
END
)

echo "$seen"
if [ "$seen" != "$expected" ]; then
    echo "changed: what equivalence of numbers forgives" >&2
    echo "expected:" >&2
    echo "$expected" >&2
    exit 1
fi
echo "still so"
