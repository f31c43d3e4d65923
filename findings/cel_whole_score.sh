#!/usr/bin/env bash
# A whole T-score cannot be compared, a fractional age can.
# Version: PyPI cel-python 0.5.0
# Guess: a number from JSON compares with any number, or with its own type only.
# Seen: t <= -2.5 works for -2.7 and raises for -3, since JSON -3 is an integer; t > 65 works for 65.5, a double
# against an integer: only one direction is refused.
# Harm: the worse the score the likelier the rule breaks: -3, -4 (written without .0) stop it.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check cel-python==0.5.0

cat > probe.py <<'END'
import celpy

def ask(rule, **known):
    shell = celpy.Environment()
    program = shell.program(shell.compile(rule))
    try:
        return bool(program.evaluate({name: celpy.json_to_cel(value) for name, value in known.items()}))
    except celpy.CELEvalError as error:
        return "raises: " + str(error.args[0])[:29]

print("t <= -2.5 for -2.7:", ask("t <= -2.5", t=-2.7))
print("t <= -2.5 for -3:", ask("t <= -2.5", t=-3))
print("t == -3.0 for -3:", ask("t == -3.0", t=-3))
print("age > 65 for 65.5:", ask("age > 65", age=65.5))
END

seen=$(env/bin/python probe.py)

expected=$(cat <<'END'
t <= -2.5 for -2.7: True
t <= -2.5 for -3: raises: found no matching overload fo
t == -3.0 for -3: raises: found no matching overload fo
age > 65 for 65.5: True
END
)

echo "$seen"
if [ "$seen" != "$expected" ]; then
    echo "changed: which numbers compare" >&2
    echo "expected:" >&2
    echo "$expected" >&2
    exit 1
fi
echo "still so"
