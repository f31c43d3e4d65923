"""Knowledge bases and answers made up at random, with every construct the language has."""

from __future__ import annotations

import dataclasses
import datetime
import random
from collections.abc import Sequence
from decimal import Decimal

from engine.inference.values import NOTHING, Given
from engine.knowledge_base.model import (
    ChoiceSet,
    Condition,
    FieldKind,
    Finding,
    KnowledgeBase,
    Member,
    Quantity,
    RangeCase,
    Rule,
    Scale,
    State,
    ThresholdEntry,
    ThresholdValue,
)
from engine.knowledge_base.model import Step as ThresholdStep
from engine.knowledge_base.verbs import Verb
from engine.premises import expression as ex
from engine.values.interval import INFINITY, Interval, between, exactly
from engine.values.problems import Place
from engine.values.value import NOT_MEASURED, Choice, Day, Entry, Known, Measurement, Number, Records, Word

HERE = Place("made-up.yaml", 1, 1)
TODAY = datetime.date(2026, 3, 15)
MEMBERS = ("red", "green", "blue")
CONDITIONS = ("gout", "mumps", "croup")


class Maker:
    """Makes one knowledge base of about `size` rules; the same seed makes the same one."""

    def __init__(self, seed: int, size: int) -> None:
        self.random = random.Random(seed)
        self.size = size
        self.numbers = [f"number_{i}" for i in range(4)]
        self.choices = [f"choice_{i}" for i in range(2)]
        self.answers = [f"yes_{i}" for i in range(3)]
        self.quantities = [f"quantity_{i}" for i in range(3)]
        self.states: list[str] = []
        self.atoms: list[str] = []
        self.usable_numbers: list[str] = []

    def knowledge_base(self) -> KnowledgeBase:
        self.states = [f"state_{i}" for i in range(max(2, self.size // 3))]
        findings: dict[str, Finding] = {"age": self._number_finding("age", applies=False)}
        self.usable_numbers = ["age"]
        for name in self.answers:
            findings[name] = Finding(
                id=name, place=HERE, label=name, type="yes_no", applies=self._maybe_applies(findings)
            )
        for name in self.choices:
            findings[name] = Finding(
                id=name, place=HERE, label=name, type="choice", choices="colors", applies=self._maybe_applies(findings)
            )
        for name in self.numbers:
            findings[name] = self._number_finding(name, applies=True, known=findings)
            self.usable_numbers.append(name)
        for name, key in (("things", "name"), ("conditions", "name")):
            findings[name] = self._records_finding(name, key)
        rules: dict[str, Rule] = {}
        quantities = {}
        thresholds = {"cut_off": self._threshold()}
        for name in self.quantities:
            quantities[name] = Quantity(id=name, place=HERE, label=name, range_of=self.random.choice(["", "number_0"]))
            for rule in self._derivations(name):
                rules[rule.id] = rule
            self.usable_numbers.append(name)
        stand_in = findings["number_3"]
        findings["stood_in"] = Finding(
            id="stood_in",
            place=HERE,
            label="stood in",
            type="number",
            stand_in=self.quantities[0],
            ranges=stand_in.ranges,
        )
        self.usable_numbers.append("stood_in")
        self._conclusions(rules)
        if self.random.random() < 0.6:
            late = self.random.choice(["number_1", "choice_1"])
            findings[late] = dataclasses.replace(findings[late], indicated=ex.Proposition(atom=self.states[0]))
            for name, rule in rules.items():
                if self.states[0] in rule.targets:
                    rules[name] = dataclasses.replace(rule, when=ex.IsYes(name="yes_0"))
        return KnowledgeBase(
            digest="made-up",
            findings=findings,
            quantities=quantities,
            thresholds=thresholds,
            states={name: State(id=name, place=HERE, label=name) for name in self.states},
            scales={
                "risk": Scale(
                    id="risk",
                    place=HERE,
                    label="risk",
                    levels=("low", "middle", "high"),
                    applies=self.random.choice([None, ex.IsYes(name="yes_1")]),
                )
            },
            choices={"colors": _choice_set("colors", MEMBERS), "conditions": _choice_set("conditions", CONDITIONS)},
            conditions={name: Condition(id=name, place=HERE, label=name) for name in CONDITIONS},
            rules=rules,
        )

    # --- findings ---

    def _maybe_applies(self, known: dict[str, Finding]) -> ex.TruthNode | None:
        if self.random.random() < 0.7:
            return None
        yes = [name for name, finding in known.items() if finding.form == "yes_no"]
        if yes and self.random.random() < 0.5:
            return ex.IsYes(name=self.random.choice(yes))
        return ex.Compared(operator=">=", left=ex.Value(name="age"), right=self._literal())

    def _number_finding(self, name: str, applies: bool, known: dict[str, Finding] | None = None) -> Finding:
        ranges: tuple[RangeCase, ...] = ()
        if name != "age":
            by_sex = RangeCase(when=ex.IsYes(name="yes_0"), range=between(3, 6))
            other = RangeCase(when=None, range=between(2, 5))
            ranges = self.random.choice([(), (other,), (by_sex, other), (by_sex,)])
        return Finding(
            id=name,
            place=HERE,
            label=name,
            type="number",
            ranges=ranges,
            applies=self._maybe_applies(known or {}) if applies else None,
        )

    def _records_finding(self, name: str, key: str) -> Finding:
        fields = {
            "name": FieldKind(
                id="name", label="name", type="choice", choices="conditions" if name == "conditions" else "colors"
            ),
            "dose": FieldKind(id="dose", label="dose", type="number"),
            "date": FieldKind(id="date", label="date", type="date"),
            "started": FieldKind(id="started", label="started", type="date"),
            "stopped": FieldKind(id="stopped", label="stopped", type="date"),
        }
        return Finding(id=name, place=HERE, label=name, type="records", key=key, fields=fields)

    def _threshold(self) -> ThresholdEntry:
        stepped = ThresholdValue(
            by="age",
            steps=(
                ThresholdStep(start=Decimal(2), value=Decimal(3)),
                ThresholdStep(start=Decimal(5), value=Decimal(6)),
            ),
        )
        plain = ThresholdValue(since=1, value=Decimal(4))
        later = ThresholdValue(since=datetime.date(2030, 1, 1).toordinal(), value=Decimal(9))
        return ThresholdEntry(
            id="cut_off", place=HERE, label="cut off", values=self.random.choice([(stepped,), (plain, later)])
        )

    # --- numbers ---

    def _literal(self) -> ex.Literal:
        return ex.Literal(value=exactly(self.random.randint(0, 8)))

    def _number(self, depth: int = 2) -> ex.NumberNode:
        pick = self.random.random()
        name = self.random.choice(self.usable_numbers)
        if depth == 0 or pick < 0.4:
            return ex.Value(name=name)
        if pick < 0.5:
            return self._literal()
        if pick < 0.6:
            return ex.Arithmetic(
                operator=self.random.choice("+-*/"), left=self._number(depth - 1), right=self._number(0)
            )
        if pick < 0.66:
            return ex.First(items=(self._number(depth - 1), self._number(0)))
        if pick < 0.72:
            names = tuple(self.random.sample(self.usable_numbers, min(2, len(self.usable_numbers))))
            return ex.Extreme(end=self.random.choice(["lowest", "highest"]), names=names)
        if pick < 0.78:
            end = self.random.choice(["greater", "lesser"])
            return ex.Chosen(end=end, left=self._number(depth - 1), right=self._number(0))
        if pick < 0.82:
            return ex.RangeEnd(end=self.random.choice(["upper", "lower"]), name=name)
        if pick < 0.86:
            return ex.Negative(item=ex.Scaled(item=self._number(0), factor=Decimal(2)))
        if pick < 0.9:
            return ex.Threshold(name="cut_off")
        kind = self.random.choice(["sum", "count", "lowest", "highest"])
        item = None if kind == "count" else ex.Field(name="dose", floor=self.random.choice([None, Decimal(0)]))
        return ex.Aggregate(kind=kind, name="things", item=item, where=self._where())

    def _derivations(self, name: str) -> list[Rule]:
        made = []
        for index in range(self.random.randint(1, 2)):
            pick = self.random.random()
            formula: ex.NumberNode
            if pick < 0.6:
                formula = self._number()
            elif pick < 0.8:
                formula = ex.Cases(
                    premises=(self._leaf(), self._leaf()),
                    values=(self._number(1), self._number(1)),
                    otherwise=self.random.choice([None, self._number(0)]),
                )
            else:
                formula = ex.Points(premises=(self._leaf(), self._leaf()), points=(Decimal(2), Decimal(-1)))
            when = self._leaf() if self.random.random() < 0.3 else None
            made.append(_rule(f"derive-{name}-{index}", "derives", name, when, formula=formula))
        return made

    # --- truths ---

    def _where(self) -> ex.TruthNode:
        pick = self.random.random()
        if pick < 0.3:
            return ex.OneOf(name="name", members=frozenset(self.random.sample(MEMBERS, 2)), field=True)
        if pick < 0.5:
            return ex.Compared(
                operator=self.random.choice(["<", ">="]), left=ex.Field(name="dose"), right=self._literal()
            )
        if pick < 0.6:
            return ex.Not(item=ex.Given(name="stopped"))
        since = ex.Since(date=ex.Field(name="date"), measure=self.random.choice(["months", "days"]))
        months = ex.Literal(value=exactly(self.random.choice([3, 12, 100])))
        recent = ex.Compared(operator=self.random.choice(["<", ">", "<="]), left=since, right=months)
        if pick < 0.8:
            return recent
        return ex.All(items=(recent, ex.OneOf(name="name", members=frozenset({"red"}), field=True)))

    def _leaf(self) -> ex.TruthNode:
        pick = self.random.random()
        if pick < 0.35:
            operator = self.random.choice(["<", "<=", ">", ">=", "=", "!="])
            return ex.Compared(operator=operator, left=self._number(1), right=self._literal())
        if pick < 0.42:
            return ex.Within(value=self._number(0), low=self._literal(), high=ex.Literal(value=exactly(8)))
        if pick < 0.52:
            name = self.random.choice([one for one in self.usable_numbers if one != "age"] or ["age"])
            word, negated = self.random.choice(["high", "low", "normal"]), self.random.random() < 0.3
            occasions = 2 if word == "high" and self.random.random() < 0.3 else None
            return ex.Against(name=name, word=word, negated=negated, occasions=occasions)
        if pick < 0.65:
            name = self.random.choice(self.choices)
            members = frozenset(self.random.sample(MEMBERS, self.random.randint(1, 2)))
            return ex.OneOf(name=name, members=members, negated=self.random.random() < 0.3)
        if pick < 0.78:
            return ex.IsYes(name=self.random.choice(self.answers))
        if pick < 0.86:
            return ex.Has(name="things", members=frozenset(self.random.sample(MEMBERS, 1)))
        quantifier = self.random.choice(["any", "no", "at_least"])
        return ex.Quantified(
            quantifier=quantifier, name="things", count=2, where=self.random.choice([None, self._where()])
        )

    def _premise(self, depth: int = 2) -> ex.TruthNode:
        pick = self.random.random()
        if depth == 0 or pick < 0.3:
            if self.atoms and self.random.random() < 0.5:
                atom = self.random.choice(self.atoms)
                return ex.Applies(atom=atom) if atom.endswith(" applies") else ex.Proposition(atom=atom)
            return self._leaf()
        if pick < 0.42:
            return ex.Not(item=self._premise(depth - 1))
        items = tuple(self._premise(depth - 1) for _ in range(self.random.randint(1, 4)))
        if pick < 0.62:
            return ex.All(items=items)
        if pick < 0.82:
            return ex.AnyOf(items=items)
        return ex.AtLeast(count=self.random.randint(1, len(items)), items=items)

    # --- rules ---

    def _conclusions(self, rules: dict[str, Rule]) -> None:
        self.atoms = ["risk applies"]
        for state in self.states:
            for index in range(self.random.randint(1, 2)):
                rule = _rule(f"{state}-{index}", "sets", state, self._premise())
                rules[rule.id] = rule
            self.atoms.append(state)
        for level in ("middle", "high"):
            rule = _rule(f"risk-{level}", "sets", "risk", self._premise(), level=level)
            rules[rule.id] = rule
        self.atoms.extend(["risk >= middle", "risk >= high", "risk >= low"])
        for index, condition in enumerate(CONDITIONS[:2]):
            rules[f"diagnose-{condition}"] = _rule(f"diagnose-{condition}", "diagnoses", condition, self._premise())
            self.atoms.append(f"diagnosed({condition})")
            rules[f"exclude-{condition}"] = _rule(f"exclude-{condition}", "excludes", condition, self._premise(index))
            self.atoms.append(f"excluded({condition})")
        for index in range(self.size // 3):
            acts: list[tuple[Verb, str]] = [("recommends", "rest"), ("contraindicates", "rest"), ("supports", "gout")]
            verb, target = self.random.choice(acts)
            rules[f"act-{index}"] = _rule(f"act-{index}", verb, target, self._premise())

    # --- answers ---

    def given(self, base: KnowledgeBase, name: str) -> Given:
        """Something said (or implied, or withdrawn) of a finding or quantity."""
        pick = self.random.random()
        if pick < 0.12:
            return NOTHING
        known = NOT_MEASURED if pick < 0.2 else self._known(base, name)
        if pick < 0.3:
            return Given(None, known)
        return Given(known, None)

    def _known(self, base: KnowledgeBase, name: str) -> Known:
        finding = base.findings.get(name)
        if finding is None or finding.form == "number":
            return self._number_known(name == "age")
        if finding.form == "yes_no":
            return Choice(frozenset({self.random.choice(["yes", "no"])}))
        if finding.form == "choice":
            return Choice(frozenset(self.random.sample(MEMBERS, self.random.choice([1, 1, 2]))))
        members = CONDITIONS if name == "conditions" else MEMBERS
        entries = tuple(self._entry(members) for _ in range(self.random.randint(0, 3)))
        complete = self.random.random() < 0.6
        present = {member for entry in entries for member in getattr(entry.fields["name"], "members", ())}
        absent = [member for member in members if member not in present and self.random.random() < 0.3]
        return Records(entries, complete, frozenset() if complete else frozenset(absent))

    def _entry(self, members: Sequence[str]) -> Entry:
        fields: dict[str, Known] = {
            "name": Choice(frozenset(self.random.sample(members, self.random.choice([1, 1, 2]))))
        }
        if self.random.random() < 0.6:
            fields["dose"] = self._number_known(True)
        for name in ("date", "started", "stopped"):
            if self.random.random() < 0.4:
                low = TODAY.toordinal() - self.random.randint(0, 2000)
                fields[name] = Day(between(low, min(TODAY.toordinal(), low + self.random.choice([0, 0, 40]))))
        return Entry(fields)

    def _number_known(self, plain: bool) -> Known:
        pick = self.random.random()
        low = Decimal(self.random.randint(0, 8))
        if plain or pick < 0.6:
            return Number((Measurement(exactly(low)),))
        if pick < 0.7:
            return Number((Measurement(between(low, low + 2)),))
        if pick < 0.78:
            return Number((Measurement(Interval(-INFINITY, low, True, True)),))
        if pick < 0.88:
            word = self.random.choice(list(Word))
            return Number((Measurement(word=word, persistent=self.random.random() < 0.3),))
        return Number((Measurement(exactly(low)), Measurement(exactly(low + 1), range=between(1, 4))))


def _choice_set(name: str, members: Sequence[str]) -> ChoiceSet:
    return ChoiceSet(
        id=name, place=HERE, label=name, members={one: Member(id=one, place=HERE, label=one) for one in members}
    )


def _rule(
    name: str,
    verb: Verb,
    target: str,
    when: ex.TruthNode | None,
    formula: ex.NumberNode | None = None,
    level: str = "",
) -> Rule:
    return Rule(
        id=name,
        place=HERE,
        label=name,
        verb=verb,
        targets=(target,),
        members=(target,),
        level=level,
        when=when,
        formula=formula,
        strength="weak" if verb == "supports" else "",
    )
