"""`assess`: patients from files, each with all that follows, in one go."""

from __future__ import annotations

import datetime
from pathlib import Path

from ..assessment import judgement
from ..assessment.verdict import Verdict
from ..case import opening
from ..case.case import Prepared
from ..case.opening import Patient, Terms
from ..knowledge_base.naming import Names
from ..values.problems import Problem, Refused
from ..views.report import data
from . import surroundings


def run(
    files: tuple[str, ...],
    format: str = "text",
    guideline: str | None = None,
    region: str | None = None,
    as_of: datetime.date | None = None,
    matcher: str = "counting",
    knowledge: Path | None = None,
    detail: str = "brief",
) -> int:
    prepared = surroundings.prepared(knowledge)
    terms = opening.terms(prepared.kb, guideline, region, as_of, matcher)
    patients = _patients(files, prepared, terms)
    verdicts = [(patient, judgement.judge(patient.case)) for patient in patients]
    surroundings.put(_shown(verdicts, prepared.names, format, detail))
    return 0


def _patients(files: tuple[str, ...], prepared: Prepared, terms: Terms) -> list[Patient]:
    """The patients of all files; refused together, so that one run shows every problem of every file."""
    clock = datetime.date.today()
    found: list[Patient] = []
    problems: list[Problem] = []
    for file in files:
        try:
            text, name = surroundings.read(file), surroundings.name_of(file)
            found += opening.patients(prepared, text, name, terms, clock)
        except Refused as refused:
            problems += refused.problems
    if problems:
        raise Refused(problems)
    return found


def _shown(verdicts: list[tuple[Patient, Verdict]], names: Names, format: str, detail: str) -> str:
    if format == "json":
        return _data(verdicts, names)
    pages = [(_title(patient, len(verdicts)), verdict) for patient, verdict in verdicts]
    if format == "markdown":
        from ..views.report import markdown

        return "\n---\n\n".join(markdown.report(verdict, names, title) for title, verdict in pages)
    if format == "html":
        from ..views.report import html

        return html.page(pages, names)
    from ..views.report import text

    width, colored = surroundings.width(), surroundings.colored()
    rule = "\n" + "=" * min(width, 80) + "\n\n"
    return rule.join(text.report(verdict, names, width, colored, title, detail) for title, verdict in pages)


def _data(verdicts: list[tuple[Patient, Verdict]], names: Names) -> str:
    """One patient is one object; several are a list, each with its file."""
    if len(verdicts) == 1:
        return data.text(data.document(verdicts[0][1], names))
    several = [({"file": patient.file, "name": patient.record.name}, verdict) for patient, verdict in verdicts]
    named = [({key: value for key, value in whose.items() if value}, verdict) for whose, verdict in several]
    return data.text(data.several(named, names))


def _title(patient: Patient, count: int) -> str:
    file = patient.file if count > 1 else ""
    return ": ".join(part for part in (file, patient.record.name) if part)
