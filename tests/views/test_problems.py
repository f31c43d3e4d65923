"""Problems as people, programs and build logs read them."""

from __future__ import annotations

import json

import pytest

from engine.values.problems import Level, Place, Problem
from engine.views import problems as view

WRONG = Problem(
    "OL104",
    "unknown finding 'egrf'",
    Place("rules/safety/x.yaml", 12, 9),
    hint="did you mean 'egfr'?",
    why="the rule would never fire",
    elsewhere=Place("knowledge/findings/labs.yaml", 40),
)
DOUBTFUL = Problem("OL115", "50%\nof: it, all", Place("knowledge/a,b.yaml", 3), Level.WARNING)
WHOLE = Problem("OL114", "no file in rules/", Place("rules"))
LINES = {"rules/safety/x.yaml": "  when: egrf < 35", "knowledge/a,b.yaml": "\tlabel:\x1b[2J x"}


def line_of(place: Place) -> str:
    return LINES.get(place.file, "")


def test_text_shows_the_line_with_a_caret_under_the_place() -> None:
    assert view.text([WRONG], line_of, "1 file: 1 error").splitlines() == [
        "rules/safety/x.yaml:12:9: error OL104: unknown finding 'egrf'; did you mean 'egfr'? "
        "(knowledge/findings/labs.yaml:40)",
        "    when: egrf < 35",
        "          ^",
        "    why: the rule would never fire",
        "1 file: 1 error",
    ]


def test_the_caret_stays_under_its_place_in_a_line_too_long_to_show_whole() -> None:
    line = "x" * 500 + "egrf" + "y" * 500
    _, shown, caret = view.text([Problem("OL104", "w", Place("a", 1, 501))], lambda _: line).splitlines()
    assert len(shown) < 200
    assert shown[caret.index("^") :].startswith("egrf")


def test_a_problem_of_a_whole_file_needs_no_line() -> None:
    assert view.text([WHOLE], line_of) == "rules: error OL114: no file in rules/\n"


def test_a_line_cannot_steer_the_terminal() -> None:
    told = view.text([DOUBTFUL], line_of)
    assert "\x1b" not in told
    assert r"label:\x1b[2J x" in told


@pytest.mark.parametrize(
    ("found", "words"),
    [([], "no problem"), ([WRONG], "1 error"), ([WRONG, WHOLE, DOUBTFUL], "2 errors, 1 warning")],
)
def test_problems_are_counted_by_level(found: list[Problem], words: str) -> None:
    assert view.counted(found) == words


def test_json_has_every_part_of_a_problem() -> None:
    told = json.loads(view.data([WRONG, DOUBTFUL], {"files": 2}))
    assert told["read"] == {"files": 2}
    assert told["counts"] == {"error": 1, "warning": 1, "advice": 0}
    assert told["problems"][0] == {
        "code": "OL104",
        "level": "error",
        "what": "unknown finding 'egrf'",
        "hint": "did you mean 'egfr'?",
        "why": "the rule would never fire",
        "file": "rules/safety/x.yaml",
        "line": 12,
        "column": 9,
        "elsewhere": "knowledge/findings/labs.yaml:40",
    }


def test_sarif_names_the_rule_the_level_and_the_region() -> None:
    told = json.loads(view.sarif([WRONG, DOUBTFUL, WHOLE], {"OL104": "a name"}))
    assert told["version"] == "2.1.0"
    (run,) = told["runs"]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["OL104", "OL114", "OL115"]
    first, second, third = run["results"]
    assert (first["ruleId"], first["level"]) == ("OL104", "error")
    location = first["locations"][0]["physicalLocation"]
    assert location["artifactLocation"]["uri"] == "rules/safety/x.yaml"
    assert location["region"] == {"startLine": 12, "startColumn": 9}
    assert first["relatedLocations"]
    assert second["level"] == "warning"
    assert "region" not in third["locations"][0]["physicalLocation"]


def test_github_commands_cannot_be_broken_by_what_they_carry() -> None:
    first, second, third = view.github([WRONG, DOUBTFUL, WHOLE]).splitlines()
    assert first.startswith("::error file=rules/safety/x.yaml,line=12,col=9,title=OL104::unknown finding 'egrf'; did")
    assert second == "::warning file=knowledge/a%2Cb.yaml,line=3,title=OL115::50%25%0Aof: it, all"
    assert third == "::error file=rules,title=OL114::no file in rules/"
