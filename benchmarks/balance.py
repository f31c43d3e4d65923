"""Whether safety leaves anybody a medicine: the best status of a bone medicine, patient by patient.

`python -m benchmarks.balance` looks at every third worked case and at the ordinary records of examples/ordinary. Of
those of whom a bone medicine is wanted it prints the share whose best one is recommended, conditional, deferred or
contraindicated, and the same of those whose record holds all that an ordinary one does: most worked cases name only
what their clause needs, and wait for the rest. `--keep FILE` writes who stands where, and by which rules; `--against
FILE` prints who stood elsewhere in such a file. With a revision of the project (`main`, `HEAD~3`) the same patients are
also judged by the program and the knowledge of that revision, and whoever changed since is printed. A patient whom that
revision cannot read is left out there.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from engine.assessment.outlook import Outlook
from engine.assessment.plan import LINES
from engine.case import case
from engine.case.case import Case, Prepared
from engine.case.opening import UNDATED
from engine.inference.working_memory import WorkingMemory
from engine.intake import record
from engine.intake.record import Record
from engine.knowledge_base.store import cache
from engine.values.truth import Truth
from engine.workbench.cases import cases

ROOT = Path(__file__).resolve().parent.parent
CHOICE = "bone medicine"
BEST_FIRST = ("recommended", "conditional", "deferred", "contraindicated")
EVERY = 3
"""One in so many of the worked cases is looked at."""
AT_HAND = frozenset(
    {
        *("age", "sex", "weight", "height", "fractures", "conditions", "medicines", "intolerances"),
        *("calcium", "albumin", "creatinine", "alkaline_phosphatase", "vitamin_d"),
    }
)
"""What an ordinary record holds."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The best status of a bone medicine that one patient can have, and what keeps it from being better.

    `rules` hold it back, or may while `missing` is not known: the findings that the nearest of `medicines` waits for.
    `after` is what has to be put right first.
    """

    name: str
    best: str
    medicines: tuple[str, ...]
    line: str
    rules: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    ordinary: bool = False
    """Whether the record holds all that an ordinary one does."""

    def __str__(self) -> str:
        held = ", ".join((*self.rules, *self.missing))
        return f"{self.best} ({', '.join(self.medicines)})" + (f" by {held}" if held else "")


def ordinary(prepared: Prepared, root: Path = ROOT) -> dict[str, Record]:
    """The ordinary records by the name of their file."""
    found: dict[str, Record] = {}
    for path in sorted((root / "examples" / "ordinary").glob("*.yaml")):
        read, _ = record.read_records(prepared.kb, path.read_bytes(), path.name)
        found.update((path.stem, one) for one in read)
    return found


def judged(prepared: Prepared, one: Record, memory: WorkingMemory) -> Case:
    """The case of a whole record."""
    patient = Case(prepared, one.today or UNDATED, memory=memory)
    patient.say(one.known)
    patient.finish()
    return patient


def standing(patient: Case, name: str) -> Standing | None:
    """Where a patient stands; None where no bone medicine is wanted."""
    look = Outlook(patient)
    choice = [one.id for one in patient.kb.interventions.values() if one.choice == CHOICE]
    statuses = {one: look.status(one) for one in choice if look.status(one) in BEST_FIRST}
    if not statuses:
        return None
    best = min(statuses.values(), key=BEST_FIRST.index)
    chosen = [one for one, status in statuses.items() if status == best]
    line = min((look.line(one) for one in chosen), key=(*LINES, "").index)
    holds_all = patient.said.keys() >= AT_HAND
    if best == BEST_FIRST[0]:
        return Standing(name, best, tuple(chosen), line, ordinary=holds_all)
    rules = dict.fromkeys(rule for one in chosen for rule in _against(patient, one, best))
    missing = min((look.missing(one) for one in chosen), key=len) if best == "conditional" else ()
    after = dict.fromkeys(step for one in chosen for step in look.after(one))
    return Standing(name, best, tuple(chosen), line, tuple(rules), missing, tuple(after), holds_all)


def _against(patient: Case, medicine: str, status: str) -> Iterable[str]:
    """The rules that bar or delay a medicine, or may."""
    held = Truth.UNKNOWN if status == "conditional" else Truth.TRUE
    rules = (*patient.rules("contraindicates", medicine), *patient.rules("defers", medicine))
    return [rule.id for rule in rules if patient.truth(rule) is held]


def measure(prepared: Prepared, wanted: Iterable[tuple[str, Record]]) -> list[Standing]:
    """Everybody of whom a bone medicine is wanted."""
    memory = WorkingMemory(prepared.plan)
    found = (standing(judged(prepared, one, memory), name) for name, one in wanted)
    return [one for one in found if one is not None]


def patients(prepared: Prepared, root: Path = ROOT, every: int = EVERY) -> list[tuple[str, Record]]:
    """Every third worked case and the ordinary records, each with the name it is told by: its own, or its file's."""
    worked, _ = cases.read_all(prepared.kb, cases.files_in(root / "tests" / "cases"), root)
    return [*((one.name, one.record) for one in worked[::every]), *ordinary(prepared, root).items()]


Moved = tuple[str, Standing | None, Standing | None]
"""Somebody's name, with where they stood before and where they stand now."""


def share(found: Sequence[Standing], status: str = BEST_FIRST[0]) -> float:
    return sum(one.best == status for one in found) / len(found)


def changed(
    before: Iterable[Standing], after: Iterable[Standing]
) -> list[tuple[str, Standing | None, Standing | None]]:
    """Whoever stands elsewhere, those who fell first."""
    old, new = ({one.name: one for one in each} for each in (before, after))
    moved = [
        (name, old.get(name), new.get(name))
        for name in dict.fromkeys((*old, *new))
        if _place(old.get(name)) != _place(new.get(name))
    ]
    return sorted(moved, key=lambda one: _place(one[1]) - _place(one[2]))


def _place(one: Standing | None) -> int:
    return BEST_FIRST.index(one.best) if one is not None else len(BEST_FIRST)


# --- the command ------------------------------------------------------------------------------------------------------


def keep(path: Path, found: Sequence[Standing]) -> None:
    path.write_text(json.dumps([asdict(one) for one in found], indent=1) + "\n", "utf-8")


def kept(path: Path) -> list[Standing]:
    """What `keep` wrote."""
    return [_restored(one) for one in json.loads(path.read_text("utf-8"))]


def _restored(one: Mapping[str, object]) -> Standing:
    return Standing(**{key: tuple(value) if isinstance(value, list) else value for key, value in one.items()})  # type: ignore[arg-type]  # as `keep` wrote them


def at_revision(revision: str, every: int) -> list[Standing]:
    """The same patients, judged by the program and the knowledge of a revision."""
    with tempfile.TemporaryDirectory() as place:
        tree = Path(place, "tree")
        tree.mkdir()
        packed = subprocess.run(["git", "-C", str(ROOT), "archive", revision], check=True, capture_output=True).stdout
        subprocess.run(["tar", "-x", "-C", str(tree)], input=packed, check=True)
        out = Path(place, "found.json")
        command = [sys.executable, __file__, "--base", str(tree), "--keep", str(out), "--every", str(every)]
        subprocess.run(command, check=True, env={**os.environ, "PYTHONPATH": str(tree)}, stdout=subprocess.DEVNULL)
        return kept(out)


def told(found: Sequence[Standing]) -> str:
    whole = [one for one in found if one.ordinary]
    told_of_whole = f"; of {len(whole)} with a record that holds what an ordinary one does: {_counted(whole)}"
    return f"a bone medicine is wanted of {len(found)}; at best {_counted(found)}{told_of_whole if whole else ''}"


def _counted(found: Sequence[Standing]) -> str:
    counts = Counter(one.best for one in found)
    return ", ".join(f"{status} {counts[status]} ({share(found, status):.1%})" for status in BEST_FIRST)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.balance", description=__doc__.partition("\n")[0])
    parser.add_argument("revision", nargs="?", help="compare with this revision of the project")
    parser.add_argument("--keep", type=Path, metavar="FILE", help="write who stands where, and by which rules")
    parser.add_argument("--against", type=Path, metavar="FILE", help="compare with what was kept")
    parser.add_argument("--every", type=int, default=EVERY, metavar="N", help="look at one in N of the worked cases")
    parser.add_argument("--base", type=Path, default=ROOT, metavar="DIR", help="read the knowledge base from here")
    chosen = parser.parse_args(arguments)
    prepared = case.prepare_kept(cache.load(chosen.base))
    found = measure(prepared, patients(prepared, every=chosen.every))
    print(told(found))
    if chosen.keep is not None:
        keep(chosen.keep, found)
    before = kept(chosen.against) if chosen.against is not None else None
    if chosen.revision is not None:
        before = at_revision(chosen.revision, chosen.every)
        print(f"{chosen.revision}: {told(before)}")
    for name, old, new in changed(before, found) if before is not None else ():
        print(f"  {name}: {old or 'none wanted'} -> {new or 'none wanted'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
