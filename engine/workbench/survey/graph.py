"""What a conclusion rests on: its rules, the states and numbers these read, down to what is asked or measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ...knowledge_base import verbs
from ...knowledge_base.model import Entry, KnowledgeBase, Rule
from ...knowledge_base.naming import Names
from ...premises import expression, propositions
from ...premises.expression import Node

_VERBS: Mapping[str, verbs.Verb] = {predicate: verb for verb, predicate in verbs.CONCLUDED.items()}
_PLURALS = {
    "condition": "conditions",
    "intervention": "interventions",
    "investigation": "investigations",
    "alert": "alerts",
    "state": "states",
    "scale": "scales",
    "quantity": "quantities",
    "finding": "findings",
    "threshold": "thresholds",
    "rule": "rules",
}


@dataclass(frozen=True, slots=True)
class Point:
    """One thing in the picture: `entry` is the id of what it stands for, `more` what its rules say."""

    key: str
    kind: str
    entry: str
    label: str
    more: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """`below` is read by, or concludes, `above`."""

    below: str
    above: str
    how: str = ""


@dataclass(frozen=True, slots=True)
class Graph:
    """The subject first; every other point is below some other."""

    subject: Point
    points: tuple[Point, ...]
    links: tuple[Link, ...]


def kinds_of(kb: KnowledgeBase, name: str) -> tuple[str, ...]:
    """What has this id and rests on something."""
    return tuple(kind for kind in (*verbs.BEHIND, "rule") if name in getattr(kb, _PLURALS[kind]))


class Concluding:
    """The rules of a knowledge base by verb and by what they conclude; made once for many pictures."""

    def __init__(self, kb: KnowledgeBase) -> None:
        self._rules: dict[tuple[str, str], list[Rule]] = {}
        for rule in kb.rules.values():
            for about in dict.fromkeys((*rule.members, *rule.targets)):
                self._rules.setdefault((rule.verb, about), []).append(rule)

    def of(self, verb: str, name: str) -> Sequence[Rule]:
        return self._rules.get((verb, name), ())


def rests_on(names: Names, kind: str, name: str, concluding: Concluding | None = None) -> Graph:
    """Everything behind one conclusion; its own rules one by one, those further down folded into what they conclude."""
    return _Drawing(names, concluding or Concluding(names.kb)).drawn(kind, name)


class _Drawing:
    def __init__(self, names: Names, concluding: Concluding) -> None:
        self.names, self.kb, self._by_verb = names, names.kb, concluding
        self.points: dict[str, Point] = {}
        self.links: dict[tuple[str, str], Link] = {}

    def drawn(self, kind: str, name: str) -> Graph:
        entry: Entry = getattr(self.kb, _PLURALS[kind])[name]
        subject = self._point(f"{kind} {name}", kind, name, entry.label or name)
        if isinstance(entry, Rule):
            self._read_by(entry, subject)
        else:
            for rule in self.kb.rules.values():
                if rule.verb in verbs.BEHIND[kind] and name in (rule.members or rule.targets):
                    how = (
                        f"{rule.verb}, {rule.strength}" if rule.strength else rule.level.replace("_", " ") or rule.verb
                    )
                    point = self._point(f"rule {rule.id}", "rule", rule.id, rule.label)
                    self._link(point, subject, how)
                    self._read_by(rule, point)
            applies = getattr(entry, "applies", None)
            if applies is not None:
                self._reads(applies, subject, "applies")
        return Graph(subject, tuple(self.points.values()), tuple(self.links.values()))

    def _point(self, key: str, kind: str, entry: str, label: str, more: tuple[str, ...] = ()) -> Point:
        return self.points.setdefault(key, Point(key, kind, entry, label, more))

    def _link(self, below: Point, above: Point, how: str = "") -> None:
        if below.key != above.key:
            self.links.setdefault((below.key, above.key), Link(below.key, above.key, how))

    def _read_by(self, rule: Rule, above: Point) -> None:
        for part in (rule.when, rule.formula):
            if part is not None:
                self._reads(part, above)

    def _reads(self, node: Node, above: Point, how: str = "") -> None:
        for name in sorted(expression.names_read(node)):
            self._value(name, above, how)
        for atom in sorted(expression.atoms_read(node)):
            self._proposition(atom, above, how)

    def _value(self, name: str, above: Point, how: str) -> None:
        kind = next(
            (kind for kind in ("finding", "quantity", "threshold") if name in getattr(self.kb, _PLURALS[kind])), ""
        )
        if not kind:
            return
        rules = [rule for rule in self._by_verb.of("derives", name) if name in rule.targets]
        new = f"{kind} {name}" not in self.points
        point = self._point(f"{kind} {name}", kind, name, self.names.label(name), tuple(rule.label for rule in rules))
        self._link(point, above, how)
        if not new:
            return
        for rule in rules:
            self._read_by(rule, point)
        finding = self.kb.findings.get(name)
        if finding is not None and finding.stand_in:
            self._value(finding.stand_in, point, "stands in")

    def _proposition(self, atom: str, above: Point, how: str) -> None:
        kind, name, rules = self._concluding(atom)
        new = atom not in self.points
        point = self._point(atom, kind, name, self.names.proposition(atom), tuple(rule.label for rule in rules))
        self._link(point, above, how)
        if new:
            for rule in rules:
                self._read_by(rule, point)

    def _concluding(self, atom: str) -> tuple[str, str, list[Rule]]:
        """What kind of thing a proposition is about, its id, and the rules in force that conclude it."""
        predicate, name = propositions.parted(atom)
        if predicate:
            verb = _VERBS[predicate]
            kind = next(kind for kind, concluding in verbs.BEHIND.items() if verb in concluding)
            return kind, name, list(self._about(verb, name))
        name, (_, level) = propositions.scale_of(atom), propositions.level_parts(atom)
        if name not in self.kb.scales:
            return "state", name, list(self._about("sets", name))
        levels = self.kb.scales[name].levels
        enough = levels[levels.index(level) :] if level else ()
        return "scale", name, [rule for rule in self._about("sets", name) if rule.level in enough]

    def _about(self, verb: str, name: str) -> Iterator[Rule]:
        return (rule for rule in self._by_verb.of(verb, name) if not (verb == "causes" and rule.of))
