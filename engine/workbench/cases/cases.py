"""Worked cases: a patient, and what must and must not follow, as authors write them in files."""

from __future__ import annotations

import dataclasses
import datetime
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from ...assessment.verdict import DIAGNOSIS_STATUSES, PLAN_STATUSES
from ...case.case import Case, Prepared
from ...inference.working_memory import WorkingMemory
from ...intake import record
from ...intake.answers import answers
from ...intake.record import Record
from ...knowledge_base.files import layout, source
from ...knowledge_base.files.nodes import ListNode, MapNode, Node, Text, describe
from ...knowledge_base.model import KnowledgeBase
from ...values.problems import Hint, Place, Problem, did_you_mean

CODES: dict[str, str] = {
    "OL401": "a worked case that expects nothing",
    "OL402": "an expectation that is not known",
    "OL403": "an expectation about something that is not in the knowledge base",
    "OL404": "an expectation written in another form than it takes",
    "OL405": "a worked case without a name, or with the name of another",
    "OL407": "no worked case at all",
}

DIAGNOSES = {"diagnosed": "established"} | {status: status for status in DIAGNOSIS_STATUSES if status != "established"}
ANSWERS = ("diagnosis", "cause", "recommend", "next_step", "avoid", "reject")
"""What a published question or report answers, each met by any of several statuses."""

_OTHERS = (
    "causes",
    "states",
    "false",
    "unknown",
    "orders",
    "alerts",
    "cautions",
    "fired",
    "held",
    "ruled_out",
    "asked",
)
LISTS = (*DIAGNOSES, *PLAN_STATUSES, *_OTHERS, *ANSWERS)
MAPPINGS = ("scales", "ranks", "scores", "missing", "deferred_after", "doses", "quantities")


@dataclass(frozen=True, slots=True)
class Expectation:
    """One thing that must (or, `negated`, must not) follow: `kind` is the key, `subject` the id, `wanted` the rest.

    What is not `meant` stands under `also`: it is so, and no source was asked whether it should be.
    """

    kind: str
    subject: str
    place: Place
    wanted: tuple[str, ...] = ()
    within: str = ""
    negated: bool = False
    meant: bool = True

    @property
    def block(self) -> str:
        """The key under which it is written."""
        return "also" if not self.meant else "expect_not" if self.negated else "expect"


@dataclass(frozen=True, slots=True)
class WorkedCase:
    name: str
    file: str
    record: Record
    expectations: tuple[Expectation, ...]
    place: Place


# --- reading ----------------------------------------------------------------------------------------------------------


Read = tuple[list[WorkedCase], list[Problem]]
"""Cases, and what is wrong with them."""


def files_in(directory: Path) -> list[Path]:
    """The case files below a directory, in order."""
    return sorted(path for path in directory.rglob("*.yaml") if path.is_file()) if directory.is_dir() else []


def all_files(root: Path, local: Path | None = None) -> list[Path]:
    """The case files that are shipped, then those of a hospital's own directory."""
    return [*files_in(root / "tests" / "cases"), *(files_in(local / "cases") if local is not None else ())]


def read_all(kb: KnowledgeBase, files: Iterable[Path], root: Path) -> Read:
    """Every case of the files, and everything wrong with them."""
    return together(read_each(kb, files, root), root)


def read_each(kb: KnowledgeBase, files: Iterable[Path], root: Path) -> Iterator[Read]:
    """The cases of each file, and what is wrong with it."""
    reader = record.Reader(kb, None, None)
    for path in files:
        shown = os.path.relpath(path, root) if path.is_relative_to(root) else str(path)
        content, unopened = layout.read_bytes(path, shown)
        yield read_file(kb, content, shown, reader) if content is not None else ([], unopened)


def together(read: Iterable[Read], root: Path) -> Read:
    """The cases of all files, and what is wrong with each and with all of them."""
    cases: list[WorkedCase] = []
    problems: list[Problem] = []
    for found, wrong in read:
        cases += found
        problems += wrong
    problems = list(_missed(problems))
    by_name: dict[str, WorkedCase] = {}
    for case in cases:
        first = by_name.setdefault(case.name, case)
        if first is not case:
            what = f"another case is called '{case.name}'"
            problems.append(Problem("OL405", what, case.place, hint="say what is special here", elsewhere=first.place))
    if not cases and not problems:
        problems.append(
            Problem("OL407", "no worked case was found", Place(str(root)), hint="write one in tests/cases/")
        )
    return cases, problems


def _missed(problems: list[Problem]) -> Iterator[Problem]:
    """What several cases name was most likely there: nothing is put in its place unasked."""
    named = Counter(one.hint.old for one in problems if one.code == "OL403" and isinstance(one.hint, Hint))
    for one in problems:
        if one.code == "OL403" and isinstance(one.hint, Hint) and named[one.hint.old] > 1:
            words = (
                f"{named[one.hint.old]} cases name it: if it was taken away or renamed, put it back; else {one.hint}"
            )
            one = dataclasses.replace(one, hint=words)
        yield one


def read_file(kb: KnowledgeBase, text: bytes, file: str, reader: record.Reader | None = None) -> Read:
    node, problems = source.load_text(text, file)
    return read_node(kb, node, problems, file, reader)


def read_node(
    kb: KnowledgeBase, node: Node | None, problems: list[Problem], file: str, reader: record.Reader | None = None
) -> Read:
    """The cases of a file that has been loaded, after the `problems` found while loading it.

    Args:
        reader: who reads other files against the same knowledge base too.
    """
    if node is None:
        return [], problems or [Problem("OL407", "no worked case in this file", Place(file))]
    records, problems = record.records_of(kb, node, problems, reader=reader)
    cases = []
    for one in records:
        expectations: list[Expectation] = []
        blocks = {"expect": one.expect, "expect_not": one.expect_not, "also": one.also}
        for key, block in blocks.items():
            if block is not None:
                found, wrong = _expectations(kb, block, negated=key == "expect_not", meant=key != "also")
                expectations += found
                problems += wrong
        if not one.name:
            problems.append(Problem("OL405", "a worked case without a name", one.place, hint="name it as a sentence"))
        if not any(block is not None and block.pairs for key, block in blocks.items() if key != "also"):
            problems.append(Problem("OL401", f"'{one.name}' expects nothing", one.place, hint="write what must follow"))
        cases.append(WorkedCase(one.name, file, one, tuple(expectations), one.place))
    return cases, problems


def _expectations(
    kb: KnowledgeBase, block: MapNode, negated: bool, meant: bool
) -> tuple[list[Expectation], list[Problem]]:
    found: list[Expectation] = []
    problems: list[Problem] = []
    answered = tuple(_named(block, "diagnosis"))
    for key, value in block.pairs:
        if key.value in LISTS:
            than = answered if key.value == "reject" else ()
            items = value.items if isinstance(value, ListNode) else (value,)
            for item in items:
                if isinstance(item, Text) and item.value:
                    found.append(Expectation(key.value, item.value, item.place, than, negated=negated, meant=meant))
                else:
                    problems.append(_form(key, item, f"`{key.value}: [id, id]`"))
        elif key.value in MAPPINGS and isinstance(value, MapNode):
            for subject, wanted in value.pairs:
                texts, within = _wanted(wanted)
                if texts is None:
                    problems.append(_form(key, wanted, f"`{key.value}: {{{subject.value}: value}}`"))
                else:
                    found.append(Expectation(key.value, subject.value, subject.place, texts, within, negated, meant))
        elif key.value in MAPPINGS:
            problems.append(_form(key, value, f"`{key.value}: {{id: value}}`"))
        else:
            hint = did_you_mean(key.value, (*LISTS, *MAPPINGS)) or f"there are {', '.join((*LISTS, *MAPPINGS))}"
            problems.append(Problem("OL402", f"unknown expectation '{key.value}'", key.place, hint=hint))
    problems += [problem for one in found for problem in _subject_problems(kb, one)]
    return found, problems


def _named(block: MapNode, key: str) -> Iterator[str]:
    """The ids written under a key."""
    value = block.get(key)
    items = value.items if isinstance(value, ListNode) else (value,)
    yield from (item.value for item in items if isinstance(item, Text))


def _form(key: Text, node: Node, form: str) -> Problem:
    return Problem("OL404", f"'{key.value}' is followed by {describe(node)}", node.place, hint=f"write {form}")


def _wanted(node: Node) -> tuple[tuple[str, ...] | None, str]:
    if isinstance(node, Text):
        return (node.value,), ""
    if isinstance(node, ListNode):
        texts = tuple(item.value for item in node.items if isinstance(item, Text))
        return (texts if len(texts) == len(node.items) else None), ""
    value, within = node.get("is"), node.get("within")
    if isinstance(value, Text):
        return (value.value,), within.value if isinstance(within, Text) else ""
    return None, ""


_ABOUT: Mapping[str, str] = {
    **dict.fromkeys((*DIAGNOSES, "causes", "ranks", "scores", "diagnosis", "cause", "reject"), "conditions"),
    **dict.fromkeys(
        (*PLAN_STATUSES, "cautions", "missing", "deferred_after", "doses", "recommend", "avoid"), "interventions"
    ),
    **dict.fromkeys(("states", "false", "unknown"), "states"),
    **dict.fromkeys(("orders", "next_step"), "investigations"),
    **dict.fromkeys(("fired", "held", "ruled_out"), "rules"),
    "scales": "scales",
    "alerts": "alerts",
    "quantities": "quantities",
    "asked": "findings",
}


def known_kind(key: str) -> str:
    """The kind of entry whose ids stand behind a key of `expect`; empty for what is no such key."""
    return _ABOUT.get(key, "")


def _known_ids(kb: KnowledgeBase, kind: str) -> Mapping[str, object]:
    known: Mapping[str, object] = getattr(kb, _ABOUT[kind])
    return known


def _subject_problems(kb: KnowledgeBase, one: Expectation) -> Iterator[Problem]:
    known = _known_ids(kb, one.kind)
    if one.subject not in known:
        by = next((other.by for other in kb.replaced if other.id == one.subject and other.by in known), "")
        hint = f"'{by}' stands in its place; keep the id where it is still the same" if by else ""
        hint = hint or did_you_mean(one.subject, known)
        yield Problem("OL403", f"'{one.kind}' names '{one.subject}', which is not there", one.place, hint=hint)
        return
    if one.kind == "scales" and not set(one.wanted) <= set(kb.scales[one.subject].levels):
        levels = ", ".join(kb.scales[one.subject].levels)
        yield Problem("OL403", f"'{one.subject}' has no level '{one.wanted[0]}'", one.place, hint=f"it has {levels}")
    if one.kind == "ranks" and not one.wanted[0].isdigit():
        yield Problem("OL404", f"'{one.wanted[0]}' is no rank", one.place, hint="write a whole number, as in 1")
    if one.kind == "scores" and not _is_number(one.wanted[0]):
        yield Problem("OL404", f"'{one.wanted[0]}' is no score", one.place, hint="write a number, as in 1.4")
    if one.kind == "missing":
        for name in one.wanted:
            if name not in kb.findings:
                hint = did_you_mean(name, kb.findings)
                yield Problem("OL403", f"'missing' names '{name}', which is no finding", one.place, hint=hint)
    if one.kind == "quantities":
        _, wrong = answers.read_answer(kb, one.subject, one.wanted[0], one.place, None)
        yield from wrong
        if not _is_number(one.within or "0"):
            yield Problem("OL404", f"'{one.within}' is no tolerance", one.place, hint="write a number, as in 0.01")


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False


# --- patients ---------------------------------------------------------------------------------------------------------

NO_DAY = datetime.date(2000, 1, 1)
"""What a case that says no day runs on; `check` reports it where a date is read."""


def patient(
    prepared: Prepared, one: WorkedCase, matcher: str = "counting", memory: WorkingMemory | None = None
) -> Case:
    """The case's patient, with everything said that the file says. A `memory` handed in now serves it."""
    case = Case(prepared, one.record.today or NO_DAY, matcher=matcher, memory=memory)
    case.say(one.record.known)
    case.finish()
    return case
