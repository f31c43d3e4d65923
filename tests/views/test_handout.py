"""The hand-out for the patient: one page, plain words, no disease that is not established, every alert told."""

from __future__ import annotations

import dataclasses
import datetime
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml

from engine.assessment import judgement
from engine.assessment.verdict import AlertShown, Item, Verdict
from engine.case import case, opening
from engine.case.case import Prepared
from engine.knowledge_base.store import cache as kept
from engine.views.report import handout, html, text
from engine.views.report.handout import Handout
from engine.workbench.cases import cases
from engine.workbench.cases.cases import WorkedCase
from tests import shipped
from tests.views.samples import DEFICIENT, EMPTY, NAMES, VERDICT, item

ROOT = Path(__file__).parent.parent.parent
pytestmark = pytest.mark.xdist_group("handout")  # the examples are judged once, not by each worker
EXAMPLES = sorted([*(ROOT / "examples").glob("*.yaml"), *(ROOT / "examples" / "ordinary").glob("*.yaml")])
TODAY = datetime.date(2026, 11, 21)
PLAINEST = 7.0
"""The school grade that everybody who reads the page is taken to have."""
VOWELS = re.compile(r"[aeiouy]+")


# --- the grade --------------------------------------------------------------------------------------------------------


def syllables(word: str) -> int:
    """Groups of vowels, without an e that is not heard; numbers are one."""
    letters = re.sub(r"[^a-z]", "", word.lower())
    if not letters:
        return 1
    heard = len(VOWELS.findall(letters))
    apart = len(re.findall(r"i[ao](?!u)|eo(?!pl)|ea$|ua|iu|ie[rt]|uou|oi[cs]t", letters)) - len(
        re.findall("[tscg]io|cia", letters)
    )
    silent = letters.endswith("e") and not re.search(r"[^aeiouy]le$|[aeiouy]e$", letters)
    silent = silent or bool(re.search(r"[^aeiouytd]ed$|[^aeiouysxzcg]es$", letters) and not letters.endswith("les"))
    return max(1, heard + apart - silent)


def grade(told: list[str]) -> float:
    """Flesch-Kincaid grade level: 0.39 words a sentence + 11.8 syllables a word - 15.59.

    Kincaid JP, Fishburne RP, Rogers RL, Chissom BS. Derivation of new readability formulas for Navy enlisted
    personnel. Research Branch Report 8-75. Millington, TN: Naval Technical Training Command, 1975.
    """
    found = [one for words in told for one in handout.sentences(words)]
    words = [word for sentence in found for word in re.findall(r"[A-Za-z0-9,'-]+", sentence)]
    return 0.39 * len(words) / len(found) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


@pytest.mark.parametrize(
    ("word", "count"),
    [
        *(("bone", 1), ("medicine", 3), ("calcium", 3), ("osteoporosis", 6), ("zoledronate", 4), ("hurts", 1)),
        *(("tingling", 2), ("ambulance", 3), ("tables", 2), ("called", 1), ("tested", 2), ("hormone", 2), ("diet", 2)),
        *(("vitamin", 3), ("specialist", 3), ("infusion", 3), ("exercise", 3), ("700", 1), ("people", 2), ("area", 3)),
        *(("injection", 3), ("does", 1), ("loses", 2), ("denosumab", 4), ("osteopenia", 6), ("doctor", 2), ("used", 1)),
    ],
)
def test_syllables_are_counted_as_they_are_spoken(word: str, count: int) -> None:
    assert syllables(word) == count


def test_the_formula_is_that_of_kincaid() -> None:
    assert grade(["The cat sat on the mat."]) == pytest.approx(0.39 * 6 + 11.8 - 15.59)


# --- patients ---------------------------------------------------------------------------------------------------------


@cache
def prepared() -> Prepared:
    return case.prepare_kept(kept.load(ROOT))


def judged(written: str) -> Verdict:
    terms = opening.terms(prepared().kb, None, None, TODAY, "counting")
    (patient,) = opening.patients(prepared(), written.encode(), "patient.yaml", terms, TODAY)
    return judgement.judge(patient.case)


@cache
def example(path: Path) -> Verdict:
    return judged(path.read_text("utf-8"))


def page(verdict: Verdict) -> Handout:
    return handout.handout(verdict, prepared().names)


def told(one: Handout) -> list[str]:
    return [each.words for passage in one.passages for each in passage.told]


def by_alert() -> Iterator[tuple[str, dict[str, object]]]:
    """For each alert, the first worked case that expects it."""
    found: dict[str, dict[str, object]] = {}
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for path in sorted((ROOT / "tests" / "cases").rglob("*.yaml")):
        if "alerts:" not in path.read_text("utf-8"):
            continue
        for one in yaml.load(path.read_text("utf-8"), Loader=loader):
            expected = (one.get("expect") or {}).get("alerts") or []
            for alert in [expected] if isinstance(expected, str) else expected:
                found.setdefault(alert, one)
    yield from sorted(found.items())


RAISED = dict(by_alert())


@cache
def worked() -> dict[str, WorkedCase]:
    return {one.name: one for one in shipped.worked()}


@cache
def raised(alert: str) -> Verdict:
    return judgement.judge(cases.patient(prepared(), worked()[str(RAISED[alert]["name"])]))


# --- what the page for the patient is ---------------------------------------------------------------------------------


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_reads_at_grade_seven_on_one_page(path: Path) -> None:
    one = page(example(path))
    assert grade([*told(one), one.closing]) <= PLAINEST
    bare = [each.text for passage in one.passages for each in passage.told if each.text]
    assert grade([*bare, one.closing]) <= PLAINEST, "without the short sentences that open a line"
    lines = text.handout(one, 80).splitlines()
    assert len(lines) <= 60
    assert max(map(len, lines)) <= 80


def test_each_plain_word_of_an_alert_reads_at_grade_seven() -> None:
    graded = {one.id: round(grade([one.plain]), 1) for one in prepared().kb.alerts.values() if one.plain}
    assert {name: found for name, found in graded.items() if found > PLAINEST} == {}


def test_every_alert_has_plain_words() -> None:
    assert [one.id for one in prepared().kb.alerts.values() if not one.plain] == []


def test_every_bone_medicine_says_how_it_is_taken() -> None:
    medicines = [one for one in prepared().kb.interventions.values() if one.choice == "bone medicine"]
    assert [one.id for one in medicines if not (one.plain and one.take)] == []


def named(verdict: Verdict) -> list[str]:
    """Diseases whose name stands on the page although they are not established."""
    kb = prepared().kb
    made = {one.id for one in verdict.diagnoses if one.status == "established"}
    words = " ".join(told(page(verdict))).lower()
    for plain in sorted((kb.conditions[name].plain.lower() for name in made if kb.conditions[name].plain), key=len):
        words = words.replace(f"you have {plain}.", "")
    found = []
    for one in kb.conditions.values():
        if one.id not in made and not one.exposure:
            names = [one.label, *one.synonyms, *([one.plain] if one.plain else [])]
            found += [name for name in names if re.search(rf"\b{re.escape(name.lower())}\b", words)]
    return found


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_names_no_disease_that_is_not_established(path: Path) -> None:
    assert named(example(path)) == []


@pytest.mark.parametrize("alert", RAISED)
def test_a_raised_alert_is_told_first_and_names_no_disease_that_is_not_established(alert: str) -> None:
    verdict = raised(alert)
    one = page(verdict)
    passage = one.passages[0]
    assert passage.id == "alerts"
    first = " ".join(each.words for each in passage.told)
    for shown in verdict.on_top.raised:
        known = prepared().kb.alerts.get(shown.id)
        if known is not None:
            assert known.plain in first
        else:
            assert "before the next dose" in first
    assert named(verdict) == []
    assert len(text.handout(one, 80).splitlines()) <= 60


def test_no_alert_goes_without_a_worked_case() -> None:
    known = {name for name in prepared().kb.alerts if name != "taken_though_contraindicated"}
    assert known <= set(RAISED)


# --- what a patient is told of medicines ------------------------------------------------------------------------------


def medicines(verdict: Verdict) -> str:
    passage = handout.handout(verdict, NAMES).passage("medicines")
    return " ".join(one.words for one in passage.told) if passage is not None else ""


def with_plan(*items: Item) -> Verdict:
    return dataclasses.replace(VERDICT, plan=items)


@pytest.mark.parametrize("status", ["conditional", "deferred"])
def test_a_medicine_that_waits_is_not_named(status: str) -> None:
    waits = item("alendronate", "alendronate", status, choice="bone medicine", missing=("creatinine",))
    assert medicines(with_plan(waits)) == "Your doctor may start a medicine once more is known."


@pytest.mark.parametrize("status", ["contraindicated", "undetermined"])
def test_a_medicine_that_is_barred_or_not_judged_is_not_told(status: str) -> None:
    assert medicines(with_plan(item("alendronate", "alendronate", status))) == ""


def test_of_one_choice_the_first_is_told_and_the_others_are_named() -> None:
    first = item("alendronate", "alendronate", "recommended", choice="one")
    second = item("zoledronate", "zoledronate", "recommended", choice="one")
    words = medicines(with_plan(first, second))
    assert words.startswith("Alendronate was advised for you. Start only when your doctor gives it to you.")
    assert "In its place your doctor may give you zoledronate." in words


def test_a_medicine_being_taken_goes_on_and_no_other_of_its_choice_is_advised() -> None:
    taken = item("alendronate", "alendronate", "recommended", choice="one", taken=True, advice="continue")
    other = item("zoledronate", "zoledronate", "recommended", choice="one")
    assert medicines(with_plan(taken, other)) == "Go on with alendronate."


@pytest.mark.parametrize(("status", "advice"), [("contraindicated", "stop"), ("deferred", "review")])
def test_nobody_is_told_to_stop_a_medicine_alone(status: str, advice: str) -> None:
    taken = item("alendronate", "alendronate", status, taken=True, advice=advice, against=(DEFICIENT,))
    words = medicines(with_plan(taken))
    assert "Ask your doctor about it well before the next dose. Do not stop it for good on your own." in words


def test_an_alert_without_plain_words_is_told_by_when_and_without_its_name() -> None:
    words = " ".join(told(handout.handout(VERDICT, NAMES)))
    assert "NOW. One of your results needs care at once. Go to hospital now" in words
    assert "hypocalcemia" not in words
    assert "cord" not in words, "it is not ruled out, and not raised either"


def test_a_finding_without_plain_words_is_left_to_the_doctor() -> None:
    passage = handout.handout(VERDICT, NAMES).passage("found")
    assert passage is not None
    assert [one.words for one in passage.told] == ["Your doctor will talk with you about the findings."]


def test_of_nobody_nothing_is_certain_and_it_says_so() -> None:
    words = " ".join(told(handout.handout(EMPTY, NAMES)))
    assert "Nothing is certain yet." in words


def test_whom_it_is_not_made_for_is_told_no_measure() -> None:
    one = handout.handout(dataclasses.replace(VERDICT, outside_scope=True), NAMES)
    assert {passage.id for passage in one.passages} <= {"alerts", "found", "help", "ask"}


def test_where_alerts_fill_the_page_all_are_told() -> None:
    many = tuple(
        AlertShown(f"alert_{number}", f"alert {number}", urgency, "raised", "", (DEFICIENT,))
        for number, urgency in enumerate(("emergency", "urgent", "soon") * 4)
    )
    words = told(handout.handout(dataclasses.replace(VERDICT, alerts=many), NAMES))
    assert sum("needs care" in one for one in words) == 3, "the same sentence is said once"


# --- the two forms ----------------------------------------------------------------------------------------------------


def test_both_forms_hold_all_of_it() -> None:
    one = page(example(EXAMPLES[0]))
    as_text = " ".join(text.handout(one, 80).split())
    as_html = " ".join(re.sub("<[^>]*>", " ", "".join(html.handouts([one], ""))).split())
    for words in (*told(one), one.closing):
        assert words in as_text
        assert words in as_html.replace("&#39;", "'")


def test_hostile_text_stays_text() -> None:
    one = handout.handout(VERDICT, NAMES, "<script>alert(1)</script>\x1b[2J\u202e")
    assert not set(text.handout(one)) & {"\x1b", "\u202e"}
    written = "".join(html.handouts([one], one.title))
    assert "<script" not in written
    assert not set(written) & {"\x1b", "\u202e"}
    assert "&lt;script&gt;" in written
