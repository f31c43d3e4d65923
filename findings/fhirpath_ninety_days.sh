#!/usr/bin/env bash
# Ninety days are three months in FHIRPath and not in CQL.
# Version: npm fhirpath 5.2.2, cql-execution 3.3.2
# Guess: the two HL7 languages agree, and a year is the same length on both sides of an equation.
# Seen: fhirpath says 90 days >= 3 months; cql-execution says no. To fhirpath 1 year is 12 months and 365 days,
# yet 12 months are 360 days.
# Harm: the rule "glucocorticoids for three months or more" fires in one engine only.
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
for (const rule of ['90 days >= 3 months', '1 year = 12 months', '1 year = 365 days', '12 months = 365 days',
    '12 months = 360 days']) console.log('fhirpath', rule, fhirpath.evaluate({}, rule)[0]);
run('90 days >= 3 months', { type: 'GreaterOrEqual', operand: [quantity(90, 'days'), quantity(3, 'months')] })
  .then(() => run('1 year = 365 days', { type: 'Equal', operand: [quantity(1, 'year'), quantity(365, 'days')] }));
END

seen=$(node probe.cjs)

expected=$(cat <<'END'
fhirpath 90 days >= 3 months true
fhirpath 1 year = 12 months true
fhirpath 1 year = 365 days true
fhirpath 12 months = 365 days false
fhirpath 12 months = 360 days true
cql-execution 90 days >= 3 months false
cql-execution 1 year = 365 days false
END
)

echo "$seen"
if [ "$seen" != "$expected" ]; then
    echo "changed: how months and days compare" >&2
    echo "expected:" >&2
    echo "$expected" >&2
    exit 1
fi
echo "still so"
