#!/usr/bin/env bash
# Milliequivalents of calcium become millimoles one for one.
# Version: npm @atomic-ehr/ucum 0.2.5, ucum 0.0.7, @lhncbc/ucum-lhc 7.1.10
# Guess: converting meq/L to mmol/L is refused, or divides by the charge.
# Seen: two libraries give 4.8 mmol/L for 4.8 meq/L of calcium (right is 2.4: charge 2); the third refuses until
# told the charge.
# Harm: a normal calcium turns into a deadly one.
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
console.log('@atomic-ehr/ucum', atomic.convert(4.8, 'meq/L', 'mmol/L'));
console.log('ucum', early.convert(4.8, 'meq/L', 'mmol/L'));
console.log('ucum-lhc', lister.convertUnitTo('meq/L', 4.8, 'mmol/L').status);
const told = lister.convertUnitTo('meq/L', 4.8, 'mmol/L', { molecularWeight: 40.08, charge: 2 });
console.log('ucum-lhc, charge 2', told.toVal);
END

seen=$(node probe.mjs)

expected=$(cat <<'END'
@atomic-ehr/ucum 4.8
ucum 4.8
ucum-lhc failed
ucum-lhc, charge 2 2.4
END
)

echo "$seen"
if [ "$seen" != "$expected" ]; then
    echo "changed: the conversion from equivalents to moles" >&2
    echo "expected:" >&2
    echo "$expected" >&2
    exit 1
fi
echo "still so"
