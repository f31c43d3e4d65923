"""Invariants as authors write them: `never`, or `whenever` with `must`, which say the same in two ways."""

from __future__ import annotations

from collections.abc import Callable

from engine.knowledge_base.model import KnowledgeBase
from engine.knowledge_base.reading import reader
from engine.knowledge_base.store import coding
from engine.premises import expression
from engine.premises.expression import All, Not, Shown
from engine.values.problems import Place

FILE = "knowledge/invariants.yaml"
REST = "  title: An example\n  harm: It serves as one.\n  sources: [a-2020]\n  evidence: secondary\n"
Read = Callable[..., reader.Reading]


def read(read_with: Read, text: str, **how: bool) -> KnowledgeBase:
    kb, problems = read_with(FILE, text, **how)
    assert [str(problem) for problem in problems] == []
    assert kb is not None
    return kb


def test_what_must_never_be_is_kept_with_its_harm(read_with: Read) -> None:
    kb = read(read_with, f"one:\n{REST}  never: status(bisphosphonate) is recommended and vitamin_d < 30 nmol/L\n")
    one = kb.invariants["one"]
    assert (one.label, one.harm, one.evidence, one.sources[0].source) == (
        *("An example", "It serves as one.", "secondary", "a-2020"),
    )
    assert isinstance(one.never, All)
    assert [type(item) for item in one.never.items] == [Shown, expression.Compared]
    assert coding.restore(coding.dump(kb)).invariants["one"] == one


def test_whenever_must_is_never_the_one_without_the_other(read_with: Read) -> None:
    kb = read(
        read_with,
        f"one:\n{REST}  whenever: calcium > 3.5 mmol/L\n  must: alert(calcium_alarm) is raised\n"
        f"two:\n{REST}  never: calcium > 3.5 mmol/L and not alert(calcium_alarm) is raised\n",
    )
    one, two = kb.invariants["one"].never, kb.invariants["two"].never
    assert one == two
    assert isinstance(one, All)
    assert isinstance(one.items[1], Not)
    assert one.source == "(calcium > 3.5 mmol/L) and not (alert(calcium_alarm) is raised)"
    assert one.place == Place(FILE, 6, 13)


def test_lists_of_premises_may_ask_the_report(read_with: Read) -> None:
    text = f"one:\n{REST}  never:\n    all:\n      - age < 18\n      - not: {{any: [status(exercise) is absent]}}\n"
    kb = read(read_with, text)
    assert any(isinstance(node, Shown) for node in kb.invariants["one"].never.walk())


def test_a_hospital_may_add_and_replace_invariants(read_with: Read) -> None:
    kb = read(read_with, f"ours:\n{REST}  never: status(alendronate) is recommended and age > 99\n", local=True)
    assert list(kb.invariants) == ["ours"]
