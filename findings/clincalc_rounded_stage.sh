#!/usr/bin/env bash
# One eGFR of 60, two kidney stages; one BMI of 18.5, two verdicts.
# Version: PyPI clincalc 0.4.0
# Guess: the number given back is the one that the stage was taken from.
# Seen: a creatinine of 1.02 and of 1.03 both return 60, staged G2 and G3a: the stage uses the unrounded value.
# Fed to ckd_risk of the same package, that 60 is G2 for both.
# Harm: a stage worked out from the stored result contradicts the one in the letter.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check clincalc==0.4.0

cat > probe.py <<'END'
import clincalc

for creatinine in (1.02, 1.03):
    found = clincalc.calculate("egfr", {"age": 67, "sex": "female", "creatinine": creatinine, "creatinine_unit": "mg/dL"})
    again = clincalc.calculate("ckd_risk", {"egfr": found["result"], "acr": 2.0})
    print(creatinine, found["result"], found["working"]["ckd_g_stage"], "then", again["interpretation"].split(":")[0])
for weight in (48.5, 48.6):
    found = clincalc.calculate("bmi", {"weight_kg": weight, "height_cm": 162})
    print(weight, found["result"], found["interpretation"].split(":")[1].split(" by ")[0].strip())
END

seen=$(env/bin/python probe.py)

expected=$(cat <<'END'
1.02 60 G2 then KDIGO classification G2A1
1.03 60 G3a then KDIGO classification G2A1
48.5 18.5 underweight
48.6 18.5 healthy weight
END
)

echo "$seen"
if [ "$seen" != "$expected" ]; then
    echo "changed: what is rounded before it is staged" >&2
    echo "expected:" >&2
    echo "$expected" >&2
    exit 1
fi
echo "still so"
