"""What the workbench cannot do for an author as it was asked: the codes of `fmt`, `new` and `rename`."""

from __future__ import annotations

CODES: dict[str, str] = {
    "OL701": "a file that cannot be laid out without losing something",
    "OL702": "a new entry whose file cannot be told",
    "OL703": "nothing to be renamed, or several things of one id",
    "OL704": "a new id that is taken, or that would not read as the old one",
}
