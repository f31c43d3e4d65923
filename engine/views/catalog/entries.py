"""Entries of the knowledge base as pages to read: what a word means, what follows from it, and who says so."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence

from ...intake.lookup import Named
from ...knowledge_base.measures import SENTENCES
from ...knowledge_base.model import (
    Alert,
    ChoiceSet,
    Condition,
    Disagreement,
    Entry,
    Finding,
    Group,
    Guideline,
    Intervention,
    Invariant,
    Investigation,
    Member,
    Quantity,
    Rule,
    Scale,
    Source,
    State,
    ThresholdEntry,
    Topic,
)
from ...knowledge_base.naming import Names
from ...knowledge_base.verbs import BEHIND, VERBS
from ...premises import wording
from ...premises.expression import Always
from .. import escape
from ..layout import Page
from ..report import outline

FEATURES = {
    "mineralization": "Mineralization",
    "primary_defect": "Primary defect",
    "key_characteristic": "Key characteristic",
    "underlying_cause": "Underlying cause",
    "fractures": "Fractures",
}
ABOUT = {kind: tuple((verb, VERBS[verb].heading) for verb in behind) for kind, behind in BEHIND.items()}
ABOUT["scale"] = (("sets", "Set when"),)
_MOST_USERS = 12


def page(found: Named, names: Names, width: int = 80, colored: bool = False, questions: Sequence[Named] = ()) -> str:
    """What this is, in words, with its sources, and the `questions` answered about it."""
    book = Book(names, width, colored)
    book.explain(found)
    others = [question for question in questions if question.id != found.id]
    if others:
        book.page.blank()
        book.page.paragraph("Questions answered about it", style="bold")
    for question in others[:_MOST_USERS]:
        book.page.item(question.label, "-", 4)
    return book.page.text()


def code(name: str, meaning: str) -> str:
    """A problem code: its one line, or its page."""
    return escape.plain(f"{name}: {meaning.rstrip('.')}.\n")


def row(name: str, names: Names, width: int = 80, colored: bool = False) -> str:
    """The rules and entries written from a row of the reference table or from a statement; empty where none is."""
    return Book(names, width, colored).row(name)


class Book:
    """Entries written onto one page."""

    def __init__(self, names: Names, width: int, colored: bool) -> None:
        self.page = Page(width, colored)
        self.names, self.kb = names, names.kb
        self._tellers: dict[type[Entry], Callable[..., None]] = {
            Topic: self._topic,
            Condition: self._condition,
            Intervention: self._intervention,
            Investigation: self._investigation,
            Alert: self._alert,
            Finding: self._finding,
            Quantity: self._quantity,
            Scale: self._scale,
            State: self._nothing_more,
            ThresholdEntry: self._threshold,
            Rule: self.rule,
            Guideline: self._guideline,
            Source: self._source,
            Disagreement: self._disagreement,
            Invariant: self._invariant,
            Group: self._group,
            ChoiceSet: self._choices,
            Member: self._member,
        }

    def explain(self, found: Named) -> None:
        entry = found.entry
        # Sentences: capitals would change their units and be hard to read.
        if isinstance(entry, (Topic, Rule, Invariant)):
            self.page.paragraph(found.label, 0, "bold")
        else:
            self.page.heading(found.label)
        if entry is None:
            self.page.paragraph(self.kb.glossary[found.id])
            return
        self._tellers[type(entry)](entry)
        self._rules_about(found)
        if entry.synonyms:
            self._field("also", ", ".join(entry.synonyms))
        if entry.note:
            self._field("note", entry.note)
        if not isinstance(entry, Source):
            self._cited(entry)

    def row(self, name: str) -> str:
        kinds = (getattr(self.kb, part.name) for part in dataclasses.fields(self.kb))
        every = (one for kind in kinds if isinstance(kind, Mapping) for one in kind.values() if isinstance(one, Entry))
        from_it = [one for one in every if name in (*one.rows, *(cited.where for cited in one.sources))]
        if not from_it:
            return ""
        self.page.paragraph(f"{name}: a row of what the knowledge was written from", 0, "bold")
        for heading, rules in (("Rules written from it", True), ("Entries written from it", False)):
            some = [one for one in from_it if isinstance(one, Rule) is rules]
            if some:
                self.page.blank()
                self.page.paragraph(heading, style="bold")
            for one in some:
                if isinstance(one, Rule):
                    self._ruled(one)
                else:
                    said = one.question if isinstance(one, Topic) else one.label or one.id
                    tag = outline.tag(one.sources)
                    self.page.item(said + (f" [{tag}]" if tag else ""), "-", 4)
                self.page.entry("where", str(one.place), 6)
        return self.page.text()

    # --- by kind ---

    def _topic(self, topic: Topic) -> None:
        self.page.paragraph(topic.answer)
        if topic.see:
            self._field("see", ", ".join(self._titled(name) for name in topic.see))

    def _condition(self, condition: Condition) -> None:
        self._prose(condition.definition)
        self._prose(condition.mechanism)
        for name, heading in FEATURES.items():
            if name in condition.features:
                self.page.entry(heading, condition.features[name], 2, 20)

    def _intervention(self, intervention: Intervention) -> None:
        self._prose(intervention.mechanism)
        for label, words in (
            ("kind", intervention.kind),
            ("dose", intervention.dose),
            *((sentence.short, getattr(intervention, key)) for key, sentence in SENTENCES.items()),
        ):
            self._field(label, words)

    def _investigation(self, test: Investigation) -> None:
        self._prose(test.tells)
        self._field("settles", ", ".join(self.names.label(name) for name in test.findings))
        self._field("step", str(test.step))

    def _alert(self, alert: Alert) -> None:
        self._field("do", alert.action)

    def _finding(self, finding: Finding) -> None:
        self._prose(finding.question)
        self._prose(finding.help)
        self._field("type", finding.type.replace("_", "/"))
        self._field("unit", finding.unit)
        if finding.plausible is not None:
            self._field("possible", wording.amount(wording.interval(finding.plausible), finding.unit))
        for case in finding.ranges:
            when = f" when {wording.words(case.when, self.names)}" if case.when is not None else ""
            self._field("normal", f"{wording.amount(wording.interval(case.range), finding.unit)}{when}")
        members = self.names.members(finding.id)
        if members:
            listed = list(members.values())
            more = f" and {len(listed) - _MOST_USERS} more" if len(listed) > _MOST_USERS else ""
            self._field("answers", ", ".join(one.label or one.id for one in listed[:_MOST_USERS]) + more)
        if finding.applies is not None:
            self._field("asked", f"when {wording.words(finding.applies, self.names)}")
        if finding.stand_in:
            self._field("or", f"{self.names.label(finding.stand_in)}, worked out")
        if finding.stale_after is not None:
            self._field("old after", f"{finding.stale_after} months" if finding.stale_after else "never")
        if finding.remembers:
            self._field("lowest of", f"earlier results of {', '.join(map(self.names.label, finding.remembers))}")

    def _quantity(self, quantity: Quantity) -> None:
        self._field("unit", quantity.unit)

    def _scale(self, scale: Scale) -> None:
        self._field("levels", ", ".join(level.replace("_", " ") for level in scale.levels))
        if scale.applies is not None:
            self._field("applies", f"when {wording.words(scale.applies, self.names)}")

    def _nothing_more(self, entry: Entry) -> None:
        pass

    def _threshold(self, threshold: ThresholdEntry) -> None:
        for one in threshold.values:
            if one.value is not None:
                self._field("is", wording.amount(wording.number(one.value), threshold.unit))
            for step in one.steps:
                value = wording.amount(wording.number(step.value), threshold.unit)
                self._field("is", f"{value} from {self.names.label(one.by)} {wording.number(step.start)}")

    def rule(self, rule: Rule) -> None:
        called = self.names.label if VERBS[rule.verb].about in ("state or scale", "quantity") else self.names.subject
        targets = ", ".join(called(name) for name in rule.targets)
        level = f" as at least {rule.level.replace('_', ' ')}" if rule.level else ""
        of = f" of {self.names.label(rule.of)}" if rule.of else ""
        strength = f" ({rule.strength})" if rule.strength else ""
        self._field("then", f"{VERBS[rule.verb].told} {targets}{level}{of}{strength}")
        if rule.when is not None:
            self._field("when", wording.words(rule.when, self.names))
        if rule.formula is not None:
            self._field("as", wording.words(rule.formula, self.names))
        self._field("because", rule.because)
        for label, words in (
            ("until", rule.until and outline.step_label(rule.until, self.names)),
            ("dose", rule.dose),
            ("line", rule.line),
            ("urgency", rule.urgency),
            ("weight", rule.weight),
            ("who", self._guideline_of(rule)),
            ("region", rule.region),
            ("checked", rule.evidence),
        ):
            self._field(label, words)
        self._field("where", str(rule.place))

    def _guideline_of(self, rule: Rule) -> str:
        guideline = self.kb.guidelines.get(rule.guideline)
        if guideline is None:
            return rule.guideline
        return f"{guideline.label}, {rule.grade}" if rule.grade else guideline.label

    def _guideline(self, guideline: Guideline) -> None:
        for label, words in (
            ("region", guideline.region or "international"),
            ("for", guideline.population),
            ("year", str(guideline.year or "")),
            ("replaces", ", ".join(guideline.supersedes)),
        ):
            self._field(label, words)
        self._users([rule for rule in self.kb.rules.values() if rule.guideline == guideline.id])

    def _source(self, source: Source) -> None:
        for label, words in (
            ("", source.citation),
            ("kind", source.kind),
            ("address", source.address),
            ("licence", source.licence),
            ("review", source.review_by),
        ):
            self._field(label, words)
        cites = [rule for rule in self.kb.rules.values() if any(one.source == source.id for one in rule.sources)]
        self._users(cites)

    def _disagreement(self, disagreement: Disagreement) -> None:
        self._prose(disagreement.question)
        for position in disagreement.positions:
            guideline = self.kb.guidelines.get(position.guideline)
            when = f" (when {wording.words(position.when, self.names)})" if position.when is not None else ""
            who = guideline.label if guideline is not None else position.guideline
            self.page.item(f"{who}: {position.says}{when}")

    def _invariant(self, invariant: Invariant) -> None:
        if invariant.never is not None:
            self._field("never", wording.words(invariant.never, self.names))
        self._field("harm", invariant.harm)
        self._field("checked", invariant.evidence)
        self._field("where", str(invariant.place))

    def _group(self, group: Group) -> None:
        self._prose(group.question)
        self._field("asks", ", ".join(self.names.label(name) for name in group.findings))

    def _choices(self, choices: ChoiceSet) -> None:
        self._field("one of", ", ".join(member.label or member.id for member in choices.members.values()))

    def _member(self, member: Member) -> None:
        owners = [choices for choices in self.kb.choices.values() if member.id in choices.members]
        for choices in owners:
            kinds = [
                choices.class_labels.get(kind) or kind.replace("_", " ")
                for kind, members in choices.classes.items()
                if member.id in members
            ]
            self._field("among", choices.label or choices.id.replace("_", " "))
            self._field("is", ", ".join(kinds))
        for name, value in member.numbers.items():
            self._field("number", f"{name.replace('_', ' ')} {wording.number(value)}")

    # --- parts ---

    def _rules_about(self, found: Named) -> None:
        for verb, heading in ABOUT.get(found.kind, ()):
            rules = [
                rule
                for rule in self.kb.rules.values()
                if rule.verb == verb and found.id in (rule.members or rule.targets)
            ]
            if rules:
                self.page.blank()
                self.page.paragraph(heading, style="bold")
            for rule in rules:
                self._ruled(rule)

    def _ruled(self, rule: Rule) -> None:
        strength = f" ({rule.strength})" if rule.strength else ""
        region = f" ({rule.region})" if rule.region else ""
        tag = outline.tag(rule.sources)
        doubt = " [not verified]" if rule.evidence == "unverified" else ""
        self.page.item(f"{rule.label.rstrip('.')}{strength}{region}" + (f" [{tag}]" if tag else "") + doubt, "-", 4)
        if rule.verb == "derives" and rule.formula is not None:
            self.page.entry("as", wording.words(rule.formula, self.names), 6)
        elif rule.when is not None and not isinstance(rule.when, Always):
            self.page.entry("when", wording.words(rule.when, self.names), 6)

    def _users(self, rules: list[Rule]) -> None:
        for rule in rules[:_MOST_USERS]:
            self.page.item(f"{rule.label.rstrip('.')} ({rule.id})", "-", 4)
        if len(rules) > _MOST_USERS:
            self.page.item(f"and {len(rules) - _MOST_USERS} more rules", "-", 4)

    def _cited(self, entry: Entry) -> None:
        if not entry.sources:
            return
        self.page.blank()
        self.page.paragraph("Sources", style="bold")
        where: dict[str, list[str]] = {}
        for cited in entry.sources:
            where.setdefault(cited.source, []).extend([cited.where] if cited.where else [])
        for name, places in where.items():
            source = self.kb.sources.get(name)
            said = source.citation if source is not None and source.citation else name
            self.page.item(f"{said} ({', '.join(places)})" if places else said, "-", 4)

    def _prose(self, words: str) -> None:
        if words:
            self.page.paragraph(words)

    def _field(self, label: str, words: str) -> None:
        if words:
            self.page.entry(label, words, 2, 10)

    def _titled(self, name: str) -> str:
        topic = self.kb.topics.get(name)
        return topic.question if topic is not None else self.names.label(name)


def suggestions(words: str, near: Iterable[Named], meant: str) -> str:
    """What to say when nothing is called so."""
    told = [f"nothing is called '{words}'"]
    if meant:
        told.append(f"did you mean '{meant}'?")
    others = [f"  {named.id} ({named.label})" for named in near if named.label != meant]
    if not meant and not others:
        told.append("name a condition, a medicine, a test, a rule or a source, as in: osteologic explain osteoporosis")
    return "; ".join(told) + ("\nThere is:\n" + "\n".join(others) if others else "")
