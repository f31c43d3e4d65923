"""Contents of pictures: probabilities that were entered, beside the lines of guidelines, and courses of treatment.

No probability is worked out here: each is the number that was entered, as some calculator printed it. A line belongs
to it where a rule or the position of a guideline in force compares that very number with a threshold, and nothing else
known of the patient keeps the guideline from speaking (a line for women after the menopause is none for a man).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ..case import guideline_lines
from ..case.case import Case
from ..knowledge_base.model import Rule
from ..premises import expression
from ..premises.expression import TruthNode
from ..values import dates, truth
from ..values.interval import Interval
from ..values.truth import Truth
from ..values.value import Choice, Day, Entry, Gap, Number, Records
from .verdict import Course, LineShown, ProbabilityShown

_TREATMENT, _FRACTURES = "medicines", "fractures"


def probabilities(case: Case) -> tuple[ProbabilityShown, ...]:
    """The probabilities that were entered as one number and that a guideline has a line for."""
    found = []
    for name in guideline_lines.PROBABILITIES:
        known = case.said.get(name)
        exact = known.last.interval.exact if isinstance(known, Number) else None
        if exact is None:
            continue
        shown = tuple(sorted(_lines(case, name), key=lambda line: (line.value, line.guidelines)))
        if shown:
            finding = case.kb.findings[name]
            found.append(ProbabilityShown(name, finding.label, float(exact), case.value_text(name), shown))
    return tuple(found)


def _lines(case: Case, name: str) -> Iterator[LineShown]:
    together: dict[tuple[str, float], dict[str, None]] = {}
    for rule_id, threshold in case.prepared.index.lines.get(name, ()):
        rule = case.kb.rules[rule_id]
        value = case.memory.threshold(threshold)
        spoken = case.visible(rule) and case.acts(rule) and _granted(case, rule) is not Truth.FALSE
        if spoken and isinstance(value, Interval) and value.exact is not None:
            together.setdefault((threshold, float(value.exact)), {})[_named(case, rule.guideline)] = None
    for (threshold, number), guidelines in together.items():
        entry = case.kb.thresholds[threshold]
        text = f"{number:g} {entry.unit}".strip()
        yield LineShown(threshold, number, text, entry.label, tuple(sorted(guidelines)))


def _named(case: Case, guideline: str) -> str:
    return case.kb.guidelines[guideline].label if guideline in case.kb.guidelines else guideline


def _granted(case: Case, rule: Rule) -> Truth:
    """Whether a rule would hold, whatever the probabilities are."""
    return _truth(case, rule.when) if rule.when is not None else Truth.TRUE


def _truth(case: Case, node: TruthNode) -> Truth:
    if guideline_lines.probability(node):
        return Truth.TRUE
    if isinstance(node, expression.All):
        return truth.all_of([_truth(case, item) for item in node.items])
    if isinstance(node, expression.AnyOf):
        return truth.any_of([_truth(case, item) for item in node.items])
    return case.memory.holds(node)


# --- courses ----------------------------------------------------------------------------------------------------------


def courses(case: Case) -> tuple[Course, ...]:
    """Medicines with a date, in the order they began, then fractures with one; none without a dated medicine."""
    treated = sorted(_courses(case), key=lambda one: one.first)
    return (*treated, *sorted(_broken(case), key=lambda one: one.first)) if treated else ()


def _entries(case: Case, name: str) -> Iterable[Entry]:
    known = case.said.get(name)
    return known.entries if isinstance(known, Records) and name in case.kb.findings else ()


def _courses(case: Case) -> Iterator[Course]:
    today = case.today.toordinal()
    for entry in _entries(case, _TREATMENT):
        begun, ended, last = (_days(entry.fields, field) for field in ("started", "stopped", "last_given"))
        if begun is None and ended is None and last is None:
            continue
        told = [f"from {dates.text(begun)}"] if begun else []
        told += [f"until {dates.text(ended)}"] if ended else []
        told += [f"last given {dates.text(last)}"] if last else []
        if begun and not ended and not last:
            told.append("being taken")
        first = _middle(begun or last or ended, today)
        final = _middle(ended or last, today) if ended or last else today
        yield Course(_label(case, _TREATMENT, entry), ", ".join(told), "medicine", first, max(first, final), not ended)


def _broken(case: Case) -> Iterator[Course]:
    today = case.today.toordinal()
    for entry in _entries(case, _FRACTURES):
        day = _days(entry.fields, "date")
        if day is not None:
            at = _middle(day, today)
            label = f"fracture: {_label(case, _FRACTURES, entry)}"
            yield Course(label, dates.text(day), "fracture", at, at, False)


def _label(case: Case, name: str, entry: Entry) -> str:
    known = entry.fields.get(case.kb.findings[name].key)
    members = case.names.members(name)
    named = sorted(known.members) if isinstance(known, Choice) else []
    labels = [members[one].label or one for one in named if one in members]
    return " or ".join(labels[:2]) if labels else "not named"


def _days(fields: Mapping[str, object], name: str) -> Interval | None:
    """The days a date may be; none where both ends are open."""
    known = fields.get(name)
    if isinstance(known, Gap) or not isinstance(known, Day):
        return None
    return None if known.interval.low.is_infinite() and known.interval.high.is_infinite() else known.interval


def _middle(days: Interval | None, today: int) -> int:
    """A day to draw; of a month or year its middle, of an open end the other one."""
    if days is None:
        return today
    low = days.high if days.low.is_infinite() else days.low
    high = days.low if days.high.is_infinite() else days.high
    return min(int((low + high) / 2), today)
