"""What problems say to write, written: the problem is gone, and nothing else is touched."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.knowledge_base.files import source
from engine.knowledge_base.files.layout import Layout, Written, contents_of
from engine.knowledge_base.reading import reader
from engine.knowledge_base.store.cache import Store
from engine.knowledge_base.store.memory import Held
from engine.values.problems import Place, Problem, instead
from engine.workbench.editing import mending
from engine.workbench.editing.mending import Edit, Lines

DATA = Path(__file__).parent.parent / "data"
MISTAKES = sorted((DATA / "mistakes").glob("*.yaml"))
HELD = Held(Store(None, "none"))
FEWEST = 45
"""So many of the mistakes say in one way what to write."""


@pytest.fixture(scope="module")
def small() -> tuple[Written, ...]:
    return contents_of(Layout(DATA / "small"))[0]


def read(small: tuple[Written, ...], file: str, text: str) -> list[Problem]:
    kept = [item for item in small if item.file != file]
    return reader.read_contents([*kept, Written(file, file, text.encode())], HELD)[1]


def mistake(path: Path, small: tuple[Written, ...]) -> tuple[str, str, list[Problem]]:
    """The file a mistake is in, how it reads, and what is told of it."""
    text = path.read_bytes().decode("utf-8", "replace")
    file = text.split("\n", 1)[0].removeprefix("# ").strip()
    return file, text, read(small, file, text)


def certain(small: tuple[Written, ...]) -> Iterator[tuple[Path, str, str, Problem, Edit]]:
    for path in MISTAKES:
        file, text, problems = mistake(path, small)
        lines = Lines(text)
        for problem in problems:
            ways = list(mending.ways_of(problem, lines))
            edit = mending.edit_of(ways[0], lines) if len(ways) == 1 else None
            if edit is not None and problem.place.file == file:
                yield path, file, text, problem, edit


def test_what_a_problem_says_to_write_mends_it(small: tuple[Written, ...]) -> None:
    """Each correction of each mistake that leaves no choice, alone."""
    mended = 0
    for path, file, text, problem, edit in certain(small):
        after = mending.applied(text, [edit])
        left = [one for one in read(small, file, after) if (one.code, one.what) == (problem.code, problem.what)]
        before = [one for one in read(small, file, text) if (one.code, one.what) == (problem.code, problem.what)]
        assert len(left) < len(before), (path.name, problem, after[edit.start - 40 : edit.end + 40])
        mended += 1
    assert mended >= FEWEST


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("when: lowest_t_scor < -1", "when: lowest_t_score < -1"),
        ("when: sex = female", "when: sex is female"),
        ("when: vitamin_d =< 30 nmol/L", "when: vitamin_d <= 30 nmol/L"),
        ("when: age > 70 && sex is female", "when: age > 70 and sex is female"),
        ("when: age is 70", "when: age = 70"),
        ("when: age > 70 AND sex is female", "when: age > 70 and sex is female"),
        ("when: vitamin_d < 30 nmo/L", "when: vitamin_d < 30 nmol/L"),
        ("when: sex is a woman", "when: sex is woman"),
        ("when: not sex is femal", "when: not sex is female"),
        ("when: sex is 'female'", "when: sex is female"),
        (
            "when: any fractures where (site is low_trauma and cause is (hip or vertebra))",
            "when: any fractures where (cause is low_trauma and site is (hip or vertebra))",
        ),
        ("when: any fractures where (cause is hip)", "when: any fractures where (site is hip)"),
        (
            "when: any fractures where (site is (hip, vertebra))",
            "when: any fractures where (site is (hip or vertebra))",
        ),
    ],
)
def test_slips_of_a_premise_are_put_right(small: tuple[Written, ...], written: str, wanted: str) -> None:
    text = _rule(written)
    found = read(small, "rules/extra.yaml", text)
    assert mending.mended(text, found).text == _rule(wanted)


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("because: As said: it serves.", 'because: "As said: it serves."'),
        ("because:So it is.", "because: So it is."),
        ("because: “So it is.”", 'because: "So it is."'),
        ("because: {a} is so.", 'because: "{a} is so."'),
        ("becaus: So it is.", "because: So it is."),
        ("because: So\u200b it is.", "because: So it is."),
    ],
)
def test_slips_of_the_notation_are_put_right(small: tuple[Written, ...], written: str, wanted: str) -> None:
    text = _rule("when: age > 70").replace("because: So.", written)
    found = read(small, "rules/extra.yaml", text)
    assert mending.mended(text, found).text == _rule("when: age > 70").replace("because: So.", wanted)


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("   because: So.", "  because: So."),
        ("\tbecause: So.", "  because: So."),
        ('  because: "So.', '  because: "So."'),
        ("  because So.", "  because: So."),
        ("  sources: [a-2020", "  sources: [a-2020]"),
        ("  sources: a-2020, b-2021", "  sources: [a-2020, b-2021]"),
        ("  evidence: [verified]", "  evidence: verified"),
        ("  why: So.", "  because: So."),
        ("  if: age > 70", "  when: age > 70"),
        ("  when:\n    age: < 70", "  when:\n    age < 70"),
        ('  when:\n    age: "> 70"', "  when:\n    age > 70"),
    ],
)
def test_a_line_out_of_line_is_put_right(small: tuple[Written, ...], written: str, wanted: str) -> None:
    """A slip of the notation in one line of a rule; the line of the same key is exchanged for it."""
    key = wanted.split(":")[0].strip()
    lines = _rule("when: age > 70").split("\n")
    at = next(number for number, line in enumerate(lines) if line.strip().startswith(f"{key}:"))
    text, whole = ("\n".join([*lines[:at], line, *lines[at + 1 :]]) for line in (written, wanted))
    found = read(small, "rules/extra.yaml", text)
    assert mending.mended(text, found).text == whole


def test_and_mixed_with_or_leaves_a_choice_also_where_the_line_is_broken(small: tuple[Written, ...]) -> None:
    broken = "when: age > 70 or age > 60\n    and sex is female"
    text = _rule(broken)
    (problem,) = read(small, "rules/extra.yaml", text)
    edits = [mending.edit_of(one, Lines(text)) for one in problem.corrections]
    assert [mending.applied(text, [edit]) for edit in edits if edit is not None] == [
        _rule("when: age > 70 or (age > 60 and sex is female)"),
        _rule("when: (age > 70 or age > 60) and sex is female"),
    ]
    assert mending.mended(text, [problem]).text == text


def test_what_is_left_out_takes_its_line_along() -> None:
    text = "a:\n  region: US\n  b: c\n"
    gone = Problem("OL583", "x", Place("f", 2, 3), hint=instead("region: US", "", "leave it out"))
    assert mending.mended(text, [gone]).text == "a:\n  b: c\n"


def test_what_was_there_is_not_replaced(small: tuple[Written, ...]) -> None:
    """A name that two rules read and nobody knows was most likely taken away."""
    text = _rule("when: lowest_t_scor < -1") + _rule("when: lowest_t_scor < -2").replace("extra-rule", "other-rule")
    found = read(small, "rules/extra.yaml", text)
    assert len(found) == 2
    assert all("put it back" in problem.hint for problem in found)
    assert mending.mended(text, found).text == text


def test_what_leaves_a_choice_is_left(small: tuple[Written, ...]) -> None:
    """A number without a unit, where two would do."""
    text = _rule("when: vitamin_d < 30")
    found = read(small, "rules/extra.yaml", text)
    assert [one.code for one in found] == ["OL203"]
    assert [way.new for way in found[0].corrections] == ["30 nmol/L", "30 ng/mL"]
    assert mending.mended(text, found).text == text


def test_what_no_longer_stands_there_is_left(small: tuple[Written, ...]) -> None:
    text = _rule("when: lowest_t_scor < -1")
    found = read(small, "rules/extra.yaml", text)
    other = f"# a line more\n{text}"
    assert mending.mended(other, found).text == other


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_lines_end_as_they_did(small: tuple[Written, ...], ending: str) -> None:
    text = _rule("when: lowest_t_scor < -1").replace("\n", ending)
    found = read(small, "rules/extra.yaml", text)
    assert mending.mended(text, found).text == _rule("when: lowest_t_score < -1").replace("\n", ending)


@given(st.text(alphabet="ab\r\n\U0001f9b4", max_size=30), st.integers(0, 40))
def test_every_offset_has_its_place_and_back(text: str, at: int) -> None:
    lines = Lines(text)
    at = min(at, len(text))
    inside_break = at and text[at - 1 : at + 1] == "\r\n"
    line, column = lines.place(at)
    assert inside_break or lines.offset(line, column) == at
    assert lines.starts[line - 1] + column - 1 == at


def test_what_is_read_has_the_lines_it_is_mended_by() -> None:
    """The reader counts lines and columns of a file as whoever changes it does, whichever way its lines end."""
    for ending in ("\n", "\r\n", "\r"):
        text = ending.join(["one: 1", "two: x", "three: [a, b]", ""])
        node, _ = source.load_text(text, "f")
        lines = Lines(text)
        assert node is not None
        for key, _ in node.pairs:
            start = lines.offset(key.place.line, key.place.column)
            assert text[start : start + len(key.value)] == key.value


def _rule(when: str) -> str:
    lines = ["title: An example", "sets: fragility_fracture", when, "because: So.", "sources: [a-2020]"]
    return "extra-rule:\n" + "".join(f"  {line}\n" for line in (*lines, "evidence: verified"))
