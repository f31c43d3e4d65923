"""Names for what the question leaves unsaid: words of the findings asked for, and a result without its name."""

from __future__ import annotations

from collections.abc import Iterator

from ..intake.figures.text import key_of, words_of
from ..intake.words.lexicon import Sense
from ..knowledge_base.model import KnowledgeBase
from .hearing import idle
from .segments import Line, Segment


def name_by_place(kb: KnowledgeBase, line: Line, asked: tuple[str, ...]) -> None:
    """A word that only one of those asked has in its names is a name of it: `spine` among T-scores."""
    own: dict[str, set[str]] = {}
    for name in asked:
        for spelling in _spellings(kb, name):
            for word in words_of(spelling):
                own.setdefault(key_of(word), set()).add(name)
    for segment in line.segments:
        meant = own.get(key_of(segment.text), set()) if segment.kind == "word" else set()
        if len(meant) == 1:
            segment.kind, segment.senses = "name", (Sense("finding", meant.pop()),)


def name_by_words(kb: KnowledgeBase, line: Line, asked: tuple[str, ...]) -> None:
    """`no breast cancer`, where the breast cancer of relatives was asked for: words of two or more."""
    checks = [name for name in asked if name in kb.findings and kb.findings[name].form == "yes_no"]
    for segment in line.segments if len(checks) > 1 else ():
        told = {key_of(word) for word in words_of(segment.text)}
        if segment.kind != "name" or len(told) < 2:
            continue
        meant = [
            name
            for name in checks
            for spelling in _spellings(kb, name)
            if told <= {key_of(word) for word in words_of(spelling)}
        ]
        if len(set(meant)) == 1:
            segment.senses = (Sense("finding", meant[0]),)


def name_left_out(kb: KnowledgeBase, line: Line, asked: tuple[str, ...]) -> str:
    """`210 (40-130)`, `11.2 H`: the name of the one result that was asked for, given as laboratories print it."""
    entry = kb.findings.get(asked[0]) if len(asked) == 1 else None
    if entry is None or entry.form != "number" or not entry.ranges or "_score" in entry.id:
        return ""
    telling = [one for one in line.segments if not idle(one) and one.kind != "mark"]
    numbers = [one for one in telling if one.kind == "number"]
    beside = [one for one in telling if one not in numbers]
    if not numbers or telling[0] is not numbers[0] or not all(_is_flag(one) for one in beside):
        return ""
    with_range = len(numbers) == 2 and numbers[1].number is not None and bool(numbers[1].number.high)
    if with_range or (len(numbers) == 1 and beside):
        return entry.label.partition(" (")[0]
    return ""


def _is_flag(one: Segment) -> bool:
    return one.cue("flag", "result") is not None or one.text.strip() in ("H", "L", "N")


def words(kb: KnowledgeBase, asked: tuple[str, ...]) -> Iterator[str]:
    """Short words of the names of what was asked for, which are then names although they are words as well."""
    for name in asked:
        for spelling in _spellings(kb, name):
            for word in spelling.casefold().replace("-", " ").split():
                if word.isalpha() and 3 <= len(word) <= 5:
                    yield word


def _spellings(kb: KnowledgeBase, name: str) -> tuple[str, ...]:
    entry = kb.findings.get(name)
    return (entry.label, *entry.synonyms) if entry is not None else ()
