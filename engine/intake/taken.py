"""What was made of a patient's health record: what was read of it, what was set aside and why, what nobody knew."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from typing import NamedTuple


class Said(NamedTuple):
    """What a text says of a finding: a value and the range beside it, as answers are written; else why it says none."""

    value: str
    range: str
    why: str


Says = Callable[[str, str, datetime.date], Said]
"""Reads a text as the answer to a finding (its id), on a day. The ear does, which is above this room."""


class Aside(NamedTuple):
    """Something that was read and not used, and why."""

    path: str
    what: str
    why: str


class Unknown(NamedTuple):
    """A code or a name that nothing of ours goes by, how often it came, and where first."""

    kind: str
    system: str
    code: str
    display: str
    times: int
    path: str


class Taken(NamedTuple):
    """What was made of one patient's record."""

    resources: int
    read: Mapping[str, tuple[str, ...]]
    """By finding, where its answer came from."""
    older: int
    """Results that newer ones stand before."""
    asides: tuple[Aside, ...]
    unknown: tuple[Unknown, ...]
    passed: Mapping[str, int]
    """By type, resources that say nothing to us."""
    notices: tuple[str, ...]
    subject: str = ""
    """The patient, as a resource refers to them."""
    references: Mapping[str, str] = {}
    """By path, how another resource refers to the one that lies there."""
    unread: tuple[str, ...] = ()
    """Findings that were taken over and that no rule reads."""
