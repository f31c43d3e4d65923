"""Every word and name that a line can hold, with what each can mean; near misses where only one can be meant."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from ...knowledge_base.model import KnowledgeBase
from ..answers.sheet import Sheet
from ..figures.text import key_of, words_of
from .phrases import ARTICLES, Meaning, Pattern, Phrases

_LONGEST = 9
_SHORT, _SOLID, _LONG = 3, 5, 8
"""Letters a word must have to be mended: among what was asked, anywhere by one letter, by two."""
_OTHERS = frozenset({"other", "unknown", "unspecified", "mixed", "unknown site", "intolerance", "scan"})
"""Names of members that say nothing by themselves."""


class Sense(NamedTuple):
    """One thing that words can mean.

    `kind`: `finding` (the name of one), `member` (of a set of choices), `class` (of members), `answer` (to one
    finding), `group` (of findings), `phrase` (answers, or what is asked back), `cue` (a word of grammar).
    """

    kind: str
    target: str
    value: object = None


@dataclass(slots=True)
class _Node:
    """The words that can follow, and what is meant where the name ends here."""

    next: dict[str, _Node] = field(default_factory=dict)
    senses: tuple[Sense, ...] = ()


class Lexicon:
    """The names of one knowledge base as a trie over words."""

    def __init__(self, kb: KnowledgeBase, sheet: Sheet) -> None:
        self.kb, self.sheet = kb, sheet
        self.phrases = Phrases(kb)
        self._root = _Node()
        self.vocabulary: dict[str, bool] = {}
        """Every word of a name or cue; true for those that a mistyped word may be mended to."""
        self._denials: set[str] = set()
        """Words that deny or doubt: no word is mended to one of them."""
        self._written: set[str] = set()
        """Short names that are also words: they are names only where they are written with a capital."""
        for words, sense in self._all():
            self._add(words, sense)

    @property
    def patterns(self) -> tuple[Pattern, ...]:
        return self.phrases.patterns

    # --- what there is ---

    def _all(self) -> Iterator[tuple[tuple[str, ...], Sense]]:
        for words, meaning in self.phrases.plain:
            if meaning.role in _DENYING and len(words) == 1:
                self._denials.add(key_of(words[0]))
            self._denials.update(key_of(word) for word in words if _NOT.search(word))
            if meaning.role == "written":
                self._written.update(key_of(word) for word in words)
            else:
                yield words, _sense_of(meaning, self.kb)
        yield from self._findings()
        yield from self._members()
        for group in self.kb.groups.values():
            for name in (group.label, *group.synonyms):
                yield words_of(name), Sense("group", group.id)

    def _findings(self) -> Iterator[tuple[tuple[str, ...], Sense]]:
        for kind in (self.kb.findings, self.kb.quantities):
            for entry in kind.values():
                for name in (entry.id.replace("_", " "), entry.label, *entry.synonyms):
                    yield words_of(name), Sense("finding", entry.id)
        for finding in self.kb.findings.values():
            if finding.form == "choice" and finding.choices in self.kb.choices:
                spelled = self.sheet.spelled(finding.choices)
                for name, members in spelled.members.items():
                    if len(members) == 1 and len(name) > 1:
                        yield words_of(name), Sense("answer", finding.id, next(iter(members)))
                for name in spelled.classes:
                    yield words_of(name), Sense("answer", finding.id, name)

    def _members(self) -> Iterator[tuple[tuple[str, ...], Sense]]:
        used = {one.choices for finding in self.kb.findings.values() for one in finding.fields.values() if one.choices}
        for name in sorted(used & self.kb.choices.keys()):
            choices = self.kb.choices[name]
            for member in choices.members.values():
                for spelling in (member.id.replace("_", " "), member.label, *member.synonyms):
                    if spelling in _OTHERS:
                        continue
                    yield words_of(spelling), Sense("member", name, frozenset({member.id}))
            for kind, members in choices.classes.items() if name != "fracture_sites" else ():
                for spelling in (kind.replace("_", " "), choices.class_labels.get(kind, "")):
                    yield words_of(spelling), Sense("class", name, members)

    def _add(self, words: Iterable[str], sense: Sense) -> None:
        keys = tuple(key_of(word) for word in words)
        single = len(keys) == 1 and (keys[0].isdigit() or (len(keys[0]) < 2 and sense.kind in ("member", "class")))
        if not keys or len(keys) > _LONGEST or single:
            return
        node = self._root
        for key in keys:
            node = node.next.setdefault(key, _Node())
            self.vocabulary[key] = self.vocabulary.get(key, False) or _is_a_name(sense)
        if sense not in node.senses:
            same = [one for one in node.senses if (one.kind, one.target) == (sense.kind, sense.target)]
            if sense.kind == "member" and same and same[0].value != sense.value:
                node.senses = tuple(one for one in node.senses if one not in same)
                sense = Sense("member", sense.target, _joined(same[0].value, sense.value))
            node.senses += (sense,)

    # --- finding ---

    def longest(
        self, keys: list[str], raw: list[str], start: int, goes_on: Callable[[int], bool], measured: bool = False
    ) -> tuple[int, tuple[Sense, ...]] | None:
        """The longest name that begins at this word: how many words it has, and what it can mean.

        `measured`: a number with a decimal or a unit stands behind the word, as behind the name of a result.
        """
        node, best = self._root, None
        for index in range(start, min(len(keys), start + _LONGEST)):
            following = node.next.get(keys[index])
            if following is None and index > start and keys[index] in ARTICLES:
                continue
            if following is None or (index > start and not goes_on(index)):
                break
            node = following
            senses = node.senses
            if senses and index == start and self._is_a_word(keys[index], raw[index]):
                idle = any(one.kind == "cue" and one.target == "idle" for one in senses)
                tests = tuple(one for one in senses if one.kind == "finding") if measured else ()
                senses = tests or tuple(
                    one for one in senses if one.kind == "cue" or (one.kind == "phrase" and not idle)
                )
            if senses:
                best = (index - start + 1, senses)
        return best

    def _is_a_word(self, key: str, raw: str) -> bool:
        return key in self._written and not raw[:1].isupper()

    def alone(self, key: str) -> tuple[Sense, ...]:
        """What one word can mean, however it is written."""
        node = self._root.next.get(key)
        return node.senses if node is not None else ()

    # --- mending ---

    def mended(self, key: str, context: Iterable[str] = ()) -> str | None:
        """The one word that was most likely meant; None where none, or more than one, is near enough.

        `context`: words that were asked for, among which even a short word is looked for.
        """
        if key in self.vocabulary or not key.isalpha():
            return None
        if _SHORT > len(key) >= 2 or len(key) in (3, 4):
            lengths = (len(key) - 1, len(key), len(key) + 1)
            near = [word for word in set(context) if len(word) in lengths and 0 < distance(key, word, 1) <= 1]
            return near[0] if len(near) == 1 and near[0][0] == key[0] else None
        found: dict[str, float] = {}
        for cut in _cuts(key):
            for word in self._by_cut.get(cut, ()):
                if word not in found:
                    found[word] = distance(key, word, 2)
        ranked = sorted((far, word) for word, far in found.items() if far <= self._allowed(key, word))
        tied = len(ranked) > 1 and ranked[1][0] == ranked[0][0] and not _same_stem(ranked[0][1], ranked[1][1])
        if not ranked or tied:
            return None
        return ranked[0][1]

    @staticmethod
    def _allowed(key: str, word: str) -> int:
        if key[0] != word[0]:
            return 1 if len(key) >= _LONG else 0
        if len(key) >= _LONG or sorted(key) == sorted(word):
            return 2
        return 1

    @cached_property
    def _by_cut(self) -> Mapping[str, tuple[str, ...]]:
        """Words by themselves and by what is left of them without one letter."""
        found: dict[str, list[str]] = {}
        for word, can in self.vocabulary.items():
            if can and len(word) >= _SOLID and word.isalpha() and word not in self._denials:
                for cut in _cuts(word):
                    found.setdefault(cut, []).append(word)
        return {cut: tuple(words) for cut, words in found.items()}


def _is_a_name(sense: Sense) -> bool:
    """Whether a mistyped word may be mended to a word of this: never to a word of grammar."""
    if sense.kind == "phrase":
        return isinstance(sense.value, Meaning) and bool(sense.value.statements)
    if sense.kind == "cue":
        return sense.target in _MENDABLE
    return sense.kind in ("finding", "member", "answer", "class")


def _cuts(word: str) -> set[str]:
    return {word, *(word[:index] + word[index + 1 :] for index in range(len(word)))}


def _same_stem(one: str, other: str) -> bool:
    return one[:5] == other[:5] and abs(len(one) - len(other)) <= 2


def _joined(one: object, other: object) -> frozenset[str]:
    assert isinstance(one, frozenset)
    assert isinstance(other, frozenset)
    return one | other


def _sense_of(meaning: Meaning, kb: KnowledgeBase) -> Sense:
    """A phrase that only names a member of a list is a name of it like any other."""
    if meaning.role:
        if meaning.role == "names":
            return Sense("finding", meaning.argument)
        return Sense("cue", meaning.role, meaning.argument)
    if len(meaning.statements) == 1:
        one = meaning.statements[0]
        finding = kb.findings.get(one.finding)
        if finding is not None and finding.form == "records":
            choices = kb.choices.get(finding.fields[finding.key].choices)
            members = frozenset(part.strip() for part in one.value.split(" or "))
            if choices is not None and members <= choices.members.keys():
                return Sense("member", choices.id, members)
            if choices is not None and one.value in choices.classes:
                return Sense("class", choices.id, choices.classes[one.value])
    return Sense("phrase", "", meaning)


_MENDABLE = frozenset({"over", "ended", "field", "fracture", "panel", "result", "into"})
"""Roles to a word of which a mistyped word may be mended; a denial or a doubt is never made or unmade so."""
_DENYING = frozenset({"no", "none", "after", "unsure", "doubt", "planned", "nothing", "gap"})
_NOT = re.compile(
    r"(?:is|are|was|were|do|does|did|has|have|had|can|could|would|should)n'?t$|^(?:cannot|never|without)$"
)
_VOWELS = frozenset("aeiouy")


def distance(one: str, other: str, most: int) -> float:
    """How many letters must be changed, added, left out or swapped with their neighbor; `most` + 1 for more.

    A vowel for another counts half: that is how words are misspelled that are only known by ear.
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[float] = []
    row: list[float] = [float(place) for place in range(len(other) + 1)]
    for index, letter in enumerate(one, 1):
        last, before, row = before, row, [float(index)]
        for place, found in enumerate(other, 1):
            change = 0.0 if letter == found else 0.5 if letter in _VOWELS and found in _VOWELS else 1.0
            cost = min(before[place] + 1, row[-1] + 1, before[place - 1] + change)
            if index > 1 and place > 1 and letter == other[place - 2] and one[index - 2] == found:
                cost = min(cost, last[place - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]
