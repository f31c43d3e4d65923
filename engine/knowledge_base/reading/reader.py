"""From the files of knowledge/ and rules/ to a knowledge base, or to everything that is wrong with them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ...premises.expression import All, Not
from ...values.problems import Level, Place, Problem, did_you_mean
from .. import kinds, model, soundness
from ..files.layout import ROOMS, Layout, Written, contents_of, digest_of
from ..files.nodes import MapNode, Text
from ..model import KnowledgeBase
from . import coded, echoes, entries, lexicon, linking, overlay, rules, sheets
from .lexicon import Choices, Drafts
from .premises import Forgetful, Memory, Premises
from .sheets import Part, Sheet
from .values.parts import Later
from .values.scalars import Desk, text

CODES: dict[str, str] = {
    "OL101": "a key that the entry does not take",
    "OL102": "a key that is missing",
    "OL103": "the same id or key twice",
    "OL104": "a name, label or function that the knowledge base does not have",
    "OL105": "an id that is the id of nothing",
    "OL106": "a circle",
    "OL107": "a value of the wrong form",
    "OL108": "an id of something of another kind",
    "OL109": "one name for two things that premises read",
    "OL110": "an id in the wrong spelling",
    "OL111": "a rule without a verb, or with two",
    "OL112": "a key that does not go with the others",
    "OL113": "a file or entry in the wrong place",
    "OL114": "nothing to read",
    "OL115": "a label or synonym that two things share (warning)",
    "OL117": "safety that rests on an implied answer",
    "OL118": "a medicine that nothing contraindicates",
    "OL119": "a quantity or state that no rule concludes",
    "OL120": "a {name} in a text that cannot be printed",
    "OL121": "a class without members",
    "OL122": "a finding in two groups",
    "OL123": "no entry where one is expected",
    "OL126": "a list of codes that could mean several things",
    "OL124": "safety that a directory of one's own takes away (warning)",
}
"""The codes of problems in entries and rules, each with its meaning in one line."""


Reading = tuple["KnowledgeBase | None", list[Problem]]
"""The knowledge base, None where an error stands in the way, and every problem."""


def read(layout: Layout, memory: Memory | None = None) -> Reading:
    """Read everything; the knowledge base, unless one of the problems is an error."""
    contents, problems = contents_of(layout)
    kb, found = read_contents(contents, memory)
    return (None if _failed(problems) else kb), _ordered([*problems, *found])


def read_contents(contents: Sequence[Written], memory: Memory | None = None) -> Reading:
    """Read files that are in memory already."""
    desk = Desk()
    memory = memory or Forgetful()
    drafts = _drafts(contents, memory, desk)
    joined = lexicon.choices(drafts, desk)
    units = lexicon.units(drafts)
    linking.link(drafts, joined, units, desk)
    coded.settle(drafts, joined, desk)
    checker = Premises(lexicon.vocabulary(drafts, joined), units, _units_of(drafts), desk, memory)
    memory.about(checker.vocabulary, lexicon.spelling(drafts))
    kb = kinds.widened(_built(drafts, joined, checker))
    desk.problems += soundness.check(kb, whole=not drafts.torn)
    problems = _ordered(echoes.without(desk.problems, drafts))
    return (None if _failed(problems) else dataclasses.replace(kb, digest=digest_of(contents))), problems


def _failed(problems: Iterable[Problem]) -> bool:
    return any(problem.level is Level.ERROR for problem in problems)


def _ordered(problems: Iterable[Problem]) -> list[Problem]:
    return sorted(dict.fromkeys(problems), key=lambda problem: problem.sort_key)


def _drafts(contents: Sequence[Written], memory: Memory, desk: Desk) -> Drafts:
    drafts = Drafts()
    for room in ROOMS:
        if not any(item.inside.startswith(f"{room}/") for item in contents if not item.local):
            desk.say("OL114", f"no file in {room}/", Place(room), "is this the directory of a knowledge base?")
    for item in contents:
        kind = _kind_of(item, desk)
        if kind:
            _merge(_sheet(item, kind, memory), item, drafts, desk)
    return drafts


def sheet(item: Written, memory: Memory) -> Sheet | None:
    """A file of rules or knowledge read by itself; None for one that is neither."""
    kind = _kind_of(item, Desk())
    return _sheet(item, kind, memory) if kind else None


def _sheet(item: Written, kind: str, memory: Memory) -> Sheet:
    """A file read by itself, as it was last time where it is still the same."""
    held = memory.file(item.file, item.content)
    if isinstance(held, Sheet):
        return held
    made = sheets.read(item, kind, memory)
    memory.keep_file(item.file, item.content, made)
    return made


def _merge(sheet: Sheet, item: Written, drafts: Drafts, desk: Desk) -> None:
    """Put what a file says beside what the files before it say."""
    desk.problems += sheet.problems
    desk.references += sheet.references
    if not isinstance(sheet.node, MapNode):
        drafts.torn.add(sheet.kind)
        return
    drafts.tear(sheet.kind, sheet.node.broken)
    _plain(sheet, drafts, desk)
    for part in sheet.parts:
        if part.kind == "rules":
            _rule(part, item, drafts, desk)
        else:
            _entry_of(part, item, drafts, desk)


def _kind_of(item: Written, desk: Desk) -> str:
    """`rules`, or the kind of knowledge by the file's name; empty for a file that cannot be told."""
    parts = item.inside.split("/")
    if not item.inside.endswith(".yaml"):
        base = item.file.rsplit(".", 1)[0]
        hint = f"name it '{base}.yaml'" if item.inside.endswith((".yml", ".json")) else "move it elsewhere"
        desk.say("OL113", "a file that is not read, for its name does not end in .yaml", Place(item.file), hint)
        return ""
    if parts[0] == "rules":
        return "rules"
    kind = parts[1].removesuffix(".yaml")
    known = sorted({*entries.KINDS, *entries.PLAIN} - {"analytes"})
    if kind not in known:
        hint = did_you_mean(kind, known) or f"known: {', '.join(known)}"
        desk.say("OL113", f"'{kind}' is no kind of knowledge", Place(item.file), hint)
        return ""
    return kind


def _plain(sheet: Sheet, drafts: Drafts, desk: Desk) -> None:
    kind = sheet.kind
    for key, value in sheet.plain:
        said = text(value, key.value, desk)
        if key.value in drafts.plain[kind]:
            other = drafts.plain_places[kind][key.value]
            desk.say("OL103", f"'{key.value}' is written twice", key.place, "keep one", other)
        elif said is not None:
            drafts.plain[kind][key.value] = Text(said, value.place)
            drafts.plain_places[kind][key.value] = key.place


def _entry_of(part: Part, item: Written, drafts: Drafts, desk: Desk) -> None:
    kind, known = part.kind, drafts.entries[part.kind]
    singular = entries.KINDS[kind].singular
    was: entries.Draft | None = None
    if part.replaces is not None:
        stands, was = overlay.replaced(part.replaces, known, singular, item, drafts.owned, desk)
        if not stands:
            return
    if was is not None:
        del known[was.id]
        drafts.replacements.append(overlay.replacement(singular, was, part.key))
    desk.problems += part.problems
    desk.references += part.references
    draft = part.draft
    if not isinstance(draft, entries.Draft):
        if not part.misplaced:
            drafts.tear(kind, [part.key])
        return
    if any(problem.level is Level.ERROR for problem in part.problems):
        drafts.damaged.add(draft.id)
    other = known.setdefault(draft.id, draft)
    if other is not draft:
        hint = overlay.hint(draft.id, singular, item, drafts.owned)
        desk.say("OL103", f"a second {singular} '{draft.id}'", draft.place, hint, other.place)
    else:
        overlay.noted(draft, singular, was, item, drafts.owned, desk)


def _rule(part: Part, item: Written, drafts: Drafts, desk: Desk) -> None:
    was: rules.Draft | None = None
    if part.replaces is not None:
        stands, was = overlay.replaced(part.replaces, drafts.rules, "rule", item, drafts.owned, desk)
        if not stands:
            return
    if was is not None:
        del drafts.rules[was.id]
        drafts.replacements.append(overlay.replacement("rule", was, part.key))
        why = f"replaced by '{part.key.value}' in {item.file}"
        drafts.replaced.append(dataclasses.replace(was, values={**was.values, "withdrawn": why}))
    desk.problems += part.problems
    desk.references += part.references
    draft = part.draft
    if not isinstance(draft, rules.Draft):
        drafts.tear("rules", [part.key])
        return
    other = drafts.rules.setdefault(draft.id, draft)
    if other is not draft:
        hint = overlay.hint(draft.id, "rule", item, drafts.owned)
        desk.say("OL103", f"a second rule '{draft.id}'", draft.place, hint, other.place)
        drafts.rules[f"{draft.id} {draft.place}"] = draft  # what it concludes is concluded all the same
    else:
        overlay.noted(draft, "rule", was, item, drafts.owned, desk)


def _units_of(drafts: Drafts) -> dict[str, tuple[str, str]]:
    return {name: (values.get("unit", ""), values.get("analyte", "")) for name, values in drafts.values("quantities")}


def _built(drafts: Drafts, joined: Choices, checker: Premises) -> KnowledgeBase:
    """Every entry as a value of the model; one that lacks what it needs is left out (its problem has been told)."""
    built: dict[str, dict[str, Any]] = {}
    for kind, drafted in drafts.entries.items():
        if kind in ("choices", "scope"):
            continue
        found = {}
        for identity, draft in drafted.items():
            entry = _again(draft, (), checker, _entry)
            if entry is not None:
                found[identity] = entry
        built[kind] = found
    scopes = [_entry(draft, checker) for draft in drafts.entries["scope"].values()]
    _grouped(built)
    known: dict[str, Any] = {**built, "choices": joined.sets, "scope": next(iter(scopes), None)}
    for kind, found_texts in drafts.plain.items():
        known[kind] = {key: said.value for key, said in found_texts.items()}
    known["word_places"] = dict(drafts.plain_places["words"])
    in_force: dict[str, model.Rule] = {}
    withdrawn: dict[str, model.Rule] = {}
    successors = {old: new.id for new in known["guidelines"].values() for old in new.supersedes if not new.withdrawn}
    for written in (*drafts.replaced, *drafts.rules.values()):
        members = lexicon.targets(written, drafts, joined)
        measured = checker.quantities.get(written.targets[0].value, ()) if written.verb == "derives" else ()
        for rule in _again(written, (members, measured), checker, _rules_of):
            _levels_apart(rule, written, drafts, checker.desk)
            rule = _in_force(rule, successors)
            (withdrawn if rule.withdrawn else in_force)[rule.id] = rule
    return KnowledgeBase(**known, rules=in_force, withdrawn=withdrawn, replaced=tuple(drafts.replacements))


def _in_force(rule: model.Rule, successors: Mapping[str, str]) -> model.Rule:
    """The rule; one that a superseded guideline wants, orders or sets holds no longer. What it warns of still does."""
    if rule.withdrawn or rule.guideline not in successors or rule.verb not in _ENDS_WITH_ITS_GUIDELINE:
        return rule
    return dataclasses.replace(rule, withdrawn=f"{rule.guideline} is superseded by {successors[rule.guideline]}")


_ENDS_WITH_ITS_GUIDELINE = frozenset({"recommends", "orders", "sets"})


def _levels_apart(rule: model.Rule, written: rules.Draft, drafts: Drafts, desk: Desk) -> None:
    """A rule that sets levels is a rule for each of them, with an id that no other may take."""
    other = drafts.rules.get(rule.id)
    if rule.id != written.id and other is not None:
        what = f"'{rule.id}' is the level '{rule.level}' of the rule '{written.id}' already"
        desk.say("OL103", what, other.place, "choose another id", rule.place)


def _again(draft: Any, given: tuple[Any, ...], checker: Premises, build: Callable[..., Any]) -> Any:
    """What is built of a draft: as it was last time, where what it reads means what it meant."""
    held = checker.memory.built(draft, given)
    if held is not None:
        return held[0]
    before, checker.texts = len(checker.desk.problems), []
    made = build(draft, checker, *given[:1])
    if len(checker.desk.problems) == before:
        checker.memory.keep_built(draft, given, checker.texts, made)
    return made


def _rules_of(draft: rules.Draft, checker: Premises, members: tuple[str, ...]) -> list[model.Rule]:
    return rules.build(draft, members, checker)


def _entry(draft: entries.Draft, checker: Premises) -> Any:
    kind = entries.KINDS[draft.kind]
    values = {
        name: value.finish(checker) if isinstance(value, Later) else value for name, value in draft.values.items()
    }
    for name, key in kind.keys.items():
        if key.required and values.get(key.field or name) is None and kind.entry is not model.Scope:
            return None
    if draft.kind == "thresholds":
        values = _threshold(values)
    elif draft.kind == "invariants":
        values = _forbidden(values)
    elif draft.kind == "conditions" and "pursue" in values:
        pursue = values.pop("pursue")
        values |= {"pursue_always": True} if pursue is True else {"pursue": pursue}
    return kind.entry(id=draft.id, place=draft.place, places=draft.places, **values)


def _threshold(values: dict[str, Any]) -> dict[str, Any]:
    """The three ways to write a cut-off as one."""
    kept = {name: value for name, value in values.items() if name not in ("value", "values", "by", "steps")}
    dated = values.get("values")
    if dated is None:
        dated = (
            model.ThresholdValue(value=values.get("value"), by=values.get("by", ""), steps=values.get("steps", ())),
        )
    return {**kept, "values": dated}


def _forbidden(values: dict[str, Any]) -> dict[str, Any]:
    """The two ways to write what must hold of no patient as one: `whenever A must B` is never `A and not B`."""
    kept = {name: value for name, value in values.items() if name not in ("whenever", "must")}
    whenever, must = values.get("whenever"), values.get("must")
    if whenever is not None and must is not None:
        failed = Not(item=must, place=must.place, source=f"not ({must.source})")
        source = f"({whenever.source}) and {failed.source}"
        kept["never"] = All(items=(whenever, failed), place=whenever.place, source=source)
    return kept


def _grouped(built: dict[str, dict[str, Any]]) -> None:
    """Findings know their group and groups their findings, whichever of them says so."""
    findings, groups = built["findings"], built["groups"]
    for name, group in list(groups.items()):
        also = [
            finding.id for finding in findings.values() if finding.group == name and finding.id not in group.findings
        ]
        if also:
            groups[name] = dataclasses.replace(group, findings=(*group.findings, *also))
        for member in group.findings:
            if member in findings and findings[member].group != name:
                findings[member] = dataclasses.replace(findings[member], group=name)
