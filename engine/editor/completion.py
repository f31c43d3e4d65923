"""What may be written at a place: by the grammar and types of a premise, by key elsewhere; found by what people say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..intake.record import EXPECTING
from ..knowledge_base.model import Entry, Member
from ..knowledge_base.reading import entries, linking, rules
from ..knowledge_base.reading.premises import JOINTS
from ..knowledge_base.reading.values.scalars import Read
from ..premises.checking import tokens
from ..premises.checking.names import NUMBER_FUNCTIONS, RANGE_WORDS, VERBS
from ..premises.checking.tokens import Awaited
from ..premises.statuses import WORDS
from ..workbench.cases import cases
from ..workbench.editing import meanings, values
from ..workbench.editing.scaffold import KINDS as _SKELETONS
from ..workbench.survey.occurrences import PREMISES
from ..workbench.survey.things import READABLE
from .base import Base, InForce
from .hover import FUNCTIONS, KEYWORDS
from .text.context import Context, context

_COMPARED = ("<", "<=", ">", ">=", "=", "!=")
_NUMBERS = ("number", "quantity", "threshold", "duration", "date")
_MEASURED = ("number", "quantity", "threshold", "duration")
_TAKEN: Mapping[str, tuple[tuple[str, ...], bool, bool]] = {
    "since": (("date",), False, False),
    **dict.fromkeys(("upper", "lower"), (("number", "quantity"), True, False)),
    **dict.fromkeys(("lowest", "highest"), (_MEASURED, False, True)),
    **dict.fromkeys(("first", "greater", "lesser"), (_MEASURED, False, False)),
}
"""By function the types of what it takes, whether only of what has a reference range, and whether a group too."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to write: `text` takes the place of what has been typed of it; `words` are what it is found by.

    `kind` is `name`, `label`, `keyword`, `unit`, `key`, `value`, `snippet`; a snippet has `$1`, `$2` where to go on.
    """

    text: str
    label: str = ""
    detail: str = ""
    kind: str = "name"
    words: tuple[str, ...] = ()


def choices(base: Base, path: Path, offset: int) -> tuple[int, list[Choice]]:
    """Where the word begins that is being written, and everything that may be written there."""
    force = base.in_force
    lines = base.lines(path)
    if force is None:
        return offset, []
    there = context(lines, offset)
    start = offset
    while start > there.start and (lines.text[start - 1].isalnum() or lines.text[start - 1] in "_-"):
        start -= 1
    kind = base.kind(path)
    writer = _Writer(base, force, kind, there, there.before[: start - there.start])
    return start, list({(one.text, one.kind): one for one in writer.choices()}.values())


class _Writer:
    """One place of one file."""

    def __init__(self, base: Base, force: InForce, kind: str, there: Context, before: str) -> None:
        self.base, self.force, self.kind, self.there, self.before = base, force, kind, there, before
        self.kb, self.things = force.kb, force.things

    def choices(self) -> Iterator[Choice]:
        keys = self.there.keys
        if self.kind in ("cases", "patients"):
            yield from self._in_case(keys)
        elif self._in_premise(keys):
            if self.there.typing_key and keys[-1:] and (keys[-1] in JOINTS or keys[-1] in PREMISES):
                yield from (Choice(f"{joint}:", detail="joins premises", kind="key") for joint in JOINTS[:3])
            yield from self._premise(tokens.Scanner(self.before, self.things.vocabulary).awaited)
        elif self.there.typing_key and len(keys) <= 1 + (self.kind == "units"):
            yield from self._keys(keys)
        else:
            yield from self._value(keys)
            yield from self._keys(keys) if self.there.typing_key else ()

    def _in_premise(self, keys: tuple[str, ...]) -> bool:
        own = keys[1:] if self.kind == "rules" and keys[:1] != ("common",) else keys
        if self.kind != "rules" and not keys[1:]:
            return False
        return any(key in PREMISES for key in own) and not (self.there.typing_key and keys[-1:] == ("levels",))

    # --- premises ---

    def _premise(self, next_: Awaited) -> Iterator[Choice]:
        role, of = next_.role, next_.of
        if role in (tokens.LABEL, tokens.WORD, tokens.LEVEL):
            yield from self._labels(of, next_.row)
        elif role == tokens.SUBJECT:
            yield from self._subjects(of)
        elif role == "list":
            yield from (self._entry(one, "list") for one in self.kb.findings.values() if one.form == "records")
        elif role == "operator":
            yield from self._operators(of)
        elif role == tokens.UNIT:
            yield from (Choice(unit, kind="unit", detail="unit") for unit in self._units(of))
            yield from self._joining()
        elif role == "number":
            yield from self._numbers(of)
        elif role in ("count", "occasions"):
            for count in ("2", "3") if role == "count" else ("2 occasions", "3 occasions"):
                yield Choice(
                    f"{count} ", label=count, detail=KEYWORDS["least" if role == "count" else "on"], kind="value"
                )
        elif role == "entry":
            yield Choice("($1)", label="(...)", detail=KEYWORDS["where"], kind="snippet")
        elif role == "argument" and of in _TAKEN:
            yield from self._arguments(of, next_.row)
        elif role in ("condition", "argument", "sum", "highest", "lowest"):
            yield from self._conditions(next_)

    def _conditions(self, next_: Awaited) -> Iterator[Choice]:
        row = self.kb.findings.get(next_.row)
        for field in row.fields.values() if row is not None else ():
            yield Choice(
                field.id, detail=f"{field.type}, field of {row.id if row is not None else ''}", words=(field.label,)
            )
        yield from self._readable()
        for verb in VERBS:
            yield Choice(f"{verb}($1)", label=verb, detail=FUNCTIONS[verb], kind="snippet")
        for word in ("since", "lowest", "highest", "first", "upper", "lower"):
            yield Choice(f"{word}($1)", label=word, detail=FUNCTIONS.get(word, KEYWORDS.get(word, "")), kind="snippet")
        if next_.role == "condition":
            for text, label in (
                ("not ", "not"),
                ("any ${1:list} where ($2)", "any ... where"),
                ("no ${1:list} where ($2)", "no ... where"),
                ("at least ${1:2} ${2:list} where ($3)", "at least ... where"),
            ):
                yield Choice(text, label=label, detail=KEYWORDS[label.split(" ")[0]], kind="snippet")
            if not self.before.strip():
                yield Choice("always", detail=KEYWORDS["always"], kind="keyword")

    def _arguments(self, function: str, row: str) -> Iterator[Choice]:
        """What a function takes: fields and names of its types, and groups where it takes one."""
        types, ranged, groups = _TAKEN[function]
        found = self.kb.findings.get(row)
        for field in found.fields.values() if found is not None else ():
            if field.type in types and not ranged:
                yield Choice(field.id, detail=f"{field.type}, field of {row}", words=(field.label,))
        for group in self.kb.groups.values() if groups else ():
            yield self._entry(group, "group")
        for kind in READABLE:
            for entry in getattr(self.kb, kind).values():
                meant = self.things.vocabulary.names.get(entry.id)
                if meant is not None and meant.kind in types and (meant.ranged or not ranged):
                    yield self._entry(entry, entries.KINDS[kind].singular)

    def _readable(self) -> Iterator[Choice]:
        for kind in READABLE:
            for entry in getattr(self.kb, kind).values():
                yield self._entry(entry, entries.KINDS[kind].singular)

    def _entry(self, entry: Entry | Member, what: str) -> Choice:
        unit = getattr(entry, "unit", "")
        detail = f"{what}{f', {unit}' if unit else ''} \u00b7 {entry.label}" if entry.label else what
        return Choice(entry.id, detail=detail, words=(entry.label, *entry.synonyms))

    def _labels(self, of: str, row: str) -> Iterator[Choice]:
        scale = self.kb.scales.get(of)
        if scale is not None:
            yield from (Choice(level, detail=f"level of {scale.label}", kind="label") for level in scale.levels)
            return
        if of in WORDS:
            yield from (Choice(word, detail="what the report says", kind="label") for word in WORDS[of])
            return
        found = self.kb.choices.get(self.things.choice_of(of))
        if found is None:
            yield from (Choice(word, detail="against its range", kind="label") for word in RANGE_WORDS)
            return
        yield from self._of_choice(found.id)

    def _of_choice(self, name: str) -> Iterator[Choice]:
        found = self.kb.choices.get(name)
        if found is None:
            return
        for member in found.members.values():
            yield Choice(member.id, detail=member.label, kind="label", words=(member.label, *member.synonyms))
        for one in found.classes:
            label = found.class_labels.get(one, "")
            yield Choice(one, detail=f"class \u00b7 {label}", kind="label", words=(label,))

    def _subjects(self, verb: str) -> Iterator[Choice]:
        labels = self.things.vocabulary.subjects.get(verb)
        for name in sorted(labels.members) if labels is not None else ():
            thing = next(self.things.named(name), None)
            entry = self.things.entry(thing) if thing is not None else None
            yield self._entry(entry, verb) if entry is not None else Choice(name, detail=verb)
        for name in sorted(labels.classes) if labels is not None else ():
            yield Choice(name, detail=f"class \u00b7 {self.force.names.subject(name)}", kind="label")

    def _type(self, of: str) -> str:
        owner, _, field = of.partition(".")
        signature = self.things.vocabulary.names.get(owner)
        if signature is None:
            return ""
        if field:
            kind = signature.fields.get(field)
            return kind.type if kind is not None else ""
        return signature.kind

    def _operators(self, of: str) -> Iterator[Choice]:
        kind = self._type(of)
        ranged = bool(of) and getattr(self.things.vocabulary.names.get(of), "ranged", False)
        if kind in _NUMBERS:
            yield from (Choice(f"{sign} ", label=sign, kind="keyword", detail="compares") for sign in _COMPARED)
            yield Choice("in ", label="in", kind="keyword", detail=KEYWORDS["in"])
        if kind in ("choice", "scale") or ranged:
            yield Choice("is ", label="is", kind="keyword", detail=KEYWORDS["is"])
            yield Choice("is not ", label="is not", kind="keyword", detail=KEYWORDS["is"])
        if kind == "scale":
            yield Choice(">= ", label=">=", kind="keyword", detail="at least that level")
        if kind == "records":
            yield Choice("has ", label="has", kind="keyword", detail=KEYWORDS["has"])
            yield Choice("where ($1)", label="where", kind="snippet", detail=KEYWORDS["where"])
        yield from self._joining()

    def _joining(self) -> Iterator[Choice]:
        yield from (Choice(f"{word} ", label=word, kind="keyword", detail=KEYWORDS[word]) for word in ("and", "or"))

    def _units(self, of: str) -> tuple[str, ...]:
        owner, _, field = of.partition(".")
        signature = self.things.vocabulary.names.get(owner)
        if signature is None:
            return ()
        found = signature.fields.get(field) if field else None
        unit = found.unit if found is not None else signature.unit
        if of.startswith("since") or (found is not None and found.type == "duration"):
            return ("months", "days", "years")
        return self.things.units.accepted(unit, signature.analyte) if unit else ()

    def _numbers(self, of: str) -> Iterator[Choice]:
        units = self._units(of)
        bare = getattr(self.things.vocabulary.names.get(of), "bare_unit", False)
        for unit in units if not bare else ():
            yield Choice(f"${{1:0}} {unit}", label=f"... {unit}", detail="a number with its unit", kind="snippet")
        wanted = self.things.units.parse(units[0]) if units else None
        for threshold in self.kb.thresholds.values():
            own = self.things.units.parse(threshold.unit) if threshold.unit else None
            alike = own is not None and wanted is not None and own.dimension == wanted.dimension
            if alike or (own is None and wanted is None):
                yield self._entry(threshold, "threshold")
        for kind in ("findings", "quantities"):
            for entry in getattr(self.kb, kind).values():
                if entry.id != of and getattr(entry, "unit", "") and entry.unit in units:
                    yield self._entry(entry, entries.KINDS[kind].singular)
        for word in NUMBER_FUNCTIONS[:8]:
            yield Choice(f"{word}($1)", label=word, detail=FUNCTIONS.get(word, ""), kind="snippet")

    # --- keys and what stands behind them ---

    def _keys(self, keys: tuple[str, ...]) -> Iterator[Choice]:
        if not keys:
            yield from _skeletons(self.kind)
            return
        if self.kind == "units" and len(keys) == 1:
            return
        known: Mapping[str, object]
        if self.kind == "rules":
            known = {**rules.VERBS, **rules.KEYS, **rules.PREMISED, "replaces": ""}
            if keys[-1] == "common":
                known = dict.fromkeys(rules.COMMON_KEYS)
            elif any(key in rules.VERBS for key in self.there.siblings):
                known = {key: one for key, one in known.items() if key not in rules.VERBS}
        elif self.kind in entries.KINDS:
            known = {**entries.KINDS[self.kind].keys, **entries.EVERY, "replaces": ""}
        else:
            return
        for key in known:
            if key not in self.there.siblings and key not in ("codes",):
                told = meanings.RULE.get(key) if self.kind == "rules" else meanings.ENTRY.get(self.kind, {}).get(key)
                yield Choice(f"{key}: ", label=key, kind="key", detail=told or meanings.EVERY.get(key, ""))

    def _value(self, keys: tuple[str, ...]) -> Iterator[Choice]:
        """What a key takes: ids of a kind, one of a few words, yes or no."""
        key = keys[-1] if keys else ""
        if self.kind == "rules" and key in rules.VERBS:
            yield from self._referred(rules.VERBS[key])
            return
        read = self._read(keys)
        if read is None:
            return
        schema = values.value(read)
        yield from (Choice(word, kind="value", detail=key) for word in _enumerated(schema))
        kind = _kind_of(read)
        if kind:
            yield from self._referred(kind)
        elif key == "sources":
            yield from self._referred("source")

    def _read(self, keys: tuple[str, ...]) -> Read | None:
        if not keys:
            return None
        if self.kind == "rules":
            found = rules.KEYS.get(keys[-1])
            return found.read if found is not None else None
        if self.kind not in entries.KINDS:
            return None
        known = entries.KINDS[self.kind].keys.get(keys[-1]) or entries.EVERY.get(keys[-1])
        return known.read if known is not None else None

    def _referred(self, kind: str) -> Iterator[Choice]:
        if kind == "unit":
            yield from (Choice(unit, kind="unit", detail=entry.label) for unit, entry in self.kb.units.items())
        elif kind == "section":
            yield from (Choice(name, detail=label) for name, label in self.kb.sections.items())
        elif kind == "region":
            yield from (Choice(region, kind="value") for region in linking.REGIONS)
        elif kind.startswith("class of "):
            for choice in ["conditions"] if kind.endswith("conditions") else ["medicines", "interventions"]:
                found = self.kb.choices.get(choice)
                yield from (
                    (Choice(one, detail=found.class_labels.get(one, "")) for one in found.classes) if found else ()
                )
        else:
            for one in linking.KINDS_OF.get(kind, ()):
                for entry in getattr(self.kb, one).values():
                    citation = getattr(entry, "citation", "")
                    shown = self._entry(entry, entries.KINDS[one].singular)
                    yield Choice(shown.text, detail=citation or shown.detail, words=shown.words)
            sets = {"diagnosis": ["conditions"], "cause": ["conditions"]}.get(kind, [])
            if kind in ("intervention", "advice"):
                sets = ["medicines", "interventions"]
            for choice in sets:
                found = self.kb.choices.get(choice)
                for name in found.classes if found is not None else ():
                    yield Choice(name, detail=f"class \u00b7 {self.force.names.subject(name)}", kind="label")

    # --- patients ---

    def _in_case(self, keys: tuple[str, ...]) -> Iterator[Choice]:
        own = [key for key in keys if key not in ("given",)]
        if self.kind == "cases" and not keys:
            if self.there.typing_key:
                yield from (
                    Choice(f"{key}: ", label=key, kind="key", detail=told) for key, told in meanings.CASE.items()
                )
                yield Choice(_CASE, label="case", detail="a worked case", kind="snippet")
                yield Choice(_NEAR_MISS, label="near miss", detail="a case that it must let go", kind="snippet")
            return
        if self.kind == "cases" and keys[0] in EXPECTING:
            yield from self._expected(keys)
            return
        if self.kind == "cases" and keys[0] not in ("given", "without"):
            return
        if self.kind == "cases" and keys[0] == "without":
            yield from (self._entry(entry, "given") for entry in self.kb.findings.values())
            return
        if not own:
            for entry in (*self.kb.findings.values(), *self.kb.quantities.values()):
                shown = self._entry(entry, "given")
                yield Choice(f"{shown.text}: ", label=shown.text, detail=shown.detail, kind="key", words=shown.words)
            return
        finding = self.kb.findings.get(own[0])
        if finding is None:
            return
        if finding.form == "yes_no":
            yield from (Choice(word, kind="value") for word in ("yes", "no"))
        elif finding.form == "number":
            yield from (Choice(f"${{1:0}} {unit}", label=f"... {unit}", kind="snippet") for unit in self._units(own[0]))
        elif finding.form == "records" and self.there.typing_key and not self.there.before.startswith("["):
            for field in finding.fields.values():
                yield Choice(f"{field.id}: ", label=field.id, detail=field.label, kind="key")
        name = own[0] if len(own) == 1 else f"{own[0]}.{own[-1]}"
        yield from self._of_choice(self.things.choice_of(name))

    def _expected(self, keys: tuple[str, ...]) -> Iterator[Choice]:
        if len(keys) == 1:
            for key, told in meanings.EXPECTED.items():
                yield Choice(f"{key}: ", label=key, detail=told, kind="key")
            return
        if len(keys) == 2:
            known: Mapping[str, Entry] = getattr(self.kb, cases.known_kind(keys[1]) or "topics")
            yield from (self._entry(entry, keys[1]) for entry in known.values())
        elif keys[1] == "scales" and keys[2] in self.kb.scales:
            yield from (Choice(level, kind="label") for level in self.kb.scales[keys[2]].levels)
        elif keys[1] in ("missing", "deferred_after"):
            other = self.kb.findings if keys[1] == "missing" else self.kb.interventions
            yield from (self._entry(entry, keys[1]) for entry in other.values())


def _enumerated(schema: object) -> Iterator[str]:
    """The words a schema lists."""
    if isinstance(schema, Mapping):
        yield from (str(word) for word in schema.get("enum", ()))
        for inner in ("anyOf", "oneOf", "items"):
            found = schema.get(inner, ())
            for one in found if isinstance(found, list) else [found]:
                yield from _enumerated(one)


def _kind_of(read: Read) -> str:
    """The kind of thing whose ids a key takes, by how it is read."""
    return str(values.given(read).get("kind", ""))


_CASE = "- name: ${1:what is special about this patient}\n  given: {age: ${2:70}, sex: ${3:female}, $4}\n  expect: {$5}"
_NEAR_MISS = (
    "- name: ${1:the same but for one thing}\n  given: {age: ${2:70}, sex: ${3:female}, $4}\n  expect_not: {fired: $5}"
)
_RULE = (
    "${1:id-of-the-rule}:\n  title: ${2:What holds, as a sentence}\n  ${3|" + ",".join(rules.VERBS) + "|}: $4\n"
    "  when: $5\n  because: ${6:Why, as one would tell a student.}\n  sources: [$7]\n"
    "  evidence: ${8|verified,secondary,unverified|}\n"
)


def _skeletons(kind: str) -> Iterable[Choice]:
    if kind == "rules":
        yield Choice(_RULE, label="rule", detail="a new rule", kind="snippet")
    elif kind in _SKELETONS.values() or kind in entries.KINDS:
        required = [key for key, one in entries.KINDS[kind].keys.items() if one.required]
        label = ["label"] if entries.KINDS[kind].labeled else []
        lines = [f"  {key}: ${number}" for number, key in enumerate([*label, *required, "sources"], 2)]
        text = "\n".join(["${1:id}:", *dict.fromkeys(lines)])
        yield Choice(text, label=entries.KINDS[kind].singular, detail=f"a new {kind[:-1]}", kind="snippet")
