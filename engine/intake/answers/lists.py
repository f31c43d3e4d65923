"""Lists as people give them: medicines, fractures, conditions, symptoms, each entry a word or what is known of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...knowledge_base.files.nodes import ListNode, MapNode, Node, Text, describe
from ...knowledge_base.model import FieldKind, Finding
from ...values.patterns import lazily
from ...values.problems import Place, Problem, Refused, did_you_mean
from ...values.value import UNKNOWN, Choice, Day, Entry, Known, Measurement, Number, Records
from . import choices as answers_choices
from . import dates, numbers, strengths
from .sheet import NOTHING, Sheet, clipped, folded, gap_of, refusal, spelled

_OPEN = frozenset({"...", ".."})
_EXCEPT = lazily(r"(?:no|not|without)\s+(?P<member>.+)", re.IGNORECASE)
_GOES_ON = lazily(r"(?:since|from|started|until|till|stopped|ended|last|for|at|every|once|twice)\b|\d", re.IGNORECASE)
"""What a part of a text begins with that belongs to the entry before it: `denosumab 60 mg, last given 2026-03`."""
_AFTER = lazily(
    r"^(?:(?:after|from|due to|because of|caused by|by|in|on|when|while|with|she|he|i|was|had|a|an|the)\s+)+",
    re.IGNORECASE,
)
_OPENINGS = (
    r"(?:since|from|started|until|till|stopped|ended|last|for|at|aged|in|after|due to|by|while|when|slipping|tripping"
    r"|falling)"
)
_TAILS = (
    (lazily(r"(?:since|from|started(?: in)?)\s+(?P<said>.+)", re.IGNORECASE), "started"),
    (lazily(r"(?:until|till|stopped(?: in)?|ended(?: in)?)\s+(?P<said>.+)", re.IGNORECASE), "stopped"),
    (
        lazily(r"(?:last(?: given| dose| infusion| injection)?(?: on| in| was)?)\s+(?P<said>.+)", re.IGNORECASE),
        "last_given",
    ),
    (lazily(r"for\s+(?P<said>.+)", re.IGNORECASE), "duration"),
    (lazily(r"(?:at(?: age)?|aged)\s+(?P<said>\d.*)", re.IGNORECASE), "age_at"),
    (
        lazily(
            r"(?:diagnosed )?(?:in|on|since)?\s*\(?(?P<said>\d{4}(?:-\d.*?)?|\S.* ago|(?:last|this) (?:year|month)"
            r"|[a-z]{3,9}\.? \d{4}|\d{1,2}(?:st|nd|rd|th)? [a-z]{3,9}\.? \d{4}"
            r"|(?:the )?(?:early |mid |late )?\d{3}0'?s)\)?",
            re.IGNORECASE,
        ),
        "date",
    ),
    (lazily(r"(?P<said>[\d<>=].*)"), "dose"),
)


def records(sheet: Sheet, finding: Finding, raw: Node) -> tuple[Known | None, list[Problem]]:
    """The list that was given, and everything wrong with its entries."""
    if isinstance(raw, Text):
        words = spelled(raw.value)
        gap = gap_of(words)
        if gap is not None:
            return gap, []
        if folded(words) in NOTHING:
            return Records(), []
        items: tuple[Node, ...] = tuple(_split(sheet, finding, raw, words))
    else:
        items = raw.items if isinstance(raw, ListNode) else (raw,)
    return _gathered(sheet, finding, items, raw.place)


def _split(sheet: Sheet, finding: Finding, raw: Text, words: str) -> Iterator[Text]:
    """The entries of a text: `prednisolone 7.5 mg, omeprazole and ...`."""
    choices = finding.fields[finding.key].choices
    if answers_choices.meant(sheet, choices, words) is not None:
        yield Text(words, raw.place)
        return
    parts: list[str] = []
    for part in re.split(r"\s*(?:(?<!\d),|,(?!\d)|;)\s*(?:and\s+)?|\s+and\s+", words.strip("[] ")):
        if parts and _GOES_ON.match(part):
            parts[-1] += f" {part}"
        elif part:
            parts.append(part)
    yield from (Text(part, raw.place) for part in parts)


def _gathered(
    sheet: Sheet, finding: Finding, items: tuple[Node, ...], place: Place
) -> tuple[Known | None, list[Problem]]:
    entries: list[Entry] = []
    absent: frozenset[str] = frozenset()
    problems: list[Problem] = []
    complete = True
    for index, item in enumerate(items):
        text = folded(item.value) if isinstance(item, Text) else ""
        try:
            if text in _OPEN:
                if index < len(items) - 1:
                    what = f"{finding.label}: '...' (there may be more) stands before the end of the list"
                    raise refusal("OL315", what, item.place, hint="write it last")
                complete = False
            elif text in NOTHING and isinstance(item, Text) and not item.style:
                if len(items) > 1:
                    what = f"{finding.label}: '{clipped(text)}' in a list that has other entries"
                    raise refusal("OL315", what, item.place, hint="write either the entries or none")
            elif isinstance(item, Text) and (excluded := _absent(sheet, finding, item)):
                absent |= excluded
            else:
                entries.append(_entry(sheet, finding, item))
        except Refused as refused:
            problems.extend(strengths.hinted(finding, refused.problems))
    if problems:
        return None, problems
    both = {
        member for entry in entries for member in _meant(entry, finding.key) if _meant(entry, finding.key) <= absent
    }
    if both:
        what = f"{finding.label}: '{sorted(both)[0]}' is both in the list and ruled out"
        return None, [Problem("OL315", what, place, hint="keep one")]
    return Records(tuple(entries), complete, absent), []


def _meant(entry: Entry, key: str) -> frozenset[str]:
    """The members that an entry may be."""
    known = entry.fields.get(key)
    return known.members if isinstance(known, Choice) else frozenset()


def _absent(sheet: Sheet, finding: Finding, item: Text) -> frozenset[str] | None:
    """The members that `no omeprazole` rules out."""
    match = _EXCEPT.fullmatch(spelled(item.value))
    choices = finding.fields[finding.key].choices
    if match is None or folded(item.value) in sheet.spelled(choices).members:
        return None
    return answers_choices.meant(sheet, choices, match["member"])


def _entry(sheet: Sheet, finding: Finding, item: Node) -> Entry:
    if isinstance(item, Text):
        return _short(sheet, finding, item)
    if isinstance(item, MapNode):
        return _long(sheet, finding, item)
    what = f"{finding.label}: an entry is {describe(item)}"
    raise refusal("OL315", what, item.place, hint=f"write a name, or {{{finding.key}: ..., ...}}")


def _short(sheet: Sheet, finding: Finding, item: Text) -> Entry:
    """`prednisolone`, `alendronate 70 mg weekly`, `hip 2019`: the name, and what follows it."""
    key = finding.fields[finding.key]
    words = spelled(item.value)
    if not words:
        raise refusal("OL315", f"{finding.label}: an empty entry", item.place, hint="leave it out")
    whole = answers_choices.meant(sheet, key.choices, words)
    if whole is not None:
        return Entry({finding.key: Choice(whole)})
    if " or " in words:
        return Entry({finding.key: answers_choices.choice(sheet, finding.label, key.choices, words, item.place)})
    for cut in sorted((match.start() for match in re.finditer(r"\s", words)), reverse=True):
        name = strengths.with_strength(sheet, key.choices, words[:cut], words[cut:], item.place)
        named = answers_choices.meant(sheet, key.choices, name)
        if named is not None:
            fields: dict[str, Known] = {finding.key: Choice(named)}
            _tails(sheet, finding, words[cut:].strip(), item.place, fields)
            return _sound(sheet, finding, fields, item.place)
    return Entry({finding.key: answers_choices.choice(sheet, finding.label, key.choices, words, item.place)})


def _tails(sheet: Sheet, finding: Finding, words: str, place: Place, fields: dict[str, Known]) -> None:
    """What follows a name, one part after another: `7.5 mg daily since 2026-03`."""
    verbs = "".join(f"(?<!{verb})" for verb in ("started", "stopped", "ended", "last", "given"))
    opening = rf"{verbs}\s+(?={_OPENINGS}\b)"
    for part in (said.strip(" ,;") for said in re.split(opening, words, flags=re.IGNORECASE)):
        lasting = part[:1].isdigit()  # `alendronate 5 years` is no dose every five years
        if "every" in finding.fields and not lasting and dates.frequency(sheet, part) is not None:
            _fill(sheet, finding, finding.fields["every"], Text(part, place), fields)
            continue
        for pattern, name in _TAILS:
            match = pattern.fullmatch(part)
            if match and name in finding.fields:
                _fill(sheet, finding, finding.fields[name], Text(match["said"], place), fields)
                break
        else:
            if _chosen(sheet, finding, part, place, fields):
                continue
            hint = f"write {{{finding.key}: ..., ...}} with {', '.join(finding.fields)}"
            raise refusal("OL315", f"{finding.label}: '{clipped(part)}' was not understood", place, hint=hint)


def _chosen(sheet: Sheet, finding: Finding, part: str, place: Place, fields: dict[str, Known]) -> bool:
    """Fill the field that a part answers by a word of its own, as a cause does: `after a fall`, and what follows it."""
    words = _AFTER.sub("", part).split()
    for field in finding.fields.values():
        if field.type != "choice" or field.broader or field.id == finding.key or field.id in fields:
            continue
        for cut in range(len(words), 0, -1):
            if answers_choices.named(sheet, field.choices, " ".join(words[:cut])) is not None:
                _fill(sheet, finding, field, Text(" ".join(words[:cut]), place), fields)
                if cut < len(words):
                    _tails(sheet, finding, " ".join(words[cut:]), place, fields)
                return True
    return False


def _long(sheet: Sheet, finding: Finding, item: MapNode) -> Entry:
    """`{name: prednisolone, dose: 7.5 mg}`, the key field first, for it decides the units of the others."""
    by_name = {folded(name): field for field in finding.fields.values() for name in (field.label, field.id)}
    given: list[tuple[FieldKind, Node]] = []
    problems: list[Problem] = []
    for key, value in item.pairs:
        field = by_name.get(folded(key.value))
        if field is None:
            hint = did_you_mean(key.value, finding.fields) or f"an entry has {', '.join(finding.fields)}"
            what = f"{finding.label}: an entry has no '{clipped(key.value)}'"
            problems.append(Problem("OL316", what, key.place, hint=hint))
        elif field in [known for known, _ in given]:
            problems.append(Problem("OL103", f"'{field.id}' is given twice", key.place, hint="keep one"))
        else:
            given.append((field, value))
    given = strengths.settled(sheet, finding, given, item.place)
    if finding.key not in [field.id for field, _ in given]:
        what = f"{finding.label}: an entry without its {finding.key}"
        problems.append(Problem("OL315", what, item.place, hint=f"write {{{finding.key}: ...}}"))
    fields: dict[str, Known] = {}
    for field, value in sorted(given, key=lambda pair: pair[0].id != finding.key):
        try:
            _fill(sheet, finding, field, value, fields)
        except Refused as refused:
            problems.extend(refused.problems)
    if problems:
        raise Refused(problems)
    return _sound(sheet, finding, fields, item.place)


def _fill(sheet: Sheet, finding: Finding, field: FieldKind, value: Node, fields: dict[str, Known]) -> None:
    """Read one field of an entry into `fields`; a dose may say how often, too."""
    label = f"{finding.label}, {field.label or field.id}"
    if not isinstance(value, Text):
        what = f"{label}: {describe(value)} where one value belongs"
        raise refusal("OL316", what, value.place, hint="write one value; an interval is 60..70")
    gap = gap_of(value.value)
    if gap is not None:
        fields[field.id] = UNKNOWN
    elif not spelled(value.value):
        raise refusal("OL316", f"{label}: nothing is given", value.place, hint="give it, or leave it out")
    elif field.type == "choice":
        fields[field.id] = answers_choices.choice(sheet, label, field.choices, value.value, value.place)
    elif field.type == "yes_no":
        fields[field.id] = answers_choices.yes_or_no(label, value.value, value.place)
    elif field.type == "date":
        _fill_date(sheet, field, label, value, fields)
    else:
        _fill_number(sheet, finding, field, label, value, fields)


def _fill_date(sheet: Sheet, field: FieldKind, label: str, value: Text, fields: dict[str, Known]) -> None:
    words = folded(value.value)
    if field.id == "stopped" and words in ("no", "false", "never", "still taking", "current", "ongoing"):
        return
    if words in ("yes", "true"):
        fields[field.id] = Day(dates.until_today(sheet, label, value.place))
    else:
        fields[field.id] = Day(dates.date(sheet, label, value.value, value.place))


def _fill_number(
    sheet: Sheet, finding: Finding, field: FieldKind, label: str, value: Text, fields: dict[str, Known]
) -> None:
    key = fields.get(finding.key)
    members = key.members if isinstance(key, Choice) else frozenset[str]()
    measured = sheet.measured_field(field, members, finding.fields[finding.key].choices)
    text = value.value
    if field.type == "duration":
        often = dates.frequency(sheet, text) if field.id == "every" else None
        found = often or dates.duration(sheet, measured, text, value.place)
        if field.id == "every" and found.low <= 0:
            what = f"{label}: {clipped(text)} from one to the next is no time"
            raise refusal("OL303", what, value.place, hint="write day, week, 6 months")
        _fill_once(fields, field.id, Number((Measurement(found),)), label, value)
        return
    if "every" in finding.fields and field.id == "dose":
        timed = dates.frequency_after(sheet, text)
        if timed is not None:
            text = timed[0]
            _fill_once(fields, "every", Number((Measurement(timed[1]),)), label, value)
    fields[field.id] = Number((Measurement(numbers.interval(sheet, measured, text, value.place)),))


def _fill_once(fields: dict[str, Known], name: str, known: Known, label: str, value: Text) -> None:
    """How often may be said with the dose, or by itself; not both ways and differently."""
    if fields.setdefault(name, known) != known:
        raise refusal("OL316", f"{label}: how often is given twice, differently", value.place, hint="keep one")


def _sound(sheet: Sheet, finding: Finding, fields: dict[str, Known], place: Place) -> Entry:
    """Hold the fields of an entry to one another."""
    started, stopped, last = (fields.get(name) for name in ("started", "stopped", "last_given"))
    for later, name in ((stopped, "stopped"), (last, "last given")):
        if isinstance(started, Day) and isinstance(later, Day) and started.interval.low > later.interval.high:
            raise refusal("OL317", f"{finding.label}: {name} before it was started", place, hint="check both dates")
    if isinstance(stopped, Day) and isinstance(last, Day) and last.interval.low > stopped.interval.high:
        raise refusal("OL317", f"{finding.label}: last given after it was stopped", place, hint="check both dates")
    ordered = {name: fields[name] for name in finding.fields if name in fields}
    return Entry(ordered)
