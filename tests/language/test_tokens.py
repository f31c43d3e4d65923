"""The words of a premise, read one by one: as the grammar has them, and what may come next where a text ends."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.knowledge_base.model import KnowledgeBase
from engine.knowledge_base.reading import readable
from engine.knowledge_base.store import cache
from engine.premises import grammar
from engine.premises.checking import tokens
from engine.premises.checking.names import VERBS
from engine.premises.checking.tokens import Awaited
from engine.premises.expression import Node
from engine.premises.grammar import (
    Call,
    Comparison,
    Entries,
    Gathering,
    Holding,
    Identity,
    Phrase,
    Word,
)
from engine.premises.statuses import WORDS
from engine.premises.vocabulary import Vocabulary
from engine.values.problems import Place

Found = tuple[int, str, str, str]


ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def shipped() -> KnowledgeBase:
    return cache.load(ROOT)


@pytest.fixture(scope="module")
def vocabulary(shipped: KnowledgeBase) -> Vocabulary:
    return readable.vocabulary(shipped)[0]


def words_of(phrase: Phrase, vocabulary: Vocabulary, row: str = "") -> Iterator[Found]:
    """The names, labels and fields of a phrase, by what the grammar says they are."""
    if isinstance(phrase, Word):
        yield named(phrase, vocabulary, row)
        return
    if isinstance(phrase, (Identity, Holding)):
        yield from words_of(phrase.subject, vocabulary, row)
        yield from (chosen(label, phrase.subject, vocabulary, row) for label in phrase.labels)
        return
    left, right = phrase.sides[:2] if isinstance(phrase, Comparison) else (None, None)
    if isinstance(left, Word) and isinstance(right, Word):
        signature = vocabulary.names.get(left.text)
        if signature is not None and signature.kind == "scale":
            yield named(left, vocabulary, row)
            yield (right.start, right.text, "level", left.text)
            return
    if isinstance(phrase, Entries):
        yield named(phrase.name, vocabulary, row)
        if phrase.where is not None:
            yield from words_of(phrase.where, vocabulary, phrase.name.text)
        return
    if isinstance(phrase, Gathering):
        if phrase.item is not None:
            yield from words_of(phrase.item, vocabulary, phrase.name.text)
        yield named(phrase.name, vocabulary, row)
        if phrase.where is not None:
            yield from words_of(phrase.where, vocabulary, phrase.name.text)
        return
    if isinstance(phrase, Call):
        verb = phrase.function.text
        for argument in phrase.arguments:
            if verb in (*VERBS, *WORDS) and isinstance(argument, Word):
                yield (argument.start, argument.text, "subject", verb)
            else:
                yield from words_of(argument, vocabulary, row)
        return
    for name in type(phrase).__dataclass_fields__:
        value = getattr(phrase, name)
        for part in value if isinstance(value, tuple) else (value,):
            if isinstance(part, Phrase):
                yield from words_of(part, vocabulary, row)


def named(word: Word, vocabulary: Vocabulary, row: str) -> Found:
    if row and word.text in vocabulary.names[row].fields:
        return (word.start, word.text, "field", row)
    if word.text in vocabulary.names or word.text not in {*vocabulary.numbers, *vocabulary.groups}:
        return (word.start, word.text, "name", "")
    if word.text in vocabulary.numbers:
        return (word.start, word.text, "carried", row)
    return (word.start, word.text, "group", "")


def chosen(label: Word, subject: Phrase, vocabulary: Vocabulary, row: str) -> Found:
    if isinstance(subject, Call):
        return (label.start, label.text, "word", subject.function.text)
    assert isinstance(subject, Word)
    role, owner = named(subject, vocabulary, row)[2:]
    if role == "field":
        return (label.start, label.text, "label", f"{owner}.{subject.text}")
    signature = vocabulary.names[subject.text]
    if signature.kind == "scale":
        return (label.start, label.text, "level", subject.text)
    return (label.start, label.text, "label" if signature.labels is not None else "word", subject.text)


def premises(kb: KnowledgeBase) -> set[str]:
    """The texts of the shipped premises and formulas, as they are written."""
    trees = [tree for rule in kb.rules.values() for tree in (rule.when, rule.formula)]
    trees += [one.never for one in kb.invariants.values()]
    return {text for tree in trees if tree is not None for text in texts(tree)}


def texts(tree: Node) -> Iterator[str]:
    if tree.source and grammar.parse(tree.source, Place("here", 1, 1))[0] is not None:
        yield tree.source
    else:
        for part in tree.children():
            yield from texts(part)


def test_each_word_is_what_the_grammar_has_it_for(shipped: KnowledgeBase, vocabulary: Vocabulary) -> None:
    """On every premise of the shipped rules, and every part of one."""
    told = ("name", "label", "level", "field", "carried", "group", "subject", "word")
    read = 0
    for text in sorted(premises(shipped)):
        phrase, problems = grammar.parse(text, Place("here", 1, 1))
        if phrase is None or text == "always":
            continue
        assert not problems
        expected = sorted(words_of(phrase, vocabulary))
        actual = [(one.start, one.text, one.role, one.of) for one in tokens.used(text, vocabulary) if one.role in told]
        assert actual == expected, text
        read += 1
    assert read > 1_000


@pytest.mark.parametrize(
    ("text", "awaited"),
    [
        ("", Awaited("condition")),
        ("vitamin_d", Awaited("operator", "vitamin_d")),
        ("vitamin_d < ", Awaited("number", "vitamin_d")),
        ("vitamin_d < 30", Awaited("unit", "vitamin_d")),
        ("vitamin_d < 30 nmol/L", Awaited("operator")),
        ("vitamin_d < 30 nmol/L and ", Awaited("condition")),
        ("conditions has ", Awaited("label", "conditions")),
        ("conditions has (", Awaited("label", "conditions")),
        ("conditions has (celiac_disease or ", Awaited("label", "conditions")),
        ("sex is not ", Awaited("label", "sex")),
        ("acr_risk >= ", Awaited("level", "acr_risk")),
        ("acr_risk is ", Awaited("level", "acr_risk")),
        ("diagnosed(", Awaited("subject", "diagnosed")),
        ("any ", Awaited("list")),
        ("at least 2 ", Awaited("list")),
        ("any fractures where (", Awaited("condition", "", "fractures")),
        ("any fractures where (site is ", Awaited("label", "fractures.site", "fractures")),
        ("any fractures where (site is hip) and ", Awaited("condition")),
        ("status(alendronate) is ", Awaited("word", "status")),
    ],
)
def test_what_may_come_next(text: str, awaited: Awaited, vocabulary: Vocabulary) -> None:
    assert tokens.awaited(text, vocabulary) == awaited
