#!/usr/bin/env bash
# Two ways to write the same thyrotropin unit cannot be converted.
# Version: npm @lhncbc/ucum-lhc 7.1.10, fhirpath 5.2.2, @atomic-ehr/ucum 0.2.5
# Guess: m[IU]/L and u[IU]/mL convert one to one: same unit, other prefixes.
# Seen: ucum-lhc refuses, since the unit is arbitrary; fhirpath calls 2 of one unequal to 2 of the other;
# @atomic-ehr/ucum says 2.
# Harm: a suppressed thyrotropin, a cause of bone loss, never meets its threshold.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

npm init -y > package.log
npm install --silent --no-audit --no-fund @lhncbc/ucum-lhc@7.1.10 fhirpath@5.2.2 @atomic-ehr/ucum@0.2.5

cat > probe.mjs <<'END'
import { createRequire } from 'module';
import { ucum as atomic } from '@atomic-ehr/ucum';
const require = createRequire(import.meta.url);
const lister = require('@lhncbc/ucum-lhc').UcumLhcUtils.getInstance();
const fhirpath = require('fhirpath');
const result = lister.convertUnitTo('m[IU]/L', 2, 'u[IU]/mL');
console.log('ucum-lhc', result.status, result.msg[0]);
console.log('fhirpath', JSON.stringify(fhirpath.evaluate({}, "2 'm[IU]/L' = 2 'u[IU]/mL'")));
console.log('@atomic-ehr/ucum', atomic.convert(2, 'm[IU]/L', 'u[IU]/mL'));
END

seen=$(node probe.mjs)

expected=$(cat <<'END'
ucum-lhc failed Attempt to convert to arbitrary unit "u[IU]/mL"
fhirpath [false]
@atomic-ehr/ucum 2
END
)

echo "$seen"
if [ "$seen" != "$expected" ]; then
    echo "changed: the conversion between prefixes of an international unit" >&2
    echo "expected:" >&2
    echo "$expected" >&2
    exit 1
fi
echo "still so"
