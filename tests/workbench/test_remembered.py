"""What was tried of changed rules is kept: a run goes on after a stop, and pays only for what was edited since."""

from __future__ import annotations

from collections.abc import Container
from pathlib import Path

import pytest

from engine.knowledge_base.store.cache import Store
from engine.workbench import processes
from engine.workbench.mutation import mutants, mutation, remembered
from engine.workbench.mutation.mutation import ALSO, KILLED, Trial
from tests.workbench import bench
from tests.workbench.test_mutation import BOTH_SIDES, SCORE, of_rule, run


class Stopped(Exception):  # noqa: N818 - what happened, not an error
    pass


def test_a_run_cut_short_goes_on_where_it_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    base, store = bench.prepared(SCORE), Store(tmp_path, "k")
    total = len(mutants.of(base.kb))
    monkeypatch.setattr(processes, "cores", lambda: 1)
    monkeypatch.setattr(mutation, "AT_ONCE", 3)

    def stop(done: int, of: int) -> None:
        assert of == total
        if done == 6:
            raise Stopped

    with pytest.raises(Stopped):
        run(base, BOTH_SIDES, store=store, digest="d", progress=stop)
    tried: list[str] = []
    trying = Trial.of

    def counted(trial: Trial, mutant: mutants.Mutant, first: str = "") -> remembered.Told:
        tried.append(mutant.key)
        return trying(trial, mutant, first)

    monkeypatch.setattr(Trial, "of", counted)
    whole = run(base, BOTH_SIDES, store=store, digest="d")
    assert tried == [one.key for one in mutants.of(base.kb)][6:]
    tried.clear()
    assert run(base, BOTH_SIDES, store=store, digest="d").outcomes == whole.outcomes
    assert not tried
    run(base, BOTH_SIDES, store=store, digest="of other cases")
    assert len(tried) == total


def test_a_second_run_pays_only_for_the_cases_that_are_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    base, store = bench.prepared(SCORE), Store(tmp_path, "k")
    monkeypatch.setattr(processes, "cores", lambda: 1)
    far, *others = [f"- {line}" for line in BOTH_SIDES.split("- ") if line]
    first = run(base, far, store=store, digest="d")
    whole: list[str] = []
    again: list[str] = []
    of, on = Trial.of, Trial.on

    def in_full(trial: Trial, mutant: mutants.Mutant, first: str = "") -> remembered.Told:
        whole.append(mutant.key)
        return of(trial, mutant, first)

    def on_new_ones(trial: Trial, mutant: mutants.Mutant, names: Container[str]) -> remembered.Told | None:
        again.append(mutant.key)
        return on(trial, mutant, names)

    monkeypatch.setattr(Trial, "of", in_full)
    monkeypatch.setattr(Trial, "on", on_new_ones)
    second = run(base, "".join([far, *others]), store=store, digest="d")
    assert not whole
    assert again == [one.mutant.key for one in first.outcomes if one.status not in (KILLED, ALSO)]
    assert of_rule(second, "low") == of_rule(run(base, BOTH_SIDES), "low")
    whole.clear()
    run(base, "".join([far.replace("-2.5", "-2.6"), *others]), store=store, digest="d")
    assert set(whole) >= {one.mutant.key for one in second.outcomes if one.by == "at it"}
    assert len(whole) < len(second.outcomes)


def test_after_an_edit_of_knowledge_the_case_that_noticed_is_asked_first(tmp_path: Path) -> None:
    base, store = bench.prepared(SCORE), Store(tmp_path, "k")
    run(base, BOTH_SIDES, store=store, digest="d")
    memory = remembered.Remembered(store, "another", bench.worked(base, BOTH_SIDES))
    assert memory.told("low: the rule left out") is None
    assert memory.first("low: the rule left out") == "at it"


def test_the_digest_names_what_the_outcomes_rest_on() -> None:
    assert remembered.digest_of([b"a", b"b"]) == remembered.digest_of([b"a", b"b"])
    assert remembered.digest_of([b"ab"]) != remembered.digest_of([b"a", b"b"])
