"""What the page of an entry says: its fields, kind by kind, and the rules about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

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
    Quantity,
    Rule,
    Scale,
    Source,
    State,
    ThresholdEntry,
    Topic,
)
from ...knowledge_base.verbs import VERBS
from ...premises import wording
from ...premises.expression import Always
from . import coded
from .entries import ABOUT, FEATURES
from .linked import Branch, Linker, Run, Runs


@dataclass(frozen=True, slots=True)
class Row:
    """A labeled line of a page; `tree` where it is a premise."""

    label: str
    said: Runs = ()
    tree: Branch | None = None
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    heading: str
    rows: tuple[Row, ...]


class Sheets:
    """The pages of one knowledge base, as values."""

    def __init__(self, linker: Linker) -> None:
        self.linker, self.names, self.kb = linker, linker.names, linker.kb
        self._tellers: dict[type[Entry], Callable[..., Iterator[Row]]] = {
            Topic: self._topic,
            Condition: self._condition,
            Intervention: self._intervention,
            Investigation: self._investigation,
            Alert: self._alert,
            Finding: self._finding,
            Quantity: self._quantity,
            Scale: self._scale,
            State: self._state,
            ThresholdEntry: self._threshold,
            Rule: self._rule,
            Guideline: self._guideline,
            Source: self._source,
            Disagreement: self._disagreement,
            Invariant: self._invariant,
            Group: self._group,
            ChoiceSet: self._choices,
        }

    def rows(self, entry: Entry) -> tuple[Row, ...]:
        """What the entry itself says."""
        found = [row for row in self._tellers[type(entry)](entry) if row.said or row.tree is not None]
        if entry.synonyms:
            found.append(self._words("Also called", ", ".join(entry.synonyms)))
        if entry.note:
            found.append(Row("Note", self.linker.text(entry.note)))
        found += [self._words(system, codes) for system, codes in coded.rows(self.kb, entry)]
        if entry.kept_because:
            found.append(self._words("Kept because", entry.kept_because))
        if entry.withdrawn:
            found.append(self._words("Withdrawn", entry.withdrawn))
        return tuple(found)

    def sections(self, kind: str, name: str) -> tuple[Section, ...]:
        """The rules about it, by what they do."""
        found = []
        for verb, heading in ABOUT.get(kind, ()):
            rules = [
                rule for rule in self.kb.rules.values() if rule.verb == verb and name in (rule.members or rule.targets)
            ]
            rows = tuple(self._about(rule) for rule in rules)
            if rows:
                found.append(Section(heading, rows))
        return tuple(found)

    def _about(self, rule: Rule) -> Row:
        marks = [
            rule.strength,
            rule.level.replace("_", " "),
            rule.region,
            "not verified" if rule.evidence == "unverified" else "",
        ]
        told = ", ".join(mark for mark in marks if mark)
        said = (self.linker.name(rule.id, rule.label), Run(f" ({told})" if told else ""))
        node = rule.formula if rule.formula is not None else rule.when
        return Row("", said, self.linker.premise(node) if node is not None and not isinstance(node, Always) else None)

    # --- by kind ---

    def _topic(self, topic: Topic) -> Iterator[Row]:
        yield self._words("", topic.answer)
        yield Row("See also", self.linker.listed(topic.see))

    def _condition(self, condition: Condition) -> Iterator[Row]:
        yield self._words("", condition.definition)
        yield self._words("In plain words", condition.plain)
        yield self._words("Mechanism", condition.mechanism)
        for key, heading in FEATURES.items():
            yield self._words(heading, condition.features.get(key, ""))
        yield self._words("Effect on bone", condition.effect)
        yield self._words("How common", condition.frequency)
        yield Row("Belongs to", self.linker.listed(condition.kinds))
        if condition.pursue is not None:
            yield Row("Asked about when", tree=self.linker.premise(condition.pursue))

    def _intervention(self, one: Intervention) -> Iterator[Row]:
        yield self._words("", one.mechanism)
        yield self._words("Kind", one.kind)
        yield Row("Belongs to", self.linker.listed(one.kinds))
        yield Row("Dose", self.linker.text(one.dose))
        for label, words in (
            *((sentence.heading, getattr(one, key)) for key, sentence in SENTENCES.items()),
            ("How it is taken, in plain words", one.take),
            ("When to seek help, in plain words", one.seek_help),
            ("One of", one.choice),
        ):
            yield self._words(label, words)
        yield Row("Its label forbids", self.linker.listed(one.label_contraindicates))

    def _investigation(self, test: Investigation) -> Iterator[Row]:
        yield self._words("", test.tells)
        yield Row("Settles", self.linker.listed(test.findings))
        if test.not_while is not None:
            yield Row("Not done while", tree=self.linker.premise(test.not_while))
        yield self._words("Step of the work-up", str(test.step))

    def _alert(self, alert: Alert) -> Iterator[Row]:
        yield Row("Do", self.linker.text(alert.action))
        yield self._words("In plain words", alert.plain)

    def _finding(self, finding: Finding) -> Iterator[Row]:
        yield Row("Asked as", self.linker.text(finding.question))
        yield self._words("", finding.help)
        yield self._words("Answer", finding.type.replace("_", "/"))
        yield self._words("Unit", finding.unit)
        if finding.plausible is not None:
            yield self._words("Possible", wording.amount(wording.interval(finding.plausible), finding.unit))
        for case in finding.ranges:
            span = wording.amount(wording.interval(case.range), finding.unit)
            when = self.linker.said(case.when) if case.when is not None else ()
            yield Row("Normal", (Run(span), *((Run(" when "), *when) if when else ())))
        if finding.choices:
            yield Row("Chosen from", (self.linker.name(finding.choices),))
        for name, field in finding.fields.items():
            words = field.label if not field.unit else f"{field.label}, in {field.unit}"
            more = (Run(", from "), self.linker.name(field.choices)) if field.choices else ()
            yield Row("Detail", (Run(f"{name.replace('_', ' ')}: {words}"), *more))
        yield Row("Section", (Run(self.kb.sections.get(finding.section, finding.section)),) if finding.section else ())
        yield Row("Asked with", (self.linker.name(finding.group),) if finding.group else ())
        yield self._words("Known by", finding.known_by)
        for label, node in (("Asked when", finding.applies), ("Worth doing when", finding.indicated)):
            if node is not None:
                yield Row(label, tree=self.linker.premise(node))
        if finding.assumed is not None:
            when = self.linker.said(finding.assumed.when) if finding.assumed.when is not None else ()
            yield Row("Taken for granted", (Run(finding.assumed.answer), *((Run(" when "), *when) if when else ())))
            if finding.assumed.sure is not None:
                yield Row("Never doubted when", tree=self.linker.premise(finding.assumed.sure))
        yield Row("Otherwise", (self.linker.name(finding.stand_in),) if finding.stand_in else ())

    def _quantity(self, quantity: Quantity) -> Iterator[Row]:
        yield self._words("Unit", quantity.unit)
        yield Row("Range of", (self.linker.name(quantity.range_of),) if quantity.range_of else ())

    def _scale(self, scale: Scale) -> Iterator[Row]:
        yield self._words("Levels", ", ".join(level.replace("_", " ") for level in scale.levels))
        if scale.applies is not None:
            yield Row("Applies when", tree=self.linker.premise(scale.applies))

    def _state(self, state: State) -> Iterator[Row]:
        yield self._words("", "" if state.shown else "Used by rules, and not shown in reports.")

    def _threshold(self, threshold: ThresholdEntry) -> Iterator[Row]:
        for one in threshold.values:
            if one.value is not None:
                yield self._words("Is", wording.amount(wording.number(one.value), threshold.unit))
            for step in one.steps:
                value = wording.amount(wording.number(step.value), threshold.unit)
                by = self.linker.name(one.by)
                yield Row("Is", (Run(f"{value} from "), by, Run(f" {wording.number(step.start)}")))

    def _rule(self, rule: Rule) -> Iterator[Row]:
        level = f" as at least {rule.level.replace('_', ' ')}" if rule.level else ""
        of = (Run(" of "), self.linker.name(rule.of)) if rule.of else ()
        yield Row("Then", (Run(f"{VERBS[rule.verb].told} "), *self.linker.listed(rule.targets), Run(level), *of))
        if set(rule.members) - set(rule.targets):
            yield Row("That is", self.linker.listed(rule.members))
        if rule.when is not None:
            yield Row("When", tree=self.linker.premise(rule.when))
        if rule.formula is not None:
            yield Row("As", tree=self.linker.premise(rule.formula))
        yield self._words("Because", rule.because)
        until = (self.linker.name(rule.until),) if self.linker.address(rule.until) else self.linker.text(rule.until)
        yield Row("Until", until)
        yield Row("Dose", self.linker.text(rule.dose))
        yield Row("Then follow with", self.linker.listed(rule.then))
        for label, words in (
            ("Strength", rule.strength),
            ("Line", rule.line),
            ("Urgency", rule.urgency),
            ("Weight", rule.weight),
            ("Region", rule.region),
            ("Grade", rule.grade),
            ("Since", rule.since),
            ("Checked", rule.evidence),
        ):
            yield self._words(label, words)
        yield Row("Guideline", (self.linker.name(rule.guideline),) if rule.guideline else ())

    def _guideline(self, guideline: Guideline) -> Iterator[Row]:
        for label, words in (
            ("Region", guideline.region or "international"),
            ("For", guideline.population),
            ("Year", str(guideline.year or "")),
        ):
            yield self._words(label, words)
        yield Row("Takes the place of", self.linker.listed(guideline.supersedes))

    def _source(self, source: Source) -> Iterator[Row]:
        yield self._words("", source.citation)
        for label, words in (
            ("Kind", source.kind),
            ("Year", str(source.year or "")),
            ("Terms", source.licence),
            ("Look again by", source.review_by),
        ):
            yield self._words(label, words)
        web = source.address.startswith(("https://", "http://"))
        yield Row("Address", (Run(source.address, source.address if web else ""),) if source.address else ())

    def _disagreement(self, one: Disagreement) -> Iterator[Row]:
        yield self._words("", one.question)
        for position in one.positions:
            tree = self.linker.premise(position.when) if position.when is not None else None
            yield Row("", (self.linker.name(position.guideline), Run(f": {position.says}")), tree)

    def _invariant(self, invariant: Invariant) -> Iterator[Row]:
        if invariant.never is not None:
            yield Row("Never", tree=self.linker.premise(invariant.never))
        yield self._words("Harm", invariant.harm)
        yield self._words("Checked", invariant.evidence)

    def _group(self, group: Group) -> Iterator[Row]:
        yield self._words("Asked as", group.question)
        yield Row("Asks", self.linker.listed(group.findings))

    def _choices(self, choices: ChoiceSet) -> Iterator[Row]:
        for member in choices.members.values():
            kinds = ", ".join(choices.class_labels.get(kind) or kind.replace("_", " ") for kind in member.kinds)
            address = self.linker.address(member.id)
            own = "" if address.startswith("choices/") else address
            told = (Run(member.label or member.id, own), Run(f" ({kinds})" if kinds else ""))
            yield Row("", told, anchor=member.id)
        for name, inside in choices.classes.items():
            label = choices.class_labels.get(name) or name.replace("_", " ")
            yield Row(f"Class: {label}", self.linker.listed(sorted(inside)), anchor=name)

    def _words(self, label: str, words: str) -> Row:
        return Row(label, (Run(words),) if words else ())
