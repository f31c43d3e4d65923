"""`screen`: a table of patients by the same rules: every row with all that is shown of it, or the rows asked for."""

from __future__ import annotations

import datetime
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ..assessment import judgement, query
from ..case import opening
from ..case.case import Prepared
from ..cohort.codes import EXTRA
from ..intake.answers.sheet import clipped
from ..knowledge_base.model import KnowledgeBase
from ..premises.expression import TruthNode
from ..values.frozen import ordered
from ..values.problems import Place, Problem, Refused
from . import surroundings

if TYPE_CHECKING:
    from ..cohort.counts import Counted
    from ..cohort.running import Run
    from ..cohort.table.contract import Contract
    from ..cohort.table.tables import Table


@ordered
class Wanted:
    """What a call asks for besides its table."""

    out: Path | None
    select: str
    count: bool
    undecided: bool
    html: Path | None
    min_count: int
    resume: bool
    workers: int
    engine: str


def run(
    table: Path,
    mapping: Path | None = None,
    draft: bool = False,
    select: str = "",
    undecided: bool = False,
    count: bool = False,
    out: Path | None = None,
    html: Path | None = None,
    explain: int | None = None,
    min_count: int = 1,
    resume: bool = False,
    workers: int = 1,
    engine: str | None = None,
    guideline: str | None = None,
    region: str | None = None,
    as_of: datetime.date | None = None,
    knowledge: Path | None = None,
) -> int:
    _hold_together(select, undecided, count, out, resume, draft, explain)
    hold_to_be_installed(engine or "")
    from ..cohort.table import tables

    prepared = surroundings.prepared(knowledge)
    found = tables.Table(table)
    if draft:
        from ..cohort.table.draft import Draft

        surroundings.put(Draft(prepared.kb, found).text())
        return 0
    terms = opening.terms(prepared.kb, guideline, region, as_of)
    contract, written = contract_of(prepared, found, mapping)
    if explain is not None:
        return _explain(prepared, found, contract, mapping, terms, explain)
    wanted = Wanted(out, select, count, undecided, html, min_count, resume, workers, engine or "")
    return _screen(prepared, found, contract, mapping, written, terms, wanted, knowledge)


def _hold_together(
    select: str, undecided: bool, count: bool, out: Path | None, resume: bool, draft: bool, explain: int | None
) -> None:
    """Raises Refused for options that do not go together."""
    wrong: list[tuple[str, str]] = []
    if count and out is not None:
        wrong.append(("--count gives numbers and --out rows", "leave one of them out"))
    if undecided and not select:
        wrong.append(("--undecided goes with --select", "add a question"))
    if out is not None and out.suffix.lower() not in (".parquet", ".csv"):
        wrong.append((f"--out writes no '{out.suffix}'", "name a file .parquet or .csv"))
    if resume and out is None:
        wrong.append(("--resume goes on writing to --out", "add --out"))
    if draft and (select or out is not None or explain is not None):
        wrong.append(("--draft writes a mapping alone", "leave the rest out"))
    if wrong:
        raise Refused([Problem("OL386", what, Place("screen"), hint=hint) for what, hint in wrong])


def hold_to_be_installed(engine: str) -> None:
    """Raises Refused where a library is missing."""
    from importlib.util import find_spec

    for extra, libraries in {"tables": EXTRA["tables"], **({engine: EXTRA[engine]} if engine else {})}.items():
        missing = [one for one in libraries if find_spec(one) is None]
        if missing:
            what = f"{' and '.join(missing)} is needed for tables and is not installed"
            hint = f"write: pip install 'osteologic[{extra}]'"
            raise Refused([Problem("OL388", what, Place("screen"), hint=hint)])


def contract_of(prepared: Prepared, table: Table, mapping: Path | None) -> tuple[Contract, bytes]:
    """How the columns of a table are read, and the mapping as it was written. Raises Refused."""
    from ..cohort.table import contract, tables

    own = (table.schema.metadata or {}).get(contract.METADATA)
    if mapping is None and own is not None:
        its_own = contract.by_mapping(prepared.kb, table.kinds, own, f"{table.path}: {contract.METADATA.decode()}")
        return tables.hold_readable(its_own, table), own
    if mapping is None:
        return tables.hold_readable(contract.by_names(prepared.kb, table.kinds), table), b""
    text = surroundings.read(str(mapping))
    return tables.hold_readable(contract.by_mapping(prepared.kb, table.kinds, text, str(mapping)), table), text


def mapped(kb: KnowledgeBase, mapping: Path, table: Path | None) -> Contract:
    """A mapping, held to a table where there is one. Raises Refused."""
    from ..cohort.table import contract

    text = surroundings.read(str(mapping))
    if table is None:
        return contract.by_itself(kb, text, str(mapping))
    hold_to_be_installed("")
    from ..cohort.table import tables

    opened = tables.Table(table)
    found = tables.hold_readable(contract.by_mapping(kb, opened.kinds, text, str(mapping)), opened)
    for one in found.beside:
        tables.LongTable(one, mapping.parent, found.patient)
    return found


def _question(prepared: Prepared, text: str) -> TruthNode | None:
    if not text:
        return None
    node, problems = query.parse(prepared.kb, text, Place("--select", 1, 1))
    if node is None:
        raise Refused(problems)
    return node


def _screen(
    prepared: Prepared,
    table: Table,
    contract: Contract,
    mapping: Path | None,
    written: bytes,
    terms: opening.Terms,
    wanted: Wanted,
    prepared_from: Path | None,
) -> int:
    from ..cohort import running
    from ..cohort.screening import Asked
    from ..views.outcomes import screened

    asked = Asked(
        terms.as_of or datetime.date.today(),
        terms.guideline,
        terms.region,
        _question(prepared, wanted.select),
        columns=wanted.out is not None,
        undecided=wanted.undecided,
    )
    directory = mapping.parent if mapping is not None else Path()
    key = f"{wanted.select}\n{written.decode('utf-8', errors='replace')}" if written else wanted.select
    run = running.Run(prepared, table, contract, asked, directory, key, wanted.workers)
    counted = _counted(run, wanted, written, prepared_from)
    report = screened.Report(
        prepared.kb,
        asked.today,
        wanted.select,
        counted,
        tuple(one.name for one in contract.lists if one.complete),
        wanted.min_count,
    )
    if wanted.html is not None:
        surroundings.write(wanted.html, screened.page(report, table.path.name))
    told = screened.text(report) if wanted.out is None else screened.brief(report, str(wanted.out))
    surroundings.put(told) if wanted.out is None else surroundings.note(told.rstrip("\n"))
    return 0


def _counted(run: Run, wanted: Wanted, written: bytes, local: Path | None) -> Counted:
    from ..cohort import running

    progress = _Progress(run.table.rows)
    try:
        if wanted.engine:
            from ..cohort import engines

            return engines.run(wanted.engine, run, written, wanted.select, local, wanted.out, progress)
        if wanted.out is not None:
            return running.written(run, wanted.out, progress, wanted.resume)
        return running.counts(run, progress)
    finally:
        progress.end()


class _Progress:
    """How far it is, on a terminal that shows errors alone; what is piped on is not disturbed."""

    def __init__(self, rows: int | None) -> None:
        self.rows, self.done = rows, 0
        self.shown = sys.stderr.isatty()

    def __call__(self, more: int) -> None:
        self.done += more
        if self.shown:
            share = f" of {self.rows:,} ({100 * self.done // self.rows} %)" if self.rows else ""
            sys.stderr.write(f"\r{self.done:,}{share} rows")
            sys.stderr.flush()

    def end(self) -> None:
        if self.shown and self.done:
            sys.stderr.write("\n")


def _explain(
    prepared: Prepared, table: Table, contract: Contract, mapping: Path | None, terms: opening.Terms, row: int
) -> int:
    """The ordinary report of one row."""
    from ..cohort import running
    from ..cohort.screening import Asked
    from ..views.report import text

    asked = Asked(terms.as_of or datetime.date.today(), terms.guideline, terms.region)
    directory = mapping.parent if mapping is not None else Path()
    case, refused = running.one(running.Run(prepared, table, contract, asked, directory), row)
    if case is None:
        what = f"row {row} is refused: {clipped(refused, 200)}" if refused else f"the table has no row {row}"
        hint = f"osteologic explain {refused.split()[0]} says what that means" if refused else "rows are counted from 1"
        raise Refused([Problem("OL380", what, Place(str(table.path), row), hint=hint)])
    width, colored = surroundings.width(), surroundings.colored()
    verdict = judgement.judge(case)
    surroundings.put(text.report(verdict, prepared.names, width, colored, f"row {row}", "brief"))
    return 0
