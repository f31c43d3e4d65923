"""Whether a report contradicts itself: by a pair that knowledge/clashes names, or by what no report may say at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ...assessment import plan, workup
from ...assessment.outlook import Outlook
from ...assessment.population.population import Population
from ...inference.program import bits
from ...knowledge_base.model import Clash, Intervention, KnowledgeBase
from ...values.truth import Truth

_ADVISED = ("recommended", "conditional")


@dataclass(frozen=True, slots=True)
class Contradiction:
    """What one report says and gainsays; `clash` is the id of the pair, or of what no report may say."""

    clash: str
    what: str

    def __str__(self) -> str:
        return f"{self.clash}: {self.what}"


def of(look: Outlook) -> tuple[Contradiction, ...]:
    """Everything in which the report on this patient would contradict itself."""
    return tuple(_Report(look).contradictions())


def among(people: Population) -> int:
    """The cases whose report may contradict itself; but for a few, whose doses wait for a number, it does."""
    return _Reports(people).contradicting()


class _Reports:
    """What the reports on many patients advise, each thing as the set of cases that are told it."""

    def __init__(self, people: Population) -> None:
        self.people, self.kb = people, people.kb
        self._said: dict[str, int] = {}

    def contradicting(self) -> int:
        found = bits.joined(self._clash(clash) for clash in self.kb.clashes.values())
        continued: dict[str, int] = {}
        for one in self.kb.interventions.values():
            found |= self._waiting_for_nothing(one) | self._behind_a_closed_door(one)
            goes_on = self._goes_on(one)
            found |= goes_on & continued.get(one.choice, 0)  # two of one role
            continued[one.choice] = continued.get(one.choice, 0) | goes_on
        return found

    def _clash(self, clash: Clash) -> int:
        names = named(self.kb, clash.advice)
        if not clash.against:
            return bits.joined(self._says(name) & self._cautioned(name) for name in names)
        said = bits.joined(self._says(name) for name in names)
        return said & bits.joined(self._says(name) for name in named(self.kb, clash.against)) if said else 0

    def _cautioned(self, name: str) -> int:
        rules = self.people.view.rules("cautions", name)
        return bits.joined(self.people.truths.premise(rule)[0] for rule in rules if rule.weight == "major")

    def _says(self, name: str) -> int:
        if name not in self._said:
            self._said[name] = self._looked_up(name)
        return self._said[name]

    def _looked_up(self, name: str) -> int:
        if name in self.kb.alerts:
            return self.people.alert(name)[0]
        if name in self.kb.investigations:
            return self.people.in_work_up(name) & ~self.people.testing.is_done(name)
        return self._of_status(name, _ADVISED)

    def _of_status(self, name: str, statuses: Iterable[str]) -> int:
        found = self.people.status(name)
        return bits.joined(found.get(status, 0) for status in statuses)

    def _waiting_for_nothing(self, one: Intervention) -> int:
        people = self.people
        waiting = self._of_status(one.id, ("conditional",))
        found = waiting & ~bits.joined(people.plans.missing(one.id).values()) if waiting else 0
        if not waiting & people.contradicting:
            return found
        doubtful = waiting & people.contradicting
        if waiting & people.several:
            worlds = people.worlds.people.plans
            some = worlds.statuses(one.id).get("conditional", 0) & bits.joined(worlds.missing(one.id).values())
            doubtful &= ~people.worlds.in_any(some)
        found &= ~people.contradicting
        nothing = (
            people.truths.columns.bit[case]
            for case in bits.positions(doubtful)
            if not people.look(case).missing(one.id)
        )
        return found | bits.joined(nothing)

    def _behind_a_closed_door(self, one: Intervention) -> int:
        deferred, found = self._of_status(one.id, ("deferred",)), 0
        for rule in self.people.view.rules("defers", one.id) if deferred else ():
            if rule.until in self.kb.interventions:
                advised = self._of_status(rule.until, (*_ADVISED, "deferred"))
                found |= deferred & self.people.truths.premise(rule)[0] & ~advised
        return found

    def _goes_on(self, one: Intervention) -> int:
        taken = self.people.plans.taken(one.id) if one.choice else 0
        statuses = self.people.status(one.id).items() if taken else ()
        return taken & bits.joined(these for status, these in statuses if plan.advice(one, status) == "continue")


class _Report:
    """What one report advises, each thing looked up when a pair names it."""

    def __init__(self, look: Outlook) -> None:
        self.case, self.look = look.case, look
        self._said: dict[str, bool] = {}
        self._sides: dict[tuple[str, ...], tuple[str, ...]] = {}

    def contradictions(self) -> Iterator[Contradiction]:
        for clash in self.case.kb.clashes.values():
            yield from self._clash(clash)
        shown = [(one, status) for one in self.case.kb.interventions.values() if (status := self.look.status(one.id))]
        for one, status in shown:
            yield from self._waiting_for_nothing(one, status)
            yield from self._behind_a_closed_door(one, status)
        yield from self._two_of_one_role([one for one, status in shown if self._goes_on(one, status)])

    def _clash(self, clash: Clash) -> Iterator[Contradiction]:
        label, names = self.case.names.subject, self._named(clash.advice)
        said = [name for name in names if self._says(name)]
        if not clash.against:
            for name in said:
                yield from self._cautioned(clash, name)
            return
        gainsaid = [name for name in self._named(clash.against) if self._says(name)] if said else []
        if gainsaid:
            both = f"{', '.join(map(label, said))} beside {', '.join(map(label, gainsaid))}"
            yield Contradiction(clash.id, both)

    def _cautioned(self, clash: Clash, name: str) -> Iterator[Contradiction]:
        for rule in self.case.rules("cautions", name):
            if rule.weight == "major" and self.case.truth(rule) is Truth.TRUE:
                yield Contradiction(clash.id, f"{self.case.names.label(name)} beside the caution of {rule.id}")

    def _named(self, side: tuple[str, ...]) -> tuple[str, ...]:
        if side not in self._sides:
            self._sides[side] = named(self.case.kb, side)
        return self._sides[side]

    def _says(self, name: str) -> bool:
        if name not in self._said:
            self._said[name] = self._looked_up(name)
        return self._said[name]

    def _looked_up(self, name: str) -> bool:
        kb = self.case.kb
        if name in kb.alerts:
            return self.look.alert(name) is Truth.TRUE
        if name in kb.investigations:
            test = kb.investigations[name]
            return not workup.is_done(self.case, test) and self.look.in_work_up(name)
        return self.look.status(name) in _ADVISED

    # --- what no report may say -----------------------------------------------------------------------------------

    def _waiting_for_nothing(self, one: Intervention, status: str) -> Iterator[Contradiction]:
        if status == "conditional" and not self.look.missing(one.id):
            yield Contradiction("waiting-for-nothing", f"{one.label} waits for something, and nothing is missing")

    def _behind_a_closed_door(self, one: Intervention, status: str) -> Iterator[Contradiction]:
        for first in plan.steps(self.case, one.id) if status == "deferred" else ():
            if first in self.case.kb.interventions and self.look.status(first) not in (*_ADVISED, "deferred"):
                what = f"{one.label} waits for {self.case.names.label(first)}, which is not advised"
                yield Contradiction("behind-a-closed-door", what)

    def _goes_on(self, one: Intervention, status: str) -> bool:
        taken = plan.is_taken(self.case, one.id)
        return taken and bool(one.choice) and plan.advice(one, status) == "continue"

    def _two_of_one_role(self, continued: list[Intervention]) -> Iterator[Contradiction]:
        by_role: dict[str, list[str]] = {}
        for one in continued:
            by_role.setdefault(one.choice, []).append(one.label)
        for role, labels in by_role.items():
            if len(labels) > 1:
                yield Contradiction("two-of-one-role", f"{' and '.join(labels)} are both continued as {role}")


def named(kb: KnowledgeBase, side: Iterable[str]) -> tuple[str, ...]:
    """The things a side of a clash speaks of, classes of interventions as their members."""
    found: dict[str, None] = {}
    for name in side:
        if name in kb.interventions or name in kb.investigations or name in kb.alerts:
            found[name] = None
        for choices in ("medicines", "interventions"):
            members = kb.choices[choices].classes.get(name, frozenset()) if choices in kb.choices else frozenset()
            found.update(dict.fromkeys(one for one in sorted(members) if one in kb.interventions))
    return tuple(found)
