"""What runs in the family: what a relative by blood had, as far as it is asked of the patient."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .chart import Chart
from .coding import codings, several, text_of, word, words
from .notation import Resource

_MOTHER, _FATHER = frozenset({"MTH", "NMTH", "72705000"}), frozenset({"FTH", "NFTH", "66839005"})
_PARENTS = _MOTHER | _FATHER | frozenset({"PRN", "NPRN", "40683002"})
_SISTERS = frozenset({"SIS", "NSIS", "TWINSIS", "27733009"})
_SIBLINGS = _SISTERS | frozenset({"BRO", "NBRO", "TWINBRO", "SIB", "NSIB", "TWIN", "70924004", "375005"})
_DAUGHTERS = frozenset({"DAUC", "DAU", "66089001"})
_CHILDREN = _DAUGHTERS | frozenset({"SONC", "SON", "CHILD", "NCHILD", "67822003"})
"""Relatives of the first degree by blood, by HL7's role codes and SNOMED: none by marriage, adoption or half."""
_BY_WORD = {
    "mother": "MTH",
    "natural mother": "MTH",
    "father": "FTH",
    "natural father": "FTH",
    "parent": "PRN",
    "sister": "SIS",
    "brother": "BRO",
    "sibling": "SIB",
    "daughter": "DAUC",
    "son": "SONC",
}
_NOT_TOLD = frozenset({"entered-in-error", "health-unknown"})
_HAD = {
    "osteoporosis": ("family_history_osteoporosis", _PARENTS | _SIBLINGS),
    "osteogenesis_imperfecta": ("family_history_osteoporosis", _PARENTS | _SIBLINGS),
    "breast_cancer": ("family_breast_cancer", _MOTHER | _SISTERS | _DAUGHTERS),
    "primary_hyperparathyroidism": ("family_calcium_disorder", _PARENTS | _SIBLINGS | _CHILDREN),
    "familial_hypocalciuric_hypercalcemia": ("family_calcium_disorder", _PARENTS | _SIBLINGS | _CHILDREN),
    "x_linked_hypophosphatemia": ("family_soft_bones", _PARENTS | _SIBLINGS | _CHILDREN),
    "rickets": ("family_soft_bones", _PARENTS | _SIBLINGS | _CHILDREN),
}
"""What a relative had, the question to the patient that it answers, and the relatives whom that asks about."""


def relatives(chart: Chart, resource: Resource) -> None:
    """Answers to what is asked of the family; all else of a relative's history is no fact of the patient."""
    content = resource.content
    told = text_of(content.get("relationship"))
    kin = {one.code for one in codings(content.get("relationship"))} or {_BY_WORD.get(told.lower(), "")}
    found: set[str] = set()
    status = word(content.get("status"))
    if status not in _NOT_TOLD:
        for condition in several(content.get("condition")):
            if isinstance(condition, dict):
                found |= set(_answers(chart, condition.get("code"), kin))
    for name in sorted(found):
        chart.told.setdefault(name, []).append(("yes", resource))
    if found:
        return
    why = f"its status is {status}" if status in _NOT_TOLD else "it is a relative's, and no fact of the patient"
    chart.aside(resource, f"history of {words(told) or 'a relative'}", why)


def _answers(chart: Chart, concept: Any, kin: set[str]) -> Iterator[str]:
    """The findings that a relative's illness answers with yes."""
    tables = chart.tables
    sites, _ = chart.among(tables.sites, concept)
    if sites == {"hip"} and kin & _PARENTS:
        yield "parent_hip_fracture"
    members, _ = chart.among(tables.conditions, concept)
    members = members or chart.named(tables.conditions, concept)
    name, asked = _HAD.get(min(members), ("", frozenset())) if len(members) == 1 else ("", frozenset())
    if kin & asked:
        yield name
