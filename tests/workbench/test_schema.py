"""The schemas say what the reader says: every shipped file passes, wrong ones do not, and each key has its words."""

from __future__ import annotations

import datetime
import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from referencing import Registry, Resource
from ruamel.yaml import YAML

from engine.intake import record
from engine.knowledge_base.reading import entries, rules
from engine.knowledge_base.store import cache
from engine.workbench.cases import cases
from engine.workbench.editing import meanings, schema, values

ROOT = Path(__file__).parent.parent.parent
SCHEMAS = ROOT / "docs" / "schema"
WRONG = sorted((ROOT / "tests" / "data" / "schema" / "wrong").glob("*.yaml"))
FRESH = {name: json.loads(schema.written(one)) for name, one in schema.schemas(cache.load(ROOT)).items()}
REGISTRY: Registry[Any] = Registry().with_resources(
    (f"https://osteologic.test/{name}", Resource.from_contents({**one, "$id": f"https://osteologic.test/{name}"}))
    for name, one in FRESH.items()
)


def as_an_editor_reads_it(text: str) -> Any:
    """YAML 1.2, with its numbers; days stay texts."""
    return plain(YAML(typ="safe", pure=True).load(text))


def plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key).lower() if isinstance(key, bool) else str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value.isoformat() if isinstance(value, datetime.date) else value


def faults(kind: str, text: str) -> list[str]:
    whole = {**FRESH[f"{kind}.json"], "$id": f"https://osteologic.test/{kind}.json"}
    validator = jsonschema.Draft7Validator(whole, registry=REGISTRY)
    return [f"{error.json_path}: {error.message[:300]}" for error in validator.iter_errors(as_an_editor_reads_it(text))]


def shipped() -> list[tuple[str, Path]]:
    found = []
    for path in (*ROOT.glob("rules/**/*.yaml"), *ROOT.glob("knowledge/**/*.yaml"), *ROOT.glob("tests/cases/*.yaml")):
        found.append((kind_of(path.relative_to(ROOT)), path))
    patients = (*ROOT.glob("examples/*.yaml"), *ROOT.glob("examples/ordinary/*.yaml"))
    return [*found, *(("patient", path) for path in patients)]


def kind_of(inside: Path) -> str:
    first, second = inside.parts[:2]
    return {"rules": "rules", "tests": "cases"}.get(first, second.removesuffix(".yaml"))


@pytest.mark.parametrize(("kind", "path"), shipped(), ids=lambda one: one.stem if isinstance(one, Path) else one)
def test_every_shipped_file_passes(kind: str, path: Path) -> None:
    assert faults(kind, path.read_text("utf-8")) == []


@pytest.mark.parametrize("path", WRONG, ids=lambda path: path.stem)
def test_what_is_wrong_does_not_pass(path: Path) -> None:
    """The first line names the kind of file and a word of what is found."""
    head, text = path.read_text("utf-8").split("\n", 1)
    kind, _, word = head.removeprefix("# ").partition(": ")
    found = faults(kind, text)
    assert found, path
    assert any(word in fault for fault in found), found


def test_there_are_wrong_files_of_every_room() -> None:
    kinds = {path.read_text("utf-8").split("\n")[0].removeprefix("# ").partition(":")[0] for path in WRONG}
    assert {"rules", "findings", "conditions", "interventions", "sources", "cases", "patient", "units"} <= kinds


def test_the_committed_schemas_are_current() -> None:
    """After a change of entries or readers: `osteologic schema`."""
    committed = {path.name: json.loads(path.read_text("utf-8")) for path in SCHEMAS.glob("*.json")}
    assert {name for name in FRESH if committed.get(name) != FRESH[name]} == set(), "write them with: osteologic schema"
    assert committed.keys() == FRESH.keys()


def test_the_committed_settings_point_each_kind_of_file_at_its_schema() -> None:
    text = (ROOT / ".vscode" / "settings.json").read_text("utf-8")
    assert text == schema.settings("docs/schema")
    patterns = json.loads(text)["yaml.schemas"]
    assert all((ROOT / name).is_file() for name in patterns)
    for kind, path in shipped():
        inside = path.relative_to(ROOT).as_posix()
        meant = [name for name, globs in patterns.items() if any(matches(glob, inside) for glob in globs)]
        assert meant == [f"./docs/schema/{kind}.json"], path


def matches(glob: str, path: str) -> bool:
    """As an editor matches: `**/` is any folders, or none."""
    return re.fullmatch(re.escape(glob).replace(r"\*\*/", "(?:.+/)?").replace(r"\*", "[^/]*"), path) is not None


@pytest.mark.parametrize("name", sorted(FRESH))
def test_every_schema_is_itself_valid(name: str) -> None:
    jsonschema.Draft7Validator.check_schema(FRESH[name])


def test_every_key_the_reader_takes_has_its_words_and_no_other_has() -> None:
    taken = {kind: set(known.keys) for kind, known in entries.KINDS.items()}
    told = {kind: set(meanings.ENTRY.get(kind, {})) for kind in taken}
    assert told == taken
    assert set(meanings.EVERY) == {*entries.EVERY, "replaces"}
    own = {*rules.KEYS, *rules.PREMISED, *rules.VERBS, "common"}
    assert {*meanings.RULE, *(own & meanings.EVERY.keys())} == own
    assert tuple(meanings.CASE) == record.CASE_KEYS
    assert set(meanings.EXPECTED) == {*cases.LISTS, *cases.MAPPINGS}
    assert set(meanings.KINDS) == {*entries.KINDS, *entries.PLAIN, "rules", "cases", "patient"}


def test_every_reader_of_a_key_is_known() -> None:
    assert values.readers_of_entries() <= values.known_readers()


@pytest.mark.parametrize("name", sorted(name for name in FRESH if name not in ("premise.json", "ids.json")))
def test_every_key_of_an_entry_is_described(name: str) -> None:
    whole = FRESH[name]
    assert whole["description"]
    for entry in (whole, whole.get("additionalProperties"), whole.get("items"), *whole.get("properties", {}).values()):
        inside = entry.get("additionalProperties") if isinstance(entry, dict) else None
        for one in (entry, inside):
            if isinstance(one, dict) and one is not whole:
                keys = one.get("properties", {})
                assert [key for key, value in keys.items() if not value.get("description")] == []
