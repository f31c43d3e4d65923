"""The differential of many patients: causes, the status and score of each condition, which are in play.

The mirror of `differential` and `evidence`. Strengths are summed as there, strongest first, so that scores are the same
to the last bit; evidence that is not independent counts once, in the same order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ...case import evidence
from ...inference import productions
from ...inference.program import bits
from ...knowledge_base.model import Condition, Rule
from ...premises import propositions
from .lacking import lacking
from .shown import View

Statuses = Mapping[str, int]
"""The cases that have each status; whoever has none is in no set."""


class Standings:
    """Where conditions stand in the differentials of many patients."""

    def __init__(self, view: View) -> None:
        self.view = view
        self._statuses: dict[str, Statuses] = {}
        self._scores: dict[str, dict[float, int]] = {}
        self._pursued: dict[str, int] = {}
        self.before: tuple[Standings, frozenset[str]] | None = None
        """Where they stood before some rules were changed, and the conditions that may stand elsewhere now."""

    def statuses(self, condition: str) -> Statuses:
        """The cases in whose differential a condition has each status."""
        if self.before is not None and condition not in self.before[1]:
            return self.before[0].statuses(condition)
        found = self._statuses.get(condition)
        if found is None:
            known = self.view.kb.conditions[condition]
            found = self._statuses[condition] = {} if known.exposure else self._of(known)
        return found

    def shown(self, condition: str) -> int:
        """The cases in whose differential a condition stands."""
        return bits.joined(self.statuses(condition).values())

    def is_cause(self, condition: str) -> int:
        """The cases in which a condition is a cause."""
        rules = self.view.rules("causes", condition)
        return bits.joined(self.view.truths.premise(rule)[0] for rule in rules) & ~self.view.outside

    def in_play(self, condition: str) -> int:
        """The cases in which a condition is pursued; none while nothing at all was said."""
        return self._is_pursued(condition) & self.view.anything_said & ~self.view.outside

    def _is_pursued(self, condition: str) -> int:
        if self.before is not None and condition not in self.before[1]:
            return self.before[0]._is_pursued(condition)
        found = self._pursued.get(condition)
        if found is None:
            found = self._pursued[condition] = self._pointed_to(self.view.kb.conditions[condition])
        return found

    def _pointed_to(self, condition: Condition) -> int:
        truths, index = self.view.truths, self.view.prepared.index
        if condition.id in index.pursued_always:
            return truths.everybody
        if condition.id in index.pursued_when and condition.pursue is not None:
            return truths.holds(condition.pursue)[0]
        rules = (*self.view.rules("supports", condition.id), *self.view.rules("diagnoses", condition.id))
        found = bits.joined(truths.premise(rule)[0] for rule in rules)
        return found | truths.truth(propositions.diagnosed(condition.id))[0]

    # --- statuses ---

    def _of(self, condition: Condition) -> Statuses:
        view, truths = self.view, self.view.truths
        everybody, id = truths.everybody, condition.id
        criteria = view.rules("diagnoses", id)
        established = self._diagnosis_shown(propositions.diagnosed(id), criteria)
        excluded = bits.joined(truths.premise(rule)[0] for rule in view.rules("excludes", id))
        own = bits.any_of([truths.premise(rule) for rule in criteria], everybody) if criteria else bits.NOBODY
        more = less = likely = 0
        for points, cases in self.scores(id).items():
            more |= cases if points > 0 else 0
            less |= cases if points < 0 else 0
            likely |= cases if points >= evidence.LIKELY else 0
        found = {
            "contradictory": established & excluded,
            "established": established & ~excluded,
            "excluded": excluded & ~established,
        }
        rest = everybody & ~(established | excluded) & self._is_pursued(id)
        found["likely"] = rest & likely & ~own[1]
        found["possible"] = rest & more & ~found["likely"]
        found["unlikely"] = rest & less
        open_still = rest & ~(more | less)
        closed = open_still & own[1] & ~self._supported(id)
        if closed:  # its criteria are not met, and unless something is missing, nothing else could speak for it
            open_still &= ~closed | self.missing(id)
        found["open"] = open_still
        return {status: cases & ~view.outside for status, cases in found.items() if cases & ~view.outside}

    def _supported(self, condition: str) -> int:
        return bits.joined(self.view.truths.premise(rule)[0] for rule in self.view.rules("supports", condition))

    def _diagnosis_shown(self, atom: str, rules: tuple[Rule, ...]) -> int:
        """Of whom a diagnosis is shown as made: one made only by rules of other guidelines is not."""
        held = self.view.truths.truth(atom)[0]
        hidden = [rule for rule in rules if not self.view.visible(rule)]
        if not held or not hidden:
            return held
        by_rule = bits.joined(self.view.truths.premise(rule)[0] for rule in rules)
        by_visible = bits.joined(self.view.truths.premise(rule)[0] for rule in rules if self.view.visible(rule))
        reported = productions.reported(self.view.kb, propositions.condition_of(atom))
        return held & (~by_rule | by_visible | self.view.truths.holds(reported)[0])

    def missing(self, condition: str) -> int:
        """The cases in which what speaks for, against or of a condition still waits for something."""
        view = self.view
        criteria = [rule for rule in view.rules("diagnoses", condition) if view.visible(rule)]
        others = [rule for verb in ("supports", "opposes", "excludes") for rule in view.rules(verb, condition)]
        return bits.joined(lacking(view.lacks.rule(rule)) for rule in (*criteria, *others))

    # --- scores ---

    def scores(self, condition: str) -> Mapping[float, int]:
        """The cases that have each score, whether or not the condition is in their differential."""
        if self.before is not None and condition not in self.before[1]:
            return self.before[0].scores(condition)
        found = self._scores.get(condition)
        if found is None:
            counted = [list(self._counted(self.view.rules(verb, condition))) for verb in ("supports", "opposes")]
            found = self._scores[condition] = {}
            everybody = self.view.truths.everybody
            for plus, some in _sums(counted[0], everybody).items():
                for minus, others in _sums(counted[1], everybody).items():
                    if cases := some & others:
                        points = evidence.rounded(plus - minus)
                        found[points] = found.get(points, 0) | cases
        return found

    def _counted(self, rules: tuple[Rule, ...]) -> Iterator[tuple[float, int]]:
        """What each rule adds and the cases in which it counts, by falling strength then id."""
        behind = self.view.prepared.behind
        before: list[tuple[Rule, int]] = []
        for rule in sorted(rules, key=lambda rule: (-evidence.LIKELIHOOD_RATIOS[rule.strength], rule.id)):
            cases = self.view.truths.premise(rule)[0]
            findings = behind.get(rule.id, frozenset())
            for other, counted in before:
                shares = rule.shares and rule.shares == other.shares
                if shares or findings & behind.get(other.id, frozenset()):
                    cases &= ~counted
            if cases:
                before.append((rule, cases))
                yield evidence.exponent(rule), cases


def _sums(counted: list[tuple[float, int]], everybody: int) -> dict[float, int]:
    """The cases that reach each sum."""
    found: dict[float, int] = {0: everybody}
    for exponent, cases in counted:
        reached: dict[float, int] = {}
        for points, some in found.items():
            for new, part in ((points + exponent, some & cases), (points, some & ~cases)):
                if part:
                    reached[new] = reached.get(new, 0) | part
        found = reached
    return found
