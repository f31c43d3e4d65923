"""What people mean by their words: the entry that a name, a lay word, a British spelling or a question points at."""

from __future__ import annotations

import functools
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from ..knowledge_base.model import Entry, KnowledgeBase, Topic
from ..values.problems import nearest
from .answers.sheet import folded

KINDS = (
    "topic",
    "condition",
    "intervention",
    "word",
    "finding",
    "quantity",
    "investigation",
    "alert",
    "state",
    "scale",
    "threshold",
    "rule",
    "guideline",
    "disagreement",
    "invariant",
    "source",
    "group",
    "choices",
)
"""The kinds of things that have a name, the one people mean most often first."""

ENOUGH, ALIKE = 0.55, 0.95
"""How much of a question must be shared with one that is answered for it to answer, or to be the same."""

_SPELLINGS = (
    (r"oestr", "estr"),
    (r"coeli", "celi"),
    (r"haem", "hem"),
    (r"anaem", "anem"),
    (r"aemi(a|c)\b", r"emi\1"),
    (r"\bpaed", "ped"),
    (r"orthopaed", "orthoped"),
    (r"oesoph", "esoph"),
    (r"oedem", "edem"),
    (r"rrhoea", "rrhea"),
    (r"\bfoet", "fet"),
    (r"\bleuco", "leuko"),
    (r"\bcaesium", "cesium"),
    (r"\bgynaec", "gynec"),
    (r"\bageing\b", "aging"),
    (r"([a-z]{3})isation", r"\1ization"),
    (r"([a-z]{4})is(e|ed|es|ing)\b", r"\1iz\2"),
    (r"([a-z])our\b", r"\1or"),
    (r"([a-z])ours\b", r"\1ors"),
    (r"our(al|ed|ing)\b", r"or\1"),
    (r"\b(cent|fib|lit|met|milli?met|centimet)re(s?)\b", r"\1er\2"),
    (r"([a-z])lys(e|ed|ing)\b", r"\1lyz\2"),
    (r"sulph", "sulf"),
)
_KEPT_AS_THEY_ARE = frozenset(
    re.findall(
        r"\w+",
        """
    four hour hours your our pour tour exercise exercised exercises exercising raise raised rise rising disease
    diseased diseases otherwise advise advised precise promise surprise likewise wise increase increased increases
    increasing decrease decreased decreases comprise supervise supervised supervising noise bruise bruised bruises
    bruising arise arises arising revise revised premise treatise
    """,
    )
)
_IDLE = frozenset(
    re.findall(
        r"\w+",
        """
    a an the of is are was were be been being am do does did done has have had in on at to for from with without and
    or my your his her their its it i you he she they we me us one ones this that these those there some any as by
    if what which who whom when where how why can could may might should would will shall not no than then so about
    explain tell show describe mean meaning means definition define please person people someone patient patients
    get got called happen happens
    """,
    )
)
_ENDINGS = ("ments", "ment", "ings", "ing", "ies", "edly", "ed", "es", "s", "ly")


@dataclass(frozen=True, slots=True)
class Named:
    """Something with a name: its kind, its id, and its entry (None for a word of the glossary)."""

    kind: str
    id: str
    label: str
    entry: Entry | None = field(default=None, compare=False)


def american(words: str) -> str:
    """The words in American spelling and lower case, so that both spellings meet."""
    return " ".join(_american(word) for word in folded(words).split())


@functools.cache
def _american(word: str) -> str:
    if word in _KEPT_AS_THEY_ARE:
        return word
    for pattern, replacement in _SPELLINGS:
        word = re.sub(pattern, replacement, word)
    return word


class Lookup:
    """Everything in one knowledge base that can be asked for by name."""

    def __init__(self, kb: KnowledgeBase) -> None:
        self.kb = kb

    @cached_property
    def all(self) -> tuple[Named, ...]:
        return tuple(_every(self.kb))

    @cached_property
    def _by_name(self) -> Mapping[str, tuple[Named, ...]]:
        found: dict[str, dict[Named, None]] = {}
        for named in self.all:
            for name in _spellings_of(named):
                found.setdefault(american(name), {})[named] = None
        found.pop("", None)
        return {name: tuple(sorted(meant, key=_rank)) for name, meant in found.items()}

    @cached_property
    def _names(self) -> tuple[str, ...]:
        """Every spelling that a misspelled word is held against."""
        return tuple(dict.fromkeys(name for named in self.all for name in _spellings_of(named) if len(name) < 60))

    def by_id(self, name: str) -> tuple[Named, ...]:
        """What has exactly this id; several where kinds share it."""
        return tuple(sorted((named for named in self.all if named.id == name), key=_rank))

    def named(self, words: str) -> tuple[Named, ...]:
        """What has this id, label or synonym, in either spelling, singular or plural, the likeliest first."""
        spelled = american(words.strip(" ?!."))
        for spelling in (spelled, spelled.removesuffix("s"), spelled.removesuffix("es"), f"{spelled}s"):
            if found := self._by_name.get(spelling):
                return found
        return ()

    def meant(self, words: str) -> tuple[Named, ...]:
        """What the words point at: a name, a question that is answered, or a name inside a question; best first."""
        named = self.named(words)
        if entries := tuple(found for found in named if found.kind != "topic"):
            return entries
        if found := named or self._answered(words, ALIKE):
            return found
        core = " ".join(word for word in american(words.strip(" ?!.")).split() if word not in _IDLE)
        if core and (found := self._by_name.get(core) or self._by_name.get(core.removesuffix("s"), ())):
            return found
        return self._answered(words, ENOUGH) or self._inside(core)

    def about(self, named: Named) -> tuple[Named, ...]:
        """The questions answered about an entry: those that point to it, and those that go by its name."""
        names = {american(name) for name in _spellings_of(named)}
        return tuple(
            Named("topic", topic.id, topic.question, topic)
            for topic in self.kb.topics.values()
            if named.id in topic.see or names & {american(put.strip(" ?")) for put in topic.ask}
        )

    def suggestion(self, words: str) -> str:
        """The name that was most likely meant; empty when nothing is near."""
        return nearest(words, self._names) or nearest(american(words), self._names) or ""

    def near(self, words: str, most: int = 5) -> tuple[Named, ...]:
        """What shares a telling word with these, for a list of what there is instead."""
        wanted = _stems(words)
        scored = []
        for named in self.all:
            own = _stems(f"{named.label} {named.id}")
            if shared := wanted & own:
                scored.append((-len(shared) / len(wanted | own), _rank(named), named))
        return tuple(named for _, _, named in sorted(scored, key=lambda found: found[:2])[:most])

    # --- questions ---

    def _answered(self, words: str, enough: float) -> tuple[Named, ...]:
        """The topics whose question this is, the best first."""
        asked = self._weighed(words)
        if not asked:
            return ()
        scored = []
        for topic in self.kb.topics.values():
            score = max((self._likeness(asked, put) for put in (topic.question, *topic.ask)), default=0.0)
            if score >= enough:
                scored.append((-score, topic.id, Named("topic", topic.id, topic.question, topic)))
        return tuple(named for _, _, named in sorted(scored, key=lambda found: found[:2]))

    def _likeness(self, asked: dict[str, float], put: str) -> float:
        """How alike two questions are; about something else, or by one word of several, they are not."""
        other = self._weighed(put)
        both = asked.keys() & other.keys()
        if not (asked.keys() & self._subjects) <= both or (len(asked) > 1 and len(both) < 2):
            return 0.0
        return _shared(asked, other)

    @cached_property
    def _subjects(self) -> frozenset[str]:
        """The names, of one word, of what questions are about: a question about another is another question."""
        subjects = [*self.kb.conditions.values(), *self.kb.interventions.values()]
        return frozenset(_stem(american(entry.label)) for entry in subjects if entry.label.isalpha())

    def _weighed(self, words: str) -> dict[str, float]:
        """The telling words of a question, rare ones heavier; lay names stand for what they mean."""
        return {stem: self._weights.get(stem, self._weights[""]) for stem in _stems(self._plain_names(words))}

    @cached_property
    def _weights(self) -> dict[str, float]:
        """By stem, how much it tells questions apart; "" is the weight of a word that no question has."""
        used: Counter[str] = Counter()
        for topic in self.kb.topics.values():
            used.update(_stems(self._plain_names(" ".join((topic.question, *topic.ask)))))
        count = len(self.kb.topics) + 1
        weights = {stem: 0.3 + math.log(count / times) for stem, times in used.items()}
        return {**weights, "": 0.3 + math.log(count)}

    def _plain_names(self, words: str) -> str:
        """Lay names of conditions, medicines and tests replaced by their labels: `brittle bones` is osteoporosis."""
        told = f" {american(re.sub(r'[^a-zA-Z0-9 -]', ' ', words))} "
        for synonym, label in self._synonyms:
            if f" {synonym} " in told:
                told = told.replace(f" {synonym} ", f" {label} ")
        return told

    @cached_property
    def _synonyms(self) -> tuple[tuple[str, str], ...]:
        kinds: tuple[Iterable[Entry], ...] = (self.kb.conditions.values(), self.kb.interventions.values())
        pairs = {
            american(synonym): american(entry.label)
            for entries in kinds
            for entry in entries
            for synonym in entry.synonyms
            if len(synonym) > 3
        }
        return tuple(sorted(pairs.items(), key=lambda pair: -len(pair[0])))

    def _inside(self, core: str) -> tuple[Named, ...]:
        """The longest name that stands inside the words."""
        words = core.split()
        for length in range(min(len(words), 6), 0, -1):
            for start in range(len(words) - length + 1):
                if found := self._by_name.get(" ".join(words[start : start + length])):
                    return found
        return ()


def _shared(one: dict[str, float], other: dict[str, float]) -> float:
    """1 for the same telling words, 0 for none in common."""
    both = sum(weight for stem, weight in one.items() if stem in other)
    total = sum(one.values()) + sum(other.values())
    return 2 * both / total if total else 0.0


def _stems(words: str) -> frozenset[str]:
    told = re.findall(r"[a-z0-9]+", american(words))
    return frozenset(_stem(word) for word in told if word not in _IDLE)


def _stem(word: str) -> str:
    """Enough of a word to know it by: seven letters, without its ending."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            word = word[: -len(ending)] + ("y" if ending == "ies" else "")
            break
    return word.removesuffix("e")[:7]


def _every(kb: KnowledgeBase) -> Iterator[Named]:
    kinds: tuple[tuple[str, Iterable[Entry]], ...] = (
        ("condition", kb.conditions.values()),
        ("intervention", kb.interventions.values()),
        ("finding", kb.findings.values()),
        ("quantity", kb.quantities.values()),
        ("investigation", kb.investigations.values()),
        ("alert", kb.alerts.values()),
        ("state", kb.states.values()),
        ("scale", kb.scales.values()),
        ("threshold", kb.thresholds.values()),
        ("rule", kb.rules.values()),
        ("guideline", kb.guidelines.values()),
        ("invariant", kb.invariants.values()),
        ("source", kb.sources.values()),
        ("group", kb.groups.values()),
    )
    for topic in kb.topics.values():
        yield Named("topic", topic.id, topic.question, topic)
    for kind, entries in kinds:
        for entry in entries:
            yield Named(kind, entry.id, entry.label or entry.id, entry)
    for disagreement in kb.disagreements.values():
        yield Named("disagreement", disagreement.id, disagreement.label or disagreement.question, disagreement)
    own = {*kb.conditions, *kb.interventions}
    for choices in kb.choices.values():
        yield Named("choices", choices.id, choices.label or choices.id, choices)
        for member in choices.members.values():
            if member.id not in own:
                yield Named("choices", member.id, member.label or member.id, member)
    for word in kb.glossary:
        yield Named("word", word, word)


def _spellings_of(named: Named) -> tuple[str, ...]:
    entry = named.entry
    if isinstance(entry, Topic):
        return (named.id, entry.question.strip(" ?"), *(put.strip(" ?") for put in entry.ask))
    return (named.id, named.label, *(entry.synonyms if entry is not None else ()))


def _rank(named: Named) -> tuple[int, str]:
    return KINDS.index(named.kind), named.id
