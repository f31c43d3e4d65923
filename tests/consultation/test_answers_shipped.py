"""What is shipped can be answered: every word is understood as itself, every number in each unit that is offered."""

from __future__ import annotations

import pytest

from engine.case import cut_offs
from engine.intake.answers.answers import describe, read_answer, write_answer
from engine.intake.answers.choices import meant
from engine.intake.answers.sheet import Sheet
from engine.intake.record import names_of
from engine.knowledge_base.model import Finding, KnowledgeBase, Quantity
from engine.values.problems import Place
from engine.values.value import Choice, Known
from tests.shipped import base

HERE = Place("patient.yaml", 1, 1)


@pytest.fixture(scope="module")
def shipped() -> KnowledgeBase:
    return base()


def asked_choices(kb: KnowledgeBase) -> set[str]:
    """The sets of choices that some finding, or some field of one, is answered from."""
    findings = kb.findings.values()
    fields = {field.choices for finding in findings for field in finding.fields.values()}
    return {name for name in fields | {finding.choices for finding in findings} if name}


def numbers(kb: KnowledgeBase) -> list[Finding | Quantity]:
    findings = [finding for finding in kb.findings.values() if finding.form == "number"]
    entries: list[Finding | Quantity] = [*findings, *kb.quantities.values()]
    return [entry for entry in entries if entry.unit]


def test_every_word_for_a_choice_is_understood_as_that_choice(shipped: KnowledgeBase) -> None:
    sheet = Sheet(shipped, None)
    misread = [
        (name, word, member.id)
        for name in sorted(asked_choices(shipped))
        for member in sheet.choices(name).members.values()
        for word in (member.id, member.label, *member.synonyms)
        if word and meant(sheet, name, word) != {member.id}
    ]
    assert misread == []


def test_every_name_of_a_finding_is_that_finding_alone(shipped: KnowledgeBase) -> None:
    assert {name: ids for name, ids in names_of(shipped).items() if len(ids) > 1} == {}


def test_every_number_can_be_given_in_every_unit_that_is_offered(shipped: KnowledgeBase) -> None:
    sheet = Sheet(shipped, None)
    for entry in numbers(shipped):
        assert sheet.units.parse(entry.unit, entry.analyte) is not None, f"{entry.id}: {entry.unit}"
        offered = sheet.units.accepted(entry.unit, entry.analyte)
        assert len(offered) > 1 or not entry.analyte, f"{entry.id}: {entry.analyte} has nothing to convert"
        if entry.plausible is None:
            continue
        middle = (entry.plausible.low + entry.plausible.high) / 2
        for unit in offered:
            number = sheet.units.convert(middle, entry.unit, unit, entry.analyte)
            assert number is not None
            known, problems = read_answer(shipped, entry.id, f"{round(number, 12):f} {unit}", HERE, None)
            assert known is not None, [str(problem) for problem in problems]


def test_every_choice_is_told_and_read_back(shipped: KnowledgeBase) -> None:
    for finding in shipped.findings.values():
        if finding.form != "choice":
            continue
        for member in shipped.choices[finding.choices].members:
            known: Known = Choice(frozenset({member}))
            written = write_answer(shipped, finding.id, known)
            assert read_answer(shipped, finding.id, written, HERE, None) == (known, [])
            assert describe(shipped, finding.id, known).startswith(finding.label)


def test_a_word_against_the_range_is_taken_wherever_a_range_is_shipped(shipped: KnowledgeBase) -> None:
    for finding in shipped.findings.values():
        if finding.form == "number" and finding.ranges:
            assert read_answer(shipped, finding.id, "high", HERE, None)[1] == []


@pytest.mark.parametrize(
    ("finding", "text", "told"),
    [
        ("egfr", "60 mL/min/{1.73_m2}", "(eGFR) 60 mL/min/1.73m2"),
        ("egfr", "60 mL/min", "(eGFR) 60 mL/min/1.73m2"),
        ("creatinine_clearance", "35 mL/min", "creatinine clearance 35 mL/min"),
        ("tsh", "3 u[IU]/mL", "3 mIU/L"),
        ("platelets", "150 10*3/uL", "150 10^9/L"),
        ("urine_calcium", "300 mg/(24.h)", "mmol/day"),
        ("weight", "160 [lb_av]", "72.57 kg"),
        ("hba1c", "0.065 {1}", "6.5 %"),
        ("hba1c", "48 mmol/mol{Hb}", "6.543 %"),
        ("t_score_hip", "-2.5 {T-score}", "-2.5"),
        ("z_score_hip", "-2 {Z-score}", "-2"),
        ("trabecular_bone_score", "1.2 {score}", "1.2"),
    ],
)
def test_numbers_are_taken_as_records_write_them(shipped: KnowledgeBase, finding: str, text: str, told: str) -> None:
    known, problems = read_answer(shipped, finding, text, HERE, None)
    assert not problems
    assert known is not None
    assert told in describe(shipped, finding, known)


@pytest.mark.parametrize(
    ("finding", "text", "code", "instead"),
    [
        # a Z-score or a density under the name of a T-score, a clearance that is an eGFR
        ("t_score_hip", "-2.7 {Z-score}", "OL302", "T-score"),
        ("t_score_hip", "0.889 g/cm2", "OL302", "T-score"),
        ("z_score_hip", "-2.7 {T-score}", "OL302", "Z-score"),
        ("trabecular_bone_score", "1.2 {T-score}", "OL302", "without a unit"),
        ("creatinine_clearance", "60 mL/min/{1.73_m2}", "OL302", "mL/min"),
        ("hba1c", "48", "OL301", "48 mmol/mol"),
        ("hba1c", "22", "OL301", "of what? %, or mmol/mol (would be 4.165 %)"),
        ("hba1c", "6.5 mmol/mol/day", "OL302", "mmol/mol"),
        # a share where a percentage is kept
        ("hba1c", "0.065", "OL301", "6.5 %"),
        ("frax_hip", "0.03", "OL301", "write 3 % if it is a share of 1, else 0.03 %"),
        ("bone_density_change", "-0.04", "OL301", "write -4 % if"),
        ("hba1c", "0.065 %", "OL303", "6.5 % would be plausible"),
        # a number of another unit
        ("hemoglobin", "13.5 g/L", "OL303", "13.5 g/dL would be plausible"),
        ("height", "1.62 cm", "OL303", "1.62 m would be plausible"),
        ("creatinine", "1.1 umol/L", "OL303", "1.1 mg/dL would be plausible"),
        ("frax_hip", "5 1", "OL300", "write"),
    ],
)
def test_what_was_measured_in_something_else_is_refused(
    shipped: KnowledgeBase, finding: str, text: str, code: str, instead: str
) -> None:
    _, problems = read_answer(shipped, finding, text, HERE, None)
    assert [problem.code for problem in problems] == [code]
    assert instead in f"{problems[0].what} {problems[0].hint}"


@pytest.mark.parametrize("text", ["0.4 %", "1", "3.1"])
def test_a_percentage_is_a_percentage(shipped: KnowledgeBase, text: str) -> None:
    assert read_answer(shipped, "frax_hip", text, HERE, None)[1] == []


def test_no_cut_off_moves_by_the_unit_it_is_given_in(shipped: KnowledgeBase) -> None:
    """Whoever has just the number of a cut-off has it in every unit: it is neither above nor below."""
    sheet = Sheet(shipped, None)
    tried = 0
    for name, cuts in cut_offs.of(shipped).items():
        entry = shipped.findings.get(name) or shipped.quantities[name]
        if not entry.unit:
            continue
        for unit in sheet.units.accepted(entry.unit, entry.analyte):
            for cut in cuts:
                number = sheet.units.convert(cut, entry.unit, unit, entry.analyte)
                assert number is not None
                if len(number.as_tuple().digits) > 12:
                    continue  # nobody writes it so
                tried += 1
                back = sheet.units.convert(number, unit, entry.unit, entry.analyte)
                assert back == cut, f"{name}: {number} {unit} is {back}, not {cut}"
    assert tried > len(cut_offs.of(shipped))


@pytest.mark.parametrize(
    ("finding", "text", "told"),
    [
        ("vitamin_d", "11.2 ng/mL", "25-OH vitamin D 28 nmol/L"),
        ("height", "5 ft 4", "height 162.6 cm"),
        ("alcohol", "14 units a week", "alcohol 16 g/day"),
        ("sex", "woman", "sex female"),
        ("menopausal_status", "post-menopausal", "menopausal status postmenopausal"),
    ],
)
def test_the_commonest_answers_are_understood(shipped: KnowledgeBase, finding: str, text: str, told: str) -> None:
    known, problems = read_answer(shipped, finding, text, HERE, None)
    assert not problems
    assert known is not None
    assert describe(shipped, finding, known) == told


@pytest.mark.parametrize(
    ("finding", "text", "members"),
    [
        ("medicines", "pred", {"prednisolone"}),
        ("medicines", "steroids", {"glucocorticoid_tablets"}),
        ("medicines", "Fosamax", {"alendronate"}),
        ("conditions", "coeliac disease", {"celiac_disease"}),
        ("fractures", "wrist", {"forearm"}),
        ("fractures", "compression fracture", {"vertebra"}),
    ],
)
def test_lay_and_british_words_name_list_entries(
    shipped: KnowledgeBase, finding: str, text: str, members: set[str]
) -> None:
    known, problems = read_answer(shipped, finding, text, HERE, None)
    assert not problems
    key = shipped.findings[finding].key
    assert [entry.fields[key] for entry in known.entries] == [Choice(frozenset(members))]


@pytest.mark.parametrize(
    ("finding", "text", "told"),
    [
        ("egfr", "28", "28 mL/min/1.73m2"),
        ("egfr", "40 mL/min", "40 mL/min/1.73m2"),
        ("bmi", "19", "19 kg/m2"),
        ("frax_major", "22", "22 %"),
        ("hba1c", "6.5", "6.5 %"),
    ],
)
def test_a_number_with_but_one_unit_to_mean_needs_none(
    shipped: KnowledgeBase, finding: str, text: str, told: str
) -> None:
    known, problems = read_answer(shipped, finding, text, HERE, None)
    assert problems == []
    assert known is not None
    assert write_answer(shipped, finding, known) == told


@pytest.mark.parametrize(
    ("finding", "text", "code"),
    [
        ("crp", "12", "OL301"),
        ("vitamin_d", "28", "OL301"),
        ("hba1c", "480 mmol/mol", "OL303"),
        ("hba1c", "48", "OL301"),
    ],
)
def test_a_number_that_could_mean_something_else_is_not_taken(
    shipped: KnowledgeBase, finding: str, text: str, code: str
) -> None:
    """48 mmol/mol of HbA1c are 6.5 %, and never 4.8 %."""
    known, problems = read_answer(shipped, finding, text, HERE, None)
    assert known is None
    assert [problem.code for problem in problems] == [code]
