"""Whether a report contradicts itself: by a pair that knowledge/clashes names, or by what no report may say at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ...assessment import plan, workup
from ...assessment.outlook import Outlook
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
        label, names = self.case.names.label, self._named(clash.advice)
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
