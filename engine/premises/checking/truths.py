"""Conditions in premises: which names take which operator, what a label stands for, and what can never change."""

# `return self.wrong(...)` notes a problem and gives the phrase up: the None it returns is meant.
# mypy: disable-error-code="func-returns-value"

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ...values.interval import exactly
from ...values.problems import Hint
from ..expression import (
    Against,
    Aggregate,
    All,
    AnyOf,
    Compared,
    Given,
    Has,
    IsYes,
    Literal,
    Node,
    Not,
    NumberNode,
    OneOf,
    Proposition,
    Quantified,
    Shown,
    TruthNode,
    Within,
)
from ..grammar import Call, Comparison, Entries, Holding, Identity, Junction, Membership, Negation, Phrase, Word
from ..statuses import CONTRADICTORY, KNOWN
from ..vocabulary import Labels, Signature
from .names import NUMBER_FUNCTIONS, RANGE_WORDS, VERBS, Meaning
from .statuses import Statuses

_TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "=", "!=": "!="}
_OPPOSITES = {("<", ">="), (">", "<="), ("=", "!=")}
_MAX_OCCASIONS = 20


class Truths(Statuses):
    """Checks the conditions of one text."""

    def truth(self, phrase: Phrase) -> TruthNode | None:
        check = _CHECKS.get(type(phrase))
        if check is not None:
            return check(self, phrase)
        what = f"`{self.written(phrase)}` is a number; a condition is expected here"
        return self.wrong("OL206", phrase, what, f"compare it, as in `{self.written(phrase)} < 5 unit`")

    # --- junctions ----------------------------------------------------------------------------------------------------

    def _junction(self, phrase: Junction) -> TruthNode | None:
        items = [self._item(phrase, index) for index in range(len(phrase.items))]
        checked = [item for item in items if item is not None]
        if len(checked) < len(items):
            return None
        node: TruthNode
        if phrase.word == "and":
            node = All(items=tuple(checked), **self.span(phrase))
        else:
            node = AnyOf(items=tuple(checked), **self.span(phrase))
        self._mixed(phrase)
        for first, second in complements(checked):
            what = f"`{first.source}` and `{second.source}` are opposites"
            self.doubtful("OL213", phrase, what, f"joined by `{phrase.word}` they say nothing about a patient")
        return node

    def _mixed(self, phrase: Junction) -> None:
        """Reports `a or b and c`: what is read, and what may have been meant, each with its parentheses."""
        bare = [item for item in phrase.items if isinstance(item, Junction) and not self._in_parentheses(item)]
        if phrase.word != "or" or not bare:
            return
        old = self.text[phrase.start : phrase.end]
        read = self._grouped(phrase, bare)
        meant = self._grouped_the_other_way(phrase, bare[0])
        hint = Hint(f"write `{read}`, as it is read, or `{meant}`", old, read, meant)
        self.doubtful("OL217", phrase, "`and` and `or` are mixed without parentheses", hint)

    def _in_parentheses(self, phrase: Phrase) -> bool:
        before, after = self.text[: phrase.start].rstrip(), self.text[phrase.end :].lstrip()
        return before.endswith("(") and after.startswith(")")

    def _grouped(self, phrase: Junction, bare: Sequence[Junction]) -> str:
        """As it is written, with parentheses around each `and`."""
        text, at = "", phrase.start
        for item in bare:
            text += f"{self.text[at : item.start]}({self.text[item.start : item.end]})"
            at = item.end
        return text + self.text[at : phrase.end]

    def _grouped_the_other_way(self, phrase: Junction, bare: Junction) -> str:
        """The parentheses around the `or` that stands beside the first `and`."""
        if bare is phrase.items[0]:
            start, end = bare.items[-1].start, phrase.end
        else:
            start, end = phrase.start, bare.items[0].end
        start, end = self._widened(start, end)
        return f"{self.text[phrase.start : start]}({self.text[start:end]}){self.text[end : phrase.end]}"

    def _widened(self, start: int, end: int) -> tuple[int, int]:
        """A span with the parentheses that stand half inside it."""
        missing = self.text[start:end].count("(") - self.text[start:end].count(")")
        while missing > 0 and ")" in self.text[end:]:
            end, missing = self.text.index(")", end) + 1, missing - 1
        while missing < 0 and "(" in self.text[:start]:
            start, missing = self.text.rindex("(", 0, start), missing + 1
        return start, end

    def _item(self, phrase: Junction, index: int) -> TruthNode | None:
        item = phrase.items[index]
        if isinstance(item, Word) and index and not self.kind(item):
            before = phrase.items[index - 1]
            if isinstance(before, (Identity, Holding)) and self._labels_of(before.subject, item):
                subject, verb = self.written(before.subject), "is" if isinstance(before, Identity) else "has"
                labels = f" {phrase.word} ".join([*(label.text for label in before.labels), item.text])
                hint = f"write `{subject} {verb} ({labels})`"
                if phrase.word == "and":
                    hint = f"write `{subject} {verb} {item.text}`"
                return self.wrong("OL202", item, f"`{item.text}` stands alone", Hint(hint))
        return self.truth(item)

    def _labels_of(self, subject: Phrase, label: Word) -> bool:
        meaning = self.meaning(subject) if isinstance(subject, Word) and self.kind(subject) else None
        return meaning is not None and meaning.labels is not None and meaning.labels.expand(label.text) is not None

    def _negation(self, phrase: Negation) -> TruthNode | None:
        item = self.truth(phrase.item)
        return Not(item=item, **self.span(phrase)) if item is not None else None

    # --- names and propositions ---------------------------------------------------------------------------------------

    def _bare(self, word: Word) -> TruthNode | None:
        if word.text == "always":
            what, hint = "`always` stands alone", "leave it out, or write nothing else"
            return self.wrong("OL209", word, what, hint)
        meaning = self.meaning(word)
        if meaning is None:
            return None
        if meaning.field is not None and meaning.kind == "date":
            if word.text != "stopped":
                hint = f"write `stopped`, or compare it, as in `since({word.text}) < 6 months`"
                self.doubtful("OL218", word, f"`{word.text}` alone only says that its day is known", hint)
            return Given(name=word.text, **self.span(word))
        if meaning.kind == "yes_no":
            return IsYes(name=word.text, field=meaning.field is not None, **self.span(word))
        if meaning.kind == "state":
            return self._proposition(word, word.text, meaning.place)
        return self.mismatch(word, meaning, "a condition is expected here")

    def _proposition(self, phrase: Phrase, atom: str, elsewhere: Any = None) -> TruthNode | None:
        if not self.concluded_allowed(phrase):
            return None
        if atom not in self.vocabulary.concluded:
            what = f"no rule ever concludes `{atom}`"
            return self.wrong("OL208", phrase, what, "write such a rule, or read a finding instead", elsewhere)
        return Proposition(atom=atom, place=self.at(phrase), source=self.written(phrase))

    def _called(self, phrase: Call) -> TruthNode | None:
        verb = phrase.function.text
        if self.misused_status(phrase, phrase):
            return None
        if verb == KNOWN:
            return self.known(phrase)
        if verb == CONTRADICTORY:
            return self.contradictory(phrase)
        if verb in NUMBER_FUNCTIONS:
            what = f"`{self.written(phrase)}` is a number; a condition is expected here"
            return self.wrong("OL206", phrase, what, f"compare it, as in `{self.written(phrase)} < 5 unit`")
        if verb not in VERBS:
            return self.unknown_function(phrase.function)
        if len(phrase.arguments) != 1 or not isinstance(phrase.arguments[0], Word):
            each = [f"`{verb}({word.text})`" for word in _words(phrase.arguments)]
            hint = "write " + " or ".join(each) if len(each) > 1 else f"write `{verb}(id)`"
            return self.wrong("OL214", phrase, f"`{verb}` takes one id", hint)
        return self._said(phrase, verb, phrase.arguments[0])

    def _said(self, phrase: Call, verb: str, word: Word) -> TruthNode | None:
        labels = self.vocabulary.subjects.get(verb, Labels(members=frozenset()))
        members = labels.expand(word.text)
        if members is None:
            return self.unknown_label(word, labels, f"`{verb}(...)`", None)
        if word.text in labels.members:
            return self._proposition(phrase, f"{verb}({word.text})")
        if not self.concluded_allowed(phrase):
            return None
        atoms = [
            atom for atom in (f"{verb}({member})" for member in sorted(members)) if atom in self.vocabulary.concluded
        ]
        if not atoms:
            what = f"no member of `{word.text}` has a rule by which it is {verb}"
            return self.wrong("OL207", phrase, what, "write one, or name another class")
        items: tuple[TruthNode, ...] = tuple(
            Proposition(atom=atom, place=self.at(phrase), source=atom) for atom in atoms
        )
        reported = frozenset(member for member in members if f"{verb}({member})" not in atoms)
        if reported and verb == "diagnosed" and "conditions" in self.vocabulary.names:
            items += (Has(name="conditions", members=reported, **self.span(phrase)),)
        if len(items) == 1:
            return items[0]
        joined = All if verb == "contraindicated" else AnyOf
        return joined(items=items, **self.span(phrase))

    # --- comparisons --------------------------------------------------------------------------------------------------

    def _comparison(self, phrase: Comparison) -> TruthNode | None:
        if len(phrase.operators) > 1:
            return self._chained(phrase)
        (left, right), operator = phrase.sides, phrase.operators[0]
        if self.misused_status(phrase, left, right):
            return None
        if self.kind(left) == "scale" and isinstance(left, Word):
            return self.on_scale(phrase, left, operator, right)
        if self.kind(right) == "scale":
            hint = f"write `{self.written(right)} {_TURNED[operator]} {self.written(left)}`"
            return self.wrong("OL202", phrase, "the scale stands first", hint)
        if self._label_compared(phrase, left, operator, right) or self._label_compared(phrase, right, operator, left):
            return None
        a, b = self.number(left), self.number(right)
        if a is None or b is None:
            return None
        shared = self.shared([a, b], phrase)
        if shared is None or self._constant(phrase, shared[0]):
            return None
        first, second = shared[0]
        if a.date and isinstance(second, Literal):
            return self._on_date(phrase, operator, first, second)
        if a.date and isinstance(first, Literal):
            return self._on_date(phrase, _TURNED[operator], second, first)
        return Compared(operator=operator, left=first, right=second, **self.span(phrase))

    def _on_date(self, phrase: Phrase, operator: str, date: NumberNode, written: Literal) -> TruthNode | None:
        """A date against a written one: before `2025-03` is before its first day, after it is after its last."""
        first, last = _ends(written)
        if first == last or operator in ("<", ">="):
            return Compared(operator=operator, left=date, right=first, **self.span(phrase))
        if operator in (">", "<="):
            return Compared(operator=operator, left=date, right=last, **self.span(phrase))
        if operator == "=":
            return Within(value=date, low=first, high=last, **self.span(phrase))
        what = f"`{written.source}` is more than a day"
        hint = f"write `not {date.source} in {written.source}..{written.source}`"
        return self.wrong("OL206", phrase, what, hint)

    def _chained(self, phrase: Comparison) -> None:
        sides, operators = [self.written(side) for side in phrase.sides], phrase.operators
        pairs = [f"{a} {operator} {b}" for a, operator, b in zip(sides, operators, sides[1:], strict=False)]
        hint = f"write `{' and '.join(pairs)}`"
        if operators == ("<=", "<="):
            hint += f" or `{sides[1]} in {sides[0]}..{sides[2]}`"
        self.wrong("OL202", phrase, "comparisons are not chained", hint)

    def _label_compared(self, phrase: Phrase, side: Phrase, operator: str, other: Phrase) -> bool:
        """Reports `sex = female`, `medicines = x`, `calcium = high`, `fragility_fracture = true`."""
        kind, name, written = self.kind(side), self.written(side), self.written(other)
        label = written if isinstance(other, Word) else "label"
        if kind == "choice":
            verb = "is not" if operator == "!=" else "is"
            what = f"`{operator}` compares numbers; `{name}` is a choice"
            self.wrong("OL202", phrase, what, f"write `{name} {verb} {label}`")
        elif kind == "records":
            what = f"`{operator}` compares numbers; `{name}` is a list"
            counted = "" if operator == "=" and label == written else f" or `at least 2 {name} where (...)`"
            self.wrong("OL202", phrase, what, f"write `{name} has {label}`{counted}")
        elif kind in ("yes_no", "state"):
            what = f"`{operator}` compares numbers; `{name}` is yes or no"
            self.wrong("OL202", phrase, what, f"write `{name}` or `not {name}`")
        elif kind in ("number", "quantity") and written in RANGE_WORDS and not self.kind(other):
            what = f"`{written}` is a label, not a number"
            self.wrong("OL202", phrase, what, f"write `{name} is {written}`")
        else:
            return False
        return True

    def _membership(self, phrase: Membership) -> TruthNode | None:
        if self.misused_status(phrase, phrase.value) or self._label_compared(phrase, phrase.value, "in", phrase.low):
            return None
        low_phrase = phrase.low
        value, low, high = self.number(phrase.value), self.number(low_phrase), self.number(phrase.high)
        if value is None or low is None or high is None:
            return None
        if low.bare and isinstance(low.node, Literal) and high.literal and high.text:
            node = dataclasses.replace(low.node, unit=high.text)
            low = dataclasses.replace(low, node=node, text=high.text, unit=high.unit, bare=False)
        if low.bare and high.bare and low.literal and high.literal and not value.bare and not self.takes_bare(value):
            what = f"the range has no unit, and {self.written(phrase.value)} is in {value.text}"
            united = f"{self.written(phrase.low)}..{self.written(phrase.high)} {value.text}"
            hint = Hint(f"write `{united}`", self.text[phrase.low.start : phrase.high.end], united)
            return self.wrong("OL203", phrase.low, what, hint)
        shared = self.shared([value, low, high], phrase)
        if shared is None or self._constant(phrase, shared[0]):
            return None
        inside, least, most = shared[0]
        if value.date and isinstance(least, Literal) and isinstance(most, Literal):
            least, most = _ends(least)[0], _ends(most)[1]
        if isinstance(least, Literal) and isinstance(most, Literal) and least.value.low > most.value.high:
            return self.wrong(
                "OL209", phrase, "the range ends below its beginning: never true", "the lower end comes first"
            )
        return Within(value=inside, low=least, high=most, **self.span(phrase))

    def _constant(self, phrase: Phrase, nodes: Iterable[NumberNode]) -> bool:
        """Reports a comparison that reads nothing of the patient."""
        if any(_reads(part) for node in nodes for part in node.walk()):
            return False
        self.wrong("OL209", phrase, f"`{self.written(phrase)}` is the same for every patient")
        return True

    # --- labels -------------------------------------------------------------------------------------------------------

    def _identity(self, phrase: Identity) -> TruthNode | None:
        subject = phrase.subject
        asked = self.asks_status(subject)
        if asked is not None:
            return self.status(phrase, asked)
        if isinstance(subject, Call) and subject.function.text not in (*VERBS, *NUMBER_FUNCTIONS):
            return self.unknown_function(subject.function)
        if not isinstance(subject, Word):
            what = f"`is` stands after a name, not after `{self.written(subject)}`"
            return self.wrong("OL202", phrase, what, "compare numbers by `=`, `<`, `in`")
        meaning = self.meaning(subject)
        if meaning is None:
            return None
        if phrase.occasions and (meaning.kind not in ("number", "quantity") or meaning.signature is None):
            what = f"`on {phrase.occasions} occasions` takes a number against its reference range"
            return self.wrong("OL202", phrase, what, "as in `calcium is high on 2 occasions`")
        if meaning.kind == "choice":
            members = self._members(phrase.labels, meaning, subject)
            field = meaning.field is not None
            if members is None:
                return None
            return OneOf(name=subject.text, members=members, negated=phrase.negated, field=field, **self.span(phrase))
        if meaning.kind == "scale" and meaning.signature is not None:
            return self.is_level(phrase, subject, meaning.signature)
        if meaning.kind in ("number", "quantity") and meaning.signature is not None:
            return self._against(phrase, subject, meaning.signature)
        return self._no_labels(phrase, subject, meaning)

    def _no_labels(self, phrase: Identity, subject: Word, meaning: Meaning) -> None:
        labels = " or ".join(label.text for label in phrase.labels)
        if meaning.kind == "records":
            negation = "not " if phrase.negated else ""
            together = f"({labels})" if len(phrase.labels) > 1 else labels
            what = f"`is` takes a choice; `{subject.text}` is a list"
            return self.wrong("OL202", phrase, what, f"write `{negation}{subject.text} has {together}`", meaning.place)
        if meaning.kind in ("yes_no", "state"):
            no = phrase.negated != (labels in ("no", "false"))
            what = f"`is` takes a choice; `{subject.text}` is yes or no"
            return self.wrong("OL202", phrase, what, f"write `{'not ' if no else ''}{subject.text}`", meaning.place)
        return self.mismatch(subject, meaning, "`is` takes a choice, a scale or a number with a range")

    def _members(self, labels: Iterable[Word], meaning: Meaning, subject: Word) -> frozenset[str] | None:
        labels, known = list(labels), meaning.labels or Labels(members=frozenset())
        members: set[str] = set()
        failed = False
        if not any(known.expand(label.text) for label in labels) and (other := self.another_name(labels, subject)):
            return self.labels_of_another(labels, subject, other, meaning.place)
        for label in labels:
            expanded = known.expand(label.text)
            if expanded is None:
                failed = True
                self.unknown_label(label, known, f"`{subject.text}`", meaning.place)
            elif not expanded:
                failed = True
                self.wrong("OL209", label, f"the class `{label.text}` has no members: never true", "", meaning.place)
            else:
                members |= expanded
        return None if failed else frozenset(members)

    def _against(self, phrase: Identity, subject: Word, signature: Signature) -> TruthNode | None:
        wrong = [label for label in phrase.labels if label.text not in RANGE_WORDS]
        for label in wrong:
            self.unknown_label(
                label, Labels(members=frozenset(RANGE_WORDS)), f"`{subject.text}`, a number", signature.place
            )
        if wrong:
            return None
        occasions = self._occasions(phrase)
        if phrase.occasions and occasions is None:
            return None
        if signature.kind == "quantity":
            self.ranged(subject, signature)
        items = tuple(
            Against(name=subject.text, word=word, negated=phrase.negated, occasions=occasions, **self.span(phrase))
            for word in dict.fromkeys(label.text for label in phrase.labels)
        )
        if len(items) == 1:
            return items[0]
        joined = All if phrase.negated else AnyOf
        return joined(items=items, **self.span(phrase))

    def _occasions(self, phrase: Identity) -> int | None:
        if not phrase.occasions:
            return None
        if phrase.negated:
            labels = " or ".join(label.text for label in phrase.labels)
            what = "`is not ... on N occasions` can be read in two ways"
            hint = f"write `not {self.written(phrase.subject)} is {labels} on {phrase.occasions} occasions`"
            return self.wrong("OL202", phrase, what, hint)
        return self._count(phrase, phrase.occasions, "occasions", least=2, most=_MAX_OCCASIONS)

    def _count(self, phrase: Phrase, digits: str, of: str, *, least: int, most: int) -> int | None:
        if digits.isdigit() and len(digits) < 6 and least <= int(digits) <= most:
            return int(digits)
        return self.wrong("OL209", phrase, f"`{digits} {of}`: a whole number from {least} to {most} is expected")

    # --- lists --------------------------------------------------------------------------------------------------------

    def _holding(self, phrase: Holding) -> TruthNode | None:
        subject = phrase.subject
        if self.misused_status(phrase, subject):
            return None
        if not isinstance(subject, Word):
            what = f"`has` stands after a list, not after `{self.written(subject)}`"
            return self.wrong("OL202", phrase, what, "as in `medicines has bisphosphonate`")
        labels = " or ".join(label.text for label in phrase.labels)
        if self.kind(subject) == "choice":
            together = f"({labels})" if len(phrase.labels) > 1 else labels
            what = f"`has` takes a list; `{subject.text}` is a choice"
            return self.wrong("OL202", phrase, what, f"write `{subject.text} is {together}`")
        signature = self.listed(subject)
        if signature is None:
            return None
        members = self._members(phrase.labels, Meaning("records", signature), subject)
        return Has(name=subject.text, members=members, **self.span(phrase)) if members is not None else None

    def _entries(self, phrase: Entries) -> TruthNode | None:
        row = self.listed(phrase.name)
        count = self._count(phrase, phrase.count, phrase.name.text, least=1, most=1000)
        if row is None or count is None:
            return None
        where = None
        if phrase.where is not None:
            with self.inside(phrase.name, row):
                where = self.truth(phrase.where)
            if where is None:
                return None
        return Quantified(
            quantifier=phrase.quantifier, name=phrase.name.text, count=count, where=where, **self.span(phrase)
        )


def _ends(date: Literal) -> tuple[Literal, Literal]:
    """The first and the last day of a date as written."""
    first, last = (exactly(end) for end in (date.value.low, date.value.high))
    return dataclasses.replace(date, value=first), dataclasses.replace(date, value=last)


def _words(phrases: Iterable[Phrase]) -> list[Word]:
    found: list[Word] = []
    for phrase in phrases:
        if isinstance(phrase, Word):
            found.append(phrase)
        elif isinstance(phrase, Junction):
            found.extend(_words(phrase.items))
    return found


def _reads(node: Node) -> bool:
    """Whether a number node reads the patient, the day, or a cut-off."""
    return isinstance(node, Aggregate) or not (isinstance(node, Literal) or any(True for _ in node.children()))


def complements(items: Iterable[TruthNode]) -> list[tuple[TruthNode, TruthNode]]:
    """Pairs of which one is the opposite of the other."""
    return [(a, b) for a, b in itertools.combinations(items, 2) if _opposite(a, b)]


def _opposite(a: TruthNode, b: TruthNode) -> bool:
    if (isinstance(a, Not) and a.item == b) or (isinstance(b, Not) and b.item == a):
        return True
    if isinstance(a, Compared) and isinstance(b, Compared):
        operators = {(a.operator, b.operator), (b.operator, a.operator)}
        return (a.left, a.right) == (b.left, b.right) and bool(operators & _OPPOSITES)
    if (isinstance(a, OneOf) and isinstance(b, OneOf)) or (isinstance(a, Shown) and isinstance(b, Shown)):
        return a.negated != b.negated and dataclasses.replace(a, negated=b.negated) == b
    return False


_CHECKS: dict[type[Phrase], Callable[[Truths, Any], TruthNode | None]] = {
    Junction: Truths._junction,
    Negation: Truths._negation,
    Word: Truths._bare,
    Call: Truths._called,
    Comparison: Truths._comparison,
    Membership: Truths._membership,
    Identity: Truths._identity,
    Holding: Truths._holding,
    Entries: Truths._entries,
}
