#!/usr/bin/env bash
# A field of HL7 gives its first part: ">" of ">60", and the better of two scores.
# Version: PyPI hl7 0.4.5
# Guess: asking a message for OBX-5 gives the whole field.
# Seen: message['OBX1.5'] and extract_field give the first component of the first repetition: '>' for a structured
# number above 60, -2.1 for -2.1 and -2.7.
# Harm: an eGFR loses its number, and of two T-scores the osteoporotic one is not seen.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check hl7==0.4.5

cat > probe.py <<'END'
import hl7

message = hl7.parse("\r".join((
    "MSH|^~\\&|LAB|CLINIC|RECORD|CLINIC|20260301||ORU^R01|1|P|2.5",
    "OBX|1|SN|33914-3^eGFR^LN||>^60|mL/min||||||F",
    "OBX|2|NM|38263-0^T-score^LN||-2.1~-2.7|{T-score}||||||F", "")))
for number in (1, 2):
    print(number, "| field", message[f"OBX{number}.5"], message.extract_field("OBX", number, 5),
          "| segment", str(message.segments("OBX")[number - 1][5]))
END

seen=$(env/bin/python probe.py)

expected=$(cat <<'END'
1 | field > > | segment >^60
2 | field -2.1 -2.1 | segment -2.1~-2.7
END
)

echo "$seen"
if [ "$seen" != "$expected" ]; then
    echo "changed: what a field gives" >&2
    echo "expected:" >&2
    echo "$expected" >&2
    exit 1
fi
echo "still so"
