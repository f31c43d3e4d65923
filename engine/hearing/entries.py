"""Entries of lists: what broke, is taken, was had or is complained of, with everything said of each."""

from __future__ import annotations

import re
from ..values import dates
from ..values.value import Day, Records
from .hearing import Hearing, idle
from .reading import Entry
from .scope import clauses, names_something
from .segments import Segment
from ..intake.figures.times import Time

_ORDER = ("fractures", "intolerances", "medicines", "conditions", "symptoms", "imaging")
_LEVEL = re.compile(r"[TLC]\d{1,2}", re.IGNORECASE)
_DATES = {"medicines": "", "conditions": "date", "symptoms": "started", "fractures": "date", "imaging": "date"}
_UNNAMED = "(not named)"


class Entries:
    """Reads the entries of one line."""

    def __init__(self, hearing: Hearing) -> None:
        self.hearing, self.kb = hearing, hearing.kb
        self._lists: dict[str, list[str]] = {}
        self._asked_back: list[Entry] = []
        """Entries of which something was asked back that has to be said together with them."""
        for finding in self.kb.findings.values():
            if finding.type == "records":
                self._lists.setdefault(finding.fields[finding.key].choices, []).append(finding.id)

    def read(self) -> None:
        for clause in clauses(self.hearing.segments):
            anchors = self._anchors(clause)
            if anchors:
                self._clause(clause, anchors)
            else:
                self._no_site(clause, anchors)

    # --- which list a name belongs in ---

    def _anchors(self, clause: list[Segment]) -> list[tuple[Segment, str]]:
        found: list[tuple[Segment, str]] = []
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

    def _one_or_other(self, found: list[tuple[Segment, str]]) -> list[tuple[Segment, str]]:
        """`RA vs PMR`, `letrozole or anastrozole`: one of them, and which is asked."""
        kept: list[tuple[Segment, str]] = []
        for one, name in found:
            before = kept[-1] if kept else None
            if before is not None and before[1] == name and one.denied is None and before[0].denied is None:
                words = [mid.text.casefold() for mid in self.hearing.between(before[0], one)]
                if any(word in ("or", "vs", "versus") for word in words) and not any(word == "," for word in words):
                    told = self.hearing.told(before[0], one)
                    kept.pop()
                    self.hearing.use(before[0], *self.hearing.between(before[0], one), one)
                    self._drop_attributes(before[0], one)
                    self.hearing.reading.ask(f"'{told}': which of the two?", f"write '{one.text.strip()}', or each by itself")
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
        if named and one.denied is not None:
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
        if any(one.cue("fracture") is not None for one in clause):
            return True
        shown = any(one.sense("member", "imaging_findings") for one in clause)
        return "fractures" in self.hearing.asked and not shown

    def _is_anchor_itself(self, one: Segment) -> bool:
        cue = one.cue("fracture")
        return cue is not None and str(cue.value) == "vertebra"

    def _list_of(
        self, one: Segment, broken: bool, into: Segment | None, before: list[tuple[Segment, str]]
    ) -> str:
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
        if into is not None and "intolerances" in names:
            return "intolerances"
        if one.cue("fracture") is not None and names == ["imaging"] and not self._pictured(one):
            return ""
        names = [name for name in dict.fromkeys(names) if name != "intolerances" or "intolerances" in self.hearing.asked]
        if "fractures" in names and not self._breaks(one, broken):
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
        if self._route(one):
            return True
        for each in around:
            if each.kind == "time" and each.part == one.part and each.time is not None and each.time.kind != "date":
                return True
            number = each.number
            if number is not None and each.part == one.part and number.unit.split("/")[0].casefold() in (
                "mg", "g", "iu", "ug", "mcg", "units",
            ):  # fmt: skip
                return True
            if each.text.casefold() in ("on", "takes", "taking", "supplement", "supplements", "tablet", "tablets", "tabs"):
                return True
        return one.over or one.denied is not None or one.had

    def _pictured(self, one: Segment) -> bool:
        if "imaging" in self.hearing.asked:
            return True
        return any(each.cue("imaging") for each in self.hearing.segments if each.clause == one.clause)

    def _says_break(self, one: Segment) -> bool:
        return bool(re.search(r"fract|break|colles", one.text, re.IGNORECASE))

    def _breaks(self, one: Segment, broken: bool) -> bool:
        return broken or self._says_break(one)

    def _merged(self, clause: list[Segment], found: list[tuple[Segment, str]]) -> list[tuple[Segment, str]]:
        """`vertebral fractures T12 and L1` are two: the levels, not the word in front of them."""
        kept: list[tuple[Segment, str]] = []
        for index, (one, name) in enumerate(found):
            following = found[index + 1] if index + 1 < len(found) else None
            if name == "fractures" and following is not None and following[1] == "fractures":
                other = following[0]
                same = self.members(one, name) == self.members(other, name)
                apart = [mid for mid in self.hearing.between(one, other) if not idle(mid) and mid.cue("fracture", "side") is None]
                commas = [mid for mid in clause if one.index < mid.index < other.index and _parts(mid)]
                level = _LEVEL.fullmatch(one.text.strip())
                if same and not level and not apart and not commas:
                    self.hearing.use(one)
                    continue
                if kept and same and level and not _LEVEL.fullmatch(other.text.strip()) and not apart and not commas:
                    self.hearing.use(other)
                    found[index + 1] = (one, name)
                    continue
            kept.append((one, name))
        if len(kept) >= 2 and kept[-1][0] is kept[-2][0]:
            kept.pop()
        return self._without_place_after_level(kept)

    def _without_place_after_level(self, kept: list[tuple[Segment, str]]) -> list[tuple[Segment, str]]:
        found: list[tuple[Segment, str]] = []
        for one, name in kept:
            before = found[-1][0] if found and found[-1][1] == name == "fractures" else None
            if before is not None and _LEVEL.fullmatch(before.text.strip()) and not _LEVEL.fullmatch(one.text.strip()):
                near = [mid for mid in self.hearing.between(before, one) if not idle(mid) and mid.cue("fracture", "number") is None]
                if self.members(before, name) == self.members(one, name) and not near:
                    self.hearing.use(one)
                    continue
            found.append((one, name))
        return found

    # --- a clause ---

    def _clause(self, clause: list[Segment], anchors: list[tuple[Segment, str]]) -> None:
        entries: list[tuple[Entry | None, Segment, str]] = []
        for one, name in anchors:
            if one.kin or one.planned or one.unsure:
                self._not_the_case(one)
                entries.append((None, one, name))
            elif one.denied is not None or (name == "fractures" and self._denied_break(clause, one)):
                self._deny(one, name)
                entries.append((None, one, name))
            else:
                entries.append((self._entry(one, name), one, name))
        for one in clause:
            if not one.used and one.kind != "mark":
                self._attach(one, entries)
        self._share(clause, entries)
        for entry, one, name in entries:
            if entry is not None and entry not in self._asked_back:
                self._add(entry, one, name, clause)
        self._no_site(clause, anchors)
        for one in clause:
            if not one.used and one.cue("fracture", "side", "over", "ended", "into", "imaging", "both") is not None:
                one.used = True

    def _no_site(self, clause: list[Segment], anchors: list[tuple[Segment, str]]) -> None:
        """`previous fragility fracture`: which bone?"""
        if any(name == "fractures" for _, name in anchors):
            return
        for one in clause:
            if one.used or one.cue("fracture") is None or one.kin or one.planned:
                continue
            told = self.hearing.told(*(each for each in clause if each.part == one.part))
            self.hearing.use(*(each for each in clause if each.part == one.part and each.kind != "time"))
            if one.denied is not None:
                self.hearing.reading.list("fractures").complete = True
            else:
                self.hearing.reading.ask(f"'{told}': which bone, and when?", "write 'broke the wrist in 2019'")

    def _denied_break(self, clause: list[Segment], one: Segment) -> bool:
        return any(each.cue("fracture") is not None and each.denied is not None for each in clause if each.part == one.part)

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

    def _route(self, one: Segment) -> str:
        """The way it is taken, where that makes it another medicine: `topical`, `inhaled`."""
        for each in self.hearing.segments:
            cue = each.cue("route")
            if cue is not None and each.part == one.part:
                return str(cue.value)
        return ""

    def _entry(self, one: Segment, name: str) -> Entry:
        self.hearing.use(one)
        members = self.members(one, name)
        route = self._route(one) if name == "medicines" else ""
        steroids = self.kb.choices["medicines"].classes.get("glucocorticoid", frozenset()) if route else frozenset[str]()
        if route and members & steroids and f"{route}_glucocorticoid" in steroids:
            members = frozenset({f"{route}_glucocorticoid"})
        for each in self.hearing.segments:
            if each.part == one.part and each.cue("route") is not None:
                each.used = True
        key = self.kb.findings[name].key
        return Entry({key: " or ".join(sorted(members))}, one)

    def _not_the_case(self, one: Segment) -> None:
        self.hearing.use(one)
        around = [each for each in self.hearing.segments if each.part == one.part and each.index <= one.index]
        around = around[1:] if around and around[0].text == "," else around
        told = self.hearing.told(*around)
        if one.kin:
            self.hearing.reading.ask(
                f"'{told}' is about {self._who(one)}, not about the patient",
                "what counts is 'mother broke her hip' or 'osteoporosis in the family'", "OL322",
            )  # fmt: skip
        elif one.unsure:
            self.hearing.reading.uncertain.append(told)
        else:
            self.hearing.reading.leave(f"{told} (not the case, or not yet)")
        for each in around:
            if each.cue("unsure", "planned", "kin", "doubt") is not None or each.text == "?":
                each.used = True

    def _who(self, one: Segment) -> str:
        """The relative as the line names them."""
        named = [each for each in self.hearing.segments if each.clause == one.clause and each.cue("kin") is not None]
        return named[0].text.strip().casefold() if named else "somebody else"

    def _deny(self, one: Segment, name: str) -> None:
        self.hearing.use(one, one.denied)
        listed = self.hearing.reading.list(name)
        choices = self.kb.choices[self.kb.findings[name].fields[self.kb.findings[name].key].choices]
        members = set(self.members(one, name))
        for member in tuple(members):
            known = choices.members.get(member)
            if known is not None and known.label.endswith(_UNNAMED):
                for kind in known.kinds:
                    members |= choices.classes.get(kind, frozenset())
        kind = one.sense("class", choices.id)
        if kind is not None and isinstance(kind.value, frozenset):
            members |= kind.value
        listed.absent.update(dict.fromkeys(sorted(members)))

    # --- what is said of an entry ---

    def _attach(self, one: Segment, entries: list[tuple[Entry | None, Segment, str]]) -> None:
        entry, anchor, name = self._nearest(one, entries)
        if entry is None:
            if anchor is not None and (one.time is not None or one.cue("field", "cause") is not None):
                one.used = True
            return
        fields = self.kb.findings[name].fields
        if one.time is not None and one.kind == "time":
            if self._time(one, one.time, entry, name):
                one.used = True
        elif one.number is not None and one.kind == "number":
            self._number(one, entry, name)
        elif one.cue("cause") is not None and "cause" in fields:
            entry.fields.setdefault("cause", str(one.cue("cause").value))  # type: ignore[union-attr]
            one.used = True
        elif one.cue("grade") is not None and "grade" in fields:
            entry.fields.setdefault("grade", str(one.cue("grade").value))  # type: ignore[union-attr]
            one.used = True
        elif one.cue("noted") is not None and name == "medicines" and one.text.casefold().startswith(("for", "x")):
            one.used = True
            told = entry.anchor.text.strip() if entry.anchor is not None else "it"
            self.hearing.reading.ask(f"'{one.text.strip()}' after '{told}': how long?", f"write '{told} since 2019', or 'for 3 years'")
        elif one.cue("fracture") is not None and name == "fractures":
            self._break_word(one, entry)
        elif one.cue("field", "over", "ended", "had") is not None:
            one.used = True
        else:
            self._choice(one, entry, name)

    def _nearest(
        self, one: Segment, entries: list[tuple[Entry | None, Segment, str]]
    ) -> tuple[Entry | None, Segment | None, str]:
        before = [each for each in entries if each[1].index < one.index]
        if not self._belongs(one, before):
            return None, None, ""
        opening = self.hearing.line.text[: one.start].casefold().split()[-1:]
        after = [each for each in entries if each[1].index > one.index]
        same_after = [each for each in after if each[1].part == one.part]
        if same_after and opening and opening[0] in ("after", "following", "despite", "on"):
            if self.hearing.after(one) is same_after[0][1]:
                return same_after[0]
        if before and (before[-1][1].part == one.part or not same_after):
            return before[-1]
        return (same_after or (after if one.cue("cause") is not None else []) or [(None, None, "")])[0]

    def _belongs(self, one: Segment, before: list[tuple[Entry | None, Segment, str]]) -> bool:
        """Whether what is said can be of an entry, and not of a word beside it that was not understood."""
        if one.kind not in ("time", "number"):
            return True
        part = [each for each in self.hearing.segments if each.part == one.part]
        anchors = {each[1].index for each in before if each[1].part == one.part}
        start = max(anchors) if anchors else part[0].index - 1
        strange = [each for each in part if start < each.index < one.index and _strange(each)]
        if strange:
            return False
        if anchors or any(each[1].part == one.part for each in before):
            return True
        own = any(names_something(each) and not each.cue() for each in part if each.index < one.index)
        later = any(_strange(each) or names_something(each) for each in part if each.index > one.index)
        return not own and (not later or bool(self._anchored(part, one)))

    def _anchored(self, part: list[Segment], one: Segment) -> bool:
        return any(names_something(each) for each in part if each.index > one.index)

    def _break_word(self, one: Segment, entry: Entry) -> None:
        cause = str(one.cue("fracture").value)  # type: ignore[union-attr]
        if cause in ("low_trauma", "stress", "pathological"):
            entry.fields.setdefault("cause", cause)
        one.used = True

    def _choice(self, one: Segment, entry: Entry, name: str) -> None:
        """A word that answers a field: a cause, a grade, a reaction."""
        finding = self.kb.findings[name]
        for field in finding.fields.values():
            if field.type != "choice" or field.id == finding.key or field.id in entry.fields:
                continue
            sense = one.sense("member", field.choices)
            if sense is not None and isinstance(sense.value, frozenset) and len(sense.value) == 1:
                if field.id == "grade" and one.text.strip().isdigit():
                    continue
                entry.fields[field.id] = next(iter(sense.value))
                one.used = True
                return
        if one.cue("into") is not None and name == "intolerances" and "allerg" in one.text.casefold():
            entry.fields.setdefault("reaction", "allergy")
            one.used = True

    def _number(self, one: Segment, entry: Entry, name: str) -> None:
        number = one.number
        assert number is not None
        fields = self.kb.findings[name].fields
        if number.bad:
            one.used = True
            told = one.text.strip()
            self.hearing.reading.ask(f"'{told}' after '{entry.anchor.text.strip() if entry.anchor else ''}': a comma or blank in the number", "write it without: 1200 mg, or 1.2")
            return
        if number.about:
            return
        if "dose" in fields and ("dose" not in entry.fields or self._changed_to(one)):
            unit = number.unit or ("" if not self._bare_dose(one, entry) else "mg")
            if unit and unit.split("/")[0] not in ("kg", "cm") and not number.unit.startswith(("nmol", "mmol", "pmol")):
                text = number.text(unit, sign=False)
                dose, _, period = text.partition("/")
                trial = {**entry.fields, "dose": dose.strip() if period in ("day", "d", "week", "month") else text}
                if period in ("day", "d", "week", "month"):
                    trial.setdefault("every", {"d": "day"}.get(period, period))
                if self._sound(name, trial):
                    entry.fields.update(trial)
                    one.used = True
                    if not number.unit:
                        self.hearing.reading.leave(f"{one.text.strip()} taken as {text}")
                    return
        if self._is_count(one, number.low) and name == "medicines":
            self.hearing.reading.leave(f"{self._count_words(one)} (how many is not used)")
            one.used = True

    def _changed_to(self, one: Segment) -> bool:
        """`down to 20 mg`: the dose that is taken now."""
        before = self.hearing.before(one)
        if before is None or before.cue("now") is None:
            return False
        before.used = True
        return True

    def _count_words(self, one: Segment) -> str:
        before = self.hearing.segments[one.index - 1] if one.index else None
        if before is not None and before.text.casefold() == "x":
            before.used = True
            return f"x{one.text.strip()}"
        return one.text.strip()

    def _bare_dose(self, one: Segment, entry: Entry) -> bool:
        """A number right behind a medicine, followed by how often: `risedronate 35 weekly`."""
        following = self.hearing.after(one)
        often = following is not None and following.time is not None and following.time.often
        return often and entry.anchor is not None and self.hearing.before(one) is entry.anchor and float(one.number.low) >= 2  # type: ignore[union-attr]

    def _is_count(self, one: Segment, low: str) -> bool:
        return low.isdigit() and int(low) <= 20 and not (one.number is not None and one.number.unit)

    def _time(self, one: Segment, time: Time, entry: Entry, name: str) -> bool:
        """Put a time in the field that it fills; gives whether there is one."""
        fields = self.kb.findings[name].fields
        cue = self._field_cue(one, entry.anchor)
        if time.kind == "every":
            return "every" in fields and self._put(entry, name, "every", time.text)
        if time.kind == "age" and ".." in time.text:
            self.hearing.reading.leave(f"{one.text.strip()} (from one age to another has no place)")
            return True
        if time.kind in ("age", "ages"):
            return "age_at" in fields and self._put(entry, name, "age_at", time.text)
        if time.unclear:
            return self._unclear(one, time, entry, name)
        if time.kind == "period":
            if "started" in fields and "stopped" in fields:
                return self._put(entry, name, "started", time.text) and self._put(entry, name, "stopped", time.until)
            return self._put(entry, name, _DATES.get(name, "date"), f"{time.text}..{time.until}")
        if time.kind == "length":
            return self._length(one, time, entry, name, cue)
        return self._date(one, time, entry, name, cue)

    def _date(self, one: Segment, time: Time, entry: Entry, name: str, cue: str) -> bool:
        fields, anchor = self.kb.findings[name].fields, entry.anchor
        default = _DATES.get(name, "date")
        if cue == "started" and anchor is not None and anchor.over and "stopped" in fields and name == "medicines":
            wanted = "stopped"
        elif cue in fields and cue != "duration":
            wanted = cue
        elif cue == "started" and default in fields:
            wanted = default
        elif anchor is not None and (anchor.over or self._over_before(one)) and "stopped" in fields and name == "medicines":
            wanted = "stopped"
        elif default in fields:
            wanted = default
        elif "duration" in entry.fields and "stopped" in fields:
            return self._put(entry, name, "started", time.text) and self._put(entry, name, "stopped", time.text)
        else:
            return self._which_time(one, time, entry, name)
        if wanted in entry.fields:
            if wanted == "last_given" and entry.fields[wanted].isdigit() and time.bare_year:
                entry.fields[wanted] = max(entry.fields[wanted], time.text)
                return True
            return self._again(one, time, entry, name, wanted)
        return self._put(entry, name, wanted, time.text)

    def _over_before(self, one: Segment) -> bool:
        """`came off them 2 years ago`: in the part of the time itself."""
        return any(each.cue("over", "ended") for each in self.hearing.segments if each.part == one.part and each.index < one.index)

    def _again(self, one: Segment, time: Time, entry: Entry, name: str, wanted: str) -> bool:
        told = self.hearing.told(entry.anchor or one, one)
        if entry.fields[wanted] != time.text:
            self.hearing.reading.ask(f"'{told}': two times", f"write which is right: {entry.fields[wanted]} or {time.text}")
        return True

    def _which_time(self, one: Segment, time: Time, entry: Entry, name: str) -> bool:
        """A medicine with a bare date: begun, last given, or stopped then?"""
        given = self._years(one)
        if given is not None and entry.anchor is not None:
            entry.fields["last_given"] = given
            return True
        label = entry.anchor.text.strip() if entry.anchor is not None else name
        what = f"'{one.text.strip()}' after '{label}': begun, last given, or stopped then?"
        hint = f"write '{label} since {one.text.strip()}', 'last given {one.text.strip()}' or 'stopped {one.text.strip()}'"
        self.hearing.reading.ask(what, hint)
        return True

    def _years(self, one: Segment) -> str | None:
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

    def _length(self, one: Segment, time: Time, entry: Entry, name: str, cue: str) -> bool:
        fields = self.kb.findings[name].fields
        bound = time.bound
        over = entry.anchor is not None and (entry.anchor.over or entry.anchor.had or self._ends_later(one))
        ended = over or "stopped" in entry.fields or "started" in entry.fields or self._past_year(one) or self._after_all(one)
        if cue == "started" and "started" in fields:
            return self._put(entry, name, "started", f"{time.text} ago")
        if not cue and "/" in one.text and "every" in fields and "every" not in entry.fields and self._long_acting(entry):
            return self._put(entry, name, "every", time.text)
        if ended and "duration" in fields:
            return self._put(entry, name, "duration", f"{bound} {time.text}".strip())
        wanted = "started" if "started" in fields else _DATES.get(name, "date")
        if wanted not in fields or wanted in entry.fields:
            return False
        return self._put(entry, name, wanted, self._began(time))

    def _ends_later(self, one: Segment) -> bool:
        """`HRT for 6 years, came off it in 2020`: a stop is told behind the length, in a part of its own."""
        behind = [each for each in self.hearing.segments[one.index + 1 :] if each.clause == one.clause]
        for each in behind:
            if each.cue("over", "ended") is not None:
                return not any(names_something(other) for other in behind if each.index < other.index and other.part == each.part)
            if names_something(each):
                return False
        return False

    def _long_acting(self, entry: Entry) -> bool:
        """Whether it is given at intervals of months, so that `6/12` says how often."""
        classes = self.kb.choices["medicines"].classes
        members = set(entry.fields["name"].split(" or "))
        return any(
            members <= classes.get(kind, frozenset())
            for kind in ("rankl_inhibitor", "intravenous_bisphosphonate", "gnrh_analogue")
        )

    def _began(self, time: Time) -> str:
        return self.hearing.times.bounded(time.text, time.bound) if time.bound else f"{time.text} ago"

    def _past_year(self, one: Segment) -> bool:
        following = self.hearing.after(one)
        return following is not None and following.time is not None and following.time.kind == "date" and not following.used

    def _after_all(self, one: Segment) -> bool:
        """`after 9 years of alendronate`: how long it was taken before something else."""
        before = self.hearing.line.text[: one.start].casefold().split()
        return bool(before) and before[-1] in ("after", "following", "despite")

    def _field_cue(self, one: Segment, anchor: Segment | None) -> str:
        """The field that the words before a time say it fills."""
        for before in reversed(self.hearing.segments[: one.index]):
            if before.clause != one.clause or before.kind in ("time", "number"):
                return ""
            cue = before.cue("field")
            if cue is not None:
                before.used = True
                return str(cue.value)
            if before.cue("over") is not None and not names_something(before):
                return ""
            opens = before is anchor or before.cue("side", "had", "but") is not None
            if not (opens or idle(before) or (before.kind == "mark" and before.text in "(")):
                return ""
        return ""

    def _put(self, entry: Entry, name: str, field: str, text: str) -> bool:
        trial = {**entry.fields, field: text}
        if field in entry.fields and entry.fields[field] != text:
            return False
        if not self._sound(name, trial):
            node = Entry(trial).node
            _, problems = self.hearing.readable(name, node)
            self.hearing.reading.problems += [one for one in problems if one not in self.hearing.reading.problems]
            return True
        entry.fields = trial
        return True

    def _sound(self, name: str, fields: dict[str, str]) -> bool:
        return self.hearing.readable(name, Entry(fields).node)[0] is not None

    def _unclear(self, one: Segment, time: Time, entry: Entry, name: str) -> bool:
        first, second = time.unclear[:2]
        what = f"'{self.hearing.told(entry.anchor or one, one)}': {first} or {second}?"
        self.hearing.reading.ask(what, "write the year first, so that day and month cannot be confused")
        self._asked_back.append(entry)
        return True

    # --- what is said of several, and how many ---

    def _share(self, clause: list[Segment], entries: list[tuple[Entry | None, Segment, str]]) -> None:
        """A time behind names that are joined by `and` is that of each: `hysterectomy + BSO at 44`."""
        for (one, first, name), (other, second, same) in zip(entries, entries[1:], strict=False):
            if one is None or other is None or name != same or len(one.fields) > 1 or first.part != second.part:
                continue
            joined = [mid.text.casefold() for mid in self.hearing.between(first, second)]
            if not any(word in ("and", "&", "+") for word in joined):
                continue
            for field in ("date", "age_at", "started", "stopped"):
                if field in other.fields:
                    one.fields.setdefault(field, other.fields[field])

    def _add(self, entry: Entry, one: Segment, name: str, clause: list[Segment]) -> None:
        self.hearing.use(one)
        listed = self.hearing.reading.list(name)
        fields = self.kb.findings[name].fields
        if one.over and "stopped" not in fields:
            self.hearing.reading.leave(f"{one.text.strip()} (no longer)")
            return
        if one.over and "stopped" not in entry.fields:
            if "last_given" not in entry.fields or self._says_stopped(one):
                entry.fields["stopped"] = "yes"
        if name == "medicines" and one.had and not entry.fields.keys() & {"stopped", "last_given"}:
            told, label = self.hearing.told(*self._its_words(one)), one.text.strip()
            self.hearing.reading.ask(
                f"'{told}': is it still taken?",
                f"write 'on {label}', 'stopped {label} in 2024' or '{label} last given 2024-05'",
            )
            return
        self._said_before(entry, name)
        if self._again_said(entry, name, listed.entries):
            return
        count = self._count(one, clause) if name == "fractures" else 1
        for _ in range(count):
            listed.entries.append(Entry(dict(entry.fields), one))

    def _again_said(self, entry: Entry, name: str, listed: list[Entry]) -> bool:
        """The same once more on one line, with nothing that contradicts it: one entry; a bone can break twice."""
        key = self.kb.findings[name].key
        if name == "fractures":
            return False
        for old in listed:
            shared = old.fields.keys() & entry.fields.keys()
            if old.fields[key] == entry.fields[key] and all(old.fields[one] == entry.fields[one] for one in shared):
                old.fields.update(entry.fields)
                return True
        return False

    def _said_before(self, entry: Entry, name: str) -> None:
        """A day that was given is not put off by the same counted back from today: `4 months ago` for 2026-07."""
        before = self.hearing.known.get(name)
        text = entry.fields.get("date", "")
        if not isinstance(before, Records) or not text.endswith("ago"):
            return
        key = self.kb.findings[name].key
        known, _ = self.hearing.readable(name, entry.node)
        new = known.entries[0] if isinstance(known, Records) and known.entries else None
        for old in before.entries:
            given, counted = old.fields.get("date"), new.fields.get("date") if new is not None else None
            same = new is not None and old.fields.get(key) == new.fields.get(key)
            if same and isinstance(given, Day) and isinstance(counted, Day) and given.interval.contains(counted.interval):
                entry.fields["date"] = dates.text(given.interval)

    def _its_words(self, one: Segment) -> list[Segment]:
        return [each for each in self.hearing.segments if each.part == one.part]

    def _says_stopped(self, one: Segment) -> bool:
        return any(each.cue("over", "ended") for each in self.hearing.segments if each.part == one.part)

    def _count(self, one: Segment, clause: list[Segment]) -> int:
        """How many broke: `2 old rib fractures`, `both wrists`, `multiple vertebral fractures`."""
        others = [each for each in clause if each.part == one.part]
        for each in others:
            if each.used and each.kind != "number" and each.cue("number", "both") is None:
                continue
            if each.cue("number") is not None:
                each.used = True
                return int(str(each.cue("number").value))  # type: ignore[union-attr]
            if each.cue("both") is not None and each.index < one.index:
                each.used = True
                return 2
            number = each.number
            if number is None or each.kind != "number" or not number.low.isdigit() or number.unit or number.signed:
                continue
            times = self.hearing.segments[each.index - 1].text.casefold() == "x" if each.index else False
            if 1 <= int(number.low) <= 12 and (each.index < one.index or times):
                each.used = True
                return int(number.low)
        return 1


def _strange(one: Segment) -> bool:
    """A word that means nothing here, and may be the name of what a time or dose belongs to."""
    return one.kind == "word" and len(one.text) > 2 and not one.text.isdigit()


def _parts(mid: Segment) -> bool:
    return (mid.kind == "mark" and mid.text == ",") or mid.text.casefold() in ("and", "&", "+")


