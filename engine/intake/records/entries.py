"""Conditions, fractures, symptoms, operations and intolerances: entries of a patient's lists."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ...values.patterns import lazily
from . import times
from .chart import Chart, one_of
from .coding import codings, key_of, several, text_of, word
from .notation import Resource
from .results import status_of

_DROPPED = {
    "refuted": "it was refuted",
    "entered-in-error": "it was entered in error",
    "unconfirmed": "it is not confirmed",
    "provisional": "it is provisional",
    "differential": "it is one of several possibilities",
}
_ALLERGY_DROPPED = {code: why for code, why in _DROPPED.items() if code != "unconfirmed"}
_AROUND = lazily(
    r"^(?:allerg(?:y|ic) to|adverse reaction to|intolerance (?:to|of)|hypersensitivity to|product containing)\s+"
    r"|\s+(?:allergy|intolerance|adverse reaction)$|\s+\((?:substance|product|disorder|finding|medicinal product)\)$",
    re.IGNORECASE,
)
"""What stands around the name of a medicine that somebody does not bear."""
_OVER = frozenset({"inactive", "remission", "resolved"})
_NOW = frozenset({"active", "recurrence", "relapse"})
_NONE_KNOWN = {
    "no-known-problems": ("conditions",),
    "no-known-medications": ("medicines",),
    "no-known-allergies": ("intolerances",),
    "no-known-medication-allergies": ("intolerances",),
    "160245001": ("conditions",),
    "716186003": ("intolerances",),
    "409137002": ("intolerances",),
    "787481004": ("medicines",),
}
"""Codes (of the International Patient Summary, and SNOMED CT) that say of a list that nothing is known to be in it."""
_SECTIONS = {
    "11450-4": ("conditions",),
    "10160-0": ("medicines",),
    "48765-2": ("intolerances",),
}
"""Sections of a summary by LOINC, and the list each of them is."""


def condition(chart: Chart, resource: Resource) -> None:
    """An entry of the conditions, fractures or symptoms, or several: a broken bone and the disease behind it."""
    content = resource.content
    concept = content.get("code")
    called = key_of(concept)
    if says_none(concept, called):
        why = _no_fact(content)
        if why or _over(content, _codes(content.get("clinicalStatus")), chart):
            chart.aside(resource, text_of(concept), why or "it is over")
        else:
            closes(chart, concept, called, resource)
        return
    found = chart.tables.meant.get(called) if called is not None else None
    if found is None:
        found = list(_meant(chart, concept))
        if called is not None:
            chart.tables.meant[called] = found
    told = [] if found else list(_answered(chart, concept))
    if not found and not told:
        chart.misses(concept, resource, called)
        return
    why = _no_fact(content)
    clinical = _codes(content.get("clinicalStatus"))
    if not why and "unknown" in clinical:
        why = "whether it is still there is not known"
    if why:
        chart.aside(resource, text_of(concept), why)
        return
    chart.guessed(concept, called, resource)
    start, age = _onset(content)
    if start and times.is_after(start, chart.day):
        chart.aside(resource, text_of(concept), f"it begins on {times.day_of(start)}, after the day of this report")
        return
    over = _over(content, clinical, chart)
    for name, answer in told:
        if over:
            chart.aside(resource, text_of(concept), "it is over")
        else:
            chart.told.setdefault(name, []).append((answer, resource))
    for home, key, members, more in found:
        fields = {key: one_of(members), **more}
        if start:
            fields["started" if home == "symptoms" else "date"] = times.day_of(start)
        elif age and home != "symptoms":
            fields["age_at"] = age
        if over and home != "fractures":
            fields["stopped"] = over
        chart.adds(home, fields, resource)


def _meant(chart: Chart, concept: Any) -> Iterator[tuple[str, str, frozenset[str], Mapping[str, str]]]:
    """The lists that a condition is an entry of: by its codes, else by its words."""
    tables = chart.tables
    homes = (
        ("conditions", "name", tables.conditions),
        ("fractures", "site", tables.sites),
        ("symptoms", "name", tables.symptoms),
    )
    any_code = False
    for home, key, choices in homes:
        members, more = chart.among(choices, concept)
        if members:
            any_code = True
            yield home, key, members, more
    if any_code or chart.known(concept):
        return
    for home, key, choices in (homes[0], homes[2]):
        members = chart.named(choices, concept)
        if members:
            yield home, key, members, {}
            return


def _answered(chart: Chart, concept: Any) -> Iterator[tuple[str, str]]:
    """Findings that an entry of a problem list answers: a mother's breast cancer, the menopause, smoking."""
    for meaning in chart.known(concept):
        if meaning.ignored or len(meaning.members) != 1:
            continue
        finding = chart.finding(meaning.members[0]) if meaning.of == "findings" else None
        if finding is not None and finding.form == "yes_no":
            yield finding.id, "yes"
        asked = [one.id for one in chart.kb.findings.values() if one.form == "choice" and one.choices == meaning.of]
        if len(asked) == 1:  # of `normal` nobody knows what is
            yield asked[0], meaning.members[0]


def _codes(concept: Any) -> frozenset[str]:
    """The codes of a status, whatever of its form it keeps; older records give a word alone."""
    if isinstance(concept, dict):
        listed = concept.get("coding")
        if isinstance(listed, list) and len(listed) == 1 and isinstance(listed[0], dict):
            code = listed[0].get("code")
            return frozenset((code,)) if isinstance(code, str) else frozenset()
        return frozenset(one.code for one in codings(concept))
    return frozenset((concept,)) if isinstance(concept, str) else frozenset()


def _onset(content: dict[str, Any]) -> tuple[str, str]:
    """When it began: a time, else an age in years."""
    start = content.get("onsetDateTime")
    if not isinstance(start, str):
        start = times.start_of(content.get("onsetPeriod"))
    if start and times.is_time(start):
        return start, ""
    age = content.get("onsetAge")
    if (
        isinstance(age, dict)
        and age.get("code", "a") in ("a", "yr", "year")
        and isinstance(age.get("value"), (int, float))
    ):
        return "", f"{age['value']:g}"
    return "", ""


def _over(content: dict[str, Any], clinical: frozenset[str], chart: Chart) -> str:
    """Since when it is over; `yes` where that alone is known; empty where it is still there."""
    end = content.get("abatementDateTime")
    if not isinstance(end, str):
        end = times.end_of(content.get("abatementPeriod"))
    ended = bool(end) and times.is_time(end) and not times.is_after(end, chart.day)
    if clinical & _NOW and not clinical & _OVER:
        return ""
    if ended:
        return times.day_of(end)
    if clinical & _OVER or content.get("abatementBoolean") is True or content.get("abatementString"):
        return "yes"
    return ""


def procedure(chart: Chart, resource: Resource) -> None:
    """An operation that leaves a condition behind: a stomach taken out, a kidney put in."""
    content = resource.content
    members, more = chart.among(chart.tables.conditions, content.get("code"))
    if not members:
        chart.misses(content.get("code"), resource)
        return
    status = word(content.get("status"))
    if status not in ("completed", "in-progress"):
        chart.aside(resource, text_of(content.get("code")), status_of(status))
        return
    when = times.first(content, ("performedDateTime", "performedPeriod", "occurrenceDateTime", "occurrencePeriod"))
    fields = {"name": one_of(members), **more}
    if when and times.is_time(when):
        if times.is_after(when, chart.day):
            chart.aside(resource, text_of(content.get("code")), "it is dated after the day of this report")
            return
        fields["date"] = times.day_of(when)
    chart.adds("conditions", fields, resource)


def intolerance(chart: Chart, resource: Resource) -> None:
    """A medicine that was not borne. One that nobody confirmed counts: it is asked about, and not given meanwhile."""
    content = resource.content
    concept = content.get("code")
    why = _no_fact(content, _ALLERGY_DROPPED)
    over = bool(_codes(content.get("clinicalStatus")) & _OVER)
    if says_none(concept, key_of(concept)):
        if why or over:
            chart.aside(resource, text_of(concept), why or "it is over")
        else:
            closes(chart, concept, key_of(concept), resource)
        return
    members = _medicines(chart, concept)
    if not members:
        for reaction in several(content.get("reaction")):
            if isinstance(reaction, dict):
                members = members or _medicines(chart, reaction.get("substance"))
    if not members:
        chart.misses(concept, resource)
    elif why or over:
        chart.aside(resource, text_of(concept), why or "it is over")
    else:
        if "unconfirmed" in _codes(content.get("verificationStatus")):
            chart.notice(
                f"{resource.path}: the intolerance is not confirmed; it counts until it is known not to be one."
            )
        chart.adds("intolerances", {"name": one_of(members)}, resource)


def _medicines(chart: Chart, concept: Any) -> frozenset[str]:
    """The medicine that an intolerance is of: by its code, else by its name, `Allergy to alendronate` too."""
    members, _ = chart.among(chart.tables.medicines, concept)
    if members:
        return members
    for told in (text_of(concept), *(one.display for one in codings(concept))):
        name = _AROUND.sub("", told).strip()
        found = chart.tables.products.known(name) if name else frozenset()
        if found:
            return found
    return frozenset()


def _no_fact(content: dict[str, Any], dropped: Mapping[str, str] = _DROPPED) -> str:
    """Why an entry is no fact, by its verification status; empty where it is one."""
    return next((dropped[code] for code in _codes(content.get("verificationStatus")) if code in dropped), "")


def says_none(concept: Any, called: tuple[Any, ...] | None) -> bool:
    """Whether a concept says that there is nothing in a list."""
    if called is not None and called[1] not in _NONE_KNOWN:
        return False  # most have one code, and it says something else
    return any(one.code in _NONE_KNOWN for one in codings(concept))


def closes(chart: Chart, concept: Any, called: tuple[Any, ...] | None, resource: Resource) -> bool:
    """Whether a concept says that nothing is known to be in a list."""
    for one in codings(concept) if says_none(concept, called) else ():
        for name in _NONE_KNOWN.get(one.code, ()):
            chart.closed.setdefault(name, resource)
            return True
    return False


def summary(chart: Chart, resource: Resource) -> None:
    """Sections and lists that say that they are empty because there is nothing; any other reason closes none."""
    content = resource.content
    sections = content.get("section") if content["resourceType"] == "Composition" else [content]
    for section in sections if isinstance(sections, list) else ():
        if not isinstance(section, dict):
            continue
        if "nilknown" in _codes(section.get("emptyReason")):
            for one in codings(section.get("code")):
                for name in _SECTIONS.get(one.code, ()):
                    chart.closed.setdefault(name, resource)
    chart.passes(resource)
