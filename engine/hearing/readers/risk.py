"""FRAX results: the risk of a major fracture and of a hip fracture, told together."""

from __future__ import annotations

from ..hearing import Hearing, idle
from ..scope import clauses
from ..segments import Segment


class Risk:
    """Reads the FRAX results of one line."""

    def __init__(self, hearing: Hearing) -> None:
        self.hearing = hearing

    def read(self) -> None:
        if "frax_hip" not in self.hearing.kb.findings or "frax_major" not in self.hearing.kb.findings:
            return
        for clause in clauses(self.hearing.segments):
            named = [one for one in clause if one.sense("finding", "frax_major") or one.sense("finding", "frax_hip")]
            if named or set(self.hearing.asked) & {"frax_major", "frax_hip"}:
                self._clause(clause, named)

    def _clause(self, clause: list[Segment], named: list[Segment]) -> None:
        """The first number is of a major fracture, one that `hip` names, or the second, of the hip.

        Where that of the hip alone was asked for, a number without a name is of it.
        """
        asked = set(self.hearing.asked) & {"frax_major", "frax_hip"}
        first = "frax_hip" if not named and asked == {"frax_hip"} else "frax_major"
        found: dict[str, Segment] = {}
        hip: Segment | None = None
        for one in clause:
            if one.used:
                continue
            if (
                one.sense("finding", "frax_hip")
                or one.sense("finding", "t_score_hip")
                or one.sense("member", "fracture_sites")
            ):
                hip = one
            elif one.kind == "number" and one.number is not None and not one.number.bad and not one.number.signed:
                name = "frax_hip" if hip is not None or "frax_major" in found else first
                if name in found or (one.number.unit not in ("", "%")):
                    return
                if not named and one.number.unit != "%":
                    return
                found[name] = one
                self.hearing.use(hip)
                hip = None
            elif not (idle(one) or one.kind == "mark" or one in named) and found:
                break
        for name, one in found.items():
            assert one.number is not None
            text = one.number.text("%", sign=False)
            if self.hearing.fits(name, text):
                self.hearing.use(one, *named)
                self.hearing.reading.say(name, text)
