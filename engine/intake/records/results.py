"""Results and answers of Observations: which count, and each as an answer gives it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ...knowledge_base.files.nodes import MapNode, Node, Text
from ...knowledge_base.model import Finding
from ...values.patterns import lazily
from ...values.problems import Place
from ..answers.sheet import clipped
from . import times
from .chart import Candidate, Chart
from .coding import codings, fields, key_of, several, text_of, word, words
from .notation import Resource

FINAL = frozenset({"final", "amended", "corrected"})
_NOT_YET = frozenset({"preliminary"})
_RESULTS = frozenset({"findings", "quantities"})
"""What codes of results are codes of."""
_WHEN = ("effectiveDateTime", "effectiveInstant", "effectivePeriod", "effectiveTiming", "issued")
_VALUES = ("valueQuantity", "valueCodeableConcept", "valueString", "valueBoolean", "valueInteger", "valueRange")
_UNREAD = ("valueRatio", "valueSampledData", "valueTime", "valueDateTime", "valuePeriod", "valueAttachment")
_NO_UNIT = frozenset({"1", "{1}", "[pH]", "T-Score", "t-score", "Z-Score", "z-score", "pH", "{ratio}", "{score}"})
"""Ways to say that a number has no unit."""
_DATED = frozenset({"number", "choice", "yes_no"})
"""Types of findings whose answers may carry a day."""
_LARGE = 10**15
"""Numbers below are written as Python writes them."""
_KIND = lazily(r" \((?:qualifier value|finding|situation|disorder|observable entity)\)$")
"""What SNOMED writes behind a name to tell what kind of thing it is."""
_COMPARATORS = frozenset({"<", "<=", ">", ">="})
_FLAGS = {
    **dict.fromkeys(("H", "HH", "HU", ">"), "high"),
    **dict.fromkeys(("L", "LL", "LU", "<"), "low"),
    "N": "normal",
}
_YES_OR_NO = {
    **dict.fromkeys(("373066001", "LA33-6", "Y"), "yes"),
    **dict.fromkeys(("373067005", "LA32-8", "N"), "no"),
}
"""Yes and no, by SNOMED, LOINC and HL7 code."""
_POSITIVE = {"POS": "positive", "NEG": "negative", "DET": "positive", "ND": "negative", "A": "abnormal", "N": "normal"}


def observation(chart: Chart, resource: Resource, order: int) -> None:
    """File the results of an Observation under the findings they are of."""
    content = resource.content
    concept, parts = content.get("code"), content.get("component")
    if parts is None and _plainly(chart, resource, content, concept, order):
        return
    known = chart.known(concept)
    if known:
        if not _counts(chart, resource, content):
            return
        _file(chart, resource, known, content, "", order)
        if parts is None:
            return
    if isinstance(parts, list) and parts:
        found = False
        for at, part in enumerate(parts):
            if not isinstance(part, dict):
                continue
            known_part = chart.known(part.get("code"))
            if known_part and (found or _counts(chart, resource, content)):
                found = True
                _file(chart, resource, known_part, part, f"component[{at}]", order)
        if found:
            return
    if not known:
        chart.misses(concept, resource)


def _plainly(chart: Chart, resource: Resource, content: dict[str, Any], concept: Any, order: int) -> bool:
    """File a result as most are: one code with its system, of one finding, final, with its time. Others: False."""
    try:
        (one,) = concept["coding"]
        system, when = one["system"], content["effectiveDateTime"]
        name = chart.tables.plain.get((system, one["code"]))
        if name is None:
            name = _means(chart, system, one["code"])
        if not name or content["status"] != "final" or type(when) is not str or "focus" in content:
            return False
    except (KeyError, TypeError, ValueError):
        return False
    issued = content.get("issued")
    told = (when, issued if type(issued) is str else "", order, resource, content, "")
    known = chart.results.get(name)
    if known is None:
        known = chart.results[name] = []
    known.append(tuple.__new__(Candidate, told))  # half the time of a call
    return True


def _means(chart: Chart, system: Any, code: Any) -> str:
    """The one finding that a code means; empty where it means none, several, or something besides."""
    known = chart.tables.codes.of(system, code) if system else ()
    name = known[0].members[0] if len(known) == 1 and known[0].of in _RESULTS and not known[0].ignored else ""
    chart.tables.plain[system, code] = name
    return name


def _counts(chart: Chart, resource: Resource, content: dict[str, Any]) -> bool:
    """Whether an observation is a result of the patient's own."""
    status = word(content.get("status"))
    if status not in FINAL:
        if status in _NOT_YET:
            chart.notice(f"{resource.path}: the result is preliminary.")
        else:
            chart.aside(resource, text_of(content.get("code")), status_of(status))
            return False
    if content.get("focus"):
        chart.aside(resource, text_of(content.get("code")), "it is about somebody or something else than its subject")
        return False
    return True


def status_of(status: str) -> str:
    """Why something does not count that has this status."""
    return f"its status is {clipped(status)}" if status else "it has no status"


def _file(chart: Chart, resource: Resource, known: Any, source: dict[str, Any], pointer: str, order: int) -> None:
    concept = source.get("code")
    chart.guessed(concept, key_of(concept), resource)
    for meaning in known:
        if meaning.ignored:
            chart.aside(resource, text_of(source.get("code")), meaning.ignored, pointer)
        elif meaning.of in _RESULTS:
            content = resource.content
            when = content.get("effectiveDateTime")
            if not isinstance(when, str):
                when = times.first(content, _WHEN)
            issued = word(content.get("issued"))
            one = Candidate(when, issued, order, resource, source, pointer)
            chart.results.setdefault(meaning.members[0], []).append(one)
        elif meaning.of == "investigations":
            chart.passes(resource)
        else:
            chart.misses(source.get("code"), resource)


def as_answer(chart: Chart, finding: Finding | None, one: Candidate) -> tuple[Node | None, str]:
    """A result as an answer gives it, or why it is none."""
    source, content = one.source, one.resource.content
    place = Place(f"{one.resource.path}{'.' + one.pointer if one.pointer else ''}")
    text, span, why = _value(chart, finding, source)
    if not text:
        return None, why
    if finding is not None and (finding.form not in _DATED or (finding.form != "number" and not one.when)):
        return Text(text, place), ""
    pairs = [(Text("value", place), Text(text, place))]
    ranged = finding is not None and finding.known_by == "test" and finding.form == "number"
    span = (span or _range(source, content, text)) if ranged else ""
    if span:
        pairs.append((Text("range", place), Text(span, place)))
    if one.when:
        pairs.append((Text("date", place), Text(times.day_of(one.when), place)))
    return MapNode(tuple(pairs), place), ""


def value_of(source: dict[str, Any]) -> Any:
    """The value as it was given, to tell the same result given again from another."""
    return next((source[key] for key in _VALUES if source.get(key) is not None), None)


def _value(chart: Chart, finding: Finding | None, source: dict[str, Any]) -> tuple[str, str, str]:
    """A value as an answer gives it, the range that is told with it, and why there is none."""
    if source.get("dataAbsentReason") and value_of(source) is not None:
        return "", "", "a value stands beside the reason why there is none"
    text = _text(chart, finding, source)
    if text and finding is not None and chart.tables.says is not None and finding.form in _DATED:
        said = chart.tables.says(finding.id, text, chart.day)
        return said.value, said.range, said.why
    value, why = _plain(chart, finding, source)
    return value, "", why


def _text(chart: Chart, finding: Finding | None, source: dict[str, Any]) -> str:
    """The text that stands for a value; of a coded one what it is called, where no code of it is known."""
    key = next((key for key in _VALUES if source.get(key) is not None), "")
    value = source.get(key)
    if key == "valueString":
        return words(value)
    if key != "valueCodeableConcept" or finding is None or not isinstance(value, dict):
        return ""
    return _KIND.sub("", text_of(value)) if _coded(chart, finding.form, finding, value)[1] else ""


def _plain(chart: Chart, finding: Finding | None, source: dict[str, Any]) -> tuple[str, str]:
    kind = finding.form if finding is not None else "number"
    key = next((key for key in _VALUES if source.get(key) is not None), "")
    if not key:
        return _without_value(kind, finding, source)
    value = source[key]
    if key == "valueQuantity":
        return _quantity(finding, value)
    if key == "valueRange":
        return _span(finding, value)
    if key == "valueBoolean":
        if not isinstance(value, bool):
            return "", "its value is neither yes nor no"
        said = "yes" if value else "no"
        return _yes_or_no(kind, finding, said) if finding is not None and kind in ("yes_no", "number") else (said, "")
    if key == "valueInteger":
        return (str(value) if isinstance(value, int) else ""), "its value is no whole number"
    if key == "valueString":
        return words(value), "its text is empty"
    return _coded(chart, kind, finding, value)


def _without_value(kind: str, finding: Finding | None, source: dict[str, Any]) -> tuple[str, str]:
    flags = [one.code for concept in several(source.get("interpretation")) for one in codings(concept)]
    known = _FLAGS if kind == "number" else _POSITIVE
    for flag in flags:
        if flag in known and (kind != "number" or (finding is not None and finding.known_by == "test")):
            return known[flag], ""
    absent = text_of(source.get("dataAbsentReason")) or next(
        (one.code for one in codings(source.get("dataAbsentReason"))), ""
    )
    if absent:
        return "", f"there is no result: {clipped(absent)}"
    unread = next((key for key in _UNREAD if source.get(key) is not None), "")
    return "", f"a {unread} is not read" if unread else "there is no value in it"


def _quantity(finding: Finding | None, value: Any) -> tuple[str, str]:
    if not isinstance(value, dict):
        return "", "its value cannot be read"
    number = number_of(value.get("value"))
    if not number:
        return "", "its value is no number"
    comparator = word(value.get("comparator"))
    if comparator and comparator not in _COMPARATORS:
        return "", f"'{clipped(comparator)}' before its number is not understood"
    return f"{comparator}{' ' if comparator else ''}{number} {_unit(finding, value)}".strip(), ""


def _unit(finding: Finding | None, value: dict[str, Any]) -> str:
    code, unit = word(value.get("code")), word(value.get("unit"))
    return unit_told(finding, code if code and code != "1" else unit)


def unit_told(finding: Finding | None, told: str) -> str:
    """A unit as an answer gives it; nothing where it says that there is none."""
    if finding is not None and not finding.unit and told in _NO_UNIT:
        return ""
    return "{1}" if told == "1" else told


def _span(finding: Finding | None, value: Any) -> tuple[str, str]:
    if not isinstance(value, dict):
        return "", "its range cannot be read"
    ends = [fields(value.get(key)) for key in ("low", "high")]
    low, high = (number_of(end.get("value")) for end in ends)
    unit = next((told for end in ends if (told := _unit(finding, end))), "")
    if low and high:
        return f"{low}..{high} {unit}".strip(), ""
    if low or high:
        return f"{'>=' if low else '<='} {low or high} {unit}".strip(), ""
    return "", "its range has no ends"


def _coded(chart: Chart, kind: str, finding: Finding | None, value: Any) -> tuple[str, str]:
    said = next((_YES_OR_NO[one.code] for one in codings(value) if one.code in _YES_OR_NO), "")
    if said and finding is not None and kind in ("yes_no", "number"):
        return _yes_or_no(kind, finding, said)
    if finding is None or kind == "number":
        return text_of(value), "its value is a word where a number belongs"
    homes = (finding.id,) if kind == "yes_no" else (finding.choices,)
    for home in (*homes, "negative_or_positive" if kind == "yes_no" else ""):
        members, _ = chart.among(home, value) if home else (frozenset(), {})
        if members:
            told = " or ".join(sorted(members))
            return {"positive": "yes", "negative": "no"}.get(told, told) if kind == "yes_no" else told, ""
    told = text_of(value)
    return told, "its value is a code that is not known"


def _yes_or_no(kind: str, finding: Finding, said: str) -> tuple[str, str]:
    """A yes or no; of what people count, as falls, it is one at least or none."""
    if kind == "yes_no":
        return said, ""
    if finding.known_by == "person" and not finding.unit:
        return ">= 1" if said == "yes" else "0", ""
    return "", f"its value is {said} where a number belongs"


def _range(source: dict[str, Any], content: dict[str, Any], text: str) -> str:
    """The reference range printed beside a result, where there is one and it is for everybody."""
    listed = [one for one in several(source.get("referenceRange")) if isinstance(one, dict)]
    plain = [one for one in listed if not one.get("appliesTo") and not one.get("age")]
    if len(plain) != 1 or len(listed) != 1:
        return ""
    kinds = [one.code for one in codings(plain[0].get("type"))]
    if kinds and "normal" not in kinds:
        return ""
    ends = [fields(plain[0].get(key)) for key in ("low", "high")]
    low, high = (number_of(end.get("value")) for end in ends)
    unit = next((told for end in ends if (told := _unit(None, end))), "")
    unit = unit or (text.split(" ", 1)[1] if " " in text and text[:1].isdigit() else "")
    if low and high:
        return f"{low}..{high} {unit}".strip()
    if low or high:
        return f"{'>=' if low else '<='} {low or high} {unit}".strip()
    return ""


def number_of(value: Any) -> str:
    """A number of JSON with all its digits and without an exponent; empty where it is none."""
    if type(value) is int and -_LARGE < value < _LARGE:
        return str(value)
    if type(value) is float and -_LARGE < value < _LARGE and "e" not in (told := repr(value)):
        return told if value else "0"
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return ""
    try:
        number = Decimal(str(value))
    except ArithmeticError:
        return ""
    if not number.is_finite() or abs(number.adjusted()) > 30:
        return ""
    return f"{number:f}" if number else "0"
