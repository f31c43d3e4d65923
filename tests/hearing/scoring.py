"""Lines that people write, held against what a careful reader would write down: the form of tests/data/hearing."""

from __future__ import annotations

import dataclasses
import datetime
import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from engine.hearing.ear import Ear
from engine.hearing.heard import Heard
from engine.intake.answers import answers
from engine.knowledge_base.files.nodes import ListNode, MapNode, Node, Text
from engine.knowledge_base.naming import Names
from engine.values.interval import Interval
from engine.values.problems import Place
from engine.values.value import Entry, Gap, Known, Measurement, Number, Records

HERE = Place("the corpus")
DATA = Path(__file__).parent.parent / "data" / "hearing"
NEAR = Decimal("0.006")
"""How far a number may lie from the one that was meant: a conversion may be rounded."""


class Grade(enum.Enum):
    """How a line was heard.

    `WRONG` is the only one that harms: something was written down that nobody said, or left out without a word.
    """

    RIGHT = "right"
    ASKED = "asked"
    """Asked back although a person would have read it; what was certain is kept or named."""
    REFUSED = "refused"
    """Nothing was kept, and nothing asked but that it was not understood."""
    WRONG = "wrong"


@dataclass(frozen=True)
class Scored:
    """One line with its grade, and why."""

    case: Mapping[str, Any]
    grade: Grade
    why: str
    heard: Heard


def lines(path: Path) -> tuple[datetime.date, list[dict[str, Any]]]:
    """The lines of a corpus, and the day on which they are typed."""
    read = yaml.safe_load(path.read_text("utf-8"))
    return datetime.date.fromisoformat(str(read["today"])), read["lines"]


def score(names: Names, path: Path) -> list[Scored]:
    """Every line of a corpus, heard and graded."""
    today, cases = lines(path)
    ear = Ear(names, today)
    return [scored(ear, case) for case in cases]


def scored(ear: Ear, case: Mapping[str, Any]) -> Scored:
    judge = _Judge(ear, case)
    heard, command = judge.heard()
    grade, why = judge.grade(heard, command)
    return Scored(case, grade, why, heard)


class _Judge:
    """Holds what was heard of one line against what it says."""

    def __init__(self, ear: Ear, case: Mapping[str, Any]) -> None:
        self.ear, self.case, self.kb = ear, case, ear.kb
        self.may: list[str] = case.get("may") or []
        self.asked = self._asked(case.get("pending"))

    def _asked(self, pending: str | None) -> tuple[str, ...]:
        found: list[str] = []
        for name in (pending or "none").split(","):
            group = self.kb.groups.get(name.strip())
            found += group.findings if group is not None else [name.strip()]
        return tuple(name for name in found if name in self.kb.findings)

    def heard(self) -> tuple[Heard, str]:
        known = {name: self.known(name, value) for name, value in (self.case.get("given") or {}).items()}
        last: tuple[Any, ...] = ()
        for before in self.case.get("context") or ():
            one = self.ear.hear(str(before), self.asked, known, last)
            last = one.last
            known.update(one.said)
        line = str(self.case["line"])
        heard = self.ear.hear(line, self.asked, known, last)
        return heard, heard.reading.command[0] if heard.reading.command else ""

    def known(self, name: str, value: object) -> Known:
        known, problems = answers.read_with(self.ear.sheet, name, _node(value), HERE)
        assert known is not None, (self.case["id"], name, value, problems)
        return known

    # --- grades ---

    def grade(self, heard: Heard, command: str) -> tuple[Grade, str]:
        asked = bool(heard.reading.problems or heard.halves or heard.conflicts)
        spoke = asked or bool(heard.reading.unread or heard.reading.left)
        commands_meant = [*(self.case.get("command") or ())]
        for other in self.case.get("also") or ():
            commands_meant += other.get("command") or ()
        if command and command in commands_meant:
            return (Grade.RIGHT, "") if not heard.said or self.case.get("reading") else (Grade.WRONG, "kept as well")
        readings = [self.case["reading"]] if self.case.get("reading") is not None else []
        readings += [one["reading"] for one in self.case.get("also") or () if "reading" in one]
        if self.case.get("ask"):
            return self._asking(heard, readings or [{}], spoke)
        if commands_meant and not readings:
            return (Grade.REFUSED, "no command") if not heard.said else (Grade.WRONG, "a command was meant")
        whys = [self._against(heard, one) for one in readings] or ["" if not heard.said else "kept"]
        if missing := self._still_there(heard):
            return (Grade.REFUSED if spoke or not heard.said else Grade.WRONG), missing
        if "" in whys:
            nothing = readings[whys.index("")] == {} if readings else False
            if nothing and not spoke:
                return Grade.WRONG, "not a word"
            return (Grade.ASKED, "asked besides") if asked and not nothing else (Grade.RIGHT, "")
        why = min(whys, key=lambda one: not one.startswith("missing"))
        if why.startswith("missing") and spoke:
            return (Grade.ASKED if asked or heard.said else Grade.REFUSED), why
        if spoke and not heard.said:
            return Grade.REFUSED, why
        return Grade.WRONG, why

    def _asking(self, heard: Heard, certain: list[Mapping[str, Any]], spoke: bool) -> tuple[Grade, str]:
        whys = [self._against(heard, one) for one in certain]
        if "" in whys:
            return (Grade.RIGHT, "") if spoke else (Grade.WRONG, "not asked")
        why = whys[0]
        if why.startswith("missing") and spoke:
            return Grade.ASKED, why
        return Grade.WRONG, why

    def _still_there(self, heard: Heard) -> str:
        for gone in self.case.get("gone") or ():
            if gone.partition(".")[0] not in heard.reading.gone:
                return f"missing: {gone} is not withdrawn"
        return ""

    # --- against one reading ---

    def _against(self, heard: Heard, reading: Mapping[str, Any]) -> str:
        """Why what was heard is not this reading; empty where it is."""
        wanted = {name: self.known(name, value) for name, value in reading.items()}
        follows = {
            name for name, results in heard.reading.results.items() if results and all(one.follows for one in results)
        }
        heard = dataclasses.replace(heard, said={name: one for name, one in heard.said.items() if name not in follows})
        extra = [name for name in heard.said if name not in wanted and not self._allowed(heard, name, wanted)]
        if extra:
            return f"{extra[0]} was not said"
        for name, want in wanted.items():
            if name not in heard.said:
                return f"missing {name}"
            if why := self._differs(name, heard.said[name], want):
                return why
        return ""

    def _allowed(self, heard: Heard, name: str, wanted: Mapping[str, Known]) -> bool:
        known = heard.said[name]
        if name in self.may:
            return True
        if isinstance(known, Gap):
            return name in self.asked and any(isinstance(one, Gap) for one in wanted.values())
        if isinstance(known, Records):
            allowed = {one.partition(".")[2] for one in self.may if one.startswith(f"{name}.")}
            return bool(allowed) and all(self._members(name, one) & allowed for one in known.entries)
        return False

    def _members(self, name: str, entry: Entry) -> frozenset[str]:
        return getattr(entry.fields.get(self.kb.findings[name].key), "members", frozenset())

    def _differs(self, name: str, got: Known, want: Known) -> str:
        if isinstance(want, Records):
            return self._list_differs(name, got, want) if isinstance(got, Records) else f"{name} is no list"
        if isinstance(want, Number) and isinstance(got, Number):
            same = len(got.results) == len(want.results) and all(map(_same_result, got.results, want.results))
            return "" if same else f"{name} is {answers.write_answer(self.kb, name, got)}"
        return "" if got == want else f"{name} is {answers.write_answer(self.kb, name, got)}"

    def _list_differs(self, name: str, got: Records, want: Records) -> str:
        allowed = {one.partition(".")[2] for one in self.may if one.startswith(f"{name}.")}
        left = list(got.entries)
        missing = []
        for entry in want.entries:
            found = next((one for one in left if self._same_entry(name, one, entry, allowed)), None)
            if found is None:
                missing.append(entry)
            else:
                left.remove(found)
        for one in left:
            if name in self.may or self._members(name, one) & allowed:
                continue
            if any(self._less(name, one, entry) for entry in missing):
                return f"missing: {name} in part: {_told(one)}"
            return f"{name}: {_told(one)} was not said so"
        if missing:
            return f"missing {name}: {_told(missing[0])}"
        if not want.absent <= got.absent:
            return f"missing {name}: no {', '.join(sorted(want.absent - got.absent))}"
        nothing = want.complete and not want.entries and not want.absent
        return f"missing {name}: none" if nothing and not got.complete else ""

    def _same_entry(self, name: str, got: Entry, want: Entry, allowed: set[str]) -> bool:
        key = self.kb.findings[name].key
        for field, value in want.fields.items():
            if field in allowed and field in got.fields:
                continue
            if field not in got.fields or not _same(got.fields[field], value):
                return False
        return all(field in want.fields or field in allowed or field == key for field in got.fields)

    def _less(self, name: str, got: Entry, want: Entry) -> bool:
        """Whether an entry says less of what was meant, and nothing else."""
        return all(field in want.fields and _same(value, want.fields[field]) for field, value in got.fields.items())


def _same(got: Known, want: Known) -> bool:
    if isinstance(got, Number) and isinstance(want, Number):
        return len(got.results) == len(want.results) and all(map(_same_result, got.results, want.results))
    return got == want


def _same_result(got: Measurement, want: Measurement) -> bool:
    if got.word != want.word or (want.date is not None and got.date != want.date):
        return False
    return _close(got.interval, want.interval)


def _close(got: Interval, want: Interval) -> bool:
    for one, other in ((got.low, want.low), (got.high, want.high)):
        if one != other and (one.is_infinite() or other.is_infinite() or abs(one - other) > abs(other) * NEAR):
            return False
    return True


def _told(entry: Entry) -> str:
    return ", ".join(f"{name} {getattr(known, 'members', known)}" for name, known in entry.fields.items())


def _node(value: object) -> Node:
    """A value of the corpus as a patient file has it."""
    if isinstance(value, Mapping):
        return MapNode(tuple((Text(str(key), HERE), _node(one)) for key, one in value.items()), HERE)
    if isinstance(value, list):
        return ListNode(tuple(_node(one) for one in value), HERE)
    if isinstance(value, bool):
        return Text("yes" if value else "no", HERE)
    if isinstance(value, datetime.date):
        return Text(value.isoformat(), HERE)
    return Text(str(value).strip('"'), HERE)


def by_family(found: Iterable[Scored]) -> dict[str, dict[str, int]]:
    """How many lines of each family have each grade."""
    table: dict[str, dict[str, int]] = {}
    for one in found:
        row = table.setdefault(one.case["family"], {grade.value: 0 for grade in Grade})
        row[one.grade.value] += 1
    return table
