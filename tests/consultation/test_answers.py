"""Answers are understood however people put them, refused with what to write instead, and written back unchanged."""

from __future__ import annotations

import datetime
import re
import time
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.intake.answers.answers import CODES, describe, read_answer, write_answer
from engine.knowledge_base.files.source import Node, load_text
from engine.knowledge_base.model import KnowledgeBase
from engine.values.interval import ANY, INFINITY, Interval, between, exactly
from engine.values.problems import Place, Problem
from engine.values.value import (
    NO,
    NOT_MEASURED,
    UNKNOWN,
    YES,
    Choice,
    Day,
    Entry,
    Known,
    Measurement,
    Number,
    Records,
    Word,
)

TODAY = datetime.date(2026, 11, 21)
HERE = Place("patient.yaml", 3, 5)


def raw(text: str) -> str | Node:
    """An answer as it stands in a file, where it is a list or a mapping."""
    if text[:1] not in ("[", "{"):
        return text
    node, problems = load_text(text, "patient.yaml")
    assert not problems
    assert node is not None
    return node


def read(kb: KnowledgeBase, finding: str, text: str, today: datetime.date | None = TODAY) -> Known:
    known, problems = read_answer(kb, finding, raw(text), HERE, today)
    assert not problems, [str(problem) for problem in problems]
    assert known is not None
    return known


def refused(kb: KnowledgeBase, finding: str, text: str, today: datetime.date | None = TODAY) -> Problem:
    known, problems = read_answer(kb, finding, raw(text), HERE, today)
    assert known is None
    assert problems
    return problems[0]


def number(low: str, high: str | None = None) -> Number:
    return Number((Measurement(between(low, high or low)),))


def below(end: str, *, included: bool = False) -> Number:
    return Number((Measurement(Interval(-INFINITY, Decimal(end), True, not included)),))


def above(end: str, *, included: bool = False) -> Number:
    return Number((Measurement(Interval(Decimal(end), INFINITY, not included, True)),))


def one_of(*members: str) -> Choice:
    return Choice(frozenset(members))


def day(text: str) -> Decimal:
    return Decimal(datetime.date.fromisoformat(text).toordinal())


def days(first: str, last: str | None = None) -> Day:
    return Day(between(day(first), day(last or first)))


# --- numbers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("finding", "text", "expected"),
    [
        ("age", "67", number("67")),
        ("age", "67 y", number("67")),
        ("age", "67 years old", number("67")),
        ("age", "67yo", number("67")),
        ("age", "> 65", above("65")),
        ("age", "65 or older", above("65", included=True)),
        ("age", "60-65", number("60", "65")),
        ("age", "60 to 65", number("60", "65")),
        ("age", "between 60 and 65", number("60", "65")),
        ("weight", "58 kg", number("58")),
        ("weight", "58kgs", number("58")),
        ("weight", "10 st", number("63.5029318")),
        ("weight", "11 st 4 lb", number("71.66759446")),
        ("weight", "11 stone 4", number("71.66759446")),
        ("weight", "100 lb", number("45.359237")),
        ("height", "1.62 m", number("162")),
        ("height", "1 m 62", number("162")),
        ("height", "5 ft 4", number("162.56")),
        ("height", "5 ft 4 in", number("162.56")),
        ("height", "5'4\"", number("162.56")),
        ("height", "5’4”", number("162.56")),
        ("height", "5 feet 4 inches", number("162.56")),
        ("height", "64 in", number("162.56")),
        ("t_score_hip", "-2.7", number("-2.7")),
        ("t_score_hip", "−2.7", number("-2.7")),
        ("t_score_hip", "-2.7 SD", number("-2.7")),
        ("t_score_hip", "+1.2", number("1.2")),
        ("t_score_hip", "minus 2.7", number("-2.7")),
        ("t_score_hip", "- 2.7", number("-2.7")),
        ("t_score_hip", "-3 to -2.5", number("-3", "-2.5")),
        ("age", "60 - 65", number("60", "65")),
        ("t_score_hip", "< -2.5", below("-2.5")),
        ("t_score_hip", "≤ -2.5", below("-2.5", included=True)),
        ("t_score_hip", "-3..-2.5", number("-3", "-2.5")),
        ("vitamin_d", "28 nmol/L", number("28")),
        ("vitamin_d", "28nmol/l", number("28")),
        ("vitamin_d", "20 ng/mL", number("50")),
        ("vitamin_d", "20 ng/ml", number("50")),
        ("vitamin_d", "< 30 nmol/L", below("30")),
        ("vitamin_d", "<= 30 nmol/L", below("30", included=True)),
        ("vitamin_d", "less than 12 ng/mL", below("30")),
        ("vitamin_d", "20..30 ng/mL", number("50", "75")),
        ("vitamin_d", "20 ng/mL..75 nmol/L", number("50", "75")),
        ("calcium", "9 mg/dL", number("2.2455")),
        ("creatinine", "1 mg/dl", number("88.4")),
        ("parathyroid_hormone", "18.86 pg/mL", number("2")),
        ("egfr", "45 mL/min/1.73m2", number("45")),
        ("egfr", "> 60 ml/min/1.73 m²", above("60")),
        ("frax_major", "20%", number("20")),
        # 1 UK unit is 8 g, a US drink 14 g
        ("alcohol", "3 units a day", number("24")),
        ("alcohol", "14 units per week", number("16")),
        ("alcohol", "21 units weekly", number("24")),
        ("alcohol", "2 US drinks daily", number("28")),
        ("alcohol", "10 g of alcohol a day", number("10")),
        ("alcohol", "none", number("0")),
        ("alcohol", "0", number("0")),
        ("calcium_intake", "1.2 g/day", number("1200")),
        ("bmi", "22.1 kg/m2", number("22.1")),
    ],
)
def test_a_number_is_read_in_any_unit_that_measures_it(
    clinic: KnowledgeBase, finding: str, text: str, expected: Known
) -> None:
    assert read(clinic, finding, text) == expected


@pytest.mark.parametrize(
    ("text", "word", "persistent"),
    [
        ("high", Word.HIGH, False),
        ("Raised", Word.HIGH, False),
        ("low", Word.LOW, False),
        ("slightly low", Word.LOW, False),
        ("normal", Word.NORMAL, False),
        ("within range", Word.NORMAL, False),
        ("persistently high", Word.HIGH, True),
    ],
)
def test_a_result_may_be_given_against_its_range(
    clinic: KnowledgeBase, text: str, word: Word, persistent: bool
) -> None:
    assert read(clinic, "calcium", text) == Number((Measurement(ANY, word=word, persistent=persistent),))


def test_several_results_keep_their_ranges_and_dates(clinic: KnowledgeBase) -> None:
    text = "[{value: 9.1 pmol/L, range: 1.6..6.9 pmol/L, date: 2026-01-10}, high]"
    first = Measurement(exactly("9.1"), range=between("1.6", "6.9"), date=days("2026-01-10").interval)
    assert read(clinic, "parathyroid_hormone", text) == Number((first, Measurement(ANY, word=Word.HIGH)))


@pytest.mark.parametrize(
    ("finding", "text", "code", "said"),
    [
        # a unit left out: every believable reading is shown
        ("vitamin_d", "20", "OL301", r"20 of what\? nmol/L, or ng/mL \(would be 50 nmol/L\)"),
        ("weight", "58", "OL301", r"58 of what\? kg, or lb \(would be 26.31 kg\)"),
        ("height", "162", "OL301", "write 162 cm"),
        ("alcohol", "3", "OL301", r"units/day \(would be 24 g/day\)"),
        # a unit of something else
        ("weight", "58 cm", "OL302", "not measured in cm; it takes kg"),
        ("vitamin_d", "20 ng", "OL302", "it takes nmol/L or ng/mL"),
        ("egfr", "45 mL/min", "OL302", "it takes mL/min/1.73m2"),
        ("t_score_hip", "-2.7 %", "OL302", "a number without a unit"),
        ("calcium", "2.4 mmol/k", "OL302", "did you mean 'mmol/L'"),
        ("alcohol", "3 units", "OL302", "units/day"),
        # out of what is plausible
        ("age", "167", "OL303", r"0\.\.120 years"),
        ("age", "-3", "OL303", r"0\.\.120 years"),
        ("weight", "580 kg", "OL303", r"25\.\.350 kg"),
        ("vitamin_d", "20 mg/dL", "OL303", r"20 mg/dL \(500000 nmol/L\)"),
        ("vitamin_d", "100..7000 nmol/L", "OL303", r"2\.\.750 nmol/L"),
        ("vitamin_d", "> 5000 nmol/L", "OL303", r"2\.\.750 nmol/L"),
        ("t_score_hip", "-27", "OL303", r"-10\.\.10"),
        # spelled so that it could be misread
        ("t_score_hip", "-2,7", "OL304", r"write -2\.7"),
        (
            "calcium_intake",
            "1,200 mg/day",
            "OL304",
            r"write 1200 mg/day if the comma parts thousands, else 1\.200 mg/day",
        ),
        ("age", "1e2", "OL304", "write the digits out"),
        ("age", "067", "OL304", "leave the zero out"),
        ("age", "about 67", "OL305", "the range it lies in"),
        ("age", "~67", "OL305", "the range it lies in"),
        ("age", "70..60", "OL306", "smaller number first"),
        ("age", "sixty", "OL300", "is no number"),
        ("vitamin_d", "none", "OL300", "'not measured'"),
        ("t_score_hip", "2.7.1", "OL300", "is no number"),
        ("t_score_hip", "low", "OL313", "give the number"),
        ("age", "", "OL318", "nothing is given"),
        ("age", "n/a", "OL318", "'not measured'"),
        # several results
        ("calcium", "[]", "OL318", "empty list"),
        ("calcium", "[2.4 mmol/L, ...]", "OL318", "leave it out"),
        ("calcium", "{valu: 2.4 mmol/L}", "OL316", "did you mean 'value'"),
        ("calcium", "{date: 2025}", "OL316", "without its value"),
        ("calcium", "{value: 2.4 mmol/L, date: 2027-01}", "OL309", "in the future"),
        ("calcium_intak", "3 mg/day", "OL319", "did you mean 'calcium_intake'"),
    ],
)
def test_a_number_that_cannot_be_used_is_refused_with_what_to_write(
    clinic: KnowledgeBase, finding: str, text: str, code: str, said: str
) -> None:
    problem = refused(clinic, finding, text)
    assert problem.code == code
    assert re.search(said, str(problem)), str(problem)
    assert problem.place.file == HERE.file


# --- words ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["yes", "Yes", "y", "TRUE", "t", "1", "+", "present"])
def test_yes_is_said_in_many_ways(clinic: KnowledgeBase, text: str) -> None:
    assert read(clinic, "parent_hip_fracture", text) == YES


@pytest.mark.parametrize("text", ["no", "No", "n", "false", "0", "-", "none", "absent", "never"])
def test_no_is_said_in_many_ways(clinic: KnowledgeBase, text: str) -> None:
    assert read(clinic, "parent_hip_fracture", text) == NO


@pytest.mark.parametrize("finding", ["age", "sex", "parent_hip_fracture", "last_scan", "medicines", "vitamin_d"])
@pytest.mark.parametrize(
    ("text", "gap"),
    [
        ("not measured", NOT_MEASURED),
        ("Not done", NOT_MEASURED),
        ("not_measured", NOT_MEASURED),
        ("unknown", UNKNOWN),
        ("don't know", UNKNOWN),
        ("?", UNKNOWN),
    ],
)
def test_not_knowing_is_an_answer_to_everything(clinic: KnowledgeBase, finding: str, text: str, gap: Known) -> None:
    assert read(clinic, finding, text) is gap


@pytest.mark.parametrize(
    ("finding", "text", "members"),
    [
        ("sex", "female", {"female"}),
        ("sex", "F", {"female"}),
        ("sex", "woman", {"female"}),
        ("sex", "male or female", {"male", "female"}),
        ("smoking", "ex smoker", {"former"}),
        ("smoking", "not never", {"current", "former"}),
        ("menopausal_status", "Post-menopausal", {"postmenopausal"}),
        ("menopausal_status", "post", {"postmenopausal"}),
        ("menopausal_status", "peri or post", {"perimenopausal", "postmenopausal"}),
        ("menopausal_status", "not premenopausal", {"perimenopausal", "postmenopausal"}),
    ],
)
def test_a_choice_is_named_by_label_synonym_or_beginning(
    clinic: KnowledgeBase, finding: str, text: str, members: set[str]
) -> None:
    assert read(clinic, finding, text) == Choice(frozenset(members))


@pytest.mark.parametrize(
    ("finding", "text", "code", "said"),
    [
        ("menopausal_status", "p", "OL312", "perimenopausal, postmenopausal or premenopausal"),
        ("menopausal_status", "postmenopasual", "OL311", "did you mean 'postmenopausal'"),
        ("sex", "x", "OL311", "one of female, male"),
        ("sex", "yes", "OL311", "one of female, male"),
        ("parent_hip_fracture", "maybe", "OL314", "neither yes nor no"),
        ("medicines", "pred", "OL312", "prednisolone or prednisone"),
        ("medicines", "denosumb", "OL311", "did you mean 'denosumab'"),
        ("sex", "[female, male]", "OL318", "one answer"),
    ],
)
def test_a_word_that_is_not_clear_is_refused(
    clinic: KnowledgeBase, finding: str, text: str, code: str, said: str
) -> None:
    problem = refused(clinic, finding, text)
    assert problem.code == code
    assert said in str(problem)


# --- dates ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025", days("2025-01-01", "2025-12-31")),
        ("2025-03", days("2025-03-01", "2025-03-31")),
        ("2025-03-10", days("2025-03-10")),
        ("March 2025", days("2025-03-01", "2025-03-31")),
        ("10 March 2025", days("2025-03-10")),
        ("Mar 10, 2025", days("2025-03-10")),
        ("3 months ago", days("2026-08-21")),
        ("2 years ago", days("2024-11-21")),
        ("a year ago", days("2025-11-21")),
        ("10 days ago", days("2026-11-11")),
        ("2 to 3 years ago", days("2023-11-21", "2024-11-21")),
        ("today", days("2026-11-21")),
        ("yesterday", days("2026-11-20")),
        ("last year", days("2025-01-01", "2025-12-31")),
        ("2024..2025-03", days("2024-01-01", "2025-03-31")),
        ("since 2024", days("2024-01-01", "2026-11-21")),
        ("by 2020", Day(Interval(-INFINITY, day("2020-12-31"), True, False))),
        ("before 2020", Day(Interval(-INFINITY, day("2019-12-31"), True, False))),
        # what is not over yet ends today
        ("2026", days("2026-01-01", "2026-11-21")),
        ("2026-11", days("2026-11-01", "2026-11-21")),
    ],
)
def test_a_date_is_as_exact_as_it_was_given(clinic: KnowledgeBase, text: str, expected: Known) -> None:
    assert read(clinic, "last_scan", text) == expected


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("2027", "OL309", "today is 2026-11-21"),
        ("2026-11-22", "OL309", "in the future"),
        ("10/03/2025", "OL308", "the year first"),
        ("2025-02-30", "OL308", "is no date"),
        ("1850", "OL308", "before 1900"),
        ("2025..2024", "OL306", "earlier date first"),
        ("yes", "OL308", "is no date"),
        ("3 months", "OL308", "3 months ago"),
    ],
)
def test_a_date_that_cannot_be_is_refused(clinic: KnowledgeBase, text: str, code: str, said: str) -> None:
    problem = refused(clinic, "last_scan", text)
    assert problem.code == code
    assert said in str(problem)


def test_without_today_nothing_is_counted_from_it(clinic: KnowledgeBase) -> None:
    assert read(clinic, "last_scan", "2027", today=None) == days("2027-01-01", "2027-12-31")
    assert refused(clinic, "last_scan", "3 months ago", today=None).code == "OL310"
    assert refused(clinic, "medicines", "[{name: denosumab, stopped: yes}]", today=None).code == "OL310"


# --- lists ------------------------------------------------------------------------------------------------------------


def entry(**fields: Known) -> Entry:
    return Entry(fields)


def complete(*entries: Entry) -> Records:
    return Records(entries)


PREDNISOLONE, ALENDRONATE = one_of("prednisolone"), one_of("alendronate")


@pytest.mark.parametrize(
    ("finding", "text", "expected"),
    [
        ("medicines", "none", complete()),
        ("medicines", "[]", complete()),
        ("medicines", "[none]", complete()),
        ("medicines", "...", Records(complete=False)),
        ("medicines", "[...]", Records(complete=False)),
        ("medicines", "prednisolone", complete(entry(name=PREDNISOLONE))),
        ("medicines", "Fosamax", complete(entry(name=ALENDRONATE))),
        ("medicines", "alen", complete(entry(name=ALENDRONATE))),
        ("medicines", "calcium and vitamin D", complete(entry(name=one_of("calcium_and_vitamin_d")))),
        (
            "medicines",
            "prednisolone, omeprazole and ...",
            Records((entry(name=PREDNISOLONE), entry(name=one_of("omeprazole"))), complete=False),
        ),
        ("medicines", "oral bisphosphonate", complete(entry(name=one_of("alendronate", "risedronate")))),
        ("medicines", "prednisolone or prednisone", complete(entry(name=one_of("prednisolone", "prednisone")))),
        ("medicines", "[no omeprazole, ...]", Records(complete=False, absent=frozenset({"omeprazole"}))),
        (
            "medicines",
            "alendronate 70 mg weekly",
            complete(entry(name=ALENDRONATE, dose=number("70"), every=number("7"))),
        ),
        (
            "medicines",
            "prednisolone 7.5 mg since 2026-03",
            complete(entry(name=PREDNISOLONE, dose=number("7.5"), started=days("2026-03-01", "2026-03-31"))),
        ),
        (
            "medicines",
            "prednisolone 7.5 mg for 8 months",
            complete(entry(name=PREDNISOLONE, dose=number("7.5"), duration=number("8"))),
        ),
        (
            "medicines",
            "denosumab 60 mg every 6 months, last given 2026-03",
            complete(
                entry(
                    name=one_of("denosumab"),
                    dose=number("60"),
                    every=number("182.625"),
                    last_given=days("2026-03-01", "2026-03-31"),
                )
            ),
        ),
        ("medicines", "alendronate weekly", complete(entry(name=ALENDRONATE, every=number("7")))),
        (
            "medicines",
            "alendronate stopped in 2020",
            complete(entry(name=ALENDRONATE, stopped=days("2020-01-01", "2020-12-31"))),
        ),
        (
            "medicines",
            "[{name: alendronate, dose: 70 mg, every: week}]",
            complete(entry(name=ALENDRONATE, dose=number("70"), every=number("7"))),
        ),
        (
            "medicines",
            "[{dose: 800 IU, name: cholecalciferol}]",
            complete(entry(name=one_of("cholecalciferol"), dose=number("0.02"))),
        ),
        (
            "medicines",
            "[{name: prednisolone, dose: 5 mg twice a day}]",
            complete(entry(name=PREDNISOLONE, dose=number("5"), every=number("0.5"))),
        ),
        (
            "medicines",
            "[{name: prednisolone, dose: 5 mg/day}]",
            complete(entry(name=PREDNISOLONE, dose=number("5"), every=number("1"))),
        ),
        ("medicines", '[{name: prednisolone, dose: "> 5 mg"}]', complete(entry(name=PREDNISOLONE, dose=above("5")))),
        ("medicines", "[{name: prednisolone, dose: unknown}]", complete(entry(name=PREDNISOLONE, dose=UNKNOWN))),
        ("medicines", "[{name: prednisolone, stopped: no}]", complete(entry(name=PREDNISOLONE))),
        (
            "medicines",
            "[{name: prednisolone, stopped: yes}]",
            complete(entry(name=PREDNISOLONE, stopped=Day(Interval(-INFINITY, day("2026-11-21"), True, False)))),
        ),
        (
            "medicines",
            "[{name: denosumab, every: 6 months, last_given: 16 months ago}]",
            complete(entry(name=one_of("denosumab"), every=number("182.625"), last_given=days("2025-07-21"))),
        ),
        ("fractures", "hip 2019", complete(entry(site=one_of("hip"), date=days("2019-01-01", "2019-12-31")))),
        ("fractures", "neck of femur at 62", complete(entry(site=one_of("hip"), age_at=number("62")))),
        (
            "fractures",
            "[{site: hip, date: 2025-03, cause: low_trauma}, vertebra]",
            complete(
                entry(site=one_of("hip"), date=days("2025-03-01", "2025-03-31"), cause=one_of("low_trauma")),
                entry(site=one_of("vertebra")),
            ),
        ),
        ("fractures", "{site: hip, cause: fall}", complete(entry(site=one_of("hip"), cause=one_of("low_trauma")))),
    ],
)
def test_a_list_is_read_entry_by_entry(clinic: KnowledgeBase, finding: str, text: str, expected: Known) -> None:
    assert read(clinic, finding, text) == expected


@pytest.mark.parametrize(
    ("every", "expected"),
    [
        ("day", "1"),
        ("daily", "1"),
        ("od", "1"),
        ("weekly", "7"),
        ("2 weeks", "14"),
        ("every other day", "2"),
        ("once a month", "30.4375"),
        ("every 6 months", "182.625"),
        ("yearly", "365.25"),
        ("bd", "0.5"),
        ("four times a day", "0.25"),
        ("7 days", "7"),
    ],
)
def test_how_often_is_the_days_from_one_dose_to_the_next(clinic: KnowledgeBase, every: str, expected: str) -> None:
    known = read(clinic, "medicines", f"[{{name: alendronate, every: {every}}}]")
    assert known == complete(entry(name=ALENDRONATE, every=number(expected)))


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("[..., prednisolone]", "OL315", "write it last"),
        ("[none, prednisolone]", "OL315", "either the entries or none"),
        ("[[prednisolone]]", "OL315", "an entry is a list"),
        ("[prednisolone, no prednisolone, ...]", "OL315", "both in the list and ruled out"),
        ("[{dose: 3 mg}]", "OL315", "without its name"),
        ("prednisolone in the morning", "OL315", "not understood"),
        ("[{name: prednisolone, dos: 3 mg}]", "OL316", "did you mean 'dose'"),
        ("[{name: prednisolone, dose: [1, 2]}]", "OL316", "one value"),
        ("[{name: prednisolone, dose: 5 mg/day, every: week}]", "OL316", "given twice, differently"),
        ("[{name: prednisolone, every: week, dose: 5 mg/day}]", "OL316", "given twice, differently"),
        ("[{name: prednisolone, dose: 7.5}]", "OL301", "7.5 of what?"),
        ("[{name: prednisolone, dose: 2 tablets}]", "OL302", "it takes mg"),
        ("[{name: prednisolone, dose: 800 IU}]", "OL302", "not measured in IU"),
        ("[{name: prednisolone, dose: -5 mg}]", "OL303", ">= 0 mg"),
        ("[{name: prednisolone, every: 0 days}]", "OL303", "write day, week"),
        ("[{name: prednisolone, every: banana}]", "OL300", "is no number"),
        ("[{name: prednisolone, started: 2027}]", "OL309", "in the future"),
        ("[{name: alendronate, started: 2025, stopped: 2024}]", "OL317", "before it was started"),
        ("[{name: alendronate, started: 2025, last_given: 2024}]", "OL317", "before it was started"),
    ],
)
def test_an_entry_that_cannot_be_is_refused(clinic: KnowledgeBase, text: str, code: str, said: str) -> None:
    problem = refused(clinic, "medicines", text)
    assert problem.code == code
    assert said in str(problem)


def test_every_problem_of_a_list_is_reported_at_its_own_place(clinic: KnowledgeBase) -> None:
    node, _ = load_text("[denosumb,\n {name: prednisolone, dose: 7.5, dos: x}]", "patient.yaml")
    assert node is not None
    known, problems = read_answer(clinic, "medicines", node, HERE, TODAY)
    assert known is None
    assert [(problem.code, problem.place.line) for problem in problems] == [("OL311", 1), ("OL316", 2), ("OL301", 2)]


# --- written back -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("finding", "text", "told"),
    [
        ("vitamin_d", "28 nmol/L", "25-OH vitamin D 28 nmol/L"),
        ("vitamin_d", "11.2 ng/mL", "25-OH vitamin D 28 nmol/L"),
        ("t_score_hip", "< -2.5", "hip T-score < -2.5"),
        ("age", "60..70", "age 60..70"),
        ("calcium", "persistently high", "calcium persistently high"),
        ("calcium", "not done", "calcium not measured"),
        ("weight", "128 lb", "weight 58.06 kg"),
        ("sex", "woman", "sex female"),
        ("menopausal_status", "peri or post", "menopausal status perimenopausal or postmenopausal"),
        ("parent_hip_fracture", "n", "hip fracture of a parent no"),
        ("last_scan", "2026-11", "last scan 2026-11"),
        ("fractures", "none", "fractures none"),
        ("fractures", "[{site: hip, date: 2025-03, cause: fall}, rib]", "fractures hip (2025-03, low trauma), rib"),
        (
            "medicines",
            "[{name: prednisolone, dose: 7.5 mg, duration: 8 months}, ...]",
            "medicines prednisolone (7.5 mg, for 8 months); others not asked yet",
        ),
        ("medicines", "cholecalciferol 800 IU daily", "medicines cholecalciferol (800 IU, every day)"),
        ("medicines", "prednisolone since 2026-03", "medicines prednisolone (since 2026-03)"),
        ("medicines", "alendronate since 2020 until 2024", "medicines alendronate (since 2020, stopped 2024)"),
        ("fractures", "hip at 62", "fractures hip (at age 62)"),
        ("medicines", "prednisolone 5 mg bd", "medicines prednisolone (5 mg, 2 times a day)"),
        ("medicines", "...", "medicines not asked yet"),
        (
            "parathyroid_hormone",
            "[{value: 9.1 pmol/L, range: 1.6..6.9 pmol/L, date: 2026-01-10}, high]",
            "PTH high; before: 9.1 pmol/L (range 1.6..6.9 pmol/L, 2026-01-10)",
        ),
    ],
)
def test_what_was_understood_is_told(clinic: KnowledgeBase, finding: str, text: str, told: str) -> None:
    assert describe(clinic, finding, read(clinic, finding, text)) == told


@pytest.mark.parametrize(
    ("finding", "text"),
    [
        ("vitamin_d", "20..30 ng/mL"),
        ("t_score_hip", "<= -2.5"),
        ("parathyroid_hormone", "65 pg/mL"),
        ("parathyroid_hormone", "[{value: high, range: < 6.9 pmol/L, date: 2026-01}, 9 pmol/L]"),
        ("alcohol", "10 units/week"),
        ("last_scan", "before 2020"),
        ("last_scan", "2 to 3 years ago"),
        ("medicines", "[]"),
        ("medicines", "[no omeprazole, ...]"),
        ("medicines", '[{name: prednisolone, dose: "> 5 mg", stopped: yes}, oral bisphosphonate, ...]'),
        ("medicines", "prednisolone 5 mg tds"),
        ("medicines", "steroid cream, or nasal spray"),
        ("fractures", "[{site: hip or rib, age_at: 60..65, date: unknown}]"),
        ("menopausal_status", "peri or post"),
        ("parent_hip_fracture", "unknown"),
    ],
)
def test_an_answer_that_is_written_is_read_back_the_same(clinic: KnowledgeBase, finding: str, text: str) -> None:
    known = read(clinic, finding, text)
    assert read(clinic, finding, write_answer(clinic, finding, known)) == known


@pytest.mark.parametrize(
    ("finding", "text", "written"),
    [
        ("parathyroid_hormone", "65 pg/mL", "65 pg/mL"),
        ("parathyroid_hormone", "< 65 ng/L", "< 65 pg/mL"),
        ("parathyroid_hormone", "9.1 pmol/L", "9.1 pmol/L"),
        ("weight", "128 pounds", "128 lb"),
        ("height", "5 ft 4", "162.56 cm"),
        ("alcohol", "10 units a week", "80 g/week"),
        ("vitamin_d", "20 ng/mL", "50 nmol/L"),
    ],
)
def test_a_number_is_written_in_a_unit_of_few_digits(
    clinic: KnowledgeBase, finding: str, text: str, written: str
) -> None:
    assert write_answer(clinic, finding, read(clinic, finding, text)) == written


tenths = st.integers(-99, 99).map(lambda tenth: Decimal(tenth) / 10)


@given(tenths, tenths, st.sampled_from(["", "<", "<=", ">", ">="]))
def test_every_number_is_read_back_the_same(clinic: KnowledgeBase, one: Decimal, other: Decimal, sign: str) -> None:
    text = f"{sign} {one}" if sign else f"{min(one, other)}..{max(one, other)}"
    known = read(clinic, "t_score_hip", text)
    assert read(clinic, "t_score_hip", write_answer(clinic, "t_score_hip", known)) == known


FINDINGS = st.sampled_from(
    ["age", "weight", "height", "vitamin_d", "sex", "parent_hip_fracture", "last_scan", "medicines"]
)
PIECES = [
    "5",
    "7.5",
    "-",
    "..",
    "mg",
    "ft",
    "kg",
    "<",
    ">",
    "or",
    "not",
    "no",
    "ago",
    "months",
    "2025",
    "prednisolone",
    ",",
]
STRANGE = st.one_of(
    st.text(max_size=60), st.lists(st.sampled_from([*PIECES, " ", "'", '"', "a", "to"]), max_size=9).map(" ".join)
)


@given(FINDINGS, STRANGE)
def test_whatever_is_typed_is_an_answer_or_a_problem(clinic: KnowledgeBase, finding: str, text: str) -> None:
    known, problems = read_answer(clinic, finding, text, HERE, TODAY)
    assert (known is None) == bool(problems)
    for problem in problems:
        assert problem.code in CODES
        assert str(problem).isprintable()
    if known is not None:
        assert read(clinic, finding, write_answer(clinic, finding, known)) == known


@pytest.mark.parametrize("finding", ["age", "height", "sex", "parent_hip_fracture", "last_scan", "medicines"])
@pytest.mark.parametrize("piece", ["9", "9 ", "9.", "..", "9 to ", "a ", " or ", "- ", "5 ft ", "hip at ", ",", "9-"])
def test_a_long_answer_takes_no_long_time(clinic: KnowledgeBase, finding: str, piece: str) -> None:
    started = time.process_time()
    read_answer(clinic, finding, (piece * 1000)[:1000], HERE, TODAY)
    assert time.process_time() - started < 2
    assert refused(clinic, finding, (piece * 1000)[:1001].rstrip() + "x" * 30).code == "OL318"


def test_every_code_is_raised_somewhere_and_every_code_raised_is_listed() -> None:
    room = Path(__file__).parents[2] / "engine" / "intake" / "answers"
    texts = [path.read_text(encoding="utf-8") for path in room.glob("*.py")]
    raised = {code for text in texts for code in re.findall(r'(?:refusal|Problem)\(\s*"(OL3\d\d)"', text)}
    assert raised == set(CODES)
