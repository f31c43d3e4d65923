"""Phrases of the word table, words that answer one question only, and what is said of relatives."""

from __future__ import annotations

from .hearing import Hearing
from .phrases import Meaning, Statement
from .reading import Entry
from .segments import Segment

_FAMILY = (
    ("parent", "fracture_sites", "hip", "parent_hip_fracture"),
    ("parent sister family other", "conditions", "osteoporosis", "family_history_osteoporosis"),
    ("parent sister family", "conditions", "breast_cancer", "family_breast_cancer"),
    ("parent sister family other", "conditions", "primary_hyperparathyroidism", "family_calcium_disorder"),
    ("parent sister family other", "conditions", "familial_hypocalciuric_hypercalcemia", "family_calcium_disorder"),
    ("parent sister family other", "conditions", "rickets", "family_soft_bones"),
)
"""Whose what answers which question: relatives, set of choices, member, finding."""


class Phrased:
    """Reads the phrases of one line."""

    def __init__(self, hearing: Hearing) -> None:
        self.hearing = hearing

    # --- phrases ---

    def read_phrases(self) -> None:
        for segment in self.hearing.segments:
            meaning = segment.meaning
            if segment.used or meaning is None:
                continue
            if meaning.ask:
                if not self._answers_asked(segment):
                    self._asks(segment, meaning.ask)
            elif not self._is_entry(meaning) and not segment.kin and not segment.planned:
                self._means(segment, meaning)

    def _answers_asked(self, segment: Segment) -> bool:
        return any(one.kind == "answer" and one.target in self.hearing.asked for one in segment.senses)

    def _asks(self, segment: Segment, question: str) -> None:
        self.hearing.use(segment)
        self.hearing.reading.ask(f"'{segment.text.strip()}': {question}")

    def _is_entry(self, meaning: Meaning) -> bool:
        """Whether the phrase names an entry, of which more can be said."""
        statements = meaning.statements
        return len(statements) == 1 and self.hearing.is_list(statements[0].finding) and statements[0].value != "none"

    def _means(self, segment: Segment, meaning: Meaning) -> None:
        statements = self._denied(segment, meaning) if segment.denied else meaning.statements
        readable = [one for one in statements if self._readable(one)]
        if not statements or len(readable) < len(statements):
            return
        self.hearing.use(segment, segment.denied)
        if segment.unsure:
            self.hearing.reading.ask(f"'{segment.text.strip()}' is not certain", "write it without doubt, or leave it out")
            return
        for one in statements:
            self._state(one)

    def _readable(self, one: Statement) -> bool:
        if self.hearing.is_list(one.finding):
            return True
        known, problems = self.hearing.readable(one.finding, one.value)
        return known is not None or any(problem.code in ("OL301", "OL303") for problem in problems)

    def _denied(self, segment: Segment, meaning: Meaning) -> tuple[Statement, ...]:
        if len([one for one in meaning.statements if not one.follows]) != 1:
            return ()
        one = meaning.statements[0]
        finding = self.hearing.finding(one.finding)
        if finding is None or finding.type not in ("yes_no", "choice"):
            return ()
        if finding.type == "yes_no":
            return (Statement(one.finding, "no" if one.value == "yes" else "yes"),)
        return (Statement(one.finding, f"not {one.value}"),)

    def _state(self, one: Statement) -> None:
        reading = self.hearing.reading
        if self.hearing.is_list(one.finding):
            listed = reading.list(one.finding)
            if one.value == "none":
                listed.complete = True
            else:
                key = self.hearing.kb.findings[one.finding].key
                listed.entries.append(Entry({key: one.value}))
            return
        known, problems = self.hearing.readable(one.finding, one.value)
        if known is None:
            reading.problems += [problem for problem in problems if problem not in reading.problems]
            return
        reading.say(one.finding, one.value, follows=one.follows)

    # --- words that answer one question ---

    def read_answers(self) -> None:
        for segment in self.hearing.segments:
            if segment.used or segment.kind != "name" or segment.kin or segment.planned:
                continue
            found = [one for one in segment.senses if one.kind == "answer"]
            if not found:
                continue
            asked = [one for one in found if one.target in self.hearing.asked]
            if asked and (segment.cue("idle", "but", "no") is None or len(self.hearing.asked) == 1):
                chosen = asked[0]
            elif segment.cue() is None and segment.sense("member") is None and segment.sense("finding") is None:
                theirs = [one for one in found if self._of_person(one.target)]
                if len({one.target for one in theirs}) != 1:
                    continue
                chosen = theirs[0]
            else:
                continue
            if chosen.target in self.hearing.reading.results and not asked:
                same = self.hearing.reading.results[chosen.target][0].value == str(chosen.value)
                if not same:
                    continue
            value = f"not {chosen.value}" if segment.denied else str(chosen.value)
            if self.hearing.fits(chosen.target, value):
                self.hearing.use(segment, segment.denied)
                if segment.unsure:
                    self.hearing.reading.ask(f"'{segment.text.strip()}' is not certain", "write it without doubt")
                else:
                    self.hearing.reading.say(chosen.target, value)

    def _of_person(self, name: str) -> bool:
        finding = self.hearing.finding(name)
        return finding is not None and finding.known_by == "person"

    # --- relatives ---

    def read_family(self) -> None:
        """`mother broke her hip`, `no FH of osteoporosis or hip fracture`: what relatives had, as far as it is asked."""
        broken = any(one.cue("fracture") for one in self.hearing.segments)
        for segment in self.hearing.segments:
            if segment.used or not segment.kin or segment.kind != "name":
                continue
            for kin, choices, member, finding in _FAMILY:
                sense = segment.sense("member", choices) or segment.sense("finding", finding)
                if sense is None or (sense.kind == "member" and sense.value != frozenset({member})):
                    continue
                if finding not in self.hearing.kb.findings or (member == "hip" and not (broken or "fract" in segment.text)):
                    continue
                if segment.kin not in kin.split():
                    self._whose(segment, finding)
                    break
                self._says(segment, finding)
                break

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
