"""The network of this project: experta, handed a matcher and a strategy, conclusions kept by their justifications."""

from __future__ import annotations

from engine.inference.experta.network import Network
from engine.inference.ground import Ground, Literal

from ..workload import Change, Said


class Ours:
    name = "osteologic"
    runs = "everything; every live justification is known afterwards"
    matcher = "counting"

    def __init__(self, ground: Ground) -> None:
        self.network = Network(ground, self.matcher)

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


class OursOnRete(Ours):
    name = "osteologic, `--matcher rete`"
    runs = "everything, on the matcher that experta ships"
    matcher = "rete"
