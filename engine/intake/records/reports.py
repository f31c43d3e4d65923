"""Reports and questionnaires: results inside them, and the day of results that give none of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ...values.patterns import lazily
from . import times
from .chart import Chart
from .coding import fields, several, text_of, word, words
from .notation import Resource

Observe = Callable[[Chart, Resource, int], None]
"""Files what an Observation says, as the n-th resource of a patient."""

_DONE = frozenset({"final", "amended", "corrected", "appended", "completed"})
_UNDER = frozenset({"preliminary", "partial", "registered"})
"""Reports that go on; each of their results has a status of its own."""
_LOINC = lazily(r"(?:http://loinc\.org/|/)?(?P<code>\d{1,6}-\d)")
_ANSWERS = {
    "valueCoding": "valueCodeableConcept",
    "valueDecimal": "valueQuantity",
    "valueInteger": "valueInteger",
    "valueQuantity": "valueQuantity",
    "valueBoolean": "valueBoolean",
    "valueString": "valueString",
}
_DEEPEST = 16


def dates(resources: list[Resource]) -> dict[str, str]:
    """By how a result is referred to, the day of the report that holds it."""
    found: dict[str, str] = {}
    for one in resources:
        content = one.content
        if content["resourceType"] == "DiagnosticReport":
            when = times.first(content, ("effectiveDateTime", "effectivePeriod", "issued"))
            for result in several(content.get("result")) if when else ():
                found.setdefault(words(fields(result).get("reference")), when)
    found.pop("", None)
    return found


def report(chart: Chart, resource: Resource, order: int, observe: Observe) -> None:
    """Results that lie inside a report; its text and its pictures are not read."""
    content = resource.content
    held = [one for one in several(content.get("contained")) if isinstance(one, dict)]
    held = [one for one in held if one.get("resourceType") == "Observation"]
    if not held:
        chart.passes(resource)
        return
    status = word(content.get("status"))
    if status not in _DONE and status not in _UNDER:
        chart.aside(resource, text_of(content.get("code")), f"its status is {status}" if status else "it has no status")
        return
    when = times.first(content, ("effectiveDateTime", "effectivePeriod", "issued"))
    before = f"{resource.pointer}." if resource.pointer else ""
    for at, one in enumerate(held):
        if "subject" in one and one["subject"] != content.get("subject"):
            chart.aside(
                resource, text_of(one.get("code")), "it is about somebody else than its report", f"contained[{at}]"
            )
            continue
        dated = one if times.first(one, ("effectiveDateTime", "effectivePeriod", "effectiveInstant")) else {**one}
        if dated is not one and when:
            dated["effectiveDateTime"] = when
        observe(chart, Resource(dated, resource.file, f"{before}contained[{at}]", -1, "", resource.scope), order)


def questionnaire(chart: Chart, resource: Resource, order: int, observe: Observe) -> None:
    """Answers to questions that a form names by their LOINC code; other questions are words that nobody can rely on."""
    content = resource.content
    answers = list(_answered(content.get("item"), "", 0))
    if not answers:
        chart.passes(resource)
        return
    status = word(content.get("status"))
    if status not in ("completed", "amended"):
        chart.aside(resource, "answers to a form", f"its status is {status}" if status else "it has no status")
        return
    before = f"{resource.pointer}." if resource.pointer else ""
    told = {"resourceType": "Observation", "status": "final", "effectiveDateTime": words(content.get("authored"))}
    for code, value, pointer in answers:
        one = {**told, "code": {"coding": [{"system": "http://loinc.org", "code": code}]}, **value}
        if not told["effectiveDateTime"]:
            del one["effectiveDateTime"]
        observe(chart, Resource(one, resource.file, f"{before}{pointer}", -1, "", resource.scope), order)


def _answered(items: Any, pointer: str, depth: int) -> Iterator[tuple[str, Mapping[str, Any], str]]:
    """Each question with its code, its one answer as an Observation has it, and where it stands."""
    for at, item in enumerate(items if isinstance(items, list) and depth < _DEEPEST else ()):
        if not isinstance(item, dict):
            continue
        here = f"{pointer}item[{at}]"
        given = [one for one in several(item.get("answer")) if isinstance(one, dict)]
        named = _LOINC.fullmatch(words(item.get("linkId")))
        if named is not None and len(given) == 1:
            value = _value(given[0])
            if value:
                yield named["code"], value, here
        yield from _answered(item.get("item"), f"{here}.", depth + 1)
        for number, one in enumerate(given):
            yield from _answered(one.get("item"), f"{here}.answer[{number}].", depth + 1)


def _value(answer: Mapping[str, Any]) -> dict[str, Any]:
    for key, name in _ANSWERS.items():
        value = answer.get(key)
        if value is None:
            continue
        if key == "valueCoding":
            return {name: {"coding": [value]}}
        return {name: {"value": value} if key == "valueDecimal" else value}
    return {}
