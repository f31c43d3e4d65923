"""What premises come to: three-valued, over intervals, gaps, words and lists."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from decimal import Decimal

import pytest

from engine.premises import evaluation
from engine.premises import expression as ex
from engine.values import dates
from engine.values.interval import INFINITY, Interval, between, exactly
from engine.values.truth import Truth
from engine.values.value import (
    NOT_APPLICABLE,
    NOT_MEASURED,
    UNKNOWN,
    YES,
    Choice,
    Day,
    Entry,
    Gap,
    Known,
    Measurement,
    Number,
    Records,
    Word,
)

T, F, U = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN
TODAY = datetime.date(2026, 1, 15)
MEMBERS = frozenset({"alendronate", "denosumab", "prednisolone", "omeprazole"})


class Patient:
    """Facts given directly, without a knowledge base."""

    def __init__(self, known: Mapping[str, Known], ranges: Mapping[str, Interval] | None = None) -> None:
        self._known, self._ranges = known, ranges or {}
        self.today = dates.day(TODAY)

    def known(self, name: str) -> Known:
        return self._known.get(name, UNKNOWN)

    def range_of(self, name: str) -> Interval | None:
        return self._ranges.get(name)

    def threshold(self, name: str) -> Interval | Gap:
        return exactly(5)

    def truth(self, atom: str) -> Truth:
        return U

    def key_of(self, name: str) -> str:
        return "name"

    def members_of(self, name: str) -> frozenset[str]:
        return MEMBERS

    def member_number(self, name: str, member: str, attribute: str) -> Decimal | None:
        return {"prednisolone": Decimal(1)}.get(member)


def number(value: int | str) -> Number:
    return Number((Measurement(exactly(value)),))


def within(low: int | str, high: int | str) -> Number:
    return Number((Measurement(between(low, high)),))


def word(*words: Word, persistent: bool = False) -> Number:
    return Number(tuple(Measurement(word=one, persistent=persistent) for one in words))


def compared(operator: str, limit: int | str = 5) -> ex.Compared:
    return ex.Compared(operator=operator, left=ex.Value(name="x"), right=ex.Literal(value=exactly(limit)))


BELOW_5 = Number((Measurement(Interval(-INFINITY, Decimal(5), True, True)),))


@pytest.mark.parametrize(
    ("known", "operator", "expected"),
    [
        (number(4), "<", T),
        (number(5), "<", F),
        (number(5), "<=", T),
        (number(5), ">=", T),
        (number(5), "=", T),
        (number(5), "!=", F),
        (number("4.999"), "<", T),
        (BELOW_5, "<", T),
        (BELOW_5, ">=", F),
        (BELOW_5, "<=", T),
        (BELOW_5, "=", F),
        (within(4, 5), "<", U),
        (within(4, 5), "<=", T),
        (within(4, 6), "=", U),
        (within(6, 7), "<", F),
        (UNKNOWN, "<", U),
        (NOT_MEASURED, "<", U),
        (NOT_MEASURED, ">=", U),
        (NOT_APPLICABLE, "<", F),
        (NOT_APPLICABLE, ">=", F),
        (NOT_APPLICABLE, "!=", F),
    ],
)
def test_a_comparison_is_true_only_when_all_that_is_possible_agrees(
    known: Known, operator: str, expected: Truth
) -> None:
    assert expected is evaluation.truth_of(compared(operator), Patient({"x": known}))


def test_not_a_comparison_is_true_where_it_does_not_apply() -> None:
    patient = Patient({"x": NOT_APPLICABLE})
    assert T is evaluation.truth_of(ex.Not(item=compared("<")), patient)
    assert F is evaluation.truth_of(compared(">="), patient)


@pytest.mark.parametrize(
    ("known", "asked", "expected"),
    [
        (number(11), "high", T),
        (number(10), "high", F),
        (number(10), "normal", T),
        (number(3), "normal", T),
        (number("2.99"), "low", T),
        (within(9, 11), "high", U),
        (word(Word.HIGH), "high", T),
        (word(Word.HIGH), "normal", F),
        (word(Word.LOW), "high", F),
        (UNKNOWN, "high", U),
        (NOT_APPLICABLE, "high", F),
    ],
)
def test_high_low_and_normal_go_by_the_range_or_by_the_word(known: Known, asked: str, expected: Truth) -> None:
    patient = Patient({"x": known}, {"x": between(3, 10)})
    assert expected is evaluation.truth_of(ex.Against(name="x", word=asked), patient)


def test_without_a_range_a_number_is_neither_high_nor_normal() -> None:
    patient = Patient({"x": number(11)})
    assert U is evaluation.truth_of(ex.Against(name="x", word="high"), patient)
    assert T is evaluation.truth_of(ex.Against(name="x", word="high"), Patient({"x": word(Word.HIGH)}))


def test_the_range_printed_beside_a_result_beats_the_usual_one() -> None:
    printed = Number((Measurement(exactly(11), range=between(3, 12)),))
    patient = Patient({"x": printed}, {"x": between(3, 10)})
    assert F is evaluation.truth_of(ex.Against(name="x", word="high"), patient)


HIGH_TWICE = ex.Against(name="x", word="high", occasions=2)


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (word(Word.HIGH), U),
        (word(Word.HIGH, Word.HIGH), T),
        (word(Word.HIGH, Word.NORMAL), F),
        (word(Word.HIGH, Word.NORMAL, Word.HIGH), T),
        (word(Word.HIGH, persistent=True), T),
        (word(Word.NORMAL, persistent=True), F),
        (UNKNOWN, U),
    ],
)
def test_high_on_two_occasions_wants_two_entries(known: Known, expected: Truth) -> None:
    assert expected is evaluation.truth_of(HIGH_TWICE, Patient({"x": known}))


def test_two_results_of_one_day_are_one_occasion() -> None:
    day = dates.day(datetime.date(2026, 1, 2))
    same = Number((Measurement(word=Word.HIGH, date=day), Measurement(word=Word.HIGH, date=day)))
    assert U is evaluation.truth_of(HIGH_TWICE, Patient({"x": same}))


def test_a_word_is_the_part_of_the_line_its_range_makes_it() -> None:
    patient = Patient({"x": word(Word.HIGH)}, {"x": between(3, 10)})
    assert T is evaluation.truth_of(compared(">", 10), patient)
    assert U is evaluation.truth_of(compared(">", 11), patient)


def entry(name: str, **fields: Known) -> Entry:
    return Entry({"name": Choice(frozenset({name})), **fields})


def medicines(*entries: Entry, complete: bool = True, absent: tuple[str, ...] = ()) -> dict[str, Known]:
    return {"medicines": Records(tuple(entries), complete, frozenset(absent))}


def has(*members: str) -> ex.Has:
    return ex.Has(name="medicines", members=frozenset(members))


IN_2020 = Day(dates.partial("2020") or between(0, 0))


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (medicines(entry("alendronate")), T),
        (medicines(entry("omeprazole")), F),
        (medicines(), F),
        (medicines(complete=False), U),
        (medicines(entry("alendronate"), complete=False), T),
        (medicines(complete=False, absent=("alendronate",)), F),
        (medicines(entry("alendronate", stopped=IN_2020)), F),
        ({}, U),
    ],
)
def test_a_list_has_a_member_while_it_is_current(known: dict[str, Known], expected: Truth) -> None:
    assert expected is evaluation.truth_of(has("alendronate"), Patient(known))


ANY_ALENDRONATE = ex.Quantified(
    quantifier="any",
    name="medicines",
    where=ex.OneOf(name="name", members=frozenset({"alendronate"}), field=True),
)


def test_any_looks_at_what_was_stopped_too() -> None:
    assert T is evaluation.truth_of(ANY_ALENDRONATE, Patient(medicines(entry("alendronate", stopped=IN_2020))))


def test_an_open_list_may_hold_one_more_but_not_what_is_known_to_be_absent() -> None:
    assert U is evaluation.truth_of(ANY_ALENDRONATE, Patient(medicines(complete=False)))
    assert F is evaluation.truth_of(ANY_ALENDRONATE, Patient(medicines(complete=False, absent=("alendronate",))))


DOSE = ex.Arithmetic(
    operator="*",
    left=ex.Field(name="daily_dose", floor=Decimal(0)),
    right=ex.MemberNumber(name="prednisolone_factor"),
)
STEROIDS = ex.Aggregate(
    kind="sum",
    name="medicines",
    item=DOSE,
    where=ex.OneOf(name="name", members=frozenset({"prednisolone"}), field=True),
)


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (medicines(), exactly(0)),
        (medicines(entry("prednisolone", dose=number("7.5"))), exactly("7.5")),
        (medicines(entry("prednisolone", dose=number(30), every=number(2))), exactly(15)),
        (medicines(entry("prednisolone")), Interval(Decimal(0), INFINITY, False, True)),
        (medicines(entry("prednisolone", dose=number(5)), complete=False), Interval(Decimal(5), INFINITY, False, True)),
    ],
)
def test_a_sum_of_doses_is_at_least_what_is_known(known: dict[str, Known], expected: Interval) -> None:
    assert expected == evaluation.number_of(STEROIDS, Patient(known))


def extreme(kind: str) -> ex.Aggregate:
    return ex.Aggregate(kind=kind, name="medicines", item=ex.Field(name="dose"))


def test_the_highest_of_none_is_not_measured() -> None:
    assert NOT_MEASURED is evaluation.number_of(extreme("highest"), Patient(medicines()))
    assert UNKNOWN is evaluation.number_of(extreme("highest"), Patient(medicines(complete=False)))
    doses = medicines(entry("prednisolone", dose=number(5)), entry("omeprazole", dose=number(20)))
    assert exactly(20) == evaluation.number_of(extreme("highest"), Patient(doses))
    assert exactly(5) == evaluation.number_of(extreme("lowest"), Patient(doses))


SITES = ex.Extreme(end="lowest", names=("hip", "neck", "spine"))


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ({"hip": number("-2.7"), "neck": NOT_MEASURED, "spine": NOT_MEASURED}, exactly("-2.7")),
        ({"hip": number("-2.7"), "neck": NOT_APPLICABLE, "spine": number(-1)}, exactly("-2.7")),
        ({"hip": number("-2.7")}, Interval(-INFINITY, Decimal("-2.7"), True, False)),
        ({"hip": NOT_MEASURED, "neck": NOT_MEASURED, "spine": NOT_APPLICABLE}, NOT_MEASURED),
        ({}, UNKNOWN),
    ],
)
def test_the_lowest_of_a_group_can_only_be_lower(known: dict[str, Known], expected: Interval | Gap) -> None:
    assert expected == evaluation.number_of(SITES, Patient(known))


def test_first_passes_over_what_was_not_measured_and_stops_at_the_unknown() -> None:
    node = ex.First(items=(ex.Value(name="a"), ex.Value(name="b")))
    assert exactly(2) == evaluation.number_of(node, Patient({"a": NOT_MEASURED, "b": number(2)}))
    assert exactly(2) == evaluation.number_of(node, Patient({"a": NOT_APPLICABLE, "b": number(2)}))
    assert UNKNOWN is evaluation.number_of(node, Patient({"b": number(2)}))


@pytest.mark.parametrize(
    ("date", "months", "expected"),
    [
        ("2024-01-15", 24, T),
        ("2024-01-14", 24, F),
        ("2024-01", 24, U),
        ("2024-02", 24, T),
        ("2023", 24, F),
        ("2025-12-31", 24, T),
    ],
)
def test_months_since_are_calendar_months(date: str, months: int, expected: Truth) -> None:
    recent = ex.Compared(
        operator="<=",
        left=ex.Since(date=ex.Value(name="when")),
        right=ex.Literal(value=exactly(months)),
    )
    days = dates.partial(date)
    assert days is not None
    assert expected is evaluation.truth_of(recent, Patient({"when": Day(days)}))


def test_the_age_at_an_undated_fracture_lies_between_birth_and_now() -> None:
    adult = ex.Compared(operator=">=", left=ex.Field(name="age_at"), right=ex.Literal(value=exactly(50)))
    node = ex.Quantified(quantifier="any", name="medicines", where=adult)
    undated = medicines(entry("alendronate"))
    assert U is evaluation.truth_of(node, Patient({**undated, "age": number(67)}))
    assert F is evaluation.truth_of(node, Patient({**undated, "age": number(48)}))
    dated = medicines(entry("alendronate", date=IN_2020))
    assert T is evaluation.truth_of(node, Patient({**dated, "age": number(67)}))


def test_cases_give_the_hull_of_what_may_hold_up_to_the_first_that_does() -> None:
    node = ex.Cases(
        premises=(ex.IsYes(name="a"), ex.IsYes(name="b")),
        values=(ex.Literal(value=exactly(1)), ex.Literal(value=exactly(3))),
    )
    no = Choice(frozenset({"no"}))
    assert exactly(1) == evaluation.number_of(node, Patient({"a": YES, "b": YES}))
    assert exactly(3) == evaluation.number_of(node, Patient({"a": no, "b": YES}))
    assert between(1, 3) == evaluation.number_of(node, Patient({"b": YES}))
    assert UNKNOWN is evaluation.number_of(node, Patient({"a": no}))
    assert NOT_MEASURED is evaluation.number_of(node, Patient({"a": no, "b": no}))


def test_points_of_unknown_premises_may_count() -> None:
    node = ex.Points(premises=(ex.IsYes(name="a"), ex.IsYes(name="b")), points=(Decimal(2), Decimal(5)))
    assert between(2, 7) == evaluation.number_of(node, Patient({"a": YES}))
    assert exactly(2) == evaluation.number_of(node, Patient({"a": YES, "b": Choice(frozenset({"no"}))}))


def test_dividing_by_what_may_be_nothing_is_unknown() -> None:
    node = ex.Arithmetic(operator="/", left=ex.Literal(value=exactly(1)), right=ex.Value(name="x"))
    assert UNKNOWN is evaluation.number_of(node, Patient({"x": within(0, 2)}))
    assert exactly("0.5") == evaluation.number_of(node, Patient({"x": number(2)}))


def test_the_end_of_a_range_is_unknown_until_the_result_is_there() -> None:
    node = ex.RangeEnd(end="upper", name="x")
    assert UNKNOWN is evaluation.number_of(node, Patient({}, {"x": between(3, 10)}))
    assert exactly(10) == evaluation.number_of(node, Patient({"x": number(4)}, {"x": between(3, 10)}))


def test_ckd_epi_2021_gives_the_published_value() -> None:
    node = ex.Formula(name="ckd_epi_2021", arguments=(ex.Value(name="c"), ex.Value(name="age")), names=("sex",))
    man = Patient({"c": number("1.7"), "age": number(81), "sex": Choice(frozenset({"male"}))})
    value = evaluation.number_of(node, man)
    assert isinstance(value, Interval)
    assert value.exact is not None
    assert abs(value.exact - Decimal("39.99991")) < Decimal("0.01")  # MedCalc-Bench, one-shot example


def test_a_formula_without_the_sex_spans_both() -> None:
    node = ex.Formula(name="cockcroft_gault", arguments=tuple(ex.Value(name=n) for n in "awc"), names=("sex",))
    anyone = Patient({"a": number(25), "w": number(60), "c": number(1)})
    value = evaluation.number_of(node, anyone)
    assert isinstance(value, Interval)
    assert value.low == value.high * Decimal("0.85")
