"""Whether what a worked case expects follows for its patient; where not, what came instead, and why not."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from ...assessment.outlook import Outlook
from ...assessment.verdict import PLAN_STATUSES
from ...case.case import Case, Prepared
from ...inference.working_memory import WorkingMemory
from ...intake.answers import answers
from ...knowledge_base import verbs
from ...knowledge_base.model import KnowledgeBase, Rule
from ...premises import evaluation, expression, propositions
from ...values.interval import Interval
from ...values.truth import Truth
from ...values.value import Known
from . import cases, clashes
from .cases import DIAGNOSES, Expectation, WorkedCase


@dataclass(frozen=True, slots=True)
class Failure:
    """What was expected, what came instead, and why."""

    expectation: Expectation
    expected: str
    actual: str
    why: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = [f"{self.expectation.place}: expected {self.expected}", f"    but {self.actual}"]
        return "\n".join([*lines, *(f"    {line}" for line in self.why)])


@dataclass(frozen=True, slots=True)
class Result:
    case: WorkedCase
    failures: tuple[Failure, ...]
    seconds: float

    @property
    def passed(self) -> bool:
        return not self.failures


def run(prepared: Prepared, one: WorkedCase, matcher: str = "counting", memory: WorkingMemory | None = None) -> Result:
    """Whether all that is expected follows, and nothing that must not."""
    started = time.perf_counter()
    failures = everything_wrong(cases.patient(prepared, one, matcher, memory), one)
    return Result(one, failures, time.perf_counter() - started)


def everything_wrong(case: Case, one: WorkedCase) -> tuple[Failure, ...]:
    """The expectations that are not met, and everything in which the report on the patient contradicts itself."""
    look = Outlook(case)
    failed = tuple(_failure(look, want) for want in one.expectations if not met(look, want))
    return (*failed, *(_contradicted(one, found) for found in clashes.of(look)))


def _contradicted(one: WorkedCase, found: clashes.Contradiction) -> Failure:
    return Failure(Expectation("clash", found.clash, one.place), f"no clash: {found.clash}", f"it has {found.what}")


def failures_of(case: Case, one: WorkedCase) -> tuple[Failure, ...]:
    """Everything expected of the patient that did not come, and everything that came and must not."""
    look = Outlook(case)
    return tuple(_failure(look, want) for want in one.expectations if not met(look, want))


def met(look: Outlook, want: Expectation) -> bool:
    """Whether one expectation is met."""
    return _CHECKS[want.kind](look, want)[0] is not want.negated


def _failure(look: Outlook, want: Expectation) -> Failure:
    _, actual = _CHECKS[want.kind](look, want)
    what = f"{want.kind}: {want.subject}" + (f" {', '.join(want.wanted)}" if want.wanted else "")
    why = tuple(_why_not(look.case, want)) if not want.negated else ()
    return Failure(want, f"not {what}" if want.negated else what, actual, why)


def summary(results: Iterable[Result]) -> str:
    """The closing line: how many passed and failed."""
    done = list(results)
    failed = sum(not result.passed for result in done)
    return f"{len(done) - failed} passed, {failed} failed"


# --- what is expected -------------------------------------------------------------------------------------------------

Checked = tuple[bool, str]
"""Whether it is so, and in words what is."""


def _diagnosis(look: Outlook, want: Expectation) -> Checked:
    found = look.standing(want.subject)
    if found is None:
        return False, f"{want.subject} is not in the differential"
    if found.status == DIAGNOSES[want.kind]:
        return True, f"it is {found.status}"
    return False, f"it is {found.status} (score {found.score:g}, rank {look.rank(want.subject)})"


def _cause(look: Outlook, want: Expectation) -> Checked:
    found = look.is_cause(want.subject)
    return found, f"it is {'among the causes' if found else 'no cause here'}"


def _state(wanted: Truth) -> Callable[[Outlook, Expectation], Checked]:
    def check(look: Outlook, want: Expectation) -> Checked:
        held = look.state(want.subject)
        return held is wanted, f"it is {held.value}"

    return check


def _scale(look: Outlook, want: Expectation) -> Checked:
    reached = look.level(want.subject)
    return reached == want.wanted[0], f"it is at least {reached}" if reached else "the scale does not apply"


def _rank(look: Outlook, want: Expectation) -> Checked:
    rank = look.rank(want.subject)
    if rank is None:
        return False, "it is not in the differential"
    return rank <= int(want.wanted[0]), f"its rank is {rank}"


def _score(look: Outlook, want: Expectation) -> Checked:
    found = look.standing(want.subject)
    if found is None:
        return False, "it is not in the differential"
    return abs(Decimal(str(found.score)) - Decimal(want.wanted[0])) < Decimal("0.05"), f"its score is {found.score:g}"


def _status(look: Outlook, want: Expectation) -> Checked:
    status = look.status(want.subject)
    return status == want.kind, f"it is {status}" if status else "it is not in the plan"


def _order(look: Outlook, want: Expectation) -> Checked:
    found = look.in_work_up(want.subject)
    return found, f"it is {'' if found else 'not '}in the work-up"


def _alert(look: Outlook, want: Expectation) -> Checked:
    words = {Truth.TRUE: "raised", Truth.UNKNOWN: "not ruled out", Truth.FALSE: "ruled out"}
    held = look.alert(want.subject)
    return held is Truth.TRUE, f"it is {words[held]}"


def _caution(look: Outlook, want: Expectation) -> Checked:
    held = look.is_cautioned(want.subject)
    return held is Truth.TRUE, f"a caution is {held.value}"


def _missing(look: Outlook, want: Expectation) -> Checked:
    status = look.status(want.subject)
    if not status:
        return False, "it is not in the plan"
    missing = look.missing(want.subject)
    return set(want.wanted) <= set(missing), f"it is {status} and misses {', '.join(missing) or 'nothing'}"


def _after(look: Outlook, want: Expectation) -> Checked:
    status = look.status(want.subject)
    if not status:
        return False, "it is not in the plan"
    after = look.after(want.subject)
    held = status == "deferred" and set(want.wanted) <= set(after)
    return held, f"it is {status}, after {', '.join(after) or 'nothing'}"


def _dose(look: Outlook, want: Expectation) -> Checked:
    """Each of the words stands in a dose that is told of an intervention of the plan."""
    told = look.doses(want.subject) if look.status(want.subject) else ()
    held = all(any(words in text for text in told) for words in want.wanted)
    return held and bool(told), f"the dose is {'; '.join(told)}" if told else "no dose is told"


def _quantity(look: Outlook, want: Expectation) -> Checked:
    case = look.case
    known = case.memory.known(want.subject)
    held = is_about(known, number_wanted(case.kb, want), want)
    if held is not want.negated:
        return held, ""  # nobody will read it, and hundreds of cases work numbers out
    actual = evaluation.interval_of(known, None)
    exact = f" ({actual.exact.normalize():f})" if isinstance(actual, Interval) and actual.exact is not None else ""
    return held, f"it is {case.value_text(want.subject)}{exact}"


def number_wanted(kb: KnowledgeBase, want: Expectation) -> Interval | None:
    """The number that an expectation of a quantity names, in its own unit."""
    known, _ = answers.read_answer(kb, want.subject, want.wanted[0], want.place, None)
    found = evaluation.interval_of(known, None) if known is not None else None
    return found if isinstance(found, Interval) else None


def is_about(known: Known, expected: Interval | None, want: Expectation) -> bool:
    """Whether a value is the number expected, within what was allowed or half a step of the last digit written."""
    actual = evaluation.interval_of(known, None)
    if not isinstance(actual, Interval) or expected is None:
        return False
    tolerance = Decimal(want.within) if want.within else _half_digit(want.wanted[0])
    return all(abs(a - b) <= tolerance for a, b in ((actual.low, expected.low), (actual.high, expected.high)) if a != b)


def _half_digit(text: str) -> Decimal:
    """Half a step of the last digit written: 24.5 stands for 24.45 to 24.55."""
    digits = text.split()[0].lstrip("<>= -")
    decimals = len(digits.split(".")[1]) if "." in digits else 0
    return Decimal(5).scaleb(-decimals - 1)


def _fired(look: Outlook, want: Expectation) -> Checked:
    rule = look.case.kb.rules.get(want.subject)
    if rule is None:
        return False, "there is no such rule"
    held = look.rule(rule)
    return held is Truth.TRUE, f"its premise is {held.value}"


def _held_back(look: Outlook, want: Expectation) -> Checked:
    fired, actual = _fired(look, want)
    return not fired, actual


def _ruled_out(look: Outlook, want: Expectation) -> Checked:
    """The premise is false: no answer still to come could make it hold."""
    rule = look.case.kb.rules.get(want.subject)
    held = Truth.UNKNOWN if rule is None else look.rule(rule)
    return held is Truth.FALSE, f"its premise is {held.value}"


def _asked(look: Outlook, want: Expectation) -> Checked:
    asked = look.open
    return want.subject in asked, f"what is asked is {', '.join(asked) or 'nothing'}"


# --- answers of published questions, each met by any of several statuses ---

THOUGHT_SO = ("established", "likely")


def _answer(look: Outlook, want: Expectation) -> Checked:
    """Established or likely; or first of the differential, with what would settle it named."""
    found = look.standing(want.subject)
    if found is None:
        return False, "it is not in the differential"
    rank = look.rank(want.subject)
    held = found.status in THOUGHT_SO or (rank == 1 and bool(look.unsettled(want.subject)))
    return held, f"it is {found.status} (score {found.score:g}, rank {rank})"


def _driver(look: Outlook, want: Expectation) -> Checked:
    """A cause that is true, or a condition that is at least likely."""
    found, actual = _cause(look, want)
    standing = None if found else look.standing(want.subject)
    return found or (standing is not None and standing.status in THOUGHT_SO), actual


def _any_of(*statuses: str) -> Callable[[Outlook, Expectation], Checked]:
    def check(look: Outlook, want: Expectation) -> Checked:
        status = look.status(want.subject)
        return status in statuses, f"it is {status}" if status else "it is not in the plan"

    return check


def _next_step(look: Outlook, want: Expectation) -> Checked:
    """In the work-up, and nothing that is still to be done comes before it."""
    now = {test.id: test.status for test in look.work_up}
    first = ", ".join(name for name, status in now.items() if status == "to do")
    return now.get(want.subject) == "to do", f"it is {now.get(want.subject, 'not ordered')}; first come {first}"


def _rejected(look: Outlook, want: Expectation) -> Checked:
    """Excluded, unlikely, not in the differential, or below each diagnosis that the case expects."""
    found = look.standing(want.subject)
    if found is None or found.status in ("excluded", "unlikely"):
        return True, f"it is {found.status}" if found else "it is not in the differential"
    rank = look.rank(want.subject) or 0
    above = [look.rank(name) for name in want.wanted]
    below = bool(above) and all(other is not None and other < rank for other in above)
    return below, f"it is {found.status}, rank {rank}"


_CHECKS: dict[str, Callable[[Outlook, Expectation], Checked]] = {
    **dict.fromkeys(DIAGNOSES, _diagnosis),
    **dict.fromkeys(PLAN_STATUSES, _status),
    "causes": _cause,
    "states": _state(Truth.TRUE),
    "false": _state(Truth.FALSE),
    "unknown": _state(Truth.UNKNOWN),
    "scales": _scale,
    "ranks": _rank,
    "scores": _score,
    "orders": _order,
    "alerts": _alert,
    "cautions": _caution,
    "missing": _missing,
    "deferred_after": _after,
    "doses": _dose,
    "quantities": _quantity,
    "fired": _fired,
    "held": _held_back,
    "ruled_out": _ruled_out,
    "asked": _asked,
    "diagnosis": _answer,
    "cause": _driver,
    "recommend": _any_of("recommended", "conditional", "deferred"),
    "next_step": _next_step,
    "avoid": _any_of("contraindicated", "deferred"),
    "reject": _rejected,
}

# --- why not ----------------------------------------------------------------------------------------------------------


def _why_not(case: Case, want: Expectation) -> Iterator[str]:
    """The rules that could have made it so, each with the parts that did not hold."""
    rules = _rules_for(case, want)
    indicated = any(case.truth(rule) is Truth.TRUE for rule in rules if rule.verb == "recommends")
    for rule in rules:
        held = case.truth(rule)
        bars = rule.verb in ("contraindicates", "defers") and want.kind in ("recommended", "conditional")
        if (bars and held is Truth.FALSE) or (rule.verb == "recommends" and indicated):
            continue
        yield f"{rule.id} ({rule.place}) is {held.value}"
        if held is not Truth.TRUE:
            yield from (f"  {line}" for line in unmet(case, rule))


def _rules_for(case: Case, want: Expectation) -> tuple[Rule, ...]:
    if want.kind in ("fired", "held", "ruled_out"):
        return (case.kb.rules[want.subject],) if want.subject in case.kb.rules else ()
    if want.kind in ("states", "false", "unknown"):
        return case.prepared.rules.get(want.subject, ())
    if want.kind == "scales":
        return case.prepared.rules.get(propositions.level(want.subject, want.wanted[0]), ())
    behind: dict[str, tuple[str, ...]] = {
        "causes": ("causes",),
        "orders": ("orders",),
        "next_step": ("orders",),
        "cause": ("causes", "diagnoses", "supports"),
        "diagnosis": ("diagnoses", "supports", "opposes"),
        "recommend": ("recommends",),
        "avoid": ("contraindicates", "defers"),
        "alerts": ("alerts",),
        "cautions": verbs.CARE,
        "excluded": ("excludes",),
        "contraindicated": ("contraindicates",),
        "deferred": ("recommends", "defers"),
        "recommended": ("recommends", "contraindicates", "defers"),
        "conditional": ("recommends", "contraindicates", "defers"),
        "diagnosed": ("diagnoses",),
    }
    wanted = behind.get(want.kind, ("diagnoses", "supports", "opposes") if want.kind in DIAGNOSES else ())
    return tuple(rule for verb in wanted for rule in case.rules(verb, want.subject))


def unmet(case: Case, rule: Rule) -> Iterator[str]:
    """The conditions of a rule that are false or unknown, with what is known of what they read."""
    for step in case.explanation.rule(rule).walk():
        if step.kind != "leaf" or step.node is None or (step.truth is Truth.TRUE and rule.when is not step.node):
            continue
        names = sorted(expression.names_read(step.node))
        values = ", ".join(f"{name} {case.value_text(name)}" for name in names if name not in case.kb.thresholds)
        yield f"{step.node.source or 'premise'} is {step.truth.value}" + (f" ({values})" if values else "")
