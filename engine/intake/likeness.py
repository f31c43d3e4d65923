"""Worked cases written as what differs from an earlier one, which `like` names: `given` replaces, `without` takes away.

Only a case above in the same file can be named, so that no chain of names ends where it began, and a reader finds the
patient by looking up. The day of the assessment is taken over with the answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from ..knowledge_base.files.nodes import ListNode, MapNode, Node, Text, describe
from ..values.problems import Problem, did_you_mean

CODES: dict[str, str] = {
    "OL328": "a case like one that is not there",
    "OL329": "an answer taken away that was not there",
}


class _Patient(NamedTuple):
    """Answers of a case as they are written, its own and those it took over, and its day.

    `torn`: the case it is like was not found, so that nobody knows what else it gives.
    """

    given: MapNode
    today: Node | None
    torn: bool = False


class Earlier:
    """Patients of the cases read so far, by name, file by file.

    Args:
        name_of: the id of the finding that a key of `given` names, or the key itself where it names none.
    """

    def __init__(self, name_of: Callable[[Text], str]) -> None:
        self._name_of = name_of
        self._patients: dict[str, dict[str, _Patient]] = {}

    def begin(self, file: str) -> None:
        """Forget what was read of a file: it is read from its start."""
        self._patients.pop(file, None)

    def whole(self, case: MapNode, given: MapNode) -> tuple[MapNode, Node | None, list[Problem]]:
        """A case's answers with those it takes over, and its day as it is written; remembered under its name."""
        known = self._patients.setdefault(case.place.file, {})
        today = case.get("today")
        found, problems = _Patient(given, today), list[Problem]()
        like, without = case.get("like"), case.get("without")
        if like is not None:
            base = known.get(like.value) if isinstance(like, Text) else None
            if base is None:
                empty = isinstance(like, Text) and not like.value
                what = (
                    "`like` names no case" if empty else f"`like` is {describe(like)}, and no case above has this name"
                )
                hint = did_you_mean(like.value, known) if isinstance(like, Text) else ""
                hint = hint or "write the name of a case above in this file"
                problems.append(Problem("OL328", what, like.place, hint=hint))
                found = _Patient(given, today, torn=True)
            else:
                kept, wrong = self._kept(base.given, given, without)
                problems = [] if base.torn else wrong
                found = _Patient(MapNode((*kept, *given.pairs), given.place), today or base.today, base.torn)
        elif without is not None:
            hint = "write `like: NAME` beside it, or leave it out"
            problems.append(Problem("OL329", "`without` takes nothing away without `like`", without.place, hint=hint))
        name = case.get("name")
        if isinstance(name, Text) and name.value:
            known.setdefault(name.value, found)
        return found.given, found.today, problems

    def _kept(
        self, base: MapNode, given: MapNode, without: Node | None
    ) -> tuple[list[tuple[Text, Node]], list[Problem]]:
        """What is taken over of an earlier case's answers."""
        replaced = {self._name_of(key) for key, _ in given.pairs}
        offered = {self._name_of(key): key.value for key, _ in base.pairs}
        problems = []
        for one in _listed(without):
            if not isinstance(one, Text):
                what = f"`without` takes findings by their names, not {describe(one)}"
                problems.append(Problem("OL329", what, one.place, hint="write `without: [vitamin_d, calcium]`"))
                continue
            name = self._name_of(one)
            if name in offered and name not in replaced:
                replaced.add(name)
                continue
            told = "it is given here" if name in replaced else "the case it is like does not give it"
            hint = did_you_mean(name, offered) or "leave it out"
            problems.append(Problem("OL329", f"`without` is {describe(one)}, and {told}", one.place, hint=hint))
        return [(key, value) for key, value in base.pairs if self._name_of(key) not in replaced], problems


def _listed(node: Node | None) -> Iterator[Node]:
    if isinstance(node, ListNode):
        yield from node.items
    elif node is not None and not (isinstance(node, Text) and not node.value):
        yield node
