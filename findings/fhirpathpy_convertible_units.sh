#!/usr/bin/env bash
# 20 ng/mL and 20 ug/L, the same amount, are unequal.
# Version: PyPI fhirpathpy 2.2.4, fhirpathrs 0.1.5; npm fhirpath 5.2.2
# Guess: the units convert, so = is true; an engine that cannot convert answers with nothing (unknown).
# Seen: both Python engines answer false, a firm no, also for 1 mol = 1000 mmol; fhirpath says true.
# Harm: a vitamin D result in the other spelling of its unit is a known mismatch instead of an open question.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check fhirpathpy==2.2.4 fhirpathrs==0.1.5

cat > probe.py <<'END'
import fhirpathpy
import fhirpathrs

for rule in ("20 'ng/mL' = 20 'ug/L'", "1 'mol' = 1000 'mmol'"):
    print("fhirpathpy", rule, fhirpathpy.evaluate({}, rule))
    print("fhirpathrs", rule, fhirpathrs.evaluate(rule, {}))
END

python=$(env/bin/python probe.py)

npm init -y > package.log
npm install --silent --no-audit --no-fund fhirpath@5.2.2

cat > probe.cjs <<'END'
const fhirpath = require('fhirpath');
console.log('fhirpath', JSON.stringify(fhirpath.evaluate({}, "20 'ng/mL' = 20 'ug/L'")));
END

javascript=$(node probe.cjs)
seen=$(printf '%s\n%s' "$python" "$javascript")

expected=$(cat <<'END'
fhirpathpy 20 'ng/mL' = 20 'ug/L' [False]
fhirpathrs 20 'ng/mL' = 20 'ug/L' False
fhirpathpy 1 'mol' = 1000 'mmol' [False]
fhirpathrs 1 'mol' = 1000 'mmol' False
fhirpath [true]
END
)

echo "$seen"
if [ "$seen" != "$expected" ]; then
    echo "changed: the answer for equal amounts in other units" >&2
    echo "expected:" >&2
    echo "$expected" >&2
    exit 1
fi
echo "still so"
