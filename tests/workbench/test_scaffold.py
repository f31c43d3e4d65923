"""Skeletons: what is needed is there and empty, what is known is filled in, and nothing in them is medicine."""

from __future__ import annotations

import shutil
from pathlib import Path

import click
import pytest

import cli
from engine.knowledge_base.files import source
from engine.knowledge_base.files.layout import Layout, Written, contents_of
from engine.knowledge_base.reading import entries, reader, rules
from engine.values.problems import Refused
from engine.workbench.editing import scaffold, unfinished
from engine.workbench.editing.scaffold import Inventory, Wish

SMALL = Path(__file__).parent.parent / "data" / "small"
CONTENTS, _ = contents_of(Layout(SMALL))
KNOWN = Inventory(CONTENTS, [("density.yaml", "")])


def refused(wish: Wish, file: str = "rules/x/new.yaml") -> list[tuple[str, str]]:
    with pytest.raises(Refused) as told:
        scaffold.additions(wish, KNOWN, file)
    return [(problem.code, problem.what) for problem in told.value.problems]


def first(*kinds: str) -> str:
    return next(iter(KNOWN.ids(*kinds)))


def about(verb: str) -> str:
    return first(*scaffold.ABOUT[rules.VERBS[verb]])


@pytest.mark.parametrize("verb", rules.VERBS)
def test_of_a_new_rule_nothing_is_wrong_but_what_is_empty(verb: str) -> None:
    wish = Wish("rule", "a-new-rule", verb, about(verb))
    rule, case = scaffold.additions(wish, KNOWN, "rules/x/new.yaml")
    _, problems = reader.read_contents([*CONTENTS, Written("rules/x/new.yaml", "rules/x/new.yaml", rule.text.encode())])
    own = [problem for problem in problems if problem.place.file == "rules/x/new.yaml"]
    assert {problem.code for problem in own} <= {"OL107"}, own
    assert all("has no value" in problem.what for problem in own)
    empty = [number for number, line in enumerate(rule.text.split("\n"), 1) if ":  # " in line]
    assert sorted(problem.place.line for problem in own) == empty
    assert case.text.count("a-new-rule") == 2


@pytest.mark.parametrize("kind", [kind for kind in scaffold.KINDS if kind not in ("rule", "scope")])
def test_of_a_new_entry_nothing_is_wrong_but_what_is_empty(kind: str) -> None:
    plural = scaffold.KINDS[kind]
    file = f"knowledge/{scaffold.WITHIN.get(plural, plural)}/new.yaml"
    kebab = plural in entries.KINDS and entries.KINDS[plural].kebab
    (entry,) = scaffold.additions(Wish(kind, "a-new-thing" if kebab else "a_new_thing"), KNOWN, file)
    text, _ = scaffold.appended("", entry.text, plural, entry.under)
    _, problems = reader.read_contents([*CONTENTS, Written(file, file, text.encode())])
    own = [problem for problem in problems if problem.place.file == file]
    assert own
    no_rule_yet = {"OL119"} if kind in ("state", "scale", "quantity") else {"OL105"} if kind == "code" else set()
    assert {problem.code for problem in own} - no_rule_yet == {"OL107"}


def test_every_kind_there_is_can_be_begun() -> None:
    assert {*scaffold.KINDS.values()} == {"rules", *entries.KINDS, *entries.PLAIN}
    (chosen,) = [one for one in cli.FRONT.commands["new"].params if one.name == "kind"]
    assert isinstance(chosen.type, click.Choice)
    assert {*chosen.type.choices} == {"case", *scaffold.KINDS}


def test_a_second_scope_is_refused() -> None:
    assert refused(Wish("scope", "children"), "knowledge/scope/new.yaml") == [("OL103", "there is one scope only")]


UNITS = "units:\n  # mass\n  g: {label: gram}\n\nanalytes:\n  calcium: {label: calcium}\n"


@pytest.mark.parametrize(
    ("under", "line", "below"), [("units", 4, "  g: {label: gram}"), ("analytes", 7, "  calcium: {label: calcium}")]
)
def test_a_unit_stands_below_the_key_of_its_kind(under: str, line: int, below: str) -> None:
    text, at = scaffold.appended(UNITS, "new:\n  label:\n", "units", under)
    lines = text.split("\n")
    assert at == line
    assert lines[at - 2 : at + 1] == [below, "  new:", "    label:"]
    assert [one for one in lines if one not in ("  new:", "    label:")] == UNITS.split("\n")


@pytest.mark.parametrize("kind", ["unit", "analyte", "section", "term", "state"])
def test_the_rest_is_read_while_a_skeleton_is_open(kind: str, tmp_path: Path) -> None:
    root = tmp_path / "base"
    shutil.copytree(SMALL, root)
    plural = scaffold.KINDS[kind]
    (entry,) = scaffold.additions(Wish(kind, "a_new_thing"), KNOWN)
    path = root / entry.inside
    text, line = scaffold.appended(path.read_text("utf-8"), entry.text, plural, entry.under)
    path.write_text(text, "utf-8")
    kb, left_out = unfinished.readable(root)
    assert kb is not None
    assert [(place.file, place.line) for place in left_out] == [(entry.inside, line)]


def test_a_rule_that_is_filled_in_stands() -> None:
    values = {"title": "It is so: always", "when": "always", "because": "So it is.", "evidence": "unverified"}
    wish = Wish("rule", "a-new-rule", "orders", about("orders"), {**values, "sources": first("sources")})
    rule, _ = scaffold.additions(wish, KNOWN, "rules/x/new.yaml")
    _, problems = reader.read_contents([*CONTENTS, Written("rules/x/new.yaml", "rules/x/new.yaml", rule.text.encode())])
    assert problems == []
    assert '"It is so: always"' in rule.text


def test_nothing_that_is_not_said_is_filled_in() -> None:
    """Every value of a skeleton is empty, or what the author said."""
    for verb in rules.VERBS:
        rule, _ = scaffold.additions(Wish("rule", "a-new-rule", verb, about(verb)), KNOWN, "rules/x/new.yaml")
        node, _ = source.load_text(rule.text, "new.yaml")
        assert isinstance(node, source.MapNode)
        (_, keys) = node.pairs[0]
        assert isinstance(keys, source.MapNode)
        values = {key.value: value for key, value in keys.pairs}
        assert [name for name, value in values.items() if isinstance(value, source.Text) and value.value] == [verb]


def test_what_belongs_there_stands_beside_what_is_empty() -> None:
    rule, _ = scaffold.additions(Wish("rule", "a-new-rule", "supports", about("supports")), KNOWN, "rules/x/n.yaml")
    assert "  strength:  # How far it moves the odds: weak (2), moderate (5) or strong (10)." in rule.text


@pytest.mark.parametrize(
    ("wish", "code", "word"),
    [
        (Wish("rule", "A_Rule", "orders", "x"), "OL110", "hyphens"),
        (Wish("finding", "any"), "OL110", "word of the rule language"),
        (Wish("finding", "new-finding"), "OL110", "_"),
        (Wish("rule", "a-rule"), "OL111", "no verb"),
        (Wish("rule", "a-rule", "forbids", "x"), "OL111", "'forbids' is no verb"),
        (Wish("rule", "a-rule", "orders"), "OL111", "not said what"),
        (Wish("rule", "a-rule", "orders", "nothing_of_ours"), "OL105", "unknown investigation"),
        (Wish("condition", "a_thing", values={"dose": "1 mg"}), "OL101", "takes no 'dose'"),
        (Wish("case", "no-such-rule"), "OL105", "unknown rule"),
    ],
)
def test_what_cannot_be_is_refused(wish: Wish, code: str, word: str) -> None:
    told = refused(wish)
    assert code in {found for found, _ in told}
    assert any(word in what for _, what in told), told


@pytest.mark.parametrize("kind", ["rules", "findings", "conditions", "interventions", "quantities"])
def test_an_id_that_is_taken_is_refused(kind: str) -> None:
    """Findings share their names with quantities, states, scales and thresholds."""
    taken = first(kind)
    singular = {**{plural: one for one, plural in scaffold.KINDS.items()}, "quantities": "finding"}[kind]
    verb = "orders" if singular == "rule" else ""
    told = refused(Wish(singular, taken, verb, about("orders") if verb else ""))
    assert "OL103" in {code for code, _ in told}


def test_a_rule_goes_where_rules_about_the_same_are() -> None:
    contents = [
        Written("rules/a/one.yaml", "rules/a/one.yaml", b"x-one:\n  orders: dxa\nx-two:\n  orders: dxa\n"),
        Written("rules/b/two.yaml", "rules/b/two.yaml", b"x-three:\n  orders: mri\n"),
        Written(
            "knowledge/investigations.yaml", "knowledge/investigations.yaml", b"dxa: {label: x}\nmri: {label: y}\n"
        ),
    ]
    known = Inventory(contents, [("two.yaml", ""), ("a.yaml", "")])
    rule, case = scaffold.additions(Wish("rule", "new-scan", "orders", "mri"), known)
    assert (rule.inside, case.inside) == ("rules/b/two.yaml", "two.yaml")
    rule, case = scaffold.additions(Wish("rule", "new-scan", "orders", "dxa"), known)
    assert (rule.inside, case.inside) == ("rules/a/one.yaml", "a.yaml")


def test_where_nothing_is_alike_the_author_is_asked() -> None:
    contents = [
        Written("rules/a/one.yaml", "rules/a/one.yaml", b"x-one:\n  orders: dxa\n"),
        Written("rules/b/two.yaml", "rules/b/two.yaml", b"x-three:\n  orders: dxa\n"),
        Written("knowledge/alerts.yaml", "knowledge/alerts.yaml", b"call: {label: x}\n"),
    ]
    with pytest.raises(Refused) as told:
        scaffold.additions(Wish("rule", "ring", "alerts", "call"), Inventory(contents))
    (problem,) = told.value.problems
    assert problem.code == "OL702"
    assert "rules/a/one.yaml" in problem.hint


@pytest.mark.parametrize(
    ("text", "kind", "line"),
    [("", "rules", 1), ("a:\n  b: c\n\n\n", "rules", 4), ("- name: x\n", "cases", 3), ("# only a word\n", "rules", 3)],
)
def test_what_is_added_stands_below_a_blank_line(text: str, kind: str, line: int) -> None:
    written, at = scaffold.appended(text, "new:\n  x: y\n", kind)
    assert at == line
    assert written.split("\n")[at - 1] == "new:"
    assert written.startswith(text.rstrip())


@pytest.mark.parametrize(("text", "kind"), [("[a, b]\n", "cases"), ("{a: {b: c}}\n", "states"), ("a: b\n", "cases")])
def test_a_file_that_takes_nothing_below_is_refused(text: str, kind: str) -> None:
    with pytest.raises(Refused):
        scaffold.appended(text, "x\n", kind)
