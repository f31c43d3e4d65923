"""Entries of lists: what broke, is taken, was had or is complained of, with everything said of each."""

from __future__ import annotations

import itertools
import re

from ...values import dates
from ...values.value import Day, Records
from ..hearing import Hearing, idle
from ..reading import Entry
from ..scope import clauses, names_something
from ..segments import Segment
from .anchors import LEVEL, Anchor, Anchors
from .fields import Fields

Named = tuple[Entry | None, Segment, str]
"""An entry (none for what is not the case), the segment that names it, and its list."""
_UNNAMED = "(not named)"
_DOSED = re.compile(r"\d+(?:\.\d+)?\s*(?:mg|mcg|ug|IU)\b", re.IGNORECASE)
"""A dose that is part of a name: `denosumab 60 mg`."""
_CAUSED = re.compile(r"\b(?:stress|insufficiency|fragility)\b", re.IGNORECASE)


class Entries:
    """Reads the entries of one line."""

    def __init__(self, hearing: Hearing) -> None:
        self.hearing, self.kb = hearing, hearing.kb
        self.anchors, self.fields = Anchors(hearing), Fields(hearing)

    def read(self) -> None:
        for clause in clauses(self.hearing.segments):
            anchors = self.anchors.of(clause)
            if anchors:
                self._clause(clause, anchors)
            else:
                self._no_site(clause, anchors)

    def _clause(self, clause: list[Segment], anchors: list[Anchor]) -> None:
        entries: list[Named] = []
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
            if entry is not None and entry not in self.fields.asked_back:
                self._add(entry, one, name, clause)
        self._not_tolerated()
        self._no_site(clause, anchors)
        for one in clause:
            if not one.used and (
                one.cue("fracture", "side", "over", "ended", "past", "into", "imaging", "both") is not None
                or (one.cue("yes") is not None and any(one.part == each.part for _, each, _ in entries))
            ):
                one.used = True

    def _not_tolerated(self) -> None:
        for medicine, reason in self.anchors.reasons:
            sense = reason.sense("member", "medicine_reactions")
            members = " or ".join(sorted(self.anchors.members(medicine, "medicines")))
            if sense is None or not isinstance(sense.value, frozenset):
                continue
            entry = Entry({"name": members, "reaction": " or ".join(sorted(sense.value))}, medicine)
            self.hearing.reading.list("intolerances").entries.append(entry)
            self.hearing.use(reason)
        self.anchors.reasons.clear()

    def _no_site(self, clause: list[Segment], anchors: list[Anchor]) -> None:
        """`previous fragility fracture`: which bone?"""
        if any(name == "fractures" for _, name in anchors):
            return
        for one in clause:
            if one.used or one.cue("fracture") is None or one.kin or one.planned:
                continue
            told = self.hearing.told(*(each for each in clause if each.part == one.part))
            self.hearing.use(*(each for each in clause if each.part == one.part and each.kind != "time"))
            if one.denied is not None and any(each.cue("imaging") is not None for each in clause):
                self.hearing.reading.leave(f"{told} (on that image)")
            elif one.denied is not None:
                self.hearing.reading.list("fractures").complete = True
            else:
                self.hearing.reading.ask(f"'{told}': which bone, and when?", "write 'broke the wrist in 2019'")

    def _denied_break(self, clause: list[Segment], one: Segment) -> bool:
        return any(
            each.cue("fracture") is not None and each.denied is not None and not self._excepted(clause, each, one)
            for each in clause
            if each.part == one.part
        )

    def _excepted(self, clause: list[Segment], broken: Segment, one: Segment) -> bool:
        """`no fracture except toes`: the toes are not denied with it, and nothing else broke."""
        if not any(each.cue("but") is not None for each in clause if broken.index < each.index < one.index):
            return False
        self.hearing.use(broken.denied)
        self.hearing.reading.list("fractures").complete = True
        return True

    def _entry(self, one: Segment, name: str) -> Entry:
        self.hearing.use(one)
        members = self.anchors.members(one, name)
        route = self.anchors.route(one) if name == "medicines" else ""
        steroids = (
            self.kb.choices["medicines"].classes.get("glucocorticoid", frozenset()) if route else frozenset[str]()
        )
        if route and members & steroids and f"{route}_glucocorticoid" in steroids:
            members = frozenset({f"{route}_glucocorticoid"})
        for each in self.hearing.segments:
            if each.part == one.part and each.cue("route") is not None:
                each.used = True
        key = self.kb.findings[name].key
        fields = {key: " or ".join(sorted(members))}
        if name == "medicines" and (named := _DOSED.search(one.text)) is not None:
            fields["dose"] = named.group()
        if name == "fractures" and (cause := _CAUSED.search(one.text)) is not None:
            fields["cause"] = "stress" if cause.group().casefold() == "stress" else "low_trauma"
        return Entry(fields, one)

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
        members = set(self.anchors.members(one, name))
        for member in tuple(members):
            known = choices.members.get(member)
            if known is not None and known.label.endswith(_UNNAMED):
                for kind in known.kinds:
                    members |= choices.classes.get(kind, frozenset())
        whole = one.sense("class", choices.id)
        if whole is not None and isinstance(whole.value, frozenset):
            members |= whole.value
        listed.absent.update(dict.fromkeys(sorted(members)))

    # --- to which entry something belongs ---

    def _attach(self, one: Segment, entries: list[Named]) -> None:
        entry, anchor, name = self._nearest(one, entries)
        if entry is None:
            if anchor is not None and (one.time is not None or one.cue("field", "cause") is not None):
                one.used = True
            return
        beside = self.hearing.segments[one.index - 1] if one.index else None
        if one.cue("cause") is not None and beside is not None and beside.text.casefold() in ("both", "all"):
            for each, _, of in entries:  # `wrist 2021 and hip 2024 (both low trauma)`
                if each is not None and of == name:
                    self.fields.fill(one, each, name)
            beside.used = True
            return
        self.fields.fill(one, entry, name)

    def _nearest(self, one: Segment, entries: list[Named]) -> tuple[Entry | None, Segment | None, str]:
        before = [each for each in entries if each[1].index < one.index]
        if not self._belongs(one, before):
            return None, None, ""
        opening = self.hearing.line.text[: one.start].casefold().split()[-1:]
        stopped = [each for each in before if each[2] == "medicines" and each[1].over and each[1].part == one.part]
        if (
            stopped
            and before[-1][2] != "medicines"
            and "stopped" not in getattr(stopped[-1][0], "fields", {"stopped": ""})
        ):
            return stopped[-1]
        after = [each for each in entries if each[1].index > one.index]
        same_after = [each for each in after if each[1].part == one.part and not self._turns(one, each[1])]
        forward = bool(opening) and opening[0] in ("after", "following", "despite", "on")
        if same_after and forward and self.hearing.after(one) is same_after[0][1]:
            return same_after[0]
        if before and (before[-1][1].part == one.part or not same_after):
            return before[-1]
        later = same_after or (after if one.cue("cause") is not None else [])
        return later[0] if later else (None, None, "")

    def _turns(self, one: Segment, anchor: Segment) -> bool:
        """`stopped last month because of reflux`: what stands before the turn is not of what stands behind it."""
        return any(mid.cue("but") is not None and not idle(mid) for mid in self.hearing.between(one, anchor))

    def _belongs(self, one: Segment, before: list[Named]) -> bool:
        """Whether what is said can be of an entry, and not of a word beside it that was not understood."""
        if one.kind not in ("time", "number"):
            return True
        part = [each for each in self.hearing.segments if each.part == one.part]
        anchors = {each[1].index for each in before if each[1].part == one.part}
        start = max(anchors) if anchors else part[0].index - 1
        strange = [
            each
            for each in part
            if start < each.index < one.index and (_strange(each) or each.cue("planned") is not None)
        ]
        if strange:
            return False
        if anchors or any(each[1].part == one.part for each in before):
            return True
        own = any(
            (names_something(each) and not each.cue()) or (each.used and each.meaning is not None)
            for each in part
            if each.index < one.index
        )
        later = any(_strange(each) or names_something(each) for each in part if each.index > one.index)
        return not own and (not later or bool(self._anchored(part, one)))

    def _anchored(self, part: list[Segment], one: Segment) -> bool:
        return any(names_something(each) for each in part if each.index > one.index)

    # --- what is said of several, and how many ---

    def _share(self, clause: list[Segment], entries: list[Named]) -> None:
        """A time behind names that are joined by `and` is that of each: `hysterectomy + BSO at 44`."""
        for (one, first, name), (other, second, same) in itertools.pairwise(entries):
            if one is None or other is None or name != same or len(one.fields) > 1 or first.part != second.part:
                continue
            joined = [mid.text.casefold() for mid in self.hearing.between(first, second)]
            if not any(word in ("and", "&", "+", "for") for word in joined):
                continue
            for field in ("date", "age_at", "started", "stopped"):
                if field in other.fields:
                    one.fields.setdefault(field, other.fields[field])
        self._share_heading(entries)

    def _share_heading(self, entries: list[Named]) -> None:
        """`MVA 1998 - pelvis and femur`: what stands before names that are joined by `and` is said of each."""
        for (one, first, name), (other, second, same) in itertools.pairwise(entries):
            if one is None or other is None or name != same or len(other.fields) > 1 or first.part != second.part:
                continue
            joined = {mid.text.casefold() for mid in self.hearing.between(first, second)}
            opening = [mid for mid in self.hearing.segments[: first.index] if mid.part == first.part and not idle(mid)]
            if not joined & {"and", "&", "+"} or not opening or not all(mid.used for mid in opening):
                continue
            if any(mid.kind in ("time", "number") for mid in self.hearing.between(first, second)):
                continue
            for field in ("date", "cause", "age_at"):
                if field in one.fields:
                    other.fields.setdefault(field, one.fields[field])

    def _add(self, entry: Entry, one: Segment, name: str, clause: list[Segment]) -> None:
        self.hearing.use(one)
        listed = self.hearing.reading.list(name)
        fields = self.kb.findings[name].fields
        if one.over and "stopped" not in fields:
            self.hearing.reading.leave(f"{one.text.strip()} (no longer)")
            return
        when = [each for each in clause if each.kind == "time" and not each.used and each.index > one.index]
        if (
            one.over
            and "stopped" not in entry.fields
            and when
            and when[0].time is not None
            and when[0].time.kind == "date"
        ):
            told = self.hearing.told(one, when[0])
            self.hearing.use(when[0])
            self.hearing.reading.ask(
                f"'{told}': stopped then?", f"write 'stopped {one.text.strip()} in {when[0].time.text}'"
            )
            return
        still_given = "last_given" in entry.fields and not self._says_stopped(one)
        if one.over and "stopped" not in entry.fields and not still_given:
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
        days = [entry.fields.get("date", ""), *self.fields.further.get(id(entry), ())]
        if len(days) > 1 and count in (1, len(days)):
            listed.entries += [Entry({**entry.fields, "date": day}, one) for day in days]
            return
        if len(days) > 1:
            told = self.hearing.told(*(each for each in clause if each.part == one.part))
            self.hearing.reading.ask(f"'{told}': {count} broken, {len(days)} days", "write each with its day")
            entry.fields.pop("date")
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
            if (
                same
                and isinstance(given, Day)
                and isinstance(counted, Day)
                and given.interval.contains(counted.interval)
            ):
                entry.fields["date"] = dates.text(given.interval)

    def _its_words(self, one: Segment) -> list[Segment]:
        return [each for each in self.hearing.segments if each.part == one.part]

    def _says_stopped(self, one: Segment) -> bool:
        return any(each.cue("over", "ended") for each in self.hearing.segments if each.part == one.part)

    def _count(self, one: Segment, clause: list[Segment]) -> int:
        """How many broke: `2 old rib fractures`, `both wrists`, `multiple vertebral fractures`."""
        others = [each for each in clause if each.part == one.part]
        levels = [each for each in clause if LEVEL.fullmatch(each.text.strip())]
        for each in others:
            if each.used and each.kind != "number" and each.cue("number", "several", "both") is None:
                continue
            more = each.cue("number", "several")
            if more is not None and each.index < one.index and one in levels and len(levels) > 1:
                each.used = True
                return 1
            if more is not None:
                each.used = True
                return int(str(more.value))
            if each.cue("both") is not None and each.index < one.index:
                each.used = True
                return 2
            number = each.number
            if number is None or each.kind != "number" or not number.low.isdigit() or number.unit or number.signed:
                continue
            times = self.hearing.segments[each.index - 1].text.casefold() == "x" if each.index else False
            apart = each.index < one.index and any(
                _strange(mid) or mid.text.casefold() in ("and", "&", "+") for mid in self.hearing.between(each, one)
            )
            if 1 <= int(number.low) <= 12 and (each.index < one.index or times) and not apart:
                each.used = True
                return int(number.low)
        return 1


def _strange(one: Segment) -> bool:
    """A word that means nothing here, and may be the name of what a time or dose belongs to."""
    return one.kind == "word" and len(one.text) > 2 and not one.text.isdigit()
