"""`prove`: whether what must hold of no patient holds of none, shown by a solver."""

from __future__ import annotations

import json
from pathlib import Path

from ..values.problems import Place, Problem, Refused, did_you_mean
from ..views.outcomes import proofs as view
from ..workbench.proof import proofs
from ..workbench.proof.search import SECONDS
from ..workbench.trials import invariants
from . import surroundings


def run(
    names: tuple[str, ...] = (), format: str = "text", seconds: float | None = None, knowledge: Path | None = None
) -> int:
    prepared = surroundings.prepared(knowledge)
    wanted = invariants.in_force(prepared.kb)
    unknown = [name for name in names if name not in {one.id for one in wanted}]
    if unknown:
        raise Refused([_unknown(name, [one.id for one in wanted]) for name in unknown])
    chosen = [one for one in wanted if not names or one.id in names]
    found = proofs.prove(prepared, chosen, seconds or SECONDS)
    width = surroundings.width()
    if format == "json":
        surroundings.put(json.dumps(view.data(found, prepared.kb.digest, width), indent=2, ensure_ascii=False) + "\n")
    else:
        surroundings.put(view.text(found, width))
    return 1 if found.failed else 0


def _unknown(name: str, known: list[str]) -> Problem:
    hint = did_you_mean(name, known) or "`osteologic prove` proves all there are"
    return Problem("OL396", f"no invariant '{name}'", Place("osteologic prove"), hint=hint)
