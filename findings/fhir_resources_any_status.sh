#!/usr/bin/env bash
# A validating model of FHIR that takes any word for a status.
# Version: PyPI fhir.resources 8.3.0, pydantic 2.14.4, pydantic_core 2.50.5, fhir-core 1.1.12
# Guess: the codes of Observation.status, Quantity.comparator and Patient.gender are bound (required), so a model that
#   refuses a missing status refuses a misspelled one; invariants of the specification are held, too.
# Seen: an empty or missing status is refused, and two values; any other word passes, and => for >=, and a result beside
#   the reason why there is none, and a problem that is active and entered in error (con-5).
# Harm: whoever drops results by status ("entered-in-error") keeps those whose status a sender misspelled, validated.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check fhir.resources==8.3.0 pydantic==2.14.4 pydantic_core==2.50.5 fhir-core==1.1.12

cat > probe.py <<'END'
from fhir.resources.R4B.condition import Condition
from fhir.resources.R4B.observation import Observation
from fhir.resources.R4B.patient import Patient

code = {"text": "T-score"}
error = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-ver-status", "code": "entered-in-error"}]}
active = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]}


def tried(what, model, **values):
    try:
        model.model_validate(values)
        print(what, "accepted")
    except ValueError:
        print(what, "refused")


tried("final", Observation, status="final", code=code)
tried("no status", Observation, code=code)
tried("empty status", Observation, status="", code=code)
tried("misspelled status", Observation, status="entered-in-eror", code=code)
tried("two values", Observation, status="final", code=code, valueString="-2.7", valueInteger=-3)
tried("value beside why there is none", Observation, status="final", code=code, valueString="-2.7", dataAbsentReason=code)
tried("comparator =>", Observation, status="final", code=code, valueQuantity={"value": 60, "comparator": "=>"})
tried("gender femal", Patient, gender="femal")
tried("active and in error", Condition, subject={"display": "her"}, clinicalStatus=active, verificationStatus=error)
END

seen=$(env/bin/python probe.py)

expected=$(cat <<'END'
final accepted
no status refused
empty status refused
misspelled status accepted
two values refused
value beside why there is none accepted
comparator => accepted
gender femal accepted
active and in error accepted
END
)

echo "$seen"
if [ "$seen" != "$expected" ]; then
    echo "changed: which statuses a model takes" >&2
    echo "expected:" >&2
    echo "$expected" >&2
    exit 1
fi
echo "still so"
