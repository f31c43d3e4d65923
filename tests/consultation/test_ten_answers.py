"""Ten answers in few lines: at most 25 over the first ten, and whatever changed the picture is among them."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from engine.assessment.verdict import Verdict
from engine.case.case import Case, Prepared, prepare_kept
from engine.dialogue.conversation import Conversation, Prompt
from engine.dialogue.settled import Told
from engine.knowledge_base.store import cache
from engine.views.layout import Page

TODAY = datetime.date(2026, 11, 21)
MOST = 25
SCRIPTS = {
    "a wrist and a low score": (
        *("67", "female", "menopause at 51", "hip -2.7, spine -2.1", "wrist fracture 2022 in a fall"),
        *("no", "no steroids, amlodipine", "none", "lives alone, smokes 10 a day", "vitamin D 18 ng/mL"),
    ),
    "two vertebrae": (
        *("72F", "hip -3.1", "two vertebral fractures 2026-05 and 2026-08", "no", "omeprazole"),
        *("none", "none", "calcium 2.35 mmol/L", "albumin 42 g/L", "creatinine 70 umol/L"),
    ),
    "denosumab overdue": (
        *("76F, menopause at 50", "Prolia 60mg q6mo x 4 yrs, last dose 11/2025", "spine -2.9", "back pain", "no"),
        *("none", "calcium 2.3 mmol/L", "vit d 60 nmol/L", "eGFR 55", "no"),
    ),
    "a man on a steroid": (
        *("58 M", "prednisolone 10 mg since 2026-03", "hip -1.8", "no", "none", "none", "none"),
        *("vitamin D 20 nmol/L", "calcium 2.4 mmol/L, albumin 40 g/L", "creatinine 90 umol/L, 80 kg, 178 cm"),
    ),
    "soft bones": (
        *("45 female", "regular periods", "bone pain", "vitamin D 12 nmol/L", "ALP 260", "calcium 2.05 mmol/L"),
        *("phosphate 0.6 mmol/L", "PTH 14 pmol/L", "albumin 40 g/L", "none"),
    ),
    "a change of mind": (
        *("67F", "hip -2.7", "no wait, -1.2", "fractures none", "medicines none"),
        *("no", "none", "none", "vitamin D 20 nmol/L", "no wait, 80 nmol/L"),
    ),
}


class Listening:
    """A terminal that keeps what is said."""

    def __init__(self) -> None:
        self.told: list[Told] = []

    def ask(self, prompt: Prompt) -> str | None:
        return None

    def tell(self, told: Told) -> None:
        self.told.append(told)

    def report(self, verdict: Verdict, where: str, unread: tuple[str, ...] = ()) -> str:
        return ""

    def show(self, what: str, case: Case, verdict: Verdict, subject: object) -> str:
        return ""

    def save(self, text: str, where: str) -> str:
        return ""


@pytest.fixture(scope="module")
def shipped() -> Prepared:
    return prepare_kept(cache.load(Path(__file__).parents[2]))


def changed(before: Verdict, after: Verdict) -> set[str]:
    """The labels of what an answer established or withdrew, raised, or gave another status that is shown."""

    def standing(verdict: Verdict) -> set[tuple[str, str]]:
        found = {(one.label, "made") for one in verdict.diagnoses if one.status == "established"}
        found |= {(one.label, "raised") for one in verdict.alerts if one.status == "raised"}
        shown = [one for one in verdict.plan if one.kind == "medicine" and one.status != "undetermined"]
        return found | {(one.label, one.status) for one in shown}

    return {label for label, _ in standing(before) ^ standing(after)}


@pytest.mark.parametrize("name", SCRIPTS)
def test_ten_answers_take_few_lines_and_say_all_that_changed(name: str, shipped: Prepared) -> None:
    terminal = Listening()
    held = Conversation(Case(shipped, TODAY), terminal, terminal)
    page = Page(80, False)
    for line in SCRIPTS[name]:
        asked, before, heard = held.next(), held.verdict, len(terminal.told)
        held.hear(line, asked)
        said = " ".join(told.text for told in terminal.told[heard:]).casefold()
        missed = {label for label in changed(before, held.verdict) if label.casefold() not in said}
        assert not missed, f"{line}: {missed} not in {said}"
    for told in terminal.told:
        page.entry(told.mark, told.text, 2, 8) if told.mark else page.paragraph(told.text, 0)
    assert len(page.text().splitlines()) <= MOST, page.text()


def test_the_picture_so_far_is_one_line_with_what_is_left_and_what_was_not_understood(shipped: Prepared) -> None:
    from engine.dialogue import asking

    held = Conversation(Case(shipped, TODAY), Listening(), Listening())
    assert asking.so_far(held)[0] == "nothing established"
    for line in ("72F", "hip -2.7", "blargh foo"):
        held.hear(line, held.next())
    picture, rest = asking.so_far(held)
    assert "osteoporosis" in picture
    assert "alendronate once checked" in picture
    assert f"{len(held.agenda.now)} questions left; 1 phrase not understood" == rest


def test_a_woman_of_72_is_not_asked_about_periods_unless_a_medicine_makes_them_doubtful(shipped: Prepared) -> None:
    held = Conversation(Case(shipped, TODAY), Listening(), Listening())
    held.hear("72F", held.next())
    assert held.case.why_implied("menopausal_status") == "assumed"
    assert all("menopausal_status" not in asked.findings for asked in held.agenda.now)
    held.hear("goserelin since 2026-01", None)
    assert held.case.why_implied("menopausal_status") == ""
    younger = Conversation(Case(shipped, TODAY), Listening(), Listening())
    younger.hear("57F", younger.next())
    assert any("menopausal_status" in asked.findings for asked in younger.agenda.now)
