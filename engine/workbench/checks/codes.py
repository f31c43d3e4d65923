"""Whether each code of a health record means one thing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from ...knowledge_base.model import CodeList
from ...values.problems import Level
from .check import Told, check
from .subject import Subject

_RESULTS = ("findings", "quantities")


@check("OL573", Level.ERROR)
def claimed_twice(subject: Subject) -> Iterator[Told]:
    """Two lists claim one code.

    Avoid:
        calcium: {loinc: [17861-6]}
        ionized_calcium: {loinc: [17861-6]}
    Prefer:
        calcium: {loinc: [17861-6]}
        ionized_calcium: {loinc: [1995-0]}
    Why:
        A result would count for whichever of them is found first.
    """
    taken: dict[tuple[str, str], list[CodeList]] = {}
    for codes in subject.kb.codes.values():
        for system, found in codes.by_system().items() if not codes.withdrawn else ():
            for code in found:
                others = taken.setdefault((system, code), [])
                other = next((one for one in others if _home(one) == _home(codes) or "" in (one.of, codes.of)), None)
                if other is not None:
                    what = f"{system} {code} is claimed by '{codes.id}' and by '{other.id}'"
                    at = codes.places.get(system, codes.place)
                    yield Told(what, at, "keep it where it belongs", other.place)
                others.append(codes)


def _home(codes: CodeList) -> str:
    """Where a code is looked for: a disease and a broken bone may share one, two results may not."""
    return "findings" if codes.of in _RESULTS else codes.of


@check("OL574", Level.WARNING)
def out_of_form(subject: Subject) -> Iterator[Told]:
    """A code that no code system gives in this form.

    Avoid:
        calcium: {loinc: [17861-7]}        # its last digit is a check digit: 6
    Prefer:
        calcium: {loinc: [17861-6]}
    Why:
        A slip of the finger would be found in no record, and nobody would notice.
    """
    for codes in subject.kb.codes.values():
        for system, found in codes.by_system().items():
            well_formed = FORMS.get(system)
            for code in found:
                if well_formed is not None and not well_formed(code):
                    told = f"'{code}' is no code of {system}"
                    yield Told(told, codes.places.get(system, codes.place), "look it up once more")


def _loinc(code: str) -> bool:
    """Digits with a check digit (mod 10, Luhn); that of an answer (`LA...`) is worked out in another way."""
    number, _, check_digit = code.removeprefix("LA").partition("-")
    if not (number.isdigit() and check_digit.isdigit() and len(check_digit) == 1):
        return False
    return code.startswith("LA") or _luhn(number) == int(check_digit)


def _luhn(number: str) -> int:
    doubled = [int(digit) * 2 if at % 2 == 0 else int(digit) for at, digit in enumerate(reversed(number))]
    return -sum(digit - 9 if digit > 9 else digit for digit in doubled) % 10


def _snomed(code: str) -> bool:
    """Six to eighteen digits, the last a check digit (Verhoeff, as SNOMED CT has it)."""
    if not (code.isdigit() and 6 <= len(code) <= 18):
        return False
    check_digit = 0
    for at, digit in enumerate(reversed(code)):
        check_digit = _TIMES[check_digit][_TURNED[at % 8][int(digit)]]
    return check_digit == 0


_TIMES = tuple(
    tuple(
        (one + other) % 5
        if one < 5 and other < 5
        else (one + other - 5) % 5 + 5
        if one < 5
        else (one - 5 - other) % 5 + 5
        if other < 5
        else (one - other) % 5
        for other in range(10)
    )
    for one in range(10)
)
"""Products of the symmetries of a pentagon: 0 to 4 turn it, 5 to 9 turn it over."""
_FIRST_TURN = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def _turned() -> tuple[tuple[int, ...], ...]:
    found = [tuple(range(10))]
    for _ in range(7):
        found.append(tuple(found[-1][_FIRST_TURN[digit]] for digit in range(10)))
    return tuple(found)


_TURNED = _turned()


def _icd10(code: str) -> bool:
    head, dot, tail = code.partition(".")
    return len(head) == 3 and head[0].isalpha() and head[1].isdigit() and (not dot or 1 <= len(tail) <= 4)


def _atc(code: str) -> bool:
    shape = "".join("A" if sign.isalpha() else "9" if sign.isdigit() else "?" for sign in code)
    return shape in ("A", "A99", "A99A", "A99AA", "A99AA99")


FORMS: Mapping[str, Callable[[str], bool]] = {
    "loinc": _loinc,
    "snomed": _snomed,
    "icd10": _icd10,
    "rxnorm": str.isdigit,
    "atc": _atc,
}
"""By code system, whether a code has its form."""
