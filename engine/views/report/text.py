"""A verdict as a report for people: what is urgent first, then why, what it is, what to do, and what is still open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ...assessment import questions
from ...assessment.questions import Question
from ...assessment.verdict import AlertShown, Cause, Diagnosis, Difference, Item, Reason, Verdict
from ...knowledge_base.naming import Names
from ...values.truth import Truth
from ...version import VERSION
from ..layout import Page
from . import outline

_FACTS = 4
"""How many facts stand beside a reason before the rest are counted."""
_WHYS = 2
_FREED = 4
_STATUS_STYLES = {"recommended": "green", "conditional": "yellow", "deferred": "yellow", "contraindicated": "red"}
_MARKS = {"recommended": "+", "conditional": "?", "deferred": "!"}
_TEST_HEADINGS = {"to do": "Tests now", "after": "Tests after that", "done": "Tests already done"}
_POSITIONS = {Truth.TRUE: "applies here", Truth.FALSE: "does not apply here", Truth.UNKNOWN: "not yet known here"}


def report(verdict: Verdict, names: Names, width: int = 80, colored: bool = False, title: str = "") -> str:
    """The whole report; `title` names the patient or file where there are several."""
    page = Page(width, colored)
    told = _Report(page, verdict, names)
    told.opening(title)
    told.alerts()
    told.counted_rest()
    told.findings()
    told.mechanism()
    told.diagnoses()
    told.causes()
    told.plan()
    told.barred()
    told.questions()
    told.remaining()
    told.differences()
    told.closing()
    return page.text()


def part(verdict: Verdict, names: Names, what: str, width: int = 80, colored: bool = False) -> str:
    """One part of the report: `alerts`, `differential` or `plan`; empty where it has nothing to say."""
    told = _Report(Page(width, colored), verdict, names)
    if what == "alerts":
        told.alerts()
        told.remaining()
    elif what == "differential":
        told.diagnoses()
        told.causes()
    else:
        told.plan()
        told.barred()
    return told.page.text().strip("\n")


class _Report:
    """One report on its page; each part leaves itself out where it has nothing to say."""

    def __init__(self, page: Page, verdict: Verdict, names: Names) -> None:
        self.page, self.verdict, self.names = page, verdict, names

    # --- before anything else ---

    def opening(self, title: str) -> None:
        page, verdict = self.page, self.verdict
        page.columns(title or "Assessment", f"osteologic {VERSION}, as of {verdict.as_of}", indent=0, style="bold")
        if narrowed := outline.filtered(verdict):
            page.paragraph(narrowed, 0)
        for notice in verdict.notices:
            page.paragraph(f"! {notice}", 0, "yellow")

    def alerts(self) -> None:
        top = self.verdict.on_top
        if top.raised:
            self.page.heading("Alerts")
        for alert in top.raised:
            self._alert(alert)
        if top.doubted:
            self.page.heading("Not ruled out")
        for alert in top.doubted:
            self._doubt(alert)

    def _doubt(self, alert: AlertShown) -> None:
        self.page.item(f"{alert.urgency.upper()} if so: {alert.label}", "?", style="yellow")
        self.page.entry("for", outline.speaking(alert, self.names))
        ruling_out = outline.ruling_out(alert, self.verdict, self.names)
        self.page.entry("rule out", f"by {_few(ruling_out)}")

    def counted_rest(self) -> None:
        if counted := outline.counted_rest(self.verdict):
            self.page.blank()
            self.page.paragraph(counted, 0)

    def remaining(self) -> None:
        """The alerts that are not ruled out and not told on top."""
        listed = outline.remaining(self.verdict)
        if listed:
            self.page.heading("Also not ruled out" if self.verdict.on_top.doubted else "Alerts not ruled out")
        for urgency, labels in listed.items():
            self.page.entry(urgency, f"{', '.join(labels)}.", 2, 10)

    def _alert(self, alert: AlertShown) -> None:
        style = "bold red" if alert.urgency == "emergency" else "red"
        self.page.item(f"{alert.urgency.upper()}: {alert.label}", "!", style=style)
        if alert.action:
            self.page.entry("do", alert.action)
        for reason in alert.because:
            self.page.entry("because", self._reason(reason))

    # --- what is known, and what is going on ---

    def findings(self) -> None:
        said = outline.known(self.verdict, self.names)
        if not said:
            return
        self.page.heading("What is known")
        self.page.paragraph("; ".join(outline.told(shown) for shown in said) + ".")
        for derived in outline.worked_out(self.verdict):
            entered = f"; entered as {derived.entered}: both cannot be right" if derived.entered else ""
            self.page.item(f"{derived.label} {derived.text}{entered}", "=")
        for shown in outline.assumed(self.verdict):
            self.page.item(f"{outline.told(shown)} (assumed)", "~")

    def mechanism(self) -> None:
        if self.verdict.mechanism:
            self.page.heading("What is happening in this skeleton")
            self.page.paragraph(self.verdict.mechanism)

    def diagnoses(self) -> None:
        told = outline.differential(self.verdict)
        if told.made:
            self.page.heading("Diagnosis")
        for one in told.made:
            self._diagnosis(one, one.label.upper(), "bold")
        if told.weighed:
            self.page.heading("What else it could be" if told.made else "What it could be")
        for one in told.weighed:
            self._diagnosis(one, one.label)
        if (told.open or told.excluded) and not (told.made or told.weighed):
            self.page.heading("What it could be")
        if told.open:
            self.page.paragraph(f"Open, nothing for or against yet: {_labels(told.open)}.")
        if told.excluded:
            self.page.paragraph(f"Excluded: {_labels(told.excluded)}.")
        self._states()

    def _diagnosis(self, one: Diagnosis, label: str, style: str = "") -> None:
        score = "" if one.status in ("established", "excluded") else f" ({one.score:+.1f})"
        self.page.columns(label, f"{one.status}{score}", style=style)
        for reason in one.supporting:
            self.page.entry("for", self._reason(reason))
        for reason in one.against:
            self.page.entry("against", self._reason(reason))
        waiting = outline.waiting(self.verdict, one.missing)
        if waiting.unknown:
            self.page.entry("not yet", f"{self._listed(waiting.unknown)} not known")
        if waiting.in_doubt:
            self.page.entry("in doubt", self._listed(waiting.in_doubt))

    def _states(self) -> None:
        strata = [state for state in self.verdict.states if state.at_least]
        plain = [state for state in self.verdict.states if not state.at_least and state.truth is Truth.TRUE]
        if strata or plain:
            self.page.heading("Also found")
        for state in strata:
            level = state.at_least.replace("_", " ")
            more = "" if state.truth is Truth.TRUE else "at least "
            self.page.item(f"{state.label}: {more}{level}{self._tags(state.because)}")
        for state in plain:
            self.page.item(f"{state.label}{self._tags(state.because)}")

    def causes(self) -> None:
        if self.verdict.causes:
            self.page.heading("Why bone is being lost")
        for cause in self.verdict.causes:
            self._cause(cause)

    def _cause(self, cause: Cause) -> None:
        of = f" (of {self.names.label(cause.of)})" if cause.of else ""
        self.page.item(f"{cause.label}{of}")
        for reason in cause.because:
            self.page.entry("because", self._reason(reason))

    # --- what to do ---

    def plan(self) -> None:
        by_status = outline.tests(self.verdict)
        steps = outline.steps(self.verdict)
        if not by_status and not steps:
            return
        self.page.heading("What to do, in this order")
        number = 0
        for status in ("done", "to do", "after"):
            if listed := by_status.get(status):
                number += status != "done"
                mark = f"{number}" if status != "done" else " "
                self.page.item(_TEST_HEADINGS[status], mark, style="bold")
                for ordered in outline.ordered(listed):
                    self._tests(ordered, status)
        for index, step in enumerate(steps, number + 1):
            one_of = ": one of these, the first line first" if step.one_of else ""
            self.page.item(f"{step.heading}{one_of}", str(index), style="bold")
            against = outline.alike(step, lambda item: item.against)
            wanted = outline.alike(step, lambda item: item.supporting)
            for item in step.items:
                self._item(item, against.get(item.id, ""), wanted.get(item.id, ""))
            if unasked := outline.unasked(step, self.names.label):
                self.page.paragraph(unasked)
        if undetermined := outline.undetermined(self.verdict):
            count = len(undetermined)
            measures = "1 more measure" if count == 1 else f"{count} more measures"
            self.page.paragraph(f"{measures} cannot be judged yet; what is still to be answered decides.")

    def _tests(self, ordered: outline.Ordered, status: str) -> None:
        labels = ", ".join(test.label for test in ordered.tests)
        if status == "done":
            self.page.item(labels, "x", 4)
            return
        only = ordered.tests[0]
        tells = f": {only.tells}" if only.tells and len(ordered.tests) == 1 else ""
        self.page.item(f"{labels}{tells}", "-", 4)
        for reason in ordered.because:
            self.page.entry("because", self._reason(reason), 6)

    def _item(self, item: Item, held_as: str, wanted_as: str) -> None:
        line = f", {item.line} line" if item.line in ("first", "second") else f", {item.line}" if item.line else ""
        taken = f", being taken: {item.advice}" if item.advice else ", being taken" if item.taken else ""
        status = f"{outline.STATUS_WORDS[item.status]}{line}{taken}"
        self.page.columns(f"{_MARKS[item.status]} {item.label}", status, 4, _STATUS_STYLES[item.status])
        for dose in item.doses:
            self.page.entry("dose", dose.text, 6)
        if item.after:
            steps = [outline.step_label(step, self.names) for step in item.after]
            self.page.entry("first", ", ".join(steps), 6)
        for reason in item.against if not held_as else ():
            self.page.entry("because", self._reason(reason), 6)
        if held_as:
            self.page.entry("because", f"as for {held_as}", 6)
        if wanted_as:
            self.page.entry("why", f"as for {wanted_as}", 6)
        else:
            self._whys(item.supporting, 6)
        if item.mechanism and item.kind != "medicine":
            self.page.entry("how", item.mechanism, 6)
        for reason in item.cautions:
            self.page.entry("care", self._reason(reason), 6)
        if item.aftercare and (item.taken or item.status == "recommended"):
            self.page.entry("later", item.aftercare, 6)
        if item.then:
            self.page.entry("then", ", ".join(outline.step_label(step, self.names) for step in item.then), 6)

    def _whys(self, reasons: Sequence[Reason], indent: int) -> None:
        for reason in reasons[:_WHYS]:
            self.page.entry("why", self._titled(reason), indent)
        more = len(reasons) - _WHYS
        if more > 0:
            self.page.entry("", f"and {more} more {'reason' if more == 1 else 'reasons'}", indent)

    def barred(self) -> None:
        items = outline.barred(self.verdict)
        if items:
            self.page.heading("Not for this person, and why")
        for item in items:
            taken = f" (being taken: {item.advice})" if item.taken else ""
            self.page.item(f"{item.label}{taken}", "x", style="red")
            for reason in item.against:
                self.page.entry("because", self._reason(reason))

    # --- what is open ---

    def questions(self) -> None:
        asked = questions.pending(self.verdict, self.names)
        if not asked:
            self._start()
            return
        self.page.heading("Still to be answered")
        for tested in (False, True):
            for one in asked:
                if one.by_test is tested:
                    self._question(one)

    def _question(self, one: Question) -> None:
        decided = []
        if one.frees:
            decided.append(f"frees {_few(self._freed(one.frees))}")
        if one.tells:
            decided.append(f"tells {_few(one.tells)}")
        if one.rules_out:
            decided.append(f"decides {len(one.rules_out)} {'alert' if len(one.rules_out) == 1 else 'alerts'}")
        test = " (test)" if one.by_test else ""
        self.page.item(f"{one.label}{test}" + (f": {'; '.join(decided)}" if decided else ""), "?")

    def _freed(self, frees: tuple[str, ...]) -> tuple[str, ...]:
        """What a question frees; where that is every medicine that waits, in one word."""
        acting = [item for step in outline.steps(self.verdict) for item in step.items]
        waiting = [item.label for item in acting if item.kind == "medicine" and item.status != "recommended"]
        if len(waiting) < 2 or not set(waiting) <= set(frees):
            return frees
        return ("every medicine above", *(label for label in frees if label not in waiting))

    def _start(self) -> None:
        if any(shown.given for shown in self.verdict.findings):
            return
        self.page.heading("Start with")
        first = [finding.label for finding in self.names.kb.findings.values() if finding.id in _FIRST_ASKED]
        self.page.paragraph(", ".join(first) + "." if first else "Anything you know.")

    def differences(self) -> None:
        if self.verdict.differences:
            self.page.heading("Where guidelines differ")
        for difference in self.verdict.differences:
            self._difference(difference)

    def _difference(self, difference: Difference) -> None:
        needs = f" (may differ: needs {self._listed(difference.needs)})" if difference.needs else ""
        self.page.item(f"{difference.question}{needs}")
        for position in difference.positions:
            guideline = self.names.kb.guidelines.get(position.guideline)
            who = guideline.label if guideline is not None else position.guideline
            self.page.item(f"{who}: {position.says} ({_POSITIONS[position.truth]})", "-", 4)

    # --- at the end ---

    def closing(self) -> None:
        page = self.page
        sources = outline.sources(self.verdict, self.names)
        if sources:
            page.heading("Sources")
            page.paragraph(", ".join(source.id for source in sources) + ".")
            page.paragraph(f"In full: osteologic explain {sources[0].id}, or --format html.")
        doubts = outline.unverified(self.verdict)
        if doubts:
            rules = "1 rule" if len(doubts) == 1 else f"{len(doubts)} rules"
            page.blank()
            page.paragraph(f"Marked [not verified]: {rules}, not yet held against the source by us.", 0)
        if self.verdict.disclaimer:
            page.blank()
            page.paragraph(self.verdict.disclaimer, 0)

    # --- words ---

    def _reason(self, reason: Reason) -> str:
        """Why, with the facts it rests on and its sources."""
        facts = outline.facts(reason, self.names)
        more = f" and {len(facts) - _FACTS} more" if len(facts) > _FACTS else ""
        return self._titled(reason, f": {', '.join(facts[:_FACTS])}{more}" if facts else "")

    def _titled(self, reason: Reason, facts: str = "") -> str:
        region = f" ({reason.region})" if reason.region else ""
        return f"{reason.title.rstrip('.')}{region}{facts}{self._tags((reason,))}"

    def _tags(self, reasons: Iterable[Reason]) -> str:
        listed = list(reasons)
        tag = outline.tag(dict.fromkeys(cited for reason in listed for cited in reason.sources))
        doubt = " [not verified]" if any(reason.evidence == "unverified" for reason in listed) else ""
        return (f" [{tag}]" if tag else "") + doubt

    def _listed(self, findings: Iterable[str]) -> str:
        return _few(tuple(self.names.label(name) for name in findings))


_FIRST_ASKED = frozenset({"age", "sex"})


def _labels(diagnoses: Iterable[Diagnosis]) -> str:
    return ", ".join(one.label for one in diagnoses)


def _few(words: Iterable[str]) -> str:
    listed = list(words)
    more = f" and {len(listed) - _FREED} more" if len(listed) > _FREED else ""
    return ", ".join(listed[:_FREED]) + more
