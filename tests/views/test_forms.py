"""The report in all its forms: what the document holds stands in each of them, and the answer stands first."""

from __future__ import annotations

import datetime
import html as entities
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

import cli
from engine.assessment import judgement
from engine.assessment.verdict import Verdict
from engine.case import opening
from engine.case.case import Prepared, prepare_kept
from engine.inference.working_memory import WorkingMemory
from engine.intake import record
from engine.knowledge_base.store import cache
from engine.views.report import data, html, markdown, outline, sections, text
from engine.views.report.document import Document, Entry, Group, Table, entries, told
from engine.views.report.forms import FORMS
from engine.workbench.cases import cases
from tests.conftest import LONG

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.xdist_group("forms")  # the reports are made once, not by each worker
TODAY = datetime.date(2026, 11, 21)
EXAMPLES = sorted([*ROOT.glob("examples/*.yaml"), *ROOT.glob("examples/ordinary/*.yaml")])
STEP = 1 if LONG else 12
"""Every twelfth worked case of every twelfth file is tried, and in the long suite all of all."""
ALWAYS = ("severe osteoporosis on the record is osteoporosis",)
FOUND_IN = "kinds-of-a-disease"
"""What was found only there, and in which file."""


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    return prepare_kept(cache.load(ROOT))


Told = list[tuple[str, Verdict, Document]]
"""Patients by name, what follows for each, and the report of it."""


@pytest.fixture(scope="module")
def reports(prepared: Prepared) -> Told:
    """Of the examples, and of a share of the worked cases."""
    found = []
    memory = WorkingMemory(prepared.plan)  # building one takes longer than a patient
    for path in EXAMPLES:
        terms = opening.terms(prepared.kb, None, None, TODAY, "counting")
        records, wrong = record.read_records(prepared.kb, path.read_text("utf-8"), path.name, TODAY, TODAY)
        assert wrong == []
        found += [(path.name, judgement.judge(opening.finished(prepared, one, terms, memory))) for one in records]
    every = cases.all_files(ROOT, None)
    files = [path for at, path in enumerate(every) if at % STEP == 0 or path.stem == FOUND_IN]
    worked, problems = cases.read_all(prepared.kb, files, ROOT)
    assert problems == []
    tried = [one for at, one in enumerate(worked) if at % STEP == 0 or one.name in ALWAYS]
    found += [(one.name, judgement.judge(cases.patient(prepared, one, memory=memory))) for one in tried]
    return [(name, verdict, sections.document(verdict, prepared.names, name)) for name, verdict in found]


def plain(words: str) -> str:
    return " ".join(words.casefold().split())


def in_json(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for one in value.values():
            yield from in_json(one)
    elif isinstance(value, list):
        for one in value:
            yield from in_json(one)
    elif isinstance(value, str):
        yield value


def shown(page: str) -> str:
    """A page as a reader of it sees it, folds open."""
    return plain(entities.unescape(re.sub(r"<[^>]*>", " ", page.partition("</style>")[2])).replace(" ,", ","))


def test_the_command_line_offers_every_form_there_is() -> None:
    (formats,) = [one for one in cli.FRONT.commands["assess"].params if one.name == "format"]
    assert isinstance(formats.type, click.Choice)
    assert {*FORMS} <= {*formats.type.choices}


def test_every_fact_of_the_document_stands_in_text_markdown_and_html(reports: Told) -> None:
    for name, _, document in reports:
        written = plain(text.full(document, 100))
        marked = plain(re.sub(r"\\(.)", r"\1", markdown.written(document)).replace("&amp;", "&"))
        page = shown(html.written([document]))
        for fact in dict.fromkeys(map(plain, told(document))):
            for form, said in (("text", written), ("Markdown", marked), ("HTML", page)):
                assert fact in said, f"{name}: not in {form}: {fact}"


def test_every_label_reason_dose_and_what_follows_stands_in_json(prepared: Prepared, reports: Told) -> None:
    for name, verdict, document in reports:
        said = plain(" | ".join(in_json(json.loads(data.text(data.document(verdict, prepared.names))))))
        for fact in _in_data(document):
            assert plain(fact).rstrip(".") in said, f"{name}: not in JSON: {fact}"


def _in_data(document: Document) -> Iterator[str]:
    for section in document.sections:
        for part in section.parts:
            if isinstance(part, Table):
                yield from (row.value for row in part.rows)
            elif isinstance(part, (Entry, Group)):
                for one in part.parts if isinstance(part, Group) else (part,):
                    if isinstance(one, Entry):
                        yield from _of_entry(section.id, one)


def _of_entry(section: str, one: Entry) -> Iterator[str]:
    if section not in ("alerts", "doubts", "plan", "questions", "causes"):
        yield one.label
    if section == "plan" and one.columns:
        yield one.label
    for detail in one.details:
        if detail.label in ("dose", "later", "how", "watch", "do", "tells"):
            yield from ([detail.text] if detail.text else [])
        yield from (why.title for why in detail.whys)
        yield from (fact for why in detail.whys for fact in why.facts)


def test_the_answer_is_one_screen_with_diagnoses_the_first_medicine_and_every_alert_raised(
    prepared: Prepared, reports: Told
) -> None:
    for name, verdict, document in reports:
        brief = text.brief(document)
        assert brief.count("\n") <= text.SCREEN or _crowded(verdict), f"{name}\n{brief}"
        said = plain(brief)
        made = [one for one in verdict.diagnoses if one.status in ("established", "contradictory")]
        stands = {line.id for block in document.summary for line in block.lines}
        for one in made:
            assert stands & narrower(prepared, one.id, [other.id for other in made]), f"{name}: {one.id}"
        for block in document.summary:
            if block.id == "finding":
                assert all(plain(line.text) in said for line in block.lines if line.tone == "lead"), name
        for alert in verdict.on_top.raised:
            assert plain(alert.label) in said, f"{name}: {alert.label}"
        medicines = [one for one in verdict.plan if one.kind == "medicine" and one.status == "recommended"]
        if medicines:
            assert any(plain(one.label) in said for one in medicines), f"{name}\n{brief}"


def test_a_diagnosis_an_alert_and_the_first_medicine_stand_with_a_fact_a_title_or_a_dose(
    prepared: Prepared, reports: Told
) -> None:
    """The answer is never bare: behind it stands a fact of a rule that holds, its title, or how it is given."""
    for name, verdict, document in reports:
        lines = {line.id: line for block in document.summary for line in block.lines if line.id}
        told_once = {line.clause for line in lines.values() if line.clause}
        made = {one.id: one.supporting for one in verdict.diagnoses}
        kinds = {one: prepared.kb.conditions[one].kinds for one in made if one in prepared.kb.conditions}
        grounds = [
            (one, (*made[one], *(why for wider in kinds.get(one, ()) for why in made.get(wider, ())))) for one in made
        ]
        grounds += [(one.id, one.because) for one in verdict.on_top.raised]
        for subject, listed in grounds:
            line = lines.get(subject)
            if line is None or line.tone not in ("lead", "emergency", "urgent"):
                continue
            words = {one.title.rstrip(".") for one in listed}
            words |= {outline.fact(fact, prepared.names) for one in listed for fact in one.facts}
            behind = line.clause or " ".join(told_once)  # a clause that several share is told at the first
            carried = any(plain(one) in plain(behind) for one in words) or not words
            assert carried, f"{name}: {line.text}: {line.clause}"
        first = next((line for block in document.summary if block.id == "today" for line in block.lines), None)
        if first is not None and first.tone == "good":
            assert first.clause or not _dosed(verdict, first.id), f"{name}: {first.text}"


def _dosed(verdict: Verdict, name: str) -> bool:
    return any(one.doses for one in verdict.plan if one.id == name)


def test_what_comes_before_is_not_said_of_a_medicine_that_need_not_wait(prepared: Prepared) -> None:
    """After denosumab zoledronate is given now; only the bone-forming medicines wait for it."""
    terms = opening.terms(prepared.kb, None, None, TODAY, "counting")
    path = ROOT / "examples" / "denosumab-stopped.yaml"
    (patient,) = opening.patients(prepared, path.read_text("utf-8"), path.name, terms, TODAY)
    blocks = {one.id: one for one in sections.document(judgement.judge(patient.case), prepared.names).summary}
    assert blocks["today"].lines[0].id == "zoledronate"
    assert all(line.text.startswith("tests: ") for line in blocks["before"].lines)


def narrower(prepared: Prepared, name: str, made: list[str]) -> set[str]:
    """A diagnosis with its kinds, and kinds of kinds, as far as they are made."""
    kinds = {other for other in made if name in prepared.kb.conditions[other].kinds and other != name}
    return {name}.union(*(narrower(prepared, one, made) for one in kinds))


def _crowded(verdict: Verdict) -> bool:
    """Whether alerts, notices and diagnoses alone fill the screen; none of them is left out for want of room."""
    return len(verdict.on_top.raised) + len(verdict.notices) + len(verdict.diagnoses) > 12


def test_whatever_is_told_of_a_thing_bears_its_id(prepared: Prepared, reports: Told) -> None:
    for _, verdict, document in reports:
        planned = {item.id: item for item in verdict.plan}
        for entry in entries(document):
            if entry.id in planned and entry.columns:
                assert entry.label == planned[entry.id].label
