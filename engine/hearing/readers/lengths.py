"""Times as they stand in a line: lengths, rates, and what begins or ends with them."""

from __future__ import annotations

from ...intake.figures.times import Time
from ..hearing import Hearing, idle
from ..scope import names_something
from ..segments import Segment


def entry_ends(length: Segment, until: Segment) -> bool:
    """`for 10 years until 2024`: whether the word that tells an end stands with the length."""
    return length.part == until.part


class Lengths:
    """Tells what times of one line mean by what stands around them."""

    def __init__(self, hearing: Hearing) -> None:
        self.hearing = hearing

    def rate(self, one: Segment, time: Time) -> str:
        """How often, of `2 a day`, `one a week`: not how long."""
        opening, _, unit = one.text.casefold().strip().partition(" ")
        before = self.hearing.before(one)
        if time.kind != "length" or opening not in ("a", "per") or before is None or before.part != one.part:
            return ""
        cue = before.cue("number")
        number = before.number if before.kind == "number" else None
        told = str(cue.value) if cue is not None else number.low if number is not None and not number.unit else ""
        told = "1" if before.text.strip().casefold() == "one" else told
        if not told.isdigit() or not 1 <= int(told) <= 12:
            return ""
        before.used = True
        return unit if told == "1" else f"{told} times a {unit}"

    def joined(self, one: Segment) -> bool:
        """`given Feb 2026 and Aug 2026`: a day in a row of days, of which the last counts."""
        for before in reversed(self.hearing.segments[: one.index]):
            if before.kind == "time":
                return before.clause == one.clause and before.used
            if not (before.text == "," or idle(before)):
                return False
        return False

    def over_before(self, one: Segment) -> bool:
        """`came off them 2 years ago`: in the part of the time itself."""
        return any(
            each.cue("over", "ended")
            for each in self.hearing.segments
            if each.part == one.part and each.index < one.index
        )

    def years(self, one: Segment) -> str | None:
        """`2022, 2023, 2024`: when it was given; the last of them."""
        years = []
        for each in self.hearing.segments[one.index :]:
            if each.kind == "mark" or idle(each):
                continue
            if each.time is None or each.time.kind != "date" or each.time.unclear or each.used:
                break
            years.append(each)
        if len(years) < 2:
            return None
        self.hearing.use(*years)
        return max(each.time.text for each in years if each.time is not None)

    def off_so_long(self, one: Segment) -> bool:
        """`ex-prednisolone, off 3 years`: how long ago it was stopped, not how long it was taken."""
        before = self.hearing.segments[one.index - 1] if one.index else None
        return before is not None and before.text.casefold() in ("off", "stopped for", "off for", "off it")

    def ends_later(self, one: Segment) -> bool:
        """`HRT for 6 years, came off it in 2020`: a stop is told behind the length, in a part of its own."""
        behind = [each for each in self.hearing.segments[one.index + 1 :] if each.clause == one.clause]
        for each in behind:
            if each.cue("over", "ended") is not None:
                return not any(
                    names_something(other) for other in behind if each.index < other.index and other.part == each.part
                )
            field = each.cue("field")
            if field is not None and field.value == "stopped" and entry_ends(one, each):
                return True
            if names_something(each):
                return False
        return False

    def began(self, time: Time) -> str:
        return self.hearing.times.bounded(time.text, time.bound) if time.bound else f"{time.text} ago"

    def past_year(self, one: Segment) -> bool:
        """`for 5 years from 2010`, `for a fortnight in 2019`: how long something was that is over."""
        cue = self.hearing.after(one)
        since = cue is not None and cue.cue("field") is not None and cue.cue("field").value == "started"  # type: ignore[union-attr]
        if since and cue is not None and (when := self.hearing.after(cue)) is not None:
            return when.time is not None and when.time.kind == "date"
        following = self.hearing.after(one)
        return (
            following is not None
            and following.time is not None
            and following.time.kind == "date"
            and not following.used
        )

    def after_all(self, one: Segment) -> bool:
        """`after 9 years of alendronate`: how long it was taken before something else."""
        before = self.hearing.line.text[: one.start].casefold().split()
        return bool(before) and before[-1] in ("after", "following", "despite")
