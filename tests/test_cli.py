"""The front page: what is listed, how each ending becomes an exit code, and what the person reads then."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import cli
from engine.values.problems import Place, Problem, Refused

ROOT = Path(cli.__file__).parent
Fake = Callable[[str, Callable[..., int]], None]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> Fake:
    """Puts a function in the place of a verb's file."""

    def replace(name: str, run: Callable[..., int]) -> None:
        monkeypatch.setitem(sys.modules, f"engine.commands.{name}", SimpleNamespace(run=run))

    return replace


@pytest.fixture
def calls(command: Fake) -> list[tuple[str, dict[str, Any]]]:
    """Every verb replaced by one that only notes how it was called."""
    noted: list[tuple[str, dict[str, Any]]] = []

    def noting(name: str) -> Callable[..., int]:
        def run(**options: Any) -> int:
            noted.append((name, options))
            return 0

        return run

    for name in cli.FRONT.commands:
        command(name, noting(name))
    return noted


def test_every_verb_of_the_table_has_its_file_and_every_file_its_verb() -> None:
    files = {path for path in (ROOT / "engine" / "commands").glob("*.py") if path.stem != "__init__"}
    with_run = {path.stem for path in files if "run" in _functions(path)}
    assert {name.replace("-", "_") for name in cli.FRONT.commands} == with_run


def _functions(path: Path) -> set[str]:
    return {node.name for node in ast.parse(path.read_text("utf-8")).body if isinstance(node, ast.FunctionDef)}


def test_every_verb_takes_exactly_the_options_the_front_page_hands_it() -> None:
    for name, verb in cli.FRONT.commands.items():
        tree = ast.parse((ROOT / "engine" / "commands" / f"{name.replace('-', '_')}.py").read_text("utf-8"))
        run = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "run")
        taken = {argument.arg for argument in [*run.args.args, *run.args.kwonlyargs]}
        handed = {parameter.name for parameter in verb.params if parameter.expose_value}
        assert run.args.kwarg is not None or taken == handed, name


def test_nothing_but_click_is_imported_before_a_verb_is_chosen() -> None:
    code = "import sys, cli; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    imported = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "click" in imported.split()
    assert not {"engine", "experta", "yaml", "lark", "rich", "prompt_toolkit", "jinja2"} & set(imported.split())


def test_without_a_verb_it_consults(calls: list[tuple[str, dict[str, Any]]]) -> None:
    assert cli.main([]) == 0
    [(verb, options)] = calls
    assert verb == "consult"
    assert not any(options.values())


def test_assess_hands_over_files_and_choices(calls: list[tuple[str, dict[str, Any]]]) -> None:
    assert cli.main(["assess", "a.yaml", "-", "--format", "json", "--as-of", "2026-03-31", "--region", "uk"]) == 0
    assert calls == [
        (
            "assess",
            {
                "files": ("a.yaml", "-"),
                "format": "json",
                "guideline": None,
                "region": "uk",
                "as_of": date(2026, 3, 31),
                "detail": None,
                "skip_refused": False,
                "workers": 1,
                "reader": "clinician",
                "matcher": "counting",
                "knowledge": None,
            },
        )
    ]


@pytest.mark.parametrize(
    "words", [["--knowledge", "{dir}", "show", "pth"], ["show", "pth", "--knowledge", "{dir}"], []]
)
def test_a_hospitals_directory_is_taken_before_or_after_the_verb(
    words: list[str], calls: list[tuple[str, dict[str, Any]]], tmp_path: Path
) -> None:
    words = [word.format(dir=tmp_path) for word in words] or ["--knowledge", str(tmp_path)]
    assert cli.main(words) == 0
    assert calls[0][1]["knowledge"] == tmp_path


@pytest.mark.parametrize("code", [0, 1])
def test_the_exit_code_is_the_verbs(code: int, command: Fake) -> None:
    command("check", lambda **_: code)
    assert cli.main(["check"]) == code


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["asses", "x.yaml"], "did you mean 'assess'?"),
        (["README.md"], "osteologic assess README.md"),
        (["zzz"], "there are: consult, assess"),
        (["assess"], "FILE"),
        (["assess", "x", "--as-of", "31.03.2026"], "YYYY-MM-DD"),
        (["check", "--format", "pdf"], "'sarif'"),
        (["show", "x", "--knowledge", "/no/such/place"], "/no/such/place"),
        (["compare", "osteoporosis"], "SECOND"),
        (["--nonsense"], "--nonsense"),
    ],
)
def test_wrong_usage_says_what_to_write_and_exits_2(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    assert cli.main(words) == 2
    output = capsys.readouterr()
    assert said in output.err
    assert output.out == ""


def test_refused_input_is_told_problem_by_problem_and_exits_2(
    command: Fake, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(**_: Any) -> int:
        raise Refused(
            [Problem("OL1", "not this", Place("a.yaml", 1, 2)), Problem("OL2", "nor \x1b[2J", Place("b.yaml"))]
        )

    command("check", run)
    assert cli.main(["check"]) == 2
    assert capsys.readouterr().err.splitlines() == [
        "a.yaml:1:2: error OL1: not this",
        r"b.yaml: error OL2: nor \x1b[2J",
    ]


def test_a_fault_of_ours_is_one_short_message_and_exits_70(command: Fake, capsys: pytest.CaptureFixture[str]) -> None:
    def run(**_: Any) -> int:
        raise ZeroDivisionError("by naught")

    command("check", run)
    assert cli.main(["check"]) == 70
    error = capsys.readouterr().err
    assert "ZeroDivisionError: by naught" in error
    assert "Please report it" in error
    assert "Traceback" not in error


@pytest.mark.parametrize("words", [["--traceback", "check"], ["check", "--traceback"]])
def test_a_fault_of_ours_shows_where_when_asked(
    words: list[str], command: Fake, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(**_: Any) -> int:
        raise ZeroDivisionError("by naught")

    command("check", run)
    assert cli.main(words) == 70
    assert "Traceback" in capsys.readouterr().err


def test_ctrl_c_leaves_quietly(command: Fake, capsys: pytest.CaptureFixture[str]) -> None:
    def run(**_: Any) -> int:
        raise KeyboardInterrupt

    command("consult", run)
    assert cli.main([]) == 130
    assert capsys.readouterr().err == "\n"


def test_a_reader_that_stops_reading_is_no_error(tmp_path: Path) -> None:
    program = (
        "import sys, types, cli\n"
        "def run(**_):\n"
        "    for _ in range(100_000): print('x' * 100)\n"
        "    return 0\n"
        "sys.modules['engine.commands.check'] = types.SimpleNamespace(run=run)\n"
        "sys.exit(cli.main(['check']))\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 141


def test_a_terminal_without_a_letter_gets_its_code(tmp_path: Path) -> None:
    program = (
        "import sys, types, cli\n"
        "sys.modules['engine.commands.check'] = types.SimpleNamespace(run=lambda **_: print('5 \\u00b5g') or 0)\n"
        "sys.exit(cli.main(['check']))\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert (ran.returncode, ran.stdout) == (0, "5 \\xb5g\n")


@pytest.mark.parametrize("words", [["--help"], ["-h"], ["assess", "--help"]])
def test_help_is_printed_on_stdout(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(words) == 0
    assert capsys.readouterr().out.startswith("Usage: osteologic")


def test_the_checkout_runs_from_anywhere(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, str(ROOT / "cli.py"), "--version"], cwd=tmp_path, capture_output=True, text=True
    )
    assert ran.stdout.startswith("osteologic ")
    assert ran.returncode == 0


def test_a_standard_output_that_is_closed_is_told() -> None:
    ran = subprocess.run(
        ["sh", "-c", 'exec "$@" >&-', "sh", sys.executable, "cli.py", "assess", "-"], cwd=ROOT, capture_output=True
    )
    assert ran.returncode == 2
    assert b"standard output is closed" in ran.stderr


@pytest.mark.parametrize("closed", ["<&-", "2>&-"])
def test_a_stream_that_the_caller_closed_is_no_fault(closed: str) -> None:
    ran = subprocess.run(
        ["sh", "-c", f'exec "$@" {closed}', "sh", sys.executable, "cli.py", "--version"], cwd=ROOT, capture_output=True
    )
    assert (ran.returncode, ran.stderr) == (0, b"")


def test_standard_input_that_is_closed_reads_as_empty() -> None:
    ran = subprocess.run(
        ["sh", "-c", 'exec "$@" <&-', "sh", sys.executable, "cli.py", "assess", "-"], cwd=ROOT, capture_output=True
    )
    assert ran.returncode == 2
    assert b"OL320" in ran.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device here that is always full")
def test_a_full_disk_is_told_in_a_line_and_is_no_fault_of_ours() -> None:
    with open("/dev/full", "w") as full:
        ran = subprocess.run(
            [sys.executable, "cli.py", "explain", "alendronate"], cwd=ROOT, stdout=full, stderr=subprocess.PIPE
        )
    assert ran.returncode == 2
    assert ran.stderr == b"the result cannot be written: No space left on device\n"


def test_two_hospitals_are_refused_wherever_they_are_named(
    calls: list[tuple[str, dict[str, Any]]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    other.mkdir()
    for words in (
        ["--knowledge", str(one), "check", "--knowledge", str(other)],
        ["check", *f"--knowledge {one} --knowledge {other}".split()],
    ):
        assert cli.main(words) == 2
        assert f"--knowledge takes one directory, not {one} and {other}" in capsys.readouterr().err
    assert cli.main(["--knowledge", str(one), "check", "--knowledge", str(one)]) == 0
    assert [options["knowledge"] for _, options in calls] == [one]
