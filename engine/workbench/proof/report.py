"""What a report says of a patient, as clauses: statuses of the plan, diagnoses, alerts, cautions.

It mirrors `assessment/outlook`. Three things are let be whatever they may be, so that more is allowed than happens:
whether a medicine waits for something (`waiting`), whether what was taken for granted changes a status, and whether
anything could still speak for a condition that nothing speaks for. Where two values contradict, what is shown is the
strictest of several worlds, of which the record as it was entered is one: what may be shown then is what the merging
of that one with any others can come to.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from ...case import evidence
from ...knowledge_base import verbs
from ...knowledge_base.model import Condition, Intervention, Rule
from ...premises import expression, propositions, statuses
from ...premises.expression import All, AnyOf, AtLeast, Contradicts, IsKnown, Not, Shown, TruthNode
from ...values.truth import Truth
from . import worlds
from .clauses import FALSE, TRUE, Pair
from .network import Network
from .waits import Waits

Words = Mapping[str, int]
"""For each word of a report the variable for its being said."""

_HALF = Fraction(1, 20)
"""Scores are compared with one decimal: from here on they are rounded up to the next."""


class Report:
    """What is shown by one knowledge base."""

    def __init__(self, network: Network) -> None:
        self.network, self.kb = network, network.kb
        self.clauses = network.clauses
        self.several = network.reading.several
        self.waits: dict[str, int] = {}
        """For each medicine or measure: whether it waits for something that is not known."""
        self.sure: dict[frozenset[str], Waits] = {}
        self.granted: dict[str, int] = {}
        self.may_speak: dict[str, int] = {}
        self._words: dict[tuple[str, str], Words] = {}
        self._alone: dict[tuple[str, str], Words] = {}
        scope = self.kb.scope
        self.in_scope = network.node(scope.when) if scope is not None and scope.when is not None else Pair(TRUE, FALSE)

    # --- queries ---

    def query(self, node: TruthNode) -> Pair:
        """A question to a patient and the report."""
        if isinstance(node, All):
            return self.clauses.both([self.query(item) for item in node.items])
        if isinstance(node, AnyOf):
            return self.clauses.either([self.query(item) for item in node.items])
        if isinstance(node, AtLeast):
            return self.clauses.counted(node.count, [self.query(item) for item in node.items])
        if isinstance(node, Not):
            return self.query(node.item).opposite
        if isinstance(node, IsKnown):
            return self.network.reading.known(node.name)
        if isinstance(node, Contradicts):
            return Pair(self.several, -self.several)
        if isinstance(node, Shown):
            words = [self.shown(node.of, member) for member in sorted(node.members)]
            said = self.clauses.any_of(of[word] for of in words for word in sorted(node.words))
            return Pair(-said, said) if node.negated else Pair(said, -said)
        return self.network.node(node)

    def shown(self, of: str, subject: str) -> Words:
        """What is said of something, where two values contradict too."""
        found = self._words.get((of, subject))
        if found is None:
            alone = self.alone(of, subject)
            found = self._words[of, subject] = {
                word: self.clauses.variable() if self._can_be(of, subject, word) else FALSE for word in alone
            }
            for word, variable in found.items():
                self.clauses.add(self.several, -variable, alone[word])
                self.clauses.add(self.several, variable, -alone[word])
            self._exactly_one(list(found.values()))
            if of == "caution":
                self._cautioned(subject, found)
            else:
                for word, variable in found.items():
                    self.clauses.implies(variable, *(alone[one] for one in self._before(of, subject, word)))
        return found

    def _cautioned(self, subject: str, merged: Words) -> None:
        """A caution of several worlds: that of any of them, while the merged plan holds the measure."""
        absent = self.shown("status", subject)[statuses.ABSENT]
        held = self._any([rule for verb in verbs.CARE for rule in self._rules(verb, subject)]).true
        self.clauses.add(-held, absent, merged[statuses.GIVEN])
        self.clauses.implies(absent, merged[statuses.ABSENT])

    def alone(self, of: str, subject: str) -> Words:
        """What is said of something by the record as it was entered."""
        found = self._alone.get((of, subject))
        if found is None:
            found = self._alone[of, subject] = _SAID[of](self, subject)
        return found

    def _exactly_one(self, variables: Sequence[int]) -> None:
        self.clauses.add(*variables)
        for at, one in enumerate(variables):
            for other in variables[at + 1 :]:
                self.clauses.add(-one, -other)

    def _can_be(self, of: str, subject: str, word: str) -> bool:
        """Whether a word can be said: by the record as entered, or by several worlds that say other words.

        A measure that one world has in its plan and another has not is undetermined, if no record alone is ever that.
        """
        return of == "caution" or self.alone(of, subject)[word] != FALSE or bool(self._before(of, subject, word))

    def _before(self, of: str, subject: str, word: str) -> list[str]:
        """What the record as entered may say where the strictest of several worlds says this."""
        order = [one for one, variable in self.alone(of, subject).items() if variable != FALSE]
        merge: Callable[[Sequence[str]], str]
        if of == "status":
            merge = functools.partial(worlds.plan_word, self.kb.interventions[subject].kind)
        else:
            merge = worlds.diagnosis_word if of == "diagnosis" else worlds.alert_word
        pairs = list(itertools.combinations_with_replacement(order, worlds.WORLDS - 1))
        return [one for one in order if any(merge((one, *others)) == word for others in pairs)]

    # --- the plan ---

    def _rules(self, verb: str, subject: str) -> tuple[Rule, ...]:
        return self.network.prepared.by_target.get((verb, subject), ())

    def _any(self, rules: Sequence[Rule]) -> Pair:
        return self.clauses.either([self.network.rule(rule) for rule in rules])

    def _acting(self, rules: Sequence[Rule]) -> Pair:
        """Whether one of these rules holds that counts for this patient."""
        outside = self.in_scope.false
        inside = [rule for rule in rules if not rule.outside_scope]
        always = [rule for rule in rules if rule.outside_scope]
        limited = self._any(inside)
        held = Pair(self.clauses.all_of((limited.true, -outside)), self.clauses.any_of((limited.false, outside)))
        return self.clauses.either((held, self._any(always)))

    def taken(self, intervention: str) -> int:
        """Whether a medicine is taken."""
        if "medicines" not in self.kb.findings:
            return FALSE
        return self.network.node(expression.Has(name="medicines", members=frozenset({intervention}))).true

    def _status(self, subject: str) -> Words:
        clauses, entry = self.clauses, self.kb.interventions[subject]
        wanted = self._acting(self._rules("recommends", subject))
        barred = self._any(self._rules("contraindicates", subject))
        delayed = self._any(self._rules("defers", subject))
        not_unwanted = -wanted.false
        barred_wanted = clauses.all_of((not_unwanted, barred.true))
        free = clauses.all_of((not_unwanted, -barred.true))
        undetermined = clauses.all_of((free, -wanted.true))
        free = clauses.all_of((free, wanted.true))
        deferred = clauses.all_of((free, delayed.true))
        free = clauses.all_of((free, -delayed.true))
        waits = self._waits(entry, barred, delayed)
        conditional = clauses.all_of((free, waits))
        recommended = clauses.all_of((free, -waits))
        taken = self.taken(subject)
        barred_shown = clauses.any_of(
            (
                clauses.all_of((barred_wanted, clauses.any_of((taken, wanted.true)))),
                clauses.all_of((wanted.false, taken, barred.true)),
            )
        )
        undetermined_shown = clauses.all_of((undetermined, self._pursued_for(subject)))
        said = {
            "recommended": recommended,
            "conditional": conditional,
            "deferred": deferred,
            "contraindicated": barred_shown,
            "undetermined": undetermined_shown,
        }
        return {**said, statuses.ABSENT: -clauses.any_of(said.values())}

    def _waits(self, entry: Intervention, barred: Pair, delayed: Pair) -> int:
        """Whether what is wanted and not barred is only conditional."""
        clauses = self.clauses
        unsure = clauses.any_of(
            (
                self._some_open([*self._rules("contraindicates", entry.id)]),
                self._some_open([*self._rules("defers", entry.id)]),
            )
        )
        waits = self.waits.setdefault(entry.id, clauses.variable())
        first = self.network.prepared.index.known_first.get(entry.id)
        if entry.kind == "medicine" and first is not None:
            sure = self._sure(first)
            for rule in (*self._rules("contraindicates", entry.id), *self._rules("defers", entry.id)):
                clauses.implies(sure.surely(rule), waits)
                if sure.may(rule):  # no made patient relies on not waiting where it might
                    held = self.network.rule(rule)
                    clauses.add(held.true, held.false, waits, self.network.leaves.unsure)
        elif first is None:
            lacking = self._sure(frozenset(self.kb.findings))
            for rule in (*self._rules("contraindicates", entry.id), *self._rules("defers", entry.id)):
                clauses.implies(lacking.surely_lacks(rule), waits)
        parts = [clauses.all_of((unsure, waits))]
        if entry.kind == "medicine":
            parts.append(clauses.all_of((-self.in_scope.true, -self.in_scope.false)))
            if any(finding.assumed is not None for finding in self.kb.findings.values()):
                parts.append(self.granted.setdefault(entry.id, clauses.variable()))
        return clauses.any_of(parts)

    def _sure(self, first: frozenset[str]) -> Waits:
        """What is surely waited for by whoever must know these findings first."""
        every = frozenset(self.kb.findings)
        if first not in self.sure:
            self.sure[first] = Waits(self.network, first, self._sure(every) if first != every else None)
        return self.sure[first]

    def _some_open(self, rules: Sequence[Rule]) -> int:
        """Whether a rule's premise is neither true nor false."""
        pairs = [self.network.rule(rule) for rule in rules]
        return self.clauses.any_of([self.clauses.all_of((-one.true, -one.false)) for one in pairs])

    def _pursued_for(self, subject: str) -> int:
        """Whether a condition that a measure is for is in play."""
        index = self.network.prepared.index
        named = {
            name for rule in self._rules("recommends", subject) for name in index.indications.get(rule.id, frozenset())
        }
        found = self.clauses.any_of([self.pursued(self.kb.conditions[one]) for one in sorted(named)])
        return self.clauses.all_of((found, self.network.leaves.anything, -self.in_scope.false))

    def _caution(self, subject: str) -> Words:
        shown = self.alone("status", subject)
        held = self._any([rule for verb in verbs.CARE for rule in self._rules(verb, subject)])
        given = self.clauses.all_of((held.true, -shown[statuses.ABSENT]))
        return {statuses.GIVEN: given, statuses.ABSENT: -given}

    # --- alerts ---

    def _alert(self, subject: str) -> Words:
        held = self._acting(self._rules("alerts", subject))
        words = statuses.ALERT
        return {
            words[Truth.TRUE]: held.true,
            words[Truth.FALSE]: self.clauses.all_of((held.false, -held.true)),
            words[Truth.UNKNOWN]: self.clauses.all_of((-held.true, -held.false)),
        }

    # --- the differential ---

    def pursued(self, condition: Condition) -> int:
        """Whether a condition is in the differential: always, or because something points to it."""
        if condition.pursue_always:
            return TRUE
        if condition.pursue is not None:
            return self.network.node(condition.pursue).true
        rules = (*self._rules("supports", condition.id), *self._rules("diagnoses", condition.id))
        diagnosed = self.network.proposition(propositions.diagnosed(condition.id)).true
        return self.clauses.any_of((diagnosed, self._any(rules).true))

    def _diagnosis(self, subject: str) -> Words:
        clauses, condition = self.clauses, self.kb.conditions[subject]
        criteria = self._rules("diagnoses", subject)
        established = self.network.proposition(propositions.diagnosed(subject)).true
        excluded = self._any(self._rules("excludes", subject)).true
        own = self._any(criteria) if criteria else Pair(FALSE, FALSE)
        considered = clauses.all_of(
            (clauses.any_of((self.pursued(condition), established, excluded)), -self.in_scope.false)
        )
        if condition.exposure:
            considered = FALSE
        likely, some, less, speaks = self._weighed(subject)
        left = clauses.all_of((considered, -established, -excluded))
        is_likely = clauses.all_of((left, likely, -own.false))
        possible = clauses.all_of((left, some, -is_likely))
        unlikely = clauses.all_of((left, less, -is_likely))
        open_ = clauses.all_of((left, -is_likely, -some, -less))
        silent = self.may_speak.setdefault(subject, clauses.variable())
        dropped = clauses.all_of((open_, own.false, -speaks, -silent))
        said = {
            "established": clauses.all_of((considered, established, -excluded)),
            "contradictory": clauses.all_of((considered, established, excluded)),
            "likely": is_likely,
            "possible": possible,
            "open": clauses.all_of((open_, -dropped)),
            "unlikely": unlikely,
            "excluded": clauses.all_of((considered, -established, excluded)),
        }
        return {**said, statuses.NOT_CONSIDERED: -clauses.any_of(said.values())}

    def _weighed(self, subject: str) -> tuple[int, int, int, int]:
        """Whether the score is likely, above nothing, below nothing; and whether anything counts in favor."""
        points: list[tuple[Fraction, int]] = []
        for verb, sign in (("supports", 1), ("opposes", -1)):
            counted = self._counted(self._rules(verb, subject))
            points += [(sign * Fraction(evidence.exponent(rule)), variable) for rule, variable in counted]
        speaks = self.clauses.any_of([variable for weight, variable in points if weight > 0])
        likely = self._reaches(points, Fraction(evidence.LIKELY) - _HALF)
        some = self._reaches(points, _HALF)
        less = self._reaches([(-weight, variable) for weight, variable in points], _HALF)
        return likely, some, less, speaks

    def _counted(self, rules: Sequence[Rule]) -> list[tuple[Rule, int]]:
        """For each rule whether it counts: it holds, and no earlier one that counts shares its evidence."""
        behind = self.network.prepared.behind
        ordered = sorted(rules, key=lambda rule: (-evidence.LIKELIHOOD_RATIOS[rule.strength], rule.id))
        found: list[tuple[Rule, int]] = []
        for rule in ordered:
            findings = behind.get(rule.id, frozenset())
            before = [
                variable
                for other, variable in found
                if (rule.shares and rule.shares == other.shares) or findings & behind.get(other.id, frozenset())
            ]
            held = self.network.rule(rule).true
            found.append((rule, self.clauses.all_of((held, *(-one for one in before)))))
        return found

    def _reaches(self, points: Sequence[tuple[Fraction, int]], least: Fraction) -> int:
        """The variable for the points of what holds adding up to so many, worked out by deciding one after another."""
        ordered = sorted((one for one in points if one[1] != FALSE), key=lambda one: -abs(one[0]))
        rest_up = [Fraction(0)] * (len(ordered) + 1)
        rest_down = [Fraction(0)] * (len(ordered) + 1)
        for at in range(len(ordered) - 1, -1, -1):
            weight = ordered[at][0]
            rest_up[at] = rest_up[at + 1] + max(weight, Fraction(0))
            rest_down[at] = rest_down[at + 1] + min(weight, Fraction(0))
        made: dict[tuple[int, Fraction], int] = {}

        def from_(at: int, sum_: Fraction) -> int:
            if sum_ + rest_down[at] >= least:
                return TRUE
            if sum_ + rest_up[at] < least:
                return FALSE
            key = (at, sum_)
            if key not in made:
                weight, variable = ordered[at]
                with_it, without = from_(at + 1, sum_ + weight), from_(at + 1, sum_)
                made[key] = self.clauses.any_of(
                    (self.clauses.all_of((variable, with_it)), self.clauses.all_of((-variable, without)))
                )
            return made[key]

        return from_(0, Fraction(0))


_SAID: Mapping[str, Callable[[Report, str], Words]] = {
    "status": Report._status,
    "diagnosis": Report._diagnosis,
    "alert": Report._alert,
    "caution": Report._caution,
}
