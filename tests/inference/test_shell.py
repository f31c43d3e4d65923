"""experta as this Python imports it, each time in a process that has not done so yet."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(program: str, *flags: str) -> str:
    done = subprocess.run(
        [sys.executable, *flags, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    return done.stdout


def test_experta_imports_and_leaves_no_name_behind() -> None:
    assert (
        run("import collections; import engine.inference.experta.shell; print(hasattr(collections, 'Mapping'))")
        == "False\n"
    )


def test_importing_it_warns_of_nothing() -> None:
    run("import engine.inference.experta.network", "-W", "error")


def test_a_name_that_somebody_else_put_there_stays() -> None:
    program = (
        "import collections; collections.Mapping = dict; "
        "import engine.inference.experta.shell; print(collections.Mapping)"
    )
    assert run(program) == "<class 'dict'>\n"


@pytest.mark.parametrize("mine", ["", "logging.NullHandler()"])
def test_the_root_logger_has_the_handlers_it_had(mine: str) -> None:
    program = f"""
import logging
root = logging.getLogger()
before = [{mine}]
for handler in before:
    root.addHandler(handler)
import engine.inference.experta.shell
print(root.handlers == before)
"""
    assert run(program) == "True\n"


def test_a_root_logger_at_debug_does_not_make_it_talk() -> None:
    program = """
import logging, sys
logging.basicConfig(level=logging.DEBUG, stream=sys.stdout)
from engine.inference.ground import Ground, Production
from engine.inference.experta.network import Network
network = Network(Ground(("a", "b"), (Production("rule", (0,), 2),)))
network.assert_literals([0])
"""
    assert run(program) == ""


def test_it_talks_when_it_is_watched() -> None:
    program = """
import logging, sys
logging.basicConfig(format="%(message)s", stream=sys.stdout)
from engine.inference.ground import Ground, Production
from engine.inference.experta.network import Network
from engine.inference.experta.shell import watch
watch("RULES")
network = Network(Ground(("smoking is current", "bone is lost"), (Production("smoking-takes-bone", (0,), 2),)))
network.assert_literals([0])
"""
    assert run(program) == "FIRE 1 smoking-takes-bone: smoking is current\n"
