"""A record in the making: answers put so that premises hold.

Nothing is searched for and no case is needed. What stands in the record already is not looked at, so that what was put
first may fall to what is put later: a premise is met mostly, not always.
"""

from __future__ import annotations

import random
from decimal import Decimal

from ...inference import productions
from ...knowledge_base.model import Finding
from ...premises import expression, propositions
from ...premises.expression import TruthNode
from ...values import dates
from ...values.interval import exactly
from ...values.value import NO, YES, Day, Entry, Known, Measurement, Number, Records, Word
from .patients import DAYS_AGO, Vocabulary, in_order, number, one_of

DEPTH = 8
"""So far premises are followed through propositions."""
OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "=": "!=", "!=": "="}


class Draft:
    """One record, as far as it has been made: `found`."""

    def __init__(self, vocabulary: Vocabulary, chance: random.Random) -> None:
        self.vocabulary, self.kb, self.chance = vocabulary, vocabulary.kb, chance
        self.prepared, self.today = vocabulary.prepared, vocabulary.today
        self.found: dict[str, Known] = {}

    def make(self, node: TruthNode | None, wanted: bool, depth: int = 0) -> None:
        """Put answers so that a premise holds, or does not; what is there already is not looked at."""
        if node is None or depth > DEPTH:
            return
        if isinstance(node, expression.Not):
            self.make(node.item, not wanted, depth + 1)
        elif isinstance(node, expression.AtLeast):
            for item in self.chance.sample(node.items, node.count if wanted else 0):
                self.make(item, wanted, depth + 1)
        elif isinstance(node, (expression.All, expression.AnyOf)):
            every = isinstance(node, expression.All) is wanted
            for item in node.items if every else [self.chance.choice(node.items)]:
                self.make(item, wanted, depth + 1)
        elif isinstance(node, expression.Proposition):
            if wanted:
                self.conclude(node.atom, depth)
        else:
            self.answer(node, wanted)

    def conclude(self, atom: str, depth: int = 0) -> None:
        rules = [rule for rule in self.prepared.rules.get(atom, ()) if rule.when is not None]
        disease = propositions.condition_of(atom)
        if disease and (not rules or self.chance.random() < 0.4):
            reported = productions.reported(self.kb, disease)
            self.answer(reported, True)
        elif rules:
            self.make(self.chance.choice(rules).when, True, depth + 1)

    def answer(self, leaf: TruthNode, wanted: bool) -> None:
        if isinstance(leaf, expression.Compared):
            self._compare(leaf, wanted)
        elif isinstance(leaf, expression.Within):
            self._within(leaf, wanted)
        elif isinstance(leaf, expression.Against):
            self._against(leaf, wanted is not leaf.negated)
        elif isinstance(leaf, expression.OneOf):
            self.choose(leaf.name, leaf.members, wanted is not leaf.negated)
        elif isinstance(leaf, expression.IsKnown):
            if not wanted:
                self.found.pop(leaf.name, None)
        elif isinstance(leaf, expression.IsYes):
            self.put(leaf.name, YES if wanted else NO)
        elif isinstance(leaf, expression.Has) and wanted:
            finding = self.kb.findings[leaf.name]
            members = frozenset({self.chance.choice(in_order(leaf.members))})
            entry = self.vocabulary.entry(leaf.name, self.chance, ((finding.key, members),))
            ended = self.chance.random() < 0.3
            fields = {field: known for field, known in entry.fields.items() if ended or field != "stopped"}
            self.add(leaf.name, Entry(fields))
        elif isinstance(leaf, expression.Quantified) and wanted and leaf.quantifier == "no":
            if leaf.where is None:
                self.found[leaf.name] = Records()
        elif isinstance(leaf, expression.Quantified) and wanted:
            for _ in range(leaf.count):
                self.add(leaf.name, self._entry(leaf))

    def put(self, name: str, known: Known) -> None:
        """Answer a finding, and what it takes for its question to arise."""
        quantity = self.kb.quantities.get(name)
        if name in self.kb.findings or (quantity is not None and quantity.shown):
            self.found[name] = known
            finding = self.kb.findings.get(name)
            self.make(finding.applies if finding is not None else None, True)

    def choose(self, name: str, members: frozenset[str], wanted: bool) -> None:
        fitting = [one for one in self.vocabulary.members(name) if (one in members) is wanted]
        if fitting:
            self.put(name, one_of(self.chance.choice(fitting)))

    # --- numbers ---

    def _compare(self, leaf: expression.Compared, wanted: bool) -> None:
        operator = leaf.operator if wanted else OPPOSITE[leaf.operator]
        left, factor = _scaled(leaf.left)
        limits = list(self.vocabulary.numbers_in(leaf.right))
        if isinstance(left, expression.Value):
            if isinstance(leaf.right, (expression.Literal, expression.Threshold)) and limits:
                self._number(left.name, operator, self.chance.choice(limits) / factor)
            else:
                self.some_number(left.name)

    def _within(self, leaf: expression.Within, wanted: bool) -> None:
        low, high = (list(self.vocabulary.numbers_in(end)) for end in (leaf.low, leaf.high))
        if isinstance(leaf.value, expression.Value) and low and high:
            ends = ((">=", low[0]), ("<=", high[0])) if wanted else (("<", low[0]), (">", high[0]))
            self._number(leaf.value.name, *self.chance.choice(ends))

    def _number(self, name: str, operator: str, limit: Decimal) -> None:
        """A number that meets a comparison, mostly just so; now and then one that just fails it."""
        name = self._measured(name, operator)
        exponent = limit.as_tuple().exponent
        step = Decimal(1).scaleb(min(0, exponent if isinstance(exponent, int) else 0))
        if self.chance.random() < 0.2:
            step /= 10
        far = abs(limit) * Decimal("0.3") or Decimal(1)
        up = operator in (">", ">=", "!=")
        meets = limit if operator in ("<=", ">=", "=") else limit + step if up else limit - step
        beyond = limit + far if up else limit - far
        near = limit + step if self.chance.random() < 0.5 else limit - step
        drawn = self.chance.choices((meets, beyond, limit, near), (55, 25, 8, 12))[0]
        self._put_number(name, meets if operator == "=" else drawn)

    def _put_number(self, name: str, value: Decimal) -> None:
        entry = self.kb.findings.get(name) or self.kb.quantities.get(name)
        if entry is None or entry.possible.contains(value):
            self.put(name, number(value))

    def _measured(self, name: str, operator: str) -> str:
        """The finding to set so that a quantity comes to something: one of its unit behind it, else itself."""
        if name in self.kb.findings:
            return name
        fitting = self.vocabulary.behind(name)
        return self.chance.choice(fitting) if fitting and self.chance.random() < 0.85 else name

    def some_number(self, name: str) -> None:
        entry = self.kb.findings.get(name) or self.kb.quantities[name]
        values = self.vocabulary.around(entry.id, entry.possible)
        if values:
            self.put(name, number(self.chance.choice(values)))

    def _against(self, leaf: expression.Against, wanted: bool) -> None:
        """A result beyond its range, or within it, as a number or as the word; twice where twice is asked for."""
        name = leaf.name
        quantity = self.kb.quantities.get(name)
        finding = self.kb.findings.get(quantity.range_of if quantity is not None else name)
        if quantity is not None:
            name = self._measured(name, "")
        if finding is None or not finding.ranges:
            return
        word = leaf.word if wanted else self.chance.choice([one.value for one in Word if one.value != leaf.word])
        result = Measurement(exactly(self._beyond(finding, word)))
        if self.chance.random() < 0.15:
            result = Measurement(word=Word(word))
        results = (result,) * (leaf.occasions or 1)
        if leaf.occasions:
            days = [dates.months_ago(Decimal(3 * place), dates.day(self.today)) for place in range(len(results))]
            results = tuple(
                Measurement(one.interval, one.word, date=day) for one, day in zip(results, reversed(days), strict=True)
            )
        self.put(name, Number(results))

    def _beyond(self, finding: Finding, word: str) -> Decimal:
        span = self.chance.choice(finding.ranges).range
        low = span.low if not span.low.is_infinite() else span.high / 2
        high = span.high if not span.high.is_infinite() else span.low * 2
        if word == "normal":
            return self.chance.choice((low, high, (low + high) / 2))
        exponent = high.as_tuple().exponent
        step = Decimal(1).scaleb(min(0, exponent if isinstance(exponent, int) else 0))
        reach = self.chance.choice((step, (high - low) / 3, high - low))
        beyond = (high + reach if word == "high" else low - reach).quantize(step / 10)
        if not finding.possible.contains(beyond):
            return high + step if word == "high" else low - step
        return beyond

    # --- lists ---

    def add(self, name: str, entry: Entry) -> None:
        known = self.found.get(name)
        entries = known.entries if isinstance(known, Records) else ()
        if len(entries) < 8:
            self.found[name] = Records((*entries, entry))

    def _entry(self, leaf: expression.Quantified) -> Entry:
        finding = self.kb.findings[leaf.name]
        fields: dict[str, Known] = {}
        if leaf.where is not None:
            self._fields(leaf.where, True, fields)
        if finding.key not in fields:
            fields[finding.key] = one_of(self.chance.choice(self.vocabulary.members(leaf.name)))
        begun, ended = fields.get("started"), fields.get("stopped")
        if isinstance(begun, Day) and isinstance(ended, Day) and begun.interval.high > ended.interval.low:
            del fields["started"]
        return Entry(fields)

    def _fields(self, node: TruthNode, wanted: bool, fields: dict[str, Known]) -> None:
        """Fields of one entry that meet what is asked of it."""
        if isinstance(node, expression.Not):
            self._fields(node.item, not wanted, fields)
        elif isinstance(node, (expression.All, expression.AnyOf)):
            every = isinstance(node, expression.All) is wanted
            for item in node.items if every else [self.chance.choice(node.items)]:
                self._fields(item, wanted, fields)
        elif isinstance(node, expression.OneOf) and node.field:
            if wanted is not node.negated:
                fields[node.name] = one_of(self.chance.choice(in_order(node.members)))
        elif isinstance(node, expression.IsYes) and node.field:
            fields[node.name] = YES if wanted else NO
        elif isinstance(node, expression.Given):
            if wanted:
                fields[node.name] = Day(exactly(self.today.toordinal() - self.chance.choice(DAYS_AGO)))
        elif isinstance(node, expression.Compared):
            self._compared_field(node, wanted, fields)

    def _compared_field(self, node: expression.Compared, wanted: bool, fields: dict[str, Known]) -> None:
        left, _ = _scaled(node.left)
        limits = list(self.vocabulary.numbers_in(node.right))
        if not limits:
            return
        operator = node.operator if wanted else OPPOSITE[node.operator]
        more = operator in (">", ">=", "!=")
        limit = self.chance.choice(limits)
        if isinstance(left, expression.Since) and isinstance(left.date, expression.Field):
            fields[left.date.name] = Day(exactly(self._day(left.measure, limit, more)))
        elif isinstance(left, expression.Field) and left.name == "duration":
            fields["started"] = Day(exactly(self._day("months", limit, more)))
        elif isinstance(left, expression.Field):
            dose = left.name == "daily_dose"
            value = limit + (1 if more else -1) * (Decimal("0.5") if self.chance.random() < 0.7 else Decimal(0))
            fields["dose" if dose else left.name] = number(max(value, Decimal(0)))
            if dose:
                fields["every"] = number(1)

    def _day(self, measure: str, limit: Decimal, longer: bool) -> int:
        """A day about so long ago: on the limit, a day beside it, or some weeks to the side that is asked for."""
        today = self.today
        months = measure == "months"
        at = int(dates.months_ago(limit, dates.day(today)).low) if months else today.toordinal() - int(limit)
        beside = self.chance.choice((0, 1, 40, 40))
        return min(at - beside if longer else at + beside, today.toordinal())


def _scaled(node: expression.NumberNode) -> tuple[expression.NumberNode, Decimal]:
    """What is scaled to the unit of a comparison, and by how much."""
    return (node.item, node.factor) if isinstance(node, expression.Scaled) else (node, Decimal(1))
