"""What is still worth asking: only what can still change something shown, in the order a clinician asks.

A question is put while a status of something pursued can still change by its answer; it belongs to one of three rounds:
what the person or the record can tell, what changes advice alone, and tests that few will have had.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from ...assessment import judgement
from ...assessment.questions import Asked, in_asking_order, pending, telling
from ...assessment.several import worlds
from ...assessment.verdict import Verdict
from ...case.case import Case
from ...knowledge_base.model import Finding
from ...premises import evaluation, expression
from ...values.interval import Interval, exactly
from ...values.truth import Truth
from ...values.value import NOT_MEASURED, Day, Entry, Gap, Known, Measurement, Number, Records
from . import doubts
from .stakes import ADVICE, Stake, at_stake

_AT_HAND = 3
"""Tests of the first steps of a work-up: a result may well be there, so it is asked for."""
_TOGETHER = 4
"""So many findings of neighboring sections make one question."""
_CHECKED = 8
"""So many are offered to be named at once."""


class Agenda:
    """The questions of each round, and for each finding what its answer could change."""

    def __init__(self, case: Case, verdict: Verdict, settled: frozenset[str]) -> None:
        self._case, self._verdict, self._settled = case, verdict, settled
        self.stakes: dict[str, tuple[Stake, ...]] = stakes(case, verdict, settled)
        """What hangs on each finding that can be told without rarer tests."""
        waiting = in_asking_order(case.names, self.stakes)
        details = [one for name in waiting if (one := _detail(case, name)) is not None]
        open_ = [name for name in waiting if _is_open(case, name)]
        self._advice = [name for name in open_ if all(stake.kind in ADVICE for stake in self.stakes[name])]
        now = [name for name in open_ if name not in self._advice]
        asked = [*_joined(case, _by_section(case, now, self.stakes, apart=False)), *details]
        self.now = (*self._which(), *sorted(asked, key=lambda one: _place(case, one)))

    def _which(self) -> tuple[Asked, ...]:
        """Which of two values that contradict is right: what it decides is settled before anything else."""
        found = doubts.doubts(self._case, self._verdict)
        self.stakes.update({one.asked.findings[0]: one.stakes for one in found})
        return tuple(one.asked for one in found if one.stakes and one.asked.findings[0] not in self._settled)

    @functools.cached_property
    def advice(self) -> tuple[Asked, ...]:
        return tuple(_by_section(self._case, self._advice, self.stakes))

    @functools.cached_property
    def tests(self) -> tuple[Asked, ...]:
        """Worked out only at the stop: it takes as long as all the rest."""
        listed = [name for name in in_asking_order(self._case.names, self._tested) if _is_open(self._case, name)]
        return tuple(_by_section(self._case, [name for name in listed if name not in self.stakes], self._tested))

    @functools.cached_property
    def _tested(self) -> dict[str, tuple[Stake, ...]]:
        return stakes(self._case, self._verdict, self._settled, with_tests=True)

    def at_stake(self, asked: Asked) -> tuple[Stake, ...]:
        known = self.stakes if any(name in self.stakes for name in asked.findings) else self._tested
        return tuple(dict.fromkeys(stake for name in asked.findings for stake in known.get(name, ())))


def telling_first(listed: Sequence[Asked], verdict: Verdict, case: Case) -> list[Asked]:
    """The questions that a report on a record leads with before all others, which stay in a clinician's order."""
    weights: dict[str, tuple[int, bool, int, int]] = {}
    for question in pending(verdict, case.names):
        weights.update(dict.fromkeys(question.asked.findings, telling(question)))

    def weight(one: Asked) -> tuple[int, bool, int, int]:
        return min((weights[name] for name in one.findings if name in weights), default=(0, True, 0, 0))

    freeing = sorted((one for one in listed if weight(one)[0] < 0), key=weight)
    return [*freeing, *(one for one in listed if weight(one)[0] == 0)]


def stakes(
    case: Case, verdict: Verdict, settled: frozenset[str] = frozenset(), with_tests: bool = False
) -> dict[str, tuple[Stake, ...]]:
    """For each finding worth asking: what its answer could change; `with_tests`, if every test could be told.

    Where two values contradict, it is what could change in any of the worlds.
    """

    def can_be_told(name: str) -> bool:
        if name in settled or name not in case.kb.findings or case.memory.known(name) is NOT_MEASURED:
            return False
        if _is_open(case, name):
            return with_tests or not by_rare_test(case, name)
        return _detail(case, name) is not None

    if not verdict.contradictions:
        return at_stake(case, verdict, can_be_told)
    found: dict[str, dict[Stake, None]] = {}
    for world in worlds.of(case):
        for name, listed in at_stake(world.case, judgement.verdict_in(case, world), can_be_told).items():
            found.setdefault(name, {}).update(dict.fromkeys(listed))
    return {name: tuple(listed) for name, listed in found.items()}


def agenda(case: Case, verdict: Verdict, settled: frozenset[str]) -> Agenda:
    """What is worth asking of this case; `settled` are findings that were asked and are closed to questions."""
    return Agenda(case, verdict, settled)


def _is_open(case: Case, name: str) -> bool:
    if name not in case.kb.findings:
        return False
    known = case.counting.get(name)
    if isinstance(known, Gap):
        return False
    return known is None or not getattr(known, "complete", True)


def by_rare_test(case: Case, name: str) -> bool:
    """Whether only a test tells, and not one that nearly everybody has had."""
    finding = case.kb.findings[name]
    if finding.known_by != "test":
        return False
    fellows = {name, *(case.kb.groups[finding.group].findings if finding.group in case.kb.groups else ())}
    return all(
        test.step > _AT_HAND for test in case.kb.investigations.values() if not fellows.isdisjoint(test.findings)
    )


def _place(case: Case, asked: Asked) -> int:
    sections = list(case.kb.sections)
    return sections.index(asked.section) if asked.section in sections else len(sections)


# --- questions from findings ------------------------------------------------------------------------------------------


def question(case: Case, names: Sequence[str]) -> Asked:
    """One question for these findings."""
    kb = case.kb
    findings = [kb.findings[name] for name in names if name in kb.findings]
    if not findings:
        label = ", ".join(case.names.label(name) for name in names)
        return Asked(tuple(names), label, f"{label[:1].upper()}{label[1:]}?")
    groups = tuple(dict.fromkeys(one.group for one in findings if one.group in kb.groups))
    sections = {one.section for one in findings}
    checks = len(findings) > 1 and len(sections) == 1 and all(one.form == "yes_no" for one in findings)
    return Asked(
        tuple(one.id for one in findings),
        ", ".join(case.names.label(one.id) for one in findings),
        _any_of(case, findings) if checks else " ".join(_texts(case, findings)),
        " ".join(dict.fromkeys(text for one in findings if (text := _help(case, one)))),
        findings[0].section or next((kb.groups[name].section for name in groups), ""),
        groups[0] if len(groups) == 1 and all(one.group == groups[0] for one in findings) else "",
        all(one.known_by == "test" for one in findings),
        groups,
        checks,
    )


def _any_of(case: Case, findings: Sequence[Finding]) -> str:
    listed = "; ".join(f"{index} {case.names.label(one.id)}" for index, one in enumerate(findings, 1))
    return f"Any of these? {listed}. Name or number them, or none."


def _texts(case: Case, findings: Sequence[Finding]) -> Iterator[str]:
    """The group's own question where several of it are asked, else each finding's."""
    told: set[str] = set()
    for one in findings:
        group = case.kb.groups.get(one.group)
        fellows = [other for other in findings if other.group == one.group]
        if group is not None and group.question and len(fellows) > 1:
            if group.id not in told:
                told.add(group.id)
                yield group.question
            continue
        label = case.names.label(one.id)
        yield one.question or f"{label[:1].upper()}{label[1:]}?"


def _help(case: Case, finding: Finding) -> str:
    group = case.kb.groups.get(finding.group)
    return finding.help or (group.help if group is not None else "")


def _section(case: Case, name: str) -> str:
    return case.kb.findings[name].section


def _by_section(
    case: Case, names: Sequence[str], at_stake: Mapping[str, tuple[Stake, ...]], apart: bool = True
) -> list[Asked]:
    """The questions of each section, what settles most first; lists are asked one by one, yes and no by the handful.

    `apart`: results of tests are asked for section by section, not all at once.
    """
    found: list[Asked] = []
    results = next((_section(case, name) for name in names if case.kb.findings[name].known_by == "test"), "")

    def place(name: str) -> str:
        return results if case.kb.findings[name].known_by == "test" and not apart else _section(case, name)

    for section in dict.fromkeys(map(place, names)):
        here = [name for name in names if place(name) == section]
        buckets: dict[str, list[str]] = {}
        for name in here:
            finding = case.kb.findings[name]
            kind = "numbers" if finding.form not in ("records", "yes_no") else finding.form
            if finding.form == "records":
                key = f"list {name}"
            elif finding.group in case.kb.groups or (finding.known_by == "test" and not apart):
                key = f"numbers {finding.known_by == 'test'}"
            else:
                key = f"{kind} {finding.known_by == 'test'}" if kind == "yes_no" else f"alone {name}"
            buckets.setdefault(key, []).append(name)
        weight = {key: max(len(at_stake.get(name, ())) for name in listed) for key, listed in buckets.items()}
        for key in sorted(buckets, key=lambda one: -weight[one]):
            listed = buckets[key]
            step = len(listed) if key.startswith("numbers") else _CHECKED
            found += [question(case, listed[start : start + step]) for start in range(0, len(listed), step)]
    return found


def _joined(case: Case, listed: Iterable[Asked]) -> Iterator[Asked]:
    """Short questions that follow one another become one line."""
    held: Asked | None = None
    for one in listed:
        few = held is not None and len(held.findings) + len(one.findings) <= _TOGETHER
        if held is not None and few and _short(case, held) and _short(case, one) and not _depends(case, one, held):
            held = question(case, (*held.findings, *one.findings))
            continue
        if held is not None:
            yield held
        held = one
    if held is not None:
        yield held


def _depends(case: Case, later: Asked, earlier: Asked) -> bool:
    """Whether one question must be answered before it is known that the other applies."""
    applying = [case.kb.findings[name].applies for name in later.findings]
    decided_by = {name for premise in applying if premise is not None for name in expression.names_read(premise)}
    return not decided_by.isdisjoint(earlier.findings)


def _short(case: Case, asked: Asked) -> bool:
    kinds = {case.kb.findings[name].form for name in asked.findings}
    return "records" not in kinds and not asked.by_test


# --- what is missing of an entry --------------------------------------------------------------------------------------


def _detail(case: Case, name: str) -> Asked | None:
    """`hip: when?`, asked only where a cut-off lies inside what the entry leaves open."""
    known = case.said.get(name)
    if not isinstance(known, Records) or not known.complete:
        return None
    finding = case.kb.findings[name]
    leaves = [
        leaf for leaf in _undecided(case, name) if any(isinstance(part, expression.Quantified) for part in leaf.walk())
    ]
    for index, entry in enumerate(known.entries):
        for field in finding.fields.values():
            if (
                field.id in entry.fields
                or field.type not in ("date", "number")
                or field.derived
                or field.id == "stopped"
            ):
                continue
            if field.type == "date" and "stopped" in entry.fields and field.id == "started":
                continue
            if any(_would_tell(case, leaf, name, known, index, field.id, field.type) for leaf in leaves):
                return _asked_for(case, finding, entry, index, field.id)
    return None


def _asked_for(case: Case, finding: Finding, entry: Entry, index: int, field: str) -> Asked:
    key = entry.fields.get(finding.key)
    members = sorted(getattr(key, "members", ()))
    what = " or ".join(case.names.member(finding.id, member) for member in members) or finding.label
    asked = finding.fields[field].label or field
    text = f"{what[:1].upper()}{what[1:]}: {asked}? 2025-03, 3 months ago, or don't know."
    if finding.fields[field].type == "number":
        text = f"{what[:1].upper()}{what[1:]}: {asked}? Or don't know."
    return Asked((finding.id,), f"{what}, {asked}", text, "", finding.section, detail=(index, field))


def _undecided(case: Case, name: str) -> Iterator[expression.TruthNode]:
    leaves = case.prepared.plan.productions.leaves
    for atom in case.prepared.plan.readers.get(name, ()):
        if case.memory.holds(leaves[atom]) is Truth.UNKNOWN:
            yield leaves[atom]


def _would_tell(
    case: Case, leaf: expression.TruthNode, name: str, known: Records, index: int, field: str, kind: str
) -> bool:
    """Whether giving the field could decide a condition."""
    samples: list[Known] = [Day(exactly(Decimal(case.today.toordinal() - days))) for days in (20, 200, 800, 20000)]
    if kind == "number":
        samples = [Number((Measurement(exactly(Decimal(value))),)) for value in ("0.1", "10", "5000")]
    for sample in samples:
        entries = list(known.entries)
        entries[index] = Entry({**entries[index].fields, field: sample})
        facts = _Supposing(case, name, dataclasses.replace(known, entries=tuple(entries)))
        if evaluation.truth_of(leaf, facts) is not Truth.UNKNOWN:
            return True
    return False


class _Supposing:
    """What is known of the patient, with one list as it might be."""

    def __init__(self, case: Case, name: str, known: Known) -> None:
        self._memory, self._name, self._known = case.memory, name, known

    @property
    def today(self) -> Interval:
        return self._memory.today

    def known(self, name: str) -> Known:
        return self._known if name == self._name else self._memory.known(name)

    def range_of(self, name: str) -> Interval | None:
        return self._memory.range_of(name)

    def threshold(self, name: str) -> Interval | Gap:
        return self._memory.threshold(name)

    def truth(self, atom: str) -> Truth:
        return self._memory.truth(atom)

    def key_of(self, name: str) -> str:
        return self._memory.key_of(name)

    def members_of(self, name: str) -> frozenset[str]:
        return self._memory.members_of(name)

    def member_number(self, name: str, member: str, attribute: str) -> Decimal | None:
        return self._memory.member_number(name, member, attribute)
