"""A verdict as one page that needs nothing else: reads by day and night, prints, and folds open to every reason."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from ...assessment import questions
from ...assessment.verdict import AlertShown, Fact, Reason, Shown, Verdict
from ...knowledge_base.naming import Names
from ...version import VERSION
from .. import escape
from . import outline, pictures

TEMPLATES = Path(__file__).parent.parent / "templates"


def page(patients: Iterable[tuple[str, Verdict]], names: Names) -> str:
    """The reports, by title, on one page."""
    reports = [_report(title, verdict, names) for title, verdict in patients]
    return environment().get_template("report.html").render(reports=reports, version=VERSION)


def _report(title: str, verdict: Verdict, names: Names) -> dict[str, Any]:
    """What the template reads: the verdict, and what a report draws together from it."""
    return {
        "title": title or "Assessment",
        "verdict": verdict,
        "narrowed": outline.filtered(verdict),
        "top": verdict.on_top,
        "counted_rest": outline.counted_rest(verdict),
        "said": outline.known(verdict, names),
        "worked_out": outline.worked_out(verdict),
        "assumed": outline.assumed(verdict),
        "marks": pictures.t_scores(verdict),
        "differential": outline.differential(verdict),
        "tests": outline.tests(verdict),
        "steps": outline.steps(verdict),
        "barred": outline.barred(verdict),
        "undetermined": outline.undetermined(verdict),
        "questions": questions.pending(verdict, names),
        "sources": outline.sources(verdict, names),
        "unverified": outline.unverified(verdict),
        "words": _Words(verdict, names),
    }


class _Words:
    """Words for the template."""

    status = outline.STATUS_WORDS

    def __init__(self, verdict: Verdict, names: Names) -> None:
        self.verdict, self.names = verdict, names

    def waiting(self, missing: Iterable[str]) -> outline.Waiting:
        return outline.waiting(self.verdict, missing)

    def label(self, name: str) -> str:
        return self.names.label(name)

    def unasked(self, step: outline.Step) -> str:
        return outline.unasked(step, self.names.label)

    def labels(self, listed: Iterable[str]) -> str:
        return ", ".join(self.names.label(name) for name in listed)

    def fact(self, one: Fact) -> str:
        return outline.fact(one, self.names)

    def speaking(self, alert: AlertShown) -> str:
        return outline.speaking(alert, self.names)

    def ruling_out(self, alert: AlertShown) -> str:
        return ", ".join(outline.ruling_out(alert, self.verdict, self.names))

    def value(self, shown: Shown) -> str:
        return outline.told(shown).removeprefix(shown.label).strip()

    def step(self, after: str) -> str:
        return outline.step_label(after, self.names)

    def tag(self, reason: Reason) -> str:
        return outline.tag(reason.sources)

    def guideline(self, name: str) -> str:
        entry = self.names.kb.guidelines.get(name)
        return entry.label if entry is not None else name

    def source(self, name: str) -> str:
        entry = self.names.kb.sources.get(name)
        return entry.citation or entry.label if entry is not None else name


@cache
def environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_harmless,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["picture"] = pictures
    return environment


def _harmless(value: Any) -> Any:
    """Text without what could reorder or hide other text; markup of the template itself is left alone."""
    if isinstance(value, Markup):
        return value
    return escape.plain(value) if isinstance(value, str) else value
