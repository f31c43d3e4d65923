"""Patient files: read whole or refused with every problem, held to themselves, and saved so that they read the same."""

from __future__ import annotations

import datetime
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.intake import stream
from engine.intake.answers import answers
from engine.intake.record import (
    CODES,
    Answer,
    Reader,
    Record,
    check_applies,
    names_of,
    read_record,
    read_records,
    resolve,
    save_record,
)
from engine.knowledge_base.files import source
from engine.knowledge_base.model import KnowledgeBase
from engine.values.interval import between, exactly
from engine.values.problems import Place, Problem
from engine.values.value import NOT_MEASURED, YES, Choice, Entry, Measurement, Number, Records, Word

CLOCK = datetime.date(2026, 11, 21)
FILE = "patient.yaml"

WOMAN = """\
age: 67
sex: female
menopausal_status: postmenopausal
t_score_hip: -2.7
vitamin_d: 28 nmol/L
calcium: high
pth: [{value: 9.1 pmol/L, range: 1.6..6.9 pmol/L, date: 2026-01-10}, high]
fractures: [{site: hip, date: 2025-03, cause: low_trauma}, vertebra]
medicines: [{name: prednisolone, dose: 7.5 mg, started: 2026-03}, omeprazole, ...]
symptoms: none
creatinine: not measured
parent_hip_fracture: no
"""


def accepted(kb: KnowledgeBase, text: str, **days: datetime.date) -> Record:
    record, problems = read_record(kb, text, FILE, **{"today": CLOCK, **days})
    assert not problems, [str(problem) for problem in problems]
    assert record is not None
    return record


def refused(kb: KnowledgeBase, text: str | bytes) -> list[Problem]:
    record, problems = read_record(kb, text, FILE, CLOCK)
    assert record is None
    assert problems
    return problems


def test_a_flat_file_is_read_whole(clinic: KnowledgeBase) -> None:
    record = accepted(clinic, WOMAN)
    assert record.today == CLOCK
    assert not record.is_case
    assert list(record.known) == [
        "age",
        "sex",
        "menopausal_status",
        "t_score_hip",
        "vitamin_d",
        "calcium",
        "parathyroid_hormone",
        "fractures",
        "medicines",
        "symptoms",
        "creatinine",
        "parent_hip_fracture",
    ]
    assert record.known["calcium"] == Number((Measurement(word=Word.HIGH),))
    assert record.known["creatinine"] is NOT_MEASURED
    assert record.known["symptoms"] == Records()
    medicines, fractures = record.known["medicines"], record.known["fractures"]
    assert isinstance(medicines, Records)
    assert isinstance(fractures, Records)
    assert not medicines.complete
    assert fractures.complete
    assert fractures.entries[1] == Entry({"site": Choice(frozenset({"vertebra"}))})


def test_each_answer_knows_how_it_was_given_and_where(clinic: KnowledgeBase) -> None:
    answer = accepted(clinic, WOMAN).answers["vitamin_d"]
    assert answer == Answer(Number((Measurement(exactly(28)),)), "28 nmol/L", Place(FILE, 5, 1))
    given_list = accepted(clinic, WOMAN).answers["fractures"].given
    assert given_list == "[{site: hip, date: 2025-03, cause: low_trauma}, vertebra]"


def test_json_is_read_too(clinic: KnowledgeBase) -> None:
    text = '{"age": 67, "sex": "female", "parent_hip_fracture": true, "medicines": ["prednisolone", "..."]}'
    record = accepted(clinic, text)
    assert record.known["parent_hip_fracture"] == YES
    assert record.known["age"] == Number((Measurement(exactly(67)),))


def test_a_worked_case_has_its_answers_under_given(clinic: KnowledgeBase) -> None:
    record = accepted(
        clinic,
        "name: A woman of 67\ntoday: 2026-01-15\ngiven: {age: 67}\n"
        "expect: {diagnosed: [osteoporosis]}\nexpect_not: {}\n",
    )
    assert record.is_case
    assert record.name == "A woman of 67"
    assert record.expect is not None
    assert [key.value for key, _ in record.expect.pairs] == ["diagnosed"]
    assert list(record.answers) == ["age"]


@pytest.mark.parametrize(
    ("text", "as_of", "expected"),
    [
        ("age: 67", None, CLOCK),
        ("today: 2026-01-15\nage: 67", None, datetime.date(2026, 1, 15)),
        ("today: 2026-01-15\nage: 67", datetime.date(2027, 2, 3), datetime.date(2027, 2, 3)),
        ("given: {age: 67}", None, None),
        ("given: {age: 67}\ntoday: 2026-01-15", None, datetime.date(2026, 1, 15)),
        ("given: {age: 67}", datetime.date(2027, 2, 3), datetime.date(2027, 2, 3)),
    ],
)
def test_the_day_asked_for_beats_the_file_and_a_case_never_uses_the_clock(
    clinic: KnowledgeBase, text: str, as_of: datetime.date | None, expected: datetime.date | None
) -> None:
    record, problems = read_record(clinic, text, FILE, CLOCK, as_of)
    assert not problems
    assert record is not None
    assert record.today == expected


def test_dates_are_read_on_the_day_of_the_file(clinic: KnowledgeBase) -> None:
    record = accepted(clinic, "today: 2020-06-15\nlast_scan: 3 months ago\n")
    assert answers.write_answer(clinic, "last_scan", record.known["last_scan"]) == "2020-03-15"
    assert refused(clinic, "today: 2020-06-15\nlast_scan: 2021\n")[0].code == "OL309"


def test_names_are_ids_labels_or_synonyms(clinic: KnowledgeBase) -> None:
    record = accepted(clinic, "vit d: 28 nmol/L\nPTH: high\nTotal hip T-score: -2.7\nbmi: 22 kg/m2\n")
    assert list(record.answers) == ["vitamin_d", "parathyroid_hormone", "t_score_hip", "bmi"]


def test_a_synonym_of_two_findings_is_asked_back(clinic: KnowledgeBase) -> None:
    names = names_of(clinic) | {"hip": frozenset({"t_score_hip", "fractures"})}
    found, problems = resolve(clinic, lambda: names, "hip", Place(FILE, 1, 1))
    assert found is None
    assert "fractures or t_score_hip" in str(problems[0])


@pytest.mark.parametrize(
    ("text", "code", "line", "said"),
    [
        ("", "OL320", 0, "the file is empty"),
        ("# nothing\n", "OL320", 0, "the file is empty"),
        ("[]", "OL320", 1, "without patients"),
        ("67\n", "OL321", 1, "the answers of a patient belong"),
        ("- 67\n", "OL321", 1, "the answers of a patient belong"),
        ("given: [67]\n", "OL321", 1, "`given` is a list"),
        ("given: {age: 67}\nexpect: [osteoporosis]\n", "OL321", 2, "`expect` is a list"),
        ("aeg: 67\n", "OL322", 1, "did you mean 'age'?"),
        ("age: 67\nvitamin-d: 20 nmol/L\nvitaminn_d: 3\n", "OL322", 3, "did you mean 'vitamin_d'?"),
        ("fragility_fracture: yes\n", "OL322", 1, "a state: it is concluded, not given"),
        ("vitamin_d: 28 nmol/L\n25OHD: 30 nmol/L\n", "OL324", 2, "given already"),
        ("age: 67\nage: 68\n", "OL103", 2, "written twice"),
        ("given: {age: 67}\nexpects: {}\n", "OL325", 2, "did you mean 'expect'?"),
        ("given: {age: 67}\nsex: female\n", "OL325", 2, "answers go under `given`"),
        ("- {name: a, given: {age: 67}}\n- {name: b, like: c}\n", "OL328", 2, "no case above has this name"),
        ("- {name: first, given: {age: 67}}\n- {name: b, like: frist}\n", "OL328", 2, "did you mean 'first'?"),
        ("- {name: b, like: b}\n", "OL328", 1, "no case above has this name"),
        ("- {name: b, like: [b]}\n", "OL328", 1, "`like` is a list"),
        ("- name: b\n  like:\n  given: {age: 67}\n", "OL328", 2, "`like` names no case"),
        ("- {name: a, given: {age: 67}}\n- {name: b, like: a, without: sex}\n", "OL329", 2, "does not give it"),
        (
            "- {name: a, given: {age: 67}}\n- {name: b, like: a, given: {age: 68}, without: age}\n",
            "OL329",
            2,
            "it is given here",
        ),
        ("- {name: a, given: {age: 67}}\n- {name: b, like: a, without: {age: 3}}\n", "OL329", 2, "without: [vitamin_d"),
        ("- {name: a, given: {age: 67}, without: age}\n", "OL329", 1, "without `like`"),
        ("today: 2026-01\nage: 67\n", "OL326", 1, "write it as 2026-01-15"),
        ("today: tomorrow\nage: 67\n", "OL326", 1, "write it as 2026-01-15"),
        ("- age: 67\n- age: 68\n", "OL327", 2, "2 patients"),
        ("age:\n", "OL318", 1, "nothing is given"),
        ("age: 67\nvitamin_d: 20\n", "OL301", 2, "20 of what? nmol/L, or ng/mL (would be 50 nmol/L)"),
        ("t_score_hip: -2,7\n", "OL021", 1, "comma in the number"),
        ("age: {value: 67, value: 68}\n", "OL103", 1, "written twice"),
        ("age: !!python/object 67\n", "OL015", 1, "type"),
    ],
)
def test_a_file_that_cannot_be_used_says_where_and_what_to_write(
    clinic: KnowledgeBase, text: str, code: str, line: int, said: str
) -> None:
    problems = refused(clinic, text)
    assert [(problem.code, problem.place.line) for problem in problems] == [(code, line)]
    assert said in str(problems[0])


ALIKE = """\
- name: first
  today: 2026-01-15
  given: {age: 67, sex: female, vitamin_d: 28 nmol/L}
- name: second
  like: first
  given: {25OHD: 80 nmol/L}
- name: third
  like: second
  without: [25OHD, sex]
- name: fourth
  today: 2025-01-15
  like: third
"""


def test_a_case_takes_over_what_it_does_not_say_itself(clinic: KnowledgeBase) -> None:
    records, problems = read_records(clinic, ALIKE, FILE)
    assert problems == []
    given = [{name: answer.given for name, answer in one.answers.items()} for one in records]
    assert given == [
        {"age": "67", "sex": "female", "vitamin_d": "28 nmol/L"},
        {"age": "67", "sex": "female", "vitamin_d": "80 nmol/L"},
        {"age": "67"},
        {"age": "67"},
    ]
    assert [str(one.today) for one in records] == ["2026-01-15"] * 3 + ["2025-01-15"]
    assert {one.answers["age"].place.line for one in records} == {3}


def test_a_case_is_like_another_wherever_the_file_is_cut(clinic: KnowledgeBase) -> None:
    reader = Reader(clinic, None, None)
    lines = ALIKE.encode().splitlines(keepends=True)
    streamed = [record for piece in stream.pieces(lines) for record in stream.read(reader, piece, FILE).records]
    assert [one.known for one in streamed] == [one.known for one in read_records(clinic, ALIKE, FILE)[0]]


def test_what_was_read_of_a_file_is_forgotten_when_it_is_read_again(clinic: KnowledgeBase) -> None:
    reader = Reader(clinic, None, None)
    for text, code in ((ALIKE, []), (ALIKE.replace("name: first", "name: other"), ["OL328"])):
        node, problems = source.load_text(text, FILE)
        assert node is not None
        assert [one.code for one in reader.records(node, problems)[1]] == code


def test_what_is_wrong_above_is_told_once(clinic: KnowledgeBase) -> None:
    problems = refused(clinic, "- {name: a, given: {age: 6700}}\n- {name: b, like: a, given: {sex: female}}\n")
    assert [(one.code, one.place.line) for one in problems] == [("OL303", 1)]


@pytest.mark.parametrize("content", [b"\x00\x01\x02age", b"\xff\xfea\x00g\x00", b"age: \xff\n", b"\x7fELF\x02"])
def test_what_is_no_text_is_refused(clinic: KnowledgeBase, content: bytes) -> None:
    assert refused(clinic, content)[0].code in {"OL003", "OL004"}


def test_every_problem_of_a_file_is_reported_at_once(clinic: KnowledgeBase) -> None:
    problems = refused(clinic, "aeg: 67\nvitamin_d: 20\nsex: x\nmedicines: [denosumb, {name: prednisolone, dose: 5}]\n")
    assert [(problem.code, problem.place.line) for problem in problems] == [
        ("OL322", 1),
        ("OL301", 2),
        ("OL311", 3),
        ("OL311", 4),
        ("OL301", 4),
    ]


def test_a_list_of_patients_is_several_records(clinic: KnowledgeBase) -> None:
    records, problems = read_records(clinic, "- age: 67\n- age: 300\n- given: {age: 68}\n", FILE, CLOCK)
    assert [record.known["age"] for record in records] == [Number((Measurement(exactly(age)),)) for age in (67, 68)]
    assert [(problem.code, problem.place.line) for problem in problems] == [("OL303", 2)]


# --- answers held to one another --------------------------------------------------------------------------------------


def test_a_man_is_not_postmenopausal(clinic: KnowledgeBase) -> None:
    problem, *others = refused(clinic, "sex: male\nage: 70\nmenopausal_status: postmenopausal\n")
    assert not others
    assert problem.code == "OL330"
    assert problem.place.line == 3
    assert problem.elsewhere == Place(FILE, 1, 1)
    assert "menopausal status postmenopausal does not apply: sex male; which of the two is right?" in str(problem)


@pytest.mark.parametrize(
    "text",
    [
        "sex: female\nmenopausal_status: postmenopausal\n",
        "menopausal_status: postmenopausal\n",
        "sex: unknown\nmenopausal_status: postmenopausal\n",
        "sex: male or female\nmenopausal_status: postmenopausal\n",
        "sex: male\nmenopausal_status: unknown\n",
        "sex: male\npregnancy: no\n",
    ],
)
def test_what_may_apply_is_taken(clinic: KnowledgeBase, text: str) -> None:
    accepted(clinic, text)


def test_answers_from_anywhere_are_held_to_what_applies(clinic: KnowledgeBase) -> None:
    said = {
        "sex": Answer(Choice(frozenset({"male"})), "man", Place("you said", 1)),
        "pregnancy": Answer(YES, "yes", Place("you said", 2)),
    }
    assert [problem.code for problem in check_applies(clinic, said)] == ["OL330"]


@pytest.mark.parametrize(
    "text",
    [
        "age: 55\nage_at_menopause: 56\n",
        "age: 60\nage_at_menopause: 62..64\n",
        "age: 40..50\nfractures: [{site: hip, age_at: 62}]\n",
    ],
)
def test_nothing_happened_at_an_age_not_yet_reached(clinic: KnowledgeBase, text: str) -> None:
    problem = refused(clinic, text)[0]
    assert problem.code == "OL331"
    assert problem.elsewhere == Place(FILE, 1, 1)


@pytest.mark.parametrize(
    "text",
    ["age: 51\nage_at_menopause: 51\n", "age: 60..70\nage_at_menopause: 65\n", "age: '> 60'\nage_at_menopause: 65\n"],
)
def test_an_age_that_may_have_been_reached_is_taken(clinic: KnowledgeBase, text: str) -> None:
    accepted(clinic, text)


@pytest.mark.parametrize(
    ("row", "finding"),
    [
        # the shape of rows in public synthetic tables: men after menopause, pregnant men
        ("age: 38\nsex: male\nmenopausal_status: postmenopausal\nsmoking: never\n", "menopausal status"),
        ("age: 20\nsex: male\npregnancy: yes\n", "pregnancy"),
    ],
)
def test_rows_that_cannot_be_true_are_refused(clinic: KnowledgeBase, row: str, finding: str) -> None:
    assert finding in str(refused(clinic, row)[0])


# --- saved ------------------------------------------------------------------------------------------------------------


def test_what_is_saved_is_a_worked_case_that_reads_the_same(clinic: KnowledgeBase) -> None:
    before = accepted(clinic, WOMAN)
    text = save_record(clinic, before.answers, CLOCK, "A woman: 67, #1")
    after = accepted(clinic, text)
    assert after.is_case
    assert after.name == "A woman: 67, #1"
    assert after.today == CLOCK
    assert after.known == before.known
    assert "medicines: [{name: prednisolone, dose: 7.5 mg, started: 2026-03}, omeprazole, ...]" in text


def test_nobody_known_is_saved_as_such(clinic: KnowledgeBase) -> None:
    record = accepted(clinic, save_record(clinic, {}, None, "nobody"))
    assert record.is_case
    assert not record.answers


ANSWERS = {
    "age": ["67", "60..70", "> 65", "unknown", "not measured"],
    "weight": ["58 kg", "11 st 4 lb", "< 60 kg"],
    "t_score_hip": ["-2.7", "<= -2.5", ">= -1"],
    "vitamin_d": ["28 nmol/L", "low", "[high, 20 ng/mL]", "{value: 3 ng/mL, date: 2026-11}"],
    "alcohol": ["none", "10 units/week"],
    "sex": ["female", "female or male"],
    "parent_hip_fracture": ["yes", "no"],
    "last_scan": ["2025", "by 2020", "3 months ago"],
    "fractures": ["none", "[...]", "[{site: hip or rib, age_at: 60..62}]", "[rib, rib]"],
    "medicines": [
        "[{name: prednisolone, dose: '> 5 mg', stopped: yes}, no omeprazole, ...]",
        "[{name: cholecalciferol, dose: 800 IU}]",
        "[{name: alendronate, dose: 70 mg weekly, stopped: unknown}]",
        "[steroid_cream, {name: prednisolone, every: tds}]",
    ],
}


@given(st.fixed_dictionaries({}, optional={name: st.sampled_from(given) for name, given in ANSWERS.items()}))
def test_saving_loses_nothing(clinic: KnowledgeBase, given: dict[str, str]) -> None:
    lines = [f"{name}: {text if text[0] in '[{' else repr(text)}" for name, text in given.items()]
    before = accepted(clinic, "\n".join(["today: 2026-11-21", *lines]))
    again = accepted(clinic, save_record(clinic, before.answers, before.today, "x"))
    assert again.known == before.known


@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_any_name_survives_saving_as_one_line(clinic: KnowledgeBase, name: str) -> None:
    record = accepted(clinic, save_record(clinic, {}, CLOCK, name))
    assert record.name == "".join(character if character.isprintable() else " " for character in name)


@given(st.text(alphabet="age: 67\n-[]{},'\"#&*!|>%@`?…\t\x00é", max_size=80))
def test_whatever_stands_in_a_file_is_a_record_or_a_problem(clinic: KnowledgeBase, text: str) -> None:
    records, problems = read_records(clinic, text, FILE, CLOCK)
    assert records or problems


def test_every_code_is_raised_somewhere_and_every_code_raised_is_listed() -> None:
    text = (Path(__file__).parents[2] / "engine" / "intake" / "record.py").read_text(encoding="utf-8")
    assert set(re.findall(r'Problem\("(OL3\d\d)"', text)) == set(CODES)


def test_an_answer_before_the_clock_day_is_a_day_interval(clinic: KnowledgeBase) -> None:
    scan = accepted(clinic, "last_scan: 2026-11\n").known["last_scan"]
    first, last = (datetime.date(2026, 11, day).toordinal() for day in (1, 21))
    assert scan.interval == between(first, last)
