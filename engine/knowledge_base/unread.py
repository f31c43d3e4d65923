"""Lazy entries: each is a line of the cache until a field of it is read.

Of the rules there are a patient reaches few, and of most of those only the id is asked: whether its premise holds the
network knows. So an entry of a kept knowledge base is made with its id alone; its line is read when another part of it
is looked at, and each part becomes a value when that part is.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

_E = TypeVar("_E", bound="Unread")


class Reads(Protocol):
    """Makes values of what is written in a line."""

    def decode(self, value: Any) -> Any: ...

    def parts(self, line: str) -> dict[str, Any]: ...


class Unread:
    """The base of lazy entries: the decoder, and the line or the parts not decoded yet."""

    __slots__ = ("_unread",)
    _unread: tuple[Reads, str | dict[str, Any]]

    if not TYPE_CHECKING:  # a type checker shall know the fields that there are

        def __getattr__(self, name: str) -> Any:
            """A field whose slot is still empty."""
            kind = type(self)
            if name not in kind.__value_fields__:
                raise AttributeError(f"{kind.__name__!r} object has no attribute {name!r}")
            reads, written = self._unread
            if type(written) is str:
                written = reads.parts(written)
                object.__setattr__(self, "_unread", (reads, written))
            if name in written:
                value = reads.decode(written[name])
            else:
                default, factory = kind.__value_fields__[name]
                value = default if default is not dataclasses.MISSING else factory()
            object.__setattr__(self, name, value)
            return value


def unread(kind: type[_E], id: str, written: str | dict[str, Any], reads: Reads) -> _E:
    """The entry that is written in a line, or of which the parts were read, with nothing made of it but its id."""
    entry = object.__new__(kind)
    object.__setattr__(entry, "id", id)
    object.__setattr__(entry, "_unread", (reads, written))
    return entry
