"""Every way in which a hospital's own directory can loosen what protects is named; what it adds or tightens is not.

The ways stand in tests/data/guarded/, a line each, beside the small knowledge base they change.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.knowledge_base.files.layout import Layout, Written, contents_of
from engine.knowledge_base.reading import entries, reader, rules
from engine.knowledge_base.store.cache import shelf
from engine.knowledge_base.store.memory import Held
from engine.knowledge_base.weakening.guarded import GUARDED
from engine.knowledge_base.weakening.weakening import PROTECTING, weakened

BASE = Path(__file__).parent.parent / "data" / "guarded"

Told = Callable[[str, str], tuple[str, ...]]


def ways(file: str) -> list[tuple[str, ...]]:
    """The lines of a table, each as its parts."""
    lines = (BASE / file).read_text("utf-8").splitlines()
    return [tuple(line.split(" | ")) for line in lines if line and line[0] != "#"]


def named(rows: list[tuple[str, ...]]) -> list[str]:
    return [row[0] for row in rows]


LOOSER, SILENT = ways("looser.txt"), ways("silent.txt")


def written(at: str, what: str) -> dict[str, str]:
    """The files of the directory: an entry of ours with something replaced, or entries that are added."""
    if what.startswith("+ "):
        files: dict[str, str] = {}
        places, texts = at.split(" + "), what[2:].split(" + ")
        for place, text in zip(places, texts, strict=True):
            file, entry = place.split(" ", 1)
            added = text[1:-1] if file == "knowledge/units" else f"{entry}: {text}"
            files[file] = f"{files.get(file, '')}{added}\n"
        return files
    file, entry = at.split(" ")
    old, new = (part.removesuffix(" ").replace("\\n", "\n") for part in f"{what} ".split(" => "))
    text = (BASE / f"{file}.yaml").read_text("utf-8")
    common = re.match(r"common:\n(?: .*\n)+", text)
    block = re.search(rf"^{entry}:\n(?: .*\n)+", text, re.MULTILINE)
    assert block is not None, entry
    assert old in block[0], (entry, old)
    ours = block[0].replace(old, new, 1).replace(":\n", f":\n  replaces: {entry}\n", 1)
    return {file: (common[0] if common else "") + ours}


@pytest.fixture(scope="module")
def told() -> Told:
    """What every report would say of a directory with these files."""
    shipped, problems = contents_of(Layout(BASE))
    assert problems == []
    memory = Held(shelf())
    base, _ = reader.read_contents(shipped, memory)
    assert base is not None

    def read(at: str, what: str) -> tuple[str, ...]:
        own = [
            Written(f"hospital/{file}.yaml", f"{file}.yaml", text.encode(), True)
            for file, text in written(at, what).items()
        ]
        laid, found = reader.read_contents([*shipped, *own], memory)
        assert laid is not None, [str(problem) for problem in found]
        assert base is not None
        return weakened(base, laid)

    return read


@pytest.mark.parametrize(("at", "what", "said"), [row[1:] for row in LOOSER], ids=named(LOOSER))
def test_a_way_to_loosen_is_named(at: str, what: str, said: str, told: Told) -> None:
    sentences = told(at, what)
    assert any(said in one for one in sentences), sentences
    assert all(one.startswith("Local knowledge weakens safety: ") and one.endswith(".") for one in sentences)


@pytest.mark.parametrize(("at", "what"), [row[1:] for row in SILENT], ids=named(SILENT))
def test_what_is_added_or_tightened_is_silent(at: str, what: str, told: Told) -> None:
    assert told(at, what) == ()


def test_each_line_of_a_table_is_another_way() -> None:
    for rows in (LOOSER, SILENT):
        assert len(set(named(rows))) == len(rows) > 40


def test_what_is_written_again_as_it_was_is_silent(told: Told) -> None:
    """Each entry in the place of itself: no part of it counts as lost."""
    kinds = ("choices", "conditions", "findings", "interventions", "hazards", "thresholds", "scales", "alerts")
    for file in (*(f"knowledge/{kind}" for kind in kinds), "rules/safety", "rules/states", "rules/quantities"):
        text = (BASE / f"{file}.yaml").read_text("utf-8")
        for entry in re.findall(r"^(?!common:)([\w-]+):$", text, re.MULTILINE):
            assert told(f"{file} {entry}", r"\n => \n") == (), entry


def test_a_member_added_to_any_class_is_silent(told: Told) -> None:
    at = "knowledge/interventions own_steroid + knowledge/conditions own_cancer"
    medicine = (
        "{label: own steroid, kind: medicine, kinds: [steroid, antiresorptive], choice: bone medicine, withdrawn: x}"
    )
    assert told(at, f"+ {medicine} + {{label: own cancer, kinds: [malignancy, osteomalacia]}}") == ()


THROUGH_RULES = {"choices", "states", "scales", "thresholds", "units", "analytes", "groups"}
"""Kinds that protect only by what rules read: they are compared where rules rest on them."""
IN_RECORDS = {"codes"}
"""Kinds that decide what a record is taken to say: they are compared code by code."""
NO_PROTECTION = {"investigations", "guidelines", "disagreements", "sources", "topics", "unavailable"}


def test_of_every_kind_it_is_decided_whether_it_protects() -> None:
    """A new kind of entry takes a line in the table of what is guarded, or stands here."""
    assert set(GUARDED) | THROUGH_RULES | IN_RECORDS | NO_PROTECTION == set(entries.KINDS)
    assert not set(GUARDED) & (THROUGH_RULES | IN_RECORDS | NO_PROTECTION)


def test_each_guarded_part_is_one_that_the_kind_has() -> None:
    for kind, guards in GUARDED.items():
        assert guards.keys() <= {part.name for part in dataclasses.fields(entries.KINDS[kind].entry)}, kind


def test_of_every_verb_it_is_decided_whether_it_protects() -> None:
    concluding = {"sets", "derives", "causes", "diagnoses", "excludes", "supports", "opposes", "orders"}
    assert set(PROTECTING) | concluding == set(rules.VERBS)
    assert not set(PROTECTING) & concluding
