"""The door for Python programs: load a knowledge base, assess a patient, ask why.

The commands come in by it too. Nothing is printed, nothing leaves the machine, and whatever is wrong with what was
given is raised at once as `Refused`, whose `problems` say what, where and what to write instead.
"""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .assessment.contrasts.contrast import Turn, WhyNot
from .assessment.verdict import Verdict
from .case import case as _case
from .case import opening
from .case.case import Case, Prepared
from .case.explanation import Proof
from .intake import record
from .intake.record import Record
from .intake.records import notation
from .knowledge_base.files import layout
from .knowledge_base.files.nodes import ListNode, MapNode, Node, Text
from .knowledge_base.store import cache
from .premises import propositions
from .values.frozen import ordered
from .values.problems import Place, Problem, Refused
from .values.value import Known

if TYPE_CHECKING:
    from .dialogue.line import ReadLine
    from .workbench.cases.outcomes import Result

__all__ = [
    "KnowledgeBase",
    "Patient",
    "Problem",
    "Refused",
    "Verdict",
    "assess",
    "check",
    "explain",
    "load",
    "patient",
    "read_line",
    "test",
    "whatif",
    "why",
    "whynot",
]

ROOT = Path(__file__).parent.parent
"""The folder that holds rules/ and knowledge/ beside the engine."""

Answers = Mapping[str, Any]
"""Answers by finding, as a patient file writes them: `{"age": 67, "fractures": [{"site": "vertebra"}]}`."""

KnowledgeBase = Prepared
"""A knowledge base ready for patients; its entries are in `kb`."""

_GIVEN = Place("what was given")


@ordered
class Patient:
    """What is known of one patient, by finding or quantity id; equal to another of whom the same is known."""

    known: Mapping[str, Known]
    today: datetime.date
    name: str = ""


def load(knowledge: str | os.PathLike[str] | None = None, later: cache.When = cache.at_once) -> KnowledgeBase:
    """The knowledge base beside the engine, from the cache where nothing has changed.

    Args:
        knowledge: a hospital's own directory, laid over what is shipped.
        later: when to keep what was read anew; at once unless somebody waits for an answer.

    Raises:
        Refused: if a file cannot be read, or says something that is wrong.
    """
    local = Path(knowledge) if knowledge is not None else None
    return _case.prepare_kept(cache.load(ROOT, local, later), later)


def patient(kb: KnowledgeBase, given: Answers | str | os.PathLike[str], today: datetime.date | None = None) -> Patient:
    """One patient, from answers by finding, from a file of them, or from a health record (FHIR) or a file of that.

    Args:
        today: the day the patient is seen; else the file's own `today`, else the clock.

    Raises:
        Refused: for anything that cannot be understood, is out of range, or contradicts itself.
    """
    clock = datetime.date.today()
    records, problems = _read(kb, given, clock, today)
    if len(records) > 1:
        problems = [*problems, Problem("OL327", f"{len(records)} patients where one is expected", records[1].place)]
    if problems or not records:
        raise Refused(problems)
    (one,) = records
    return Patient(one.known, one.today or today or clock, one.name)


def assess(
    kb: KnowledgeBase,
    patient: Patient | Answers,
    *,
    guideline: str | None = None,
    region: str | None = None,
    today: datetime.date | None = None,
) -> Verdict:
    """Everything that follows for a patient: diagnoses, work-up, plan and alerts, each with its reasons.

    Args:
        guideline: show what this one recommends, and what no guideline says; it hides no danger.
        region: the same for a region.

    Raises:
        Refused: for a patient that cannot be read, or a guideline or region nobody knows.
    """
    from .assessment import judgement

    return judgement.judge(settled(kb, patient, guideline, region, today))


def why(kb: KnowledgeBase, patient: Patient | Answers, what: str) -> Proof:
    """The smallest proof of a proposition, rule or level: `diagnosed(osteoporosis)`, `fragility_fracture`.

    Raises:
        Refused: for a patient that cannot be read, or a name of nothing that can be concluded.
    """
    case = settled(kb, patient)
    if what in case.kb.rules:
        return case.explanation.rule(case.kb.rules[what])
    atom = propositions.diagnosed(what) if what in case.kb.conditions else what
    if atom not in case.prepared.rules and not propositions.condition_of(atom):
        raise Refused([_unknown(what, (*case.prepared.rules, *case.kb.rules, *case.kb.conditions))])
    return case.explanation.how(atom)


def whynot(kb: KnowledgeBase, patient: Patient | Answers, what: str) -> WhyNot:
    """Every rule about a condition, intervention, investigation or alert, the nearest first, and the nearest way to it.

    Raises:
        Refused: for a patient that cannot be read, or an id of nothing.
    """
    from .assessment.contrasts import contrast

    case = settled(kb, patient)
    kinds = (case.kb.conditions, case.kb.interventions, case.kb.investigations, case.kb.alerts, case.kb.states)
    known = {name for kind in kinds for name in kind}
    if what not in known:
        raise Refused([_unknown(what, known)])
    return contrast.why_not(case, what)


def whatif(kb: KnowledgeBase, patient: Patient | Answers, changes: Mapping[str, Any]) -> tuple[Turn, ...]:
    """Every shown status that other answers would turn; an answer of None is withdrawn.

    Raises:
        Refused: for a patient or an answer that cannot be read.
    """
    from .assessment import judgement
    from .assessment.contrasts import contrast
    from .assessment.several import worlds

    case = settled(kb, patient)
    given = {name: value for name, value in changes.items() if value is not None}
    records, problems = _read(kb, given, case.today, case.today) if given else ([], [])
    if problems:
        raise Refused(problems)
    known: dict[str, Known | None] = {name: None for name, value in changes.items() if value is None}
    known |= records[0].known if records else {}
    return contrast.differences(judgement.judge(case), judgement.judge(worlds.supposing(case, known)))


def read_line(
    kb: KnowledgeBase,
    line: str,
    pending: str | Iterable[str] | None = None,
    known: Answers | None = None,
    earlier: Iterable[str] = (),
    today: datetime.date | None = None,
) -> ReadLine:
    """What a typed or pasted line says: `answers` as a patient file writes them, `questions`, `unread`, `command`.

    Args:
        pending: the finding that was asked for, several, or a group (`dxa`).
        known: answers there were before; what stands against one of them is a question.
        earlier: lines typed before this one, which it may correct.
        today: the day times are counted from; else the clock.

    Raises:
        Refused: for answers in `known` that cannot be read.
    """
    from .dialogue import line as lines

    day = today or datetime.date.today()
    before = _patient(kb, known, day).known if known else {}
    return lines.read(kb.names, line, lines.findings_of(kb.kb, pending), before, tuple(earlier), day)


def explain(kb: KnowledgeBase, words: str, width: int = 80) -> str:
    """What an id, label, synonym or question means, as the command `explain` prints it; empty for nothing known."""
    from .intake.lookup import Lookup
    from .views.catalog import entries

    lookup = Lookup(kb.kb)
    found = lookup.meant(words)
    return entries.page(found[0], kb.names, width, False, lookup.about(found[0])) if found else ""


def check(knowledge: str | os.PathLike[str] | None = None) -> tuple[Problem, ...]:
    """Everything that is wrong with the knowledge base, errors and warnings, in the order of the files."""
    from .workbench import whole

    return whole.check(ROOT, Path(knowledge) if knowledge is not None else None).problems


def test(
    kb: KnowledgeBase,
    knowledge: str | os.PathLike[str] | None = None,  # noqa: PT028 - no test of ours, but what runs the worked cases
) -> tuple[Result, ...]:
    """The result of every worked case, in the order of the files; `passed` says whether what it expects holds.

    Raises:
        Refused: if a case cannot be read.
    """
    from .workbench.cases import cases, runner

    found, problems = cases.read_all(kb.kb, cases.all_files(ROOT, Path(knowledge) if knowledge else None), ROOT)
    if problems:
        raise Refused(problems)
    return tuple(runner.run(kb, found))


def settled(
    kb: KnowledgeBase,
    patient: Patient | Answers,
    guideline: str | None = None,
    region: str | None = None,
    today: datetime.date | None = None,
) -> Case:
    """The case of a patient of whom nothing more will be said."""
    one = patient if isinstance(patient, Patient) else _patient(kb, patient, today)
    terms = opening.terms(kb.kb, guideline, region)
    case = Case(kb, one.today, terms.guideline, terms.region)
    case.say(one.known)
    case.finish()
    return case


_patient = patient


def _read(
    kb: KnowledgeBase, given: Answers | str | os.PathLike[str], clock: datetime.date, today: datetime.date | None
) -> tuple[list[Record], list[Problem]]:
    if isinstance(given, Mapping):
        if "resourceType" in given:
            return _health_record(kb, notation.gathered(given, _GIVEN.file), clock, today), []
        return record.records_of(kb.kb, _node(given, _GIVEN), [], clock, today)
    content, problems = layout.read_bytes(Path(given), str(given))
    if content is not None and notation.looks_like_one(content):
        return _health_record(kb, notation.contents(content, str(given)), clock, today), []
    return record.read_records(kb.kb, content, str(given), clock, today) if content is not None else ([], problems)


def _health_record(
    kb: KnowledgeBase, found: notation.Contents, clock: datetime.date, today: datetime.date | None
) -> list[Record]:
    """The patients of a health record. Raises Refused where it has none."""
    from .hearing import texts  # only where there is a record
    from .intake.records.records import Mapper

    patients = Mapper(kb.kb, clock, today, texts.reader(kb.names)).patients([found])
    if not patients:
        raise Refused([notation.nobody([found])])
    return patients


def _node(value: Any, place: Place) -> Node:
    """A Python value as a patient file would hold it."""
    if isinstance(value, Mapping):
        pairs = ((Text(str(key), place), _node(one, Place(f"{place.file}: {key}"))) for key, one in value.items())
        return MapNode(tuple(pairs), place)
    if isinstance(value, Iterable) and not isinstance(value, (str, bytes)):
        return ListNode(tuple(_node(one, place) for one in value), place)
    return Text(_text(value), place)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (datetime.date, datetime.datetime)):
        return value.isoformat()[:10]
    if isinstance(value, float):
        return f"{Decimal(repr(value)):f}"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return "unknown" if value is None else str(value)


def _unknown(what: str, known: Iterable[str]) -> Problem:
    from .values.problems import did_you_mean

    return Problem("OL322", f"nothing is called '{what}'", _GIVEN, hint=did_you_mean(what, known))
