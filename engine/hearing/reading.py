"""What a line is read to say while it is being read: answers as a patient file writes them, questions, what is left."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ..intake.answers.sheet import clipped
from ..knowledge_base.files.nodes import ListNode, MapNode, Node, Text
from ..values.problems import Place, Problem
from .segments import Segment

PROMPT = Place("you typed")
ASKS, UNREAD = "OL323", "OL322"


@dataclass(slots=True)
class Entry:
    """One entry of a list: its fields as they are written, and the segment that names it."""

    fields: dict[str, str]
    anchor: Segment | None = None

    @property
    def node(self) -> Node:
        if len(self.fields) == 1:
            return Text(next(iter(self.fields.values())), PROMPT)
        return MapNode(tuple((Text(key, PROMPT), Text(text, PROMPT)) for key, text in self.fields.items()), PROMPT)


@dataclass(slots=True)
class Listed:
    """What is said of a list."""

    entries: list[Entry] = field(default_factory=list)
    absent: dict[str, None] = field(default_factory=dict)
    complete: bool = False

    @property
    def node(self) -> Node:
        items: list[Node] = [entry.node for entry in self.entries]
        items += [Text(f"no {member}", PROMPT) for member in self.absent]
        if not self.complete:
            items.append(Text("...", PROMPT))
        elif not items:
            return Text("none", PROMPT)
        return ListNode(tuple(items), PROMPT)


@dataclass(slots=True)
class Bare:
    """A number that lacks its unit: what was typed behind it is kept for when the unit is known."""

    finding: str
    number: str
    more: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Result:
    """One result: its value, and the range and the day that stand with it."""

    value: str
    range: str = ""
    date: str = ""
    words: str = ""
    follows: bool = False
    unit_assumed: bool = False
    earlier: bool = False
    """Whether the line says that it is of before another one: `-2.5 (previously -2.2 in 2021)`."""

    @property
    def node(self) -> Node:
        told = {"value": self.value, "range": self.range, "date": self.date}
        told = {key: text for key, text in told.items() if text}
        if len(told) == 1:
            return Text(self.value, PROMPT)
        return MapNode(tuple((Text(key, PROMPT), Text(text, PROMPT)) for key, text in told.items()), PROMPT)


class Reading:
    """Everything a line says, gathered."""

    def __init__(self) -> None:
        self.results: dict[str, list[Result]] = {}
        self.lists: dict[str, Listed] = {}
        self.bare: list[Bare] = []
        self.problems: list[Problem] = []
        self.left: list[str] = []
        self.unread: list[str] = []
        self.mended: list[str] = []
        self.gone: dict[str, frozenset[str]] = {}
        """What a correction withdraws: findings, and of lists which members."""
        self.replaces: set[str] = set()
        """Findings whose earlier answer this one corrects."""
        self.command: tuple[str, str] | None = None
        self.answered = False
        self.not_known: tuple[str, ...] = ()
        self.last = ""
        self.contradicting: list[str] = []
        """What stands against an earlier answer, in words."""
        self.ended: set[str] = set()
        """The lists of which it was said that there is nothing further."""
        self.by_name: set[str] = set()
        """Lists of which it was said by name that there is nothing: `no fractures`, not `none`."""
        self.uncertain: list[str] = []
        """What was said with a doubt: asked, or only named where other things were said."""
        self.doubted: tuple[str, str] | None = None
        """A finding and the number of it that was asked back."""

    def say(self, finding: str, value: str, **more: object) -> None:
        """One answer to a finding that has one, or one result."""
        result = Result(value, **more)  # type: ignore[arg-type]  # the keys are Result's own
        self.results.setdefault(finding, []).append(result)
        self.last = finding

    def list(self, finding: str) -> Listed:
        self.last = finding
        return self.lists.setdefault(finding, Listed())

    def ask(self, what: str, hint: str = "", code: str = ASKS) -> None:
        problem = Problem(code, what, PROMPT, hint=hint)
        if problem not in self.problems:
            self.problems.append(problem)

    def leave(self, what: str) -> None:
        if what not in self.left:
            self.left.append(what)


def quoted(segments: Iterable[Segment], text: str) -> str:
    """The words of some segments, as they were typed."""
    told = list(segments)
    return clipped(text[told[0].start : told[-1].end].strip()) if told else ""
