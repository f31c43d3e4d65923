"""Resolution of the names in one premise or formula, with suggestions for names unknown or of the wrong kind."""

# `return self.wrong(...)` notes a problem and gives the phrase up: the None it returns is meant.
# mypy: disable-error-code="func-returns-value"

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from ...values.frozen import ordered
from ...values.problems import Hint, Level, Place, Problem, did_you_mean, nearest
from ...values.units import UnitTable
from .. import formulas, propositions
from ..grammar import Phrase, Word, place_at
from ..mistakes import advised
from ..statuses import CONTRADICTORY, KNOWN, WORDS
from ..vocabulary import FieldSignature, Labels, Signature, Vocabulary

VERBS = propositions.READABLE
"""The predicates a premise may apply to a condition, intervention or investigation: `diagnosed(osteomalacia)`."""

NUMBER_FUNCTIONS = ("since", "upper", "lower", "first", "greater", "lesser", "lowest", "highest", *formulas.BUILT)
RANGE_WORDS = ("high", "low", "normal")

_KINDS = {
    "number": "a number",
    "quantity": "a number",
    "duration": "a time",
    "yes_no": "a yes/no finding",
    "choice": "a choice",
    "records": "a list",
    "date": "a date",
    "state": "a state",
    "scale": "a scale",
    "threshold": "a threshold",
}
_FORMS = {
    "number": "write `{0} < 5{1}`, `{0} in 5..9{1}` or `{0} is high`",
    "quantity": "write `{0} < 5{1}`, `{0} in 5..9{1}` or `{0} is high`",
    "duration": "write `{0} > 6 months`",
    "yes_no": "write `{0}` or `not {0}`",
    "choice": "write `{0} is label` or `{0} is (a or b)`",
    "records": "write `{0} has label` or `any {0} where (...)`",
    "date": "write `since({0}) < 24 months`",
    "state": "write `{0}` or `not {0}`",
    "scale": "write `{0} >= level` or `{0} is level`",
    "threshold": "compare with it, as in `x < {0}`",
}


@ordered
class Meaning:
    """The meaning of a name: a field of the entry at hand, a number its member carries, or a name of the vocabulary."""

    kind: str
    """As `Signature.kind` or `FieldSignature.type`; `member number` for a number that members carry."""
    signature: Signature | None = None
    field: FieldSignature | None = None

    @property
    def labels(self) -> Labels | None:
        if self.field is not None:
            return self.field.labels
        return self.signature.labels if self.signature is not None else None

    @property
    def place(self) -> Place | None:
        return self.signature.place if self.signature is not None else None


class Names:
    """One text while it is checked: what it may name, the list entry at hand, and the problems found so far."""

    def __init__(
        self,
        text: str,
        place: Place,
        vocabulary: Vocabulary,
        units: UnitTable,
        *,
        propositions: bool = True,
        statuses: bool = False,
    ) -> None:
        self.text = text
        self.place = place
        self.vocabulary = vocabulary
        self.units = units
        self.propositions = propositions
        self.statuses = statuses
        self.problems: list[Problem] = []
        self.row: Signature | None = None
        self.row_name = ""

    # --- places and problems ------------------------------------------------------------------------------------------

    def at(self, phrase: Phrase) -> Place:
        return place_at(self.text, self.place, phrase.start)

    def written(self, phrase: Phrase) -> str:
        return " ".join(self.text[phrase.start : phrase.end].split())

    def span(self, phrase: Phrase) -> dict[str, Any]:
        """The place and the source text of a node, as keyword arguments."""
        return {"place": self.at(phrase), "source": self.written(phrase)}

    def wrong(self, code: str, phrase: Phrase, what: str, hint: str = "", elsewhere: Place | None = None) -> None:
        hint = advised(hint, self.text[phrase.start : phrase.end])
        self.problems.append(Problem(code, what, self.at(phrase), hint=hint, elsewhere=elsewhere))

    def doubtful(self, code: str, phrase: Phrase, what: str, hint: str = "", elsewhere: Place | None = None) -> None:
        self.problems.append(Problem(code, what, self.at(phrase), Level.WARNING, hint, elsewhere=elsewhere))

    # --- names --------------------------------------------------------------------------------------------------------

    @contextmanager
    def inside(self, name: Word, row: Signature) -> Iterator[None]:
        """Inside `where` or an aggregate, names are the fields of an entry first."""
        outer, outer_name = self.row, self.row_name
        self.row, self.row_name = row, name.text
        try:
            yield
        finally:
            self.row, self.row_name = outer, outer_name

    def kind(self, phrase: Phrase) -> str:
        """The kind of a bare name, without a word about those that are unknown."""
        if not isinstance(phrase, Word):
            return ""
        if self.row is not None and phrase.text in self.row.fields:
            return self.row.fields[phrase.text].type
        signature = self.vocabulary.names.get(phrase.text)
        return signature.kind if signature is not None else ""

    def meaning(self, word: Word) -> Meaning | None:
        name, signature = word.text, self.vocabulary.names.get(word.text)
        if self.row is not None:
            field = self.row.fields.get(name)
            if field is not None and signature is not None:
                what = f"`{name}` is a field of {self.row_name} and a name of its own"
                return self.wrong("OL205", word, what, "rename one of them", signature.place)
            if field is not None:
                return Meaning(field.type, field=field)
            if name in self.vocabulary.numbers:
                return Meaning("member number")
        if signature is None:
            return self.unknown(word)
        return Meaning(signature.kind, signature)

    def listed(self, word: Word) -> Signature | None:
        """The list that a name is."""
        if self.row is not None:
            what = f"a list inside {self.row_name}: lists are not nested"
            return self.wrong("OL211", word, what, "give the inner one a state or quantity of its own")
        signature = self.vocabulary.names.get(word.text)
        if signature is None:
            return self.unknown(
                word, [name for name, known in self.vocabulary.names.items() if known.kind == "records"]
            )
        if signature.kind != "records":
            lists = [name for name, known in self.vocabulary.names.items() if known.kind == "records"]
            hint = "the lists are " + ", ".join(lists) if lists else "there is no list"
            return self.mismatch(word, Meaning(signature.kind, signature), "a list is expected here", hint)
        return signature

    def mismatch(self, word: Word, meaning: Meaning, expected: str, hint: str = "") -> None:
        what = f"`{word.text}` is {_KINDS.get(meaning.kind, 'a number of its member')}; {expected}"
        self.wrong("OL206", word, what, hint or _form(word.text, meaning), meaning.place)

    def concluded_allowed(self, phrase: Phrase) -> bool:
        """Whether what rules conclude may be read here."""
        if self.row is not None:
            what = f"`{self.written(phrase)}` is concluded by rules; `where` reads fields and findings only"
            self.wrong("OL212", phrase, what, "join it to the condition outside of `where`")
            return False
        if not self.propositions:
            what = f"`{self.written(phrase)}` is concluded by rules; here only findings and quantities are read"
            self.wrong("OL212", phrase, what)
            return False
        return True

    # --- unknown names ------------------------------------------------------------------------------------------------

    def unknown(self, word: Word, known: Iterable[str] | None = None) -> None:
        candidates = list(known) if known is not None else self._readable()
        hint = self._kin(word.text) or did_you_mean(word.text, candidates)
        match = nearest(word.text, candidates) if hint.startswith("did you mean") else None
        near = self.vocabulary.names.get(match) if match else None
        if not hint and known is None:
            hint = "no finding, quantity, state, scale or threshold is called so"
        what = f"unknown {'list' if known is not None else 'finding' if self.row is None else 'field'} '{word.text}'"
        self.wrong("OL104", word, what, hint, near.place if near is not None else None)

    def unknown_label(self, word: Word, labels: Labels, of: str, place: Place | None) -> None:
        hint = did_you_mean(word.text, [*labels.members, *labels.classes])
        what = f"'{word.text}' is no label of {of}"
        if not hint and word.text in self.vocabulary.names:
            what = f"'{word.text}' is a name of its own, not a label of {of}"
        hint = hint or Hint(self._kin(word.text))  # of the whole comparison, and no correction of the label
        if not hint and 0 < len(labels.members) <= 8:
            hint = "it takes " + ", ".join(sorted(labels.members))
        self.wrong("OL104", word, what, hint, place)

    def another_name(self, labels: Sequence[Word], subject: Word) -> str:
        """The one other name that takes all these labels: a field of the entry at hand, else a choice."""
        known: Iterable[tuple[str, Labels | None]]
        if self.row is not None:
            known = ((name, field.labels) for name, field in self.row.fields.items())
        else:
            if any(one.expand(labels[0].text) is not None for one in self.vocabulary.subjects.values()):
                return ""  # a disease or measure may be read in several ways
            known = ((name, one.labels) for name, one in self.vocabulary.names.items() if one.kind == "choice")
        fitting = [
            name
            for name, its in known
            if name != subject.text and its is not None and all(its.expand(label.text) for label in labels)
        ]
        return fitting[0] if len(fitting) == 1 else ""

    def labels_of_another(self, labels: Sequence[Word], subject: Word, other: str, place: Place | None) -> None:
        written = " or ".join(label.text for label in labels)
        words = f"write `{other} is {f'({written})' if len(labels) > 1 else written}`"
        what = f"'{written}' is no label of `{subject.text}`, but of `{other}`"
        self.wrong("OL104", subject, what, Hint(words, subject.text, other), place)

    def unknown_function(self, word: Word) -> None:
        known = [*VERBS, *NUMBER_FUNCTIONS, *((*WORDS, KNOWN, CONTRADICTORY) if self.statuses else ())]
        hint = did_you_mean(word.text, known)
        if not hint:
            is_name = word.text in self.vocabulary.names
            hint = "names take no parentheses" if is_name else "there are " + ", ".join(known)
        self.wrong("OL104", word, f"unknown function '{word.text}'", hint)

    def _readable(self) -> list[str]:
        fields = list(self.row.fields) + sorted(self.vocabulary.numbers) if self.row is not None else []
        return [*fields, *self.vocabulary.names]

    def _kin(self, name: str) -> str:
        """The hint for a word that is known, but is no finding: a group, condition, medicine, label, level or field."""
        if name in ("true", "false", "yes", "never", "none", "unknown"):
            return "a premise reads findings and states; `always` stands alone"
        if name in RANGE_WORDS:
            return f"a result against its range: write `calcium is {name}`"
        if name in self.vocabulary.numbers:
            return f"members of a list carry it: write `sum of {name} over ... where (...)`"
        if name in self.vocabulary.groups:
            return f"it is a group: write `lowest({name})` or `highest({name})`"
        for verb, form in (
            ("diagnosed", "diagnosed({0})"),
            ("recommended", "recommended({0})"),
            ("ordered", "ordered({0})"),
        ):
            labels = self.vocabulary.subjects.get(verb)
            if labels is not None and labels.expand(name) is not None:
                lists = [
                    f"`{other} has {name}`" for other, known in self.vocabulary.names.items() if _lists(known, name)
                ]
                return "write " + " or ".join([f"`{form.format(name)}`", *lists])
        for other, known in self.vocabulary.names.items():
            if _lists(known, name):
                return f"write `{other} has {name}`"
            if known.kind == "choice" and known.labels is not None and known.labels.expand(name) is not None:
                return f"write `{other} is {name}`"
            if name in known.levels:
                return f"write `{other} >= {name}`"
            if self.row is None and name in known.fields:
                return f"it is a field: write `any {other} where (...)` around it"
        return ""


def _lists(signature: Signature, name: str) -> bool:
    return signature.kind == "records" and signature.labels is not None and signature.labels.expand(name) is not None


def _form(name: str, meaning: Meaning) -> str:
    """The hint on how a name of this kind is read."""
    if meaning.field is not None and meaning.kind == "date":
        return f"write `{name}` (is given) or `since({name}) < 24 months`"
    of = meaning.field or meaning.signature
    unit = f" {of.unit}" if of is not None and of.unit and not of.bare_unit else ""
    return _FORMS.get(meaning.kind, "").format(name, unit)
