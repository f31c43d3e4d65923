"""Long work beside the server, and what it finds out about rules."""

from __future__ import annotations

import asyncio
import pickle
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from engine.editor import insight, lenses, session
from engine.editor.aside import FORKS, Aside, Failed
from engine.editor.base import Base, InForce
from engine.editor.text.buffers import Buffer
from engine.values.problems import Place, Problem
from engine.workbench.editing.mending import Lines
from engine.workbench.proof import solver

from .conftest import small_base

if TYPE_CHECKING:
    from pygls.lsp.server import LanguageServer

RULES = "rules/density/density.yaml"
MORE = """\
{id}:
  title: Said twice
  diagnoses: osteoporosis
  when: {when}
  because: So.
  sources: [a-2020]
  evidence: verified
"""


def opened(folder: Path, **more: str) -> tuple[Base, InForce]:
    """A small base with more rules, as it is being edited, read with its cases."""
    base = Base(small_base(folder))
    path = base.root / RULES
    text = path.read_text() + "".join(MORE.format(id=name.replace("_", "-"), when=when) for name, when in more.items())
    unsaved = {path: text.encode()}
    seen = base.read(unsaved)
    base.cases(seen, unsaved)
    assert base.in_force is not None, seen.problems
    return base, base.in_force


# --- the process beside -----------------------------------------------------------------------------------------------

pytestmark = pytest.mark.skipif(not FORKS, reason="no process can be forked here")


def test_what_the_work_gives_comes_back() -> None:
    with ThreadPoolExecutor(1) as worker:
        problem = Problem("OL501", "a thing", Place("a.yaml", 1, 2))
        assert asyncio.run(Aside[Problem](worker).do(lambda: problem)) == problem


def test_work_that_is_stopped_gives_nothing_and_at_once() -> None:
    def slowly() -> str:
        time.sleep(60)
        return "slow"

    async def stopped() -> tuple[object, object]:
        aside: Aside[str] = Aside(worker)
        slow = asyncio.ensure_future(aside.do(slowly))
        await asyncio.sleep(0.1)
        return await aside.do(lambda: "quick"), await slow

    with ThreadPoolExecutor(1) as worker:
        started = time.monotonic()
        assert asyncio.run(stopped()) == ("quick", None)
        assert time.monotonic() - started < 30


def test_work_is_stopped_while_its_pipe_is_only_being_joined(monkeypatch: pytest.MonkeyPatch) -> None:
    def slowly() -> str:
        time.sleep(60)
        return "slow"

    async def stopped() -> object:
        aside: Aside[str] = Aside(worker)
        loop = asyncio.get_running_loop()
        joined = loop.connect_read_pipe

        async def joined_late(*given: Any) -> Any:
            aside.stop()
            return await joined(*given)

        monkeypatch.setattr(loop, "connect_read_pipe", joined_late)
        return await aside.do(slowly)

    with ThreadPoolExecutor(1) as worker:
        started = time.monotonic()
        assert asyncio.run(stopped()) is None
        assert time.monotonic() - started < 30


def test_a_fault_in_the_work_is_told_in_words() -> None:
    with ThreadPoolExecutor(1) as worker, pytest.raises(Failed, match="ZeroDivisionError"):
        asyncio.run(Aside[float](worker).do(lambda: 1 / 0))


def test_frozen_values_go_from_process_to_process() -> None:
    problem = Problem("OL501", "a thing", Place("a.yaml", 1, 2), hint="mend it")
    assert pickle.loads(pickle.dumps(problem)) == problem


# --- what is found out ------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not solver.is_installed(), reason="no solver is installed here")
def test_the_solver_tells_what_is_never_true_and_what_another_rule_says(tmp_path: Path) -> None:
    base, force = opened(
        tmp_path,
        never="sex is male and age > 70 and not age > 65",
        narrower="lowest_t_score <= treatment_t_score and age > 70",
        other="age > 70",
    )
    notes = insight.solved(base, force, base.rules_in(base.root / RULES)).notes
    assert notes["never"] == (insight.NEVER,)
    assert {"contained in low-score", "contained in other"} == set(notes["narrower"])
    assert "other" not in notes
    assert "low-score" not in notes


def test_an_edit_tells_of_how_many_patients_it_changes_anything_since_the_last_revision(tmp_path: Path) -> None:
    base = Base(small_base(tmp_path))
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "as it was"]):
        author = ["-c", "user.name=author", "-c", "user.email=author@example.org"]
        subprocess.run(["git", "-C", str(tmp_path), *author, *arguments], check=True, capture_output=True)
    path = base.root / RULES
    unsaved = {
        path: path.read_bytes().replace(b"when: lowest_t_score <= treatment_t_score", b"when: lowest_t_score < -3")
    }
    base.cases(base.read(unsaved), unsaved)
    assert base.in_force is not None
    found = insight.changed(base, base.in_force, base.rules_in(path))
    assert found.notes == {"low-score": ("changes 1 patient since HEAD",)}
    shown = lenses.lenses(base, path, {}, found.notes)
    assert "changes 1 patient since HEAD" in [one.command.title for one in shown if one.command is not None]


def test_without_a_checkout_nothing_is_compared(tmp_path: Path) -> None:
    base, force = opened(tmp_path)
    assert insight.changed(base, force, base.rules_in(base.root / RULES)).notes == {}


def test_problems_move_with_the_lines_they_stand_in() -> None:
    told = [Problem("OL501", "a", Place("a.yaml", 3, 1)), Problem("OL501", "b", Place("a.yaml", 9, 1))]
    other = Problem("OL501", "c", Place("b.yaml", 9, 1))
    moved = list(session.moved([*told, other], "a.yaml", 5, 2))
    assert [(one.place.file, one.place.line) for one in moved] == [("a.yaml", 3), ("a.yaml", 11), ("b.yaml", 9)]


def test_two_that_look_into_rules_at_once_do_not_end_each_others_work(tmp_path: Path) -> None:
    """As when a case is run, or the files were read again, while the first look is still going on."""

    async def settled() -> None:
        nobody = SimpleNamespace(client_capabilities=SimpleNamespace(workspace=None))
        looking = session.Session(cast("LanguageServer", nobody), base)
        base.buffers[path] = Buffer(path.as_uri(), path, Lines(path.read_text()), 1, base.columns)
        try:
            await asyncio.gather(looking.settle(), looking.settle(), looking.settle())
        finally:
            looking.end()

    base, force = opened(tmp_path)
    path = base.root / RULES
    asyncio.run(settled())
    assert {one.id for one in base.rules_in(path)} == set(force.counts)


# --- a hospital's directory -------------------------------------------------------------------------------------------


def test_a_directory_of_ones_own_is_read_over_the_shipped_with_what_is_not_saved(tmp_path: Path) -> None:
    local = tmp_path / "own"
    (local / "rules").mkdir(parents=True)
    base = Base(small_base(tmp_path / "shipped"), local)
    path = base.local / "rules" / "own.yaml" if base.local is not None else local
    unsaved = {path: MORE.format(id="own-rule", when="age > 70 and lowest_t_scor < -1").encode()}
    told = [one for one in base.read(unsaved).problems if one.code == "OL104"]
    assert [base.path(one.place.file) for one in told] == [path]
    unsaved = {path: MORE.format(id="own-rule", when="age > 70 and lowest_t_score < -1").encode()}
    seen = base.read(unsaved)
    base.cases(seen, unsaved)
    assert base.in_force is not None, seen.problems
    assert [one.id for one in base.rules_in(path)] == ["own-rule"]
    assert base.kind(path) == "rules"
