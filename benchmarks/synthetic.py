"""Made-up knowledge bases of any size, in the shape of the real one, and patients for them.

A rule joins about three conditions by all, any or "at least two of"; it reads comparisons of findings and propositions
of the layers below it, as they are or negated. A proposition is true when one of its rules is, false when all are.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

from engine.inference.ground import Ground, Literal, Production

FINDINGS = 80
ANSWERED = 60
CUTS = (1, 2)
VALUES = (0, 1, 2)
LAYERS = 4

Answers = Mapping[int, int]
"""The value of each finding that was answered."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Finding number `finding` is at least `cut`."""

    finding: int
    cut: int

    @property
    def words(self) -> str:
        return f"finding {self.finding} is at least {self.cut}"


@dataclass(frozen=True, slots=True)
class Base:
    """A ground base, which of its atoms compare findings, and its layers from the bottom (atoms, in order of use)."""

    ground: Ground
    comparisons: tuple[Comparison, ...]
    layers: tuple[tuple[int, ...], ...]

    def literals(self, finding: int, value: int) -> list[Literal]:
        """What an answer says about every comparison of its finding."""
        first = finding * len(CUTS)
        return [2 * atom + (value < self.comparisons[atom].cut) for atom in range(first, first + len(CUTS))]

    def given(self, answers: Answers) -> list[Literal]:
        return [literal for finding, value in answers.items() for literal in self.literals(finding, value)]


class _Builder:
    def __init__(self) -> None:
        self.atoms: list[str] = []
        self.productions: list[Production] = []

    def atom(self, words: str) -> int:
        self.atoms.append(words)
        return len(self.atoms) - 1

    def produce(self, name: str, premises: list[Literal], conclusion: Literal) -> None:
        self.productions.append(Production(name, tuple(sorted(set(premises))), conclusion))

    def at_least(self, count: int, name: str, literals: list[Literal], atom: int) -> None:
        """True with `count` of them true, false with all but `count - 1` false: `all` and `any` are its ends."""
        for number, some in enumerate(combinations(literals, count), start=1):
            self.produce(f"{name}/true {number}", list(some), 2 * atom)
        for number, some in enumerate(combinations(literals, len(literals) - count + 1), start=1):
            self.produce(f"{name}/false {number}", [literal ^ 1 for literal in some], 2 * atom + 1)


def base(rules: int, seed: int = 0) -> Base:
    """A base of this many rules, the same for the same seed."""
    chance = random.Random(f"{rules} {seed}")
    builder = _Builder()
    comparisons = [Comparison(finding, cut) for finding in range(FINDINGS) for cut in CUTS]
    readable = [builder.atom(comparison.words) for comparison in comparisons]
    layers = []
    numbers = iter(range(rules))
    for layer in range(LAYERS):
        left = rules * (layer + 1) // LAYERS - rules * layer // LAYERS
        premises: list[int] = []
        propositions: list[int] = []
        while left:
            share = min(left, chance.choice((1, 2, 3)))
            left -= share
            names = [f"rule-{next(numbers):04}" for _ in range(share)]
            for name in names:
                premises.append(builder.atom(f"premise of {name}"))
                width = chance.choice((2, 3, 4))
                literals = [2 * atom + chance.randrange(2) for atom in chance.sample(readable, width)]
                builder.at_least(chance.choice((1, width, width, 2)), name, literals, premises[-1])
            propositions.append(builder.atom(f"state {layer}.{len(propositions)}"))
            builder.at_least(
                1, builder.atoms[propositions[-1]], [2 * atom for atom in premises[-share:]], propositions[-1]
            )
        readable += propositions
        layers += [tuple(premises), tuple(propositions)]
    return Base(Ground(tuple(builder.atoms), tuple(builder.productions)), tuple(comparisons), tuple(layers))


def patient(number: int) -> dict[int, int]:
    """Somebody who answered `ANSWERED` of the findings."""
    chance = random.Random(f"patient {number}")
    return {finding: chance.choice(VALUES) for finding in chance.sample(range(FINDINGS), ANSWERED)}


def change(answers: Answers, number: int) -> tuple[int, int]:
    """One of the answered findings, and another value for it."""
    chance = random.Random(f"change {number}")
    finding = chance.choice(sorted(answers))
    return finding, chance.choice([value for value in VALUES if value != answers[finding]])
