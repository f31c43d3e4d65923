"""One patient: what was said, what that implies, and everything that follows, on one day."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
from collections.abc import Callable, Hashable, Iterable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Protocol, TypeVar

from ..inference import keeping, productions, working_memory
from ..inference.rules_by import RulesBy
from ..inference.values import Given
from ..inference.working_memory import Plan, WorkingMemory
from ..intake.answers import answers
from ..knowledge_base import verbs
from ..knowledge_base.model import KnowledgeBase, Rule
from ..knowledge_base.naming import Names
from ..knowledge_base.store import cache
from ..values import dates, history
from ..values.frozen import ordered
from ..values.interval import exactly, rounded
from ..values.problems import Place
from ..values.truth import Truth
from ..values.value import NOT_MEASURED, UNKNOWN, Choice, Entry, Gap, Known, Measurement, Number, Records
from . import aging
from .explanation import Explanation
from .index import Index

_A = TypeVar("_A")
_T = TypeVar("_T")


OLD = "old"
"""The mark of a result that is older than its finding allows."""


@ordered
class Prepared:
    """A knowledge base ready for patients: compiled once, used by every case."""

    kb: KnowledgeBase
    plan: Plan
    names: Names
    rules: Mapping[str, tuple[Rule, ...]]
    """The rules that conclude each proposition."""
    by_verb: Mapping[str, tuple[Rule, ...]]
    by_target: Mapping[tuple[str, str], tuple[Rule, ...]]
    """The rules by verb and member concluded about."""
    behind: Mapping[str, frozenset[str]]
    """The findings behind each rule that supports or opposes."""
    index: Index
    reads: dict[int, frozenset[str]] = dataclasses.field(default_factory=dict)
    """The names that nodes of the knowledge base read, by identity; filled as they are asked for."""
    indications: dict[str, frozenset[str]] = dataclasses.field(default_factory=dict)
    """The conditions that the premise of each rule that recommends speaks of; filled as they are asked for."""

    def cut_offs(self, name: str) -> tuple[Decimal, ...]:
        """The cut-offs rules compare a finding or quantity with; no number is printed on the other side of one."""
        return tuple(Decimal(number) for number in self.index.cut_offs.get(name, ()))


def prepare_kept(kb: KnowledgeBase, when: cache.When = cache.at_once) -> Prepared:
    """As `prepare`, with what is worked out read from the cache beside the knowledge base; `when` keeps it there."""
    store = cache.Store.of(kb.digest)
    network, index = store.load_bytes("network"), store.load_extra("index")
    if network is not None:
        with contextlib.suppress(KeyError, TypeError, ValueError, AttributeError, IndexError):
            return _prepared(keeping.restore(kb, network), Index.restore(index))
    plan, made = working_memory.plan(kb, productions.compile(kb)), Index.of(kb)
    when(lambda: store.store_bytes("network", keeping.dump(plan)))
    when(lambda: store.store_extra("index", made.dump()))
    return _prepared(plan, made)


def prepare(kb: KnowledgeBase) -> Prepared:
    """Compile a knowledge base."""
    return _prepared(working_memory.plan(kb, productions.compile(kb)), Index.of(kb))


def _prepared(plan: Plan, index: Index) -> Prepared:
    return Prepared(
        plan.kb,
        plan,
        Names(plan.kb),
        RulesBy(index.by_atom, plan.kb.rules.__getitem__),
        RulesBy(index.by_verb, plan.kb.rules.__getitem__),
        RulesBy(index.by_target, plan.kb.rules.__getitem__),
        index.behind,
        index,
        indications=dict(index.indications),
    )


class Parts(Protocol):
    """What keeps parts of verdicts from one patient to the next."""

    def part(self, case: Case, work: Callable[[Case, _A], _T], about: _A) -> _T: ...


class Case:
    """One patient: the answers, kept in step with all that follows from them.

    `guideline` and `region` change no truth: they hide what is shown (see `visible`).
    A `memory` handed in is cleared and used, which is quicker than a new one; the case it served before is over then.
    """

    def __init__(
        self,
        prepared: Prepared,
        today: datetime.date,
        guideline: str = "",
        region: str = "",
        matcher: str = "counting",
        memory: WorkingMemory | None = None,
    ) -> None:
        self.prepared = prepared
        self.kb = prepared.kb
        self.names = prepared.names
        self.today = today
        self.guideline = guideline
        self.region = region
        self.said: dict[str, Known] = {}
        self.counting: dict[str, Known] = {}
        """The answers that count today: all but old results, and what is remembered of earlier ones."""
        self.old: frozenset[str] = frozenset()
        """The findings whose newest result is old."""
        self.as_recorded = False
        """Whether old results count here as if they were of today (see `recorded`)."""
        self.implied: dict[str, tuple[Known, str]] = {}
        self.closed_groups: set[str] = set()
        self.finished = False
        self.brief = False
        """Whether verdicts leave out what a prompt between two answers does not need: facts behind reasons, prose."""
        self.parts: Parts | None = None
        """Where many are assessed: the parts of verdicts that were the same for a patient before."""
        self._matcher = matcher
        self.memory = memory or WorkingMemory(prepared.plan, matcher)
        self.memory.start(dates.day(today))
        self._explanation: Explanation | None = None
        self._in_scope: Truth | None = None
        self._once: dict[Hashable, Any] = {}

    # --- saying things ---

    def say(self, said: Mapping[str, Known | None]) -> None:
        """Give or replace answers, or withdraw them (None), in one step."""
        changed = set(said)
        for name, known in said.items():
            if known is None:
                self.said.pop(name, None)
            else:
                self.said[name] = known
        self._settle(changed | self._age(changed))

    def _age(self, changed: Iterable[str]) -> set[str]:
        """Set apart what is old of what was said, with what is remembered of it; gives what that changes."""
        for name in changed:
            known = self.said.get(name)
            is_old = known is not None and aging.is_old(self.kb, name, known, self.memory.today)
            self.old = self.old | {name} if is_old else self.old - {name}
            if known is None or (is_old and not self.as_recorded):
                self.counting.pop(name, None)
            else:
                self.counting[name] = history.undated(known)
        renewed = set()
        for name, names in self.prepared.index.remembering.items():
            if not {name, *names}.isdisjoint(changed):
                renewed.add(name)
                known = self.said.get(name) or aging.remembered(names, self.said, self.old)
                if known is None:
                    self.counting.pop(name, None)
                else:
                    self.counting[name] = known
        return renewed

    def close_group(self, group: str) -> None:
        """A group's question was answered: its members not mentioned are taken as not measured."""
        self.closed_groups.add(group)
        self._settle(())

    def finish(self) -> None:
        """Nothing more will be said: every group closes, and what may be assumed is."""
        self.finished = True
        self._settle(())

    def reopen(self) -> None:
        """More may be said after all."""
        self.finished = False
        self._settle(())

    def _settle(self, changed: Iterable[str]) -> None:
        """Tell the working memory what was said, then what that implies, until nothing new is implied."""
        self._explanation = self._in_scope = None
        self._once.clear()
        names = set(changed)
        for _ in range(len(self.kb.findings) + 1):
            before = self.implied
            self.memory.change({name: self._given(name) for name in names})
            self.implied = self._implications()
            names = {name for name in {*before, *self.implied} if before.get(name) != self.implied.get(name)}
            if not names:
                return

    def _given(self, name: str) -> Given:
        implied = self.implied.get(name)
        return Given(self._filled(name, self.counting.get(name)), implied[0] if implied else None)

    def _filled(self, name: str, said: Known | None) -> Known | None:
        """A list whose entries say what their members are taken to say (a broken vertebra: in a minor fall)."""
        return filled(self.prepared, name, said) if isinstance(said, Records) else said

    def _implications(self) -> dict[str, tuple[Known, str]]:
        found: dict[str, tuple[Known, str]] = {}
        for group in self.kb.groups.values():
            if self.finished or group.id in self.closed_groups:
                found.update({name: (NOT_MEASURED, "group") for name in group.findings if name not in self.counting})
        for name in self.prepared.index.assumed:
            assumed = self.kb.findings[name].assumed
            if assumed is None or name in self.counting or found.get(name) is not None:
                continue
            if not self.finished and not self.undoubted(name):
                continue
            if assumed.when is not None and self.memory.holds(assumed.when) is not Truth.TRUE:
                continue
            known, _ = answers.read_answer(self.kb, name, assumed.answer, Place("assumed"), self.today)
            if known is not None:
                found[name] = (known, "assumed")
        return found

    def undoubted(self, name: str) -> bool:
        """Whether nothing known gives a reason to doubt what is assumed of a finding: then it is not even asked."""
        assumed = self.kb.findings[name].assumed
        if assumed is None or assumed.sure is None:
            return False
        return self.memory.holds(assumed.sure) is not Truth.FALSE

    @property
    def recorded(self) -> Case:
        """The same patient with what is old taken as if it were of today; this one where nothing is old."""
        if not self.old or self.as_recorded:
            return self
        return self.once("recorded", lambda: self._again(as_recorded=True))

    @property
    def granted(self) -> frozenset[str]:
        """The findings taken for granted of this patient, of whom it might be otherwise."""
        return self.once("granted", lambda: frozenset(name for name in self.implied if self._doubted(name)))

    def _doubted(self, name: str) -> bool:
        return name not in self.counting and self.why_implied(name) == "assumed" and not self.undoubted(name)

    @property
    def nothing_granted(self) -> Case:
        """The same patient without what might be otherwise than it was taken to be."""
        return self.once("nothing granted", lambda: self.supposing(dict.fromkeys(self.granted, UNKNOWN)))

    @property
    def lists_closed(self) -> WorkingMemory | None:
        """What would follow if the lists that were begun held nothing else; None where none was begun."""
        return self.once("lists closed", self._with_lists_closed)

    def _with_lists_closed(self) -> WorkingMemory | None:
        counting = self.counting.items()
        begun = {name: known for name, known in counting if isinstance(known, Records) and not known.complete}
        if not begun:
            return None
        memory = WorkingMemory(self.prepared.plan)
        memory.start(self.memory.today, {**self.memory.said})
        memory.change({name: Given(dataclasses.replace(known, complete=True)) for name, known in begun.items()})
        return memory

    def supposing(self, changes: Mapping[str, Known | None]) -> Case:
        """The same patient with these answers given, replaced or withdrawn (None)."""
        return self._again(changes, as_recorded=self.as_recorded)

    def _again(self, changes: Mapping[str, Known | None] = MappingProxyType({}), *, as_recorded: bool) -> Case:
        other = Case(self.prepared, self.today, self.guideline, self.region, self._matcher)
        other.as_recorded, other.parts = as_recorded, self.parts
        said: dict[str, Known] = dict(self.said)
        for name, known in changes.items():
            if known is None:
                said.pop(name, None)
            else:
                said[name] = known
        for group in self.closed_groups:
            other.close_group(group)
        other.say(said)
        if self.finished:
            other.finish()
        return other

    # --- what follows ---

    def once(self, what: Hashable, work: Callable[[], _T]) -> _T:
        """A cached result of the case as it stands, dropped at the next answer."""
        if what not in self._once:
            self._once[what] = work()
        found: _T = self._once[what]
        return found

    def part(self, work: Callable[[Case, _A], _T], about: _A) -> _T:
        """A part of the verdict, worked out; or as an earlier patient had it of whom all it rests on is the same.

        `work` reads the case by what `Case` offers, and is about something with an `id`.
        """
        return work(self, about) if self.parts is None else self.parts.part(self, work, about)

    def later(self, work: Callable[[Case, _A], _T], about: _A) -> _T:
        """What is filled in for each patient in a part that may serve several; the part itself may not look at it."""
        return work(self, about)

    def ask(self, question: Callable[[Case, _A], _T], about: _A) -> _T:
        """What a question finds; where a part is kept, the answer tells the patients whom it serves from others."""
        return question(self, about)

    @property
    def explanation(self) -> Explanation:
        """Proofs and missing findings for the state as it is now."""
        if self._explanation is None:
            self._explanation = Explanation(
                self.memory,
                self.prepared.rules,
                self.prepared.plan.derive,
                self.prepared.reads,
                self.prepared.plan.premise,
            )
        return self._explanation

    def rules(self, verb: str, member: str) -> tuple[Rule, ...]:
        """The rules of one verb about one condition, intervention, investigation or alert."""
        return self.prepared.by_target.get((verb, member), ())

    def care(self, intervention: str) -> tuple[Rule, ...]:
        """The rules that call for care with an intervention."""
        return tuple(rule for verb in verbs.CARE for rule in self.rules(verb, intervention))

    def truth(self, rule: Rule) -> Truth:
        """Whether a rule holds; one that protects holds by what is old as well."""
        held = self.memory.premise(rule)
        return held if held is Truth.TRUE or not self.old else self.holding(rule).memory.premise(rule)

    def holding(self, rule: Rule) -> Case:
        """The patient of whom a rule is asked: as recorded where it protects and holds by an old result alone."""
        if not self.old or self.as_recorded or rule.verb not in verbs.PROTECTING:
            return self
        by_old_alone = self.memory.premise(rule) is not Truth.TRUE and self.recorded.memory.premise(rule) is Truth.TRUE
        return self.recorded if by_old_alone else self

    def region_of(self, rule: Rule) -> str:
        """The region of a rule: its own, else that of its guideline; empty for everywhere."""
        return region_of(self.kb, rule)

    def visible(self, rule: Rule) -> bool:
        """Whether a recommendation, diagnosis, order or state of this rule is shown under what was chosen.

        Rules of no guideline and no region always are; one that names no region is of its guideline's. Safety rules are
        never asked.
        """
        return is_visible(self.kb, rule, self.guideline, self.region)

    @property
    def in_scope(self) -> Truth:
        """Whether the system is for this patient; unknown runs."""
        if self._in_scope is None:
            scope = self.kb.scope
            self._in_scope = Truth.TRUE if scope is None or scope.when is None else self.memory.holds(scope.when)
        return self._in_scope

    def acts(self, rule: Rule) -> bool:
        """Whether a rule counts for this patient: outside the scope only those written for it do."""
        return self.in_scope is not Truth.FALSE or rule.outside_scope

    def value_text(self, name: str) -> str:
        """The value of a finding or quantity, in words with its unit."""
        return self.text(name, self.memory.known(name))

    def value_told(self, name: str) -> str:
        """The finding or quantity with what is known of it, for people: `25-OH vitamin D 28 nmol/L`."""
        return self.told(name, self.memory.known(name))

    def text(self, name: str, known: Known) -> str:
        """The same of what might be known."""
        return "unknown" if known is UNKNOWN else answers.write_answer(self.kb, name, self._rounded(name, known))

    def told(self, name: str, known: Known) -> str:
        """The same of what might be known, for people; no number is rounded over a cut-off."""
        if name in self.prepared.index.remembering and isinstance(known, Number) and known.last.date is not None:
            value = dataclasses.replace(known.last, date=None)
            told = answers.describe(self.kb, name, Number((value,)), self.prepared.cut_offs(name))
            return f"known since {dates.text(known.last.date)} ({told})"
        text = answers.describe(self.kb, name, self._rounded(name, known), self.prepared.cut_offs(name))
        return f"{text}, {OLD}" if self._rests_on_old(name, known) else text

    def _rests_on_old(self, name: str, known: Known) -> bool:
        if not self.old or isinstance(known, Gap):
            return False
        if name in self.old:
            return True
        return name in self.kb.quantities and not self.old.isdisjoint(self.explanation.value(name).answers)

    def _rounded(self, name: str, known: Known) -> Known:
        """A quantity that was worked out, to the decimals it is shown with; what was entered stays as it was."""
        return known if name in self.said else self.rounded(name, known)

    def rounded(self, name: str, known: Known) -> Known:
        """A number to the decimals that a quantity is shown with, or to as many more as keep it beside its cut-offs."""
        quantity = self.kb.quantities.get(name)
        if quantity is None or quantity.round is None or not isinstance(known, Number):
            return known
        interval = known.last.interval
        cut_offs = self.prepared.cut_offs(name)
        low, high = (rounded(end, quantity.round, cut_offs) for end in (interval.low, interval.high))
        return Number((Measurement(dataclasses.replace(interval, low=low, high=high)),)) if low < high else _exact(low)

    def why_implied(self, name: str) -> str:
        if name in self.said:
            return "" if self._filled(name, self.said[name]) == self.said[name] else "assumed"
        return self.implied[name][1] if name in self.implied else ""

    def is_known(self, name: str) -> bool:
        return not isinstance(self.memory.known(name), Gap)


def region_of(kb: KnowledgeBase, rule: Rule) -> str:
    """The region of a rule: its own, else that of its guideline; empty for everywhere."""
    guideline = kb.guidelines.get(rule.guideline)
    return rule.region or (guideline.region if guideline is not None else "")


def is_visible(kb: KnowledgeBase, rule: Rule, guideline: str, region: str) -> bool:
    """Whether what a rule recommends is shown under a guideline and region that were chosen."""
    by_guideline = not guideline or rule.guideline in ("", guideline)
    by_region = not region or region_of(kb, rule) in ("", region)
    return by_guideline and by_region


def filled(prepared: Prepared, name: str, said: Records) -> Records:
    """A list whose entries say what their members are taken to say; the list itself where they say it."""
    assuming = prepared.names.assuming(name)
    if not assuming:
        return said
    key = prepared.kb.findings[name].key
    entries = []
    for entry in said.entries:
        known = entry.fields.get(key)
        only = next(iter(known.members)) if isinstance(known, Choice) and len(known.members) == 1 else ""
        assumed = assuming.get(only, {})
        new = {field: Choice(frozenset({value})) for field, value in assumed.items() if field not in entry.fields}
        entries.append(Entry({**entry.fields, **new}) if new else entry)
    return dataclasses.replace(said, entries=tuple(entries))


def _exact(number: Decimal) -> Number:
    return Number((Measurement(exactly(number)),))


def answered_names(case: Case) -> tuple[str, ...]:
    """The findings and quantities that were said or implied, in the order of the knowledge base."""
    return tuple(name for name in (*case.kb.findings, *case.kb.quantities) if name in case.said or name in case.implied)
