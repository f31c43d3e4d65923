"""What people type, held against the shipped words: each line with what it is understood to say."""

from __future__ import annotations

import datetime
import difflib
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.case import case
from engine.case.case import Case, Prepared
from engine.dialogue.agenda.relevance import question
from engine.dialogue.understanding import Reader
from engine.hearing.ear import Ear
from engine.hearing.reading import PROMPT
from engine.intake.answers import answers
from engine.intake.words.phrases import Statement
from engine.knowledge_base.store import cache

TODAY = datetime.date(2026, 11, 21)


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    return case.prepare_kept(cache.load(Path(__file__).parent.parent.parent))


def said(prepared: Prepared, line: str, *asked: str) -> dict[str, str]:
    """The answers that a line gives, as a patient file writes them."""
    patient = Case(prepared, TODAY)
    found = Reader(prepared.names, TODAY).read(line, question(patient, asked) if asked else None, {})
    assert not found.problems, found.problems
    return {name: answers.write_answer(prepared.kb, name, known) for name, known in found.said.items()}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("woman", {"sex": "female"}),
        ("67 y", {"age": "67"}),
        ("aged 67", {"age": "67"}),
        ("menopause at 51", {"age_at_menopause": "51", "menopausal_status": "postmenopausal"}),
        ("hip -2.7, spine -3.1", {"t_score_hip": "-2.7", "t_score_lumbar_spine": "-3.1"}),
        ("hip < -2.5", {"t_score_hip": "< -2.5"}),
        ("no fever", {"symptoms": "[no fever, ...]"}),
        ("she has no fever and no weight loss", {"symptoms": "[no fever, no weight_loss, ...]"}),
        ("not on omeprazole", {"medicines": "[no omeprazole, ...]"}),
        ("stopped alendronate in 2023", {"medicines": "[{name: alendronate, stopped: 2023}, ...]"}),
        ("58 kg weight", {"weight": "58 kg"}),
        ("weight 58 kg; height 5 ft 4", {"weight": "58 kg", "height": "162.56 cm"}),
        ("never smoked", {"smoking": "never"}),
        ("ex-smoker", {"smoking": "former"}),
        ("vit d 75 nmol/L", {"vitamin_d": "75 nmol/L"}),
        ("calcium high", {"calcium": "high"}),
        ("no swallowing trouble", {"symptoms": "[no swallowing_difficulty, ...]"}),
        ("trouble swallowing", {"symptoms": "[swallowing_difficulty, ...]"}),
        ("upright yes", {"can_sit_upright": "yes"}),
        ("egfr 28", {"egfr": "28 mL/min/1.73m2"}),
        ("eGFR 22, CKD 4", {"egfr": "22 mL/min/1.73m2", "conditions": "[chronic_kidney_disease, ...]"}),
        ("CKD 4, eGFR 22", {"egfr": "22 mL/min/1.73m2", "conditions": "[chronic_kidney_disease, ...]"}),
    ],
)
def test_anything_can_be_said_at_any_time(line: str, expected: dict[str, str], prepared: Prepared) -> None:
    assert said(prepared, line) == expected


def test_a_sentence_of_facts_is_taken_whole(prepared: Prepared) -> None:
    line = "67, woman, menopause at 51, on prednisolone 7.5 mg for 8 months"
    assert said(prepared, line, "age") == {
        "age": "67",
        "sex": "female",
        "age_at_menopause": "51",
        "menopausal_status": "postmenopausal",
        "medicines": "[{name: prednisolone, dose: 7.5 mg, started: 2026-03-21}, ...]",
    }


@pytest.mark.parametrize(
    ("words", "started"),
    [
        ("for 8 months", "2026-03-21"),
        ("for 2 years", "2024-11-21"),
        ("for 92 days", "2026-08-21"),
        ("since 2020", "2020"),
    ],
)
def test_a_time_it_has_lasted_is_a_time_it_began(words: str, started: str, prepared: Prepared) -> None:
    told = said(prepared, f"prednisolone 5 mg {words}")["medicines"]
    assert f"started: {started}" in told


@pytest.mark.parametrize(
    ("line", "asked", "expected"),
    [
        ("28", ("age",), {"age": "28"}),
        ("58 kg, 162 cm, no", ("weight", "height", "parent_hip_fracture"),
         {"weight": "58 kg", "height": "162 cm", "parent_hip_fracture": "no"}),
        ("upright yes, no swallowing trouble", ("can_sit_upright", "planned_dental_surgery"),
         {"can_sit_upright": "yes", "symptoms": "[no swallowing_difficulty, ...]"}),
        ("none", ("fractures",), {"fractures": "none"}),
        ("omeprazole", ("medicines",), {"medicines": "[omeprazole]"}),
        ("-2.7", ("t_score_hip",), {"t_score_hip": "-2.7"}),
        ("1", ("sex",), {"sex": "female"}),
        ("f", ("sex",), {"sex": "female"}),
        ("no others", ("fractures",), {"fractures": "none"}),
        ("no, never", ("parent_hip_fracture",), {"parent_hip_fracture": "no"}),
        ("yes, wrist", ("fractures",), {"fractures": "[forearm]"}),
        ("no, only omeprazole", ("medicines",), {"medicines": "[omeprazole]"}),
        ("hip 2025-03 after a fall", ("fractures",),
         {"fractures": "[{site: hip, cause: low_trauma, date: 2025-03}]"}),
        ("quit in 2010", ("smoking",), {"smoking": "former"}),
        ("twice", ("falls_past_year",), {"falls_past_year": "2"}),
        ("85 umol/L", ("creatinine", "egfr", "urea"), {"creatinine": "85 umol/L"}),
        ("all normal", ("calcium", "albumin"), {"calcium": "normal", "albumin": "normal"}),
        ("no breast cancer", ("parent_hip_fracture", "family_history_osteoporosis", "family_breast_cancer"),
         {"family_breast_cancer": "no"}),
        ("wrist 2019 and hip 2025-03", ("fractures",),
         {"fractures": "[{site: forearm, date: 2019}, {site: hip, date: 2025-03}]"}),
    ],
)  # fmt: skip
def test_what_was_asked_is_answered(
    line: str, asked: tuple[str, ...], expected: dict[str, str], prepared: Prepared
) -> None:
    assert said(prepared, line, *asked) == expected


@pytest.mark.parametrize("line", ["85", "normal"])
def test_what_several_of_those_asked_can_have_is_not_guessed(line: str, prepared: Prepared) -> None:
    asked = question(Case(prepared, TODAY), ("creatinine", "egfr", "urea"))
    found = Reader(prepared.names, TODAY).read(line, asked, {})
    assert not found.said
    assert "can be creatinine" in found.problems[0].what


def test_a_list_is_not_complete_while_a_part_of_it_was_not_understood(prepared: Prepared) -> None:
    asked = question(Case(prepared, TODAY), ("medicines",))
    found = Reader(prepared.names, TODAY).read("omeprazole, calcium 1,200 mg", asked, {})
    assert not found.answered
    assert (
        answers.write_answer(prepared.kb, "medicines", found.said["medicines"])
        == "[omeprazole, calcium_supplement, ...]"
    )


def test_of_several_questions_a_bare_no_is_not_guessed_at(prepared: Prepared) -> None:
    asked = question(Case(prepared, TODAY), ("can_sit_upright", "planned_dental_surgery"))
    found = Reader(prepared.names, TODAY).read("no", asked, {})
    assert not found.said
    assert "'no' to which?" in found.problems[0].what


def test_any_of_several_can_be_named_by_number_and_the_others_are_not_the_case(prepared: Prepared) -> None:
    asked = ("parent_hip_fracture", "family_history_osteoporosis", "family_breast_cancer")
    assert said(prepared, "1", *asked) == dict(zip(asked, ("yes", "no", "no"), strict=True))
    assert said(prepared, "none", *asked) == dict.fromkeys(asked, "no")


def test_a_missing_unit_is_asked_back_with_what_each_would_mean(prepared: Prepared) -> None:
    found = Reader(prepared.names, TODAY).read("vit d 28", None, {})
    assert [half.told for half in found.halves] == [("nmol/L", "ng/mL (would be 70 nmol/L)")]


@pytest.mark.parametrize(("typed", "meant"), [("alendronat 70 mg weeekly", "alendronate"), ("omeprazol", "omeprazole")])
def test_a_near_miss_is_not_lost(typed: str, meant: str, prepared: Prepared) -> None:
    found = Reader(prepared.names, TODAY).read(typed, None, {})
    told = str(found.said) + " ".join(f"{problem.what} {problem.hint}" for problem in found.problems)
    assert meant in told


def examples(phrase: str) -> Iterator[str]:
    """Lines that a phrase of the table stands for: with each of its words, and without what may be missing."""
    fillers = {"MASS": "60 kg", "LENGTH": "160 cm", "X": "hip", "Y": "2019"}
    slots = []
    for token in phrase.split():
        words = [fillers.get(word, word) for word in token.removesuffix("?").split("|")]
        words = [re.sub(r"\bNN?\b", "51", word) for word in words]
        slots.append([*words, ""] if token.endswith("?") and len(token) > 1 else words)
    for index in range(max(len(words) for words in slots)):
        yield " ".join(words[min(index, len(words) - 1)] for words in slots).strip()


def test_every_phrase_of_the_table_means_something(prepared: Prepared) -> None:
    ear = Ear(prepared.names, TODAY)

    def readable(one: Statement) -> bool:
        tried = (one.value, one.value.replace("160", "5"), one.value.replace("51", "2"))  # what is plausible differs
        return any(answers.read_answer(prepared.kb, one.finding, value, PROMPT, TODAY)[0] for value in tried)

    for phrase, meaning in prepared.kb.words.items():
        if meaning.startswith("!"):
            continue
        for line in examples(phrase):
            found = [one.meaning for one in ear.segments(line) if one.meaning is not None]
            named = [one for one in ear.segments(line) if one.sense("member") or one.sense("class")]
            assert found or named, (phrase, line)
            for one in (statement for meant in found for statement in meant.statements):
                assert one.finding in {**prepared.kb.findings, **prepared.kb.quantities}, (phrase, meaning)
            assert named or any(meant.ask or all(map(readable, meant.statements)) for meant in found), (phrase, line)


def test_whatever_is_typed_nothing_breaks(prepared: Prepared) -> None:
    """Random lines of the words that mean something, and of what means nothing."""
    chance = random.Random(5)
    reader = Reader(prepared.names, TODAY)
    patient = Case(prepared, TODAY)
    findings = list(prepared.kb.findings)
    labels = [word for one in prepared.kb.findings.values() for word in (one.label, *one.synonyms)]
    words = [*labels, *prepared.kb.words, "no", "not", "stopped", "since", "for", "in", "at", ",", ";", "and", "=", "<"]
    words += [
        "28",
        "-2.7",
        "2023",
        "2025-13",
        "nmol/L",
        "mg",
        "1e9",
        "9" * 40,
        "..",
        "...",
        "{",
        "[",
        "'",
        "\x1b[2J",
        "é",
    ]
    for _ in range(300):
        line = " ".join(chance.choice(words) for _ in range(chance.randint(1, 7)))
        asked = question(patient, chance.sample(findings, chance.randint(1, 3))) if chance.random() < 0.7 else None
        reader.read(line, asked, {})


PHRASINGS = """
# who somebody is
78M | age: 78; sex: male
67 y/o F | age: 67; sex: female
67-year-old woman | age: 67; sex: female
woman of 67 | sex: female; age: 67
52 yo postmenopausal F | age: 52; menopausal_status: postmenopausal; sex: female
I went through the change at 48 | age_at_menopause: 48; menopausal_status: postmenopausal
not postmenopausal | menopausal_status: premenopausal or perimenopausal
# size: the unit tells what it is
162 cm | height: 162 cm
5'4" | height: 162.56 cm
5 ft 4 | height: 162.56 cm
1.62 m | height: 162 cm
170cm tall | height: 170 cm
used to be 170 cm | peak_height: 170 cm
58 kg | weight: 58 kg
11 stone 4 | weight: 158 lb
between 60 and 70 kg | weight: 60..70 kg
weight between 60 and 70 kg | weight: 60..70 kg
lost 4 cm | height_loss: 4 cm
height 162 cm weight 58 kg | height: 162 cm; weight: 58 kg
# scans
T -2.7 hip | t_score_hip: -2.7
T-score hip: -2.7 | t_score_hip: -2.7
hip T-score is -2.7 and spine -3.1 | t_score_hip: -2.7; t_score_lumbar_spine: -3.1
hip -2.7 spine -3.1 | t_score_hip: -2.7; t_score_lumbar_spine: -3.1
T score -3.2 LS | t_score_lumbar_spine: -3.2
DXA: hip -2.7 | t_score_hip: -2.7
DXA showed -2.8 at the hip | t_score_hip: -2.8
t score minus 2.7 | t_score_unspecified: -2.7
FN -2.6, TH -2.4 | t_score_femoral_neck: -2.6; t_score_hip: -2.4
hip -2.7 in 2023 | t_score_hip: {value: -2.7, date: 2023}
z score -1.2 | z_score: -1.2
T-score between -2.5 and -3 | t_score_unspecified: -3..-2.5
hip z score -2.3, spine -2.6 | z_score_hip: -2.3; z_score_lumbar_spine: -2.6
Z-scores: hip -2.3, spine -2.6 | z_score_hip: -2.3; z_score_lumbar_spine: -2.6
hip Z -2.3 and spine T -2.6 | z_score_hip: -2.3; t_score_lumbar_spine: -2.6
FRAX major 25 %, hip 8 % | frax_major: 25 %; frax_hip: 8 %
# blood
Ca 2.45 | calcium: 2.45 mmol/L
calcium 9.8 | calcium: 2.4451 mmol/L
low calcium | calcium: low
raised ALP | alkaline_phosphatase: high
ALP 210 (30-130) | alkaline_phosphatase: {value: 210 U/L, range: 30..130 U/L}
ALP 210 U/L (30 - 130) H | alkaline_phosphatase: {value: 210 U/L, range: 30..130 U/L}
PTH 12 pmol/L (1.6-6.9) | parathyroid_hormone: {value: 12 pmol/L, range: 1.6..6.9 pmol/L}
eGFR 45 in March 2026 | egfr: {value: 45 mL/min/1.73m2, date: 2026-03}
eGFR 45 ml/min | egfr: 45 mL/min/1.73m2
Hb 11.2 | hemoglobin: 112 g/L
haemoglobin 118 | hemoglobin: 118 g/L
creatinine 95 micromol/l | creatinine: 95 umol/L
K 4.1 | potassium: 4.1 mmol/L
celiac negative | ttg_iga: normal
vitamin D not done | vitamin_d: not measured
# calcium and vitamin D: the unit tells the blood from the tablet
calcium 2.45 mmol/L | calcium: 2.45 mmol/L
calcium 1200 mg | medicines: [{name: calcium_supplement, dose: 1200 mg}, ...]
vitamin D 800 IU | medicines: [{name: vitamin_d_supplement, dose: 800 IU}, ...]
vitamin D 22 nmol/L | vitamin_d: 22 nmol/L
dietary calcium 600 mg/day | calcium_intake: 600 mg/day
on calcium and vitamin D | medicines: [calcium_and_vitamin_d, ...]
# medicines
prednisone 5 mg daily since January | medicines: [{name: prednisone, dose: 5 mg, every: day, started: 2026-01}, ...]
5 mg prednisolone daily | medicines: [{name: prednisolone, dose: 5 mg, every: day}, ...]
pred 10 mg for 8/12 | medicines: [{name: prednisolone, dose: 10 mg, started: 2026-03-21}, ...]
phenytoin 300 mg nocte 20 yrs | medicines: [{name: phenytoin, dose: 300 mg, every: day, started: 2006-11-21}, ...]
took alendronate 2015-2019 | medicines: [{name: alendronate, started: 2015, stopped: 2019}, ...]
was on alendronate until 2020 | medicines: [{name: alendronate, stopped: 2020}, ...]
off alendronate since 2023 | medicines: [{name: alendronate, stopped: 2023}, ...]
omeprazole stopped | medicines: [{name: omeprazole, stopped: by 2026-11-21}, ...]
denosumab last dose March 2026 | medicines: [{name: denosumab, last_given: 2026-03}, ...]
stopped alendronate; on omeprazole | medicines: [{name: alendronate, stopped: by 2026-11-21}, omeprazole, ...]
on blood thinners | medicines: [anticoagulant, ...]
no other medicines | medicines: none
allergic to alendronate | intolerances: [{name: alendronate, reaction: allergy}, ...]
# illnesses
PMH: hypertension, asthma | conditions: [hypertension, asthma, ...]
previous heart attack 2020 | conditions: [{name: myocardial_infarction, date: 2020}, ...]
history of breast cancer | conditions: [breast_cancer, ...]
osteoporosis | conditions: [osteoporosis, ...]
no osteoporosis | conditions: [no osteoporosis, ...]
thin bones | conditions: [osteopenia or osteoporosis, ...]
diabetic | conditions: [any_diabetes, ...]
asthma, nothing else | conditions: [asthma]
celiac | conditions: [celiac_disease, ...]
postmenopausal since 2010 | menopausal_status: postmenopausal
coeliac disease | conditions: [celiac_disease, ...]
# what broke
prior hip fracture 2024 | fractures: [{site: hip, date: 2024}, ...]
broke my wrist in March 2024 | fractures: [{site: forearm, date: 2024-03}, ...]
broke my wrist last year slipping on ice | fractures: [{site: forearm, cause: low_trauma, date: 2025}, ...]
broke hip in a car accident 2010 | fractures: [{site: hip, cause: high_trauma, date: 2010}, ...]
broke wrist, hip 2024 | fractures: [forearm, {site: hip, date: 2024}, ...]
compression fracture T12 | fractures: [vertebra, ...]
no hip fracture | fractures: [no hip, ...]
never broken a bone | fractures: none
# complaints
no fever or weight loss | symptoms: [no fever, no weight_loss, ...]
fever: no | symptoms: [no fever, ...]
no fever; weight loss | symptoms: [weight_loss, no fever, ...]
no fever, has weight loss | symptoms: [weight_loss, no fever, ...]
# the family
mum broke her hip | parent_hip_fracture: yes
hip fracture in mother | parent_hip_fracture: yes
no parental hip fracture | parent_hip_fracture: no
sister has osteoporosis | family_history_osteoporosis: yes
# how somebody lives
stopped smoking in 2010 | smoking: former
smokes 10/day | smoking: current
not a smoker | smoking: not_current
drinks 10 units a week | alcohol: 80 g/week
2 drinks/day | alcohol: 28 g/day
fell twice | falls_past_year: 2
lives in a care home | residence: care_home
"""


@pytest.mark.parametrize("line", [line for line in PHRASINGS.splitlines() if line and not line.startswith("#")])
def test_people_say_it_in_many_ways(line: str, prepared: Prepared) -> None:
    typed, _, meant = line.partition(" | ")
    told = said(prepared, typed)
    assert "; ".join(f"{name}: {value}" for name, value in told.items()) == meant


@pytest.mark.parametrize(
    ("line", "asking"),
    [
        ("drinks 2 glasses of wine", "how many units or drinks"),
        ("does not smoke", "never, or stopped?"),
        ("vitamin D", "the result of a test, or taken as a medicine?"),
        ("hip", "its value is missing"),
        ("had prednisolone for 3 months", "is it still taken?"),
        ("wife on alendronate", "is about wife, not about the patient"),
        ("no fever, weight loss", "'weight loss' after 'no fever' can be meant either way"),
        ("mother had osteoporosis, diabetes", "'diabetes' after 'mother had osteoporosis'"),
        ("stopped alendronate, omeprazole", "'omeprazole' after 'stopped alendronate'"),
        ("prednisolone for years", "'for years' after 'prednisolone'"),
        ("zoledronate 2024", "'2024' after 'zoledronate'"),
        ("hip 3/4/24 fracture", "2024-04-03 or 2024-03-04?"),
        ("the change", "is it over"),
        ("calcium 1,200 mg", "a comma or blank in the number"),
        ("prednisolone 1 200 mg", "'1 200 mg' after 'prednisolone'"),
        ("stress fracture", "which bone, and when"),
        ("amenorrhoea", "can belong to"),
        ("fine", "of what?"),
        ("fit and well", "no illnesses?"),
        ("fit", "a seizure, or in good health?"),
        ("no others", "'no others' to what?"),
    ],
)
def test_what_can_be_meant_either_way_is_asked_back(line: str, asking: str, prepared: Prepared) -> None:
    found = Reader(prepared.names, TODAY).read(line, None, {})
    assert asking in " ".join(problem.what for problem in found.problems)


def test_water_tablets_may_be_any_diuretic(prepared: Prepared) -> None:
    told = said(prepared, "on water tablets")["medicines"]
    assert "furosemide or" in told
    assert "indapamide or" in told


def test_no_steroids_denies_every_one_of_them(prepared: Prepared) -> None:
    told = said(prepared, "no steroids")["medicines"]
    assert "no prednisolone" in told
    assert "no dexamethasone" in told


def test_a_unit_that_can_be_but_one_is_taken_and_said_to_be_taken(prepared: Prepared) -> None:
    found = Reader(prepared.names, TODAY).read("Hb 11.2, PTH 12", None, {})
    assert found.unit_assumed == {"hemoglobin"}
    assert [half.finding for half in found.halves] == ["parathyroid_hormone"]


def test_a_time_that_has_no_place_is_named(prepared: Prepared) -> None:
    assert Reader(prepared.names, TODAY).read("quit smoking in 2010", None, {}).left == ("in 2010",)


SPOKEN_OF = """
no {}; not {}; {}: no; {} negative; denies {}; without {}; no sign of {}; never had {}; {} excluded; {} unlikely; {}?
mother has {}; father {}; {} in mother; family history of {}; wife takes {}; friend with {}
risk of {}; worried about {}; possible {}; screened for {}; may need {}; planned {}; to start {}; refused {}; free of {}
stopped {}; no longer on {}; no fever, {}; mother diabetic, {}
"""


def test_what_is_only_spoken_of_is_never_the_case(prepared: Prepared) -> None:
    """Denied, feared, planned, over, or somebody else's: no such line puts anything on a list of what is."""
    reader, chance = Reader(prepared.names, TODAY), random.Random(3)
    lists = [one for one in prepared.kb.findings.values() if one.form == "records" and one.key == "name"]
    frames = [frame.strip() for frame in SPOKEN_OF.replace("\n", ";").split(";") if frame.strip()]
    for _ in range(150):
        members = prepared.kb.choices[chance.choice(lists).fields["name"].choices].members
        member = chance.choice(list(members.values()))
        named = chance.choice((member.label or member.id, *member.synonyms))
        if re.search(r"[,;]|^no ", named):
            continue
        line = chance.choice(frames).format(named)
        for name, known in reader.read(line, None, {}).said.items():
            current = [one for one in getattr(known, "entries", ()) if "stopped" not in one.fields]
            assert not current, (line, name)


@pytest.mark.parametrize(
    "line",
    ["," * 10_000, "a," * 999, "-" * 1999, "(" * 1000 + ")" * 900, "{[(" * 600, "no " * 600, "fever and " * 190,
     "\U0001f600" * 1900, "\x00\x01\x1b[2J\x9b2J", "hip -2.7 " * 200, "a strange thing, " * 59, "1." * 999,
     "no fever or " * 160 + "fever", "no line that anybody could ever understand, " * 40, "\u202egnp", "word " * 24],
)  # fmt: skip
def test_rubbish_is_answered_without_a_search_for_each_of_its_words(
    line: str, prepared: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looking for a near word is what takes long."""
    searched: list[str] = []
    near = difflib.get_close_matches

    def counted(word: str, *rest: Any, **more: Any) -> list[str]:
        searched.append(word)
        return near(word, *rest, **more)

    monkeypatch.setattr(difflib, "get_close_matches", counted)
    reader, patient = Reader(prepared.names, TODAY), Case(prepared, TODAY)
    for asked in (None, ("medicines",), ("t_score_hip", "t_score_lumbar_spine")):
        searched.clear()
        reader.read(line, question(patient, asked) if asked else None, {})
        assert len(searched) <= 1


def test_the_unit_of_vitamin_d_tells_nothing_of_other_tests(prepared: Prepared) -> None:
    """Laboratories that report vitamin D in ng/mL report magnesium in mmol/L, or do not."""
    reader = Reader(prepared.names, TODAY)
    (half,) = reader.read("vit d 20", None, {}).halves
    assert reader.complete(half, "ng/mL") is not None
    assert reader.system == ""
    assert not reader.read("Mg 0.8", None, {}).said


CANCERS = """
# where it began, with what it looked like
papillary thyroid ca | thyroid_cancer
follicular thyroid carcinoma | thyroid_cancer
medullary thyroid cancer | thyroid_cancer
ductal breast ca | breast_cancer
invasive ductal carcinoma of the breast | breast_cancer
lobular breast cancer | breast_cancer
small cell lung ca | lung_cancer
non small cell lung ca | lung_cancer
non-small cell lung ca | lung_cancer
squamous cell ca of lung | lung_cancer
adenocarcinoma of the lung | lung_cancer
NSCLC | lung_cancer
prostate adenocarcinoma | prostate_cancer
clear cell renal ca | other_cancer
clear cell renal cell carcinoma | other_cancer
chromophobe renal cell ca | other_cancer
# and that it has spread
metastatic breast ca | metastatic_breast_cancer
metastatic lobular breast cancer | metastatic_breast_cancer
metastatic prostate ca | metastatic_prostate_cancer
metastatic small cell lung ca | metastatic_lung_cancer
metastatic NSCLC | metastatic_lung_cancer
metastatic renal ca | metastatic_other_cancer
metastatic clear cell renal cell carcinoma | metastatic_other_cancer
metastatic papillary thyroid ca | metastatic_other_cancer
"""


@pytest.mark.parametrize("line", [line for line in CANCERS.splitlines() if line and not line.startswith("#")])
def test_a_cancer_is_heard_with_its_histology(line: str, prepared: Prepared) -> None:
    typed, _, meant = line.partition(" | ")
    for before in ("", "T2DM, "):
        found = Reader(prepared.names, TODAY).read(before + typed, None, {})
        told = said(prepared, before + typed)
        assert not found.left
        assert f" {meant}, ...]" in told["conditions"].replace("[", "[ ")
    assert said(prepared, f"no {typed}") == {"conditions": f"[no {meant}, ...]"}
