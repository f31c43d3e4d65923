"""The answer on one screen: what it is, alerts, what to do and what comes before, what not to give, what is missing.

Everything here stands in the sections too, with its reasons; nothing is said here alone but what was not understood.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...assessment import questions
from ...assessment.plan import preference
from ...assessment.questions import Question
from ...assessment.verdict import AlertShown, Diagnosis, Fact, Item, Reason, Verdict
from ...knowledge_base.naming import Names
from ...values.truth import Truth
from . import outline
from .document import Block, Line, Tone

MOST_MISSING = 5
"""How many open questions the summary names; the most telling first."""
_FACTS = 2
_ROOM = 70
"""Characters up to which two facts are told rather than one."""
_LEADING = 3
_TELLS_LITTLE = ("menopausal_status", "sex", "age")
"""Findings that many share; a conclusion is told by others where it has some."""
_LABELS = {
    "finding": "It is",
    "alerts": "Alerts",
    "today": "Do today",
    "before": "Before it",
    "barred": "Not",
    "missing": "Missing",
    "ask": "Ask first",
    "unread": "Not heard",
}
_ORDERED_KINDS = ("medication review", "procedure", "referral", "nutrition", "lifestyle", "activity")
"""What is named beside the medicine, in this order; exercise only where no medicine is."""
_KIND_WORDS = {
    "medication review": "medicines",
    "procedure": "procedure",
    "referral": "refer to",
    "nutrition": "nutrition",
    "lifestyle": "way of life",
    "activity": "activity",
}


def of(verdict: Verdict, names: Names, unread: tuple[str, ...] = ()) -> tuple[Block, ...]:
    """The blocks of the summary, in order; a block without lines is left out."""
    composer = _Summary(verdict, names)
    asked = composer.missing()
    first = verdict.taken is not None  # a record alone settles little: what to ask stands before what it tells
    if first:
        asked = Block(asked.id, _LABELS["ask"], asked.lines, asked.more, least=min(3, len(asked.lines)))
    blocks = (
        *((asked,) if first else ()),
        composer.finding(),
        composer.alerts(),
        composer.today(),
        composer.before(),
        composer.barred(),
        *(() if first else (asked,)),
        Block("unread", _LABELS["unread"], tuple(Line(f'"{one}"') for one in unread), least=len(unread)),
    )
    return tuple(block for block in blocks if block.lines or block.more)


class _Summary:
    def __init__(self, verdict: Verdict, names: Names) -> None:
        self.verdict, self.names = verdict, names
        steps = outline.steps(verdict)
        self.acting = [item for step in steps for item in step.items]
        self.medicines = [item for item in self.acting if item.kind == "medicine"]
        self.going_on = [item for item in self.medicines if item.taken and item.advice == "continue"]

    def finding(self) -> Block:
        """Diagnoses that are made, else those that lead; and every level of risk that is certain."""
        made, weighed = outline.differential(self.verdict).made, outline.differential(self.verdict).weighed
        kept = [one for one in made if not any(self._kind_of(other, one) for other in made)]
        kept.sort(key=lambda one: min(made.index(other) for other in (one, *self._wider(one, made))))
        lines = _once([self._diagnosis(one, made) for one in kept])
        leading = [one for one in weighed if one.status in ("likely", "possible")][:_LEADING]
        if leading:
            told = ", ".join(f"{one.label} ({one.status})" for one in leading)
            lines.append(Line(f"{'to think of' if made else 'nothing established; leads'}: {told}"))
        elif not made and any(shown.given for shown in self.verdict.findings):
            lines.append(Line("nothing established, and nothing leads"))
        for state in self.verdict.states:
            if state.at_least and state.truth is Truth.TRUE:
                lines.append(Line(f"{state.label}: {state.at_least.replace('_', ' ')}", id=state.id))
        least = sum(line.tone == "lead" for line in lines)
        return Block("finding", _LABELS["finding"], tuple(lines), least=max(1, least))

    def _diagnosis(self, one: Diagnosis, made: Iterable[Diagnosis]) -> Line:
        """A diagnosis; a kind of one that is made as well stands for both, told by the facts of that.

        Where that was only named, as by another of its kinds on the record, nothing but the kind has facts.
        """
        if one.status == "contradictory" and all(reason.strength for reason in one.supporting):
            told = f"{one.label.upper()} (on record; today's results do not show it)"
            return Line(told, self._decisive(one.against), "lead", one.id)
        wider = self._wider(one, made)
        status = "" if one.status == "established" else f" ({one.status})"
        carried = next((other.supporting for other in wider if other.supporting), one.supporting)
        return Line(f"{one.label.upper()}{status}", self._decisive(carried), "lead", one.id)

    def _wider(self, one: Diagnosis, made: Iterable[Diagnosis]) -> list[Diagnosis]:
        return [other for other in made if self._kind_of(one, other)]

    def _kind_of(self, one: Diagnosis, other: Diagnosis) -> bool:
        condition = self.names.kb.conditions.get(one.id)
        return condition is not None and other.id in condition.kinds

    def _decisive(self, reasons: Iterable[Reason]) -> str:
        """The facts that carry a conclusion; what is merely absent or assumed carries none."""
        for reason in reasons:
            carrying = [one for one in reason.facts if not one.implied and one.value not in ("none", "no")]
            personal = [one for one in carrying if one.finding not in _TELLS_LITTLE]
            chosen: dict[str, Fact] = {}
            for one in personal or carrying:
                chosen.setdefault(one.value, one)
            if told := [outline.fact(one, self.names) for one in chosen.values()][:_FACTS]:
                both = ", ".join(told)
                return both if len(both) <= _ROOM else told[0]
            return reason.title.rstrip(".")
        return ""

    def alerts(self) -> Block:
        top = self.verdict.on_top
        lines = [self._alert(alert) for alert in top.raised]
        lines += [self._doubt(alert) for alert in top.doubted]
        more = f"{len(top.rest)} more not ruled out" if top.rest else ""
        if not lines and not more:
            none = (Line("none, and all that could be are ruled out"),) if self.names.kb.alerts else ()
            return Block("alerts", _LABELS["alerts"], none)
        if not top.raised:
            lines.insert(0, Line("none raised"))
        return Block("alerts", _LABELS["alerts"], tuple(lines), more, least=len(lines))

    def _alert(self, alert: AlertShown) -> Line:
        tone: Tone = "emergency" if alert.urgency == "emergency" else "urgent"
        facts = self._decisive(alert.because)
        clause = f"{_sentence(alert.action)} ({facts})" if alert.action and facts else alert.action or facts
        return Line(f"{alert.urgency.upper()}: {alert.label}", clause, tone, alert.id)

    def _doubt(self, alert: AlertShown) -> Line:
        ruling_out = outline.ruling_out(alert, self.verdict, self.names)
        told = f"{alert.urgency.upper()} if so: {alert.label} ({outline.speaking(alert, self.names)})"
        return Line(told, f"ruled out by {_some(ruling_out, 2)}", "wait", alert.id)

    # --- what to do ---

    def today(self) -> Block:
        lines = [*self._medicines(), *self._beside()]
        if lines and any(alert.urgency == "emergency" for alert in self.verdict.on_top.raised):
            lines.insert(0, Line("first the emergency: all else waits until it is over", "", "emergency"))
        return Block("today", _LABELS["today"], tuple(lines), least=4)

    def _medicines(self) -> Iterator[Line]:
        for item in self.going_on:
            yield Line(f"go on with {item.label}", _dose(item), "good", item.id)
        for item in self.medicines:
            if item.taken and item.advice not in ("", "continue"):
                yield Line(f"{item.advice} {item.label} (being taken)", _first_title(item), "wait", item.id)
        wanted = [item for item in self.medicines if item.status == "recommended" and not item.taken]
        chosen = [item for item in wanted if not item.unavailable]
        if chosen and not any(item.choice == chosen[0].choice for item in self.going_on):
            yield from self._written(chosen)
            yield from self._rather(chosen[0])
        if not any(item.status == "recommended" and not item.unavailable for item in self.medicines):
            yield from self._waiting()
        for item in self.medicines:
            if item.unavailable and not item.taken and item.status in ("recommended", "conditional"):
                yield Line(f"wanted, not here: {item.label}", outline.not_here(item, self.names), "wait", item.id)

    def _written(self, chosen: list[Item]) -> Iterator[Line]:
        """The medicine to write with its dose, and what else is as good or comes next."""
        first, *others = chosen
        line = (
            f" ({first.line} line)" if first.line in ("first", "second") else f" ({first.line})" if first.line else ""
        )
        yield Line(f"{first.label}{line}", _dose(first), "good", first.id)
        equal = [item.label for item in others if item.choice == first.choice and item.line == first.line]
        later = [item.label for item in others if item.choice == first.choice and item.line != first.line]
        if equal or later:
            told = [f"or {', '.join(equal)}" if equal else "", f"else {', '.join(later)}" if later else ""]
            yield Line("; ".join(one for one in told if one))
        for item in others:
            if item.choice != first.choice or not item.choice:
                yield Line(item.label, _dose(item), "good", item.id)

    def _rather(self, first: Item) -> Iterator[Line]:
        """What would come before the medicine to write, had somebody said what it waits for."""
        better = [
            item
            for item in self.medicines
            if item.status == "conditional" and not item.taken and item.choice == first.choice != ""
            if preference(item) < preference(first)
        ]
        if better:
            waits = f"waits for {_some([self.names.label(name) for name in better[0].missing], 4)}"
            yield Line(
                f"first choice once checked: {_some([item.label for item in better], 4)}", waits, "wait", better[0].id
            )

    def _waiting(self) -> Iterator[Line]:
        """Medicines that are wanted and wait: those once known first, then those put off."""
        settled = {item.choice for item in self.going_on if item.choice}
        open_ = [item for item in self.medicines if not item.taken and item.choice not in settled]
        once = [item for item in open_ if item.status == "conditional" and not item.unavailable]
        put_off = [item for item in open_ if item.status == "deferred"]
        if once:
            missing = dict.fromkeys(name for item in once[:1] for name in item.missing)
            waits = f"waits for {_some([self.names.label(name) for name in missing], 4)}" if missing else ""
            yield Line(f"once checked: {_some([item.label for item in once], 4)}", waits, "wait", once[0].id)
        if put_off:
            yield Line(f"not yet: {_some([item.label for item in put_off], 4)}", _first_title(put_off[0]), "wait")

    def _beside(self) -> Iterator[Line]:
        for kind in _ORDERED_KINDS if not self.medicines else _ORDERED_KINDS[:-1]:
            labels = [item.label for item in self.acting if item.kind == kind and item.status == "recommended"]
            if labels:
                yield Line(f"{_KIND_WORDS[kind]}: {_some(labels, 4)}")

    def before(self) -> Block:
        """What must come before the medicine told of today, and the tests that are due."""
        lines = []
        new = [item for item in self.medicines if not item.taken]
        told = [item for item in new if item.status == "recommended"] or new
        steps = dict.fromkeys(name for item in told for name in item.after)
        doses = {item.id: _dose(item) for item in self.acting}
        lines += [Line(outline.step_label(one, self.names), doses.get(one, ""), id=one) for one in steps]
        tested = outline.tests(self.verdict)
        now = [test.label for test in tested.get("to do", ())]
        if now:
            lines.append(Line(f"tests: {_some(now, 6)}"))
        return Block("before", _LABELS["before"], tuple(lines))

    def barred(self) -> Block:
        """What is not given, those with the same reason together."""
        together: dict[str, list[Item]] = {}
        for item in outline.barred(self.verdict):
            together.setdefault(_first_title(item), []).append(item)
        lines = [
            Line(
                _some([f"{'STOP ' if item.taken else ''}{item.label}" for item in items], 6), title, "bad", items[0].id
            )
            for title, items in sorted(together.items(), key=lambda one: not any(item.taken for item in one[1]))
        ]
        taken = sum(line.text.startswith("STOP") for line in lines)
        return Block("barred", _LABELS["barred"], tuple(lines), least=max(1, taken))

    # --- what is missing ---

    def missing(self) -> Block:
        settled = {name for test in outline.tests(self.verdict).get("to do", ()) for name in test.settles}
        asked = questions.pending(self.verdict, self.names)
        worth = [one for one in asked if not one.by_test or one.frees or settled & set(one.asked.findings)]
        worth.sort(key=questions.telling)
        lines = [Line(one.label, _decides(one)) for one in worth[:MOST_MISSING]]
        left = len(asked) - len(lines)
        more = f"and {left} more {'question' if left == 1 else 'questions'}" if left > 0 else ""
        return Block("missing", _LABELS["missing"], tuple(lines), more)


def _decides(one: Question) -> str:
    told = []
    if one.frees:
        told.append(f"frees {_some(one.frees, 2)}")
    if one.rules_out:
        told.append(f"decides {'an alert' if len(one.rules_out) == 1 else f'{len(one.rules_out)} alerts'}")
    if one.tells and len(told) < 2:
        told.append(f"tells of {_some(one.tells, 2)}")
    return "; ".join(told)


def _once(lines: list[Line]) -> list[Line]:
    """The lines, a clause told once where several have the same."""
    first = {line.clause: index for index, line in reversed(list(enumerate(lines)))}
    return [
        line if first[line.clause] == index else Line(line.text, "", line.tone, line.id)
        for index, line in enumerate(lines)
    ]


def _dose(item: Item) -> str:
    """The first clause of each of its first two doses; where rules give several, which it is stands in the plan."""
    clauses = dict.fromkeys(dose.text.partition(";")[0] for dose in item.doses)
    return ", or ".join(list(clauses)[:2])


def _first_title(item: Item) -> str:
    reasons = (*item.against, *item.cautions)
    return reasons[0].title.rstrip(".") if reasons else ""


def _sentence(text: str) -> str:
    """The first sentence."""
    return text.partition(". ")[0].rstrip(".")


def _some(words: Iterable[str], most: int) -> str:
    listed = list(dict.fromkeys(words))
    more = f" and {len(listed) - most} more" if len(listed) > most else ""
    return ", ".join(listed[:most]) + more
