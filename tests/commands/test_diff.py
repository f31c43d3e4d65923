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
