"""What came of screening a table: counts for a terminal, and as a page of its own."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Iterator

from ...cohort.counts import Counted
from ...intake import record
from ...intake.answers import answers
from ...knowledge_base.model import KnowledgeBase
from ...knowledge_base.naming import Names
from ...premises import statuses
from ...values.frozen import ordered
from ...values.truth import Truth
from ..report import html

_SHOWN = {"alert": "Alerts", "status": "Plan", "diagnosis": "Diagnoses", "test": "Tests", "cause": "Causes"}
_MOST_MISSING = 12
_REFUSALS = {**answers.CODES, **record.CODES}
"""What the codes of refused rows mean."""


@ordered
class Report:
    """What is told of a run."""

    kb: KnowledgeBase
    today: datetime.date
    question: str
    counted: Counted
    complete: tuple[str, ...] = ()
    """The lists that were taken as complete."""
    min_count: int = 1
    """Counts below it are not told."""

    def number(self, count: int) -> str:
        """A count; a small one only as small."""
        return f"{count:,}" if not count or count >= self.min_count else f"< {self.min_count}"


def text(report: Report) -> str:
    """The counts as lines."""
    return "\n".join([*_table(report), "", *_answer(report), *_ending(report)]) + "\n"


def brief(report: Report, file: str) -> str:
    """What was written, and what was left out."""
    return "\n".join([f"written to {file}", *_table(report), *_answer(report, shown=False), *_ending(report)]) + "\n"


def _table(report: Report) -> Iterator[str]:
    counted, number = report.counted, report.number
    yield f"{counted.rows:,} rows"
    if counted.refused_rows:
        yield f"{number(counted.refused_rows)} refused, as their patient files would be:"
        for (code, about), count in counted.refused.most_common():
            meaning = _REFUSALS.get(code, "")
            yield f"  {code} {about}: {number(count)}" + (f" ({meaning})" if meaning else "")
    if counted.no_numbers:
        yield f"{number(counted.no_numbers)} cells are not a number (NaN): nothing was said in them"
    if counted.unused:
        yield f"{number(counted.unused.total())} entries are not used, for nothing here has their codes:"
        told = ((one, count) for one, count in counted.unused.most_common(_MOST_MISSING) if count >= report.min_count)
        yield from (f"  {about} {code}: {number(count)}" for (about, code), count in told)
    if counted.apart:
        yield f"{number(counted.apart)} rows say two things of one, and were judged both ways"


def _answer(report: Report, shown: bool = True) -> Iterator[str]:
    counted, number = report.counted, report.number
    if report.question:
        yield f"{report.question}:"
        for word in ("true", "unknown", "false"):
            yield f"  {word}: {number(counted.answers[word])}"
        for alert, count in counted.open_alerts.items():
            yield f"  alert({alert}) is not raised, and not ruled out: {number(count)}"
        if counted.missing:
            yield "what would settle it, with the rows that wait for it:"
            for name, count in _most(counted.missing):
                yield f"  {name}: {number(count)}"
    elif shown:
        names = Names(report.kb)
        for of, title in _SHOWN.items():
            yield f"{title}:"
            for member, words in _by_member(report, of):
                told = ", ".join(f"{word.replace('_', ' ')} {number(count)}" for word, count in words)
                yield f"  {_label(names, member)} ({member}): {told}"


def _by_member(report: Report, of: str) -> Iterator[tuple[str, list[tuple[str, int]]]]:
    found: dict[str, list[tuple[str, int]]] = {}
    for (kind, member, word), count in report.counted.shown.items():
        if kind == of:
            found.setdefault(member, []).append((word, count))
    yield from found.items()


def _label(names: Names, member: str) -> str:
    taking = member.removeprefix("taking_")
    return f"takes {names.label(taking)}, contraindicated" if taking != member else names.label(member)


def _most(counter: Counter[str]) -> list[tuple[str, int]]:
    return counter.most_common(_MOST_MISSING)


def _ending(report: Report) -> Iterator[str]:
    if report.complete:
        yield f"taken as complete: {', '.join(report.complete)}"
    yield f"on {report.today}, by the knowledge base {report.kb.digest[:19]}"
    if report.kb.scope is not None:
        yield " ".join(report.kb.scope.disclaimer.split())


# --- the page ---------------------------------------------------------------------------------------------------------


def page(report: Report, table: str) -> str:
    """The same as a page that needs nothing else."""
    counted = report.counted
    names = Names(report.kb)
    accepted = counted.rows - counted.refused_rows
    funnel = [("rows", counted.rows), ("read", accepted)]
    if report.question:
        funnel += [(f"{word}: {report.question}", counted.answers[word]) for word in ("true", "unknown")]
    alerts = [
        (_label(names, member), sum(count for word, count in words if word == statuses.ALERT[Truth.TRUE]))
        for member, words in _by_member(report, "alert")
    ]
    return (
        html.environment()
        .get_template("screened.html")
        .render(
            table=table,
            question=report.question,
            funnel=_bars(report, funnel),
            refused=[(code, about, report.number(count)) for (code, about), count in counted.refused.most_common()],
            missing=_bars(report, [(_label(names, name), count) for name, count in _most(counted.missing)]),
            ages=_bars(report, sorted(counted.ages.items())),
            alerts=_bars(report, sorted((one for one in alerts if one[1]), key=lambda one: -one[1])),
            ending=list(_ending(report)),
            notes=list(_table(report)),
        )
    )


def _bars(report: Report, counts: Iterable[tuple[str, int]]) -> list[tuple[str, str, int]]:
    """Label, number and width of each bar; a count that is hidden has none."""
    listed = list(counts)
    most = max((count for _, count in listed), default=0) or 1
    return [
        (label, report.number(count), round(100 * count / most) if count >= report.min_count else 0)
        for label, count in listed
    ]
