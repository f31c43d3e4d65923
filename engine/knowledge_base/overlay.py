"""A hospital's own directory, laid over the shipped knowledge: it adds, and it replaces what it names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, TypeVar

from ..language.problems import Place, did_you_mean
from .layout import Written
from .model import Replacement
from .nodes import MapNode, Node, Text
from .scalars import Desk


class Drafted(Protocol):
    @property
    def id(self) -> str: ...

    @property
    def place(self) -> Place: ...


_D = TypeVar("_D", bound=Drafted)


def replaced(node: Node, known: Mapping[str, _D], singular: str, item: Written, desk: Desk) -> tuple[Node, _D | None]:
    """The entry without its key `replaces`, and what it takes the place of."""
    if not isinstance(node, MapNode):
        return node, None
    rest = MapNode(tuple(pair for pair in node.pairs if pair[0].value != "replaces"), node.place, node.broken)
    if len(rest.pairs) == len(node.pairs):
        return node, None
    key = next(name for name, _ in node.pairs if name.value == "replaces")
    target = node.get("replaces")
    if not item.local:
        hint = "change the entry itself; the old one is in the history"
        desk.say("OL112", "'replaces' belongs to a directory of one's own", key.place, hint)
        return rest, None
    if not isinstance(target, Text) or not target.value:
        desk.wrong(target or Text("", key.place), "replaces", f"the id of a {singular}")
        return rest, None
    if target.value not in known:
        what = f"'{target.value}' is no {singular} that could be replaced"
        desk.say("OL105", what, target.place, did_you_mean(target.value, known))
        return rest, None
    return rest, known[target.value]


def replacement(kind: str, was: Drafted, now: Text) -> Replacement:
    """That what stands at `now` takes the place of what was there."""
    return Replacement(kind=kind, id=was.id, by=now.value, place=now.place, was=was.place)


def hint(identity: str, item: Written) -> str:
    """What to do about an id that is there already."""
    return f"write 'replaces: {identity}' in it if that is meant" if item.local else "ids are unique"
