"""Whatever is typed, wherever: no fault, and the text that the server has is the text that the editor has."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types

from engine.editor.text.buffers import Buffer, Columns, offset_at, position_at
from engine.editor.text.context import context
from engine.knowledge_base.files.layout import Layout
from engine.knowledge_base.reading import reader
from engine.workbench.editing.mending import Lines
from tests.conftest import LONG

from .client import Editor, offset, position
from .conftest import small_base

EDITS = 5_000 if LONG else 60
MEMORY_EDITS = 2_000
PIECES = [
    "a",
    "\n",
    "\r\n",
    "  ",
    ": ",
    "- ",
    "#",
    "{",
    "}",
    "[",
    '"',
    "'",
    "\U0001f9b4",
    "\u00e9",
    "vitamin_d",
    "< 30",
    "\t",
]
TEXTS = st.text(alphabet=st.sampled_from(["a", " ", "\n", "\r", "\u00e9", "\u4e2d", "\U0001f9b4"]), max_size=25)


@given(TEXTS, st.integers(0, 6), st.integers(0, 40), st.sampled_from(["utf-8", "utf-16", "utf-32"]))
def test_a_position_is_an_offset_of_its_line_and_back(text: str, line: int, units: int, encoding: str) -> None:
    lines, columns = Lines(text), Columns(encoding)
    at = offset_at(lines, types.Position(line, units), columns)
    back = position_at(lines, at, columns)
    assert 0 <= at <= len(text)
    assert offset_at(lines, back, columns) == at
    assert back.line <= line
    if line < len(lines.starts):
        assert lines.starts[line] <= at <= lines.ends[line]
        assert back.character <= units


@given(TEXTS, st.integers(0, 6), st.integers(0, 12), st.integers(0, 6), st.integers(0, 12), TEXTS)
def test_an_edit_is_made_as_an_editor_makes_it(text: str, a: int, b: int, c: int, d: int, new: str) -> None:
    """Against a way of counting that shares nothing with the server's: bytes of UTF-16; lines end in LF or CRLF."""
    text, new = re.sub("\r(?!\n)", "", text), re.sub("\r(?!\n)", "", new)
    start, end = types.Position(a, b), types.Position(c, d)
    buffer = Buffer("file:///x", Path("/x"), Lines(text), 1, Columns())
    buffer.change(types.TextDocumentContentChangePartial(types.Range(start, end), new))
    low, high = sorted((offset(text, start), offset(text, end)))
    assert buffer.text == text[:low] + new + text[high:]


@given(st.text(alphabet="ab:-{}[]\"', \n#|>", max_size=60), st.integers(0, 60))
def test_any_place_of_any_text_has_its_keys(text: str, at: int) -> None:
    found = context(Lines(text), min(at, len(text)))
    assert found.start <= max(min(at, len(text)), found.start)
    assert text[found.start : min(at, len(text))].endswith(found.before) or not found.before.strip()


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Editor]:
    editor = Editor(small_base(tmp_path))
    yield editor
    editor.close()


def edits(text: str, chance: random.Random) -> tuple[types.Position, types.Position, str]:
    """A place, as likely past the end of its line or of the text as not, and what is typed there."""
    start = chance.randrange(len(text) + 1)
    end = min(len(text), start + chance.choice([0, 0, 0, 1, 3, 30]))
    new = "".join(chance.choice(PIECES) for _ in range(chance.choice([0, 1, 1, 2])))
    first, last = position(text, start), position(text, end)
    if chance.random() < 0.1:
        last = types.Position(last.line + chance.choice([0, 1, 50]), last.character + 500)
    return first, last, new


def test_random_edits_leave_both_with_the_same_text(own: Editor) -> None:
    """Questions are asked in between; after the last edit the problems are those of a fresh reading of that text."""
    file, chance = "rules/density/density.yaml", random.Random(7)
    saved = own.open(file)
    for number in range(EDITS):
        start, end, new = edits(own.texts[file], chance)
        own.change(file, start, end, new)
        text = own.texts[file]
        low, high = offset(text, start), max(offset(text, start), offset(text, end))
        own.texts[file] = text[:low] + new + text[high:]
        if number % 10 == 0:
            ask_everything(own, file, chance)
        if number % 25 == 24:  # begin again, so that much of the text is read as rules
            own.change(file, types.Position(0, 0), types.Position(99_999, 0), saved)
            own.texts[file] = saved
    agreed(own, file)


def ask_everything(editor: Editor, file: str, chance: random.Random) -> None:
    text, document = editor.texts[file], editor.document(file)
    place = position(text, chance.randrange(len(text) + 1))
    client = editor.client
    editor.ask(client.text_document_hover_async(types.HoverParams(document, place)))
    editor.ask(client.text_document_completion_async(types.CompletionParams(document, place)))
    editor.ask(client.text_document_definition_async(types.DefinitionParams(document, place)))
    editor.ask(client.text_document_document_symbol_async(types.DocumentSymbolParams(document)))
    span = types.Range(place, place)
    editor.ask(
        client.text_document_code_action_async(types.CodeActionParams(document, span, types.CodeActionContext([])))
    )
    editor.ask(client.text_document_code_lens_async(types.CodeLensParams(document)))


def agreed(editor: Editor, file: str) -> None:
    """What is told of the file is what a reading of the editor's text tells."""
    text = editor.texts[file]
    if not text.endswith("\n"):
        end = position(text, len(text))
        editor.change(file, end, end, "\n")
        editor.texts[file] = text = text + "\n"
        editor.wait()
    editor.change(file, types.Position(0, 0), types.Position(0, 0), "# last\n")
    editor.texts[file] = text = f"# last\n{text}"
    editor.wait()
    (editor.folder / file).write_bytes(text.encode())
    _, problems = reader.read(Layout(editor.folder))
    expected = sorted(one.code for one in problems if one.place.file == file)
    told = sorted(str(code) for code, _ in editor.told(file))
    assert told == [code for code in expected if code in told or code not in _WARNINGS]


_WARNINGS = frozenset({"OL115", "OL119", "OL213", "OL124"})


@pytest.mark.skipif(not LONG, reason="2,000 edits and their checks; with OSTEOLOGIC_LONG=1")
def test_memory_stays_flat_over_many_edits(own: Editor) -> None:
    file = "rules/density/density.yaml"
    own.open(file)
    sizes = []
    for number in range(MEMORY_EDITS):
        old, new = ("lost", "losst") if number % 2 == 0 else ("losst", "lost")
        own.write(file, f"because: That much is {old}.", f"because: That much is {new}.", wait=number % 4 == 3)
        if number in (200, MEMORY_EDITS - 1):
            sizes.append(resident(own))
    assert sizes[1] < sizes[0] * 1.1


def resident(editor: Editor) -> int:
    """Kilobytes of memory that the server holds."""
    server = editor.client._server
    assert server is not None
    status = Path(f"/proc/{server.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1])  # type: ignore[index]
