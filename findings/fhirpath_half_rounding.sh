#!/usr/bin/env bash
# A T-score of -2.45 rounds to either side of the threshold.
# Version: npm fhirpath 5.2.2, @atomic-ehr/fhirpath 0.1.4; PyPI fhirpathpy 2.2.4, fhirpathrs 0.1.5
# Guess: round(1) is the same everywhere, and the same for 2.45 and -2.45.
# Seen: fhirpath gives -2.4 but 2.5, fhirpathpy -2.4 and 2.4, the other two -2.5 and 2.5.
# Harm: rounded to one digit before the rule <= -2.5, a person has osteoporosis in two engines and not in the
# other two.
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
for (const rule of ['(-2.45).round(1)', '2.45.round(1)', '(-2.45).round(1) <= -2.5']) {
  console.log('fhirpath', rule, fhirpath.evaluate({}, rule)[0]);
  console.log('@atomic-ehr/fhirpath', rule, (await evaluate(rule, { input: {} }))[0]);
}
END

javascript=$(node probe.mjs)

python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check fhirpathpy==2.2.4 fhirpathrs==0.1.5

cat > probe.py <<'END'
import fhirpathpy
import fhirpathrs

for rule in ("(-2.45).round(1)", "2.45.round(1)", "(-2.45).round(1) <= -2.5"):
    print("fhirpathpy", rule, fhirpathpy.evaluate({}, rule)[0])
    print("fhirpathrs", rule, fhirpathrs.evaluate(rule, {}))
END

python=$(env/bin/python probe.py)
seen=$(printf '%s\n%s' "$javascript" "$python")

expected=$(cat <<'END'
fhirpath (-2.45).round(1) -2.4
@atomic-ehr/fhirpath (-2.45).round(1) -2.5
fhirpath 2.45.round(1) 2.5
@atomic-ehr/fhirpath 2.45.round(1) 2.5
fhirpath (-2.45).round(1) <= -2.5 false
@atomic-ehr/fhirpath (-2.45).round(1) <= -2.5 true
fhirpathpy (-2.45).round(1) -2.4
fhirpathrs (-2.45).round(1) -2.5
fhirpathpy 2.45.round(1) 2.4
fhirpathrs 2.45.round(1) 2.5
fhirpathpy (-2.45).round(1) <= -2.5 False
fhirpathrs (-2.45).round(1) <= -2.5 True
END
)

echo "$seen"
if [ "$seen" != "$expected" ]; then
    echo "changed: how a half is rounded" >&2
    echo "expected:" >&2
    echo "$expected" >&2
    exit 1
fi
echo "still so"
