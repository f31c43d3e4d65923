"""What is still to be answered: each question once, with what its answer decides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..knowledge_base.model import Group
from ..knowledge_base.naming import Names
from ..values.frozen import ordered
from .verdict import Reason, Verdict


@ordered
class Asked:
    """One question as it is put: for one finding, or for those of a `group` that are still missing."""

    findings: tuple[str, ...]
    label: str
    text: str
    help: str = ""
    section: str = ""
    """The heading it is asked under."""
    group: str = ""
    by_test: bool = False
    groups: tuple[str, ...] = ()
    """Every group of which it asks members; answering them closes it."""
    any_of: bool = False
    """Yes-or-no questions put as a list of which any may be named: what is not named is not the case."""
    detail: tuple[int, str] | None = None
    """What is still missing of one entry of a list: its place and the field."""
    which: bool = False
    """Whether it asks which of two values that contradict is right; `findings` then name the contradiction."""


@ordered
class Question:
    """A question that something shown waits for, and what its answer decides."""

    asked: Asked
    frees: tuple[str, ...]
    """Interventions that wait for it."""
    tells: tuple[str, ...]
    """Conditions it speaks for or against."""
    rules_out: tuple[str, ...]
    """Alerts that are not ruled out without it."""

    @property
    def label(self) -> str:
        return self.asked.label

    @property
    def by_test(self) -> bool:
        return self.asked.by_test


def pending(verdict: Verdict, names: Names) -> tuple[Question, ...]:
    """Each question that something shown still waits for, once, in the order a clinician asks."""
    frees: dict[str, list[str]] = {}
    tells: dict[str, list[str]] = {}
    rules_out: dict[str, list[str]] = {}
    for item in verdict.plan:
        for name in item.missing if item.status in ("conditional", "deferred") else ():
            frees.setdefault(name, []).append(item.label)
    for one in verdict.diagnoses:
        for name in one.missing:
            tells.setdefault(name, []).append(one.label)
    for alert in verdict.alerts:
        if alert.status != "raised":
            for name in _missing(alert.because):
                rules_out.setdefault(name, []).append(alert.label)
    waiting = in_asking_order(names, {*frees, *tells, *rules_out, *verdict.open})
    return tuple(
        Question(asked, _of(asked.findings, frees), _of(asked.findings, tells), _of(asked.findings, rules_out))
        for asked in together(names, waiting)
    )


def telling(one: Question) -> tuple[int, bool, int, int]:
    """The order of questions: what frees most, what the patient can say before a test, then how much else it tells."""
    return (-len(one.frees), one.by_test, -len(one.rules_out), -len(one.tells))


def _missing(reasons: Iterable[Reason]) -> frozenset[str]:
    return frozenset(name for reason in reasons for name in reason.missing)


def _of(members: Iterable[str], found: dict[str, list[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(label for name in members for label in found.get(name, ())))


def together(names: Names, waiting: Iterable[str]) -> Iterator[Asked]:
    """The findings as questions, in their order; those of one group are one question."""
    groups = {member: group for group in names.kb.groups.values() for member in group.findings}
    members: dict[tuple[str, str], list[str]] = {}
    for name in waiting:
        members.setdefault((groups[name].id, "") if name in groups else ("", name), []).append(name)
    for listed in members.values():
        yield _asked(names, tuple(listed), groups.get(listed[0]))


def _asked(names: Names, members: tuple[str, ...], group: Group | None) -> Asked:
    kb = names.kb
    findings = [kb.findings[name] for name in members if name in kb.findings]
    by_test = bool(findings) and all(finding.known_by == "test" for finding in findings)
    labels = ", ".join(names.label(name) for name in members)
    first = findings[0] if findings else None
    if group is not None and (len(members) > 1 or first is None or not first.question):
        label = group.label if group.label and len(members) > 2 else labels
        section = group.section or (first.section if first is not None else "")
        return Asked(members, label, group.question or f"{label}?", group.help, section, group.id, by_test)
    question = first.question if first is not None else ""
    helped, section = (first.help, first.section) if first is not None else ("", "")
    known_as = group.id if group is not None else ""
    return Asked(members, labels, question or f"{labels[:1].upper()}{labels[1:]}?", helped, section, known_as, by_test)


def in_asking_order(names: Names, wanted: Iterable[str]) -> tuple[str, ...]:
    """By section, then as the knowledge base lists them."""
    places = names.asking
    last = (len(names.kb.sections), len(places))
    return tuple(sorted(set(wanted), key=lambda name: (*places.get(name, last), name)))
