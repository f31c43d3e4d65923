#!/usr/bin/env bash
# The decimal point of 1.73 multiplies in a UCUM unit.
# Version: npm @atomic-ehr/ucum 0.2.5, ucum 0.0.7, @lhncbc/ucum-lhc 7.1.10
# Guess: mL/min/1.73.m2 is refused, or divides by 1.73.
# Seen: the point is the product sign, so the unit is mL/min, over 1, times 73, times m2: 60 becomes 4380
# mL/min.m2 in all three.
# Harm: a kidney function written in this common form is 126 times off wherever it is converted.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

npm init -y > package.log
npm install --silent --no-audit --no-fund @atomic-ehr/ucum@0.2.5 ucum@0.0.7 @lhncbc/ucum-lhc@7.1.10

cat > probe.mjs <<'END'
import { createRequire } from 'module';
import { ucum as atomic } from '@atomic-ehr/ucum';
const require = createRequire(import.meta.url);
const early = require('ucum');
const lister = require('@lhncbc/ucum-lhc').UcumLhcUtils.getInstance();
const [from, to] = ['mL/min/1.73.m2', 'mL/min.m2'];
console.log('@atomic-ehr/ucum', atomic.convert(60, from, to).toFixed(3));
console.log('ucum', early.convert(60, from, to).toFixed(3));
console.log('ucum-lhc', lister.convertUnitTo(from, 60, to).toVal.toFixed(3));
END

seen=$(node probe.mjs)

expected=$(cat <<'END'
@atomic-ehr/ucum 4380.000
ucum 4380.000
ucum-lhc 4380.000
END
)

echo "$seen"
if [ "$seen" != "$expected" ]; then
    echo "changed: the reading of a point inside a unit" >&2
    echo "expected:" >&2
    echo "$expected" >&2
    exit 1
fi
echo "still so"
