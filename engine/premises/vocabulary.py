"""The names a premise can read, and what each of them is: all the checker needs to know of a knowledge base."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from decimal import Decimal

from ..values.frozen import frozen
from ..values.problems import Place


@frozen
class Labels:
    """The members of a choice, its classes (class id -> all its members), and the members that are kinds of another."""

    members: frozenset[str]
    classes: Mapping[str, frozenset[str]] = dataclasses.field(default_factory=dict)
    narrower: Mapping[str, frozenset[str]] = dataclasses.field(default_factory=dict)

    def expand(self, label: str) -> frozenset[str] | None:
        """The members a label stands for: a member with its kinds, or those of a class; None when it is neither."""
        if label in self.members:
            return self.narrower.get(label, frozenset()) | {label}
        return self.classes.get(label)


@frozen
class FieldSignature:
    """A field of a records finding; `type` is number, choice, date, duration or yes_no."""

    type: str
    unit: str = ""
    bare_unit: bool = False
    floor: Decimal | None = None
    labels: Labels | None = None


@frozen
class Signature:
    """A name: `kind` is number, yes_no, choice, records, date (findings), quantity, state, scale or threshold."""

    kind: str
    place: Place
    unit: str = ""
    analyte: str = ""
    bare_unit: bool = False
    ranged: bool = False
    labels: Labels | None = None
    fields: Mapping[str, FieldSignature] = dataclasses.field(default_factory=dict)
    levels: tuple[str, ...] = ()
    has_applies: bool = False


@frozen
class Vocabulary:
    """The names that a premise may read, with their types.

    `subjects` are, for each proposition verb (diagnosed, excluded, caused, recommended, contraindicated, ordered) and
    for what a report says (status, caution, diagnosis, alert), its labels (conditions, interventions, ... with their
    classes). `concluded` are the atoms that some rule
    concludes (`diagnosed(osteoporosis)`, `fragility_fracture`, `acr_risk >= high`). `numbers` are what members carry
    (`prednisolone_factor`).
    """

    names: Mapping[str, Signature] = dataclasses.field(default_factory=dict)
    groups: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    subjects: Mapping[str, Labels] = dataclasses.field(default_factory=dict)
    concluded: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()
