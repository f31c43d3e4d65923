"""What became of changed rules in earlier runs, as far as it still holds: a run pays for what was edited.

While knowledge and program are the same, a change that a case noticed is noticed as long as that case is what it was,
and one that survived is tried only on the cases that are new. After any other edit all are tried again, each first on
the case that noticed it last.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ...knowledge_base.store.cache import Store
from ..cases.cases import WorkedCase

Told = list[Any]
"""What became of a mutant, as plain values that JSON can hold: status, by, and the fields of a witness or None."""

_SECONDS = 5.0
"""So often what was found is written down while a run goes on."""


def digest_of(parts: Iterable[bytes]) -> str:
    """A name for everything the outcomes depend on beside the cases."""
    whole = hashlib.sha256()
    for part in parts:
        whole.update(f"{len(part)}\0".encode())
        whole.update(part)
    return whole.hexdigest()


def digest_of_case(one: WorkedCase) -> str:
    """A name for what a case says of its patient and expects."""
    given = [(name, answer.given) for name, answer in one.record.answers.items()]
    wants = [(want.block, want.kind, want.subject, want.wanted, want.within) for want in one.expectations]
    told = repr((one.name, str(one.record.today), given, wants))
    return hashlib.blake2b(told.encode(), digest_size=8).hexdigest()


class Remembered:
    """The outcomes of earlier runs, and of this one.

    Args:
        store: where they are kept; nowhere, if None.
        digest: what they depend on beside the cases.
        worked: the cases of this run.
    """

    def __init__(self, store: Store | None, digest: str, worked: Sequence[WorkedCase]) -> None:
        self._store, self._digest = store, digest
        self._cases = {one.name: digest_of_case(one) for one in worked}
        kept = store.load_extra("mutants") if store is not None else None
        kept = kept if isinstance(kept, dict) else {}
        self._tried: dict[str, Told] = dict(kept.get("tried", {}))
        self._sets: dict[str, dict[str, str]] = dict(kept.get("cases", {}))
        self._before: dict[str, Told] = {}
        if kept.get("digest") != digest:
            self._before, self._tried = self._tried, {}
        self._now = hashlib.blake2b(repr(sorted(self._cases.items())).encode(), digest_size=8).hexdigest()
        self._written = time.monotonic()

    def told(self, key: str) -> Told | None:
        """What became of a mutant, where nothing has to be tried again."""
        found = self._tried.get(key)
        return found[:3] if found is not None and not self.untried(key) else None

    def untried(self, key: str) -> frozenset[str]:
        """The cases that a mutant has to be tried on; all, where nothing is known of it any more."""
        found = self._tried.get(key)
        if found is None:
            return frozenset(self._cases)
        _, by, witness, then = found
        if then == self._now:
            return frozenset()
        before = self._sets.get(then, {})
        named = [name for name in (by, witness[0] if witness else "") if name in before]
        if any(self._cases.get(name) != before[name] for name in named):
            return frozenset(self._cases)
        if by in before:
            return frozenset()
        return frozenset(name for name, digest in self._cases.items() if before.get(name) != digest)

    def survivor(self, key: str) -> Told | None:
        """What is known of a mutant that has only to be tried on the cases that are new."""
        found = self._tried.get(key)
        return found[:3] if found is not None and len(self.untried(key)) < len(self._cases) else None

    def first(self, key: str) -> str:
        """The case that noticed a mutant when it was last tried; empty where none did."""
        found = self._tried.get(key) or self._before.get(key)
        return str(found[1]) if found is not None and found[1] in self._cases else ""

    def keep(self, told: Mapping[str, Told]) -> None:
        """Remember what became of some."""
        self._tried.update({key: [*one, self._now] for key, one in told.items()})
        if time.monotonic() - self._written > _SECONDS:
            self.write()

    def write(self) -> None:
        """Keep what was found for the next run."""
        self._written = time.monotonic()
        if self._store is not None:
            sets = {**self._sets, self._now: self._cases}
            used = {one[3] for one in self._tried.values()}
            cases = {name: found for name, found in sets.items() if name in used}
            tried = {**self._before, **self._tried}
            self._store.store_extra("mutants", {"digest": self._digest, "cases": cases, "tried": tried})
