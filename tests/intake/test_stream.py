"""Patients of a file one after another: the same as the whole file read at once, with the same places."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.intake import record, stream
from engine.intake.record import Reader
from engine.intake.stream import Piece
from engine.knowledge_base.files.layout import Layout
from engine.knowledge_base.model import KnowledgeBase
from engine.knowledge_base.reading.reader import read

TODAY = datetime.date(2026, 11, 21)
SMALL = Path(__file__).parents[1] / "data" / "small"


@pytest.fixture(scope="module")
def kb() -> KnowledgeBase:
    found, problems = read(Layout(SMALL))
    assert found is not None, problems
    return found


def cut(text: str) -> list[Piece]:
    return list(stream.pieces(text.encode().splitlines(keepends=True)))


def texts(text: str) -> list[str]:
    return [piece.text.decode() for piece in cut(text)]


def in_turn(kb: KnowledgeBase, text: str) -> tuple[list[record.Record], list[str]]:
    reader = Reader(kb, TODAY, None)
    read = [stream.read(reader, piece, "many.yaml") for piece in cut(text)]
    return [one for each in read for one in each.records], [str(one) for each in read for one in each.problems]


def at_once(kb: KnowledgeBase, text: str) -> tuple[list[record.Record], list[str]]:
    records, problems = record.read_records(kb, text, "many.yaml", TODAY)
    return records, [str(one) for one in problems]


def test_a_list_is_cut_at_each_patient() -> None:
    assert texts("- age: 67\n  sex: male\n- {age: 68}\n") == ["- age: 67\n  sex: male\n", "- {age: 68}\n"]


def test_what_stands_above_the_first_patient_counts_as_lines_of_it() -> None:
    first, second = cut("# ours\n\n- age: 67\n# then\n- age: 68\n")
    assert (first.line, first.text) == (0, b"# ours\n\n- age: 67\n# then\n")
    assert second == Piece(b"- age: 68\n", 4)


def test_documents_of_one_file_are_patients_each() -> None:
    assert cut("age: 67\n---\nage: 68\n---\n") == [Piece(b"age: 67\n", 0), Piece(b"age: 68\n", 2)]


def test_a_document_may_begin_on_the_line_of_its_mark() -> None:
    assert cut("--- {age: 67}\n--- {age: 68}\n") == [Piece(b"    {age: 67}\n", 0), Piece(b"    {age: 68}\n", 1)]


def test_a_line_of_json_is_a_patient() -> None:
    assert texts('{"age": 67}\n{"age": 68}\n') == ['{"age": 67}\n', '{"age": 68}\n']


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n"])
def test_where_nothing_is_written_there_is_one_piece_that_says_so(text: str, kb: KnowledgeBase) -> None:
    records, problems = in_turn(kb, text)
    assert records == []
    assert [one.split(": ")[1] for one in problems] == ["error OL320"]


def test_patients_that_refer_to_one_another_stay_together(kb: KnowledgeBase) -> None:
    text = "- age: 66\n- age: &a 67\n- age: *a\n"
    assert len(cut(text)) == 2
    assert in_turn(kb, text)[0] == at_once(kb, text)[0]


def test_what_is_wrong_is_told_where_it_stands(kb: KnowledgeBase) -> None:
    text = "- age: 67\n\n- age: 700\n  sex: nobody\n- agee: 3\n"
    assert in_turn(kb, text) == at_once(kb, text)
    assert [one.split(": ")[0] for one in in_turn(kb, text)[1]] == ["many.yaml:3:8", "many.yaml:4:8", "many.yaml:5:3"]


def test_a_broken_patient_leaves_the_others_whole(kb: KnowledgeBase) -> None:
    records, problems = in_turn(kb, "- {age: 67}\n- {age: 68\n- {age: 69}\n")
    assert [str(one.answers["age"].given) for one in records] == ["67", "69"]
    assert problems


@given(st.lists(st.sampled_from(["{age: 67}", "{age: 700}", "\n  age: 5\n  sex: male", "{sex: x}  # why"]), min_size=1))
def test_in_turn_is_at_once(patients: list[str]) -> None:
    small, _ = read(Layout(SMALL))
    assert small is not None
    text = "".join(f"-{'' if one.startswith(chr(10)) else ' '}{one}\n" for one in patients)
    assert in_turn(small, text)[1] == at_once(small, text)[1]
    assert [one.known for one in in_turn(small, text)[0]] == [one.known for one in at_once(small, text)[0]]
