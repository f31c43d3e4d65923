"""What a hospital's own directory takes away from safety: each contraindication or deferral that is narrower now.

A rule counts as kept where some rule in force holds at least wherever the shipped one did, and speaks of the same
medicine. What cannot be shown to be as wide is named: better one word too many in a report than one too few.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

from ..language import expression
from ..language.expression import (
    All,
    Always,
    AnyOf,
    AtLeast,
    Compared,
    Has,
    Literal,
    Node,
    Not,
    OneOf,
    Quantified,
    TruthNode,
)
from .model import Entry, KnowledgeBase, Rule

SAFETY = {"contraindicates": "bars", "defers": "holds back"}
_WORDS_ONLY = frozenset(
    {"id", "place", "places", "label", "synonyms", "sources", "note", "codes", "kept_because", "suppress", "withdrawn"}
    | {"question", "help", "section", "group", "checklist", "known_by", "indicated", "shown", "round", "beside"}
)
"""Parts of an entry that change what is read or asked, and no truth."""


def weakened(shipped: KnowledgeBase, laid: KnowledgeBase) -> tuple[str, ...]:
    """A sentence for each shipped safety rule that the directory laid over it takes away or narrows."""
    return tuple(_Comparison(shipped, laid).sentences())


def as_wide(old: TruthNode | None, new: TruthNode | None) -> bool:
    """Whether `new` surely holds wherever `old` does, by its form alone; a no may only mean that it cannot be seen."""
    if new is None or isinstance(new, Always) or old == new:
        return True
    if old is None or isinstance(old, Always):
        return False
    if isinstance(old, AnyOf):
        return all(as_wide(item, new) for item in old.items)
    if isinstance(new, All):
        return all(as_wide(old, item) for item in new.items)
    if isinstance(new, AnyOf) and any(as_wide(old, item) for item in new.items):
        return True
    if isinstance(old, All) and any(as_wide(item, new) for item in old.items):
        return True
    return _as_wide_alone(old, new)


def _as_wide_alone(old: TruthNode, new: TruthNode) -> bool:
    if isinstance(old, Not) and isinstance(new, Not):
        return as_wide(new.item, old.item)
    if isinstance(old, Compared) and isinstance(new, Compared):
        return _bound(old, new)
    if isinstance(old, Has) and isinstance(new, Has):
        return old.name == new.name and old.members <= new.members
    if isinstance(old, OneOf) and isinstance(new, OneOf):
        one, other = (new, old) if old.negated else (old, new)
        same = (old.name, old.field, old.negated) == (new.name, new.field, new.negated)
        return same and one.members <= other.members
    if isinstance(old, Quantified) and isinstance(new, Quantified):
        if (old.quantifier, old.name) != (new.quantifier, new.name):
            return False
        one_where, other_where = (new.where, old.where) if old.quantifier == "no" else (old.where, new.where)
        return new.count <= old.count and as_wide(one_where, other_where)
    if isinstance(old, AtLeast) and isinstance(new, AtLeast) and new.count <= old.count:
        return _each_for_another(old.items, new.items)
    return False


def _each_for_another(old: Sequence[TruthNode], new: Sequence[TruthNode]) -> bool:
    """Whether each of the old has one of the new for itself that holds at least where it does."""
    left = list(new)
    for item in old:
        match = next((other for other in left if as_wide(item, other)), None)
        if match is None:
            return False
        left.remove(match)
    return True


def _bound(old: Compared, new: Compared) -> bool:
    if old.left != new.left or old.operator[0] != new.operator[0] or old.operator[0] not in "<>":
        return False
    if not isinstance(old.right, Literal) or not isinstance(new.right, Literal):
        return False
    was, now = old.right.value.exact, new.right.value.exact
    if was is None or now is None or old.right.unit != new.right.unit:
        return False
    if was == now:
        return new.operator == old.operator or new.operator.endswith("=")
    return now > was if old.operator.startswith("<") else now < was


class _Comparison:
    """The shipped knowledge base against the same with a directory laid over it."""

    def __init__(self, shipped: KnowledgeBase, laid: KnowledgeBase) -> None:
        self.shipped, self.laid = shipped, laid
        self._was, self._is = _concluding(shipped), _concluding(laid)
        self._changed: dict[tuple[str, bool], str] = {}

    def sentences(self) -> Iterator[str]:
        yield from self._units()
        for rule in self.shipped.rules.values():
            if rule.verb not in SAFETY:
                continue
            lost: dict[str, list[str]] = {}
            for member in rule.members or rule.targets:
                why = self._lost(rule, member)
                if why:
                    lost.setdefault(why, []).append(member)
            for why, members in lost.items():
                yield self._sentence(rule, members, why)

    def _units(self) -> Iterator[str]:
        for kind in ("units", "analytes"):
            for name, entry in getattr(self.shipped, kind).items():
                if _meaning(entry) != _meaning(getattr(self.laid, kind).get(name)):
                    yield (
                        f"Local knowledge weakens safety: '{name}' is converted in another way, "
                        "and every limit that is compared with it means something else."
                    )

    def _sentence(self, rule: Rule, members: list[str], why: str) -> str:
        labels = [self.shipped.interventions[name].label for name in members if name in self.shipped.interventions]
        shown = ", ".join(labels[:4]) + (f" and {len(labels) - 4} more" if len(labels) > 4 else "")
        said = f"“{rule.label.rstrip('.')}” ({rule.id})"
        return f"Local knowledge weakens safety: {said} no longer {SAFETY[rule.verb]} {shown} as it did; {why}."

    def _lost(self, rule: Rule, member: str) -> str:
        """Why nothing bars the medicine any more where this rule did; empty where something does."""
        if member not in self.laid.interventions:
            return f"{member} itself has been replaced"
        why = ""
        for other in self.laid.rules.values():
            if other.verb not in _AT_LEAST[rule.verb] or member not in (other.members or other.targets):
                continue
            if rule.outside_scope and not other.outside_scope:
                continue
            if as_wide(rule.when, other.when):
                changed = self._beneath(rule.when, positive=True)
                if not changed:
                    return ""
                why = changed
            elif other.id == rule.id:
                why = why or f"its premise is another now ({other.place})"
        gone = self.laid.withdrawn.get(rule.id)
        return why or (gone.withdrawn if gone is not None else "it is gone")

    def _beneath(self, node: Node | None, *, positive: bool) -> str:
        """What a premise rests on that is no longer as it was."""
        if node is None:
            return ""
        if isinstance(node, Not):
            return self._beneath(node.item, positive=not positive)
        if isinstance(node, expression.Proposition):
            return self._proposition(node.atom, positive=positive)
        if isinstance(node, (All, AnyOf, AtLeast)):
            found = (self._beneath(item, positive=positive) for item in node.items)
            return next((why for why in found if why), "")
        for name in sorted(expression.names_read(node)):
            if why := self._entry(name):
                return why
        for atom in sorted(expression.atoms_read(node)):
            if why := self._proposition(atom, positive=positive):
                return why
        return ""

    def _proposition(self, atom: str, *, positive: bool) -> str:
        key = (atom, positive)
        if key in self._changed:
            return self._changed[key]
        self._changed[key] = ""  # there are no circles; what is being looked at is looked at once
        scale = atom.removesuffix(" applies").split(" >= ")[0]
        if _meaning(self.shipped.scales.get(scale)) != _meaning(self.laid.scales.get(scale)):
            self._changed[key] = f"it rests on '{scale}', which is another now"
            return self._changed[key]
        was, now = self._was.get(atom, []), self._is.get(atom, [])
        inner, outer = (was, now) if positive else (now, was)
        for one in inner:
            if not any(as_wide(one.when, other.when) for other in outer):
                self._changed[key] = f"it rests on '{atom}', whose rules are others now ({one.id})"
                return self._changed[key]
        for one in was:
            if why := self._beneath(one.when, positive=positive):
                self._changed[key] = why
                return why
        return ""

    def _entry(self, name: str) -> str:
        key = (name, True)
        if key in self._changed:
            return self._changed[key]
        self._changed[key] = ""
        why = ""
        for kind in ("findings", "quantities", "thresholds"):
            old: Entry | None = getattr(self.shipped, kind).get(name)
            new: Entry | None = getattr(self.laid, kind).get(name)
            if old is not None and _meaning(old) != _meaning(new):
                why = f"it rests on '{name}', which is another now"
        was = [rule for rule in self.shipped.rules.values() if rule.verb == "derives" and name in rule.targets]
        now = [rule for rule in self.laid.rules.values() if rule.verb == "derives" and name in rule.targets]
        if [(rule.when, rule.formula) for rule in was] != [(rule.when, rule.formula) for rule in now]:
            why = f"it rests on '{name}', which is worked out in another way now"
        for rule in was:
            for part in (rule.when, rule.formula):
                why = why or self._beneath(part, positive=True)
        finding = self.shipped.findings.get(name)
        if finding is not None and finding.stand_in:
            why = why or self._entry(finding.stand_in)
        if finding is not None:
            for choices in (finding.choices, *(field.choices for field in finding.fields.values())):
                why = why or self._members(choices)
        self._changed[key] = why
        return why

    def _members(self, choices: str) -> str:
        """What members of a choice carry: the numbers formulas read, and what is taken for granted of them."""
        was, now = self.shipped.choices.get(choices), self.laid.choices.get(choices)
        for name, member in was.members.items() if was is not None else ():
            other = now.members.get(name) if now is not None else None
            if other is None or (member.numbers, member.assumes) != (other.numbers, other.assumes):
                return f"it rests on '{name}' among {choices}, which is another now"
        return ""


_AT_LEAST = {"contraindicates": ("contraindicates",), "defers": ("defers", "contraindicates")}
"""The verbs that are at least as strict."""


def _meaning(entry: Entry | None) -> object:
    if entry is None:
        return None
    return [getattr(entry, part.name) for part in dataclasses.fields(entry) if part.name not in _WORDS_ONLY]


def _concluding(kb: KnowledgeBase) -> dict[str, list[Rule]]:
    """The rules behind each proposition; a level also stands for those below it."""
    found: dict[str, list[Rule]] = {}
    verbs = {"diagnoses": "diagnosed", "excludes": "excluded", "causes": "caused", "recommends": "recommended"}
    verbs |= {"contraindicates": "contraindicated", "orders": "ordered"}
    for rule in kb.rules.values():
        if rule.verb == "sets":
            for target in rule.targets:
                scale = kb.scales.get(target)
                levels = scale.levels[: scale.levels.index(rule.level) + 1] if scale is not None else ()
                for atom in [f"{target} >= {level}" for level in levels] if levels else [target]:
                    found.setdefault(atom, []).append(rule)
        elif rule.verb in verbs:
            for member in rule.members or rule.targets:
                found.setdefault(f"{verbs[rule.verb]}({member})", []).append(rule)
    return found
