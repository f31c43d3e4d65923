"""Queries about the report: `status(x) is (recommended or conditional)`; a rule that asks it is told why not."""

# `return self.wrong(...)` notes a problem and gives the phrase up: the None it returns is meant.
# mypy: disable-error-code="func-returns-value"

from __future__ import annotations

import abc
from collections.abc import Iterable

from ..expression import Contradicts, IsKnown, Shown, TruthNode
from ..grammar import Call, Identity, Phrase, Word
from ..statuses import CONTRADICTORY, KNOWN, RECORD, WORDS
from ..vocabulary import Labels
from .scales import Scales

_INSTEAD = {
    "status": "`recommended({0})` (some rule wants it), `contraindicated({0})`, or what its rules read",
    "diagnosis": "`diagnosed({0})` or `excluded({0})`; for a suspicion, a state that says when to be worried",
    "alert": "what raises it: the findings, or a state that this rule and the rule of the alert both read",
    "caution": "what the caution reads: the findings, or a state that both rules read",
}


class Statuses(Scales, abc.ABC):
    """Checks what one text asks of the report."""

    def asks_status(self, phrase: Phrase) -> Call | None:
        """The phrase as `status(x)` or one of its like."""
        return phrase if isinstance(phrase, Call) and phrase.function.text in WORDS else None

    def status(self, phrase: Identity, call: Call) -> TruthNode | None:
        of, word = call.function.text, self._status_of(call)
        if word is None:
            return None
        if phrase.occasions:
            what = f"`on {phrase.occasions} occasions` takes a number against its reference range"
            return self.wrong("OL202", phrase, what, "leave it out: a report says one thing")
        labels = self.vocabulary.subjects.get(of, Labels(members=frozenset()))
        members = labels.expand(word.text)
        if members is None:
            self.unknown_label(word, labels, f"`{of}(...)`", None)
        words = self._words(of, phrase.labels)
        if members is None or words is None:
            return None
        if words == frozenset(WORDS[of]):
            return self.wrong("OL209", phrase, f"`{self.written(phrase)}` is the same for every patient")
        return Shown(
            of=of, subject=word.text, members=members, words=words, negated=phrase.negated, **self.span(phrase)
        )

    def known(self, phrase: Call) -> TruthNode | None:
        if len(phrase.arguments) != 1 or not isinstance(phrase.arguments[0], Word):
            return self.wrong("OL214", phrase, f"`{KNOWN}` takes one id", f"write `{KNOWN}(id)`")
        name = phrase.arguments[0]
        if self.row is not None:
            what = f"`{self.written(phrase)}` asks for a whole finding; `where` reads its entries"
            return self.wrong("OL212", phrase, what, "join it to the condition outside of `where`")
        if not self.statuses:
            what = f"`{self.written(phrase)}` falls or rises with the next answer"
            why = "what a rule concluded from not knowing would have to be taken back"
            return self.wrong("OL216", phrase, f"{what}: {why}", "say what must be so; what is unknown never is")
        meaning = self.meaning(name)
        if meaning is None:
            return None
        if meaning.kind not in ("number", "quantity", "yes_no", "choice", "records", "date"):
            return self.mismatch(name, meaning, "a finding or quantity is expected here")
        return IsKnown(name=name.text, **self.span(phrase))

    def contradictory(self, phrase: Call) -> TruthNode | None:
        written = f"{CONTRADICTORY}({RECORD})"
        if (
            len(phrase.arguments) != 1
            or not isinstance(phrase.arguments[0], Word)
            or phrase.arguments[0].text != RECORD
        ):
            return self.wrong("OL214", phrase, f"`{CONTRADICTORY}` asks for the whole record", f"write `{written}`")
        if self.row is not None:
            what = f"`{written}` asks for the whole record; `where` reads entries of a list"
            return self.wrong("OL212", phrase, what, "join it to the condition outside of `where`")
        if not self.statuses:
            what = f"`{written}` falls or rises with the next answer"
            return self.wrong("OL216", phrase, what, "leave it out: of two values the stricter is shown anyway")
        return Contradicts(**self.span(phrase))

    def misused_status(self, phrase: Phrase, *sides: Phrase) -> bool:
        """Reports `status(x)` where it is compared with a number, taken for yes or no, or for a list."""
        call = next((call for side in sides if (call := self.asks_status(side)) is not None), None)
        if call is None:
            return False
        if self._status_of(call) is not None:
            written, one = self.written(call), WORDS[call.function.text][0]
            what = f"`{written}` is a word of the report"
            self.wrong("OL202", phrase, what, f"write `{written} is {one}` or `{written} is not {one}`")
        return True

    def _status_of(self, call: Call) -> Word | None:
        """The subject of a question to the report, where one may be asked at all."""
        of = call.function.text
        if len(call.arguments) != 1 or not isinstance(call.arguments[0], Word):
            return self.wrong("OL214", call, f"`{of}` takes one id", f"write `{of}(id) is {WORDS[of][0]}`")
        word = call.arguments[0]
        if self.row is not None:
            what = f"`{self.written(call)}` is what the report says; `where` reads fields and findings only"
            return self.wrong("OL212", call, what, "join it to the condition outside of `where`")
        if not self.statuses:
            what = f"`{self.written(call)}` is what the report says once all rules have spoken"
            why = "a rule or an entry that read it would rest on itself"
            return self.wrong("OL216", call, f"{what}: {why}", f"read {_INSTEAD[of].format(word.text)}")
        return word

    def _words(self, of: str, labels: Iterable[Word]) -> frozenset[str] | None:
        known = Labels(members=frozenset(WORDS[of]))
        wrong = [label for label in labels if label.text not in known.members]
        for label in wrong:
            self.unknown_label(label, known, f"`{of}(...)`", None)
        return None if wrong else frozenset(label.text for label in labels)
