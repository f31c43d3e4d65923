"""What an answer is read against: the words and units of the knowledge base, and the day."""

from __future__ import annotations

import datetime
import functools
from collections.abc import Mapping
from decimal import Decimal

from ...knowledge_base.model import ChoiceSet, FieldKind, Finding, KnowledgeBase, Quantity
from ...values.frozen import frozen, ordered
from ...values.interval import INFINITY, Interval, between
from ...values.problems import Place, Problem, Refused
from ...values.types import NUMBER, TYPES, Possible, Type
from ...values.units import UnitTable
from ...values.value import NOT_MEASURED, UNKNOWN, Gap

_GAPS = {
    **dict.fromkeys(
        ("not measured", "not done", "not tested", "not taken", "not assessed", "unmeasured"), NOT_MEASURED
    ),
    **dict.fromkeys(("unknown", "not known", "?", "don't know", "dont know", "do not know"), UNKNOWN),
    **dict.fromkeys(("not sure", "unsure", "no idea", "not asked"), UNKNOWN),
}
_SPELLINGS = str.maketrans(
    {"‘": "'", "’": "'", "′": "'", "“": '"', "”": '"', "″": '"', "−": "-", "‐": "-", "‑": "-", "≤": "<=", "≥": ">="}
    | {"\u00a0": " ", "…": "..."}
)
_FOLDED = _SPELLINGS | dict.fromkeys(map(ord, "-_−‐‑"), " ")
NOTHING = frozenset(
    {"none", "nil", "nothing", "no", "never", "no one", "none known", "no known", "[]"}
    | {"none of these", "none of those", "none of them", "none of the above", "none at all", "nope", "neither"}
    | {"nothing else", "none else", "no others", "no other", "no more", "nothing more", "no to all", "nil else"}
)
"""Ways to say that a list is empty."""


@frozen
class Measured:
    """What a number is asked for: its unit and what is believable. `ranged`: `high` and `low` say something of it."""

    label: str
    unit: str = ""
    analyte: str = ""
    bare_unit: bool = False
    plausible: Interval | None = None
    floor: Decimal | None = None
    ranged: bool = False
    countable: bool = False
    """A person can say `none` of it and mean 0."""
    antibody: bool = False
    """A laboratory can say `positive` or `negative` of it."""
    type: Type = NUMBER

    @property
    def possible(self) -> Possible:
        """The numbers that are believed."""
        least = None if self.floor is None else Interval(self.floor, INFINITY, False, True)
        return self.type.possible(self.plausible or least)


@ordered
class Spelled:
    """What a word can mean in a set of choices, by its folded spelling."""

    members: Mapping[str, frozenset[str]]
    classes: Mapping[str, frozenset[str]]


class Sheet:
    """The words and units that answers are read with, on one day; one sheet serves a whole patient file.

    Without `today`, dates are not checked against it and `3 months ago` cannot be read.
    """

    def __init__(self, kb: KnowledgeBase, today: datetime.date | None) -> None:
        self.kb = kb
        self.today = today
        self._units: UnitTable | None = None
        self._spelled: dict[str, Spelled] = {}

    def on(self, day: datetime.date) -> Sheet:
        """A sheet of another day, which shares the words and units of this one."""
        other = Sheet(self.kb, day)
        other._units, other._spelled = self.units, self._spelled
        return other

    @property
    def units(self) -> UnitTable:
        if self._units is None:  # many answers have no unit, and a table is not made for nothing
            self._units = UnitTable.of(self.kb.units, self.kb.analytes)
        return self._units

    @functools.cached_property
    def now(self) -> Interval | None:
        return between(self.today.toordinal(), self.today.toordinal()) if self.today else None

    def asked(self, name: str) -> Finding | Quantity | None:
        """The finding or quantity of this id."""
        return self.kb.findings.get(name) or self.kb.quantities.get(name)

    def measured(self, name: str) -> Measured:
        """What the number of this finding or quantity is asked for."""
        finding = self.kb.findings.get(name)
        if finding is not None:
            return Measured(
                label=finding.label or name,
                unit=finding.unit,
                analyte=finding.analyte,
                bare_unit=finding.bare_unit or not finding.unit,
                plausible=finding.plausible,
                ranged=bool(finding.ranges) or finding.known_by == "test",
                countable=bool(finding.possible.step) or (finding.known_by == "person" and finding.unit != "year"),
                antibody=finding.antibody,
                type=TYPES[finding.type],
            )
        quantity = self.kb.quantities[name]
        return Measured(
            label=quantity.label or name,
            unit=quantity.unit,
            analyte=quantity.analyte,
            bare_unit=not quantity.unit,
            plausible=quantity.plausible,
            ranged=bool(quantity.range_of),
        )

    def measured_field(self, field: FieldKind, members: frozenset[str], choices: str) -> Measured:
        """What the number in a field of an entry is asked for; the entry's members say the analyte of a dose."""
        known = self.kb.choices[choices].members if choices in self.kb.choices else {}
        analytes = {known[member].analyte for member in members if member in known}
        analyte = analytes.pop() if len(analytes) == 1 else ""
        default = {"duration": "day" if field.id == "every" else "month"}.get(field.type, "")
        return Measured(
            label=field.label or field.id,
            unit=field.unit or default,
            analyte=analyte,
            bare_unit=field.bare_unit or not (field.unit or default),
            floor=field.floor if field.floor is not None else (Decimal(0) if field.type == "duration" else None),
        )

    def choices(self, name: str) -> ChoiceSet:
        return self.kb.choices.get(name) or ChoiceSet(id=name, place=Place(""))

    def spelled(self, choices: str) -> Spelled:
        """Every spelling of the members and classes of a set of choices."""
        if choices not in self._spelled:
            self._spelled[choices] = _spelled(self.choices(choices))
        return self._spelled[choices]


def _spelled(choices: ChoiceSet) -> Spelled:
    members: dict[str, set[str]] = {}
    for member in choices.members.values():
        for spelling in (member.id, member.label, *member.synonyms):
            members.setdefault(folded(spelling), set()).add(member.id)
    classes: dict[str, frozenset[str]] = {}
    for name, included in choices.classes.items():
        for spelling in (name, choices.class_labels.get(name, "")):
            classes.setdefault(folded(spelling), included)
    members.pop("", None)
    classes.pop("", None)
    for text in [text for text in members if " " in text]:
        members.setdefault(text.replace(" ", ""), members[text])
    return Spelled({text: frozenset(found) for text, found in members.items()}, classes)


def refusal(code: str, what: str, place: Place, hint: str = "", elsewhere: Place | None = None) -> Refused:
    return Refused([Problem(code, what, place, hint=hint, elsewhere=elsewhere)])


def spelled(text: str) -> str:
    """The text with plain quotes, minus signs and single spaces."""
    return " ".join(text.translate(_SPELLINGS).split())


@functools.lru_cache(maxsize=8192)
def folded(text: str) -> str:
    """The text as words are compared: without case, hyphens and underscores."""
    if text.isascii():  # nearly all words of a knowledge base, and far quicker
        return " ".join(text.replace("_", " ").replace("-", " ").lower().split())
    return " ".join(text.translate(_FOLDED).casefold().split())


def gap_of(text: str) -> Gap | None:
    """`not measured` or `unknown`, however it is put."""
    return _GAPS.get(folded(text)) or _GAPS.get(text.strip().casefold())


def clipped(text: str, length: int = 40) -> str:
    """The text as a message may show it: short, and without control characters."""
    shown = "".join(character if character.isprintable() else " " for character in text)
    shown = " ".join(shown.split())
    return shown if len(shown) <= length else shown[: length - 1] + "…"
