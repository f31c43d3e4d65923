"""Patient files: what is known of one patient, as a file says it, and the file that says it again."""

from __future__ import annotations

import dataclasses
import datetime
import functools
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

from ..knowledge_base.files.nodes import ListNode, MapNode, Node, Text, describe
from ..knowledge_base.model import KnowledgeBase
from ..premises import evaluation
from ..premises.expression import names_read
from ..values import dates
from ..values.frozen import ordered
from ..values.interval import INFINITY, Interval, between
from ..values.problems import Place, Problem, did_you_mean
from ..values.truth import Truth
from ..values.value import UNKNOWN, Choice, Gap, Known, Number, Records
from .answers import answers
from .answers.sheet import Sheet, clipped, folded
from .likeness import Earlier
from .taken import Taken

CODES: dict[str, str] = {
    "OL320": "a patient file with nothing in it",
    "OL321": "a patient file that is no mapping of names to answers",
    "OL322": "a name no patient file can give",
    "OL323": "a name that can mean several things",
    "OL324": "the same finding given twice under two names",
    "OL325": "a key of a worked case that is not known",
    "OL326": "a day taken as today that is no date",
    "OL327": "several patients where one is expected",
    "OL330": "an answer to something that does not apply",
    "OL331": "an age that is beyond the age given",
}

CASE_KEYS = ("name", "today", "like", "given", "without", "expect", "expect_not", "also", "note")
EXPECTING = ("expect", "expect_not", "also")
"""The keys of a worked case that say what follows."""
_SUGGESTED = 50
"""After so many problems the file is no patient file, and nobody needs a guess for each line of it."""
_FLAT_KEYS = ("name", "today", "note")


@ordered
class Answer:
    """What one answer says, how it was given, and where."""

    known: Known
    given: str
    place: Place


@ordered
class Record:
    """One patient: answers by finding (or quantity) id, in the order they were given.

    `today` is the day the file is read on. `expect` and `expect_not` are what a worked case says must follow, `also`
    what follows besides.
    """

    answers: Mapping[str, Answer]
    name: str = ""
    today: datetime.date | None = None
    expect: MapNode | None = None
    expect_not: MapNode | None = None
    also: MapNode | None = None
    place: Place = dataclasses.field(default_factory=lambda: Place(""))
    is_case: bool = False
    taken: Taken | None = None
    """What was made of a health record; None where the file says the answers themselves."""

    @property
    def known(self) -> dict[str, Known]:
        return {name: answer.known for name, answer in self.answers.items()}


def read_record(
    kb: KnowledgeBase,
    text: str | bytes,
    file: str,
    today: datetime.date | None = None,
    as_of: datetime.date | None = None,
) -> tuple[Record | None, list[Problem]]:
    """The one patient of a file, or everything wrong with it.

    Args:
        today: the clock; a worked case never uses it.
        as_of: the day asked for; it beats the file's own `today`, which beats the clock.
    """
    records, problems = read_records(kb, text, file, today, as_of)
    if len(records) > 1:
        what = f"the file has {len(records)} patients where one is expected"
        problems = [*problems, Problem("OL327", what, records[1].place, hint="give each a file of its own")]
    return (records[0] if len(records) == 1 and not problems else None), problems


def read_records(
    kb: KnowledgeBase,
    text: str | bytes,
    file: str,
    today: datetime.date | None = None,
    as_of: datetime.date | None = None,
) -> tuple[list[Record], list[Problem]]:
    """The patients of a file: one, or a list of them. Those without a problem are given whatever the others have."""
    from ..knowledge_base.files import source  # a consultation without a file needs no YAML, and starts sooner

    node, problems = source.load_text(text, file)
    if node is None:
        if not problems:
            hint = "write answers, a line each: `age: 67`"
            problems = [Problem("OL320", "the file is empty", Place(file), hint=hint)]
        return [], problems
    return records_of(kb, node, problems, today, as_of)


def records_of(
    kb: KnowledgeBase,
    node: Node,
    problems: list[Problem],
    today: datetime.date | None = None,
    as_of: datetime.date | None = None,
    reader: Reader | None = None,
) -> tuple[list[Record], list[Problem]]:
    """The patients of a file that has been loaded, after the `problems` found while loading it.

    Args:
        reader: who has read other files against the same knowledge base, and remembers what their answers mean.
    """
    return (reader or Reader(kb, today, as_of)).records(node, problems)


def _without_echoes(problems: list[Problem]) -> list[Problem]:
    """Without what the notation of the file has already said of the same place."""
    commas = {problem.place for problem in problems if problem.code == "OL021"}
    kept = [problem for problem in problems if problem.code != "OL304" or problem.place not in commas]
    return sorted(dict.fromkeys(kept), key=lambda problem: problem.sort_key)


class Reader:
    """Patient files against one knowledge base.

    Args:
        today: the clock; a worked case never uses it.
        as_of: the day asked for; it beats the file's own `today`, which beats the clock.
    """

    def __init__(self, kb: KnowledgeBase, today: datetime.date | None, as_of: datetime.date | None) -> None:
        self.kb, self.clock, self.as_of = kb, today, as_of
        self._sheets: dict[datetime.date | None, Sheet] = {}
        self._understood: dict[tuple[datetime.date | None, str, str], Known] = {}
        """Answers that were read before: many worked cases are the same patient but for one of them."""
        self._earlier = Earlier(self._name_of)

    @functools.cached_property
    def _names(self) -> dict[str, frozenset[str]]:
        return names_of(self.kb)

    def _name_of(self, key: Text) -> str:
        return resolve(self.kb, lambda: self._names, key.value, key.place, suggest=False)[0] or key.value

    def records(
        self, node: Node, problems: list[Problem], continued: bool = False
    ) -> tuple[list[Record], list[Problem]]:
        """The patients of what was loaded: one, or those of a list; `problems` are those found while loading.

        Args:
            continued: earlier patients of the same file were read before, and later ones may be like them.
        """
        if not continued:
            self._earlier.begin(node.place.file)
        records: list[Record] = []
        found = list(problems)
        items = node.items if isinstance(node, ListNode) else (node,)
        if not items:
            found.append(Problem("OL320", "a list without patients", node.place))
        for item in items:
            record, wrong = self.patient(item)
            found += wrong
            if record is not None:
                records.append(record)
        return records, _without_echoes(found)

    def patient(self, node: Node) -> tuple[Record | None, list[Problem]]:
        if not isinstance(node, MapNode):
            hint = "write answers, a line each: `age: 67`"
            what = f"{describe(node)} where the answers of a patient belong"
            return None, [Problem("OL321", what, node.place, hint=hint)]
        given = node.get("given")
        is_case = given is not None or any(node.get(key) is not None for key in (*EXPECTING, "like"))
        problems = list(_unknown_keys(node)) if is_case else []
        if is_case and not isinstance(given, MapNode):
            if given is None or (isinstance(given, Text) and not given.value):
                given = MapNode((), given.place if given is not None else node.place)
            else:
                what = f"`given` is {describe(given)}"
                problems.append(Problem("OL321", what, given.place, hint="write answers, a line each: `age: 67`"))
                given = MapNode((), given.place)
        entered, day = given if isinstance(given, MapNode) else node, node.get("today")
        if is_case:
            entered, day, wrong = self._earlier.whole(node, entered)
            problems += wrong
        today, wrong = self._today(day, is_case)
        problems += wrong
        found, wrong = self._answers(entered, today, () if is_case else _FLAT_KEYS)
        problems += wrong
        expected, wrong = _expectations(node) if is_case else ({}, [])
        problems += wrong
        problems += check_applies(self.kb, found, today)
        problems += check_ages(self.kb, found)
        if problems:
            return None, problems
        record = Record(
            answers=found,
            name=_plain(node.get("name")),
            today=today,
            expect=expected.get("expect"),
            expect_not=expected.get("expect_not"),
            also=expected.get("also"),
            place=node.place,
            is_case=is_case,
        )
        return record, []

    def _today(self, written: Node | None, is_case: bool) -> tuple[datetime.date | None, list[Problem]]:
        own: datetime.date | None = None
        problems: list[Problem] = []
        if written is not None:
            day = dates.partial(written.value) if isinstance(written, Text) else None
            if day is None or day.exact is None:
                what = f"`today` is {describe(written)}, which is no day"
                problems.append(Problem("OL326", what, written.place, hint="write it as 2026-01-15"))
            else:
                own = datetime.date.fromordinal(int(day.low))
        return self.as_of or own or (None if is_case else self.clock), problems

    def _answers(
        self, entered: MapNode, today: datetime.date | None, others: tuple[str, ...]
    ) -> tuple[dict[str, Answer], list[Problem]]:
        sheet = self._sheets.get(today) or Sheet(self.kb, today)
        self._sheets[today] = sheet
        found: dict[str, Answer] = {}
        places: dict[str, Place] = {}
        problems: list[Problem] = []
        for key, value in entered.pairs:
            if key.value in others and key.value not in self.kb.findings:
                continue
            name, wrong = resolve(
                self.kb, lambda: self._names, key.value, key.place, suggest=len(problems) < _SUGGESTED
            )
            if name is None:
                problems += wrong
                continue
            if name in places:
                what = f"'{clipped(key.value)}' is {name}, which is given already"
                problems.append(Problem("OL324", what, key.place, hint="keep one", elsewhere=places[name]))
                continue
            places[name] = key.place
            same = (today, name, value.value) if isinstance(value, Text) else None
            known = self._understood.get(same) if same is not None else None
            if known is None:
                known, wrong = answers.read_with(sheet, name, value, value.place)
                problems += wrong
                if same is not None and known is not None and not wrong:
                    self._understood[same] = known
            if known is not None:
                found[name] = Answer(known, given_text(value), key.place)
        return found, problems


def names_of(kb: KnowledgeBase) -> dict[str, frozenset[str]]:
    """Every way to name a finding or quantity, folded, with the ids it can mean."""
    exact: dict[str, set[str]] = {}
    for kind in (kb.findings, kb.quantities):
        for entry in kind.values():
            for name in (entry.label, *entry.synonyms):
                exact.setdefault(folded(name), set()).add(entry.id)
    for kind in (kb.findings, kb.quantities):
        for entry in kind.values():
            exact[folded(entry.id)] = {entry.id}
    exact.pop("", None)
    return {name: frozenset(ids) for name, ids in exact.items()}


def resolve(
    kb: KnowledgeBase,
    all_names: Callable[[], Mapping[str, frozenset[str]]],
    written: str,
    place: Place,
    suggest: bool = True,
) -> tuple[str | None, list[Problem]]:
    """The id of the finding or quantity that this id, label or synonym names, or why there is none.

    `all_names` gives every name there is, and is asked only for what is no id.
    `suggest`: say which name was most likely meant; that takes time.
    """
    quantity = kb.quantities.get(written)
    if quantity is not None and not quantity.shown:
        what = f"'{written}' only serves other numbers: it is worked out, never given"
        return None, [Problem("OL322", what, place, hint="give the findings it rests on")]
    if written in kb.findings or quantity is not None:
        return written, []
    names = all_names()
    meant = names.get(folded(written), frozenset())
    if len(meant) == 1:
        return next(iter(meant)), []
    if meant:
        what = f"'{clipped(written)}' can mean {' or '.join(sorted(meant))}"
        return None, [Problem("OL323", what, place, hint="write the one you mean")]
    concluded = _concluded(kb, written)
    if concluded:
        what = f"'{written}' is {concluded}: it is concluded, not given"
        return None, [Problem("OL322", what, place, hint="give the findings it rests on")]
    hint = did_you_mean(written, (*kb.findings, *kb.quantities, *names)) if suggest else ""
    return None, [Problem("OL322", f"unknown finding '{clipped(written)}'", place, hint=hint)]


def _concluded(kb: KnowledgeBase, name: str) -> str:
    kinds: tuple[tuple[Mapping[str, object], str], ...] = (
        (kb.states, "a state"),
        (kb.scales, "a scale"),
        (kb.thresholds, "a threshold"),
        (kb.groups, "a group of findings"),
    )
    return next((kind for entries, kind in kinds if name in entries), "")


def _unknown_keys(node: MapNode) -> Iterator[Problem]:
    for key, _ in node.pairs:
        if key.value not in CASE_KEYS:
            few = f"a worked case has {', '.join(CASE_KEYS)}; answers go under `given`"
            what = f"a worked case has no '{clipped(key.value)}'"
            yield Problem("OL325", what, key.place, hint=did_you_mean(key.value, CASE_KEYS) or few)


def _expectations(node: MapNode) -> tuple[dict[str, MapNode], list[Problem]]:
    expected: dict[str, MapNode] = {}
    problems: list[Problem] = []
    for key in EXPECTING:
        value = node.get(key)
        if isinstance(value, MapNode):
            expected[key] = value
        elif value is not None and not (isinstance(value, Text) and not value.value):
            what = f"`{key}` is {describe(value)}"
            problems.append(Problem("OL321", what, value.place, hint="write `diagnosed: [osteoporosis]`, a line each"))
    return expected, problems


def _plain(node: Node | None) -> str:
    return node.value if isinstance(node, Text) else ""


def given_text(node: Node) -> str:
    """An answer on one line, as it was given."""
    if isinstance(node, Text):
        return " ".join(node.value.split())
    if isinstance(node, ListNode):
        return f"[{', '.join(_part(item) for item in node.items)}]"
    return f"{{{', '.join(f'{key.value}: {_part(value)}' for key, value in node.pairs)}}}"


def _part(node: Node) -> str:
    return answers.quoted(given_text(node)) if isinstance(node, Text) and node.value != "..." else given_text(node)


# --- answers held to one another --------------------------------------------------------------------------------------


class _Explicit:
    """What the explicit answers alone say, for premises over findings and quantities."""

    def __init__(self, kb: KnowledgeBase, found: Mapping[str, Answer], today: datetime.date | None) -> None:
        self.kb, self.found = kb, found
        day = today.toordinal() if today is not None else None
        self._today = between(day, day) if day is not None else Interval(-INFINITY, INFINITY, True, True)

    @property
    def today(self) -> Interval:
        return self._today

    def known(self, name: str) -> Known:
        answer = self.found.get(name)
        return answer.known if answer is not None else UNKNOWN

    def range_of(self, name: str) -> Interval | None:
        return None

    def threshold(self, name: str) -> Interval | Gap:
        return UNKNOWN

    def truth(self, atom: str) -> Truth:
        return Truth.UNKNOWN

    def key_of(self, name: str) -> str:
        return self.kb.findings[name].key

    def members_of(self, name: str) -> frozenset[str]:
        finding = self.kb.findings[name]
        choices = self.kb.choices.get(finding.fields[finding.key].choices)
        return frozenset(choices.members) if choices is not None else frozenset()

    def member_number(self, name: str, member: str, attribute: str) -> Decimal | None:
        finding = self.kb.findings[name]
        choices = self.kb.choices.get(finding.fields[finding.key].choices)
        known = choices.members.get(member) if choices is not None else None
        return known.numbers.get(attribute) if known is not None else None


def check_applies(kb: KnowledgeBase, found: Mapping[str, Answer], today: datetime.date | None = None) -> list[Problem]:
    """Answers to what does not apply by the other answers: a man who is postmenopausal. Both places are named."""
    facts = _Explicit(kb, found, today)
    problems: list[Problem] = []
    for name, answer in found.items():
        finding = kb.findings.get(name)
        if finding is None or finding.applies is None or _says_nothing(answer.known):
            continue
        if evaluation.truth_of(finding.applies, facts) is not Truth.FALSE:
            continue
        others = [other for other in found if other in names_read(finding.applies)]
        because = ", ".join(answers.describe(kb, other, found[other].known) for other in others)
        what = f"{answers.describe(kb, name, answer.known)} does not apply: {because}"
        hint = "which of the two is right?" if len(others) == 1 else "which of these is right?"
        elsewhere = found[others[0]].place if others else None
        problems.append(Problem("OL330", what, answer.place, hint=hint, elsewhere=elsewhere))
    return problems


def _says_nothing(known: Known) -> bool:
    """Whether the answer is true of a patient to whom the question does not apply, too."""
    if isinstance(known, Gap):
        return True
    if isinstance(known, Choice):
        return known.members == {"no"}
    return isinstance(known, Records) and not known.entries


def check_ages(kb: KnowledgeBase, found: Mapping[str, Answer]) -> list[Problem]:
    """Ages at which something happened that the patient has not reached."""
    age = found.get("age")
    limit = age.known.last.interval.high if age is not None and isinstance(age.known, Number) else INFINITY
    if age is None or limit.is_infinite():
        return []
    problems = []
    for name, answer in found.items():
        for reached in _ages(name, answer.known):
            if reached.low >= limit + 1:
                label = (kb.findings[name].label if name in kb.findings else "") or name
                what = f"{label}: at age {reached.low} of a patient who is {limit}"
                problems.append(Problem("OL331", what, answer.place, hint="check both ages", elsewhere=age.place))
    return problems


def tells_ages(name: str, known: Known) -> bool:
    """Whether an answer says at what age something happened."""
    return (isinstance(known, Records) or name.startswith("age_at")) and any(True for _ in _ages(name, known))


def _ages(name: str, known: Known) -> Iterator[Interval]:
    if isinstance(known, Number) and name.startswith("age_at"):
        yield known.last.interval
    if isinstance(known, Records):
        for entry in known.entries:
            for field, value in entry.fields.items():
                if field.startswith("age_at") and isinstance(value, Number):
                    yield value.last.interval


# --- written again ----------------------------------------------------------------------------------------------------


def save_record(kb: KnowledgeBase, found: Mapping[str, Answer], today: datetime.date | None, name: str) -> str:
    """The answers as a worked case; lists that may not be complete end in `...`."""
    lines = [f"name: {answers.quoted(name)}"]
    if today is not None:
        lines.append(f"today: {today}")
    if not found:
        return "\n".join([*lines, "given: {}"]) + "\n"
    lines.append("given:")
    for finding, answer in found.items():
        text = answers.write_answer(kb, finding, answer.known)
        nested = isinstance(answer.known, (Number, Records, Choice)) and text[:1] in ("[", "{")
        lines.append(f"  {finding}: {text if nested else answers.quoted(text)}")
    return "\n".join(lines) + "\n"
