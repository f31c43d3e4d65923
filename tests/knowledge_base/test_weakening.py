"""Whether one premise holds wherever another does, told by its form; a yes must be sure, a no may be mere caution."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.knowledge_base.model import KnowledgeBase
from engine.knowledge_base.store import cache
from engine.knowledge_base.weakening.weakening import as_wide, weakened
from engine.premises.expression import TruthNode

ROOT = Path(__file__).parent.parent.parent
pytestmark = pytest.mark.xdist_group("weakening")  # the premises are read once, not by each worker
RULE = "{}:\n  title: A\n  orders: dxa\n  because: So.\n  sources: [nogg-2024]\n  evidence: verified\n  when: {}\n"

Tree = Callable[[str], TruthNode]


WIDER = [
    ("vitamin_d < 30 nmol/L", "vitamin_d < 30 nmol/L"),
    ("vitamin_d < 30 nmol/L", "vitamin_d < 50 nmol/L"),
    ("vitamin_d < 30 nmol/L", "vitamin_d <= 30 nmol/L"),
    ("calcium > 2.6 mmol/L", "calcium >= 2.6 mmol/L"),
    ("calcium > 2.8 mmol/L", "calcium > 2.6 mmol/L"),
    ("vitamin_d < 30 nmol/L", "vitamin_d < 30 nmol/L or age > 80"),
    ("vitamin_d < 30 nmol/L and age > 80", "vitamin_d < 50 nmol/L"),
    ("vitamin_d < 30 nmol/L or age > 80", "vitamin_d < 50 nmol/L or age > 70 or sex is male"),
    ("not vitamin_d < 50 nmol/L", "not vitamin_d < 30 nmol/L"),
    ("medicines has alendronate", "medicines has bisphosphonate"),
    ("sex is not (female or male)", "sex is not female"),
    ("any medicines where (name is alendronate)", "any medicines where (name is bisphosphonate)"),
    ("no medicines where (name is bisphosphonate)", "no medicines where (name is alendronate)"),
    ("at least 2 fractures", "at least 1 fractures"),
]


NARROWER = [
    *((new, old) for old, new in WIDER if old != new),
    ("vitamin_d < 30 nmol/L", "calcium < 3 mmol/L"),
    ("vitamin_d < 30 nmol/L", "vitamin_d > 10 nmol/L"),
    ("calcium is high", "calcium is low"),
]
TWO = "{at least 2 of: [vitamin_d < 20 nmol/L, vitamin_d < 30 nmol/L]}"
TWO_OTHERS = "{at least 2 of: [vitamin_d < 30 nmol/L, age > 80]}"
TWO_OF_THREE = "{at least 2 of: [vitamin_d < 30 nmol/L, vitamin_d < 40 nmol/L, age > 80]}"


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """The checked tree of a premise, as a rule of one's own would have it."""
    own = tmp_path_factory.mktemp("own")
    (own / "rules").mkdir()
    texts = sorted({text for pair in (*WIDER, *NARROWER) for text in pair} | {TWO, TWO_OTHERS, TWO_OF_THREE})
    rules = [RULE.format(f"own-{at}", text) for at, text in enumerate(texts)]
    (own / "rules" / "own.yaml").write_text("".join(rules), "utf-8")
    kb = cache.load(ROOT, own)

    def read(text: str) -> TruthNode:
        node = kb.rules[f"own-{texts.index(text)}"].when
        assert node is not None
        return node

    return read


@pytest.mark.parametrize(("old", "new"), WIDER)
def test_what_holds_wherever_the_other_does_is_seen(old: str, new: str, tree: Tree) -> None:
    assert as_wide(tree(old), tree(new))


@pytest.mark.parametrize(("old", "new"), NARROWER)
def test_what_may_fail_where_the_other_holds_is_never_taken_for_as_wide(old: str, new: str, tree: Tree) -> None:
    assert not as_wide(tree(old), tree(new))


def test_counting_needs_as_many_of_its_own(tree: Tree) -> None:
    """Two that mean nearly the same cannot both be answered by one."""
    assert not as_wide(tree(TWO), tree(TWO_OTHERS))
    assert as_wide(tree(TWO), tree(TWO_OF_THREE))


def test_the_same_knowledge_weakens_nothing() -> None:
    kb: KnowledgeBase = cache.load(ROOT)
    assert weakened(kb, kb) == ()
