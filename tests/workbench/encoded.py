"""The clauses of proofs beside the engine: what is known of random patients as variables, and what follows for them."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from engine.assessment import plan, query, waiting
from engine.assessment.differential import missing
from engine.assessment.outlook import Outlook
from engine.assessment.population.lacking import lacking, union
from engine.assessment.population.population import Population
from engine.assessment.several import worlds
from engine.case.case import Prepared
from engine.inference import reference, values
from engine.inference.program import bits
from engine.inference.program.columns import AnswersOfOne
from engine.inference.reference import answered
from engine.intake import record
from engine.premises import evaluation, expression
from engine.values import dates
from engine.values.problems import Place
from engine.values.truth import Truth
from engine.values.value import NOT_APPLICABLE, Choice, Gap, Number, Records
from engine.workbench.proof.clauses import Clauses
from engine.workbench.proof.leaves import Leaves, Reading, possible_members
from engine.workbench.proof.lists import Asked, List
from engine.workbench.proof.network import Network
from engine.workbench.proof.numbers import Line
from engine.workbench.proof.report import Report
from engine.workbench.trials.crowd import Crowd
from engine.workbench.trials.invariants import DAY, People

PLAINLY = 10
"""Of every so many patients the plain evaluator is asked too: it takes as long as all the rest."""
ALONE = 50
"""Of every so many experta is asked, and the variables are read from it one by one."""

Sides = dict[str, list[int]]
"""By the name of a rule or invariant the cases of whom it is true, and those of whom it is false."""


@dataclass
class Encoded:
    """The clauses of a knowledge base, with all that invariants ask of it."""

    prepared: Prepared

    def __post_init__(self) -> None:
        self.clauses = Clauses()
        self.leaves = Leaves(self.clauses)
        self.network = Network(self.prepared, self.leaves)
        self.report = Report(self.network)
        kb = self.prepared.kb
        self.asked = {one.id: self.report.query(one.never) for one in kb.invariants.values() if one.never is not None}
        self.rules = {rule.id: self.network.rule(rule) for rule in kb.rules.values() if rule.verb != "derives"}
        self.network.reading.take_in()
        self.people = People(self.prepared)
        self.crowd = Crowd(self.prepared, DAY)

    # --- one patient, by experta ---

    def patient(self, seed: int) -> tuple[dict[int, bool], dict[str, Truth]]:
        """What is known of a random patient as variables, and what the engine says of rules and invariants."""
        self.people.meet(seed)
        case, kb = self.people.case, self.prepared.kb
        look = Outlook(case)
        given = {abs(one): one > 0 for one in self.network.reading.of_patient(case.memory)}
        given[self.report.several] = len(worlds.of(case)) > 1
        given[self.leaves.anything] = bool(case.said)
        given[self.leaves.freely] = given[self.leaves.unsure] = True
        given[self.leaves.refused] = self._is_refused(case.said)
        for name, variable in self.report.waits.items():
            given[variable] = bool(waiting.awaited(case, kb.interventions[name]))
        for name, variable in self.report.granted.items():
            entry = kb.interventions[name]
            given[variable] = plan._by_precedence(case, entry) == "recommended" and bool(plan._granted(case, entry))
        for name, variable in self.report.may_speak.items():
            given[variable] = bool(missing(case, kb.conditions[name]))
        for first, waits in self.report.sure.items():
            for leaf, variable in waits.asked.items():
                lacked = case.explanation.missing(leaf)
                given[variable] = any(one in first or waiting._vague(case, one) for one in lacked)
        for (of, subject), words in self.report._words.items():
            stated = query._SAID[of](look, subject)
            given |= {variable: word == stated for word, variable in words.items() if variable > 1}
        told = {name: query.holds(case, kb.invariants[name].never or expression.Always(), look) for name in self.asked}
        told |= {name: case.memory.premise(kb.rules[name]) for name in self.rules}
        return given, told

    def _is_refused(self, said: Any) -> bool:
        told_of = {name: record.Answer(known, "", Place("a patient")) for name, known in said.items()}
        return bool(record.check_applies(self.prepared.kb, told_of, DAY))

    def _plainly(self, said: Any) -> dict[str, Truth]:
        """What the plain evaluator says of the rules."""
        plain = reference.Reference(self.prepared.kb, said, dates.day(DAY))
        return {name: plain.premise(self.prepared.kb.rules[name]) for name in self.rules}

    # --- many, over bits ---

    def together(self, people: Population) -> tuple[dict[int, int], Sides]:
        """What is known of many patients as variables, and what the program says of rules and invariants."""
        kb, report, every = self.prepared.kb, self.report, people.everybody
        given = _Given(self.network.reading, people).found()
        given[self.leaves.anything] = bits.joined(1 << at for at, said in enumerate(people.said) if said)
        given[self.leaves.freely] = given[self.leaves.unsure] = every
        given[self.leaves.refused] = bits.joined(
            1 << at for at, said in enumerate(people.said) if self._is_refused(said)
        )
        given[report.several] = people.contradicting
        awaits, lacks = people.view.awaits, people.view.lacks
        for name, variable in report.waits.items():
            given[variable] = lacking(awaits.of(name))
        for name, variable in report.granted.items():
            recommended = people.plans.by_precedence(name).get("recommended", 0)
            given[variable] = recommended & people.plans._granted(kb.interventions[name])
        for name, variable in report.may_speak.items():
            criteria = [rule for rule in people.view.rules("diagnoses", name) if people.view.visible(rule)]
            others = [rule for verb in ("supports", "opposes", "excludes") for rule in people.view.rules(verb, name)]
            given[variable] = lacking(union(lacks.rule(rule) for rule in (*criteria, *others)))
        for first, waits in report.sure.items():
            for leaf, variable in waits.asked.items():
                lacked = lacks.node(leaf).items()
                given[variable] = bits.joined(
                    cases if name in first else cases & awaits.vague(name) for name, cases in lacked
                )
        for (of, subject), words in report._words.items():
            for word, variable in words.items():
                if variable > 1:
                    shown = expression.Shown(
                        of=of, subject=subject, members=frozenset({subject}), words=frozenset({word})
                    )
                    given[variable] = people.holds(shown)[0]
        told = {name: [*people.holds(kb.invariants[name].never or expression.Always())] for name in self.asked}
        told |= {name: [*people.truths.premise(kb.rules[name])] for name in self.rules}
        return given, told

    # --- whom the clauses have otherwise ---

    def disagreements(self, seeds: Sequence[int]) -> list[str]:
        """The clauses, rules and invariants that some of these patients are not as the engine has them in.

        All are taken together; of whom two values contradict, and of every fiftieth, experta is asked as well.
        """
        everybody = self.crowd.met(seeds)
        contradicting = {*bits.positions(everybody.contradicting)}
        calm = [at for at in range(len(seeds)) if at not in contradicting]
        people = everybody.part(calm, {})
        given, told = self.together(people)
        found = self._broken(given, told, len(calm)) if calm else []
        alone = [at for at, seed in enumerate(seeds) if at in contradicting or seed % ALONE == 0]
        of_each = {at: self.patient(seeds[at]) for at in alone}
        if alone:
            found += self._broken(*_joined(of_each.values()), len(alone))
        for place, at in enumerate(calm):
            seed = seeds[at]
            mine = _of_one(told, place) if at in of_each or seed % PLAINLY == 0 else {}
            if at in of_each:
                variables, truths = of_each[at]
                if {one: bool(cases >> place & 1) for one, cases in given.items()} != variables:
                    found.append(f"the variables of patient {seed}")
                if mine != truths:
                    found.append(f"patient {seed} over bits")
            if seed % PLAINLY == 0 and self._plainly(AnswersOfOne(people.answers, place)).items() - mine.items():
                found.append(f"patient {seed} by the plain evaluator")
        return found

    def _broken(self, known: dict[int, int], told: Sides, many: int) -> list[str]:
        every = (1 << many) - 1
        values = self.clauses.worked_out(known, every)
        found = [f"a clause of {len(clause)}: {clause}" for clause, _ in self.clauses.broken(values, every)]
        for name, pair in {**self.rules, **self.asked}.items():
            clauses = [values[one] if one > 0 else every & ~values[-one] for one in pair]
            if clauses != told[name]:
                found.append(name)
        return found


def _joined(found: Iterable[tuple[dict[int, bool], dict[str, Truth]]]) -> tuple[dict[int, int], Sides]:
    known: dict[int, int] = {}
    told: Sides = {}
    for at, (given, said) in enumerate(found):
        for variable, held in given.items():
            known[variable] = known.get(variable, 0) | held << at
        for name, truth in said.items():
            sides = told.setdefault(name, [0, 0])
            sides[0] |= (truth is Truth.TRUE) << at
            sides[1] |= (truth is Truth.FALSE) << at
    return known, told


def _of_one(told: Sides, place: int) -> dict[str, Truth]:
    def truth(true: int, false: int) -> Truth:
        return Truth.TRUE if true >> place & 1 else Truth.FALSE if false >> place & 1 else Truth.UNKNOWN

    return {name: truth(*sides) for name, sides in told.items()}


@functools.cache
def _against(name: str, word: str) -> expression.Against:
    """One and the same node, by which what it comes to is remembered."""
    return expression.Against(name=name, word=word)


class _Given:
    """What is known of many patients as variables, leaf by leaf (compare `Reading.of_patient`)."""

    def __init__(self, reading: Reading, people: Population) -> None:
        self.reading, self.leaves, self.people = reading, reading.leaves, people
        self.columns, self.every = people.truths.columns, people.everybody
        self.pair = people.truths.leaves.pair

    def found(self) -> dict[int, int]:
        leaves, where = self.leaves, self.columns.where
        found: dict[int, int] = {}
        for name, variable in leaves.valued.items():
            found[variable] = where(name, lambda known: not isinstance(known, Gap))
        for name, variable in leaves.inapplicable.items():
            found[variable] = where(name, lambda known: known is NOT_APPLICABLE)
        for name, variable in leaves.said.items():
            found[variable] = self._answered(name)
        for name, line in leaves.lines.items():
            found |= self._sides(name, line)
        for name, out in leaves.members.items():
            for member, variable in out.items():
                found[variable] = where(name, lambda known: isinstance(known, Choice) and member not in known.members)  # noqa: B023
        for name, variable in leaves.printed.items():
            found[variable] = self._printed(name)
        for key, pairs in leaves.words.items():
            name = str(key[0])
            numbers = where(name, lambda known: isinstance(known, Number))
            for word in ("high", "low"):
                true, false = self.pair(_against(name, word))
                found |= dict(zip(pairs[word], (true & numbers, false & numbers), strict=True))
        for listed in leaves.lists.values():
            found |= self._of_list(listed)
        for node, pair in leaves.whole.values():
            found |= dict(zip(pair, self.pair(node), strict=True))
        return {abs(one): cases if one > 0 else self.every & ~cases for one, cases in found.items()}

    def _alike(self, *columns: list[int]) -> dict[tuple[int, ...], int]:
        found: dict[tuple[int, ...], int] = {}
        for case, key in enumerate(zip(*columns, strict=True)):
            found[key] = found.get(key, 0) | self.columns.bit[case]
        return found

    def _answered(self, name: str) -> int:
        alike = self._alike(self.columns.column(name), *self.people.answers.key_columns(name)).values()
        of = self.people.answers.given
        return bits.joined(
            cases for cases in alike if answered(self.columns.known(name, at := bits.first(cases)), of(name, at))
        )

    def _printed(self, name: str) -> int:
        owner = values.range_owner(self.people.kb, name)
        read = sorted({name, owner.id if owner is not None else name})
        return bits.joined(
            cases
            for cases in self._alike(*(self.columns.column(one) for one in read)).values()
            if self.reading.has_printed(name, self.columns.row(bits.first(cases)))
        )

    def _sides(self, name: str, line: Line) -> dict[int, int]:
        """The sides of its cut-offs on which a number lies; the same for all of whom the same is known of it."""
        node = expression.Value(name=name)
        found = {variable: 0 for _, _, variable in line.sides()}
        read = [self.columns.column(one) for one in sorted(values.leaf_dependencies(self.people.kb, node))]
        for cases in self._alike(*read).values():
            interval = evaluation.number_of(node, self.columns.row(bits.first(cases)))
            for variable in () if isinstance(interval, Gap) else line.holds(interval):
                found[variable] |= cases
        return found

    def _of_list(self, listed: List) -> dict[int, int]:
        name, where = listed.name, self.columns.where
        inapplicable = where(name, lambda known: known is NOT_APPLICABLE)
        found = {
            listed.complete: inapplicable | where(name, lambda known: isinstance(known, Records) and known.complete),
            listed.told: inapplicable | where(name, lambda known: isinstance(known, Records)),
        }
        for asked, pair in listed.said:
            sides = self.pair(listed.asking(asked))
            found |= dict(zip(pair if asked.count > 1 else pair[:1], sides, strict=False))
        possible = dict.fromkeys(listed.members, 0)
        for number, cases in self.columns.groups(name).items():
            for member in possible_members(listed, self.columns.machine.values.of[number]):
                possible[member] |= cases
        found[listed.absence] = 0
        for rest, member, variable in listed.nothing():
            one = listed.asking(Asked(members=frozenset({member}), rest=rest))
            found[variable] = self.every & (~possible.get(member, 0) | self.pair(one)[1])
            found[listed.absence] |= found[variable]
        return found
