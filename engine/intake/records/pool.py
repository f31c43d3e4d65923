"""Health records of one run, kept together: what one file says of a patient may be in another."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterable, Iterator

from ...knowledge_base.model import KnowledgeBase
from ...values.problems import Refused
from ..record import Record
from ..taken import Says
from . import notation


class Pool:
    """Health records gathered from files; patient files pass through untouched."""

    def __init__(
        self, kb: KnowledgeBase, clock: datetime.date, as_of: datetime.date | None, says: Says | None = None
    ) -> None:
        self.kb, self.clock, self.as_of, self.says = kb, clock, as_of, says
        self._files: list[notation.Contents] = []

    def kept(self, lines: Iterator[bytes], name: str) -> Iterable[bytes] | None:
        """The lines of a patient file; None where they were those of a health record, which is kept. Raises Refused."""
        head, is_one = notation.opening(lines)
        if not is_one:
            return itertools.chain(head, lines)
        text = notation.whole(itertools.chain(head, lines), name)
        self._files.append(notation.contents(text, name, len(self._files)))
        return None

    def patients(self) -> list[Record]:
        """Every patient of what was kept. Raises Refused where there is none in it."""
        if not self._files:
            return []
        from .records import Mapper  # only where there is a record

        found = Mapper(self.kb, self.clock, self.as_of, self.says).patients(self._files)
        if not found:
            raise Refused([notation.nobody(self._files)])
        return found
