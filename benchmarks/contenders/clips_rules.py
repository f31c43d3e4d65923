"""CLIPS, the expert system shell in C that experta took its language from, through clipspy."""

from __future__ import annotations

from collections.abc import Iterator

import clips  # type: ignore[import-untyped, import-not-found, unused-ignore]
from clips._clips import ffi, lib  # type: ignore[import-untyped, import-not-found, unused-ignore]

from engine.inference.ground import Ground, Literal

from ..workload import Change, Said


class Clips:
    """Each literal is a fact of its own, each production a rule whose premises are `logical` (truth maintenance).

    This is the quickest way in that was found: functions for each literal that is given, called from Python. Facts are
    never handed to Python, since clipspy keeps a little of each one it ever handed out and slows down with it (eight
    times after 240 consultations that use its `assert_string` and `retract`).
    """

    runs = "everything; why a conclusion holds is not recorded"
    trace = False

    def __init__(self, ground: Ground) -> None:
        self.name = "CLIPS, each firing told to Python" if self.trace else "CLIPS, untraced"
        self.fired: list[int] = []
        self.environment = clips.Environment()
        if self.trace:
            self.environment.define_function(self.fired.append, "fired")
        for literal in sorted(set(range(ground.width)) - {production.conclusion for production in ground.productions}):
            self.environment.build(f"(deffunction give{literal} () (assert (l{literal})) TRUE)")
            self.environment.build(f"(deffunction take{literal} () (do-for-fact ((?f l{literal})) TRUE (retract ?f)))")
        for number, production in enumerate(ground.productions):
            premises = " ".join(f"(l{literal})" for literal in production.premises)
            told = f"(fired {number})" if self.trace else ""
            self.environment.build(
                f"(defrule p{number} (logical {premises}) => {told} (assert (l{production.conclusion})))"
            )

    def whole(self, said: Said) -> None:
        self.fired.clear()
        self.environment.reset()
        self._give(said.literals)

    def change(self, change: Change) -> None:
        for literal in change.gone:
            self.environment.call(f"take{literal}")
        self._give(change.come)

    def _give(self, literals: tuple[Literal, ...]) -> None:
        for literal in literals:
            self.environment.call(f"give{literal}")
        self.environment.run()

    def conclusions(self) -> frozenset[Literal]:
        return frozenset(int(name[1:]) for name in self._names() if name.startswith("l"))

    def _names(self) -> Iterator[str]:
        """The relation of each fact, read below clipspy's own interface, which would keep something of each."""
        environment = self.environment._env
        fact = lib.GetNextFact(environment, ffi.NULL)
        while fact != ffi.NULL:
            yield ffi.string(lib.DeftemplateName(lib.FactDeftemplate(fact))).decode()
            fact = lib.GetNextFact(environment, fact)

    def close(self) -> None:
        self.environment.reset()


class TracedClips(Clips):
    runs = "everything; each firing is recorded"
    trace = True
