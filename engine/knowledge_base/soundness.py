"""Problems across entries: circles, safety that rests on a default, medicines nothing bars, loose ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from ..premises import propositions
from ..premises.expression import Node, TruthNode, atoms_read, names_read
from ..values.problems import Level, Place, Problem
from .model import Entry, KnowledgeBase, Rule
from .verbs import READ, SAFETY


def check(kb: KnowledgeBase, *, whole: bool) -> Iterator[Problem]:
    """Every problem of the knowledge base as a whole; `whole` is false where some rule could not be read."""
    graph = _graph(kb)
    yield from circles(graph)
    yield from _safety(kb, graph)
    if whole:
        yield from _bare_medicines(kb)
        yield from _loose_ends(kb, graph)


@dataclass(slots=True)
class Graph:
    """The dependencies of each name and proposition, with their places."""

    edges: dict[str, dict[str, Place]] = field(default_factory=dict)

    def add(self, owner: str, trees: Iterable[Node | None], place: Place) -> None:
        found = self.edges.setdefault(owner, {})
        for tree in trees:
            if tree is not None:
                for name in sorted(names_read(tree) | atoms_read(tree)):
                    found.setdefault(name, place)

    def link(self, owner: str, other: str, place: Place) -> None:
        self.edges.setdefault(owner, {}).setdefault(other, place)


def _graph(kb: KnowledgeBase) -> Graph:
    graph = Graph()
    for finding in kb.findings.values():
        assumed = [finding.assumed.when, finding.assumed.sure] if finding.assumed is not None else []
        ranges = [case.when for case in finding.ranges]
        graph.add(finding.id, [finding.applies, finding.indicated, *assumed, *ranges], finding.place)
        if finding.stand_in:
            graph.link(finding.id, finding.stand_in, finding.place)
    for quantity in kb.quantities.values():
        if quantity.range_of in kb.findings:
            for case in kb.findings[quantity.range_of].ranges:
                graph.add(quantity.id, [case.when], quantity.place)
    for scale in kb.scales.values():
        graph.add(f"{scale.id} applies", [scale.applies], scale.place)
        for level in scale.levels:
            graph.link(propositions.level(scale.id, level), propositions.applies(scale.id), scale.place)
    for rule in kb.rules.values():
        for atom in concluded(kb, rule):
            graph.add(atom, [rule.when, rule.formula], rule.place)
    return graph


def concluded(kb: KnowledgeBase, rule: Rule) -> tuple[str, ...]:
    """The propositions a rule concludes, or the quantity it derives."""
    if rule.verb == "derives":
        return rule.targets
    if rule.verb == "sets":
        scale = kb.scales.get(rule.targets[0])
        if scale is None:
            return rule.targets
        if rule.level not in scale.levels:
            return ()
        reached = scale.levels[: scale.levels.index(rule.level) + 1]
        return tuple(propositions.level(scale.id, level) for level in reached)
    predicate = READ.get(rule.verb)
    if predicate is None or (rule.verb == "causes" and rule.of):
        return ()
    return tuple(propositions.of(predicate, member) for member in rule.members)


def circles(graph: Graph) -> Iterator[Problem]:
    """One problem for each knot of names that rest on each other, with the shortest way round."""
    for knot in _knots(graph.edges):
        path = min((_way_round(graph.edges, start, knot) for start in sorted(knot)), key=len)
        place = graph.edges[path[0]][path[1]]
        what = f"these rest on each other: {' -> '.join(path)}"
        elsewhere = graph.edges[path[1]][path[2]] if len(path) > 2 else None
        yield Problem("OL106", what, place, hint="nothing can be concluded from itself", elsewhere=elsewhere)


def _knots(edges: Mapping[str, Mapping[str, Place]]) -> list[set[str]]:
    """Sets of names that reach each other (Tarjan's components of more than one, and names that read themselves)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    waiting: set[str] = set()
    found: list[set[str]] = []
    for root in edges:
        if root in index:
            continue
        work = [(root, iter(edges.get(root, ())))]
        index[root] = low[root] = len(index)
        stack.append(root)
        waiting.add(root)
        while work:
            node, successors = work[-1]
            following = next(successors, None)
            if following is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    knot: set[str] = set()
                    while True:
                        member = stack.pop()
                        waiting.discard(member)
                        knot.add(member)
                        if member == node:
                            break
                    if len(knot) > 1 or node in edges.get(node, ()):
                        found.append(knot)
            elif following not in index:
                index[following] = low[following] = len(index)
                stack.append(following)
                waiting.add(following)
                work.append((following, iter(edges.get(following, ()))))
            elif following in waiting:
                low[node] = min(low[node], index[following])
    return found


def _way_round(edges: Mapping[str, Mapping[str, Place]], start: str, knot: set[str]) -> tuple[str, ...]:
    paths: list[tuple[str, ...]] = [(start,)]
    seen: set[str] = set()
    while paths:
        path = paths.pop(0)
        for following in edges.get(path[-1], ()):
            if following == start:
                return (*path, start)
            if following in knot and following not in seen:
                seen.add(following)
                paths.append((*path, following))
    return (start, start)


def _safety(kb: KnowledgeBase, graph: Graph) -> Iterator[Problem]:
    """Problems where a rule that bars, defers or alerts rests on a default answer."""
    guessed = {
        finding.id: "indicated" if finding.indicated is not None else "assumed"
        for finding in kb.findings.values()
        if finding.indicated is not None or finding.assumed is not None
    }
    told: set[str] = set()
    for rule in kb.rules.values():
        if rule.verb not in SAFETY or rule.when is None:
            continue
        for name, way in _rests_on(rule.when, kb, graph):
            if name in guessed and name not in told:
                told.add(name)
                finding = kb.findings[name]
                through = f" through {' and '.join(way)}" if way else ""
                what = f"'{guessed[name]}' on '{name}', which '{rule.id}' ({rule.verb}) reads{through}"
                hint = "leave it unknown until it is answered; safety cannot rest on what nobody said"
                place = finding.places.get(guessed[name], finding.place)
                yield Problem("OL117", what, place, hint=hint, elsewhere=rule.place)


def _rests_on(tree: TruthNode, kb: KnowledgeBase, graph: Graph) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Findings a premise reads, directly or through states, scales and quantities."""
    waiting: list[tuple[str, tuple[str, ...]]] = [(name, ()) for name in sorted(names_read(tree) | atoms_read(tree))]
    seen: set[str] = set()
    while waiting:
        name, way = waiting.pop(0)
        if name in seen:
            continue
        seen.add(name)
        if name in kb.findings:
            yield name, way
            stand_in = kb.findings[name].stand_in
            if stand_in:
                waiting.append((stand_in, (*way, name)))
        elif not propositions.subject_of(name):
            waiting += [(other, (*way, name)) for other in graph.edges.get(name, ())]


def _bare_medicines(kb: KnowledgeBase) -> Iterator[Problem]:
    barred = {member for rule in kb.rules.values() if rule.verb == "contraindicates" for member in rule.members}
    for medicine in kb.interventions.values():
        if medicine.kind == "medicine" and medicine.id not in barred and not medicine.withdrawn:
            what = f"nothing contraindicates the medicine '{medicine.id}'"
            hint = "write at least one rule with 'contraindicates', from its label"
            yield Problem("OL118", what, medicine.place, hint=hint)


def _loose_ends(kb: KnowledgeBase, graph: Graph) -> Iterator[Problem]:
    """Quantities without a formula; states that nothing sets or nothing reads."""
    derived = {target for rule in kb.rules.values() if rule.verb == "derives" for target in rule.targets}
    for quantity in kb.quantities.values():
        if quantity.id not in derived:
            hint = "write a rule with 'derives', or make it a finding"
            yield Problem("OL119", f"no rule derives the quantity '{quantity.id}'", quantity.place, hint=hint)
    made = {target for rule in kb.rules.values() if rule.verb == "sets" for target in rule.targets}
    for entry in (*kb.states.values(), *kb.scales.values()):
        if entry.id not in made:
            yield _warning(f"no rule sets '{entry.id}'", entry, "write a rule with 'sets', or leave it out")


def _warning(what: str, entry: Entry, hint: str) -> Problem:
    return Problem("OL119", what, entry.place, Level.WARNING, hint)
