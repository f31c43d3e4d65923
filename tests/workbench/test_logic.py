"""What the checks conclude of premises holds for every patient one can think of."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterator, Mapping
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.knowledge_base.model import ChoiceSet, Finding, KnowledgeBase, Member, Rule, Scale
from engine.premises import evaluation
from engine.premises.expression import (
    All,
    Always,
    AnyOf,
    Arithmetic,
    AtLeast,
    Cases,
    Chosen,
    Compared,
    First,
    Literal,
    Negative,
    Not,
    NumberNode,
    OneOf,
    Points,
    Proposition,
    Scaled,
    TruthNode,
    Value,
    Within,
)
from engine.values import dates
from engine.values.interval import Interval, between, exactly
from engine.values.problems import Place
from engine.values.truth import Truth
from engine.values.value import NOT_APPLICABLE, UNKNOWN, Choice, Gap, Known, Measurement, Number
from engine.workbench.checks.logic.logic import Logic

HERE = Place("here.yaml", 1, 1)
NUMBERS = ("x", "y")
COLORS = ("red", "green", "blue")
LOWEST, HIGHEST = 0, 6


def member(name: str) -> Member:
    return Member(id=name, place=HERE)


KB = KnowledgeBase(
    findings={
        **{name: Finding(id=name, place=HERE, type="number", plausible=between(LOWEST, HIGHEST)) for name in NUMBERS},
        "color": Finding(id="color", place=HERE, type="choice", choices="colors"),
    },
    choices={"colors": ChoiceSet(id="colors", place=HERE, members={name: member(name) for name in COLORS})},
    scales={"risk": Scale(id="risk", place=HERE, levels=("low", "middle", "high"))},
)


class Patient:
    """Facts given directly."""

    def __init__(self, known: Mapping[str, Known]) -> None:
        self._known = known
        self.today = dates.day(datetime.date(2026, 1, 15))

    def known(self, name: str) -> Known:
        return self._known.get(name, UNKNOWN)

    def range_of(self, name: str) -> Interval | None:
        return None

    def threshold(self, name: str) -> Interval | Gap:
        return UNKNOWN

    def truth(self, atom: str) -> Truth:
        return Truth.UNKNOWN

    def key_of(self, name: str) -> str:
        return "name"

    def members_of(self, name: str) -> frozenset[str]:
        return frozenset()

    def member_number(self, name: str, member: str, attribute: str) -> Decimal | None:
        return None


def patients(*, applicable: bool) -> Iterator[Patient]:
    """Every patient with whole and half numbers; in others a finding may not apply."""
    numbers: list[Known] = [
        Number((Measurement(exactly(Decimal(half) / 2)),)) for half in range(2 * LOWEST, 2 * HIGHEST + 1)
    ]
    colors: list[Known] = [Choice(frozenset({name})) for name in COLORS]
    if not applicable:
        numbers.append(NOT_APPLICABLE)
        colors.append(NOT_APPLICABLE)
    for x, y, color in itertools.product(numbers, numbers[::3], colors):
        yield Patient({"x": x, "y": y, "color": color})


WITH_GAPS = tuple(patients(applicable=False))
WITHOUT_GAPS = tuple(patients(applicable=True))


def number(value: int) -> Literal:
    return Literal(value=exactly(value))


cuts = st.integers(LOWEST - 1, HIGHEST + 1).map(number)
names = st.sampled_from(NUMBERS).map(lambda name: Value(name=name))
compared = st.builds(
    lambda operator, left, right, turned: Compared(
        operator=operator, left=right if turned else left, right=left if turned else right
    ),
    st.sampled_from(["<", "<=", ">", ">=", "=", "!="]),
    names,
    cuts,
    st.booleans(),
)
within = st.builds(lambda value, low, high: Within(value=value, low=low, high=high), names, cuts, cuts)
one_of = st.builds(
    lambda members, negated: OneOf(name="color", members=members, negated=negated),
    st.frozensets(st.sampled_from(COLORS), min_size=1),
    st.booleans(),
)
literals: st.SearchStrategy[TruthNode] = st.one_of(compared, within, one_of)


def joined(parts: st.SearchStrategy[TruthNode]) -> st.SearchStrategy[TruthNode]:
    several = st.lists(parts, min_size=2, max_size=3).map(tuple)
    return st.one_of(
        several.map(lambda items: All(items=items)),
        several.map(lambda items: AnyOf(items=items)),
        several.map(lambda items: AtLeast(count=2, items=items)),
        parts.map(lambda item: Not(item=item)),
    )


premises = st.recursive(literals, joined, max_leaves=5)


@given(premises, premises)
def test_what_follows_holds_wherever_the_first_does(one: TruthNode, other: TruthNode) -> None:
    if Logic(KB).implies(one, other):
        for patient in WITH_GAPS:
            if evaluation.truth_of(one, patient) is Truth.TRUE:
                assert evaluation.truth_of(other, patient) is Truth.TRUE


@given(premises, premises)
def test_what_excludes_each_other_never_meets(one: TruthNode, other: TruthNode) -> None:
    if Logic(KB).exclusive(one, other):
        for patient in WITH_GAPS:
            both = {evaluation.truth_of(one, patient), evaluation.truth_of(other, patient)}
            assert both != {Truth.TRUE}


@given(premises)
def test_what_is_settled_beforehand_is_so_for_every_plausible_patient(premise: TruthNode) -> None:
    fate = Logic(KB).fate(premise)
    if fate is not Truth.UNKNOWN:
        assert {evaluation.truth_of(premise, patient) for patient in WITHOUT_GAPS} == {fate}


factors = st.sampled_from([Decimal("2.5"), Decimal("0.4")])
numbers = st.recursive(
    st.one_of(names, cuts),
    lambda parts: st.one_of(
        st.builds(
            lambda operator, left, right: Arithmetic(operator=operator, left=left, right=right),
            st.sampled_from("+-*/"),
            parts,
            parts,
        ),
        st.builds(lambda item: Negative(item=item), parts),
        st.builds(
            lambda item, factor: Scaled(item=item, factor=Decimal(factor)), parts, st.sampled_from(["2.5", "0.4"])
        ),
        st.builds(lambda one, other: First(items=(one, other)), parts, parts),
        st.builds(
            lambda end, left, right: Chosen(end=end, left=left, right=right),
            st.sampled_from(["greater", "lesser"]),
            parts,
            parts,
        ),
        st.builds(
            lambda when, value, otherwise: Cases(premises=(when,), values=(value,), otherwise=otherwise),
            literals,
            parts,
            parts,
        ),
        st.builds(
            lambda when, points: Points(premises=when, points=points[: len(when)]),
            st.lists(literals, min_size=1, max_size=3).map(tuple),
            st.tuples(*[st.integers(-3, 3).map(Decimal)] * 3),
        ),
    ),
    max_leaves=5,
)


@given(numbers)
def test_no_plausible_patient_has_a_number_beyond_its_bounds(formula: NumberNode) -> None:
    bounds = Logic(KB).bounds.of(formula)
    for patient in WITHOUT_GAPS:
        value = evaluation.number_of(formula, patient)
        assert isinstance(value, Gap) or bounds.contains(value)


def below(name: str, value: int) -> TruthNode:
    return Compared(operator="<", left=Value(name=name), right=number(value))


def above(name: str, value: int) -> TruthNode:
    return Compared(operator=">", left=Value(name=name), right=number(value))


RED, GREEN = (OneOf(name="color", members=frozenset({name})) for name in COLORS[:2])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (below("x", 2), below("x", 3)),
        (All(items=(below("x", 5), above("x", 2))), Within(value=Value(name="x"), low=number(2), high=number(5))),
        (RED, OneOf(name="color", members=frozenset({"red", "green"}))),
        (RED, Not(item=GREEN)),
        (RED, OneOf(name="color", members=frozenset({"green"}), negated=True)),
        (AnyOf(items=(below("x", 1), below("x", 2))), below("x", 3)),
        (Not(item=AnyOf(items=(RED, below("x", 3)))), Not(item=RED)),
        (Not(item=below("x", 3)), Not(item=below("x", 2))),
        (Proposition(atom="risk >= high"), Proposition(atom="risk >= middle")),
        (RED, Always()),
    ],
)
def test_what_plainly_follows_is_seen(one: TruthNode, other: TruthNode) -> None:
    assert Logic(KB).implies(one, other)
    assert not Logic(KB).implies(other, one) or one == other


@pytest.mark.parametrize(
    "parts",
    [
        (below("x", 2), above("x", 3)),
        (RED, GREEN),
        (RED, OneOf(name="color", members=frozenset({"red"}), negated=True)),
        (below("x", 2), Not(item=below("x", 3))),
        (All(items=(RED, below("x", 1))), Not(item=AnyOf(items=(below("x", 4), below("y", 4))))),
        (Proposition(atom="risk >= high"), Not(item=Proposition(atom="risk >= middle"))),
    ],
)
def test_what_plainly_excludes_each_other_is_seen(parts: tuple[TruthNode, ...]) -> None:
    assert Logic(KB).conflict(parts) is not None


def test_a_state_none_of_whose_rules_can_fire_can_never_hold() -> None:
    rule = Rule(id="r", place=HERE, verb="sets", targets=("s",), when=All(items=(below("x", 2), above("x", 3))))
    logic = Logic(KnowledgeBase(findings=KB.findings, rules={"r": rule}))
    assert logic.fate(Proposition(atom="s")) is Truth.FALSE


def test_what_a_state_rests_on_is_granted_by_it() -> None:
    rule = Rule(id="r", place=HERE, verb="sets", targets=("s",), when=All(items=(RED, above("x", 3))))
    logic = Logic(KnowledgeBase(findings=KB.findings, rules={"r": rule}))
    assert logic.grants((Proposition(atom="s"),), RED)
    assert not logic.grants((Proposition(atom="s"),), GREEN)
