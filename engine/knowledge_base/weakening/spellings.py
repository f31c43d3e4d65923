"""The words people use, and what each of them means on either side: a brand must not become another medicine unseen."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from ...values.problems import Place
from ..model import ChoiceSet, KnowledgeBase
from .sides import Cause, Sides

Owner = tuple[str, str]
"""Where a word belongs, and what it means there: a choice and its member or class, `findings` and a finding."""

_FEW = 6
_TAILS = ("", " 7", " 7 mg", " 7 mg daily", " for 7 years", " since 2020")
_OPENINGS = ("", "on ", "takes ", "no ", "had ")
_ARTICLES = frozenset({"my", "his", "her", "their", "the", "a", "an"})


def folded(text: str) -> str:
    """A text as words are compared: without case, hyphens, underscores and articles."""
    words = text.replace("_", " ").replace("-", " ").casefold().split()
    return " ".join(word for word in words if word not in _ARTICLES) or " ".join(words)


class Spellings:
    """What is said of a patient, as both sides take it."""

    def __init__(self, sides: Sides) -> None:
        self.sides, self.shipped, self.laid = sides, sides.shipped, sides.laid

    def lost(self) -> Iterator[Cause]:
        """A clause for each thing whose words no longer mean it, or mean something else besides."""
        yield from self._moved()
        yield from self._phrases()

    # --- names ---

    def _moved(self) -> Iterator[Cause]:
        was, now = self._was, _owners(self.laid)
        together: dict[tuple[Owner, tuple[Owner, ...]], list[str]] = {}
        for word in dict.fromkeys((*was, *now)):
            before = was.get(word) or self._by_ending(word)
            after = now.get(word, {}) if word in was else {**before, **now[word]}
            others = tuple(sorted(after.keys() - before.keys()))
            for owner in before:
                if others or (owner not in after and self._must_stay(owner, word)):
                    together.setdefault((owner, others), []).append(word)
        for (owner, others), words in together.items():
            yield self._clause(owner, others, words, now)

    def _by_ending(self, word: str) -> _Owners:
        """What a word was taken for without its plural ending."""
        ends = [word.removesuffix(end) for end in ("s", "es") if word.endswith(end)]
        known = next((self._was[end] for end in ends if end in self._was), {})
        return {owner: place for owner, place in known.items() if owner[0] != "findings"}

    def _must_stay(self, owner: Owner, word: str) -> bool:
        """Whether a word that means nothing any more is missed: a brand is, another wording of a label is not."""
        choice = self.shipped.choices.get(owner[0])
        member = choice.members.get(owner[1]) if choice is not None else None
        laid = self.laid.choices.get(owner[0])
        there = laid is not None and owner[1] in laid.members
        return member is not None and there and word in {folded(one) for one in member.synonyms}

    def _clause(self, owner: Owner, others: tuple[Owner, ...], words: list[str], now: Mapping[str, _Owners]) -> Cause:
        shown = ", ".join(f"“{word}”" for word in words[:_FEW]) + (
            f" and {len(words) - _FEW} more" if words[_FEW:] else ""
        )
        verb = "means" if len(words) == 1 else "mean"
        places = now.get(words[0], {})
        if not others:
            choice = self.laid.choices[owner[0]]
            return Cause(f"{shown} no longer {verb} '{owner[1]}' among {owner[0]}", choice.members[owner[1]].place)
        named = " or ".join(f"'{one}' among {kind}" for kind, one in others)
        told = f"{verb} {named} now, where it was '{owner[1]}' among {owner[0]}"
        if owner in places:
            told = f"can mean {named}, too, besides '{owner[1]}' among {owner[0]}"
        return Cause(f"{shown} {told}", places.get(others[0]))

    @cached_property
    def _was(self) -> Mapping[str, _Owners]:
        return _owners(self.shipped)

    # --- phrases ---

    def _phrases(self) -> Iterator[Cause]:
        """Phrases of the directory that are said of something shipped as well, and mean another thing."""
        for phrase, meaning in self.laid.words.items():
            if phrase not in self.shipped.words and (word := self._taken(phrase, meaning)):
                yield Cause(f"the phrase “{phrase}” of its word table takes “{word}” to mean “{meaning}”")

    def _taken(self, phrase: str, meaning: str) -> str:
        pattern, told = _pattern(phrase), _telling(phrase)
        for word, owners in self._was.items():
            if (told and not any(one in word for one in told)) or any(_says(meaning, owner) for owner in owners):
                continue
            said = (f"{opening}{word}{tail}" for opening in _OPENINGS for tail in _TAILS)
            if found := next((one for one in said if pattern.fullmatch(one)), ""):
                return found
        example = _example(phrase)
        for other, patterns in self._shipped_phrases:
            both = patterns.fullmatch(example) or pattern.fullmatch(_example(other))
            if both and self.shipped.words[other] != meaning:
                return other
        return ""

    @cached_property
    def _shipped_phrases(self) -> list[tuple[str, re.Pattern[str]]]:
        return [(phrase, _pattern(phrase)) for phrase in self.shipped.words]


_Owners = dict[Owner, Place]


def _owners(kb: KnowledgeBase) -> dict[str, _Owners]:
    """Every word, with each thing it can mean and where that is written."""
    found: dict[str, _Owners] = {}

    def add(words: Iterable[str], owner: Owner, place: Place) -> None:
        for word in words:
            if told := folded(word):
                found.setdefault(told, {}).setdefault(owner, place)

    for kind in (kb.findings, kb.quantities):
        for entry in kind.values():
            add((entry.id, entry.label, *entry.synonyms), ("findings", entry.id), entry.place)
    for choice in kb.choices.values():
        for member in choice.members.values():
            add((member.id, member.label, *member.synonyms), (choice.id, member.id), member.place)
        for name, label in _classes(choice):
            add((name, label), (choice.id, name), choice.place)
    return found


def _classes(choice: ChoiceSet) -> Iterator[tuple[str, str]]:
    return ((name, choice.class_labels.get(name, "")) for name in choice.classes)


def _says(meaning: str, owner: Owner) -> bool:
    """Whether a phrase means what the word means by itself."""
    return any(folded(part).endswith(folded(owner[1])) for part in meaning.split(";"))


def _pattern(phrase: str) -> re.Pattern[str]:
    """What is said, for the phrase: as the word table reads it, with anything for its holes."""
    parts = []
    for token in phrase.split():
        optional = token.endswith("?") and len(token) > 1
        ways = "|".join(_hole(one) for one in token.removesuffix("?").split("|"))
        parts.append(f"(?:(?:{ways})\\s*)" + ("?" if optional else ""))
    return re.compile("".join(parts), re.IGNORECASE)


def _hole(token: str) -> str:
    if re.fullmatch(r"[A-Z]{4,}|[XY]", token):
        return r"\S.*?"
    return re.sub(r"\bNN?\b", r"\\d+", re.escape(folded(token) if token.islower() else token))


def _telling(phrase: str) -> tuple[str, ...]:
    """The ways to say a token of a phrase that is no opening; none where it has only holes."""
    tokens = (token for token in phrase.split() if not token.endswith("?") and not re.search(r"\b[A-Z]+\b", token))
    told = (tuple(folded(one) for one in token.split("|")) for token in tokens)
    return next((ways for ways in told if not any(f"{way} " in _OPENINGS for way in ways)), ())


def _example(phrase: str) -> str:
    """One thing that is said with a phrase: of each choice the first, with a number or a word in its holes."""
    words = (token.removesuffix("?").split("|")[0] for token in phrase.split())
    return " ".join(
        "7 kg" if re.fullmatch(r"[A-Z]{4,}|[XY]", word) else re.sub(r"\bNN?\b", "70", word) for word in words
    )
