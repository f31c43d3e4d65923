#!/usr/bin/env bash
# The absolute value of -2.7 is -2.7 in FHIRPath.
# Version: npm fhirpath 5.2.2, @atomic-ehr/fhirpath 0.1.4; PyPI fhirpathpy 2.2.4
# Guess: -2.7.abs() is 2.7, as in most languages.
# Seen: a method binds tighter than the minus, so the answer is -2.7 in all three engines; only (-2.7).abs() is
# 2.7.
# Harm: how far a T-score lies from a threshold is computed with the wrong sign; T-scores are mostly negative.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

npm init -y > package.log
npm install --silent --no-audit --no-fund fhirpath@5.2.2 @atomic-ehr/fhirpath@0.1.4

cat > probe.mjs <<'END'
import { createRequire } from 'module';
import { evaluate } from '@atomic-ehr/fhirpath';
const fhirpath = createRequire(import.meta.url)('fhirpath');
for (const rule of ['-2.7.abs()', '(-2.7).abs()']) {
  console.log('fhirpath', rule, JSON.stringify(fhirpath.evaluate({}, rule)));
  console.log('@atomic-ehr/fhirpath', rule, JSON.stringify(await evaluate(rule, { input: {} })));
}
END

javascript=$(node probe.mjs)

python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check fhirpathpy==2.2.4

cat > probe.py <<'END'
from fhirpathpy import evaluate

for rule in ("-2.7.abs()", "(-2.7).abs()"):
    print("fhirpathpy", rule, [str(value) for value in evaluate({}, rule)])
END

python=$(env/bin/python probe.py)
seen=$(printf '%s\n%s' "$javascript" "$python")

expected=$(cat <<'END'
fhirpath -2.7.abs() [-2.7]
@atomic-ehr/fhirpath -2.7.abs() [-2.7]
fhirpath (-2.7).abs() [2.7]
@atomic-ehr/fhirpath (-2.7).abs() [2.7]
fhirpathpy -2.7.abs() ['-2.7']
fhirpathpy (-2.7).abs() ['2.7']
END
)

echo "$seen"
if [ "$seen" != "$expected" ]; then
    echo "changed: how a method binds against the minus" >&2
    echo "expected:" >&2
    echo "$expected" >&2
    exit 1
fi
echo "still so"
