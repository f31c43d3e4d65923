"""Worked cases: a patient, and what must and must not follow. Run, and where one fails told why not."""

from __future__ import annotations

import datetime
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from ..consultation import answers, record
from ..consultation.case import Case, Prepared
from ..consultation.judgement import judge
from ..consultation.record import Record
from ..consultation.verdict import DIAGNOSIS_STATUSES, PLAN_STATUSES, Verdict
from ..inference import productions
from ..knowledge_base import source
from ..knowledge_base.model import KnowledgeBase, Rule
from ..knowledge_base.nodes import ListNode, MapNode, Node, Text, describe
from ..language import evaluation, expression, truth
from ..language.interval import Interval
from ..language.problems import Place, Problem, did_you_mean
from ..language.truth import Truth

CODES: dict[str, str] = {
    "OL401": "a worked case that expects nothing",
    "OL402": "an expectation that is not known",
    "OL403": "an expectation about something that is not in the knowledge base",
    "OL404": "an expectation written in another form than it takes",
    "OL405": "a worked case without a name, or with the name of another",
    "OL406": "a worked case that reads a date and does not say what day it is",
    "OL407": "no worked case at all",
}

DIAGNOSES = {"diagnosed": "established"} | {status: status for status in DIAGNOSIS_STATUSES if status != "established"}
_OTHERS = ("causes", "states", "false", "unknown", "orders", "alerts", "cautions", "fired", "held", "asked")
LISTS = (*DIAGNOSES, *PLAN_STATUSES, *_OTHERS)
MAPPINGS = ("scales", "ranks", "missing", "deferred_after", "quantities")


@dataclass(frozen=True, slots=True)
class Expectation:
    """One thing that must (or, `negated`, must not) follow: `kind` is the key, `subject` the id, `wanted` the rest."""

    kind: str
    subject: str
    place: Place
    wanted: tuple[str, ...] = ()
    within: str = ""
    negated: bool = False


@dataclass(frozen=True, slots=True)
class WorkedCase:
    name: str
    file: str
    record: Record
    expectations: tuple[Expectation, ...]
    place: Place


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


# --- reading ----------------------------------------------------------------------------------------------------------


def files_in(directory: Path) -> list[Path]:
    """The case files below a directory, in order."""
    return sorted(path for path in directory.rglob("*.yaml") if path.is_file()) if directory.is_dir() else []


def read_all(kb: KnowledgeBase, files: Iterable[Path], root: Path) -> tuple[list[WorkedCase], list[Problem]]:
    """Every case of the files, and everything wrong with them."""
    cases: list[WorkedCase] = []
    problems: list[Problem] = []
    for path in files:
        shown = os.path.relpath(path, root) if path.is_relative_to(root) else str(path)
        found, wrong = read_file(kb, path.read_bytes(), shown)
        cases += found
        problems += wrong
    by_name: dict[str, WorkedCase] = {}
    for case in cases:
        first = by_name.setdefault(case.name, case)
        if first is not case:
            what = f"another case is called '{case.name}'"
            problems.append(Problem("OL405", what, case.place, hint="say what is special here", elsewhere=first.place))
    if not cases and not problems:
        problems.append(
            Problem("OL407", "no worked case was found", Place(str(root)), hint="write one in tests/cases/")
        )
    return cases, problems


def read_file(kb: KnowledgeBase, text: bytes, file: str) -> tuple[list[WorkedCase], list[Problem]]:
    node, problems = source.load_text(text, file)
    if node is None:
        return [], problems or [Problem("OL407", "no worked case in this file", Place(file))]
    records, problems = record.records_of(kb, node, problems)
    cases = []
    for one in records:
        expectations: list[Expectation] = []
        for block, negated in ((one.expect, False), (one.expect_not, True)):
            if block is not None:
                found, wrong = _expectations(kb, block, negated)
                expectations += found
                problems += wrong
        if not one.name:
            problems.append(Problem("OL405", "a worked case without a name", one.place, hint="name it as a sentence"))
        if not expectations:
            problems.append(Problem("OL401", f"'{one.name}' expects nothing", one.place, hint="write what must follow"))
        cases.append(WorkedCase(one.name, file, one, tuple(expectations), one.place))
    return cases, problems


def _expectations(kb: KnowledgeBase, block: MapNode, negated: bool) -> tuple[list[Expectation], list[Problem]]:
    found: list[Expectation] = []
    problems: list[Problem] = []
    for key, value in block.pairs:
        if key.value in LISTS:
            items = value.items if isinstance(value, ListNode) else (value,)
            for item in items:
                if isinstance(item, Text) and item.value:
                    found.append(Expectation(key.value, item.value, item.place, negated=negated))
                else:
                    problems.append(_form(key, item, f"`{key.value}: [id, id]`"))
        elif key.value in MAPPINGS and isinstance(value, MapNode):
            for subject, wanted in value.pairs:
                texts, within = _wanted(wanted)
                if texts is None:
                    problems.append(_form(key, wanted, f"`{key.value}: {{{subject.value}: value}}`"))
                else:
                    found.append(Expectation(key.value, subject.value, subject.place, texts, within, negated))
        elif key.value in MAPPINGS:
            problems.append(_form(key, value, f"`{key.value}: {{id: value}}`"))
        else:
            hint = did_you_mean(key.value, (*LISTS, *MAPPINGS)) or f"there are {', '.join((*LISTS, *MAPPINGS))}"
            problems.append(Problem("OL402", f"unknown expectation '{key.value}'", key.place, hint=hint))
    problems += [problem for one in found for problem in _subject_problems(kb, one)]
    return found, problems


def _form(key: Text, node: Node, form: str) -> Problem:
    return Problem("OL404", f"'{key.value}' is followed by {describe(node)}", node.place, hint=f"write {form}")


def _wanted(node: Node) -> tuple[tuple[str, ...] | None, str]:
    if isinstance(node, Text):
        return (node.value,), ""
    if isinstance(node, ListNode):
        texts = tuple(item.value for item in node.items if isinstance(item, Text))
        return (texts if len(texts) == len(node.items) else None), ""
    value, within = node.get("is"), node.get("within")
    if isinstance(value, Text):
        return (value.value,), within.value if isinstance(within, Text) else ""
    return None, ""


def _known_ids(kb: KnowledgeBase, kind: str) -> Mapping[str, object]:
    if kind in DIAGNOSES or kind in ("causes", "ranks"):
        return kb.conditions
    if kind in PLAN_STATUSES or kind in ("cautions", "missing", "deferred_after"):
        return kb.interventions
    return {
        "states": kb.states,
        "false": kb.states,
        "unknown": kb.states,
        "scales": kb.scales,
        "orders": kb.investigations,
        "alerts": kb.alerts,
        "quantities": kb.quantities,
        "fired": kb.rules,
        "held": kb.rules,
        "asked": kb.findings,
    }[kind]


def _subject_problems(kb: KnowledgeBase, one: Expectation) -> Iterator[Problem]:
    known = _known_ids(kb, one.kind)
    if one.subject not in known:
        hint = did_you_mean(one.subject, known)
        yield Problem("OL403", f"'{one.kind}' names '{one.subject}', which is not there", one.place, hint=hint)
        return
    if one.kind == "scales" and not set(one.wanted) <= set(kb.scales[one.subject].levels):
        levels = ", ".join(kb.scales[one.subject].levels)
        yield Problem("OL403", f"'{one.subject}' has no level '{one.wanted[0]}'", one.place, hint=f"it has {levels}")
    if one.kind == "ranks" and not one.wanted[0].isdigit():
        yield Problem("OL404", f"'{one.wanted[0]}' is no rank", one.place, hint="write a whole number, as in 1")
    if one.kind == "missing":
        for name in one.wanted:
            if name not in kb.findings:
                hint = did_you_mean(name, kb.findings)
                yield Problem("OL403", f"'missing' names '{name}', which is no finding", one.place, hint=hint)
    if one.kind == "quantities":
        _, wrong = answers.read_answer(kb, one.subject, one.wanted[0], one.place, None)
        yield from wrong
        try:
            Decimal(one.within or "0")
        except InvalidOperation:
            yield Problem("OL404", f"'{one.within}' is no tolerance", one.place, hint="write a number, as in 0.01")


# --- running ----------------------------------------------------------------------------------------------------------

NO_DAY = datetime.date(2000, 1, 1)
"""What a case that says no day runs on; `check` reports it where a date is read."""


def patient(prepared: Prepared, one: WorkedCase, matcher: str = "counting") -> Case:
    """The case's patient, with everything said that the file says."""
    case = Case(prepared, one.record.today or NO_DAY, matcher=matcher)
    case.say(one.record.known)
    case.finish()
    return case


def run(prepared: Prepared, one: WorkedCase, matcher: str = "counting") -> Result:
    """Whether all that is expected follows, and nothing that must not."""
    started = time.perf_counter()
    case = patient(prepared, one, matcher)
    verdict = judge(case)
    failures = tuple(failure for want in one.expectations if (failure := _failure(case, verdict, want)) is not None)
    return Result(one, failures, time.perf_counter() - started)


def _failure(case: Case, verdict: Verdict, want: Expectation) -> Failure | None:
    held, actual = _CHECKS[want.kind](case, verdict, want)
    if held is not want.negated:
        return None
    what = f"{want.kind}: {want.subject}" + (f" {', '.join(want.wanted)}" if want.wanted else "")
    why = tuple(_why_not(case, want)) if not want.negated else ()
    return Failure(want, f"not {what}" if want.negated else what, actual, why)


Checked = tuple[bool, str]


def _diagnosis(case: Case, verdict: Verdict, want: Expectation) -> Checked:
    found = next((one for one in verdict.diagnoses if one.id == want.subject), None)
    if found is None:
        return False, f"{want.subject} is not in the differential"
    return found.status == DIAGNOSES[want.kind], f"it is {found.status} (score {found.score:g}, rank {found.rank})"


def _cause(case: Case, verdict: Verdict, want: Expectation) -> Checked:
    found = any(one.id == want.subject for one in verdict.causes)
    return found, f"it is {'among the causes' if found else 'no cause here'}"


def _state(wanted: Truth) -> Callable[[Case, Verdict, Expectation], Checked]:
    def check(case: Case, verdict: Verdict, want: Expectation) -> Checked:
        held = case.memory.truth(want.subject)
        return held is wanted, f"it is {held.value}"

    return check


def _scale(case: Case, verdict: Verdict, want: Expectation) -> Checked:
    scale = case.kb.scales[want.subject]
    if case.memory.truth(productions.applies_atom(scale.id)) is not Truth.TRUE:
        return False, "the scale does not apply"
    reached = scale.levels[0]
    for level in scale.levels[1:]:
        if case.memory.truth(productions.level_atom(scale.id, level)) is Truth.TRUE:
            reached = level
    return reached == want.wanted[0], f"it is at least {reached}"


def _rank(case: Case, verdict: Verdict, want: Expectation) -> Checked:
    found = next((one for one in verdict.diagnoses if one.id == want.subject), None)
    if found is None:
        return False, "it is not in the differential"
    return found.rank <= int(want.wanted[0]), f"its rank is {found.rank} ({found.status})"


def _status(case: Case, verdict: Verdict, want: Expectation) -> Checked:
    found = next((one for one in verdict.plan if one.id == want.subject), None)
    if found is None:
        return False, "it is not in the plan"
    return found.status == want.kind, f"it is {found.status}"


def _order(case: Case, verdict: Verdict, want: Expectation) -> Checked:
    found = next((one for one in verdict.investigations if one.id == want.subject), None)
    return found is not None, f"it is {found.status if found is not None else 'not in the work-up'}"


def _alert(case: Case, verdict: Verdict, want: Expectation) -> Checked:
    found = next((one for one in verdict.alerts if one.id == want.subject), None)
    return found is not None and found.status == "raised", f"it is {found.status if found is not None else 'ruled out'}"


def _caution(case: Case, verdict: Verdict, want: Expectation) -> Checked:
    held = truth.any_of(case.truth(rule) for rule in case.rules("cautions", want.subject))
    return held is Truth.TRUE, f"a caution is {held.value}"


def _missing(case: Case, verdict: Verdict, want: Expectation) -> Checked:
    found = next((one for one in verdict.plan if one.id == want.subject), None)
    if found is None:
        return False, "it is not in the plan"
    return set(want.wanted) <= set(
        found.missing
    ), f"it is {found.status} and misses {', '.join(found.missing) or 'nothing'}"


def _after(case: Case, verdict: Verdict, want: Expectation) -> Checked:
    found = next((one for one in verdict.plan if one.id == want.subject), None)
    if found is None:
        return False, "it is not in the plan"
    held = found.status == "deferred" and set(want.wanted) <= set(found.after)
    return held, f"it is {found.status}, after {', '.join(found.after) or 'nothing'}"


def _quantity(case: Case, verdict: Verdict, want: Expectation) -> Checked:
    known, _ = answers.read_answer(case.kb, want.subject, want.wanted[0], want.place, None)
    actual = evaluation.interval_of(case.memory.known(want.subject), None)
    expected = evaluation.interval_of(known, None) if known is not None else None
    shown = f"it is {case.value_text(want.subject)}"
    if not isinstance(actual, Interval) or not isinstance(expected, Interval):
        return False, shown
    tolerance = Decimal(want.within) if want.within else _half_digit(want.wanted[0])
    held = all(abs(a - b) <= tolerance for a, b in ((actual.low, expected.low), (actual.high, expected.high)) if a != b)
    exact = f" ({actual.exact.normalize():f})" if actual.exact is not None else ""
    return held, shown + exact


def _half_digit(text: str) -> Decimal:
    """Half a step of the last digit written: 24.5 stands for 24.45 to 24.55."""
    digits = text.split()[0].lstrip("<>= -")
    decimals = len(digits.split(".")[1]) if "." in digits else 0
    return Decimal(5).scaleb(-decimals - 1)


def _fired(case: Case, verdict: Verdict, want: Expectation) -> Checked:
    held = case.truth(case.kb.rules[want.subject])
    return held is Truth.TRUE, f"its premise is {held.value}"


def _held_back(case: Case, verdict: Verdict, want: Expectation) -> Checked:
    fired, actual = _fired(case, verdict, want)
    return not fired, actual


def _asked(case: Case, verdict: Verdict, want: Expectation) -> Checked:
    return want.subject in verdict.open, f"what is asked is {', '.join(verdict.open) or 'nothing'}"


_CHECKS: dict[str, Callable[[Case, Verdict, Expectation], Checked]] = {
    **dict.fromkeys(DIAGNOSES, _diagnosis),
    **dict.fromkeys(PLAN_STATUSES, _status),
    "causes": _cause,
    "states": _state(Truth.TRUE),
    "false": _state(Truth.FALSE),
    "unknown": _state(Truth.UNKNOWN),
    "scales": _scale,
    "ranks": _rank,
    "orders": _order,
    "alerts": _alert,
    "cautions": _caution,
    "missing": _missing,
    "deferred_after": _after,
    "quantities": _quantity,
    "fired": _fired,
    "held": _held_back,
    "asked": _asked,
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
    if want.kind in ("fired", "held"):
        return (case.kb.rules[want.subject],)
    if want.kind in ("states", "false", "unknown"):
        return case.prepared.rules.get(want.subject, ())
    if want.kind == "scales":
        return case.prepared.rules.get(productions.level_atom(want.subject, want.wanted[0]), ())
    verbs: dict[str, tuple[str, ...]] = {
        "causes": ("causes",),
        "orders": ("orders",),
        "alerts": ("alerts",),
        "cautions": ("cautions",),
        "excluded": ("excludes",),
        "contraindicated": ("contraindicates",),
        "deferred": ("recommends", "defers"),
        "recommended": ("recommends", "contraindicates", "defers"),
        "conditional": ("recommends", "contraindicates", "defers"),
        "diagnosed": ("diagnoses",),
    }
    wanted = verbs.get(want.kind, ("diagnoses", "supports", "opposes") if want.kind in DIAGNOSES else ())
    return tuple(rule for verb in wanted for rule in case.rules(verb, want.subject))


def unmet(case: Case, rule: Rule) -> Iterator[str]:
    """The conditions of a rule that are false or unknown, with what is known of what they read."""
    for step in case.explanation.rule(rule).walk():
        if step.kind != "leaf" or step.node is None or (step.truth is Truth.TRUE and rule.when is not step.node):
            continue
        names = sorted(expression.names_read(step.node))
        values = ", ".join(f"{name} {case.value_text(name)}" for name in names if name not in case.kb.thresholds)
        yield f"{step.node.source or 'premise'} is {step.truth.value}" + (f" ({values})" if values else "")


def summary(results: Iterable[Result]) -> str:
    """The closing line: how many passed and failed."""
    done = list(results)
    failed = sum(not result.passed for result in done)
    return f"{len(done) - failed} passed, {failed} failed"
