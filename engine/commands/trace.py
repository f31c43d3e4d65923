"""`trace`: write the page that follows each statement and row of the sources to the rules that carry it."""

from __future__ import annotations

from pathlib import Path

from ..knowledge_base.store import cache
from ..values.problems import Place, Problem, Refused
from ..workbench.cases import cases
from ..workbench.survey import traceability
from . import surroundings


def run(knowledge: Path | None = None) -> int:
    """Write the page anew; fail where something that was read is neither carried nor left out for a reason."""
    root = surroundings.ROOT
    if not (root / traceability.ROWS).is_file():
        what = "there is no checkout here whose sources could be followed"
        raise Refused([Problem("OL001", what, Place(traceability.ROWS), hint="run it where docs/ stands")])
    read, problems = traceability.rows(root)
    if read is None or problems:
        raise Refused(problems)
    kb = cache.load(root, knowledge)
    found, wrong = cases.read_all(kb, cases.files_in(root / "tests" / "cases"), root)
    if wrong:
        raise Refused(wrong)
    surroundings.write_all(root, {traceability.PAGE: traceability.page(kb, root, read, found)})
    loose = traceability.unexplained(read, traceability.carriers(root))
    surroundings.note(f"{traceability.PAGE} written" + (f"; not explained: {', '.join(loose)}" if loose else ""))
    return 1 if loose else 0
