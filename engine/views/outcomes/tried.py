"""How invariants fared on random patients: those that someone breaks, with the harm and the smallest patient."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

from ...workbench.trials.invariants import Tried, Violation
from .. import escape


def text(tried: Tried) -> str:
    """Each that is broken, then one closing line; nothing where there was none to try."""
    if not tried.count:
        return ""
    return "\n".join([*(line for one in tried.violations for line in _broken(one)), summary(tried)]) + "\n"


def summary(tried: Tried) -> str:
    """The closing line."""
    broken = len(tried.violations)
    rest = f", {broken} {'is' if broken == 1 else 'are'} broken" if broken else ""
    hold = tried.count - broken
    plural = "" if hold == 1 else "s"
    return f"{hold} invariant{plural} hold{'s' if hold == 1 else ''} on {tried.patients:,} random patients{rest}"


def _broken(one: Violation) -> Iterator[str]:
    invariant = one.invariant
    yield f"BROKEN {invariant.id}  ({invariant.place})"
    yield f"  {escape.line(invariant.label)}"
    yield f"  harm: {escape.line(invariant.harm)}"
    yield f"  {_who(one)}; the smallest of them, as a file for assess:"
    yield ""
    yield from one.smallest.rstrip("\n").split("\n")
    yield ""


def _who(one: Violation) -> str:
    return f"broken by {one.patients:,} random patient{'' if one.patients == 1 else 's'}"


def data(tried: Tried) -> dict[str, Any]:
    """The same for programs."""
    return {
        "tried": tried.count,
        "patients": tried.patients,
        "broken": [
            {
                "invariant": one.invariant.id,
                "title": one.invariant.label,
                "harm": one.invariant.harm,
                "file": one.invariant.place.file,
                "line": one.invariant.place.line,
                "patients": one.patients,
                "smallest": one.smallest,
            }
            for one in tried.violations
        ],
    }


def add_to_junit(suite: ElementTree.Element, tried: Tried) -> None:
    """A test case for each that is broken, and one for all that hold."""
    if tried.count:
        ElementTree.SubElement(suite, "testcase", name=summary(tried), classname="invariants")
    for one in tried.violations:
        names = {"name": escape.line(one.invariant.label), "classname": one.invariant.place.file}
        case = ElementTree.SubElement(suite, "testcase", names)
        ElementTree.SubElement(case, "failure", message=_who(one)).text = escape.plain(one.smallest)
