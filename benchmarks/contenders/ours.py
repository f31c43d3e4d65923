"""The network of this project: experta with the counting matcher, and conclusions kept by their justifications."""

from __future__ import annotations

from engine.inference.ground import Ground, Literal
from engine.inference.network import Network

from ..workload import Change, Said


class Ours:
    name = "osteologic, counting matcher"
    runs = "everything; every live justification is known afterwards"

    def __init__(self, ground: Ground) -> None:
        self.network = Network(ground)

    def whole(self, said: Said) -> None:
        self.network.reset()
        self.network.assert_literals(said.literals)

    def change(self, change: Change) -> None:
        self.network.retract_literals(change.gone)
        self.network.assert_literals(change.come)

    def conclusions(self) -> frozenset[Literal]:
        return self.network.literals

    def close(self) -> None:
        pass
