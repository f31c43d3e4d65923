#!/usr/bin/env bash
# Everyday clinical quantities turn into other physics.
# Version: PyPI Pint 0.25.3
# Guess: what is not a unit of pint is refused, and a height in feet and inches is a length.
# Seen: 800 units is 800 micronit (a luminance), 5 ft 4 in is the area 20 foot inch, and mL/min/1.73m^2 is divided
# by 1.73 and multiplied by the area.
# Harm: a vitamin D dose, a height loss and a kidney function are silently something else.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check Pint==0.25.3

cat > probe.py <<'END'
from pint import UnitRegistry

registry = UnitRegistry()
for text in ("800 units", "5 ft 4 in", "60 mL/min/1.73m^2"):
    quantity = registry.parse_expression(text)
    print(text, "|", round(quantity.magnitude, 3), quantity.units, "|", quantity.dimensionality)
END

seen=$(env/bin/python probe.py)

expected=$(cat <<'END'
800 units | 800 micronit | [luminosity] / [length] ** 2
5 ft 4 in | 20 foot * inch | [length] ** 2
60 mL/min/1.73m^2 | 34.682 meter ** 2 * milliliter / minute | [length] ** 5 / [time]
END
)

echo "$seen"
if [ "$seen" != "$expected" ]; then
    echo "changed: how everyday words are read" >&2
    echo "expected:" >&2
    echo "$expected" >&2
    exit 1
fi
echo "still so"
