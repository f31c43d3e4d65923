"""What is still missing of one entry of a list: when, how much, by which cause."""

from __future__ import annotations

from collections.abc import Mapping

from ..assessment.questions import Asked
from ..hearing.ear import Ear
from ..hearing.reading import PROMPT
from ..intake.answers import answers
from ..intake.answers.sheet import NOTHING, folded, gap_of
from ..knowledge_base.files.nodes import MapNode, Text
from ..values.value import UNKNOWN, Known, Records
from .understood import Understood


def read(ear: Ear, text: str, asked: Asked, known: Mapping[str, Known]) -> Understood | None:
    """The line as the missing field of an entry; None where it says something else."""
    assert asked.detail is not None
    name, (index, field) = asked.findings[0], asked.detail
    before = known.get(name)
    if not isinstance(before, Records) or index >= len(before.entries):
        return None
    entry = before.entries[index]
    filled = _filled(ear, name, field, text, entry.fields.get(ear.kb.findings[name].key))
    if filled is None:
        return None
    entries = list(before.entries)
    entries[index] = type(entry)({**entry.fields, field: filled})
    return Understood({name: Records(tuple(entries), before.complete, before.absent)}, answered=True)


def _filled(ear: Ear, name: str, field: str, text: str, key: Known | None) -> Known | None:
    if gap_of(text) is not None or folded(text) in NOTHING or _is_gap(ear, text):
        return UNKNOWN
    members = sorted(getattr(key, "members", frozenset[str]()))
    for words in (text, *_as_time(ear, text)):
        spelled = {ear.kb.findings[name].key: " or ".join(members), field: words}
        node = MapNode(tuple((Text(part, PROMPT), Text(told, PROMPT)) for part, told in spelled.items()), PROMPT)
        value, _ = answers.read_with(ear.sheet, name, node, PROMPT)
        if isinstance(value, Records) and value.entries:
            return value.entries[0].fields.get(field)
    return None


def _is_gap(ear: Ear, text: str) -> bool:
    heard = ear.hear(text, ("age",) if "age" in ear.kb.findings else (), {})
    return bool(heard.reading.not_known)


def _as_time(ear: Ear, text: str) -> tuple[str, ...]:
    """The line as a patient file writes the time it is, if it is one and nothing else."""
    segments = [one for one in ear.segments(text) if one.kind != "mark" and one.cue() is None]
    if len(segments) != 1 or segments[0].time is None or segments[0].time.unclear:
        return ()
    return (segments[0].time.text,)
