"""Premises and formulas where they stand in a file: checked as text, placed to the character."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping
from typing import Any, Protocol, TypeVar

from ...premises.checking.checking import COUNTED, Listed, Structure, check_formula, check_premise, check_tree
from ...premises.expression import Node as Tree
from ...premises.expression import NumberNode, TruthNode
from ...premises.vocabulary import Vocabulary
from ...values.problems import Level, Place, Problem, instead
from ...values.units import UnitTable
from ..files.nodes import ListNode, MapNode, Node, Text, shortened
from ..files.pieces import Pieces
from .values.scalars import Desk, unknown_key

_PLAIN = ("all", "any", "not")
JOINTS = (*_PLAIN, *(f"{joint} N of" for joint in COUNTED))
_COUNTED = re.compile(rf"({'|'.join(COUNTED)}) (\d{{1,3}}) of")
_T = TypeVar("_T", bound=Tree)
_HERE = "\0"
"""The file name of places inside a text that is not written in one piece."""


def is_joint(key: str) -> bool:
    """Whether a key joins the premises below it."""
    return key in JOINTS or key.startswith(tuple(f"{joint} " for joint in COUNTED))


class Memory(Protocol):
    """The memory of earlier readings."""

    def about(self, vocabulary: Vocabulary, units: str) -> None: ...

    def node(self, content: bytes, file: str) -> Node | None: ...

    def keep_node(self, content: bytes, file: str, node: Node) -> None: ...

    def tree(self, key: tuple[str, ...]) -> Tree | None: ...

    def keep(self, key: tuple[str, ...], tree: Tree) -> None: ...

    def file(self, name: str, content: bytes) -> Any:
        """The result of reading a file with this content; None where it is not remembered."""

    def keep_file(self, name: str, content: bytes, made: Any) -> None: ...

    def last(self, name: str) -> Any:
        """What was made of a file when it was last read, whatever it held; None where that is not known."""

    def pieces(self, name: str) -> Pieces | None:
        """The entries of a file as they were last read, for whoever reads it after each edit."""

    def built(self, draft: Any, given: tuple[Any, ...]) -> tuple[Any] | None:
        """The entry built of a draft in this context; None if not remembered, or if a word means something else now."""

    def keep_built(self, draft: Any, given: tuple[Any, ...], texts: Iterable[str], made: Any) -> None:
        """Keep what was built of a draft in which premises and formulas with these `texts` were read."""


class Forgetful:
    """No memory: everything is read anew."""

    def about(self, vocabulary: Vocabulary, units: str) -> None:
        pass

    def node(self, content: bytes, file: str) -> Node | None:
        return None

    def keep_node(self, content: bytes, file: str, node: Node) -> None:
        pass

    def tree(self, key: tuple[str, ...]) -> Tree | None:
        return None

    def keep(self, key: tuple[str, ...], tree: Tree) -> None:
        pass

    def file(self, name: str, content: bytes) -> Any:
        return None

    def keep_file(self, name: str, content: bytes, made: Any) -> None:
        pass

    def last(self, name: str) -> Any:
        return None

    def pieces(self, name: str) -> Pieces | None:
        return None

    def built(self, draft: Any, given: tuple[Any, ...]) -> tuple[Any] | None:
        return None

    def keep_built(self, draft: Any, given: tuple[Any, ...], texts: Iterable[str], made: Any) -> None:
        pass


class Premises:
    """Checks what is written against one vocabulary; problems go to the desk."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        units: UnitTable,
        quantities: Mapping[str, tuple[str, str]],
        desk: Desk,
        memory: Memory | None = None,
    ) -> None:
        self.vocabulary, self.units, self.quantities, self.desk = vocabulary, units, quantities, desk
        self.memory: Memory = memory or Forgetful()
        self.texts: list[str] = []
        """The premises and formulas that were read, for whoever wants to know what an entry rests on."""

    def premise(self, node: Node, key: str, *, propositions: bool = True, statuses: bool = False) -> TruthNode | None:
        """The tree of an expression, or of a list under all:, any:, not:, at least N of:."""
        allowed = {"propositions": propositions, "statuses": statuses}
        if isinstance(node, Text):
            if not node.value.strip():
                self.desk.wrong(node, key, "a premise")
                return None
            return self._truth(node, allowed)
        if isinstance(node, ListNode):
            hint = "say how they are joined: put 'all:' or 'any:' above the list"
            self.desk.wrong(node, key, "one premise", hint)
            return None
        before = len(self.desk.problems)
        structure = self._structure(node, key, allowed)
        if structure is None or self._failed(before):
            return None
        tree, problems = check_tree(structure, self.vocabulary, self.units, **allowed)
        self.desk.problems += problems
        return tree

    def _failed(self, since: int) -> bool:
        return any(problem.level is Level.ERROR for problem in self.desk.problems[since:])

    def _structure(self, node: Node, key: str, allowed: dict[str, bool]) -> Structure | None:
        """A list under a joint, each of its premises checked; None where it cannot be told what joins them."""
        if not isinstance(node, MapNode):
            return self.premise(node, key, **allowed)
        if len(node.pairs) != 1:
            hint = f"put one of {', '.join(f'{joint}:' for joint in JOINTS)} above the others"
            self.desk.wrong(node, key, "one premise", hint)
            return None
        joint, inside = node.pairs[0]
        counted = _COUNTED.fullmatch(" ".join(joint.value.split()))
        kind = counted.group(1) if counted else joint.value
        if not counted and kind not in _PLAIN:
            self._no_joint(joint, inside)
            return None
        items = inside.items if isinstance(inside, ListNode) else (inside,)
        if kind != "not" and not isinstance(inside, ListNode):
            hint = "write them below it, each on a line that starts with '- '"
            self.desk.wrong(inside, joint.value, "a list of premises", hint)
            return None
        parts = [self._structure(item, joint.value, allowed) for item in items]
        sound = tuple(part for part in parts if part is not None)
        return Listed(kind, sound, joint.place, int(counted.group(2)) if counted else 0)

    def _no_joint(self, joint: Text, inside: Node) -> None:
        if isinstance(inside, Text) and inside.value and not joint.value.startswith(tuple(COUNTED)):
            what = f"'{shortened(f'{joint.value}: {inside.value}')}' is no premise"
            hint: str = (
                f"write '{joint.value} = {inside.value}' or '{joint.value} is {inside.value}'; a ':' joins lists"
            )
            if inside.value.startswith(("<", ">", "=", "!=", "is ", "has ", "in ")):
                hint = instead(f"{joint.value}: {inside.raw or inside.value}", f"{joint.value} {inside.value}")
            self.desk.say("OL107", what, joint.place, hint)
            return
        unknown_key(joint, JOINTS, self.desk, "in a premise")

    def formula(self, node: Node, key: str, quantity: str) -> NumberNode | None:
        """The tree of a formula, in the unit of the quantity it defines."""
        if not isinstance(node, Text) or not node.value.strip():
            self.desk.wrong(node, key, "a formula", "it may be a text only; several cases go under 'cases'")
            return None
        if quantity not in self.quantities:
            return None  # that it is no quantity has been told
        self.texts.append(node.value)
        unit, analyte = self.quantities[quantity]
        memo = ("formula", node.value, str(node.place), node.raw, unit, analyte)
        remembered = self.memory.tree(memo)
        if isinstance(remembered, NumberNode):
            return remembered
        tree, problems = check_formula(node.value, _start(node), self.vocabulary, self.units, unit, analyte)
        self._say(problems, node)
        if tree is not None:
            tree = _moved(tree, node)
            if not problems:
                self.memory.keep(memo, tree)
        return tree

    def _truth(self, node: Text, allowed: dict[str, bool]) -> TruthNode | None:
        self.texts.append(node.value)
        key = ("premise", node.value, str(node.place), node.raw, *(name for name, may in allowed.items() if may))
        remembered = self.memory.tree(key)
        if isinstance(remembered, TruthNode):
            return remembered
        tree, problems = check_premise(node.value, _start(node), self.vocabulary, self.units, **allowed)
        self._say(problems, node)
        if tree is not None:
            tree = _moved(tree, node)
            if not problems:
                self.memory.keep(key, tree)
        return tree

    def _say(self, problems: list[Problem], node: Text) -> None:
        for problem in problems:
            place = _placed(problem.place, node)
            self.desk.problems.append(dataclasses.replace(problem, place=place))


def _start(node: Text) -> Place:
    """The place at which the text begins; inside itself where it is quoted or folded, to be placed afterwards."""
    return Place(_HERE, 1, 1) if node.raw else node.place


def _placed(place: Place, node: Text) -> Place:
    if place.file != _HERE:
        return place
    lines = node.value.split("\n")
    row = min(place.line, len(lines)) - 1
    return node.at(sum(len(line) + 1 for line in lines[:row]) + place.column - 1)


def _moved(tree: _T, node: Text) -> _T:
    """The tree with its places in the file."""
    if not node.raw:
        return tree
    changes: dict[str, Any] = {"place": _placed(tree.place, node)}
    for part in dataclasses.fields(tree):
        value = getattr(tree, part.name)
        if isinstance(value, Tree):
            changes[part.name] = _moved(value, node)
        elif isinstance(value, tuple) and any(isinstance(item, Tree) for item in value):
            changes[part.name] = tuple(_moved(item, node) if isinstance(item, Tree) else item for item in value)
    return dataclasses.replace(tree, **changes)
