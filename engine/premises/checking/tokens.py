"""The words of a premise, each with what it is there for; read word by word, so that one still being written is too.

`grammar` tells whether a premise is one; this tells, of any text, which of its words are names, labels of which name,
fields of which list, and what may come next where it ends. On premises that are right both agree (a test holds them to
it).
"""

from __future__ import annotations

from collections.abc import Iterator

from ...values.frozen import ordered
from ...values.patterns import lazily
from ..grammar import RESERVED
from ..statuses import WORDS
from ..vocabulary import Vocabulary
from .names import NUMBER_FUNCTIONS, RANGE_WORDS, VERBS

_TOKEN = lazily(
    r"(?P<date>\d{4}-\d{2}(?:-\d{2})?(?![\d.]))"
    r"|(?P<number>\d+(?:\.\d+)?)"
    r"|(?P<word>[A-Za-z_]\w*)"
    r"|(?P<compare><=|>=|!=|=|<|>)|(?P<range>\.\.)|(?P<open>\()|(?P<close>\))|(?P<other>\S)"
)
_UNIT = lazily(
    r"\s*(%|(?:x?10\^\d{1,2}|[A-Za-zµμ°][A-Za-z0-9µμ²³^]*)(?:\.[A-Za-z][A-Za-z0-9]*)*"
    r"(?:/(?:\d+(?:\.\d+)?)?[A-Za-zµμ][A-Za-z0-9µμ²³^]*)*)"
)
_OVER = lazily(r"\bover\s+([A-Za-z_]\w*)")

NAME, LABEL, LEVEL, FIELD, CARRIED, GROUP, SUBJECT, FUNCTION, KEYWORD, UNIT, WORD = (
    *("name", "label", "level", "field", "carried", "group", "subject", "function", "keyword", "unit", "word"),
)
"""The role of a word: a name; a label of a name or field; a level of a scale; a field of a list; a number that members
carry; a group of findings; the subject of a proposition; a function; a word of the language; a unit; a word of the
report, or of a range (`high`)."""

_CHOSEN = (LABEL, LEVEL, WORD)


@ordered
class Used:
    """A word from offset `start`; `of` is whose label, level or field it is (`fractures.site` for a field's label)."""

    start: int
    text: str
    role: str
    of: str = ""

    @property
    def end(self) -> int:
        return self.start + len(self.text)


@ordered
class Awaited:
    """The continuation of a text at its end: a role, `condition`, `operator`, `number`, `argument`, `list`, ...

    `of` is the name, or the function, it belongs to; `row` the list whose fields may be named there.
    """

    role: str
    of: str = ""
    row: str = ""


@ordered
class _Inside:
    """The content of a parenthesis: an `expression`, labels, levels, words, an `entry`, the `call` of a function.

    `row` is the list whose fields could be named before it.
    """

    kind: str
    of: str = ""
    row: str = ""


class Scanner:
    """One text, read once."""

    def __init__(self, text: str, vocabulary: Vocabulary) -> None:
        self.text, self.vocabulary = text, vocabulary
        self.used: list[Used] = []
        self._inside: list[_Inside] = []
        self._row = ""
        self._next = Awaited("condition")
        self._operand = ""
        """The name, field or function on the left, whose labels or numbers follow."""
        self._list = ""
        self._reach = -1
        """The end of the item of an aggregate whose list is named after it."""
        self._outer = ""
        self._scan()

    @property
    def awaited(self) -> Awaited:
        """The continuation expected at the end of the text."""
        return Awaited(self._next.role, self._next.of, self._row)

    # --- token by token ---

    def _scan(self) -> None:
        position, text = 0, self.text
        while match := _TOKEN.search(text, position):
            position = match.end()
            kind = match.lastgroup or ""
            if 0 <= self._reach <= match.start():
                self._row, self._reach = self._outer, -1
            if kind == "word":
                self._word(match.group(), match.start(), text[position:].lstrip()[:1] == "(")
            elif kind in ("number", "date"):
                position = self._number(position, kind)
            elif kind == "compare":
                self._next = self._after_compare()
            elif kind == "range":
                self._next = Awaited("number", self._operand)
            elif kind == "open":
                self._open()
            elif kind == "close":
                self._close()
            elif self._inside and self._inside[-1].kind == "call":
                self._next = Awaited("argument", self._inside[-1].of)
            else:
                self._next = Awaited("condition", self._next.of)

    def _after_compare(self) -> Awaited:
        scale = self.vocabulary.names.get(self._operand)
        return Awaited(LEVEL if scale is not None and scale.kind == "scale" else "number", self._operand)

    def _number(self, position: int, kind: str) -> int:
        if self._next.role == "count":
            self._next = Awaited("list")
            return position
        self._next = Awaited("operator")
        if kind == "date":
            return position
        unit = _UNIT.match(self.text, position)
        if unit is not None and unit[1] not in RESERVED:
            self.used.append(Used(unit.start(1), unit[1], UNIT, self._operand))
            return unit.end()
        self._next = Awaited(UNIT, self._operand)
        return position

    def _open(self) -> None:
        role, of = self._next.role, self._next.of
        if role in _CHOSEN:
            self._inside.append(_Inside(role, of, self._row))
        elif role == "entry":
            self._inside.append(_Inside("entry", of, self._row))
            self._row = of
            self._next = Awaited("condition")
        elif role == "call":
            self._inside.append(_Inside("call", of, self._row))
            self._next = Awaited(SUBJECT if of in VERBS or of in WORDS else "argument", of)
        else:
            self._inside.append(_Inside("expression", "", self._row))
            self._next = Awaited("condition")

    def _close(self) -> None:
        inside = self._inside.pop() if self._inside else _Inside("expression")
        self._row = inside.row
        if inside.kind == "call":
            self._operand = inside.of
        self._next = Awaited("operator")

    # --- words ---

    def _word(self, word: str, start: int, called: bool) -> None:
        if word in RESERVED and not (called and word in ("highest", "lowest")):
            self.used.append(Used(start, word, KEYWORD))
            self._keyword(word, start)
        elif called and self._next.role not in _CHOSEN and self._is_function(word):
            self.used.append(Used(start, word, FUNCTION))
            self._next = Awaited("call", word)
        else:
            self._said(word, start)

    def _is_function(self, word: str) -> bool:
        return word in VERBS or word in NUMBER_FUNCTIONS or word in WORDS or word not in self.vocabulary.names

    def _keyword(self, word: str, start: int) -> None:
        if word in ("is", "has"):
            self._next = self._labels_next()
        elif word == "not" and self._next.role in _CHOSEN:
            pass  # `is not`
        elif word == "or" and self._inside and self._inside[-1].kind in _CHOSEN:
            self._next = Awaited(self._inside[-1].kind, self._inside[-1].of)
        elif word in ("and", "or", "not"):
            self._next = Awaited("condition")
        elif word in ("any", "no"):
            self._next = Awaited("list")
        elif word in ("least", "on"):
            self._next = Awaited("count" if word == "least" else "occasions")
        elif word == "in":
            self._next = Awaited("number", self._operand)
        elif word == "over":
            self._next = Awaited("list")
        elif word == "where":
            self._next = Awaited("entry", self._list)
        elif word == "of":
            self._gathering(start)
        elif word in ("sum", "count", "highest", "lowest", "at"):
            self._next = Awaited(word)
        else:
            self._next = Awaited("operator")

    def _labels_next(self) -> Awaited:
        if self._operand in WORDS:
            return Awaited(WORD, self._operand)
        scale = self.vocabulary.names.get(self._operand)
        return Awaited(LEVEL if scale is not None and scale.kind == "scale" else LABEL, self._operand)

    def _gathering(self, start: int) -> None:
        """The operand of `sum of`: fields of the list named behind `over`; of `count of`, that list."""
        if self._next.role == "count":
            self._next = Awaited("list")
            return
        ahead = _OVER.search(self.text, start)
        if ahead is not None and ahead[1] in self.vocabulary.names:
            self._outer, self._row, self._reach = self._row, ahead[1], ahead.start()
        self._next = Awaited("argument")

    def _said(self, word: str, start: int) -> None:
        role, of = self._next.role, self._next.of
        inside = self._inside[-1] if self._inside else None
        if inside is not None and inside.kind in _CHOSEN:
            role, of = inside.kind, inside.of
        if role == LABEL and word in RANGE_WORDS and self._labels(of) is None:
            role = WORD
        if role in (*_CHOSEN, SUBJECT):
            self.used.append(Used(start, word, role, of))
            self._next = Awaited("operator")
            return
        if role == "list":
            self._list = word
        role, of, operand = self._meaning(word)
        self.used.append(Used(start, word, role, of))
        self._operand = operand
        self._next = Awaited("operator", operand)

    def _labels(self, name: str) -> object:
        owner, _, field = name.partition(".")
        signature = self.vocabulary.names.get(owner)
        if signature is None:
            return None
        if not field:
            return signature.labels
        found = signature.fields.get(field)
        return found.labels if found is not None else None

    def _meaning(self, word: str) -> tuple[str, str, str]:
        """The role of a word that stands where a name may, whose it is, and how its labels are asked for."""
        row = self.vocabulary.names.get(self._row)
        if row is not None and word in row.fields:
            return FIELD, self._row, f"{self._row}.{word}"
        if word in self.vocabulary.names:
            return NAME, "", word
        if word in self.vocabulary.numbers:
            return CARRIED, self._row, word
        if word in self.vocabulary.groups:
            return GROUP, "", word
        return NAME, "", word


def used(text: str, vocabulary: Vocabulary) -> Iterator[Used]:
    """Each word of a premise or formula with what it is there for."""
    yield from Scanner(text, vocabulary).used


def awaited(text: str, vocabulary: Vocabulary) -> Awaited:
    """The continuation expected where a text ends."""
    return Scanner(text, vocabulary).awaited
