"""The knowledge base as the engine reads it: every word with its meaning, every rule with its checked premise.

All values are frozen and carry the `place` they were written at. Numbers are in the unit of the entry. Mappings keep
the order of the files. Nothing here knows YAML, and nothing here evaluates.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from decimal import Decimal

from ..premises.expression import NumberNode, TruthNode
from ..values.frozen import Keeping, frozen
from ..values.interval import Interval
from ..values.problems import Place
from ..values.types import NUMBER, TYPES, Form, Possible
from .entry import CODE_SYSTEMS as CODE_SYSTEMS
from .entry import Cited as Cited
from .entry import CodeList as CodeList
from .entry import Entry as Entry
from .verbs import Verb


@frozen
class RangeCase:
    """A reference range that holds where `when` is true (None: otherwise)."""

    when: TruthNode | None
    range: Interval


@frozen
class Assumed:
    """The default answer, as a patient file writes it; shown as implied."""

    answer: str
    when: TruthNode | None = None
    sure: TruthNode | None = None
    """Of whom nobody doubts it, unless this is known to be false: it is not asked, and a medicine may rest on it."""


@frozen
class FieldKind:
    """A field of a records finding.

    `derived` fields (`age_at`, `age_as_adult`, `duration`, `daily_dose`) may also be given.
    """

    id: str
    label: str
    type: str
    """number, choice, date, duration, yes_no"""
    choices: str = ""
    unit: str = ""
    bare_unit: bool = False
    floor: Decimal | None = None
    derived: bool = False
    broader: bool = False
    """Whether it names a class of the key, for an entry whose member is not known; it then stands for the key."""


@frozen
class Finding(Entry):
    """A question, measurement or item of the record. `type` is one of `values.types`."""

    type: str
    unit: str = ""
    analyte: str = ""
    bare_unit: bool = False
    antibody: bool = False
    """Of a number: `positive` says that it is high, and `negative` that it is normal."""
    plausible: Interval | None = None
    ranges: tuple[RangeCase, ...] = ()
    choices: str = ""
    fields: Mapping[str, FieldKind] = dataclasses.field(default_factory=dict)
    key: str = ""
    """Of a records finding: the field that a bare entry gives (`name`, `site`)."""
    question: str = ""
    help: str = ""
    section: str = ""
    group: str = ""
    checklist: bool = False
    known_by: str = "person"
    applies: TruthNode | None = None
    indicated: TruthNode | None = None
    assumed: Assumed | None = None
    stand_in: str = ""
    """The quantity that stands in where the finding was not entered (key `or`)."""
    stale_after: int | None = None
    """After how many months a result is old; 0: never, which is also what None comes to."""
    remembers: tuple[str, ...] = ()
    """Of a number: the findings of whose earlier and old results it is the lowest. It does not apply without any."""

    @property
    def form(self) -> Form:
        """What its answers are."""
        return TYPES[self.type].form

    @property
    def possible(self) -> Possible:
        """The numbers that its answer can be."""
        return TYPES[self.type].possible(self.plausible)


@frozen
class Group(Entry):
    """Findings asked as one question."""

    question: str = ""
    help: str = ""
    section: str = ""
    findings: tuple[str, ...] = ()


@frozen
class Quantity(Entry):
    """A number worked out from findings. `round` is the number of decimals shown; `range_of` names a finding."""

    stale_after: int | None = None
    unit: str = ""
    analyte: str = ""
    round: int | None = None
    range_of: str = ""
    plausible: Interval | None = None
    beside: str = ""
    """Another way to work it out: where the two fall on two sides of a cut-off, the report says so."""
    shown: bool = True
    """Whether reports list it; one that only serves others is not."""

    @property
    def possible(self) -> Possible:
        """The numbers that it can be."""
        return NUMBER.possible(self.plausible)


@frozen
class State(Entry):
    """A named yes/no abstraction."""

    shown: bool = True


@frozen
class Scale(Entry):
    """An ordered stratum; `levels` from lowest to highest."""

    levels: tuple[str, ...]
    applies: TruthNode | None = None
    shown: bool = True


@frozen
class Member(Entry):
    """A member of a choice: its classes, and the numbers it carries."""

    kinds: tuple[str, ...] = ()
    numbers: Mapping[str, Decimal] = dataclasses.field(default_factory=dict)
    analyte: str = ""
    assumes: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """The defaults of an entry of it, shown as implied: field -> member."""
    seen_by: tuple[str, ...] = ()
    """Of a finding of imaging: the investigations of which it is a result."""


@frozen
class ChoiceSet(Entry):
    """The members of a choice or records finding, and its classes: class id -> every member of it, nested ones too."""

    members: Mapping[str, Member] = dataclasses.field(default_factory=dict)
    classes: Mapping[str, frozenset[str]] = dataclasses.field(default_factory=dict)
    class_labels: Mapping[str, str] = dataclasses.field(default_factory=dict)
    narrower: Mapping[str, frozenset[str]] = dataclasses.field(default_factory=dict)
    """Member -> the members that are kinds of it: X-linked hypophosphatemia is an osteomalacia."""
    class_kinds: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    """Of classes that are parts of bigger ones: those bigger classes."""

    def expand(self, label: str) -> frozenset[str] | None:
        """The members a label stands for: a member with its kinds, or those of a class; None when it is neither."""
        if label in self.members:
            return self.narrower.get(label, frozenset()) | {label}
        return self.classes.get(label)


@frozen
class Condition(Entry):
    """A diagnosis, cause or exposure. An `exposure` is shown as a cause and never as a diagnosis."""

    definition: str = ""
    plain: str = ""
    """A short name for the patient, said after "You have"; without one the hand-out does not name it."""
    mechanism: str = ""
    effect: str = ""
    """resorption up, formation down, mineralization impaired, ... : how the paragraph of mechanism groups it."""
    bone: str = ""
    """The defect of bone in this condition: `too little` or `too soft`; empty where neither follows."""
    features: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """mineralization, primary_defect, key_characteristic, underlying_cause, fractures"""
    frequency: str = "uncommon"
    pursue_always: bool = False
    pursue: TruthNode | None = None
    kinds: tuple[str, ...] = ()
    exposure: bool = False


@frozen
class Intervention(Entry):
    """A medicine or measure.

    `kind` is one of nutrition, activity, lifestyle, medicine, medication review, procedure, referral, monitoring.
    """

    kind: str
    kinds: tuple[str, ...] = ()
    plain: str = ""
    """A short name for the patient."""
    take: str = ""
    """Instructions to the patient, in plain sentences."""
    seek_help: str = ""
    """The signs on which a patient who takes it calls for help, in plain sentences."""
    mechanism: str = ""
    dose: str = ""
    duration: str = ""
    monitoring: str = ""
    aftercare: str = ""
    harms: str = ""
    choice: str = ""
    order: int = 0
    """Among those of one `choice`, which is named before which where line and cautions are the same; 0: the last."""
    order_because: str = ""
    label_contraindicates: tuple[str, ...] = ()


@frozen
class Investigation(Entry):
    """A test or assessment: what it tells, the findings it settles, and its `step` in the work-up."""

    tells: str = ""
    findings: tuple[str, ...] = ()
    done_by: tuple[str, ...] = ()
    """The findings of which any result shows that it was done; empty: it takes a result of each that it settles."""
    not_while: TruthNode | None = None
    """While this holds nobody is sent for it, whatever orders it."""
    step: int = 1


@frozen
class Alert(Entry):
    action: str = ""
    plain: str = ""
    """The action of the patient and its time, in plain sentences; it names no disease that is only suspected."""
    beyond: tuple[str, ...] = ()
    """Findings that alone are no reason to tell it first while it is not ruled out."""
    within: tuple[str, ...] = ()
    """Graver alerts that say it too: beside one of them that is raised it is not told first."""


@frozen
class Hazard(Entry):
    """A hazard that labels and guidelines hold against medicines, written down apart from the rules that act on it.

    `reads` is a finding, quantity, state or scale, or `diagnosed` for conditions however they are known; `members` are
    members and classes of it, `when` says of a number when it is meant. `effect` is bars, defers, cautions or none.
    """

    reads: str
    effect: str
    members: tuple[str, ...] = ()
    when: TruthNode | None = None
    medicines: tuple[str, ...] = ()
    """Interventions and classes of them."""
    know: str = ""
    """`first`: known before the medicine reads `recommended`; `if_reported`: it acts once known, and is not awaited."""
    because: str = ""
    evidence: str = "unverified"


@frozen
class Unavailable(Entry):
    """What a hospital wants and does not have: no reason against it, but a reason to name what is next."""

    medicines: tuple[str, ...] = ()
    """Interventions and classes of them."""
    because: str = ""


@frozen
class Clash(Entry):
    """Advice that must not stand beside other advice in one report: nobody could follow both.

    Each side names interventions and classes of them that are advised, investigations to be done and alerts raised.
    Where nothing is `against` it, it must not stand beside a major caution against itself.
    """

    advice: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    because: str = ""


@frozen
class Step:
    """From `start` (inclusive) the value is `value`."""

    start: Decimal
    value: Decimal


@frozen
class ThresholdValue:
    """The cut-off from `since` (day number) on: one `value`, or `steps` by the finding `by`."""

    since: int = 0
    value: Decimal | None = None
    by: str = ""
    steps: tuple[Step, ...] = ()


@frozen
class ThresholdEntry(Entry):
    unit: str = ""
    analyte: str = ""
    values: tuple[ThresholdValue, ...] = ()


@frozen
class Guideline(Entry):
    region: str = ""
    population: str = ""
    year: int = 0
    supersedes: tuple[str, ...] = ()


@frozen
class Position:
    """The position of one guideline on a question; `when` is true where it speaks for this patient."""

    guideline: str
    says: str
    when: TruthNode | None = None


@frozen
class Disagreement(Entry):
    question: str = ""
    positions: tuple[Position, ...] = ()


@frozen
class Invariant(Entry):
    """An invariant, true of no patient: `never` asks the report as well as the record. `label` is its title."""

    never: TruthNode | None = None
    harm: str = ""
    """The patient it would harm, and how."""
    evidence: str = "unverified"


@frozen
class Source(Entry):
    citation: str = ""
    year: int = 0
    kind: str = ""
    address: str = ""
    licence: str = ""
    review_by: str = ""


@frozen
class Topic(Entry):
    """A question people ask, with its answer. `ask` are other ways to put it, `see` ids worth reading next."""

    question: str = ""
    ask: tuple[str, ...] = ()
    answer: str = ""
    see: tuple[str, ...] = ()


@frozen
class Scope(Entry):
    """The scope of the system. It acts only when `when` is false; unknown runs, and says `assumption`."""

    when: TruthNode | None = None
    refusal: str = ""
    assumption: str = ""
    disclaimer: str = ""
    plain: str = ""
    """The disclaimer as a patient reads it."""
    seek_help: str = ""
    """The signs on which anybody with weak bones seeks help, in plain sentences."""


@frozen
class Rule(Entry):
    """If `when`, then `verb` its `targets`.

    `verb` is one of sets, derives, causes, diagnoses, excludes, supports, opposes, orders, recommends,
    contraindicates, defers, cautions, alerts. `targets` are ids as written (classes not expanded); `members` what they
    stand for; for a scale, `level` is the level set. `label` is the rule's title.
    """

    verb: Verb
    targets: tuple[str, ...]
    members: tuple[str, ...] = ()
    level: str = ""
    of: str = ""
    when: TruthNode | None = None
    formula: NumberNode | None = None
    because: str = ""
    evidence: str = "unverified"
    guideline: str = ""
    grade: str = ""
    region: str = ""
    line: str = ""
    then: tuple[str, ...] = ()
    until: str = ""
    dose: str = ""
    since: str = ""
    strength: str = ""
    shares: str = ""
    weight: str = ""
    urgency: str = ""
    step: str = ""
    outside_scope: bool = False


@frozen
class Replacement:
    """An entry of a hospital's own directory, at `place`, stands for the shipped one that was written at `was`."""

    kind: str
    id: str
    by: str
    place: Place
    was: Place


@frozen
class KnowledgeBase(Keeping):
    """Everything that was read, checked and linked. `digest` names the contents: `sha256:...`."""

    digest: str = ""
    findings: Mapping[str, Finding] = dataclasses.field(default_factory=dict)
    groups: Mapping[str, Group] = dataclasses.field(default_factory=dict)
    quantities: Mapping[str, Quantity] = dataclasses.field(default_factory=dict)
    states: Mapping[str, State] = dataclasses.field(default_factory=dict)
    scales: Mapping[str, Scale] = dataclasses.field(default_factory=dict)
    choices: Mapping[str, ChoiceSet] = dataclasses.field(default_factory=dict)
    conditions: Mapping[str, Condition] = dataclasses.field(default_factory=dict)
    interventions: Mapping[str, Intervention] = dataclasses.field(default_factory=dict)
    investigations: Mapping[str, Investigation] = dataclasses.field(default_factory=dict)
    alerts: Mapping[str, Alert] = dataclasses.field(default_factory=dict)
    hazards: Mapping[str, Hazard] = dataclasses.field(default_factory=dict)
    clashes: Mapping[str, Clash] = dataclasses.field(default_factory=dict)
    unavailable: Mapping[str, Unavailable] = dataclasses.field(default_factory=dict)
    thresholds: Mapping[str, ThresholdEntry] = dataclasses.field(default_factory=dict)
    guidelines: Mapping[str, Guideline] = dataclasses.field(default_factory=dict)
    disagreements: Mapping[str, Disagreement] = dataclasses.field(default_factory=dict)
    invariants: Mapping[str, Invariant] = dataclasses.field(default_factory=dict)
    sources: Mapping[str, Source] = dataclasses.field(default_factory=dict)
    topics: Mapping[str, Topic] = dataclasses.field(default_factory=dict)
    codes: Mapping[str, CodeList] = dataclasses.field(default_factory=dict)
    glossary: Mapping[str, str] = dataclasses.field(default_factory=dict)
    sections: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """Section id -> heading, in the order a clinician asks."""
    words: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """Phrases that people say -> the answers they mean, as `finding value; finding value`; `N` stands for a number."""
    word_places: Mapping[str, Place] = dataclasses.field(default_factory=dict)
    """The place of each phrase."""
    scope: Scope | None = None
    units: Mapping[str, UnitEntry] = dataclasses.field(default_factory=dict)
    analytes: Mapping[str, AnalyteEntry] = dataclasses.field(default_factory=dict)
    rules: Mapping[str, Rule] = dataclasses.field(default_factory=dict)
    withdrawn: Mapping[str, Rule] = dataclasses.field(default_factory=dict)
    """Rules that are kept but no longer hold."""
    replaced: tuple[Replacement, ...] = ()
    """The shipped entries that a hospital's own directory replaces."""
    weakened: tuple[str, ...] = ()
    """The losses of safety by that directory, a sentence each; every report says them."""


@frozen
class UnitEntry(Entry):
    """A unit: `factor` times the base unit of its `dimension` (mass g, volume L, length m, amount mol, ...)."""

    dimension: str
    factor: Decimal
    ucum: str = ""


@frozen
class AnalyteEntry(Entry):
    """Factors between the units of one analyte: a value in `unit` times its factor is in the analyte's first unit.

    Where `offsets` has the unit, so much is added then, in the first unit.
    """

    factors: Mapping[str, Decimal] = dataclasses.field(default_factory=dict)
    offsets: Mapping[str, Decimal] = dataclasses.field(default_factory=dict)
