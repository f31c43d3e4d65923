"""Labels of ids, and the words by which people may mean them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property

from ..premises import propositions
from . import verbs
from .model import Entry, KnowledgeBase, Member

_ID = re.compile(r"\b[a-z0-9]+(?:_[a-z0-9]+)+\b")


class Names:
    """The labels of one knowledge base."""

    def __init__(self, kb: KnowledgeBase) -> None:
        self.kb = kb

    @cached_property
    def _kinds(self) -> tuple[Mapping[str, Entry], ...]:
        """The kinds of entries with a label, in order of precedence where two have one id."""
        kb = self.kb
        return (
            kb.findings,
            kb.quantities,
            kb.groups,
            kb.states,
            kb.scales,
            kb.thresholds,
            kb.conditions,
            kb.interventions,
            kb.investigations,
            kb.alerts,
        )

    def _entry(self, name: str) -> Entry | None:
        return next((entries[name] for entries in self._kinds if name in entries), None)

    def label(self, name: str) -> str:
        """The label of a finding, quantity, state, scale, threshold, condition, intervention, test or alert."""
        entry = self._entry(name)
        return entry.label if entry is not None and entry.label else name.replace("_", " ")

    def spoken(self, text: str) -> str:
        """A sentence in which ids, as files write them, are replaced by what they are called."""
        return _ID.sub(lambda found: self._called(found.group()), text)

    def _called(self, word: str) -> str:
        if self._entry(word) is not None:
            return self.label(word)
        for choices in self.kb.choices.values():
            if word in choices.members:
                return choices.members[word].label or word.replace("_", " ")
            if word in choices.class_labels:
                return choices.class_labels[word]
        return word

    def subject(self, name: str) -> str:
        """The label of what verbs are about, whatever else has the id: a condition, intervention, test or alert, or
        a class of them."""
        kb = self.kb
        about: tuple[Mapping[str, Entry], ...] = (kb.conditions, kb.interventions, kb.investigations, kb.alerts)
        entry = next((entries[name] for entries in about if name in entries), None) or self._entry(name)
        if entry is not None:
            return entry.label or name.replace("_", " ")
        labels = (choices.class_labels[name] for choices in self.kb.choices.values() if name in choices.class_labels)
        return next(labels, name.replace("_", " "))

    @cached_property
    def asking(self) -> dict[str, tuple[int, int]]:
        """The place of each finding and quantity in the order a clinician asks: by section, then as they are listed."""
        kb = self.kb
        sections = {section: index for index, section in enumerate(kb.sections)}
        places = enumerate((*kb.findings, *kb.quantities))
        last = len(sections)
        return {
            name: (sections.get(kb.findings[name].section, last) if name in kb.findings else last, place)
            for place, name in places
        }

    def unit(self, name: str) -> str:
        """The unit of a finding, quantity or threshold; empty where it has none or people do not say it."""
        entry = self._entry(name)
        if getattr(entry, "bare_unit", False):
            return ""
        return str(getattr(entry, "unit", ""))

    def members(self, name: str) -> dict[str, Member]:
        """The members of a choice or records finding."""
        finding = self.kb.findings.get(name)
        if finding is None:
            return {}
        choices = finding.choices or (finding.fields[finding.key].choices if finding.key in finding.fields else "")
        chosen = self.kb.choices.get(choices)
        return dict(chosen.members) if chosen is not None else {}

    def assuming(self, name: str) -> Mapping[str, Mapping[str, str]]:
        """The defaults of entries of a list, by member; members without defaults are left out."""
        if name not in self._assuming:
            members = self.members(name)
            self._assuming[name] = {id: member.assumes for id, member in members.items() if member.assumes}
        return self._assuming[name]

    @cached_property
    def _assuming(self) -> dict[str, dict[str, Mapping[str, str]]]:
        return {}

    def member(self, name: str, member: str) -> str:
        """The label of a member of a finding's choices, or of a field's (`fractures.cause`)."""
        owner, _, field = name.partition(".")
        finding = self.kb.findings.get(owner)
        if finding is not None:
            choices = finding.fields[field].choices if field in finding.fields else finding.choices
            if not choices and finding.key in finding.fields:
                choices = finding.fields[finding.key].choices
            chosen = self.kb.choices.get(choices)
            if chosen is not None and member in chosen.members:
                return chosen.members[member].label or member.replace("_", " ")
            if chosen is not None and member in chosen.class_labels:
                return chosen.class_labels[member]
        return member.replace("_", " ")

    def proposition(self, atom: str) -> str:
        """A proposition in words: `osteoporosis is diagnosed`, `ACR risk is at least high`."""
        scale, level = propositions.level_parts(atom)
        if scale:
            return f"{self.label(scale)} is at least {level.replace('_', ' ')}"
        if scale := propositions.applied(atom):
            return f"{self.label(scale)} applies"
        predicate, subject = propositions.parted(atom)
        return verbs.SENTENCES[predicate].format(self.subject(subject)) if predicate else self.label(subject)
