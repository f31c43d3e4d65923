"""A hospital's own directory adds and replaces; `show` tells of it, and every report of what it takes from safety."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import cli
from engine.knowledge_base.files.layout import Layout, contents_of
from engine.knowledge_base.reading import reader
from engine.knowledge_base.store import cache
from engine.knowledge_base.store.cache import Store
from engine.knowledge_base.store.memory import Held
from engine.knowledge_base.weakening import weakening
from tests import shipped

ROOT = Path(cli.__file__).parent
pytestmark = pytest.mark.xdist_group("overlay")  # the shipped base is held once, not by each worker
Own = Callable[..., Path]
NARROWER = """
alendronate-clearance-here:
  replaces: alendronate-clearance
  title: Here alendronate is given down to a clearance of 25 mL/min
  contraindicates: alendronate
  when: creatinine_clearance < {limit} mL/min
  because: So the kidney clinic has decided.
  sources: [alendronate-label]
  evidence: unverified
"""


@pytest.fixture
def own(tmp_path: Path) -> Own:
    """A directory with these files, by path."""

    def make(**files: str) -> Path:
        for name, text in files.items():
            path = tmp_path / "hospital" / name.replace("__", "/").replace("_yaml", ".yaml")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        return tmp_path / "hospital"

    return make


@pytest.fixture(scope="module")
def narrower(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory of one's own with the narrower contraindication, the same for all: it is read once."""
    path = tmp_path_factory.mktemp("hospital")
    (path / "rules").mkdir()
    (path / "rules" / "own.yaml").write_text(NARROWER.format(limit=25), "utf-8")
    (path / "patient.yaml").write_text("age: 67\nsex: female\n", "utf-8")
    return path


HELD = Held(Store(None, "none"))
"""The shipped files as they were read first; what is laid over them is read anew."""


def weakened(local: Path) -> tuple[str, ...]:
    """What loading says that a directory takes from safety."""
    contents, problems = contents_of(Layout(ROOT, local))
    kb, found = reader.read_contents(contents, HELD)
    assert kb is not None, [*map(str, (*problems, *found))]
    return weakening.weakened(shipped.base(), kb)


def test_a_narrower_contraindication_is_named(narrower: Path) -> None:
    (sentence,) = cache.load(ROOT, narrower).weakened
    assert weakened(narrower) == (sentence,)
    assert "alendronate-clearance" in sentence
    assert "no longer bars alendronate" in sentence
    assert "replaced by 'alendronate-clearance-here'" in sentence


@pytest.mark.parametrize("limit", [35, 40])
def test_one_that_bars_as_much_or_more_is_not(limit: int, own: Own) -> None:
    assert weakened(own(rules__own_yaml=NARROWER.format(limit=limit))) == ()


def test_one_that_is_withdrawn_is_named(own: Own) -> None:
    text = NARROWER.format(limit=35) + "  withdrawn: the clinic no longer wants it\n"
    (sentence,) = weakened(own(rules__own_yaml=text))
    assert "alendronate-clearance" in sentence


def test_one_that_keeps_its_id_and_asks_for_more_is_named(own: Own) -> None:
    text = NARROWER.replace("alendronate-clearance-here", "alendronate-clearance").replace(
        "mL/min\n  because", "mL/min and age > 40\n  because"
    )
    (sentence,) = weakened(own(rules__own_yaml=text.format(limit=35)))
    assert "its premise is another now" in sentence


def test_one_whose_medicine_left_the_class_is_named(own: Own) -> None:
    entry = """
ibandronate:
  replaces: ibandronate
  label: ibandronate
  kind: medicine
  kinds: []
  choice: bone medicine
  dose: as the label says
  monitoring: as the label says
""".replace("  kinds: []\n", "")
    sentences = weakened(own(knowledge__interventions__own_yaml=entry))
    assert any("oral-bisphosphonate-esophagus" in one and "ibandronate" in one for one in sentences)


def test_one_that_rests_on_what_is_worked_out_in_another_way_is_named(own: Own) -> None:
    rule = next(
        one for one in shipped.base().rules.values() if one.verb == "derives" and "creatinine_clearance" in one.targets
    )
    text = f"""
clearance-here:
  replaces: {rule.id}
  title: Clearance as our laboratory prints it
  derives: creatinine_clearance
  as: cockcroft_gault(age, weight, creatinine, sex) * 2
  because: Our laboratory does so.
  sources: [alendronate-label]
  evidence: unverified
"""
    sentences = weakened(own(rules__own_yaml=text))
    assert any("alendronate-clearance" in one and "worked out in another way" in one for one in sentences)


def test_what_only_adds_weakens_nothing(own: Own) -> None:
    text = NARROWER.format(limit=60).replace("  replaces: alendronate-clearance\n", "")
    assert weakened(own(rules__own_yaml=text)) == ()


@pytest.mark.parametrize("form", ["text", "json", "markdown", "html"])
def test_every_report_says_it_first(form: str, narrower: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["assess", str(narrower / "patient.yaml"), "--format", form, "--knowledge", str(narrower)]
    assert cli.main(words) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "Local knowledge weakens safety" in told


def test_no_report_says_it_without_such_a_directory(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "patient.yaml").write_text("age: 67\nsex: female\n", "utf-8")
    assert cli.main(["assess", str(tmp_path / "patient.yaml"), "--format", "json"]) == 0
    assert "weakens" not in json.dumps(json.loads(capsys.readouterr().out))


def test_what_is_laid_over_decides(own: Own, capsys: pytest.CaptureFixture[str]) -> None:
    """The hospital's own case runs against the hospital's own rule; `test` finds it in DIR/cases."""
    case = """
- name: a clearance of 30 does not bar alendronate here
  given: {creatinine_clearance: 30 mL/min}
  expect: {held: [alendronate-clearance]}
"""
    rule = NARROWER.replace("alendronate-clearance-here", "alendronate-clearance")
    directory = own(rules__own_yaml=rule.format(limit=25), cases__own_yaml=case)
    assert cli.main(["test", "-k", "does not bar alendronate here", "--knowledge", str(directory)]) == 0
    assert "1 passed" in capsys.readouterr().out


def test_show_says_what_stands_in_its_place(narrower: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["show", "alendronate-clearance-here", "--knowledge", str(narrower)]) == 0
    assert "alendronate-clearance (rules/safety/kidney.yaml" in " ".join(capsys.readouterr().out.split())
    assert cli.main(["show", "alendronate-clearance", "--knowledge", str(narrower)]) == 0
    assert "alendronate-clearance-here" in capsys.readouterr().out


def test_one_whose_state_is_set_by_less_is_named(own: Own) -> None:
    """The contraindication is as it was; what it reads is not."""
    rule = next(
        one
        for one in shipped.base().rules.values()
        if one.verb == "sets" and "hypocalcemia" in one.targets and one.when is not None
    )
    text = f"""
calcium-here:
  replaces: {rule.id}
  title: Here calcium is low below 1.5 mmol/L only
  sets: hypocalcemia
  when: calcium < 1.5 mmol/L
  because: So it was decided.
  sources: [alendronate-label]
  evidence: unverified
"""
    sentences = weakened(own(rules__own_yaml=text))
    assert any("rests on 'hypocalcemia'" in one for one in sentences), sentences


def test_a_unit_that_is_converted_in_another_way_is_named(own: Own) -> None:
    entry = "{replaces: vitamin_d, label: 25-OH vitamin D, factors: {nmol/L: 1, ng/mL: 25}}"
    text = f"analytes:\n  vitamin_d: {entry}\n"
    sentences = weakened(own(knowledge__units_yaml=text))
    assert any("'vitamin_d' is converted in another way" in one for one in sentences)
