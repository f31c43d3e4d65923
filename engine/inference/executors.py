"""The executors of a ground base that can serve a patient who is told more, by the names a person chooses them by.

One more is a folder beside `experta`, whatever it is made of, and a row here; the tests of equivalence try it with the
others. What is asked of many patients at once is carried out by `program`, and of all patients by a solver.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Protocol

from .experta.network import MATCHERS, Network
from .ground import Ground, Literal


class Executor(Protocol):
    """A working memory over a ground base: what is given of one patient, and all that follows."""

    def reset(self) -> None:
        """Forget the patient."""

    def assert_literals(self, literals: Iterable[Literal]) -> None:
        """Take these as given and conclude all that follows."""

    def retract_literals(self, literals: Iterable[Literal]) -> None:
        """Take these no longer as given; what lacks a reason without them goes."""

    def holds(self, literal: Literal) -> bool: ...

    @property
    def held(self) -> bytearray:
        """For each literal whether it holds: one array for good, kept in step."""

    @property
    def literals(self) -> frozenset[Literal]:
        """All that holds, given or concluded."""

    @property
    def given(self) -> frozenset[Literal]: ...

    def live(self) -> Iterator[int]:
        """The productions all of whose premises hold, by their number: the justifications."""


EXECUTORS: Mapping[str, Callable[[Ground], Executor]] = {name: partial(Network, matcher=name) for name in MATCHERS}


def executor(name: str, ground: Ground) -> Executor:
    """The executor of this name, over a ground base.

    Raises:
        ValueError: there is none of this name.
    """
    if name not in EXECUTORS:
        raise ValueError(f"unknown matcher {name!r}; there are: {', '.join(EXECUTORS)}")
    return EXECUTORS[name](ground)
