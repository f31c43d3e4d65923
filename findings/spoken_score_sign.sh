#!/usr/bin/env bash
# The minus of a dictated T-score is dropped.
# Version: PyPI word2number 1.1, text2num 3.1.0
# Guess: "minus two point seven" is -2.7, and "nineteen sixty" is 1960 or two numbers.
# Seen: word2number answers 2.7 and adds nineteen to sixty: 79; text2num leaves the word minus beside 2.7.
# Harm: osteoporosis becomes dense bone, and a year of birth becomes an age.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check word2number==1.1 text2num==3.1.0

cat > probe.py <<'END'
from text_to_num import alpha2digit
from word2number import w2n

for words in ("two point seven", "minus two point seven", "nineteen sixty"):
    print(words, "| word2number", w2n.word_to_num(words), "| text2num", alpha2digit(words, "en"))
END

seen=$(env/bin/python probe.py)

expected=$(cat <<'END'
two point seven | word2number 2.7 | text2num 2.7
minus two point seven | word2number 2.7 | text2num minus 2.7
nineteen sixty | word2number 79 | text2num 19 60
END
)

echo "$seen"
if [ "$seen" != "$expected" ]; then
    echo "changed: how spoken numbers are read" >&2
    echo "expected:" >&2
    echo "$expected" >&2
    exit 1
fi
echo "still so"
