#!/usr/bin/env bash
# Half a year after a dose is the same day in FHIRPath.
# Version: npm fhirpath 5.2.2, cql-execution 3.3.2; PyPI fhirpathrs 0.1.5
# Guess: date + 0.5 years is date + 6 months, or is refused.
# Seen: fhirpath drops the fraction and adds nothing, cql-execution adds 182 days, fhirpathrs six months; 1.5
# months is one month to fhirpath.
# Harm: the next half-yearly denosumab is due on the day of the last one, or two days early.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

npm init -y > package.log
npm install --silent --no-audit --no-fund fhirpath@5.2.2 cql-execution@3.3.2

cat > probe.cjs <<'END'
const cql = require('cql-execution');
const quantity = (value, unit) => ({ type: 'Quantity', value, unit });
function run(name, expression) {
  const library = new cql.Library({ library: { identifier: { id: 'Probe' },
    schemaIdentifier: { id: 'urn:hl7-org:elm', version: 'r1' },
    statements: { def: [{ name: 'answer', context: 'Unfiltered', expression }] } } });
  return new cql.Executor(library).exec(new cql.PatientSource([]))
    .then((result) => console.log('cql-execution', name, String(result.unfilteredResults.answer)));
}

const fhirpath = require('fhirpath');
for (const rule of ['@2025-03-01 + 6 months', '@2025-03-01 + 0.5 years', '@2025-03-01 + 1.5 months']) {
  console.log('fhirpath', rule, String(fhirpath.evaluate({}, rule)[0]));
}
const part = (value) => ({ type: 'Literal', valueType: '{urn:hl7-org:elm-types:r1}Integer', value });
const day = { type: 'Date', year: part('2025'), month: part('3'), day: part('1') };
run('@2025-03-01 + 0.5 years', { type: 'Add', operand: [day, quantity(0.5, 'years')] });
END

javascript=$(node probe.cjs)

python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check fhirpathrs==0.1.5

cat > probe.py <<'END'
from fhirpathrs import evaluate

print("fhirpathrs @2025-03-01 + 0.5 years", evaluate("@2025-03-01 + 0.5 years", {}))
END

python=$(env/bin/python probe.py)
seen=$(printf '%s\n%s' "$javascript" "$python")

expected=$(cat <<'END'
fhirpath @2025-03-01 + 6 months 2025-09-01
fhirpath @2025-03-01 + 0.5 years 2025-03-01
fhirpath @2025-03-01 + 1.5 months 2025-04-01
cql-execution @2025-03-01 + 0.5 years 2025-08-30
fhirpathrs @2025-03-01 + 0.5 years 2025-09-01
END
)

echo "$seen"
if [ "$seen" != "$expected" ]; then
    echo "changed: what half a calendar year adds" >&2
    echo "expected:" >&2
    echo "$expected" >&2
    exit 1
fi
echo "still so"
