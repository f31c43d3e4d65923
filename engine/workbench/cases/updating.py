"""What is concluded, written into worked cases as expected: only what they already expect is corrected.

A case file is changed as text, at the place of each expectation that failed, so that comments and all else stay as they
were. What a published source answers is never changed: there the knowledge is wrong, or the case is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML

from ...assessment.outlook import Outlook
from ...assessment.verdict import PLAN_STATUSES
from ...intake.record import EXPECTING
from ...values.problems import Place
from ...values.truth import Truth
from . import outcomes
from .cases import ANSWERS, DIAGNOSES, MAPPINGS, Expectation

_KEYS = {status: key for key, status in DIAGNOSES.items()}
_STATES = {Truth.TRUE: "states", Truth.FALSE: "false", Truth.UNKNOWN: "unknown"}


@dataclass(frozen=True, slots=True)
class Correction:
    """What is to be written instead of an expectation: under `key` (nowhere, if empty), with `value` in a mapping."""

    want: Expectation
    key: str = ""
    value: str = ""

    def __str__(self) -> str:
        block = self.want.block
        before = f"{self.want.kind}: {self.want.subject}"
        if self.want.wanted and self.want.kind in MAPPINGS:
            before += f" {', '.join(self.want.wanted)}"
        after = f"{self.key}: {self.want.subject} {self.value}".rstrip() if self.key else "taken out"
        return f"{self.want.place}: {block} {before} -> {after}"


def correction(look: Outlook, want: Expectation) -> Correction | None:
    """What a failed expectation should say; None for one that may not be changed."""
    if want.kind in (*ANSWERS, "doses"):
        return None  # a dose is corrected by who has read the source
    if want.negated:
        return Correction(want)
    if want.kind in MAPPINGS:
        value = _value(look, want)
        return Correction(want, want.kind if value else "", value)
    return Correction(want, _key(look, want))


def _key(look: Outlook, want: Expectation) -> str:
    """The list that the subject belongs in instead; empty for none."""
    if want.kind in DIAGNOSES:
        found = look.standing(want.subject)
        return _KEYS[found.status] if found is not None else ""
    if want.kind in PLAN_STATUSES:
        return look.status(want.subject)
    if want.kind in _STATES.values():
        return _STATES[look.state(want.subject)]
    if want.kind in ("fired", "held", "ruled_out"):
        held = look.rule(look.case.kb.rules[want.subject])
        return "fired" if held is Truth.TRUE else "held"
    return ""


def _value(look: Outlook, want: Expectation) -> str:
    if want.kind == "scales":
        return look.level(want.subject)
    if want.kind == "ranks":
        return str(look.rank(want.subject) or "")
    if want.kind == "scores":
        found = look.standing(want.subject)
        return f"{found.score:g}" if found is not None else ""
    if want.kind == "quantities":
        return look.case.value_text(want.subject) if look.case.is_known(want.subject) else ""
    if not look.status(want.subject):
        return ""
    if want.kind == "deferred_after" and look.status(want.subject) != "deferred":
        return ""
    steps = look.missing(want.subject) if want.kind == "missing" else look.after(want.subject)
    return f"[{', '.join(steps)}]" if steps else ""


# --- in the file ------------------------------------------------------------------------------------------------------


def rewritten(text: str, place: Place, corrections: Sequence[Correction]) -> tuple[str, list[Correction]]:
    """The file with the corrections of the case at `place`, and those that were made.

    One that would leave the case with nothing to expect is not made.
    """
    lines = text.splitlines(keepends=True)
    start = place.line - 1
    dash = " " * (place.column - len("- ") - 1) + "- "
    ends = (number for number in range(start + 1, len(lines)) if lines[number].startswith(dash))
    end = next(ends, len(lines))
    chunk = "".join(lines[start:end])
    made = []
    for one in corrections:
        changed = _corrected(chunk, one)
        if changed is not None:
            chunk = changed
            made.append(one)
    return "".join([*lines[:start], chunk, *lines[end:]]), made


def _corrected(chunk: str, one: Correction) -> str | None:
    """One case's text with one correction; None where nothing would be left of it."""
    want = one.want
    case = YAML().compose(chunk).value[0]
    blocks = {key.value: (key, value) for key, value in case.value if key.value in EXPECTING}
    block_key, block = blocks[want.block]
    meant = (value for key, (_, value) in blocks.items() if key != "also")
    if not one.key and want.meant and _items_in(meant) < 2:
        return None
    key, value = next((key, value) for key, value in block.value if key.value == want.kind)
    if want.kind in MAPPINGS and one.key:
        written = next(value for key, value in value.value if key.value == want.subject)
        if written.id == "mapping":
            written = next(value for key, value in written.value if key.value == "is")
        return _spliced(chunk, [(written.start_mark.index, _end(written), one.value)])
    alone = value.id == "scalar" or len(value.value) == 1
    if alone and one.key and all(name.value != one.key for name, _ in block.value):
        return _spliced(chunk, [(key.start_mark.index, _end(value), f"{one.key}: [{want.subject}]")])
    if not alone:
        splices = [_cut(chunk, value, _item(value, want.subject))]
    elif len(block.value) > 1:
        splices = [_cut(chunk, block, key)]
    else:
        splices = [_cut(chunk, case, block_key)]
    if one.key:
        splices.append(_added(chunk, block, key, one.key, want.subject))
    return _spliced(chunk, splices)


_Splice = tuple[int, int, str]
"""From, to, and what stands there instead."""


def _spliced(text: str, splices: Sequence[_Splice]) -> str:
    for start, end, new in sorted(splices, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _item(value: Any, subject: str) -> Any:
    """The item of a list, or the key of a mapping, that names the subject."""
    items = (part[0] if isinstance(part, tuple) else part for part in value.value)
    return next(item for item in items if item.value == subject)


def _items_in(blocks: Any) -> int:
    return sum(1 if value.id == "scalar" else len(value.value) for block in blocks for _, value in block.value)


def _end(node: Any) -> int:
    """Where a part ends: of an indented one, where its last part does."""
    if node.id == "scalar" or node.flow_style or not node.value:
        return int(node.end_mark.index)
    last = node.value[-1]
    return _end(last[1] if isinstance(last, tuple) else last)


def _cut(chunk: str, holder: Any, item: Any) -> _Splice:
    """Take one of several items out of a list, or a key with its value out of a mapping."""
    parts = [(part[0], _end(part[1])) if isinstance(part, tuple) else (part, _end(part)) for part in holder.value]
    at = next(number for number, (part, _) in enumerate(parts) if part is item)
    start, end = item.start_mark.index, parts[at][1]
    if not holder.flow_style:  # whole lines, with the comment at their end
        return chunk.rfind("\n", 0, start) + 1, _next_line(chunk, end), ""
    if at + 1 < len(parts):
        return start, parts[at + 1][0].start_mark.index, ""
    return parts[at - 1][1], end, ""


def _next_line(chunk: str, index: int) -> int:
    found = chunk.find("\n", index)
    return len(chunk) if found < 0 else found + 1


def _added(chunk: str, block: Any, key: Any, list_key: str, subject: str) -> _Splice:
    """Put a subject in another list of the block, which is begun before `key` where it is not there yet."""
    present = next((value for name, value in block.value if name.value == list_key), None)
    if present is None:
        start = key.start_mark.index
        if block.flow_style:
            return start, start, f"{list_key}: [{subject}], "
        line = chunk.rfind("\n", 0, start) + 1
        return line, line, f"{chunk[line:start]}{list_key}: [{subject}]\n"
    if present.id == "scalar":
        return present.start_mark.index, _end(present), f"[{present.value}, {subject}]"
    if not present.value:
        return present.start_mark.index, _end(present), f"[{subject}]"
    last = present.value[-1]
    if present.flow_style:
        return _end(last), _end(last), f", {subject}"
    line = chunk.rfind("\n", 0, last.start_mark.index) + 1
    following = _next_line(chunk, _end(last))
    return following, following, f"{chunk[line : last.start_mark.index]}{subject}\n"


def corrections(look: Outlook, wants: Sequence[Expectation]) -> Iterator[Correction]:
    """A correction for each failed expectation that may be changed."""
    for want in wants:
        if not outcomes.met(look, want):
            found = correction(look, want)
            if found is not None:
                yield found
