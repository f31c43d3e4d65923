"""What an editor can have the server do, by name."""

from __future__ import annotations

RUN, EVALUATE, FOLLOWS, CLEAR = (
    *("osteologic.run", "osteologic.evaluate", "osteologic.whatFollows", "osteologic.clearEvaluation"),
)
