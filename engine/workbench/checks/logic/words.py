"""What a text says, as a bag of words: without the small ones, and without endings."""

from __future__ import annotations

import functools
import re

_WORD = re.compile(r"[^\W_]+")
_SMALL = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "been",
        "but",
        "by",
        "can",
        "do",
        "does",
        "for",
        "from",
        "had",
        "has",
        "have",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "may",
        "more",
        "most",
        "must",
        "no",
        "not",
        "of",
        "on",
        "one",
        "only",
        "or",
        "other",
        "should",
        "so",
        "such",
        "than",
        "that",
        "the",
        "their",
        "them",
        "then",
        "there",
        "these",
        "they",
        "this",
        "those",
        "to",
        "was",
        "were",
        "what",
        "when",
        "where",
        "which",
        "while",
        "who",
        "will",
        "with",
    ]
)
_SAME = {
    "renal": "kidney",
    "kidneys": "kidney",
    "hepatic": "liver",
    "oestrogen": "estrogen",
    "oesophageal": "esophageal",
    "coeliac": "celiac",
    "steroid": "glucocorticoid",
    "corticosteroid": "glucocorticoid",
    "fx": "fracture",
    "bmd": "density",
    "pth": "parathyroid_hormone",
    "alp": "alkaline_phosphatase",
    "dose": "dosage",
    "drug": "medicine",
    "medication": "medicine",
    "recent": "new",
}


@functools.cache
def stem(word: str) -> str:
    """A word in the singular, and in the spelling used here."""
    word = _SAME.get(word, word)
    if word.endswith("ies") and len(word) > 5:
        return word[:-3] + "y"
    if word.endswith("s") and not word.endswith(("ss", "is", "us")) and len(word) > 3:
        word = word[:-1]
    return _SAME.get(word, word)


def content(text: str) -> frozenset[str]:
    """The words of a text that carry its meaning."""
    found = [word for word in _WORD.findall(text.casefold()) if word not in _SMALL]
    return frozenset(stem(word) for word in found)


@functools.cache
def folded(text: str) -> str:
    """A text in small letters, its words parted by one space."""
    return " ".join(_WORD.findall(text.casefold()))
