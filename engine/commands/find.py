"""`find`: a patient of whom something holds, or that there is none."""

from __future__ import annotations

import json
from pathlib import Path

from ..assessment import query
from ..values.problems import Refused
from ..views.outcomes import proofs as view
from ..workbench.proof.search import REFUTED, SECONDS, Search
from . import surroundings


def run(question: str, format: str = "text", seconds: float | None = None, knowledge: Path | None = None) -> int:
    prepared = surroundings.prepared(knowledge)
    node, problems = query.parse(prepared.kb, question)
    if node is None:
        raise Refused(problems)
    search = Search(prepared)
    answer = search.ask(node, question, seconds or SECONDS)
    case = search.case(answer.witness) if answer.witness else None
    width = surroundings.width()
    if format == "json":
        told = json.dumps(view.found_data(answer, case, node, width), indent=2, ensure_ascii=False) + "\n"
    else:
        told = view.found_text(answer, case, node, width)
    surroundings.put(told)
    return 0 if answer.status == REFUTED else 1
