"""Composition of the report: from a verdict to the sections of its document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...assessment import questions
from ...assessment.questions import Question
from ...assessment.verdict import AlertShown, Cause, Diagnosis, Difference, Item, Reason, Shown, Verdict
from ...knowledge_base.naming import Names
from ...values.truth import Truth
from ...version import VERSION
from . import intake, outline, pictures, summary
from .document import (
    Chart,
    Citation,
    Detail,
    Document,
    Entry,
    Group,
    Paragraph,
    Part,
    Probabilities,
    Row,
    Section,
    Table,
    Tone,
    Treatment,
    Why,
)

MARKS = {"recommended": "+", "conditional": "?", "deferred": "!", "contraindicated": "x", "undetermined": "?"}
TONES: dict[str, Tone] = {"recommended": "good", "conditional": "wait", "deferred": "wait", "contraindicated": "bad"}
_POSITIONS = {Truth.TRUE: "applies here", Truth.FALSE: "does not apply here", Truth.UNKNOWN: "not yet known here"}
_TEST_HEADINGS = {"done": "Tests already done", "to do": "Tests now", "after": "Tests after that"}
_FIRST_ASKED = frozenset({"age", "sex"})
_AS_ENTERED = (
    "Worked out elsewhere, by a calculator, and entered; nothing here works it out. Lines are those of the guidelines "
    "in force that speak here."
)


def document(verdict: Verdict, names: Names, title: str = "", unread: Iterable[str] = ()) -> Document:
    """The report of one patient.

    Args:
        title: names the patient or file where there are several.
        unread: what was typed and not understood, as it was typed.
    """
    composed = Composer(verdict, names)
    sources = outline.sources(verdict, names)
    doubts = outline.unverified(verdict)
    rules = "1 rule" if len(doubts) == 1 else f"{len(doubts)} rules"
    return Document(
        title=title or "Assessment",
        meta=f"osteologic {VERSION}, as of {verdict.as_of}",
        narrowed=outline.filtered(verdict),
        notices=(*(intake.notices(verdict.taken) if verdict.taken else ()), *verdict.notices),
        summary=summary.of(verdict, names, tuple(unread)),
        sections=tuple(section for section in composed.sections() if section.parts),
        sources=tuple(Citation(one.id, "", one.citation or one.label) for one in sources),
        addresses=tuple(one.address for one in sources),
        unverified=f"{rules}, not yet held against the source by us." if doubts else "",
        disclaimer=verdict.disclaimer,
        knowledge=f"Knowledge {verdict.digest[:19]}, {verdict.rules} rules.",
    )


class Composer:
    """The sections of one verdict; a section without parts is left out of the document."""

    def __init__(self, verdict: Verdict, names: Names) -> None:
        self.verdict, self.names = verdict, names

    def sections(self) -> Iterator[Section]:
        verdict = self.verdict
        doubted = bool(verdict.on_top.doubted)
        told = outline.differential(verdict)
        yield Section("alerts", "Alerts", tuple(self._alert(one) for one in verdict.on_top.raised))
        yield Section("doubts", "Not ruled out", tuple(self._doubt(one) for one in verdict.on_top.doubted))
        yield Section("diagnosis", "Diagnosis", tuple(self._diagnosis(one, lead=True) for one in told.made))
        heading = "What else it could be" if told.made else "What it could be"
        yield Section("differential", heading, tuple(self._differential(told)))
        yield Section("plan", "What to do, in this order", tuple(self._plan()))
        yield Section("barred", "Not for this person, and why", tuple(map(self._barred, outline.barred(verdict))))
        yield Section("questions", "Still to be answered", tuple(self._questions()))
        yield Section("start", "Start with", tuple(self._start()))
        heading = "Also not ruled out" if doubted else "Alerts not ruled out"
        yield Section("remaining", heading, tuple(self._remaining(one) for one in verdict.on_top.rest))
        mechanism = (Paragraph(verdict.mechanism),) if verdict.mechanism else ()
        yield Section("mechanism", "What is happening in this skeleton", mechanism)
        yield Section("causes", "Why bone is being lost", tuple(map(self._cause, verdict.causes)))
        yield Section("states", "Also found", tuple(self._states()))
        yield Section("differences", "Where guidelines differ", tuple(map(self._difference, verdict.differences)))
        yield Section("probability", "10-year probability of a fracture, as entered", tuple(self._probabilities()))
        yield Section("treatment", "Treatment over time", tuple(self._treatment()))
        yield Section("data", "What is known", tuple(self._data()))
        if verdict.taken is not None:
            yield intake.section(verdict.taken, self.names)

    # --- alerts ---

    def _alert(self, alert: AlertShown) -> Entry:
        tone: Tone = "emergency" if alert.urgency == "emergency" else "urgent"
        action = (Detail("do", alert.action),) if alert.action else ()
        because = (Detail("because", whys=self.whys(alert.because)),)
        return Entry(f"{alert.urgency.upper()}: {alert.label}", alert.id, "", tone, "!", (*action, *because))

    def _doubt(self, alert: AlertShown) -> Entry:
        details = (
            Detail("for", outline.speaking(alert, self.names)),
            Detail("rule out", "by " + ", ".join(outline.ruling_out(alert, self.verdict, self.names))),
            Detail("tells", whys=self.whys(alert.because), brief=True),
        )
        return Entry(f"{alert.urgency.upper()} if so: {alert.label}", alert.id, "", "wait", "?", details)

    def _remaining(self, alert: AlertShown) -> Entry:
        details = (Detail("tells", whys=self.whys(alert.because), brief=True),)
        return Entry(alert.label, alert.id, f"{alert.urgency} if so", "", "?", details)

    # --- what it is, and why ---

    def _differential(self, told: outline.Differential) -> Iterator[Part]:
        for one in told.weighed:
            yield self._diagnosis(one)
        if told.open:
            yield Paragraph(f"Open, nothing for or against yet: {_labels(told.open)}.")
        if told.excluded:
            yield Paragraph(f"Excluded: {_labels(told.excluded)}.")

    def _diagnosis(self, one: Diagnosis, lead: bool = False) -> Entry:
        weighed = one.status not in ("established", "excluded")
        score = f" ({one.score:+.1f})" if weighed else ""
        waiting = outline.waiting(self.verdict, one.missing)
        details = [
            Detail("for", whys=self.whys(one.supporting)),
            Detail("against", whys=self.whys(one.against)),
            Detail("how", one.mechanism),
            Detail("not yet", f"{self._listed(waiting.unknown)} not known" if waiting.unknown else ""),
            Detail("in doubt", self._listed(waiting.in_doubt)),
        ]
        bar = pictures.evidence(one) if weighed else None
        label = one.label.upper() if lead else one.label
        return Entry(label, one.id, f"{one.status}{score}", "lead" if lead else "", "", _said(details), bar, True)

    def _states(self) -> Iterator[Entry]:
        for state in self.verdict.states:
            if state.at_least:
                more = "" if state.truth is Truth.TRUE else "at least "
                level = f"{more}{state.at_least.replace('_', ' ')}"
                yield Entry(state.label, state.id, level, details=self._because(state.because, brief=True))
        for state in self.verdict.states:
            if not state.at_least and state.truth is Truth.TRUE:
                yield Entry(state.label, state.id, details=self._because(state.because, brief=True))

    def _cause(self, cause: Cause) -> Entry:
        of = f" (of {self.names.label(cause.of)})" if cause.of else ""
        details = (*self._because(cause.because), Detail("how", cause.mechanism))
        return Entry(f"{cause.label}{of}", cause.id, details=_said(details))

    # --- what to do ---

    def _plan(self) -> Iterator[Part]:
        verdict = self.verdict
        tested, steps = outline.tests(verdict), outline.steps(verdict)
        number = 0
        for status in ("done", "to do", "after"):
            if listed := tested.get(status):
                number += status != "done"
                entries = tuple(self._tests(one, status) for one in outline.ordered(listed))
                yield Group(_TEST_HEADINGS[status], entries, number if status != "done" else 0)
        for step in steps:
            number += 1
            one_of = ": one of these, the first line first" if step.one_of else ""
            unasked = outline.unasked(step, self.names.label)
            told: tuple[Entry | Paragraph, ...] = tuple(self._step(step))
            told += (Paragraph(unasked),) if unasked else ()
            yield Group(f"{step.heading}{one_of}", told, number)
        if count := len(outline.undetermined(verdict)):
            measures = "1 more measure" if count == 1 else f"{count} more measures"
            yield Paragraph(f"{measures} cannot be judged yet; what is still to be answered decides.")

    def _tests(self, ordered: outline.Ordered, status: str) -> Entry:
        labels = ", ".join(test.label for test in ordered.tests)
        only = ordered.tests[0]
        details = [Detail("tells", only.tells if len(ordered.tests) == 1 else "")]
        details += self._because(ordered.because, brief=status == "done")
        return Entry(labels, "", "", "", "x" if status == "done" else "-", _said(details))

    def _step(self, step: outline.Step) -> Iterator[Entry]:
        against = outline.alike(step, lambda item: item.against)
        wanted = outline.alike(step, lambda item: item.supporting)
        for item in step.items:
            yield self._item(item, against.get(item.id, ""), wanted.get(item.id, ""))

    def _item(self, item: Item, held_as: str = "", wanted_as: str = "") -> Entry:
        steps = [outline.step_label(step, self.names) for step in item.after]
        then = [outline.step_label(step, self.names) for step in item.then]
        acting = item.taken or item.status == "recommended"
        details = [
            Detail("not here", outline.not_here(item, self.names)),
            *(Detail("dose", text) for text in dict.fromkeys(dose.text for dose in item.doses)),
            Detail("first", ", ".join(steps)),
            Detail("because", whys=self.whys(item.against), as_for=held_as),
            Detail("waits", f"for {self._listed(item.missing)}" if item.missing else ""),
            Detail("why", whys=self.whys(item.supporting), brief=True, as_for=wanted_as),
            Detail("how", item.mechanism),
            Detail("place", item.order_because if item.status in ("recommended", "conditional") else ""),
            Detail("care", whys=self.whys(item.cautions)),
            Detail("watch", item.monitoring),
            Detail("for", item.duration),
            Detail("later", item.aftercare if acting else ""),
            Detail("then", ", ".join(then)),
        ]
        tone: Tone = TONES.get(item.status, "")
        return Entry(item.label, item.id, standing(item), tone, MARKS[item.status], _said(details), None, True)

    def _barred(self, item: Item) -> Entry:
        details = (
            Detail("because", whys=self.whys(item.against)),
            Detail("later", item.aftercare if item.taken else ""),
        )
        return Entry(item.label, item.id, standing(item), "bad", "x", _said(details))

    # --- what is open ---

    def _questions(self) -> Iterator[Part]:
        asked = questions.pending(self.verdict, self.names)
        for tested in (False, True):
            for one in asked:
                if one.by_test is tested:
                    yield self._question(one)

    def _question(self, one: Question) -> Entry:
        decided = []
        if one.frees:
            decided.append(f"frees {', '.join(self._freed(one.frees))}")
        if one.tells:
            decided.append(f"tells {', '.join(one.tells)}")
        if one.rules_out:
            decided.append(f"decides {len(one.rules_out)} {'alert' if len(one.rules_out) == 1 else 'alerts'}")
        test = " (test)" if one.by_test else ""
        return Entry(f"{one.label}{test}", "", "; ".join(decided), "", "?")

    def _freed(self, frees: tuple[str, ...]) -> tuple[str, ...]:
        """What a question frees; where that is every medicine that waits, in one word."""
        acting = [item for step in outline.steps(self.verdict) for item in step.items]
        waiting = [item.label for item in acting if item.kind == "medicine" and item.status != "recommended"]
        if len(waiting) < 2 or not set(waiting) <= set(frees):
            return frees
        return ("every medicine above", *(label for label in frees if label not in waiting))

    def _start(self) -> Iterator[Paragraph]:
        pending = questions.pending(self.verdict, self.names)
        if pending or any(shown.given for shown in self.verdict.findings):
            return
        first = [finding.label for finding in self.names.kb.findings.values() if finding.id in _FIRST_ASKED]
        yield Paragraph(", ".join(first) + "." if first else "Anything you know.")

    def _difference(self, difference: Difference) -> Entry:
        needs = f"may differ: needs {self._listed(difference.needs)}" if difference.needs else ""
        positions = []
        for position in difference.positions:
            guideline = self.names.kb.guidelines.get(position.guideline)
            who = guideline.label if guideline is not None else position.guideline
            positions.append(Detail(who, f"{position.says} ({_POSITIONS[position.truth]})"))
        return Entry(difference.question, difference.id, needs, details=tuple(positions))

    # --- pictures ---

    def _probabilities(self) -> Iterator[Part]:
        if bars := tuple(pictures.given(shown) for shown in self.verdict.probabilities):
            yield Probabilities(_AS_ENTERED, bars)

    def _treatment(self) -> Iterator[Part]:
        if courses := self.verdict.courses:
            yield Treatment(pictures.timeline(courses, self.verdict.as_of))

    # --- the data ---

    def _data(self) -> Iterator[Part]:
        verdict = self.verdict
        rows = [_row(shown) for shown in outline.known(verdict, self.names)]
        for derived in outline.worked_out(verdict):
            entered = f"entered as {derived.entered}: both cannot be right" if derived.entered else ""
            rows.append(Row(derived.label, derived.text, "worked out", entered, self.whys(derived.because)))
        rows += [_row(shown, "assumed") for shown in outline.assumed(verdict)]
        if rows:
            yield Table(tuple(rows))
        if marks := pictures.t_scores(verdict):
            yield Chart(marks)

    # --- words ---

    def whys(self, reasons: Iterable[Reason]) -> tuple[Why, ...]:
        return tuple(self._why(reason) for reason in reasons)

    def _why(self, reason: Reason) -> Why:
        sources = self.names.kb.sources
        cited = (
            Citation(one.source, one.where, sources[one.source].citation or sources[one.source].label)
            if one.source in sources
            else Citation(one.source, one.where, one.source)
            for one in reason.sources
        )
        return Why(
            reason.rule,
            str(reason.place),
            reason.title.rstrip("."),
            reason.because,
            reason.region,
            reason.guideline,
            reason.grade,
            outline.facts(reason, self.names),
            tuple(self.names.label(name) for name in reason.missing),
            reason.note,
            tuple(cited),
            reason.evidence != "unverified",
        )

    def _because(self, reasons: Iterable[Reason], brief: bool = False) -> tuple[Detail, ...]:
        return _said([Detail("because", whys=self.whys(reasons), brief=brief)])

    def _listed(self, findings: Iterable[str]) -> str:
        return ", ".join(self.names.label(name) for name in findings)


def standing(item: Item) -> str:
    """What the plan says of a measure: `recommended, first line, being taken: continue`."""
    line = f", {item.line} line" if item.line in ("first", "second") else f", {item.line}" if item.line else ""
    taken = f", being taken: {item.advice}" if item.advice else ", being taken" if item.taken else ""
    return f"{outline.STATUS_WORDS[item.status]}{line}{taken}"


def _row(shown: Shown, origin: str = "") -> Row:
    value = outline.told(shown).removeprefix(shown.label).strip()
    return Row(shown.label, value, origin)


def _said(details: Iterable[Detail]) -> tuple[Detail, ...]:
    """The details that say something."""
    return tuple(one for one in details if one.text or one.whys)


def _labels(diagnoses: Iterable[Diagnosis]) -> str:
    return ", ".join(one.label for one in diagnoses)
