"""What an edit can make of rules without anybody noticing: shown over all patients, where a solver is installed."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator

from ....knowledge_base import verbs
from ....knowledge_base.model import Rule
from ....premises.checking.truths import complements
from ....premises.expression import All, Always, Compared, Literal, Not, TruthNode, Value, names_read
from ....values.interval import Interval, exactly
from ....values.problems import Level, Place
from ....values.truth import Truth
from ..check import Told, check
from ..doubles import families
from ..logic.logic import conjuncts, shared
from ..subject import Subject

_ALWAYS = Always()
_BANDED = verbs.about("intervention", "alert", "state or scale", "investigation")


@check("OL593", Level.ERROR)
def true_of_nobody(subject: Subject) -> Iterator[Told]:
    """A rule whose premise holds of no patient: proved, through all that it reads.

    Avoid:
        # after_menopause is set where: menopausal_status is postmenopausal, which applies where: sex is female
        when: sex is male and after_menopause
    Prefer:
        when: sex is male and testosterone is low
    Why:
        What should follow never follows, and nobody notices that it is missing.
    """
    if subject.everybody is None:
        return
    for rule in subject.rules:
        when = rule.when
        if when is None or isinstance(when, Always):
            continue
        if not subject.everybody.nobody([rule]):
            if _works_out(subject, rule) and subject.everybody.out_of_reach(rule):
                what = f"'{rule.id}' holds of nobody: no numbers make `{_premise(rule)}` true"
                yield Told(what, when.place, "look at the numbers and at what is worked out from them; mend one")
            continue
        if subject.logic.fate(when) is Truth.FALSE or complements(when.items if isinstance(when, All) else ()):
            continue  # told by its form
        parts = subject.everybody.clashing(conjuncts(when))
        shown = [f"`{_source(part)}`" for part in parts if _source(part)] or ["its parts"]
        what = f"'{rule.id}' holds of nobody: {' and '.join(shown)} {'is' if len(shown) == 1 else 'are'} never true"
        place = next((part.place for part in parts if part.place.line), when.place)
        others = [part.place for part in parts if part.place.line and part.place != place]
        hint = "look at what each reads, and to whom that applies; write 'or', or mend one of them"
        yield Told(what + (" together" if len(shown) > 1 else ""), place, hint, others[0] if others else None)


def _works_out(subject: Subject, rule: Rule) -> bool:
    """Whether a rule reads a number that is worked out from others."""
    return any(not names_read(premise.tree).isdisjoint(subject.kb.quantities) for premise in subject.of_rules[rule.id])


def _source(part: TruthNode) -> str:
    return part.source or (f"not {part.item.source}" if isinstance(part, Not) else "")


@check("OL594", Level.WARNING)
def held_by_another(subject: Subject) -> Iterator[Told]:
    """A rule that holds only where another one holds that concludes the same: proved, through all that both read.

    Avoid:
        soft-bone: {alerts: soft_bone, when: osteomalacia_suspected}       # set wherever ALP is high
        soft-bone-and-alp: {alerts: soft_bone, when: alkaline_phosphatase > 300 U/L}
    Prefer:
        soft-bone: {alerts: soft_bone, when: osteomalacia_suspected}
    Why:
        One of the two says nothing new, now or since an edit: a slip in either makes one swallow the other, and whom
        the narrower one was written for is reached, or missed, by accident.
    """
    if subject.everybody is None:
        return
    for family in families(subject):
        told: set[frozenset[str]] = set()
        for one in family:
            wider = [other for other in family if other is not one and not _by_form(subject, one, other)]
            if one.strength:
                wider = [other for other in wider if isinstance(other.when or _ALWAYS, Always)]
            for other in subject.everybody.within(one, wider) if wider else ():
                pair = frozenset({one.id, other.id})
                if pair in told or subject.everybody.nobody([one]):
                    continue
                told.add(pair)
                equal = bool(subject.everybody.within(other, [one]))
                what = f"'{one.id}' holds only where '{other.id}' does, which says the same"
                if equal:
                    what = f"'{one.id}' and '{other.id}' hold of the same patients and say the same"
                hint = f"compare `{_premise(one)}` with `{_premise(other)}`: if one has a slip, mend it; else keep one"
                yield Told(what, one.place, hint, other.place)


def _by_form(subject: Subject, one: Rule, other: Rule) -> bool:
    """Whether the form of two premises shows it already (OL514, OL515)."""
    narrow, wide = one.when or _ALWAYS, other.when or _ALWAYS
    return narrow == wide or subject.logic.implies(narrow, wide)


def _premise(rule: Rule) -> str:
    """A premise as it is written, cut where it grows long."""
    text = " and ".join(source for part in conjuncts(rule.when or _ALWAYS) if (source := _source(part)))
    text = (rule.when.source if rule.when is not None else "") or text or "always"
    return text if len(text) <= _LONG else f"{text[:_LONG].rsplit(' ', 1)[0]} ..."


_LONG = 80


@check("OL595", Level.WARNING)
def wanted_only_where_barred(subject: Subject) -> Iterator[Told]:
    """A rule recommends a measure only to those in whom another rule forbids it: proved.

    Avoid:
        give: {recommends: alendronate, when: t_score_hip <= -2.5 and conditions has achalasia}
        bar: {contraindicates: alendronate, when: conditions has achalasia}
    Prefer:
        give: {recommends: alendronate, when: t_score_hip <= -2.5}
        bar: {contraindicates: alendronate, when: conditions has achalasia}
    Why:
        It is recommended to nobody, and every report of such a patient says both.
    """
    if subject.everybody is None:
        return
    barring: dict[str, list[Rule]] = {}
    for rule in subject.of("contraindicates"):
        for name in rule.members or rule.targets:
            barring.setdefault(name, []).append(rule)
    for rule in subject.of("recommends"):
        for name in rule.members or rule.targets:
            bars = barring.get(name)
            found = subject.everybody.within(rule, bars) if bars else []
            if found and not subject.everybody.nobody([rule]):
                what = f"wherever '{rule.id}' recommends '{name}', '{found[0].id}' forbids it"
                hint = (
                    f"compare `{_premise(rule)}` with `{_premise(found[0])}`: one of them reads too much, or too little"
                )
                yield Told(what, rule.place, hint, found[0].place)
                break


# --- bands ------------------------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True, slots=True)
class _Band:
    """A rule and the numbers for which it is meant."""

    rule: Rule
    span: Interval
    place: Place


@check("OL596", Level.WARNING)
def between_two_bands(subject: Subject) -> Iterator[Told]:
    """Rules for one thing speak of bands of a number, and a patient falls between two of them.

    Avoid:
        moderate: {cautions: zoledronate, when: creatinine_clearance >= 40 mL/min and creatinine_clearance < 60 mL/min}
        severe: {contraindicates: zoledronate, when: creatinine_clearance < 35 mL/min}
    Prefer:
        moderate: {cautions: zoledronate, when: creatinine_clearance >= 35 mL/min and creatinine_clearance < 60 mL/min}
        severe: {contraindicates: zoledronate, when: creatinine_clearance < 35 mL/min}
    Why:
        Of whoever lies in the hole nothing is said, though more and less of the same number both matter.
    """
    if subject.everybody is None:
        return
    told: set[frozenset[str]] = set()
    for name, bands in _banded(subject):
        for below, above in _holes(bands):
            pair = frozenset({below.rule.id, above.rule.id})
            gap = Interval(below.span.high, above.span.low, not below.span.high_open, not above.span.low_open)
            if pair in told or gap.low.is_infinite() or gap.high.is_infinite():
                continue
            told.add(pair)
            rest = [part for part in conjuncts(below.rule.when or _ALWAYS) if _bound_of(subject, part, name) is None]
            others = [rule for rule in _about(subject, below.rule) if rule.when and name in names_read(rule.when)]
            inside = _inside(subject, name, gap)
            witness = subject.everybody.patient([], others, [*rest, *inside])
            if witness:
                what = f"between the bands of '{below.rule.id}' and '{above.rule.id}' nothing is said"
                yield Told(f"{what}: {_shown(witness)}", below.place, "let one begin where the other ends", above.place)


@check("OL597", Level.WARNING)
def two_doses(subject: Subject) -> Iterator[Told]:
    """Two rules of one guideline give one medicine in two doses by bands of a number, and a patient lies in both.

    Avoid:
        low: {recommends: vitamin_d, dose: 800 IU a day, when: vitamin_d >= 25 nmol/L}
        lower: {recommends: vitamin_d, dose: 4,000 IU a day, when: vitamin_d < 30 nmol/L}
    Prefer:
        low: {recommends: vitamin_d, dose: 800 IU a day, when: vitamin_d >= 30 nmol/L}
        lower: {recommends: vitamin_d, dose: 4,000 IU a day, when: vitamin_d < 30 nmol/L}
    Why:
        The report gives two doses, and whoever reads it has to guess.
    """
    if subject.everybody is None:
        return
    told: set[frozenset[str]] = set()
    for _, bands in _banded(subject):
        for one, other in itertools.combinations(bands, 2):
            pair = frozenset({one.rule.id, other.rule.id})
            if pair in told or one.rule.verb != "recommends" or not _apart(one.rule, other.rule):
                continue
            told.add(pair)
            if shared(one.span, other.span) is None or subject.everybody.nobody([one.rule, other.rule]):
                continue
            witness = subject.everybody.patient([one.rule, other.rule], [])
            if witness:
                what = f"'{one.rule.id}' and '{other.rule.id}' give two doses to one patient: {_shown(witness)}"
                yield Told(what, one.place, "let one band end where the other begins", other.place)


def _apart(one: Rule, other: Rule) -> bool:
    doses = (one.dose, other.dose)
    return one.verb == other.verb and one.guideline == other.guideline and all(doses) and doses[0] != doses[1]


def _banded(subject: Subject) -> Iterator[tuple[str, list[_Band]]]:
    """The rules about one thing that want the same but for a band of one number."""
    found: dict[tuple[object, str, frozenset[TruthNode]], list[_Band]] = {}
    for rule in subject.of(*_BANDED):
        if rule.when is None:
            continue
        parts = conjuncts(rule.when)
        spans: dict[str, tuple[Interval, Place]] = {}
        for part in parts:
            bound = subject.logic.stated(part)
            if bound is not None and isinstance(bound.key, Value):
                before = spans.get(bound.key.name)
                both = shared(before[0], bound.span) if before is not None else bound.span
                if both is not None:
                    spans[bound.key.name] = (both, part.place if part.place.line else rule.when.place)
        for name, (span, place) in spans.items():
            rest = frozenset(part for part in parts if _bound_of(subject, part, name) is None)
            for thing in rule.members or rule.targets:
                found.setdefault((thing, name, rest), []).append(_Band(rule, span, place))
    for (_, name, _), bands in found.items():
        if len(bands) > 1:
            yield name, bands


def _bound_of(subject: Subject, part: TruthNode, name: str) -> Interval | None:
    bound = subject.logic.stated(part)
    return bound.span if bound is not None and bound.key == Value(name=name) else None


def _holes(bands: list[_Band]) -> Iterator[tuple[_Band, _Band]]:
    """Bands next to each other with numbers between them, one of the two bounded on both sides.

    What is said of the low and of the high alone, and not of what lies between, is as it should be.
    """
    ordered = sorted(bands, key=lambda band: (band.span.low, band.span.low_open))
    reached = ordered[0]
    for band in ordered[1:]:
        end, begin = reached.span, band.span
        if end.high < begin.low or (end.high == begin.low and end.high_open and begin.low_open):
            bounded = any(not (one.span.low.is_infinite() or one.span.high.is_infinite()) for one in (reached, band))
            if bounded:
                yield reached, band
        if (band.span.high, not band.span.high_open) > (end.high, not end.high_open):
            reached = band


def _inside(subject: Subject, name: str, gap: Interval) -> list[TruthNode]:
    """That a number lies in a hole."""
    low = Compared(operator=">" if gap.low_open else ">=", left=Value(name=name), right=Literal(value=exactly(gap.low)))
    high = Compared(
        operator="<" if gap.high_open else "<=", left=Value(name=name), right=Literal(value=exactly(gap.high))
    )
    return [low, high]


def _about(subject: Subject, rule: Rule) -> list[Rule]:
    """All rules that speak of what this one speaks of."""
    things = {*(rule.members or rule.targets)}
    return [other for other in subject.of(*_BANDED) if things & {*(other.members or other.targets)}]


def _shown(witness: str) -> str:
    """A patient file in one line, without its head."""
    lines = [line.strip() for line in witness.splitlines()]
    return "; ".join(line for line in lines if line and line.partition(":")[0] not in ("name", "today", "given"))
