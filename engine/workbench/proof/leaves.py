"""What can be known of one patient, as statements: the leaves of premises, joined by what they have in common.

Every finding and quantity has a variable for having a value, and, where it may not apply, one for not applying. Leaves
are pairs: numbers by their cut-offs (`numbers`), lists by their entries (`lists`), choices member by member, a result
against its range by word. What has none of these forms is a pair of its own of which nothing is assumed but that it is
not both true and false.

So more is allowed than any record can say, and never less: for every record there is a choice of the variables under
which each leaf is as the engine has it. `of_patient` gives that choice, and tests hold it to random patients.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from ...inference import values
from ...inference.reference import Settled, answered
from ...knowledge_base.model import Finding, KnowledgeBase
from ...premises import evaluation, expression
from ...premises.expression import Node, TruthNode
from ...values.interval import INFINITY, Interval
from ...values.truth import Truth
from ...values.types import Possible
from ...values.value import NOT_APPLICABLE, Choice, Gap, Known, Number, Records
from .clauses import ALWAYS, FALSE, TRUE, Clauses, Pair
from .lists import Asked, Cuts, List
from .numbers import Line

WORDS = ("high", "low", "normal")


class Leaves:
    """The leaves of one or more knowledge bases over one patient: what means the same has the same variables."""

    def __init__(self, clauses: Clauses) -> None:
        self.clauses = clauses
        self.lines: dict[str, Line] = {}
        self.lists: dict[str, List] = {}
        self.members: dict[str, dict[str, int]] = {}
        """Of a choice: for each member the variable for its being ruled out."""
        self.valued: dict[str, int] = {}
        self.inapplicable: dict[str, int] = {}
        self.said: dict[str, int] = {}
        """For each finding the variable for its having been answered."""
        self.words: dict[tuple[object, ...], dict[str, Pair]] = {}
        self.printed: dict[str, int] = {}
        """For each number the variable for a range of the laboratory's own standing beside it."""
        self.whole: dict[tuple[object, ...], tuple[TruthNode, Pair]] = {}
        self.anything = clauses.variable()
        """Whether anything at all was said."""
        self.freely = clauses.variable()
        """Whether a number may be entered that is far from what gives it as well."""
        self.refused = clauses.variable()
        """Whether something is said that the reader of patient files refuses: no record that is assessed."""
        self.unsure = clauses.variable()
        """Whether the record may be read or shown otherwise than the clauses say; no made patient needs it."""

    def facts(self) -> Iterator[int]:
        """The variables of which each says that something is known: the fewer hold, the shorter the record."""
        yield from self.valued.values()
        yield from self.printed.values()
        for listed in self.lists.values():
            for _, pair in listed.said:
                yield pair.true
            yield listed.absence
        for _, pair in self.whole.values():
            yield from pair

    def variables(self) -> Iterator[int]:
        """Every variable that says what is known, and what is let be of a record."""
        yield from (self.freely, self.anything)
        for named in (self.valued, self.inapplicable, self.said, self.printed):
            yield from named.values()
        for line in self.lines.values():
            yield from (variable for _, _, variable in line.sides())
        for out in self.members.values():
            yield from out.values()
        for words in self.words.values():
            yield from (abs(one) for pair in words.values() for one in pair)
        for listed in self.lists.values():
            yield from (listed.complete, listed.absence, listed.told)
            yield from (abs(one) for _, pair in listed.said for one in pair)
            yield from (variable for _, _, variable in listed.nothing())
        for _, pair in self.whole.values():
            yield from pair

    def another(self, true: frozenset[int]) -> int:
        """A variable that asks for a record of which something else is known than of this; it holds back no proof."""
        told = [one for one in self.facts() if one in true]
        for name, variable in self.valued.items():
            if variable in true:
                line = self.lines.get(name)
                told += [side for _, _, side in line.sides()] if line is not None else []
                told += list(self.members.get(name, {}).values())
        for words in self.words.values():
            told += [abs(one) for pair in words.values() for one in pair]
        found = self.clauses.variable()
        self.clauses.add(-found, *(-one if one in true else one for one in dict.fromkeys(told)))
        return found

    def line(self, name: str, possible: Possible) -> Line:
        if name not in self.lines:
            self.lines[name] = Line(self.clauses, possible)
        return self.lines[name]

    def has_value(self, name: str) -> int:
        """The variable for a finding or quantity having a value, exact or not."""
        if name not in self.valued:
            self.valued[name] = self.clauses.variable()
        return self.valued[name]


class Reading:
    """How the leaves of one knowledge base read what is known."""

    def __init__(self, kb: KnowledgeBase, leaves: Leaves) -> None:
        self.kb, self.leaves, self.clauses = kb, leaves, leaves.clauses
        self.cuts = Cuts(kb.thresholds)
        self.several = leaves.clauses.variable()
        """Whether two values contradict, so that what is shown is merged from several worlds."""
        self._pairs: dict[TruthNode, Pair] = {}
        self._telling: set[int] = set()

    def leaf(self, node: TruthNode) -> Pair:
        """A leaf as it is measured, whether or not what it reads is indicated."""
        found = self._pairs.get(node)
        if found is None:
            found = self._pairs[node] = self._leaf(node)
        return found

    def _leaf(self, node: TruthNode) -> Pair:
        if isinstance(node, expression.Always):
            return ALWAYS
        if isinstance(node, expression.Compared):
            return self._compared(node)
        if isinstance(node, expression.Within):
            return self._within(node)
        if isinstance(node, expression.Against):
            return self._against(node)
        if isinstance(node, expression.OneOf) and not node.field:
            found = self._choice(node.name, node.members)
            return self._negated(node.name, found) if node.negated else found
        if isinstance(node, expression.IsYes) and not node.field:
            return self._choice(node.name, frozenset({"yes"}))
        if isinstance(node, expression.Has):
            return self.list_of(node.name).has(node.members)
        if isinstance(node, expression.Quantified):
            return self.list_of(node.name).quantified(node)
        return self._whole(node)

    def take_in(self) -> None:
        """Let whoever has a value of a finding, or an entry of a list, have said something."""
        for name, variable in self.leaves.valued.items():
            if name in self.kb.findings and variable not in self._telling:
                self._telling.add(variable)
                self.clauses.implies(variable, self.leaves.anything)
        for listed in self.leaves.lists.values():
            for _, pair in listed.said:
                if pair.true not in self._telling:
                    self._telling.add(pair.true)
                    self.clauses.implies(pair.true, self.leaves.anything)

    def _whole(self, node: TruthNode) -> Pair:
        """A leaf of no known form: neither true nor false follows from anything."""
        key = self.cuts.plain(node)
        found = self.leaves.whole.get(key)
        if found is None:
            found = self.leaves.whole[key] = (node, self.clauses.pair())
        return found[1]

    # --- what a finding can be ---

    def not_applicable(self, name: str) -> int:
        """The variable for a finding not applying; nobody's where it always does."""
        finding = self.kb.findings.get(name)
        if finding is not None and finding.remembers:
            return -self.leaves.has_value(name)  # where nothing came before, there is nothing to know
        if finding is None or finding.applies is None:
            return FALSE
        found = self.leaves.inapplicable.get(name)
        if found is None:
            found = self.leaves.inapplicable[name] = self.clauses.variable()
            applies = self.premise(finding.applies)
            value = self.leaves.has_value(name)
            self.clauses.implies(found, applies.false)
            self.clauses.add(-found, -value)
            self.clauses.implies(applies.false, found, value)
            self.clauses.add(-applies.false, -value, self.leaves.unsure)
            away = self._explicit(finding.applies).false
            self.clauses.add(-away, -self._says_something(finding, value), self.leaves.refused)
        return found

    def _explicit(self, node: TruthNode) -> Pair:
        """A premise by what was said alone, as far as that is sure: what is implied is left open."""
        if isinstance(node, expression.Not):
            return self._explicit(node.item).opposite
        if isinstance(node, expression.All):
            return self.clauses.both([self._explicit(item) for item in node.items])
        if isinstance(node, expression.AnyOf):
            return self.clauses.either([self._explicit(item) for item in node.items])
        read = [self.kb.findings.get(name) for name in expression.names_read(node)]
        said = all(one is not None and (one.applies, one.assumed, one.stand_in) == (None, None, "") for one in read)
        plain = isinstance(node, (expression.Compared, expression.Within, expression.OneOf, expression.IsYes))
        return self.leaf(node) if read and said and plain else Pair(FALSE, FALSE)

    def _says_something(self, finding: Finding, value: int) -> int:
        """The variable for an answer that is not true of whom the question does not apply to: any but a plain no."""
        if finding.form == "number":
            return value
        others = [out for member, out in sorted(self._ruled_out(finding.id).items()) if member != "no"]
        return self.clauses.all_of((value, -self.clauses.all_of(others)))

    def premise(self, node: TruthNode) -> Pair:
        """A premise over findings and quantities alone, as `applies` is."""
        if isinstance(node, expression.Not):
            return self.premise(node.item).opposite
        if isinstance(node, expression.All):
            return self.clauses.both([self.premise(item) for item in node.items])
        if isinstance(node, expression.AnyOf):
            return self.clauses.either([self.premise(item) for item in node.items])
        if isinstance(node, expression.AtLeast):
            return self.clauses.counted(node.count, [self.premise(item) for item in node.items])
        return self.leaf(node)

    def answered(self, name: str) -> int:
        """The variable for a finding having been answered: then `indicated` no longer matters."""
        found = self.leaves.said.get(name)
        if found is None:
            found = self.leaves.said[name] = self.clauses.variable()
            self.clauses.implies(self.leaves.has_value(name), found)
            if self.not_applicable(name) != FALSE:
                self.clauses.implies(self.not_applicable(name), found)
        return found

    def known(self, name: str) -> Pair:
        """Whether there is anything to go by."""
        finding = self.kb.findings.get(name)
        if finding is not None and finding.form == "records":
            complete = self.list_of(name).complete
            return Pair(complete, -complete)
        if name in self.kb.quantities or (finding is not None and finding.form == "number"):
            self.line(name)  # what it is worked out from counts, though nothing compares it
        there = self.clauses.any_of((self.leaves.has_value(name), self.not_applicable(name)))
        return Pair(there, -there)

    def _of(self, name: str, found: Pair) -> Pair:
        """A statement that is open while there is no value, and false where none applies."""
        value, inapplicable = self.leaves.has_value(name), self.not_applicable(name)
        if found.true not in (TRUE, FALSE):
            self.clauses.implies(found.true, value)
        if found.false not in (TRUE, FALSE):
            self.clauses.implies(found.false, value)
        return Pair(found.true, self.clauses.any_of((found.false, inapplicable)))

    def _negated(self, name: str, found: Pair) -> Pair:
        """The opposite of a statement; what does not apply makes both false."""
        inapplicable = self.not_applicable(name)
        true = self.clauses.all_of((found.false, -inapplicable))
        return Pair(true, self.clauses.any_of((found.true, inapplicable)))

    # --- numbers ---

    def line(self, name: str) -> Line:
        entry = self.kb.findings.get(name) or self.kb.quantities[name]
        return self.leaves.line(name, entry.possible)

    def _named(self, node: Node) -> str | None:
        return node.name if isinstance(node, expression.Value) else None

    def _compared(self, node: expression.Compared) -> Pair:
        left, right, operator = node.left, node.right, node.operator
        if self._named(left) is None and self._named(right) is not None:
            left, right, operator = right, left, _TURNED[operator]
        name, cut = self._named(left), self.cuts.exact(right)
        if isinstance(left, expression.Aggregate) and cut is not None:
            return self._summed(node, left, operator, cut)
        if name is None or cut is None:
            return self._whole(node)
        return self._of(name, self.line(name).compared(operator, cut))

    def _summed(self, node: TruthNode, sum_: expression.Aggregate, operator: str, cut: Decimal) -> Pair:
        """A sum of what cannot be negative: one entry that reaches the cut-off is enough."""
        found = self._whole(node)
        item = sum_.item
        floor = item.floor if isinstance(item, expression.Field) else None
        if sum_.kind == "sum" and item is not None and floor is not None and floor >= 0 and operator in (">", ">="):
            span = Interval(cut, INFINITY, operator == ">", True)
            enough = self.list_of(sum_.name).one_with(sum_.where, item, span)
            self.clauses.implies(enough.true, found.true)
            self.clauses.implies(found.false, enough.false)
        return found

    def _within(self, node: expression.Within) -> Pair:
        name, low, high = self._named(node.value), self.cuts.exact(node.low), self.cuts.exact(node.high)
        if name is None or low is None or high is None:
            return self._whole(node)
        line = self.line(name)
        return self._of(name, self.clauses.both((line.compared(">=", low), line.compared("<=", high))))

    def _against(self, node: expression.Against) -> Pair:
        if node.occasions is not None:
            return self._whole(node)
        found = self._of(node.name, self._worded(node.name)[node.word])
        return self._negated(node.name, found) if node.negated else found

    def _worded(self, name: str) -> dict[str, Pair]:
        """High, low and normal: exactly one of them in the end, by the range in force unless another is printed."""
        owner = values.range_owner(self.kb, name)
        ranges = owner.ranges if owner is not None else ()
        key = (name, repr([(one.when, one.range) for one in ranges]))
        found = self.leaves.words.get(key)
        if found is None:
            clauses = self.clauses
            high, low = clauses.pair(), clauses.pair()
            clauses.implies(high.true, low.false)
            clauses.implies(low.true, high.false)
            normal = clauses.both((high.opposite, low.opposite))
            found = self.leaves.words[key] = {"high": high, "low": low, "normal": normal}
            quantity = self.kb.quantities.get(name)
            beside = owner.id if owner is not None and quantity is not None and not quantity.shown else name
            printed = self.leaves.printed.setdefault(beside, clauses.variable())  # what is never entered has no own
            earlier: list[int] = []
            for case in ranges:
                held = self.premise(case.when) if case.when is not None else ALWAYS
                self._by_range(name, found, case.range, [printed, -clauses.all_of((held.true, *earlier))])
                earlier.append(held.false)
        return found

    def _by_range(self, name: str, words: dict[str, Pair], span: Interval, unless: list[int]) -> None:
        """Let a result be high or low as it lies to a range, unless one of these holds.

        A word by itself lies where its range puts it; past an end that is infinite it lies nowhere.
        """
        line, value = self.line(name), self.leaves.has_value(name)
        for word, end, operator in (("high", span.high, ">"), ("low", span.low, "<")):
            if end.is_infinite():
                continue
            beyond = line.compared(operator, end)
            for told, known in zip(words[word], beyond, strict=True):
                self.clauses.add(-told, known, *unless)
                self.clauses.add(told, -known, -value, *unless)

    # --- choices ---

    def _choice(self, name: str, members: frozenset[str]) -> Pair:
        """Whether a choice is among these members: all others are ruled out, or these are."""
        out = self._ruled_out(name)
        value = self.leaves.has_value(name)
        inside = self.clauses.all_of((value, *(out[one] for one in sorted(out) if one not in members)))
        outside = self.clauses.all_of((value, *(out[one] for one in sorted(out) if one in members)))
        return Pair(inside, self.clauses.any_of((outside, self.not_applicable(name))))

    def _ruled_out(self, name: str) -> dict[str, int]:
        found = self.leaves.members.get(name)
        if found is None:
            finding = self.kb.findings[name]
            choice = self.kb.choices.get(finding.choices)
            every = list(choice.members) if choice is not None and finding.form == "choice" else ["yes", "no"]
            found = self.leaves.members[name] = {one: self.clauses.variable() for one in every}
            self.clauses.add(-self.leaves.has_value(name), *(-one for one in found.values()))
        return found

    # --- lists ---

    def list_of(self, name: str) -> List:
        found = self.leaves.lists.get(name)
        if found is None:
            finding = self.kb.findings[name]
            choice = self.kb.choices[finding.fields[finding.key].choices]
            found = self.leaves.lists[name] = List(self.clauses, name, finding.key, choice.members, self.cuts)
        return found

    # --- one patient ---

    def of_patient(self, facts: Settled) -> Iterator[int]:
        """The variables, positive or negative, that say what is known of a patient."""
        leaves = self.leaves
        for name, variable in leaves.valued.items():
            yield variable if not isinstance(facts.known(name), Gap) else -variable
        for name, variable in leaves.inapplicable.items():
            yield variable if facts.known(name) is NOT_APPLICABLE else -variable
        for name, variable in leaves.said.items():
            yield variable if answered(facts.known(name), facts.given(name)) else -variable
        for name, line in leaves.lines.items():
            interval = evaluation.number_of(expression.Value(name=name), facts)
            held = set() if isinstance(interval, Gap) else set(line.holds(interval))
            for _, _, variable in line.sides():
                yield variable if variable in held else -variable
        for name, out in leaves.members.items():
            known = facts.known(name)
            for member, variable in out.items():
                yield variable if isinstance(known, Choice) and member not in known.members else -variable
        for name, variable in leaves.printed.items():
            yield variable if self.has_printed(name, facts) else -variable
        for key, pairs in leaves.words.items():
            name = str(key[0])
            for word in ("high", "low"):
                held_word = Truth.UNKNOWN
                if isinstance(facts.known(name), Number):
                    held_word = evaluation.truth_of(expression.Against(name=name, word=word), facts)
                yield from _signed(pairs[word], held_word)
        for listed in leaves.lists.values():
            yield from _of_list(listed, facts)
        for node, pair in leaves.whole.values():
            yield from _signed(pair, evaluation.truth_of(node, facts))

    def has_printed(self, name: str, facts: evaluation.Facts) -> bool:
        """Whether a reference range stands beside what is known of a number, or of whose range it is read against."""
        owner = values.range_owner(self.kb, name)
        known = [facts.known(one) for one in {name, owner.id if owner is not None else name}]
        return any(isinstance(one, Number) and one.last.range is not None for one in known)


def _signed(pair: Pair, held: Truth) -> Iterator[int]:
    yield pair.true if held is Truth.TRUE else -pair.true
    yield pair.false if held is Truth.FALSE else -pair.false


def _of_list(listed: List, facts: Settled) -> Iterator[int]:
    known = facts.known(listed.name)
    complete = known is NOT_APPLICABLE or (isinstance(known, Records) and known.complete)
    yield listed.complete if complete else -listed.complete
    yield listed.told if known is NOT_APPLICABLE or isinstance(known, Records) else -listed.told
    for asked, pair in listed.said:
        held = evaluation.truth_of(listed.asking(asked), facts)
        yield pair.true if held is Truth.TRUE else -pair.true
        if asked.count > 1:
            yield pair.false if held is Truth.FALSE else -pair.false
    possible, absent = possible_members(listed, known), False
    for rest, member, variable in listed.nothing():
        one = Asked(members=frozenset({member}), rest=rest)
        none = member not in possible or evaluation.truth_of(listed.asking(one), facts) is Truth.FALSE
        absent = absent or none
        yield variable if none else -variable
    yield listed.absence if absent else -listed.absence


def possible_members(listed: List, known: Known) -> frozenset[str]:
    """The members that an entry of a list is or may be."""
    if known is NOT_APPLICABLE:
        return frozenset()
    if not isinstance(known, Records):
        return listed.members
    keys = [entry.fields.get(listed.key) for entry in known.entries]
    found = [one.members if isinstance(one, Choice) else listed.members for one in keys]
    further = frozenset() if known.complete else listed.members - known.absent or listed.members
    return further.union(*found)


_TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "=", "!=": "!="}
