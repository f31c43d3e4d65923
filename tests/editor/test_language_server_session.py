"""Ten mistakes, seen and mended without leaving the editor: the session of docs/editor-session.md, held anew."""

from __future__ import annotations

import os
from pathlib import Path

from lsprotocol import types

from .client import ROOT, Editor

PAGE = ROOT / "docs" / "editor-session.md"
FILE = "rules/density/density.yaml"
CASES = "tests/cases/density.yaml"

HEAD = """\
# Ten mistakes, mended without leaving the editor

A session with the language server, held by a test over the protocol that every editor speaks, on the small knowledge
base of the tests. Each part says what was typed, what the editor then showed and under which words, and what was chosen
from its quick fixes. It was recorded in text; no window was open. `tests/editor/test_language_server_session.py` holds
it anew and compares; with `OSTEOLOGIC_RECORD=1` it writes this page.
"""

MISTAKES = [
    ("a name misspelled", FILE, "as: lowest(dxa)", "as: lowest(dxaa)", "write 'dxa'"),
    ("a label that is none", FILE, "fractures has hip: 3", "fractures has hipp: 3", "write 'hip'"),
    (
        "a number without its unit",
        FILE,
        "when: lowest_t_score <=",
        "when: vitamin_d < 30 and lowest_t_score <=",
        "nmol",
    ),
    ("a colon that YAML reads", FILE, "because: That much is lost.", "because: Lost: that much.", "write '\""),
    ("a colon without its space", FILE, "title: Points", "title:Points", "put in"),
    ("a key misspelled", FILE, "because: The weakest place", "becuase: The weakest place", "write 'because'"),
    ("a word of another language", FILE, "or fragility_fracture", "|| fragility_fracture", "write 'or'"),
    ("a sign the wrong way round", FILE, "lowest_t_score <= treat", "lowest_t_score =< treat", "write '<='"),
    ("a source nobody has", FILE, "sources: [a-2020 3.1]", "sources: [a-2002 3.1]", "write 'a-2020'"),
    ("a case about no rule", CASES, "fired: low-score", "fired: low-scores", "write 'low-score'"),
]
"""What it is, the file, what stood there, what was typed, and what is chosen."""


def recorded(editor: Editor) -> str:
    parts = [HEAD]
    for file in (FILE, CASES):
        editor.open(file)
    for number, (what, file, old, new, wanted) in enumerate(MISTAKES, 1):
        saved = editor.texts[file]
        editor.write(file, old, new)
        shown = [one for one in editor.problems(file) if one.severity == types.DiagnosticSeverity.Error]
        assert shown, what
        line = next(row for row in editor.texts[file].split("\n") if new.split("\n")[0] in row)
        problem = shown[0]
        actions = editor.actions_at(file, problem.range.start)
        title = next((title for title in actions if wanted in title), "")
        assert title, (what, problem.message, list(actions))
        editor.apply(actions[title].edit)
        editor.wait()
        left = [one for one in editor.problems(file) if one.severity == types.DiagnosticSeverity.Error]
        covered = _covered(line, problem)
        parts.append(
            f"## {number}. {what[0].upper()}{what[1:]}\n\n"
            f"```\n{file}:{problem.range.start.line + 1}\n{line.strip()}\n```\n\n"
            f"Shown under `{covered}`:\n\n> {problem.code}: {problem.message.splitlines()[0]}\n\n"
            f"Chosen: *{title}*. {'Nothing is wrong any more.' if not left else 'More is wrong.'}\n"
        )
        assert not left, (what, left)
        editor.write(file, editor.texts[file], saved)
    return "\n".join(parts)


def _covered(line: str, problem: types.Diagnostic) -> str:
    """The words of the line that the problem is shown under."""
    start, end = problem.range.start.character, problem.range.end.character
    return (line[start:end] or line.strip()) if problem.range.start.line == problem.range.end.line else line.strip()


def test_the_recorded_session_is_held_as_it_is_told(editor: Editor) -> None:
    told = recorded(editor)
    if os.environ.get("OSTEOLOGIC_RECORD") == "1":
        Path(PAGE).write_text(told, encoding="utf-8")
    assert told == PAGE.read_text(encoding="utf-8")
