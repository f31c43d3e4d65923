#!/usr/bin/env bash
# A fact that nobody filled in counts as true.
# Version: PyPI clipspy 1.0.6 (with its own CLIPS)
# Guess: an unfilled slot holds nil, which is false or an error in a test, as in Lisp.
# Seen: nil is a symbol, and every value but FALSE is true: a rule on (or ?smoker ?steroids) fires for a person
# never asked, and (not nil) is FALSE.
# Harm: a question never asked is answered yes: the person unknown to smoke smokes.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check clipspy==1.0.6

cat > probe.py <<'END'
import clips

shell = clips.Environment()
shell.build("(deftemplate person (slot name) (slot smoker) (slot steroids))")
shell.build("(defrule risk (person (name ?name) (smoker ?smoker) (steroids ?steroids))"
            " (test (or ?smoker ?steroids)) => (assert (risk ?name)))")
person = shell.find_template("person")
no = clips.Symbol("FALSE")
person.assert_fact(name="asked, answered no", smoker=no, steroids=no)
person.assert_fact(name="never asked")
shell.run()
print(*[str(fact) for fact in shell.facts() if fact.template.name == "risk"])
for text in ("(and nil TRUE)", "(not nil)", "(not 0)"):
    print(text, shell.eval(text))
END

seen=$(env/bin/python probe.py)

expected=$(cat <<'END'
(risk "never asked")
(and nil TRUE) TRUE
(not nil) FALSE
(not 0) FALSE
END
)

echo "$seen"
if [ "$seen" != "$expected" ]; then
    echo "changed: what an empty slot counts as" >&2
    echo "expected:" >&2
    echo "$expected" >&2
    exit 1
fi
echo "still so"
