"""Whether questions leave the answer open, in words that are explained."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...knowledge_base.model import Entry
from ...values.problems import Level
from .check import Told, check
from .logic.words import folded
from .subject import Subject

LEADING = (
    *("don t you", "do you not", "doesn t", "didn t", "isn t", "aren t", "wasn t", "weren t", "haven t", "hasn t"),
    *("won t", "wouldn t", "shouldn t", "can t", "couldn t", "is it not", "are you not", "have you not", "surely"),
    *("of course", "you don t", "you do not", "you have no", "you haven t", "you are not", "you re not", "no problems"),
    *("there is no", "there are no", "there s no", "i assume", "i suppose", "presumably", "so you", "you would agree"),
    *("would you agree", "am i right", "obviously", "naturally", "no doubt"),
)
"""How a question opens that asks for a nod. Signs are read as spaces."""

TECHNICAL = (
    *("adynamic", "anabolic", "antiresorptive", "aromatase inhibitor", "atypical femoral fracture", "autosomal"),
    *("bence jones", "biopsy", "bisphosphonate", "ckd mbd", "cockcroft gault", "cortical", "crp", "ctx"),
    *("cushing syndrome", "dxa", "egfr", "electrophoresis", "endomysial", "enthesopathy", "epiphyses", "esr"),
    *("fanconi syndrome", "fgf23", "frax", "ggt", "glucocorticoid", "gnrh", "hba1c", "histomorphometry"),
    *("hypercalcemia", "hypercalciuria", "hypocalcemia", "hypogonadism", "hypophosphatasia", "hypophosphatemia"),
    *("immunoglobulins", "kyphosis", "light chains", "looser zones", "low trauma", "lytic", "malabsorption"),
    *("mineralization lag", "monoclonal", "nogg", "osteoblast", "osteoclast", "osteoid", "osteonecrosis", "p1np"),
    *("parathyroid", "perimenopausal", "postmenopausal", "premenopausal", "prednisolone", "pthrp", "resorption"),
    *("sarcopenia", "sclerotic", "shbg", "subtrochanteric", "t score", "tmp gfr", "trabecular bone score"),
    *("transglutaminase", "tryptase", "tsh", "vertebra", "z score"),
)
"""Words of the trade that people ask the meaning of. Signs are read as spaces."""

_PARENTHESES = re.compile(r"\([^)]*\)")
"""What stands in parentheses is explained by what stands before them: `none for a year (postmenopausal)`."""


def _questions(subject: Subject) -> Iterator[tuple[Entry, str]]:
    for kind in (subject.kb.findings, subject.kb.groups):
        for entry in kind.values():
            if entry.question:
                yield entry, entry.question


@check("OL541", Level.WARNING)
def leading_question(subject: Subject) -> Iterator[Told]:
    """A question opens in a way that asks for a nod.

    Avoid:
        question: You don't smoke, do you?
    Prefer:
        question: "Smoking: current, former or never?"
    Why:
        People answer what is expected of them, and the wrong answer goes into every conclusion.
    """
    for entry, question in _questions(subject):
        opening = next((form for form in LEADING if f"{folded(question)} ".startswith(f"{form} ")), None)
        if opening is not None:
            place = entry.places.get("question", entry.place)
            words = question.split()
            end = next(end for end in range(1, len(words) + 1) if folded(" ".join(words[:end])).startswith(opening))
            yield Told(
                f"the question opens with '{' '.join(words[:end])}'",
                place,
                "ask so that every answer is as easy to give",
            )


@check("OL542", Level.ADVICE)
def unexplained_word(subject: Subject) -> Iterator[Told]:
    """A question uses a word of the trade that the glossary does not explain.

    Avoid:
        question: Enthesopathy on the X-ray?       # and no entry 'enthesopathy' in knowledge/glossary.yaml
    Prefer:
        enthesopathy: Bone formed where tendons insert.
    Why:
        Who does not know the word guesses, or asks `help` and finds nothing.
    """
    explained = " | ".join(["", *(folded(word) for word in subject.kb.glossary), ""])
    for entry, question in _questions(subject):
        words = f" {folded(_PARENTHESES.sub(' ', question))} "
        helped = f" {folded(getattr(entry, 'help', ''))} "
        for term in TECHNICAL:
            used = f" {term} " in words or f" {term}s " in words
            if used and f" {term}" not in explained and f" {term}" not in helped:
                place = entry.places.get("question", entry.place)
                what = f"'{term}' stands in the question, and the glossary does not explain it"
                yield Told(what, place, "explain it in knowledge/glossary.yaml, or use a plain word")
