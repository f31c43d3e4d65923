"""What people say that is no name of a finding: the word table, denials, things of the past, idle words in front."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from ...knowledge_base.model import KnowledgeBase
from ...values import dates
from ...values.interval import Interval, between
from ...values.value import Day, Entry, Known, Number, Records, is_addition
from ..answers.sheet import folded

_IDLE = re.compile(
    r"(?:(?:i|she|he|they|we|patient|the patient)(?:'s|'ve)?\s+)?(?:also\s+|currently\s+|now\s+)?(?:am|is|are|was"
    r"|has had|have had|has|have|had|takes?|taking|uses?|using|on|with|got|my|her|his|a|an|the|known|some|and|plus|only"
    r"|just|suffers from|diagnosed with|pt|reports?|complains of|c/o)\s+(?=\S)",
    re.IGNORECASE,
)
_DENIAL = re.compile(
    r"(?:(?:i|she|he|they|patient|the patient)\s+)?(?:(?:am|is|are|was|has|have|had|does|do)\s+)?(?:no history of"
    r"|no hx of|no h/o|no evidence of|no signs? of|no longer on|not currently on|not on|not taking|not any"
    r"|not known to have|no known|no|not|never had|never took|never taken|never|without any|without"
    r"|denies any|denies|denied|none of"
    r"|does not have|do not have|doesn't have|don't have|hasn't got|hasn't had|isn't|negative for|neg for|neg|nil)"
    r"\s+(?P<rest>.+)",
    re.IGNORECASE,
)
_DENIED_AFTER = re.compile(r"(?P<rest>.+?)\s*(?:[:=-]\s*|\s)(?:no|nil|none|negative|neg|absent|denied)", re.IGNORECASE)
_PAST = re.compile(
    r"(?:(?:i|she|he|they|patient)\s+)?(?:has\s+|have\s+|had\s+)?(?P<how>stopped taking|stopped|came off|come off"
    r"|gave up|finished|ended|discontinued|used to take|used to be on|used to have|previously on|previously had"
    r"|previously"
    r"|previous|prior|past history of|past|former|formerly|was on|was taking|took|no longer on|no longer takes|off|ex"
    r"|history of|h/o|hx of|hx|pmh of|pmhx|pmh)(?:\s+|-\s?|:\s*)(?P<rest>.+)",
    re.IGNORECASE,
)
_BEFORE = re.compile(r"previous|prior|past|former|history|h/o|hx|pmh|ex", re.IGNORECASE)
"""Words that say that something was, not that it is over: an illness that was had stays one that was had."""
_HAD = re.compile(r"(?:(?:i|she|he|they|patient)\s+)?(?:has had|have had|had|used|tried)\s+(?P<rest>.+)", re.IGNORECASE)
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_WHEN = re.compile(
    r"(?P<what>.+?)\s+(?:in\s+|on\s+|since\s+|until\s+|till\s+)?"
    rf"(?P<when>\d{{4}}(?:-\d{{1,2}}){{0,2}}|(?:\d{{1,2}} )?{_MONTH} \d{{4}}|\S+ \S+ ago"
    r"|(?:last|this) (?:year|month))$",
    re.IGNORECASE,
)
_YEARS = re.compile(r"(?:from\s+)?\b((?:19|20)\d\d)\s*(?:-|–|to|until|till)\s*((?:19|20)\d\d)\b")
_LASTED = re.compile(r"\bsince\s+(?=\d{1,3}\s+(?:days?|weeks?|months?|years?)\s*$)", re.IGNORECASE)
_SHORT = re.compile(r"\b(?:x|for)\s*(\d{1,3})/(12|52|7)\b", re.IGNORECASE)
_PERIODS = {"12": "months", "52": "weeks", "7": "days"}
_TIMES = re.compile(r"\bx\s+(?=\d{1,3}\s+(?:days?|weeks?|months?|years?)\b)", re.IGNORECASE)
_FORMS = re.compile(
    r"\s+(?:tablets?|tabs?|capsules?|caps|pills?|infusions?|injections?|inj|jabs?|oral(?:ly)?|po|iv|sc|im)\b",
    re.IGNORECASE,
)
_TIMED = re.compile(
    r"(?P<what>.+?)[\s,]+(?P<time>(?:since|in|from|for|until|till|on|as of|at age|aged|at)\s+\S.*"
    r"|\(?\d{4}(?:-\d{1,2}){0,2}\)?|\S+\s+\S+\s+ago|(?:last|this)\s+(?:year|month|week))",
    re.IGNORECASE,
)
_JOINS = re.compile(
    r"(?:since|from|started|until|till|for|last given|every|once|twice|daily|weekly|monthly|stopped (?:in|on))\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_CLAUSE = re.compile(r";|(?<![\d.\s])(?<!\bca)(?<!\bapprox)\.\s+(?=\S)|(?<=\d)\.\s+(?=[A-Za-z])|\n")
_ARTICLES = frozenset({"my", "his", "her", "their", "the", "a", "an"})
_WHO = r"(?:(?:i|she|he|they|we|patient|pt)\s+)?"
_ARTICLE = r"(?:(?:my|his|her|their|the|an?)\s+)*"
_KIN = re.compile(
    r"\b(?:mother|mum|mom|father|dad|parents?|sister|brother|siblings?|son|daughter|aunt|uncle|cousin|grand\w+|husband"
    r"|wife|partner|family|relatives)(?:'s|s)?\b",
    re.IGNORECASE,
)


def clauses(line: str) -> list[str]:
    """The line at its semicolons and full stops: what is denied in one of them denies nothing in the next."""
    return [part for part in (part.strip() for part in _CLAUSE.split(line)) if part]


def items(line: str, whole: Callable[[str], bool] = lambda part: False) -> list[str]:
    """The line at its commas, semicolons and `and`; none between digits; a time stays with its name.

    `whole` tells what has an `and` of its own: `calcium and vitamin D`.
    """
    found: list[str] = []
    for part in _parted(line, whole):
        part = part.strip().rstrip(".") if not part.strip().endswith("...") else part.strip()
        if not part:
            continue
        if found and _JOINS.match(part) and not _NUMBER.fullmatch(found[-1]):
            found[-1] += f" {part}"
        else:
            found.append(part)
    return found


def _parted(line: str, whole: Callable[[str], bool]) -> Iterator[str]:
    for part in re.split(r";|(?<!\d),|,(?!\d)", line):
        if re.search(r"\b(?:and|&)\b|&", part) and not whole(part.strip()):
            yield from re.split(r"\s+(?:and|&)\s+(?=\S)", _held(part))
        else:
            yield part


def _held(part: str) -> str:
    """`between 60 and 70 kg` as `60 to 70 kg`, for its `and` parts nothing."""
    return re.sub(r"\bbetween\s+([-+]?[\d.]+\s*[A-Za-z]*)\s+and\s+(?=[-+]?[\d.])", r"\1 to ", part, flags=re.IGNORECASE)


def bare(item: str) -> str:
    """The item without what people say in front of a fact: `she is on a`."""
    while (match := _IDLE.match(item)) and match.end() < len(item):
        item = item[match.end() :]
    return item


def is_bare(item: str) -> bool:
    """Whether nothing in front of the item says that it is the case: `weight loss`, not `has weight loss`."""
    return bare(item) == item


def denied(item: str) -> str:
    """What an item denies: `fever` of `no fever`; empty where it denies nothing."""
    match = _DENIAL.fullmatch(item)
    return bare(match["rest"]) if match else ""


def denied_after(item: str) -> str:
    """What an item denies after naming it: `fever` of `fever: no`; empty where it denies nothing."""
    match = _DENIED_AFTER.fullmatch(item)
    return bare(match["rest"]) if match else ""


def denials(rest: str) -> list[str]:
    """Each of what is denied together: `fever or weight loss`, `fever/chills`."""
    return [bare(part) for part in re.split(r"\s+(?:or|nor)\s+(?:any\s+)?|\s*/\s*", rest) if part]


@dataclass(frozen=True, slots=True)
class Past:
    """Something that was: what, when as it was said, and whether that says that it is over (`stopped`, not `prior`)."""

    what: str
    when: str
    over: bool


def past(item: str) -> Past | None:
    """What an item says of the past: `alendronate`, `2023` of `stopped alendronate in 2023`."""
    match = _PAST.fullmatch(item)
    if match is None:
        return None
    what = bare(match["rest"])
    over = _BEFORE.match(match["how"]) is None
    dated = _WHEN.fullmatch(what)
    return Past(dated["what"], dated["when"], over) if dated else Past(what, "", over)


def had(item: str) -> str:
    """What an item says was had, which leaves open whether it still is: `prednisolone` of `had prednisolone`."""
    match = _HAD.fullmatch(item)
    return match["rest"] if match else ""


def dated(words: str) -> tuple[str, str]:
    """A heading and the day in it: `DEXA`, `March 2026`; no day where there is none."""
    match = _WHEN.fullmatch(words)
    return (match["what"], match["when"]) if match else (words, "")


def timed(item: str) -> tuple[str, str] | None:
    """An item and the time that is said with it: `quit smoking`, `in 2010`."""
    match = _TIMED.fullmatch(item)
    return (match["what"], match["time"].strip("()")) if match else None


def reworded(item: str) -> Iterator[str]:
    """An entry of a list in the words that entries are read in: `2015 to 2019`, `x 8/12`, `zoledronate infusion`."""
    told = _LASTED.sub("for ", _YEARS.sub(r"since \1 stopped \2", item))
    told = _TIMES.sub("for ", _SHORT.sub(lambda short: f"for {short[1]} {_PERIODS[short[2]]}", told))
    told = re.sub(r"[\s:,-]+(?:stopped|discontinued)$", " stopped yes", told, flags=re.IGNORECASE)
    if told != item:
        yield told
    if (plain := _FORMS.sub("", told)) != told:
        yield plain


def kin(item: str) -> str:
    """The relative that an item speaks of; empty where it speaks of nobody but the patient."""
    match = _KIN.search(item)
    return match.group().casefold() if match else ""


# --- the word table ---------------------------------------------------------------------------------------------------

IsQuantity = Callable[[str, str], bool]
"""Whether a text is an amount with a unit of this dimension: `length`, `5 ft 4`."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One answer that a phrase means: the finding, and the value as it would be typed.

    `follows`: the phrase implies it without saying it.
    """

    finding: str
    value: str
    follows: bool = False


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a phrase means: answers, or what has to be asked back.

    `loose`: any words fit it, and reading them decides.
    """

    statements: tuple[Statement, ...] = ()
    ask: str = ""
    loose: bool = False


@dataclass(frozen=True, slots=True)
class _Pattern:
    tokens: tuple[str, ...]
    meaning: str
    loose: bool
    words: frozenset[str]
    """One of these is in every line that is this phrase; none where that cannot be said."""


class Words:
    """The word table of a knowledge base.

    A phrase stands for itself without articles; `a|b` is either word, `a?` may be left out. `N` is a number, `NN` a
    whole one of two or three digits, `X` and `Y` any words that the finding can be answered with, and the name of a
    dimension in capitals an amount with a unit of it: `MASS`.
    """

    def __init__(self, kb: KnowledgeBase, is_quantity: IsQuantity = lambda dimension, text: False) -> None:
        self._plain: dict[str, str] = {}
        self._seen: set[str] = set()
        self._expressions: dict[tuple[str, ...], re.Pattern[str]] = {}
        self._patterns: list[_Pattern] = []
        self._is_quantity = is_quantity
        self._dimensions = frozenset(unit.dimension.upper() for unit in kb.units.values() if len(unit.dimension) > 1)
        for phrase, meaning in kb.words.items():
            tokens = _told(phrase).split()
            if any(re.search(r"\bNN?\b|[|?]", token) or self._is_hole(token) for token in tokens):
                self._patterns.append(
                    _Pattern(tuple(tokens), meaning, any(map(self._is_hole, tokens)), _told_by(tokens))
                )
            else:
                self._plain[folded(" ".join(tokens))] = meaning
        self._patterns.sort(key=lambda pattern: pattern.loose)
        self.vocabulary = frozenset(re.findall(r"[a-z]+", " ".join(kb.words).lower()))
        self.phrases = tuple(phrase for phrase in kb.words if not re.search(r"[|?A-Z]", phrase))

    def _is_hole(self, token: str) -> bool:
        return token in ("X", "Y") or token in self._dimensions

    def _expression(self, tokens: tuple[str, ...]) -> re.Pattern[str]:
        """What a line must look like to be this phrase; made when a line has the words for it."""
        if tokens in self._expressions:
            return self._expressions[tokens]
        parts = []
        self._seen.clear()
        for token in tokens:
            optional = token.endswith("?") and len(token) > 1
            alternatives = "|".join(self._alternative(one) for one in token.removesuffix("?").split("|"))
            gap = r"[\s:-]*" if re.search(r"\bNN?$", token) else r"[\s:-]+"
            parts.append(f"(?:(?:{alternatives}){gap}{_ARTICLE})" + ("?" if optional else ""))
        self._expressions[tokens] = re.compile(_WHO + _ARTICLE + "".join(parts), re.IGNORECASE)
        return self._expressions[tokens]

    def _alternative(self, token: str) -> str:
        if self._is_hole(token):
            return rf"(?P<{token}>\S.*?)"
        return re.sub(r"\bNN?\b", lambda hole: self._number(hole.group()), re.escape(token))

    def _number(self, hole: str) -> str:
        """A number; the first of a phrase has a name by which its meaning speaks of it."""
        digits = r"\d{2,3}" if hole == "NN" else r"\d+(?:\.\d+)?"
        named = f"?P<{hole}>" if hole not in self._seen else "?:"
        self._seen.add(hole)
        return f"({named}{digits})"

    def meanings(self, item: str) -> Iterator[Meaning]:
        """What a phrase can mean by the table, the surest first; reading the values decides between them."""
        told = " ".join(item.replace("\u2019", "'").split())
        plain = self._plain.get(folded(_told(told)))
        if plain is not None:
            yield _meaning(plain, {}, False)
        words = frozenset(re.findall(r"[a-z]+", told.lower()))
        for pattern in self._patterns:
            if pattern.words and pattern.words.isdisjoint(words):
                continue
            match = self._expression(pattern.tokens).fullmatch(f"{told} ")
            if match is None:
                continue
            holes = {name: text for name, text in match.groupdict().items() if text is not None}
            if all(self._is_quantity(name.lower(), text) for name, text in holes.items() if name in self._dimensions):
                yield _meaning(pattern.meaning, holes, pattern.loose)

    def meaning(self, item: str) -> tuple[Statement, ...]:
        """The answers a phrase surely means; nothing where it has none."""
        return next((one.statements for one in self.meanings(item) if not one.loose), ())


def _told_by(tokens: list[str]) -> frozenset[str]:
    """The words of the token that tells most: one that must be there, with the fewest to choose from."""
    found = []
    for token in tokens:
        spelled = [
            re.findall(r"[a-z]+", one.lower()) for one in token.split("|") if not re.search(r"\b[A-Z]{1,}\b", one)
        ]
        if not token.endswith("?") and len(spelled) == token.count("|") + 1 and all(spelled):
            found.append(frozenset(words[0] for words in spelled))
    return min(found, key=len, default=frozenset())


def _told(item: str) -> str:
    """The item as phrases are compared: without articles, with plain quotes."""
    words = item.replace("\u2019", "'").split()
    return " ".join(word for word in words if word.casefold() not in _ARTICLES) or item


def _meaning(meaning: str, holes: dict[str, str], loose: bool) -> Meaning:
    if meaning.startswith("?"):
        return Meaning(ask=meaning[1:].strip())
    return Meaning(tuple(_statements(meaning, holes)), loose=loose)


def _statements(meaning: str, holes: dict[str, str]) -> Iterator[Statement]:
    for part in meaning.split(";"):
        words = part.strip()
        follows = words.startswith("so ")
        finding, _, value = words.removeprefix("so ").partition(" ")
        for name, text in holes.items():
            value = re.sub(rf"\b{name}\b", text.replace("\\", ""), value)
        yield Statement(finding, value.strip() or "yes", follows)


# --- lists, said bit by bit -------------------------------------------------------------------------------------------


def since(value: Known, item: str, today: datetime.date) -> Known:
    """`for 8 months`, said today: it was started 8 to under 9 months ago."""
    if not isinstance(value, Records):
        return value
    step = Decimal(12) if re.search(r"\byears?\b|\byrs?\b", item) else Decimal(1)
    return Records(tuple(_dated(entry, today, step) for entry in value.entries), value.complete, value.absent)


def _dated(entry: Entry, today: datetime.date, step: Decimal) -> Entry:
    lasted = entry.fields.get("duration")
    if not isinstance(lasted, Number) or "started" in entry.fields or "stopped" in entry.fields:
        return entry
    months = lasted.last.interval.exact
    if months is None or not 0 <= months <= 1200:
        return entry
    now = dates.day(today)
    step = step if months == months.to_integral_value() else Decimal("0.25")
    first, last = dates.months_ago(months + step, now).low + 1, dates.months_ago(months, now).high
    fields = {name: known for name, known in entry.fields.items() if name != "duration"}
    return Entry({**fields, "started": Day(_ordered(first, last))})


def _ordered(first: Decimal, last: Decimal) -> Interval:
    return between(min(first, last), last)


def joined(before: Records, said: Records, key: str, complete: bool) -> Records:
    """What was said of a list before, and now: entries of the same thing become one that says more."""
    entries = list(before.entries)
    for entry in said.entries:
        place = next((index for index, old in enumerate(entries) if _same(old, entry, key)), None)
        if place is None:
            entries.append(entry)
        else:
            entries[place] = Entry({**entries[place].fields, **entry.fields})
    named = {members for entry in said.entries for members in [_key(entry, key)] if members}
    kept = [entry for entry in entries if not (_key(entry, key) and _key(entry, key) <= said.absent)]
    absent = frozenset(one for one in before.absent | said.absent if frozenset({one}) not in named)
    return Records(tuple(kept), complete, absent)


def _key(entry: Entry, key: str) -> frozenset[str]:
    return getattr(entry.fields.get(key), "members", frozenset())


def _same(old: Entry, new: Entry, key: str) -> bool:
    """Whether a new entry speaks of the one there was: the same member, and nothing of it contradicted but a stop.

    A bone can break twice, so a second break with another date is another entry; a medicine goes on under its name.
    """
    if _key(old, key) != _key(new, key):
        return False
    if "dose" in new.fields or "dose" in old.fields or "stopped" in new.fields:
        return True
    shared = old.fields.keys() & new.fields.keys()
    return all(is_addition(new.fields[name], old.fields[name]) for name in shared)
