"""Treatment offered more freely: a medicine that nothing shipped bars, another dose, a sequel or a scope left out."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from ...values.problems import Place
from ..model import Intervention, KnowledgeBase, Rule
from .sides import Cause, Sides


class Offering:
    """The recommendations of a directory, against those that are shipped."""

    def __init__(self, sides: Sides) -> None:
        self.sides, self.shipped, self.laid = sides, sides.shipped, sides.laid

    def lost(self) -> Iterator[Cause]:
        """A clause for each of them by which a medicine reaches more people, or with less said, than it did."""
        for rule in self.laid.rules.values():
            if rule.verb == "recommends" and self.sides.own("rules", rule):
                for member in rule.members:
                    yield from self._freer(rule, member)
        yield from self._alone()
        yield from self._awaited()

    def _freer(self, rule: Rule, member: str) -> Iterator[Cause]:
        told = f"“{rule.label.rstrip('.')}” ({rule.id})"
        label = self.laid.interventions[member].label
        if self._is_medicine(member) and (unbarred := self._unbarred(member)):
            yield Cause(f"{told} recommends {label}, and {unbarred}", rule.place)
        if self._is_medicine(member) and rule.outside_scope and not self._outside(member):
            yield Cause(f"{told} recommends {label} to those the system is not made for, too", rule.place)
        before = self._before(rule, member)
        if missing := [self._label(step) for step in self._sequel(before, member) if step not in rule.then]:
            yield Cause(f"{told} recommends {label} without what has to follow it: {', '.join(missing)}", rule.place)
        if member in self.shipped.interventions and rule.dose not in self._doses(before, member):
            dose = f"in another dose: “{rule.dose}”" if rule.dose else f"no longer in its dose: “{before.dose}”"
            yield Cause(f"{told} recommends {label} {dose}", rule.places.get("dose", rule.place))

    def _before(self, rule: Rule, member: str) -> Rule:
        """The shipped rule in whose place this one stands, where it recommends the same; else itself without a word."""
        was = next((one.id for one in self.laid.replaced if one.kind == "rule" and one.by == rule.id), rule.id)
        before = self.shipped.rules.get(was)
        if before is not None and before.verb == "recommends" and member in before.members:
            return before
        return Rule(id="", place=rule.place, verb="recommends", targets=())

    def _recommending(self, member: str) -> list[Rule]:
        rules = self.shipped.rules.values()
        return [rule for rule in rules if rule.verb == "recommends" and member in rule.members]

    def _sequel(self, before: Rule, member: str) -> tuple[str, ...]:
        """What has to follow: by the rule it replaces, or by every shipped rule that recommends it."""
        if before.id:
            return before.then
        shipped = self._recommending(member)
        return tuple(step for step in shipped[0].then if all(step in one.then for one in shipped)) if shipped else ()

    def _doses(self, before: Rule, member: str) -> frozenset[str]:
        """The doses in which it may be recommended without a word."""
        if before.id:
            return frozenset({before.dose})
        known = {rule.dose for rule in self._recommending(member)}
        return frozenset(known | {"", self.shipped.interventions[member].dose})

    def _label(self, intervention: str) -> str:
        entry = self.shipped.interventions.get(intervention)
        return entry.label if entry is not None else intervention

    def _is_medicine(self, member: str) -> bool:
        """Whether it is a medicine, by its kind or by what it is given in the place of, on either side."""
        return any(
            one.kind == "medicine" or self._fills_a_role(one)
            for one in (self.shipped.interventions.get(member), self.laid.interventions.get(member))
            if one is not None
        )

    @cached_property
    def _choices(self) -> frozenset[str]:
        """The roles that shipped medicines fill."""
        medicines = (one for one in self.shipped.interventions.values() if one.kind == "medicine")
        return frozenset(one.choice for one in medicines if one.choice)

    def _unbarred(self, member: str) -> str:
        """Why nothing stands against a medicine; empty where a shipped contraindication speaks of it.

        One that stands beside the shipped medicines needs a shipped one; any other may bring its own.
        """
        against = [
            rule for rule in self.laid.rules.values() if rule.verb == "contraindicates" and member in rule.members
        ]
        replacing = {one.by for one in self.laid.replaced if one.kind == "rule"}
        if any(not self.sides.own("rules", rule) or rule.id in replacing for rule in against):
            return ""
        if not against:
            return "nothing contraindicates it"
        one = self.laid.interventions[member]
        return f"nothing that is shipped bars it, as each other '{one.choice}'" if self._fills_a_role(one) else ""

    def _fills_a_role(self, one: Intervention) -> bool:
        return one.choice in self._choices

    def _outside(self, member: str) -> bool:
        return any(rule.outside_scope for rule in self._recommending(member))

    # --- new entries ---

    def _alone(self) -> Iterator[Cause]:
        """A medicine of a class whose others fill one role, and which fills none: it would be given beside them."""
        for one in self.laid.interventions.values():
            role = self._role(one) if one.kind == "medicine" and one.id not in self.shipped.interventions else ""
            if role and one.choice != role:
                yield Cause(
                    f"{one.label} ({one.id}) may be given beside another '{role}': it has no such choice", one.place
                )

    def _role(self, one: Intervention) -> str:
        """The role that every shipped medicine of one of its classes fills."""
        pool = self.laid.choices.get("medicines")
        for inside in pool.classes.values() if pool is not None else ():
            shipped = [self.shipped.interventions[name] for name in inside if name in self.shipped.interventions]
            roles = {other.choice for other in shipped}
            if one.id in inside and len(roles) == 1 and "" not in roles:
                return roles.pop()
        return ""

    def _awaited(self) -> Iterator[Cause]:
        """A medicine without hazards waits for all that could bar it; with one, for what is to be known first."""
        before = self._with_hazards(self.shipped)
        for name, place in self._with_hazards(self.laid).items():
            if name in self.shipped.interventions and name not in before:
                yield Cause(f"{self._label(name)} waits only for what its new hazards want known first", place)

    def _with_hazards(self, kb: KnowledgeBase) -> dict[str, Place]:
        pool = kb.choices.get("medicines")
        return {
            member: hazard.place
            for hazard in kb.hazards.values()
            for name in hazard.medicines
            for member in (pool.expand(name) if pool is not None else None) or {name}
        }
