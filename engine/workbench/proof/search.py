"""A question to all patients: nobody, one who was found and replayed, or not found out.

The clauses allow more than there is. So a choice of variables that the solver finds is held to the numbers behind it,
made into a patient file, and the engine is asked. Only whom the engine confirms counts; what no numbers fit is ruled
out by a clause, and the solver is asked again. That nobody can is said only where the clauses themselves allow nobody.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

from ...assessment import query
from ...assessment.outlook import Outlook
from ...case import opening
from ...case.case import Case, Prepared
from ...intake import record
from ...premises.expression import TruthNode
from ...values.frozen import frozen
from ...values.truth import Truth
from ..trials.smallest import smallest
from .clauses import FALSE, TRUE, Clauses
from .leaves import Leaves
from .network import Network
from .quantities.quantities import Quantities
from .records import Facts, Maker
from .report import Report
from .solver import Solver
from .worlds import no_entry_matters, only_one_world, widened

PROVED, REFUTED, UNKNOWN = "proved", "refuted", "unknown"
SECONDS = 10.0
"""So long one question is worked on."""
_TRIES = 24
"""So many patients are made of one question before it is left."""


@frozen
class Answer:
    """What came of a question: nobody (proved), a patient (refuted), or not found out."""

    status: str
    seconds: float
    witness: str = ""
    """The patient as a file that `assess` reads."""
    tried: int = 0
    """How many patients were made and not confirmed."""


@frozen
class _Limits:
    """Which records it is enough to look at."""

    single: bool
    """Those in which nothing contradicts."""
    near: bool
    """Those in which no number is entered that is far from what gives it as well."""


class Search:
    """Questions to one knowledge base, over clauses that are shared by all of them."""

    def __init__(self, prepared: Prepared) -> None:
        prepared.plan.open()
        self.prepared = prepared
        self.clauses = Clauses()
        self.leaves = Leaves(self.clauses)
        self.network = Network(prepared, self.leaves)
        self.report = Report(self.network)
        self.quantities = Quantities(self.network.reading)
        self.solver = Solver(self.clauses)
        self._read = (-self.leaves.refused,)
        """What is so of every record that is read."""
        self._wide = TRUE
        """The question that is asked, without what scores say of it."""
        self.maker = Maker(prepared.kb, self.leaves, self.quantities)

    def prepare(self, node: TruthNode) -> int:
        """The variable for a question being answered yes."""
        return self.report.query(node).true

    def take_in(self) -> None:
        """Look at all that was asked so far, so that no question pays for it."""
        self.network.reading.take_in()
        self.quantities.take_in()
        self.solver.holds([])

    def nobody(self, node: TruthNode, seconds: float = SECONDS) -> bool:
        """Whether a question is shown to be answered yes of nobody; else it is open, and no patient is made."""
        asked, limits = self._ready(node)
        return asked == FALSE or self._refuted(asked, limits, time.process_time() + seconds)

    def _ready(self, node: TruthNode) -> tuple[int, _Limits]:
        """The variable of a question, with all that it rests on, and which records it is enough to look at."""
        asked = self.prepare(node)
        self.network.reading.take_in()
        self.quantities.take_in()
        limits = _Limits(single=only_one_world(self.prepared, node), near=no_entry_matters(self.prepared, node))
        self._wide = self.prepare(widened(node)) if limits.near else asked
        return asked, limits

    def ask(self, node: TruthNode, name: str, seconds: float = SECONDS) -> Answer:
        """Whether a question can be answered yes of any patient."""
        begun = time.monotonic()
        asked, limits = self._ready(node)
        tried = 0
        for facts in self._candidates(asked, limits, time.process_time() + seconds):
            if facts is None:
                return Answer(status=PROVED, seconds=time.monotonic() - begun, tried=tried)
            tried += 1
            text = self.maker.file(facts, name)
            if self.confirms(node, text):
                found = smallest(self, node, facts, name)
                return Answer(status=REFUTED, seconds=time.monotonic() - begun, witness=found, tried=tried - 1)
            if tried >= _TRIES:
                break
        return Answer(status=UNKNOWN, seconds=time.monotonic() - begun, tried=tried)

    def _candidates(self, asked: int, limits: _Limits, until: float) -> Iterator[Facts | None]:
        """Patients who may be meant, one after another; None once there can be none."""
        if asked == FALSE or self._refuted(asked, limits, until):
            yield None
            return
        wishes = [-one for one in self.leaves.facts()]
        others: list[int] = []
        for restricted in self._plainer(limits):
            while (left := until - time.process_time()) > 0:
                known = [asked, -self.report.several, *self._read, *restricted, *others]
                if not self.solver.plainest([one for one in known if one != TRUE], wishes, left):
                    break
                true = self._chosen()
                clash = self.quantities.clash(true, left)
                if clash is not None:
                    self.clauses.add(*clash)
                    if self._nobody(asked, limits, until):
                        yield None
                        return
                    continue
                yield self.maker.facts(true)
                yield self.maker.facts(true, exact=False)
                yield self.maker.facts(true, open_lists=True)
                yield self.maker.facts(true, exact=False, open_lists=True)
                others.append(self.leaves.another(true))

    def _plainer(self, limits: _Limits) -> Iterator[tuple[int, ...]]:
        """What a made patient is at first not to need, less and less of it."""
        near, sure = -self.leaves.freely, -self.leaves.unsure
        yield near, sure
        if not limits.near:
            yield (sure,)
        yield (near,)
        if not limits.near:
            yield ()

    def _chosen(self) -> frozenset[int]:
        """The leaves' variables, and the others that numbers go by, as the solver chose them."""
        wanted = {*self.leaves.variables(), *self.quantities.shared} - {TRUE}
        found = self.solver.model(wanted)
        return frozenset((*found, TRUE))

    def _refuted(self, asked: int, limits: _Limits, until: float) -> bool:
        """Whether nobody answers with yes, once choices that no numbers fit are ruled out; one that fits ends it."""
        while not self._nobody(asked, limits, until):
            left = until - time.process_time()
            if left <= 0 or not self.solver.has_model:
                return False
            clash = self.quantities.any_clash(self.solver.model(self.quantities.shared), left)
            if clash is None:
                return False
            self.clauses.add(*clash)
        return True

    def _nobody(self, asked: int, limits: _Limits, until: float) -> bool:
        """Whether no choice of variables answers the question with yes, after all that is known to clash."""
        left = max(0.001, until - time.process_time())
        if self.solver.holds([asked, *self._read], left) is False:
            return True
        alone = [asked, -self.report.several, *self._read]
        if limits.near and self.solver.holds([self._wide, *alone[1:], -self.leaves.freely], left) is False:
            return True
        return limits.single and self.solver.holds(alone, left) is False

    # --- the engine ---

    def confirms(self, node: TruthNode, text: str) -> bool:
        """Whether `assess` reads the file without a problem and the engine answers the question with yes."""
        case = self.case(text)
        return case is not None and query.holds(case, node, Outlook(case)) is Truth.TRUE

    def case(self, text: str) -> Case | None:
        """The patient of a file that is read without a problem."""
        return read_again(self.prepared, text)


def read_again(prepared: Prepared, text: str) -> Case | None:
    """The patient of a made file, if it is read without a problem."""
    read, problems = record.read_record(prepared.kb, text, "a made patient")
    if read is None or problems:
        return None
    return opening.finished(prepared, read, opening.Terms())
