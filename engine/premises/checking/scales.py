"""Ordered strata in premises: `acr_risk >= high`, `acr_risk is low`, each false where the scale does not apply."""

# `return self.wrong(...)` notes a problem and gives the phrase up: the None it returns is meant.
# mypy: disable-error-code="func-returns-value"

from __future__ import annotations

import abc
from typing import Any

from ...values.problems import did_you_mean
from ..expression import All, AnyOf, Applies, Not, Proposition, TruthNode
from ..grammar import Identity, Phrase, Word
from ..vocabulary import Signature
from .numbers import Numbers


class Scales(Numbers, abc.ABC):
    """Checks what one text says of scales."""

    def on_scale(self, phrase: Phrase, name: Word, operator: str, right: Phrase) -> TruthNode | None:
        meaning = self.meaning(name)
        signature = meaning.signature if meaning is not None else None
        if signature is None:
            return None
        if not isinstance(right, Word):
            what = f"`{name.text}` is compared with its levels, not with `{self.written(right)}`"
            return self.wrong("OL206", right, what, "they are " + ", ".join(signature.levels), signature.place)
        if operator in ("=", "!="):
            verb = "is" if operator == "=" else "is not"
            what = f"`{operator}` compares numbers; `{name.text}` is a scale"
            return self.wrong("OL202", phrase, what, f"write `{name.text} {verb} {right.text}`")
        index = self._level(right, name, signature)
        if index is None or not self.concluded_allowed(phrase):
            return None
        at_least = index if operator in (">=", "<") else index + 1
        if at_least == 0 and operator == "<":
            what = f"`{name.text}` has no level below {signature.levels[0]}: never true"
            return self.wrong("OL209", phrase, what, "they are " + ", ".join(signature.levels), signature.place)
        reached = self._reached(phrase, name, signature, at_least)
        if reached is None:
            return None
        if operator in (">=", ">"):
            return reached
        return self._and_applies(phrase, name, signature, Not(item=reached, **self.span(phrase)))

    def _level(self, word: Word, name: Word, signature: Signature) -> int | None:
        if word.text in signature.levels:
            return signature.levels.index(word.text)
        hint = did_you_mean(word.text, signature.levels) or "they are " + ", ".join(signature.levels)
        return self.wrong("OL104", word, f"'{word.text}' is no level of `{name.text}`", hint, signature.place)

    def _reached(self, phrase: Phrase, name: Word, signature: Signature, index: int) -> TruthNode | None:
        """At least this level; the lowest is reached wherever the scale applies."""
        if index >= len(signature.levels):
            what = f"`{name.text}` has no level above {signature.levels[-1]}: the same for every patient"
            return self.wrong("OL209", phrase, what, "they are " + ", ".join(signature.levels), signature.place)
        if index == 0:
            if not signature.has_applies:
                what = f"`{name.text}` is at least {signature.levels[0]} for every patient"
                return self.wrong(
                    "OL209", phrase, what, "give the scale an `applies`, or name a higher level", signature.place
                )
            return Applies(atom=f"{name.text} applies", **self.span(phrase))
        atoms = [f"{name.text} >= {level}" for level in signature.levels[index:]]
        if not self.vocabulary.concluded.intersection(atoms):
            what = f"no rule ever concludes `{atoms[0]}`"
            return self.wrong("OL208", phrase, what, "write such a rule", signature.place)
        return Proposition(atom=atoms[0], place=self.at(phrase), source=atoms[0])

    def _and_applies(self, phrase: Phrase, name: Word, signature: Signature, node: TruthNode) -> TruthNode:
        """False where the scale does not apply."""
        if not signature.has_applies:
            return node
        source = f"{name.text} >= {signature.levels[0]}"
        applies = Applies(atom=f"{name.text} applies", place=self.at(phrase), source=source)
        return All(items=(applies, node), **self.span(phrase))

    def is_level(self, phrase: Identity, name: Word, signature: Signature) -> TruthNode | None:
        indexes = [self._level(label, name, signature) for label in phrase.labels]
        if not self.concluded_allowed(phrase):
            return None
        levels = [self._exactly(phrase, name, signature, index) for index in indexes if index is not None]
        nodes = [level for level in levels if level is not None]
        if len(nodes) < len(indexes):
            return None
        node = nodes[0] if len(nodes) == 1 else AnyOf(items=tuple(nodes), **self.span(phrase))
        if not phrase.negated:
            return node
        return self._and_applies(phrase, name, signature, Not(item=node, **self.span(phrase)))

    def _exactly(self, phrase: Identity, name: Word, signature: Signature, index: int) -> TruthNode | None:
        span: dict[str, Any] = {"place": self.at(phrase), "source": f"{name.text} is {signature.levels[index]}"}
        if index == 0:
            above = self._reached(phrase, name, signature, 1)
            below = Not(item=above, **span) if above is not None else None
            return self._and_applies(phrase, name, signature, below) if below is not None else None
        reached = self._reached(phrase, name, signature, index)
        if reached is None or index == len(signature.levels) - 1:
            return reached
        above = self._reached(phrase, name, signature, index + 1)
        return All(items=(reached, Not(item=above, **span)), **span) if above is not None else None
