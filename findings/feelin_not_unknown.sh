#!/usr/bin/env bash
# A decision table takes "unknown" for "not low".
# Version: npm feelin 8.2.0 (FEEL, the language of DMN tables)
# Guess: the cell not(< 30) does not match an unknown value, as the cell < 30 does not.
# Seen: for null, < 30 is false and not(< 30) is true; the same question as an expression, not(t < 30), is null.
# Harm: a vitamin D never measured passes as replete in the row that clears an infusion.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

npm init -y > package.log
npm install --silent --no-audit --no-fund feelin@8.2.0

cat > probe.mjs <<'END'
import { evaluate, unaryTest } from 'feelin';
for (const cell of ['< 30', 'not(< 30)', '>= 30']) {
  console.log('cell', cell, 'for null', unaryTest(cell, { '?': null }).value ?? unaryTest(cell, { '?': null }));
}
const answer = evaluate('not(t < 30)', { t: null });
console.log('expression not(t < 30) for null', answer && 'value' in answer ? answer.value : answer);
END

seen=$(node probe.mjs)

expected=$(cat <<'END'
cell < 30 for null false
cell not(< 30) for null true
cell >= 30 for null false
expression not(t < 30) for null null
END
)

echo "$seen"
if [ "$seen" != "$expected" ]; then
    echo "changed: what not() makes of an unknown" >&2
    echo "expected:" >&2
    echo "$expected" >&2
    exit 1
fi
echo "still so"
