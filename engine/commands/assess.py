"""`assess`: patients from files, each with all that follows: read, judged, written and forgotten one after another."""

from __future__ import annotations

import datetime
import gc
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from ..assessment import judgement
from ..assessment.several import worlds
from ..assessment.verdict import Verdict
from ..case import opening
from ..case.case import Prepared
from ..case.opening import Terms
from ..hearing import texts
from ..inference.working_memory import WorkingMemory
from ..intake import stream
from ..intake.record import Record
from ..intake.records.pool import Pool
from ..intake.stream import Piece
from ..intake.taken import Taken
from ..values.frozen import ordered
from ..values.problems import Place, Problem, Refused
from ..views.report.forms import FORMS
from . import surroundings

if TYPE_CHECKING:
    from ..assessment.recalled.recalled import Recalled

AT_ONCE = 16
"""How many pieces of a file are handed to a process together."""
FEW = 8
"""So many patients are judged before parts of verdicts are kept for those who follow."""


@ordered
class Patient:
    """A patient of a file, as it was read."""

    file: str
    record: Record


Cut = tuple[str, bytes, int]
"""A piece of a file, as plain values that go from process to process: the file, the text, the lines before it."""
Written = tuple[list[str], int, "Cut | None"]
"""A line for each patient, how many were refused, and the piece that stopped the run."""
T = TypeVar("T")
R = TypeVar("R")


def run(
    files: tuple[str, ...],
    format: str = "text",
    guideline: str | None = None,
    region: str | None = None,
    as_of: datetime.date | None = None,
    matcher: str = "counting",
    knowledge: Path | None = None,
    detail: str | None = None,
    skip_refused: bool = False,
    workers: int = 1,
    reader: str = "clinician",
) -> int:
    if reader == "patient":
        _hold_to_fit_a_patient(format, detail)
    if skip_refused and format != "jsonl":
        what, hint = "--skip-refused goes with --format jsonl alone", "add --format jsonl, or leave it out"
        raise Refused([Problem("OL342", what, Place("--skip-refused"), hint=hint)])
    prepared = surroundings.prepared(knowledge)
    run = Run(prepared, opening.terms(prepared.kb, guideline, region, as_of, matcher), files, workers)
    if format == "jsonl":
        return run.lines(detail or "full", skip_refused)
    patients = run.patients()
    for_patients = reader == "patient"
    for text in run.handouts(patients, format) if for_patients else run.shown(patients, format, detail or "brief"):
        surroundings.put(text)
    return 0


class Run:
    """One run over all files."""

    def __init__(self, prepared: Prepared, terms: Terms, files: tuple[str, ...], workers: int) -> None:
        self.prepared, self.terms, self.files, self.workers = prepared, terms, files, workers
        self.reader = opening.reader(prepared, terms, datetime.date.today())
        self._memory: WorkingMemory | None = None
        self._recalled: Recalled | None = None
        self._judged = 0
        self._several = False

    def verdict(self, one: Record) -> Verdict:
        """All that follows for a patient, worked out in the memory that served the one before."""
        if self._several:
            gc.collect(1)  # each world of the one before has a memory of its own, and hangs together in circles
        if self._memory is None:
            self._memory = WorkingMemory(self.prepared.plan, self.terms.matcher)
        case = opening.finished(self.prepared, one, self.terms, self._memory)
        case.parts = self._parts()
        verdict = judgement.judge(case)
        self._several = len(worlds.of(case)) > 1
        return verdict if one.taken is None else replace(verdict, taken=_with_unread(one.taken, self.prepared))

    def _parts(self) -> Recalled | None:
        """What is kept of verdicts; none for the first few, for whom writing it down would not pay."""
        self._judged += 1
        if self._judged == FEW + 1:
            from ..assessment.recalled.recalled import Recalled  # only where there are many

            self.prepared.plan.open()  # a part of a premise is then known by its statement
            self._recalled = Recalled()
        return self._recalled

    def _pool(self) -> Pool:
        says = texts.reader(self.prepared.names)
        return Pool(self.prepared.kb, datetime.date.today(), self.terms.as_of, says)

    # --- a report of all ---

    def patients(self) -> list[Patient]:
        """The patients of all files; refused together, so that one run shows every problem of every file."""
        found: list[Patient] = []
        problems: list[Problem] = []
        health = self._pool()
        for file in self.files:
            name = surroundings.name_of(file)
            try:
                lines = health.kept(surroundings.lines(file), name)
                for piece in stream.pieces(lines) if lines is not None else ():
                    read = stream.read(self.reader, piece, name)
                    found += [Patient(name, one) for one in read.records]
                    problems += read.problems
            except Refused as refused:
                problems += refused.problems
        if problems:
            raise Refused(problems)
        return [*(Patient(one.place.file, one) for one in health.patients()), *found]

    def shown(self, patients: list[Patient], format: str, detail: str) -> Iterator[str]:
        """The report in a form, a piece at a time."""
        names, several = self.prepared.names, len(patients) > 1
        titles = [_title(one, several) for one in patients]
        if format == "html":
            from ..views.report import html, sections

            told = (self.verdict(one.record) for one in patients)
            documents = (sections.document(one, names, title) for one, title in zip(told, titles, strict=True))
            yield from html.streamed(documents, titles[0], len(patients))
            return
        if format == "fhir":
            from ..views.report import fhir

            judged = ((one.record.name or one.file, self.verdict(one.record)) for one in patients)
            yield fhir.text(fhir.bundle(judged, names))
            return
        between = _rule() if format == "text" else FORMS[format].between
        opened, closed = ("[\n", "\n]\n") if format == "json" and several else ("", "")
        write = self._writer(format, detail, titles, several)
        yield opened
        for index, text in enumerate(self._shared(lambda index: write(index, patients[index]), range(len(patients)))):
            yield (between if index else "") + text
        yield closed

    def handouts(self, patients: list[Patient], format: str) -> Iterator[str]:
        """The pages for the patients themselves, a piece at a time."""
        from ..views.report import handout, html, text

        names, several = self.prepared.names, len(patients) > 1
        titles = [_title(one, several) for one in patients]

        def page(index: int) -> handout.Handout:
            return handout.handout(self.verdict(patients[index].record), names, titles[index])

        if format == "html":
            yield from html.handouts(map(page, range(len(patients))), f"Your bones: {titles[0]}" if titles[0] else "")
            return
        width, colored = surroundings.width(), surroundings.colored()
        written = self._shared(lambda index: text.handout(page(index), width, colored), range(len(patients)))
        for index, told in enumerate(written):
            yield (_rule() if index else "") + told

    def _writer(self, format: str, detail: str, titles: list[str], several: bool) -> Callable[[int, Patient], str]:
        names = self.prepared.names
        if format == "json":
            from ..views.report import data

            def as_json(_: int, one: Patient) -> str:
                document = data.document(self.verdict(one.record), names)
                if not several:
                    return data.text(document)
                whole = data.text({**_whose(one), **document}).rstrip("\n")
                return "\n".join(f"  {line}" for line in whole.split("\n"))

            return as_json
        if format != "text":
            form = FORMS[format]
            return lambda index, one: form.write(self.verdict(one.record), names, titles[index], ())
        from ..views.report import text

        width, colored = surroundings.width(), surroundings.colored()
        return lambda index, one: text.report(self.verdict(one.record), names, width, colored, titles[index], detail)

    def _shared(self, work: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
        """What the work makes of each item, in order, by as many processes as were asked for; both are plain values."""
        if self.workers < 2:
            return map(work, items)
        from ..workbench import processes  # only where there is work to share

        return processes.streamed(work, items, self.workers)

    # --- a line for each ---

    def lines(self, detail: str, skip: bool) -> int:
        """A JSON object a line, each written as soon as the patient is judged."""
        refused = told = 0
        health = self._pool()
        for lines, wrong, stopped in self._shared(
            lambda cuts: self._written(cuts, detail, skip), self._batches(health)
        ):
            surroundings.put("".join(lines))
            surroundings.flush()
            refused, told = refused + wrong, told + len(lines)
            _progress(told)
            if stopped is not None:
                file, text, line = stopped
                raise Refused(stream.read(self.reader, Piece(text, line), file).problems)
        for record in health.patients():
            surroundings.put(self._line(record.place.file, record, detail))
            told += 1
        _progress(None)
        if refused:
            surroundings.note(f"{refused} of {told} were refused; their lines say why.")
        return 1 if refused else 0

    def _batches(self, health: Pool) -> Iterator[tuple[Cut, ...]]:
        """The patients of files a few at a time; health records are kept, for one patient may lie in several."""
        for file in self.files:
            name = surroundings.name_of(file)
            lines = health.kept(surroundings.lines(file), name)
            found = ((name, piece.text, piece.line) for piece in stream.pieces(lines if lines is not None else ()))
            if lines is None:
                continue
            size = 1  # the first is told at once
            while batch := tuple(islice(found, size)):
                yield batch
                size = AT_ONCE

    def _line(self, file: str, record: Record, detail: str) -> str:
        from ..views.report import data

        verdict, whose = self.verdict(record), {**_whose(Patient(file, record)), "line": record.place.line}
        brief = {"summary": data.brief(verdict, self.prepared.names)} if detail == "brief" else None
        return data.line({**whose, **(brief or data.document(verdict, self.prepared.names))})

    def _written(self, cuts: tuple[Cut, ...], detail: str, skip: bool) -> Written:
        from ..views import problems as shown
        from ..views.report import data

        lines: list[str] = []
        refused = 0
        for file, text, line in cuts:
            read = stream.read(self.reader, Piece(text, line), file)
            for record in read.records:
                lines.append(self._line(file, record, detail))
            if read.problems:
                if not skip:
                    return lines, 1, (file, text, line)
                refused += 1
                wrong = [shown.as_data(one) for one in read.problems]
                lines.append(data.line({"file": file, "line": read.problems[0].place.line, "problems": wrong}))
        return lines, refused, None


def _hold_to_fit_a_patient(format: str, detail: str | None) -> None:
    """Raises Refused where the page for a patient cannot be written as it was asked for."""
    if format not in ("text", "html"):
        what = f"--for patient is a page to read: it goes with --format text or html, not {format}"
        hint = "add --format html, or leave --for patient out"
        raise Refused([Problem("OL342", what, Place("--for patient"), hint=hint)])
    if detail is not None:
        what, hint = "--for patient is one page and has no --detail", "leave --detail out"
        raise Refused([Problem("OL342", what, Place("--for patient"), hint=hint)])


def _with_unread(taken: Taken, prepared: Prepared) -> Taken:
    """The same, with what was read and no premise or formula asks for."""
    plan = prepared.plan
    worked_out = frozenset().union(*plan.reads.values())
    return taken._replace(
        unread=tuple(name for name in taken.read if name not in worked_out and not plan.readers.get(name))
    )


def _whose(one: Patient) -> dict[str, str]:
    return {"file": one.file, **({"name": one.record.name} if one.record.name else {})}


def _title(patient: Patient, several: bool) -> str:
    file = patient.file if several else ""
    return ": ".join(part for part in (file, patient.record.name) if part)


def _rule() -> str:
    return "\n" + "=" * min(surroundings.width(), 80) + "\n\n"


def _progress(told: int | None) -> None:
    """How far it is (None: at the end), on a terminal that shows errors alone; what is piped on is not disturbed."""
    if sys.stderr.isatty() and not sys.stdout.isatty():
        sys.stderr.write("\n" if told is None else f"\r{told} patients")
        sys.stderr.flush()
