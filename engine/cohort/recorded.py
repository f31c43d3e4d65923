"""Truths of patients some of whom have old results: rules that protect hold by these as well (compare `Case.truth`)."""

from __future__ import annotations

from typing import Protocol

from ..inference.program.bits import Pair
from ..inference.program.truths import Truths
from ..knowledge_base import verbs
from ..knowledge_base.model import Rule


class Recorded(Protocol):
    """The patients with old results, taken as if those were of today (compare `Case.recorded`)."""

    def true(self, rule: Rule) -> int:
        """Those for whom a rule holds, as bits of all patients."""
        ...


class OldToo(Truths):
    """Truths as of today, to which those as recorded are added where they protect."""

    recorded: Recorded | None = None
    """None: nothing of anybody is old."""

    def premise(self, rule: Rule) -> Pair:
        """The truth of the premise of a rule; one that protects holds by what is old as well."""
        true, false = super().premise(rule)
        if self.recorded is None or rule.verb not in verbs.PROTECTING:
            return true, false
        besides = self.recorded.true(rule)
        return true | besides, false & ~besides

    def by_old_alone(self, rule: Rule) -> int:
        """The patients for whom a rule that protects holds by an old result, and not by what counts today."""
        return self.premise(rule)[0] & ~super().premise(rule)[0] if self.recorded is not None else 0
