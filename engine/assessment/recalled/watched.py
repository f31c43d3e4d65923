"""A case that writes down what it is asked, so that it is known on what a part of the verdict rests.

It offers only what it can write down. Whoever reaches for more meets `Unwatched`, and the part is worked out for
each patient by itself: nothing that a part rests on goes unseen.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

from ...case.case import Case
from ...case.explanation import Explanation
from ...inference.working_memory import WorkingMemory
from ...knowledge_base.model import Rule
from ...premises import expression
from ...premises.expression import TruthNode
from ...values import truth
from ...values.interval import Interval
from ...values.truth import Truth
from ...values.value import Gap, Known
from .paths import Answers, Asked, Question, Spaces, Step

_A = TypeVar("_A")
_T = TypeVar("_T")


class Unwatched(Exception):  # noqa: N818 - reads as what it says of what was asked
    """A part asks for what cannot be written down."""


class Later:
    """What is to be filled in for each patient (see `Case.later`)."""

    __slots__ = ("about", "space", "work")

    def __init__(self, space: int, work: Callable[[Case, Any], Any], about: Any) -> None:
        self.space, self.work, self.about = space, work, about

    def of(self, answers: Answers) -> Any:
        """What it is for a patient."""
        return self.work(answers.case(self.space), self.about)


class Questions:
    """Every question that parts ever asked, and every answer whether a statement is true, once."""

    def __init__(self) -> None:
        self.spaces = Spaces()
        self._found: dict[tuple[int, Callable[[Case, Any], Any], Any], Question] = {}
        self._statements: dict[Step, Step] = {}

    def step(self, asked: Asked, answer: Any) -> Step:
        """What was asked with its answer; thousands of paths share the same."""
        step = asked, answer
        return step if isinstance(asked, Question) else self._statements.setdefault(step, step)

    def of(self, space: int, asking: Callable[[Case, Any], Any], about: Any) -> Question:
        key = (space, asking, about if isinstance(about, str) else id(about))  # it lives as long as the question
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = Question(space, asking, about)
        return found


class Watch:
    """One part being worked out for one patient, with what it has asked so far."""

    def __init__(self, questions: Questions, answers: Answers) -> None:
        self.questions, self.answers = questions, answers
        self.path: list[Step] = []
        self._seen: dict[Asked, Any] = {}

    def of(self, asked: Asked) -> Any:
        """The answer, which is written down."""
        if asked in self._seen:
            return self._seen[asked]
        found = self._seen[asked] = self.answers.of_any(asked)
        self.path.append(self.questions.step(asked, found))
        return found


class Watched(Case):
    """The patient as a part sees it."""

    def __init__(self, watch: Watch, space: int = 0) -> None:
        """Takes nothing over from the case but what is the same for all: whatever is not set here is not there."""
        real = watch.answers.case(space)
        self._watch, self._space = watch, space
        self.prepared, self.kb, self.names = real.prepared, real.kb, real.names
        self.guideline, self.region = real.guideline, real.region
        self.as_recorded, self.brief, self.parts = real.as_recorded, real.brief, None
        self._explanation = self._in_scope = None
        self._once = {}
        self.memory = _Memory(watch, space, real.memory)
        self.counting = _Counting(self)

    def __getattr__(self, name: str) -> Any:
        asking = _PLAIN.get(name)
        if asking is None:
            raise Unwatched(name)
        return self.ask(asking, "")

    def part(self, work: Callable[[Case, _A], _T], about: _A) -> _T:
        return work(self, about)

    def later(self, work: Callable[[Case, _A], _T], about: _A) -> _T:
        put_off: Any = Later(self._space, work, about)
        return put_off  # type: ignore[no-any-return]  # it stands for what it will be

    def ask(self, question: Callable[[Case, _A], _T], about: _A) -> _T:
        watch = self._watch
        found: _T = watch.of(watch.questions.of(self._space, question, about))
        return found

    # --- variants ---

    def _variant(self, name: str) -> Case:
        space = self._watch.questions.spaces.beyond(self._space, name)
        return self.once(("variant", name), lambda: Watched(self._watch, space))

    @property
    def recorded(self) -> Case:
        return self._variant("recorded") if self.old and not self.as_recorded else self

    @property
    def nothing_granted(self) -> Case:
        return self._variant("nothing_granted")

    # --- what is asked of the patient ---

    @property
    def explanation(self) -> Explanation:
        if self._explanation is None:
            self._explanation = _Explanation(self)
        return self._explanation

    @property
    def granted(self) -> frozenset[str]:
        return self.ask(_granted, "")

    @property
    def lists_closed(self) -> NoReturn:
        raise Unwatched("lists_closed")

    def undoubted(self, name: str) -> bool:
        return self.ask(Case.undoubted, name)

    def value_text(self, name: str) -> str:
        return self.ask(Case.value_text, name)

    def value_told(self, name: str) -> str:
        return self.ask(Case.value_told, name)

    def why_implied(self, name: str) -> str:
        return self.ask(Case.why_implied, name)

    def is_known(self, name: str) -> bool:
        return self.ask(Case.is_known, name)


class _Counting(dict[str, Known]):
    """Of what counts of the answers only whether something was said of a finding."""

    def __init__(self, case: Watched) -> None:
        self._case = case

    def __contains__(self, name: object) -> bool:
        return self._case.ask(_counts, str(name))

    def _refused(self, *_: Any) -> NoReturn:
        raise Unwatched("counting")

    __getitem__ = __iter__ = __len__ = __bool__ = __eq__ = __ne__ = _refused  # nothing of it can be read
    get = items = keys = values = copy = _refused


class _Explanation(Explanation):
    """What is said of values is asked for, not the values: a number that moves by a little tells no two apart."""

    def __init__(self, case: Watched) -> None:
        plan, prepared = case.prepared.plan, case.prepared
        super().__init__(case.memory, prepared.rules, plan.derive, prepared.reads, plan.premise)
        self._case = case

    def is_known(self, name: str) -> bool:
        return self._case.is_known(name)

    def is_by_stand_in(self, name: str) -> bool:
        return self._case.ask(_is_by_stand_in, name)

    def is_settled(self, name: str) -> bool:
        return self._case.ask(_is_settled, name)


class _Memory(WorkingMemory):
    """What follows, asked statement by statement."""

    def __init__(self, watch: Watch, space: int, real: WorkingMemory) -> None:
        self._watch, self._space = watch, space
        self.plan, self.kb = real.plan, real.kb
        self._truths = {}

    def __getattr__(self, name: str) -> Any:
        raise Unwatched(name)

    def _ask(self, question: Callable[[Case, Any], Any], about: Any) -> Any:
        return self._watch.of(self._watch.questions.of(self._space, question, about))

    @property
    def today(self) -> Interval:
        return self._ask(_today, "")  # type: ignore[no-any-return]  # as the question gives it

    @today.setter
    def today(self, day: Interval) -> None:
        raise Unwatched("today")

    def _literal_truth(self, literal: int) -> Truth:
        answer = self._watch.of((self._space, literal >> 1))
        if answer >> (literal & 1) & 1:
            return Truth.TRUE
        return Truth.FALSE if answer else Truth.UNKNOWN

    def _truth_of(self, node: TruthNode) -> Truth:
        if isinstance(node, (expression.Proposition, expression.Applies)):
            return self.truth(node.atom)
        literal = self.plan.literal(node)
        if literal is not None:
            return self._literal_truth(literal)
        if isinstance(node, expression.Not):
            return truth.negation(self.holds(node.item))
        if isinstance(node, (expression.All, expression.AnyOf)):
            return self._junction(node, Truth.FALSE if isinstance(node, expression.All) else Truth.TRUE)
        return self._ask(_holds, node)  # type: ignore[no-any-return]  # as the question gives it

    def _junction(self, node: expression.All | expression.AnyOf, decided: Truth) -> Truth:
        """Asks no further than to the part that decides: the less is asked, the more patients it serves."""
        held = truth.negation(decided)
        for item in node.items:
            part = self.holds(item)
            if part is decided:
                return decided
            held = Truth.UNKNOWN if part is Truth.UNKNOWN else held
        return held

    def premise(self, rule: Rule) -> Truth:
        if rule.id in self.plan.productions.premises:
            return super().premise(rule)
        return Truth.TRUE if rule.when is None else self.holds(rule.when)

    def known(self, name: str) -> Known:
        return self._ask(_known, name)  # type: ignore[no-any-return]  # as the question gives it

    def range_of(self, name: str) -> Interval | None:
        return self._ask(_range_of, name)  # type: ignore[no-any-return]  # as the question gives it

    def threshold(self, name: str) -> Interval | Gap:
        return self._ask(_threshold, name)  # type: ignore[no-any-return]  # as the question gives it


# --- the questions ----------------------------------------------------------------------------------------------------


def _old(case: Case, _: str) -> frozenset[str]:
    return case.old


def _day(case: Case, _: str) -> Any:
    return case.today


_PLAIN: dict[str, Callable[[Case, str], Any]] = {"old": _old, "today": _day}
"""Attributes of a case that are answers by themselves."""


def _granted(case: Case, _: str) -> frozenset[str]:
    return case.granted


def _counts(case: Case, name: str) -> bool:
    return name in case.counting


def _is_by_stand_in(case: Case, name: str) -> bool:
    return case.explanation.is_by_stand_in(name)


def _is_settled(case: Case, name: str) -> bool:
    return case.explanation.is_settled(name)


def _today(case: Case, _: str) -> Interval:
    return case.memory.today


def _holds(case: Case, node: TruthNode) -> Truth:
    return case.memory.holds(node)


def _known(case: Case, name: str) -> Known:
    return case.memory.known(name)


def _range_of(case: Case, name: str) -> Interval | None:
    return case.memory.range_of(name)


def _threshold(case: Case, name: str) -> Interval | Gap:
    return case.memory.threshold(name)
