"""`diff`: whom an edit changes, between two revisions, directories or the working tree."""

from __future__ import annotations

import datetime
from pathlib import Path

from ..values.problems import Place, Problem, Refused
from ..views.outcomes import difference as view
from ..workbench.cases import cases
from ..workbench.difference import difference, samples, versions
from . import surroundings


def run(
    old: str = "HEAD",
    new: str = "",
    format: str = "text",
    patients: int = samples.RANDOM,
    own: Path | None = None,
    fail_on: str | None = None,
    prove: bool = False,
    knowledge: Path | None = None,
) -> int:
    """Exit 1 with `fail_on` loosened where somebody is protected less; 0 else, whatever changes."""
    root = surroundings.ROOT
    with versions.opened(old, new, root, knowledge) as (before, after):
        some = [samples.worked(after.prepared, cases.all_files(root, knowledge), root)]
        parents = some[0]
        if own is not None:
            if not own.is_dir():
                raise Refused([Problem("OL001", "there is no such directory", Place(str(own)))])
            some.append(samples.own(after.prepared, own, datetime.date.today()))
        if patients and parents.said:
            some.append(samples.crossed(after.prepared, parents, patients))
        found = difference.between(before, after, some)
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
