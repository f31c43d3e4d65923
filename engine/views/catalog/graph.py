"""What a conclusion rests on as a picture: SVG that a screen reader can tell, or Mermaid for pages that draw."""

from __future__ import annotations

import html
import itertools
import re
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ...workbench.survey.graph import Graph, Point
from .. import escape
from . import layers

_SIZES = layers.Sizes(width=212, across=64, between=10)
_LINE, _PAD, _MARGIN, _CHARACTERS, _MOST = 15, 8, 16, 29, 3
_ENTRY, _ROW = 190, 20
"""Room for one entry of the legend."""
_WORDS = {
    "finding": "what is asked or measured",
    "threshold": "a shared cut-off",
    "quantity": "what is worked out",
    "state": "a state",
    "scale": "a level",
    "rule": "a rule",
    "condition": "a diagnosis or cause",
    "intervention": "a medicine or measure",
    "investigation": "a test",
    "alert": "an alert",
}
STYLE = """
.graph { font: 12px/1.25 system-ui, sans-serif; background: var(--back);
  --ink: #1b2430; --paper: #fff; --back: #fbfcfd; --line: #9aa7b5;
  --finding: #2b6cb0; --threshold: #718096; --quantity: #2c7a7b; --state: #6b46c1; --scale: #6b46c1; --rule: #8a939e;
  --condition: #c05621; --intervention: #2f855a; --investigation: #2f855a; --alert: #c53030; }
.graph text { fill: var(--ink); } .graph rect { fill: var(--paper); stroke: var(--line); }
.graph .goal rect { stroke-width: 2.5; } .graph path { fill: none; stroke: var(--line); stroke-width: 1.2; }
.graph .bar { stroke: none; } .graph .how { font-size: 10px; opacity: .75; } .graph a { text-decoration: none; }
.graph g:hover > rect:first-of-type, .graph a:focus rect:first-of-type { stroke: var(--ink); }
@media (prefers-color-scheme: dark) { .graph { --ink: #e6ebf1; --paper: #1e2733; --back: #131a23;
  --line: #64748b; --finding: #63b3ed;
  --threshold: #a0aec0; --quantity: #4fd1c5; --state: #b794f4; --scale: #b794f4; --rule: #94a3b8; --condition: #f6ad55;
  --intervention: #68d391; --investigation: #68d391; --alert: #fc8181; } }
"""
"""The colors of a picture, by day and by night; a page that shows several writes them once."""


def svg(graph: Graph, link: Callable[[Point], str] | None = None, *, alone: bool = True) -> str:
    """The picture.

    Args:
        link: the address behind a point; none where it is empty.
        alone: a file of its own, with its colors, or a part of a page that has them.
    """
    captions = {one.below: one.how for one in graph.links if one.above == graph.subject.key and one.how}
    captions = {point.key: captions.get(point.key, "") for point in graph.points if point.kind == "rule"}
    lines = {point.key: [*filter(None, [captions.get(point.key)]), *_wrapped(point.label)] for point in graph.points}
    heights = {key: len(wrapped) * _LINE + 2 * _PAD for key, wrapped in lines.items()}
    edges = [(one.below, one.above) for one in graph.links]
    placed = _turned(layers.place(graph.subject.key, [point.key for point in graph.points], edges, heights, _SIZES))
    width = placed.width + 2 * _MARGIN
    legend, below = _legend(graph, width, placed.height + 2 * _MARGIN)
    height = placed.height + 2 * _MARGIN + below
    title, told = f"What {_safe(graph.subject.label)} rests on", _safe(_told(graph))
    drawn = [_edge(placed, one.below, one.above, "" if one.below in captions else one.how) for one in graph.links]
    drawn += [_node(point, placed, lines[point.key], _Look(graph, captions, link)) for point in graph.points]
    name = re.sub(r"\W+", "-", graph.subject.key)
    space = ' xmlns="http://www.w3.org/2000/svg"' if alone else ""
    return (
        f'<svg{space} class="graph" role="img" aria-labelledby="title-{name} told-{name}" width="{width:.0f}" '
        f'height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}">\n'
        f'<title id="title-{name}">{title}</title>\n<desc id="told-{name}">{told}</desc>\n'
        + (f"<style>{STYLE}</style>\n" if alone else "")
        + "\n".join([*drawn, *legend])
        + "\n</svg>\n"
    )


def _legend(graph: Graph, width: float, top: float) -> tuple[list[str], float]:
    """What the colors of the kinds that occur mean, in rows beneath the picture, and how much room they take."""
    kinds = [kind for kind in _WORDS if any(point.kind == kind for point in graph.points)]
    a_row = max(1, int((width - 2 * _MARGIN) // _ENTRY))
    rows = [
        f'<g class="legend"><rect class="bar" x="{x:.0f}" y="{y - 10:.0f}" width="10" height="12" '
        f'style="fill:var(--{kind})"/><text x="{x + 15:.0f}" y="{y:.0f}">{_safe(_WORDS[kind])}</text></g>'
        for at, kind in enumerate(kinds)
        for x, y in [(_MARGIN + at % a_row * _ENTRY, top + 12 + at // a_row * _ROW)]
    ]
    return rows, _ROW * -(-len(kinds) // a_row) + _MARGIN / 2


def _turned(placed: layers.Placed) -> layers.Placed:
    """The goal on the left, where reading begins."""

    def turned(spot: tuple[float, float]) -> tuple[float, float]:
        return placed.width - spot[0] - _SIZES.width, spot[1]

    bends = {line: tuple(turned(spot) for spot in spots) for line, spots in placed.bends.items()}
    return layers.Placed({key: turned(spot) for key, spot in placed.at.items()}, bends, placed.width, placed.height)


def mermaid(graph: Graph) -> str:
    """The same as text that Mermaid draws."""
    numbers = {point.key: f"n{at}" for at, point in enumerate(graph.points)}
    rows = ["flowchart RL"]
    for point in graph.points:
        words = re.sub(r"[\"\[\]{}<>|#;`\\&]", " ", escape.line(point.label))
        opens, closes = {"rule": ("([", "])"), "finding": ("[/", "/]")}.get(point.kind, ("[", "]"))
        rows.append(f'  {numbers[point.key]}{opens}"{words}"{closes}')
    for one in graph.links:
        how = f"|{re.sub(r'[^a-z, ]', '', one.how)}|" if one.how else ""
        rows.append(f"  {numbers[one.below]} -->{how} {numbers[one.above]}")
    rows.append(f"  style {numbers[graph.subject.key]} stroke-width:3px")
    return "\n".join(rows) + "\n"


def _told(graph: Graph) -> str:
    """The picture in words: what there is of each kind."""
    found = []
    for kind, words in _WORDS.items():
        labels = [point.label for point in graph.points if point.kind == kind and point.key != graph.subject.key]
        if labels:
            found.append(f"{words}: {'; '.join(labels)}")
    return ". ".join(found) + "." if found else "Nothing lies beneath it."


def _wrapped(label: str) -> list[str]:
    lines = textwrap.wrap(escape.line(label), _CHARACTERS) or [""]
    return lines if len(lines) <= _MOST else [*lines[: _MOST - 1], f"{lines[_MOST - 1][: _CHARACTERS - 1]}…"]


@dataclass(frozen=True, slots=True)
class _Look:
    """What a point's looks depend on besides itself; `captions` are the small first lines of rules."""

    graph: Graph
    captions: Mapping[str, str]
    link: Callable[[Point], str] | None


def _node(point: Point, placed: layers.Placed, lines: list[str], look: _Look) -> str:
    x, middle = placed.at[point.key]
    height = len(lines) * _LINE + 2 * _PAD
    left, top = x + _MARGIN, middle - height / 2 + _MARGIN
    goal = ' class="goal"' if point.key == look.graph.subject.key else ""
    whole = _safe("; ".join((f"{_WORDS[point.kind]}: {point.label}", *point.more)))
    texts = "".join(
        f'<text{_caption(at, look.captions.get(point.key))} x="{left + 14:.1f}" y="{top + _PAD + 12 + at * _LINE:.1f}">'
        f"{_safe(line)}</text>"
        for at, line in enumerate(lines)
    )
    shape = (
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{_SIZES.width}" height="{height}" rx="6"/>'
        f'<rect class="bar" x="{left:.1f}" y="{top + 1:.1f}" width="5" height="{height - 2}" rx="2.5" '
        f'style="fill:var(--{point.kind})"/>'
    )
    group = f"<g{goal}><title>{whole}</title>{shape}{texts}</g>"
    address = look.link(point) if look.link is not None else ""
    return f'<a href="{_safe(address)}">{group}</a>' if address else group


def _caption(at: int, caption: str | None) -> str:
    return ' class="how"' if caption and at == 0 else ""


def _edge(placed: layers.Placed, below: str, above: str, how: str) -> str:
    stops = [placed.at[below]]
    for bend, level in placed.bends[(below, above)]:
        stops += [(bend + _SIZES.width, level), (bend, level)]
    end, level = placed.at[above]
    stops.append((end + _SIZES.width, level))
    path = f"M{stops[0][0] + _MARGIN:.1f},{stops[0][1] + _MARGIN:.1f}"
    for (x0, y0), (x1, y1) in itertools.pairwise(stops):
        half = (x0 + x1) / 2 + _MARGIN
        path += f" C{half:.1f},{y0 + _MARGIN:.1f} {half:.1f},{y1 + _MARGIN:.1f} {x1 + _MARGIN:.1f},{y1 + _MARGIN:.1f}"
    last = stops[-1]
    words = (
        f'<text class="how" x="{last[0] + _MARGIN + 4:.1f}" y="{stops[-2][1] + _MARGIN - 3:.1f}">{_safe(how)}</text>'
        if how and len(stops) == 2
        else ""
    )
    return f'<path d="{path}"/>' + words


def _safe(text: str) -> str:
    return html.escape(escape.line(text), quote=True)
