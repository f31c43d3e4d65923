"""The strategy: the order of firing, and the retraction of conclusions whose justifications are gone.

The strategy experta ships gives wrong answers: it looks for a lost activation beside the place where it sorted it in,
misses it among equals, and fires it all the same; it never takes a conclusion back; and activations of equal rank fire
in an order that differs from one process to the next.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from .shell import Strategy, watchers

_key = attrgetter("key")
_ACTIVATIONS, _INFO = watchers.ACTIVATIONS, logging.INFO


class MaintainingStrategy(Strategy):  # type: ignore[misc]  # experta ships no annotations
    """Newest first, equals by the name of their production; what a lost activation justified is withdrawn.

    A ground production has one activation, always the same object: it is found by identity, and its `key` is the rank
    of its production's name.
    """

    def update_agenda(self, agenda: Any, added: Sequence[Any], removed: Sequence[Any]) -> None:
        if _ACTIVATIONS.level <= _INFO:
            super().update_agenda(agenda, added, removed)
        else:
            self._update_agenda(agenda, added, removed)

    def _update_agenda(self, agenda: Any, added: Sequence[Any], removed: Sequence[Any]) -> None:
        if removed and agenda.activations:
            lost = set(map(id, removed))
            agenda.activations[:] = [waiting for waiting in agenda.activations if id(waiting) not in lost]
        for activation in removed:
            activation.withdraw()
        if added:
            # The agenda is taken from its end.
            agenda.activations.extend(sorted(added, key=_key, reverse=True))
