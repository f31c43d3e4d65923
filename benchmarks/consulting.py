"""How much a consultation asks: the examples and the published cases answered by script, counted and timed.

`python -m benchmarks.consulting` prints the numbers that docs/consultation.md reports.
"""

from __future__ import annotations

import datetime
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

from engine.consultation import answers, case, record
from engine.consultation.case import Case, Prepared
from engine.consultation.conversation import Conversation, Prompt
from engine.consultation.record import Record
from engine.consultation.settled import Told
from engine.consultation.verdict import Verdict
from engine.knowledge_base import cache
from engine.language.value import Known

ROOT = Path(__file__).parent.parent
UNDATED = datetime.date(2026, 1, 1)
MOST = 60


class Script:
    """Somebody with the whole record at hand, who answers what is asked and knows nothing else."""

    def __init__(self, prepared: Prepared, known: dict[str, Known]) -> None:
        self.kb, self.known = prepared.kb, known
        self.times: list[float] = []
        self._since = 0.0
        self.held: Conversation | None = None

    def ask(self, prompt: Prompt) -> str | None:
        assert self.held is not None
        if self._since:
            self.times.append(1000 * (time.process_time() - self._since))
        asked = self.held.next()
        if asked is None or self.held.asked > MOST:
            return None
        given = [(name, answers.write_answer(self.kb, name, self.known[name])) for name in asked.findings
                 if name in self.known]  # fmt: skip
        plain = [(name, text) for name, text in given if text[:1] not in "[{"]
        for name in {name for name, _ in given} - {name for name, _ in plain}:  # lists: taken over as they are
            self.held.say(name, self.known[name])
            self.held.move(settled=self.held.progress.settled | {name})
        if given and not plain:
            return "facts"
        self._since = time.process_time()
        if asked.detail is not None or not plain:
            return "don't know"
        return plain[0][1] if len(asked.findings) == 1 else ", ".join(f"{name} {text}" for name, text in plain)

    def tell(self, told: Told) -> None:
        return None


class Nowhere:
    """Pages nobody reads."""

    def report(self, verdict: Verdict, where: str) -> str:
        return ""

    def show(self, what: str, case: Case, verdict: Verdict, subject: object) -> str:
        return ""

    def save(self, text: str, where: str) -> str:
        return ""


def patients(prepared: Prepared) -> Iterator[Record]:
    for path in (*sorted((ROOT / "examples").glob("*.yaml")), ROOT / "tests" / "cases" / "published.yaml"):
        records, problems = record.read_records(prepared.kb, path.read_text("utf-8"), path.name, UNDATED)
        assert not problems, problems
        yield from records


def main() -> None:
    prepared = case.prepare_kept(cache.load(ROOT))
    counts: list[int] = []
    times: list[float] = []
    for one in patients(prepared):
        script = Script(prepared, one.known)
        held = Conversation(Case(prepared, one.today or UNDATED), script, Nowhere())
        script.held = held
        held.run()
        counts.append(held.asked)
        times += script.times
    print(f"patients {len(counts)}, findings {len(prepared.kb.findings)}, rules {len(prepared.kb.rules)}")
    print(f"questions: median {statistics.median(counts)}, 90th percentile {_share(counts, 0.9)}, most {max(counts)}")
    ordered = (
        f"median {statistics.median(times):.0f}, 99th percentile {_share(times, 0.99):.0f}, worst {max(times):.0f}"
    )
    print(f"milliseconds from answer to question: {ordered}")


def _share(numbers: list[int] | list[float], share: float) -> float:
    ordered = sorted(numbers)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


if __name__ == "__main__":
    main()
