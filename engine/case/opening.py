"""From a patient file to the case it opens: what assessing, testing and consulting have in common."""

from __future__ import annotations

import datetime

from ..inference.working_memory import WorkingMemory
from ..intake import record
from ..intake.answers.sheet import clipped, folded
from ..intake.record import Reader, Record
from ..knowledge_base.model import KnowledgeBase
from ..values.frozen import ordered
from ..values.problems import Place, Problem, Refused, did_you_mean
from .case import Case, Prepared

CODES: dict[str, str] = {
    "OL340": "a guideline that the knowledge base does not have",
    "OL341": "a region that no guideline or rule names",
    "OL342": "options of `assess` that do not go together",
}

UNDATED = datetime.date(2026, 1, 1)
"""The day of a worked case that names none. It reads no date, and the clock must not decide what it shows."""


@ordered
class Terms:
    """The options of a run: guideline, region, day and executor."""

    guideline: str = ""
    region: str = ""
    as_of: datetime.date | None = None
    matcher: str = "counting"


@ordered
class Patient:
    """One patient of a file, as a case in which all that follows is settled."""

    file: str
    record: Record
    case: Case


def terms(
    kb: KnowledgeBase,
    guideline: str | None = None,
    region: str | None = None,
    as_of: datetime.date | None = None,
    matcher: str = "counting",
) -> Terms:
    """Refuses a guideline or region that nothing in the knowledge base carries."""
    problems: list[Problem] = []
    chosen = _one_of(_guidelines(kb), "guideline", guideline, "OL340", problems) if guideline else ""
    where = _one_of(_regions(kb), "region", region, "OL341", problems) if region else ""
    if problems:
        raise Refused(problems)
    return Terms(chosen, where, as_of, matcher)


def _guidelines(kb: KnowledgeBase) -> dict[str, str]:
    by_name = {folded(name): entry.id for entry in kb.guidelines.values() for name in (entry.label, entry.id)}
    return {name: found for name, found in by_name.items() if name}


def _regions(kb: KnowledgeBase) -> dict[str, str]:
    used = {one.region for one in kb.guidelines.values()} | {rule.region for rule in kb.rules.values()}
    return {folded(name): name for name in sorted(used) if name}


def _one_of(known: dict[str, str], kind: str, given: str, code: str, problems: list[Problem]) -> str:
    found = known.get(folded(given))
    if found is None:
        listed = ", ".join(dict.fromkeys(known.values())) or "none"
        hint = f"{did_you_mean(given, known.values())} there are: {listed}".strip()
        problems.append(Problem(code, f"unknown {kind} '{clipped(given)}'", Place(f"--{kind}"), hint=hint))
    return found or ""


def reader(prepared: Prepared, chosen: Terms, clock: datetime.date) -> Reader:
    """The reader of patient files for a run."""
    return Reader(prepared.kb, clock, chosen.as_of)


def patients(prepared: Prepared, text: str | bytes, file: str, chosen: Terms, clock: datetime.date) -> list[Patient]:
    """Every patient of a file. Raises Refused with everything wrong in it.

    The day asked for beats the file's own, which beats the clock; a worked case never looks at the clock.
    """
    records, problems = record.read_records(prepared.kb, text, file, clock, chosen.as_of)
    if problems:
        raise Refused(problems)
    return [Patient(file, one, finished(prepared, one, chosen)) for one in records]


def finished(prepared: Prepared, one: Record, chosen: Terms, memory: WorkingMemory | None = None) -> Case:
    """The case of a file that has been read to its end: nothing more will be said.

    A `memory` handed in now serves it; the case it served before is over.
    """
    case = opened(prepared, one, chosen, memory)
    case.finish()
    return case


def opened(prepared: Prepared, one: Record, chosen: Terms, memory: WorkingMemory | None = None) -> Case:
    """The case of a file to which more will be said: what it does not mention stays open."""
    today = one.today or chosen.as_of or UNDATED
    case = Case(prepared, today, chosen.guideline, chosen.region, chosen.matcher, memory)
    case.say(one.known)
    return case
