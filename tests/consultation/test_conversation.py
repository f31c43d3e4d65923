"""The consultation, held with a terminal that has its answers ready and fails when they run out."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path

import pytest

from engine.assessment.questions import Asked
from engine.assessment.verdict import Verdict
from engine.case import case
from engine.case.case import Case, Prepared
from engine.dialogue.conversation import Conversation, Prompt
from engine.dialogue.settled import Told
from engine.intake.answers import answers
from engine.knowledge_base.files import layout
from engine.knowledge_base.files.layout import Written
from engine.knowledge_base.reading import reader
from engine.knowledge_base.store import cache
from engine.values.problems import Place, Problem, Refused
from engine.values.value import NOT_MEASURED
from engine.views import dialogue
from tests.commands.conftest import FILES

LEFT = None


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    written = [Written(file, file, text.encode()) for file, text in FILES.items() if not file.startswith("tests/")]
    assert layout.ROOMS
    kb, problems = reader.read_contents(written)
    assert kb is not None, problems
    return case.prepare(kb)


@pytest.fixture(scope="module")
def shipped() -> Prepared:
    return case.prepare_kept(cache.load(Path(__file__).parents[2]))


class Scripted:
    """A terminal whose answers are written down beforehand."""

    def __init__(self, *answers: str | None) -> None:
        self.answers = list(answers)
        self.asked: list[Prompt] = []
        self.told: list[Told] = []

    def ask(self, prompt: Prompt) -> str | None:
        assert self.answers, f"asked once more than expected: {prompt.text}"
        self.asked.append(prompt)
        return self.answers.pop(0)

    def tell(self, told: Told) -> None:
        self.told.append(told)

    @property
    def questions(self) -> list[str]:
        return [prompt.text for prompt in self.asked]

    def marked(self, mark: str) -> list[str]:
        return [told.text for told in self.told if told.mark == mark]

    @property
    def everything(self) -> str:
        return "\n".join(f"{told.mark} {told.text}" for told in self.told)


class Pages:
    """Pages that say which they are, and files that are only remembered."""

    def __init__(self) -> None:
        self.written: dict[str, str] = {}

    def report(self, verdict: Verdict, where: str, unread: tuple[str, ...] = ()) -> str:
        if where == "nowhere/":
            raise Refused([Problem("OL001", "cannot be written", Place(where))])
        established = [one.id for one in verdict.diagnoses if one.status == "established"]
        return f"REPORT {' '.join(established)} {where}".strip()

    def show(self, what: str, case: Case, verdict: Verdict, subject: object) -> str:
        return dialogue.show(what, case, verdict, subject, 80, False)

    def save(self, text: str, where: str) -> str:
        self.written[where] = text
        return f"Written: {where}"


def hold(prepared: Prepared, *answers: str | None, said: Case | None = None) -> tuple[Scripted, Case]:
    terminal = Scripted(*answers)
    patient = said or Case(prepared, datetime.date(2026, 11, 21))
    Conversation(patient, terminal, Pages(), "osteologic").run()
    assert terminal.answers == []
    return terminal, patient


def test_it_opens_with_what_it_is_and_asks_age_and_sex_first(prepared: Prepared) -> None:
    terminal, _ = hold(prepared, "67", "female", "quit")
    assert terminal.told[0].text == "osteologic"
    assert terminal.questions[:2] == ["Age?", "Sex?"]
    assert terminal.asked[0].section == "The person"


def test_an_emergency_is_recalled_before_each_question_but_not_in_the_same_breath(shipped: Prepared) -> None:
    said = "woman of 72, breast cancer, vomiting and confused, calcium high"
    terminal, _ = hold(shipped, said, "", "quit")
    assert terminal.marked("ALERT")[0].startswith("EMERGENCY: a dangerously high calcium is suspected")
    assert [prompt.alerts for prompt in terminal.asked] == [(), (), ("a dangerously high calcium is suspected",)]


def test_what_was_understood_is_echoed(prepared: Prepared) -> None:
    terminal, _ = hold(prepared, "67", "woman", "quit")
    assert terminal.marked("read") == ["age 67", "sex female"]


def test_what_an_answer_settled_is_said_with_its_sources(prepared: Prepared) -> None:
    terminal, _ = hold(prepared, "67", "male", "hip -2.7", "vit d 20 nmol/L", "quit")
    assert terminal.marked("found")[0] == "OSTEOPOROSIS: A T-score of -2.5 or lower is osteoporosis [article A14]"
    assert terminal.marked("do") == ["once checked: alendronate"]
    assert terminal.marked("! NOT YET") == ["no alendronate until: vitamin D repletion [label-a]"]


def test_what_leaves_the_picture_as_it_is_stays_in_the_differential_and_the_report(prepared: Prepared) -> None:
    """Causes, numbers worked out, tests and what helps besides: a line each would bury the rest."""
    terminal, _ = hold(prepared, "67", "female", "postmenopausal", "hip -2.7", "differential", "facts", "quit")
    assert len(terminal.marked("found")) == 1
    assert "estrogen loss" in terminal.everything
    assert "lowest T-score -2.7" in terminal.everything


def test_what_is_settled_against_a_medicine_is_told(prepared: Prepared) -> None:
    terminal, _ = hold(prepared, "67", "male", "hip -2.7", "trouble swallowing", "quit")
    assert terminal.marked("! NEVER") == ["alendronate: Alendronate is not taken with trouble swallowing [label-a]"]


def test_a_group_is_one_question_and_closes_when_it_is_answered(prepared: Prepared) -> None:
    terminal, patient = hold(prepared, "67", "male", "hip -2.7", "quit")
    assert terminal.questions.count("T-scores?") == 1
    assert "hip T-score -2.7; not measured: spine T-score" in terminal.marked("read")
    assert patient.why_implied("t_score_spine") == "group"


def test_a_group_takes_several_on_one_line(prepared: Prepared) -> None:
    _, patient = hold(prepared, "67", "male", "hip -2.7, spine -1.2", "quit")
    assert {"t_score_hip", "t_score_spine"} <= set(patient.said)


@pytest.mark.parametrize("nothing", ["none", "don't know", "not done"])
def test_a_group_nobody_has_is_not_asked_again(nothing: str, prepared: Prepared) -> None:
    terminal, _ = hold(prepared, "67", "male", nothing, "quit")
    assert terminal.questions.count("T-scores?") == 1


def test_a_member_volunteered_does_not_close_its_group(prepared: Prepared) -> None:
    terminal, patient = hold(prepared, "hip -1", "67", "male", "quit")
    assert patient.why_implied("t_score_spine") == ""
    assert terminal.questions[3] == "Spine T-score?"


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ("old", "'old' was not understood"),
        ("300", "outside what is plausible, 0..120"),
        ("67 kg", "not measured in kg"),
        ("xyzzy 3", "'xyzzy 3' was not understood"),
    ],
)
def test_a_bad_answer_is_said_and_asked_again(bad: str, said: str, prepared: Prepared) -> None:
    terminal, patient = hold(prepared, bad, "67", "quit")
    assert terminal.questions[:2] == ["Age?", "Age?"]
    assert said in " ".join(terminal.marked("?")) or "not known" in " ".join(terminal.marked("?"))
    assert list(patient.said) == ["age"]


def test_of_a_line_that_is_half_good_nothing_good_is_lost(prepared: Prepared) -> None:
    terminal, patient = hold(prepared, "67", "male", "hip -1, spine minus", "spine -1", "quit")
    assert terminal.questions[2:4] == ["T-scores?", "Spine T-score?"]
    assert len(terminal.marked("?")) == 1
    assert {"t_score_hip", "t_score_spine"} <= set(patient.said)


def test_a_missing_unit_is_asked_back_and_completed_by_the_unit_alone(prepared: Prepared) -> None:
    terminal, patient = hold(prepared, "67", "male", "vit d 20", "ng/mL", "quit")
    assert [line for line in terminal.marked("?") if "20 of what?" in line] == terminal.marked("?")
    assert "25-OH vitamin D 20 ng/mL (50 nmol/L)" in terminal.marked("read")
    assert "vitamin_d" in patient.said


def test_none_to_a_number_that_cannot_be_nothing_means_it_is_not_known(prepared: Prepared) -> None:
    terminal, patient = hold(prepared, "67", "male", "hip -3", "none", "quit")
    assert terminal.questions[3] == "Trouble swallowing?"
    terminal, patient = hold(prepared, "none", "male", "quit")
    assert terminal.marked("read")[0] == "not known: age"
    assert "age" not in patient.said


def test_several_things_can_be_said_at_once(prepared: Prepared) -> None:
    _, patient = hold(prepared, "67, woman, on omeprazole, trouble swallowing", "quit")
    assert {"age", "sex", "medicines", "dysphagia"} <= set(patient.said)


def test_a_list_that_is_volunteered_stays_open_and_is_asked_for_the_rest(prepared: Prepared) -> None:
    _, patient = hold(prepared, "omeprazole", "quit")
    assert getattr(patient.said["medicines"], "complete", None) is False


@pytest.mark.parametrize("answer", ["sex male", "sex: male", "sex = male", "man"])
def test_anything_can_be_said_whatever_was_asked(answer: str, prepared: Prepared) -> None:
    terminal, patient = hold(prepared, answer, "67", "quit")
    assert "sex" in patient.said
    assert terminal.questions[:2] == ["Age?", "Age?"]


def test_what_does_not_apply_is_not_kept(prepared: Prepared) -> None:
    terminal, patient = hold(prepared, "67", "male", "menopausal_status postmenopausal", "quit")
    assert any("does not apply" in line for line in terminal.marked("?"))
    assert "menopausal_status" not in patient.said


def test_an_answer_can_be_changed_and_that_is_said(prepared: Prepared) -> None:
    terminal, _ = hold(prepared, "67", "age 70", "2", "quit")
    assert terminal.marked("?") == ["age was said before. 1 age 67   2 age 70"]
    assert "age 70 (changed)" in terminal.marked("read")


def test_an_answer_that_is_kept_after_all_stays(prepared: Prepared) -> None:
    terminal, patient = hold(prepared, "67", "age 70", "1", "quit")
    assert answers.describe(prepared.kb, "age", patient.said["age"]) == "age 67"
    assert "age 70 (changed)" not in terminal.marked("read")


def test_a_stroke_says_that_it_is_not_known(prepared: Prepared) -> None:
    terminal, _ = hold(prepared, "-", "quit")
    assert terminal.marked("read")[0].startswith("not known: age")


def test_skip_leaves_a_question_open_and_goes_on(prepared: Prepared) -> None:
    terminal, patient = hold(prepared, "skip", "male", "quit")
    assert terminal.questions[:2] == ["Age?", "Sex?"]
    assert "age" not in patient.said


def test_a_test_nobody_has_the_result_of_joins_the_work_up(prepared: Prepared) -> None:
    terminal, patient = hold(prepared, "67", "male", "hip -3", "vitamin_d 50 nmol/L", "vitamin_d not measured", "quit")
    assert "vitamin_d" in patient.said
    assert "Vitamin D?" not in terminal.questions


def test_report_shows_what_follows_so_far_and_the_consultation_goes_on(prepared: Prepared) -> None:
    terminal, patient = hold(prepared, "67", "male", "hip -2.7", "report", "report bone.html", "quit")
    assert "REPORT osteoporosis" in terminal.marked("")
    assert "REPORT osteoporosis bone.html" in terminal.marked("")
    assert patient.finished is False


def test_a_report_that_cannot_be_written_is_said(prepared: Prepared) -> None:
    terminal, _ = hold(prepared, "report nowhere/", "quit")
    assert terminal.marked("?") == ["cannot be written"]


def test_facts_lists_what_was_said(prepared: Prepared) -> None:
    terminal, _ = hold(prepared, "facts", "67", "facts", "quit")
    assert terminal.marked("").count("Nothing was said yet.") == 1
    assert "age 67" in terminal.marked("")


@pytest.mark.parametrize("word", ["?", "help", "HELP"])
def test_help_lists_the_commands(word: str, prepared: Prepared) -> None:
    terminal, _ = hold(prepared, word, "quit")
    listed = "\n".join(terminal.marked(""))
    for command in ("report", "facts", "why", "whynot", "whatif", "undo", "skip", "quit"):
        assert f"\n  {command}" in listed
    assert len(listed.splitlines()) < 40


def test_why_says_what_the_question_decides(prepared: Prepared) -> None:
    terminal, _ = hold(prepared, "67", "male", "why", "why", "quit")
    assert any("osteoporosis established" in line for line in terminal.marked(""))
    assert any("establishes: A T-score of -2.5 or lower is osteoporosis" in line for line in terminal.marked(""))


@pytest.mark.parametrize("leaving", ["quit", "exit", "Q", LEFT])
def test_leaving_is_clean_and_says_how_to_keep_the_report(leaving: str | None, prepared: Prepared) -> None:
    terminal, _ = hold(prepared, "67", leaving)
    assert terminal.told[-1].text.startswith("2 questions. Nothing was kept")
    assert "report" in terminal.told[-1].text


def test_blank_lines_are_no_answers(prepared: Prepared) -> None:
    terminal, patient = hold(prepared, "", "   ", "67", "quit")
    assert list(patient.said) == ["age"]
    assert terminal.marked("?") == []


def test_nothing_more_is_asked_once_nothing_more_can_change(prepared: Prepared) -> None:
    terminal, _ = hold(prepared, "67", "male", "hip -2.7", "vit d 80 nmol/L", "no", "quit")
    assert terminal.questions[-1].startswith("Nothing more can change what is shown.")


@pytest.mark.parametrize(
    "line", ["\x1b[2J", ",,,;;", "= = =", "not", "..", "(" * 500, "x" * 100_000, "age", "9" * 5000, "and"]
)
def test_whatever_is_typed_nothing_breaks(line: str, prepared: Prepared) -> None:
    terminal, _ = hold(prepared, line, "67", line, "quit")
    assert "age 67" in terminal.marked("read")


# --- commands ---------------------------------------------------------------------------------------------------------

OSTEOPOROTIC = ("67", "male", "hip -2.7")


def test_undo_takes_back_all_that_the_last_line_did_and_redo_does_it_again(prepared: Prepared) -> None:
    terminal, patient = hold(prepared, *OSTEOPOROTIC, "undo", "undo", "redo", "quit")
    assert terminal.marked("")[2:5] == ["Undone: hip -2.7", "Undone: male", "Done again: male"]
    assert set(patient.said) == {"age", "sex"}
    assert patient.why_implied("t_score_spine") == ""
    assert terminal.questions[-1] == "T-scores?"


@pytest.mark.parametrize("step", ["undo", "redo", "back"])
def test_where_there_is_no_way_back_or_forth_that_is_said(step: str, prepared: Prepared) -> None:
    terminal, _ = hold(prepared, step, "67", "quit")
    assert any(line.startswith(("Nothing to", "There is no")) for line in terminal.marked(""))


def test_a_line_that_changed_nothing_is_not_what_undo_takes_back(prepared: Prepared) -> None:
    _, patient = hold(prepared, "67", "facts", "why", "nonsense of all kinds", "undo", "quit")
    assert patient.said == {}


def test_back_asks_the_question_before_and_its_answer_stands_until_replaced(prepared: Prepared) -> None:
    terminal, patient = hold(prepared, "67", "male", "back", "female", "quit")
    assert terminal.questions[3].startswith("Sex? So far: male.")
    assert answers.describe(prepared.kb, "sex", patient.said["sex"]) == "sex female"


def test_back_can_be_left_without_an_answer(prepared: Prepared) -> None:
    terminal, patient = hold(prepared, "67", "male", "back", "skip", "quit")
    assert "sex" in patient.said
    assert terminal.questions[-1] == "T-scores?"


def test_what_is_skipped_is_asked_once_more_before_the_stop(prepared: Prepared) -> None:
    terminal, _ = hold(prepared, "67", "male", "skip", "80 nmol/L", "no", "skip", "quit")
    assert terminal.questions.count("T-scores?") == 2
    assert "T-scores?" not in terminal.questions[-1]


def test_a_test_that_was_not_done_joins_the_work_up_and_is_not_asked_again(prepared: Prepared) -> None:
    terminal, _patient = hold(prepared, "67", "male", "hip -2.7", "no", "not done", "quit")
    assert terminal.marked("read")[-1] == "not known: 25-OH vitamin D; it goes on the work-up"
    assert "Vitamin D?" not in terminal.questions[-1]
    assert "Only what was not done or is not known could change more: 25-OH vitamin D." in terminal.questions[-1]


def test_change_asks_anew_or_takes_the_answer_at_once(prepared: Prepared) -> None:
    terminal, patient = hold(prepared, "67", "male", "change age", "70", "change age 71", "quit")
    assert terminal.questions[3].startswith("Age? So far: 67.")
    assert "age 70 (changed)" in terminal.marked("read")
    assert answers.describe(prepared.kb, "age", patient.said["age"]) == "age 71"


def test_forget_opens_the_question_again(prepared: Prepared) -> None:
    terminal, patient = hold(prepared, *OSTEOPOROTIC, "forget hip", "quit")
    assert "t_score_hip" not in patient.said
    assert terminal.questions[-1] == "T-scores?"


def test_what_if_keeps_nothing(prepared: Prepared) -> None:
    terminal, patient = hold(prepared, *OSTEOPOROTIC, "whatif vit d = 20 nmol/L", "what if hip -1", "facts", "quit")
    assert "alendronate" in terminal.marked("")[2]
    assert "NOT YET" in terminal.marked("")[2]
    assert "vitamin_d" not in patient.said
    assert "hip T-score -2.7" in terminal.marked("")


@pytest.mark.parametrize("words", ["age", "nonsense", "vit d 20", "menopausal_status postmenopausal", "= ="])
def test_a_supposition_that_cannot_be_is_refused(words: str, prepared: Prepared) -> None:
    terminal, patient = hold(prepared, *OSTEOPOROTIC, f"whatif {words}", "quit")
    assert terminal.marked("?")
    assert set(patient.said) == {"age", "sex", "t_score_hip"}


def test_why_not_gives_conditions_with_value_and_threshold(prepared: Prepared) -> None:
    terminal, _ = hold(prepared, *OSTEOPOROTIC, "vit d 20 nmol/L", "why not fosamax", "quit")
    told = terminal.marked("")[-2]
    assert "NOT YET" in told
    assert "20 < 30 nmol/L" in told
    assert "nearest way" in told


def test_how_goes_down_to_what_was_said_and_to_the_source(prepared: Prepared) -> None:
    terminal, _ = hold(prepared, *OSTEOPOROTIC, "how brittle bones", "how age", "how osteomalacia", "quit")
    proof, said, missing = terminal.marked("")[2:5]
    assert "lowest T-score -2.7" in proof
    assert "[article A14]" in proof
    assert said == "You said so: age 67."
    assert "does not hold" in missing


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("differential", "OSTEOPOROSIS"),
        ("plan", "alendronate"),
        ("alerts", "No alert is raised, and none is left open."),
        ("explain osteoclast", "takes bone away"),
        ("compare osteoporosis osteomalacia", "defective"),
        ("compare brittle bones and soft bones", "defective"),
        ("source article", "An article on bone"),
        ("source alendronate", "The label of alendronate"),
        ("how lowest_t_score", "The lowest of the scores counts"),
    ],
)
def test_what_is_asked_for_is_shown(command: str, told: str, prepared: Prepared) -> None:
    terminal, _ = hold(prepared, *OSTEOPOROTIC, command, "quit")
    assert told in "\n".join(terminal.marked(""))
    assert terminal.marked("?") == []


@pytest.mark.parametrize("command", ["how", "whynot", "source", "explain", "change", "forget", "go", "compare", "save"])
def test_what_cannot_be_found_is_said_with_what_was_meant(command: str, prepared: Prepared) -> None:
    terminal, patient = hold(
        prepared, f"{command} osteporosiss" if command != "save" else "save nowhere/", "67", "quit"
    )
    assert set(patient.said) == {"age"}
    assert terminal.marked("?") or "osteoporosis" in terminal.everything or command == "save"


def test_go_asks_about_a_section_next(prepared: Prepared) -> None:
    terminal, _ = hold(prepared, "67", "male", "hip -2.7", "go labs", "quit")
    assert terminal.questions[-1] == "Vitamin D?"


def test_done_reports_and_asks_no_more(prepared: Prepared) -> None:
    terminal, _ = hold(prepared, *OSTEOPOROTIC, "done", "quit")
    assert "REPORT osteoporosis" in terminal.marked("")
    assert terminal.questions[-1].startswith("4 questions. report")


def test_what_cannot_be_true_together_is_questioned(prepared: Prepared) -> None:
    terminal, patient = hold(prepared, "67", "male", "postmenopausal", "2", "facts", "quit")
    assert any("1 sex male   2 menopausal status after the menopause" in line for line in terminal.marked("?"))
    assert "Which is right? 1 or 2" in terminal.questions
    assert set(patient.said) == {"age", "menopausal_status"}


def test_the_first_of_two_that_clash_can_be_kept(prepared: Prepared) -> None:
    _terminal, patient = hold(prepared, "67", "male", "postmenopausal", "1", "quit")
    assert set(patient.said) == {"age", "sex"}


def test_a_unit_asked_back_is_chosen_by_its_number(prepared: Prepared) -> None:
    terminal, _patient = hold(prepared, "67", "male", "vit d 28", "2", "quit")
    assert "28 of which?  1 nmol/L   2 ng/mL (would be 70 nmol/L)" in terminal.questions
    assert "25-OH vitamin D 28 ng/mL (70 nmol/L)" in terminal.marked("read")


def test_a_unit_that_is_not_said_after_all_is_let_go(prepared: Prepared) -> None:
    _terminal, patient = hold(prepared, "67", "male", "vit d 28", "hip -2.7", "quit")
    assert "vitamin_d" not in patient.said
    assert "t_score_hip" in patient.said


# --- two values that contradict ---------------------------------------------------------------------------------------

CONTRADICTING = (*OSTEOPOROTIC, "lowest T-score -1")
WHICH = "lowest T-score: which is right? 1 as entered: -1. 2 as worked out from hip T-score -2.7: <= -2.7."


def test_two_values_that_contradict_are_told_and_asked_about_at_once(prepared: Prepared) -> None:
    terminal, _ = hold(prepared, *CONTRADICTING, "done", "quit")
    assert terminal.questions[4] == WHICH
    assert any(line.endswith("Both cannot be right.") for line in terminal.marked("?"))
    assert "REPORT" in terminal.marked("")  # osteoporosis is not established


def test_where_the_worked_out_value_is_right_the_entered_one_is_withdrawn(prepared: Prepared) -> None:
    terminal, patient = hold(prepared, *CONTRADICTING, "2", "done", "quit")
    assert "lowest_t_score" not in patient.said
    assert "REPORT osteoporosis" in terminal.marked("")
    assert terminal.questions.count(WHICH) == 1


def test_where_the_entered_value_is_right_what_the_other_was_worked_out_from_falls(prepared: Prepared) -> None:
    terminal, patient = hold(prepared, *CONTRADICTING, "1", "done", "quit")
    assert patient.said["t_score_hip"] is NOT_MEASURED
    assert "hip T-score no longer counts" in terminal.marked("read")
    assert terminal.questions.count(WHICH) == 1


@pytest.mark.parametrize("answer", ["don't know", "neither", "not sure", "not known"])
def test_where_nobody_knows_which_it_is_not_asked_again_and_both_stay(answer: str, prepared: Prepared) -> None:
    terminal, patient = hold(prepared, *CONTRADICTING, answer, "done", "quit")
    assert {"t_score_hip", "lowest_t_score"} <= set(patient.said)
    assert terminal.questions.count(WHICH) == 1
    assert "REPORT" in terminal.marked("")


def test_what_else_is_said_is_heard_and_a_value_said_again_settles_it(prepared: Prepared) -> None:
    terminal, patient = hold(prepared, *CONTRADICTING, "vit d 80 nmol/L", "hip -1", "quit")
    assert "vitamin_d" in patient.said
    assert terminal.questions.count(WHICH) == 2
    assert "hip T-score -1 (changed)" in terminal.marked("read")


def test_skipped_it_is_asked_once_more(prepared: Prepared) -> None:
    terminal, _ = hold(prepared, *CONTRADICTING, "skip", "no", "none", "50 nmol/L", "skip", "quit")
    assert terminal.questions.count(WHICH) == 2


def test_undone_the_contradiction_is_back(prepared: Prepared) -> None:
    terminal, patient = hold(prepared, *CONTRADICTING, "2", "undo", "quit")
    assert "lowest_t_score" in patient.said
    assert terminal.questions[-1] == WHICH


def test_why_tells_what_each_would_turn(prepared: Prepared) -> None:
    terminal, _ = hold(prepared, *CONTRADICTING, "why", "whynot alendronate", "how osteoporosis", "quit")
    why, whynot, how = terminal.marked("")[2:5]
    assert "<= -2.7 -> osteoporosis established" in why
    assert "taking lowest T-score -1 as entered" in whynot
    assert "the stricter counts" in whynot
    assert "established: taking lowest T-score <= -2.7 as worked out" in how


# --- kept -------------------------------------------------------------------------------------------------------------


class Noted:
    """A journal that remembers what had been said aloud when each line was kept."""

    def __init__(self, terminal: Scripted) -> None:
        self.kept = self.lost = 0
        self.lines: list[tuple[str, int]] = []
        self._terminal = terminal

    def keep(self, asked: Asked | None, line: str) -> None:
        self.kept += 1
        self.lines.append((line, len(self._terminal.marked("read"))))

    def note(self, reading: Mapping[str, str]) -> None:
        return None


def test_each_line_is_kept_before_it_is_read_aloud(prepared: Prepared) -> None:
    terminal = Scripted("67", "male", "quit")
    noted = Noted(terminal)
    Conversation(Case(prepared, datetime.date(2026, 11, 21)), terminal, Pages(), "", noted).run()
    assert noted.lines == [("67", 0), ("male", 1)]


def test_lived_through_again_it_comes_to_the_same(prepared: Prepared) -> None:
    lines = ["67, man", "hip -2.7", "vit d 28", "1", "change age 70", "skip", "undo", "forget hip", "spine -3"]
    lines += ["lowest T-score -1", "skip", "undo", "1"]
    terminal = Scripted(*lines, "quit")
    first = Conversation(Case(prepared, datetime.date(2026, 11, 21)), terminal, Pages())
    asked: list[Asked | None] = []
    hear = first.hear

    def noting(line: str, question: Asked | None, again: bool = False) -> None:
        asked.append(question)
        hear(line, question, again)

    first.hear = noting  # type: ignore[method-assign,assignment]  # a test listens in
    first.run()
    second = Conversation(Case(prepared, datetime.date(2026, 11, 21)), Scripted("quit"), Pages())
    for line, question in zip(lines, asked, strict=True):
        second.hear(line, question, again=True)
    assert (second.case.said, second.case.closed_groups) == (first.case.said, first.case.closed_groups)
    assert second.progress == first.progress


def test_a_number_is_echoed_in_the_unit_it_was_typed_or_chosen_in_also_when_it_is_put_right(prepared: Prepared) -> None:
    lines = ("67", "male", "vit d 20", "ng/mL", "sorry, 24", "change vitamin D 30 ng/mL", "sorry, 26")
    terminal, _ = hold(prepared, *lines, "quit")
    assert [one.removeprefix("25-OH vitamin D ") for one in terminal.marked("read") if one.startswith("25-OH")] == [
        "20 ng/mL (50 nmol/L)",
        "24 ng/mL (60 nmol/L) (changed)",
        "30 ng/mL (75 nmol/L) (changed)",
        "26 ng/mL (65 nmol/L) (changed)",
    ]
