"""zen-engine, decision models in Rust: the consultation as one expression for each literal, layer upon layer."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import zen

from engine.inference.ground import Ground, Literal

from ..workload import Change, Said


class Zen:
    """It has no working memory: a changed answer is the whole consultation again, and no reason is kept."""

    name = "zen-engine"
    runs = "the truths only; a changed answer is evaluated from nothing, no justification is known"

    def __init__(self, ground: Ground) -> None:
        self.decision = zen.ZenEngine().create_decision(json.dumps(_model(ground)))
        self.result: dict[str, Any] = {}

    def whole(self, said: Said) -> None:
        self.result = self.decision.evaluate({f"l{literal}": True for literal in said.literals})["result"]

    def change(self, change: Change) -> None:
        self.whole(change.then)

    def conclusions(self) -> frozenset[Literal]:
        return frozenset(int(name[1:]) for name, value in self.result.items() if value is True)

    def close(self) -> None:
        pass


def _model(ground: Ground) -> dict[str, Any]:
    layers = _layers(ground)
    names = ["input", *(f"layer{number}" for number in range(len(layers))), "output"]
    nodes: list[dict[str, Any]] = [{"id": "input", "name": "input", "type": "inputNode", "content": {}}]
    for name, expressions in zip(names[1:-1], layers, strict=True):
        content = {
            "passThrough": True,
            "expressions": [{"id": key, "key": key, "value": value} for key, value in expressions.items()],
        }
        nodes.append({"id": name, "name": name, "type": "expressionNode", "content": content})
    nodes.append({"id": "output", "name": "output", "type": "outputNode", "content": {}})
    edges = [
        {"id": f"to {after}", "sourceId": before, "targetId": after, "type": "edge"}
        for before, after in pairwise(names)
    ]
    return {"nodes": nodes, "edges": edges}


def _layers(ground: Ground) -> list[dict[str, str]]:
    """For each layer its literals with their expressions; a literal reads literals of lower layers only."""
    concluding: dict[Literal, list[tuple[Literal, ...]]] = {}
    for production in ground.productions:
        concluding.setdefault(production.conclusion, []).append(production.premises)
    heights: dict[Literal, int] = {}

    def height(literal: Literal) -> int:
        if literal not in heights:
            below = [height(premise) for premises in concluding.get(literal, ()) for premise in premises]
            heights[literal] = 1 + max(below) if below else 0
        return heights[literal]

    layers: list[dict[str, str]] = [{} for _ in range(max(map(height, concluding)))]
    for literal, alternatives in concluding.items():
        reasons = [" and ".join(f"l{premise} == true" for premise in premises) for premises in alternatives]
        layers[height(literal) - 1][f"l{literal}"] = " or ".join(f"({reason})" for reason in reasons)
    return layers
