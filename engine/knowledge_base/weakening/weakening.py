"""Losses of safety by a hospital's own directory, a sentence each, with the place.

A rule counts as kept where some rule in force holds at least wherever the shipped one did, speaks of the same medicine
or alert, and says so as strongly. What cannot be shown to be as wide is named: better one word too many in a report
than one too few. What the directory adds or tightens is silent, and so are other words for a label or a reason.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping

from ...values.frozen import ordered
from ...values.problems import Place
from ...values.units import UnitTable
from .. import verbs
from ..model import KnowledgeBase, Rule
from . import coded, guarded
from .breadth import as_wide
from .footing import STAYS, Ground
from .offering import Offering
from .sides import Cause, Sides
from .spellings import Spellings

__all__ = ["as_wide", "losses", "weakened"]

_OPENING = "Local knowledge weakens safety"
_FEW = 4


@ordered
class Protecting:
    """The keys that say how far a verb protects: its grades (mildest first) and its texts."""

    grades: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    texts: tuple[str, ...] = ()


PROTECTING: Mapping[verbs.Verb, Protecting] = {
    **{verb: Protecting() for verb in verbs.PROTECTING},
    "defers": Protecting(texts=("until",)),
    "cautions": Protecting({"weight": ("minor", "", "major")}, texts=("dose",)),
    "alerts": Protecting({"urgency": ("soon", "urgent", "emergency")}),
    "recommends": Protecting(),
}
"""The verbs that protect. One that recommends does where it sends, watches or reviews, and not where it treats."""

WATCHFUL = ("referral", "monitoring", "medication review")


def weakened(shipped: KnowledgeBase, laid: KnowledgeBase) -> tuple[str, ...]:
    """A sentence for each thing that protects and is taken away, narrowed or worded otherwise by the directory."""
    return tuple(f"{_OPENING}: {one.what}{_at(one.place)}." for one in losses(shipped, laid))


def losses(shipped: KnowledgeBase, laid: KnowledgeBase) -> list[Cause]:
    """Each of them as a clause, and where the directory does it; what is lost for one reason stands together."""
    sides = Sides(shipped, laid)
    found: dict[Cause, list[str]] = {}
    for rule, members, cause in _Rules(sides).lost():
        found.setdefault(cause, []).append(_told(sides, rule, members))
    for cause in (*_units(sides), *_scope(sides), *sides.left, *sides.missing.values(), *guarded.lost(sides)):
        found.setdefault(cause, [])
    for cause in (*Offering(sides).lost(), *Spellings(sides).lost(), *coded.lost(sides)):
        found.setdefault(cause, [])
    return [Cause(_clause(cause, rules), cause.place) for cause, rules in found.items()]


def _at(place: Place | None) -> str:
    return f" ({place})" if place is not None else ""


def _clause(cause: Cause, rules: list[str]) -> str:
    if not rules:
        return cause.what
    return f"{'; '.join(rules)} as {'it' if len(rules) == 1 else 'they'} did; {cause.what}"


def _told(sides: Sides, rule: Rule, members: list[str]) -> str:
    pool = sides.shipped.alerts if rule.verb == "alerts" else sides.shipped.interventions
    labels = [pool[name].label for name in members if name in pool]
    does = verbs.VERBS[rule.verb].protecting or rule.verb
    shown = ", ".join(labels[:_FEW]) + (f" and {len(labels) - _FEW} more" if len(labels) > _FEW else "")
    return f"“{rule.label.rstrip('.')}” ({rule.id}) no longer {does} {shown}"


class _Rules:
    """The shipped rules that protect, each against what is in force."""

    def __init__(self, sides: Sides) -> None:
        self.sides, self.shipped, self.laid = sides, sides.shipped, sides.laid
        self._ground = Ground(sides)
        self._about: dict[tuple[str, str], list[Rule]] = {}
        self._wide: dict[tuple[str, str], bool] = {}
        self._changed: dict[str, Cause | None] = {}
        for rule in self.laid.rules.values():
            for member in rule.members or rule.targets:
                self._about.setdefault((rule.verb, member), []).append(rule)

    def lost(self) -> Iterator[tuple[Rule, list[str], Cause]]:
        """Each rule that protects less, of whom, and why."""
        for rule in self.shipped.rules.values():
            why: dict[Cause, list[str]] = {}
            for member in self._guarded(rule):
                cause = self._lost(rule, member)
                if cause is not None:
                    why.setdefault(cause, []).append(member)
            for cause, members in why.items():
                yield rule, members, cause

    def _guarded(self, rule: Rule) -> Iterator[str]:
        for member in (rule.members or rule.targets) if rule.verb in PROTECTING else ():
            if rule.verb != "recommends" or self.shipped.interventions[member].kind in WATCHFUL:
                yield member

    def _lost(self, rule: Rule, member: str) -> Cause | None:
        """Why the member is no longer protected as by this rule; None where it is."""
        pool = self.laid.alerts if rule.verb == "alerts" else self.laid.interventions
        if member not in pool:
            by = self.sides.by("alert" if rule.verb == "alerts" else "intervention", member)
            return Cause(f"'{member}' itself has been replaced by '{by}'", pool[by].place if by in pool else None)
        best: Cause | None = None
        for verb in verbs.as_strict(rule.verb):
            others = self._about.get((verb, member), ())
            for other in sorted(others, key=lambda other: other.id != rule.id):  # mostly it is there as it was
                if self._as_wide(rule, other):
                    cause = self._beneath(rule) or self._milder(rule, other)
                    if cause is None:
                        return None
                    best = best or cause
        return best or self._gone(rule)

    def _as_wide(self, rule: Rule, other: Rule) -> bool:
        """Whether a rule in force holds wherever the shipped one did; asked of every medicine a rule speaks of."""
        key = (rule.id, other.id)
        if key not in self._wide:
            self._wide[key] = self._ground.as_wide(self.sides.was(rule), self.sides.now(other))
        return self._wide[key]

    def _beneath(self, rule: Rule) -> Cause | None:
        """What the premise of a shipped rule rests on that is no longer as it was."""
        if rule.id not in self._changed:
            self._changed[rule.id] = self._ground.lost(self.sides.was(rule))
        return self._changed[rule.id]

    def _milder(self, rule: Rule, other: Rule) -> Cause | None:
        """In what a rule that holds as often says less than the shipped one."""
        guard, here = PROTECTING[rule.verb], other.place
        if rule.outside_scope and not other.outside_scope:
            return Cause("it no longer speaks for those the system is not made for", here)
        if rule.verb == "recommends":
            for part in ("guideline", "region"):
                if getattr(other, part) not in ("", getattr(rule, part)):
                    return Cause(
                        f"it is shown for the {part} {getattr(other, part)} only", other.places.get(part, here)
                    )
        if rule.verb != other.verb:
            return None
        for part, grades in guard.grades.items():
            if how := guarded.lower(*grades)(getattr(rule, part), getattr(other, part)):
                return Cause(f"its {part} {how}", other.places.get(part, here))
        for part in guard.texts:
            if how := guarded.reworded(getattr(rule, part), getattr(other, part)):
                return Cause(f"its '{part}' {how}", other.places.get(part, here))
        return None

    def _gone(self, rule: Rule) -> Cause:
        """What became of a rule whose part no other takes."""
        same = self.laid.rules.get(rule.id)
        if same is not None and not self.sides.own("rules", same):
            was, now = self.sides.was(rule), self.sides.now(same)
            if was != now:
                return self.sides.renamed(was, now)
            member = next(iter(set(rule.members) - set(same.members)), "")
            return self.sides.changed(member) or Cause("what it speaks of has other members now")
        if same is not None and same.verb != rule.verb:
            return Cause(f"it {same.verb} now", same.place)
        if same is not None and not set(rule.members) <= set(same.members):
            return Cause("it speaks of fewer", same.places.get(rule.verb, same.place))
        if same is not None:
            return Cause(f"its premise {guarded.another(rule.when, same.when)}", same.places.get("when", same.place))
        gone, instead = self.laid.withdrawn.get(rule.id), self.laid.rules.get(self.sides.by("rule", rule.id))
        if gone is None:
            return Cause("it is gone")
        if instead is not None:
            premise = guarded.changed(rule.when, instead.when)
            told = f", and its premise {premise}" if premise and instead.verb == rule.verb else ""
            return Cause(f"it is replaced by '{instead.id}'{told}", instead.place)
        return Cause(f"it is withdrawn: {gone.withdrawn}", gone.place if self.sides.own("rules", gone) else None)


def _units(sides: Sides) -> Iterator[Cause]:
    """Units and analytes that are converted in another way than they were."""
    was, now = (UnitTable.of(kb.units, kb.analytes) for kb in (sides.shipped, sides.laid))
    after = "and every limit that is compared with it means something else"
    for name, analyte in sides.shipped.analytes.items():
        other = sides.laid.analytes.get(name)
        texts = (*analyte.factors, *(other.factors if other is not None else ()))
        same = other is not None and all(was.parse(text, name) in (None, now.parse(text, name)) for text in texts)
        if not same or [*analyte.factors][:1] != [*(other.factors if other is not None else ())][:1]:
            yield Cause(f"'{name}' is converted in another way, {after}", other.place if other is not None else None)
    for text, place in _unit_texts(sides).items():
        if was.parse(text) not in (None, now.parse(text)):
            yield Cause(f"'{text}' is converted in another way, {after}", place)


def _unit_texts(sides: Sides) -> dict[str, Place]:
    """Every spelling of a unit on either side."""
    found: dict[str, Place] = {}
    for kb in (sides.laid, sides.shipped):
        for name, unit in kb.units.items():
            for spelling in (name, *unit.synonyms):
                found.setdefault(spelling, unit.place)
                found.setdefault(spelling.casefold(), unit.place)
        for finding in kb.findings.values():
            found.setdefault(finding.unit, finding.place)
        for quantity in kb.quantities.values():
            found.setdefault(quantity.unit, quantity.place)
    return found


def _scope(sides: Sides) -> Iterator[Cause]:
    """What decides whom the system is made for."""
    was, now = sides.shipped.scope, sides.laid.scope
    if was is None or now is None:
        return
    cause = Ground(sides).lost(was.when, STAYS)
    if was.place == now.place and was.when != sides.plain(now.when):
        cause = sides.renamed(was.when, now.when)
    if cause is not None:
        yield Cause(f"whom the system is made for is decided otherwise: {cause.what}", cause.place)
