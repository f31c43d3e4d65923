"""Two knowledge bases side by side over one patient: whether a conclusion is the same in both for everybody.

Leaves that mean the same in both have the same variables, so that only what an edit changes can make a difference.
That two reports say the same is shown for records in which nothing contradicts; what is said of others is merged from
such records, and merged alike. Whoever makes a difference is replayed on both before that is believed.
"""

from __future__ import annotations

import time

from ...assessment import query
from ...assessment.outlook import Outlook
from ...case import opening
from ...case.case import Case, Prepared
from ...inference import values
from ...intake import record
from ...knowledge_base.model import KnowledgeBase
from ...premises import statuses
from ...premises.expression import Shown, TruthNode
from ...values.frozen import frozen
from ...values.truth import Truth
from ..proof.clauses import Clauses, Pair
from ..proof.leaves import Leaves
from ..proof.network import Network
from ..proof.quantities.quantities import Quantities
from ..proof.records import Maker
from ..proof.report import Report
from ..proof.search import SECONDS
from ..proof.solver import Solver
from ..trials.smallest import smallest

SAME, DIFFERS, UNKNOWN = "same", "differs", "unknown"
_TRIES = 8


@frozen
class Difference:
    """Whether a conclusion differs for anybody, and for whom: a patient file that both bases read."""

    status: str
    seconds: float
    witness: str = ""


class Sides:
    """Two knowledge bases over the same leaves."""

    def __init__(self, old: Prepared, new: Prepared) -> None:
        self.old, self.new = old, new
        for prepared in (old, new):
            prepared.plan.open()
        self.alike = _reading(old.kb) == _reading(new.kb)
        """Whether both work out the same numbers, and offer the same members, so that they share all that is known."""
        self.clauses = Clauses()
        self.leaves = Leaves(self.clauses)
        self.reports = (Report(Network(old, self.leaves)), Report(Network(new, self.leaves)))
        self._share()
        self.quantities = Quantities(self.reports[1].network.reading)
        self.solver = Solver(self.clauses)
        self.maker = Maker(new.kb, self.leaves, self.quantities)

    def _share(self) -> None:
        """What neither side decides is the same on both."""
        before, after = self.reports
        after.granted, after.may_speak = before.granted, before.may_speak
        after.waits = before.waits

    def differs(self, of: str, subject: str, word: str = "", seconds: float = SECONDS) -> Difference:
        """Whether anything said of a subject is said by one side only.

        Args:
            of: status, diagnosis, alert or caution of the report, or `rule` or `proposition`.
            word: the word that one side says and the other does not; any, where it is empty.
        """
        begun = time.monotonic()
        asked = self.clauses.any_of(self._apart(of, subject, word))
        for report in self.reports:
            report.network.reading.take_in()
        self.quantities.take_in()
        until, others, tried = time.process_time() + seconds, list[int](), 0
        if self.solver.holds([asked]) is False:
            return self._same(begun)
        wishes = [-one for one in self.leaves.facts()]
        while time.process_time() < until and tried < _TRIES:
            wanted = [asked, -self.leaves.refused, -self.leaves.unsure, -self.leaves.freely, *others]
            if not self.solver.plainest(wanted, wishes, max(0.001, until - time.process_time())):
                break
            true = self.solver.model({*self.leaves.variables(), *self.quantities.shared})
            clash = self.quantities.clash(true, max(0.001, until - time.process_time()))
            if clash is not None:
                self.clauses.add(*clash)
                if self.solver.holds([asked]) is False:
                    return self._same(begun)
                continue
            for exact in (True, False):
                tried += 1
                facts = self.maker.facts(true, exact)
                told = _Told(self, of, subject)
                if told.differs(self.maker.file(facts, subject)):
                    found = smallest(told, expression_of(), facts, f"{of} of {subject} differs")
                    return Difference(status=DIFFERS, seconds=time.monotonic() - begun, witness=found)
            others.append(self.leaves.another(true))
        return Difference(status=UNKNOWN, seconds=time.monotonic() - begun)

    def _same(self, begun: float) -> Difference:
        """No difference, unless the bases read one record differently: then nothing is said."""
        status = SAME if self.alike else UNKNOWN
        return Difference(status=status, seconds=time.monotonic() - begun)

    def _apart(self, of: str, subject: str, word: str) -> list[int]:
        """The variables for the sides saying different things."""
        if of in ("rule", "proposition"):
            one, other = (self._pair(report, of, subject) for report in self.reports)
            return [self._unlike(a, b) for a, b in zip(one, other, strict=True)]
        words = [report.alone(of, subject) for report in self.reports]
        return [self._unlike(words[0][one], words[1][one]) for one in words[0] if not word or one == word]

    def _pair(self, report: Report, of: str, subject: str) -> Pair:
        if of == "rule":
            return report.network.rule(report.kb.rules[subject])
        return report.network.proposition(subject)

    def _unlike(self, one: int, other: int) -> int:
        return self.clauses.any_of((self.clauses.all_of((one, -other)), self.clauses.all_of((-one, other))))


def _reading(kb: KnowledgeBase) -> list[object]:
    """How a base reads a record before any proposition: formulas, what applies, what is assumed, members."""
    formulas = {name: [(rule.when, rule.formula) for rule in rules] for name, rules in values.derive_rules(kb).items()}
    findings = {
        one.id: (one.type, one.applies, one.indicated, one.assumed, one.stand_in, one.key)
        for one in kb.findings.values()
    }
    members = {name: (frozenset(one.members), one.classes, one.narrower) for name, one in kb.choices.items()}
    return [formulas, findings, members, kb.scope.when if kb.scope is not None else None]


def expression_of() -> TruthNode:
    """A question that stands for none: what differs is asked of two sides at once."""
    from ...premises.expression import Always

    return Always()


class _Told:
    """What both sides say of a subject, of patients as files."""

    def __init__(self, sides: Sides, of: str, subject: str) -> None:
        self.sides, self.of, self.subject = sides, of, subject
        self.maker = sides.maker

    def confirms(self, node: TruthNode, text: str) -> bool:
        return self.differs(text)

    def differs(self, text: str) -> bool:
        said = [self._said(prepared, text) for prepared in (self.sides.old, self.sides.new)]
        return None not in said and said[0] != said[1]

    def _said(self, prepared: Prepared, text: str) -> str | None:
        read, problems = record.read_record(prepared.kb, text, "a made patient")
        if read is None or problems:
            return None
        return self._word(opening.finished(prepared, read, opening.Terms()))

    def _word(self, case: Case) -> str:
        if self.of == "rule":
            return case.truth(case.kb.rules[self.subject]).name
        if self.of == "proposition":
            return case.memory.truth(self.subject).name
        look = Outlook(case)
        for word in statuses.WORDS[self.of]:
            asked = Shown(of=self.of, subject=self.subject, members=frozenset({self.subject}), words=frozenset({word}))
            if query.holds(case, asked, look) is Truth.TRUE:
                return word
        return ""
