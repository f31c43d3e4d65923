"""What a segment of a row of scores is, told from what stands beside it."""

from __future__ import annotations

from ..hearing import Hearing, idle
from ..segments import Segment
from .tables import Row

T_SCORE, Z_SCORE = "t_score", "z_score"
EARLIER = frozenset(("previous", "previously", "prev", "prior", "was", "earlier", "baseline", "before"))


class Neighbors:
    """Tells segments of one line by their neighbors."""

    def __init__(self, hearing: Hearing) -> None:
        self.hearing = hearing

    @staticmethod
    def is_day(one: Segment) -> bool:
        return one.kind == "time" and one.time is not None and one.time.kind == "date"

    def from_to(self, one: Segment) -> bool:
        """`fell from -2.1 to -2.6`: two results, and not a range."""
        before = self.hearing.segments[one.index - 1] if one.index else None
        if one.number is None or not one.number.high or before is None or before.text.casefold() != "from":
            return False
        part = [each for each in self.hearing.segments if each.part == one.part and each.kind != "mark"]
        told = self.hearing.told(*part)
        self.hearing.use(*part)
        self.hearing.reading.ask(f"'{told}': two results", "write the last one, and the earlier one with its day")
        return True

    def begins_with_value(self, clause: list[Segment]) -> bool:
        for one in clause:
            if one.kind == "number":
                return True
            if one.kind != "mark" and one.cue("kind", "idle", "imaging") is None:
                return False
        return False

    def is_heading(self, clause: list[Segment], index: int) -> bool:
        for one in clause[index + 1 :]:
            if one.kind == "mark" and one.text in ("=", ":"):
                continue
            return one.kind != "number" and not idle(one)
        return False

    def kind_in(self, one: Segment) -> str:
        found = {
            sense.target[0].upper() for sense in one.senses if sense.kind == "finding" and "_score_" in sense.target
        }
        words = one.text.casefold().replace("_", " ")  # an id, as a patient file names it
        if "Z" in found and ("z" in words.replace("-", " ").split() or "z-score" in words or "z score" in words):
            return "Z"
        return "T" if "t-score" in words or "t score" in words or words.startswith("t ") else ""

    def day_alone(self, one: Segment) -> bool:
        """A day with nothing else between its commas."""
        if one.used or one.time is None or one.kind != "time" or one.time.kind != "date" or one.time.unclear:
            return False
        around = [each for each in self.hearing.segments if each.part == one.part and each is not one]
        return all(each.kind == "mark" or idle(each) for each in around)

    def word_before(self, one: Segment) -> str:
        return self.hearing.segments[one.index - 1].text.casefold().strip() if one.index else ""

    def asked_site(self, kind: str) -> str:
        """The one site that was asked for."""
        asked = [name for name in self.hearing.asked if "_score_" in name]
        alone = (
            len(self.hearing.asked) == 1 and bool(asked) and asked[0].startswith(T_SCORE if kind == "T" else Z_SCORE)
        )
        return asked[0].partition("_score_")[2] if alone else ""

    def without_earlier(self, row: Row) -> list[tuple[str, Segment]]:
        """The numbers of a row but for an earlier one without a day, which is told: `-2.5 (previous -2.2)`."""
        earlier = [one for _, one in row.numbers if self.word_before(one) in EARLIER]
        if len(earlier) == len(row.numbers):
            return list(row.numbers)
        for one in earlier:
            told = self.hearing.told(self.hearing.segments[one.index - 1], one)
            self.hearing.reading.leave(f"{told} (an earlier result without its day)")
        return [(kind, one) for kind, one in row.numbers if one not in earlier]
