"""From a patient file to its case."""

from __future__ import annotations

import datetime

import pytest

from engine.case import case, opening
from engine.case.case import Prepared
from engine.intake.record import read_record
from engine.knowledge_base.files.layout import Written
from engine.knowledge_base.reading import reader
from engine.values.problems import Refused
from tests.commands.conftest import FILES

CLOCK = datetime.date(2026, 11, 21)


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    written = [Written(file, file, text.encode()) for file, text in FILES.items() if not file.startswith("tests/")]
    kb, problems = reader.read_contents(written)
    assert kb is not None, problems
    return case.prepare(kb)


@pytest.mark.parametrize(
    ("guideline", "region", "expected"),
    [
        (None, None, ("", "")),
        ("nogg-2024", None, ("nogg-2024", "")),
        ("Nogg 2024", "us", ("nogg-2024", "US")),
    ],
)
def test_a_guideline_and_a_region_are_known_by_id_and_label(
    guideline: str | None, region: str | None, expected: tuple[str, str], prepared: Prepared
) -> None:
    chosen = opening.terms(prepared.kb, guideline, region)
    assert (chosen.guideline, chosen.region) == expected


def test_an_unknown_guideline_and_an_unknown_region_are_told_together(prepared: Prepared) -> None:
    with pytest.raises(Refused) as refused:
        opening.terms(prepared.kb, "nog-2024", "Atlantis")
    assert [problem.code for problem in refused.value.problems] == ["OL340", "OL341"]
    assert "did you mean 'nogg-2024'?" in str(refused.value)


def test_a_file_read_to_its_end_closes_what_it_does_not_mention(prepared: Prepared) -> None:
    (patient,) = opening.patients(prepared, "age: 67\nt_score_hip: -2.7\n", "a.yaml", opening.Terms(), CLOCK)
    assert patient.case.finished
    assert patient.case.why_implied("t_score_spine") == "group"


def test_a_file_to_be_gone_on_with_leaves_it_open(prepared: Prepared) -> None:
    one, _ = read_record(prepared.kb, "age: 67\nt_score_hip: -2.7\n", "a.yaml", CLOCK)
    assert one is not None
    patient = opening.opened(prepared, one, opening.Terms())
    assert not patient.finished
    assert patient.why_implied("t_score_spine") == ""


def test_every_patient_of_a_list_is_a_case_of_its_own(prepared: Prepared) -> None:
    found = opening.patients(
        prepared, "- {name: a, given: {age: 1}}\n- {name: b, given: {age: 67}}\n", "c.yaml", opening.Terms(), CLOCK
    )
    assert [(one.file, one.record.name) for one in found] == [("c.yaml", "a"), ("c.yaml", "b")]
    assert found[0].case is not found[1].case


def test_the_matcher_that_was_chosen_works_it_out(prepared: Prepared) -> None:
    for matcher in ("counting", "rete"):
        chosen = opening.Terms(matcher=matcher)
        (patient,) = opening.patients(prepared, "t_score_hip: -2.7\n", "a.yaml", chosen, CLOCK)
        assert patient.case.memory.truth("diagnosed(osteoporosis)").value == "true"
