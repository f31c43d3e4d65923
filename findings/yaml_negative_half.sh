#!/usr/bin/env bash
# In YAML .5 is a number and -.5 a text.
# Version: PyPI PyYAML 6.0.4, ruamel.yaml 0.19.1; npm js-yaml 5.5.0
# Guess: a number without its leading zero is a number with either sign.
# Seen: PyYAML reads .5 as 0.5 and -.5 as the text "-.5"; an age of 067 is 55 to it and 67 to the other two, which
# read -.5 as -0.5.
# Harm: the negative T-scores of a file are text, the positive ones not, and a padded age drops below a screening
# limit of 65.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check PyYAML==6.0.4 ruamel.yaml==0.19.1

cat > probe.py <<'END'
import yaml
from ruamel.yaml import YAML

for text in (".5", "-.5", "-0.5", "067", "68."):
    print(text, "| PyYAML", repr(yaml.safe_load(text)), "| ruamel.yaml", repr(YAML(typ="safe", pure=True).load(text)))
END

python=$(env/bin/python probe.py)

npm init -y > package.log
npm install --silent --no-audit --no-fund js-yaml@5.5.0

cat > probe.mjs <<'END'
import * as yaml from 'js-yaml';
const load = yaml.load ?? yaml.default.load;
for (const text of ['-.5', '067']) console.log(text, '| js-yaml', typeof load(text), load(text));
END

javascript=$(node probe.mjs)
seen=$(printf '%s\n%s' "$python" "$javascript")

expected=$(cat <<'END'
.5 | PyYAML 0.5 | ruamel.yaml 0.5
-.5 | PyYAML '-.5' | ruamel.yaml -0.5
-0.5 | PyYAML -0.5 | ruamel.yaml -0.5
067 | PyYAML 55 | ruamel.yaml 67
68. | PyYAML 68.0 | ruamel.yaml 68.0
-.5 | js-yaml number -0.5
067 | js-yaml number 67
END
)

echo "$seen"
if [ "$seen" != "$expected" ]; then
    echo "changed: how numbers without leading zero, or with one, are read" >&2
    echo "expected:" >&2
    echo "$expected" >&2
    exit 1
fi
echo "still so"
