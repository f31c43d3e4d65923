"""Pages about entries, and two of them side by side."""

from __future__ import annotations

import pytest

from engine.intake.lookup import Lookup
from engine.knowledge_base.model import Condition
from engine.views.catalog import comparison, entries, shown
from engine.workbench.survey.usage import Mention, Use
from tests.views.samples import KB, NAMES, place

LOOKUP = Lookup(KB)


def page(name: str, width: int = 80) -> str:
    return entries.page(LOOKUP.by_id(name)[0], NAMES, width)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("poor-mineralization", "No. What bone there is, is normally mineralized"),
        ("poor-mineralization", "see osteoporosis, osteomalacia"),
        ("osteoporosis", "Primary defect less mineralized bone"),
        ("osteoporosis", "also brittle bones, thin bones"),
        ("osteoporosis", "Demineralization of bone. (B1)"),
        ("alendronate", "dose 70 mg weekly"),
        ("alendronate", "Never when - Alendronate is not used below a creatinine clearance of 35 mL/min"),
        ("vitamin_d", "possible 1..400 nmol/L"),
        ("alendronate-clearance", "then rules out giving alendronate"),
        ("alendronate-clearance", "where rules/safety/kidney.yaml:2:1"),
        ("alendronate-label", "Alendronate is not used below a creatinine clearance of 35 mL/min (alendronate"),
        ("acr-2022", "region US"),
        ("osteoclast", "a cell that takes bone away"),
        ("calcium_tests", "asks 25-OH vitamin D, calcium"),
    ],
)
def test_a_page_says(name: str, words: str) -> None:
    assert words in " ".join(page(name).split())


@pytest.mark.parametrize("named", LOOKUP.all, ids=lambda named: f"{named.kind} {named.id}")
@pytest.mark.parametrize("width", [60, 160])
def test_everything_with_a_name_has_a_page_that_fits(named: object, width: int) -> None:
    told = entries.page(named, NAMES, width)  # type: ignore[arg-type]  # pytest hands the cases over as objects
    assert told.strip()
    assert max(map(len, told.splitlines())) <= width


@pytest.mark.parametrize("width", [40, 60, 80, 160])
def test_two_conditions_stand_side_by_side_feature_by_feature(width: int) -> None:
    told = comparison.conditions(KB.conditions["osteoporosis"], KB.conditions["osteomalacia"], width)
    rows = ["mineralization", "primary defect", "key characteristic", "underlying cause", "fractures"]
    assert sorted(rows, key=told.casefold().index) == rows
    for words in ("less mineralized bone", "defective", "porous"):
        assert words.split()[0] in told
    assert max(map(len, told.splitlines())) <= width


def test_a_row_has_both_sides_on_one_line() -> None:
    told = comparison.conditions(KB.conditions["osteoporosis"], KB.conditions["osteomalacia"], 100)
    row = next(line for line in told.splitlines() if line.startswith("Mineralization"))
    assert row.split() == ["Mineralization", "normal", "defective"]


def test_conditions_without_features_are_compared_by_what_they_are() -> None:
    bare = Condition(id="a", place=place("a"), label="alpha", definition="One thing.")
    told = comparison.conditions(bare, KB.conditions["celiac_disease"], 80)
    assert "What it is" in told
    assert "One thing." in told


def test_two_medicines_are_compared_by_how_they_are_given() -> None:
    one, other = KB.interventions["alendronate"], KB.interventions["vitamin_d_repletion"]
    assert "Dose" in comparison.interventions(one, other, 80)
    assert "70 mg weekly" in comparison.interventions(one, other, 80)


def test_what_is_shown_says_where_it_stands_who_uses_it_and_which_cases_mention_it() -> None:
    use = Use("contraindicates", "alendronate-clearance", "Not below 35", place("rules/safety/kidney.yaml", 2))
    told = shown.page(
        LOOKUP.by_id("alendronate")[0], NAMES, [use], [Mention("kidney fails", place("tests/cases/k.yaml", 9))]
    )
    assert "id        alendronate (intervention)" in told
    assert "where     knowledge/findings/labs.yaml:4:1" in told
    assert "contraindicates: Not below 35 (alendronate-clearance, rules/safety/kidney.yaml:2:1)" in " ".join(
        told.split()
    )
    assert "kidney fails (tests/cases/k.yaml:9:1)" in told


def test_what_nobody_uses_is_said_so() -> None:
    told = shown.page(LOOKUP.by_id("osteoclast")[0], NAMES, [], [])
    assert "USED BY\n  Nothing." in told
    assert "WORKED CASES THAT MENTION IT\n  None." in told


def test_what_is_not_there_names_what_is_near() -> None:
    told = entries.suggestions("osteoprosis", LOOKUP.near("osteoprosis"), "osteoporosis")
    assert "nothing is called 'osteoprosis'; did you mean 'osteoporosis'?" in told


def test_where_nothing_is_near_it_says_what_can_be_named() -> None:
    told = entries.suggestions("xyzzy", [], "")
    assert told.startswith("nothing is called 'xyzzy'; name a condition, a medicine, a test")
