"""What things are called: the label of every id, and every word by which people may mean one."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from .model import Entry, Investigation, KnowledgeBase, Member

_PROPOSITIONS = {
    "diagnosed": "{} is diagnosed",
    "excluded": "{} is excluded",
    "caused": "{} drives bone loss",
    "recommended": "{} is wanted",
    "contraindicated": "{} is contraindicated",
    "deferred": "{} must wait",
    "cautioned": "{} needs care",
    "ordered": "{} should be done",
    "raised": "alert: {}",
}


class Names:
    """The labels of one knowledge base."""

    def __init__(self, kb: KnowledgeBase) -> None:
        self.kb = kb

    @cached_property
    def _entries(self) -> dict[str, Entry]:
        kb = self.kb
        kinds: list[Iterable[Entry]] = [
            kb.alerts.values(),
            kb.investigations.values(),
            kb.interventions.values(),
            kb.conditions.values(),
            kb.thresholds.values(),
            kb.scales.values(),
            kb.states.values(),
            kb.groups.values(),
            kb.quantities.values(),
            kb.findings.values(),
        ]
        return {entry.id: entry for entries in kinds for entry in entries}

    def label(self, name: str) -> str:
        """The label of a finding, quantity, state, scale, threshold, condition, intervention, test or alert."""
        entry = self._entries.get(name)
        return entry.label if entry is not None and entry.label else name.replace("_", " ")

    @cached_property
    def asking(self) -> dict[str, tuple[int, int]]:
        """Where each finding and quantity stands in the order a clinician asks: by section, then as they are listed."""
        kb = self.kb
        sections = {section: index for index, section in enumerate(kb.sections)}
        places = enumerate((*kb.findings, *kb.quantities))
        last = len(sections)
        return {
            name: (sections.get(kb.findings[name].section, last) if name in kb.findings else last, place)
            for place, name in places
        }

    @cached_property
    def first_tests(self) -> dict[str, Investigation]:
        """For each finding the investigation that comes first of those that settle it: by step, then the narrowest."""
        ordered = sorted(self.kb.investigations.values(), key=lambda test: (test.step, len(test.findings), test.id))
        found: dict[str, Investigation] = {}
        for test in ordered:
            for name in test.findings:
                found.setdefault(name, test)
        return found

    def unit(self, name: str) -> str:
        """The unit of a finding, quantity or threshold; empty where it has none or people do not say it."""
        entry = self._entries.get(name)
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
        if " >= " in atom:
            scale, level = atom.split(" >= ")
            return f"{self.label(scale)} is at least {level.replace('_', ' ')}"
        if atom.endswith(" applies"):
            return f"{self.label(atom.removesuffix(' applies'))} applies"
        verb, _, subject = atom.partition("(")
        if subject:
            return _PROPOSITIONS[verb].format(self.label(subject.rstrip(")")))
        return self.label(atom)
