"""Labels: each thing is called as its own kind calls it, whatever else has its id."""

from __future__ import annotations

from engine.knowledge_base.model import Alert, KnowledgeBase, State
from engine.knowledge_base.naming import Names
from engine.values.problems import Place

HERE = Place("a file", 1, 1)


def test_an_alert_is_not_called_as_the_state_of_the_same_id() -> None:
    kb = KnowledgeBase(
        states={"jaw_dying": State(id="jaw_dying", place=HERE, label="the jaw may be dying")},
        alerts={"jaw_dying": Alert(id="jaw_dying", place=HERE, label="see an oral surgeon", action="Today.")},
    )
    names = Names(kb)
    assert names.subject("jaw_dying") == "see an oral surgeon"
    assert names.label("jaw_dying") == names.proposition("jaw_dying") == "the jaw may be dying"
