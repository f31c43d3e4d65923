"""Numbers in premises and formulas: their types, their units, and the factors that bring two of them together."""

# `return self.wrong(...)` notes a problem and gives the phrase up: the None it returns is meant.
# mypy: disable-error-code="func-returns-value"

from __future__ import annotations

import abc
import dataclasses
from decimal import Decimal

from ...values.interval import exactly
from ...values.problems import did_you_mean
from ...values.units import NUMBER
from .. import formulas
from ..expression import (
    Aggregate,
    Arithmetic,
    Chosen,
    Extreme,
    Field,
    First,
    Formula,
    Literal,
    MemberNumber,
    Negative,
    NumberNode,
    RangeEnd,
    Since,
    Threshold,
    TruthNode,
    Value,
)
from ..grammar import Call, DateText, Digits, Gathering, Minus, Operation, Phrase, Word
from ..statuses import CONTRADICTORY, KNOWN, WORDS
from ..vocabulary import FieldSignature, Signature
from .names import NUMBER_FUNCTIONS, VERBS, Meaning
from .units import Target, Typed, Units


class Numbers(Units, abc.ABC):
    """Checks the number phrases of one text."""

    @abc.abstractmethod
    def truth(self, phrase: Phrase) -> TruthNode | None:
        """The condition a phrase is, for `where`."""

    def number(self, phrase: Phrase) -> Typed | None:
        if isinstance(phrase, Digits):
            value = Decimal(phrase.number)
            node = Literal(value=exactly(value), unit=phrase.unit, **self.span(phrase))
            unit = self.units.parse(phrase.unit) or NUMBER if phrase.unit else NUMBER
            return Typed(node, phrase, unit, phrase.unit, bare=not phrase.unit)
        if isinstance(phrase, DateText):
            return self.date(phrase, phrase.text)
        if isinstance(phrase, Word):
            return self._named(phrase)
        if isinstance(phrase, Minus):
            return self._minus(phrase)
        if isinstance(phrase, Operation):
            return self._operation(phrase)
        if isinstance(phrase, Call):
            return self._call(phrase)
        if isinstance(phrase, Gathering):
            return self._gathering(phrase)
        return self.wrong("OL206", phrase, f"`{self.written(phrase)}` is a condition; a number is expected here")

    # --- names --------------------------------------------------------------------------------------------------------

    def _named(self, word: Word) -> Typed | None:
        meaning = self.meaning(word)
        if meaning is None:
            return None
        span = self.span(word)
        if meaning.kind == "member number":
            return Typed(MemberNumber(name=word.text, **span), word)
        if meaning.field is not None:
            return self._field(word, meaning, meaning.field)
        signature = meaning.signature
        assert signature is not None
        if meaning.kind == "date":
            return Typed(Value(name=word.text, **span), word, date=True)
        if meaning.kind not in ("number", "quantity", "threshold"):
            return self.mismatch(word, meaning, "a number is expected here")
        node = Threshold(name=word.text, **span) if meaning.kind == "threshold" else Value(name=word.text, **span)
        return self._measured(node, word, signature)

    def _measured(self, node: NumberNode, phrase: Phrase, signature: Signature) -> Typed:
        unit = self.unit_of(signature.unit, signature.analyte)
        return Typed(node, phrase, unit, signature.unit, signature.analyte, bare_unit=signature.bare_unit)

    def _field(self, word: Word, meaning: Meaning, field: FieldSignature) -> Typed | None:
        node = Field(name=word.text, floor=field.floor, **self.span(word))
        if field.type == "date":
            return Typed(node, word, date=True)
        if field.type == "duration":
            return Typed(node, word, self.unit_of(field.unit) if field.unit else self.month(), field.unit or "months")
        if field.type == "number":
            return Typed(node, word, self.unit_of(field.unit), field.unit, bare_unit=field.bare_unit)
        return self.mismatch(word, meaning, "a number is expected here")

    # --- arithmetic ---------------------------------------------------------------------------------------------------

    def _minus(self, phrase: Minus) -> Typed | None:
        item = self.number(phrase.item)
        if item is None:
            return None
        if item.date:
            return self._no_arithmetic(phrase)
        if isinstance(item.node, Literal):
            node: NumberNode = Literal(value=item.node.value.negated(), unit=item.node.unit, **self.span(phrase))
        else:
            node = Negative(item=item.node, **self.span(phrase))
        return dataclasses.replace(item, node=node, phrase=phrase, elapsed=False)

    def _no_arithmetic(self, phrase: Phrase) -> None:
        what = f"`{self.written(phrase)}` reckons with a date"
        self.wrong("OL206", phrase, what, "write `since(date)` for the time since then; dates are only compared")

    def _operation(self, phrase: Operation) -> Typed | None:
        if self._spaced_unit(phrase) or self._hyphenated(phrase):
            return None
        left, right = self.number(phrase.left), self.number(phrase.right)
        if left is None or right is None:
            return None
        if left.date or right.date:
            return self._no_arithmetic(phrase)
        if phrase.operator in "+-":
            return self._sum(phrase, left, right)
        return self._product(phrase, left, right)

    def _sum(self, phrase: Operation, left: Typed, right: Typed) -> Typed | None:
        shared = self.shared([left, right], phrase)
        if shared is None:
            return None
        (a, b), target = shared
        node = Arithmetic(operator=phrase.operator, left=a, right=b, **self.span(phrase))
        computed = (left.computed or right.computed) and self.units.parse(target.text) is None
        bare = left.bare and right.bare
        return Typed(
            node, phrase, target.unit, target.text, target.analyte, False, bare, target.bare_unit, False, computed
        )

    def _product(self, phrase: Operation, left: Typed, right: Typed) -> Typed | None:
        for side in (left, right):
            if side.literal and side.text and self.units.parse(side.text) is None:
                return self.unknown_unit(side)
        if phrase.operator == "/" and isinstance(right.node, Literal) and right.node.value.exact == 0:
            return self.wrong("OL209", phrase.right, "a division by zero")
        node = Arithmetic(operator=phrase.operator, left=left.node, right=right.node, **self.span(phrase))
        plain = next((side for side in (right, left) if side.unit == NUMBER and not side.text), None)
        if plain is not None and (plain is right or phrase.operator == "*"):
            other = left if plain is right else right
            return dataclasses.replace(
                other, node=node, phrase=phrase, elapsed=False, bare=left.bare and right.bare, bare_unit=other.bare_unit
            )
        unit = left.unit.times(right.unit) if phrase.operator == "*" else left.unit.over(right.unit)
        divisor = f"({right.text})" if right.computed and right.text else right.text or "1"
        text = f"{left.text or '1'}{phrase.operator}{divisor}" if unit.dimension else ""
        return Typed(node, phrase, unit, text, computed=bool(unit.dimension or unit.ratio != 1))

    def _spaced_unit(self, phrase: Operation) -> bool:
        """`35 mL / min` is a division by a name that nobody knows."""
        spelled = self._spelled(phrase)
        if spelled is None or self.units.parse(spelled[1]) is None:
            return False
        number, unit = spelled
        self.wrong("OL204", phrase, "a unit is written without spaces", f"write `{number} {unit}`")
        return True

    def _spelled(self, phrase: Phrase) -> tuple[str, str] | None:
        """The number and unit that a division may have been meant as."""
        if isinstance(phrase, Digits) and phrase.unit:
            return phrase.number, phrase.unit
        if not isinstance(phrase, Operation) or phrase.operator != "/":
            return None
        left = self._spelled(phrase.left)
        if left is None:
            return None
        if isinstance(phrase.right, Word) and not self.kind(phrase.right):
            return left[0], f"{left[1]}/{phrase.right.text}"
        if isinstance(phrase.right, Digits) and phrase.right.unit:
            return left[0], f"{left[1]}/{phrase.right.number}{phrase.right.unit}"
        return None

    def _hyphenated(self, phrase: Operation) -> bool:
        """`t-score` is a difference of names that nobody knows."""
        joined = self.text[phrase.start : phrase.end].replace("-", "_")
        if phrase.operator != "-" or joined not in self.vocabulary.names:
            return False
        self.wrong("OL104", phrase, f"unknown finding '{self.written(phrase)}'", f"did you mean '{joined}'?")
        return True

    # --- functions ----------------------------------------------------------------------------------------------------

    def _call(self, phrase: Call) -> Typed | None:
        name = phrase.function.text
        if name in VERBS or name in WORDS or name in (KNOWN, CONTRADICTORY):
            return self.wrong("OL206", phrase, f"`{self.written(phrase)}` is a condition; a number is expected here")
        if name not in NUMBER_FUNCTIONS:
            return self.unknown_function(phrase.function)
        if name in formulas.BUILT:
            return self._formula(phrase, formulas.BUILT[name])
        if name in ("lowest", "highest"):
            return self._extreme(phrase)
        if name == "first":
            return self._first(phrase)
        if name in ("greater", "lesser"):
            return self._chosen(phrase)
        return self._since(phrase) if name == "since" else self._range_end(phrase)

    def _argument(self, phrase: Call, form: str) -> Phrase | None:
        """The one argument of a function."""
        if len(phrase.arguments) == 1:
            return phrase.arguments[0]
        what = f"`{phrase.function.text}` takes one argument, not {len(phrase.arguments)}"
        return self.wrong("OL214", phrase, what, f"write `{form}`")

    def _since(self, phrase: Call) -> Typed | None:
        argument = self._argument(phrase, "since(date)")
        date = self.number(argument) if argument is not None else None
        if date is None or argument is None:
            return None
        if not date.date:
            what = f"`since` takes a date; `{self.written(argument)}` is a number"
            return self.wrong("OL206", argument, what, "write `since(date)`")
        return Typed(Since(date=date.node, **self.span(phrase)), phrase, self.month(), "months", elapsed=True)

    def _range_end(self, phrase: Call) -> Typed | None:
        end = phrase.function.text
        argument = self._argument(phrase, f"{end}(finding)")
        if argument is None:
            return None
        if not isinstance(argument, Word):
            what = f"`{end}` takes the name of a finding, not `{self.written(argument)}`"
            return self.wrong("OL214", argument, what, f"write `{end}(finding)`")
        meaning = self.meaning(argument)
        if meaning is None:
            return None
        if meaning.signature is None or meaning.kind not in ("number", "quantity"):
            return self.mismatch(
                argument, meaning, f"`{end}` takes a number with a reference range", f"write `{end}(finding)`"
            )
        self.ranged(argument, meaning.signature)
        return self._measured(RangeEnd(end=end, name=argument.text, **self.span(phrase)), phrase, meaning.signature)

    def ranged(self, word: Word, signature: Signature) -> None:
        """Doubts a reference range that nobody gave."""
        if not signature.ranged:
            what = f"`{word.text}` has no reference range: known only where an answer brings its own"
            self.doubtful("OL210", word, what, "give it a `range` (a quantity: `range_of`)", signature.place)

    def _several(
        self, phrase: Call, form: str, exactly_two: bool = False
    ) -> tuple[list[Typed], Target, list[NumberNode]] | None:
        count = len(phrase.arguments)
        if count < 2 or (exactly_two and count != 2):
            wanted = "two arguments" if exactly_two else "two arguments or more"
            return self.wrong(
                "OL214", phrase, f"`{phrase.function.text}` takes {wanted}, not {count}", f"write `{form}`"
            )
        typed = [self.number(argument) for argument in phrase.arguments]
        items = [item for item in typed if item is not None]
        if len(items) < count:
            return None
        shared = self.shared(items, phrase)
        return (items, shared[1], shared[0]) if shared is not None else None

    def _joined(self, node: NumberNode, phrase: Phrase, items: list[Typed], target: Target) -> Typed:
        return Typed(
            node,
            phrase,
            target.unit,
            target.text,
            target.analyte,
            date=items[0].date,
            bare=all(item.bare for item in items),
            bare_unit=target.bare_unit,
            elapsed=all(item.elapsed for item in items),
            computed=any(item.computed for item in items) and self.units.parse(target.text) is None,
        )

    def _first(self, phrase: Call) -> Typed | None:
        several = self._several(phrase, "first(a, b)")
        if several is None:
            return None
        items, target, nodes = several
        return self._joined(First(items=tuple(nodes), **self.span(phrase)), phrase, items, target)

    def _chosen(self, phrase: Call) -> Typed | None:
        several = self._several(phrase, f"{phrase.function.text}(a, b)", exactly_two=True)
        if several is None:
            return None
        items, target, (left, right) = several
        node = Chosen(end=phrase.function.text, left=left, right=right, **self.span(phrase))
        return self._joined(node, phrase, items, target)

    def _extreme(self, phrase: Call) -> Typed | None:
        end, words = phrase.function.text, phrase.arguments
        group = words[0].text if len(words) == 1 and isinstance(words[0], Word) else ""
        if group in self.vocabulary.groups:
            names = self.vocabulary.groups[group]
            found = [(name, self.vocabulary.names[name]) for name in names if name in self.vocabulary.names]
        else:
            group = ""
            found = []
            for word in words:
                if not isinstance(word, Word) or len(words) == 1:
                    return self._no_group(phrase, word)
                meaning = self.meaning(word)
                if meaning is None:
                    return None
                if meaning.signature is None or meaning.kind not in ("number", "quantity"):
                    return self.mismatch(word, meaning, "a number is expected here", f"write `{end}(group)`")
                found.append((word.text, meaning.signature))
        numbers = [(name, signature) for name, signature in found if signature.kind in ("number", "quantity")]
        if not numbers:
            return self.wrong("OL214", phrase, f"`{self.written(phrase)}` has no numbers to choose from")
        first = numbers[0][1]
        for name, signature in numbers:
            if (signature.unit, signature.analyte) != (first.unit, first.analyte):
                what = f"`{name}` is in {signature.unit or 'no unit'}, {numbers[0][0]} in {first.unit or 'no unit'}"
                return self.wrong(
                    "OL204", phrase, what, "members of a group that is compared share a unit", signature.place
                )
        node = Extreme(end=end, names=tuple(name for name, _ in numbers), group=group, **self.span(phrase))
        return self._measured(node, phrase, first)

    def _no_group(self, phrase: Call, word: Phrase) -> None:
        end, written = phrase.function.text, self.written(word)
        hint = did_you_mean(written, self.vocabulary.groups)
        if not hint:
            hint = f"write `{end}(group)`, `{end}(a, b)` with names, or `{end} of ... over list where (...)`"
        self.wrong("OL104", word, f"'{written}' is no group of findings", hint)

    def _formula(self, phrase: Call, built: formulas.Built) -> Typed | None:
        name, wanted = phrase.function.text, [*(argument for argument, _ in built.arguments), "sex"]
        form = f"write `{name}({', '.join(wanted)})`"
        if len(phrase.arguments) != len(wanted):
            what = f"`{name}` takes {len(wanted)} arguments, not {len(phrase.arguments)}"
            return self.wrong("OL214", phrase, what, form)
        *numbers, sex = phrase.arguments
        arguments: list[NumberNode] = []
        for argument, (label, unit) in zip(numbers, built.arguments, strict=True):
            typed = self.number(argument)
            if typed is None:
                continue
            if typed.date:
                self.wrong("OL214", argument, f"`{self.written(argument)}` is a date, not the {label}", form)
                continue
            node = self.into(typed, Target(self.unit_of(unit, typed.analyte), unit, typed.analyte, of=label))
            if node is not None:
                arguments.append(node)
        if self.kind(sex) != "choice" or not isinstance(sex, Word):
            return self.wrong("OL214", sex, f"`{self.written(sex)}` is not a choice such as sex", form)
        if len(arguments) < len(numbers):
            return None
        node = Formula(name=name, arguments=tuple(arguments), names=(sex.text,), **self.span(phrase))
        return Typed(node, phrase, self.unit_of(built.unit), built.unit)

    def _gathering(self, phrase: Gathering) -> Typed | None:
        row = self.listed(phrase.name)
        if row is None:
            return None
        before = len(self.problems)
        with self.inside(phrase.name, row):
            item = self.number(phrase.item) if phrase.item is not None else None
            where = self.truth(phrase.where) if phrase.where is not None else None
        if len(self.problems) > before and any(problem.level.value == "error" for problem in self.problems[before:]):
            return None
        if item is not None and item.date and phrase.kind == "sum":
            return self._no_arithmetic(phrase)
        node = Aggregate(
            kind=phrase.kind, name=phrase.name.text, item=item.node if item else None, where=where, **self.span(phrase)
        )
        if item is None:
            return Typed(node, phrase)
        unit = self.unit_of(item.text, item.analyte) if item.literal else item.unit
        return dataclasses.replace(item, node=node, phrase=phrase, unit=unit, bare=False)
