"""Findings of the family, and what a word like `it` stands for."""

from __future__ import annotations

from ..hearing import Hearing, idle
from ..scope import FAMILY
from ..segments import Segment


class Relatives:
    """Reads what is said of relatives."""

    def __init__(self, hearing: Hearing) -> None:
        self.hearing = hearing

    def read_family(self) -> None:
        """`mother broke her hip`, `no FH of osteoporosis`: what relatives had, as far as it is asked."""
        broken = any(one.cue("fracture") for one in self.hearing.segments)
        for segment in self.hearing.segments:
            if segment.used or not segment.kin or segment.kind != "name":
                continue
            for kin, choices, member, finding in FAMILY:
                sense = segment.sense("member", choices) or segment.sense("finding", finding)
                if sense is None or (sense.kind == "member" and sense.value != frozenset({member})):
                    continue
                if finding not in self.hearing.kb.findings or (
                    member == "hip" and not (broken or "fract" in segment.text)
                ):
                    continue
                if segment.kin not in kin.split():
                    self._whose(segment, finding)
                    break
                self._says(segment, finding)
                break

    def read_it(self) -> None:
        """`sister had it`, where one question about relatives was asked."""
        asked = [name for name in self.hearing.asked if name.startswith("family_") or name == "parent_hip_fracture"]
        for one in self.hearing.segments:
            kin = one.cue("kin")
            if one.used or kin is None or len(asked) != 1 or one.denied:
                continue
            rest = [each for each in self.hearing.segments if each.part == one.part and each is not one]
            words = [each for each in rest if not (idle(each) or each.kind == "mark" or each.cue("had", "but"))]
            wanted = next((whose for whose, _, _, finding in FAMILY if finding == asked[0]), "")
            said = {each.text.casefold() for each in rest} & {"it", "this", "that", "did", "has", "had", "does"}
            words = [each for each in words if each.text.casefold() not in said]
            alone = all(each.kind in ("mark", "time") or idle(each) or each.cue("yes") for each in rest)
            if ((not words and said) or (alone and str(kin.value) == "parent")) and str(kin.value) in wanted:
                self.hearing.use(one, *rest)
                self.hearing.reading.say(asked[0], "yes")

    def _whose(self, segment: Segment, finding: str) -> None:
        cue = self._cue_of(segment)
        if segment.denied is not None and segment.kin == "family":
            self._says(segment, finding)
            return
        if segment.kin != "family" or finding != "parent_hip_fracture":
            return
        told = self.hearing.told(*([cue] if cue is not None else []), segment)
        self.hearing.use(segment, cue)
        self.hearing.reading.ask(f"'{told}': of a parent, or of somebody else?", "write 'mother broke her hip'")

    def _cue_of(self, segment: Segment) -> Segment | None:
        around = [one for one in self.hearing.segments if one.clause == segment.clause and one.cue("kin")]
        return around[0] if around else None

    def _says(self, segment: Segment, finding: str) -> None:
        if segment.unsure or segment.planned:
            return
        self.hearing.use(segment, self._cue_of(segment), segment.denied)
        for one in self.hearing.segments:
            if one.clause == segment.clause and one.cue("fracture", "kin", "had") is not None:
                one.used = True
        self.hearing.reading.say(finding, "no" if segment.denied else "yes")
