#!/usr/bin/env bash
# A FHIRPath engine whose numbers never compare.
# Version: npm fhir 4.12.0 (a serializer, validator and FHIRPath evaluator)
# Guess: value = -2.7 is true for a value of -2.7, and 5 = 7 is false.
# Seen: text compares well; a stored number never equals a literal, < finds nothing, and 5 = 7 and 50 nmol/L = 7
# mg are true.
# Harm: no T-score ever meets a threshold, and every vitamin D equals every limit.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

npm init -y > package.log
npm install --silent --no-audit --no-fund fhir@4.12.0

cat > probe.cjs <<'END'
const { FhirPath } = require('fhir');
const scan = { resourceType: 'Observation', status: 'final', code: { text: 'bone density' }, component: [
  { code: { text: 'hip' }, valueQuantity: { value: -2.7, system: 'http://unitsofmeasure.org', code: '{T-score}' } },
  { code: { text: 'spine' }, valueQuantity: { value: -1.0, system: 'http://unitsofmeasure.org', code: '{T-score}' } }] };
const hip = "Observation.component.where(code.text = 'hip').valueQuantity.value";
for (const rule of ["Observation.status = 'final'", "Observation.status = 'amended'", hip, `${hip} = -2.7`,
    'Observation.component.where(valueQuantity.value < -2.5).code.text', '5 = 7',
    "50 'nmol/L' = 20 'ng/mL'", "50 'nmol/L' = 7 'mg'"]) {
  console.log(rule, JSON.stringify(new FhirPath(structuredClone(scan)).evaluate(rule)));
}
END

seen=$(node probe.cjs)

expected=$(cat <<'END'
Observation.status = 'final' true
Observation.status = 'amended' false
Observation.component.where(code.text = 'hip').valueQuantity.value [-2.7]
Observation.component.where(code.text = 'hip').valueQuantity.value = -2.7 false
Observation.component.where(valueQuantity.value < -2.5).code.text []
5 = 7 true
50 'nmol/L' = 20 'ng/mL' true
50 'nmol/L' = 7 'mg' true
END
)

echo "$seen"
if [ "$seen" != "$expected" ]; then
    echo "changed: the comparison of numbers" >&2
    echo "expected:" >&2
    echo "$expected" >&2
    exit 1
fi
echo "still so"
