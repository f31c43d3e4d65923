"""How far a word reaches: what is denied, uncertain, planned, over, or said of somebody else.

After NegEx and ConText (Chapman 2001, doi:10.1006/jbin.2001.1029; Harkema 2009, doi:10.1016/j.jbi.2009.05.002): a cue
reaches forward to the end of its clause, a closing word, or a comma; one that stands behind reaches back to the comma.
A bare name behind the comma can be meant either way, and is asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..intake.figures.text import words_of
from .segments import Segment

_LISTED = ("finding", "member", "class", "answer", "phrase")
_SPANS = ("day", "week", "fortnight", "month", "year", "decade", "couple", "few", "several")
_DENYING = (("no",), ("denies",), ("denied",), ("never",), ("not",))
FAMILY = (
    ("parent", "fracture_sites", "hip", "parent_hip_fracture"),
    ("parent sister family other", "conditions", "osteoporosis", "family_history_osteoporosis"),
    ("parent sister family", "conditions", "breast_cancer", "family_breast_cancer"),
    ("parent sister family other", "conditions", "primary_hyperparathyroidism", "family_calcium_disorder"),
    ("parent sister family other", "conditions", "familial_hypocalciuric_hypercalcemia", "family_calcium_disorder"),
    ("parent sister family other", "conditions", "rickets", "family_soft_bones"),
)
"""Whose what answers which question: relatives, set of choices, member, finding."""
_FORWARD = {"unsure": "unsure", "planned": "planned", "over": "over", "had": "had"}


def clauses(segments: Sequence[Segment]) -> Iterator[list[Segment]]:
    """The segments of each clause."""
    found: list[Segment] = []
    for segment in segments:
        if found and segment.clause != found[-1].clause:
            yield found
            found = []
        found.append(segment)
    if found:
        yield found


def says_something(segment: Segment) -> bool:
    """Whether a segment names something that can be the case."""
    return segment.kind == "name" and any(one.kind in _LISTED for one in segment.senses) and segment.cue() is None


def names_something(segment: Segment) -> bool:
    """Whether a segment names a finding, or a member of a list."""
    return segment.kind == "name" and any(one.kind in ("member", "class", "finding") for one in segment.senses)


def mark(segments: Sequence[Segment]) -> list[tuple[Segment, Segment]]:
    """Mark what each cue reaches; gives what can be meant either way, each with the cue before it."""
    unclear: list[tuple[Segment, Segment]] = []
    for clause in clauses(segments):
        unclear += _forward(clause)
        _backward(clause)
    return unclear


def _forward(clause: list[Segment]) -> list[tuple[Segment, Segment]]:
    unclear: list[tuple[Segment, Segment]] = []
    active: dict[str, Segment] = {}
    opened: dict[str, int] = {}
    bracket = 0
    for index, segment in enumerate(clause):
        if segment.text == "(":
            bracket = segment.index
        elif segment.text == ")" and bracket:
            active = {role: one for role, one in active.items() if one.index < bracket}
            bracket = 0
        if segment.cue("but") is not None and segment.cue("no", "none", "over") is None:
            kept = ("kin",) if _goes_on(segment) else ()
            active = {role: one for role, one in active.items() if role in kept}
            continue
        if segment.cue("no", "none") is not None and _denies(clause, index):
            active = {"no": segment, **{role: one for role, one in active.items() if role == "kin"}}
            opened["no"] = segment.part
            continue
        if index == 0 and segment.text.casefold() == "for" and len(clause) > 1 and names_something(clause[1]):
            active["planned"], opened["planned"] = segment, segment.part
        for role in ("unsure", "planned", "over", "had", "kin"):
            if segment.cue(role) is not None:
                active[role], opened[role] = segment, segment.part
        if segment.text == "?" and _opens(clause, index):
            active["unsure"], opened["unsure"] = segment, segment.part
        if not names_something(segment) and not says_something(segment):
            continue
        relatives = _of_relatives(segment)
        if "no" in active and segment.meaning is not None and words_of(segment.text)[:1] in _DENYING:
            del active["no"]
        if "no" in active and "kin" in active and opened["no"] != opened["kin"] and _of_a_family(segment):
            unclear.append((segment, active["kin"]))
            continue
        for role in list(active):
            cue = active[role]
            if role == "kin" and relatives:
                continue
            if segment.part == opened[role] or _bridged(clause, cue, segment):
                _set(segment, role, cue)
            elif role in ("no", "over", "kin") and names_something(segment) and _bare(clause, index):
                unclear.append((segment, cue))
            else:
                del active[role]
        if relatives:
            active["kin"], opened["kin"] = segment, segment.part
    return unclear


def _of_a_family(segment: Segment) -> bool:
    """Whether it is something that is asked of relatives too: `mum osteoporosis, no broken hip`."""
    return any(
        (sense := segment.sense("member", choices)) is not None and sense.value == frozenset({member})
        for _, choices, member, _ in FAMILY
    )


def _of_relatives(segment: Segment) -> bool:
    """Whether a phrase of the word table speaks of relatives: `mother broke her hip`."""
    meaning = segment.meaning
    return meaning is not None and any(one.finding.startswith(("family_", "parent_")) for one in meaning.statements)


def _goes_on(segment: Segment) -> bool:
    """Words that say who has it: `mother has osteoporosis` is still of the mother."""
    return segment.text.casefold() in (
        "has",
        "have",
        "having",
        "got",
        "takes",
        "taking",
        "with",
        "still",
        "gets",
        "only",
        "had",
    )


def _denies(clause: list[Segment], index: int) -> bool:
    """Whether a `no` denies something: not one that corrects a number (`67 no 76`), nor one that answers."""
    after = next((one for one in clause[index + 1 :] if one.kind != "mark" and one.cue("idle") is None), None)
    return after is not None and (after.kind == "name" or after.kind == "word")


def _opens(clause: list[Segment], index: int) -> bool:
    """Whether a question mark stands before what it doubts: `? RA`, not `RA?`."""
    segment = clause[index]
    before, after = clause[index - 1] if index else None, clause[index + 1] if index + 1 < len(clause) else None
    if after is None or after.kind == "mark":
        return False
    return before is None or before.end < segment.start or before.kind == "mark"


def _bridged(clause: list[Segment], cue: Segment, segment: Segment) -> bool:
    """Whether a cue reaches over commas: a list that ends in `or`, and what is denied by a verb."""
    if cue.cue("none") is not None or _heads(clause, cue):
        return True
    if cue.cue("no") is None:
        return False
    later = [one for one in clause if one.start > segment.start]
    between = [one for one in clause if cue.end <= one.start < segment.start]
    words = [one.text.casefold() for one in between]
    if "or" in words or "nor" in words:
        return True
    for one in later:
        if one.cue("no", "none", "but") is not None:
            return False
        if one.text.casefold() in ("or", "nor"):
            return True
    return False


def _heads(clause: list[Segment], cue: Segment) -> bool:
    """Whether it heads all that follows on its line: `Plan: zoledronate, calcium`."""
    following = next((one for one in clause if one.index == cue.index + 1), None)
    return cue.cue("planned") is not None and following is not None and following.text == ":"


def _bare(clause: list[Segment], index: int) -> bool:
    """Whether nothing but a comma or `and` stands before a name: nobody says again that it is the case."""
    segment = clause[index]
    for before in reversed(clause[:index]):
        if before.part != segment.part:
            return _alone(clause, index)
        if before.kind == "mark" or before.text.casefold() in ("and", "&", "+", "the", "a"):
            continue
        return False
    return True


def _alone(clause: list[Segment], index: int) -> bool:
    """Whether a name says nothing more: a number or a time behind it is a fact of its own."""
    segment = clause[index]
    behind = [one for one in clause[index + 1 :] if one.part == segment.part and one.kind in ("number", "time")]
    return not behind and segment.sense("answer") is None


def _set(segment: Segment, role: str, cue: Segment) -> None:
    if role == "no":
        segment.denied = cue
    elif role == "kin":
        found = cue.cue("kin")
        segment.kin = str(found.value) if found is not None else "other"
    else:
        setattr(segment, _FORWARD[role], True)


def _backward(clause: list[Segment]) -> None:
    """What is said behind a name, up to the comma before it: `coeliac ruled out`, `omeprazole stopped`, `in mother`."""
    for index, segment in enumerate(clause):
        if segment.kind != "name" and segment.text != "?":
            continue
        role = next((name for name in ("after", "ended", "later", "doubt", "kin", "over") if segment.cue(name)), "")
        if segment.text == "?" and not _opens(clause, index):
            role = "doubt"
        if segment.cue("past") is not None and not _within_a_time(clause, index):
            role = "ended"
        negative = segment.cue("result") if segment.cue("result") and _negative(segment) else None
        if not role and negative is None and not _answers_no(clause, index):
            continue
        if role in ("over", "kin") and any(
            names_something(one) for one in _up_to_but(clause[index + 1 :], segment.part)
        ):
            continue
        for before in reversed(clause[:index]):
            if before.part != segment.part or before.cue("but") is not None:
                break
            if before.cue("no") is not None and role != "doubt":
                break
            if not (names_something(before) or says_something(before)):
                continue
            if role == "kin" and (before.kin or _of_relatives(before)):
                continue
            if role == "kin":
                _set(before, "kin", segment)
            elif role in ("ended", "over"):
                before.over = True
            elif role == "later":
                before.planned = True
            elif role == "doubt":
                before.unsure = True
            elif before.sense("member") is not None or before.sense("finding") is not None:
                before.denied = segment


def _within_a_time(clause: list[Segment], index: int) -> bool:
    """Whether it is `in the past 3 months`, which says when, and not that anything is over."""
    after = next((one for one in clause[index + 1 :] if one.part == clause[index].part), None)
    return after is not None and (after.kind in ("time", "number") or after.text.casefold() in _SPANS)


def _up_to_but(behind: Sequence[Segment], part: int) -> Iterator[Segment]:
    """What stands in the same part, up to a word that turns: `warfarin stopped, now on apixaban`."""
    for one in behind:
        if one.part != part or one.cue("but") is not None:
            return
        yield one


def _negative(segment: Segment) -> bool:
    one = segment.cue("result")
    return one is not None and one.value == "negative"


def _answers_no(clause: list[Segment], index: int) -> bool:
    """`fever: no`: a denial at the end of a part, behind what it denies."""
    segment = clause[index]
    if segment.cue("no", "nothing") is None or not index:
        return False
    behind = [one for one in clause[index + 1 :] if one.part == segment.part and one.kind != "mark"]
    return not behind and segment.text.casefold() in ("no", "nil", "none", "neg", "negative", "denied", "never", "n")
