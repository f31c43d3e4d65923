"""A verdict as Markdown: the same report, for a record, a ticket or a page."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ...assessment import questions
from ...assessment.verdict import AlertShown, Diagnosis, Difference, Item, Reason, Verdict
from ...knowledge_base.naming import Names
from ...values.truth import Truth
from ...version import VERSION
from .. import escape
from . import outline

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~])")
_POSITIONS = {Truth.TRUE: "applies here", Truth.FALSE: "does not apply here", Truth.UNKNOWN: "not yet known here"}


def report(verdict: Verdict, names: Names, title: str = "") -> str:
    """The whole report; `title` names the patient or file where there are several."""
    told = _Report(verdict, names)
    parts = [
        told.opening(title),
        told.alerts(),
        told.known(),
        _section("What is happening in this skeleton", [_safe(verdict.mechanism)] if verdict.mechanism else []),
        told.diagnoses(),
        told.causes(),
        told.plan(),
        told.barred(),
        told.questions(),
        told.remaining(),
        told.differences(),
        told.closing(),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _safe(words: str) -> str:
    """Text that Markdown and HTML show as it is."""
    return _SPECIAL.sub(r"\\\1", escape.line(words)).replace("&", "&amp;")


def _section(heading: str, lines: Iterable[str], level: int = 2) -> str:
    body = list(lines)
    return f"{'#' * level} {heading}\n\n" + "\n".join(body) if body else ""


class _Report:
    def __init__(self, verdict: Verdict, names: Names) -> None:
        self.verdict, self.names = verdict, names

    def opening(self, title: str) -> str:
        lines = [f"# {_safe(title or 'Assessment')}", "", f"osteologic {VERSION}, as of {self.verdict.as_of}"]
        if narrowed := outline.filtered(self.verdict):
            lines += ["", _safe(narrowed)]
        for notice in self.verdict.notices:
            lines += ["", f"> {_safe(notice)}"]
        return "\n".join(lines)

    def alerts(self) -> str:
        top = self.verdict.on_top
        first = _section("Alerts", [line for alert in top.raised for line in self._alert(alert)])
        second = _section("Not ruled out", [line for alert in top.doubted for line in self._doubt(alert)])
        counted = _safe(outline.counted_rest(self.verdict))
        return "\n\n".join(part for part in (first, second, counted) if part)

    def _doubt(self, alert: AlertShown) -> Iterable[str]:
        yield f"- **{alert.urgency.upper()} if so: {_safe(alert.label)}**"
        yield f"  - for: {_safe(outline.speaking(alert, self.names))}"
        yield f"  - ruled out by: {_safe(', '.join(outline.ruling_out(alert, self.verdict, self.names)))}"

    def remaining(self) -> str:
        heading = "Also not ruled out" if self.verdict.on_top.doubted else "Alerts not ruled out"
        lines = [
            f"- {urgency} if so: {', '.join(_safe(label) for label in labels)}"
            for urgency, labels in outline.remaining(self.verdict).items()
        ]
        return _section(heading, lines)

    def _alert(self, alert: AlertShown) -> Iterable[str]:
        yield f"- **{alert.urgency.upper()}: {_safe(alert.label)}.** {_safe(alert.action)}".rstrip()
        for reason in alert.because:
            yield f"  - {self._reason(reason)}"

    def known(self) -> str:
        said = outline.known(self.verdict, self.names)
        rows = [f"- {_safe(outline.told(shown))}" for shown in said]
        for one in outline.worked_out(self.verdict):
            entered = f"; entered as {_safe(one.entered)}: both cannot be right" if one.entered else ""
            rows.append(f"- {_safe(one.label)} {_safe(one.text)} (worked out{entered})")
        rows += [f"- {_safe(outline.told(shown))} (assumed)" for shown in outline.assumed(self.verdict)]
        return _section("What is known", rows)

    def diagnoses(self) -> str:
        told = outline.differential(self.verdict)
        made = [line for one in told.made for line in self._diagnosis(one)]
        other = [line for one in told.weighed for line in self._diagnosis(one)]
        for heading, listed in (("Open, nothing for or against yet", told.open), ("Excluded", told.excluded)):
            if listed:
                other.append(f"- {heading}: {', '.join(_safe(one.label) for one in listed)}")
        sections = (_section("Diagnosis", made), _section("What else it could be", other))
        return "\n\n".join(section for section in sections if section)

    def _diagnosis(self, one: Diagnosis) -> Iterable[str]:
        score = "" if one.status in ("established", "excluded") else f", {one.score:+.1f}"
        yield f"- **{_safe(one.label)}**: {one.status}{score}"
        for label, reasons in (("for", one.supporting), ("against", one.against)):
            for reason in reasons:
                yield f"  - {label}: {self._reason(reason)}"
        waiting = outline.waiting(self.verdict, one.missing)
        if waiting.unknown:
            yield f"  - not yet known: {self._listed(waiting.unknown)}"
        if waiting.in_doubt:
            yield f"  - in doubt: {self._listed(waiting.in_doubt)}"

    def causes(self) -> str:
        lines = []
        for cause in self.verdict.causes:
            of = f" (of {_safe(self.names.label(cause.of))})" if cause.of else ""
            lines.append(f"- **{_safe(cause.label)}**{of}")
            lines += [f"  - {self._reason(reason)}" for reason in cause.because]
        return _section("Why bone is being lost", lines)

    def plan(self) -> str:
        blocks: list[tuple[str, list[str]]] = []
        for status, heading in (("done", "Tests already done"), ("to do", "Tests now"), ("after", "Tests after that")):
            tests = outline.tests(self.verdict).get(status, ())
            if tests:
                told = [f"{_safe(test.label)}: {_safe(test.tells)}".removesuffix(": ") for test in tests]
                blocks.append((heading, [f"- {line}" for line in told]))
        for step in outline.steps(self.verdict):
            one_of = " (one of these, the first line first)" if step.one_of else ""
            told = [line for item in step.items for line in self._item(item)]
            if unasked := outline.unasked(step, self.names.label):
                told += ["", _safe(unasked)]
            blocks.append((step.heading + one_of, told))
        lines: list[str] = []
        for number, (heading, block) in enumerate(blocks, 1):
            lines += [f"### {number}. {heading}", "", *block, ""]
        if undetermined := outline.undetermined(self.verdict):
            lines.append(f"{len(undetermined)} more cannot be judged yet.")
        return _section("What to do, in this order", lines).rstrip()

    def _item(self, item: Item) -> Iterable[str]:
        taken = f", being taken: {item.advice or 'yes'}" if item.taken else ""
        line = f", {item.line} line" if item.line in ("first", "second") else f", {item.line}" if item.line else ""
        yield f"- **{_safe(item.label)}**: {outline.STATUS_WORDS[item.status]}{line}{taken}"
        for dose in item.doses:
            yield f"  - dose: {_safe(dose.text)}"
        if item.after:
            yield f"  - first: {_safe(', '.join(outline.step_label(step, self.names) for step in item.after))}"
        for label, reasons in (("because", item.against), ("why", item.supporting), ("care", item.cautions)):
            for reason in reasons:
                yield f"  - {label}: {self._reason(reason)}"

    def barred(self) -> str:
        lines = []
        for item in outline.barred(self.verdict):
            taken = f" (being taken: {item.advice})" if item.taken else ""
            lines.append(f"- **{_safe(item.label)}**{taken}")
            lines += [f"  - {self._reason(reason)}" for reason in item.against]
        return _section("Not for this person, and why", lines)

    def questions(self) -> str:
        lines = []
        for one in questions.pending(self.verdict, self.names):
            decided = [
                f"{label} {', '.join(_safe(word) for word in words)}"
                for label, words in (("frees", one.frees), ("tells of", one.tells), ("could exclude", one.rules_out))
                if words
            ]
            test = " (test)" if one.by_test else ""
            lines.append(f"- {_safe(one.label)}{test}" + (f": {'; '.join(decided)}" if decided else ""))
        return _section("Still to be answered", lines)

    def differences(self) -> str:
        lines = [line for difference in self.verdict.differences for line in self._difference(difference)]
        return _section("Where guidelines differ", lines)

    def _difference(self, difference: Difference) -> Iterable[str]:
        needs = f" (may differ: needs {self._listed(difference.needs)})" if difference.needs else ""
        yield f"- {_safe(difference.question)}{needs}"
        for position in difference.positions:
            guideline = self.names.kb.guidelines.get(position.guideline)
            who = guideline.label if guideline is not None else position.guideline
            yield f"  - {_safe(who)}: {_safe(position.says)} ({_POSITIONS[position.truth]})"

    def closing(self) -> str:
        cited = outline.sources(self.verdict, self.names)
        parts = [_section("Sources", [f"- {_safe(one.id)}: {_safe(one.citation or one.label)}" for one in cited])]
        if doubts := outline.unverified(self.verdict):
            rules = "1 rule" if len(doubts) == 1 else f"{len(doubts)} rules"
            parts.append(f"Marked *not verified*: {rules}, not yet held against the source by us.")
        if self.verdict.disclaimer:
            parts.append(f"*{_safe(self.verdict.disclaimer)}*")
        return "\n\n".join(part for part in parts if part)

    def _reason(self, reason: Reason) -> str:
        facts = ", ".join(_safe(outline.fact(one, self.names)) for one in reason.facts)
        region = f" ({_safe(reason.region)})" if reason.region else ""
        told = f"{_safe(reason.title.rstrip('.'))}{region}" + (f": {facts}" if facts else "")
        tag = outline.tag(reason.sources)
        doubt = " *not verified*" if reason.evidence == "unverified" else ""
        return told + (f" \\[{_safe(tag)}\\]" if tag else "") + doubt

    def _listed(self, findings: Iterable[str]) -> str:
        return ", ".join(_safe(self.names.label(name)) for name in findings)
