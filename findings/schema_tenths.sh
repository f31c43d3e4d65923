#!/usr/bin/env bash
# A schema for one decimal refuses -2.3 and takes -2.5.
# Version: PyPI jsonschema 4.26.0, fastjsonschema 2.22.3, jsonschema_rs 0.61.2, pydantic 2.14.4, msgspec 0.23.0;
# npm ajv 8.20.0
# Guess: "multipleOf": 0.1 takes every T-score from -5.0 to 1.0.
# Seen: of 61 scores jsonschema and ajv refuse 19, msgspec 50 (with -2.5 and -1.0); three take all.
# Harm: valid scans are turned away by their value.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check jsonschema==4.26.0 fastjsonschema==2.22.3 jsonschema_rs==0.61.2 pydantic==2.14.4 msgspec==0.23.0

cat > probe.py <<'END'
from typing import Annotated
import fastjsonschema
import jsonschema
import jsonschema_rs
import msgspec
from pydantic import Field, TypeAdapter

rule = {"multipleOf": 0.1}
scores = [tenth / 10 for tenth in range(-50, 11)]
checks = {"jsonschema": lambda score: jsonschema.validate(score, rule),
          "fastjsonschema": fastjsonschema.compile(rule),
          "jsonschema_rs": lambda score: jsonschema_rs.validate(rule, score),
          "pydantic": TypeAdapter(Annotated[float, Field(multiple_of=0.1)]).validate_python,
          "msgspec": lambda score: msgspec.convert(score, Annotated[float, msgspec.Meta(multiple_of=0.1)])}
for name, check in checks.items():
    refused = []
    for score in scores:
        try:
            check(score)
        except (ValueError, jsonschema.ValidationError, jsonschema_rs.ValidationError):
            refused.append(score)
    print(name, "refuses", len(refused), [score for score in (-2.7, -2.5, -2.4, -2.3, -1.0) if score in refused])
END

python=$(env/bin/python probe.py)

npm init -y > package.log
npm install --silent --no-audit --no-fund ajv@8.20.0

cat > probe.cjs <<'END'
const Ajv = require('ajv');
const check = new Ajv({ strict: false }).compile({ multipleOf: 0.1 });
const refused = Array.from({ length: 61 }, (_, index) => (index - 50) / 10).filter((score) => !check(score));
console.log('ajv refuses', refused.length, refused.includes(-2.3), refused.includes(-2.5));
END

javascript=$(node probe.cjs)
seen=$(printf '%s\n%s' "$python" "$javascript")

expected=$(cat <<'END'
jsonschema refuses 19 [-2.4, -2.3]
fastjsonschema refuses 0 []
jsonschema_rs refuses 0 []
pydantic refuses 0 []
msgspec refuses 50 [-2.7, -2.5, -2.4, -2.3, -1.0]
ajv refuses 19 true false
END
)

echo "$seen"
if [ "$seen" != "$expected" ]; then
    echo "changed: which tenths are multiples of 0.1" >&2
    echo "expected:" >&2
    echo "$expected" >&2
    exit 1
fi
echo "still so"
