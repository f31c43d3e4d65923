"""The word table: what people say that is no name of a finding, and the words of grammar, as authors write them.

A phrase stands for itself without articles; `a|b` is either word, `a?` may be left out. `N` is a number, `NN` a whole
one of two or three digits, the name of a dimension in capitals (`MASS`) an amount with a unit of it. It means answers
(`finding value; so finding value`), `? what is asked back`, or `! role argument`, a word of grammar (ROLES).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ...knowledge_base.model import KnowledgeBase
from ..figures.text import key_of, words_of

ROLES: dict[str, str] = {
    "no": "denies what follows, up to the next comma that no `or` bridges",
    "none": "denies what follows, a whole list of it",
    "after": "denies what stands before",
    "unsure": "makes what follows uncertain",
    "doubt": "makes what stands before uncertain",
    "kin": "speaks of a relative: parent, sister, other",
    "over": "what follows has ended",
    "ended": "what stands before has ended",
    "past": "what stands before has ended, unless a length behind it says within which time it was",
    "later": "what stands before is only due or planned",
    "had": "what follows was had; whether it still is, is not said",
    "planned": "what follows is only planned, feared or refused",
    "but": "ends the reach of what was said before",
    "fracture": "says that a bone broke",
    "into": "what stands with it belongs in this list",
    "field": "says which field of an entry a time fills",
    "cause": "says how a bone broke",
    "kind": "says what a number of a scan is: T, Z, BMD",
    "region": "a region of a scan that is not kept",
    "gap": "says that something is unknown or not measured",
    "nothing": "says that there is nothing of it",
    "yes": "says yes",
    "number": "says how many",
    "result": "a result in a word: high, low, normal, positive, negative",
    "flag": "a mark behind a result that says no more than its range does",
    "panel": "tests that are reported together",
    "correct": "corrects what was just said",
    "about": "opens a line about what was just said",
    "born": "says when somebody was born",
    "undo": "withdraws what was just said",
    "side": "left or right",
    "grade": "how far a vertebra has collapsed",
    "imaging": "says that something was seen on an image",
    "command": "is meant as a command",
    "names": "is a name of this finding",
    "idle": "says nothing of its own",
    "route": "the way a medicine is taken: topical, inhaled",
    "now": "says that a dose was changed to the one that follows",
    "either": "one of two",
    "written": "is a name only where it is written with a capital",
    "weak": "says something only behind the name of what it is said of",
    "noted": "is understood, and has no place",
    "rest": "says the same of everything else that was asked",
    "both": "two of what follows",
    "several": "says that there is more than one, not how many",
}
_HOLE = re.compile(r"\b(?:NN?|MASS|LENGTH)\b")
ARTICLES = frozenset({"my", "his", "her", "their", "the", "a", "an"})
_MOST = 4000


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
    """What a phrase means: answers, what has to be asked back, or a role in the grammar of a line."""

    statements: tuple[Statement, ...] = ()
    ask: str = ""
    role: str = ""
    argument: str = ""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A phrase with holes: `words` are those of which one must be in a line that is this phrase."""

    expression: re.Pattern[str]
    meaning: str
    words: frozenset[str]
    holes: frozenset[str]
    source: str

    def meant(self, match: re.Match[str]) -> Meaning:
        told = {name: text for name, text in match.groupdict().items() if text is not None}
        return meaning_of(self.meaning, told)


class Phrases:
    """The word table of a knowledge base, those without holes as plain words."""

    def __init__(self, kb: KnowledgeBase) -> None:
        self._dimensions = frozenset(unit.dimension.upper() for unit in kb.units.values() if len(unit.dimension) > 1)
        self.plain: list[tuple[tuple[str, ...], Meaning]] = []
        patterns = []
        for phrase, meaning in kb.words.items():
            tokens = phrase.split()
            if any(self._is_hole(part) for token in tokens for part in token.removesuffix("?").split("|")):
                patterns.append(self._pattern(tokens, meaning, phrase))
            else:
                meant = meaning_of(meaning, {})
                self.plain += [(words, meant) for words in expanded(tokens)]
        self.patterns = tuple(patterns)

    def _is_hole(self, token: str) -> bool:
        return bool(re.search(r"\bNN?\b", token)) or token in self._dimensions

    def _pattern(self, tokens: list[str], meaning: str, source: str) -> Pattern:
        seen: set[str] = set()
        parts = []
        for token in tokens:
            if token in ARTICLES:
                continue
            optional = token.endswith("?") and len(token) > 1
            either = "|".join(self._alternative(one, seen) for one in token.removesuffix("?").split("|"))
            end = "" if _ends_in_number(token) else r"(?![^\W\d_])"
            parts.append(rf"(?:(?:{either}){end}[\s:,-]*(?:(?:my|his|her|the|an?)\s+)*)" + ("?" if optional else ""))
        told = "".join(parts)
        return Pattern(re.compile(told, re.IGNORECASE), meaning, _telling(tokens), frozenset(seen), source)

    def _alternative(self, token: str, seen: set[str]) -> str:
        if token in self._dimensions:
            seen.add(token)
            return rf"(?P<{token}>\d[\d.]*\s*[A-Za-z'\"]+(?:\s*\d[\d.]*\s*(?:[A-Za-z'\"]+)?)?)"
        return re.sub(r"\bNN?\b", lambda hole: _number(hole.group(), seen), re.escape(token))


def conflicts(kb: KnowledgeBase) -> Iterator[tuple[str, str, str]]:
    """Two phrases that are the same words and mean different things, each pair once, with those words.

    A word may have several roles in the grammar, but one meaning: it stands for one answer, one name, one question.
    """
    found: dict[tuple[str, ...], tuple[str, str]] = {}
    for phrase, text in kb.words.items():
        meaning = meaning_of(text, {})
        grammar = meaning.role not in ("", "names", "panel") and not (meaning.role == "nothing" and meaning.argument)
        if grammar or _HOLE.search(phrase):
            continue
        for words in expanded(phrase.split()):
            other = found.setdefault(keys(words), (phrase, text))
            if other[1] != text and other[0] != phrase:
                yield other[0], phrase, " ".join(words)
                break


def _ends_in_number(token: str) -> bool:
    return all(re.search(r"\bNN?$", one) for one in token.removesuffix("?").split("|"))


def _number(hole: str, seen: set[str]) -> str:
    digits = r"\d{2,3}" if hole == "NN" else r"\d+(?:\.\d+)?"
    named = f"?P<{hole}>" if hole not in seen else "?:"
    seen.add(hole)
    return f"({named}{digits})(?![.,]?\\d)"


def _telling(tokens: list[str]) -> frozenset[str]:
    """The words of the token that tells most: one that must be there, with the fewest to choose from."""
    found = []
    for token in tokens:
        parts = token.removesuffix("?").split("|")
        if any(re.search(r"\bNN?\b", one) for one in parts):
            continue
        told = [one for one in parts if not re.search(r"\b[A-Z]+\b", one) or len(one) < 2]
        words = [re.findall(r"[a-z]+", one.lower()) for one in told]
        if not token.endswith("?") and len(words) == len(parts) and all(words):
            found.append(frozenset(one[0] for one in words))
    return min(found, key=len, default=frozenset())


def expanded(tokens: list[str]) -> Iterator[tuple[str, ...]]:
    """Every spelling of a phrase as words, without articles."""
    slots: list[list[tuple[str, ...]]] = []
    for token in tokens:
        if token in ARTICLES:
            continue
        optional = token.endswith("?") and len(token) > 1
        words = [words_of(one) for one in (token.removesuffix("?") if optional else token).split("|")]
        slots.append([*words, ()] if optional else words)
    for chosen in itertools.islice(itertools.product(*slots), _MOST):
        told = tuple(word for part in chosen for word in part)
        if told:
            yield told


def keys(words: tuple[str, ...]) -> tuple[str, ...]:
    """What the words of a phrase are looked up by."""
    return tuple(key_of(word) for word in words)


def meaning_of(text: str, holes: dict[str, str]) -> Meaning:
    """What the right side of a line of the table says."""
    if text.startswith("?"):
        return Meaning(ask=text[1:].strip())
    if text.startswith("!"):
        role, _, argument = text[1:].strip().partition(" ")
        return Meaning(role=role, argument=argument.strip())
    return Meaning(tuple(_statements(text, holes)))


def _statements(text: str, holes: dict[str, str]) -> Iterator[Statement]:
    for part in text.split(";"):
        words = part.strip()
        follows = words.startswith("so ")
        finding, _, value = words.removeprefix("so ").partition(" ")
        for name, said in holes.items():
            value = re.sub(rf"\b{name}\b", said.replace("\\", ""), value)
        yield Statement(finding, value.strip() or "yes", follows)
