#!/usr/bin/env bash
# Gram percent loses its volume on the way from UCUM to pint.
# Version: PyPI ucumvert 0.3.2, Pint 0.25.3, lark 1.3.1
# Guess: the UCUM code g% (gram percent, per deciliter) is a concentration, and [Cal] is 1000 cal.
# Seen: g% is a mass of a hundredth gram, [Cal] is one small calorie, and the bare unit {T-score} comes back as a
# text token.
# Harm: albumin reported in g% cannot correct a calcium; a diet is 1000 times off.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check ucumvert==0.3.2 Pint==0.25.3 lark==1.3.1

cat > probe.py <<'END'
from ucumvert import PintUcumRegistry

registry = PintUcumRegistry()
print("g%", (4 * registry.from_ucum("g%")).to_base_units(), dict(registry.from_ucum("g%").dimensionality))
print("g/dL", dict(registry.from_ucum("g/dL").dimensionality))
print("[Cal]", (2000 * registry.from_ucum("[Cal]")).to("kcal"))
score = registry.from_ucum("{T-score}")
print("{T-score}", type(score).__name__, isinstance(score, str))
END

seen=$(env/bin/python probe.py)

expected=$(cat <<'END'
g% 4e-05 kilogram {'[mass]': 1}
g/dL {'[mass]': 1, '[length]': -3}
[Cal] 2.0 kilocalorie
{T-score} Token True
END
)

echo "$seen"
if [ "$seen" != "$expected" ]; then
    echo "changed: the meaning of g%, [Cal] or a bare remark" >&2
    echo "expected:" >&2
    echo "$expected" >&2
    exit 1
fi
echo "still so"
