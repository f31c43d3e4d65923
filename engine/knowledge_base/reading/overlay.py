"""A hospital's own directory, laid over the shipped knowledge: it adds, and it replaces what it names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, TypeVar

from ...values.problems import Place, did_you_mean
from ..files.layout import Written
from ..files.nodes import Node, Text
from ..model import Replacement
from .values.scalars import Desk


class Drafted(Protocol):
    @property
    def id(self) -> str: ...

    @property
    def place(self) -> Place: ...


_D = TypeVar("_D", bound=Drafted)


class Owned:
    """The entries written so far by a hospital's own directory, and the entries they replace, each with its place."""

    def __init__(self) -> None:
        self.written: dict[tuple[str, str], Place] = {}
        self.taken: dict[tuple[str, str], Place] = {}


def replaced(
    replaces: tuple[Text, Node], known: Mapping[str, _D], singular: str, item: Written, owned: Owned, desk: Desk
) -> tuple[bool, _D | None]:
    """Whether the entry stands, and what it takes the place of; it does not where another stands there already.

    Args:
        replaces: the key `replaces` of the entry, and what is written after it.
    """
    key, target = replaces
    if not item.local:
        hint = "change the entry itself; the old one is in the history"
        desk.say("OL112", "'replaces' belongs to a directory of one's own", key.place, hint)
        return True, None
    if not isinstance(target, Text) or not target.value:
        desk.wrong(target, "replaces", f"the id of a {singular}")
        return True, None
    if (first := owned.taken.get((singular, target.value))) is not None:
        what = f"a second {singular} in the place of '{target.value}'"
        desk.say("OL103", what, target.place, "keep one: which of them holds must not depend on a file's name", first)
        return False, None
    if (own := owned.written.get((singular, target.value))) is not None:
        what = f"'{target.value}' is this directory's own, and nothing that is shipped"
        desk.say("OL105", what, target.place, "change it where it stands", own)
        return False, None
    if target.value not in known:
        what = f"'{target.value}' is no {singular} that could be replaced"
        desk.say("OL105", what, target.place, did_you_mean(target.value, known))
        return True, None
    owned.taken[singular, target.value] = target.place
    return True, known[target.value]


def replacement(kind: str, was: Drafted, now: Text) -> Replacement:
    """That what stands at `now` takes the place of what was there."""
    return Replacement(kind=kind, id=was.id, by=now.value, place=now.place, was=was.place)


def noted(draft: Drafted, singular: str, was: Drafted | None, item: Written, owned: Owned, desk: Desk) -> None:
    """Note what the directory wrote; an id that it took the place of under another is not free again."""
    if not item.local:
        return
    first = owned.taken.get((singular, draft.id))
    if first is not None and (was is None or was.id != draft.id):
        what = f"the {singular} '{draft.id}' has been replaced, and is written here again"
        desk.say("OL103", what, draft.place, "keep one of them", first)
    owned.written.setdefault((singular, draft.id), draft.place)


def hint(identity: str, singular: str, item: Written, owned: Owned) -> str:
    """The hint for an id that is there already."""
    if not item.local:
        return "give one of the two an id of its own, or keep one"
    return (
        "keep one" if (singular, identity) in owned.written else f"write 'replaces: {identity}' in it if that is meant"
    )
