"""Rules under a key, known by their ids and opened only when somebody looks at them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from ..knowledge_base.model import Rule

_K = TypeVar("_K")


class RulesBy(Mapping[_K, tuple[Rule, ...]]):
    """For each key its rules, in the order of their ids here.

    A start looks at few of the rules there are; opening one costs more than deciding it.

    Args:
        ids: the rules of each key.
        rule: opens one.
    """

    __slots__ = ("_opened", "_rule", "ids")

    def __init__(self, ids: Mapping[_K, Sequence[str]], rule: Callable[[str], Rule]) -> None:
        self.ids, self._rule = ids, rule
        self._opened: dict[_K, tuple[Rule, ...]] = {}

    def __getitem__(self, key: _K) -> tuple[Rule, ...]:
        found = self._opened.get(key)
        if found is None:
            found = self._opened[key] = tuple(map(self._rule, self.ids[key]))
        return found

    def get(self, key: _K, default: Any = None) -> Any:  # asked tens of thousands of times a patient
        return self[key] if key in self.ids else default

    def __contains__(self, key: object) -> bool:
        return key in self.ids

    def __iter__(self) -> Iterator[_K]:
        return iter(self.ids)

    def __len__(self) -> int:
        return len(self.ids)
