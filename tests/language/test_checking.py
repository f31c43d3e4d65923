"""Checking premises: the tree each form becomes, and what is said of each mistake, where."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.premises import evaluation, expression
from engine.premises.checking import checking
from engine.premises.checking.checking import CODES, Listed, Written, check_formula, check_premise, check_tree
from engine.premises.expression import NumberNode, TruthNode
from engine.values.interval import exactly
from engine.values.problems import Level, Place, Problem
from engine.values.value import Measurement, Number
from tests.language.small_vocabulary import FILE, HERE, UNITS, VOCABULARY, blocks, shown

RIGHT, FORMULAS, WRONG = (list(blocks(f"{name}.txt")) for name in ("right", "formulas", "wrong"))


def premise(text: str, *, propositions: bool = True) -> tuple[TruthNode | None, list[Problem]]:
    return check_premise(text, HERE, VOCABULARY, UNITS, propositions=propositions)


def formula(text: str, unit: str = "", analyte: str = "") -> tuple[NumberNode | None, list[Problem]]:
    return check_formula(text, HERE, VOCABULARY, UNITS, unit, analyte)


def right(text: str) -> TruthNode:
    node, problems = premise(text)
    assert node is not None, [str(problem) for problem in problems]
    return node


def told(problem: Problem) -> str:
    text = f"{problem.place.column} {problem.code} {problem.what}"
    return f"{text}; {problem.hint}" if problem.hint else text


def test_the_tables_were_found() -> None:
    assert (len(RIGHT), len(FORMULAS), len(WRONG)) > (60, 20, 90)


@pytest.mark.parametrize(("text", "tree"), RIGHT)
def test_a_premise_becomes_its_tree(text: str, tree: tuple[str, ...]) -> None:
    assert shown(right(text)) == "".join(tree)


@pytest.mark.parametrize(("text", "tree"), FORMULAS)
def test_a_formula_becomes_its_tree_in_the_unit_of_its_quantity(text: str, tree: tuple[str, ...]) -> None:
    unit, _, written = text.partition(" | ")
    node, problems = formula(written, unit.replace("no unit", ""), "calcium" if unit == "mmol/L" else "")
    assert [str(problem) for problem in problems] == []
    assert shown(node) == "".join(tree)


@pytest.mark.parametrize(("text", "expected"), WRONG)
def test_each_mistake_is_told_its_right_form_at_its_place(text: str, expected: tuple[str, ...]) -> None:
    node, problems = premise(text)
    assert node is None
    assert tuple(map(told, problems)) == expected


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [
        ("5", "mg/day", "5 OL203 `5` has no unit, and the result is in mg/day; write `5 mg/day`"),
        ("2 * 3", "mg/day", "5 OL203 `2 * 3` has no unit, and the result is in mg/day; multiply by `1 mg/day`"),
        ("weight", "mg/day", "5 OL204 `weight` is in kg, the result in mg/day"),
        ("5 kg", "", "5 OL204 kg does not measure the result (a plain number)"),
        ("age > 4", "", "5 OL206 `age > 4` is a condition; a number is expected here"),
        ("scan_date", "", "5 OL206 `scan_date` is a date; a quantity is a number; write `since(date)`"),
        ("fragility_fracture", "", "5 OL206 `fragility_fracture` is a state; a number is expected here; "
         "write `fragility_fracture` or `not fragility_fracture`"),
        ("sum of dose over medicines where (acr_risk >= high)", "mg",
         "39 OL212 `acr_risk >= high` is concluded by rules; "
         "`where` reads fields and findings only; join it to the condition outside of `where`"),
        ("5 +", "", "8 OL201 a number or name is missing after `+`"),
    ],
)  # fmt: skip
def test_a_formula_is_a_number_in_the_unit_of_its_quantity(text: str, unit: str, expected: str) -> None:
    node, problems = formula(text, unit)
    assert node is None
    assert [told(problem) for problem in problems] == [expected]


def test_a_did_you_mean_names_the_other_place() -> None:
    (problem,) = premise("agee > 40")[1]
    assert str(problem) == (f"rules/x.yaml:10:5: error OL104: unknown finding 'agee'; did you mean 'age'? ({FILE}:7:1)")


def test_every_problem_of_a_premise_is_reported_at_once() -> None:
    problems = premise("agee > 40 and sex is femal and not vitamin_d < 30")[1]
    assert [(problem.place.column, problem.code) for problem in problems] == [
        (5, "OL104"),
        (26, "OL104"),
        (52, "OL203"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "fragility_fracture",
        "acr_risk >= high",
        "acr_risk is low",
        "diagnosed(osteoporosis)",
        "diagnosed(secondary_cause)",
    ],
)
def test_what_comes_before_all_rules_reads_no_conclusions(text: str) -> None:
    assert premise(text)[0] is not None
    node, problems = premise(text, propositions=False)
    assert node is None
    assert [problem.code for problem in problems] == ["OL212"]


def test_always_stands_alone() -> None:
    assert premise(" always ")[0] == expression.Always()
    assert [problem.code for problem in premise("always or age > 4")[1]] == ["OL209"]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("age < 40 or age >= 40", True),
        ("fragility_fracture and not fragility_fracture", True),
        ("sex is male or sex is not male", True),
        ("age < 40 or age > 40", False),
        ("age < 40 or weight >= 40 kg", False),
    ],
)
def test_opposites_side_by_side_are_a_warning(text: str, kept: bool) -> None:
    node, problems = premise(text)
    assert node is not None
    assert [(problem.code, problem.level) for problem in problems] == [("OL213", Level.WARNING)] * kept


def test_a_quantity_without_a_range_is_doubted_and_kept() -> None:
    node, problems = premise("bmi is high")
    assert node == expression.Against(name="bmi", word="high")
    assert [(problem.code, problem.level) for problem in problems] == [("OL210", Level.WARNING)]


# --- lists ------------------------------------------------------------------------------------------------------------


def written(text: str, line: int = 1) -> Written:
    return Written(text, Place("rules/x.yaml", line, 9))


def listed(kind: str, *items: Written | Listed, count: int = 0) -> Listed:
    return Listed(kind, items, Place("rules/x.yaml", 11, 5), count)


def test_a_nested_list_becomes_its_tree_with_a_source_that_reads() -> None:
    structure = listed(
        "all",
        written("age >= 40"),
        listed("any", written("fragility_fracture"), written("lowest_t_score <= -3.5")),
        listed("not", written("smoking is current or age > 90")),
        listed("at least", written("age > 65"), written("family_hip_fracture"), count=2),
    )
    node, problems = check_tree(structure, VOCABULARY, UNITS)
    assert problems == []
    assert node is not None
    assert shown(node) == (
        "All(Compared(>=, Value(age), Literal(40)); "
        "AnyOf(Proposition(fragility_fracture); Compared(<=, Value(lowest_t_score), Literal(-3.5))); "
        "Not(AnyOf(OneOf(smoking, {current}); Compared(>, Value(age), Literal(90)))); "
        "AtLeast(2, Compared(>, Value(age), Literal(65)); IsYes(family_hip_fracture)))"
    )
    assert node.source == (
        "age >= 40 and (fragility_fracture or lowest_t_score <= -3.5) and not (smoking is current or age > 90) "
        "and at least 2 of (age > 65; family_hip_fracture)"
    )


def test_a_text_where_a_list_may_stand_is_a_premise() -> None:
    assert check_tree(written("age >= 40"), VOCABULARY, UNITS)[0] == right("age >= 40")


def test_a_list_of_one_is_that_one() -> None:
    assert check_tree(listed("any", written("age >= 40")), VOCABULARY, UNITS)[0] == right("age >= 40")


@pytest.mark.parametrize(
    ("structure", "expected"),
    [
        (listed("all"), "5 OL209 `all:` without a premise; write one a line below it"),
        (listed("any"), "5 OL209 `any:` without a premise; write one a line below it"),
        (listed("at least", count=2), "5 OL209 `at least 2 of:` without a premise; write one a line below it"),
        (
            listed("not", written("age > 4"), written("age > 5")),
            "5 OL209 `not:` takes one premise, not 2; write `not:` with one premise, or with `any:` or `all:` below it",
        ),
        (
            listed("at least", written("age > 4"), written("age > 5"), count=3),
            "5 OL209 `at least 3 of:` has 2 premises: never true; a number from 1 to 2 is expected",
        ),
        (
            listed("at least", written("age > 4"), count=0),
            "5 OL209 `at least 0 of:` has 1 premise: always true; a number from 1 to 1 is expected",
        ),
        (listed("all", written("always"), written("age > 4")), "9 OL209 `always` stands alone; leave it out"),
        (listed("any", written("agee > 4")), "9 OL104 unknown finding 'agee'; did you mean 'age'?"),
    ],
)
def test_a_list_that_cannot_matter_is_a_problem(structure: Listed, expected: str) -> None:
    node, problems = check_tree(structure, VOCABULARY, UNITS)
    assert node is None
    assert [told(problem) for problem in problems] == [expected]


def test_problems_of_all_items_are_reported_in_the_order_of_the_file() -> None:
    structure = listed("all", written("b > 1", 14), listed("any", written("age > 4", 12), written("== 5", 13)))
    assert [problem.place.line for problem in check_tree(structure, VOCABULARY, UNITS)[1]] == [13, 14]


def test_lists_nested_without_end_are_a_problem() -> None:
    structure: Listed | Written = written("age > 4")
    for _ in range(200):
        structure = listed("not", structure)
    node, problems = check_tree(structure, VOCABULARY, UNITS)
    assert node is None
    assert [problem.code for problem in problems] == ["OL215"]


def test_opposite_items_of_a_list_are_a_warning() -> None:
    node, problems = check_tree(listed("any", written("age > 4"), written("age <= 4", 2)), VOCABULARY, UNITS)
    assert node is not None
    assert [(problem.code, problem.place.line) for problem in problems] == [("OL213", 2)]


# --- laws -------------------------------------------------------------------------------------------------------------

_LEAVES = [text for text, _ in RIGHT if not re.search(r"^(not )?any fractures$", text)]
_PREMISE = st.recursive(
    st.sampled_from(_LEAVES).map(lambda text: f"({text})"),
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda items: f"({' and '.join(items)})"),
        st.lists(inner, min_size=2, max_size=3).map(lambda items: f"({' or '.join(items)})"),
        inner.map(lambda item: f"(not {item})"),
    ),
    max_leaves=5,
)


@given(_PREMISE)
def test_the_source_of_every_condition_reads_back_as_the_same_tree(text: str) -> None:
    node = right(text)
    for part in _outside_where(node):
        again, problems = premise(part.source)
        assert again == part, (part.source, problems)


def _outside_where(node: TruthNode) -> Iterator[TruthNode]:
    """The conditions that stand for themselves; what a scale's comparison or a class is made of has no text."""
    yield node
    if isinstance(node, (expression.All, expression.AnyOf, expression.Not)):
        for part in node.children():
            if isinstance(part, TruthNode) and part.source != node.source and _speaks(part):
                yield from _outside_where(part)


def _speaks(node: TruthNode) -> bool:
    return not isinstance(node, expression.Applies)


_ALPHABET = (
    "age sex weight height vitamin_d calcium bmi medicines fractures name site date started stopped bisphosphonate hip "
    "high low acr_risk stage late diagnosed(osteoporosis) fragility_fracture lowest(dxa) since(scan_date) since first "
    "greater upper count sum highest lowest of over where any no at least 2 3 40 2.5 0 mg/day nmol/L months kg % "
    "and or not ( ) ( ) = != < <= > >= is has in .. on occasions + - * / , 2025-03 duration always "
    "prednisolone_factor daily_dose"
)
_PIECES = _ALPHABET.split(" ")


@given(st.lists(st.sampled_from(_PIECES), max_size=12).map(" ".join) | st.text(max_size=40))
def test_no_text_raises_anything_but_problems(text: str) -> None:
    for node, problems in (premise(text), premise(text, propositions=False), formula(text, "mg/day")):
        assert (node is None) == any(problem.level is Level.ERROR for problem in problems)
        assert {problem.code for problem in problems} <= set(CODES)
        assert all(problem.what and problem.place.line >= 10 for problem in problems)


@given(st.sampled_from(["<", "<=", ">", ">=", "=", "!="]), st.integers(1, 400))
def test_a_number_means_the_same_in_each_unit_of_its_analyte(operator: str, number: int) -> None:
    converted = f"{number * 5 / 2:g}"
    assert right(f"vitamin_d {operator} {number} ng/mL") == right(f"vitamin_d {operator} {converted} nmol/L")


@given(st.integers(1, 100))
def test_years_and_months_since_a_date_are_the_same_times(years: int) -> None:
    assert right(f"since(scan_date) < {years} years") == right(f"since(scan_date) < {years * 12} months")


class _Months:
    """Someone for whom every quantity is the same number of months."""

    def __init__(self, months: int) -> None:
        self.months = Number((Measurement(exactly(months)),))

    def known(self, name: str) -> Number:
        return self.months


@given(st.integers(1, 2000))
def test_a_boundary_is_met_exactly_in_another_unit(years: int) -> None:
    """60 months are 5 years, not 4.999..., so that `>= 5 years` holds on the day."""
    node, _ = formula("denosumab_elapsed", "year")
    assert node is not None
    person: Any = _Months(12 * years)
    assert evaluation.number_of(node, person) == exactly(years)


def test_a_premise_checked_before_may_stand_in_a_list() -> None:
    before = right("age >= 40")
    node, problems = check_tree(Listed("not", (before,), HERE), VOCABULARY, UNITS)
    assert (node, problems) == (expression.Not(item=before), [])
    assert check_tree(before, VOCABULARY, UNITS) == (before, [])


def test_every_code_that_is_reported_is_explained() -> None:
    room = Path(checking.__file__).parent
    written = {
        code
        for path in (*room.glob("*.py"), room.parent / "grammar.py", room.parent / "mistakes.py")
        for code in re.findall(r'"(OL\d{3})"', path.read_text(encoding="utf-8"))
    }
    assert written == set(CODES)
