"""Medicines of records: ordered, taken, handed out or given, as entries of the list of medicines."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from ..answers.sheet import clipped
from . import times
from .chart import Chart, one_of
from .coding import codings, fields, key_of, several, text_of, word, words
from .entries import closes, says_none
from .notation import Resource
from .products import Found, route_of
from .results import number_of, status_of

_ORDERS = frozenset({"order", "original-order", "reflex-order", "filler-order", "instance-order"})
_STOPPED = frozenset({"stopped", "completed", "on-hold", "ended"})
_TAKEN = frozenset({"active", "completed", "recorded", "stopped", "on-hold"})
_TIMES_A_DAY = {"QD": 1, "DAILY": 1, "QAM": 1, "QPM": 1, "AM": 1, "PM": 1, "HS": 1, "BID": 2, "TID": 3, "QID": 4}
_PERIODS = {"h": "hours", "d": "days", "wk": "weeks", "mo": "months", "a": "years"}
_MASS = {"mg": "mg", "g": "g", "ug": "ug", "mcg": "mcg", "[iU]": "IU", "[IU]": "IU", "IU": "IU", "mmol": "mmol"}
_LONG_ACTING = frozenset({"denosumab", "denosumab_cancer_dose", "zoledronate", "zoledronate_cancer_dose"}) | frozenset(
    {"romosozumab", "ibandronate", "leuprolide", "goserelin", "triptorelin", "depot_medroxyprogesterone", "degarelix"}
)
"""Medicines of which one dose goes on for months: a dose that was given is the treatment."""
_A_YEAR = datetime.timedelta(days=365)


def medicine(chart: Chart, resource: Resource) -> None:
    """The entries of a resource that speaks of a medicine; a product of several ingredients is several."""
    content = resource.content
    kind = content["resourceType"]
    concept = _concept(chart, resource)
    called = key_of(concept)
    if says_none(concept, called):
        why = _not_taken(kind, content) if word(content.get("status")) != "not-taken" else ""
        if why:
            chart.aside(resource, text_of(concept), why)
        else:
            closes(chart, concept, called, resource)
        return
    dose = _dosage(content)
    found = _found(chart, concept, called, dose)
    if not found:
        chart.misses(concept, resource, called)
        return
    why = _not_taken(kind, content)
    if why:
        chart.aside(resource, text_of(concept), why)
        return
    start, end, why = _taken(chart, kind, content, found, resource)
    if why:
        chart.aside(resource, text_of(concept), why)
        return
    chart.guessed(concept, called, resource)
    for one in found:
        entry = {"name": one_of(one.members)}
        if len(found) == 1 or one.strength is not None:
            entry |= _doses(dose, one)
        if start:
            entry["started"] = times.day_of(start)
        if kind == "MedicationAdministration" and one.members <= _LONG_ACTING and start:
            entry["last_given"] = times.day_of(start)
        elif end:
            entry["stopped"] = end
        chart.adds("medicines", entry, resource)


def _found(chart: Chart, concept: Any, called: tuple[Any, ...] | None, dose: dict[str, Any]) -> list[Found]:
    """What a medicine is; the same medicine is looked up once."""
    told = dose.get("route")
    route = key_of(told) if told is not None else None
    if called is None or (route is None and told is not None):
        return [one for one in _members(chart, concept, dose) if one.members]
    whole = (*called, route, _mass(dose) if dose else None)
    known = chart.tables.found.get(whole)
    if known is None:
        known = chart.tables.found[whole] = [one for one in _members(chart, concept, dose) if one.members]
    return known


def _concept(chart: Chart, resource: Resource) -> Any:
    """What was given: a concept here, in a resource that is referred to, or in one inside this."""
    content = resource.content
    concept = content.get("medicationCodeableConcept")
    if isinstance(concept, dict):
        return concept
    told = content.get("medication")
    reference = content.get("medicationReference")
    if isinstance(told, dict):
        if isinstance(told.get("concept"), dict):
            return told["concept"]
        reference = told.get("reference", reference)
    target = words(reference.get("reference")) if isinstance(reference, dict) else ""
    shown = {"text": words(reference.get("display"))} if isinstance(reference, dict) else {}
    if target.startswith("#"):
        for one in several(content.get("contained")):
            if isinstance(one, dict) and one.get("id") == target[1:]:
                return one.get("code") or shown
        return shown
    return chart.medication(target, resource) or shown


def _members(chart: Chart, concept: Any, dose: dict[str, Any]) -> Iterator[Found]:
    """What a medicine is: by the name of the product, narrowed by its codes; by its codes where no name is known."""
    products = chart.tables.products
    route = route_of(*(one.code for one in codings(dose.get("route"))), text_of(dose.get("route")))
    coded, decisive = _coded(chart, concept)
    amount = _mass(dose)
    names = dict.fromkeys(told for told in (text_of(concept), *(one.display for one in codings(concept))) if told)
    for name in names:
        found = products.members(name, route, amount)
        if any(one.members for one in found):
            for one in found:
                both = one.members & decisive
                yield one._replace(members=both) if both and len(one.members) > 1 else one
            return
    way = route or next((told for name in names if (told := route_of(name))), "")
    if coded:
        whole = products.siblings(coded)
        yield Found(products.narrowed(whole, way, amount), way, None, "")


def _coded(chart: Chart, concept: Any) -> tuple[frozenset[str], frozenset[str]]:
    """What the codes say, and what those say that tell the route: a code of RxNorm may be that of the ingredient."""
    found: list[tuple[str, frozenset[str]]] = []
    for one in codings(concept):
        for meaning in chart.tables.codes.of(one.system, one.code):
            if meaning.of == chart.tables.medicines and not meaning.ignored:
                found.append((one.system, frozenset(meaning.members)))
    decisive = next((members for system, members in found if "rxnorm" not in system), frozenset())
    return next((members for _, members in found), frozenset()), decisive


def _dosage(content: dict[str, Any]) -> dict[str, Any]:
    listed = next((content[key] for key in ("dosageInstruction", "dosage") if key in content), None)
    first = listed[0] if isinstance(listed, list) and listed else listed
    return first if isinstance(first, dict) else {}


def _quantity(dose: dict[str, Any]) -> dict[str, Any]:
    rates = dose.get("doseAndRate")
    first = rates[0] if isinstance(rates, list) and rates and isinstance(rates[0], dict) else dose
    found = first.get("doseQuantity", dose.get("dose"))
    return found if isinstance(found, dict) else {}


def _mass(dose: dict[str, Any]) -> Decimal | None:
    """The dose in mg, where the record gives it as a mass."""
    quantity = _quantity(dose)
    number, unit = number_of(quantity.get("value")), word(quantity.get("code")) or word(quantity.get("unit"))
    factor = {"mg": Decimal(1), "g": Decimal(1000), "ug": Decimal("0.001"), "mcg": Decimal("0.001")}.get(unit)
    return Decimal(number) * factor if number and factor is not None else None


def _doses(dose: dict[str, Any], one: Found) -> dict[str, str]:
    """Dose and frequency, as far as they are told: in mass, or as so many tablets of a strength that the name tells."""
    entry: dict[str, str] = {}
    quantity = _quantity(dose)
    number = number_of(quantity.get("value"))
    unit = word(quantity.get("code")) or word(quantity.get("unit"))
    if number and unit in _MASS:
        entry["dose"] = f"{number} {_MASS[unit]}"
    elif number and one.strength is not None and unit.lower() not in ("ml", "l", "%"):
        entry["dose"] = f"{one.strength * Decimal(number):f} mg"
    every = _every(dose)
    if every:
        entry["every"] = every
    return entry


def _every(dose: dict[str, Any]) -> str:
    if dose.get("asNeededBoolean") is True or dose.get("asNeededCodeableConcept") or dose.get("asNeeded") is True:
        return ""
    timing = dose.get("timing")
    if not isinstance(timing, dict):
        return ""
    repeat = timing.get("repeat")
    if isinstance(repeat, dict) and repeat.get("period") is not None:
        period, often = number_of(repeat.get("period")), number_of(repeat.get("frequency", 1))
        unit = _PERIODS.get(word(repeat.get("periodUnit")), "")
        if not (period and often and unit) or repeat.get("periodMax") or repeat.get("frequencyMax"):
            return ""
        if often == "1":
            return f"{period} {unit}" if period != "1" else unit.removesuffix("s")
        return f"{often} times a day" if (period, unit) in (("1", "days"), ("24", "hours")) else ""
    for told in codings(timing.get("code")):
        if told.code in _TIMES_A_DAY:
            often_a_day = _TIMES_A_DAY[told.code]
            return "day" if often_a_day == 1 else f"{often_a_day} times a day"
    return ""


def _not_taken(kind: str, content: dict[str, Any]) -> str:
    """Why a resource says nothing of what is or was taken; empty where it does."""
    status = word(content.get("status"))
    if content.get("doNotPerform") is True:
        return "it says not to give it"
    if kind == "MedicationRequest":
        intent = word(content.get("intent"))
        if intent not in _ORDERS:
            return f"it is a {clipped(intent)}, and no order" if intent else "it does not say whether it is an order"
        known = {"active", "stopped", "completed", "on-hold", "ended"}
    elif kind == "MedicationAdministration":
        known = {"completed"}
    elif kind == "MedicationDispense":
        known = {"completed", "in-progress"} & {"completed"}
    else:
        adherence = [one.code for one in codings(fields(content.get("adherence")).get("code"))]
        if any(code.startswith("not-taking") or code == "not-taken" for code in adherence):
            return "it is not taken"
        known = set(_TAKEN)
    if status in known:
        return ""
    return status_of(status)


def _taken(
    chart: Chart, kind: str, content: dict[str, Any], found: list[Found], resource: Resource
) -> tuple[str, str, str]:
    """When it was begun, when it ended (`yes`: it has, empty: it goes on), and why it does not count at all."""
    status, day = word(content.get("status")), chart.day
    start = times.first(content, ("authoredOn", "whenHandedOver", "whenPrepared"))
    period = content.get("effectivePeriod", content.get("occurencePeriod", content.get("occurrencePeriod")))
    bounds = _bounds(content) if kind == "MedicationRequest" else None
    start = times.start_of(period) or times.first(content, ("effectiveDateTime", "occurenceDateTime")) or start
    start = times.start_of(bounds) or start  # an order may be written before it begins, or after
    if start and not times.is_time(start):
        chart.aside(resource, "", f"'{clipped(start)}' is no date; the medicine was read without it")
        start = ""
    if start and times.is_after(start, day):
        return "", "", "it is dated after the day of this report"
    end = times.end_of(period) or times.end_of(bounds)
    if end and times.is_time(end) and not times.is_after(end, day):
        return start, times.day_of(end), ""
    if kind == "MedicationAdministration":
        return start, times.day_of(start) or "yes", ""
    if kind == "MedicationDispense":
        return (*_handed_out(content, start, day), "")
    adherence = {one.code for one in codings(fields(content.get("adherence")).get("code"))}
    if status in _STOPPED or any(code.startswith(("stopped", "on-hold")) for code in adherence):
        return start, "yes", ""
    if start and kind == "MedicationRequest" and _older(start, day):
        chart.lasting.append(f"{chart.label(found)} ({start[:4]})")
    return start, "", ""


def _bounds(content: dict[str, Any]) -> Any:
    """The period that an order is for."""
    return fields(fields(_dosage(content).get("timing")).get("repeat")).get("boundsPeriod")


def _older(start: str, day: datetime.date) -> bool:
    return times.is_before(start, day - _A_YEAR)


def _handed_out(content: dict[str, Any], start: str, day: datetime.date) -> tuple[str, str]:
    """Until when a package lasts."""
    supply = content.get("daysSupply")
    number = number_of(supply.get("value")) if isinstance(supply, dict) else ""
    try:
        last = datetime.date.fromisoformat(start[:10]) + datetime.timedelta(days=int(Decimal(number or 30)))
    except (ValueError, OverflowError):
        return start, "yes"
    return start, "" if last >= day else last.isoformat()
