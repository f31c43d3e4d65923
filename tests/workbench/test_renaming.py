"""Another id everywhere or nowhere: what is renamed and renamed back is as it was, to the letter."""

from __future__ import annotations

import ast
import random
import shutil
from collections import Counter
from pathlib import Path

import pytest

from engine.knowledge_base.reading.entries import KINDS
from engine.knowledge_base.store.cache import Store
from engine.knowledge_base.store.memory import Held
from engine.values.problems import Refused
from engine.workbench.editing.renaming import KNOWN, Renaming
from engine.workbench.survey.things import OTHERS, READABLE, Thing
from engine.workbench.whole import Reader
from tests import shipped
from tests.conftest import size
from tests.shipped import ROOT

KEBAB = ("rules", *(kind for kind, one in KINDS.items() if one.kebab))
SMALL = Path(__file__).parent.parent / "data" / "small"
CASES = """\
- name: a low score is osteoporosis
  given: {age: 70, sex: female, t_score_hip: -2.7, fractures: [{site: hip, cause: low_trauma}]}
  expect: {diagnosed: osteoporosis, fired: [low-score, risk-high], scales: {fracture_risk: high}}
- name: a score just above is none
  given: {age: 70, sex: female, t_score_hip: -2.4, fractures: [hip]}
  expect: {ruled_out: low-score, false: fragility_fracture}
"""


@pytest.fixture
def base(tmp_path: Path) -> Path:
    shutil.copytree(SMALL, tmp_path, dirs_exist_ok=True)
    (tmp_path / "tests" / "cases").mkdir(parents=True)
    (tmp_path / "tests" / "cases" / "some.yaml").write_text(CASES)
    (tmp_path / "examples").mkdir()
    (tmp_path / "examples" / "one.yaml").write_text("age: 70\nfractures: [{site: hip}]\n")
    return tmp_path


def renaming(base: Path) -> Renaming:
    return Renaming(Reader(base, None, Held(Store(None, "none"))))


def renamed(base: Path, old: str, new: str, kind: str = "") -> dict[str, str]:
    """The files that change, as they read afterwards; written."""
    found = renaming(base)
    result = found.to(found.thing(old, kind), new)
    for path, text in result.texts.items():
        path.write_text(text)
    return {path.relative_to(base).as_posix(): text for path, text in result.texts.items()}


def everything(base: Path) -> dict[str, str]:
    return {path.as_posix(): path.read_text() for path in sorted(base.rglob("*.yaml"))}


def names(base: Path) -> list[Thing]:
    """Everything of the small base that can be renamed."""
    kb = renaming(base).kb
    found = [Thing(kind, name) for kind in (*READABLE, *OTHERS) for name in getattr(kb, kind)]
    for choice in kb.choices.values():
        found += [Thing(f"members of {choice.id}", name) for name in choice.members]
        found += [Thing(f"classes of {choice.id}", name) for name in choice.classes]
    found += [Thing(f"levels of {scale.id}", level) for scale in kb.scales.values() for level in scale.levels]
    found += [Thing(f"fields of {one.id}", name) for one in kb.findings.values() for name in one.fields]
    return [
        one
        for one in found
        if one.kind not in ("units", "analytes", "withdrawn")
        and one.id not in KNOWN.get(one.kind.partition(" of ")[0], ())
    ]


def test_what_is_renamed_and_renamed_back_is_as_it_was(base: Path) -> None:
    """Whatever has an id: the base still reads, and not a letter differs in the end."""
    things = names(base)
    assert len(things) > 60
    before, done = everything(base), 0
    for thing in random.Random(1).sample(things, size(len(things))):
        found = renaming(base)
        own = [one for one in found.things.named(thing.id) if one.id == thing.id]
        if thing not in own:
            continue  # a member that has an entry of its own, or a class asked for with others
        new = f"{thing.id}{'-' if thing.kind in KEBAB else '_'}too"
        if thing.kind.startswith("rules") and not any(one.defines for one in found.found(thing)):
            continue  # one level of a rule, which is renamed with it
        renamed(base, thing.id, new, thing.kind)
        assert everything(base) != before
        renamed(base, new, thing.id, thing.kind)
        assert everything(base) == before, thing
        done += 1
    assert done


def test_what_the_program_knows_by_its_id_is_not_renamed(base: Path) -> None:
    """Whatever four of its files name or more: a base without it would lose what is taken, or had, in silence."""
    before = everything(base)
    with pytest.raises(Refused, match="knows the finding 'sex' by this id"):
        renamed(base, "sex", "gender")
    assert everything(base) == before
    kb, named = shipped.base(), Counter[str]()
    for path in (ROOT / "engine").rglob("*.py"):
        written = [one.value for one in ast.walk(ast.parse(path.read_text())) if isinstance(one, ast.Constant)]
        named.update({one for one in written if isinstance(one, str)})
    often = {name for name, files in named.items() if files >= 4}
    assert often & kb.findings.keys() == KNOWN["findings"]
    assert often & {name for one in kb.findings.values() for name in one.fields} == KNOWN["fields"]
    assert KNOWN["choices"] <= often & kb.choices.keys()


def test_a_level_is_renamed_in_the_ids_of_the_rules_that_set_it(base: Path) -> None:
    changed = renamed(base, "high", "very_great", "levels of fracture_risk")
    assert "risk-very-great" in changed["tests/cases/some.yaml"]
    assert "fracture_risk: very_great" in changed["tests/cases/some.yaml"]


def test_every_place_is_found(base: Path) -> None:
    changed = renamed(base, "hip", "thigh")
    assert set(changed) == {
        *("knowledge/choices.yaml", "rules/density/density.yaml", "tests/cases/some.yaml", "examples/one.yaml"),
    }
    assert "fractures has thigh" in changed["rules/density/density.yaml"]
    assert "site: thigh" in changed["tests/cases/some.yaml"]
    assert "t_score_hip" in changed["tests/cases/some.yaml"]


def test_a_rule_with_levels_takes_their_ids_along(base: Path) -> None:
    assert "risk-now-high]" in renamed(base, "risk", "risk-now")["tests/cases/some.yaml"]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("vitamin_d", "calcium", "OL704"),
        ("vitamin_d", "dxa", "OL704"),
        ("vitamin_d", "Vitamin-D", "OL110"),
        ("vitamin_d", "where", "OL110"),
        ("vitamin_d", "vitamin_d", "OL704"),
        ("low-score", "lowest-score", "OL704"),
        ("nothing_of_the_kind", "something", "OL703"),
    ],
)
def test_what_cannot_be_done_is_refused_and_nothing_is_changed(base: Path, old: str, new: str, code: str) -> None:
    before = everything(base)
    with pytest.raises(Refused) as refused:
        renamed(base, old, new)
    assert refused.value.problems[0].code == code
    assert everything(base) == before


def test_what_cannot_be_read_is_not_renamed(base: Path) -> None:
    (base / "rules" / "density" / "torn.yaml").write_text("torn: [")
    with pytest.raises(Refused):
        renamed(base, "vitamin_d", "vitamin_d_level")
