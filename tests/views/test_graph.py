"""The picture of what a conclusion rests on: everything is there once, clear of the rest, and can be read aloud."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.views.catalog import graph as view
from engine.views.catalog import layers
from engine.workbench.survey.graph import Graph, Link, Point

SVG = "{http://www.w3.org/2000/svg}"
SIZES = layers.Sizes(width=100, across=40, between=10)


def small(label: str = "brittle bone") -> Graph:
    points = (
        Point("condition x", "condition", "x", label),
        Point("rule r", "rule", "r", "A low score speaks for it"),
        Point("finding f", "finding", "f", 'score <of> the "hip" & more'),
        Point("quantity q", "quantity", "q", "lowest score", ("The lowest of the sites",)),
    )
    links = (
        Link("rule r", "condition x", "supports, weak"),
        Link("quantity q", "rule r"),
        Link("finding f", "quantity q"),
        Link("finding f", "rule r"),
    )
    return Graph(points[0], points, links)


def test_it_is_one_well_formed_picture_with_a_title_and_a_telling() -> None:
    root = ElementTree.fromstring(view.svg(small()))
    assert root.tag == f"{SVG}svg"
    assert root.get("role") == "img"
    names = (root.get("aria-labelledby") or "").split()
    told = {child.get("id"): child.text for child in root if child.get("id")}
    assert told[names[0]] == "What brittle bone rests on"
    assert "what is asked or measured: score <of> the" in (told[names[1]] or "")


def test_every_point_and_every_link_is_drawn() -> None:
    root = ElementTree.fromstring(view.svg(small()))
    titles = [one.text for one in root.iterfind(f".//{SVG}g/{SVG}title")]
    assert len(titles) == 4
    assert "what is worked out: lowest score; The lowest of the sites" in titles
    assert len(root.findall(f"{SVG}path")) == 4
    assert "supports, weak" in [one.text for one in root.iter(f"{SVG}text")]


@pytest.mark.parametrize("label", ["<script>alert(1)</script>", 'a" onload="x', "\u202eevil", "]]>", "&amp;"])
def test_no_label_can_leave_its_place(label: str) -> None:
    text = view.svg(small(label), lambda point: f'"{point.label}')
    root = ElementTree.fromstring(text.replace("<svg class", f'<svg xmlns="{SVG[1:-1]}" class'))
    assert not [one for one in root.iter() if one.tag.endswith("script") or "onload" in one.attrib]
    assert "\u202e" not in text


def test_points_carry_the_addresses_they_are_given() -> None:
    text = view.svg(small(), lambda point: f"{point.entry}.html" if point.kind == "rule" else "")
    assert text.count("<a href=") == 1
    assert '<a href="r.html">' in text


def test_mermaid_says_the_same() -> None:
    lines = view.mermaid(small()).splitlines()
    assert lines[0] == "flowchart RL"
    assert '  n0["brittle bone"]' in lines
    assert "  n1 -->|supports, weak| n0" in lines
    assert sum("-->" in line for line in lines) == 4


@st.composite
def pictures(draw: st.DrawFn) -> tuple[list[str], list[tuple[str, str]], dict[str, float]]:
    """Things numbered from the goal (0) on, each leading to some smaller one."""
    count = draw(st.integers(1, 14))
    names = [f"n{at}" for at in range(count)]
    lines = []
    for at in range(1, count):
        goals = draw(st.lists(st.integers(0, at - 1), min_size=1, max_size=3, unique=True))
        lines += [(names[at], names[goal]) for goal in goals]
    return names, lines, {name: draw(st.sampled_from([30.0, 45.0, 60.0])) for name in names}


@given(pictures())
def test_nothing_overlaps_and_every_line_leads_to_the_right(
    drawn: tuple[list[str], list[tuple[str, str]], dict[str, float]],
) -> None:
    names, lines, heights = drawn
    placed = layers.place("n0", names, lines, heights, SIZES)
    assert placed.at.keys() == set(names)
    for one, other in combinations(names, 2):
        (x, y), (x2, y2) = placed.at[one], placed.at[other]
        assert x != x2 or abs(y - y2) >= (heights[one] + heights[other]) / 2 - 0.01
    for below, above in lines:
        stops = [placed.at[below], *placed.bends[(below, above)], placed.at[above]]
        assert [x for x, _ in stops] == sorted({x for x, _ in stops})
    for name in names:
        x, y = placed.at[name]
        assert 0 <= x <= placed.width - SIZES.width + 0.01
        assert heights[name] / 2 - 0.01 <= y <= placed.height - heights[name] / 2 + 0.01


def test_the_conclusion_stands_on_the_left_where_reading_begins() -> None:
    root = ElementTree.fromstring(view.svg(small()))
    left = {}
    for group in root.iterfind(f"{SVG}g"):
        if group.get("class") == "legend":
            continue
        title, shape = group.find(f"{SVG}title"), group.find(f"{SVG}rect")
        assert title is not None
        assert shape is not None
        left[(title.text or "").split(": ")[1].split(";")[0]] = float(shape.get("x", "0"))
    assert left["brittle bone"] < left["A low score speaks for it"] < left["lowest score"]


def test_a_legend_names_each_color_that_occurs_and_stays_inside_the_picture() -> None:
    drawn = small()
    root = ElementTree.fromstring(view.svg(drawn))
    legend = [group for group in root.iterfind(f"{SVG}g") if group.get("class") == "legend"]
    colors = {shape.get("style") for group in legend for shape in group.iterfind(f"{SVG}rect")}
    assert colors == {f"fill:var(--{point.kind})" for point in drawn.points}
    assert all("".join(group.itertext()).strip() for group in legend)
    lowest = max(float(text.get("y", 0)) for group in legend for text in group.iterfind(f"{SVG}text"))
    assert lowest < float(root.get("height", 0))
