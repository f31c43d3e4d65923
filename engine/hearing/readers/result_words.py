"""Results told in words, `calcium normal`: which finding is named, and which word is its result."""

from __future__ import annotations

from collections.abc import Iterator

from ...intake.answers.sheet import clipped
from ..hearing import Hearing, idle
from ..segments import Segment

_WORDS = {"positive": {"number": "high", "yes_no": "yes", "choice": "positive"}} | {
    "negative": {"number": "normal", "yes_no": "no", "choice": "negative"},
    "abnormal": {"number": "", "yes_no": "", "choice": "abnormal"},
    "normal": {"number": "normal", "yes_no": "no", "choice": "normal"},
    "high": {"number": "high", "yes_no": "", "choice": "abnormal"},
    "low": {"number": "low", "yes_no": "", "choice": "abnormal"},
}
LINKS = frozenset({":", "=", "(", "-", "·", "|"})


def segment_senses(one: Segment) -> set[str]:
    """The findings that a segment names."""
    return {sense.target for sense in one.senses if sense.kind == "finding"}


class ResultWords:
    """Reads results told in words."""

    def __init__(self, hearing: Hearing) -> None:
        self.hearing = hearing

    def findings_of(self, segment: Segment) -> Iterator[str]:
        """The findings a segment names, those that were asked first; scores are read in their rows."""
        named = [one.target for one in segment.senses if one.kind == "finding"]
        for name in sorted(named, key=lambda one: one not in self.hearing.asked):
            if "_score_" not in name or name.startswith("trabecular"):
                yield name

    def between(self, one: Segment, other: Segment) -> list[Segment]:
        first, last = sorted((one, other), key=lambda segment: segment.index)
        between = self.hearing.between(first, last)
        own = segment_senses(one) | segment_senses(other)
        return [
            mid
            for mid in between
            if idle(mid) or mid.kind == "mark" or mid.cue("result", "flag") is not None or segment_senses(mid) & own
        ]

    def word_of(self, name: str, kind: str, segment: Segment) -> bool:
        """`calcium high`, `low calcium`, `LFTs deranged`, `vitamin D not done`."""
        for one in (self.next_word(segment), self.word_before(segment)):
            if one is None:
                continue
            gap = one.cue("gap")
            if gap is not None:
                value = str(gap.value)
            elif one.cue("result") is not None:
                value = self.result_word(name, kind, str(one.cue("result").value))  # type: ignore[union-attr]
            elif one.cue("yes", "nothing", "no") is not None and kind == "yes_no":
                value = "yes" if one.cue("yes") is not None else "no"
            elif one.cue("nothing", "no") is not None and kind == "number" and self.counts(name):
                value = "0"
            else:
                value = self.answer_in(one, name)
            if not value or not self.hearing.fits(name, value):
                continue
            shared = (
                any(segment_senses(mid) for mid in self.hearing.between(segment, one)) and segment.index < one.index
            )
            self.hearing.use(segment, *(() if shared else (one, *self.between(segment, one))))
            if segment.unsure or one.unsure:
                told = self.hearing.told(segment, one)
                self.hearing.reading.ask(
                    f"'{told}' is not certain", f"write it without doubt, or '{clipped(segment.text)} unknown'"
                )
            else:
                self.hearing.reading.say(name, value, date=self.hearing.day_of(name, value, segment, one))
            return True
        return False

    def counts(self, name: str) -> bool:
        return self.hearing.sheet.measured(name).countable

    def result_word(self, name: str, kind: str, word: str) -> str:
        finding = self.hearing.finding(name)
        if kind == "choice" and finding is not None:
            told = _WORDS.get(word, {}).get("choice", word)
            for value in (word, told):
                if value and self.hearing.fits(name, value):
                    return value
            return ""
        if kind == "number" and finding is not None and finding.known_by == "person":
            return ""
        return _WORDS.get(word, {}).get(kind, "")

    def answer_in(self, one: Segment, name: str) -> str:
        sense = one.sense("answer", name)
        return str(sense.value) if sense is not None and one.cue("idle") is None else ""

    def next_word(self, segment: Segment) -> Segment | None:
        for one in self.hearing.segments[segment.index + 1 :]:
            if one.clause != segment.clause or one.used or one.part != segment.part:
                return None
            passes = (one.kind == "mark" and one.text in LINKS) or idle(one) or one.cue("unsure") is not None
            if passes and one.sense("answer") is None:
                continue
            before = self.hearing.segments[one.index - 1]
            if before.text.casefold() in ("and", "&", "+") and any(map(self.hearing.is_number, self.findings_of(one))):
                continue
            return one if one.kind == "name" else None
        return None

    def word_before(self, segment: Segment) -> Segment | None:
        before = self.hearing.before(segment)
        if before is None or before.part != segment.part or before.cue("result") is None or before.used:
            return None
        return before

    def says_it(self, segment: Segment) -> None:
        """A yes-or-no finding that is only named is the case, or is denied."""
        for name in self.findings_of(segment):
            finding = self.hearing.finding(name)
            if finding is None or finding.form != "yes_no" or segment.kin or segment.planned or segment.unsure:
                continue
            if segment.sense("member") is not None and not segment.denied:
                continue
            if finding.known_by != "person" and not segment.denied and not self.says_so(finding.label, segment):
                continue
            self.hearing.use(segment)
            value = "no" if segment.denied else "yes"
            self.hearing.reading.say(name, value, date=self.hearing.day_of(name, value, segment))
            self.hearing.use(segment.denied)
            return

    @staticmethod
    def says_so(label: str, segment: Segment) -> bool:
        """Whether a name says that something was found, not only that it was looked for: `proteinuria`."""
        return (
            segment.text.casefold()
            .rstrip("s")
            .endswith(("uria", "mutation", "variant", "paraprotein", "band", "spike"))
        )
