"""The parts of entries that protect: for each kind what may not be lost, weaker or in other words without being named.

A kind is guarded by one line of the table `GUARDED`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from ...premises.expression import TruthNode
from ...values.frozen import ordered
from ..measures import SENTENCES
from ..model import Clash, Entry, Hazard, KnowledgeBase
from ..naming import Names
from ..reading import entries
from .breadth import as_wide
from .sides import Cause, Sides

_MOST = 160
"""How much of a text is quoted."""
_CONTEXT = 6

Value = Callable[[KnowledgeBase, Any], Any]


@ordered
class Guard:
    """How a part of an entry is compared: `weaker` says how it lost, or an empty text; `value` what is compared."""

    weaker: Callable[[Any, Any], str]
    value: Value | None = None


def reworded(was: str, now: str) -> str:
    """A text that says what to do: any other wording may say something else."""
    if not was or was.split() == now.split():
        return ""
    if not now:
        return f"is left out now: “{_quoted(was)}”"
    start = _parting(was, now)
    return f"reads “{_quoted(now, start)}” now instead of “{_quoted(was, start)}”"


def other(was: object, now: object) -> str:
    """A value that decides: any other one is told."""
    return "" if was == now else f"is {_told(now)} now, not {_told(was)}"


def gone(was: object, now: object) -> str:
    """A value that may be added."""
    return other(was, now) if was else ""


def fewer(was: Iterable[str], now: Iterable[str]) -> str:
    """A list to which anything may be added."""
    lost = sorted(set(was) - set(now))
    return f"no longer holds {', '.join(lost)}" if lost else ""


def more(was: Iterable[str], now: Iterable[str]) -> str:
    """A list from which anything may be taken."""
    added = sorted(set(now) - set(was))
    return f"holds {', '.join(added)} now" if added else ""


def later(was: int | None, now: int | None) -> str:
    """After how many months a result is old: what counts for longer may clear for longer."""
    if not was or (now and now <= was):
        return ""
    return f"is {f'{now} months' if now else 'never'} now, not {was} months"


def lower(*steps: str) -> Callable[[str, str], str]:
    """A grade, the mildest first."""

    def weaker(was: str, now: str) -> str:
        return other(was, now) if steps.index(now) < steps.index(was) else ""

    return weaker


def changed(was: TruthNode | None, now: TruthNode | None) -> str:
    """A premise that may not change at all."""
    return "" if was == now else another(was, now)


def narrower(was: TruthNode | None, now: TruthNode | None) -> str:
    """A premise that protects wherever it holds."""
    return "" if as_wide(was, now) else another(was, now)


def another(was: TruthNode | None, now: TruthNode | None) -> str:
    """That a premise is another one, with the words of both."""
    told = [_quoted(tree.source) if tree is not None else "" for tree in (was, now)]
    return "is another now" + (f": “{told[1]}” instead of “{told[0]}”" if all(told) else "")


def _parting(was: str, now: str) -> int:
    """How many words two long texts begin with alike, less a few that show where they part."""
    words = zip(was.split(), now.split(), strict=False)
    alike = next((at for at, (one, other) in enumerate(words) if one != other), min(len(was.split()), len(now.split())))
    return max(0, alike - _CONTEXT) if max(len(was), len(now)) > _MOST else 0


def _quoted(text: str, start: int = 0) -> str:
    told = ("…" if start else "") + " ".join(text.split()[start:])
    return told if len(told) <= _MOST else f"{told[: _MOST - 1]}…"


def _told(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return "yes" if value else "no"
    return f"'{value}'" if value else "left out"


def _read_by(kb: KnowledgeBase, hazard: Hazard) -> frozenset[str]:
    """The members that a hazard reads, classes expanded."""
    finding = kb.findings.get(hazard.reads)
    choices = "conditions"
    if finding is not None:
        choices = finding.choices or getattr(finding.fields.get(finding.key), "choices", "")
    choice = kb.choices.get(choices)
    if choice is None:
        return frozenset(hazard.members)
    return frozenset().union(*(choice.expand(name) or {name} for name in hazard.members))


def _for_whom(kb: KnowledgeBase, hazard: Hazard) -> frozenset[str]:
    """The medicines that a hazard speaks against, classes expanded."""
    return _expanded(kb, hazard.medicines) & kb.interventions.keys()


def _advised(kb: KnowledgeBase, clash: Clash) -> frozenset[str]:
    return _expanded(kb, clash.advice)


def _against(kb: KnowledgeBase, clash: Clash) -> frozenset[str]:
    """What must not stand beside the advice; where nothing is named, a caution against itself."""
    return _expanded(kb, clash.against) if clash.against else frozenset({"a major caution against it"})


def _expanded(kb: KnowledgeBase, names: Iterable[str]) -> frozenset[str]:
    """These ids, classes of interventions as their members."""
    pools = [kb.choices[name] for name in ("medicines", "interventions") if name in kb.choices]
    found = (next((inside for pool in pools if (inside := pool.expand(name))), {name}) for name in names)
    return frozenset().union(*found)


GUARDED: Mapping[str, Mapping[str, Guard]] = {
    "interventions": {
        **dict.fromkeys(("dose", *SENTENCES, "take", "seek_help"), Guard(reworded)),
        "choice": Guard(gone),
        "kind": Guard(other),
        "label_contraindicates": Guard(fewer),
    },
    "alerts": {"action": Guard(reworded), "plain": Guard(reworded), "beyond": Guard(more), "within": Guard(more)},
    "conditions": {"exposure": Guard(other)},
    "findings": {"stale_after": Guard(later)},
    "quantities": {"beside": Guard(gone), "stale_after": Guard(later)},
    "hazards": {
        "effect": Guard(lower(*reversed(entries.HAZARD_EFFECTS))),
        "know": Guard(lower("", "if_reported", "first")),
        "reads": Guard(other),
        "members": Guard(fewer, _read_by),
        "medicines": Guard(fewer, _for_whom),
        "when": Guard(narrower),
    },
    "invariants": {"never": Guard(narrower)},
    "clashes": {"advice": Guard(fewer, _advised), "against": Guard(fewer, _against)},
    "scope": {
        "when": Guard(changed),
        **dict.fromkeys(("refusal", "assumption", "disclaimer", "seek_help"), Guard(reworded)),
    },
}
"""Each kind of entry that protects, with its parts that do. What is not here may be reworded without a word."""

_KEYS = {"medicines": "for"}
"""Parts that authors write under another key."""


def lost(sides: Sides) -> Iterator[Cause]:
    """A clause for each guarded part that the directory takes away, weakens or words otherwise."""
    for kind, guards in GUARDED.items():
        for was, now in _pairs(kind, sides):
            yield from _entry(kind, guards, was, now, sides)


def _pairs(kind: str, sides: Sides) -> Iterator[tuple[Entry, Entry | None]]:
    """Each shipped entry of a kind, and what stands for it."""
    if kind == "scope":
        if sides.shipped.scope is not None:
            yield sides.shipped.scope, sides.laid.scope
        return
    laid = getattr(sides.laid, kind)
    for name, entry in getattr(sides.shipped, kind).items():
        if not _harmless(entry):
            yield entry, laid.get(name)


def _harmless(entry: Entry) -> bool:
    """Whether an entry says that something harms nobody, which may be taken back."""
    return isinstance(entry, Hazard) and entry.effect == "none"


def _entry(kind: str, guards: Mapping[str, Guard], was: Entry, now: Entry | None, sides: Sides) -> Iterator[Cause]:
    if now is None:
        yield _gone(entries.KINDS[kind].singular, was, sides)
        return
    if was.place == now.place:
        return  # where a class that it names means something else, that is named itself
    whose = _whose(kind, was, sides)
    if now.withdrawn and not was.withdrawn:
        yield Cause(f"{whose} is withdrawn: {now.withdrawn}", now.place)
    parts = {"effect": guards["effect"]} if _harmless(now) else guards
    for part, guard in parts.items():
        before, after = (
            guard.value(kb, entry) if guard.value is not None else getattr(entry, part)
            for kb, entry in ((sides.shipped, was), (sides.laid, now))
        )
        if how := guard.weaker(before, after):
            key = _KEYS.get(part, part)
            yield Cause(f"'{key}' of {whose} {how}", now.places.get(key, now.place))


def _gone(singular: str, was: Entry, sides: Sides) -> Cause:
    instead = [one for one in sides.laid.replaced if (one.kind, one.id) == (singular, was.id)]
    what = f"the {singular} '{was.id}' is not there any more"
    if not instead:
        return Cause(what)
    return Cause(f"{what}, '{instead[0].by}' stands in its place", instead[0].place)


def _whose(kind: str, was: Entry, sides: Sides) -> str:
    if kind == "scope":
        return "the scope"
    label = was.label or Names(sides.shipped).label(was.id)
    return f"{label} ({was.id})" if label != was.id else was.id
