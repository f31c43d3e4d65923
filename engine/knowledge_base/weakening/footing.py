"""The dependencies of premises, and whether each is still what it was, in the direction in which it counts.

A contraindication below a cut-off loses by a lower cut-off and nothing by a higher one. So each name comes with a way:
it may only grow, it may only shrink, or it may not change.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from ...premises import expression, propositions
from ...premises.expression import Node
from ...values.interval import Interval
from ...values.problems import Place
from ..model import Entry, Finding, KnowledgeBase, Member, RangeCase, Rule, ThresholdEntry, ThresholdValue
from ..verbs import READ
from .breadth import as_wide
from .sides import Cause, Sides

GROWS, STAYS, SHRINKS = 1, 0, -1

_WORDS_ONLY = frozenset(
    {"id", "place", "places", "label", "synonyms", "sources", "rows", "note"}
    | {"kept_because", "suppress", "withdrawn"}
    | {"question", "help", "section", "checklist", "known_by", "shown", "round", "beside"}
)
"""Parts of an entry that change what is read or asked, and no truth."""
_APART = frozenset({"ranges", "assumed", "indicated", "fields", "stale_after"})
"""Parts of a finding that are compared by what they mean."""


class Footing(NamedTuple):
    """Something a premise rests on.

    `aspect` is `atom`, the `value` of a name, the `high` or `low` end of its range, or a `number` that members carry.
    """

    aspect: str
    name: str
    way: int


def rests_on(node: Node, way: int = GROWS) -> Iterator[Footing]:
    """Everything a premise or formula rests on, with the way it may change for the node to go that way."""
    if isinstance(node, (expression.Proposition, expression.Applies)):
        yield Footing("atom", node.atom, way)
        return
    if isinstance(node, expression.Against):
        yield from _against(node, -way if node.negated else way)
        return
    if isinstance(node, (expression.Value, expression.Threshold)):
        yield Footing("value", node.name, way)
        return
    if isinstance(node, expression.MemberNumber):
        yield Footing("number", node.name, STAYS)
        return
    if isinstance(node, expression.Extreme):
        yield from (Footing("value", name, way) for name in node.names)
        return
    if isinstance(node, expression.RangeEnd):
        yield Footing("value", node.name, STAYS)
        yield Footing("high" if node.end == "upper" else "low", node.name, way)
        return
    if isinstance(node, expression.Points):
        for premise, points in zip(node.premises, node.points, strict=True):
            yield from rests_on(premise, way if points > 0 else -way)
        return
    ways = _ways(node, way)
    held = list(node.children())
    for child in held:
        yield from rests_on(child, ways.get(id(child), STAYS))
    inner = {name for child in held for name in expression.names_read(child)}
    yield from (Footing("value", name, STAYS) for name in sorted(expression.names_read(node) - inner))


def _ways(node: Node, way: int) -> Mapping[int, int]:
    """The way each part of a node may change; what is not here may not change at all."""
    if isinstance(node, (expression.All, expression.AnyOf, expression.AtLeast, expression.First)):
        return dict.fromkeys(map(id, node.items), way)
    if isinstance(node, (expression.Not, expression.Negative)):
        return {id(node.item): -way}
    if isinstance(node, expression.Scaled):
        return {id(node.item): way if node.factor > 0 else -way}
    if isinstance(node, expression.Chosen):
        return {id(node.left): way, id(node.right): way}
    if isinstance(node, expression.Quantified):
        return {id(node.where): -way if node.quantifier == "no" else way}
    if isinstance(node, expression.Within):
        return {id(node.low): -way, id(node.high): way}
    if isinstance(node, expression.Compared) and node.operator[0] in "<>":
        left = -way if node.operator[0] == "<" else way
        return {id(node.left): left, id(node.right): -left}
    if isinstance(node, expression.Arithmetic) and node.operator in "+-":
        return {id(node.left): way, id(node.right): way if node.operator == "+" else -way}
    return {}


def _against(node: expression.Against, way: int) -> Iterator[Footing]:
    if node.word == "high":
        yield Footing("value", node.name, way)
    else:
        yield Footing("value", node.name, -way if node.word == "low" else STAYS)
    if node.word != "low":
        yield Footing("high", node.name, -way if node.word == "high" else way)
    if node.word != "high":
        yield Footing("low", node.name, way if node.word == "low" else -way)


class Ground:
    """The dependencies of premises, on both sides."""

    def __init__(self, sides: Sides) -> None:
        self.sides, self.shipped, self.laid = sides, sides.shipped, sides.laid
        self._was, self._is = concluding(self.shipped), concluding(self.laid)
        self._known: dict[Footing, Cause | None] = {}

    def lost(self, node: Node | None, way: int = GROWS) -> Cause | None:
        """The first dependency of a shipped premise that is no longer as it was, if any."""
        if node is None:
            return None
        return next((cause for one in dict.fromkeys(rests_on(node, way)) if (cause := self._lost(one))), None)

    def as_wide(self, old: expression.TruthNode | None, new: expression.TruthNode | None) -> bool:
        """Whether the premise of the laid side holds wherever the shipped one does, by its form."""
        return as_wide(old, new, self.shipped.thresholds, self.laid.thresholds)

    def _lost(self, one: Footing) -> Cause | None:
        if one not in self._known:
            self._known[one] = None  # there are no circles; what is being looked at is looked at once
            self._known[one] = self._looked_at(one)
        return self._known[one]

    def _looked_at(self, one: Footing) -> Cause | None:
        if one.aspect == "atom":
            ways = (GROWS, SHRINKS) if one.way == STAYS else (one.way,)
            return _first(self._proposition(one.name, way) for way in ways)
        if one.aspect in ("high", "low"):
            return self._range(one)
        if one.aspect == "number":
            return self._number(one.name)
        if one.name in self.shipped.thresholds:
            return self._threshold(one.name, one.way)
        if one.name in self.shipped.findings:
            return self._finding(self.shipped.findings[one.name], one.way)
        return self._quantity(one.name, one.way)

    # --- what rules conclude ---

    def _proposition(self, atom: str, way: int) -> Cause | None:
        if self._named_itself(atom, way):
            return None
        scale = propositions.scale_of(atom)
        was_scale, now_scale = self.shipped.scales.get(scale), self.laid.scales.get(scale)
        if was_scale is not None and (cause := self._entry("scales", was_scale, now_scale, ("applies",))):
            return cause
        was, now = self._was.get(atom, []), self._is.get(atom, [])
        for one in was if way == GROWS else now:
            if way == GROWS:
                kept = any(self.as_wide(self.sides.was(one), self.sides.now(other)) for other in now)
            else:
                kept = any(self._as_narrow(one, other) for other in was)
            if not kept:
                return self._other_rules(atom, one, way)
        if propositions.condition_of(atom) and (cause := self._reported(_inside(atom), way)):
            return cause
        return _first(self.lost(self.sides.was(one), way) for one in was)

    def _named_itself(self, atom: str, way: int) -> bool:
        """Whether a loss is told where it happens, or is none: a medicine that is wanted less needs less protection."""
        if propositions.says("recommended", atom):
            wanted = self.shipped.interventions.get(_inside(atom))
            return wanted is not None and wanted.kind == "medicine"
        return propositions.says("contraindicated", atom) and way == GROWS

    def _as_narrow(self, one: Rule, other: Rule) -> bool:
        """Whether a rule of the laid side holds only where the shipped one does."""
        return as_wide(self.sides.now(one), self.sides.was(other), self.laid.thresholds, self.shipped.thresholds)

    def _other_rules(self, atom: str, one: Rule, way: int) -> Cause:
        same = self.laid.rules.get(one.id)
        before = self.shipped.rules.get(one.id)
        if same is not None and before is not None and not self.sides.own("rules", same):
            moved = (self.sides.changed(member) for member in (*before.members, *same.members))
            told = next((cause for cause in moved if cause is not None), None)
            return told or self.sides.renamed(self.sides.was(before), self.sides.now(same))
        here = one if way == SHRINKS else self.laid.rules.get(self.sides.by("rule", one.id))
        return Cause(f"it rests on '{atom}', whose rules are others now ({one.id})", _place(here))

    def _reported(self, condition: str, way: int) -> Cause | None:
        """What counts as the condition where it was reported: itself and its kinds."""
        was, now = (kb.choices.get("conditions") for kb in (self.shipped, self.laid))
        kinds_before = (was.expand(condition) if was is not None else None) or frozenset()
        kinds_after = (now.expand(condition) if now is not None else None) or frozenset()
        known = was.members.keys() if was is not None else frozenset()
        gone = kinds_before - kinds_after if way == GROWS else (kinds_after & known) - kinds_before
        for member in sorted(gone):
            return self.sides.changed(member) or Cause(f"'{member}' no longer counts as '{condition}'")
        entry, other = self.shipped.conditions.get(condition), self.laid.conditions.get(condition)
        if entry is not None and (other is None or entry.exposure != other.exposure):
            return Cause(f"'{condition}' is no diagnosis any more", _place(other))
        return None

    # --- what is known or worked out ---

    def _threshold(self, name: str, way: int) -> Cause | None:
        was, now = self.shipped.thresholds[name], self.laid.thresholds.get(name)
        if now is None or (was.unit, was.analyte) != (now.unit, now.analyte) or not _went(was, now, way):
            told = [_only(entry) for entry in (was, now) if entry is not None]
            how = f"{told[1]} now, not {told[0]}" if len(told) == 2 and all(told) else "another now"
            return Cause(f"it rests on '{name}', which is {how}", _place(now))
        return _first(self._lost(Footing("value", dated.by, STAYS)) for dated in was.values if dated.by)

    def _quantity(self, name: str, way: int) -> Cause | None:
        was, now = self.shipped.quantities.get(name), self.laid.quantities.get(name)
        if was is not None and (cause := self._entry("quantities", was, now)):
            return cause
        old, new = _deriving(self.shipped, name), _deriving(self.laid, name)
        if [(rule.when, rule.formula) for rule in old] != [
            (self.sides.now(one), self.sides.formula(one)) for one in new
        ]:
            return self._worked_out(name, old, new)
        for rule in old:
            if cause := self.lost(rule.when, STAYS) or self.lost(rule.formula, way):
                return cause
        return None

    def _worked_out(self, name: str, old: list[Rule], new: list[Rule]) -> Cause:
        """Why a quantity is worked out in another way."""
        odd = next((rule for rule in new if self.sides.own("rules", rule)), None)
        if odd is not None or [rule.id for rule in old] != [rule.id for rule in new]:
            return Cause(f"it rests on '{name}', which is worked out in another way now", _place(odd))
        pairs = zip(old, new, strict=True)
        renamed = (self.sides.renamed(one.formula, self.sides.formula(other)) for one, other in pairs)
        return next((cause for cause in renamed if cause.place is not None), self.sides.renamed(None, None))

    def _entry(self, kind: str, was: Entry, now: Entry | None, trees: tuple[str, ...] = ()) -> Cause | None:
        """What an entry says that it did not: in its own words, in what they mean, in what that rests on."""
        if now is None or self.sides.own(kind, now):
            if changed := _changed(was, now):
                return Cause(f"it rests on '{was.id}', {changed}", _place(now))
        else:
            pairs = [(_part(was, tree), _part(now, tree)) for tree in trees]
            if odd := next((pair for pair in pairs if pair[0] != self.sides.plain(pair[1])), None):
                return self.sides.renamed(*odd)
        return _first(self.lost(_part(was, tree), STAYS) for tree in trees)

    def _finding(self, was: Finding, way: int) -> Cause | None:
        now = self.laid.findings.get(was.id)
        if cause := self._entry("findings", was, now, ("applies", "indicated", "assumed.when", "assumed.sure")):
            return cause
        if was.stand_in and (cause := self._lost(Footing("value", was.stand_in, way))):
            return cause
        choices = (was.choices, *(field.choices for field in was.fields.values()))
        return _first(self._members(name) for name in choices)

    def _members(self, choices: str) -> Cause | None:
        """What members of a choice carry into every entry of them: what is taken for granted, and how doses convert."""
        for name, was, now in self._kept_members(choices):
            if (was.assumes, was.analyte) != (now.assumes, now.analyte):
                return Cause(f"it rests on '{name}' among {choices}, which is another now", now.place)
        return None

    def _number(self, number: str) -> Cause | None:
        """A number that members carry for formulas."""
        for choices in self.shipped.choices:
            for name, was, now in self._kept_members(choices):
                if was.numbers.get(number) != now.numbers.get(number):
                    told = f"{now.numbers.get(number, 'left out')} now, not {was.numbers.get(number, 'left out')}"
                    return Cause(f"it rests on '{number}' of '{name}', which is {told}", now.place)
        return None

    def _kept_members(self, choices: str) -> Iterator[tuple[str, Member, Member]]:
        """The members of a choice on both sides; one that is gone is named itself."""
        was, now = self.shipped.choices.get(choices), self.laid.choices.get(choices)
        if was is not None and now is not None:
            yield from ((name, was.members[name], now.members[name]) for name in was.members if name in now.members)

    def _range(self, one: Footing) -> Cause | None:
        owner = self.shipped.findings.get(one.name)
        if owner is None:
            quantity = self.shipped.quantities.get(one.name)
            owner = self.shipped.findings.get(quantity.range_of) if quantity is not None else None
        if owner is None:
            return None
        now = self.laid.findings.get(owner.id)
        if now is None or not self._ranges_went(owner.ranges, now, one):
            return Cause(f"it rests on the range of '{owner.id}', which is another now", _place(now))
        return _first(self.lost(case.when, STAYS) for case in owner.ranges)

    def _ranges_went(self, was: tuple[RangeCase, ...], now: Finding, one: Footing) -> bool:
        own = self.sides.own("findings", now)
        if [case.when for case in was] != [case.when if own else self.sides.plain(case.when) for case in now.ranges]:
            return False
        return all(_end_went(old.range, new.range, one) for old, new in zip(was, now.ranges, strict=True))


def _first(causes: Iterable[Cause | None]) -> Cause | None:
    return next((cause for cause in causes if cause is not None), None)


def _place(entry: Entry | None) -> Place | None:
    return entry.place if entry is not None else None


def _inside(atom: str) -> str:
    return propositions.subject_of(atom)


def _part(entry: Entry, path: str) -> Any:
    """A part of a part: `assumed.when`; None where there is none."""
    found: Any = entry
    for name in path.split("."):
        found = getattr(found, name, None)
    return found


def _changed(was: Entry, now: Entry | None) -> str:
    """Which parts of an entry mean something else now, in words; empty where none does."""
    if now is None:
        return "which is another now"
    parts = (part.name for part in dataclasses.fields(was) if part.name not in _WORDS_ONLY | _APART)
    odd = [name for name in parts if getattr(was, name) != getattr(now, name)]
    if isinstance(was, Finding) and isinstance(now, Finding):  # less that is taken for granted takes nothing away
        odd += [name for name in ("assumed", "indicated") if getattr(now, name) not in (None, getattr(was, name))]
        odd += [f"field {name}" for name, field in was.fields.items() if now.fields.get(name) != field]
    return f"whose {', '.join(odd)} {'is' if len(odd) == 1 else 'are'} another now" if odd else ""


def _only(threshold: ThresholdEntry) -> str:
    """The number that a cut-off always is; empty where there are several."""
    value = threshold.values[0].value if len(threshold.values) == 1 else None
    return f"{value.normalize():f} {threshold.unit}".strip() if value is not None else ""


def _went(was: ThresholdEntry, now: ThresholdEntry, way: int) -> bool:
    """Whether a cut-off changed only in this way, on every day and for everybody."""
    if way == STAYS:
        return was.values == now.values
    days = sorted({dated.since for dated in (*was.values, *now.values)})
    return all(_went_on(day, was, now, way) for day in days)


def _went_on(day: int, was: ThresholdEntry, now: ThresholdEntry, way: int) -> bool:
    one, other = (_on(day, threshold) for threshold in (was, now))
    if one is None or other is None or one.by != other.by:
        return one is other
    if one.by:
        same = [step.start for step in one.steps] == [step.start for step in other.steps]
        steps = zip(one.steps, other.steps, strict=False)
        return same and all((new.value - old.value) * way >= 0 for old, new in steps)
    return one.value is not None and other.value is not None and (other.value - one.value) * way >= 0


def _on(day: int, threshold: ThresholdEntry) -> ThresholdValue | None:
    """What a cut-off is on a day."""
    return max((dated for dated in threshold.values if dated.since <= day), key=lambda dated: dated.since, default=None)


def _end_went(was: Interval, now: Interval, one: Footing) -> bool:
    end = one.aspect
    old, new = getattr(was, end), getattr(now, end)
    if old == new:
        return bool(getattr(was, f"{end}_open") == getattr(now, f"{end}_open"))
    return one.way != STAYS and bool(new > old) == (one.way == GROWS)


def _deriving(kb: KnowledgeBase, name: str) -> list[Rule]:
    return [rule for rule in kb.rules.values() if rule.verb == "derives" and name in rule.targets]


def concluding(kb: KnowledgeBase) -> dict[str, list[Rule]]:
    """The rules behind each proposition; a level also stands for those below it."""
    found: dict[str, list[Rule]] = {}
    for rule in kb.rules.values():
        if rule.verb == "sets":
            for target in rule.targets:
                scale = kb.scales.get(target)
                levels = scale.levels[: scale.levels.index(rule.level) + 1] if scale is not None else ()
                for atom in [propositions.level(target, level) for level in levels] if levels else [target]:
                    found.setdefault(atom, []).append(rule)
        elif rule.verb in READ:
            for member in rule.members or rule.targets:
                found.setdefault(propositions.of(READ[rule.verb], member), []).append(rule)
    return found
