"""The hand-out for the patient: one page in plain words, composed from a verdict.

Every medical word on it is knowledge (`plain`, `take`, `seek_help`); what has none is passed over, or told by a
sentence that names no disease. Nothing is named that is not established, and no medicine is told to be taken that is
not recommended.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator
from itertools import zip_longest

from ...assessment import questions
from ...assessment.availability.availability import NOT_HERE
from ...assessment.verdict import AlertShown, Item, Verdict
from ...assessment.workup import TAKING
from ...knowledge_base.naming import Names
from ...values.frozen import ordered
from ...version import VERSION
from . import outline
from .document import Tone

MOST_LINES = 60
"""Lines of the page as text, at 80 columns."""
_WIDTH = 76
_MOST_FOUND = 5
_MOST_CHOICES = 4
_HELPING = {"nutrition": 4, "activity": 3, "lifestyle": 2}
"""Kinds of measures that the patient does alone, and how many of each are told."""
_FOR_ANYBODY = "general_prevention"
_TAKEN_THOUGH_BARRED = "taken_though_contraindicated"
_LEADS: dict[str, str] = {"emergency": "NOW.", "urgent": "TODAY."}
_UNNAMED = {
    "emergency": "One of your results needs care at once. Go to hospital now and show this page.",
    "urgent": "One of your results needs care. Call your doctor today and show this page.",
    "soon": "One of your results needs care. Call your doctor this week and show this page.",
}


@ordered
class Told:
    """One thing that is told: `lead` opens it and stands out; both are sentences."""

    text: str
    lead: str = ""
    tone: Tone = ""
    id: str = ""

    @property
    def words(self) -> str:
        return f"{self.lead} {self.text}".strip()


@ordered
class Passage:
    """What stands under one heading; `least` are those that are told even where room is short."""

    id: str
    heading: str
    told: tuple[Told, ...]
    least: int = 1


@ordered
class Handout:
    title: str
    meta: str
    passages: tuple[Passage, ...]
    closing: str

    def passage(self, name: str) -> Passage | None:
        return next((one for one in self.passages if one.id == name), None)


def handout(verdict: Verdict, names: Names, title: str = "") -> Handout:
    """The page of one patient; `title` names the patient or file where there are several."""
    composer = _Composer(verdict, names)
    scope = names.kb.scope
    closing = (scope.plain or scope.disclaimer) if scope is not None else verdict.disclaimer
    if names.kb.weakened:
        closing += " The rules behind this page were changed where it is used. Your doctor can see how."
    meta = f"osteologic {VERSION}, as of {verdict.as_of}"
    passages = tuple(one for one in composer.passages() if one.told)
    return _fitted(Handout(f"Your bones: {title}" if title else "Your bones", meta, passages, closing))


class _Composer:
    """The passages of one verdict; one without anything told is left out of the page."""

    def __init__(self, verdict: Verdict, names: Names) -> None:
        self.verdict, self.names, self.kb = verdict, names, names.kb
        self.medicines = [item for item in verdict.plan if item.kind == "medicine"]
        self.going_on = [item for item in self.medicines if item.taken and item.advice == "continue"]
        wanted = [item for item in self.medicines if not item.unavailable]
        self.chosen = [item for item in wanted if item.status == "recommended" and not item.taken]
        self.waiting = [item for item in wanted if item.status in ("conditional", "deferred")]

    def passages(self) -> Iterator[Passage]:
        alerts = tuple(self._alerts())
        yield Passage("alerts", "Do this first", alerts, len(alerts))
        if self.verdict.outside_scope:
            text = "This page is not made for you. Your doctor will talk with you about the findings."
            yield Passage("found", "What was found", (Told(text),))
        else:
            found = tuple(self._found())
            yield Passage("found", "What was found", found, len(found))
            medicines = tuple(self._medicines())
            yield Passage("medicines", "Your medicine", medicines, len(medicines))
            yield Passage("helps", "What helps your bones", tuple(self._helps()), 5)
            yield Passage("people", "Who looks after you", tuple(self._people()))
        help_told = tuple(Told(one) for one in self._seek_help())
        yield Passage("help", "When to seek help", help_told, len(help_told))
        yield Passage("ask", "Ask at your next visit", tuple(self._ask()), 3)

    # --- what presses ---

    def _alerts(self) -> Iterator[Told]:
        raised = self.verdict.on_top.raised
        told = {self._plain_alert(alert): alert for alert in reversed(raised)}
        for text, alert in reversed(told.items()):
            tone: Tone = "emergency" if alert.urgency == "emergency" else "urgent"
            yield Told(text, _LEADS.get(alert.urgency, ""), tone, alert.id)
        if raised:
            yield Told("What stands here goes before all else on this page.")

    def _plain_alert(self, alert: AlertShown) -> str:
        taken = alert.id.removeprefix(TAKING)
        if taken != alert.id and taken in self.kb.interventions and _TAKEN_THOUGH_BARRED in self.kb.alerts:
            return f"You take {self._name(taken)}. {self.kb.alerts[_TAKEN_THOUGH_BARRED].plain}".strip()
        missing = alert.id.removeprefix(NOT_HERE)
        if missing != alert.id and missing in self.kb.interventions:
            name = self._name(missing)
            return f"You take {name}. It may be hard to get here. Do not stop it. Ask soon where you can get it."
        known = self.kb.alerts.get(alert.id)
        return known.plain if known is not None and known.plain else _UNNAMED[alert.urgency]

    # --- what was found ---

    def _found(self) -> Iterator[Told]:
        made = [one for one in self.verdict.diagnoses if one.status == "established"]
        wider = {kind for one in made if (known := self.kb.conditions.get(one.id)) for kind in known.kinds}
        kept = [one.id for one in made if one.id not in wider]
        plain = {name: known.plain for name in kept if (known := self.kb.conditions.get(name)) and known.plain}
        for name in list(plain)[:_MOST_FOUND]:
            yield Told(f"You have {plain[name]}.", id=name)
        if not made:
            yield Told("Nothing is certain yet. Your doctor will talk with you about the findings.")
        elif len(plain) < len(kept) or len(plain) > _MOST_FOUND:
            yield Told(f"Your doctor will talk with you about the {'other ' if plain else ''}findings.")

    # --- medicines ---

    def _medicines(self) -> Iterator[Told]:
        for item in self.going_on:
            yield Told(self._take(item.id), f"Go on with {self._name(item.id)}.", "good", item.id)
        barred = {alert.id.removeprefix(TAKING) for alert in self.verdict.on_top.raised}
        for item in self.medicines:
            if item.taken and item.advice != "continue" and item.id not in barred:
                text = "Ask your doctor about it well before the next dose. Do not stop it for good on your own."
                yield Told(text, f"You take {self._name(item.id)}.", "wait", item.id)
        yield from self._advised()
        if not self.going_on and not self.chosen and self.waiting:
            yield self._later()

    def _advised(self) -> Iterator[Told]:
        """What was advised and is not taken yet: of each choice the first, with what may suit as well."""
        open_ = [one for one in self.chosen if not one.choice or one.choice not in {on.choice for on in self.going_on}]
        by_choice: dict[str, list[Item]] = {}
        for item in open_:
            by_choice.setdefault(item.choice or item.id, []).append(item)
        for first, *others in by_choice.values():
            lead = f"{_opened(self._name(first.id))} {'were' if self._plural(first.id) else 'was'} advised for you."
            text = f"Start only when your doctor gives it to you. {self._take(first.id)}"
            yield Told(text.strip(), lead, "good", first.id)
            if others:
                listed = _listed([self._name(one.id) for one in others[:_MOST_CHOICES]], "or")
                yield Told(f"In its place your doctor may give you {listed}. Talk about which one fits you.")

    def _later(self) -> Told:
        """A medicine that waits is not named: only that there may be one, and what comes before it."""
        steps = dict.fromkeys(name for item in self.waiting for name in item.after)
        plain = [known.plain for name in steps if (known := self.kb.interventions.get(name)) and known.plain]
        if plain:
            return Told(f"Your doctor may start a medicine later. First comes this: {_lowered(plain[0])}.")
        return Told("Your doctor may start a medicine once more is known.")

    def _plural(self, name: str) -> bool:
        return self._name(name).endswith("tablets")

    # --- what the patient does, and who helps ---

    def _helps(self) -> Iterator[Told]:
        if waits := self._plain_of(self._of_kind("activity", "deferred")):
            yield Told(f"Ask before you start with {_listed(map(_lowered, waits), 'or')}.", "", "wait")
        if barred := self._plain_of(self._of_kind("activity", "contraindicated")):
            yield Told(f"For now, keep away from {_listed(map(_lowered, barred), 'and')}.", "", "bad")
        kinds = [self._helping(kind)[:most] for kind, most in _HELPING.items()]
        for row in zip_longest(*kinds):  # so that where room is short some of each kind are left
            for item in filter(None, row):
                yield Told(self._take(item.id), f"{_opened(self._name(item.id))}.", "good", item.id)

    def _helping(self, kind: str) -> list[Item]:
        """Measures of a kind that the patient does alone, what is for anybody last."""
        items = [one for one in self._of_kind(kind, "recommended") if self._take(one.id)]
        return sorted(items, key=lambda one: _FOR_ANYBODY in self.kb.interventions[one.id].kinds)

    def _people(self) -> Iterator[Told]:
        kinds = ("referral", "procedure")
        seen = [one for kind in kinds for one in self._plain_of(self._of_kind(kind, "recommended"))]
        if seen:
            yield Told(f"You may be asked to see {_listed(seen, 'and')}.")
        if reviewed := self._plain_of(self._of_kind("medication review", "recommended")):
            yield Told(f"Ask your doctor about {_listed(reviewed, 'and')}. Do not stop a medicine on your own.")

    def _seek_help(self) -> Iterator[str]:
        """By sentence, each once: for anybody, then for what is taken or advised first."""
        first = {one.choice or one.id: one for one in reversed(self.chosen)}
        items = [*self.going_on, *(one for one in self.chosen if first[one.choice or one.id] is one)]
        texts = [self.kb.scope.seek_help if self.kb.scope is not None else ""]
        if not self.verdict.outside_scope:
            texts += [self.kb.interventions[one.id].seek_help for one in items if one.id in self.kb.interventions]
        yield from dict.fromkeys(sentence for text in texts for sentence in sentences(text))

    def _ask(self) -> Iterator[Told]:
        yield Told("What do my results mean for me?")
        if self.verdict.outside_scope:
            return
        if self.going_on or self.chosen:
            yield Told("How long will I take my medicine, and what comes after it?")
        elif self.waiting:
            yield Told("What has to be known before I can start a medicine?")
        if outline.tests(self.verdict).get("to do"):
            yield Told("Which tests do I still need, and when?")
        yield Told("Which kinds of exercise are safe for me?")
        yield Told("When will my bones be looked at again?")
        if any(not one.by_test for one in questions.pending(self.verdict, self.names)):
            yield Told("Some facts about you are not known yet. Bring a list of your medicines and illnesses.")

    # --- words ---

    def _of_kind(self, kind: str, status: str) -> list[Item]:
        return [item for item in self.verdict.plan if item.kind == kind and item.status == status]

    def _plain_of(self, items: Iterable[Item]) -> list[str]:
        known = (self.kb.interventions.get(item.id) for item in items)
        return list(dict.fromkeys(one.plain for one in known if one is not None and one.plain))

    def _name(self, name: str) -> str:
        known = self.kb.interventions.get(name)
        return (known.plain or known.label) if known is not None else self.names.label(name)

    def _take(self, name: str) -> str:
        known = self.kb.interventions.get(name)
        return known.take if known is not None else ""


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a text."""
    return tuple(one for one in re.split(r"(?<=[.?!])\s+", text.strip()) if one)


def _fitted(page: Handout) -> Handout:
    """The page with as much as it has room for; the last of the passages that have most to spare goes first."""
    while _lines(page) > MOST_LINES:
        spare = {one.id: len(one.told) - one.least for one in page.passages}
        longest = max(spare, key=lambda name: spare[name], default="")
        if not longest or spare[longest] <= 0:
            return page
        shorter = (
            Passage(one.id, one.heading, one.told[:-1], one.least) if one.id == longest else one
            for one in page.passages
        )
        page = Handout(page.title, page.meta, tuple(shorter), page.closing)
    return page


def _lines(page: Handout) -> int:
    """How many lines it takes as text."""
    told = [one.words for passage in page.passages for one in passage.told]
    wrapped = sum(len(textwrap.wrap(words, _WIDTH)) for words in (*told, page.closing, page.meta))
    return wrapped + 2 * len(page.passages) + 2


def _listed(words: Iterable[str], last: str) -> str:
    listed = list(words)
    return f"{', '.join(listed[:-1])} {last} {listed[-1]}" if len(listed) > 1 else "".join(listed)


def _opened(words: str) -> str:
    return words[:1].upper() + words[1:]


def _lowered(words: str) -> str:
    return words[:1].lower() + words[1:]
