"""What was said of a list before, and now: entries of the same thing become one that says more."""

from __future__ import annotations

from ..values.value import Day, Entry, Known, Records, is_addition


def joined(before: Records, said: Records, key: str, complete: bool) -> Records:
    """Both lists as one; what is newly denied leaves, what is newly the case is denied no longer."""
    entries = list(before.entries)
    taken: set[int] = set()
    for entry in said.entries:
        place = next(
            (index for index, old in enumerate(entries) if index not in taken and _same(old, entry, key)), None
        )
        if place is None:
            entries.append(entry)
            taken.add(len(entries) - 1)
        else:
            entries[place] = Entry({**entries[place].fields, **entry.fields})
            taken.add(place)
    named = {members for entry in said.entries for members in [_key(entry, key)] if members}
    kept = [entry for entry in entries if not (_key(entry, key) and _key(entry, key) <= said.absent)]
    absent = frozenset(one for one in before.absent | said.absent if frozenset({one}) not in named)
    return Records(tuple(kept), complete, absent)


def _key(entry: Entry, key: str) -> frozenset[str]:
    return getattr(entry.fields.get(key), "members", frozenset())


def _same(old: Entry, new: Entry, key: str) -> bool:
    """Whether a new entry speaks of the one there was: the same member, and nothing of it contradicted but a stop.

    A bone can break twice, so a second break with another date is another entry; a medicine goes on under its name.
    """
    if _key(old, key) != _key(new, key):
        return False
    if "dose" in new.fields or "dose" in old.fields or "stopped" in new.fields:
        return True
    shared = old.fields.keys() & new.fields.keys()
    return all(_together(new.fields[name], old.fields[name]) for name in shared)


def _together(new: Known, old: Known) -> bool:
    if isinstance(new, Day) and isinstance(old, Day):
        return old.interval.contains(new.interval) or new.interval.contains(old.interval)
    return is_addition(new, old)


def without(before: Records, key: str, members: frozenset[str]) -> Records:
    """The list without the last entry of these members."""
    entries = list(before.entries)
    for index in range(len(entries) - 1, -1, -1):
        if _key(entries[index], key) & members:
            del entries[index]
            break
    return Records(tuple(entries), before.complete, before.absent)
