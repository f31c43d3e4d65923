"""Health records as patients: each subject's resources mapped to answers, with what was and was not made of them.

FHIR R4, R4B and R5 are read by the same hands, over plain JSON: where the versions differ, both forms are known. One
value that cannot be read costs that value and nothing else. Lists stay open unless the record says that there is
nothing in them.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from ...knowledge_base.files.nodes import ListNode, MapNode, Node, Text
from ...knowledge_base.model import KnowledgeBase
from ...values.problems import Place, Problem
from ...values.value import Choice, Entry, Gap, Known, Number, Records
from ..answers import answers
from ..answers.sheet import Sheet
from ..record import Answer, Record, check_ages, check_applies, given_text
from ..taken import Aside, Says, Taken
from . import entries, family, medication, people, reports, results, times
from .chart import Candidate, Chart, Item, Tables
from .coding import words
from .notation import Broken, Contents, Resource
from .subjects import Grouped, Subject

_LATEST = 3
"""So many results of a finding are kept, for what must be found on two occasions."""
_ONE = frozenset({"weight", "height", "smoking"})
"""Findings of which the latest result alone is kept."""
_LOWEST = ("t_score", "z_score", "egfr")
"""Of several results of these on one day the lowest counts: a hip has two sides."""
_PREGNANT = datetime.timedelta(days=280)


_HANDLERS: Mapping[str, Callable[[Chart, Resource], None]] = {
    "Condition": entries.condition,
    "Procedure": entries.procedure,
    "AllergyIntolerance": entries.intolerance,
    "FamilyMemberHistory": family.relatives,
    "List": entries.summary,
    "Composition": entries.summary,
    "MedicationRequest": medication.medicine,
    "MedicationStatement": medication.medicine,
    "MedicationUsage": medication.medicine,
    "MedicationAdministration": medication.medicine,
    "MedicationDispense": medication.medicine,
}

_HOLDING: Mapping[str, Callable[[Chart, Resource, int, reports.Observe], None]] = {
    "DiagnosticReport": reports.report,
    "QuestionnaireResponse": reports.questionnaire,
}
"""Resources that results lie in."""


class Mapper:
    """Health records against one knowledge base.

    Args:
        clock: the day taken as today.
        as_of: the day asked for; it beats the clock. Who died before is read as on the day of death.
        says: reads texts that stand where a value belongs. Without it, they are read as answers of a file are.
    """

    def __init__(
        self, kb: KnowledgeBase, clock: datetime.date, as_of: datetime.date | None, says: Says | None = None
    ) -> None:
        self.kb, self.clock, self.as_of = kb, clock, as_of
        self.tables = Tables(kb, says)
        self._sheets: dict[datetime.date, Sheet] = {}

    def patients(self, files: Iterable[Contents]) -> list[Record]:
        """Every patient of some files that belong together, in the order in which they first appear."""
        resources: list[Resource] = []
        broken: list[Broken] = []
        for one in files:
            resources += one.resources
            broken += one.broken
        grouped = Grouped(resources)
        medicines = _medicines(grouped.medicines)
        first = True
        found = []
        for subject in grouped.subjects:
            found.append(self._patient(subject, medicines, grouped if first else None, broken if first else ()))
            first = False
        return found

    def _day(self, patient: Resource | None) -> datetime.date:
        died = people.died(patient)
        day = self.as_of or self.clock
        if times.is_time(died) and len(died) >= 10:
            return min(day, datetime.date.fromisoformat(died[:10]))
        return day

    def _patient(
        self, subject: Subject, medicines: Mapping[Any, Any], whole: Grouped | None, broken: Iterable[Broken]
    ) -> Record:
        day = self._day(subject.patient)
        chart = Chart(self.tables, day, medicines)
        person = people.person(chart, subject.patient) if subject.patient is not None else {}
        if subject.patient is None:
            chart.notice(f"No Patient resource describes {subject.name}: age and sex are unknown.")
        died = people.died(subject.patient)
        if died:
            when = f" on {times.day_of(died)}, and is told of as on that day" if died != "yes" else ""
            chart.notice(f"The patient died{when}.")
        for order, resource in enumerate(subject.resources):
            kind = resource.content["resourceType"]
            if kind == "Observation":
                results.observation(chart, resource, order)
                continue
            if kind in _HOLDING:
                _HOLDING[kind](chart, resource, order, results.observation)
                continue
            handler = _HANDLERS.get(kind)
            if handler is None:
                chart.passes(resource)
            else:
                handler(chart, resource)
        if chart.lasting:
            listed = ", ".join(dict.fromkeys(chart.lasting))
            chart.notice(f"Ordered over a year ago and still active in the record; ask whether it is taken: {listed}.")
        if whole is not None:
            chart.asides += [Aside(one.path, "", one.why) for one in broken]
            for resource, why in whole.nobody:
                chart.aside(resource, resource.content["resourceType"], why)
            for kind, count in whole.others.items():
                chart.kinds[kind] = chart.kinds.get(kind, 0) + count
        sheet = self._sheets.get(day)
        if sheet is None:
            sheet = self._sheets[day] = self.tables.sheet.on(day)
        _date(chart, subject.resources)
        return _Reading(chart, subject, sheet).record(person)


def _date(chart: Chart, resources: list[Resource]) -> None:
    """Give results without a day that of the report that holds them."""
    reported: dict[str, str] | None = None
    for listed in chart.results.values():
        for at, one in enumerate(listed):
            if one.when:
                continue
            if reported is None:
                reported = reports.dates(resources)
            resource = one.resource
            local = f"Observation/{words(resource.content.get('id'))}"
            when = reported.get(resource.reference) or reported.get(local, "")
            if when:
                listed[at] = one._replace(when=when)


def _medicines(resources: Iterable[Resource]) -> dict[Any, Any]:
    """What each Medication resource is, by the ways in which it may be referred to."""
    found: dict[Any, Any] = {}
    for one in resources:
        identity = words(one.content.get("id"))
        for key in (one.address, (one.scope, f"Medication/{identity}"), f"Medication/{identity}"):
            found.setdefault(key, one.content.get("code"))
    return found


class _Reading:
    """The answers of one patient, each read by itself, so that one that cannot be read costs no other."""

    def __init__(self, chart: Chart, subject: Subject, sheet: Sheet) -> None:
        self.chart, self.subject, self.sheet, self.kb = chart, subject, sheet, chart.kb
        self.found: dict[str, Answer] = {}
        self.paths: dict[str, tuple[str, ...]] = {}
        self.references: dict[str, str] = {}
        self.older = 0

    def record(self, person: Mapping[str, str]) -> Record:
        patient = self.subject.patient
        place = patient.place if patient is not None else Place(self.subject.name)
        first = patient or next(iter(self.subject.resources), None)
        for name, told in person.items():
            self._keep(name, Text(told, place), (self._from(patient),) if patient is not None else ())
        for name, candidates in self.chart.results.items():
            self._results(name, candidates)
        for name, sources in self.chart.told.items():
            if name not in self.found and name in self.kb.findings:
                answers_given = {answer for answer, _ in sources}
                if len(answers_given) == 1:
                    answer, first_source = sources[0]
                    self._keep(name, Text(answer, first_source.place), tuple(self._from(one) for _, one in sources))
        for name in dict.fromkeys((*self.chart.items, *self.chart.closed)):
            self._list(name, self.chart.items.get(name, []))
        self._held_to_each_other()
        chart = self.chart
        taken = Taken(
            len(self.subject.resources) + (patient is not None),
            self.paths,
            self.older,
            tuple(chart.asides),
            chart.unknown,
            dict(sorted(chart.kinds.items())),
            tuple(chart.notices),
            patient.reference if patient is not None and patient.reference else self.subject.name,
            {path: told for path, told in self.references.items() if told},
        )
        return Record(self.found, self.subject.name, chart.day, place=Place(first.file if first else ""), taken=taken)

    def _from(self, resource: Resource) -> str:
        """Where a resource lies; how others refer to it is kept beside that."""
        path = resource.path
        self.references[path] = resource.reference
        return path

    def _keep(self, name: str, node: Node, paths: tuple[str, ...]) -> bool:
        known, problems = answers.read_with(self.sheet, name, node, node.place)
        if known is None or problems:
            self._refused(node.place.file, name, problems)
            return False
        self.found[name] = Answer(known, given_text(node), node.place)
        self.paths[name] = paths
        return True

    def _refused(self, path: str, name: str, problems: Iterable[Problem]) -> None:
        for one in problems:
            self.chart.asides.append(Aside(path, name, one.what + (f" ({one.hint})" if one.hint else "")))

    # --- results ---

    def _results(self, name: str, candidates: list[Candidate]) -> None:
        """The latest results of a finding, oldest first; what cannot be read makes room for what was before it."""
        finding = self.kb.findings.get(name)
        numeric = finding is None or finding.form == "number"
        most = _LATEST if numeric and name not in _ONE else 1
        candidates.sort(key=lambda one: (times.instant(one.when), one.issued, one.at), reverse=True)
        kept: list[tuple[Candidate, Known, Node]] = []
        tried: list[tuple[str, Any]] = []
        for at, one in enumerate(candidates):
            day = times.day_of(one.when)
            same = [at for at, (other, _, _) in enumerate(kept) if day and times.day_of(other.when) == day]
            if len(kept) >= most and not same:
                self.older += len(candidates) - at if day else 1
                if day:
                    break  # all that follow are older still
                continue
            told = (one.when, results.value_of(one.source))
            if same and told in tried:
                self.older += 1  # the same result once more
                continue
            tried.append(told)
            known, node = self._one(name, one)
            if known is None or node is None:
                continue
            if not same:
                kept.append((one, known, node))
                continue
            self.older += 1
            self._same_day(name, kept, same[0], (one, known, node))
        if not kept:
            return
        kept.reverse()
        if numeric:
            measured = [result for _, known, _ in kept if isinstance(known, Number) for result in known.results]
            whole: Known = Number(tuple(measured)) if measured else kept[-1][1]
        else:
            whole = kept[-1][1]
        if name == "pregnancy" and self._long_ago(kept[-1][0]):
            return
        self.found[name] = Answer(whole, "; ".join(given_text(node) for _, _, node in kept), kept[-1][2].place)
        self.paths[name] = tuple(self._from(one.resource) for one, _, _ in kept)

    def _one(self, name: str, one: Candidate) -> tuple[Known | None, Node | None]:
        what = name.replace("_", " ")
        if one.when and not times.is_time(one.when):
            self.chart.aside(one.resource, what, f"'{one.when[:40]}' is no date", one.pointer)
            return None, None
        late = bool(one.when) and times.is_after(one.when, self.chart.day)
        node, why = results.as_answer(self.chart, self.kb.findings.get(name), one._replace(when="") if late else one)
        if node is None:
            self.chart.aside(one.resource, what, why, one.pointer)
            return None, None
        known, problems = answers.read_with(self.sheet, name, node, node.place)
        if known is None or problems:
            self._refused(node.place.file, what, problems)
            return None, None
        if late:
            told = f"it is of {times.day_of(one.when)}, after the day of this report"
            self.chart.aside(one.resource, what, told, one.pointer)
            return None, None
        return known, node

    def _same_day(
        self, name: str, kept: list[tuple[Candidate, Known, Node]], at: int, other: tuple[Candidate, Known, Node]
    ) -> None:
        """Of two results of one day keep both, that the stricter counts; of scores and filtration the lower alone."""
        mine, theirs = kept[at][1], other[1]
        if mine == theirs:
            return
        day = times.day_of(other[0].when)
        finding = self.kb.findings.get(name)
        told = f"{finding.label if finding is not None else name}: several results on {day}"
        if name.startswith(_LOWEST) and isinstance(mine, Number) and isinstance(theirs, Number):
            if theirs.last.interval.high < mine.last.interval.high:
                kept[at] = other
            self.chart.notice(f"{told}; the lowest was taken.")
        elif _value(mine) != _value(theirs):
            kept.insert(at + 1, other)
            self.older -= 1
            self.chart.notice(f"{told} differ.")

    def _long_ago(self, one: Candidate) -> bool:
        """Whether a pregnancy was told so long ago that it is over."""
        if one.when and len(one.when) >= 10 and one.when[:10] < (self.chart.day - _PREGNANT).isoformat():
            self.chart.aside(one.resource, "pregnancy", f"it is of {times.day_of(one.when)}, and over by now")
            return True
        return False

    # --- lists ---

    def _list(self, name: str, items: list[Item]) -> None:
        """A list of entries; it may go on, unless the record says that there is nothing in it."""
        finding = self.kb.findings.get(name)
        if finding is None:
            return
        found: dict[Entry, str] = {}
        sources: list[Resource] = []
        for several in _alike(merged(name, items)):
            entry, text = self._entry(name, several[0])
            if entry is not None:
                found.setdefault(entry, text)
                sources += [one.resource for one in several]
        told = list(found.values())
        complete = name in self.chart.closed and not found
        if not found and not complete:
            return
        known = Records(tuple(found), complete)
        if complete:
            sources = [self.chart.closed[name]]
        paths = tuple(self._from(one) for one in sources)
        given = "none" if complete else f"[{', '.join([*told, '...'])}]"
        self.found[name] = Answer(known, given, Place(paths[0]))
        self.paths[name] = tuple(dict.fromkeys(paths))

    def _entry(self, name: str, item: Item) -> tuple[Entry | None, str]:
        """An entry; a field that cannot be read is left out and named. What is over stays over, whatever its day."""
        place = item.resource.place
        entry, told, problems = self._tried(name, item.fields, place)
        if entry is not None:
            return entry, told
        self._refused(place.file, name, problems)
        for fields in _fewer(item.fields):
            entry, told, _ = self._tried(name, fields, place)
            if entry is not None:
                return entry, told
        return None, ""

    def _tried(self, name: str, fields: Mapping[str, str], place: Place) -> tuple[Entry | None, str, list[Problem]]:
        node = MapNode(tuple((Text(key, place), Text(value, place)) for key, value in fields.items()), place)
        known, problems = answers.read_with(self.sheet, name, ListNode((node,), place), place)
        if isinstance(known, Records) and not problems and known.entries:
            return known.entries[0], given_text(node), []
        return None, "", problems

    def _held_to_each_other(self) -> None:
        """Set aside what cannot be true of this patient: a menopause of a man, an age that is not reached."""
        for one in (*check_applies(self.kb, self.found, self.chart.day), *check_ages(self.kb, self.found)):
            name = next((name for name, answer in self.found.items() if answer.place == one.place), None)
            if name is not None and name not in ("age", "sex"):
                self._refused(one.place.file, name, [one])
                del self.found[name]
                self.paths.pop(name, None)


def _alike(items: list[Item]) -> list[list[Item]]:
    """Entries that say the same, together."""
    found: dict[tuple[tuple[str, str], ...], list[Item]] = {}
    for one in items:
        found.setdefault(tuple(one.fields.items()), []).append(one)
    return list(found.values())


_DISPENSABLE = ("dose", "every", "last_given", "started", "date", "age_at")
"""Fields of an entry that are given up where it cannot be read with them."""


def _fewer(fields: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """An entry without one of its fields, then without ever more; an end that is no day is an end all the same."""
    ended = {**fields, "stopped": "yes"} if "stopped" in fields else dict(fields)
    there = [name for name in _DISPENSABLE if name in fields]
    for whole in (dict(fields), ended):
        for name in there:
            yield {key: value for key, value in whole.items() if key != name}
    yield ended
    for count in range(2, len(there) + 1):
        yield {key: value for key, value in ended.items() if key not in there[:count]}


def _value(known: Known) -> Any:
    if isinstance(known, Number):
        return known.last.interval, known.last.word
    return known.members if isinstance(known, (Choice,)) else known if isinstance(known, Gap) else None


def merged(name: str, items: list[Item]) -> list[Item]:
    """Entries that say the same once; a condition that is listed again and again, as it stands now."""
    if name in ("conditions", "symptoms"):
        return list(_as_it_stands(items).values())
    if name == "fractures":
        return list(_broken_once(items).values())
    return items


def _as_it_stands(items: list[Item]) -> dict[str, Item]:
    """By condition: still there if any entry says so, since the earliest day that one of those gives."""
    found: dict[str, Item] = {}
    for one in items:
        known = found.get(one.fields["name"])
        if known is None:
            found[one.fields["name"]] = one
            continue
        over, other_over = known.fields.get("stopped", ""), one.fields.get("stopped", "")
        if bool(over) != bool(other_over):
            found[one.fields["name"]] = known if other_over else one
        elif over:
            found[one.fields["name"]] = max(known, one, key=lambda item: item.fields["stopped"].replace("yes", ""))
        else:
            dated = [item for item in (known, one) if item.fields.get("date") or item.fields.get("started")]
            if len(dated) == 2:
                dated.sort(key=lambda item: item.fields.get("date") or item.fields["started"])
            found[one.fields["name"]] = dated[0] if dated else known
    return found


def _broken_once(items: list[Item]) -> dict[tuple[str, str], Item]:
    """A fracture is one however often it is coded: the same site on the same day, or without any day."""
    found: dict[tuple[str, str], Item] = {}
    dated = {one.fields["site"] for one in items if one.fields.get("date")}
    for one in items:
        site, day = one.fields["site"], one.fields.get("date", "")
        if not day and site in dated:
            continue
        known = found.get((site, day))
        if known is None or ("cause" in one.fields and "cause" not in known.fields):
            found[site, day] = one
    return found
