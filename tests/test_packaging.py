"""What leaves the house: a wheel built by way of an sdist holds the engine and all knowledge, and runs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FRONT = ("__init__.py", "__main__.py", "cli.py")
SHIPPED = {"engine": "*", "rules": "*.yaml", "knowledge": "*.yaml", "tests/cases": "*.yaml"}


def build(kind: str, source: Path, target: Path) -> Path:
    """Ask the backend named in pyproject.toml, without the network."""
    code = f"import sys; from setuptools import build_meta; print(build_meta.build_{kind}(sys.argv[1]))"
    target.mkdir()
    ran = subprocess.run([sys.executable, "-c", code, str(target)], cwd=source, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    return target / ran.stdout.splitlines()[-1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what installing the wheel would put on the path."""
    base = tmp_path_factory.mktemp("packaging")
    checkout = base / "checkout"
    checkout.mkdir()
    for name in ("setup.cfg", "pyproject.toml", *FRONT, "README.md", "LICENSE"):
        shutil.copy(ROOT / name, checkout)
    for folder in SHIPPED:
        shutil.copytree(ROOT / folder, checkout / folder, ignore=shutil.ignore_patterns("__pycache__"))
    with tarfile.open(build("sdist", checkout, base / "sdist")) as archive:
        archive.extraction_filter = getattr(tarfile, "fully_trusted_filter", None)  # it is our own; 3.12 asks for one
        for member in archive.getmembers():
            archive.extract(member, base / "unpacked", set_attrs=False)
    (source,) = (base / "unpacked").iterdir()
    with zipfile.ZipFile(build("wheel", source, base / "wheel")) as wheel:
        wheel.extractall(base / "site")
    return base / "site"


def test_the_wheel_holds_the_front_page_the_engine_and_all_knowledge(installed: Path) -> None:
    shipped = {path.relative_to(installed / "osteologic") for path in (installed / "osteologic").rglob("*.*")}
    expected = {
        path.relative_to(ROOT)
        for folder, pattern in SHIPPED.items()
        for path in (ROOT / folder).rglob(pattern)
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {path for path in shipped if (installed / "osteologic" / path).is_file()} == {*expected, *map(Path, FRONT)}


def test_the_wheel_carries_the_license(installed: Path) -> None:
    (license_file,) = installed.rglob("LICENSE")
    assert "experta" in license_file.read_text("utf-8")


@pytest.mark.parametrize("words", [["--version"], ["explain", "E041"], ["compare", "osteoporosis", "osteomalacia"]])
def test_what_is_installed_runs_away_from_the_checkout(words: list[str], installed: Path, tmp_path: Path) -> None:
    code = "import sys; from osteologic.cli import main; sys.exit(main())"
    ran = subprocess.run(
        [sys.executable, "-c", code, *words],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(installed), "XDG_CACHE_HOME": str(tmp_path)},
    )
    assert ran.returncode == 0, ran.stderr
