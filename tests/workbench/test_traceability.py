"""What was read is carried by a rule or entry, or left out for a reason; and the committed page says so."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from engine.workbench.survey import traceability
from engine.workbench.survey.traceability import Carrier, Rows
from tests import shipped

ROOT = Path(__file__).parent.parent.parent
pytestmark = pytest.mark.xdist_group("traceability")  # all is read once, not by each worker
Carried = Mapping[str, tuple[Carrier, ...]]


@pytest.fixture(scope="module")
def read() -> Rows:
    found, problems = traceability.rows(ROOT)
    assert found is not None
    assert problems == []
    return found


@pytest.fixture(scope="module")
def carried() -> Carried:
    return traceability.carriers(ROOT)


def test_every_statement_and_row_is_carried_or_left_out_for_a_reason(read: Rows, carried: Carried) -> None:
    assert traceability.unexplained(read, carried) == []
    assert all(topic and reason for topic, reason in read.left_out.values())


def test_the_committed_page_is_current(read: Rows) -> None:
    """After a change of rules, entries or cases: `osteologic trace`."""
    fresh = traceability.page(shipped.base(), ROOT, read, shipped.worked())
    committed = (ROOT / traceability.PAGE).read_text("utf-8")
    assert committed == fresh, "write it with: osteologic trace"


def test_every_rule_that_the_articles_state_is_fired_by_a_named_case(read: Rows, carried: Carried) -> None:
    fired = {want.subject for case in shipped.worked() for want in case.expectations if want.kind == "fired"}
    with_rules = [name for name in read.statements if any(one.is_rule for one in carried[name])]
    assert len(with_rules) >= 30
    assert [name for name in with_rules if not fired & {one.id for one in carried[name]}] == []


def test_rows_are_found_under_their_key_and_in_sources(tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    rules.mkdir()
    first = "a-rule:  # C001\n  rows: [E041, D002, A14]\n  sources: [who-1994 B003, demineralization A15]\n"
    text = first + "another:\n  because: B123 is no row\n  sources: [a-paper S1, a-label 5.1]\n"
    (rules / "one.yaml").write_text(text, "utf-8")
    found = traceability.carriers(tmp_path)
    assert set(found) == {"E041", "D002", "A14", "B003", "A15"}
    assert found["D002"] == (Carrier("a-rule", "rules/one.yaml"),)


def test_what_nothing_carries_is_named(read: Rows, carried: Carried) -> None:
    row = next(row for row in sorted(carried) if row in read.known and row not in read.told_by)
    statement = next(iter(read.statements))
    fewer = {name: who for name, who in carried.items() if name not in (row, statement)}
    assert {row, statement} <= set(traceability.unexplained(read, fewer))


def test_a_row_that_is_not_on_the_list_is_named(read: Rows, carried: Carried) -> None:
    carried = {**carried, "E999": (Carrier("a-rule", "rules/one.yaml"),)}
    assert "E999" in traceability.unexplained(read, carried)
