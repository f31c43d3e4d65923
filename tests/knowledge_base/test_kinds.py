"""A kind of a disease is the disease, reported or concluded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.inference import productions
from engine.inference.reference import Reference
from engine.inference.values import Given
from engine.knowledge_base.files.layout import Layout, Written, contents_of
from engine.knowledge_base.model import KnowledgeBase
from engine.knowledge_base.reading import reader
from engine.values.interval import exactly
from engine.values.truth import Truth
from engine.values.value import Choice, Entry, Known, Measurement, Number, Records

CONDITIONS = """
hunger_osteomalacia: {label: osteomalacia of hunger, kinds: [osteomalacia]}
kidney_osteomalacia: {label: osteomalacia of the kidney, kinds: [hunger_osteomalacia]}
"""
RULES = """
soft-bone-by-biopsy:
  title: Soft bone in a biopsy is osteomalacia
  diagnoses: osteomalacia
  when: biopsy is soft_bone
  because: It is seen.
  sources: [a-2020]
  evidence: verified
hungry-soft-bone:
  title: A smoker's soft bone is that of hunger
  diagnoses: hunger_osteomalacia
  when: diagnosed(osteomalacia) and sex is female
  because: It serves as an example.
  sources: [a-2020]
  evidence: verified
kidney-soft-bone:
  title: Old soft bone is that of the kidney
  diagnoses: kidney_osteomalacia
  when: age > 90
  because: It serves as an example.
  sources: [a-2020]
  evidence: verified
"""


@pytest.fixture
def kb(small_root: Path) -> KnowledgeBase:
    contents, _ = contents_of(Layout(small_root))
    conditions = (small_root / "knowledge/conditions.yaml").read_text() + CONDITIONS
    name, extra = "knowledge/conditions.yaml", "rules/extra.yaml"
    files = [item for item in contents if item.file != name]
    files += [Written(name, name, conditions.encode()), Written(extra, extra, RULES.encode())]
    found, problems = reader.read_contents(files)
    assert found is not None, problems
    return found


def said(**findings: Known) -> dict[str, Given]:
    return {name: Given(known) for name, known in findings.items()}


def illness(name: str) -> Records:
    return Records((Entry({"name": Choice(frozenset({name}))}),))


def diagnosed(kb: KnowledgeBase, condition: str, given: dict[str, Given]) -> Truth:
    return Reference(kb, given, exactly(740_000)).truth(f"diagnosed({condition})")


def test_a_label_stands_for_its_kinds_and_theirs(kb: KnowledgeBase) -> None:
    conditions = kb.choices["conditions"]
    soft = {"osteomalacia", "hunger_osteomalacia", "kidney_osteomalacia"}
    assert conditions.expand("osteomalacia") == soft
    assert conditions.expand("kidney_osteomalacia") == {"kidney_osteomalacia"}
    assert conditions.expand("bone_disease") == {*soft, "osteoporosis"}


def test_a_reported_kind_is_the_disease_and_the_disease_is_not_its_kind(kb: KnowledgeBase) -> None:
    assert diagnosed(kb, "osteomalacia", said(conditions=illness("kidney_osteomalacia"))) is Truth.TRUE
    assert diagnosed(kb, "kidney_osteomalacia", said(conditions=illness("osteomalacia"))) is not Truth.TRUE


def test_a_concluded_kind_is_the_disease(kb: KnowledgeBase) -> None:
    given = said(age=Number((Measurement(exactly(95)),)))
    assert diagnosed(kb, "osteomalacia", given) is Truth.TRUE
    assert diagnosed(kb, "hunger_osteomalacia", given) is Truth.TRUE


def test_a_rule_that_rests_on_the_disease_does_not_conclude_it(kb: KnowledgeBase) -> None:
    concluding = {rule.id for rule in productions.rules_by_atom(kb)["diagnosed(osteomalacia)"]}
    assert concluding == {"soft-bone-by-biopsy", "kidney-soft-bone"}


def test_kinds_that_go_round_are_refused(small_root: Path, read_with: Callable[..., reader.Reading]) -> None:
    text = (small_root / "knowledge/conditions.yaml").read_text()
    circle = text + "a_kind: {label: a kind, kinds: [b_kind]}\nb_kind: {label: b kind, kinds: [a_kind]}\n"
    _, problems = read_with("knowledge/conditions.yaml", circle)
    assert [(problem.code, problem.what) for problem in problems] == [
        ("OL106", "classes go round in a circle: a_kind -> b_kind -> a_kind")
    ]
