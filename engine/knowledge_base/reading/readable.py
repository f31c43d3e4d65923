"""The vocabulary of a knowledge base that has been read, as its reading had it: what a query may name."""

from __future__ import annotations

import dataclasses
from typing import Any

from ...premises.vocabulary import Vocabulary
from ...values.problems import Place
from ...values.units import UnitTable
from ..files.nodes import Text
from ..model import ChoiceSet, Entry, KnowledgeBase, Member, Rule
from . import entries, lexicon
from .lexicon import Drafts
from .rules import Draft as RuleDraft
from .values.scalars import Desk


def vocabulary(kb: KnowledgeBase) -> tuple[Vocabulary, UnitTable]:
    """The names of a knowledge base, and its units; worked out once and kept with it."""
    return kb.kept(_vocabulary)


def _vocabulary(kb: KnowledgeBase) -> tuple[Vocabulary, UnitTable]:
    drafts = _drafts(kb)
    joined = lexicon.choices(drafts, Desk())  # it was found in order when it was read
    return lexicon.vocabulary(drafts, joined), lexicon.units(drafts)


def _drafts(kb: KnowledgeBase) -> Drafts:
    """The entries as they were before they were joined, so that one place says what they mean."""
    drafts = Drafts()
    for kind in entries.KINDS:
        if kind not in ("scope", "choices"):
            found: dict[str, Entry] = getattr(kb, kind)
            drafts.entries[kind] = {entry.id: _draft(kind, entry) for entry in found.values()}
    for choices in kb.choices.values():
        own = {name: member for name, member in choices.members.items() if not _joined(kb, choices, name)}
        draft = entries.Draft("choices", choices.id, choices.place, {"members": own, "classes": _classes(choices)})
        drafts.entries["choices"][choices.id] = draft
    drafts.rules = {f"{rule.id} {rule.level}": _rule(rule) for rule in kb.rules.values()}
    return drafts


def _draft(kind: str, entry: Entry) -> entries.Draft:
    """An entry with what it says; what it leaves out is left out again."""
    values: dict[str, Any] = {}
    for part in dataclasses.fields(entry):
        value = getattr(entry, part.name)
        usual = part.default_factory() if part.default_factory is not dataclasses.MISSING else part.default
        if part.name not in ("id", "place", "places") and value != usual:
            values[part.name] = value
    return entries.Draft(kind, entry.id, entry.place, values)


def _joined(kb: KnowledgeBase, choices: ChoiceSet, member: str) -> bool:
    """Whether a member is one by its own entry, without being written among the members."""
    if choices.id == "conditions":
        return member in kb.conditions and not kb.conditions[member].exposure
    if choices.id not in ("medicines", "interventions") or member not in kb.interventions:
        return False
    return (kb.interventions[member].kind == "medicine") == (choices.id == "medicines")


def _classes(choices: ChoiceSet) -> dict[str, Member]:
    return {
        name: Member(id=name, place=choices.place, label=label, kinds=choices.class_kinds.get(name, ()))
        for name, label in choices.class_labels.items()
    }


def _rule(rule: Rule) -> RuleDraft:
    targets = tuple(Text(target, Place("")) for target in rule.targets)
    values: dict[str, Any] = {"of": rule.of} if rule.of else {}
    return RuleDraft(rule.id, rule.place, rule.verb, targets, rule.level, values)
