"""Common mistakes in premises, each with the form that is right."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Callable, Iterator

from ..values.frozen import ordered
from ..values.problems import Hint

MAX_LENGTH = 4_000


@ordered
class Mistake:
    """Something wrong with the writing at an offset of the text."""

    code: str
    start: int
    what: str
    hint: str = ""


_Slip = tuple[str, str, str, str]
"""A pattern, a code, what is wrong, what to write instead; `{0}`, `{1}` are the match and its groups."""

_NAME = r"([A-Za-z_]\w*)"
_END = r"(?!\w)"

_UNQUOTED = "names and labels are written without quotes"
_OPENED = "write `(`; labels are joined as in `(hip or vertebra)`"
_WRITTEN = {_UNQUOTED: "", _OPENED: "("}
"""What is written instead, where the hint says more than that."""

_FOREIGN: tuple[_Slip, ...] = (
    ("[“”„‟‘’‚‛\"'`«»]", "OL201", "a quotation mark: {0}", _UNQUOTED),
    ("!==|===?", "OL202", "`{0}` is not an operator here", "write `=` between numbers, `is` before a label"),
    ("=>", "OL202", "`=>` is not an operator here", "write `>=`"),
    ("=<", "OL202", "`=<` is not an operator here", "write `<=`"),
    ("<>|=!|≠", "OL202", "`{0}` is not an operator here", "write `!=` between numbers, `is not` before a label"),
    ("&&?", "OL202", "`{0}` is not an operator here", "write `and`"),
    (r"\|\|?", "OL202", "`{0}` is not an operator here", "write `or`"),
    ("!(?!=)|[¬~]", "OL202", "`{0}` is not an operator here", "write `not`"),
    ("≥|≧|⩾", "OL202", "`{0}` is not an operator here", "write `>=`"),
    ("≤|≦|⩽", "OL202", "`{0}` is not an operator here", "write `<=`"),
    ("[−–—‐‑]", "OL201", "`{0}` is a dash, not a minus sign", "write `-`, or `..` in a range"),
    ("…", "OL201", "`…` is one character, not a range", "write `..`"),
    (r"\.{3,}", "OL201", "`{0}` has too many dots", "a range is written with two, as in `100..300 mg/day`"),
    ("[×⋅·∙]", "OL201", "`{0}` is not an operator here", "write `*`, or `.` inside a unit"),
    ("÷", "OL201", "`÷` is not an operator here", "write `/`"),
    (r"\*\*", "OL201", "`**` is not an operator here", "write `x * x`"),
    (
        r"(?<![\w.,])(\d{1,3}),(\d{3})(?![\w,])",
        "OL201",
        "`{0}` has a comma",
        "write `{1}{2}` if it parts thousands, `{1}.{2}` if it is a decimal comma",
    ),
    (
        r"(?<![\w.])(\d+),(\d+)(?![\w,])",
        "OL201",
        "`{0}` has a decimal comma",
        "write `{1}.{2}`; two arguments: `{1}, {2}`",
    ),
    (
        r"(?<![\w.^])\d+(?:\.\d+)?[eE][+-]?\d+(?!\w)",
        "OL201",
        "`{0}` is not how a number is written",
        "write it out, as in `1000`",
    ),
    (r"(?<![\w.)])\.(\d+)", "OL201", "`{0}` begins with a dot", "write `0.{1}`"),
    (r"(?<![\w.])(\d+)\.(?![\d.])", "OL201", "`{0}` ends with a dot", "write `{1}`"),
    (r"[\[{]", "OL201", "`{0}` has no meaning here", _OPENED),
    (r"[\]}]", "OL201", "`{0}` has no meaning here", "write `)`"),
    (
        ":",
        "OL201",
        "`:` has no meaning here",
        "`all:`, `any:`, `not:` and `at least N of:` are keys of their own, a premise a line",
    ),
    (";", "OL201", "`;` has no meaning here", "join conditions by `and` or `or`"),
)

_ORDER_WORDS = {
    "above": ">",
    "over": ">",
    "more than": ">",
    "greater than": ">",
    "higher than": ">",
    "older than": ">",
    "longer than": ">",
    "at least": ">=",
    "below": "<",
    "under": "<",
    "less than": "<",
    "lower than": "<",
    "younger than": "<",
    "shorter than": "<",
    "at most": "<=",
    "up to": "<=",
    "equal to": "=",
    "equals": "=",
}
_ORDERS = "|".join(word.replace(" ", r"\s+") for word in sorted(_ORDER_WORDS, key=len, reverse=True))
_NUMBER = r"(-?\s*\d+(?:\.\d+)?)"


def _order(match: re.Match[str]) -> str:
    operator = _ORDER_WORDS[" ".join(match[2].split())]
    return f"write `{match[1]} {operator} ...`"


_MISREAD: tuple[tuple[str, str, str, str | Callable[[re.Match[str]], str]], ...] = (
    (
        r"(?:(?<![\d ])|(?<!\d)(?<= ))\b(AND|OR|NOT|IS|HAS|ANY|NO|WHERE|IN|OF|And|Or|Not|Is|Has|Any|No|Where|In|Of)\b",
        "OL201",
        "`{0}` is written in lower case",
        lambda match: f"write `{match[0].lower()}`",
    ),
    (
        rf"\b{_NAME}\s+is\s+(?:not\s+)?in{_END}",
        "OL202",
        "`is` and `in` do not go together",
        "write `{1} in low..high unit` for a number, `{1} is (a or b)` for labels",
    ),
    (rf"\b{_NAME}\s+not\s+in{_END}", "OL202", "`not in` is written in front", "write `not {1} in low..high unit`"),
    (
        rf"\b{_NAME}\s+(?:is\s+)?(?:not\s+)?between{_END}",
        "OL202",
        "`between` has no meaning here",
        "write `{1} in low..high unit`, both ends in",
    ),
    (rf"\b{_NAME}\s+is\s+(?:not\s+)?({_ORDERS}){_END}", "OL202", "`is {2}` is not how numbers are compared", _order),
    (
        rf"\b{_NAME}\s+()({_ORDERS})\s+{_NUMBER}",
        "OL202",
        "`{3}` is not how numbers are compared",
        lambda match: f"write `{match[1]} {_ORDER_WORDS[' '.join(match[3].split())]} {match[4]}`",
    ),
    (rf"\b{_NAME}\s+is\s+{_NUMBER}", "OL202", "`is` takes a label, not a number", "write `{1} = {2}`"),
    (rf"\b{_NAME}\s+is\s+not\s+{_NUMBER}", "OL202", "`is not` takes a label, not a number", "write `{1} != {2}`"),
    (
        rf"\b{_NAME}\s+is\s+(?:not\s+)?([<>=!]+)",
        "OL202",
        "`is` and `{2}` do not go together",
        "write `{1} {2} ...`",
    ),
    (
        rf"\b{_NAME}\s+is\s+(?:not\s+)?(?:no|any){_END}",
        "OL202",
        "`is` takes a label",
        lambda match: Hint(
            f"a yes/no finding or state stands alone: write `{match[1]}` or `not {match[1]}`",
            match[0],
            match[1],
            f"not {match[1]}",
        ),
    ),
    (
        rf"\b{_NAME}\s+has\s+(?:not|no|any){_END}",
        "OL202",
        "`not` stands in front of the condition",
        "write `not {1} has ...`",
    ),
    (
        rf"\b{_NAME}\s+has\s+{_NUMBER}",
        "OL202",
        "`has` takes a label, not a number",
        "write `at least {2} {1} where (...)`",
    ),
    (
        rf"\b{_NAME}\s+does\s+not\s+have{_END}",
        "OL202",
        "`does not have` has no meaning here",
        "write `not {1} has ...`",
    ),
    (
        rf"\b{_NAME}\s+(have|had|includes?|contains?)\s",
        "OL202",
        "`{2}` has no meaning here",
        "write `{1} has ...`",
    ),
    (
        r"\b(is|has)\s+(not\s+)?\((\w+(?:\s*,\s*\w+)+)\)",
        "OL201",
        "labels are joined by `or`",
        lambda match: f"write `{match[1]} {match[2] or ''}({' or '.join(re.split(r'[^A-Za-z0-9_]+', match[3]))})`",
    ),
    (
        rf"\b(is|has)\s+(not\s+)?(?:a|an|the)\s+{_NAME}",
        "OL202",
        "an article before a label",
        lambda match: f"write `{match[1]} {match[2] or ''}{match[3]}`",
    ),
    (
        r"\bwhere\s+(?!\()",
        "OL201",
        "`where` without parentheses",
        "write `where (...)`",
    ),
    (
        r"\b(?:at\s+least\s+\d+|any|all|none)\s+of\b",
        "OL201",
        "`{0}` is not written inside an expression",
        "as a list: `all:`, `any:` or `at least N of:`, a premise a line",
    ),
    (r"\bat\s+least\s+(one|two|three|four|five)\b", "OL201", "`{1}` is a word", "write the number in digits"),
    (r"\bat\s+most\b", "OL202", "`at most` has no form of its own", "write `not at least N ... where (...)`"),
    (
        r"\bon\s+(?!\d+\s+occasions?\b)",
        "OL201",
        "`on` is written `on N occasions`",
        "as in `calcium is high on 2 occasions`",
    ),
    (
        r"\b(and|or)\s+([<>=!]=?)",
        "OL202",
        "`{0}` leaves out what is compared",
        "name it again, as in `x > 5 {1} x {2} ...`; for a range `x in low..high`",
    ),
    (
        rf"\b(and|or)\s+(is|has|in){_END}",
        "OL202",
        "`{0}` leaves out what is meant",
        "name it again, as in `x is a {1} x {2} ...`",
    ),
    (rf"\bin\s+{_NUMBER}\s*(?:-|to)\s*{_NUMBER}", "OL201", "a range is written with two dots", "write `in {1}..{2}`"),
    (
        rf"(\d+(?:\.\d+)?)\s*{_NAME}\s+per\s+{_NAME}",
        "OL201",
        "a unit is written without spaces",
        "write `{1} {2}/{3}`",
    ),
    (rf"\bsince\s+{_NAME}", "OL201", "`since` takes parentheses", "write `since({1})`"),
    (rf"\b(sum|count)\s+(?!of\b){_NAME}", "OL201", "`{1}` is followed by `of`", "write `{1} of ...`"),
    (
        rf"\b(lowest|highest)\s+of\s+{_NAME}\s*(?:$|(?=[<>=!)]))",
        "OL201",
        "`{1} of` is followed by `over` and a list",
        "write `{1}({2})` for a group, `{1} of ... over list where (...)` for a list",
    ),
    (
        rf"\b(if|then|else|unless|but|except|when){_END}",
        "OL201",
        "`{1}` has no meaning here",
        "join conditions by `and`, `or` and `not`",
    ),
    (r"(?<!10)\^", "OL201", "`^` is not an operator here", "write `x * x`"),
    (r"(?<![\w./^])\d+[_A-Za-z]*_\w*", "OL201", "a name begins with a letter: `{0}`", ""),
)


def _filled(pattern: str, match: re.Match[str]) -> str:
    return pattern.format(match[0].strip(), *(" ".join((group or "").split()) for group in match.groups()))


_WRITE = re.compile(
    r"write `([^`]+?)(?: \.\.\.)?`"
    r"(?:(?: or |, or | between numbers, | if it parts thousands, |; two arguments: )`([^`]+)`"
    r"(?: before a label| in a range| inside a unit| if it is a decimal comma)?)?"
)
"""A hint that gives in full what to write in place of what was written."""
_SCHEMATIC = re.compile(r"\.\.\.|\b(?:x|label|id|unit)\b|low\.\.high")


def advised(words: str, written: str) -> str:
    """The hint with the corrections of what was `written`, where it gives them in full and not their form alone."""
    whole = None if isinstance(words, Hint) else _WRITE.fullmatch(words)
    ways = [way for way in whole.groups() if way] if whole is not None else []
    if not ways or any(_SCHEMATIC.search(way) for way in ways):
        return words
    return Hint(words, written.rstrip(), *ways)


@functools.cache
def _suspect() -> re.Pattern[str]:
    """Anything foreign; compiled when a premise is read anew, which few starts do."""
    return re.compile("|".join(f"(?:{pattern})" for pattern, *_ in _FOREIGN) + r"|[^\sA-Za-z0-9()<>=!+\-*/.,%_µμ°²³^]")


def foreign(text: str) -> list[Mistake]:
    """Signs that no premise holds, and parentheses without their other half, in the order they stand."""
    if not _suspect().search(text) and text.count("(") == text.count(")"):
        return []  # nearly every text; `)(` is left to `misread`
    found: dict[int, Mistake] = {}
    taken: set[int] = set()
    for pattern, code, what, hint in _FOREIGN:
        for match in re.finditer(pattern, text):
            if match.start() not in taken:
                if hint in _WRITTEN:
                    advice: str = Hint(hint, match[0], _WRITTEN[hint])
                else:
                    advice = advised(_filled(hint, match), match[0])
                found[match.start()] = Mistake(code, match.start(), _filled(what, match), advice)
                taken.update(range(match.start(), match.end()))
    for index, character in enumerate(text):
        if index not in taken and not _allowed(character):
            found[index] = Mistake("OL201", index, f"the character {_shown(character)} has no meaning here")
    mistakes = [*found.values(), *_unmatched(text)]
    return sorted(mistakes, key=lambda mistake: mistake.start)[:20]


def _allowed(character: str) -> bool:
    return character.isspace() or character in "()<>=!+-*/.,%_µμ°²³^" or (character.isascii() and character.isalnum())


def _shown(character: str) -> str:
    name = unicodedata.name(character, f"U+{ord(character):04X}").lower()
    return f"`{character}` ({name})" if character.isprintable() else f"({name})"


def _unmatched(text: str) -> Iterator[Mistake]:
    opened: list[int] = []
    for index, character in enumerate(text):
        if character == "(":
            opened.append(index)
        elif character == ")":
            if opened:
                opened.pop()
            else:
                yield Mistake("OL201", index, "a `)` without its `(`", "delete it, or open the parenthesis before")
    for index in opened:
        yield Mistake("OL201", index, "a `(` that is never closed", "a `)` is missing")


def misread(text: str, stop: int) -> list[Mistake]:
    """The problems of a text that the parser could not read beyond `stop`; never empty."""
    found = sorted(_unmatched(text), key=lambda mistake: mistake.start)
    for pattern, code, what, hint in () if found else _MISREAD:
        match = re.search(pattern, text)
        if match is not None:
            advice = hint(match) if callable(hint) else _filled(hint, match)
            found.append(Mistake(code, match.start(), _filled(what, match), advised(advice, match[0])))
            break
    return found or [_stopped(text, stop)]


_WORD = re.compile(r"[A-Za-z_]\w*|\d+(?:\.\d+)?|\.\.|[<>!]=|\S")
_OPERAND_MISSING = {
    **dict.fromkeys(("and", "or", "not"), "a condition is missing after `{0}`"),
    **dict.fromkeys(("=", "!=", "<", "<=", ">", ">="), "a number is missing after `{0}`"),
    **dict.fromkeys(("+", "-", "*", "/"), "a number or name is missing after `{0}`"),
    **dict.fromkeys(("is", "has"), "a label is missing after `{0}`"),
    **dict.fromkeys(("any", "no", "over"), "the name of a list is missing after `{0}`"),
    "in": "a range is missing after `in`",
    "..": "the upper end of the range is missing after `..`",
    "where": "`where` is followed by a condition in parentheses",
    "(": "something is missing after `(`",
    ",": "an argument is missing after `,`",
    "of": "something is missing after `of`",
    "at": "`at` is written `at least N`",
    "least": "the number is missing after `at least`",
    "on": "`on` is written `on N occasions`",
}
_FORMS_AFTER = {
    "in": "as in `x in 100..300 mg/day`",
    "is": "as in `sex is female` or `site is (hip or vertebra)`",
    "has": "as in `medicines has bisphosphonate`",
    "any": "as in `any fractures where (site is hip)`",
    "no": "as in `no fractures where (site is hip)`",
    "where": "as in `where (site is hip)`",
}


def _stopped(text: str, stop: int) -> Mistake:
    """The plain case: what stands before the place where reading stopped, and what stands there."""
    before, after = _WORD.findall(text[:stop]), _WORD.match(text[stop:].lstrip())
    start = stop + len(text[stop:]) - len(text[stop:].lstrip()) if after else len(text.rstrip())
    last = before[-1] if before else ""
    if last in _OPERAND_MISSING:
        what = _OPERAND_MISSING[last].format(last)
        return Mistake("OL201", start, what + (f", before `{after[0]}`" if after else ""), _FORMS_AFTER.get(last, ""))
    if "in" in before and ".." not in before:
        return Mistake("OL201", start, "`in` takes a range", _FORMS_AFTER["in"])
    if after is None:
        return Mistake(
            "OL201",
            start,
            f"the end comes too soon after `{last}`",
            "a condition reads `x < 5 unit`, `x is label` or a name",
        )
    word = after[0]
    if not before:
        return Mistake("OL201", start, f"a premise cannot begin with `{word}`", "a condition begins with a name")
    if word == "..":
        return Mistake("OL201", start, "a range stands after `in`", "as in `x in 100..300 mg/day`")
    if word[0].isalnum() or word[0] == "_":
        return Mistake("OL201", start, f"between `{last}` and `{word}` an operator is missing", _joining(before, word))
    if word in ("=", "!=", "<", "<=", ">", ">="):
        return Mistake("OL202", start, f"a comparison cannot follow `{last}`", "join two comparisons by `and`")
    return Mistake("OL201", start, f"`{word}` cannot follow `{last}`", "")


def _joining(before: list[str], word: str) -> str:
    if word in ("is", "has", "in", "on", "of", "where", "any", "no", "at", "not"):
        return "join conditions by `and` or `or`"
    if before[-1] == "%" or "/" in before[-2:-1] or re.fullmatch(r"\d+(\.\d+)?", (before[-2:-1] or [""])[0]):
        return "units are written without spaces, as in `35 mL/min/1.73m2`"
    return f"names have no spaces (`{before[-1]}_{word}`?); conditions are joined by `and` or `or`"
