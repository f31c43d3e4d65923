"""What cases exercise: exact counts, and every gap with its place."""

from __future__ import annotations

import pytest

from engine.case.case import Prepared
from engine.inference.program.columns import Machine
from engine.values.truth import Truth
from engine.views.outcomes import outcome
from engine.views.outcomes import page as outcome_html
from engine.workbench.cases import cases, coverage, runner, together
from engine.workbench.cases.coverage import Count, Coverage, Recorder
from tests.workbench import bench

RULES = f"""\
lowest:
  title: The lowest of the scores counts
  derives: lowest_t_score
  as: lowest(dxa)
  because: The weakest site decides.
  sources: [article A14]
  evidence: verified
older:
{bench.rule("diagnoses: osteoporosis", "age >= 65 or lowest_t_score <= -2.5")}
fed:
{bench.rule("supports: osteomalacia", "not vitamin_d in 30..50 nmol/L", strength="weak")}
smokeless:
{bench.rule("contraindicates: alendronate", "medicines has omeprazole")}
treat:
{bench.rule("recommends: alendronate", "diagnosed(osteoporosis)")}
"""


@pytest.fixture(scope="module")
def base() -> Prepared:
    return bench.prepared(RULES)


def measured(base: Prepared, *given: str) -> Coverage:
    text = "".join(
        f"- {{name: case {number}, given: {{{one}}}, expect: {{held: treat}}}}\n" for number, one in enumerate(given)
    )
    recorder = Recorder(base)
    list(runner.run(base, bench.worked(base, text), recorder))
    return coverage.measure(recorder)


LINE = next(number for number, line in enumerate(RULES.split("\n"), 1) if "medicines has omeprazole" in line)


def gaps(found: Coverage, kind: str) -> set[tuple[str, str]]:
    return {(one.rule, one.what) for one in found.uncovered if one.kind == kind}


def test_nobody_reaches_nothing(base: Prepared) -> None:
    assert {kind: (count.covered, count.total) for kind, count in coverage.measure(Recorder(base)).counts.items()} == {
        "rules fired": (0, 5),
        "rules held back": (0, 4),
        "premise parts": (0, 21),
        "thresholds": (0, 12),
        "propositions": (0, 6),
    }


def test_one_patient_reaches_exactly_what_holds_of_her(base: Prepared) -> None:
    found = measured(base, "age: 65, t_score_hip: -3, medicines: none, vitamin_d: 50 nmol/L")
    assert {kind: (count.covered, count.total) for kind, count in found.counts.items()} == {
        "rules fired": (3, 5),
        "rules held back": (2, 4),
        "premise parts": (7, 21),
        "thresholds": (4, 12),
        "propositions": (3, 6),
    }
    assert gaps(found, "rules fired") == {
        ("fed", "no case makes it true"),
        ("smokeless", "no case makes it true"),
    }
    assert gaps(found, "rules held back") == {
        ("older", "no case makes it false"),
        ("treat", "no case makes it false"),
    }


@pytest.mark.parametrize(
    ("given", "reached"),
    [
        ("vitamin_d: 29 nmol/L", {"lower end: below", "upper end: below"}),
        ("vitamin_d: 30 nmol/L", {"lower end: at", "upper end: below"}),
        ("vitamin_d: 40 nmol/L", {"lower end: above", "upper end: below"}),
        ("vitamin_d: 50 nmol/L", {"lower end: above", "upper end: at"}),
        ("vitamin_d: 20 ng/mL", {"lower end: above", "upper end: at"}),
        ("vitamin_d: 51 nmol/L", {"lower end: above", "upper end: above"}),
        ("vitamin_d: 45..60 nmol/L", {"lower end: above"}),
        ("vitamin_d: unknown", set()),
    ],
)
def test_both_ends_of_a_band_are_cut_offs(given: str, reached: set[str], base: Prepared) -> None:
    missing = {what for rule, what in gaps(measured(base, given), "thresholds") if rule == "fed"}
    every = {f"{end}: {side}" for end in ("lower end", "upper end") for side in coverage.SIDES}
    told = {f"vitamin_d in 30..50 nmol/L ({one.split(': ')[0]}): never {one.split(': ')[1]}" for one in every - reached}
    assert missing == told


def test_a_shared_threshold_is_a_cut_off() -> None:
    rules = f"{RULES}low:\n{bench.rule('supports: osteomalacia', 'vitamin_d < adequate', strength='weak')}"
    shared = "adequate: {label: adequate, unit: nmol/L, analyte: vitamin_d, value: 50, sources: [article A7]}\n"
    base = bench.prepared(rules, thresholds=shared)
    text = "- {name: at it, given: {vitamin_d: 50 nmol/L}, expect: {held: low}}"
    recorder = Recorder(base)
    list(runner.run(base, bench.worked(base, text), recorder))
    found = coverage.measure(recorder)
    assert {what for rule, what in gaps(found, "thresholds") if rule == "low"} == {
        "vitamin_d < adequate: never below",
        "vitamin_d < adequate: never above",
    }


def test_what_is_told_of_parts_is_what_the_memory_holds_of_them(base: Prepared) -> None:
    """The quick way over bits says the same as asking for each part of each premise."""
    text = """\
- {name: a, given: {age: 40, medicines: [omeprazole], vitamin_d: 20 nmol/L}, expect: {held: treat}}
- {name: b, given: {t_score_hip: -3}, expect: {fired: treat}}
"""
    recorder, machine = Recorder(base), Machine(base.plan)
    expected: dict[tuple[str, int], set[Truth]] = {}
    for one in bench.worked(base, text):
        patient = cases.patient(base, one)
        recorder.watch(together.population(base, machine, [one]))
        for rule in base.kb.rules.values():
            for number, part in enumerate(recorder.parts[rule.id]):
                expected.setdefault((rule.id, number), set()).add(patient.memory.holds(part))
    assert expected == {
        (rule.id, number): recorder.truths_of_part(rule, (rule.id, number), part)
        for rule in base.kb.rules.values()
        for number, part in enumerate(recorder.parts[rule.id])
    }


@pytest.mark.parametrize(
    ("covered", "total", "share"), [(1999, 2000, 99.9), (2000, 2000, 100.0), (0, 0, 100.0), (1, 3, 33.3), (2, 3, 66.6)]
)
def test_a_share_is_never_rounded_up(covered: int, total: int, share: float) -> None:
    assert Count(covered, total).share == share


@pytest.mark.parametrize(("percent", "enough"), [(99.95, True), (99.96, False), (100, False), (0, True)])
def test_a_threshold_is_held_against_the_exact_share(percent: float, enough: bool) -> None:
    found = Coverage({"rules fired": Count(1999, 2000), "thresholds": Count(5, 5)}, ())
    assert found.reaches(percent) is enough


def test_text_lists_each_gap_with_its_line(base: Prepared) -> None:
    told = outcome.text([], measured(base, "age: 70"))
    assert "rules fired" in told
    assert f"rules/bone.yaml:{LINE}:9: smokeless: medicines has omeprazole: never true" in told


def test_the_page_shows_the_lines_and_escapes_them(base: Prepared) -> None:
    found = measured(base, "age: 70")
    lines = RULES.split("\n")
    lines[LINE - 1] += " <script>"
    page = outcome_html.page([], found, None, {"rules/bone.yaml": lines})
    assert "medicines has omeprazole &lt;script&gt;" in page
    assert "<script>" not in page
    assert page.count("never true") == sum("never true" in one.what for one in found.uncovered)
