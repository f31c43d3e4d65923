"""What is known of a finding, written as an answer is written, and told to a person."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterator
from decimal import Context, Decimal

from ...knowledge_base.model import ChoiceSet, FieldKind, Finding, KnowledgeBase
from ...values import dates
from ...values.interval import Interval
from ...values.patterns import lazily
from ...values.units import UnitTable
from ...values.value import UNKNOWN, Choice, Day, Entry, Gap, Known, Measurement, Number, Records
from . import numbers as answers_numbers
from .dates import frequency_text

_PLAIN = lazily(r"(?:[A-Za-z0-9_.][\w.+/%()'µ-]*|-[\d.][\w./%]*|<=?)(?: [\w.+/%()'µ<=-]+)*")
_MANY_DIGITS, _CLASS = 6, 4
LEFT_OPEN = "; others not asked yet"
"""How it is said that a list may have more."""
_OPENINGS = {"started": "since", "stopped": "stopped", "last_given": "last given", "duration": "for"} | {
    "every": "every", "age_at": "at age"
}  # fmt: skip
_MISREAD = frozenset({"null", "~", "y", "n"})


def written(kb: KnowledgeBase, name: str, known: Known) -> str:
    """The answer that is read back as this."""
    if isinstance(known, Gap):
        return known.value
    if isinstance(known, Number):
        results = [_measurement(kb, name, result) for result in known.results]
        return results[0] if len(results) == 1 else f"[{', '.join(results)}]"
    if isinstance(known, Choice):
        answers = [_dated(one, _choices_of(kb, name)) for one in (*known.before, known)]
        return answers[0] if len(answers) == 1 else f"[{', '.join(answers)}]"
    if isinstance(known, Day):
        return dates.text(known.interval)
    return _records(kb, kb.findings[name], known)


def told(kb: KnowledgeBase, name: str, known: Known, cut_offs: Collection[Decimal] = ()) -> str:
    """The finding with what is known of it, for people: `25-OH vitamin D 28 nmol/L`."""
    asked = kb.findings.get(name) or kb.quantities.get(name)
    label = (asked.label if asked is not None else "") or name
    if isinstance(known, Gap):
        return f"{label} {known.value}"
    if isinstance(known, Number):
        return f"{label} {_number_told(known, _unit(kb, name), cut_offs)}"
    if isinstance(known, Choice):
        choices = _choices_of(kb, name)
        before = [_dated_told(one, choices) for one in reversed(known.before)]
        return f"{label} {_dated_told(known, choices)}" + (f"; before: {', '.join(before)}" if before else "")
    if isinstance(known, Day):
        return f"{label} {_day_told(known.interval)}"
    return f"{label} {_records_told(kb, kb.findings[name], known, cut_offs)}"


def quoted(text: str) -> str:
    """The text as one scalar of a file, in quotes where it would be misread without."""
    if _PLAIN.fullmatch(text) and text.casefold() not in _MISREAD:
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(character if character.isprintable() else " " for character in escaped) + '"'


def _unit(kb: KnowledgeBase, name: str) -> str:
    """The unit of a finding or quantity."""
    asked = kb.findings.get(name) or kb.quantities.get(name)
    return asked.unit if asked is not None else ""


def _choices_of(kb: KnowledgeBase, name: str) -> ChoiceSet | None:
    finding = kb.findings.get(name)
    return kb.choices.get(finding.choices) if finding is not None else None


# --- as an answer -----------------------------------------------------------------------------------------------------


def _measurement(kb: KnowledgeBase, name: str, result: Measurement) -> str:
    value = _word(result) if result.word is not None else _amount(kb, name, result.interval)
    if result.range is None and result.date is None:
        return value
    parts = [f"value: {quoted(value)}"]
    if result.range is not None:
        parts.append(f"range: {quoted(_amount(kb, name, result.range))}")
    if result.date is not None:
        parts.append(f"date: {quoted(dates.text(result.date))}")
    return f"{{{', '.join(parts)}}}"


def _amount(kb: KnowledgeBase, name: str, numbers: Interval) -> str:
    """The number in the finding's unit; in another one where only that takes few digits (65 pg/mL of PTH)."""
    asked = kb.findings.get(name) or kb.quantities.get(name)
    if asked is None or not asked.unit or (isinstance(asked, Finding) and asked.bare_unit):
        return _with_unit(numbers, "")
    if any(len(end.as_tuple().digits) > _MANY_DIGITS for end in (numbers.low, numbers.high)):
        table = UnitTable.of(kb.units, kb.analytes)
        for unit in table.accepted(asked.unit, asked.analyte)[1:]:
            meant = table.convert_interval(numbers, asked.unit, unit, asked.analyte)
            short = meant and Interval(_rounded(meant.low), _rounded(meant.high), meant.low_open, meant.high_open)
            if short and table.convert_interval(short, unit, asked.unit, asked.analyte) == numbers:
                return _with_unit(short, unit)
    return _with_unit(numbers, asked.unit)


def _rounded(number: Decimal) -> Decimal:
    return number if number.is_infinite() else Context(prec=_MANY_DIGITS).plus(number)


def _word(result: Measurement) -> str:
    assert result.word is not None
    return f"persistently {result.word.value}" if result.persistent else result.word.value


def _with_unit(numbers: Interval, unit: str) -> str:
    return answers_numbers.with_unit(answers_numbers.span_text(numbers, show=False), unit)


def _dated(known: Choice, choices: ChoiceSet | None) -> str:
    value = _choice(known, choices)
    return value if known.date is None else f"{{value: {quoted(value)}, date: {quoted(dates.text(known.date))}}}"


def _choice(known: Choice, choices: ChoiceSet | None) -> str:
    if known.members == {"yes", "no"}:
        return UNKNOWN.value
    if choices is not None and len(known.members) > 1:
        for name, members in choices.classes.items():
            if members == known.members:
                return name
    order = list(choices.members) if choices is not None else []
    ranked = sorted(known.members, key=lambda member: (order.index(member) if member in order else -1, member))
    return " or ".join(ranked)


def _records(kb: KnowledgeBase, finding: Finding, known: Records) -> str:
    items = [_entry(kb, finding, entry) for entry in known.entries]
    items += [f"no {member}" for member in sorted(known.absent)]
    if not items:
        return "none" if known.complete else "[...]"
    return f"[{', '.join(items if known.complete else [*items, '...'])}]"


def _entry(kb: KnowledgeBase, finding: Finding, entry: Entry) -> str:
    fields = [
        (name, quoted(_field(kb, finding, entry, name, value)))
        for name, value in sorted(entry.fields.items(), key=lambda pair: _rank(finding, pair[0]))
    ]
    if len(fields) == 1 and fields[0][0] == finding.key:
        return fields[0][1]
    return f"{{{', '.join(f'{name}: {text}' for name, text in fields)}}}"


def _rank(finding: Finding, field: str) -> tuple[bool, int]:
    names = list(finding.fields)
    return (field != finding.key, names.index(field) if field in names else len(names))


def _field(kb: KnowledgeBase, finding: Finding, entry: Entry, name: str, known: Known) -> str:
    field = finding.fields.get(name)
    if isinstance(known, Gap) or field is None:
        return UNKNOWN.value
    if isinstance(known, Choice):
        return _choice(known, kb.choices.get(field.choices))
    if isinstance(known, Day):
        return dates.text(known.interval)
    if not isinstance(known, Number):
        return UNKNOWN.value
    if name == "every":
        return frequency_text(known.last.interval)
    numbers, unit = _in_usual_unit(kb, finding, entry, field, known.last.interval)
    return _with_unit(numbers, "" if field.bare_unit else unit)


def _in_usual_unit(
    kb: KnowledgeBase, finding: Finding, entry: Entry, field: FieldKind, numbers: Interval
) -> tuple[Interval, str]:
    """A dose of vitamin D in IU, as it is prescribed; all else in the field's own unit."""
    unit = field.unit or ("month" if field.type == "duration" else "")
    key = entry.fields.get(finding.key)
    choices = kb.choices.get(finding.fields[finding.key].choices)
    if not isinstance(key, Choice) or choices is None or field.type != "number" or not unit:
        return numbers, unit
    analytes = {choices.members[member].analyte for member in key.members if member in choices.members}
    analyte = kb.analytes.get(analytes.pop()) if len(analytes) == 1 else None
    if analyte is None:
        return numbers, unit
    *_, usual = analyte.factors
    table = UnitTable.of(kb.units, kb.analytes)
    converted = table.convert_interval(numbers, unit, usual, analyte.id)
    if converted is None or table.convert_interval(converted, usual, unit, analyte.id) != numbers:
        return numbers, unit
    return converted, usual


# --- for people -------------------------------------------------------------------------------------------------------


def _number_told(known: Number, unit: str, cut_offs: Collection[Decimal]) -> str:
    told = [_measurement_told(result, unit, cut_offs) for result in known.results]
    return told[0] if len(told) == 1 else f"{told[-1]}; before: {', '.join(reversed(told[:-1]))}"


def _measurement_told(result: Measurement, unit: str, cut_offs: Collection[Decimal]) -> str:
    if result.range is not None:
        ends = (result.range.low, result.range.high)
        cut_offs = [*cut_offs, *(end for end in ends if not end.is_infinite())]
    text = _word(result) if result.word is not None else _amount_told(result.interval, unit, cut_offs)
    extra = []
    if result.range is not None:
        extra.append(f"range {_amount_told(result.range, unit)}")
    if result.date is not None:
        extra.append(_day_told(result.date))
    return f"{text} ({', '.join(extra)})" if extra else text


def _amount_told(numbers: Interval, unit: str, cut_offs: Collection[Decimal] = ()) -> str:
    text = answers_numbers.span_text(numbers, cut_offs=cut_offs)
    return text if unit == "year" else answers_numbers.with_unit(text, unit)


def _dated_told(known: Choice, choices: ChoiceSet | None) -> str:
    text = _choice_told(known, choices)
    return text if known.date is None else f"{text} ({_day_told(known.date)})"


def _choice_told(known: Choice, choices: ChoiceSet | None) -> str:
    if known.members == {"yes", "no"}:
        return UNKNOWN.value
    return " or ".join(_together(choices, known.members))


def _together(choices: ChoiceSet | None, members: frozenset[str]) -> list[str]:
    """The members by their labels, whole classes of some size by the label of the class."""
    if choices is None:
        return sorted(members)
    left = set(members)
    told: list[str] = []
    for name, included in sorted(choices.classes.items(), key=lambda one: -len(one[1])):
        if len(included) >= _CLASS and included <= left:
            told.append(choices.class_labels.get(name) or name)
            left -= included
    told += [choices.members[member].label or member for member in choices.members if member in left]
    return told + sorted(left - choices.members.keys())


def _day_told(days: Interval) -> str:
    """A month that today cuts short is still told as that month."""
    if not days.low.is_infinite() and not days.high.is_infinite():
        first, last = (datetime.date.fromordinal(int(end)) for end in (days.low, days.high))
        if first.day == 1 and first < last and (first.year, first.month) == (last.year, last.month):
            return f"{first.year}-{first.month:02}"
        if (first.month, first.day) == (1, 1) and first.year == last.year and last.month > 1:
            return str(first.year)
    return dates.text(days)


def _records_told(kb: KnowledgeBase, finding: Finding, known: Records, cut_offs: Collection[Decimal]) -> str:
    told = [_entry_told(kb, finding, entry, cut_offs) for entry in known.entries]
    key = finding.fields.get(finding.key)
    choices = kb.choices.get(key.choices) if key is not None else None
    told += [f"no {label}" for label in _together(choices, known.absent)]
    if not told:
        return "none" if known.complete else "not asked yet"
    return ", ".join(told) + ("" if known.complete else LEFT_OPEN)


def _entry_told(kb: KnowledgeBase, finding: Finding, entry: Entry, cut_offs: Collection[Decimal]) -> str:
    key = entry.fields.get(finding.key)
    field = finding.fields.get(finding.key)
    choices = kb.choices.get(field.choices) if field is not None else None
    name = _choice_told(key, choices) if isinstance(key, Choice) else finding.label
    rest = ", ".join(_fields_told(kb, finding, entry, cut_offs))
    return f"{name} ({rest})" if rest else name


def _fields_told(kb: KnowledgeBase, finding: Finding, entry: Entry, cut_offs: Collection[Decimal]) -> Iterator[str]:
    for name in sorted(entry.fields, key=lambda field: _rank(finding, field)):
        field, known = finding.fields.get(name), entry.fields[name]
        if name == finding.key or field is None or isinstance(known, Gap):
            continue
        if isinstance(known, Day):
            text = _day_told(known.interval)
        elif isinstance(known, Choice):
            text = _choice_told(known, kb.choices.get(field.choices))
        elif isinstance(known, Number) and name != "every":
            text = _amount_told(*_in_usual_unit(kb, finding, entry, field, known.last.interval), cut_offs)
        else:
            text = _field(kb, finding, entry, name, known)
        yield f"{_opening(field, text)} {text}".strip()


def _opening(field: FieldKind, text: str) -> str:
    """The word that makes a field of an entry readable."""
    if field.id in ("dose", "daily_dose", "cause", "date") or " times a " in text:
        return ""
    if field.id == "started" and text.split()[0] in ("by", "since"):
        return "started"
    return _OPENINGS.get(field.id, field.label or field.id)
