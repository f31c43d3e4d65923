#!/usr/bin/env bash
# Five milligrams are more than a gram, and a year is less than six months.
# Version: npm @medplum/core 4.5.2 (its FHIRPath)
# Guess: quantities of one dimension convert before they are compared, or the answer is empty (unknown).
# Seen: only the numbers are compared: 5 mg > 1 g, 1 year < 6 months and 1 g = 1 mg hold; a stored 28 nmol/L is not
# below 20 ng/mL (50 nmol/L). No error, nothing empty.
# Harm: a deficiency in nmol/L passes a limit in ng/mL, and a year of steroids is shorter than three months.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

npm init --yes >/dev/null 2>&1
npm install --silent --no-audit --no-fund @medplum/core@4.5.2 >/dev/null 2>&1

cat > probe.cjs <<'END'
const { evalFhirPath } = require("@medplum/core");
const vitaminD = {
  resourceType: "Observation",
  valueQuantity: { value: 28, unit: "nmol/L", system: "http://unitsofmeasure.org", code: "nmol/L" },
};
for (const [path, resource] of [
  ["5 'mg' > 1 'g'", {}],
  ["1 'g' = 1 'mg'", {}],
  ["1 'g' = 1000 'mg'", {}],
  ["1 year < 6 months", {}],
  ["value < 50 'nmol/L'", vitaminD],
  ["value < 20 'ng/mL'", vitaminD],
]) console.log(path, JSON.stringify(evalFhirPath(path, resource)));
END

seen=$(node probe.cjs)

expected=$(cat <<'END'
5 'mg' > 1 'g' [true]
1 'g' = 1 'mg' [true]
1 'g' = 1000 'mg' [false]
1 year < 6 months [true]
value < 50 'nmol/L' [true]
value < 20 'ng/mL' [false]
END
)

echo "$seen"
if [ "$seen" != "$expected" ]; then
    echo "changed: how quantities of two units compare" >&2
    echo "expected:" >&2
    echo "$expected" >&2
    exit 1
fi
echo "still so"
