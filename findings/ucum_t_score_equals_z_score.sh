#!/usr/bin/env bash
# A T-score equals a Z-score where the unit says which is which.
# Version: npm @lhncbc/ucum-lhc 7.1.10, fhirpath 5.2.2
# Guess: the units {T-score} and {Z-score} do not compare.
# Seen: braces are a remark without meaning: the one converts to the other unchanged, the two are equal, and a
# count of fractures equals a number.
# Harm: the two scores use other reference people; a T-score of -2.5 is a diagnosis, a Z-score of -2.5 is not.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

npm init -y > package.log
npm install --silent --no-audit --no-fund @lhncbc/ucum-lhc@7.1.10 fhirpath@5.2.2

cat > probe.cjs <<'END'
const fhirpath = require('fhirpath');
const lister = require('@lhncbc/ucum-lhc').UcumLhcUtils.getInstance();
console.log('converted', lister.convertUnitTo('{T-score}', -2.5, '{Z-score}').toVal);
for (const rule of ["-2.5 '{T-score}' = -2.5 '{Z-score}'", "-2.7 '{Z-score}' <= -2.5 '{T-score}'",
    "2 '{fractures}' = 2", "30 'g{protein}' = 30 'g{fat}'"]) {
  console.log(rule, JSON.stringify(fhirpath.evaluate({}, rule)));
}
END

seen=$(node probe.cjs)

expected=$(cat <<'END'
converted -2.5
-2.5 '{T-score}' = -2.5 '{Z-score}' [true]
-2.7 '{Z-score}' <= -2.5 '{T-score}' [true]
2 '{fractures}' = 2 [true]
30 'g{protein}' = 30 'g{fat}' [true]
END
)

echo "$seen"
if [ "$seen" != "$expected" ]; then
    echo "changed: the meaning of a remark in braces" >&2
    echo "expected:" >&2
    echo "$expected" >&2
    exit 1
fi
echo "still so"
