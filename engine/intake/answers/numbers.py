"""Numbers as people give them: `28 nmol/L`, `< -2.5`, `60..70 kg`, `5 ft 4`, `14 units a week`, `persistently high`."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal

from ...values.interval import ANY, INFINITY, Interval, exactly, rounded
from ...values.patterns import lazily
from ...values.problems import Hint, Place, did_you_mean
from ...values.units import NUMBER, written
from ...values.value import Measurement, Word
from .sheet import Measured, Sheet, clipped, folded, refusal, spelled

_NUMBER = r"[-+]?(?:\d{1,18}(?:\.\d{1,40})?|\.\d{1,40})"
_AMOUNT = lazily(rf"(?P<number>{_NUMBER})(?![\d.,:])\s*(?P<unit>.*)")
_MIXED = lazily(
    r"(?P<first>\d{1,6}(?:\.\d+)?)\s*(?P<unit>[A-Za-z]+|'|\")\s*(?:and |, ?)?"
    r"(?P<second>\d{1,6}(?:\.\d+)?)\s*(?P<smaller>[A-Za-z]+|'|\"|'')?"
)
_SMALLER = {"ft": "in", "st": "lb", "m": "cm", "lb": "oz", "year": "month"}
_WORDS = {
    **dict.fromkeys(("high", "raised", "elevated", "increased", "above range", "above normal"), Word.HIGH),
    **dict.fromkeys(("low", "reduced", "decreased", "below range", "below normal"), Word.LOW),
    **dict.fromkeys(("normal", "within range", "in range", "within normal limits", "wnl"), Word.NORMAL),
}
_WORDS_OF_ANTIBODIES = {
    **_WORDS,
    **dict.fromkeys(("positive", "pos", "detected", "reactive"), Word.HIGH),
    **dict.fromkeys(("negative", "neg", "not detected", "non-reactive"), Word.NORMAL),
}
_CONFIRMED = lazily(r"(?:persistently|repeatedly|consistently) ")
_DEGREE = lazily(r"(?:slightly|mildly|moderately|markedly|very) ")
_BOUNDS = (
    (lazily(r"(?:<=|=<|at most |up to |no more than |not more than |max(?:imum)? )\s*"), "<="),
    (lazily(r"(?:>=|=>|at least |no less than |not less than |min(?:imum)? )\s*"), ">="),
    (lazily(r"(?:<|under |below |less than |lower than |fewer than )\s*"), "<"),
    (lazily(r"(?:>|over |above |more than |greater than |higher than )\s*"), ">"),
    (lazily(r"(?:=|exactly )\s*"), "="),
)
_AFTERWARDS = (
    (lazily(r"\s*(?:or more|or over|or above|or higher|or older|and over|and above|\+)$"), ">="),
    (lazily(r"\s*(?:or less|or under|or below|or lower|or younger|or fewer|and under)$"), "<="),
)
_ABOUT = lazily(r"(?:about|approx\w*\.?|around|circa|ca\.?|roughly|~|≈|almost|nearly)\s*(?=[\d.+-])")
_SPANS = (
    lazily(r"(?:between )(?P<low>.+?) and (?P<high>.+)"),
    lazily(r"(?:from )?(?P<low>[^.]*(?:\.\d+)?[^.]*?)\s*\.\.\s*(?P<high>.+)"),
    lazily(r"(?:from )?(?P<low>.+?) to (?P<high>.+)"),
    lazily(r"(?P<low>.*\d[^\d]*?)\s*–\s*(?P<high>.+)"),
    lazily(rf"(?P<low>{_NUMBER})(?:-|\s+-\s+)(?P<high>\d.*)"),
)
_COUNTED = {"a": "1", "an": "1", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6"} | {
    "seven": "7", "eight": "8", "nine": "9", "ten": "10", "twelve": "12", "half a": "0.5", "half an": "0.5"
}  # fmt: skip
_LONGEST_FIRST = sorted(_COUNTED.items(), key=lambda pair: -len(pair[0]))
_ALONE = {**_COUNTED, "once": "1", "twice": "2", "thrice": "3"}
"""A number by itself, where people count: how many falls?"""


def word_of(text: str, words_for: Mapping[str, Word]) -> tuple[Word, bool] | None:
    """`high`, `low` or `normal`, and whether it was confirmed on another occasion."""
    words = folded(text)
    confirmed = _CONFIRMED.match(words)
    if confirmed:
        words = words[confirmed.end() :]
    words = words[match.end() :] if (match := _DEGREE.match(words)) else words
    word = words_for.get(words)
    return (word, confirmed is not None) if word is not None else None


def result(sheet: Sheet, measured: Measured, text: str, place: Place) -> Measurement:
    """One result: a number, an interval, or a word. Raises Refused."""
    word = word_of(text, _WORDS_OF_ANTIBODIES if measured.antibody else _WORDS)
    if word is None:
        return Measurement(interval(sheet, measured, text, place))
    if not measured.ranged:
        what = f"{measured.label} has no reference range that '{clipped(text)}' could be read against"
        raise refusal("OL313", what, place, hint="give the number")
    return Measurement(ANY, word=word[0], persistent=word[1])


def interval(sheet: Sheet, measured: Measured, text: str, place: Place, *, believable: bool = True) -> Interval:
    """The number or interval that a text says, in the measured unit. Raises Refused.

    `believable`: hold it to what is plausible (a reference range is not).
    """
    words = re.sub(r"(?<![\d.])(?<![\d.] )(?:minus\s+|-\s+)(?=[\d.])", "-", spelled(text), flags=re.IGNORECASE)
    words = _without_noun(measured, words)
    words = _ALONE.get(folded(words), words) if measured.countable else words
    if measured.countable and folded(words) in ("none", "nil", "never", "no"):
        words = "0"
    if _ABOUT.match(words):
        bare = _ABOUT.sub("", words)
        hint = "write the number itself, or the range it lies in (60..70)"
        raise refusal("OL305", f"'{clipped(text)}' does not say how near to {clipped(bare)} it is", place, hint)
    found = _bounded(sheet, measured, words, place)
    return _believed(sheet, measured, found, text, place) if believable else found


def _without_noun(measured: Measured, words: str) -> str:
    """What is counted may be named behind its number: `two falls`, `no falls`."""
    number, _, noun = words.rpartition(" ")
    counted = folded(measured.label).partition(" ")[0]
    return number if measured.type.step and number and folded(noun) in (counted, counted.removesuffix("s")) else words


def _counted(words: str) -> str:
    """`a year` as `1 year`, `half a year` as `0.5 year`."""
    lower = words.casefold()
    for word, number in _LONGEST_FIRST:
        if lower.startswith(word + " "):
            return number + words[len(word) :]
    return words


def _bounded(sheet: Sheet, measured: Measured, words: str, place: Place) -> Interval:
    sign, rest = _bound(words)
    rest = _counted(rest)
    if sign == "":
        for span in _SPANS:
            match = span.fullmatch(words)
            if match and re.search(r"\d", match["low"]) and re.match(r"[\s\d.+\-<>=]", match["high"]):
                return _span(sheet, measured, match["low"], match["high"], place)
    number = _amount(sheet, measured, rest, place)
    if sign in ("<", "<="):
        return Interval(-INFINITY, number, True, sign == "<")
    if sign in (">", ">="):
        return Interval(number, INFINITY, sign == ">", True)
    return exactly(number)


def _bound(words: str) -> tuple[str, str]:
    for pattern, sign in _BOUNDS:
        match = pattern.match(words) or pattern.match(words.casefold())
        if match:
            return sign, words[match.end() :].strip()
    for pattern, sign in _AFTERWARDS:
        match = pattern.search(words.casefold())
        if match and match.start():
            return sign, words[: match.start()].strip()
    return "", words


def _span(sheet: Sheet, measured: Measured, low: str, high: str, place: Place) -> Interval:
    """A range; a unit after the second number serves both."""
    last = _AMOUNT.fullmatch(high.strip())
    if last and last["unit"] and re.fullmatch(_NUMBER, low.strip()):
        low = f"{low} {last['unit']}"
    first, second = (_amount(sheet, measured, end, place) for end in (low, high))
    if second < first < 0:  # `-2.5 to -3`, as scores below zero are told
        first, second = second, first
    if first > second:
        what = f"the range {clipped(low)}..{clipped(high)} ends before it starts"
        raise refusal("OL306", what, place, hint="write the smaller number first")
    return Interval(first, second)


def _amount(sheet: Sheet, measured: Measured, words: str, place: Place) -> Decimal:
    """A number with its unit, in the measured unit."""
    match = _AMOUNT.fullmatch(words)
    if match is None or re.match(r"[-+]?0\d|[-+]?[\d.]+e[-+]?\d", words, re.IGNORECASE):
        raise _unreadable(measured, words, place)
    number, unit = Decimal(match["number"]), written(match["unit"])
    if re.match(r"[\d.]+(?:[A-Za-zµμ%]|$)", unit):  # `1 200 mg` is not one of `200 mg`, nor `1 2` one of `2`
        raise _unreadable(measured, words, place)
    if not unit:
        return _bare(sheet, measured, number, words, place)
    converted = _converted(sheet, measured, number, unit)
    if converted is not None:
        return converted
    mixed = _mixed(sheet, measured, words)
    if mixed is not None:
        return mixed
    raise _wrong_unit(sheet, measured, words, match["unit"], unit, place)


def _converted(sheet: Sheet, measured: Measured, number: Decimal, unit: str) -> Decimal | None:
    if not measured.unit:  # a plain number: `{score}`; or what its analyte lists: `{T-score}`
        said = sheet.units.parse(unit, measured.analyte)
        taken = [sheet.units.parse(text, measured.analyte) for text in sheet.units.accepted("", measured.analyte)]
        return number if said is not None and said in (taken or [NUMBER]) else None
    return sheet.units.convert(number, unit, measured.unit, measured.analyte)


def _mixed(sheet: Sheet, measured: Measured, words: str) -> Decimal | None:
    """`5 ft 4 in`, `11 st 4`, `1 m 62`: the smaller unit may be left out."""
    match = _MIXED.fullmatch(words)
    if match is None:
        return None
    larger = next((unit for unit in _SMALLER if sheet.units.parse(unit) == sheet.units.parse(match["unit"])), None)
    smaller = match["smaller"] or _SMALLER.get(larger or "", "")
    smaller = '"' if smaller == "''" else smaller
    ratio = sheet.units.factor(match["unit"], smaller)
    first = _converted(sheet, measured, Decimal(match["first"]), match["unit"])
    second = _converted(sheet, measured, Decimal(match["second"]), smaller)
    if ratio is None or first is None or second is None or ratio <= Decimal(match["second"]):
        return None
    return first + second


def _bare(sheet: Sheet, measured: Measured, number: Decimal, words: str, place: Place) -> Decimal:
    """A number without a unit, where that is clear enough."""
    if _is_share(sheet, measured, number):
        hundred = with_unit(digits(number * 100), measured.unit)
        ways, said = [hundred], f"write {hundred}"
        if measured.plausible is None or measured.plausible.contains(exactly(number)):
            ways.append(with_unit(digits(number), measured.unit))
            said += f" if it is a share of 1, else {ways[1]}"
        hint = Hint(said, words, *ways)
        raise refusal("OL301", f"{measured.label}: is {clipped(words)} a share or a percentage?", place, hint=hint)
    if measured.bare_unit or (not number and measured.plausible is not None and measured.plausible.low == 0):
        return number
    accepted = sheet.units.accepted(measured.unit, measured.analyte)
    meant = {sheet.units.convert(number, unit, measured.unit, measured.analyte) for unit in accepted}
    if meant == {number}:
        return number  # there is but one unit to mean: an eGFR, a body mass index
    choices = list(_meanings(sheet, measured, number))
    what = f"{measured.label}: {clipped(words)} of what?"
    if len(choices) == 1:
        unit, _ = choices[0]
        others = (other for other in accepted if other != unit)
        if unit == measured.unit and all(sheet.units.factor(other, unit, measured.analyte) is None for other in others):
            return number  # the scales lie apart: 6.5 is no HbA1c in mmol/mol
        hint = Hint(f"write {clipped(words)} {choices[0][0]}", words, f"{words} {choices[0][0]}")
        raise refusal("OL301", what, place, hint=hint)
    units = [
        unit if meant == number else f"{unit} (would be {with_unit(shown(meant), measured.unit)})"
        for unit, meant in choices
    ]
    raise refusal("OL301", f"{what} {', '.join(units[:-1])}, or {units[-1]}", place)


def _is_share(sheet: Sheet, measured: Measured, number: Decimal) -> bool:
    """Whether a bare number, where a percentage is kept, may be a share of 1: 0.065 may be 6.5 %."""
    unit = sheet.units.parse(measured.unit) if measured.unit else None
    return unit is not None and unit.dimension == () and unit.ratio < 1 and 0 < abs(number) < 1


def _meanings(sheet: Sheet, measured: Measured, number: Decimal) -> Iterator[tuple[str, Decimal]]:
    """The units this number could be in, with what it would be; all of them where none is believable."""
    every = [
        (unit, meant)
        for unit in sheet.units.accepted(measured.unit, measured.analyte)
        if (meant := sheet.units.convert(number, unit, measured.unit, measured.analyte)) is not None
    ]
    likely = [
        (unit, meant)
        for unit, meant in every
        if measured.plausible is None or measured.plausible.contains(exactly(meant))
    ]
    yield from (likely or every or [(measured.unit, number)])[:6]


def _wrong_unit(sheet: Sheet, measured: Measured, words: str, given: str, unit: str, place: Place) -> Exception:
    takes = sheet.units.accepted(measured.unit, measured.analyte)
    plain = ("a number without a unit",) if not measured.unit else ()
    hint = f"it takes {listed((*plain, *takes))}"
    parsed = sheet.units.parse(unit)
    if parsed is None and not re.match(r"[A-Za-z%'\"µμ]", unit):
        return _unreadable(measured, words, place)
    if parsed is None:
        meant = did_you_mean(unit, (*takes, *sheet.units.known()))
        what = f"{measured.label}: the unit '{clipped(given)}' is not known"
        return refusal("OL302", what, place, hint=f"{meant} {hint}".strip())
    ways = [words.replace(given, one) for one in takes] if words.count(given) == 1 else []
    return refusal(
        "OL302", f"{measured.label} is not measured in {clipped(given)}", place, hint=Hint(hint, words, *ways)
    )


def _unreadable(measured: Measured, words: str, place: Place) -> Exception:
    """Why this is no number, as far as can be told."""
    comma = re.search(r"\d,\d", words)
    if comma:
        dotted, joined = clipped(words.replace(",", ".")), clipped(words.replace(",", ""))
        thousands = re.search(r"\d,\d{3}(?!\d)", words)
        hint = f"write {joined} if the comma parts thousands, else {dotted}" if thousands else f"write {dotted}"
        return refusal("OL304", f"a comma in the number '{clipped(words)}'", place, hint=hint)
    if re.match(r"[-+]?\d+(?:\.\d+)?e[-+]?\d+", words, re.IGNORECASE):
        return refusal("OL304", f"'{clipped(words)}' is written with an exponent", place, hint="write the digits out")
    if re.match(r"[-+]?0\d", words):
        return refusal("OL304", f"'{clipped(words)}' starts with a zero", place, hint="leave the zero out")
    given = f"'{clipped(words)}' is no number" if words else "nothing is given"
    example = with_unit("12", measured.unit) if measured.unit and not measured.bare_unit else "a number"
    if measured.type.step:
        hint = "write how many (3), none, a range (2..3), a bound (>= 2), or 'not measured'"
        return refusal("OL300", f"{measured.label}: {given}", place, hint=hint)
    words_too = ", high, low or normal" if measured.ranged else ""
    words_too = words_too.replace(" or ", ", ") + ", positive or negative" if measured.antibody else words_too
    hint = f"write {example}{words_too}, a range (20..30), a bound (< 30), or 'not measured'"
    return refusal("OL300", f"{measured.label}: {given}", place, hint=hint)


def _believed(sheet: Sheet, measured: Measured, said: Interval, text: str, place: Place) -> Interval:
    """What can be of what was said; refused is what nobody can have. An open end says no more than its number."""
    possible = measured.possible
    if not all(possible.is_stepped(end) for end in (said.low, said.high) if not end.is_infinite()):
        raise _in_parts(measured, said, text, place)
    limits, found = possible.limits, possible.narrowed(said) or said
    ends = [end for end in (found.low, found.high) if not end.is_infinite()]
    if limits is None or all(limits.low <= end <= limits.high for end in ends):
        return found
    hint = "check the number and its unit"
    believable = list(_believable(sheet, measured, text))
    if believable:
        hint += f"; {' or '.join(believable)} would be plausible"
    given = clipped(text)
    exact = found.exact
    if exact is not None and measured.unit and shown(exact) not in given:
        given += f" ({with_unit(shown(exact), measured.unit)})"
    span = with_unit(span_text(limits), measured.unit)
    what = f"{measured.label} {given} is outside what is plausible, {span}"
    raise refusal("OL303", what, place, hint=hint)


def _in_parts(measured: Measured, said: Interval, text: str, place: Place) -> Exception:
    """Why a part of what is counted is none: half a fall."""
    what, hint = f"{measured.label}: {clipped(text)} is no whole number, and they are counted", "write a whole number"
    if said.exact is not None:
        low, high = (digits(measured.possible.settled(said.exact, up)) for up in (False, True))
        ways = (low, high, f"{low}..{high}")
        hint = Hint(f"write {low} or {high}, or {ways[-1]} where it may be either", text, *ways)
    return refusal("OL303", what, place, hint=hint)


def _believable(sheet: Sheet, measured: Measured, text: str) -> Iterator[str]:
    """The number that was written, in the units in which somebody can have it; a share of 1 as a percentage."""
    match = _AMOUNT.fullmatch(spelled(text))
    if match is None or measured.plausible is None or not measured.unit:
        return
    number = Decimal(match["number"])
    given = sheet.units.parse(written(match["unit"]) or measured.unit, measured.analyte)
    for unit in sheet.units.accepted(measured.unit, measured.analyte):
        meant = sheet.units.convert(number, unit, measured.unit, measured.analyte)
        other = sheet.units.parse(unit, measured.analyte) != given
        if other and meant is not None and measured.plausible.contains(exactly(meant)):
            yield with_unit(digits(number), unit)
    if _is_share(sheet, measured, number) and measured.plausible.contains(exactly(number * 100)):
        yield with_unit(digits(number * 100), measured.unit)


def listed(items: tuple[str, ...]) -> str:
    """`a, b or c`."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} or {items[-1]}"


def shown(number: Decimal, cut_offs: Collection[Decimal] = ()) -> str:
    """A number for people: four digits that count, or as many more as keep it on its side of each cut-off."""
    if not number:
        return "0"
    places = max(0, 3 - number.adjusted())
    return digits(rounded(number, places, cut_offs)) if number.adjusted() < 20 else str(number)


def digits(number: Decimal) -> str:
    """All digits of a number, without an exponent or zeros at the end."""
    return f"{number.normalize():f}" if number else "0"


def with_unit(number: str, unit: str) -> str:
    """The number with its unit; of times, so many of them: `8 months`."""
    if unit in ("day", "week", "month", "year") and number != "1":
        unit += "s"
    return f"{number} {unit}" if unit else number


def span_text(numbers: Interval, show: bool = True, cut_offs: Collection[Decimal] = ()) -> str:
    """`28`, `< -2.5`, `60..70`; all digits unless it is for people to read."""

    def text(number: Decimal) -> str:
        return shown(number, cut_offs) if show else digits(number)

    if numbers.low.is_infinite() and numbers.high.is_infinite():
        return "any"
    if numbers.exact is not None:
        return text(numbers.exact)
    if numbers.low.is_infinite():
        return f"{'<' if numbers.high_open else '<='} {text(numbers.high)}"
    if numbers.high.is_infinite():
        return f"{'>' if numbers.low_open else '>='} {text(numbers.low)}"
    return f"{text(numbers.low)}..{text(numbers.high)}"
