"""How much a consultation asks: the examples and the published cases answered by script, counted and timed.

`python -m benchmarks.consulting` prints the numbers that docs/consultation.md reports. What is shown at the first
stop is held against what the whole record would show; where they differ, it must have been said what is missing.
"""

from __future__ import annotations

import datetime
import gc
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

from cli import COLLECTING
from engine.assessment.verdict import Verdict
from engine.case import case
from engine.case.case import Case, Prepared
from engine.dialogue.conversation import Conversation, Prompt
from engine.dialogue.settled import Told
from engine.intake import record
from engine.intake.answers import answers
from engine.intake.record import Record
from engine.knowledge_base.store import cache
from engine.values.value import Known

from . import afterwards, consulted

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
        self._since = time.process_time()
        self._volunteer(asked.findings)
        given = [(name, answers.write_answer(self.kb, name, self.known[name])) for name in asked.findings
                 if name in self.known]  # fmt: skip
        plain = [(name, text) for name, text in given if text[:1] not in "[{"]
        for name in {name for name, _ in given} - {name for name, _ in plain}:  # lists: taken over as they are
            self.held.say(name, self.known[name])
            self.held.move(settled=self.held.progress.settled | {name})
        if given and not plain:
            return "facts"
        if asked.detail is not None or not plain:
            return "don't know"
        return plain[0][1] if len(asked.findings) == 1 else ", ".join(f"{name} {text}" for name, text in plain)

    def _volunteer(self, names: tuple[str, ...]) -> None:
        """Tell what the record has in place of these: a body mass index without weight and height."""
        assert self.held is not None
        reads = self.held.case.prepared.plan.reads
        for name in self.known.keys() & self.kb.quantities.keys() - self.held.case.said.keys():
            if not reads[name].isdisjoint(names) and self.known.keys().isdisjoint(names):
                self.held.say(name, self.known[name])

    def tell(self, told: Told) -> None:
        return None


class Nowhere:
    """Pages nobody reads."""

    def report(self, verdict: Verdict, where: str, unread: tuple[str, ...] = ()) -> str:
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


def left_out(held: Conversation, known: dict[str, Known]) -> tuple[frozenset[str], frozenset[str]]:
    """The kinds of what the whole record shows otherwise than the first stop; and of those about which it was silent.

    It was not silent where the difference goes when what it named, or offered, is kept from the record as well.
    """
    missing, offered = afterwards.named(held, held.finished())
    unsaid = {name for name in known if not getattr(held.case.said.get(name), "complete", name in held.case.said)}
    found = []
    for names in (unsaid, unsaid - missing - offered):
        other = held.case.supposing({name: known[name] for name in names})
        other.finish()
        found.append(consulted.statuses(other))
    stop = held.case.supposing({})
    stop.finish()
    before = consulted.statuses(stop)
    whole, silent = (frozenset(what[0] for what, _, _ in afterwards.turns(before, after)) for after in found)
    return whole, silent


def main() -> None:
    gc.set_threshold(*COLLECTING)  # as the program does; and so below
    prepared = case.prepare_kept(cache.load(ROOT))
    gc.freeze()
    counts: list[int] = []
    times: list[float] = []
    differing: list[tuple[frozenset[str], frozenset[str]]] = []
    for one in patients(prepared):
        gc.collect()  # the consultation before, which outside of here was a process of its own
        script = Script(prepared, one.known)
        held = Conversation(Case(prepared, one.today or UNDATED), script, Nowhere())
        script.held = held
        held.reader.prepare()  # while the first question is read
        held.run()
        counts.append(held.asked)
        times += script.times
        differing.append(left_out(held, one.known))
    print(f"patients {len(counts)}, findings {len(prepared.kb.findings)}, rules {len(prepared.kb.rules)}")
    print(f"questions: median {statistics.median(counts)}, 90th percentile {_share(counts, 0.9)}, most {max(counts)}")
    for told, index in (("differ from the whole record", 0), ("differ and do not say what is missing", 1)):
        kinds = [pair[index] for pair in differing]
        few = ", ".join(f"{kind} {sum(kind in one for one in kinds)}" for kind in ("alert", "diagnosis", "medicine"))
        print(f"verdicts at the first stop that {told}: {sum(map(bool, kinds))} ({few})")
    ordered = (
        f"median {statistics.median(times):.0f}, 99th percentile {_share(times, 0.99):.0f}, worst {max(times):.0f}"
    )
    print(f"milliseconds from answer to question: {ordered}")


def _share(numbers: list[int] | list[float], share: float) -> float:
    ordered = sorted(numbers)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


if __name__ == "__main__":
    main()
