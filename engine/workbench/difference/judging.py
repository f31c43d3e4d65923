"""One patient under one version: what of the record it has names for, and what experta makes of it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence

from ...assessment.outlook import Outlook
from ...case.case import Case, Prepared
from ...inference.working_memory import WorkingMemory
from ...values.value import Known


class Judge:
    """Judges patients one by one under one version; one working memory serves them all."""

    def __init__(self, prepared: Prepared) -> None:
        self.prepared = prepared
        self._memory: WorkingMemory | None = None

    def look(self, said: Mapping[str, Known], day: datetime.date) -> Outlook:
        """A finished case to be asked thing by thing, until the next is looked at."""
        if self._memory is None:
            self._memory = WorkingMemory(self.prepared.plan)
        case = Case(self.prepared, day, memory=self._memory)
        case.say(readable(self.prepared, [said])[0])
        case.finish()
        return Outlook(case)


def readable(prepared: Prepared, said: Sequence[Mapping[str, Known]]) -> list[Mapping[str, Known]]:
    """What of each record a version has a name for."""
    known = prepared.kb.findings.keys() | prepared.kb.quantities.keys()
    return [{name: one for name, one in each.items() if name in known} for each in said]
