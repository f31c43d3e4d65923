"""Questions about a patient: whatever a premise can say, and what the report says (`status(x) is recommended`).

Invariants are written in it. It answers from the case as it stands, so that it agrees with what is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..case.case import Case
from ..knowledge_base.model import KnowledgeBase
from ..knowledge_base.reading import readable
from ..premises import statuses
from ..premises.checking import checking
from ..premises.expression import All, AnyOf, AtLeast, Contradicts, IsKnown, Not, Shown, TruthNode
from ..values import truth
from ..values.problems import Place, Problem
from ..values.truth import Truth
from ..values.value import NOT_MEASURED, UNKNOWN, Known, Records
from .outlook import Outlook
from .several import worlds

HERE = Place("the query", 1, 1)


def parse(kb: KnowledgeBase, text: str, place: Place = HERE) -> tuple[TruthNode | None, list[Problem]]:
    """What a text asks, and every problem with it; None exactly when one of them is an error."""
    vocabulary, units = readable.vocabulary(kb)
    return checking.check_premise(text, place, vocabulary, units, statuses=True)


def holds(case: Case, node: TruthNode, look: Outlook | None = None) -> Truth:
    """Whether it holds of the case as it stands.

    Args:
        look: the outlook of this case, for whoever asks more than one thing of it.
    """
    return _Answers(case, look or Outlook(case)).of(node)


class _Answers:
    """Answers about one case: junctions here, what is shown by the outlook, all else by the working memory."""

    def __init__(self, case: Case, look: Outlook) -> None:
        self.case, self.look = case, look

    def of(self, node: TruthNode) -> Truth:
        if isinstance(node, All):
            return truth.all_of(self.of(item) for item in node.items)
        if isinstance(node, AnyOf):
            return truth.any_of(self.of(item) for item in node.items)
        if isinstance(node, AtLeast):
            return truth.at_least(node.count, (self.of(item) for item in node.items))
        if isinstance(node, Not):
            return truth.negation(self.of(node.item))
        if isinstance(node, IsKnown):
            return truth.of(_is_known(self.case.memory.known(node.name)))
        if isinstance(node, Contradicts):
            return truth.of(len(worlds.of(self.case)) > 1)
        return self._shown(node) if isinstance(node, Shown) else self.case.memory.holds(node)

    def _shown(self, node: Shown) -> Truth:
        say = _SAID[node.of]
        said = any(say(self.look, member) in node.words for member in node.members)
        return truth.of(said != node.negated)


def _is_known(known: Known) -> bool:
    """Whether there is anything to go by; of a list, whether nothing may be missing from it."""
    if isinstance(known, Records):
        return known.complete
    return known not in (UNKNOWN, NOT_MEASURED)


def _diagnosis(look: Outlook, condition: str) -> str:
    standing = look.standing(condition)
    return standing.status if standing is not None else statuses.NOT_CONSIDERED


_SAID: Mapping[str, Callable[[Outlook, str], str]] = {
    "status": lambda look, intervention: look.status(intervention) or statuses.ABSENT,
    "diagnosis": _diagnosis,
    "alert": lambda look, alert: statuses.ALERT[look.alert(alert)],
    "caution": lambda look, intervention: statuses.GIVEN if look.calls_for_care(intervention) else statuses.ABSENT,
}
"""The word of the report for each thing that can be asked of it."""
