"""A small knowledge base that commands work on, as a directory of files; and a way to run them."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

import cli
from engine import api
from engine.commands import surroundings

GRAMMAR = Path(__file__).parent.parent.parent / "knowledge" / "words" / "grammar.yaml"
"""The grammar of a typed line names no finding, and serves any knowledge base."""
FILES = {
    "knowledge/words/grammar.yaml": GRAMMAR.read_text("utf-8"),
    "knowledge/sections.yaml": """
person: The person
density: Bone density
labs: Blood tests
""",
    "knowledge/scope.yaml": """
scope:
  label: adults
  when: age >= 18
  refusal: This is for adults.
  assumption: Age not given, an adult is assumed.
  disclaimer: It educates and replaces no clinician.
""",
    "knowledge/units.yaml": """
units:
  nmol/L: {label: nanomole per liter, dimension: amount_concentration, factor: 1}
  ng/mL: {label: nanogram per milliliter, dimension: mass_concentration, factor: 1}
  year: {label: year, dimension: time, factor: 12, synonyms: [years]}
analytes:
  vitamin_d: {label: 25-OH vitamin D, factors: {nmol/L: 1, ng/mL: 2.5}, sources: [article A7]}
""",
    "knowledge/sources.yaml": """
article: {label: The article, citation: An article on bone, year: 2020, kind: article}
label-a: {label: Alendronate label, citation: The label of alendronate, year: 2021, kind: label, review_by: 2099-01-01}
""",
    "knowledge/guidelines.yaml": """
acr-2022: {label: ACR 2022, region: US, population: people on steroids, year: 2022, sources: [article]}
nogg-2024: {label: NOGG 2024, region: UK, population: adults, year: 2024, sources: [article]}
""",
    "knowledge/choices.yaml": """
sexes: {label: sexes, members: {female: {label: female, synonyms: [woman]}, male: {label: male, synonyms: [man]}}}
menopause:
  label: stages of the menopause
  members: {premenopausal: {label: before}, postmenopausal: {label: after the menopause}}
medicines:
  label: medicines
  members: {omeprazole: {label: omeprazole}}
conditions: {label: illnesses, members: {asthma: {label: asthma}}}
""",
    "knowledge/findings.yaml": """
age: {label: age, type: number, unit: year, bare_unit: yes, plausible: 0..120, section: person, question: "Age?"}
sex: {label: sex, type: choice, choices: sexes, section: person, question: "Sex?"}
menopausal_status:
  label: menopausal status
  type: choice
  choices: menopause
  applies: sex is female
  section: person
  question: "Periods?"
t_score_hip:
  label: hip T-score
  type: number
  plausible: -8..8
  known_by: record
  section: density
  synonyms: [hip]
t_score_spine: {label: spine T-score, type: number, plausible: -8..8, known_by: record, section: density}
vitamin_d:
  label: 25-OH vitamin D
  type: number
  unit: nmol/L
  analyte: vitamin_d
  plausible: 2..500
  known_by: test
  section: labs
  question: "Vitamin D?"
  synonyms: [vit d]
dysphagia: {label: trouble swallowing, type: yes_no, section: person, question: "Trouble swallowing?"}
medicines:
  label: medicines
  type: records
  key: name
  fields: {name: {type: choice, choices: medicines}}
  section: person
  question: "Medicines?"
conditions:
  label: illnesses
  type: records
  key: name
  fields: {name: {type: choice, choices: conditions}}
  section: person
  question: "Illnesses?"
""",
    "knowledge/groups.yaml": """
dxa: {label: T-scores, question: "T-scores?", section: density, findings: [t_score_hip, t_score_spine]}
""",
    "knowledge/quantities.yaml": """
lowest_t_score: {label: lowest T-score}
""",
    "knowledge/conditions.yaml": """
osteoporosis:
  label: osteoporosis
  definition: Too little bone, normally mineralized.
  mechanism: Resorption outpaces formation.
  pursue: always
  frequency: common
  synonyms: [brittle bones]
  features: {mineralization: normal, primary_defect: less bone, fractures: fragility fractures}
  sources: [article B1]
osteomalacia:
  label: osteomalacia
  definition: Bone that does not mineralize.
  mechanism: Too little vitamin D.
  effect: mineralization impaired
  pursue: always
  synonyms: [soft bones]
  suppress: {OL536: two diseases are enough for these tests}
  features: {mineralization: defective, primary_defect: poor mineralization, fractures: stress fractures}
  sources: [article B2]
estrogen_loss:
  label: estrogen loss
  exposure: yes
  effect: resorption up
  mechanism: Osteoclasts outpace osteoblasts.
  synonyms: [loss of estrogen]
""",
    "knowledge/interventions.yaml": """
alendronate: {label: alendronate, kind: medicine, choice: bones, dose: 70 mg weekly, monitoring: calcium,
  synonyms: [Fosamax]}
vitamin_d_repletion: {label: vitamin D repletion, kind: nutrition}
""",
    "knowledge/investigations.yaml": """
vitamin_d_test: {label: 25-OH vitamin D, tells: how much is stored, findings: [vitamin_d], step: 1}
""",
    "knowledge/topics.yaml": """
poor-mineralization:
  question: Is osteoporosis caused by poor mineralization?
  ask: [is bone mineralization normal in osteoporosis]
  answer: No. There is too little of it.
  see: [osteoporosis]
  sources: [article B3]
""",
    "knowledge/glossary.yaml": """
osteoclast: a cell that takes bone away
T-score: bone density beside that of a young adult
""",
    "rules/bone.yaml": """
lowest:
  title: The lowest of the scores counts
  derives: lowest_t_score
  as: lowest(dxa)
  because: The weakest site decides.
  sources: [article A14]
  evidence: verified
osteoporosis-by-t-score:
  title: A T-score of -2.5 or lower is osteoporosis
  diagnoses: osteoporosis
  when: lowest_t_score <= -2.5
  because: So it is defined.
  sources: [article A14]
  evidence: verified
low-vitamin-d:
  title: A low vitamin D speaks for osteomalacia
  supports: osteomalacia
  strength: moderate
  when: vitamin_d < 30 nmol/L
  because: Mineral does not reach the matrix.
  sources: [article B8]
  evidence: unverified
estrogen:
  title: Estrogen falls at the menopause
  causes: estrogen_loss
  when: menopausal_status is postmenopausal
  because: The ovaries stop.
  sources: [article A4]
  evidence: verified
osteoporosis-alendronate:
  title: Osteoporosis is treated with alendronate
  recommends: alendronate
  line: first
  guideline: nogg-2024
  when: diagnosed(osteoporosis)
  because: It slows osteoclasts.
  sources: [article A22]
  evidence: verified
alendronate-swallowing:
  title: Alendronate is not taken with trouble swallowing
  contraindicates: alendronate
  when: dysphagia
  because: It burns the gullet.
  sources: [label-a]
  rows: [E041]
  evidence: verified
vitamin-d-first:
  title: Vitamin D is corrected first
  defers: alendronate
  until: vitamin_d_repletion
  when: vitamin_d < 30 nmol/L
  because: Calcium would fall.
  sources: [label-a]
  evidence: verified
replete:
  title: Deficiency is corrected
  recommends: vitamin_d_repletion
  dose: 800-2,000 IU a day
  when: vitamin_d < 30 nmol/L
  because: Stores are empty.
  sources: [article A7]
  evidence: verified
measure-vitamin-d:
  title: Vitamin D is measured in osteoporosis
  orders: vitamin_d_test
  when: diagnosed(osteoporosis)
  because: Osteomalacia hides behind a low T-score.
  sources: [article B14]
  evidence: verified
""",
    "tests/cases/bone.yaml": """
- name: a low hip score is osteoporosis
  given: {age: 67, t_score_hip: -2.7}
  expect: {diagnosed: [osteoporosis]}
""",
}


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str


Run = Callable[..., Ended]


def write(root: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.lstrip("\n"), encoding="utf-8")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small knowledge base, in the place of the shipped one; nothing is cached."""
    root = tmp_path / "home"
    write(root, FILES)
    monkeypatch.setattr(api, "ROOT", root)
    monkeypatch.setattr(surroundings, "ROOT", root)
    monkeypatch.setenv("OSTEOLOGIC_CACHE", "none")
    monkeypatch.setenv("COLUMNS", "80")
    return root


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command line as it would be typed; `typed` comes in on standard input."""

    def ran(*words: str, typed: str | bytes = "") -> Ended:
        content = typed.encode() if isinstance(typed, str) else typed
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content), encoding="utf-8"))
        code = cli.main(list(words))
        printed = capsys.readouterr()
        return Ended(code, printed.out, printed.err)

    return ran
