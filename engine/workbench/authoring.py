"""What the workbench cannot do for an author as it was asked: the codes of `fmt` and `new`."""

from __future__ import annotations

CODES: dict[str, str] = {
    "OL701": "a file that cannot be laid out without losing something",
    "OL702": "a new entry whose file cannot be told",
}
