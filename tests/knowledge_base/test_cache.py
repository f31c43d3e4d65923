"""What was read is kept, never stale, never mixed, and never trusted when anything about it is odd."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.knowledge_base.files.layout import Layout, contents_of, digest_of
from engine.knowledge_base.model import KnowledgeBase
from engine.knowledge_base.reading import reader
from engine.knowledge_base.store import cache, coding
from engine.knowledge_base.store.memory import Remembered
from engine.values.problems import Refused


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    directory = tmp_path / "cache"
    monkeypatch.setenv("OSTEOLOGIC_CACHE", str(directory))
    return directory


@pytest.fixture
def root(tmp_path: Path, small_root: Path) -> Path:
    return Path(shutil.copytree(small_root, tmp_path / "base"))


def _same(one: Any, other: Any) -> None:
    """Alike to the last place, which equality leaves out."""
    if dataclasses.is_dataclass(one):
        assert type(one) is type(other)
        for part in dataclasses.fields(one):
            _same(getattr(one, part.name), getattr(other, part.name))
    elif isinstance(one, (dict, coding.Unopened, coding.Places)):
        assert list(one) == list(other)
        for key in one:
            _same(one[key], other[key])
    elif isinstance(one, tuple):
        assert len(one) == len(other)
        for left, right in zip(one, other, strict=True):
            _same(left, right)
    else:
        assert (type(one), one) == (type(other), other)


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A number for each time that files were really read."""
    counted: list[int] = []
    read = reader.read_contents

    def counting(*arguments: Any) -> reader.Reading:
        counted.append(len(counted))
        return read(*arguments)

    monkeypatch.setattr(reader, "read_contents", counting)
    return counted


def test_the_second_time_nothing_is_read(kept: Path, root: Path, readings: list[int]) -> None:
    first, second = cache.load(root), cache.load(root)
    assert len(readings) == 1
    assert isinstance(second.rules, coding.Unopened)
    assert dict(second.rules) == dict(first.rules)
    _same(first, second)


def test_values_stand_in_the_order_of_their_keys_whichever_was_looked_at_first(kept: Path, root: Path) -> None:
    cache.load(root)
    second = cache.load(root)
    for name in reversed([*second.rules]):
        assert second.rules[name].id == name
    assert [rule.id for rule in second.rules.values()] == [*second.rules]


def test_it_is_right_after_every_edit(kept: Path, root: Path, readings: list[int]) -> None:
    path = root / "rules" / "density" / "density.yaml"
    cache.load(root)
    status = path.stat()
    path.write_text(path.read_text().replace("That much is lost.", "That much is gone."))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert cache.load(root).rules["low-score"].because == "That much is gone."
    assert len(readings) == 2


@pytest.mark.parametrize("name", ["rules/more.yaml", "knowledge/states/more.yaml"])
def test_a_file_added_or_removed_counts(kept: Path, root: Path, name: str) -> None:
    before = cache.load(root).digest
    path = root / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("" if "rules" in name else "asleep: {label: asleep}\n")
    if "rules" in name:
        with pytest.raises(Refused, match="OL114"):
            cache.load(root)
    else:
        assert "asleep" in cache.load(root).states
    path.unlink()
    assert cache.load(root).digest == before


def test_a_file_under_another_name_counts(kept: Path, root: Path) -> None:
    cache.load(root)
    (root / "rules" / "density").rename(root / "rules" / "scores")
    assert cache.load(root).rules["low-score"].place.file == "rules/scores/density.yaml"


def test_problems_are_told_each_time(kept: Path, root: Path) -> None:
    (root / "rules" / "more.yaml").write_text("a-rule: {title: x}\nb-rule: {title: y}\n")
    for _ in range(2):
        with pytest.raises(Refused) as refused:
            cache.load(root)
        assert {problem.place.line for problem in refused.value.problems} == {1, 2}


ODDITIES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda content: b"",
    "cut short": lambda content: content[: len(content) // 2],
    "one byte changed": lambda content: content[:-9] + b"x" + content[-8:],
    "of another program": lambda content: b"osteologic cache 0 base 00\n{}",
    "no text": lambda content: os.urandom(400),
    "with more at its end": lambda content: content + b"\n[]",
    "a pickle": lambda content: b"\x80\x04\x95cos\nsystem\n(S'true'\ntR.",
}


@pytest.mark.parametrize("spoil", ODDITIES.values(), ids=ODDITIES.keys())
def test_an_odd_file_is_ignored_and_made_anew(
    spoil: Callable[[bytes], bytes], kept: Path, root: Path, readings: list[int]
) -> None:
    first = cache.load(root)
    for path in kept.iterdir():
        path.write_bytes(spoil(path.read_bytes()))
    _same(first, cache.load(root))
    assert len(readings) == 2
    cache.load(root)
    assert len(readings) == 2


def test_a_file_of_another_base_is_ignored(kept: Path, root: Path, readings: list[int]) -> None:
    cache.load(root)
    (base,) = kept.glob("*.base.json")
    path = root / "knowledge" / "glossary.yaml"
    path.write_text("osteoid: young bone\n")
    other = cache.Store.of(digest_of(contents_of(Layout(root))[0]))
    base.rename(kept / f"{other.key[:32]}.base.json")
    assert cache.load(root).glossary == {"osteoid": "young bone"}


def test_a_directory_that_cannot_be_written_is_no_obstacle(
    tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("OSTEOLOGIC_CACHE", str(blocked))
    assert cache.load(root).rules


def test_none_keeps_nothing(root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OSTEOLOGIC_CACHE", "none")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    cache.load(root)
    assert not (tmp_path / "xdg").exists()


def test_it_lies_where_the_user_keeps_such_things(root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("OSTEOLOGIC_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    cache.load(root)
    assert list((tmp_path / "xdg" / "osteologic").glob("*.base.json"))


def test_two_writers_leave_a_whole_file(kept: Path, root: Path, small: KnowledgeBase) -> None:
    store = cache.Store.of(small.digest)
    failures: list[str] = []

    def write_and_read(number: int) -> None:
        for _ in range(15):
            store.store_extra("network", [number] * 5000)
            found = store.load_extra("network")
            if found is None or len(set(found)) != 1:
                failures.append("mixed")

    writers = [threading.Thread(target=write_and_read, args=(number,)) for number in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert failures == []
    assert [path.name for path in kept.iterdir() if path.name.startswith(".")] == []


def test_what_follows_from_a_base_is_kept_beside_it(kept: Path, root: Path) -> None:
    store = cache.Store.of(cache.load(root).digest)
    store.store_extra("network", {"productions": [[1, 2], 3]})
    assert store.load_extra("network") == {"productions": [[1, 2], 3]}
    (root / "knowledge" / "glossary.yaml").write_text("osteoid: young bone\n")
    assert cache.Store.of(cache.load(root).digest).load_extra("network") is None


def test_old_bases_are_forgotten(kept: Path, root: Path) -> None:
    for number in range(8):
        (root / "knowledge" / "glossary.yaml").write_text(f"osteoid: bone {number}\n")
        cache.load(root)
    assert len(list(kept.glob("*.base.json"))) == 4


def test_a_base_that_is_read_again_and_again_is_not_forgotten(kept: Path, root: Path) -> None:
    """So the shipped base outlives a hospital's edits, each of which is compared with it."""
    store = cache.Store.of(cache.load(root).digest)
    for number in range(8):
        (root / "knowledge" / "glossary.yaml").write_text(f"osteoid: bone {number}\n")
        cache.load(root)
        assert store.knowledge_base() is not None, number


def test_one_edited_file_costs_the_checking_of_its_own_premises(
    kept: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine.knowledge_base.reading import premises

    cache.load(root)
    checked: list[str] = []
    check: Any = vars(premises)["check_premise"]

    def noting(text: str, *arguments: Any, **options: Any) -> Any:
        checked.append(text)
        return check(text, *arguments, **options)

    monkeypatch.setattr(premises, "check_premise", noting)
    path = root / "rules" / "density" / "density.yaml"
    path.write_text(path.read_text().replace("age > 70", "age > 75"))
    kb = cache.load(root)
    assert checked == ["age > 75"]
    monkeypatch.setenv("OSTEOLOGIC_CACHE", "none")
    _same(cache.load(root), kb)


def test_a_premise_is_checked_anew_where_a_word_in_it_means_something_else(
    kept: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.load(root)
    path = root / "knowledge" / "choices.yaml"
    path.write_text(path.read_text().replace("toe: toe", "toe: {label: toe, kinds: [major]}"))
    kb = cache.load(root)
    monkeypatch.setenv("OSTEOLOGIC_CACHE", "none")
    _same(cache.load(root), kb)


def test_nothing_that_reads_yaml_or_premises_is_loaded_when_the_cache_is_right(kept: Path, root: Path) -> None:
    cache.load(root)
    script = (
        "import sys; from pathlib import Path; from engine.knowledge_base.store import cache; "
        "list(cache.load(Path(sys.argv[1])).rules.values()); "
        "print(sorted({'yaml', 'lark', 'engine.premises.checking.checking'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", script, str(root)], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"


_EDITS = {
    "a unit's factor": ("knowledge/units.yaml", "{nmol/L: 1, ng/mL: 2.5}", "{nmol/L: 1, ng/mL: 2.496}"),
    "a finding's unit": ("knowledge/findings.yaml", "unit: mg/day", "unit: g/day"),
    "a member's class": ("knowledge/choices.yaml", "toe: toe", "toe: {label: toe, kinds: [major]}"),
    "a group's members": ("knowledge/groups.yaml", "[t_score_hip, t_score_lumbar_spine]", "[t_score_hip]"),
    "a threshold's unit": ("knowledge/thresholds.yaml", "unit: mL/min, values", "unit: L/min, values"),
    "a condition's class": ("knowledge/conditions.yaml", "  kinds: [bone_disease]\n", ""),
    "a scale's levels": ("knowledge/scales.yaml", "[low, moderate, high]", "[low, moderate, high, very_high]"),
    "a field's floor": ("knowledge/findings.yaml", "unit: mg, floor: 0", "unit: mg, floor: 1"),
    "a range": ("knowledge/findings.yaml", "is: 2.2..2.55", "is: 2.2..2.5"),
}


@pytest.mark.parametrize(("file", "old", "new"), _EDITS.values(), ids=_EDITS.keys())
def test_what_is_remembered_never_differs_from_a_fresh_reading(
    file: str, old: str, new: str, kept: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.load(root)
    path = root / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    remembered = _loaded_or_refused(root)
    monkeypatch.setenv("OSTEOLOGIC_CACHE", "none")
    fresh = _loaded_or_refused(root)
    if isinstance(fresh, KnowledgeBase):
        _same(fresh, remembered)
    else:
        assert fresh == remembered


def _loaded_or_refused(root: Path) -> KnowledgeBase | tuple[str, ...]:
    try:
        return cache.load(root)
    except Refused as refused:
        return tuple(map(str, refused.problems))


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.decimals(allow_nan=False).map(Decimal),
    lambda inner: st.lists(inner, max_size=4).map(tuple) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)


@given(_VALUES)
def test_every_value_survives_as_json(value: Any) -> None:
    encoder = coding.Encoder()
    written = encoder.text(value)
    _same(value, coding.Decoder(list(encoder.files)).decode(json.loads(written)))


def test_only_parts_of_a_knowledge_base_are_kept() -> None:
    with pytest.raises(TypeError, match="no part of a knowledge base"):
        coding.Encoder().text(object())


def test_only_classes_of_a_knowledge_base_are_made() -> None:
    for name in ("Popen", "object", "Path", "__import__"):
        with pytest.raises(KeyError):
            coding.Decoder([]).decode([6, name, {}])


@given(st.text(max_size=60))
def test_odd_lines_in_the_memory_are_passed_over(text: str) -> None:
    class Shelf:
        def load_text(self, name: str) -> str:
            return text

        def store_text(self, name: str, text: str) -> None:
            pass

    memory = Remembered(Shelf())
    assert memory.node(b"", "f") is None
    assert memory.tree(("premise", "age > 1", "f:1:1", "", "all")) is None
    memory.close()
