"""All that follows for a chunk of patients, each a bit: the truths and columns that the statuses of a population ask.

Everything is worked out when it is asked for: whoever asks for one alert costs the leaves behind that alert.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from ..assessment.population.awaiting import Awaiting
from ..assessment.population.lacking import Lacked, Lacking, lacking
from ..assessment.population.plans import Plans, Statuses
from ..assessment.population.population import Population
from ..assessment.population.shown import View
from ..assessment.population.standings import Standings
from ..assessment.population.testing import Testing
from ..case.case import Prepared
from ..inference.program import bits
from ..inference.program.bits import NOBODY, Pair
from ..inference.program.program import Program, Step
from ..inference.program.truths import Truths
from ..knowledge_base.model import Investigation, Rule
from ..premises.expression import TruthNode
from ..values.interval import Interval, exactly
from ..values.value import UNKNOWN, Choice, Gap, Known, Measurement, Number, Records
from .mirror import again, ends
from .mirror.aged import Aged
from .mirror.columns import ChoiceColumn, ListColumn, NumberColumn, Said
from .mirror.ends import VALUE, Flags, Rows
from .mirror.known import value_ends
from .mirror.strata import Chunk
from .packed import Leaves, packed, unpacked
from .recorded import OldToo

_EXACT = Number((Measurement(exactly(0)),))
_VAGUE = Number((Measurement(Interval(exactly(0).low, exactly(1).low)),))


class Compiled:
    """A knowledge base ready for chunks: its program by conclusion."""

    def __init__(self, prepared: Prepared) -> None:
        prepared.plan.open()
        self.prepared = prepared
        self.steps: dict[int, Step] = {
            step.conclusion: step for step in Program(prepared.plan.productions.ground).steps
        }
        answered = prepared.plan.productions.answered
        self.answered = {atom: name for name, atom in answered.items()}


class ChunkColumns:
    """What is known of each finding, as the statuses ask: where it is there at all, and where it is exact."""

    def __init__(self, chunk: Chunk, leaves: Leaves) -> None:
        self.chunk, self.leaves = chunk, leaves
        self.size, self.everybody = chunk.count, leaves.everybody
        self._groups: dict[str, list[tuple[Known, int]]] = {}

    def said(self, name: str) -> int:
        """The patients of whom something was said of a finding."""
        said = self.chunk.said_in(name)
        if isinstance(said, bool):
            return self.everybody if said else 0
        return packed(said)

    def where(self, name: str, holds: Callable[[Known], bool]) -> int:
        """The patients of whom something is known that is so."""
        return bits.joined(cases for known, cases in self.kinds(name) if holds(known))

    def kinds(self, name: str) -> list[tuple[Known, int]]:
        """The patients by what kind of thing is known: a gap, something exact, something vague, an open list.

        What stands for a kind is not what is known of each, but of choices.
        """
        found = self._groups.get(name)
        if found is None:
            found = self._groups[name] = [(known, cases) for known, cases in self._kinds(name) if cases]
        return found

    def vague(self, name: str) -> int:
        """The patients of whom a value is known only within bounds."""
        column = self.chunk.known(name)
        if isinstance(column, ListColumn):
            return 0
        several = (cases for known, cases in self.kinds(name) if known is _VAGUE or _is_several(known))
        return bits.joined(several)

    def _kinds(self, name: str) -> Iterable[tuple[Known, int]]:
        column = self.chunk.known(name)
        if isinstance(column, ChoiceColumn):
            for code in np.unique(column.codes).tolist():
                yield column.book.table[code], self.leaves.code(name, column, code)
            return
        gap = column.ends.gap if isinstance(column, NumberColumn) else column.gap
        rest = self.everybody
        if gap is not None:
            for code in (ends.UNKNOWN, ends.NOT_MEASURED, ends.NOT_APPLICABLE):
                known = ends.GAPS[code]
                cases = packed(gap == code)
                rest &= ~cases
                assert known is not None
                yield known, cases
        if isinstance(column, ListColumn):
            complete = packed(column.complete)
            yield Records((), True), rest & complete
            yield Records((), False), rest & ~complete
            return
        inexact = self._inexact(name, column) & rest
        yield _EXACT, rest & ~inexact
        yield _VAGUE, inexact

    def _inexact(self, name: str, column: NumberColumn) -> int:
        value = value_ends(name, self.chunk.patients)
        if value.exact:
            return 0
        inexact = value.low != value.high
        return packed(inexact if value.gap is None else inexact & (value.gap == VALUE))

    def shown_in_lists(self, name: str, members: frozenset[str]) -> int:
        """The patients in whose list an entry may be one of the members, whether or not it has ended."""
        return self.leaves.named(name, members)


def _is_several(known: Known) -> bool:
    return isinstance(known, Choice) and len(known.members) > 1


class ChunkTruths(OldToo):
    """The truths of a chunk; each is worked out when it is first asked for.

    Args:
        recorded: those with old results once more, with these: rules that protect hold by them as well.
    """

    def __init__(self, compiled: Compiled, chunk: Chunk, recorded: AsRecorded | None = None) -> None:
        self.recorded = recorded
        self.compiled, self.chunk = compiled, chunk
        self.plan, self.kb = chunk.plan, chunk.kb
        self.leaves: Any = Leaves(chunk)
        self.columns: Any = ChunkColumns(chunk, self.leaves)
        self.size, self.everybody = chunk.count, self.leaves.everybody
        self._nodes: dict[int, tuple[TruthNode, Pair]] = {}
        self._literals: dict[int, int] = {}
        compiled_to = self.plan.productions
        self._leaf_of, self._always = compiled_to.leaves, compiled_to.always

    @property
    def held(self) -> list[int]:
        """The patients for whom each literal holds; all of them are worked out."""
        return [self._of(literal) for literal in range(self.plan.productions.ground.width)]

    def literal(self, literal: int) -> Pair:
        """The patients for whom a literal holds, and for whom its opposite does."""
        return self._of(literal), self._of(literal ^ 1)

    def _of(self, literal: int) -> int:
        found = self._literals.get(literal)
        if found is None:
            found = self._worked_out(literal)
        return found

    def _worked_out(self, literal: int) -> int:
        atom = literal >> 1
        found = 0
        leaf = self._leaf_of.get(atom)
        if leaf is not None:
            self._literals[2 * atom], self._literals[2 * atom + 1] = self.leaves.pair(leaf)
            found = self._literals[literal]
        elif atom in self.compiled.answered:
            said = self.answered(self.compiled.answered[atom])
            found = self.everybody & ~said if literal & 1 else said
        elif atom == self._always:
            found = 0 if literal & 1 else self.everybody
        step = self.compiled.steps.get(literal)
        if step is not None:
            found |= self._concluded(step)
        self._literals[literal] = found
        return found

    def _concluded(self, step: Step) -> int:
        kept, reached = self._literals, 0
        for premise in step.single:
            held = kept.get(premise)
            reached |= self._worked_out(premise) if held is None else held
        for premises in step.bodies:
            cases = -1
            for premise in premises:
                held = kept.get(premise)
                cases &= self._worked_out(premise) if held is None else held
                if not cases:
                    break
            reached |= cases
        return reached

    def answered(self, name: str) -> int:
        """The patients of whom a finding was answered, derived or explicitly not measured."""
        return packed(self.chunk.answered(name))

    def truth(self, atom: str) -> Pair:
        """The truth of a proposition, by name."""
        index = self.plan.productions.propositions.get(atom)
        return NOBODY if index is None else self.literal(2 * index)


class AsRecorded:
    """Patients with old results, taken as if those were of today (compare `Case.recorded`).

    Args:
        rows: which of so many they are.
        said: what was said of them, with what is old.
    """

    def __init__(self, compiled: Compiled, chunk: Chunk, rows: Rows, said: Mapping[str, Said]) -> None:
        self.compiled, self.rows, self.count = compiled, rows, chunk.count
        day = chunk.day if chunk.day.ndim == 0 else chunk.day[rows]
        self._made: Callable[[], Chunk] = lambda: Chunk(chunk.ground, len(rows), said, day)
        self._true: dict[str, int] = {}

    @functools.cached_property
    def truths(self) -> ChunkTruths:
        """What follows of them; made when it is first asked for."""
        return ChunkTruths(self.compiled, self._made())

    def true(self, rule: Rule) -> int:
        """Those of all for whom a rule holds."""
        found = self._true.get(rule.id)
        if found is None:
            found = self._true[rule.id] = spread(self.truths.premise(rule)[0], self.rows, self.count)
        return found

    def forget(self) -> None:
        """Let go of everything."""
        truths = vars(self).pop("truths", None)
        if truths is not None:
            truths.chunk.forget()
            vars(truths).clear()
        vars(self).clear()


class ChunkLacking(Lacking):
    """What premises wait for, of the patients of a chunk."""

    def vague(self, name: str) -> int:
        """The patients of whom a value is known only within bounds or by a word."""
        columns: ChunkColumns = self.truths.columns  # type: ignore[assignment]
        return columns.vague(name)


class ChunkView(View):
    """The truths of a chunk as they are shown."""

    def __init__(self, prepared: Prepared, truths: Truths, guideline: str = "", region: str = "") -> None:
        super().__init__(prepared, truths, guideline, region)
        self.lacks = ChunkLacking(prepared, truths)
        self.awaits = Awaiting(prepared, truths, self.lacks)

    @functools.cached_property
    def anything_said(self) -> int:
        """The patients of whom anything at all was said."""
        truths = self.truths
        assert isinstance(truths, ChunkTruths)
        return packed(truths.chunk.anything_said)


class ChunkPopulation(Population):
    """The patients of a chunk, each a bit of every set.

    Those of whom something was taken for granted stand there a second time, behind all others, without it: bits from
    `chunk.count` on are nobody's.

    Args:
        chunk: the patients, with what counts today of what was said.
        aged: what was said of those with old results; None: nothing of anybody is old.
    """

    def __init__(
        self, compiled: Compiled, chunk: Chunk, guideline: str = "", region: str = "", aged: Aged | None = None
    ) -> None:
        self.compiled, self.chunk = compiled, chunk
        self.prepared, self.kb = compiled.prepared, compiled.prepared.kb
        self.guideline, self.region = guideline, region
        self.granted = Granted(chunk)
        self.aged_rows = aged.old if aged is not None else np.zeros(chunk.count, bool)
        self.recorded = self.granted.recorded(compiled, aged) if aged is not None and aged.old.any() else None
        self.shows(compiled.prepared, ChunkTruths(compiled, self.granted.wide, self.recorded))

    def shows(self, prepared: Prepared, truths: Truths) -> None:
        """Say what follows for the patients by these truths."""
        self.truths = truths
        self.size, self.everybody = truths.size, truths.everybody
        self.view = ChunkView(prepared, truths, self.guideline, self.region)
        self.standings = Standings(self.view)
        self.plans = Plans(self.view, self.standings, lambda: ChunkUngranted(self))
        self.testing = ChunkTesting(self.view, self.plans)

    @functools.cached_property
    def several(self) -> int:
        """Nobody is merged here: of whom two values contradict is asked on the engine."""
        return 0

    @functools.cached_property
    def alone(self) -> int:
        """Nobody is asked alone here, for the same reason."""
        return 0

    def forget(self) -> None:
        """Let go of everything: what hangs together in circles would stay until somebody looks for it."""
        if self.recorded is not None:
            self.recorded.forget()
        self.granted.wide.forget()
        self.chunk.forget()
        vars(self.truths).clear()
        vars(self).clear()


class ChunkTesting(Testing):
    """Which tests are wanted of the patients of a chunk."""

    def _has_result(self, test: Investigation, name: str) -> int:
        """The patients of whom a result of the test is there: a value, or in a list a member that it shows."""
        truths = self.view.truths
        assert isinstance(truths, ChunkTruths)
        column = truths.chunk.known(name)
        if isinstance(column, ListColumn):
            members = self.view.prepared.names.members(name)
            shown = frozenset(one for one in members if test.id in members[one].seen_by)
            listed: int = truths.leaves.named(name, shown)
            return listed
        found: int = truths.columns.where(name, lambda known: not isinstance(known, Gap))
        for implied in truths.chunk.implied.get(name, ()):
            if not isinstance(implied.known, Gap):
                found &= ~packed(implied.rows)
        return found


class Granted:
    """What was taken for granted of the patients of a chunk, of whom it might be otherwise.

    Attributes:
        names: of each finding the rows of which it was.
        rows: all those rows.
        wide: the chunk with these rows once more at its end, without it.
    """

    def __init__(self, chunk: Chunk) -> None:
        self.chunk = chunk
        self.names: dict[str, Flags] = {}
        for name, implied in chunk.implied.items():
            assumed = chunk.kb.findings[name].assumed
            rows = [one.rows for one in implied if one.why == "assumed"]
            if assumed is None or not rows:
                continue
            flags = np.logical_or.reduce(rows)
            if assumed.sure is not None:
                flags = flags & chunk.patients.truth(assumed.sure)[1]  # doubted only where this is known to be false
            if flags.any():
                self.names[name] = flags
        nobody = np.zeros(chunk.count, bool)
        self.rows = np.flatnonzero(np.logical_or.reduce([nobody, *self.names.values()]))
        self.wide = chunk
        if len(self.rows):
            changes: dict[str, Mapping[int, Known | None]] = {
                name: dict.fromkeys((chunk.count + np.flatnonzero(flags[self.rows])).tolist(), UNKNOWN)
                for name, flags in self.names.items()
            }
            self.wide = chunk.with_more(self.rows, changes)

    def recorded(self, compiled: Compiled, aged: Aged) -> AsRecorded:
        """Those of the wide chunk with old results, as if these were of today."""
        count = self.chunk.count
        rows = np.flatnonzero(np.concatenate([aged.old, aged.old[self.rows]]))
        said = {
            name: again.taken_of(again.with_more(one, self.rows, count), rows) for name, one in aged.recorded.items()
        }
        for name, flags in self.names.items():
            wanted = np.concatenate([np.zeros(count, bool), flags[self.rows]])[rows]
            silent = self.chunk.blank(name, len(rows))
            changes: dict[int, Known | None] = dict.fromkeys(np.flatnonzero(wanted).tolist(), UNKNOWN)
            said[name] = again.said_again(said.get(name), silent, len(rows), changes)
        return AsRecorded(compiled, self.wide, rows, said)


class ChunkUngranted:
    """The patients of a chunk without what was taken for granted of them, those of whom anything was."""

    def __init__(self, population: ChunkPopulation) -> None:
        self.population, self.of = population, population.granted
        self.lacked: Lacked = {name: packed(flags) for name, flags in self.of.names.items()}
        self.granted = lacking(self.lacked)

    def by_precedence(self, intervention: str) -> Statuses:
        """Their statuses, told of the patients as they are."""
        found = self.population.plans.by_precedence(intervention)
        behind = {status: cases >> self.of.chunk.count for status, cases in found.items()}
        return {status: spread(cases, self.of.rows, self.of.chunk.count) for status, cases in behind.items() if cases}


def spread(cases: int, rows: Rows, count: int) -> int:
    """The bits of some of the rows at the places of the whole."""
    found = np.zeros(count, bool)
    found[rows] = unpacked(cases, len(rows))
    return packed(found)
