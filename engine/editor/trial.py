"""A rule on worked cases: which of them prove it, how each of its parts comes out, and what decides it there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..assessment.population.population import Population
from ..case.case import Case, Prepared
from ..inference.program.columns import Machine
from ..inference.working_memory import WorkingMemory
from ..knowledge_base.model import Rule
from ..premises import expression, witness
from ..premises.expression import JUNCTIONS, TruthNode
from ..values.problems import Place
from ..values.truth import Truth
from ..workbench.cases import cases, outcomes, together
from ..workbench.cases.cases import WorkedCase
from ..workbench.cases.outcomes import Result

PROVING = ("fired", "held", "ruled_out")


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a premise on one patient: where it ends, its truth, and what is known that decides it."""

    place: Place
    source: str
    truth: Truth
    known: str


@dataclass(frozen=True, slots=True)
class Counts:
    """Of so many worked cases, for how many a part is true, false and unknown."""

    true: int
    false: int
    unknown: int

    @property
    def all(self) -> int:
        return self.true + self.false + self.unknown


def proving(rule: str, worked: Sequence[WorkedCase]) -> dict[str, list[WorkedCase]]:
    """The cases that expect something of a rule, by what they expect."""
    found: dict[str, list[WorkedCase]] = {kind: [] for kind in PROVING}
    for one in worked:
        for want in one.expectations:
            if want.kind in found and not want.negated and want.subject == rule:
                found[want.kind].append(one)
    return found


def nearest(rule: Rule, worked: Sequence[WorkedCase]) -> list[WorkedCase]:
    """The cases by how much they have to do with a rule: what they expect of it, what they give of what it reads."""
    read: set[str] = set()
    for tree in (rule.when, rule.formula):
        if tree is not None:
            read |= expression.names_read(tree)
    about = {rule.id, *rule.targets, *rule.members}

    def rank(one: WorkedCase) -> tuple[bool, bool, int]:
        names = {want.subject for want in one.expectations}
        return (rule.id not in names, about.isdisjoint(names), -len(read & one.record.answers.keys()))

    return sorted(worked, key=rank)


class Trial:
    """One prepared knowledge base and the patients it is tried on; one working memory serves them in turn."""

    def __init__(self, prepared: Prepared) -> None:
        self.prepared = prepared
        self._memory = WorkingMemory(prepared.plan)
        self._people: tuple[Sequence[WorkedCase], Population] | None = None

    def run(self, one: WorkedCase) -> Result:
        """How a worked case comes out."""
        return outcomes.run(self.prepared, one, memory=self._memory)

    def patient(self, one: WorkedCase) -> Case:
        return cases.patient(self.prepared, one, memory=self._memory)

    def parts(self, rule: Rule, one: WorkedCase) -> list[Part]:
        """Each part of the rule's premise on this patient, with what decides it."""
        case = self.patient(one)
        trees = [tree for tree in (rule.when, rule.formula) if tree is not None]
        return [part for tree in trees for part in _parts(tree, case)]

    def counts(self, rule: Rule, worked: Sequence[WorkedCase]) -> tuple[Counts, ...]:
        """How each of the `truths` of the rule's premise comes out for these cases: each a bit, all asked at once."""
        if self._people is None or self._people[0] is not worked:
            self._people = (worked, together.population(self.prepared, Machine(self.prepared.plan), worked))
        people = self._people[1]
        found = []
        for part in truths(rule.when) if rule.when is not None else ():
            true, false = people.holds(part)
            found.append(Counts(true.bit_count(), false.bit_count(), len(worked) - (true | false).bit_count()))
        return tuple(found)


def truths(node: expression.Node) -> Iterator[TruthNode]:
    """The parts of a premise that are true or false of a patient, those inside entries left out."""
    if isinstance(node, TruthNode):
        yield node
        if isinstance(node, JUNCTIONS):
            for child in node.children():
                yield from truths(child)


def _parts(node: expression.Node, case: Case) -> Iterator[Part]:
    if isinstance(node, JUNCTIONS):
        for child in node.children():
            yield from _parts(child, case)
    elif isinstance(node, TruthNode):
        known = witness.witness(node, case.memory, case.names)
        yield Part(node.place, node.source, case.memory.holds(node), known)


def what_follows(trial: Trial, one: WorkedCase) -> str:
    """The report on a worked case, as text."""
    from ..assessment.judgement import judge
    from ..views.report import text

    case = trial.patient(one)
    return text.report(judge(case), case.names, 100)
