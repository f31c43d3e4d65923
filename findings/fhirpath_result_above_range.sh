#!/usr/bin/env bash
# A kidney function of ">60" is at most 60.
# Version: npm fhirpath 5.2.2, @atomic-ehr/fhirpath 0.1.4; PyPI fhirpathrs 0.1.5
# Guess: a quantity with the comparator > compares as unknown, or as above.
# Seen: two engines ignore the comparator: value > 60 is false, = 60 and <= 60 are true; fhirpath raises, yet its
# value.value is a plain 60.
# Harm: a healthy kidney reported as ">60" falls on the wrong side of a limit.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

npm init -y > package.log
npm install --silent --no-audit --no-fund fhirpath@5.2.2 @atomic-ehr/fhirpath@0.1.4

cat > probe.mjs <<'END'
import { createRequire } from 'module';
import fs from 'fs';
import { evaluate } from '@atomic-ehr/fhirpath';
const require = createRequire(import.meta.url);
const fhirpath = require('fhirpath');
const model = require('fhirpath/fhir-context/r4');
const scan = { resourceType: 'Observation', status: 'final', code: { text: 'eGFR' }, valueQuantity: { value: 60,
  comparator: '>', unit: 'mL/min', system: 'http://unitsofmeasure.org', code: 'mL/min' } };
fs.writeFileSync('scan.json', JSON.stringify(scan));
for (const rule of ["Observation.value > 60 'mL/min'", "Observation.value <= 60 'mL/min'", 'Observation.value.value']) {
  let answer;
  try { answer = fhirpath.evaluate(scan, rule, {}, model)[0]; } catch (error) { answer = error.message; }
  console.log('fhirpath', rule, answer);
  console.log('@atomic-ehr/fhirpath', rule, (await evaluate(rule, { input: scan }))[0]);
}
END

javascript=$(node probe.mjs)

python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check fhirpathrs==0.1.5

cat > probe.py <<'END'
import json
from fhirpathrs import evaluate

for rule in ("Observation.value > 60 'mL/min'", "Observation.value <= 60 'mL/min'"):
    print("fhirpathrs", rule, evaluate(rule, json.load(open("scan.json"))))
END

python=$(env/bin/python probe.py)
seen=$(printf '%s\n%s' "$javascript" "$python")

expected=$(cat <<'END'
fhirpath Observation.value > 60 'mL/min' Cannot convert a FHIR.Quantity that has a comparator
@atomic-ehr/fhirpath Observation.value > 60 'mL/min' false
fhirpath Observation.value <= 60 'mL/min' Cannot convert a FHIR.Quantity that has a comparator
@atomic-ehr/fhirpath Observation.value <= 60 'mL/min' true
fhirpath Observation.value.value 60
@atomic-ehr/fhirpath Observation.value.value 60
fhirpathrs Observation.value > 60 'mL/min' False
fhirpathrs Observation.value <= 60 'mL/min' True
END
)

echo "$seen"
if [ "$seen" != "$expected" ]; then
    echo "changed: how a comparator counts" >&2
    echo "expected:" >&2
    echo "$expected" >&2
    exit 1
fi
echo "still so"
