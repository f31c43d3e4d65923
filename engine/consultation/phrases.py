"""What people say that is no name of a finding: the word table, denials, things of the past, idle words in front."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from ..knowledge_base.model import KnowledgeBase
from ..language import dates
from ..language.interval import Interval, between
from ..language.value import Day, Entry, Known, Number, Records, is_addition
from .answers_sheet import folded

_IDLE = re.compile(
    r"(?:(?:i|she|he|they|we|patient|the patient)\s+)?(?:also\s+)?(?:am|is|are|was|has had|have had|has|have|had|takes?"
    r"|taking|uses?|using|on|with|got|my|her|his|a|an|the|known|some)\s+(?=\S)",
    re.IGNORECASE,
)
_DENIAL = re.compile(
    r"(?:(?:am|is|are|was|has|have|had|does|do)\s+)?(?:no history of|no longer on|not currently on|not on|not taking"
    r"|not any|no|not|never had|never took|never|without|denies|none of|has no|have no"
    r"|does not have|nil)\s+(?P<rest>.+)",
    re.IGNORECASE,
)
_PAST = re.compile(
    r"(?:has\s+|have\s+)?(?:stopped taking|stopped|came off|come off|gave up|finished|ended|used to take|previously on"
    r"|previously|previous|past|former|formerly|was on|ex)[\s-]+(?P<rest>.+)",
    re.IGNORECASE,
)
_WHEN = re.compile(r"(?P<what>.+?)\s+(?:in\s+|on\s+|since\s+)?(?P<when>\d{4}(?:-\d{1,2}){0,2}|\S+ \d{4}|\S+ \S+ ago)$")
_JOINS = re.compile(
    r"(?:since|from|started|until|till|for|last given|every|once|twice|daily|weekly|monthly|stopped (?:in|on))\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def items(line: str) -> list[str]:
    """The line at its commas, semicolons and `and`; none between digits; a time stays with its name."""
    found: list[str] = []
    for part in re.split(r";|(?<!\d),|,(?!\d)|\s+(?:and|&)\s+(?=\S)", line):
        part = part.strip().rstrip(".") if not part.strip().endswith("...") else part.strip()
        if not part:
            continue
        if found and _JOINS.match(part) and not _NUMBER.fullmatch(found[-1]):
            found[-1] += f" {part}"
        else:
            found.append(part)
    return found


def bare(item: str) -> str:
    """The item without what people say in front of a fact: `she is on a`."""
    while (match := _IDLE.match(item)) and match.end() < len(item):
        item = item[match.end() :]
    return item


def denied(item: str) -> str:
    """What an item denies: `fever` of `no fever`; empty where it denies nothing."""
    match = _DENIAL.fullmatch(item)
    return bare(match["rest"]) if match else ""


def past(item: str) -> tuple[str, str] | None:
    """What an item says is over, and when: `alendronate`, `2023` of `stopped alendronate in 2023`."""
    match = _PAST.fullmatch(item)
    if match is None:
        return None
    dated = _WHEN.fullmatch(match["rest"])
    return (dated["what"], dated["when"]) if dated else (match["rest"], "")


@dataclass(frozen=True, slots=True)
class Statement:
    """One answer that a phrase means: the finding, and the value as it would be typed."""

    finding: str
    value: str


class Words:
    """The word table of a knowledge base."""

    def __init__(self, kb: KnowledgeBase) -> None:
        self._plain: dict[str, str] = {}
        self._holed: list[tuple[re.Pattern[str], str]] = []
        for phrase, meaning in kb.words.items():
            spelled = folded(phrase)
            if re.search(r"\bn\b", spelled):
                pattern = re.sub(
                    r"\\?\bn\b", r"(?P<number>[-+]?\\d+(?:\\.\\d+)?)", re.escape(spelled).replace(r"\ ", " ")
                )
                self._holed.append((re.compile(pattern), meaning))
            else:
                self._plain[spelled] = meaning
        self.phrases = tuple(kb.words)

    def meaning(self, item: str) -> tuple[Statement, ...]:
        """What a phrase of the table means; nothing where it has none."""
        spelled = folded(item)
        meaning = self._plain.get(spelled)
        if meaning is not None:
            return tuple(_statements(meaning, ""))
        for pattern, holed in self._holed:
            match = pattern.fullmatch(spelled)
            if match:
                return tuple(_statements(holed, match["number"]))
        return ()


def _statements(meaning: str, number: str) -> Iterator[Statement]:
    for part in meaning.split(";"):
        finding, _, value = part.strip().partition(" ")
        yield Statement(finding, re.sub(r"\bN\b", number, value.strip()) or "yes")


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
