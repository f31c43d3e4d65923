"""Units of records, which are UCUM, as the number reader spells them."""

from __future__ import annotations

import re

from ...values.patterns import lazily

_NONE = frozenset({"", "1", "{score}", "{T-score}", "{Z-score}", "{tscore}", "{zscore}", "T-score", "Z-score", "SD"})
_SCORE = lazily(r"\{[^}]*\}|1|[tz][- ]?score|sd|", re.IGNORECASE)
_NOTE = lazily(r"\{[^}]*\}")
_KNOWN = {
    "mL/min/{1.73_m2}": "mL/min/1.73m2",
    "mL/min/1.73.m2": "mL/min/1.73m2",
    "mL/min/1.73_m2": "mL/min/1.73m2",
    "mL/min/1.73/m2": "mL/min/1.73m2",
    "mL/min/{1.73.m2}": "mL/min/1.73m2",
    "mL/min/1.73 m2": "mL/min/1.73m2",
    "mL/min/1.73m*2": "mL/min/1.73m2",
    "[lb_av]": "lb",
    "[in_i]": "in",
    "[ft_i]": "ft",
    "m[IU]/L": "mIU/L",
    "m[iU]/L": "mIU/L",
    "u[IU]/mL": "uIU/mL",
    "u[iU]/mL": "uIU/mL",
    "[IU]/L": "IU/L",
    "[iU]/L": "IU/L",
    "10*9/L": "10^9/L",
    "10*3/uL": "10^9/L",
    "10*3/mm3": "10^9/L",
    "mg/(24.h)": "mg/day",
    "mmol/(24.h)": "mmol/day",
    "a": "years",
    "wk": "weeks",
    "mo": "months",
    "d": "days",
    "mm/h": "mm/h",
    "[arb'U]/mL": "U/mL",
}


def is_score(unit: str) -> bool:
    """Whether a unit is that of a score, which has none."""
    return _SCORE.fullmatch(unit.strip()) is not None


def spelled(code: str, unit: str) -> str:
    """The unit as the number reader takes it: of the UCUM code, else of what is shown."""
    for told in (code, unit):
        told = told.strip()
        if told in _KNOWN:
            return _KNOWN[told]
        plain = _NOTE.sub("", told).replace("[iU]", "IU").replace("[IU]", "IU").replace("*", "^").replace("(24.h)", "day")
        plain = plain.replace("/24.h", "/day").replace("/d", "/day") if plain.endswith(("/24.h", "/d")) else plain
        if plain and plain != "1":
            return plain
    return ""
