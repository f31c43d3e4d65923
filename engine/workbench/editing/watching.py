"""While an author writes: what is wrong after each save, and the cases that what was saved can touch.

The last state in which nothing was wrong stays in force until a better one is there: cases that are saved while a rule
is broken run against it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ...case import case
from ...case.case import Prepared
from ...inference.working_memory import WorkingMemory
from ...knowledge_base.files.layout import Layout
from ...knowledge_base.model import KnowledgeBase, Rule
from ...knowledge_base.store import cache
from ...knowledge_base.store.memory import Held
from ...premises import expression, grammar, propositions
from ...values.problems import Place, Problem
from .. import checks
from ..cases import cases, outcomes, runner
from ..cases.cases import WorkedCase
from ..cases.outcomes import Result
from ..whole import NO_VOCABULARY, VOCABULARY, Reader, failed, meaning

_KINDS = (*NO_VOCABULARY, *VOCABULARY)
AT_ONCE = 30
"""So many cases are run here; more of them on every core."""

Meanings = Mapping[str, Mapping[str, list[object]]]
"""What every entry says, by kind and id, wherever it is written."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What there is after a save: `sound` when it replaced what was in force; `cases` are those it can touch."""

    files: tuple[str, ...]
    problems: tuple[Problem, ...]
    sound: bool
    cases: tuple[WorkedCase, ...]


class Watch:
    """One knowledge base with its cases, looked at again and again."""

    def __init__(self, root: Path, local: Path | None = None) -> None:
        self.root, self.local = root, local
        self.prepared: Prepared | None = None
        """The last state in which nothing was wrong; None while there was none yet."""
        self.before: Prepared | None = None
        """What was in force until the last look that took something else over."""
        self.worked: dict[str, list[WorkedCase]] = {}
        self._stamps: dict[Path, tuple[int, int]] = {}
        self._behind: tuple[KnowledgeBase, Meanings] | None = None
        self._reader = Reader(root, local, Held(cache.shelf()))
        self._begun = False
        self._memory: tuple[Prepared, WorkingMemory] | None = None

    def look(self) -> Seen | None:
        """What the saves since the last look did; None when nothing was saved. The first look sees everything."""
        stamps = self._now()
        changed = {path for path in {*stamps, *self._stamps} if stamps.get(path) != self._stamps.get(path)}
        if not changed:
            return None
        self._stamps, first = stamps, not self._stamps
        self.before = None
        case_files = {path for path in changed if path in set(self._case_files()) or self._name(path) in self.worked}
        problems: list[Problem] = []
        if changed - case_files:
            problems += self._knowledge()
        if self.prepared is None:
            return Seen(self._names(changed), tuple(problems), False, ())
        sound = not failed(problems)
        touched, wrong = self._touched(set() if first else case_files)
        problems += wrong
        return Seen(self._names(changed), tuple(problems), sound and not wrong, tuple(touched))

    def run(self, wanted: Iterable[WorkedCase]) -> Iterator[Result]:
        """The results of these cases against what is in force."""
        if self.prepared is None:
            return
        wanted = list(wanted)
        if len(wanted) > AT_ONCE:
            yield from runner.run(self.prepared, wanted)
            return
        if self._memory is None or self._memory[0] is not self.prepared:
            self._memory = (self.prepared, WorkingMemory(self.prepared.plan))
        for one in wanted:
            yield outcomes.run(self.prepared, one, memory=self._memory[1])

    def checked(self) -> Iterator[Problem]:
        """What the checks find in what is in force."""
        if self.prepared is not None:
            yield from checks.run(self.prepared.kb, [one for found in self.worked.values() for one in found])

    # --- files ---

    def _now(self) -> dict[Path, tuple[int, int]]:
        found: dict[Path, tuple[int, int]] = {}
        knowledge = (path for path, _, _, _ in Layout(self.root, self.local).files())
        for path in (*knowledge, *self._case_files()):
            try:
                status = os.stat(path)
            except OSError:
                continue  # gone since the folder was listed
            found[path] = (status.st_mtime_ns, status.st_size)
        return found

    def _case_files(self) -> list[Path]:
        found = cases.files_in(self.root / "tests" / "cases")
        return [*found, *(cases.files_in(self.local / "cases") if self.local is not None else ())]

    def _name(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else str(path)

    def _names(self, paths: Iterable[Path]) -> tuple[str, ...]:
        return tuple(sorted(self._name(path) for path in paths))

    # --- what is in force ---

    def _knowledge(self) -> list[Problem]:
        contents, problems = self._reader.contents()
        if not self._begun:
            self._begun = True
            grammar.parse("always", Place("watch"))  # the parser is made once, before the author waits for it
        kb, found = self._reader.read(contents)
        problems = [*problems, *found]
        if kb is not None and not failed(problems):
            self.before, self.prepared = self.prepared, case.prepare(kb)
        return problems

    def _touched(self, case_files: set[Path]) -> tuple[list[WorkedCase], list[Problem]]:
        """The cases that were saved, then those that what was saved can touch."""
        assert self.prepared is not None
        kb, before = self.prepared.kb, self._behind
        changed = None
        if before is None or before[0] is not kb:
            now = meanings_of(kb)
            changed = differences(before[1], now) if before is not None else None
            self._behind = (kb, now)
        else:
            changed = Changed({}, come_or_gone=False)
        again = changed is None or not changed.only_of(NO_VOCABULARY)
        problems = self._read(kb, self._case_files() if again else sorted(case_files))
        if changed is None:
            return [one for found in self.worked.values() for one in found], problems
        saved = {self._name(path) for path in case_files}
        own = [one for name in sorted(saved) for one in self.worked.get(name, ())]
        reached = reach(changed.ids, before[0] if before is not None else None, kb)
        others = [one for name, found in self.worked.items() if name not in saved for one in found]
        touched = [one for one in others if any(want.subject in reached for want in one.expectations)]
        read = _read_by(changed.ids, kb)
        touched.sort(key=lambda one: (not _names(one, changed.ids), -len(read & one.record.answers.keys())))
        return [*own, *touched], problems

    def _read(self, kb: KnowledgeBase, files: Iterable[Path]) -> list[Problem]:
        problems: list[Problem] = []
        for path in files:
            name = self._name(path)
            self.worked.pop(name, None)
            try:
                content = path.read_bytes()
            except OSError:
                continue
            self.worked[name], wrong = cases.read_file(kb, content, name)
            problems += wrong
        return problems


# --- what a change can touch ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Changed:
    """The ids of what is new, gone or other than it was, by kind."""

    by_kind: Mapping[str, frozenset[str]]
    come_or_gone: bool

    @property
    def ids(self) -> frozenset[str]:
        return frozenset().union(*self.by_kind.values())

    def only_of(self, kinds: tuple[str, ...]) -> bool:
        return not self.come_or_gone and all(not names or kind in kinds for kind, names in self.by_kind.items())


def meanings_of(kb: KnowledgeBase) -> Meanings:
    """What is compared to tell whether an entry changed."""
    return {kind: {name: meaning(entry) for name, entry in getattr(kb, kind).items()} for kind in _KINDS}


def differences(before: Meanings, after: Meanings) -> Changed:
    """What means something else than before, wherever it is written."""
    found: dict[str, frozenset[str]] = {}
    moved = False
    for kind in _KINDS:
        old, new = before[kind], after[kind]
        moved = moved or old.keys() != new.keys()
        both = {name for name in old.keys() & new.keys() if old[name] != new[name]}
        found[kind] = frozenset(both | (old.keys() ^ new.keys()))
    return Changed(found, moved)


def reach(changed: frozenset[str], before: KnowledgeBase | None, after: KnowledgeBase) -> frozenset[str]:
    """The ids whose truth, value or status can be another when these are: down every chain of rules, old and new."""
    chains = [_chain(rule) for kb in (before, after) if kb is not None for rule in kb.rules.values()]
    for kb in (before, after):
        for finding in kb.findings.values() if kb is not None else ():
            if finding.stand_in:
                chains.append((frozenset({finding.stand_in}), frozenset({finding.id})))
        for condition in kb.conditions.values() if kb is not None else ():
            if condition.pursue is not None:
                chains.append((_read(condition.pursue), frozenset({condition.id})))
        for test in kb.investigations.values() if kb is not None else ():
            if test.not_while is not None:
                chains.append((_read(test.not_while), frozenset({test.id})))
    found = set(changed)
    while True:
        new = {name for reads, gives in chains if not reads.isdisjoint(found) for name in gives} - found
        if not new:
            return frozenset(found)
        found |= new


def _names(one: WorkedCase, ids: frozenset[str]) -> bool:
    return any(want.subject in ids for want in one.expectations)


def _read_by(ids: frozenset[str], kb: KnowledgeBase) -> frozenset[str]:
    """What the rules among these read, and the findings among these."""
    chains = [_chain(kb.rules[name])[0] for name in ids if name in kb.rules]
    return ids.union(*chains)


def _chain(rule: Rule) -> tuple[frozenset[str], frozenset[str]]:
    """What a rule depends on, itself among it, and what depends on it."""
    reads = {rule.id}
    for part in (rule.when, rule.formula):
        if part is not None:
            reads |= _read(part)
    return frozenset(reads), frozenset({rule.id, *rule.targets, *rule.members, *rule.then, *({rule.of} - {""})})


def _read(node: expression.Node) -> frozenset[str]:
    found = set(expression.names_read(node))
    for atom in expression.atoms_read(node):
        found.add(propositions.subject_of(atom) or propositions.scale_of(atom))
    return frozenset(found)
