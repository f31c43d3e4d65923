"""A typed line in one spelling: plain signs and quotes, and its words with their places."""

from __future__ import annotations

import functools
import re

from ..lookup import american

_SIGNS = str.maketrans(
    dict.fromkeys("−‐‑–—﹣－", "-")
    | dict.fromkeys("‘’′`´", "'")
    | dict.fromkeys("“”″", '"')
    | dict.fromkeys("\u00a0\u2009\u202f\u2007\t", " ")
    | {
        "×": "x",
        "≤": "<=",
        "≥": ">=",
        "≈": "~",
        "½": ".5",
        "¼": ".25",
        "µ": "u",
        "μ": "u",
        "•": ",",
        "²": "2",
        "³": "3",
        "♀": " F ",
        "♂": " M ",
    }
)
RUN = re.compile(r"[^\W_]+(?:'[^\W\d_]{1,2}(?![^\W_]))?|[#?%+&↑↓*=]")
"""A word, a number, or a sign that stands for a word."""
_BRITISH = re.compile(r"o?estr|coeli|ha?em|anaem|aemi|paed|oes|oed|rrhoe|foet|leuc|caes|gyna|agein|is|our|re|ys|sulph")


_PERCENT = re.compile(r"\b([mu]?g|gm|mcg)\s?%", re.I)
"""`8.4 mg%` is of a deciliter."""
_LAKH = re.compile(
    r"(\d{1,2}(?:\.\d{1,2})?)\s?(?:lakhs?|lacs?)\b(?:\s?(?:/|per)?\s?(?:cu\.?\s?mm|cumm|mm3|uL|mcL)\b)?", re.I
)
"""Cells as India counts them: a lakh in a microliter is a hundred times 10^9 in a liter."""
_THOUSANDS = re.compile(r"(?<![\d.])(\d{1,3})\s?[kK](?:\s?(?:IU|units?))?\b(?!\s?[+=])")
_VITAMIN_D = re.compile(r"\b(?:D3|D2|vit(?:amin)?\.?\s?D|(?:chole|ergo)?calciferol)", re.I)
"""Beside it `60K` is of international units."""


def _per_liter(match: re.Match[str]) -> str:
    return f"{float(match.group(1)) * 100:g} 10^9/L"


def plain(line: str) -> str:
    """The line with plain minus signs, quotes and blanks; control characters become blanks."""
    told = line.translate(_SIGNS)
    told = "".join(one if one.isprintable() or one == "\n" else " " for one in told)
    told = _PERCENT.sub(r"\1/dL", told) if "%" in told else told
    told = _LAKH.sub(_per_liter, told) if "la" in told.casefold() else told
    told = _THOUSANDS.sub(r"\g<1>000 IU", told) if _VITAMIN_D.search(told) else told
    return re.sub(r" {2,}", " ", told)


@functools.lru_cache(maxsize=20_000)
def folded_word(word: str) -> str:
    """A word as it is compared: small letters, American spelling, no possessive."""
    small = word.casefold().replace("'", "")
    return american(small) if _BRITISH.search(small) else small


def words_of(text: str) -> tuple[str, ...]:
    """The words of a name as they are compared."""
    return tuple(folded_word(found.group()) for found in RUN.finditer(plain(text)))


def singular(word: str) -> str:
    """A word without the ending of the plural, cut alike from names and from lines."""
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) and not word[-2].isdigit():
        return word[:-1]
    return word


def key_of(word: str) -> str:
    """What a word is looked up by."""
    if len(word) > 2 and word.endswith("s") and word[:-1].isupper():
        word = word[:-1]  # `PPIs`
    return singular(folded_word(word))
