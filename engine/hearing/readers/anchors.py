"""Which list a name belongs in: what broke, is taken, was had or is complained of."""

from __future__ import annotations

import re

from ..hearing import Hearing, idle
from ..segments import Segment

Anchor = tuple[Segment, str]
"""A name, and the list it belongs in."""
_ORDER = ("fractures", "intolerances", "medicines", "conditions", "symptoms", "imaging")
_OF_THE_FEMUR = frozenset({"hip", "subtrochanteric_femur", "femoral_shaft", "distal_femur"})
LEVEL = re.compile(r"[TLC]\d{1,2}", re.IGNORECASE)


class Anchors:
    """Finds the names of entries in one clause."""

    def __init__(self, hearing: Hearing) -> None:
        self.hearing, self.kb = hearing, hearing.kb
        self.reasons: list[tuple[Segment, Segment]] = []
        """Medicines that were stopped, each with what it did: `stopped because of heartburn`."""
        self._lists: dict[str, list[str]] = {}
        for finding in self.kb.findings.values():
            if finding.form == "records":
                self._lists.setdefault(finding.fields[finding.key].choices, []).append(finding.id)

    def of(self, clause: list[Segment]) -> list[Anchor]:
        found: list[Anchor] = []
        broken = self._break_in(clause)
        into = next((one for one in clause if one.cue("into") is not None and not one.used), None)
        for one in clause:
            if one.used:
                continue
            if self._is_heading(one, clause):
                continue
            if one.kind == "name" and one.cue("fracture") is not None and self._is_anchor_itself(one):
                found.append((one, "fractures"))
                continue
            name = self._list_of(one, broken or any(name == "fractures" for _, name in found), into, found)
            if name:
                found.append((one, name))
        return self._one_or_other(self._merged(clause, found))

    def _one_or_other(self, found: list[Anchor]) -> list[Anchor]:
        """`RA vs PMR`, `letrozole or anastrozole`: one of them, and which is asked."""
        kept: list[Anchor] = []
        for one, name in found:
            before = kept[-1] if kept else None
            if before is not None and before[1] == name and one.denied is None and before[0].denied is None:
                words = [mid.text.casefold() for mid in self.hearing.between(before[0], one)]
                if any(word in ("or", "vs", "versus") for word in words) and not any(word == "," for word in words):
                    told = self.hearing.told(before[0], one)
                    kept.pop()
                    self.hearing.use(before[0], *self.hearing.between(before[0], one), one)
                    self._drop_attributes(before[0], one)
                    self.hearing.reading.ask(
                        f"'{told}': which of the two?", f"write '{one.text.strip()}', or each by itself"
                    )
                    continue
            kept.append((one, name))
        return kept

    def _drop_attributes(self, first: Segment, last: Segment) -> None:
        for each in self.hearing.segments:
            if each.part in (first.part, last.part) and each.index > last.index and each.kind == "time":
                each.used = True

    def _is_heading(self, one: Segment, clause: list[Segment]) -> bool:
        """`medicines: omeprazole`, `illnesses none`: the name of a list, with what belongs in it."""
        named = [sense.target for sense in one.senses if sense.kind == "finding" and self.hearing.is_list(sense.target)]
        behind = [each for each in clause if each.index > one.index and not idle(each) and each.kind != "mark"]
        strange = [each for each in clause if each.part == one.part and each.kind == "word"]
        if (
            named == ["fractures"]
            and one.denied is not None
            and any(each.cue("imaging") is not None for each in clause)
        ):
            self.hearing.use(one, one.denied)
            self.hearing.reading.leave(f"{self.hearing.told(one.denied, one)} (on that image)")
            return True
        if named and one.denied is not None and not strange:
            self.hearing.use(one, one.denied)
            self.hearing.reading.list(named[0]).complete = True
            return True
        if not named or not behind:
            return False
        self.hearing.use(one)
        if len(behind) == 1 and behind[0].cue("nothing") is not None:
            self.hearing.use(behind[0])
            self.hearing.reading.list(named[0]).complete = True
        return True

    def _break_in(self, clause: list[Segment]) -> bool:
        denied = (one.cue("nothing") for one in clause)
        if any(one.cue("fracture") for one in clause) or any(one and one.value == "fractures" for one in denied):
            return True
        graded = any(one.cue("grade") for one in clause) and any(LEVEL.fullmatch(one.text.strip()) for one in clause)
        if graded:
            return True
        shown = any(one.sense("member", "imaging_findings") for one in clause)
        return "fractures" in self.hearing.asked and not shown

    def _is_anchor_itself(self, one: Segment) -> bool:
        cue = one.cue("fracture")
        return cue is not None and str(cue.value) == "vertebra"

    def _list_of(self, one: Segment, broken: bool, into: Segment | None, before: list[Anchor]) -> str:
        if one.kind != "name":
            return ""
        names = [
            name
            for sense in one.senses
            if sense.kind in ("member", "class")
            for name in self._lists.get(sense.target, ())
        ]
        if not names:
            found = self._of_phrase(one)
            return "intolerances" if found == "medicines" and into is not None else found
        if into is not None and one.sense("member", "medicine_reactions") is not None:
            return ""
        if self._reaction_to(one, before) or self._reason_to_stop(one, before):
            return ""
        if "intolerances" in self.hearing.asked and one.sense("member", "medicine_reactions") is not None:
            return ""
        if broken and one.cue("cause") is not None:
            return ""  # `L4 burst # RTA`: the accident, not the kidney
        if into is not None and "intolerances" in names:
            return "intolerances"
        if one.cue("fracture") is not None and names == ["imaging"] and not self._pictured(one):
            return ""
        names = [
            name for name in dict.fromkeys(names) if name != "intolerances" or "intolerances" in self.hearing.asked
        ]
        if "fractures" in names and (not self._breaks(one, broken) or self._place_of_picture(one)):
            names.remove("fractures")
        if "fractures" in names and (broken or self._says_break(one)):
            return "fractures"
        if "symptoms" in names and self._pictured(one) and "symptoms" not in self.hearing.asked:
            names.remove("symptoms")
        if "medicines" in names and one.mended and not self._sure(one):
            self._is_it_meant(one)
            return ""
        asked = [name for name in names if name in self.hearing.asked]
        if asked:
            return asked[0]
        if "imaging" in names and len(names) > 1 and not self._pictured(one):
            names.remove("imaging")
        named = [name for name in names if self._lists_name(one, name)]
        return self._one_of(one, named or names)

    def _reaction_to(self, one: Segment, before: list[Anchor]) -> bool:
        """`codeine nausea`, where what is not tolerated was asked for: what it did, and no complaint of now."""
        named = before[-1] if before else None
        if named is None or named[1] != "intolerances" or named[0].part != one.part:
            return False
        return one.sense("member", "medicine_reactions") is not None or one.sense("member", "symptoms") is not None

    def _reason_to_stop(self, one: Segment, before: list[Anchor]) -> bool:
        """`risedronate stopped after 2 months because of heartburn`: it was not tolerated."""
        named = before[-1] if before else None
        if named is None or named[1] != "medicines" or "intolerances" not in self.kb.findings:
            return False
        between = self.hearing.between(named[0], one)
        because = any(mid.text.casefold().split()[0] in ("because", "due", "owing") for mid in between)
        over = named[0].over or any(mid.cue("over", "ended") for mid in between)
        over = over or any((cue := mid.cue("field")) is not None and cue.value == "stopped" for mid in between)
        if not (because and over) or one.sense("member", "medicine_reactions") is None:
            return False
        self.reasons.append((named[0], one))
        return True

    def _sure(self, one: Segment) -> bool:
        """Whether something beside a mistyped name says that it is a medicine."""
        return "medicines" in self.hearing.asked or one.over or one.denied is not None or self._taken(one)

    def _is_it_meant(self, one: Segment) -> None:
        self.hearing.use(one)
        told = one.text.strip()
        self.hearing.reading.ask(f"'{told}': is {one.mended} meant?", f"write 'on {one.mended}', or leave it out")

    def _of_phrase(self, one: Segment) -> str:
        meaning = one.meaning
        if meaning is None or len(meaning.statements) != 1:
            return ""
        name = meaning.statements[0].finding
        return name if self.hearing.is_list(name) and meaning.statements[0].value != "none" else ""

    def _one_of(self, one: Segment, names: list[str]) -> str:
        if not names:
            return ""
        finding = next((sense.target for sense in one.senses if sense.kind == "finding"), "")
        if finding and self.hearing.is_number(finding) and "medicines" in names and not self._taken(one):
            self.hearing.use(one)
            told = one.text.strip()
            self.hearing.reading.ask(
                f"'{told}': the result of a test, or taken as a medicine?",
                f"write '{told}' with its value, or 'on {told}'",
            )
            return ""
        if len(names) > 1 and {"conditions", "symptoms"} <= set(names) and self._equal(one):
            labels = [self.hearing.names.label(name) for name in names]
            self.hearing.use(one)
            what = f"'{one.text.strip()}' can belong to {' or '.join(labels)}"
            self.hearing.reading.ask(what, f"write '{labels[0]}: {one.text.strip()}'")
            return ""
        return min(names, key=lambda name: _ORDER.index(name) if name in _ORDER else len(_ORDER))

    def _equal(self, one: Segment) -> bool:
        return one.sense("phrase") is None

    def _lists_name(self, one: Segment, name: str) -> bool:
        """Whether the words are a name in that list, not a name of a class of it."""
        choices = self.kb.findings[name].fields[self.kb.findings[name].key].choices
        return one.sense("member", choices) is not None

    def _taken(self, one: Segment) -> bool:
        """Whether something in its part says that it is taken."""
        around = [each for each in self.hearing.segments if each.clause == one.clause]
        if self.route(one):
            return True
        for each in around:
            if each.kind == "time" and each.part == one.part and each.time is not None and each.time.kind != "date":
                return True
            number = each.number
            dosed = number is not None and number.unit.partition("/")[2].casefold() not in ("dl", "l", "ml")
            if number is not None and dosed and each.part == one.part and number.unit.split("/")[0].casefold() in (
                "mg", "g", "iu", "ug", "mcg", "units",
            ):  # fmt: skip
                return True
            if each.text.casefold() in (
                "on",
                "takes",
                "taking",
                "supplement",
                "supplements",
                "tablet",
                "tablets",
                "tabs",
            ):
                return True
        return one.over or one.denied is not None or one.had

    def _pictured(self, one: Segment) -> bool:
        if "imaging" in self.hearing.asked:
            return True
        return any(each.cue("imaging") for each in self.hearing.segments if each.clause == one.clause)

    def _place_of_picture(self, one: Segment) -> bool:
        """`MRI spine: fracture of L3`: what was looked at, not what broke."""
        if LEVEL.fullmatch(one.text.strip()) or self._says_break(one):
            return False
        segments = self.hearing.segments
        beside = [segments[place] for place in (one.index - 1, one.index + 1) if 0 <= place < len(segments)]
        broke = any(each.cue("fracture") is not None for each in segments if each.clause == one.clause)
        return broke and any(each.cue("imaging") is not None and each.part == one.part for each in beside)

    def _says_break(self, one: Segment) -> bool:
        return bool(re.search(r"fract|break|colles", one.text, re.IGNORECASE))

    def _breaks(self, one: Segment, broken: bool) -> bool:
        return broken or self._says_break(one)

    def _merged(self, clause: list[Segment], found: list[Anchor]) -> list[Anchor]:
        """`vertebral fractures T12 and L1` are two: the levels, not the word in front of them."""
        kept: list[Anchor] = []
        for index, (one, name) in enumerate(found):
            following = found[index + 1] if index + 1 < len(found) else None
            if name == "fractures" and following is not None and following[1] == "fractures":
                other = following[0]
                same = self.members(one, name) == self.members(other, name)
                apart = [
                    mid
                    for mid in self.hearing.between(one, other)
                    if not idle(mid) and mid.cue("fracture", "side") is None
                ]
                commas = [mid for mid in clause if one.index < mid.index < other.index and _parts(mid)]
                level = LEVEL.fullmatch(one.text.strip())
                if same and not level and not apart and not commas:
                    self.hearing.use(one)
                    continue
                if kept and same and level and not LEVEL.fullmatch(other.text.strip()) and not apart and not commas:
                    self.hearing.use(other)
                    found[index + 1] = (one, name)
                    continue
            kept.append((one, name))
        if len(kept) >= 2 and kept[-1][0] is kept[-2][0]:
            kept.pop()
        return self._without_place_after_level(kept)

    def _without_place_after_level(self, kept: list[Anchor]) -> list[Anchor]:
        found: list[Anchor] = []
        kept = self._without_thigh(kept)
        for one, name in kept:
            before = found[-1][0] if found and found[-1][1] == name == "fractures" else None
            if before is not None and LEVEL.fullmatch(before.text.strip()) and not LEVEL.fullmatch(one.text.strip()):
                near = [
                    mid
                    for mid in self.hearing.between(before, one)
                    if not idle(mid) and mid.cue("fracture", "number", "several") is None
                ]
                if self.members(before, name) == self.members(one, name) and not near:
                    self.hearing.use(one)
                    continue
            found.append((one, name))
        return found

    def _without_thigh(self, kept: list[Anchor]) -> list[Anchor]:
        """`subtrochanteric fracture of the left femur` is one: the femur says where its place is."""
        found: list[Anchor] = []
        for one, name in kept:
            before = found[-1][0] if found and found[-1][1] == name == "fractures" else None
            if before is not None and before.part == one.part and one.text.strip().casefold() in ("femur", "thighbone"):
                near = [
                    mid
                    for mid in self.hearing.between(before, one)
                    if mid.text.casefold() in ("and", "&", "+")
                    or not (idle(mid) or mid.cue("fracture", "side") is not None)
                ]
                if self.members(before, name) <= _OF_THE_FEMUR and not near:
                    self.hearing.use(one)
                    continue
            found.append((one, name))
        return found

    def members(self, one: Segment, name: str) -> frozenset[str]:
        """The members of a list that a segment names."""
        if one.cue("fracture") is not None and name == "fractures":
            return frozenset({str(one.cue("fracture").value)})  # type: ignore[union-attr]
        meaning = one.meaning
        if meaning is not None and len(meaning.statements) == 1 and meaning.statements[0].finding == name:
            return frozenset(part.strip() for part in meaning.statements[0].value.split(" or "))
        choices = self.kb.findings[name].fields[self.kb.findings[name].key].choices
        for sense in one.senses:
            if sense.kind in ("member", "class") and sense.target == choices and isinstance(sense.value, frozenset):
                return sense.value
        if one.meaning is not None and one.meaning.statements:
            value = one.meaning.statements[0].value
            return frozenset(part.strip() for part in value.split(" or "))
        return frozenset()

    def route(self, one: Segment) -> str:
        """The way it is taken, where that makes it another medicine: `topical`, `inhaled`."""
        for each in self.hearing.segments:
            cue = each.cue("route")
            if cue is not None and each.part == one.part:
                return str(cue.value)
        return ""


def _parts(mid: Segment) -> bool:
    return (mid.kind == "mark" and mid.text == ",") or mid.text.casefold() in ("and", "&", "+")
