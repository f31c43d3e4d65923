"""`assess` of many patients: a line each as soon as it is judged, by several processes, past those refused."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.commands.conftest import Run

MANY = "".join(f"- {{age: {50 + number}, sex: female, t_score_hip: -2.{number}}}\n" for number in range(9))


@pytest.fixture
def many(tmp_path: Path) -> str:
    path = tmp_path / "many.yaml"
    path.write_text(MANY)
    return str(path)


def test_jsonl_has_a_line_for_each_patient_that_says_what_json_says(home: Path, run: Run, many: str) -> None:
    lines = [json.loads(line) for line in run("assess", many, "--format", "jsonl").out.splitlines()]
    assert [one.pop("line") for one in lines] == list(range(1, 10))
    assert lines == json.loads(run("assess", many, "--format", "json").out)


@pytest.mark.parametrize("form", ["jsonl", "json", "text", "markdown"])
def test_several_processes_say_the_same(form: str, home: Path, run: Run, many: str) -> None:
    assert run("assess", many, "--format", form, "--workers", "2").out == run("assess", many, "--format", form).out


def test_brief_lines_hold_the_summary_alone(home: Path, run: Run, many: str) -> None:
    first = json.loads(run("assess", many, "--format", "jsonl", "--detail", "brief").out.splitlines()[0])
    assert set(first) == {"file", "line", "summary"}
    assert first["summary"]["finding"]


def test_json_of_many_is_what_it_would_be_written_at_once(home: Path, run: Run, many: str) -> None:
    out = run("assess", many, "--format", "json").out
    assert out == json.dumps(json.loads(out), indent=2) + "\n"


def test_a_refused_patient_stops_the_run_after_those_before_it(home: Path, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "three.yaml"
    path.write_text("- age: 67\n- age: 700\n- age: 69\n")
    ended = run("assess", str(path), "--format", "jsonl")
    assert (ended.code, len(ended.out.splitlines())) == (2, 1)
    assert f"{path}:2:8" in ended.err


def test_with_skip_refused_it_goes_on_and_says_why(home: Path, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "three.yaml"
    path.write_text("- age: 67\n- age: 700\n- age: 69\n")
    ended = run("assess", str(path), "--format", "jsonl", "--skip-refused")
    lines = [json.loads(line) for line in ended.out.splitlines()]
    assert ended.code == 1
    assert [one["line"] for one in lines] == [1, 2, 3]
    assert set(lines[1]) == {"file", "line", "problems"}
    assert lines[1]["problems"][0]["code"] == "OL303"
    assert "1 of 3 were refused" in ended.err


def test_skip_refused_goes_with_lines_alone(home: Path, run: Run, many: str) -> None:
    ended = run("assess", many, "--skip-refused")
    assert (ended.code, ended.out) == (2, "")
    assert "OL342" in ended.err


def test_where_one_is_refused_nothing_is_printed_as_json(home: Path, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "two.yaml"
    path.write_text("- age: 67\n- age: 700\n")
    ended = run("assess", str(path), "--format", "json")
    assert (ended.code, ended.out) == (2, "")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_without_a_writer_is_refused_and_not_waited_for(home: Path, run: Run, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.yaml"
    os.mkfifo(pipe)
    ended = run("assess", str(pipe))
    assert (ended.code, ended.out) == (2, "")
    assert "a pipe or a device" in ended.err
