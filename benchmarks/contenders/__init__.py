"""Who is measured. Each contender is built from a ground base and speaks its own engine's tongue."""

from __future__ import annotations

from typing import Protocol

from engine.inference.ground import Literal

from ..workload import Change, Said


class Contender(Protocol):
    """One engine that runs one ground base.

    `whole` begins with a new patient and ends with everything concluded; `change` takes one answer back, gives another,
    and ends the same way. `conclusions` reads what was concluded, and is not timed.
    """

    name: str
    runs: str

    def whole(self, said: Said) -> None: ...

    def change(self, change: Change) -> None: ...

    def conclusions(self) -> frozenset[Literal]: ...

    def close(self) -> None: ...
