"""The house itself: what stands at the root, what is packaged, what may import what, and what the pages promise."""

from __future__ import annotations

import ast
import configparser
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def settings() -> configparser.ConfigParser:
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    return parser


def ours() -> Iterator[Path]:
    """Every file of the project that git would know, wherever the project came from."""
    skipped = {".git", ".against", "build", "dist", "__pycache__", ".hypothesis", "htmlcov"}
    for folder, names, files in os.walk(ROOT):
        names[:] = [
            name for name in names if name not in skipped and not name.startswith(".venv") and "_cache" not in name
        ]
        names[:] = [name for name in names if not name.endswith(".egg-info")]
        yield from (Path(folder) / file for file in files)


def texts() -> Iterator[tuple[Path, str]]:
    for path in ours():
        if path.suffix in {".py", ".md", ".yaml", ".yml", ".cfg", ".toml", ".html", ".css", ".lark", ""}:
            yield path.relative_to(ROOT), path.read_text("utf-8", errors="replace")


def test_every_package_of_the_engine_is_shipped() -> None:
    found = {path.parent.relative_to(ROOT) for path in (ROOT / "engine").rglob("*.py")}
    listed = {name for name in settings()["options"]["packages"].split() if name.startswith("osteologic.engine")}
    assert listed == {"osteologic." + ".".join(path.parts) for path in found}


def test_every_package_of_the_engine_says_what_it_is() -> None:
    for folder in {path.parent for path in (ROOT / "engine").rglob("*.py")}:
        assert ast.get_docstring(ast.parse((folder / "__init__.py").read_text("utf-8"))), folder


def test_every_kind_of_file_in_the_engine_is_shipped() -> None:
    patterns = settings()["options.package_data"]["osteologic.engine"].split(", ")
    shipped = {Path(pattern).suffix for pattern in patterns} | {".py"}
    found = {path.suffix for path in ours() if path.is_relative_to(ROOT / "engine") and path.name != "py.typed"}
    assert found <= shipped


@pytest.mark.parametrize("folder", ["rules", "knowledge", "tests/cases"])
def test_a_folder_of_knowledge_holds_nothing_but_yaml(folder: str) -> None:
    found = {path.suffix for path in ours() if path.is_relative_to(ROOT / folder)}
    assert found == {".yaml"}


def test_the_front_page_is_the_only_program_at_the_root() -> None:
    assert {path.name for path in ROOT.glob("*.py")} == {"__init__.py", "__main__.py", "cli.py"}


def test_the_engine_itself_is_a_docstring() -> None:
    body = ast.parse((ROOT / "engine" / "__init__.py").read_text("utf-8")).body
    assert len(body) == 1
    assert isinstance(body[0], ast.Expr)


def test_no_module_outgrows_its_page() -> None:
    long = {str(path): len(path.read_text("utf-8").splitlines()) for path in (ROOT / "engine").rglob("*.py")}
    assert {path: lines for path, lines in long.items() if lines > 500} == {}


def test_no_class_outgrows_four_hundred_lines() -> None:
    long = {}
    for path in (ROOT / "engine").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef) and node.end_lineno is not None and node.end_lineno - node.lineno >= 400:
                long[f"{path.name}: {node.name}"] = node.end_lineno - node.lineno + 1
    assert long == {}


def test_no_room_outgrows_a_morning() -> None:
    lines: Counter[str] = Counter()
    for path in (ROOT / "engine").rglob("*.py"):
        lines[str(path.parent.relative_to(ROOT))] += len(path.read_text("utf-8").splitlines())
    assert {folder: count for folder, count in lines.items() if count > 3000} == {}


def test_only_the_commands_print() -> None:
    for path in (ROOT / "engine").rglob("*.py"):
        if path.parent.name != "commands":
            calls = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
            printing = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "print"]
            assert not printing, path


def test_no_file_names_the_machine_it_was_written_on() -> None:
    homes = "|".join(["work", "root", "home", "Users", "tmp", "farm"])
    place = re.compile(rf"(?<![\w.~$/}}*-])/(?:{homes})/[\w.]")
    named = [f"{path}: {found.group()}" for path, text in texts() for found in place.finditer(text)]
    assert named == []


def test_nothing_is_left_for_later() -> None:
    marks = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "X" * 3, "NotImplemented" + "Error"]) + r")\b")
    left = [str(path) for path, text in texts() if path.suffix == ".py" and marks.search(text)]
    assert left == []


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """The import contracts of setup.cfg, held against the engine in that folder."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as main; main()"]
    plain = {**os.environ, "COLUMNS": "200", "NO_COLOR": "1"}
    return subprocess.run([*command, "--no-cache", "--no-logo"], cwd=folder, capture_output=True, text=True, env=plain)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """The rooms with nothing in them but their names, under the contracts of the real ones."""
    shutil.copy(ROOT / "setup.cfg", tmp_path)
    for init in (ROOT / "engine").rglob("__init__.py"):
        room = tmp_path / init.parent.relative_to(ROOT)
        room.mkdir(parents=True)
        (room / "__init__.py").touch()
    for name in ("api", "version"):
        (tmp_path / "engine" / f"{name}.py").touch()
    for name in (
        "knowledge_base/files/source",
        "inference/experta/shell",
        "premises/grammar",
        "commands/show",
        "views/page",
    ):
        (tmp_path / "engine" / f"{name}.py").touch()
    return tmp_path


def test_the_import_contracts_hold() -> None:
    linted = lint_imports(ROOT)
    assert linted.returncode == 0, linted.stdout


def test_an_empty_house_breaks_no_contract(model: Path) -> None:
    linted = lint_imports(model)
    assert linted.returncode == 0, linted.stdout


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("premises/grammar", "from ..knowledge_base.files import source", "rooms"),
        ("values/units", "from ..premises import grammar", "rooms"),
        ("intake/record", "from ..inference import experta", "rooms"),
        ("inference/network", "from ..intake import answers", "rooms"),
        ("case/case", "from .. import assessment", "rooms"),
        ("assessment/plan", "from .. import dialogue", "rooms"),
        ("views/page", "from ..commands import show", "rooms"),
        ("views/page", "from .. import api", "rooms"),
        ("api", "from .commands import show", "rooms"),
        ("version", "from . import values", "rooms"),
        ("knowledge_base/reading/reader", "import experta", "experta"),
        ("inference/experta/network", "import frozendict", "experta"),
        ("commands/show", "from experta.fact import Fact", "experta"),
        ("inference/reference", "import yaml", "yaml"),
        ("knowledge_base/reading/reader", "import lark", "lark"),
        ("views/page", "from ruamel.yaml import YAML", "ruamel"),
        ("assessment/verdict", "import jinja2", "jinja"),
        ("dialogue/conversation", "import prompt_toolkit", "terminal"),
        ("workbench/cases/cases", "import rich", "color"),
        ("commands/show", "import click", "front"),
        ("values/quantity", "import pint", "tests"),
        ("attic", "import json", "rooms"),
    ],
)
def test_a_forbidden_import_breaks_its_contract(module: str, line: str, contract: str, model: Path) -> None:
    (model / "engine" / f"{module}.py").write_text(line + "\n")
    linted = lint_imports(model)
    name = settings()[f"importlinter:contract:{contract}"]["name"]
    assert linted.returncode == 1
    assert f"{name} BROKEN" in linted.stdout


def test_a_cycle_inside_a_room_breaks_its_contract(model: Path) -> None:
    (model / "engine/values/one.py").write_text("from . import two\n")
    (model / "engine/values/two.py").write_text("from . import one\n")
    linted = lint_imports(model)
    assert linted.returncode == 1
    assert "No cycles inside a room BROKEN" in linted.stdout


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "docs/authoring.md"])
def test_every_command_a_page_shows_exists(page: str) -> None:
    import cli

    blocks = re.findall(r"```(?:console|sh|bash)\n(.*?)```", (ROOT / page).read_text("utf-8"), re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    verbs = [found.group(1) for line in lines for found in re.finditer(r"(?:osteologic|cli\.py) ([a-z]+)", line)]
    targets = [found.group(1) for line in lines for found in re.finditer(r"\bmake ([a-z-]+)", line)]
    made = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert verbs or targets
    assert set(verbs) <= set(cli.FRONT.commands)
    assert set(targets) <= set(made)


@pytest.mark.parametrize("page", sorted(path.relative_to(ROOT).as_posix() for path in ours() if path.suffix == ".md"))
def test_every_link_between_pages_leads_somewhere(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    links = [link.split("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]
    dead = [link for link in links if link and not (ROOT / page).parent.joinpath(link).exists()]
    assert dead == []


def test_every_target_of_the_makefile_says_what_it_is_for() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = re.findall(r"^([a-z-]+):.*?(## .+)?$", makefile, re.MULTILINE)
    assert [name for name, said in targets if not said] == []
    assert {"consult", "test", "check", "bench", "test-all", "fuzz", "clean"} <= {name for name, _ in targets}


def test_an_old_python_is_told_apart_before_anything_is_installed(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\ncase $2 in *exit*) exit 1;; *) echo 3.9;; esac\n")
    old.chmod(0o755)
    ran = subprocess.run(
        [str(ROOT / ".ci/install"), str(old), str(tmp_path / "venv"), "."], cwd=ROOT, capture_output=True, text=True
    )
    assert ran.returncode == 1
    assert "needs Python 3.10 or newer" in ran.stdout
    assert "3.9" in ran.stdout
    assert not (tmp_path / "venv").exists()
