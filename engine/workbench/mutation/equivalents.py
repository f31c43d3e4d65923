"""Changes of rules that an author has looked at and says no patient could ever notice, each with the reason.

They are written in tests/mutants.yaml (a hospital's own in DIR/mutants.yaml): the id of the rule, then each change in
the words in which it is reported, and why. What is listed and no longer comes up is a problem, like any unused word.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ...knowledge_base.files import source
from ...knowledge_base.files.nodes import MapNode, describe
from ...values.problems import Place, Problem

CODES: dict[str, str] = {
    "OL410": "a list of equivalent changes written in another form than it takes",
    "OL411": "an equivalent change that is not among the changes of its rule",
    "OL412": "a rule or threshold to be tested that there is not",
}


@dataclass(frozen=True, slots=True)
class Listed:
    """One change said to be equivalent, and why."""

    rule: str
    change: str
    reason: str
    place: Place

    @property
    def key(self) -> str:
        return f"{self.rule}: {self.change}"


def read(text: bytes, file: str) -> tuple[list[Listed], list[Problem]]:
    """The changes a file lists: `rule-id: {change: reason}`."""
    node, problems = source.load_text(text, file, prose=None)
    if node is None:
        return [], problems
    if not isinstance(node, MapNode):
        return [], [*problems, _form(describe(node), node.place)]
    found: list[Listed] = []
    for rule, changes in node.pairs:
        if not isinstance(changes, MapNode):
            problems.append(_form(describe(changes), changes.place))
            continue
        for change, reason in changes.pairs:
            text_of = getattr(reason, "value", "")
            if text_of:
                found.append(Listed(rule.value, change.value, text_of, change.place))
            else:
                problems.append(_form("a change without a reason", change.place))
    return found, problems


def _form(what: str, place: Place) -> Problem:
    return Problem("OL410", f"{what} stands here", place, hint="write `rule-id:`, and below it `change: reason`")


def unused(listed: Iterable[Listed], known: Mapping[str, object]) -> list[Problem]:
    """Those that are no change of any rule, by the keys of all that are."""
    return [
        Problem(
            "OL411",
            f"'{one.change}' is no change of '{one.rule}'",
            one.place,
            hint="copy the words from the report, or take it out",
        )
        for one in listed
        if one.key not in known
    ]
