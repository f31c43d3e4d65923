"""Traps of YAML: texts it reads as something else than the author meant, told in the author's words."""

from __future__ import annotations

import re

from ...values.patterns import lazily
from ...values.problems import Hint, Place, Problem

CODES: dict[str, str] = {
    "OL001": "the file cannot be opened",
    "OL002": "the file is too big",
    "OL003": "the file is not UTF-8 text",
    "OL004": "the file holds bytes that are no text",
    "OL005": "a line is too long",
    "OL006": "too many levels or entries",
    "OL007": "a tab",
    "OL008": "an invisible character",
    "OL009": "typographic quotation marks around a text",
    "OL010": "a text that starts with {",
    "OL011": "a text that starts with [",
    "OL012": "a text that starts with > or |",
    "OL013": "a text that starts with *",
    "OL014": "a text that starts with &",
    "OL015": "a text that starts with !",
    "OL016": "a text that starts with a character YAML keeps for itself",
    "OL017": "a colon and a space inside an unquoted text",
    "OL018": "a text cut short by #",
    "OL019": "a comma that splits an expression",
    "OL020": "a question mark inside [ ] or { }",
    "OL021": "a decimal comma",
    "OL022": "a line that is not aligned with its neighbors",
    "OL023": "a key without its colon",
    "OL024": "a colon without its space",
    "OL025": "a quotation mark that does not match",
    "OL026": "a bracket that is not closed",
    "OL027": "a backslash that means nothing",
    "OL028": "a list that starts on the line of its key",
    "OL029": "keys merged with <<",
    "OL030": "a name for a part of the file that cannot be followed",
    "OL031": "more than one document in a file",
    "OL032": "a key that is no word",
    "OL033": "a key without a value inside { }",
    "OL034": "a line that cannot be read",
    "OL103": "the same id or key twice",
}

QUOTE_IT = "put the whole text between double quotes"

_KEY = lazily(r"""^\s*(?:-\s+)*(?:"[^"]*"|'[^']*'|[^\s:#'"\[{][^:#]*?)\s*:(?=\s|$)""")
_TIGHT = lazily(r"^\s*(?:-\s+)*([A-Za-z_][\w-]*):(?=[^\s:])")
_STARTS = {
    "{": ("OL010", "is read as a mapping"),
    "[": ("OL011", "is read as a list"),
    ">": ("OL012", "is read as a folded text"),
    "|": ("OL012", "is read as a block of text"),
    "*": ("OL013", "is read as a reference to another part of the file"),
    "&": ("OL014", "is read as a name for this part of the file, and left out"),
    "!": ("OL015", "is read as a type, and left out"),
    "%": ("OL016", "cannot start a text"),
    "@": ("OL016", "cannot start a text"),
    "`": ("OL016", "cannot start a text"),
    ",": ("OL016", "cannot start a text"),
    "]": ("OL016", "closes a list that was not opened"),
    "}": ("OL016", "closes a mapping that was not opened"),
}


def start_problem(character: str, place: Place) -> Problem:
    """The problem of a text that starts with a character YAML reads in its own way."""
    code, reading = _STARTS[character]
    what = f"a text that starts with '{character}' {reading}"
    return Problem(code, what, place, hint=f'{QUOTE_IT}: "{character}..."')


def tab(place: Place) -> Problem:
    return Problem("OL007", "a tab", place, hint="use spaces; how wide a tab is differs from editor to editor")


def instruction(place: Place) -> Problem:
    return Problem("OL016", "a line that starts with '%' is an instruction to YAML", place, hint="remove it")


def diagnose(lines: list[str], file: str, complaint: str, line: int, column: int, opened: tuple[int, int]) -> Problem:
    """Say what is wrong where the notation cannot be read on.

    `line` and `column` (from 0) are where reading stopped, `opened` where the part began that could not be finished,
    `complaint` is the parser's own account, which no author sees.
    """
    if line >= len(lines) or (line and not lines[line].strip()):
        line = max((n for n in range(min(line, len(lines) - 1) + 1) if lines[n].strip()), default=0)
        column = len(lines[line])
    text = lines[line]

    def here(code: str, what: str, hint: str, at: tuple[int, int] | None = None) -> Problem:
        place_line, place_column = at or (line, column)
        return Problem(code, what, Place(file, place_line + 1, place_column + 1), hint=hint)

    if "escape" in complaint:
        column -= text[column : column + 1] != "\\"
        what = "a backslash before a character it means nothing to"
        return here("OL027", what, "write \\\\ for a backslash, or put the text between single quotes")
    if "directive" in complaint or text.startswith("%"):
        return instruction(Place(file, line + 1, 1))
    if "quoted scalar" in complaint:
        return here("OL025", "a quotation mark that is never closed", "close it, or leave both out", opened)
    if text.lstrip().startswith(":"):
        return here("OL032", "nothing cannot be a key", "a key is a word, then ': '", (line, text.index(":")))
    value = _value_start(text)
    if "block scalar" in complaint or "alias" in complaint or "anchor" in complaint or "tag" in complaint:
        row, at = opened
        mark = lines[row][at : at + 1] if row < len(lines) else ""
        if mark in _STARTS:
            return start_problem(mark, Place(file, row + 1, at + 1))
    if "cannot start any token" in complaint or "expected node content" in complaint or "the node content" in complaint:
        mark = text[column : column + 1]
        if mark in _STARTS:
            return start_problem(mark, Place(file, line + 1, column + 1))
    if "simple key" in complaint:
        return key_problem(lines, file, opened[0])
    if "not allowed" in complaint:
        return _misplaced(lines, file, complaint, line, column)
    if "flow" in complaint:
        return _unclosed(lines, file, line, column, opened)
    if value is not None and value < column and text[value] in "'\"":
        hint = "write '' for an apostrophe inside '...', or put the text between double quotes"
        if text[value] == '"':
            hint = 'write \\" for a quotation mark inside "...", or put the text between single quotes'
        return here("OL025", "text after the closing quotation mark", hint)
    if value is not None and value < column and text[value] in _STARTS:
        return start_problem(text[value], Place(file, line + 1, value + 1))
    return _misaligned(lines, file, line, column)


def _value_start(text: str) -> int | None:
    """The offset at which the value of a `key: value` line begins, or None."""
    match = _KEY.match(text)
    rest = match.end() if match else len(text) - len(re.sub(r"^\s*(?:-\s+)*", "", text))
    stripped = text[rest:].lstrip()
    return len(text) - len(stripped) if stripped else None


def key_problem(lines: list[str], file: str, line: int) -> Problem:
    line = min(line, len(lines) - 1)
    text = lines[line]
    column = len(text) - len(text.lstrip())
    tight = _TIGHT.match(text)
    if tight:
        place = Place(file, line + 1, tight.end() + 1)
        spaced = Hint(f"write '{tight.group(1)}: ...'", "", " ")
        return Problem("OL024", "no space after the colon", place, hint=spaced)
    words = text.split()
    what = f"'{_short(text)}' is no 'key: value'"
    hint = f"write '{words[0]}: ...'" if words else "write 'key: value'"
    if len(words) > 1:
        hint += ", or indent the line further than the text it continues"
        if words[0] in _KEYS:
            hint = Hint(f"write '{words[0]}: ...'", words[0], f"{words[0]}:")
    return Problem("OL023", what, Place(file, line + 1, column + 1), hint=hint)


_KEYS = frozenset(
    ["because", "title", "when", "sources", "evidence", "note", "label", "question", "given", "expect", "name"]
)
"""Keys that begin no line of a text that goes on."""


def _misplaced(lines: list[str], file: str, complaint: str, line: int, column: int) -> Problem:
    text = lines[line]
    place = Place(file, line + 1, column + 1)
    if "sequence" in complaint:
        hint = "start the list on the next line, or write [a, b]; a text that starts with '-' needs quotes"
        return Problem("OL028", "a '- ' list that starts on the line of its key", place, hint=hint)
    key = _KEY.match(text)
    if text[column : column + 1] == "?":
        return Problem("OL016", "a text that starts with '? ' is read as a key", place, hint=QUOTE_IT)
    if key and key.end() - 1 < column:
        return Problem("OL017", "': ' inside an unquoted text", place, hint=QUOTE_IT)
    before = _row_before(lines, line)
    if before is None or not key:
        return Problem("OL017", "': ' inside an unquoted text", place, hint=QUOTE_IT)
    previous = lines[before]
    if not _KEY.match(previous) and ":" not in previous and not previous.lstrip().startswith("- "):
        return key_problem(lines, file, before)
    name = key.group(0).strip().lstrip("- ").rstrip(":")
    if " " in name:
        hint = f"put the text between double quotes; it began on line {before + 1} or before"
        return Problem("OL017", "': ' inside an unquoted text", place, hint=hint)
    return _misaligned(lines, file, line, column)


def _unclosed(lines: list[str], file: str, line: int, column: int, opened: tuple[int, int]) -> Problem:
    row, at = opened
    if row >= len(lines):  # the parser stopped past the end: the bracket is the last one opened
        row, at = line, max(lines[line].rfind("["), lines[line].rfind("{"), 0)
    bracket = lines[row][at : at + 1]
    closing = {"[": "]", "{": "}"}.get(bracket, "]")
    mark = lines[line][column : column + 1]
    if mark == "?" and line == row:
        return question_mark(Place(file, line + 1, column + 1))
    if row == line and closing in lines[row][at:]:
        place = Place(file, line + 1, column + 1)
        hint = "separate entries by ', ' and put a text with : { } [ ] or quotes between double quotes"
        return Problem("OL026", f"this cannot stand inside '{bracket} {closing}'", place, hint=hint)
    what = f"'{bracket}' is opened here and not closed"
    hint = f"close it with '{closing}'; a text that starts with '{bracket}' needs double quotes"
    return Problem("OL026", what, Place(file, row + 1, at + 1), hint=hint)


def question_mark(place: Place) -> Problem:
    return Problem("OL020", "a question mark inside [ ] or { }", place, hint=QUOTE_IT)


def _misaligned(lines: list[str], file: str, line: int, column: int) -> Problem:
    text = lines[line]
    indent = len(text) - len(text.lstrip())
    place = Place(file, line + 1, indent + 1)
    before = _row_before(lines, line)
    if before is None:
        return Problem("OL034", f"'{_short(text)}' cannot be read", place, hint="is a quotation mark or a key missing?")
    previous = lines[before]
    if _TIGHT.match(previous) and _KEY.match(previous) is None:
        return key_problem(lines, file, before)
    if " #" in previous and not _KEY.match(text) and not text.lstrip().startswith("- "):
        cut = previous.index(" #")
        what = "everything after ' #' is left out, and the text cannot go on after it"
        return Problem("OL018", what, Place(file, before + 1, cut + 2), hint=QUOTE_IT)
    if text.lstrip().startswith("- ") and _KEY.match(previous) and _value_start(previous) is not None:
        hint = f"line {before + 1} already has a value; a list belongs under a key that has none"
        return Problem("OL022", "a list item where a key is expected", place, hint=hint)
    if not _KEY.match(text) and not text.lstrip().startswith("- "):
        return key_problem(lines, file, line)
    wanted = sorted({len(row) - len(row.lstrip()) for row in lines[:line] if row.strip()} - {indent})
    near = min(wanted, key=lambda width: (abs(width - indent), -width), default=0)
    what = f"this line starts in column {indent + 1}; its neighbors start in column {near + 1}"
    return Problem("OL022", what, place, hint="align the lines that belong together, with spaces")


def _row_before(lines: list[str], line: int) -> int | None:
    """The nearest line above that says something."""
    for row in range(line - 1, -1, -1):
        stripped = lines[row].strip()
        if stripped and not stripped.startswith("#"):
            return row
    return None


def _short(text: str) -> str:
    text = text.strip()
    return text if len(text) <= 40 else text[:39] + "…"
