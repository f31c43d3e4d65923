"""`unmapped`: codes of health records that are not known here, by how often they come, with the line that adds each."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

from ..intake.records import unmapped
from ..intake.records.pool import Pool
from ..intake.records.unmapped import Missing
from ..knowledge_base.store import cache
from ..values.problems import Place, Problem, Refused
from ..views import escape
from ..views.layout import Page
from . import surroundings


def run(files: tuple[str, ...], format: str = "text", knowledge: Path | None = None) -> int:
    kb = cache.load(surroundings.ROOT, knowledge, surroundings.later)
    pool = Pool(kb, datetime.date.today(), None)
    problems: list[Problem] = []
    for file in files:
        name = surroundings.name_of(file)
        try:
            if pool.kept(surroundings.lines(file), name) is not None:
                hint = "give FHIR: a Bundle, a resource, a list of them, or a resource a line"
                problems.append(Problem("OL371", "no health record is in it", Place(name), hint=hint))
        except Refused as refused:
            problems += refused.problems
    if problems:
        raise Refused(problems)
    found = unmapped.missing(kb, [one.taken for one in pool.patients() if one.taken is not None])
    surroundings.put(_data(found) if format == "json" else _text(found))
    return 0


def _text(found: list[Missing]) -> str:
    page = Page(surroundings.width(), surroundings.colored())
    if not found:
        page.paragraph("Every code is known.", 0)
    for one in found:
        code = f"{one.system} {one.code}".strip()
        of = f" of {one.patients} patients" if one.patients > 1 else ""
        page.item(f"{one.display or 'without a name'}{f' [{code}]' if code else ''}, {one.kind}", str(one.times), 0)
        page.entry("where", f"{one.path}{of}", 4)
    lines = [one.line for one in found if one.line]
    if not lines:
        return page.text()
    page.blank()
    told = (
        "To add, in a file of knowledge/codes (a hospital's in its own directory), once each code has been looked up. "
    )
    page.paragraph(told + "What `means` says is a guess by name; what is of no use gets `ignored: why` instead.", 0)
    page.blank()
    return page.text() + "".join(f"{escape.line(line)}\n" for line in lines)


def _data(found: list[Missing]) -> str:
    listed = [
        {
            "type": one.kind,
            "system": one.system or None,
            "code": one.code or None,
            "display": one.display,
            "count": one.times,
            "patients": one.patients,
            "path": one.path,
            "add": one.line or None,
        }
        for one in found
    ]
    return json.dumps(listed, indent=2) + "\n"
