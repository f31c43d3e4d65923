"""`diff`: two directories side by side, in each form, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

from tests.commands.conftest import FILES, Run, write

RULES = FILES["rules/bone.yaml"]


def test_two_directories_are_compared_as_text_json_markdown_and_page(home: Path, run: Run, tmp_path: Path) -> None:
    freer = RULES.replace("when: dysphagia", "when: dysphagia and age > 80")
    write(tmp_path / "new", {**FILES, "rules/bone.yaml": freer})
    more = """
- name: who cannot swallow is not given a tablet
  given: {age: 67, t_score_hip: -2.7, dysphagia: yes, vitamin_d: 80 nmol/L}
  expect: {contraindicated: [alendronate]}
"""
    write(home, {"tests/cases/more.yaml": more})
    words = ("diff", str(home), str(tmp_path / "new"), "--patients", "0")
    ended = run(*words)
    assert (ended.code, ended.err) == (0, "")
    assert "! alendronate: contraindicated -> recommended  (1 worked cases)" in ended.out
    assert "such as: who cannot swallow is not given a tablet" in ended.out
    document = json.loads(run(*words, "--format", "json").out)
    assert document["samples"][0]["loosened"] == 1
    assert "| ⚠ | alendronate | contraindicated | recommended | 1 |" in run(*words, "--format", "markdown").out
    assert '<td class="what">alendronate <strong>protects less</strong></td>' in run(*words, "--format", "html").out
    assert run(*words, "--fail-on", "loosened").code == 1
    assert run("diff", str(tmp_path / "new"), str(home), "--patients", "0", "--fail-on", "loosened").code == 0
    refused = run("diff", "no-such-thing")
    assert (refused.code, refused.out) == (2, "")


def test_rows_of_a_table_are_counted_beside_the_cases(home: Path, run: Run, tmp_path: Path) -> None:
    freer = RULES.replace("when: dysphagia", "when: dysphagia and age > 80")
    write(tmp_path / "new", {**FILES, "rules/bone.yaml": freer})
    table = tmp_path / "people.csv"
    table.write_text(
        "age,hip score,dysphagia,vitamin_d [nmol/L]\n67,-2.7,yes,80\n81,-2.7,yes,80\n67,-2.7,no,80\n300,-2.7,yes,80\n"
    )
    (tmp_path / "map.yaml").write_text("columns:\n  hip score: t_score_hip\n")
    words = ("diff", str(home), str(tmp_path / "new"), "--patients", "0", "--table", str(table))
    mapped = (*words, "--map", str(tmp_path / "map.yaml"))
    ended = run(*mapped)
    assert (ended.code, ended.err) == (0, "")
    assert "     1 of 4 rows of people.csv (1 left out)" in ended.out
    assert "! alendronate: contraindicated -> recommended  (1 rows of people.csv)" in ended.out
    document = json.loads(run(*mapped, "--format", "json").out)
    assert next(one["counts"] for one in document["changes"] if one["id"] == "alendronate") == [0, 1]
    assert run(*mapped, "--fail-on", "loosened").code == 1
    refused = run(*words)
    assert (refused.code, refused.out) == (2, "")
    assert "hip score" in refused.err
    alone = run("diff", str(home), str(tmp_path / "new"), "--map", str(tmp_path / "map.yaml"))
    assert (alone.code, alone.out) == (2, "")
    assert "add --table FILE" in alone.err
