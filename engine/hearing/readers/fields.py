"""What is said of an entry: dose, how often, since when, at what age, by what cause."""

from __future__ import annotations

import re

from ...intake.figures.times import Time
from ..hearing import Hearing, idle
from ..reading import Entry
from ..scope import names_something
from ..segments import Segment
from .lengths import Lengths

DATES = {"medicines": "", "conditions": "date", "symptoms": "started", "fractures": "date", "imaging": "date"}
"""The field that a bare date fills, by list."""
_FOR_A = re.compile(r"for an? (week|month|year)", re.IGNORECASE)


_PERIODS = {"day": "day", "d": "day", "week": "week", "wk": "week", "month": "month", "mth": "month"}
_ISO = re.compile(r"\d{4}(?:-\d\d){0,2}")


class Fields:
    """Fills the fields of entries of one line."""

    def __init__(self, hearing: Hearing) -> None:
        self.hearing, self.kb, self.lengths = hearing, hearing.kb, Lengths(hearing)
        self.asked_back: list[Entry] = []
        """Entries of which something was asked back that has to be said together with them."""
        self.further: dict[int, list[str]] = {}
        """By broken bone, the days behind its first: `wrist 2015 and 2019`."""

    def fill(self, one: Segment, entry: Entry, name: str) -> None:
        """Put what a segment says into the entry it belongs to."""
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
            if (lasting := _FOR_A.fullmatch(one.text.strip())) is not None and "started" not in entry.fields:
                self._put(entry, name, "started", f"1 {lasting.group(1)} ago")
                return
            classes = self.kb.choices["medicines"].classes
            members = set(entry.fields.get("name", "").split(" or "))
            if not any(members <= classes.get(kind, frozenset()) for kind in ("glucocorticoid", "bone_medicine")):
                self.hearing.reading.leave(f"{one.text.strip()} (how long is not said)")
                return
            told = entry.anchor.text.strip() if entry.anchor is not None else "it"
            self.hearing.reading.ask(
                f"'{one.text.strip()}' after '{told}': how long?", f"write '{told} since 2019', or 'for 3 years'"
            )
        elif one.cue("fracture") is not None and name == "fractures":
            self._break_word(one, entry)
        elif one.cue("field", "over", "ended", "had") is not None:
            one.used = True
        else:
            self._choice(one, entry, name)

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
            if sense is None and field.id == "reaction" and one.sense("member", "symptoms") is not None:
                entry.fields[field.id] = "other_reaction"
                one.used = True
                return
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
            self.hearing.reading.ask(
                f"'{told}' after '{entry.anchor.text.strip() if entry.anchor else ''}': a comma or blank in the number",
                "write it without: 1200 mg, or 1.2",
            )
            return
        if number.about:
            return
        if "dose" in fields and not number.unit and self._of_a_day(one) and self._split_dose(one, entry):
            return
        changed = "dose" in entry.fields and self._changed_to(one)
        if "dose" in fields and ("dose" not in entry.fields or changed):
            mg = self._bare_dose(one, entry) or (changed and entry.fields["dose"].endswith(" mg"))
            unit = number.unit or ("mg" if mg else "")
            if unit and unit.split("/")[0] not in ("kg", "cm") and not number.unit.startswith(("nmol", "mmol", "pmol")):
                text = number.text(unit, sign=False)
                dose, _, period = text.partition("/")
                often = _PERIODS.get(period.strip().casefold(), "")
                trial = {**entry.fields, "dose": dose.strip() if often else text}
                if often:
                    trial.setdefault("every", often)
                if self._sound(name, trial):
                    entry.fields.update(trial)
                    one.used = True
                    if not number.unit:
                        self.hearing.reading.leave(f"{one.text.strip()} taken as {text}")
                    return
                if number.unit and not often and self._refused(one, trial, entry, name):
                    return
        if self._is_count(one, number.low) and name == "medicines":
            self.hearing.reading.leave(f"{self._count_words(one)} (how many is not used)")
            one.used = True

    def _refused(self, one: Segment, trial: dict[str, str], entry: Entry, name: str) -> bool:
        """A dose that the medicine as named does not have is told with the reason, and not passed over."""
        _, problems = self.hearing.readable(name, Entry(trial).node)
        if not any(problem.code == "OL312" for problem in problems):
            return False
        self.hearing.reading.problems += [each for each in problems if each not in self.hearing.reading.problems]
        self.asked_back.append(entry)
        one.used = True
        return True

    def _changed_to(self, one: Segment) -> bool:
        """`down to 20 mg`, `now 7.5`: the dose that is taken now."""
        before = self.hearing.before(one)
        if before is None or not (before.cue("now") is not None or before.text.casefold() in ("now", "currently")):
            return False
        before.used = True
        return True

    def _count_words(self, one: Segment) -> str:
        before = self.hearing.segments[one.index - 1] if one.index else None
        if before is not None and before.text.casefold() == "x":
            before.used = True
            return f"x{one.text.strip()}"
        return one.text.strip()

    def _dosed_later(self, one: Segment) -> bool:
        """`pred 40, then tapered, now 5 mg`: another dose stands behind the first."""
        behind = [each for each in self.hearing.segments[one.index + 1 :] if each.clause == one.clause]
        doses = [each for each in behind if each.number is not None and not self._of_a_day(each)]
        return bool(doses) or any(each.text.casefold() in ("then", "taper", "tapered") for each in behind)

    def _split_dose(self, one: Segment, entry: Entry) -> bool:
        """`hydrocortisone 10/5/5`: doses of one day, of which none is the dose."""
        if entry.anchor is None or self.hearing.before(one) is not entry.anchor:
            return False
        run = [one]
        for each in self.hearing.segments[one.index + 1 :]:
            if each.clause != one.clause or not (each.text == "/" or (each.kind == "number" and run[-1].text == "/")):
                break
            run.append(each)
        if len([each for each in run if each.kind == "number"]) < 3:
            return False
        self.hearing.use(*run)
        told = self.hearing.told(entry.anchor, run[-1])
        self.hearing.reading.ask(f"'{told}': how much in all a day?", "write it with its unit: 20 mg/day")
        return True

    def _of_a_day(self, one: Segment) -> bool:
        """`since 3/26`: a number with a stroke behind it, of a day that cannot be told."""
        beside = self.hearing.segments[one.index - 1 : one.index] + self.hearing.segments[one.index + 1 : one.index + 2]
        return any(each.text == "/" for each in beside)

    def _bare_dose(self, one: Segment, entry: Entry) -> bool:
        """A number right behind a medicine, followed by how often: `risedronate 35 weekly`."""
        following = self.hearing.after(one)
        often = following is not None and following.time is not None and following.time.often
        steroids = self.kb.choices["medicines"].classes.get("systemic_glucocorticoid", frozenset[str]())
        return (
            (often or (entry.fields.get("name", "") in steroids and not self._dosed_later(one)))
            and entry.anchor is not None
            and self.hearing.before(one) is entry.anchor
            and one.number is not None
            and one.number.value >= 2
        )

    def _is_count(self, one: Segment, low: str) -> bool:
        return low.isdigit() and int(low) <= 20 and not (one.number is not None and one.number.unit)

    def _time(self, one: Segment, time: Time, entry: Entry, name: str) -> bool:
        """Put a time in the field that it fills; gives whether there is one."""
        fields = self.kb.findings[name].fields
        cue = self._field_cue(one, entry.anchor)
        rate = self.lengths.rate(one, time) if "every" in fields else ""
        if rate:
            return self._put(entry, name, "every", rate)
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
            return self._put(entry, name, DATES.get(name, "date"), f"{time.text}..{time.until}")
        if time.kind == "length":
            return self._length(one, time, entry, name, cue)
        return self._date(one, time, entry, name, cue)

    def _date(self, one: Segment, time: Time, entry: Entry, name: str, cue: str) -> bool:
        fields, anchor = self.kb.findings[name].fields, entry.anchor
        given = entry.fields.get("last_given", "")
        if not cue and given and self.lengths.joined(one) and all(map(_ISO.fullmatch, (given, time.text))):
            entry.fields["last_given"] = max(given, time.text)
            return True
        default = DATES.get(name, "date")
        if cue == "started" and anchor is not None and anchor.over and "stopped" in fields and name == "medicines":
            wanted = "stopped"
        elif cue in fields and cue != "duration":
            wanted = cue
        elif cue == "started" and default in fields:
            wanted = default
        elif (
            anchor is not None
            and (anchor.over or self.lengths.over_before(one))
            and "stopped" in fields
            and name == "medicines"
        ):
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

    def _again(self, one: Segment, time: Time, entry: Entry, name: str, wanted: str) -> bool:
        told = self.hearing.told(entry.anchor or one, one)
        if name == "fractures" and wanted == "date" and self.lengths.joined(one) and entry.fields[wanted] != time.text:
            self.further.setdefault(id(entry), []).append(time.text)
            return True
        if entry.fields[wanted] != time.text:
            self.hearing.reading.ask(
                f"'{told}': two times", f"write which is right: {entry.fields[wanted]} or {time.text}"
            )
        return True

    def _which_time(self, one: Segment, time: Time, entry: Entry, name: str) -> bool:
        """A medicine with a bare date: begun, last given, or stopped then?"""
        given = self.lengths.years(one)
        if given is not None and entry.anchor is not None:
            entry.fields["last_given"] = given
            return True
        apart = self._long_acting(entry) or "month" in entry.fields.get("every", "")
        if one.text.casefold().startswith("last ") and apart:
            return self._put(entry, name, "last_given", time.text)
        label = entry.anchor.text.strip() if entry.anchor is not None else name
        what = f"'{one.text.strip()}' after '{label}': begun, last given, or stopped then?"
        hint = (
            f"write '{label} since {one.text.strip()}', 'last given {one.text.strip()}' or 'stopped {one.text.strip()}'"
        )
        self.hearing.reading.ask(what, hint)
        return True

    def _length(self, one: Segment, time: Time, entry: Entry, name: str, cue: str) -> bool:
        fields = self.kb.findings[name].fields
        bound = time.bound
        over = entry.anchor is not None and (entry.anchor.over or entry.anchor.had or self.lengths.ends_later(one))
        ended = (
            over
            or "stopped" in entry.fields
            or "started" in entry.fields
            or self.lengths.past_year(one)
            or self.lengths.after_all(one)
        )
        if cue == "started" and "started" in fields:
            return self._put(entry, name, "started", f"{time.text} ago")
        if not cue and "stopped" in fields and "stopped" not in entry.fields and self.lengths.off_so_long(one):
            return self._put(entry, name, "stopped", self.lengths.began(time))
        if (
            not cue
            and "/" in one.text
            and "every" in fields
            and "every" not in entry.fields
            and self._long_acting(entry)
        ):
            return self._put(entry, name, "every", time.text)
        if ended and "duration" in fields:
            return self._put(entry, name, "duration", f"{bound} {time.text}".strip())
        wanted = "started" if "started" in fields else DATES.get(name, "date")
        if wanted not in fields or wanted in entry.fields:
            return False
        return self._put(entry, name, wanted, self.lengths.began(time))

    def _long_acting(self, entry: Entry) -> bool:
        """Whether it is given at intervals of months, so that `6/12` says how often."""
        classes = self.kb.choices["medicines"].classes
        members = set(entry.fields["name"].split(" or "))
        return any(
            members <= classes.get(kind, frozenset())
            for kind in ("rankl_inhibitor", "intravenous_bisphosphonate", "gnrh_analogue")
        )

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
            if before.text.casefold() == "to" and before.index == one.index - 1 and anchor is not None:
                return "stopped"  # `letrozole to 2022`
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
        if len(entry.fields) == 1:
            self.asked_back.append(entry)
        return True
