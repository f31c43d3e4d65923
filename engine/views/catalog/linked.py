"""Words of the knowledge base with what they name linked: the parts that pages of the site are made of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from ...knowledge_base.model import Cited, Entry
from ...knowledge_base.naming import Names
from ...premises import expression, wording
from ...premises.expression import All, AnyOf, AtLeast, Cases, Node, Not, Points

PLURALS: Mapping[str, str] = {
    "rule": "rules",
    "condition": "conditions",
    "intervention": "interventions",
    "finding": "findings",
    "quantity": "quantities",
    "state": "states",
    "scale": "scales",
    "investigation": "investigations",
    "alert": "alerts",
    "topic": "topics",
    "source": "sources",
    "guideline": "guidelines",
    "disagreement": "disagreements",
    "invariant": "invariants",
    "threshold": "thresholds",
    "group": "groups",
    "choices": "choices",
}
"""Each kind that has pages, and the folder they are in."""


@dataclass(frozen=True, slots=True)
class Run:
    """Words, and where they lead (as seen from the root of the site)."""

    text: str
    address: str = ""


Runs = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Branch:
    """A premise as people read it: `said` alone, or above what it joins."""

    said: Runs
    items: tuple[Branch, ...] = ()


class Linker:
    """Knows the page of everything that has one."""

    def __init__(self, names: Names) -> None:
        self.names, self.kb = names, names.kb
        self._called: dict[str, str] = {}

    @cached_property
    def _rules(self) -> Mapping[str, Entry]:
        """Rules in force and withdrawn ones."""
        return {**self.kb.rules, **self.kb.withdrawn}

    @cached_property
    def _pages(self) -> Mapping[str, str]:
        """The page an id leads to; what people look for first where kinds share an id."""
        found: dict[str, str] = {}
        for kind, plural in PLURALS.items():
            for name in self.entries(kind):
                found.setdefault(name, f"{plural}/{name}.html")
        for choices in self.kb.choices.values():
            for name in (*choices.members, *choices.classes):
                found.setdefault(name, f"choices/{choices.id}.html#{name}")
        return found

    def entries(self, kind: str) -> Mapping[str, Entry]:
        found: Mapping[str, Entry] = getattr(self.kb, PLURALS[kind])
        return self._rules if kind == "rule" else found

    def address(self, name: str) -> str:
        return self._pages.get(name, "")

    def name(self, name: str, label: str = "") -> Run:
        """What an id is called, leading to its page."""
        return Run(label or self._label(name), self.address(name))

    def listed(self, names: Iterable[str]) -> Runs:
        found: list[Run] = []
        for name in names:
            found += [Run(", "), self.name(name)] if found else [self.name(name)]
        return tuple(found)

    def source(self, cited: Cited) -> Runs:
        source = self.kb.sources.get(cited.source)
        said = source.citation or source.label if source is not None else cited.source
        return (self.name(cited.source, said), Run(f" ({cited.where})" if cited.where else ""))

    def text(self, words: str) -> Runs:
        """A text whose `{name}` lead to what they print."""
        found: list[Run] = []
        for part in re.split(r"(\{\w+\})", words):
            name = part[1:-1]
            found.append(self.name(name, self.names.label(name)) if part.startswith("{") and part else Run(part))
        return tuple(run for run in found if run.text)

    def premise(self, node: Node) -> Branch:
        """A premise or formula, its joints opened up."""
        if isinstance(node, (All, AnyOf, AtLeast)):
            joint = {All: "all of", AnyOf: "any of"}.get(type(node), f"at least {getattr(node, 'count', 1)} of")
            return Branch((Run(joint),), tuple(self.premise(item) for item in node.items))
        if isinstance(node, Not) and isinstance(node.item, (All, AnyOf, AtLeast)):
            return Branch((Run("not"),), (self.premise(node.item),))
        if isinstance(node, Cases):
            cases = [
                Branch((*self.said(value), Run(" when")), (self.premise(when),))
                for when, value in zip(node.premises, node.values, strict=True)
            ]
            last = [Branch((*self.said(node.otherwise), Run(" otherwise")))] if node.otherwise is not None else []
            return Branch((Run("the first that holds"),), (*cases, *last))
        if isinstance(node, Points):
            added = [
                Branch((Run(f"{wording.number(points)} for "), *self.said(when)))
                for when, points in zip(node.premises, node.points, strict=True)
            ]
            return Branch((Run("the sum of"),), tuple(added))
        return Branch(self.said(node))

    def said(self, node: Node) -> Runs:
        """A premise in plain words, the names in it linked where they stand."""
        runs: Runs = (Run(wording.words(node, self.names)),)
        for name in sorted(self._named(node), key=lambda name: -len(self._label(name))):
            runs = self._linked(runs, name)
        return runs

    def _named(self, node: Node) -> set[str]:
        found = set(expression.names_read(node))
        for atom in expression.atoms_read(node):
            subject = re.fullmatch(r"\w+\((.+)\)", atom)
            found.add(subject.group(1) if subject else atom.split(" ")[0])
        found |= {part.subject for part in node.walk() if isinstance(part, expression.Shown)}
        return {name for name in found if self.address(name)}

    def _linked(self, runs: Runs, name: str) -> Runs:
        label = re.compile(rf"(?<!\w){re.escape(self._label(name))}(?!\w)", re.IGNORECASE)
        for at, run in enumerate(runs):
            match = label.search(run.text) if not run.address else None
            if match:
                parts = (
                    Run(run.text[: match.start()]),
                    Run(match.group(), self.address(name)),
                    Run(run.text[match.end() :]),
                )
                return (*runs[:at], *(part for part in parts if part.text), *runs[at + 1 :])
        return runs

    def _label(self, name: str) -> str:
        if name not in self._called:
            self._called[name] = self._looked_up(name)
        return self._called[name]

    def _looked_up(self, name: str) -> str:
        if name in self.kb.topics:
            return self.kb.topics[name].question
        for kind in ("rule", "guideline", "source", "disagreement", "invariant"):
            entry = self.entries(kind).get(name)
            if entry is not None:
                return entry.label or name
        told = self.names.label(name)
        if told != name.replace("_", " "):
            return told
        for choices in self.kb.choices.values():
            if name in choices.members:
                return choices.members[name].label or name
            if name in choices.class_labels:
                return choices.class_labels[name]
        return told
