#!/usr/bin/env bash
# Calcitriol is found as 25-OH vitamin D.
# Version: PyPI flashtext 2.7
# Guess: keywords match as whole words, so "25-OH vitamin D" is not in "1,25-OH vitamin D".
# Seen: the comma ends a word, so the keyword is found inside the name of the other hormone.
# Harm: a calcitriol (high in sarcoidosis, low in kidney disease) is stored as the vitamin D supply, in other
# units.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check flashtext==2.7

cat > probe.py <<'END'
from flashtext import KeywordProcessor

finder = KeywordProcessor()
finder.add_keyword("25-OH vitamin D")
for text in ("25-OH vitamin D 28 nmol/L", "1,25-OH vitamin D 28 pmol/L", "x25-OH vitamin D", "125-OH vitamin D"):
    print(text, "|", finder.extract_keywords(text))
END

seen=$(env/bin/python probe.py)

expected=$(cat <<'END'
25-OH vitamin D 28 nmol/L | ['25-OH vitamin D']
1,25-OH vitamin D 28 pmol/L | ['25-OH vitamin D']
x25-OH vitamin D | []
125-OH vitamin D | []
END
)

echo "$seen"
if [ "$seen" != "$expected" ]; then
    echo "changed: where a word ends" >&2
    echo "expected:" >&2
    echo "$expected" >&2
    exit 1
fi
echo "still so"
