#!/usr/bin/env bash
# Two half years after 2025 it is still 2025.
# Version: npm fhirpath 5.2.2, @atomic-ehr/fhirpath 0.1.4; PyPI fhirpathrs 0.1.5
# Guess: adding six months twice is adding twelve months once, also to a date known by year only.
# Seen: @2025 + 12 months is 2026, + 6 months + 6 months is 2025 in two engines (each sum is cut to the year) and
# 2026 in the third.
# Harm: a course of half-yearly injections that began "in 2025" never leaves that year.
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
for (const rule of ['@2025 + 12 months', '@2025 + 6 months + 6 months']) {
  console.log('fhirpath', rule, String(fhirpath.evaluate({}, rule)[0]));
  console.log('@atomic-ehr/fhirpath', rule, String((await evaluate(rule, { input: {} }))[0]));
}
END

javascript=$(node probe.mjs)

python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check fhirpathrs==0.1.5

cat > probe.py <<'END'
from fhirpathrs import evaluate

for rule in ("@2025 + 12 months", "@2025 + 6 months + 6 months"):
    print("fhirpathrs", rule, evaluate(rule, {}))
END

python=$(env/bin/python probe.py)
seen=$(printf '%s\n%s' "$javascript" "$python")

expected=$(cat <<'END'
fhirpath @2025 + 12 months 2026
@atomic-ehr/fhirpath @2025 + 12 months @2026
fhirpath @2025 + 6 months + 6 months 2025
@atomic-ehr/fhirpath @2025 + 6 months + 6 months @2025
fhirpathrs @2025 + 12 months 2026
fhirpathrs @2025 + 6 months + 6 months 2026
END
)

echo "$seen"
if [ "$seen" != "$expected" ]; then
    echo "changed: the sum of a partial date and months" >&2
    echo "expected:" >&2
    echo "$expected" >&2
    exit 1
fi
echo "still so"
