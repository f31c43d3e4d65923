"""Whatever is known only vaguely comes out in every format: words, bounds and ranges in any combination."""

from __future__ import annotations

import datetime
import itertools
import random
from pathlib import Path

import pytest

from engine.assessment import judgement
from engine.case import case
from engine.case.case import Case, Prepared
from engine.intake.answers import answers
from engine.knowledge_base.model import Finding
from engine.knowledge_base.store import cache
from engine.values.problems import Place
from engine.values.value import Known
from engine.views.report import data, html, markdown, text

TODAY = datetime.date(2026, 11, 21)
HERE = Place("patient.yaml", 1, 1)
SEEDS = 60


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    return case.prepare_kept(cache.load(Path(__file__).parent.parent.parent))


def told_in_every_format(prepared: Prepared, said: dict[str, Known]) -> None:
    patient = Case(prepared, TODAY)
    patient.say(said)
    patient.finish()
    verdict = judgement.judge(patient)
    for shown in (
        text.report(verdict, prepared.names, 80, False, ""),
        data.text(data.document(verdict, prepared.names)),
        markdown.report(verdict, prepared.names, ""),
        html.page([("", verdict)], prepared.names),
    ):
        assert "Infinity" not in shown
        assert "NaN" not in shown


def read(prepared: Prepared, finding: str, words: str) -> Known | None:
    return answers.read_answer(prepared.kb, finding, words, HERE, TODAY)[0]


def vague(finding: Finding, chance: random.Random) -> str:
    limits = finding.plausible
    assert limits is not None
    low, high = float(limits.low), float(limits.high)
    one, other = sorted(round(chance.uniform(low, high), 1) for _ in range(2))
    unit = finding.unit if finding.unit and not finding.bare_unit else ""
    words = ["high", "low", "normal", "persistently high"] if finding.ranges else []
    return chance.choice([*words, f"< {one} {unit}", f"> {one} {unit}", f"{one}..{other} {unit}", "not measured"])


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_vague_patient_is_told_in_every_format(seed: int, prepared: Prepared) -> None:
    chance = random.Random(seed)
    findings = [one for one in prepared.kb.findings.values() if one.form == "number" and one.plausible is not None]
    chosen = chance.sample(findings, chance.randint(4, 30))
    said = {one.id: known for one in chosen if (known := read(prepared, one.id, vague(one, chance).strip()))}
    told_in_every_format(prepared, said)


@pytest.mark.parametrize(("calcium", "albumin"), [*itertools.product(["low", "high", "< 2 mmol/L"], ["low", "high"])])
def test_a_calcium_and_an_albumin_in_words_leave_the_corrected_one_open(
    calcium: str, albumin: str, prepared: Prepared
) -> None:
    said = {"calcium": read(prepared, "calcium", calcium), "albumin": read(prepared, "albumin", albumin)}
    known = {name: value for name, value in said.items() if value is not None}
    assert len(known) == 2
    told_in_every_format(prepared, known)
