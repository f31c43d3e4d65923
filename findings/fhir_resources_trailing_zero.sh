#!/usr/bin/env bash
# A decimal type that loses the last digit of a measurement.
# Version: PyPI fhir.resources 8.3.0, pydantic 2.14.4, pydantic_core 2.50.5, fhir-core 1.1.12
# Guess: value is a Decimal, so 0.80 stays 0.80, as FHIR asks (precision is part of a value).
# Seen: reading JSON passes through a float: Decimal 0.8. Even a Decimal 0.80 handed in is written as 0.8.
# Harm: the digits say what the device resolved; -2.50 and -2.5 round to a threshold differently.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check fhir.resources==8.3.0 pydantic==2.14.4 pydantic_core==2.50.5 fhir-core==1.1.12

cat > probe.py <<'END'
import json
from decimal import Decimal
from fhir.resources.observation import Observation

text = '{"resourceType": "Observation", "status": "final", "code": {"text": "density"}, "valueQuantity": {"value": 0.80}}'
read = Observation.model_validate_json(text)
print("from text", read.valueQuantity.value, "written", read.model_dump_json()[-24:])
exact = Observation.model_validate(json.loads(text, parse_float=Decimal))
print("from decimal", exact.valueQuantity.value, "written", exact.model_dump_json()[-24:])
END

seen=$(env/bin/python probe.py)

expected=$(cat <<'END'
from text 0.8 written Quantity":{"value":0.8}}
from decimal 0.80 written Quantity":{"value":0.8}}
END
)

echo "$seen"
if [ "$seen" != "$expected" ]; then
    echo "changed: what becomes of a trailing zero" >&2
    echo "expected:" >&2
    echo "$expected" >&2
    exit 1
fi
echo "still so"
