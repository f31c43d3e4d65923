#!/usr/bin/env bash
# A stored T-score of -2.7 is written as -3, and two stored scores as none.
# Version: PyPI fhirpathrs 0.1.5
# Guess: toString() of -2.7 is -2.7, and value.value of two components gives both numbers, as value.value of each
# does.
# Seen: toString() is -3 for a number from a resource (not for a literal), and value.value over both is empty, so
# its min() is None.
# Harm: the report names another score; the lowest score, on which the diagnosis rests, is gone.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check fhirpathrs==0.1.5

cat > probe.py <<'END'
from fhirpathrs import evaluate

score = {"system": "http://unitsofmeasure.org", "code": "{T-score}"}
scan = {"resourceType": "Observation", "status": "final", "code": {"text": "bone density"}, "component": [
    {"code": {"text": "hip"}, "valueQuantity": {"value": -2.7, **score}},
    {"code": {"text": "spine"}, "valueQuantity": {"value": -1.0, **score}}]}
both = "Observation.component"
for rule in ("(-2.7).toString()", f"{both}[0].value.value", f"{both}[0].value.value.toString()",
             f"{both}.select(value.value)", f"{both}.value.value", f"{both}.value.value.min()"):
    print(rule, evaluate(rule, scan))
END

seen=$(env/bin/python probe.py)

expected=$(cat <<'END'
(-2.7).toString() -2.7
Observation.component[0].value.value -2.7
Observation.component[0].value.value.toString() -3
Observation.component.select(value.value) [-2.7, -1]
Observation.component.value.value []
Observation.component.value.value.min() None
END
)

echo "$seen"
if [ "$seen" != "$expected" ]; then
    echo "changed: numbers read from a resource" >&2
    echo "expected:" >&2
    echo "$expected" >&2
    exit 1
fi
echo "still so"
