"""The engine at work on one patient: experta, fed with statements, firing productions until nothing more follows.

What is stock and what is not: facts live in experta's fact list, rules are experta rules and fire through their own
right-hand side from experta's agenda. Handed in through its public extension points are the matcher and the strategy.
Taken out is work that ground productions do not need: a fact is made once and checked then, a production's activation
is made once, and a run goes in rounds (ask the matcher once, then fire all it found), not asking after each firing.

Conclusions are kept by their justifications: a statement holds while it was given or while at least one production that
concludes it has all its premises. Since every statement that is false is a statement of its own, nothing a round fires
can undo what the same round fires next.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from ..ground import Ground, Literal
from .matcher import CountingMatcher
from .shell import Activation, DepthStrategy, Fact, FactList, KnowledgeEngine, ReteMatcher, Rule, watchers
from .strategy import MaintainingStrategy

_FACTS, _RULES, _INFO = watchers.FACTS, watchers.RULES, logging.INFO


class Holds(Fact):  # type: ignore[misc]  # experta ships no annotations
    """A statement about the patient, in words. As a fact it knows its literal, which is also its index in the list."""

    __slots__ = ("literal",)
    literal: Literal

    def __init__(self, words: str = "") -> None:
        dict.__setitem__(self, 0, words)  # nothing to freeze, and no fields to check

    @classmethod
    def stating(cls, literal: Literal, words: str) -> Holds:
        fact = cls(words)
        fact.literal = literal
        dict.__setitem__(fact, "__factid__", literal)
        return fact

    def __str__(self) -> str:
        return str(self[0])


class StatementList(FactList):  # type: ignore[misc]  # experta ships no annotations
    """experta's fact list, without building an identity for each fact: two facts are the same if their literals are."""

    added: list[Holds]
    removed: list[Holds]

    def __init__(self, held: bytearray) -> None:
        """`held` is kept in step: a one for each literal in the list, for those who ask often."""
        super().__init__()
        self._held = held

    def __str__(self) -> str:
        return "\n".join(map(str, self.values()))

    def declare(self, fact: Holds) -> Holds | None:
        literal = fact.literal
        if literal in self:
            return None
        self[literal] = fact
        self._held[literal] = 1
        self.added.append(fact)
        if _FACTS.level <= _INFO:
            _FACTS.info(" ==> %s", fact)
        return fact

    @property
    def changes(self) -> tuple[list[Holds], list[Holds]]:
        added, removed = self.added, self.removed
        self.added, self.removed = [], []
        return added, removed

    def retract(self, fact: Holds) -> None:
        del self[fact.literal]
        self._held[fact.literal] = 0
        self.removed.append(fact)
        if _FACTS.level <= _INFO:
            _FACTS.info(" <== %s", fact)


class GroundActivation(Activation):  # type: ignore[misc]  # experta ships no annotations
    """The one activation a production ever has, which is also its right-hand side, and the way back.

    All that a firing reads lies side by side in it: a run goes through thousands, most of them no longer in the
    processor's cache.
    """

    __slots__ = ("engine", "fact", "index", "key", "literal", "live", "rule", "support")
    __hash__ = object.__hash__
    context: ClassVar[dict[str, Any]] = {}  # a ground production has no variables

    def __init__(self, engine: GroundEngine, index: int) -> None:
        self.engine, self.index, self.key = engine, index, engine.ranks[index]
        self.literal = engine.ground.productions[index].conclusion
        self.fact = engine.fact(self.literal)
        self.live, self.support = engine.live, engine.support
        self.rule = GroundRule.of(self, map(engine.fact, engine.ground.productions[index].premises))

    def __eq__(self, other: object) -> bool:
        return self is other

    @property
    def facts(self) -> set[Holds]:
        return set(self.rule)

    def __call__(self, engine: GroundEngine) -> None:
        """The conclusion holds, with one justification more."""
        self.live[self.index] = 1
        support, literal = self.support, self.literal
        support[literal] += 1
        if support[literal] == 1:
            engine.facts.declare(self.fact)

    def withdraw(self) -> None:
        """The production lacks a premise again: what it alone justified no longer holds."""
        if not self.live[self.index]:
            return  # it was still waiting on the agenda
        self.live[self.index] = 0
        support, literal = self.support, self.literal
        support[literal] -= 1
        if not support[literal] and literal not in self.engine.given:
            self.engine.facts.retract(self.fact)


class GroundRule(Rule):  # type: ignore[misc]  # experta ships no annotations
    """A production as an experta rule.

    The right-hand side is set directly: the decorator experta offers inspects its signature, for every rule anew.
    """

    _wrapped: GroundActivation
    _wrapped_self: ClassVar[None] = None
    salience: ClassVar[int] = 0

    def __new__(cls, *conditions: Any) -> GroundRule:
        rule: GroundRule = super(Rule, cls).__new__(cls, *conditions)
        return rule

    @classmethod
    def of(cls, activation: GroundActivation, conditions: Iterable[Any]) -> GroundRule:
        rule = cls(*conditions)
        rule.__name__ = activation.engine.ground.productions[activation.index].name
        rule._wrapped = activation
        return rule

    @property
    def index(self) -> int:
        return self._wrapped.index

    def new_conditions(self, *conditions: Any) -> GroundRule:
        return GroundRule.of(self._wrapped, conditions)

    def __call__(self, engine: GroundEngine) -> None:
        self._wrapped(engine)


class GroundReteMatcher(ReteMatcher):  # type: ignore[misc]  # experta ships no annotations
    """The matcher experta ships; it reports each time with new activations, here told by the ones that stay."""

    def changes(self, adding: Iterable[Any] | None = None, deleting: Iterable[Any] | None = None) -> Any:
        return tuple(
            [self.engine.activation(found.rule.index) for found in some] for some in super().changes(adding, deleting)
        )


MATCHERS: dict[str, Any] = {"counting": CountingMatcher, "rete": GroundReteMatcher}
STRATEGIES: dict[str, Any] = {"maintaining": MaintainingStrategy, "stock": DepthStrategy}


class GroundEngine(KnowledgeEngine):  # type: ignore[misc]  # experta ships no annotations
    """An experta engine whose rules are the productions of a `Ground`.

    They are handed to it rather than written into a class: a new class would stay in memory for good.
    """

    def __init__(self, ground: Ground, matcher: Any, strategy: Any) -> None:
        self.ground = ground
        self.given: set[Literal] = set()
        self.live = bytearray(len(ground.productions))
        self.held = bytearray(ground.width)
        self.firings = 0
        self.support = [0] * ground.width
        names = [production.name for production in ground.productions]
        order = sorted(range(len(names)), key=names.__getitem__)
        self.ranks = [0] * len(order)
        for rank, index in enumerate(order):
            self.ranks[index] = rank
        self.activations: list[GroundActivation | None] = [None] * len(ground.productions)
        self._facts: list[Holds | None] = [None] * ground.width
        self.__matcher__, self.__strategy__ = matcher, strategy
        super().__init__()
        self.reset()

    def get_rules(self) -> list[GroundRule]:
        return [self._rule(index) for index in range(len(self.ground.productions))]

    def _rule(self, index: int) -> GroundRule:
        patterns = (Holds(self.ground.word(literal)) for literal in self.ground.productions[index].premises)
        return GroundRule.of(self.activation(index), patterns)

    def get_deffacts(self) -> list[Any]:
        return []

    def reset(self, **_: Any) -> None:
        self.given.clear()
        self.live[:] = bytes(len(self.live))
        self.support[:] = [0] * len(self.support)
        super().reset()
        self.held[:] = bytes(len(self.held))
        self.facts = StatementList(self.held)

    def fact(self, literal: Literal) -> Holds:
        fact = self._facts[literal]
        if fact is None:
            fact = self._facts[literal] = Holds.stating(literal, self.ground.word(literal))
        return fact

    def activation(self, index: int) -> GroundActivation:
        """The activation of a production, made when it is first needed: many productions never fire."""
        activation = self.activations[index]
        if activation is None:
            activation = self.activations[index] = GroundActivation(self, index)
        return activation

    def declare(self, *facts: Holds) -> None:
        """Take these as given, without running; what a rule concludes goes to the fact list directly."""
        for fact in facts:
            self.given.add(fact.literal)
            self.facts.declare(fact)
        self.settle()

    def retract(self, *facts: Holds) -> None:
        """These are no longer given; they stay if they also follow, and everything that now lacks a reason goes."""
        for fact in facts:
            if fact.literal in self.given:
                self.given.remove(fact.literal)
                if not self.support[fact.literal]:
                    self.facts.retract(fact)
        self.settle()

    def settle(self) -> None:
        """Bring the agenda up to date; what is withdrawn on the way may cost further productions their premises."""
        while self.facts.added or self.facts.removed:
            added, removed = self.get_activations()
            self.strategy.update_agenda(self.agenda, added, removed)

    def run(self, steps: float = float("inf")) -> None:
        self.running = True
        watched = _RULES.level <= _INFO
        fired = 0
        try:
            while self.running and fired < steps:
                self.settle()
                if not self.agenda.activations:
                    break
                ready = self.agenda.activations  # nothing that fires here adds to it or takes from it
                while ready and fired < steps:
                    activation = ready.pop()
                    fired += 1
                    if watched:
                        facts = ", ".join(sorted(map(str, activation.facts)))
                        _RULES.info("FIRE %s %s: %s", fired, activation.rule.__name__, facts)
                    activation.rule(self)
        finally:
            self.firings += fired
            self.running = False


class Network:
    """A working memory over a ground base, for one patient after the other.

    Building it costs more than `reset`; keep one, and a second one for what-if. Not to be shared between threads.

    Args:
        ground: what follows from what.
        matcher: 'counting', or 'rete' for the one experta ships.
        strategy: 'stock' is the one experta ships, which is wrong; the tests show how.
    """

    def __init__(self, ground: Ground, matcher: str = "counting", *, strategy: str = "maintaining") -> None:
        for kind, name, known in (("matcher", matcher, MATCHERS), ("strategy", strategy, STRATEGIES)):
            if name not in known:
                raise ValueError(f"unknown {kind} {name!r}; there are: {', '.join(known)}")
        self.ground = ground
        self.engine = GroundEngine(ground, MATCHERS[matcher], STRATEGIES[strategy])

    def reset(self) -> None:
        """Forget the patient."""
        self.engine.reset()

    def assert_literals(self, literals: Iterable[Literal]) -> None:
        """Take these as given and conclude all that follows."""
        self.engine.declare(*map(self.engine.fact, literals))
        self.engine.run()

    def retract_literals(self, literals: Iterable[Literal]) -> None:
        """These are no longer given; they stay if they also follow, and everything that now lacks a reason goes."""
        self.engine.retract(*map(self.engine.fact, literals))

    def holds(self, literal: Literal) -> bool:
        return bool(self.engine.held[literal])

    @property
    def held(self) -> bytearray:
        """For each literal whether it holds; kept in step, and not to be written to."""
        return self.engine.held

    @property
    def literals(self) -> frozenset[Literal]:
        """All that holds, given or concluded."""
        return frozenset(self.engine.facts)

    @property
    def given(self) -> frozenset[Literal]:
        return frozenset(self.engine.given)

    def live(self) -> Iterator[int]:
        """The productions all of whose premises hold, by their number in the ground base: the justifications."""
        return (index for index, live in enumerate(self.engine.live) if live)

    def facts(self) -> Iterator[str]:
        """The working memory in words, in the order in which it came to hold."""
        return map(str, self.engine.facts.values())

    @property
    def firings(self) -> int:
        """The number of productions fired since this network was built."""
        return self.engine.firings

    @property
    def touched(self) -> int:
        """The number of premises the counting matcher has looked at since this network was built."""
        return int(getattr(self.engine.matcher, "touched", 0))
