"""Files as authors write them: YAML read safely, every scalar as text, every part with its place.

Nothing in a file can run code, refer outside it or grow when read: no tags, no merging, bounded references, depth and
size. What YAML would read in another way than it was meant is a problem of its own (see `traps`).
"""

from __future__ import annotations

import bisect
import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from ...values.problems import Hint, Place, Problem
from ..measures import SENTENCES
from . import traps
from .layout import MOST_BYTES, read_bytes
from .nodes import ListNode, MapNode, Node, Text, describe, shortened
from .pieces import LARGEST, Piece, Pieces

__all__ = [
    "PROSE",
    "ListNode",
    "MapNode",
    "Node",
    "Text",
    "describe",
    "load_file",
    "load_text",
    "read_bytes",
    "shortened",
]

LONGEST_LINE = 20_000
DEEPEST = 60
MOST_NODES = 200_000

PROSE = frozenset(
    {"title", "because", "label", "note", "mechanism", "definition", "question", "help", "answer", "dose"}
    | SENTENCES.keys()
    | {"tells", "action", "says", "citation", "refusal", "assumption", "disclaimer"}
    | {"plain", "take", "seek_help"}
    | {"population", "kept_because", "primary_defect", "key_characteristic", "underlying_cause"}
)
"""Keys whose values are sentences: there a ' #' after one space is the author's text, not a comment."""

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
_INVISIBLE = re.compile("[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_ODD_SPACE = re.compile("(?m)^[ ]*(?:- )*[ ]*[\u00a0\u2000-\u200a\u202f\u3000]|(?<=:)[\u00a0\u2000-\u200a\u202f\u3000]")
_SPACE = "write an ordinary space"
_DECIMAL_COMMA = re.compile(r"[<>=~≤≥ ]*-?\d+(?:,\d+)+(?:\.\.-?\d+(?:,\d+)*)?(?: ?[A-Za-zµμ%][^\s,]*)?")
_PAIR = re.compile(r"\\ud([89ab][0-9a-f]{2})\\ud([c-f][0-9a-f]{2})", re.IGNORECASE)


def load_file(path: Path, file: str, *, prose: frozenset[str] | None = PROSE) -> tuple[Node | None, list[Problem]]:
    """Read a file from disk; `file` is the name problems give it."""
    content, problems = read_bytes(path, file)
    return (None, problems) if content is None else load_text(content, file, prose=prose)


def load_text(
    text: str | bytes, file: str, *, prose: frozenset[str] | None = PROSE, pieces: Pieces | None = None
) -> tuple[Node | None, list[Problem]]:
    """The parts of a file and everything wrong with its notation; no part at all where nothing is written.

    After a problem the parts that could be read are still given, so that one run finds as much as it can. `prose` are
    the keys whose values are sentences; None: all of them. `pieces` are those of an earlier reading of this file, by
    the same `prose`, for whoever reads it after each edit; what is found is the same.
    """
    decoded, problems = _decoded(text, file)
    if decoded is None:
        return None, problems
    cleaned, found = _cleaned(decoded, file)
    problems += found
    if cleaned is None:
        return None, problems
    reading = _Reading(cleaned.split("\n"), file, prose, pieces)
    node = reading.whole(cleaned)
    problems += reading.problems
    return node, sorted(set(problems), key=lambda problem: problem.sort_key)


def _decoded(text: str | bytes, file: str) -> tuple[str | None, list[Problem]]:
    whole = Place(file)
    if len(text) > MOST_BYTES:
        hint = "split it, or leave out what is no knowledge"
        what = f"the file is larger than {MOST_BYTES // 1_000_000} MB and is not read"
        return None, [Problem("OL002", what, whole, hint=hint)]
    if isinstance(text, str):
        return text.removeprefix("\ufeff"), []
    if text[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return None, [Problem("OL003", "the file is UTF-16, not UTF-8", whole, hint="save it as UTF-8")]
    if b"\0" in text:
        return None, [Problem("OL004", "the file is binary, no text", whole)]
    try:
        return text.decode("utf-8").removeprefix("\ufeff"), []
    except UnicodeDecodeError as error:
        before = text[: error.start]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        what = f"byte 0x{text[error.start]:02x} is not UTF-8 text"
        return None, [Problem("OL003", what, Place(file, line, column), hint="save the file as UTF-8")]


def _cleaned(text: str, file: str) -> tuple[str | None, list[Problem]]:
    """The text without what must not stand in any file, and a problem for each of those; None: no use in going on."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    problems: list[Problem] = []
    starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def place(offset: int) -> Place:
        row = bisect.bisect_right(starts, offset) - 1
        return Place(file, row + 1, offset - starts[row] + 1)

    for start, end in itertools.pairwise([*starts, len(text)]):
        if end - start > LONGEST_LINE:
            what = f"this line has {end - start} characters; {LONGEST_LINE} are read"
            return None, [Problem("OL005", what, place(start), hint="break it into lines")]
    control = _CONTROL.search(text)
    if control:
        what = f"a control character (U+{ord(control.group()):04X}); is the file binary?"
        return None, [Problem("OL004", what, place(control.start()), hint="remove it")]
    for match in _INVISIBLE.finditer(text):
        what = f"an invisible character (U+{ord(match.group()):04X})"
        hint = Hint("delete it; it can hide or turn around what is read", match.group(), "")
        problems.append(Problem("OL008", what, place(match.start()), hint=hint))
    for match in _ODD_SPACE.finditer(text):
        what = f"a space that is none to YAML (U+{ord(match.group()[-1]):04X})"
        problems.append(Problem("OL008", what, place(match.end() - 1), hint=Hint(_SPACE, match.group()[-1], " ")))
    if problems:
        text = _INVISIBLE.sub("", _ODD_SPACE.sub(lambda match: match.group()[:-1] + " ", text))
    if text.lstrip()[:1] in ("{", "["):  # JSON: tabs may indent it, and it writes characters as pairs
        text = re.sub(r"(?m)^[ \t]+", lambda match: " " * len(match.group()), text)
        text = _PAIR.sub(_joined, text)
    if "\t" in text:
        tabs = [match.start() for match in re.finditer(r"(?m)^(?:(?!(?:^|[ \t])#).)*?(\t)", text)]
        problems += [traps.tab(place(text.index("\t", offset))) for offset in tabs]
        if re.search(r"(?m)^ *\t", text):
            return None, problems
        text = text.replace("\t", " ")
    return text, problems


def _joined(match: re.Match[str]) -> str:
    high, low = int("d" + match.group(1), 16), int("d" + match.group(2), 16)
    return f"\\U{0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00):08x}"


class _TooMuch(Exception):  # noqa: N818 - no error of the program
    """More levels or entries than are read."""


class _Reading:
    """One pass over a file: parser events to nodes, collecting problems."""

    def __init__(self, lines: list[str], file: str, prose: frozenset[str] | None, pieces: Pieces | None = None) -> None:
        self.lines, self.file, self.prose, self.pieces = lines, file, prose, pieces
        self.problems: list[Problem] = []
        self._shift = 0
        self._count = 0
        self._anchors: dict[str, tuple[Node, int, Place]] = {}
        self._used: set[str] = set()
        self._refers = False

    def whole(self, text: str) -> Node | None:
        """The file's one node; where the notation breaks, what its entries give one by one."""
        rows, listed = self._starts()
        try:
            if self.pieces is not None and self._separable(text, rows):
                found = self._in_pieces(self.pieces, rows, listed)
                if isinstance(found, MapNode | ListNode):
                    return found
                if found is not None:  # the rows before are sound, so it breaks here if it breaks at all
                    self._shift = found
                    self._document("\n".join(self.lines[found:]))
            self._again()
            return self._document(text)
        except yaml.YAMLError as error:
            first = self._diagnosed(error)
        except (_TooMuch, RecursionError):
            return None
        return self._entries(first, rows, listed)

    def _starts(self) -> tuple[list[int], bool]:
        """The rows at which entries begin, and whether they are those of a list."""
        listed = any(line.startswith("- ") for line in self.lines[:200]) and not any(
            re.match(r"[^\s#\-\[{]", line) for line in self.lines[:200]
        )
        if self.lines[0][:1] in ("{", "["):
            return [], listed
        start = re.compile(r"- " if listed else r"[^\s#\-\]}]")
        return [row for row, line in enumerate(self.lines) if start.match(line) and line != "---"], listed

    def _separable(self, text: str, rows: list[int]) -> bool:
        """Whether entries that can be read one by one read so in the file, too."""
        if not rows or len(text) > LARGEST or re.search(r"(?m)^(?:---|\.\.\.|[%?:|>])", text):
            return False
        return all(not line.strip() or line.startswith("#") for line in self.lines[: rows[0]])

    def _in_pieces(self, pieces: Pieces, rows: list[int], listed: bool) -> MapNode | ListNode | int | None:
        """The whole file, from entries read one by one; the row of the first that is none by itself.

        None where entries refer to one another.
        """
        pieces.begin()
        found: list[Piece] = []
        for row, end in itertools.pairwise([*rows, len(self.lines)]):
            text = self._between(row, end)
            piece = pieces.get(text, row) or self._piece(text, row, listed)
            if self._refers:
                return None
            if piece is None:
                return row
            pieces.keep(text, piece)
            found.append(piece)
        self.problems = [problem for piece in found for problem in piece.problems]
        place = found[0].node.place
        if listed:
            return ListNode(tuple(item for piece in found for item in getattr(piece.node, "items", ())), place)
        return MapNode(self._unique([pair for piece in found for pair in getattr(piece.node, "pairs", ())]), place)

    def _piece(self, text: str, row: int, listed: bool) -> Piece | None:
        """One entry by itself; None where it is none."""
        self._again()
        self._shift = row
        try:
            node = self._document(text)
        except yaml.YAMLError:
            return None
        if not isinstance(node, ListNode if listed else MapNode) or node.place[1:] != (row + 1, 1):
            return None
        return Piece(row, node, tuple(self.problems))

    def _between(self, row: int, end: int) -> str:
        """Rows as a text that ends as it does in the file."""
        return "\n".join(self.lines[row:end]) + ("\n" if end < len(self.lines) else "")

    def _again(self) -> None:
        """As if nothing had been read."""
        self.problems, self._shift, self._count = [], 0, 0

    def _entries(self, first: Problem, rows: list[int], listed: bool) -> Node | None:
        """Read on entry by entry, so that one slip does not hide the others, nor makes up any."""
        above = rows[0] + 1 if rows else len(self.lines) + 1
        self.problems = [problem for problem in self.problems if problem.place.line < above]
        before = len(self.problems)
        pairs: list[tuple[Text, Node]] = []
        items: list[Node] = []
        broken: list[Text] = []
        for row, end in itertools.pairwise([*rows, len(self.lines)]):
            text = self._between(row, end)
            known = self.pieces.get(text, row) if self.pieces is not None else None
            self._shift = row
            try:
                node = known.node if known is not None else self._document(text)
            except yaml.YAMLError as error:
                self.problems.append(self._diagnosed(error))
                node = None
            except (_TooMuch, RecursionError):
                break
            self.problems += known.problems if known is not None else ()
            if isinstance(node, MapNode) and not listed:
                pairs += node.pairs
            elif isinstance(node, ListNode) and listed:
                items += node.items
            else:
                if node is not None:
                    self.problems.append(traps.key_problem(self.lines, self.file, row))
                key = re.match(r"""["']?([\w-]+)""", self.lines[row])
                if key:
                    broken.append(Text(key.group(1), Place(self.file, row + 1, 1)))
        if len(self.problems) == before:
            self.problems.append(first)
        place = Place(self.file, 1, 1)
        if listed:
            return ListNode(tuple(items), place)
        return MapNode(self._unique(pairs), place, tuple(broken)) if pairs or broken else None

    def _diagnosed(self, error: yaml.YAMLError) -> Problem:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        opened = getattr(error, "context_mark", None) or mark
        complaint = f"{getattr(error, 'context', '')} {getattr(error, 'problem', '')}"
        if mark is None or opened is None:
            return Problem("OL034", "the file cannot be read", Place(self.file), hint="is it YAML at all?")
        line, column = self._position(mark)
        return traps.diagnose(self.lines, self.file, complaint, line, column, self._position(opened))

    def _document(self, text: str) -> Node | None:
        try:
            return self._read(yaml.parse(text, Loader=_LOADER))
        finally:  # of a text that breaks, too, or a name in it would seem to be one of the next text
            for name, (_, _, place) in self._anchors.items():
                if name not in self._used:
                    self.problems.append(traps.start_problem("&", place))
            self._anchors.clear()
            self._used.clear()

    def _read(self, events: Iterator[yaml.Event]) -> Node | None:
        node: Node | None = None
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if event.version or event.tags:
                    row = next(row for row, line in enumerate(self.lines, 1) if line.startswith("%"))
                    self.problems.append(traps.instruction(Place(self.file, row, 1)))
                if documents > 1:
                    hint = "leave out the line '---', or make it two files"
                    self._problem("OL031", "a second document starts here", self._place(event), hint)
                    break
            elif isinstance(event, yaml.NodeEvent):
                node = self._node(event, events, 0, "", False)
        if isinstance(node, Text) and not node.value and not node.style:
            return None
        if isinstance(node, Text) and not node.style:
            tight = re.match(r"[A-Za-z_][\w-]*:(?=\S)", node.value)
            if tight:
                self.problems.append(traps.key_problem(self.lines, self.file, node.place.line - 1))
        return node

    def _position(self, mark: Any) -> tuple[int, int]:
        """Line and column of a parser's mark, from 0, in the whole file."""
        return mark.line + self._shift, mark.column

    def _place(self, event: yaml.Event) -> Place:
        line, column = self._position(event.start_mark)
        return Place(self.file, line + 1, column + 1)

    def _problem(self, code: str, what: str, place: Place, hint: str = "", elsewhere: Place | None = None) -> None:
        self.problems.append(Problem(code, what, place, hint=hint, elsewhere=elsewhere))

    def _node(self, event: Any, events: Iterator[yaml.Event], depth: int, key: str, in_flow: bool) -> Node:
        place = self._place(event)
        self._count += 1
        if depth > DEEPEST or self._count > MOST_NODES:
            deep = f"more than {DEEPEST} levels inside one another"
            what = deep if depth > DEEPEST else f"more than {MOST_NODES} entries in one file"
            self._problem("OL006", f"{what}; it is not read on", place)
            raise _TooMuch
        if isinstance(event, yaml.AliasEvent):
            self._refers = True
            return self._alias(event, place)
        before = self._count
        node: Node
        if isinstance(event, yaml.ScalarEvent):
            node = self._text(event, place, key, in_flow)
        elif isinstance(event, yaml.SequenceStartEvent):
            node = self._list(events, place, depth, key, bool(event.flow_style))
        else:
            node = self._map(events, place, depth, bool(event.flow_style))
        if event.tag is not None and not (event.tag == "!" and getattr(event, "style", None)):
            self.problems.append(traps.start_problem("!", place))
        if event.anchor is not None:
            self._refers = True
            self._anchors[event.anchor] = (node, self._count - before + 1, place)
        return node

    def _alias(self, event: Any, place: Place) -> Node:
        found = self._anchors.get(event.anchor)
        if found is None:
            self.problems.append(traps.start_problem("*", place))
            return Text(f"*{event.anchor}", place)
        node, weight, _ = found
        self._used.add(event.anchor)
        self._count += weight
        if self._count > MOST_NODES:
            what = f"with its references the file has more than {MOST_NODES} entries"
            self._problem("OL030", what, place, "write the parts out")
            raise _TooMuch
        return node

    def _text(self, event: yaml.ScalarEvent, place: Place, key: str, in_flow: bool) -> Text:
        style = event.style if event.style in ("'", '"', "|", ">") else ""
        raw = ""
        first, left = self._position(event.start_mark)
        last, right = self._position(event.end_mark)
        if style or first != last or event.anchor or event.tag:
            rows = self.lines[first : last + 1]
            raw = "\n".join(rows)[left:]
            surplus = len(rows[-1]) - right
            raw = raw[:-surplus] if surplus > 0 else raw
        if not style:
            self._plain_traps(event, place, key, in_flow)
        elif style in ("|", ">"):
            header = raw.split("\n", 1)[0].split("#")[0].strip()
            if any(character.isdigit() for character in header) or not event.value.strip():
                self.problems.append(traps.start_problem(style, place))
        elif style == '"' and _CONTROL.search(event.value):
            what = "a backslash that makes a character no reader can see"
            self._problem("OL027", what, place, "write the character itself, or \\\\ for a backslash")
        return Text(event.value, place, style, raw)

    def _plain_traps(self, event: yaml.ScalarEvent, place: Place, key: str, in_flow: bool) -> None:
        value: str = event.value
        if not value:
            return
        line, column = self._position(event.end_mark)
        prose = self.prose is None or key in self.prose
        if prose and self.lines[line].startswith(" #", column):
            self._cut(line, column, value)
        if value[0] in "“”„«‟" and value[-1] in "“”„»‟" and len(value) > 1:
            what = f"typographic quotation marks around {shortened(value)}"
            straight = f'"{value[1:-1]}"' if not set(value[1:-1]) & {'"', "\\"} else ""
            words = 'write straight ones: "..."; these stay part of the text'
            self._problem("OL009", what, place, Hint(words, value, straight) if straight else words)
        if in_flow and "?" in value:
            column = place.column + (value.index("?") if line + 1 == place.line else 0)
            self.problems.append(traps.question_mark(Place(place.file, place.line, column)))
        if in_flow and value.count("(") != value.count(")"):
            hint = "put the whole entry between double quotes, or write the list with '- ' lines"
            self._problem("OL019", f"the comma splits '{shortened(value)}' off its expression", place, hint)
        if not prose and "," in value and _DECIMAL_COMMA.fullmatch(value):
            words = "write a decimal point, and no comma between thousands"
            plain = re.fullmatch(r"([^\d]*\d+),(\d\d?|\d{4,})( .*)?", value)
            ways = [f"{plain[1]}.{plain[2]}{plain[3] or ''}"] if plain else []
            self._problem("OL021", f"a comma in the number '{shortened(value)}'", place, Hint(words, value, *ways))

    def _cut(self, line: int, column: int, value: str) -> None:
        what = f"everything after '{shortened(value)[-20:]}' is left out, for ' #' starts a comment"
        hint = f"{traps.QUOTE_IT}; a comment has two spaces before its #"
        self._problem("OL018", what, Place(self.file, line + 1, column + 2), hint)

    def _list(self, events: Iterator[yaml.Event], place: Place, depth: int, key: str, flow: bool) -> ListNode:
        items: list[Node] = []
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            items.append(self._node(event, events, depth + 1, key, flow))
        return ListNode(tuple(items), place)

    def _map(self, events: Iterator[yaml.Event], place: Place, depth: int, flow: bool) -> MapNode:
        pairs: list[tuple[Text, Node]] = []
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self._node(event, events, depth + 1, "", flow)
            value = self._node(next(events), events, depth + 1, key.value if isinstance(key, Text) else "", flow)
            if not isinstance(key, Text) or not key.value.strip():
                self._problem("OL032", f"{describe(key)} cannot be a key", key.place, "a key is a word, then ': '")
                continue
            self._pair_traps(key, value, pairs, flow)
            if key.value != "<<" or key.style:
                pairs.append((key, value))
        return MapNode(self._unique(pairs), place)

    def _pair_traps(self, key: Text, value: Node, pairs: list[tuple[Text, Node]], flow: bool) -> None:
        if key.style:
            return
        if key.value == "<<":
            hint = "write the keys out; a reader should see what holds"
            self._problem("OL029", "'<<' does not merge keys here", key.place, hint)
        if (key.value[0] in "“”„«") != (key.value[-1] in "“”»"):
            what = f"typographic quotation marks in the key {shortened(key.value)}"
            self._problem("OL009", what, key.place, "write it without, or with straight ones")
        if not flow or not isinstance(value, Text) or value.value or value.style:
            return
        last = pairs[-1][1] if pairs else None
        tight = re.match(r"([A-Za-z_][\w-]*):\S", key.value)
        if tight:
            place = key.at(tight.end() - 1)
            hint = Hint(f"write '{tight.group(1)}: ...'", "", " ")
            self._problem("OL024", "no space after the colon", place, hint)
        elif key.value[0].isdigit() and isinstance(last, Text) and last.value[-1:].isdigit():
            what = f"the comma in '{shortened(last.value)},{shortened(key.value)}' splits the number"
            self._problem("OL021", what, key.place, "write a decimal point")
        elif not pairs:
            brace = Place(key.place.file, key.place.line, max(1, key.place.column - 1))
            self.problems.append(traps.start_problem("{", brace))
        else:
            self._problem("OL033", f"'{shortened(key.value)}' has no value", key.place, "write 'key: value'")

    def _unique(self, pairs: list[tuple[Text, Node]]) -> tuple[tuple[Text, Node], ...]:
        seen: dict[str, Place] = {}
        kept: list[tuple[Text, Node]] = []
        for key, value in pairs:
            if key.value in seen:
                what = f"'{shortened(key.value)}' is written twice"
                other = "" if key.place.column > 1 else ", or give the second an id of its own if it is another entry"
                self._problem("OL103", what, key.place, f"keep one{other}", seen[key.value])
                continue
            seen[key.value] = key.place
            kept.append((key, value))
        return tuple(kept)
