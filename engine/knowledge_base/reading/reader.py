"""From the files of knowledge/ and rules/ to a knowledge base, or to everything that is wrong with them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ...premises.expression import All, Not
from ...values.problems import Level, Place, Problem, did_you_mean
from .. import kinds, model, soundness
from ..files.layout import ROOMS, Layout, Written, contents_of, digest_of
from ..files.nodes import MapNode, Node, Text, describe
from ..model import KnowledgeBase
from . import coded, echoes, entries, lexicon, linking, overlay, rules
from .lexicon import Choices, Drafts
from .parts import Later
from .premises import Forgetful, Memory, Premises
from .scalars import Desk, text

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
"""What each code of an entry or rule means, in one line."""


Reading = tuple["KnowledgeBase | None", list[Problem]]
"""What was read, None where an error stands in the way, and every problem."""


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
        if not kind:
            continue
        node, problems = _parts(item, kind, memory)
        desk.problems += problems
        if node is None and not problems:
            desk.say("OL114", "nothing is written in this file", Place(item.file), "write an entry, or remove it")
            drafts.torn.add(kind)
        elif node is None:
            drafts.torn.add(kind)
        elif not isinstance(node, MapNode):
            what = f"entries by id are expected, not {describe(node)}"
            desk.say("OL123", what, node.place, "write 'id:', then its keys")
            drafts.torn.add(kind)
        else:
            drafts.tear(kind, node.broken)
            _file(kind, node, item, drafts, desk)
    return drafts


def _parts(item: Written, kind: str, memory: Memory) -> tuple[Node | None, list[Problem]]:
    """The parts of a file, remembered where nothing was wrong with it."""
    node = memory.node(item.content, item.file)
    if node is not None:
        return node, []
    from ..files.source import PROSE, load_text  # yaml is only loaded where a file changed

    node, problems = load_text(item.content, item.file, prose=None if kind in entries.PLAIN else PROSE)
    if node is not None and not problems:
        memory.keep_node(item.content, item.file, node)
    return node, problems


def _file(kind: str, node: MapNode, item: Written, drafts: Drafts, desk: Desk) -> None:
    if kind == "rules":
        _rules(node, item, drafts, desk)
    elif kind == "units":
        for key, value in node.pairs:
            if key.value not in ("units", "analytes"):
                desk.say("OL101", f"unknown key '{key.value}'", key.place, "this file has 'units:' and 'analytes:'")
            elif isinstance(value, MapNode):
                _entries(key.value, value, item, drafts, desk)
            else:
                desk.wrong(value, key.value, "entries by id")
    elif kind in entries.PLAIN:
        _plain(kind, node, drafts, desk)
    else:
        _entries(kind, node, item, drafts, desk)


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


def _plain(kind: str, node: MapNode, drafts: Drafts, desk: Desk) -> None:
    for key, value in node.pairs:
        said = text(value, key.value, desk)
        if key.value in drafts.plain[kind]:
            other = drafts.plain_places[kind][key.value]
            desk.say("OL103", f"'{key.value}' is written twice", key.place, "keep one", other)
        elif said is not None:
            drafts.plain[kind][key.value] = Text(said, value.place)
            drafts.plain_places[kind][key.value] = key.place


def _entries(kind: str, node: MapNode, item: Written, drafts: Drafts, desk: Desk) -> None:
    singular = entries.KINDS[kind].singular
    for key, value in node.pairs:
        if isinstance(value, MapNode) and rules.looks_like_one(value):
            desk.say("OL113", f"'{key.value}' is a rule, not an entry of knowledge", key.place, "move it to rules/")
            continue
        entry, replaced = overlay.replaced(value, drafts.entries[kind], singular, item, drafts.owned, desk)
        if entry is None:
            continue
        if replaced is not None:
            del drafts.entries[kind][replaced.id]
            drafts.replacements.append(overlay.replacement(singular, replaced, key))
        draft = entries.read(kind, key, entry, desk)
        if draft is None:
            drafts.tear(kind, [key])
            continue
        other = drafts.entries[kind].setdefault(draft.id, draft)
        if other is not draft:
            hint = overlay.hint(draft.id, singular, item, drafts.owned)
            desk.say("OL103", f"a second {singular} '{draft.id}'", draft.place, hint, other.place)
        else:
            overlay.noted(draft, singular, replaced, item, drafts.owned, desk)


def _rules(node: MapNode, item: Written, drafts: Drafts, desk: Desk) -> None:
    shared = rules.Common()
    for position, (key, value) in enumerate(node.pairs):
        if key.value == "common":
            if position:
                desk.say("OL112", "'common' stands at the top of its file", key.place, "move it up")
            shared = rules.common(value, key.place, desk)
            continue
        entry, replaced = overlay.replaced(value, drafts.rules, "rule", item, drafts.owned, desk)
        if entry is None:
            continue
        if replaced is not None:
            del drafts.rules[replaced.id]
            drafts.replacements.append(overlay.replacement("rule", replaced, key))
            replaced.values["withdrawn"] = f"replaced by '{key.value}' in {item.file}"
            drafts.replaced.append(replaced)
        draft = rules.read(key, entry, shared, desk)
        if draft is None:
            drafts.tear("rules", [key])
            continue
        other = drafts.rules.setdefault(draft.id, draft)
        if other is not draft:
            hint = overlay.hint(draft.id, "rule", item, drafts.owned)
            desk.say("OL103", f"a second rule '{draft.id}'", draft.place, hint, other.place)
            drafts.rules[f"{draft.id} {draft.place}"] = draft  # what it concludes is concluded all the same
        else:
            overlay.noted(draft, "rule", replaced, item, drafts.owned, desk)


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
            entry = _entry(draft, checker)
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
        for rule in rules.build(written, lexicon.targets(written, drafts, joined), checker):
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
