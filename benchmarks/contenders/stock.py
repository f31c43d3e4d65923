"""experta as it is shipped: its own matcher, its own strategy, its own fact list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from engine.inference.experta.shell import Fact, KnowledgeEngine, Rule
from engine.inference.ground import Ground, Literal

from ..workload import Change, Said


class Holds(Fact):  # type: ignore[misc]  # experta ships no annotations
    """A literal, by number."""


class Answer(Fact):  # type: ignore[misc]  # experta ships no annotations
    """The value of a finding."""


def _engine(rules: Mapping[str, Any]) -> Any:
    return type("Stock", (KnowledgeEngine,), dict(rules))()


def _rules(ground: Ground, pattern: Callable[[Literal], Any]) -> dict[str, Any]:
    rules = {}
    for number, production in enumerate(ground.productions):

        def then(engine: Any, conclusion: Literal = production.conclusion) -> None:
            engine.declare(Holds(conclusion))

        rules[f"production_{number}"] = Rule(*map(pattern, production.premises))(_alone(then))
    return rules


def _alone(then: Callable[[Any], None]) -> Callable[[Any], None]:
    """experta hands matched names to a rule by its signature; this one takes the engine only."""

    def right_hand_side(engine: Any) -> None:
        then(engine)

    return right_hand_side


class _Stock:
    runs = "everything, once; it cannot take a conclusion back"

    def __init__(self, engine: Any) -> None:
        self.engine = engine

    def _begin(self, facts: Iterable[Any]) -> None:
        self.engine.reset()
        self.engine.declare(*facts)
        self.engine.run()

    def _replace(self, gone: Iterable[Any], come: Iterable[Any]) -> None:
        old = list(gone)
        for index in [index for index, fact in self.engine.facts.items() if any(_same(fact, other) for other in old)]:
            self.engine.retract(index)
        self.engine.declare(*come)
        self.engine.run()

    def conclusions(self) -> frozenset[Literal]:
        return frozenset(fact[0] for fact in self.engine.facts.values() if isinstance(fact, Holds))

    def close(self) -> None:
        pass


def _same(fact: Any, other: Any) -> bool:
    return type(fact) is type(other) and bool(fact.as_dict() == other.as_dict())


class SameProductions(_Stock):
    """The productions as we run them, on experta as shipped."""

    name = "stock experta, same productions"

    def __init__(self, ground: Ground) -> None:
        super().__init__(_engine(_rules(ground, Holds)))

    def whole(self, said: Said) -> None:
        self._begin(map(Holds, said.literals))

    def change(self, change: Change) -> None:
        self._replace(map(Holds, change.gone), map(Holds, change.come))


class ValuePatterns(_Stock):
    """The way experta is usually written for: a fact holds a value and each pattern tests it."""

    name = "stock experta, value patterns"

    def __init__(self, ground: Ground, cuts: Mapping[int, tuple[int, int]]) -> None:
        from experta import P  # the one name of experta that only this way of writing rules needs

        below = {cut: P(partial(_is_below, cut)) for _, cut in cuts.values()}
        at_least = {cut: P(partial(_is_at_least, cut)) for _, cut in cuts.values()}

        def pattern(literal: Literal) -> Any:
            if literal >> 1 not in cuts:
                return Holds(literal)
            finding, cut = cuts[literal >> 1]
            return Answer(finding=finding, value=(below if literal & 1 else at_least)[cut])

        super().__init__(_engine(_rules(ground, pattern)))
        self._answers: Mapping[int, int] = {}

    def whole(self, said: Said) -> None:
        self._answers = said.answers or {}
        self._begin(Answer(finding=finding, value=value) for finding, value in self._answers.items())

    def change(self, change: Change) -> None:
        before, after = set(self._answers.items()), set((change.then.answers or {}).items())
        self._answers = change.then.answers or {}
        self._replace(
            *([Answer(finding=f, value=v) for f, v in sorted(some)] for some in (before - after, after - before))
        )


def _is_below(cut: int, value: int) -> bool:
    return value < cut


def _is_at_least(cut: int, value: int) -> bool:
    return value >= cut
