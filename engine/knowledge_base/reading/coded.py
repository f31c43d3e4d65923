"""Lists of codes: which finding, answer or member of a list each of them stands for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...values.problems import did_you_mean
from . import entries
from .lexicon import Choices, Drafts
from .values.scalars import Desk, listed

KINDS = ("findings", "quantities", "investigations")
"""Kinds of entries that have codes of their own; all else is a member of a choice, or an answer."""


def settle(drafts: Drafts, joined: Choices, desk: Desk) -> None:
    """Give each list what it means and where that belongs, or say why it cannot be told."""
    for draft in drafts.entries["codes"].values():
        desk.owner = draft.id
        if "ignored" in draft.values:
            _ignored(draft, desk)
        else:
            _meaning(draft, drafts, joined, desk)


def _ignored(draft: entries.Draft, desk: Desk) -> None:
    for key in ("means", "of", "entry", "made_of"):
        if key in draft.places:
            what = f"'{key}' means nothing in a list of codes that are ignored"
            desk.say("OL112", what, draft.at(key), "leave it out, or leave out 'ignored'")


def _meaning(draft: entries.Draft, drafts: Drafts, joined: Choices, desk: Desk) -> None:
    meant = draft.values.setdefault("means", (draft.id,))
    of = draft.values.get("of", "")
    at = draft.at("means")
    found = {means: tuple(dict.fromkeys(_places(means, drafts, joined, of))) for means in meant}
    means = next((means for means, places in found.items() if not places), next(iter(found), ""))
    places = [place for place in found.get(means, ()) if all(place in others for others in found.values())]
    if of and not _is_place(of, drafts, joined):
        known = (*KINDS, *joined.sets)
        hint = did_you_mean(of, known) or f"one of {listed(KINDS)}, a choice set, or a finding answered by yes or no"
        desk.say("OL105", f"'{of}' is nothing that codes could belong to", draft.at("of"), hint)
    elif not places:
        where = f" among {of}" if of else ""
        hint = did_you_mean(means, _all(drafts, joined, of)) or "name a finding, or a member of a list, with 'means'"
        desk.say("OL105", f"'{means}' is nothing that codes could mean{where}", at, hint)
    elif len(places) > 1:
        what = f"'{means}' can mean one of {listed(places)}"
        desk.say("OL126", what, at, f"say which: 'of: {places[0]}'")
    else:
        draft.values["of"] = places[0]
    for name in draft.values.get("made_of", ()):
        if name not in _members(draft.values.get("of", ""), joined):
            desk.say("OL105", f"'{name}' is no member it could be made of", draft.at("made_of"))


def _places(means: str, drafts: Drafts, joined: Choices, of: str) -> Iterator[str]:
    for kind in KINDS:
        if of in ("", kind) and means in drafts.entries[kind]:
            yield kind
    for choice in (of,) if of else _listed(drafts):
        if means in _members(choice, joined):
            yield choice
    if of in drafts.entries["findings"] and means in _answers(of, drafts):
        yield of


def _members(choice: str, joined: Choices) -> Iterable[str]:
    known = joined.sets.get(choice)
    return known.members if known is not None else ()


def _answers(finding: str, drafts: Drafts) -> tuple[str, ...]:
    return ("yes", "no") if drafts.entries["findings"][finding].values.get("type") == "yes_no" else ()


def _is_place(of: str, drafts: Drafts, joined: Choices) -> bool:
    return of in KINDS or of in joined.sets or (of in drafts.entries["findings"] and bool(_answers(of, drafts)))


def _all(drafts: Drafts, joined: Choices, of: str) -> Iterator[str]:
    for kind in KINDS:
        if of in ("", kind):
            yield from drafts.entries[kind]
    for choice in (of,) if of else _listed(drafts):
        yield from _members(choice, joined)


def _listed(drafts: Drafts) -> Iterator[str]:
    """The choice sets whose members are entries of a patient's lists."""
    for draft in drafts.entries["findings"].values():
        fields, key = draft.values.get("fields", {}), draft.values.get("key", "")
        if key in fields and fields[key].choices:
            yield fields[key].choices
