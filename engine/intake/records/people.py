"""Who a patient is: age, sex, and whether they still live, from the Patient resource."""

from __future__ import annotations

import datetime
from typing import Any

from ..answers.sheet import clipped
from . import times
from .chart import Chart
from .coding import codings, fields, several, words
from .notation import Resource

_SEX = {
    **dict.fromkeys(("248152002", "F", "female", "Female"), "female"),
    **dict.fromkeys(("248153007", "M", "male", "Male"), "male"),
}
_EXTENSIONS = (
    "http://hl7.org/fhir/us/core/StructureDefinition/us-core-individual-sex",
    "http://hl7.org/fhir/us/core/StructureDefinition/us-core-sex",
    "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex",
)
"""Where records of the United States say the sex, the newest form first."""


def died(patient: Resource | None) -> str:
    """The time of death, `yes` where that alone is known; empty where the patient lives or nothing is said."""
    if patient is None:
        return ""
    when = patient.content.get("deceasedDateTime")
    if isinstance(when, str) and when:
        return when
    return "yes" if patient.content.get("deceasedBoolean") is True else ""


def person(chart: Chart, patient: Resource) -> dict[str, str]:
    """Age and sex, as answers give them."""
    content = patient.content
    found: dict[str, str] = {}
    age = _age(chart, patient)
    if age:
        found["age"] = age
    sex = _sex(chart, patient)
    if sex:
        found["sex"] = sex
    elif content.get("gender") is not None:
        chart.notice(
            f"{patient.path}: the sex is given as {clipped(str(content['gender']))}, so it is taken as unknown."
        )
    else:
        chart.notice(f"{patient.path}: nothing says the sex.")
    return found


def _age(chart: Chart, patient: Resource) -> str:
    """Years on the day of the report; two of them where only the month or year of birth is known."""
    born = patient.content.get("birthDate")
    if born is None:
        chart.notice(f"{patient.path}: nothing says the date of birth.")
        return ""
    if not isinstance(born, str) or not times.is_time(born) or times.is_after(born, chart.day):
        chart.aside(patient, "birthDate", f"'{clipped(str(born))}' is no date of birth", "birthDate")
        return ""
    first, last = times.days_of(born)
    youngest, oldest = _years(last, chart.day), _years(first, chart.day)
    return str(oldest) if youngest == oldest else f"{max(youngest, 0)}..{oldest}"


def _years(born: datetime.date, day: datetime.date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _sex(chart: Chart, patient: Resource) -> str:
    content = patient.content
    listed = [one for one in several(content.get("extension")) if isinstance(one, dict)]
    for address in _EXTENSIONS:
        for one in listed:
            if one.get("url") == address:
                coding = [told.code for told in codings({"coding": [fields(one.get("valueCoding"))]})]
                for code in (words(one.get("valueCode")), *coding, *_coded(one.get("valueCodeableConcept"))):
                    if code in _SEX:
                        return _noted(chart, patient, _SEX[code])
    return _SEX.get(words(content.get("gender")), "")


def _coded(concept: Any) -> list[str]:
    return [one.code for one in codings(concept)]


def _noted(chart: Chart, patient: Resource, sex: str) -> str:
    gender = words(patient.content.get("gender"))
    if gender in ("male", "female") and gender != sex:
        chart.notice(f"{patient.path}: the sex is {sex}, the administrative gender {gender}; the sex was taken.")
    return sex
