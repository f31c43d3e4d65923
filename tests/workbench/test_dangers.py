"""Random patients biased to what is dangerous, and the ways to know less of them."""

from __future__ import annotations

import datetime
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from engine.assessment.outlook import Outlook
from engine.case import case
from engine.case.case import Case, Prepared
from engine.inference.working_memory import WorkingMemory
from engine.intake import record
from engine.intake.record import Answer
from engine.knowledge_base.model import Rule
from engine.knowledge_base.store import cache
from engine.premises.expression import Has, OneOf
from engine.values import dates
from engine.values.truth import Truth
from engine.values.value import Choice, Day, Entry, Gap, Known, Number, Records, is_addition
from engine.workbench.trials.dangers import Dangers
from engine.workbench.trials.deletions import KEPT, deletions, known_twice, of_several
from engine.workbench.trials.patients import HERE, Vocabulary, number, one_of

ROOT = Path(__file__).parent.parent.parent
pytestmark = pytest.mark.xdist_group("dangers")  # the patients are judged once, not by each worker
TODAY = datetime.date(2026, 11, 21)
RARE = 4_000
SEEDS = range(300)


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    return case.prepare_kept(cache.load(ROOT))


@pytest.fixture(scope="module")
def dangers(prepared: Prepared) -> Dangers:
    return Dangers(Vocabulary(prepared, TODAY))


@pytest.fixture(scope="module")
def patients(dangers: Dangers) -> list[dict[str, Known]]:
    return [dangers.patient(seed) for seed in SEEDS]


@pytest.fixture(scope="module")
def told(prepared: Prepared, patients: list[dict[str, Known]]) -> Counter[str]:
    """How many of the patients each safety rule, alert and best status of a bone medicine holds of."""
    found: Counter[str] = Counter()
    memory = WorkingMemory(prepared.plan)
    choice = [one.id for one in prepared.kb.interventions.values() if one.choice == "bone medicine"]
    order = ("recommended", "conditional", "deferred", "contraindicated", "undetermined", "")
    safety = [
        rule for verb in ("contraindicates", "defers", "cautions", "alerts") for rule in prepared.by_verb.get(verb, ())
    ]
    for one in patients:
        patient = judged(prepared, one, memory)
        look = Outlook(patient)
        found.update(rule.id for rule in safety if patient.truth(rule) is Truth.TRUE)
        found.update(alert for alert in prepared.kb.alerts if look.alert(alert) is Truth.TRUE)
        found[min((look.status(name) for name in choice), key=order.index)] += 1
    return found


def judged(prepared: Prepared, known: dict[str, Known], memory: WorkingMemory) -> Case:
    patient = Case(prepared, TODAY, memory=memory)
    patient.say(known)
    patient.finish()
    return patient


# --- the patients -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(0, 60, 7))
def test_a_patient_is_the_same_each_time_and_can_be_written_in_a_file(seed: int, dangers: Dangers) -> None:
    patient = dangers.patient(seed)
    assert patient == dangers.patient(seed)
    assert patient == Dangers(dangers.vocabulary).patient(seed)
    told = {name: Answer(one, "", HERE) for name, one in patient.items() if not undecided(one)}
    text = record.save_record(dangers.kb, told, TODAY, "one")
    _, problems = record.read_records(dangers.kb, text, "one.yaml")
    assert problems == []


def undecided(known: Known) -> bool:
    """Whether an entry of a list may be one thing or another: a file says that only of some words."""
    entries = known.entries if isinstance(known, Records) else ()
    fields = [one for entry in entries for one in entry.fields.values() if isinstance(one, Choice)]
    return any(len(one.members) > 1 for one in fields)


def test_most_have_a_reason_for_a_medicine(told: Counter[str]) -> None:
    wanted = sum(told[status] for status in ("recommended", "conditional", "deferred", "contraindicated"))
    assert wanted > len(SEEDS) * 2 / 3
    for status in ("recommended", "conditional", "deferred", "contraindicated"):
        assert told[status] > len(SEEDS) / 15, status


def test_nearly_every_safety_rule_holds_of_somebody(prepared: Prepared, told: Counter[str]) -> None:
    for verb in ("contraindicates", "defers", "alerts"):
        rules = prepared.by_verb[verb]
        reached = [rule for rule in rules if told[rule.id]]
        assert len(reached) > len(rules) * 0.8, [rule.id for rule in rules if rule not in reached]


@pytest.mark.parametrize(
    "alert",
    ["atypical_fracture_suspected", "hypercalcemia_unexplained", "bone_medicine_in_pregnancy", "clot_suspected"],
)
def test_side_effects_of_bone_medicines_are_among_them(
    alert: str, told: Counter[str], prepared: Prepared, dangers: Dangers
) -> None:
    """Among these patients, or the next few thousand: some are rare."""
    memory = WorkingMemory(prepared.plan)
    further = (judged(prepared, dangers.patient(seed), memory) for seed in range(len(SEEDS), RARE))
    assert told[alert] or any(Outlook(patient).alert(alert) is Truth.TRUE for patient in further)


def test_members_that_no_rule_reads_are_among_them(prepared: Prepared, patients: list[dict[str, Known]]) -> None:
    lists = [one.get("conditions") for one in patients]
    listed = [entry for known in lists if isinstance(known, Records) for entry in known.entries]
    named = {name for entry in listed for name in getattr(entry.fields.get("name"), "members", ())}
    read = {name for rule in prepared.kb.rules.values() for name in members_read(rule)}
    assert named - read
    assert len(named & read) > 50


def members_read(rule: Rule) -> set[str]:
    """The members that a premise names."""
    nodes = rule.when.walk() if rule.when is not None else ()
    return {name for node in nodes if isinstance(node, (Has, OneOf)) for name in node.members}


def test_records_are_partial_and_vague(prepared: Prepared, patients: list[dict[str, Known]]) -> None:
    assert all(len(one) < len(prepared.kb.findings) / 2 for one in patients)
    answers = [known for one in patients for known in one.values()]
    numbers = [known.last for known in answers if isinstance(known, Number)]
    lists = [known for known in answers if isinstance(known, Records)]
    assert any(one.interval.exact is None and one.word is None for one in numbers)
    assert {one.word.value for one in numbers if one.word} >= {"high", "low"}
    assert any(not known.complete for known in lists)
    assert Gap.NOT_MEASURED in answers
    days = [
        known for one in lists for entry in one.entries for known in entry.fields.values() if isinstance(known, Day)
    ]
    assert any(day.interval.exact is None for day in days)


def test_numbers_fall_at_a_cut_off_and_on_both_sides_of_it(dangers: Dangers, patients: list[dict[str, Known]]) -> None:
    drawn: dict[str, set[Decimal]] = {}
    for name, known in ((name, known) for one in patients for name, known in one.items()):
        if isinstance(known, Number) and known.last.interval.exact is not None:
            drawn.setdefault(name, set()).add(known.last.interval.exact)
    around = {
        (name, cut)
        for name, values in drawn.items()
        for cut in dangers.vocabulary.cuts(name)
        if cut in values and any(cut - 1 <= one < cut for one in values) and any(cut < one <= cut + 1 for one in values)
    }
    assert {name for name, _ in around} >= {"age", "t_score_hip"}
    assert len({name for name, _ in around}) > 5


# --- knowing less -----------------------------------------------------------------------------------------------------


def test_a_deletion_leaves_less_of_one_answer_and_all_of_the_others(
    prepared: Prepared, patients: list[dict[str, Known]]
) -> None:
    for one in patients[:60]:
        for deletion in deletions(prepared.names, one, TODAY):
            before, after = one[deletion.name], deletion.known
            assert after != before, deletion
            if after is None or isinstance(after, Gap) or _no_interval(after) or _no_interval(before):
                continue
            assert is_addition(before, _opened(after)), deletion


def _no_interval(known: Known) -> bool:
    """Whether a number has a word for its value, or a day beside it: less of these is told in other ways."""
    return isinstance(known, Number) and (known.last.word is not None or known.last.date is not None)


def _opened(known: Known) -> Known:
    """A list as `is_addition` takes it: only an open one can be added to."""
    return Records(known.entries, False, known.absent) if isinstance(known, Records) else known


def test_no_entry_is_dropped_and_nothing_begins_to_last(prepared: Prepared, patients: list[dict[str, Known]]) -> None:
    for one in patients[:60]:
        for deletion in deletions(prepared.names, one, TODAY):
            before, after = one[deletion.name], deletion.known
            if isinstance(before, Records) and isinstance(after, Records):
                assert len(after.entries) == len(before.entries)
                for old, new in zip(before.entries, after.entries, strict=True):
                    assert [field for field in KEPT if field in old.fields] == [
                        field for field in KEPT if field in new.fields
                    ]


def test_every_kind_of_answer_can_be_known_less_of(prepared: Prepared) -> None:
    entry = Entry({"name": one_of("prednisolone"), "dose": number(5), "started": _day("2026-03-02")})
    said: dict[str, Known] = {
        "calcium": number("2.9"),
        "sex": one_of("female"),
        "medicines": Records((entry,)),
        "pregnancy": one_of("no"),
    }
    found = {str(one) for one in deletions(prepared.names, said, TODAY)}
    assert {
        "calcium: the line is gone",
        "calcium: not measured",
        "calcium: within 2.842..2.958",
        "calcium: within -Infinity..2.958",
        "calcium: high",
        "sex: or male",
        "pregnancy: the line is gone",
        "medicines: the list is open",
        "medicines: entry 1, dose: gone",
        "medicines: entry 1, started: 2026-03",
    } <= found


def _day(text: str) -> Day:
    found = dates.partial(text)
    assert found is not None
    return Day(found)


def test_few_say_two_numbers_that_contradict(prepared: Prepared, patients: list[dict[str, Known]]) -> None:
    memory = WorkingMemory(prepared.plan)
    contradicting = [one for one in patients if known_twice(judged(prepared, one, memory))]
    assert 0 < len(contradicting) < len(SEEDS) / 10


def test_what_was_entered_and_can_be_worked_out_too_is_known_twice(prepared: Prepared) -> None:
    known: dict[str, Known] = {"age": number(67), "sex": one_of("female"), "creatinine": number(70), "egfr": number(10)}
    patient = judged(prepared, known, WorkingMemory(prepared.plan))
    assert known_twice(patient) == {"egfr", "creatinine", "age", "sex"}
    patient.say({"creatinine": None})
    assert known_twice(patient) == frozenset()


def test_of_several_results_the_lowest_counts(prepared: Prepared) -> None:
    known: dict[str, Known] = {"age": number(67), "t_score_hip": number("-3.1"), "calcium": number("2.4")}
    patient = judged(prepared, known, WorkingMemory(prepared.plan))
    assert of_several(patient) == frozenset()
    patient.say({"t_score_femoral_neck": number("-1.0")})
    assert of_several(patient) == {"t_score_hip", "t_score_femoral_neck"}
