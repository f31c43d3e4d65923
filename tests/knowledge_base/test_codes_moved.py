"""Codes of records in a hospital's directory: what may be added is silent, what is taken away is named."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest

from engine.knowledge_base.files.layout import Layout, Written, contents_of
from engine.knowledge_base.reading import reader
from engine.knowledge_base.weakening import weakening

OF_OSTEOPOROSIS = "means nothing now, where it was 'osteoporosis'"
HIP = "in records 'entry' of 'hip' tell products apart in another way"
SMALL = Path(__file__).parent.parent / "data" / "small"
SHIPPED = """\
calcium: {loinc: [17861-6]}
osteoporosis: {of: conditions, icd10: [M81], snomed: ["64859006"]}
hip: {of: fracture_sites, icd10: [S72.0]}
heel: {ignored: of no use, loinc: [38266-3]}
"""


@functools.cache
def base() -> tuple[Written, ...]:
    return tuple(contents_of(Layout(SMALL))[0])


def named(own: str) -> list[str]:
    shipped = (*base(), Written("knowledge/codes.yaml", "knowledge/codes.yaml", SHIPPED.encode()))
    before, _ = reader.read_contents(shipped)
    local = Written("ours/knowledge/codes.yaml", "knowledge/codes.yaml", own.encode(), local=True)
    after, problems = reader.read_contents([*shipped, local])
    assert before is not None
    assert after is not None, problems
    return [one.what for one in weakening.losses(before, after)]


@pytest.mark.parametrize(
    "own",
    [
        'ours: {means: calcium, local: {"urn:oid:1.2.3": [CA]}}',
        "ours: {means: calcium, loinc: [49765-1]}",
        "ours: {means: osteoporosis, of: conditions, icd10: [M81.0]}",
        "calcium: {replaces: calcium, loinc: [17861-6, 49765-1]}",
        "heel: {replaces: heel, ignored: of no use to us, loinc: [38266-3]}",
    ],
)
def test_what_a_hospital_adds_is_silent(own: str) -> None:
    assert named(own) == []


@pytest.mark.parametrize(
    ("own", "told"),
    [
        ("ours: {ignored: not wanted, snomed: ['64859006']}", f"in records snomed 64859006 {OF_OSTEOPOROSIS}"),
        (
            "calcium: {replaces: calcium, loinc: [49765-1]}",
            "in records loinc 17861-6 means nothing now, where it was 'calcium'",
        ),
        (
            "ours: {means: hip, of: fracture_sites, icd10: [S72.09]}\nless: {ignored: no, icd10: [M81.0]}",
            f"in records icd10 M81.0 {OF_OSTEOPOROSIS}",
        ),
        ("hip: {replaces: hip, icd10: [S72.0], entry: {cause: low_trauma}}", HIP),
    ],
)
def test_what_a_hospital_takes_away_is_named(own: str, told: str) -> None:
    assert named(own) == [told]
