"""Values with parts of their own: fields of a list, members of a choice, ranges by sex and age, dated cut-offs.

A part that holds a premise waits (`Later`) until every name is known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

from ....premises.expression import NumberNode, TruthNode
from ....values import dates
from ....values.frozen import ordered
from ....values.interval import ZERO, Interval
from ....values.problems import Place
from ... import model
from ...files.nodes import ListNode, MapNode, Node, Text
from .scalars import (
    SNAKE,
    Desk,
    Read,
    cited,
    identifier,
    identifiers,
    interval,
    number,
    numbers,
    one_of,
    text,
    texts,
    unknown_key,
    words,
    yes_no,
)


class Checker(Protocol):
    """Turns what was written as a premise or formula into a checked tree; None where it cannot, after saying so."""

    desk: Desk

    def premise(
        self, node: Node, key: str, *, propositions: bool = True, statuses: bool = False
    ) -> TruthNode | None: ...

    def formula(self, node: Node, key: str, quantity: str) -> NumberNode | None: ...


@ordered
class Later:
    """A value that can only be finished once the vocabulary is known."""

    finish: Callable[[Checker], Any]


def premise(node: Node, key: str, desk: Desk) -> Later:
    """A premise that may read anything."""
    return Later(lambda checker: checker.premise(node, key))


def grounded(node: Node, key: str, desk: Desk) -> Later:
    """A premise that comes before all rules: it reads findings and quantities only."""
    return Later(lambda checker: checker.premise(node, key, propositions=False))


def query(node: Node, key: str, desk: Desk) -> Later:
    """A premise that comes after all rules: it may ask what the report says as well."""
    return Later(lambda checker: checker.premise(node, key, statuses=True))


def pursue(node: Node, key: str, desk: Desk) -> bool | Later | None:
    """`always`, or `{when: premise}`."""
    if isinstance(node, Text) and node.value == "always":
        return True
    when = node.get("when") if isinstance(node, MapNode) and len(node.pairs) == 1 else None
    if when is None:
        desk.wrong(node, key, "'always' or {when: ...}")
        return None
    return premise(when, "when", desk)


def assumed(node: Node, key: str, desk: Desk) -> Later | None:
    """`V`, or `{is: V, when: premise, sure: premise}`."""
    if isinstance(node, Text):
        answer = text(node, key, desk)
        return None if answer is None else Later(lambda checker: model.Assumed(answer=answer))
    found = keyed(node, key, {"is": text}, {"when": grounded, "sure": grounded}, desk)
    if found is None or "is" not in found:
        return None

    def finish(checker: Checker) -> model.Assumed:
        when, sure = (_finished(found.get(part), checker) for part in ("when", "sure"))
        return model.Assumed(answer=found["is"], when=when, sure=sure)

    return Later(finish)


def ranges(node: Node, key: str, desk: Desk) -> Later | None:
    """`2.2..2.6`, or a list of `{when, is}`, the first true one holding."""
    if not isinstance(node, ListNode):
        only = interval(node, key, desk)
        return None if only is None else Later(lambda checker: (model.RangeCase(when=None, range=only),))
    cases: list[tuple[Later | None, Interval]] = []
    for item in node.items:
        found = keyed(item, key, {"is": interval}, {"when": grounded}, desk)
        if found is not None and "is" in found:
            cases.append((found.get("when"), found["is"]))
    if not node.items:
        desk.wrong(node, key, "a range such as 2.2..2.6, or a list of {when: ..., is: ...}")
    return Later(
        lambda checker: tuple(model.RangeCase(when=_finished(when, checker), range=span) for when, span in cases)
    )


def positions(node: Node, key: str, desk: Desk) -> Later | None:
    """The positions of guidelines on a question."""
    if not isinstance(node, ListNode) or not node.items:
        desk.wrong(node, key, "a list of {guideline: ..., says: ..., when: ...}")
        return None
    found = [
        keyed(item, key, {"guideline": identifier("guideline"), "says": text}, {"when": premise}, desk)
        for item in node.items
    ]
    whole = [item for item in found if item is not None and "guideline" in item and "says" in item]
    return Later(
        lambda checker: tuple(
            model.Position(guideline=item["guideline"], says=item["says"], when=_finished(item.get("when"), checker))
            for item in whole
        )
    )


FIELD: Mapping[str, Read] = {
    "label": text,
    "choices": identifier("choice set"),
    "unit": identifier("unit"),
    "bare_unit": yes_no,
    "floor": number,
    "derived": yes_no,
    "broader": yes_no,
}
"""The keys of a field of a list, besides its `type`."""


def fields(node: Node, key: str, desk: Desk) -> dict[str, model.FieldKind] | None:
    """The fields of a list's entries, with those that follow from them."""
    if not isinstance(node, MapNode) or not node.pairs:
        desk.wrong(node, key, "fields: {name: {type: choice, choices: ...}, ...}")
        return None
    found: dict[str, model.FieldKind] = {}
    types = one_of("number", "choice", "date", "duration", "yes_no")
    for name, value in node.pairs:
        _member_id(name, "a field", desk)
        if isinstance(value, Text):
            entry: Node = MapNode(((Text("type", value.place), value),), value.place)
        else:
            entry = value
        read = keyed(entry, name.value, {"type": types}, FIELD, desk)
        if read is None or "type" not in read:
            continue
        if read["type"] == "choice" and "choices" not in read:
            desk.say("OL102", f"field '{name.value}' of type choice has no 'choices'", name.place)
        read.setdefault("label", name.value.replace("_", " "))
        found[name.value] = model.FieldKind(id=name.value, **read)
    for derived in _derived(found):
        found.setdefault(derived.id, derived)
    return found


def _derived(given: Mapping[str, model.FieldKind]) -> Iterator[model.FieldKind]:
    """Fields that follow from others: age at a date, how long, how much a day."""

    def is_date(name: str) -> bool:
        return name in given and given[name].type == "date"

    if is_date("date"):
        yield model.FieldKind(
            id="age_at", label="age then", type="number", unit="year", bare_unit=True, floor=ZERO, derived=True
        )
        yield model.FieldKind(
            id="age_as_adult",
            label="age then, from 18 on where not told",
            type="number",
            unit="year",
            bare_unit=True,
            floor=ZERO,
            derived=True,
        )
    if is_date("started"):
        yield model.FieldKind(id="duration", label="duration", type="duration", unit="month", floor=ZERO, derived=True)
    if "dose" in given and given["dose"].type == "number" and given["dose"].unit:
        unit = f"{given['dose'].unit}/day"
        yield model.FieldKind(id="daily_dose", label="daily dose", type="number", unit=unit, floor=ZERO, derived=True)
    if is_date("stopped"):
        yield model.FieldKind(id="last_given", label="last given", type="date", derived=True)


def choice_members(*, classes: bool) -> Read:
    """The members of a choice, or its classes, as raw entries; linking joins and closes them."""
    allowed: dict[str, Read] = {
        "label": text,
        "synonyms": words,
        "kinds": identifiers("class here"),
        "note": text,
        "sources": cited,
    }
    if not classes:
        allowed |= {"numbers": numbers, "analyte": identifier("analyte"), "assumes": texts()}
        allowed["seen_by"] = identifiers("investigation")

    def read(node: Node, key: str, desk: Desk) -> dict[str, model.Member] | None:
        if not isinstance(node, MapNode):
            desk.wrong(node, key, "a mapping of ids to {label: ..., kinds: [...]}")
            return None
        found: dict[str, model.Member] = {}
        for name, value in node.pairs:
            _member_id(name, "a class" if classes else "a member", desk)
            if isinstance(value, Text) and value.value:
                entry: Node = MapNode(((Text("label", value.place), value),), value.place)
            else:
                entry = value
            item = keyed(entry, name.value, {"label": text}, allowed, desk) or {}
            item.setdefault("label", name.value.replace("_", " "))
            found[name.value] = model.Member(id=name.value, place=name.place, **item)
        return found

    return read


def steps(node: Node, key: str, desk: Desk) -> tuple[model.Step, ...] | None:
    """`[{from: 50, is: 7.3}, ...]`, rising."""
    if not isinstance(node, ListNode) or not node.items:
        desk.wrong(node, key, "a list of {from: ..., is: ...}")
        return None
    found: list[model.Step] = []
    for item in node.items:
        read = keyed(item, key, {"from": number, "is": number}, {}, desk)
        if read is None or len(read) < 2:
            continue
        if found and read["from"] <= found[-1].start:
            desk.say("OL107", "the steps of a cut-off rise", item.place, f"{read['from']} follows {found[-1].start}")
        found.append(model.Step(start=read["from"], value=read["is"]))
    return tuple(found)


def values(node: Node, key: str, desk: Desk) -> tuple[model.ThresholdValue, ...] | None:
    """`[{since: 2022-01-01, is: 20}, ...]`: cut-offs by the day they came into force."""
    if not isinstance(node, ListNode) or not node.items:
        desk.wrong(node, key, "a list of {since: date, is: number}")
        return None
    found: list[model.ThresholdValue] = []
    for item in node.items:
        read = keyed(item, key, {}, {"since": _day, "is": number, "by": identifier("finding"), "steps": steps}, desk)
        if read is None:
            continue
        if "is" not in read and not ("by" in read and "steps" in read):
            desk.say("OL102", "a dated cut-off has no 'is'", item.place)
        found.append(
            model.ThresholdValue(
                since=read.get("since", 0), value=read.get("is"), by=read.get("by", ""), steps=read.get("steps", ())
            )
        )
    return tuple(sorted(found, key=lambda value: value.since))


def _day(node: Node, key: str, desk: Desk) -> int | None:
    day = dates.partial(node.value) if isinstance(node, Text) else None
    if day is None:
        desk.wrong(node, key, "a date such as 2022-01-01")
        return None
    return int(day.low)


def alternative(owner: str, place: Place, places: Mapping[str, Place], desk: Desk) -> None:
    """A cut-off is given in one of three ways."""
    ways = [way for way in ("value", "values", "by") if way in places]
    if not ways:
        desk.say("OL102", f"threshold '{owner}' has no 'value'", place, "or 'values' by date, or 'by' and 'steps'")
    elif len(ways) > 1:
        what = f"threshold '{owner}' has both '{ways[0]}' and '{ways[1]}'"
        desk.say("OL112", what, places[ways[1]], "keep one")
    elif ("by" in places) != ("steps" in places):
        desk.say("OL102", f"threshold '{owner}' needs both 'by' and 'steps'", place)


def forbidding(owner: str, place: Place, places: Mapping[str, Place], desk: Desk) -> None:
    """What must hold of no patient is written in one of two ways."""
    pair = [way for way in ("whenever", "must") if way in places]
    if "never" in places and pair:
        what = f"invariant '{owner}' has both 'never' and '{pair[0]}'"
        desk.say("OL112", what, places[pair[0]], "keep 'never', or 'whenever' with 'must'")
    elif "never" not in places and len(pair) < 2:
        missing = {"whenever": "must", "must": "whenever"}[pair[0]] if pair else "never"
        hint = "" if pair else "or 'whenever' with 'must'"
        desk.say("OL102", f"invariant '{owner}' has no '{missing}'", place, hint)
    if "label" in places:
        desk.say("OL112", "an invariant has a 'title', no 'label'", places["label"], "write 'title'")


def keyed(
    node: Node, key: str, required: Mapping[str, Read], optional: Mapping[str, Read], desk: Desk
) -> dict[str, Any] | None:
    """The values of a small mapping, by key."""
    allowed = {**optional, **required}
    if not isinstance(node, MapNode):
        desk.wrong(node, key, "{" + ", ".join(f"{name}: ..." for name in allowed) + "}")
        return None
    found: dict[str, Any] = {}
    for name, value in node.pairs:
        if name.value not in allowed:
            unknown_key(name, allowed, desk, f"in '{key}'")
            continue
        read = allowed[name.value](value, name.value, desk)
        if read is not None:
            found[name.value] = read
    present = {name.value for name, _ in node.pairs}
    for wanted in required if present <= allowed.keys() else ():
        if wanted not in present:
            desk.say("OL102", f"'{key}' has no '{wanted}'", node.place)
    return found


def _member_id(name: Text, what: str, desk: Desk) -> None:
    if not SNAKE.fullmatch(name.value):
        desk.say("OL110", f"the id of {what} takes small letters, digits and _, not '{name.value}'", name.place)


def _finished(later: Later | None, checker: Checker) -> Any:
    return None if later is None else later.finish(checker)
