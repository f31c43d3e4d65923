"""Forty questions of a table, each as a premise and as the SQL that somebody would write for it by hand.

The SQL knows two values: where something is not known it says no, or nothing. `<list class>` stands for the names of
the members of a class.
"""

from __future__ import annotations

DAY = "DATE '2026-03-15'"
NOW = f"(x.stopped IS NULL OR x.stopped > {DAY})"


def _any(of: str, so: str) -> str:
    """Whether an entry of a list is so; the list is filtered as a whole, for DuckDB has no shorter way."""
    return f"len(list_filter({of}, lambda x: {so})) > 0"


def _months(field: str, months: int) -> str:
    return f"x.{field} >= {DAY} - INTERVAL {months} MONTH"


NUMBERS = {
    "age > 65": '"age [year]" > 65',
    "t_score_hip <= -2.5": "t_score_hip <= -2.5",
    "t_score_lumbar_spine < -1": "t_score_lumbar_spine < -1",
    "vitamin_d < 30 nmol/L": '"vitamin_d [nmol/L]" < 30',
    "parathyroid_hormone > 7 pmol/L": '"parathyroid_hormone [pmol/L]" > 7',
    "phosphate < 0.8 mmol/L": '"phosphate [mmol/L]" < 0.8',
    "alkaline_phosphatase > 130 U/L": '"alkaline_phosphatase [U/L]" > 130',
    "magnesium < 0.7 mmol/L": '"magnesium [mmol/L]" < 0.7',
    "tsh in 0.4..4 mIU/L": '"tsh [mIU/L]" BETWEEN 0.4 AND 4',
    "hemoglobin < 120 g/L": '"hemoglobin [g/L]" < 120',
    "creatinine > 110 umol/L": '"creatinine [umol/L]" > 110',
    "crp > 10 mg/L": '"crp [mg/L]" > 10',
    "alcohol >= 30 g/day": '"alcohol [g/day]" >= 30',
    "weight < 60 kg": '"weight [kg]" < 60',
    "falls_past_year >= 2": "falls_past_year >= 2",
    "smoking is current": "smoking = 'current'",
    "sex is female": "sex = 'female'",
    "menopausal_status is postmenopausal": "menopausal_status = 'postmenopausal'",
    "parent_hip_fracture": "parent_hip_fracture",
    "physical_activity is not sedentary": "physical_activity <> 'sedentary'",
}
LISTS = {
    "medicines has denosumab": _any("medicines", f"x.name IN <medicines denosumab> AND {NOW}"),
    "medicines has bisphosphonate": _any("medicines", f"x.name IN <medicines bisphosphonate> AND {NOW}"),
    "any medicines where (name is bisphosphonate)": _any("medicines", "x.name IN <medicines bisphosphonate>"),
    "any medicines where (name is oral_glucocorticoid and dose >= 5 mg)": _any(
        "medicines", "x.name IN <medicines oral_glucocorticoid> AND x.\"dose [mg]\" >= 5"
    ),
    "any medicines where (name is teriparatide and since(started) <= 24 months)": _any(
        "medicines", f"x.name IN <medicines teriparatide> AND {_months('started', 24)}"
    ),
    "any medicines where (name is systemic_glucocorticoid and not stopped)": _any(
        "medicines", f"x.name IN <medicines systemic_glucocorticoid> AND {NOW}"
    ),
    "any medicines where (name is denosumab and stopped and since(stopped) <= 12 months)": _any(
        "medicines", f"x.name IN <medicines denosumab> AND x.stopped <= {DAY} AND {_months('stopped', 12)}"
    ),
    "no medicines where (name is (bisphosphonate or denosumab or romosozumab))": (
        "len(list_filter(medicines, lambda x: x.name IN <medicines bisphosphonate> OR x.name IN <medicines denosumab> "
        "OR x.name IN <medicines romosozumab>)) = 0"
    ),
    "at least 2 medicines where (not stopped)": f"len(list_filter(medicines, lambda x: {NOW})) >= 2",
    "any medicines where (name is alendronate and dose >= 70 mg)": _any(
        "medicines", 'x.name IN <medicines alendronate> AND x."dose [mg]" >= 70'
    ),
    "any fractures where (site is hip)": _any("fractures", "x.site IN <fractures hip>"),
    "any fractures where (site is hip and since(date) <= 24 months)": _any(
        "fractures", f"x.site IN <fractures hip> AND {_months('date', 24)}"
    ),
    "at least 2 fractures where (site is vertebra)": (
        "len(list_filter(fractures, lambda x: x.site IN <fractures vertebra>)) >= 2"
    ),
    "any fractures where (on_treatment)": _any("fractures", "x.on_treatment"),
    "any fractures where (cause is pathological and since(date) <= 60 months)": _any(
        "fractures", f"x.cause = 'pathological' AND {_months('date', 60)}"
    ),
    "conditions has rheumatoid_arthritis": _any("conditions", f"x.name IN <conditions rheumatoid_arthritis> AND {NOW}"),
    "conditions has malignancy": _any("conditions", f"x.name IN <conditions malignancy> AND {NOW}"),
    "any conditions where (name is stroke and since(date) <= 12 months)": _any(
        "conditions", f"x.name IN <conditions stroke> AND {_months('date', 12)}"
    ),
    "symptoms has bone_pain": _any("symptoms", f"x.name IN <symptoms bone_pain> AND {NOW}"),
    "any intolerances where (name is bisphosphonate)": _any("intolerances", "x.name IN <intolerances bisphosphonate>"),
}  # fmt: skip
QUESTIONS = {**NUMBERS, **LISTS}
