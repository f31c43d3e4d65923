"""What was made of a health record: a section of the report, and the same as data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ...intake.taken import Aside, Taken, Unknown
from ...knowledge_base.naming import Names
from .document import Detail, Entry, Paragraph, Part, Section

_MOST = 20
"""So many lines of what was set aside, and of what was not understood, are told; all of them stand in the JSON."""


def section(taken: Taken, names: Names) -> Section:
    return Section("intake", "What was read of the record", tuple(_parts(taken, names)))


def notices(taken: Taken) -> tuple[str, ...]:
    """What the reader of a record must be told first: one line of what was not used, then what is odd about it."""
    unknown = sum(one.times for one in taken.unknown)
    left = [
        f"{len(taken.asides)} set aside" if taken.asides else "",
        f"{_counted(unknown, 'code', 'codes')} not understood" if unknown else "",
    ]
    told = ", ".join(one for one in left if one)
    answers, resources = (
        _counted(len(taken.read), "answer", "answers"),
        _counted(taken.resources, "resource", "resources"),
    )
    opening = f"From a health record: {answers} out of {resources}{f'; {told}' if told else ''}."
    opening += " What it does not say is open."
    return (opening, *taken.notices)


def _parts(taken: Taken, names: Names) -> Iterator[Part]:
    if taken.read:
        found = ", ".join(names.label(name) for name in taken.read)
        older = f" {_counted(taken.older, 'older result was', 'older results were')} left out." if taken.older else ""
        yield Paragraph(f"Read: {found}.{older}")
    if taken.unread:
        yield Paragraph(f"Read, but no rule asks for it: {', '.join(names.label(name) for name in taken.unread)}.")
    grouped = _alike(taken.asides)
    for (what, why), paths in grouped[:_MOST]:
        where = paths[0] + (f" and {len(paths) - 1} more" if len(paths) > 1 else "")
        yield Entry(f"set aside: {what}" if what else "set aside", "", why, details=(Detail("where", where),))
    if len(grouped) > _MOST:
        yield Paragraph(f"{len(grouped) - _MOST} more kinds of entries were set aside; --format json names all.")
    for one in taken.unknown[:_MOST]:
        times = f" ({one.times} times)" if one.times > 1 else ""
        yield Entry(f"not understood: {_called(one)}{times}", "", "", details=(Detail("where", one.path),))
    if len(taken.unknown) > _MOST:
        yield Paragraph(f"{len(taken.unknown) - _MOST} more were not understood; `osteologic unmapped` lists them.")
    if taken.passed:
        told = ", ".join(f"{kind} ({count})" for kind, count in taken.passed.items())
        yield Paragraph(f"Of no use here: {told}.")


def _called(one: Unknown) -> str:
    code = f"{one.system} {one.code}".strip()
    return f"{one.display} [{code}]" if one.display and code else one.display or code or f"a {one.kind} without a code"


def _alike(asides: Iterable[Aside]) -> list[tuple[tuple[str, str], list[str]]]:
    """What was set aside for the same reason, with each place."""
    found: dict[tuple[str, str], list[str]] = {}
    for one in asides:
        found.setdefault((one.what, one.why), []).append(one.path)
    return list(found.items())


def _counted(count: int, one: str, several: str) -> str:
    return f"{count or 'no'} {one if count == 1 else several}"


def data(taken: Taken | None) -> dict[str, Any] | None:
    """The same for programs, nothing left out."""
    if taken is None:
        return None
    return {
        "resources": taken.resources,
        "read": [{"finding": name, "from": list(paths)} for name, paths in taken.read.items()],
        "older": taken.older,
        "unread": list(taken.unread),
        "set_aside": [{"path": one.path, "what": one.what, "why": one.why} for one in taken.asides],
        "not_understood": [
            {
                "type": one.kind,
                "system": one.system or None,
                "code": one.code or None,
                "display": one.display,
                "count": one.times,
                "path": one.path,
            }
            for one in taken.unknown
        ],
        "not_read": dict(taken.passed),
        "notices": list(taken.notices),
    }
