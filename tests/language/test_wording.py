"""Premises in plain words, denied, and set against what is known."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.premises import wording
from engine.premises.checking.checking import Listed, Written, check_formula, check_premise, check_tree
from engine.premises.expression import Cases, Literal, Node, Not, NumberNode, Points, TruthNode
from engine.premises.witness import known_text, witness
from engine.values import dates
from engine.values.interval import INFINITY, Interval, between, exactly
from engine.values.truth import Truth
from engine.values.value import (
    NO,
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
from tests.language.small_vocabulary import HERE, MEDICINES, UNITS, VOCABULARY, blocks

RIGHT = list(blocks("right.txt"))

TODAY = datetime.date(2026, 1, 15)


_LABELS = {
    "fractures": "broken bones",
    "dxa": "T-scores",
    "lowest_t_score": "lowest T-score",
    "vitamin_d": "25-OH vitamin D",
}


class Called:
    """Labels made of ids, with the few that are not."""

    def label(self, name: str) -> str:
        known = {
            "fractures": "broken bones",
            "dxa": "T-scores",
            "lowest_t_score": "lowest T-score",
            "vitamin_d": "25-OH vitamin D",
        }
        return known.get(name, name.replace("_", " "))

    def unit(self, name: str) -> str:
        signature = VOCABULARY.names.get(name)
        return "" if signature is None or signature.bare_unit else signature.unit

    def member(self, name: str, member: str) -> str:
        classes = {"not_osteoporotic": "finger, toe, face or skull", "oral_glucocorticoid": "oral glucocorticoid"}
        return classes.get(member, member.replace("_", " "))

    def subject(self, name: str) -> str:
        return self.label(name)

    def proposition(self, atom: str) -> str:
        verb, _, subject = atom.partition("(")
        if subject:
            said = {"contraindicated": "contraindicated", "recommended": "wanted"}.get(verb, verb)
            return f"{self.label(subject.rstrip(')'))} is {said}"
        if " >= " in atom:
            scale, level = atom.split(" >= ")
            return f"{self.label(scale)} is at least {level.replace('_', ' ')}"
        return self.label(atom)


CALLED = Called()


def tree(text: str) -> TruthNode:
    node, problems = check_premise(text, HERE, VOCABULARY, UNITS)
    assert node is not None, [str(problem) for problem in problems]
    return node


def formula(text: str, unit: str = "") -> NumberNode:
    node, problems = check_formula(text, HERE, VOCABULARY, UNITS, unit)
    assert node is not None, [str(problem) for problem in problems]
    return node


@pytest.mark.parametrize(("text", "plain"), list(blocks("words.txt")))
def test_a_premise_reads_as_a_sentence_and_so_does_its_denial(text: str, plain: tuple[str, ...]) -> None:
    assert (wording.words(tree(text), CALLED), wording.denial(tree(text), CALLED)) == plain


def test_at_least_some_of_a_list_counts_them() -> None:
    items = (Written("age > 65", HERE), Written("smoking is current", HERE), Written("family_hip_fracture", HERE))
    node, _ = check_tree(Listed("at least", items, HERE, 2), VOCABULARY, UNITS)
    assert node is not None
    assert (
        wording.words(node, CALLED) == "at least 2 of these: age is above 65; smoking is current; family hip fracture"
    )
    assert wording.denial(node, CALLED) == (
        "fewer than 2 of these: age is above 65; smoking is current; family hip fracture"
    )


@pytest.mark.parametrize(
    ("text", "unit", "said"),
    [
        ("weight / (height * height)", "kg/m2", "weight ÷ (height × height)"),
        ("years_on_treatment", "month", "years on treatment"),
        ("since(scan_date)", "year", "the time since scan date"),
        (
            "sum of daily_dose * prednisolone_factor over medicines "
            "where (name is systemic_glucocorticoid and not stopped)",
            "mg/day",
            "the sum of daily dose × prednisolone factor over current medicines (systemic glucocorticoid)",
        ),
        ("first(calcium_intake, 800 mg/day)", "mg/day", "calcium intake, or else 800 mg/day"),
        ("greater(weight, 40 kg) - 5 kg", "kg", "the greater of weight and 40 kg - 5 kg"),
        ("-t_score_hip", "", "-t score hip"),
        ("highest(t_score_hip, t_score_spine)", "", "the highest of t score hip, t score spine"),
        (
            "cockcroft_gault(age, weight, creatinine, sex)",
            "mL/min",
            "Cockcroft and Gault 1976 from age, weight, creatinine, sex",
        ),
    ],
)
def test_a_formula_reads_without_its_unit_factors(text: str, unit: str, said: str) -> None:
    assert wording.words(formula(text, unit), CALLED) == said


def test_cases_and_points_read_as_what_each_gives() -> None:
    man, old = tree("sex is male"), tree("age > 65")
    five = Literal(value=exactly(5), unit="mg")
    cases = Cases(premises=(man,), values=(five,), otherwise=Literal(value=exactly(4), unit="mg"))
    assert wording.words(cases, CALLED) == "5 mg if sex is male; otherwise 4 mg"
    points = Points(premises=(man, old), points=(Decimal("2.50"), Decimal(-1)))
    assert wording.words(points, CALLED) == "the sum of 2.5 if sex is male; -1 if age is above 65"


@pytest.mark.parametrize(
    ("value", "text"),
    [("1.50", "1.5"), ("100", "100"), ("1E+2", "100"), ("0.00", "0"), ("-2.0", "-2"), ("2.333333333333", "2.3333"),
     ("0.000012345", "0.0000123"), ("Infinity", "infinity")],
)  # fmt: skip
def test_numbers_are_printed_without_trailing_zeros_or_exponents(value: str, text: str) -> None:
    assert wording.number(Decimal(value)) == text


@pytest.mark.parametrize(
    ("known", "text"),
    [
        (exactly("-2.70"), "-2.7"),
        (Interval(-INFINITY, Decimal("-2.5"), True, True), "< -2.5"),
        (Interval(-INFINITY, Decimal("-2.5"), True, False), "<= -2.5"),
        (Interval(Decimal(3), INFINITY, True, True), "> 3"),
        (Interval(Decimal(3), INFINITY, False, True), ">= 3"),
        (between(60, 70), "60..70"),
        (Interval(Decimal(67), Decimal(68), False, True), "67 to under 68"),
        (Interval(Decimal(67), Decimal(68), True, False), "over 67 to 68"),
        (Interval(-INFINITY, INFINITY, True, True), "any number"),
    ],
)
def test_what_is_known_of_a_number_is_written_as_people_do(known: Interval, text: str) -> None:
    assert wording.interval(known) == text


@pytest.mark.parametrize(
    ("text", "unit", "amount"),
    [
        ("7", "month", "7 months"),
        ("1", "months", "1 month"),
        ("30", "%", "30%"),
        ("5", "mg", "5 mg"),
        ("-2.5", "", "-2.5"),
    ],
)
def test_units_agree_with_their_number(text: str, unit: str, amount: str) -> None:
    assert wording.amount(text, unit) == amount


@given(st.sampled_from([text for text, _ in RIGHT]), st.booleans())
def test_denying_twice_is_saying_it(text: str, deep: bool) -> None:
    node: TruthNode = Not(item=tree(text)) if deep else tree(text)
    assert wording.denial(Not(item=node), CALLED) == wording.words(node, CALLED)
    assert wording.words(Not(item=node), CALLED) == wording.denial(node, CALLED)


@given(st.sampled_from([text for text, _ in RIGHT]))
def test_a_premise_and_its_denial_never_read_alike(text: str) -> None:
    assert wording.words(tree(text), CALLED) != wording.denial(tree(text), CALLED)


def test_a_tree_without_its_source_names_the_members() -> None:
    def bare(node: Node) -> str:
        return wording.words(node, CALLED)

    node = tree("medicines has bisphosphonate")
    lost = type(node)(name="medicines", members=MEDICINES.classes["bisphosphonate"])  # type: ignore[call-arg]  # a Has
    assert bare(lost) == "medicines include alendronate or zoledronate"


# --- against what is known --------------------------------------------------------------------------------------------


class Patient:
    """Facts given directly."""

    def __init__(self, known: Mapping[str, Known]) -> None:
        self._known = known
        self.today = dates.day(TODAY)

    def known(self, name: str) -> Known:
        return self._known.get(name, UNKNOWN)

    def range_of(self, name: str) -> Interval | None:
        return between("2.2", "2.6") if name == "calcium" else None

    def threshold(self, name: str) -> Interval | Gap:
        return exactly("-2.5")

    def truth(self, atom: str) -> Truth:
        return Truth.UNKNOWN

    def key_of(self, name: str) -> str:
        return "site" if name == "fractures" else "name"

    def members_of(self, name: str) -> frozenset[str]:
        return MEDICINES.members

    def member_number(self, name: str, member: str, attribute: str) -> Decimal | None:
        return None


def number(low: str, high: str | None = None) -> Number:
    return Number((Measurement(between(low, high or low)),))


def day(text: str) -> Day:
    known = dates.partial(text)
    assert known is not None
    return Day(known)


def choice(*members: str) -> Choice:
    return Choice(frozenset(members))


DENOSUMAB = Entry({"name": choice("denosumab"), "started": day("2024-03")})
STOPPED = Entry({"name": choice("alendronate"), "stopped": day("2020")})
PATIENT: dict[str, Known] = {
    "vitamin_d": number("28"),
    "lowest_t_score": number("-2.70"),
    "age": number("60", "70"),
    "bmi": Number((Measurement(Interval(-INFINITY, Decimal(18), True, True)),)),
    "calcium": number("2.9"),
    "albumin": Number((Measurement(word=Word.LOW),)),
    "alkaline_phosphatase": Number((Measurement(word=Word.HIGH, persistent=True),)),
    "creatinine": NOT_MEASURED,
    "menopausal_status": NOT_APPLICABLE,
    "sex": choice("female"),
    "smoking": choice("current", "former"),
    "family_hip_fracture": YES,
    "scan_date": day("2025-10"),
    "medicines": Records((DENOSUMAB, STOPPED)),
    "fractures": Records((), complete=True),
    "conditions": Records((), complete=False),
}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("vitamin_d < 30 nmol/L", "28 < 30 nmol/L"),
        ("vitamin_d >= 30 nmol/L", "28 < 30 nmol/L"),
        ("vitamin_d < 25 nmol/L", "28 >= 25 nmol/L"),
        ("lowest_t_score <= osteoporosis_t_score", "-2.7 <= -2.5"),
        ("age < 65", "60..70; < 65 is open"),
        ("age > 40", "60..70 > 40"),
        ("bmi < 20 kg/m2", "< 18 kg/m2, so < 20 kg/m2"),
        ("creatinine > 90 umol/L", "creatinine not measured"),
        ("weight > 90 kg", "weight not known"),
        ("vitamin_d in 20..30 nmol/L", "28 in 20..30 nmol/L"),
        ("vitamin_d in 30..50 nmol/L", "28 not in 30..50 nmol/L"),
        ("age in 65..90", "60..70 perhaps in 65..90"),
        ("weight in 65..90 kg", "weight not known"),
        ("calcium is high", "2.9 mmol/L, reference range 2.2..2.6"),
        ("calcium is low on 2 occasions", "2.9 mmol/L, reference range 2.2..2.6"),
        ("vitamin_d is low", "28 nmol/L, reference range not known"),
        ("albumin is low", "low"),
        ("alkaline_phosphatase is high", "persistently high"),
        ("sex is male", "female"),
        ("smoking is current", "current or former"),
        ("menopausal_status is postmenopausal", "not applicable"),
        ("family_hip_fracture", "yes"),
        ("since(scan_date) < 2 years", "2.5..3.5 < 24 months"),
        ("scan_date < 2025", "2025-10 >= 2025-01-01"),
        ("medicines has denosumab", "denosumab since 2024-03"),
        ("medicines has bisphosphonate", "none of denosumab since 2024-03, alendronate until 2020"),
        ("any medicines where (name is bisphosphonate)", "alendronate until 2020"),
        ("any medicines where (since(started) < 22 months)", "perhaps denosumab since 2024-03, alendronate until 2020"),
        ("since(scan_date) < 2.49 months", "2.4839..3.4516 months; < 2.49 months is open"),
        ("since(scan_date) < 2.48 months", "2.5..3.5 >= 2.48 months"),
        ("any fractures", "none listed"),
        ("any conditions", "not known"),
        ("fragility_fracture", ""),
    ],
)
def test_what_is_known_is_set_against_the_condition(text: str, said: str) -> None:
    assert witness(tree(text), Patient(PATIENT), CALLED) == said


@pytest.mark.parametrize(
    ("known", "said"),
    [
        (UNKNOWN, "not known"),
        (NO, "no"),
        (day("2025"), "2025"),
        (Records((DENOSUMAB,), complete=False), "denosumab since 2024-03, ..."),
        (Records((Entry({}),)), "an entry"),
        (Records((DENOSUMAB,) * 6), ", ".join(["denosumab since 2024-03"] * 4) + ", ..."),
    ],
)
def test_what_is_known_of_one_finding_reads_plainly(known: Known, said: str) -> None:
    assert known_text(known, "medicines", CALLED) == said
