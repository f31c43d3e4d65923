"""What was recorded that speaks for a premise not yet decided, beyond what is known of everybody (age, sex, menopause).

A condition speaks where it is true by a finding that was said. Three that are still open speak as well: one that would
be true if the lists that were begun held nothing else (denosumab a year ago, other medicines not told yet); an entry
that matches as far as it is known (a broken hip without a date); and a number said only to lie beyond some line on the
side that is asked for (a calcium that is `high`). That something is absent never speaks.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping

from ..case.case import Case
from ..case.evidence import EVERYBODY
from ..inference import productions
from ..knowledge_base.model import Rule
from ..premises import evaluation, expression, witness
from ..premises.expression import TruthNode
from ..values.frozen import ordered
from ..values.interval import Interval
from ..values.truth import Truth
from . import reasons
from .verdict import Fact


@ordered
class Speaking:
    """How many conditions speak, and the findings that they rest on, each with the entries of a list that they name."""

    conditions: int = 0
    told: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)


_NOTHING = Speaking()
_ADVISED = ("recommended(", "contraindicated(", "ordered(")
"""What is concluded of advice: that a medicine is wanted or barred was not recorded of the patient."""


class Hearing:
    """One patient as far as was said, to be asked what speaks for a premise."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self._silent = EVERYBODY
        self._heard: dict[tuple[frozenset[str], int, bool], tuple[TruthNode, Speaking]] = {}

    def of_rules(self, rules: Iterable[Rule], beyond: frozenset[str] = frozenset()) -> Speaking:
        """What speaks for any of these rules; as many conditions as speak for the one that most speaks for.

        Args:
            beyond: findings that speak for none of them.
        """
        self._silent = EVERYBODY | beyond
        return _strongest([self._of(rule.when, wanted=True) for rule in rules if rule.when is not None])

    def facts(self, speaking: Speaking) -> tuple[Fact, ...]:
        """The findings that speak, in the order a clinician asks; of a list the entries that do."""
        told = speaking.told
        return tuple(self.case.later(_fact, (name, told[name])) for name in reasons.ordered(self.case, told))

    def _of(self, node: TruthNode, *, wanted: bool) -> Speaking:
        """What speaks for a premise, or a part of one, being true (`wanted`) or being false."""
        key = self._silent, id(node), wanted
        found = self._heard.get(key)
        if found is None:
            found = self._heard[key] = (node, self._worked_out(node, wanted=wanted))  # the node lives as long as its id
        return found[1]

    def _worked_out(self, node: TruthNode, *, wanted: bool) -> Speaking:
        if self.case.memory.holds(node) is (Truth.FALSE if wanted else Truth.TRUE):
            return _NOTHING
        if isinstance(node, expression.Not):
            return self._of(node.item, wanted=not wanted)
        if isinstance(node, (expression.All, expression.AnyOf, expression.AtLeast)):
            parts = [self._of(item, wanted=wanted) for item in node.items]
            one_is_enough = isinstance(node, expression.AnyOf) is wanted
            return _strongest(parts) if one_is_enough else _together(parts)
        if isinstance(node, (expression.Proposition, expression.Applies)):
            if node.atom.startswith(_ADVISED):
                return _NOTHING
            return _strongest([self._of(part, wanted=wanted) for part in self._premises(node.atom)])
        return self._of_condition(node) if _affirms(node) is wanted else _NOTHING

    def _premises(self, atom: str) -> Iterator[TruthNode]:
        """What makes a proposition true: the premises of its rules, and of a disease that it was reported."""
        yield from (rule.when for rule in self.case.prepared.rules.get(atom, ()) if rule.when is not None)
        if (reported := productions.reported_behind(self.case.kb, atom)) is not None:
            yield reported

    def _of_condition(self, node: TruthNode) -> Speaking:
        case = self.case
        said = [
            name for name in case.explanation.node(node).answers if name in case.counting and name not in self._silent
        ]
        if isinstance(node, (expression.Has, expression.Quantified)):
            certain, possible = witness.matching(node, case.memory, case.names)
            entries = tuple(certain or possible)
            return Speaking(1, {name: entries for name in said if name == node.name}) if said and entries else _NOTHING
        if said and (case.memory.holds(node) is Truth.TRUE or case.ask(_would_be_true, node) or case.ask(_leans, node)):
            return Speaking(1, dict.fromkeys(said, ()))
        return _NOTHING


def _fact(case: Case, spoken: tuple[str, tuple[str, ...]]) -> Fact:
    name, told = spoken
    return Fact(name, case.value_text(name), case.why_implied(name), ", ".join(told) or case.value_told(name))


def _would_be_true(case: Case, node: TruthNode) -> bool:
    """Whether an open condition would be true if the lists that were begun held nothing else."""
    closed = case.lists_closed
    return closed is not None and closed.holds(node) is Truth.TRUE


def _affirms(node: TruthNode) -> bool:
    """Whether a condition says that something is there; the others say that something is not."""
    if isinstance(node, expression.Quantified):
        return node.quantifier != "no"
    return not getattr(node, "negated", False)


def _leans(case: Case, node: TruthNode) -> bool:
    """Whether a number is said only to lie beyond some line, on the side that an open comparison asks for."""
    if not isinstance(node, expression.Compared) or node.operator[0] not in "<>":
        return False
    value = evaluation.number_of(node.left, case.memory)
    if not isinstance(value, Interval):
        return False
    known_end, open_end = (value.low, value.high) if node.operator[0] == ">" else (value.high, value.low)
    return open_end.is_infinite() and not known_end.is_infinite()


def _together(parts: Iterable[Speaking]) -> Speaking:
    found = list(parts)
    return Speaking(sum(part.conditions for part in found), _joined(found))


def _strongest(parts: Iterable[Speaking]) -> Speaking:
    found = list(parts)
    return Speaking(max((part.conditions for part in found), default=0), _joined(found))


def _joined(parts: Iterable[Speaking]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for part in parts:
        for name, told in part.told.items():
            found[name] = tuple(dict.fromkeys((*found.get(name, ()), *told)))
    return found
