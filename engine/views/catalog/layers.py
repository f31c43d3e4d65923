"""Where the things of a picture stand: in layers from left to right, with as few crossings as some sweeps give."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

_SWEEPS = 12
_NUDGES = 24


@dataclass(frozen=True, slots=True)
class Sizes:
    """How wide and high things are drawn, and the room between them."""

    width: float
    across: float
    between: float


@dataclass(frozen=True, slots=True)
class Placed:
    """The middle of the left edge and the height of each thing, the bends of each line, and the whole."""

    at: Mapping[str, tuple[float, float]]
    bends: Mapping[tuple[str, str], tuple[tuple[float, float], ...]]
    width: float
    height: float


def place(
    goal: str, names: Sequence[str], lines: Sequence[tuple[str, str]], heights: Mapping[str, float], sizes: Sizes
) -> Placed:
    """Place things so that every line leads from left to right, the goal last.

    Args:
        lines: from below to above, without circles; everything leads to the goal in the end.
    """
    depth = _depths(goal, names, lines)
    last = max(depth.values(), default=0)
    layers: list[list[str]] = [[] for _ in range(last + 1)]
    for name in names:
        layers[last - depth[name]].append(name)
    chains = {line: _chain(line, depth) for line in lines}
    for chain in chains.values():
        for name, level in chain[1:-1]:
            layers[last - level].append(name)
    steps = [(one[0], other[0]) for chain in chains.values() for one, other in itertools.pairwise(chain)]
    before, after = _neighbors(steps)
    _untangle(layers, before, after)
    middle = _closed_up(_levels(layers, before, after, heights, sizes), heights, 3 * sizes.between)
    top = min(middle[name] - heights.get(name, 0) / 2 for layer in layers for name in layer)
    bottom = max(middle[name] + heights.get(name, 0) / 2 for layer in layers for name in layer)
    stride = sizes.width + sizes.across
    at = {name: ((last - depth[name]) * stride, middle[name] - top) for name in names}
    bends = {
        line: tuple(((last - level) * stride, middle[name] - top) for name, level in chain[1:-1])
        for line, chain in chains.items()
    }
    return Placed(at, bends, last * stride + sizes.width, bottom - top)


def _depths(goal: str, names: Sequence[str], lines: Sequence[tuple[str, str]]) -> dict[str, int]:
    """The longest way from each thing to the goal."""
    depth = dict.fromkeys(names, 0)
    for _ in names:
        changed = False
        for below, above in lines:
            if depth[below] < depth[above] + 1:
                depth[below], changed = depth[above] + 1, True
        if not changed:
            break
    return depth


def _chain(line: tuple[str, str], depth: Mapping[str, int]) -> list[tuple[str, int]]:
    """The line as steps from layer to layer, through a place of its own in each layer it crosses."""
    below, above = line
    crossed = range(depth[below] - 1, depth[above], -1)
    return [(below, depth[below]), *((f"{below}\0{above}\0{level}", level) for level in crossed), (above, depth[above])]


def _neighbors(steps: Iterable[tuple[str, str]]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    before: dict[str, list[str]] = {}
    after: dict[str, list[str]] = {}
    for one, other in steps:
        after.setdefault(one, []).append(other)
        before.setdefault(other, []).append(one)
    return before, after


def _untangle(layers: list[list[str]], before: Mapping[str, list[str]], after: Mapping[str, list[str]]) -> None:
    """Each thing goes to the mean place of what it leads to, then of what leads to it, and again."""
    for sweep in range(_SWEEPS):
        beside = after if sweep % 2 == 0 else before
        order = list(reversed(layers)) if sweep % 2 == 0 else layers
        rank = {name: float(at) for layer in layers for at, name in enumerate(layer)}
        for layer in order:
            layer.sort(key=lambda name: _mean([rank[other] for other in beside.get(name, ())], rank[name]))
            rank |= {name: float(at) for at, name in enumerate(layer)}


def _levels(
    layers: Sequence[Sequence[str]],
    before: Mapping[str, list[str]],
    after: Mapping[str, list[str]],
    heights: Mapping[str, float],
    sizes: Sizes,
) -> dict[str, float]:
    """How far down each thing stands: as near its neighbors as the others of its layer allow."""
    middle: dict[str, float] = {}
    for layer in layers:
        down = 0.0
        for name in layer:
            middle[name] = down + heights.get(name, 0) / 2
            down += heights.get(name, 0) + sizes.between
    for nudge in range(_NUDGES):
        order = layers if nudge % 2 else list(reversed(layers))
        for layer in order:
            wanted = [
                _mean([middle[other] for other in (*before.get(name, ()), *after.get(name, ()))], middle[name])
                for name in layer
            ]
            middle |= _packed(layer, wanted, heights, sizes.between)
    return middle


def _closed_up(middle: dict[str, float], heights: Mapping[str, float], most: float) -> dict[str, float]:
    """Without bands in which nothing stands in any layer, wider than is needed to tell groups apart."""
    spans = sorted((middle[name] - height / 2, middle[name] + height / 2) for name, height in heights.items())
    cuts: list[tuple[float, float]] = []
    end = spans[0][1]
    for low, high in spans[1:]:
        if low - end > most:
            cuts.append((end, low))
        end = max(end, high)

    def moved(at: float) -> float:
        taken = 0.0
        for low, high in cuts:
            share = min(1.0, max(0.0, (at - low) / (high - low)))
            taken += share * (high - low - most)
        return at - taken

    return {name: moved(at) for name, at in middle.items()}


def _packed(
    layer: Sequence[str], wanted: Sequence[float], heights: Mapping[str, float], between: float
) -> dict[str, float]:
    """The wanted places, moved apart until nothing overlaps, and back to the middle of what was wanted."""
    found: list[float] = []
    for at, name in enumerate(layer):
        half = heights.get(name, 0) / 2
        least = found[-1] + heights.get(layer[at - 1], 0) / 2 + between + half if found else wanted[at]
        found.append(max(wanted[at], least))
    if not found:
        return {}
    shift = sum(wanted) / len(wanted) - sum(found) / len(found)
    return {name: place + shift for name, place in zip(layer, found, strict=True)}


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise
