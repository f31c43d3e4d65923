"""What decides over many patients which rules act and are shown: scope, guideline, region, and what was said at all."""

from __future__ import annotations

import functools

from ...case import case as one_case
from ...case.case import Prepared
from ...inference.program import bits
from ...inference.program.bits import Pair
from ...inference.program.truths import Truths
from ...knowledge_base.model import Rule
from .awaiting import Awaiting
from .lacking import Lacking


class View:
    """The truths of many patients, as they are shown under the chosen guideline and region.

    Args:
        prepared: the knowledge base whose rules speak.
        truths: what follows for the patients by it.
        guideline, region: whose recommendations are shown; empty for all.
    """

    def __init__(self, prepared: Prepared, truths: Truths, guideline: str = "", region: str = "") -> None:
        self.prepared, self.kb, self.truths = prepared, prepared.kb, truths
        self.guideline, self.region = guideline, region
        self.lacks = Lacking(prepared, truths)
        self.awaits = Awaiting(prepared, truths, self.lacks)

    def rules(self, verb: str, member: str) -> tuple[Rule, ...]:
        """The rules of one verb about one condition, intervention, investigation or alert."""
        return self.prepared.by_target.get((verb, member), ())

    def visible(self, rule: Rule) -> bool:
        """Whether a recommendation, diagnosis or order of this rule is shown under what was chosen."""
        return one_case.is_visible(self.kb, rule, self.guideline, self.region)

    def acting(self, rule: Rule) -> Pair:
        """The truth of the premise of a rule, false where the rule does not count for the patient."""
        true, false = self.truths.premise(rule)
        if rule.outside_scope or not self.outside:
            return true, false
        return true & ~self.outside, false | self.outside

    @functools.cached_property
    def in_scope(self) -> Pair:
        """Of whom it is true, and of whom false, that the system is for them; of the others it is not known."""
        scope = self.kb.scope
        return (self.truths.everybody, 0) if scope is None or scope.when is None else self.truths.holds(scope.when)

    @property
    def outside(self) -> int:
        """The cases that the system is not for."""
        return self.in_scope[1]

    @functools.cached_property
    def anything_said(self) -> int:
        """The cases of which anything at all was said."""
        return bits.joined(self.truths.columns.said(name) for name in self.truths.answers.said)
