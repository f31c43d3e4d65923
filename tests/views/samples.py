"""A verdict written by hand, with something in every part, and the few words it needs."""

from __future__ import annotations

import dataclasses
import datetime

from engine.assessment.verdict import (
    AlertShown,
    Cause,
    Claim,
    ContradictionShown,
    Course,
    Derived,
    Diagnosis,
    Difference,
    Dose,
    Fact,
    Item,
    LineShown,
    PositionShown,
    ProbabilityShown,
    Reason,
    Shown,
    StateShown,
    Test,
    Verdict,
)
from engine.knowledge_base.model import (
    ChoiceSet,
    Cited,
    Condition,
    Finding,
    Group,
    Guideline,
    Intervention,
    KnowledgeBase,
    Member,
    Quantity,
    Rule,
    Scope,
    Source,
    Topic,
)
from engine.knowledge_base.naming import Names
from engine.values.interval import between
from engine.values.problems import Place
from engine.values.truth import Truth

HERE = Place("knowledge/findings/labs.yaml", 4, 1)


def place(file: str, line: int = 1) -> Place:
    return Place(file, line, 1)


def finding(name: str, label: str, kind: str = "number", **rest: object) -> Finding:
    return Finding(id=name, place=HERE, label=label, type=kind, **rest)  # type: ignore[arg-type]


STATUSES = ChoiceSet(
    id="statuses",
    place=HERE,
    members={"postmenopausal": Member(id="postmenopausal", place=HERE, label="after the menopause")},
)
KB = KnowledgeBase(
    digest="sha256:abc",
    findings={
        one.id: one
        for one in (
            finding("age", "age", unit="year", bare_unit=True, question="Age?", section="person"),
            finding("sex", "sex", "choice", question="Sex?", section="person"),
            finding("menopausal_status", "menopausal status", "choice", choices="statuses", section="person"),
            finding("t_score_hip", "T-score, total hip", bare_unit=True, section="density", known_by="record"),
            finding(
                "vitamin_d",
                "25-OH vitamin D",
                unit="nmol/L",
                section="labs",
                known_by="test",
                plausible=between(1, 400),
                synonyms=("calcidiol",),
            ),
            finding("calcium", "calcium", unit="mmol/L", section="labs", known_by="test"),
            finding("creatinine", "creatinine", unit="umol/L", section="labs", known_by="test"),
            finding(
                "can_sit_upright", "able to sit upright", "yes_no", section="life", question="Able to sit upright?"
            ),
        )
    },
    groups={
        "calcium_tests": Group(
            id="calcium_tests",
            place=HERE,
            label="calcium tests",
            question="Calcium and vitamin D?",
            findings=("vitamin_d", "calcium"),
        )
    },
    quantities={"lowest_t_score": Quantity(id="lowest_t_score", place=HERE, label="lowest T-score")},
    choices={"statuses": STATUSES},
    conditions={
        "osteoporosis": Condition(
            id="osteoporosis",
            place=place("knowledge/conditions.yaml", 1),
            label="osteoporosis",
            definition="Too little bone, normally mineralized.",
            mechanism="Resorption outpaces formation.",
            features={
                "mineralization": "normal",
                "primary_defect": "less mineralized bone",
                "key_characteristic": "porous, fragile, brittle",
                "underlying_cause": "remodeling imbalance",
                "fractures": "fragility fractures",
            },
            synonyms=("brittle bones", "thin bones"),
            sources=(Cited("demineralization", "B1"),),
        ),
        "osteomalacia": Condition(
            id="osteomalacia",
            place=place("knowledge/conditions.yaml", 20),
            label="osteomalacia",
            definition="Bone matrix that does not mineralize.",
            mechanism="Too little vitamin D or phosphate.",
            features={
                "mineralization": "defective",
                "primary_defect": "inadequate mineralization of matrix",
                "key_characteristic": "soft, poorly mineralized",
                "underlying_cause": "severe vitamin D deficiency",
                "fractures": "deformities and stress fractures",
            },
            synonyms=("soft bones", "adult rickets"),
        ),
        "celiac_disease": Condition(id="celiac_disease", place=HERE, label="celiac disease"),
    },
    interventions={
        "alendronate": Intervention(
            id="alendronate",
            place=HERE,
            label="alendronate",
            kind="medicine",
            synonyms=("Fosamax",),
            dose="70 mg weekly",
        ),
        "vitamin_d_repletion": Intervention(
            id="vitamin_d_repletion", place=HERE, label="replacing vitamin D", kind="nutrition"
        ),
    },
    guidelines={"acr-2022": Guideline(id="acr-2022", place=HERE, label="ACR 2022", region="US")},
    sources={
        "demineralization": Source(id="demineralization", place=HERE, citation="Demineralization of bone."),
        "alendronate-label": Source(
            id="alendronate-label", place=HERE, citation="Alendronate, prescribing information."
        ),
    },
    topics={
        "poor-mineralization": Topic(
            id="poor-mineralization",
            place=place("knowledge/topics.yaml", 3),
            question="Is osteoporosis caused by poor mineralization?",
            ask=("is bone mineralization normal in osteoporosis",),
            answer="No. What bone there is, is normally mineralized; there is too little of it.",
            see=("osteoporosis", "osteomalacia"),
            sources=(Cited("demineralization", "B1"),),
        ),
        "what-dxa-measures": Topic(
            id="what-dxa-measures",
            place=place("knowledge/topics.yaml", 20),
            question="What does DXA measure?",
            answer="Density, which is quantity.",
        ),
    },
    glossary={"osteoclast": "a cell that takes bone away"},
    sections={"person": "The person", "life": "Way of life", "density": "Bone density", "labs": "Blood tests"},
    scope=Scope(id="scope", place=HERE, disclaimer="It replaces no clinician."),
    rules={
        "alendronate-clearance": Rule(
            id="alendronate-clearance",
            place=place("rules/safety/kidney.yaml", 2),
            label="Alendronate is not used below a creatinine clearance of 35 mL/min",
            verb="contraindicates",
            targets=("alendronate",),
            members=("alendronate",),
            because="The kidneys clear it.",
            sources=(Cited("alendronate-label"),),
            evidence="verified",
        )
    },
)
NAMES = Names(KB)


def reason(rule: str, title: str, *facts: Fact, evidence: str = "verified", **rest: object) -> Reason:
    cited = (Cited("demineralization", "A14"),)
    return Reason(rule, title, f"Because {rule}.", evidence, place("rules/x.yaml", 7), cited, facts, **rest)  # type: ignore[arg-type]


def item(name: str, label: str, status: str, **rest: object) -> Item:
    blank = dict.fromkeys(("after", "missing", "supporting", "against", "cautions", "then", "guidelines", "doses"), ())
    values = {
        "kind": "medicine",
        "line": "",
        "choice": "",
        "taken": False,
        "advice": "",
        "mechanism": "",
        **blank,
        **rest,
    }
    return Item(id=name, label=label, status=status, **values)  # type: ignore[arg-type]


DENSITY = reason(
    "osteoporosis-by-t-score", "A T-score of -2.5 or lower is osteoporosis", Fact("lowest_t_score", "-2.7")
)
LOWEST = reason("lowest-score", "The lowest T-score counts", Fact("t_score_hip", "< -2.6"))
DOUBT = "lowest T-score: -1.2 was entered, but -2.7 is worked out from T-score, total hip < -2.6. Both cannot be right."
DEFICIENT = reason(
    "low-vitamin-d",
    "Vitamin D deficiency speaks for osteomalacia",
    Fact("vitamin_d", "28 nmol/L"),
    evidence="unverified",
)
VERDICT = Verdict(
    digest="sha256:abc",
    rules=1,
    findings_known=8,
    as_of=datetime.date(2026, 1, 15),
    guideline="",
    region="",
    findings=(
        Shown("age", "age", "67", 67.0, "year", "known"),
        Shown("menopausal_status", "menopausal status", "postmenopausal", "postmenopausal", "", "known"),
        Shown("t_score_hip", "T-score, total hip", "< -2.6", None, "", "interval"),
        Shown("vitamin_d", "25-OH vitamin D", "28 nmol/L", 28.5, "nmol/L", "known"),
        Shown("calcium", "calcium", "", None, "mmol/L", "not measured", "group"),
    ),
    derived=(Derived("lowest_t_score", "lowest T-score", "-2.7", -2.7, -2.7, -2.7, "", (DENSITY,), "-1.2"),),
    contradictions=(
        ContradictionShown(
            "lowest_t_score",
            "lowest T-score",
            (
                Claim("-1.2", "entered"),
                Claim("-2.7", "worked out", (LOWEST,), ("T-score, total hip < -2.6",)),
            ),
            ("t_score_hip",),
            DOUBT,
        ),
    ),
    states=(
        StateShown("fragility_fracture", "fragility fracture", Truth.UNKNOWN, ()),
        StateShown("acr_risk", "ACR risk", Truth.UNKNOWN, (DENSITY,), "high"),
    ),
    causes=(
        Cause(
            "estrogen_loss",
            "estrogen loss",
            Truth.TRUE,
            "osteoclasts outpace osteoblasts",
            "resorption up",
            (reason("estrogen", "Estrogen falls at the menopause", Fact("menopausal_status", "postmenopausal")),),
        ),
    ),
    diagnoses=(
        Diagnosis("osteoporosis", "osteoporosis", 1, "established", 0.0, "Resorption.", (DENSITY,), (), ()),
        Diagnosis(
            "osteomalacia",
            "osteomalacia",
            2,
            "possible",
            0.3,
            "Soft.",
            (DEFICIENT,),
            (),
            ("t_score_hip", "calcium", "creatinine"),
        ),
        Diagnosis("celiac_disease", "celiac disease", 3, "open", 0.0, "", (), (), ()),
    ),
    investigations=(
        Test("bloods", "first blood tests", 1, "to do", "what drives the loss", (DENSITY,), ("calcium",)),
        Test("dxa", "DXA", 2, "after", "", (DENSITY,)),
    ),
    plan=(
        item(
            "vitamin_d_repletion",
            "replacing vitamin D",
            "recommended",
            kind="nutrition",
            doses=(Dose("800-2,000 IU a day", "r"),),
        ),
        item(
            "alendronate",
            "alendronate",
            "deferred",
            line="first",
            choice="antiresorptive",
            after=("vitamin_d_repletion",),
            missing=("calcium", "creatinine"),
            against=(DEFICIENT,),
            supporting=(DENSITY,),
            doses=(Dose("70 mg weekly", ""),),
            guidelines=("acr-2022",),
        ),
        item("zoledronate", "zoledronate", "conditional", choice="antiresorptive", missing=("creatinine",)),
        item("teriparatide", "teriparatide", "contraindicated", against=(reason("radiotherapy", "Never after it"),)),
        item("romosozumab", "romosozumab", "undetermined", missing=("age",)),
    ),
    alerts=(
        AlertShown("calcium_low", "severe hypocalcemia", "emergency", "raised", "Send to hospital", (DEFICIENT,)),
        AlertShown(
            "cord",
            "spinal cord compression",
            "emergency",
            "not ruled out",
            "MRI today",
            (reason("cord", "Weak legs", missing=("can_sit_upright",)),),
            (Fact("vitamin_d", "28", told="25-OH vitamin D 28 nmol/L"),),
            1,
        ),
        AlertShown(
            "calcium_high",
            "high calcium",
            "soon",
            "not ruled out",
            "Repeat it",
            (reason("calcium-high", "Calcium is high", missing=("calcium",)),),
            (Fact("vitamin_d", "28", told="25-OH vitamin D 28 nmol/L"),),
            1,
        ),
    ),
    differences=(
        Difference(
            "low-vitamin-d",
            "What is a low vitamin D?",
            (PositionShown("acr-2022", "below 30", Truth.TRUE), PositionShown("other", "below 25", Truth.FALSE)),
        ),
    ),
    open=("creatinine", "can_sit_upright"),
    mechanism="Estrogen loss: osteoclasts outpace osteoblasts.",
    notices=(DOUBT, "Age not given: adult assumed."),
    disclaimer="It educates and supports decisions; it replaces no clinician.",
    probabilities=(
        ProbabilityShown(
            "frax_major",
            "10-year risk of a major fracture",
            17.0,
            "17 %",
            (
                LineShown("suggested", 15.0, "15 %", "risk at which treatment is suggested", ("Canada 2023",)),
                LineShown("treated", 20.0, "20 %", "risk at which osteopenia is treated", ("AACE 2020", "BHOF 2022")),
                LineShown("recommended", 20.0, "20 %", "risk at which it is recommended", ("Canada 2023",)),
            ),
        ),
    ),
    courses=(
        Course("alendronate", "from 2020-06, until 2024-05", "medicine", 737591, 739022, False),
        Course("vitamin D", "from 2024, being taken", "medicine", 739068, 739631, True),
        Course("fracture: forearm", "2025-09", "fracture", 739509, 739509, False),
    ),
)
EMPTY = dataclasses.replace(
    VERDICT,
    findings=(),
    derived=(),
    contradictions=(),
    states=(),
    causes=(),
    diagnoses=(),
    investigations=(),
    plan=(),
    alerts=(),
    differences=(),
    open=(),
    mechanism="",
    notices=(),
    probabilities=(),
    courses=(),
)
