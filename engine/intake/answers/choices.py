"""One of a set of words: by id, label, synonym, class or the beginning of one; or several that it may be."""

from __future__ import annotations

import re

from ...values.problems import Place, did_you_mean
from ...values.value import Choice
from .numbers import listed
from .sheet import Sheet, clipped, folded, refusal
from .strengths import siblings, without_suffix

_FEW = 8
_YES_WORDS = "yes y true t on present positive + 1 yeah yep"
_NO_WORDS = "no n false f off absent negative 0 none never nope not nil"
_YES = frozenset(_YES_WORDS.split())
_NO = frozenset(_NO_WORDS.split())


def yes_or_no(label: str, text: str, place: Place) -> Choice:
    """`yes` or `no` in any usual spelling. Raises Refused."""
    words = folded(text) or text.strip()
    if words in _YES:
        return Choice(frozenset({"yes"}))
    if words in _NO or text.strip() == "-":
        return Choice(frozenset({"no"}))
    hint = "write yes, no, 'not measured' or unknown"
    raise refusal("OL314", f"{label}: '{clipped(text)}' is neither yes nor no", place, hint=hint)


def choice(sheet: Sheet, label: str, choices: str, text: str, place: Place) -> Choice:
    """The members that the text may mean; several for a class, `a or b` or `not a`. Raises Refused."""
    whole = folded(text)
    words = whole.strip("()")
    members = meant(sheet, choices, text) or meant(sheet, choices, whole) or meant(sheet, choices, words)
    if members is None and words.startswith("not "):
        excluded = meant(sheet, choices, words[4:])
        members = frozenset(sheet.choices(choices).members) - excluded if excluded else None
    if members is None:
        parts = [part for part in re.split(r"\s+or\s+|\s*,\s*|\s*/\s*", words) if part]
        if len(parts) > 1:
            return Choice(frozenset().union(*(choice(sheet, label, choices, part, place).members for part in parts)))
    if members:
        return Choice(members)
    raise _unknown(sheet, label, choices, words, text, place)


def meant(sheet: Sheet, choices: str, words: str) -> frozenset[str] | None:
    """The member of this id, else of this name, else this class, else the one whose name begins so; None if unclear."""
    bare = without_suffix(words)
    if bare != words and len(siblings(sheet, choices, bare)) > 1:
        return None
    words = folded(bare)
    named = words.replace(" ", "_")
    if named in sheet.choices(choices).members:
        return frozenset({named})
    spelled = sheet.spelled(choices)
    for spelling in (words, words.removesuffix("s"), words.removesuffix("es"), words.replace(" ", "")):
        found = spelled.members.get(spelling)
        if found is not None:
            return found if len(found) == 1 else None
    for spelling in (words, words.removesuffix("s"), words.removesuffix("es"), words + "s"):
        if spelling in spelled.classes:
            return spelled.classes[spelling]
    begun = _begun(sheet, choices, words)
    return begun if len(begun) == 1 else None


def named(sheet: Sheet, choices: str, words: str) -> frozenset[str] | None:
    """The member or class of exactly this name."""
    told = folded(words)
    spelled = sheet.spelled(choices)
    found = spelled.members.get(told)
    return found if found is not None and len(found) == 1 else spelled.classes.get(told)


def _begun(sheet: Sheet, choices: str, words: str) -> frozenset[str]:
    """The members one of whose names begins with these words."""
    enough = 1 if len(sheet.choices(choices).members) <= _FEW else 3
    if len(words) < enough:
        return frozenset()
    spelled = sheet.spelled(choices).members
    return frozenset().union(*(found for name, found in spelled.items() if name.startswith(words)))


def _unknown(sheet: Sheet, label: str, choices: str, words: str, text: str, place: Place) -> Exception:
    known = sheet.choices(choices).members
    spelled = sheet.spelled(choices)
    suffixed = siblings(sheet, choices, text) if without_suffix(text) != text else frozenset[str]()
    several = suffixed or spelled.members.get(words) or _begun(sheet, choices, words)
    if len(several) > 1:
        names = tuple(sorted(known[member].label or member for member in several))
        what = f"{label}: '{clipped(text)}' can mean {listed(names[:_FEW])}"
        hint = (
            "these letters are the same in each strength: write the dose in mg too" if suffixed else "write more of it"
        )
        return refusal("OL312", what, place, hint=hint)
    hint = did_you_mean(words, (*known, *spelled.members, *spelled.classes))
    if len(known) <= _FEW:
        one_of = f"it is one of {', '.join(known)}"
        hint = f"{hint} {one_of}".strip()
    elif not hint and "other" in spelled.members:
        hint = "write 'other' for what is not listed"
    what = f"{label}: '{clipped(text)}' is not known" if words else f"{label}: nothing is given"
    return refusal("OL311", what, place, hint=hint)
