"""What is known of a finding: which answer only adds to another, and which changes it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.values.interval import ANY, INFINITY, Interval, between, exactly
from engine.values.value import (
    NO,
    NOT_APPLICABLE,
    NOT_MEASURED,
    UNKNOWN,
    YES,
    Choice,
    Day,
    Entry,
    Known,
    Measurement,
    Number,
    Records,
    Word,
    is_addition,
)


def one(interval: Interval, **more: Any) -> Number:
    return Number((Measurement(interval, **more),))


BELOW = Interval(-INFINITY, exactly("-2.5").low, True, True)
HIP, RIB = Choice(frozenset({"hip"})), Choice(frozenset({"rib"}))


@pytest.mark.parametrize(
    ("new", "old"),
    [
        (one(exactly("-2.7")), UNKNOWN),
        (one(exactly("-2.7")), one(BELOW)),
        (one(between(60, 70)), one(ANY)),
        (one(exactly(9), date=between(5, 6)), one(exactly(9), date=between(1, 30))),
        (YES, Choice(frozenset({"yes", "no"}))),
        (Day(between(3, 3)), Day(between(1, 30))),
        (NOT_MEASURED, UNKNOWN),
        (NOT_MEASURED, NOT_MEASURED),
        (Records((Entry({"site": HIP}),), complete=False), Records(complete=False)),
        (Records((Entry({"site": HIP}),)), Records((Entry({"site": HIP}),), complete=False)),
        (
            Records((Entry({"site": HIP, "date": Day(between(1, 1))}),), complete=False),
            Records((Entry({"site": Choice(frozenset({"hip", "rib"}))}),), complete=False),
        ),
    ],
)
def test_saying_more_is_an_addition(new: Known, old: Known) -> None:
    assert is_addition(new, old)


@pytest.mark.parametrize(
    ("new", "old"),
    [
        (UNKNOWN, YES),
        (one(exactly("-2.4")), one(BELOW)),
        (one(BELOW), one(exactly("-2.7"))),
        (one(exactly(3)), NOT_MEASURED),
        (one(exactly(3)), NOT_APPLICABLE),
        (NO, YES),
        (YES, one(exactly(1))),
        # one more measurement: the last one counts, so what followed from the one before may fall
        (Number((Measurement(exactly(3)), Measurement(exactly(4)))), one(exactly(3))),
        (one(ANY, word=Word.HIGH), one(exactly(3))),
        (one(exactly(3), range=between(1, 2)), one(exactly(3))),
        (one(exactly(3)), one(exactly(3), date=between(1, 1))),
        (Records((Entry({"site": HIP}),)), Records()),
        (Records(complete=False), Records()),
        (Records(complete=False), Records((Entry({"site": HIP}),), complete=False)),
        (Records((Entry({"site": RIB}),), complete=False), Records((Entry({"site": HIP}),), complete=False)),
        (Records(complete=False), Records(complete=False, absent=frozenset({"hip"}))),
    ],
)
def test_saying_otherwise_is_a_change(new: Known, old: Known) -> None:
    assert not is_addition(new, old)


SPANS = st.sampled_from([exactly(1), exactly(2), between(1, 2), between(0, 3), BELOW, ANY])
RESULTS = st.builds(
    Measurement,
    SPANS,
    st.sampled_from([None, Word.HIGH]),
    st.sampled_from([None, between(1, 2)]),
    st.sampled_from([None, exactly(1), between(0, 3)]),
)
CHOICES = st.sets(st.sampled_from("abc"), min_size=1).map(lambda members: Choice(frozenset(members)))
ENTRIES = st.dictionaries(st.sampled_from(["site", "date"]), CHOICES, max_size=2).map(Entry)
KNOWN = st.one_of(
    st.sampled_from([UNKNOWN, NOT_MEASURED, NOT_APPLICABLE]),
    st.lists(RESULTS, min_size=1, max_size=2).map(lambda results: Number(tuple(results))),
    CHOICES,
    SPANS.map(Day),
    st.builds(
        Records,
        st.lists(ENTRIES, max_size=2).map(tuple),
        st.booleans(),
        st.sets(st.sampled_from("ab"), max_size=1).map(frozenset),
    ),
)


@given(KNOWN)
def test_an_answer_adds_to_itself(known: Known) -> None:
    assert is_addition(known, known)


@given(KNOWN, KNOWN, KNOWN)
def test_what_adds_to_an_addition_is_an_addition(first: Known, second: Known, third: Known) -> None:
    if is_addition(second, first) and is_addition(third, second):
        assert is_addition(third, first)


@given(KNOWN, KNOWN)
def test_two_answers_that_add_to_each_other_are_the_same(first: Known, second: Known) -> None:
    if is_addition(first, second) and is_addition(second, first):
        assert first == second


@given(KNOWN, KNOWN)
def test_nothing_is_taken_back_to_unknown(first: Known, second: Known) -> None:
    if first is UNKNOWN and second is not UNKNOWN:
        assert not is_addition(first, second)
