"""The whole knowledge base with its worked cases, read from its files and checked in one run, or again and again."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..intake import record
from ..knowledge_base.files import layout, source
from ..knowledge_base.files.layout import Layout, Written, contents_of, digest_of
from ..knowledge_base.files.nodes import Node
from ..knowledge_base.model import Entry, KnowledgeBase
from ..knowledge_base.reading import reader
from ..knowledge_base.reading.premises import Memory
from ..knowledge_base.store import cache
from ..knowledge_base.store.memory import Held
from ..values.problems import Level, Place, Problem
from . import checks, processes
from .cases import cases
from .cases.cases import WorkedCase
from .checks.solved.everybody import Everybody, for_all_of
from .proof import solver


@dataclass(frozen=True, slots=True)
class Checked:
    """The problems of a knowledge base; `kb` is None where an error stands in the way of reading it."""

    kb: KnowledgeBase | None
    files: int
    problems: tuple[Problem, ...]

    @property
    def failed(self) -> bool:
        return failed(self.problems)


def check(root: Path, local: Path | None = None) -> Checked:
    """Everything that is wrong with the files under `root`, and with those of a hospital laid over them.

    Where a solver is installed it is asked what it was not asked before. What was found to be without a problem, and
    has not changed since, is not looked at again on the same day.
    """
    contents, problems = contents_of(Layout(root, local))
    store = cache.Store.of(digest_of(contents))
    as_it_is = _as_it_is(root, local)
    if not problems and store.load_extra(_SOUND) == as_it_is:
        return Checked(cache.load(root, local), len(contents), ())
    memory = store.memory()
    whole = Reader(root, local, memory)
    kb, found = whole.read(contents)
    if kb is not None and local is not None:
        problems += whole.weakened(contents, kb)
    memory.close()
    problems = [*problems, *found]
    if kb is not None and not failed(problems):
        problems = _checked(whole, kb, contents, problems)
        if not problems:
            store.store_extra(_SOUND, as_it_is)
    return Checked(kb, len(contents), tuple(ordered(problems)))


_SOUND = "sound"


def _as_it_is(root: Path, local: Path | None) -> list[str]:
    """What the problems of a knowledge base depend on beside its own files: worked cases, the day, a solver."""
    return [_case_digest(root, local), datetime.date.today().isoformat(), str(solver.is_installed())]


def _case_digest(root: Path, local: Path | None) -> str:
    read = hashlib.sha256()
    for path in cases.all_files(root, local):
        content, _ = layout.read_bytes(path, str(path))
        read.update(f"{path}\0{len(content or b'')}\0".encode())
        read.update(content or b"")
    return read.hexdigest()


_SOUND_CASES = "sound-cases"
_MOST_KEPT = 16


def _checked(whole: Reader, kb: KnowledgeBase, contents: Sequence[Written], read: Sequence[Problem]) -> list[Problem]:
    """What the checks find, by all cores; cases in which nothing was wrong are not read again while all they say means
    what it did."""
    shelf, files = cache.shelf(), {whole.name(path) for path in whole.case_files()}
    as_they_are = _read_by_cases(kb, contents, _case_digest(whole.root, whole.local))
    kept = shelf.load_extra(_SOUND_CASES)
    sound = kept if isinstance(kept, list) else []
    found = list(
        checks.run(
            kb,
            lambda: whole.cases(kb),
            read=read,
            everybody=for_all_of(kb, shelf),
            cases_sound=as_they_are in sound,
            cores=processes.cores(),
        )
    )
    if as_they_are not in sound and files and not any(one.place.file in files for one in found):
        shelf.store_extra(_SOUND_CASES, [*sound[1 - _MOST_KEPT :], as_they_are])
    return found


def _read_by_cases(kb: KnowledgeBase, contents: Sequence[Written], files: str) -> str:
    """A digest of all that reading the worked cases depends on: their files, the files of the vocabulary as they are
    written, and of all other kinds the ids."""
    read = hashlib.sha256(files.encode())
    for item in contents:
        kind = item.inside.split("/")[1].removesuffix(".yaml")
        if item.inside.startswith("knowledge/") and kind not in NUMBERS | {*NO_VOCABULARY}:
            read.update(f"\0{item.file}\0{len(item.content)}\0".encode())
            read.update(item.content)
    for kind in (*NO_VOCABULARY, *VOCABULARY):
        read.update("\0".join(["", kind, *getattr(kb, kind)]).encode())
    read.update(repr([(one.id, one.by) for one in kb.replaced]).encode())
    return read.hexdigest()


def ordered(problems: Iterable[Problem]) -> list[Problem]:
    """Each once, in the order of the files."""
    return sorted(dict.fromkeys(problems), key=lambda problem: problem.sort_key)


def failed(problems: Iterable[Problem]) -> bool:
    """Whether one of them stands in the way."""
    return any(problem.level is Level.ERROR for problem in problems)


class Reader:
    """One knowledge base with its cases, as `check`, `watch` and the editor read it: what stays the same is kept.

    `memory` says for how long: one that is made anew for each run, or one that is held (see `store.memory`).
    Contents that an editor has and the disk has not yet are handed in as `unsaved`, by path.
    """

    def __init__(self, root: Path, local: Path | None, memory: Memory) -> None:
        self.root, self.local, self.memory = root, local, memory
        self._cases: dict[str, _CaseFile] = {}
        self._read_by: KnowledgeBase | None = None
        self._patients: record.Reader | None = None
        """Who reads the patients of all files: most answers stand in many of them."""
        self._apart = type(memory)(cache.shelf()) if isinstance(memory, Held) else memory
        """What is remembered of the shipped files alone: in turn with the whole, each would make the other forget."""
        self._shipped: tuple[str, KnowledgeBase | None] | None = None

    # --- rules and knowledge ---

    def contents(self, unsaved: Mapping[Path, bytes] | None = None) -> tuple[tuple[Written, ...], list[Problem]]:
        """What every file holds, those of the editor in place of the saved ones; a new one where it would be read."""
        found, problems = contents_of(Layout(self.root, self.local))
        return self.overlaid(found, unsaved or {}), problems

    def overlaid(self, contents: Sequence[Written], unsaved: Mapping[Path, bytes]) -> tuple[Written, ...]:
        """The files with those of the editor in place of the saved ones."""
        if not unsaved:
            return tuple(contents)
        own = {item.file: item for item in (self.written(path, content) for path, content in unsaved.items()) if item}
        found = [own.pop(item.file, item) for item in contents]
        for item in own.values():
            at = next((n for n, one in enumerate(found) if _order(one) > _order(item)), len(found))
            found.insert(at, item)
        return tuple(found)

    def written(self, path: Path, content: bytes) -> Written | None:
        """A file of rules or knowledge; None for one that is neither."""
        for root, is_local in ((self.local, True), (self.root, False)):
            if root is None or not path.is_relative_to(root.resolve()):
                continue
            inside = path.relative_to(root.resolve())
            if inside.parts[0] in layout.ROOMS and len(inside.parts) > 1 and inside.suffix == ".yaml":
                name = (root / inside).as_posix() if is_local else inside.as_posix()
                return Written(name, inside.as_posix(), content, is_local)
        return None

    def read(self, contents: Sequence[Written]) -> reader.Reading:
        """The knowledge base of these files, and what is wrong with them."""
        return reader.read_contents(contents, self.memory)

    def weakened(self, contents: Sequence[Written], kb: KnowledgeBase) -> Iterator[Problem]:
        """What every report will say of a hospital's own directory, each where it stands."""
        from ..knowledge_base.weakening import weakening  # most have none

        own = [item for item in contents if not item.local]
        if self._shipped is None or self._shipped[0] != digest_of(own):
            self._shipped = (digest_of(own), reader.read_contents(own, self._apart)[0])
        shipped = self._shipped[1]
        for what, place in weakening.losses(shipped, kb) if shipped is not None else ():
            said = f"this weakens safety, and every report will say so: {what}"
            yield Problem("OL124", said, place or Place(str(self.local)), Level.WARNING)

    # --- worked cases ---

    def case_files(self) -> list[Path]:
        return cases.all_files(self.root, self.local)

    def name(self, path: Path) -> str:
        """A file as problems name it."""
        if self.local is not None and path.is_relative_to(self.local.resolve()):
            return (self.local / path.relative_to(self.local.resolve())).as_posix()
        return os.path.relpath(path, self.root) if path.is_relative_to(self.root) else str(path)

    def path(self, name: str) -> Path:
        """Where a file lies that problems name so."""
        path = self.root / name
        return path if path.exists() or not Path(name).exists() else Path(name).resolve()

    def cases(
        self, kb: KnowledgeBase, unsaved: Mapping[Path, bytes] | None = None
    ) -> tuple[list[WorkedCase], list[Problem]]:
        """Every worked case, and what is wrong with them; a file is read again where it or its vocabulary changed."""
        files = self.case_files()
        own = {path: content for path, content in (unsaved or {}).items() if self._holds_cases(path)}
        if not files and not own:
            return [], []
        if self._read_by is not None and not same_vocabulary(self._read_by, kb):
            self._cases = {name: dataclasses.replace(one, read=None) for name, one in self._cases.items()}
        if self._read_by is not kb:
            self._patients = record.Reader(kb, None, None)
        self._read_by = kb
        found = [self._case_file(kb, path, own.pop(path, None)) for path in files]
        found += [self._case_file(kb, path, content) for path, content in own.items()]
        return cases.together([one.read for one in found if one.read is not None], self.root)

    def case_nodes(self) -> Iterator[tuple[str, Node]]:
        """The files of cases as they were last read, by name."""
        yield from ((name, one.node) for name, one in self._cases.items() if one.node is not None)

    def case_node(self, name: str) -> Node | None:
        """A file of cases as it was last read; None where it was not."""
        found = self._cases.get(name)
        return found.node if found is not None else None

    def _holds_cases(self, path: Path) -> bool:
        homes = [self.root / "tests" / "cases", *([self.local.resolve() / "cases"] if self.local is not None else [])]
        return path.suffix == ".yaml" and any(path.is_relative_to(home) for home in homes)

    def _case_file(self, kb: KnowledgeBase, path: Path, content: bytes | None) -> _CaseFile:
        name = self.name(path)
        problems: list[Problem] = []
        if content is None:
            content, problems = layout.read_bytes(path, name)
        if content is None:
            return _CaseFile(b"", None, (), ([], problems))
        held = self._cases.get(name)
        if held is None or held.content != content:
            pieces = self.memory.pieces(name) if held is not None else None
            node, wrong = source.load_text(content, name, pieces=pieces)
            held = _CaseFile(content, node, tuple(wrong))
        if held.read is None:
            held = dataclasses.replace(
                held, read=cases.read_node(kb, held.node, list(held.problems), name, self._patients)
            )
        self._cases[name] = held
        return held

    # --- both ---

    def checked(
        self,
        kb: KnowledgeBase,
        problems: Sequence[Problem],
        unsaved: Mapping[Path, bytes] | None = None,
        everybody: Everybody | None = None,
    ) -> list[Problem]:
        """The problems of the reading, less what is suppressed, with those of the checks and of the worked cases."""
        worked, wrong = self.cases(kb, unsaved)
        return [*checks.run(kb, worked, read=problems, everybody=everybody), *wrong]


@dataclass(frozen=True, slots=True)
class _CaseFile:
    """A file of cases: what it holds, and its cases once they were read."""

    content: bytes
    node: Node | None
    problems: tuple[Problem, ...]
    read: tuple[list[WorkedCase], list[Problem]] | None = None


def _order(item: Written) -> tuple[bool, int, list[str]]:
    """What is shipped first, then room by room, in the order of the path, part by part."""
    parts = item.inside.split("/")
    return (item.local, layout.ROOMS.index(parts[0]), parts)


NO_VOCABULARY = (
    *(
        "rules",
        "alerts",
        "hazards",
        "invariants",
        "clashes",
        "unavailable",
        "investigations",
        "guidelines",
        "disagreements",
    ),
    *("sources", "topics"),
)
"""Kinds that no patient file is read by: when only what these say changes, the cases need not be read again."""
NUMBERS = frozenset({"thresholds"})
"""Kinds of which a patient file reads the ids alone, though what follows from it goes by their numbers."""
VOCABULARY = (
    *("findings", "groups", "quantities", "states", "scales", "choices", "conditions", "interventions"),
    *("thresholds", "units", "analytes"),
)


def same_vocabulary(before: KnowledgeBase, after: KnowledgeBase) -> bool:
    """Whether a patient file, or a worked case, is read alike by both."""
    if any(getattr(before, kind).keys() != getattr(after, kind).keys() for kind in (*NO_VOCABULARY, *VOCABULARY)):
        return False
    return all(
        one is other or meaning(one) == meaning(other)
        for kind in VOCABULARY
        if kind not in NUMBERS
        for one, other in zip(getattr(before, kind).values(), getattr(after, kind).values(), strict=True)
    )


def meaning(entry: Entry) -> list[object]:
    """What an entry says, wherever it is written."""
    return [getattr(entry, part.name) for part in dataclasses.fields(entry) if part.name not in ("place", "places")]
