"""Another id for an entry, everywhere it is written: rules, knowledge, texts, worked cases and example patients.

Nothing is changed unless all of it can be: the new id must be free, and what comes out must read as what went in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...knowledge_base.files import layout, source
from ...knowledge_base.files.layout import Written
from ...knowledge_base.files.nodes import Node
from ...knowledge_base.model import KnowledgeBase
from ...knowledge_base.reading import entries, reader
from ...knowledge_base.reading.sheets import Sheet
from ...knowledge_base.reading.values.scalars import KEBAB, SNAKE, article
from ...premises.grammar import RESERVED
from ...values.problems import Level, Place, Problem, Refused, did_you_mean
from ..survey import occurrences
from ..survey.occurrences import Occurrence
from ..survey.things import READABLE, Thing, Things
from ..whole import Reader, ordered
from .mending import Edit, Lines, applied

_NAMESPACES = (
    (*READABLE, "groups"),
    ("conditions", "members of conditions", "classes of conditions"),
    ("interventions", "members of medicines", "members of interventions", "classes of interventions"),
)
"""Kinds in which one id can mean one thing only; every other kind is a namespace of its own."""
_UNNAMED = ("units", "analytes", "scope", "sections")
"""What is not renamed: units are spelled as they are written, and sections are headings."""


KNOWN: Mapping[str, frozenset[str]] = {
    "findings": frozenset(
        {"age", "sex", "menopausal_status", "weight", "height", "medicines", "conditions", "fractures", "imaging"}
        | {"symptoms", "intolerances"}
    ),
    "choices": frozenset({"conditions", "medicines", "interventions"}),
    "fields": frozenset(
        {"name", "class", "dose", "daily_dose", "every", "started", "stopped", "last_given", "duration", "date"}
        | {"age_at", "age_as_adult", "cause", "grade"}
    ),
}
"""Ids by which the program itself reads a record: called otherwise, what is taken or had would be nobody's any more."""


@dataclass(frozen=True, slots=True)
class Renamed:
    """The files that change, by path, as they read afterwards, and every place that changes."""

    thing: Thing
    texts: Mapping[Path, str]
    places: tuple[Place, ...]


class Renaming:
    """A knowledge base in which something is to be renamed, with its cases and example patients.

    Raises:
        Refused: if it cannot be read, for what is written nowhere can be renamed nowhere.
    """

    def __init__(self, whole: Reader, unsaved: Mapping[Path, bytes] | None = None) -> None:
        self.whole, self.unsaved = whole, dict(unsaved or {})
        self.contents, problems = whole.contents(self.unsaved)
        kb, found = whole.read(self.contents)
        worked = whole.cases(kb, self.unsaved)[1] if kb is not None else []
        self.problems = ordered([*problems, *found, *worked])
        if kb is None or any(problem.level is Level.ERROR for problem in self.problems):
            raise Refused(problem for problem in self.problems if problem.level is Level.ERROR)
        self.kb: KnowledgeBase = kb
        self.things = Things(kb)
        self.nodes = dict(self._patients())

    def thing(self, name: str, kind: str = "") -> Thing:
        """What bears this id; `kind` tells which, where several things do. Raises Refused."""
        found = list(dict.fromkeys(one for one in self.things.named(name) if one.kind not in _UNNAMED))
        if kind:
            found = [one for one in found if kind in (one.kind, one.singular)]
        if len(found) == 1:
            return found[0]
        if found:
            hint = f"say which with --kind: {', '.join(one.singular for one in found)}"
            raise _refused("OL703", f"'{name}' is the id of {len(found)} things", hint)
        known = {identity for one in (*READABLE, *_ENTRIES) for identity in getattr(self.kb, one)}
        raise _refused("OL703", f"nothing that can be renamed is called '{name}'", did_you_mean(name, known))

    def to(self, thing: Thing, new: str) -> Renamed:
        """Everything as it reads with the new id. Raises Refused where the id is taken or is none."""
        hold_free(self.things, thing, new)
        found = self.found(thing)
        if not any(one.defines for one in found):
            what = f"the {thing.singular} '{thing.id}' is written below another"
            raise _refused("OL703", what, "rename that", self.things.place(thing))
        lines = {self.whole.path(one.place.file): Lines("") for one in found}
        lines = {path: Lines(self._text(path)) for path in lines}
        made = edits(thing, new, found, self.whole.path, lines.__getitem__)
        texts = {path: applied(lines[path].text, inside) for path, inside in made.items()}
        renamed = Renamed(thing, texts, tuple(one.place for one in found))
        self._reads_alike(renamed, new)
        return renamed

    def found(self, thing: Thing) -> list[Occurrence]:
        """Every place where it is named, or what is called by it."""
        written = list(self._all())
        named = [occurrences.of_thing(each, written) for each in called_by(thing, self.kb)]
        # a rule that is itself written with such an ending bears a name of its own
        return [one for some in named for one in some if one.thing.kind == thing.kind or not some[0].defines]

    def _all(self) -> Iterator[Occurrence]:
        for sheet in sheets_of(self.contents, self.whole):
            yield from occurrences.in_sheet(sheet, self.things)
        for node in self.nodes.values():
            yield from occurrences.in_patients(node, self.things)

    def _patients(self) -> Iterator[tuple[str, Node]]:
        """The worked cases, and the patients that are examples."""
        yield from self.whole.case_nodes()
        for path in sorted((self.whole.root / "examples").rglob("*.yaml")):
            node, problems = source.load_text(self._text(path), self.whole.name(path))
            if node is not None and not problems:
                yield self.whole.name(path), node

    def _text(self, path: Path) -> str:
        if path in self.unsaved:
            return self.unsaved[path].decode("utf-8")
        content, problems = layout.read_bytes(path, self.whole.name(path))
        if content is None:
            raise Refused(problems)
        return content.decode("utf-8")

    # --- whether it may be done ---

    def _reads_alike(self, renamed: Renamed, new: str) -> None:
        """Read everything once more as it would be; whatever is wrong then was not wrong before."""
        changed = {path: text.encode("utf-8") for path, text in renamed.texts.items()}
        after = Reader(self.whole.root, self.whole.local, self.whole.memory)
        contents = after.overlaid(self.contents, changed)
        kb, problems = after.read(contents)
        if kb is not None:
            problems = [*problems, *after.cases(kb, {**self.unsaved, **changed})[1]]
        before = {(problem.code, problem.place.file) for problem in self.problems}
        worse = [problem for problem in problems if (problem.code, problem.place.file) not in before]
        if worse:
            what = f"with '{new}' in place of '{renamed.thing.id}' this would be wrong"
            raise Refused([Problem("OL704", what, worse[0].place, hint="nothing was changed"), *worse])


def called_by(thing: Thing, kb: KnowledgeBase) -> list[Thing]:
    """The thing, and what is called by its id: of a rule with levels, or of a level, the rule of each level."""
    plural, _, scale = thing.kind.partition(" of ")
    if plural == "levels":
        own = (one for one in kb.rules.values() if one.level == thing.id and scale in one.targets)
        return [thing, *(Thing("rules", one.id) for one in own if one.id.endswith(f"-{_hyphened(thing.id)}"))]
    if thing.kind != "rules":
        return [thing]
    levels = {_hyphened(one.level) for one in kb.rules.values() if one.level}
    return [thing, *(Thing("rules", f"{thing.id}-{level}") for level in sorted(levels))]


def hold_free(things: Things, thing: Thing, new: str) -> None:
    """Refuse an id that is none for such a thing, or another's, and to change one of the program. Raises Refused."""
    if thing.id in KNOWN.get(thing.kind.partition(" of ")[0], ()):
        what = f"the program itself knows the {thing.singular} '{thing.id}' by this id"
        raise _refused("OL704", what, "change its label instead: that is what everybody reads", things.place(thing))
    plural = thing.kind.partition(" of ")[0]
    kebab = plural == "rules" or (plural in entries.KINDS and entries.KINDS[plural].kebab)
    if not (KEBAB if kebab else SNAKE).fullmatch(new):
        words = "small letters, digits and hyphens" if kebab else "small letters, digits and _"
        raise _refused("OL110", f"the id of {article(thing.singular)} takes {words}, not '{new}'")
    if new in RESERVED and not kebab:
        raise _refused("OL110", f"'{new}' is a word of the rule language", "choose another id")
    if new == thing.id:
        raise _refused("OL704", f"'{new}' is what it is called already")
    namespace = next((kinds for kinds in _NAMESPACES if thing.kind in kinds), (thing.kind, _sibling(thing.kind)))
    for other in things.named(new):
        if other.kind in namespace:
            what = f"'{new}' is {article(other.singular)} already"
            raise _refused("OL704", what, "choose another id", things.place(other))


def edits(
    thing: Thing,
    new: str,
    found: Iterable[Occurrence],
    path_of: Callable[[str], Path],
    lines_of: Callable[[Path], Lines],
) -> dict[Path, list[Edit]]:
    """The new id in every place that was found, by file; a place where something else stands is left."""
    made: dict[Path, list[Edit]] = {}
    for one in found:
        path = path_of(one.place.file)
        edit = _edit(one, thing, new, lines_of(path))
        if edit is not None:
            made.setdefault(path, []).append(edit)
    return {path: sorted(set(inside), key=lambda edit: edit.start) for path, inside in sorted(made.items())}


_ENTRIES = ("conditions", "interventions", "investigations", "alerts", "groups", "sources", "guidelines", "rules")


def sheets_of(contents: Sequence[Written], whole: Reader) -> Iterator[Sheet]:
    """The files of rules and knowledge, each read by itself."""
    for item in contents:
        sheet = reader.sheet(item, whole.memory)
        if sheet is not None:
            yield sheet


def _sibling(kind: str) -> str:
    """A class may not be called as a member of its choice is, nor a member as a class."""
    plural, _, of = kind.partition(" of ")
    return f"{ {'members': 'classes', 'classes': 'members'}.get(plural, plural) } of {of}" if of else kind


def _hyphened(level: str) -> str:
    """A level as the ids of rules have it."""
    return level.replace("_", "-")


def _edit(one: Occurrence, thing: Thing, new: str, lines: Lines) -> Edit | None:
    """The word in its file; the old id may be the beginning of a level's, or that level the end of a rule's."""
    start = lines.offset(one.place.line, one.place.column)
    if not lines.text.startswith(one.thing.id, start):
        return None
    if thing.kind != one.thing.kind:
        start += len(one.thing.id) - len(thing.id)
        new = _hyphened(new)
    return Edit(start, start + len(thing.id), new)


def _refused(code: str, what: str, hint: str = "", place: Place | None = None) -> Refused:
    return Refused([Problem(code, what, Place("rename"), hint=hint, elsewhere=place)])
