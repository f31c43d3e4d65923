"""How much the worked cases would notice: every small change of every rule, tried on the cases it could concern.

A change that some case notices is killed. One that none notices survives, and is a gap in the cases, told with a
patient that would notice it where one is found. One that comes to the same productions, or that an author lists with a
reason, is equivalent and counted apart. What was tried is kept, so that a run that was cut short goes on from there.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...assessment.outlook import Outlook
from ...case.case import Case, Prepared
from ...inference.program import bits
from ...inference.program.columns import Machine
from ...inference.program.truths import Truths
from ...knowledge_base.model import Rule
from ...knowledge_base.store.cache import Store
from ...premises import expression
from ...values.truth import Truth
from .. import processes
from ..cases import cases, outcomes
from ..cases import together as cases_together
from ..cases.cases import Expectation, WorkedCase
from ..cases.together import Met
from . import concerns, mutants, witnesses
from .alteration import Alteration, Altered, AlteredCase, Graph
from .concerns import Ground
from .cone import AlteredTruths
from .kept import Kept, KeptCases
from .mutants import Mutant
from .remembered import Remembered, Told
from .selves import Together
from .witnesses import Search, Witness, told_of

KILLED, ALSO, SURVIVED = "killed", "also", "survived"
"""Noticed by what a case means; only by what it says `also`; by no case."""

EQUIVALENT, PROVED = "equivalent", "proved"
"""Nobody could notice: it comes to the same productions or an author says so; a solver has shown it."""

WANTED = 92
"""The percentage of changes, equivalent ones apart, that cases are to notice by what they mean."""

AT_ONCE = 40
"""Changes handed to a process together."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one mutant: `by` is the case that killed it, or why it is equivalent."""

    mutant: Mutant
    status: str
    by: str = ""
    witness: Witness | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """Every mutant with its outcome, in the order of the rules; `left_out` cases fail as the rules stand."""

    outcomes: tuple[Outcome, ...]
    left_out: tuple[str, ...] = ()
    solved: bool = False
    """Whether a solver was asked of what survived."""

    def count(self, status: str) -> int:
        return sum(one.status == status for one in self.outcomes)

    @property
    def survivors(self) -> tuple[Outcome, ...]:
        return tuple(one for one in self.outcomes if one.status == SURVIVED)

    @property
    def tried(self) -> int:
        """How many changes somebody could notice, as far as is known."""
        return len(self.outcomes) - self.count(EQUIVALENT) - self.count(PROVED)

    @property
    def share(self) -> float:
        """Percent killed of those not equivalent, cut (never rounded up) to one decimal."""
        return 100.0 if not self.tried else self.count(KILLED) * 1000 // self.tried / 10

    @property
    def enough(self) -> bool:
        return self.count(KILLED) * 100 >= WANTED * self.tried


# --- running ----------------------------------------------------------------------------------------------------------


def run(
    prepared: Prepared,
    worked: Sequence[WorkedCase],
    listed: Mapping[str, str],
    store: Store | None = None,
    digest: str = "",
    progress: Callable[[int, int], None] | None = None,
    only: Container[str] | None = None,
) -> Report:
    """Every mutant tried on the cases.

    Args:
        listed: the changes an author says are equivalent, by `Mutant.key`, with the reason.
        store: where to keep what was tried; `digest` names all it depends on.
        progress: told how many of how many are done.
        only: the rules and thresholds whose mutants are tried; all, where it is left out.
    """
    everything = [one for one in mutants.of(prepared.kb) if only is None or one.owner in only]
    memory = Remembered(store, digest, worked)
    pending = [one for one in everything if one.key not in listed and memory.told(one.key) is None]
    left_out: tuple[str, ...] = ()
    if pending:
        kept, left_out = keep(prepared, worked)
        trial = Trial(prepared, kept)
        done = len(everything) - len(pending)
        try:
            for told in _tried(trial, pending, memory):
                memory.keep(told)
                done += len(told)
                if progress is not None:
                    progress(done, len(everything))
        finally:
            memory.write()
    return Report(tuple(_outcome(one, memory, listed) for one in everything), left_out)


def keep(prepared: Prepared, worked: Sequence[WorkedCase]) -> tuple[KeptCases, tuple[str, ...]]:
    """Every case that passes, run once and kept; and the names of those that fail."""
    machine = Machine(prepared.plan)
    for rule in prepared.kb.rules.values():
        for part in rule.when.walk() if rule.when is not None else ():
            if isinstance(part, expression.TruthNode):
                prepared.plan.literal(part)  # so that kept cases find it by identity
    people = cases_together.population(prepared, machine, worked)
    failing = cases_together.unmet(people, worked)
    passing = [one for number, one in enumerate(worked) if not failing >> number & 1]
    if failing:
        people = cases_together.population(prepared, machine, passing)
    return KeptCases(people, passing), tuple(one.name for number, one in enumerate(worked) if failing >> number & 1)


def _tried(trial: Trial, pending: Sequence[Mutant], memory: Remembered) -> Iterator[dict[str, Told]]:
    def work(start: int) -> dict[str, Told]:
        return {one.key: tried(one) for one in pending[start : start + AT_ONCE]}

    def tried(one: Mutant) -> Told:
        survivor = memory.survivor(one.key)
        if survivor is None:
            return trial.of(one, memory.first(one.key))
        return trial.on(one, memory.untried(one.key)) or survivor

    yield from processes.each(work, range(0, len(pending), AT_ONCE), processes.cores())


def _outcome(mutant: Mutant, memory: Remembered, listed: Mapping[str, str]) -> Outcome:
    if mutant.key in listed:
        return Outcome(mutant, EQUIVALENT, listed[mutant.key])
    told = memory.told(mutant.key)
    assert told is not None
    status, by, witness = told
    return Outcome(mutant, status, by, Witness(*witness) if witness is not None else None)


# --- one mutant -------------------------------------------------------------------------------------------------------


class Trial:
    """The kept cases, and mutants tried on them."""

    def __init__(self, prepared: Prepared, kept: KeptCases) -> None:
        self.prepared, self.kept = prepared, kept
        self.graph = Graph(prepared.kb)
        self.numbers = {one.name: number for number, one in enumerate(kept.worked)}
        self.together = Together(kept.people) if kept else None
        self.besides = any(not want.meant for one in kept.worked for want in one.expectations)
        """Whether any case says anything `also`."""
        self.grounded: dict[Ground, dict[int, None]] = {}
        for number, one in enumerate(kept.worked):
            for want in one.expectations:
                for ground in concerns.grounds_of(want):
                    self.grounded.setdefault(ground, {})[number] = None

    def of(self, mutant: Mutant, first: str = "") -> Told:
        """What becomes of one mutant.

        Args:
            first: the case that is the likeliest to notice it.
        """
        alteration = of_mutant(self.prepared, self.graph, mutant)
        truths = self.together.truths(alteration) if self.together is not None else None
        killed = self._killed(mutant, truths, first, -1) if truths is not None else None
        if killed is not None:
            return killed
        apart = self._telling_apart(mutant, truths) if truths is not None else None
        if apart is None and _same(self.prepared, alteration, mutant):
            return [EQUIVALENT, "it comes to the same productions", None]
        return [SURVIVED, "", _plain(apart or self._searched(mutant, alteration))]

    def on(self, mutant: Mutant, names: Container[str]) -> Told | None:
        """What becomes of a mutant that these cases notice; None where none of them does."""
        if self.together is None:
            return None
        truths = self.together.truths(of_mutant(self.prepared, self.graph, mutant))
        these = bits.joined(1 << number for number, one in enumerate(self.kept.worked) if one.name in names)
        return self._killed(mutant, truths, "", these)

    def _killed(self, mutant: Mutant, truths: AlteredTruths, first: str, these: int) -> Told | None:
        assert self.together is not None
        apart = functools.partial(_differing, mutant, truths.alteration)
        concerned = these & self.together.concerned(truths, apart)
        if not concerned:
            return None  # no case can notice
        for status, meant in ((KILLED, True), (ALSO, False)):
            noticing = self._noticing(mutant, truths, concerned, meant, first) if meant or self.besides else None
            if noticing is not None:
                return [status, noticing, None]
        return None

    def _noticing(self, mutant: Mutant, truths: AlteredTruths, concerned: int, meant: bool, first: str) -> str | None:
        """The name of a case that notices: the first, but for those that have to be asked alone.

        Args:
            concerned: the cases in which the change may show.
            meant: by what the case means; else by what it says `also`.
            first: the case that is the likeliest.
        """
        assert self.together is not None
        alteration = truths.alteration
        shaken = self._shaken(alteration)
        alone = self.together.alone(truths)
        met: Met | None = None
        last: list[tuple[int, list[Expectation]]] = []
        numbers = self._in_order(mutant, shaken)
        for number in itertools.chain([self.numbers[first]], numbers) if first in self.numbers else numbers:
            if not concerned >> number & 1:
                continue
            worked, flag = self.kept.worked[number], 1 << number
            wants = [want for want in worked.expectations if want.meant is meant]
            wants = [want for want in wants if not shaken.isdisjoint(concerns.grounds_of(want))]
            if not alone & flag:
                met = met or self.together.under(truths)
                over_bits = [want for want in wants if met.over_bits(want, flag)]
                if any(bool(met.within(want, flag) & flag) is want.negated for want in over_bits):
                    return worked.name
                wants = [want for want in wants if want not in over_bits]
            if wants:
                last.append((number, wants))  # they cost most
        found = (number for number, wants in last if notices(_patient(alteration, self.kept[number]), wants))
        return next((self.kept.worked[number].name for number in found), None)

    def _shaken(self, alteration: Alteration) -> frozenset[Ground]:
        if alteration.recompiles or alteration.decides_scope:
            return frozenset(self.grounded)
        return concerns.shaken(alteration)

    def _in_order(self, mutant: Mutant, shaken: frozenset[Ground]) -> Iterator[int]:
        """The cases of which an expectation is concerned: first those that name the rule, then the most pointed."""
        named = self.grounded.get(("rule", mutant.owner), {})
        yield from named
        grounds = sorted((ground for ground in shaken if ground in self.grounded), key=lambda one: (not one[1], one))
        seen = set(named)
        for ground in grounds:
            for number in self.grounded[ground]:
                if number not in seen:
                    seen.add(number)
                    yield number

    def _telling_apart(self, mutant: Mutant, truths: AlteredTruths) -> Witness | None:
        """A case in which the rule comes out otherwise though nothing expected does; a decided one, if there is one."""
        first: Witness | None = None
        differing = _differing(mutant, truths.alteration, truths)
        decided = differing & _decided(mutant, truths)
        for number in itertools.chain(bits.positions(decided), bits.positions(differing & ~decided)):
            kept = self.kept[number]
            told = _apart(mutant, truths.alteration, kept)
            if told is None or (first is not None and "unknown" in told):
                continue
            place = kept.worked.place
            first = Witness(kept.worked.name, place.file, place.line, *told, {})
            if "unknown" not in told:
                break
        return first

    def _searched(self, mutant: Mutant, alteration: Alteration) -> Witness | None:
        if mutant.rule is None or mutant.changed is None or self.together is None:
            return None
        return Search(alteration, mutant.rule, mutant.changed).found(self.kept, self.together.people.truths)


def of_mutant(prepared: Prepared, graph: Graph, mutant: Mutant) -> Alteration:
    """The knowledge base with this change."""
    return Alteration(prepared, graph, mutant.rule, mutant.changed, mutant.threshold, mutant.intervention)


def _patient(alteration: Alteration, kept: Kept) -> Case:
    if alteration.recompiles:
        return cases.patient(alteration.compiled, kept.worked)
    return AlteredCase(kept, alteration)


def notices(case: Case, wants: Iterable[Expectation]) -> bool:
    """Whether something that is expected no longer follows."""
    look = Outlook(case)
    return any(not outcomes.met(look, want) for want in wants)


def _apart(mutant: Mutant, alteration: Alteration, kept: Kept) -> tuple[str, str] | None:
    """What the rule comes to in a case as it is and changed, where the change could concern the case; else None."""
    rule, changed = mutant.rule, mutant.changed
    if mutant.kind == mutants.DOSE:
        told = [kept.prepared.kb.interventions[one].dose if rule is None else rule.dose for one in alteration.rewords]
        return (told[0], mutant.change)
    if rule is None:
        return _values_apart(alteration, kept)
    if rule.verb == "derives":
        altered = Altered(kept, alteration)
        if all(kept.known(name) == altered.known(name) for name in rule.targets):
            return None
        return told_of(kept, rule), told_of(altered, rule)
    held = kept.premise(rule)
    if changed is None or mutant.kind in (mutants.STRENGTH, mutants.VERB, mutants.TARGET):
        return None if held is Truth.FALSE else (held.value, f"{held.value}, but {mutant.change}")
    new = kept.holds(changed.when or expression.Always())
    return None if new is held else (held.value, new.value)


def _differing(mutant: Mutant, alteration: Alteration, truths: AlteredTruths) -> int:
    """The cases in which the rule, or a value, comes out otherwise: compare `_apart`."""
    base, rule, changed = truths.base, mutant.rule, mutant.changed
    if mutant.kind == mutants.DOSE:
        wanting = (alteration.base.by_target.get(("recommends", one), ()) for one in alteration.rewords)
        rules = [rule] if rule is not None else [one for some in wanting for one in some]
        return bits.joined(base.everybody & ~base.premise(one)[1] for one in rules)
    if rule is None:
        rules = [alteration.kb.rules[id] for id in alteration.touched.rules]
        return bits.joined(_unlike(base, truths, rule) for rule in rules)
    if rule.verb == "derives":
        return bits.joined(_unlike_value(base, truths, name) for name in rule.targets)
    held = base.premise(rule)
    if changed is None or mutant.kind in (mutants.STRENGTH, mutants.VERB, mutants.TARGET):
        return base.everybody & ~held[1]
    new = truths.holds(changed.when or expression.Always())
    return (held[0] ^ new[0]) | (held[1] ^ new[1])


def _decided(mutant: Mutant, truths: AlteredTruths) -> int:
    """Of the cases in which a rule comes out otherwise those where it is known what it comes to, before and after."""
    base, rule, changed = truths.base, mutant.rule, mutant.changed
    if rule is None or rule.verb == "derives" or mutant.kind == mutants.DOSE:
        return 0
    held = bits.joined(base.premise(rule))
    if changed is None or mutant.kind in (mutants.STRENGTH, mutants.VERB, mutants.TARGET):
        return held
    return held & bits.joined(truths.holds(changed.when or expression.Always()))


def _unlike(base: Truths, truths: AlteredTruths, rule: Rule) -> int:
    """The cases in which the premise of a rule, or a number that it derives, comes out otherwise."""
    if rule.verb == "derives":
        return bits.joined(_unlike_value(base, truths, name) for name in rule.targets)
    held, new = base.premise(rule), truths.premise(rule)
    return (held[0] ^ new[0]) | (held[1] ^ new[1])


def _unlike_value(base: Truths, truths: AlteredTruths, name: str) -> int:
    one, other = base.columns.column(name), truths.columns.column(name)
    return bits.joined(base.columns.bit[case] for case, value in enumerate(one) if value != other[case])


def _values_apart(alteration: Alteration, kept: Kept) -> tuple[str, str] | None:
    """For a shared threshold: the first rule or value that comes out otherwise."""
    altered = Altered(kept, alteration)
    for id in sorted(alteration.touched.rules):
        before, after = (told_of(one, alteration.kb.rules[id]) for one in (kept, altered))
        if before != after:
            return f"{id} {before}", after
    return None


def _same(prepared: Prepared, alteration: Alteration, mutant: Mutant) -> bool:
    """Whether a changed premise comes to the same productions as it did."""
    rule, changed = mutant.rule, mutant.changed
    if rule is None or changed is None or rule.verb == "derives" or rule.when == changed.when:
        return False
    premises = rule.when or expression.Always(), changed.when or expression.Always()
    return witnesses.same_productions(prepared.plan.productions, alteration.kb, premises)


def _plain(witness: Witness | None) -> list[Any] | None:
    if witness is None:
        return None
    return [witness.case, witness.file, witness.line, witness.before, witness.after, dict(witness.answers)]
