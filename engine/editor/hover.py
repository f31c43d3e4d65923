"""What a word means, for whoever points at it: its label, what it is, its value in force, who reads it, who says so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from ..intake.record import EXPECTING
from ..knowledge_base.model import Entry, Member, Rule
from ..premises import wording
from ..premises.expression import TruthNode
from ..views.catalog.linked import Branch, Linker, Runs
from ..views.catalog.sheets import Row, Sheets
from ..workbench.editing import meanings
from ..workbench.survey.things import Thing
from .base import Base, InForce
from .text.context import context

_ROWS = 9
_LONGEST = 600
KEYWORDS = {
    "and": "Both hold.",
    "or": "One of both holds, or both do.",
    "not": "It does not hold. `not (x < 5)` is true where x does not apply; `x >= 5` is not.",
    "in": "Within a range, both ends in: `calcium in 2.2..2.6 mmol/L`.",
    "is": "A choice is this, or one of these: `sex is female`, `site is (hip or vertebra)`; or a result is high, low, "
    "normal.",
    "has": "A list has this member, or one of the class, now: `medicines has bisphosphonate`.",
    "on": "On so many occasions: `calcium is high on 2 occasions`.",
    "occasions": "On so many occasions: `calcium is high on 2 occasions`.",
    "any": "Some entry of a list that ever was: `any fractures where (site is hip)`.",
    "no": "No entry of a list: `no fractures where (site is hip)`.",
    "at": "At least so many entries of a list: `at least 2 fractures where (...)`.",
    "least": "At least so many entries of a list: `at least 2 fractures where (...)`.",
    "where": "What is wanted of an entry, by its fields.",
    "sum": "The sum over the entries of a list: `sum of daily_dose over medicines where (...)`.",
    "count": "How many entries of a list: `count of fractures where (...)`.",
    "highest": "The highest of a group, of two values, or over a list.",
    "lowest": "The lowest of a group, of two values, or over a list.",
    "always": "It always holds; it stands alone.",
}
FUNCTIONS = {
    "since": "The time from a date to today: `since(last_given) > 6 months`.",
    "upper": "The upper end of the reference range in force.",
    "lower": "The lower end of the reference range in force.",
    "first": "The first of these that was measured and applies.",
    "greater": "The greater of two values.",
    "lesser": "The lesser of two values.",
    "diagnosed": "Whether rules diagnose the condition, or one of the class.",
    "excluded": "Whether rules exclude the condition.",
    "caused": "Whether rules find this cause.",
    "recommended": "Whether rules want the intervention, or one of the class.",
    "contraindicated": "Whether rules bar the intervention.",
    "ordered": "Whether rules order the investigation.",
}


def hover(base: Base, path: Path, line: int, column: int) -> str:
    """What to show at a place, as Markdown; empty where there is nothing to say."""
    force = base.in_force
    if force is None:
        return ""
    found = base.at(path, line, column)
    parts = [described(base, force, found.thing)] if found is not None else [_other(base, force, path, line, column)]
    parts.append(_in_premise(base, force, path, line, column))
    return "\n\n".join(part for part in parts if part)


def described(base: Base, force: InForce, thing: Thing) -> str:
    """What a thing is."""
    entry = force.things.entry(thing)
    label = entry.label if entry is not None else force.kb.sections.get(thing.id, "")
    if isinstance(entry, Rule) or not label:
        label = label or force.names.subject(thing.id)
    lines = [f"**{_plain(label)}** \u00b7 {thing.singular} `{thing.id}`"]
    lines += list(_told(force, thing, entry))
    named = _counted(base, thing)
    if named:
        lines.append(f"*{named}*")
    return "\n\n".join(lines)


def _told(force: InForce, thing: Thing, entry: Entry | None) -> Iterator[str]:
    plural, _, owner = thing.kind.partition(" of ")
    if plural in ("classes", "levels"):
        inside = force.things.label(owner, thing.id) is not None and force.kb.choices.get(owner)
        if inside and thing.id in inside.classes:
            members = sorted(inside.classes[thing.id])
            yield f"{len(members)} members: {', '.join(members[:12])}{' ...' if len(members) > 12 else ''}"
        scale = force.kb.scales.get(owner)
        if scale is not None:
            yield f"Levels of {scale.label}: {', '.join(scale.levels)}"
        return
    if isinstance(entry, Member):
        if entry.kinds:
            yield f"Belongs to: {', '.join(entry.kinds)}"
        if entry.synonyms:
            yield f"Also called: {', '.join(entry.synonyms[:8])}"
    elif entry is not None and thing.kind in _PAGES:
        sheets = Sheets(Linker(force.names))
        rows = [row for row in sheets.rows(entry) if not row.label.isupper()]
        yield "\n".join(f"- {text}" for row in rows[:_ROWS] if (text := _row(row)))
    if entry is not None and entry.sources:
        yield "\n".join(_cited(force, entry))


_PAGES = frozenset(
    {"findings", "quantities", "states", "scales", "thresholds", "conditions", "interventions", "investigations"}
    | {"alerts", "rules", "guidelines", "disagreements", "invariants", "sources", "groups", "topics"}
)


def _cited(force: InForce, entry: Entry) -> Iterator[str]:
    for cited in entry.sources[:4]:
        source = force.kb.sources.get(cited.source)
        where = f" {cited.where}" if cited.where else ""
        yield f"> {_plain(source.citation) if source is not None else cited.source}{where}"


def _row(row: Row) -> str:
    said = _plain("".join(run.text for run in row.said))
    if row.tree is not None:
        said = f"{said} {_branch(row.tree)}".strip()
    if len(said) > _LONGEST:
        said = said[: _LONGEST - 1] + "\u2026"
    return f"{row.label}: {said}" if row.label else said


def _branch(branch: Branch) -> str:
    said = _plain(_runs(branch.said))
    return f"{said} {'; '.join(_branch(item) for item in branch.items)}" if branch.items else said


def _runs(runs: Runs) -> str:
    return "".join(run.text for run in runs)


def _plain(words: str) -> str:
    """Words that Markdown leaves as they are."""
    return "".join(f"\\{character}" if character in "\\`*_[]<>#|" else character for character in words)


def _counted(base: Base, thing: Thing) -> str:
    """How many rules, entries and cases name it."""
    counts: Counter[str] = Counter()
    for path in base.files():
        own = [one for one in base.words_of(path, thing) if not one.defines]
        if own:
            kind = base.kind(path)
            counts["rules" if kind == "rules" else "cases" if kind == "cases" else "entries"] += len(own)
    words = {"rules": "rules", "entries": "knowledge", "cases": "worked cases"}
    told = [f"{count} in {words[kind]}" for kind, count in sorted(counts.items(), reverse=True)]
    return f"named {', '.join(told)}" if told else ""


# --- what has no id ---------------------------------------------------------------------------------------------------


def _other(base: Base, force: InForce, path: Path, line: int, column: int) -> str:
    """A key, a word of the language, a function or a unit."""
    lines = base.lines(path)
    text = lines.line(line)
    start = end = min(max(column - 1, 0), len(text))
    while start and (text[start - 1].isalnum() or text[start - 1] in "_-"):
        start -= 1
    while end < len(text) and (text[end].isalnum() or text[end] in "_-%/."):
        end += 1
    word = text[start:end]
    name = word.rstrip("./")
    if text[start + len(name) :].startswith(":") and (told := _key(base, path, line, start, name)):
        return f"`{name}` \u00b7 {told}"
    unit = force.things.units.parse(word) if word else None
    if name in KEYWORDS and _premise_at(base, path, line, column) is not None:
        return f"`{name}` \u00b7 {KEYWORDS[name]}"
    if name in FUNCTIONS and text[start + len(name) :].startswith("("):
        return f"`{name}(...)` \u00b7 {FUNCTIONS[name]}"
    if unit is not None and word in force.kb.units:
        entry = force.kb.units[word]
        return f"**{entry.label or word}** \u00b7 unit of {entry.dimension}"
    return ""


def _key(base: Base, path: Path, line: int, start: int, name: str) -> str:
    lines, kind = base.lines(path), base.kind(path)
    keys = context(lines, lines.offset(line, start + 1)).keys
    if kind in ("cases", "patients"):
        if keys and keys[-1] in EXPECTING:
            return meanings.EXPECTED.get(name, "")
        return meanings.CASE.get(name, "") if not keys else ""
    if len(keys) <= 1 + (kind == "units"):
        own = meanings.RULE if kind == "rules" else meanings.ENTRY.get(kind, {})
        return own.get(name) or meanings.EVERY.get(name, "")
    outer = meanings.RULE if kind == "rules" else meanings.ENTRY.get(kind, {})
    around = next((outer[key] for key in reversed(keys) if key in outer), "")
    return meanings.FEATURES.get(name, "") if "features" in keys else meanings.PARTS.get(name) or around


# --- in a premise -----------------------------------------------------------------------------------------------------


def _premise_at(base: Base, path: Path, line: int, column: int) -> TruthNode | None:
    """The smallest part of the premise, of a rule as it is in force, that a place lies in."""
    force, owner = base.in_force, base.owner(path, line)
    if force is None or owner is None or owner.kind != "rules" or owner.id not in force.kb.rules:
        return None
    tree = force.kb.rules[owner.id].when
    found: TruthNode | None = None
    for node in tree.walk() if tree is not None else ():
        inside = node.place.line == line and node.place.column <= column <= node.place.column + len(node.source)
        if isinstance(node, TruthNode) and inside and base.path(node.place.file) == path:
            found = node
    return found


def _in_premise(base: Base, force: InForce, path: Path, line: int, column: int) -> str:
    part = _premise_at(base, path, line, column)
    if part is None:
        return ""
    owner = base.owner(path, line)
    said = wording.words(part, force.names)
    told = f"In words: {_plain(said)}"
    rule = force.kb.rules[owner.id] if owner is not None else None
    counts = base.counts(rule, part) if rule is not None else None
    if counts is not None:
        told += f"\n\nOf {counts.all} worked cases: true in {counts.true}, false in {counts.false}, "
        told += f"unknown in {counts.unknown}"
    return told
