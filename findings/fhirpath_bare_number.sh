#!/usr/bin/env bash
# A rule "value < -2.5" finds the hip in one engine only.
# Version: npm fhirpath 5.2.2, @atomic-ehr/fhirpath 0.1.4
# Guess: a T-score quantity (unit {T-score}) against a bare number is true, or is refused by every engine.
# Seen: fhirpath takes the number as a quantity and finds the hip; @atomic-ehr/fhirpath finds nothing, without a
# word, until the rule carries a unit.
# Harm: a registry search for osteoporosis comes back empty.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

npm init -y > package.log
npm install --silent --no-audit --no-fund fhirpath@5.2.2 @atomic-ehr/fhirpath@0.1.4

cat > probe.mjs <<'END'
import { createRequire } from 'module';
import { evaluate } from '@atomic-ehr/fhirpath';
const require = createRequire(import.meta.url);
const fhirpath = require('fhirpath');
const model = require('fhirpath/fhir-context/r4');
const scan = { resourceType: 'Observation', status: 'final', code: { text: 'bone density' }, component: [
  { code: { text: 'hip' }, valueQuantity: { value: -2.7, system: 'http://unitsofmeasure.org', code: '{T-score}' } },
  { code: { text: 'spine' }, valueQuantity: { value: -1.0, system: 'http://unitsofmeasure.org', code: '{T-score}' } }] };
for (const limit of ['-2.5', "-2.5 '{T-score}'"]) {
  const rule = `Observation.component.where(value < ${limit}).code.text`;
  console.log('fhirpath', limit, JSON.stringify(fhirpath.evaluate(scan, rule, {}, model)));
  console.log('@atomic-ehr/fhirpath', limit, JSON.stringify(await evaluate(rule, { input: scan })));
}
END

seen=$(node probe.mjs)

expected=$(cat <<'END'
fhirpath -2.5 ["hip"]
@atomic-ehr/fhirpath -2.5 []
fhirpath -2.5 '{T-score}' ["hip"]
@atomic-ehr/fhirpath -2.5 '{T-score}' ["hip"]
END
)

echo "$seen"
if [ "$seen" != "$expected" ]; then
    echo "changed: a quantity against a bare number" >&2
    echo "expected:" >&2
    echo "$expected" >&2
    exit 1
fi
echo "still so"
