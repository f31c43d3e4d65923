"""Frozen values that are quick to define: a start of the program defines some ninety kinds of them.

`dataclass(frozen=True)` writes and compiles six methods for each kind, about half a millisecond apiece. `frozen` gives
the same values (slots, fields, defaults, equality, hash, `dataclasses.replace`) with methods that all kinds share.
Kinds that are made by the thousand while a patient is assessed stay plain dataclasses: theirs are faster to make.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

if TYPE_CHECKING:
    from typing_extensions import dataclass_transform
else:

    def dataclass_transform(**_: Any) -> Any:
        return lambda decorator: decorator


_T = TypeVar("_T")
_MISSING = dataclasses.MISSING
_set = object.__setattr__


class Hashed:
    """A base for values that are looked up again and again: the hash is worked out once."""

    __slots__ = ("_hashed",)
    _hashed: int


class Keeping:
    """A base for values that keep what somebody works out from them; a changed copy begins without it."""

    __slots__ = ("_kept",)
    _kept: dict[Callable[[Any], Any], Any]

    def kept(self, work_out: Callable[[Any], _T]) -> _T:
        """What a function makes of the value, worked out the first time."""
        try:
            kept = self._kept
        except AttributeError:
            kept = {}
            _set(self, "_kept", kept)
        if work_out not in kept:
            kept[work_out] = work_out(self)
        return kept[work_out]  # type: ignore[no-any-return]  # it is what was worked out


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(dataclasses.field,))
def frozen(kind: type[_T]) -> type[_T]:
    """Make a class a frozen value whose fields are given by keyword."""
    return _made(kind)


@dataclass_transform(frozen_default=True, kw_only_default=False, field_specifiers=(dataclasses.field,))
def ordered(kind: type[_T]) -> type[_T]:
    """Make a class a frozen value whose fields may also be given in their order."""
    return _made(kind)


def _made(kind: type[_T]) -> type[_T]:
    kind.__doc__ = kind.__doc__ or kind.__name__  # else the signature is made a text, at some cost
    made: Any = dataclasses.dataclass(init=False, repr=False, eq=False, match_args=False, slots=True)(kind)
    made.__init__, made.__repr__ = _init, _repr
    made.__eq__, made.__hash__ = _eq, _kept_hash if issubclass(made, Hashed) else _hash
    made.__setattr__ = made.__delattr__ = _refuse
    made.__reduce__ = _reduced
    made.__value_fields__ = {field.name: (field.default, field.default_factory) for field in dataclasses.fields(made)}
    made.__compared__ = tuple(field.name for field in dataclasses.fields(made) if field.compare)
    return made  # type: ignore[no-any-return]  # it is the class that was given


def with_fields(value: _T, fields: Mapping[str, Any]) -> _T:
    """As `dataclasses.replace`, for values that are changed by the thousand: nothing is checked or worked out."""
    kind: Any = type(value)
    made: _T = kind.__new__(kind)
    for name in kind.__value_fields__:
        _set(made, name, fields[name] if name in fields else getattr(value, name))
    return made


def _init(self: Any, *in_order: Any, **given: Any) -> None:
    fields = type(self).__value_fields__
    rest = iter(fields.items())
    for value, (name, _) in zip(in_order, rest, strict=False):
        _set(self, name, value)
    if len(in_order) > len(fields):
        raise TypeError(f"{type(self).__name__} has only {len(fields)} fields")
    for name, (default, factory) in rest:
        if name in given:
            _set(self, name, given.pop(name))
        elif default is not _MISSING:
            _set(self, name, default)
        elif factory is not _MISSING:
            _set(self, name, factory())
        else:
            raise TypeError(f"{type(self).__name__} needs '{name}'")
    if given:
        raise TypeError(f"{type(self).__name__} has no {', '.join(given)}")


def _repr(self: Any) -> str:
    kind = type(self)
    shown = (f"{field.name}={getattr(self, field.name)!r}" for field in dataclasses.fields(kind) if field.repr)
    return f"{kind.__name__}({', '.join(shown)})"


def _compared(self: Any) -> tuple[Any, ...]:
    return tuple(getattr(self, name) for name in type(self).__compared__)


def _eq(self: Any, other: object) -> Any:
    if type(self) is not type(other):
        return NotImplemented
    return self is other or _compared(self) == _compared(other)


def _hash(self: Any) -> int:
    return hash((type(self).__name__, _compared(self)))


def _kept_hash(self: Any) -> int:
    try:
        return self._hashed  # type: ignore[no-any-return]  # set below
    except AttributeError:
        hashed = _hash(self)
        _set(self, "_hashed", hashed)
        return hashed


def _reduced(self: Any) -> tuple[Any, ...]:
    """The pickled form of a value: its class and fields, from which the other process makes it anew."""
    return type(self), tuple(getattr(self, name) for name in type(self).__value_fields__)


def _refuse(self: Any, name: str, *_: Any) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field '{name}'")
