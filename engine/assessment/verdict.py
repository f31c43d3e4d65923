"""What follows for one patient, as values: findings, causes, differential, work-up, plan, alerts, differences.

Every list is in the order it is reported in. A `Reason` is what JSON calls a ref: one rule with the facts it rests on.
"""

from __future__ import annotations

import datetime

from ..intake.taken import Taken
from ..knowledge_base.model import Cited
from ..premises import statuses
from ..values.frozen import ordered
from ..values.problems import Place
from ..values.truth import Truth

DIAGNOSIS_STATUSES = statuses.DIAGNOSIS
PLAN_STATUSES = statuses.PLAN
URGENCIES = ("emergency", "urgent", "soon")
PRESSING = URGENCIES[:2]
"""What stands on top of a report even while it is only not ruled out, where something recorded speaks for it."""
MOST_DOUBTS = 3
"""How many alerts that are not ruled out stand on top of a report; the rest are counted there."""


Value = str | float | tuple[str, ...] | tuple[float | None, float | None] | None
"""A finding's value: text, a number, members, or the two ends of an interval (None: open)."""


@ordered
class Fact:
    """A finding or quantity as it stands, in words."""

    finding: str
    value: str
    implied: str = ""
    """Why it was taken for granted (`list`, `group`, `assumed`, `not indicated`), or empty when it was said."""
    told: str = ""
    """Label and value as a person says them; `value` is as a file writes it."""


@ordered
class Reason:
    """A rule that holds (or may), and the facts it rests on."""

    rule: str
    title: str
    because: str
    evidence: str
    place: Place
    sources: tuple[Cited, ...]
    facts: tuple[Fact, ...] = ()
    guideline: str = ""
    region: str = ""
    grade: str = ""
    note: str = ""
    strength: str = ""
    missing: tuple[str, ...] = ()


@ordered
class Shown:
    """One finding as it stands. `status` is known, interval, unknown, not measured or not applicable."""

    id: str
    label: str
    given: str
    value: Value
    unit: str
    status: str
    implied: str = ""
    told: str = ""
    """Label and value as a person says them."""


@ordered
class Derived:
    id: str
    label: str
    text: str
    value: float | None
    low: float | None
    high: float | None
    unit: str
    because: tuple[Reason, ...]
    entered: str = ""
    """What was entered instead, where that contradicts what is worked out."""


@ordered
class Claim:
    """One of the values that contradict: as a file writes it, and where it is from.

    `behind` are the findings it was worked out from and that have to be looked at again, as a person says them.
    """

    value: str
    origin: str
    because: tuple[Reason, ...] = ()
    behind: tuple[str, ...] = ()


@ordered
class ContradictionShown:
    """A finding or quantity known in ways that cannot all be right; `again` are the findings to look at again."""

    id: str
    label: str
    claims: tuple[Claim, ...]
    again: tuple[str, ...]
    told: str
    """The same as a sentence."""


@ordered
class StateShown:
    id: str
    label: str
    truth: Truth
    because: tuple[Reason, ...]
    at_least: str = ""
    """Of a scale: the highest level that is certain."""


@ordered
class Cause:
    id: str
    label: str
    truth: Truth
    mechanism: str
    effect: str
    because: tuple[Reason, ...]
    of: str = ""


@ordered
class Diagnosis:
    id: str
    label: str
    rank: int
    status: statuses.DiagnosisStatus
    score: float
    mechanism: str
    supporting: tuple[Reason, ...]
    against: tuple[Reason, ...]
    missing: tuple[str, ...]
    pursued: bool = True


@ordered
class Test:
    """An investigation; `status` is to do, after (once the earlier step is back) or done."""

    id: str
    label: str
    step: int
    status: str
    tells: str
    because: tuple[Reason, ...]
    settles: tuple[str, ...] = ()
    """The missing findings it would settle."""


@ordered
class Dose:
    text: str
    rule: str


@ordered
class Item:
    """One intervention of the plan; `after` is what must come first, `missing` the findings it still waits for.

    `unasked` are the findings that could still speak against it and are not waited for.
    """

    id: str
    label: str
    kind: str
    line: str
    choice: str
    taken: bool
    advice: str
    """Of a medicine being taken: continue, review or stop; else empty."""
    mechanism: str
    doses: tuple[Dose, ...]
    status: statuses.PlanStatus
    after: tuple[str, ...]
    missing: tuple[str, ...]
    supporting: tuple[Reason, ...]
    against: tuple[Reason, ...]
    cautions: tuple[Reason, ...]
    then: tuple[str, ...]
    guidelines: tuple[str, ...]
    unasked: tuple[str, ...] = ()
    major: int = 0
    """How many of the cautions that hold are major ones."""
    order: int = 0
    """Its declared place among those of one choice; equals share it, and 0 comes last."""
    order_because: str = ""
    monitoring: str = ""
    duration: str = ""
    aftercare: str = ""
    unavailable: str = ""
    """Why it is not to be had here, where it is not."""
    instead: str = ""
    """Of what is not to be had here: the id of what is next; empty where nothing else of its kind is wanted."""


@ordered
class AlertShown:
    """`status` is raised or not ruled out."""

    id: str
    label: str
    urgency: str
    status: str
    action: str
    because: tuple[Reason, ...]
    speaks_for: tuple[Fact, ...] = ()
    """Of an alert not ruled out: what was recorded that speaks for it, beyond age, sex and menopause."""
    conditions: int = 0
    """How many conditions of one of its rules speak for it."""
    within: tuple[str, ...] = ()
    """Graver alerts that say it too."""

    @property
    def missing(self) -> tuple[str, ...]:
        """The findings that can rule it out, in the order a clinician asks."""
        return tuple(dict.fromkeys(name for reason in self.because for name in reason.missing))


@ordered
class OnTop:
    """What a report says before anything else."""

    raised: tuple[AlertShown, ...]
    """But for one of which a graver one that is raised says the same."""
    doubted: tuple[AlertShown, ...]
    """Not ruled out, pressing, and something recorded speaks for it: the most urgent, then the best supported first."""
    rest: tuple[AlertShown, ...]
    """Not ruled out either; on top they are counted, at the end named."""

    @classmethod
    def of(cls, alerts: tuple[AlertShown, ...]) -> OnTop:
        raised = [alert for alert in alerts if alert.status == "raised"]
        graver = {alert.id for alert in raised}
        open_ = [alert for alert in alerts if alert.status != "raised"]
        supported = [alert for alert in open_ if alert.urgency in PRESSING and alert.speaks_for]
        supported.sort(key=lambda one: (PRESSING.index(one.urgency), -one.conditions, len(one.missing), one.label))
        doubted = tuple(supported[:MOST_DOUBTS])
        return cls(
            tuple(alert for alert in raised if graver.isdisjoint(alert.within)),
            doubted,
            tuple(alert for alert in open_ if alert not in doubted),
        )


@ordered
class PositionShown:
    guideline: str
    says: str
    truth: Truth


@ordered
class Difference:
    """Where guidelines differ for this patient; with `needs` they only may, once those are known."""

    id: str
    question: str
    positions: tuple[PositionShown, ...]
    needs: tuple[str, ...] = ()


@ordered
class LineShown:
    """A threshold that guidelines draw in a probability: its number, in words, and who draws it."""

    threshold: str
    value: float
    text: str
    label: str
    guidelines: tuple[str, ...]


@ordered
class ProbabilityShown:
    """A ten-year probability of fracture as it was entered, beside the lines of the guidelines that speak here."""

    id: str
    label: str
    value: float
    text: str
    lines: tuple[LineShown, ...]


@ordered
class Course:
    """A medicine over time, or (`kind` fracture) a day on which a bone broke; `first` and `last` are day numbers.

    Of a date known to the month or year the middle is taken; `told` says it as it is known; `open`: no end is known.
    """

    label: str
    told: str
    kind: str
    first: int
    last: int
    open: bool


@ordered
class Verdict:
    digest: str
    rules: int
    findings_known: int
    as_of: datetime.date
    guideline: str
    region: str
    findings: tuple[Shown, ...]
    derived: tuple[Derived, ...]
    states: tuple[StateShown, ...]
    causes: tuple[Cause, ...]
    diagnoses: tuple[Diagnosis, ...]
    investigations: tuple[Test, ...]
    plan: tuple[Item, ...]
    alerts: tuple[AlertShown, ...]
    differences: tuple[Difference, ...]
    open: tuple[str, ...]
    mechanism: str
    notices: tuple[str, ...]
    """What the reader must be told first: outside the scope, age assumed, what contradicts, two clearances on two
    sides of a cut-off."""
    disclaimer: str
    outside_scope: bool = False
    contradictions: tuple[ContradictionShown, ...] = ()
    taken: Taken | None = None
    """What was made of the health record that the patient came from."""
    probabilities: tuple[ProbabilityShown, ...] = ()
    courses: tuple[Course, ...] = ()
    """None where no medicine has a date."""

    @property
    def on_top(self) -> OnTop:
        """What is said before anything else."""
        return OnTop.of(self.alerts)
