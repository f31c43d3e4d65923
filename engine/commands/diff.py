"""`diff`: whom an edit changes, between two revisions, directories or the working tree."""

from __future__ import annotations

import datetime
from pathlib import Path

from ..values.problems import Place, Problem, Refused
from ..views.outcomes import difference as view
from ..workbench import processes
from ..workbench.cases import cases
from ..workbench.difference import difference, samples, versions
from ..workbench.difference.conclusions import Conclusion
from ..workbench.difference.difference import Counted, Difference
from ..workbench.difference.versions import Version
from . import screen, surroundings


def run(
    old: str = "HEAD",
    new: str = "",
    format: str = "text",
    patients: int = samples.RANDOM,
    own: Path | None = None,
    fail_on: str | None = None,
    prove: bool = False,
    table: Path | None = None,
    mapping: Path | None = None,
    as_of: datetime.date | None = None,
    knowledge: Path | None = None,
) -> int:
    """Exit 1 with `fail_on` loosened where somebody is protected less; 0 else, whatever changes."""
    root = surroundings.ROOT
    if mapping is not None and table is None:
        what = "--map says what the columns of a table mean, and there is none"
        raise Refused([Problem("OL386", what, Place("diff"), hint="add --table FILE")])
    if table is not None:
        screen.hold_to_be_installed("")
    reading: list[samples.Reading] = []

    def begin(after: Version) -> None:
        reading.append(samples.Reading(after.prepared, cases.all_files(root, knowledge), root))

    with versions.opened(old, new, root, knowledge, begin) as (before, after):
        some = [one.result() for one in reading]
        parents = some[0]
        if own is not None:
            if not own.is_dir():
                raise Refused([Problem("OL001", "there is no such directory", Place(str(own)))])
            some.append(samples.own(after.prepared, own, datetime.date.today()))
        if patients and parents.said:
            some.append(samples.crossed(after.prepared, parents, patients))
        found = difference.between(before, after, some)
        if table is not None:
            found = _with_table(found, before, after, table, mapping, as_of or datetime.date.today())
        if prove:
            from ..workbench.difference import proving  # needs a solver

            found = proving.proved(before, after, found)
    if format == "json":
        surroundings.put(view.data(found))
    elif format == "markdown":
        surroundings.put(view.markdown(found))
    elif format == "html":
        surroundings.put(view.page(found))
    else:
        surroundings.put(view.text(found))
    return 1 if fail_on == "loosened" and found.loosened else 0


def _with_table(
    found: Difference, before: Version, after: Version, path: Path, mapping: Path | None, today: datetime.date
) -> Difference:
    """The same with the rows of a table, of which only numbers are told."""
    from ..cohort import differing
    from ..cohort.running import Run
    from ..cohort.screening import Asked
    from ..cohort.table.tables import Table

    table, asked = Table(path), Asked(today)
    directory = mapping.parent if mapping is not None else Path()
    old, new = (
        Run(one.prepared, table, screen.contract_of(one.prepared, table, mapping)[0], asked, directory,
            workers=processes.cores())
        for one in (before, after)
    )  # fmt: skip
    wanted = difference.touched(before, after) if found.decides else []
    counted = differing.counted(old, new, wanted, lambda rows: None)
    turns = {(Conclusion(kind, name), was, now): count for (kind, name, was, now), count in counted.turns.items()}
    sample = Counted(f"rows of {path.name}", counted.rows, counted.changed, counted.loosened, counted.refused)
    return difference.with_counts(found, sample, turns)
