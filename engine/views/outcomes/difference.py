"""Whom an edit changes: as text, as Markdown fit for a pull request, as a page, and for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from ...workbench.difference.difference import Change, Difference
from ...workbench.difference.edits import Edit
from .. import escape
from ..report import html

_MOST_EDITS = 30
_MOST_CHANGES = 60
_KINDS = {"status": "", "line": " (line)", "dose": " (dose)", "caution": " (caution)", "cause": " (cause)"}
NOTHING_DECIDES = "Only words, sources or order differ: of nobody anything changes."
ALIKE = "The two are alike."


def text(difference: Difference) -> str:
    """What was edited, how many patients it changes and how, the smallest of them, and what stays as it is."""
    return escape.plain("\n".join(_lines(difference)) + "\n")


def _lines(difference: Difference) -> Iterator[str]:
    yield f"{difference.old} -> {difference.new}"
    yield ""
    yield from _edited(difference)
    if not difference.decides:
        yield NOTHING_DECIDES if difference.edits else ALIKE
        return
    yield ""
    yield from (f"{one.changed:>6} of {one.patients:,} {one.name}{_aside(one.left_out)}" for one in difference.samples)
    yield ""
    names = [one.name for one in difference.samples]
    groups = _alike(difference.changes)
    for group in groups[:_MOST_CHANGES]:
        (change, *_), mark = group, "!" if group[0].loosened else " "
        yield f"{mark} {_all_named(group)}: {change.before} -> {change.after}  ({_counts(change, names)})"
        if change.example:
            yield f"    such as: {change.example}"
        if witness := _witness(group):
            yield "    the smallest found:"
            yield from (f"      {line}" for line in _patient(witness))
    more = len(groups) - _MOST_CHANGES
    if more > 0:
        yield f"  and {more} more; --format json lists them all"
    if difference.changes:
        yield ""
    yield _closing(difference)


def _alike(changes: Sequence[Change]) -> list[list[Change]]:
    """Changes that follow each other and are the same, of as many patients, of several medicines or tests."""
    found: list[list[Change]] = []
    for one in changes:
        last = found[-1][0] if found else None
        if last is not None and _sort(last) == _sort(one):
            found[-1].append(one)
        else:
            found.append([one])
    return found


def _all_named(group: Sequence[Change]) -> str:
    return ", ".join(dict.fromkeys(_named(one) for one in group))


def _witness(group: Sequence[Change]) -> str:
    return next((one.witness for one in group if one.witness), "")


def _sort(one: Change) -> tuple[object, ...]:
    return one.conclusion.kind, one.before, one.after, one.counts


def _edited(difference: Difference) -> Iterator[str]:
    deciding = [one for one in difference.edits if one.decides]
    words = [one for one in difference.edits if not one.decides]
    for title, some in (("Edited", deciding), ("Only words differ", words)):
        if some:
            yield f"{title} ({len(some)})"
            yield from (f"  {_edit(one)}" for one in some[:_MOST_EDITS])
            if len(some) > _MOST_EDITS:
                yield f"  and {len(some) - _MOST_EDITS} more"


def _edit(one: Edit) -> str:
    if one.how != "changed":
        return f"{one.place}: {one.id} {one.how}"
    told = [
        f"{part.rstrip('s') if part == 'values' else part} {before} -> {after}" if before and after else part
        for part, before, after in zip(one.parts, one.before or one.parts, one.after or one.parts, strict=True)
    ]
    return f"{one.place}: {one.id}: {', '.join(told)}"


def _aside(count: int) -> str:
    return f" ({count} left out)" if count else ""


def _named(change: Change) -> str:
    kind, name = change.conclusion
    return f"{name}{_KINDS.get(kind, f' ({kind})')}"


def _counts(change: Change, names: list[str]) -> str:
    told = ", ".join(f"{count} {name}" for count, name in zip(change.counts, names, strict=True) if count)
    return told or "none of these patients; the solver found one"


def _patient(witness: str) -> list[str]:
    """The answers of a patient file, without its head."""
    lines = witness.rstrip("\n").split("\n")
    return [line.removeprefix("  ") for line in lines[lines.index("given:") + 1 :]] if "given:" in lines else lines


def _closing(difference: Difference) -> str:
    loosened = len(difference.loosened)
    told = [
        f"{loosened} changes protect somebody less (!)" if loosened else "nothing protects anybody less",
        f"{difference.untouched} conclusions rest on nothing that was edited",
        f"{len(difference.unchanged)} could change and did of none of these patients"
        + (f", {len(difference.proved)} of them of nobody (proved)" if difference.proved else ""),
    ]
    return "; ".join(told) + "."


def markdown(difference: Difference) -> str:
    """The same as a comment on a pull request: the counts, a table of changes, patients folded away."""
    return escape.plain("\n".join(_markdown(difference)) + "\n")


def _markdown(difference: Difference) -> Iterator[str]:
    yield f"### {_cell(difference.old)} → {_cell(difference.new)}"
    yield ""
    for one in difference.edits[:_MOST_EDITS]:
        yield f"- {'' if one.decides else '_words only_ '}{_cell(_edit(one))}"
    if not difference.decides:
        yield from ("", NOTHING_DECIDES if difference.edits else ALIKE)
        return
    yield ""
    counted = ", ".join(f"{one.changed} of {one.patients:,} {_cell(one.name)}" for one in difference.samples)
    yield f"**Changes:** {counted}."
    yield ""
    if difference.changes:
        heads = " | ".join(_cell(one.name) for one in difference.samples)
        yield f"| | what | before | after | {heads} | such as |"
        yield f"|---|---|---|---|{'---|' * len(difference.samples)}---|"
        for group in _alike(difference.changes)[:_MOST_CHANGES]:
            change = group[0]
            counts = " | ".join(map(str, change.counts))
            mark = "⚠" if change.loosened else ""
            cells = (mark, _all_named(group), change.before, change.after)
            yield f"| {' | '.join(map(_cell, cells))} | {counts} | {_cell(change.example)} |"
        yield ""
    for change in difference.changes:
        if change.witness:
            title = f"{_named(change)}: {change.before} → {change.after}"
            yield f"<details><summary>The smallest patient: {_cell(title)}</summary>"
            yield from ("", "```yaml", *_patient(change.witness), "```", "</details>")
    yield from ("", _closing(difference))


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").replace("<", "&lt;").split())


def data(difference: Difference) -> str:
    """The same for programs, with everything."""
    document = {
        "old": difference.old,
        "new": difference.new,
        "edits": [
            {"kind": one.kind, "id": one.id, "how": one.how, "parts": list(one.parts), "decides": one.decides,
             "file": one.place.file, "line": one.place.line}
            for one in difference.edits
        ],
        "samples": [
            {"name": one.name, "patients": one.patients, "changed": one.changed, "loosened": one.loosened,
             "left_out": one.left_out}
            for one in difference.samples
        ],
        "changes": [
            {"kind": one.conclusion.kind, "id": one.conclusion.id, "before": one.before, "after": one.after,
             "loosened": one.loosened, "counts": list(one.counts), "example": one.example, "witness": one.witness}
            for one in difference.changes
        ],
        "untouched": difference.untouched,
        "unchanged": [
            {"kind": one.kind, "id": one.id, "proved": one in difference.proved} for one in difference.unchanged
        ],
    }  # fmt: skip
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def page(difference: Difference) -> str:
    """The same as a page."""
    return (
        html.environment()
        .get_template("difference.html")
        .render(
            difference=difference,
            edits=[(one, _edit(one)) for one in difference.edits],
            changes=[
                (group[0], _all_named(group), _patient(witness) if (witness := _witness(group)) else [])
                for group in _alike(difference.changes)
            ],
            closing=_closing(difference) if difference.decides else NOTHING_DECIDES if difference.edits else ALIKE,
        )
    )
