"""What the editor's files say together: read after each pause in typing, with the last sound reading kept at hand.

One thread reads and checks; everybody else looks at what it left. While something is wrong, names, hovers and
completions come from the knowledge base as it last could be read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from threading import Lock

from ..case import case
from ..case.case import Prepared
from ..knowledge_base.files import layout, source
from ..knowledge_base.files.layout import Written, contents_of, digest_of
from ..knowledge_base.files.nodes import Node
from ..knowledge_base.files.pieces import Pieces
from ..knowledge_base.model import KnowledgeBase, Rule
from ..knowledge_base.naming import Names
from ..knowledge_base.reading import entries, reader
from ..knowledge_base.store import cache
from ..knowledge_base.store.memory import Held
from ..premises import grammar
from ..premises.expression import TruthNode
from ..values.problems import Place, Problem
from ..workbench.cases.cases import WorkedCase
from ..workbench.editing.mending import Lines
from ..workbench.survey import occurrences
from ..workbench.survey.occurrences import Occurrence
from ..workbench.survey.things import Thing, Things
from ..workbench.whole import Reader, failed, ordered, same_vocabulary
from .text.buffers import Buffer, Columns
from .trial import PROVING, Counts, Trial, truths

Unsaved = Mapping[Path, bytes]
_OWNERS = frozenset({"rules", *entries.KINDS})


@dataclass(frozen=True, slots=True)
class _Words:
    """The ids in a file, as they were when its text was `key` and words meant what they mean to `things`."""

    key: object
    things: Things | None
    by_thing: Mapping[Thing, list[Occurrence]]
    by_line: Mapping[int, list[Occurrence]]

    def of(self, thing: Thing) -> list[Occurrence]:
        return self.by_thing.get(thing, [])


@dataclass(frozen=True, slots=True)
class _Notation:
    """What was read of a text that is being edited."""

    lines: Lines
    pieces: Pieces
    node: Node | None
    problems: list[Problem]


@dataclass
class InForce:
    """A sound knowledge base, with what is worked out of it when somebody asks."""

    kb: KnowledgeBase
    things: Things
    worked: tuple[WorkedCase, ...] = ()
    expected: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """For each rule how many worked cases expect that it fires, is held back, is ruled out."""

    @cached_property
    def names(self) -> Names:
        return Names(self.kb)

    @cached_property
    def prepared(self) -> Prepared:
        return case.prepare_kept(self.kb, lambda work: None)  # what changes with each keystroke is not kept

    @cached_property
    def trial(self) -> Trial:
        """The rules on patients; to be used by the thread that reads."""
        return Trial(self.prepared)

    @cached_property
    def counts(self) -> dict[str, tuple[Counts, ...]]:
        """How the `truths` of premises come out for worked cases, of the rules that were asked about."""
        return {}


@dataclass(frozen=True, slots=True)
class Seen:
    """What a reading found: the files, the knowledge base if nothing stands in its way, and every problem."""

    contents: tuple[Written, ...]
    kb: KnowledgeBase | None
    problems: tuple[Problem, ...]


class Base:
    """The knowledge base of one editor: its root, a hospital's own directory perhaps, and the files being edited."""

    def __init__(self, root: Path, local: Path | None = None) -> None:
        self.root, self.local = root.resolve(), local.resolve() if local is not None else None
        self.whole = Reader(self.root, self.local, Held(cache.shelf()))
        self.columns = Columns()
        self.buffers: dict[Path, Buffer] = {}
        self.in_force: InForce | None = None
        self.checks = 0
        """How often everything was read."""
        self._words: dict[Path, _Words] = {}
        self._notations: dict[Path, _Notation] = {}
        self._reading = Lock()
        """Whoever looks at a notation first reads it."""
        self._last: tuple[tuple[Written, ...], list[Problem], Seen] | None = None
        """What was read last, and what came of it."""
        self._paths: dict[str, Path] = {}
        self._files: dict[Path, object] | None = None
        """The files that are read, and when each was last written; as the last reading found them."""

    # --- files ---

    def unsaved(self) -> dict[Path, bytes]:
        """What is in the editor, by path."""
        return {path: buffer.text.encode("utf-8", "surrogatepass") for path, buffer in self.buffers.items()}

    def lines(self, path: Path) -> Lines:
        """A file as the editor has it, or as it is saved; empty where it cannot be read."""
        buffer = self.buffers.get(path)
        if buffer is not None:
            return buffer.lines
        content, _ = layout.read_bytes(path, str(path))
        return Lines((content or b"").decode("utf-8", "replace"))

    def path(self, file: str) -> Path:
        """Where a file lies that a problem or place names."""
        if file not in self._paths:
            self._paths[file] = self.whole.path(file)
        return self._paths[file]

    def file(self, path: Path) -> str:
        """The name of a file in problems and places."""
        return self.whole.name(path)

    def kind(self, path: Path) -> str:
        """What a file holds: `rules`, a kind of knowledge, `cases`, `patients`; empty for any other."""
        for home in (self.local, self.root):
            if home is None or not path.is_relative_to(home) or path.suffix != ".yaml":
                continue
            parts = path.relative_to(home).parts
            if parts[0] == "rules":
                return "rules"
            if parts[0] == "knowledge" and len(parts) > 1:
                return parts[1].removesuffix(".yaml")
            if parts[0] == "cases" or parts[:2] == ("tests", "cases"):
                return "cases"
            if parts[0] == "examples":
                return "patients"
        return ""

    # --- reading; in one thread ---

    def begin(self) -> None:
        """Have the knowledge base as it was last kept, if it was, before anything is read anew."""
        contents, problems = contents_of(layout.Layout(self.root, self.local))
        kept = None if problems else cache.Store.of(digest_of(contents)).knowledge_base()
        if kept is not None:
            self.in_force = InForce(kept, Things(kept))

    def keep(self) -> bool:
        """Read everything from nothing and keep it, for `begin`; whether it could be read."""
        try:
            cache.load(self.root, self.local)
        except Exception:  # whatever is wrong is told by the reading that follows
            return False
        return True

    def ground(self) -> None:
        """What the first reading needs: the parser, and what earlier ones left."""
        grammar.parse("always", Place("here", 1, 1))
        if self.in_force is None:
            self.whole = Reader(self.root, self.local, Held(cache.shelf()))
            self.begin()

    def read(self, unsaved: Unsaved) -> Seen:
        """Rules and knowledge, as the editor has them."""
        self.checks += 1
        self._files = None
        self._listed()
        contents, problems = self.whole.contents(unsaved)
        if self._last is not None and self._last[:2] == (contents, problems):
            return self._last[2]  # it was a case that was edited
        seen = self._seen(contents, problems)
        self._last = (contents, problems, seen)
        return seen

    def _seen(self, contents: tuple[Written, ...], problems: list[Problem]) -> Seen:
        """What these files say."""
        if any(item.local for item in contents):  # of a directory of which nothing has been saved yet
            problems = [one for one in problems if one.code != "OL114"]
        kb, found = self.whole.read(contents)
        if kb is not None and self.local is not None:
            problems = [*problems, *self.whole.weakened(contents, kb)]
        told = tuple(ordered([*problems, *found]))
        if kb is None or failed(told):
            return Seen(contents, None, told)
        return Seen(contents, self._taken_over(kb), told)

    def _taken_over(self, kb: KnowledgeBase) -> KnowledgeBase:
        """The knowledge base that is in force now: the one that was, where nothing was changed."""
        before = self.in_force
        if before is not None and before.worked and before.kb.digest == kb.digest:
            return before.kb
        things, worked = Things(kb), before.worked if before is not None else ()
        if (
            before is not None
            and same_vocabulary(before.kb, kb)
            and before.kb.thresholds.keys() == kb.thresholds.keys()
        ):
            things = before.things.moved(kb)
        self.in_force = InForce(kb, things, worked, before.expected if before is not None else {})
        return kb

    def cases(self, seen: Seen, unsaved: Unsaved) -> tuple[Problem, ...]:
        """Read the worked cases too; what is wrong with them."""
        if seen.kb is None:
            return ()
        worked, wrong = self.whole.cases(seen.kb, unsaved)
        if self.in_force is not None and self.in_force.kb is seen.kb:
            if self.in_force.worked != tuple(worked):
                self.in_force.counts.clear()
            self.in_force.worked, self.in_force.expected = tuple(worked), _expected(worked)
        return tuple(wrong)

    def checked(self, seen: Seen) -> tuple[Problem, ...]:
        """What the checks say, with the problems of the reading that nothing suppresses."""
        from ..workbench import checks

        if seen.kb is None or self.in_force is None:
            return seen.problems
        return tuple(checks.run(seen.kb, self.in_force.worked, read=seen.problems))

    def rules_in(self, path: Path) -> list[Rule]:
        """The rules of a file, as they are in force."""
        force = self.in_force
        name = self.file(path)
        return [one for one in force.kb.rules.values() if one.place.file == name] if force is not None else []

    def counts(self, rule: Rule, part: TruthNode) -> Counts | None:
        """How a part of a premise comes out for worked cases; None while nobody has found out."""
        force = self.in_force
        if force is None or rule.when is None or rule.id not in force.counts:
            return None
        return dict(zip(truths(rule.when), force.counts[rule.id], strict=True)).get(part)

    # --- words ---

    def words(self, path: Path) -> _Words:
        """Every id in a file, with its place, as the editor has the file now."""
        force = self.in_force
        if force is None:
            return _Words(None, None, {}, {})
        held = self._held(path, force.things)
        if held is not None:
            return held
        by_thing: dict[Thing, list[Occurrence]] = {}
        by_line: dict[int, list[Occurrence]] = {}
        for one in self._read_words(path, force.things):
            by_thing.setdefault(one.thing, []).append(one)
            by_line.setdefault(one.place.line, []).append(one)
        made = self._words[path] = _Words(self._key(path), force.things, by_thing, by_line)
        return made

    def _held(self, path: Path, things: Things) -> _Words | None:
        """The ids in a file as they were found before, where they are still the same."""
        held = self._words.get(path)
        if held is None or held.key != self._key(path) or held.things is None or not held.things.alike(things):
            return None
        return held

    def _key(self, path: Path) -> object:
        """What changes with the text of a file."""
        buffer = self.buffers.get(path)
        return buffer.lines if buffer is not None else self._listed().get(path)

    def words_of(self, path: Path, thing: Thing) -> list[Occurrence]:
        """Every place of a file that names a thing; one whose text does not hold its id is not read for it."""
        if self.in_force is None:
            return []
        if self._held(path, self.in_force.things) is None and path not in self.buffers:
            content, _ = layout.read_bytes(path, str(path))
            if thing.id.encode() not in (content or b""):
                return []
        return self.words(path).of(thing)

    def _listed(self) -> dict[Path, object]:
        if self._files is None:
            found = [path for path, _, _, _ in layout.Layout(self.root, self.local).files()]
            self._files = {path: _stamp(path) for path in (*found, *self.whole.case_files())}
        return self._files

    def _read_words(self, path: Path, things: Things) -> list[Occurrence]:
        kind = self.kind(path)
        if kind in ("cases", "patients"):
            node = self._node(path)
            return list(occurrences.in_patients(node, things)) if node is not None else []
        content = self.lines(path).text.encode("utf-8", "surrogatepass")
        item = self.whole.written(path, content)
        sheet = reader.sheet(item, self.whole.memory) if item is not None else None
        return list(occurrences.in_sheet(sheet, things)) if sheet is not None else []

    def _node(self, path: Path) -> Node | None:
        if path not in self.buffers and (held := self.whole.case_node(self.file(path))) is not None:
            return held
        return self.notation(path)[0]

    def notation(self, path: Path) -> tuple[Node | None, list[Problem]]:
        """What is written in a file, and what is wrong with its notation; asked of the loop and of the thread."""
        lines, prose = self.lines(path), None if self.kind(path) in entries.PLAIN else source.PROSE
        if path not in self.buffers:
            return source.load_text(lines.text, self.file(path), prose=prose)
        with self._reading:
            held = self._notations.get(path)
            if held is None or held.lines is not lines:
                pieces = held.pieces if held is not None else Pieces()
                node, problems = source.load_text(lines.text, self.file(path), prose=prose, pieces=pieces)
                held = self._notations[path] = _Notation(lines, pieces, node, problems)
        return held.node, list(held.problems)

    def forget(self, path: Path) -> None:
        """A file is no longer edited."""
        with self._reading:
            self._notations.pop(path, None)

    def files(self) -> list[Path]:
        """Every file that is read: rules, knowledge, cases, and those only the editor has."""
        return list(dict.fromkeys([*self._listed(), *(path for path in self.buffers if self.kind(path))]))

    def everywhere(self, thing: Thing) -> list[Occurrence]:
        """Every place where a thing is named, its definition first."""
        return occurrences.of_thing(thing, (one for path in self.files() for one in self.words_of(path, thing)))

    def at(self, path: Path, line: int, column: int) -> Occurrence | None:
        """The id that a place lies in, or at the end of."""
        for one in self.words(path).by_line.get(line, ()):
            if one.place.column <= column <= one.place.column + len(one.thing.id):
                return one
        return None

    def owner(self, path: Path, line: int) -> Thing | None:
        """The rule or entry that a line belongs to."""
        found = [one for ones in self.words(path).by_thing.values() for one in ones if one.defines]
        above = [one for one in found if one.place.line <= line and one.thing.kind in _OWNERS]
        return max(above, key=lambda one: one.place.line).thing if above else None

    def definition(self, thing: Thing) -> Place | None:
        """Where a thing is written."""
        force = self.in_force
        if force is None:
            return None
        place = force.things.place(thing)
        if place is not None:
            own = (one for one in self.words(self.path(place.file)).of(thing) if one.defines)
            return next((one.place for one in own), place)
        return next((one.place for one in self.everywhere(thing) if one.defines), None)


def _expected(worked: Iterable[WorkedCase]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for one in worked:
        for want in one.expectations:
            if want.kind in PROVING and not want.negated:
                by_kind = found.setdefault(want.subject, {})
                by_kind[want.kind] = by_kind.get(want.kind, 0) + 1
    return found


def _stamp(path: Path) -> object:
    try:
        status = path.stat()
    except OSError:
        return None
    return (status.st_mtime_ns, status.st_size)
