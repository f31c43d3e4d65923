"""Of which lists of codes the texts of a column may be: by their form, and by how many of them are ours."""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Iterable, Iterator

from ...knowledge_base.model import Finding, KnowledgeBase
from ...values.frozen import ordered
from .coded import Coded

RESULTS = "results"
"""What codes of results are a table of."""
_FORMS = {
    "icd10": re.compile(r"[A-Z]\d[0-9A-Z](\.?[0-9A-Z]{1,4})?"),
    "atc": re.compile(r"[A-Z]\d\d[A-Z]{2}(\d\d)?"),
    "loinc": re.compile(r"\d{1,7}-\d"),
    "snomed": re.compile(r"\d{6,18}"),
    "rxnorm": re.compile(r"\d{2,7}"),
}
_ALIKE = 0.8
"""Of so many texts that have the form of a code it is asked whether they are."""
_MOST = 400
"""So many distinct codes are looked up, the commonest."""


@ordered
class Supposed:
    """The finding that codes of a system tell most of; `known` of the `codes` are in our lists."""

    name: str
    system: str
    known: int
    codes: int

    def __str__(self) -> str:
        return f"{self.known} of {self.codes} codes are known here"


class Codes:
    """Looks for codes among texts."""

    def __init__(self, kb: KnowledgeBase) -> None:
        self.kb = kb

    @functools.cached_property
    def coded(self) -> Coded:
        """What knows our lists; made when the first text looks like a code."""
        return Coded(self.kb)

    def supposed(self, cells: Counter[str], findings: Iterable[Finding]) -> Supposed | None:
        """What the texts of a column may be codes of; None where they look like none, or none of them is ours."""
        codes: Counter[str] = Counter()
        for text, count in cells.most_common(_MOST):
            for part in filter(None, (one.strip() for one in text.split(";"))):
                codes[part] += count
        asked = list(findings)
        found = [one for system in _FORMS if _look_alike(codes, system) for one in self._tried(codes, system, asked)]
        return max(found, key=lambda one: one.known, default=None)

    def _tried(self, codes: Counter[str], system: str, findings: list[Finding]) -> Iterator[Supposed]:
        for finding in findings:
            known = sum(self._known(finding, system, code) for code in codes)
            if known:
                yield Supposed(finding.id, system, known, len(codes))
        results = sum(bool(self.coded.asked((system,), code)) for code in codes)
        if results:
            yield Supposed(RESULTS, system, results, len(codes))

    def _known(self, finding: Finding, system: str, code: str) -> bool:
        if finding.form == "records":
            return self.coded.member(finding.fields[finding.key], (system,), code) is not None
        return finding.form == "choice" and self.coded.answer(finding, (system,), code) is not None


def _look_alike(codes: Counter[str], system: str) -> bool:
    form = _FORMS[system]
    return bool(codes) and sum(form.fullmatch(one) is not None for one in codes) >= _ALIKE * len(codes)
