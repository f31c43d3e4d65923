"""Which of two values that contradict is right: the question, what hangs on it, and what each answer would turn."""

from __future__ import annotations

from collections.abc import Mapping

from ...assessment import judgement
from ...assessment.contrasts import contrast
from ...assessment.contrasts.contrast import Possible
from ...assessment.questions import Asked
from ...assessment.several import worlds
from ...assessment.several.worlds import Contradiction
from ...assessment.verdict import ContradictionShown, Verdict
from ...case.case import Case
from ...intake.answers.sheet import folded
from ...values.frozen import frozen
from ...values.value import Known
from ..understanding import is_gap
from .stakes import Stake

_FIRST = frozenset({"1", "entered", "as entered", "the entered", "the entered one", "first", "the first"})
_SECOND = frozenset({"2", "worked out", "as worked out", "the worked out one", "second", "the second"})
_UNDECIDED = frozenset({"neither", "either", "both", "none", "unknown", "not known", "not sure", "unclear", "no idea"})


@frozen
class Doubt:
    """A contradiction as it is asked about, with the statuses that hang on it."""

    contradiction: Contradiction
    asked: Asked
    stakes: tuple[Stake, ...]


def doubts(case: Case, verdict: Verdict) -> tuple[Doubt, ...]:
    """Every contradiction of a case; one on which nothing shown hangs has no stakes.

    Args:
        verdict: what is shown of the case.
    """

    def work() -> tuple[Doubt, ...]:
        found = zip(worlds.contradictions(case), verdict.contradictions, strict=True)
        return tuple(
            Doubt(contradiction=one, asked=_asked(case, one, shown), stakes=_stakes(case, one)) for one, shown in found
        )

    return case.once("doubts", work)


def put(case: Case, verdict: Verdict, findings: tuple[str, ...]) -> Asked | None:
    """The question that was put under these names; None where nothing contradicts any more."""
    found = _doubt(case, verdict, findings)
    return found.asked if found is not None else None


@frozen
class Decision:
    """What an answer to the question comes to: the answers that fall, and how that is told.

    Nothing falls where nobody knows, or where a list has to be looked at (`look_at`).
    """

    told: str
    changes: Mapping[str, Known | None]
    look_at: tuple[str, ...] = ()


def decision(case: Case, verdict: Verdict, asked: Asked, line: str) -> Decision | None:
    """What a line decides; None where it says something else, or nothing contradicts any more."""
    found = _doubt(case, verdict, asked.findings)
    words = folded(line.rstrip(".!"))
    if found is None:
        return None
    one, names = found.contradiction, case.names
    if one.other is not None and words in (*_FIRST, *_SECOND):
        changes = one.settled[words in _SECOND]
        return Decision(told=f"{case.told(one.about, changes[one.about] or one.entered)} counts", changes=changes)
    if words in _SECOND:
        return Decision(told=f"{names.label(one.about)} as entered no longer counts", changes=one.worked_out_is_right)
    if words in _FIRST and one.doubted:
        verb = "counts" if len(one.doubted) == 1 else "count"
        told = f"{', '.join(map(names.label, one.doubted))} no longer {verb}"
        return Decision(told=told, changes=one.entered_is_right)
    if words in _FIRST:  # which entry of a list is wrong only its own question tells
        told = f"{names.label(one.about)} as entered; then something is wrong in {names.label(one.again[-1])}"
        return Decision(told=told, changes={}, look_at=one.again[-1:])
    if words in _UNDECIDED or is_gap(line):
        return Decision(told=f"{asked.label}: both stay, and the stricter counts", changes={})
    return None


def tried(case: Case, verdict: Verdict, asked: Asked) -> list[tuple[str, tuple[Possible, ...]]]:
    """What each of the two values would turn, were it the right one."""
    found = _doubt(case, verdict, asked.findings)
    if found is None:
        return []
    one = found.contradiction
    pairs = zip((one.entered, case.rounded(one.quantity, one.worked_out)), _each_right(case, one), strict=True)
    possible = (Possible(known, contrast.differences(verdict, after)) for known, after in pairs)
    return [(one.about, tuple(one for one in possible if one.turns))]


def _doubt(case: Case, verdict: Verdict, findings: tuple[str, ...]) -> Doubt | None:
    return next((one for one in doubts(case, verdict) if one.asked.findings == findings), None)


def _asked(case: Case, one: Contradiction, shown: ContradictionShown) -> Asked:
    entered, worked_out = shown.claims
    if one.other is not None:
        first, second = (
            case.told(one.about, known or one.entered) for known in (*one.settled[0].values(), *one.settled[1].values())
        )
        text = f"Which counts, the newer or the right one? 1 {first}. 2 {second}."
        helped = "don't know leaves both, and the stricter counts; or say what it is."
        entry = case.kb.findings.get(one.about)
        section = entry.section if entry is not None else ""
        return Asked((f"which({one.about})",), shown.label, text, helped, section, which=True)
    behind = f" from {' and '.join(worked_out.behind)}" if worked_out.behind else ""
    text = f"{shown.label}: which is right? 1 as entered: {entered.value}. 2 as worked out{behind}: {worked_out.value}."
    helped = "don't know leaves both, and the stricter counts; or say what it is."
    sections = [case.kb.findings[name].section for name in one.again]
    return Asked((f"which({one.about})",), shown.label, text, helped, sections[0] if sections else "", which=True)


def _each_right(case: Case, one: Contradiction) -> tuple[Verdict, Verdict]:
    """What is shown if the entered value is right, and if the worked-out one is."""
    if one.other is not None:
        first, second = (judgement.judge(worlds.supposing(case, known)) for known in one.settled)
        return first, second
    worked_out = judgement.judge(worlds.supposing(case, one.worked_out_is_right))
    if not one.doubted:
        return judgement.verdict_in(case, worlds.of(case)[0]), worked_out
    return judgement.judge(worlds.supposing(case, one.entered_is_right)), worked_out


def _stakes(case: Case, one: Contradiction) -> tuple[Stake, ...]:
    turns = contrast.differences(*_each_right(case, one))
    return tuple(Stake(_kind(case, turn.kind, turn.id), turn.id, turn.label) for turn in turns if turn.kind != "number")


def _kind(case: Case, kind: str, name: str) -> str:
    return case.kb.interventions[name].kind if kind == "measure" else kind
