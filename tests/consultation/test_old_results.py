"""Results over time: the newest counts, an old one only protects, and what history alone says is remembered.

Random patients get days to their results. However old one becomes, nothing is permitted that was not, nothing that
protects falls silent, and nothing is concluded that would not be without it. A newer result makes the patient one who
only ever had it. In which order results are written is immaterial. The full number in the long suite, a tenth
otherwise.
"""

from __future__ import annotations

import dataclasses
import datetime
import itertools
import random
from collections.abc import Iterator, Mapping

import pytest

from engine.assessment.judgement import judge
from engine.assessment.outlook import Outlook
from engine.assessment.population.population import Population
from engine.case.case import Case, Prepared
from engine.cohort.apart import Apart
from engine.inference.program import bits
from engine.inference.program.columns import Machine
from engine.inference.reference import Reference
from engine.inference.values import Given
from engine.inference.working_memory import WorkingMemory
from engine.intake import record
from engine.premises import expression
from engine.values import dates
from engine.values.truth import Truth
from engine.values.value import Choice, Known, Number
from engine.workbench.trials.dangers import Dangers
from engine.workbench.trials.deletions import Deletion
from engine.workbench.trials.patients import number
from tests.conftest import size
from tests.consultation import safety, together
from tests.consultation.safety import Stand
from tests.consultation.test_unknown_is_never_safe import allowed, seems_allowed
from tests.consultation.together import Stands

PATIENTS = size(160)
SHARES = max(1, PATIENTS // 40)
"""The patients are shared out among so many tests."""
AGED = 3
"""So many results of each patient grow old, one at a time."""
PROTECTING = ("contraindicates", "defers", "cautions", "alerts")


def told(prepared: Prepared, text: str, today: datetime.date = safety.TODAY) -> Case:
    """The case of a patient file."""
    found, problems = record.read_records(prepared.kb, text, "patient.yaml", today, today)
    assert problems == []
    patient = Case(prepared, today)
    patient.say(found[0].known)
    patient.finish()
    return patient


def dated(known: Known, months: int) -> Known:
    """The result as of so many months before today."""
    day = dates.day(dates.months_later(safety.TODAY, -months))
    if isinstance(known, Number):
        return Number((dataclasses.replace(known.last, date=day),))
    assert isinstance(known, Choice)
    return dataclasses.replace(known, date=day)


def ages(prepared: Prepared, name: str) -> int:
    """After how many months a result is old; 0 for never."""
    entry = prepared.kb.findings.get(name) or prepared.kb.quantities.get(name)
    return (entry.stale_after or 0) if entry is not None else 0


def by_history(prepared: Prepared) -> frozenset[str]:
    """The findings whose earlier results say something: by what remembers them, or on how many occasions it was so."""
    kb = prepared.kb
    several = {
        node.name
        for rule in kb.rules.values()
        if rule.when is not None
        for node in rule.when.walk()
        if isinstance(node, expression.Against) and node.occasions is not None
    }
    return frozenset(
        several | {name for one in kb.findings.values() for name in (one.id, *one.remembers) if one.remembers}
    )


def concluded(case: Case) -> dict[str, Truth]:
    """The truth of every rule that does not protect."""
    concluding = (rule for rule in case.kb.rules.values() if rule.verb not in (*PROTECTING, "derives"))
    return {rule.id: case.truth(rule) for rule in concluding}


def protecting(case: Case) -> frozenset[str]:
    """The rules that protect and hold."""
    rules = [rule for verb in PROTECTING for rule in case.prepared.by_verb.get(verb, ())]
    return frozenset(rule.id for rule in rules if case.truth(rule) is Truth.TRUE)


@pytest.mark.parametrize("share", range(SHARES))
def test_an_old_result_protects_and_does_nothing_else(
    share: int, dangers: Dangers, memory: WorkingMemory, machine: Machine
) -> None:
    """They are judged together; of whom an old result seems to do anything else is judged on experta, which decides."""
    seeds, found = range(share, PATIENTS, SHARES), list[str]()
    results = [list(growing_old(dangers, seed)) for seed in seeds]
    people = together.population(dangers.prepared, machine, [dangers.patient(seed) for seed in seeds])
    undated = Stands(people)
    for turn in range(AGED):
        tried = {place: grown[turn] for place, grown in enumerate(results) if turn < len(grown)}
        doubtful, old = seems_to_do_more(undated, tried)
        for place in together.judged_alone(doubtful, people.size):
            if place in tried:
                (name, grown), seen = tried[place], list[Stand]()
                problems = grown_old(dangers, seeds[place], name, grown, memory, seen)
                found += [f"patient {seeds[place]}, {name}: {problem}" for problem in problems]
                found += together.misjudged(place, seen, (undated, old))
    assert sum(len(grown) for grown in results) > PATIENTS / SHARES
    assert found == [], "\n".join(found)


def growing_old(dangers: Dangers, seed: int) -> Iterator[tuple[str, Known]]:
    """Some results of a random patient that have no earlier ones, each with what it is once it is old."""
    known, prepared = dangers.patient(seed), dangers.prepared
    chance = random.Random(f"old {seed}")
    aged = [name for name, one in known.items() if ages(prepared, name) and isinstance(one, (Number, Choice))]
    for name in chance.sample(aged, min(AGED, len(aged))):
        result = known[name]
        if not (isinstance(result, Number) and len(result.results) > 1):
            yield name, dated(result, ages(prepared, name) + chance.choice([1, 13, 240]))


def remembered_of(prepared: Prepared) -> frozenset[str]:
    """The findings of whose earlier results something is remembered."""
    return frozenset().union(*prepared.index.remembering.values())


def grown_old(
    dangers: Dangers, seed: int, name: str, old: Known, memory: WorkingMemory, seen: list[Stand]
) -> Iterator[str]:
    """What a result permits when it is old that it did not before, what it silences, and what it concludes."""
    known = dangers.patient(seed)
    patient = safety.judged(dangers, known, memory)
    undated, kept = safety.stand(patient), protecting(patient)
    patient.say({name: dated(known[name], 0)})
    if safety.stand(patient) != undated:
        yield "a day of today makes another patient"
    patient.say({name: old})
    after = safety.stand(patient)
    seen += [undated, after]
    silenced = kept - protecting(patient)
    if silenced:
        yield f"old, it no longer makes {', '.join(sorted(silenced))}"
    now = concluded(patient)
    if name not in remembered_of(dangers.prepared):
        patient.say({name: None})
        without = concluded(patient)
        drawn = [rule for rule in now if now[rule] is not without[rule]]
        if drawn:
            yield f"old, it makes {', '.join(drawn)}"
        patient.say({name: known[name]})
        for subject, looser in allowed(patient, undated, after, Deletion(name, "old", None)):
            yield f"old, {subject} {looser}"


def seems_to_do_more(undated: Stands, tried: Mapping[int, tuple[str, Known]]) -> tuple[int, Stands]:
    """Of whom an old result seems to do more than to protect, or less; and how they stand with it."""
    people, kb = undated.people, undated.people.kb
    names = {place: name for place, (name, _) in tried.items()}
    today = {place: {name: dated(people.said[place][name], 0)} for place, name in names.items()}
    of_today = Stands(together.changed(people, today))
    days = [safety.TODAY] * people.size
    grown = [{**said, **dict([tried[place]] if place in tried else [])} for place, said in enumerate(people.said)]
    old = Stands(Apart(people.prepared, people.machine, grown, days))
    without = together.changed(people, {place: {name: None} for place, name in names.items()})
    found = together.others(undated, of_today) | together.apart(undated, of_today)
    remembered, bit = remembered_of(people.prepared), people.truths.columns.bit
    alone = bits.joined(bit[place] for place, name in names.items() if name not in remembered)
    for rule in kb.rules.values():
        now = old.people.truths.premise(rule)
        if rule.verb in PROTECTING:
            found |= people.truths.premise(rule)[0] & ~now[0]
        elif rule.verb != "derives":
            found |= alone & bits.joined(one ^ two for one, two in zip(now, without.truths.premise(rule), strict=True))
    deletions = {place: Deletion(name, "old", None) for place, name in names.items()}
    return found | alone & seems_allowed(undated, old, deletions, excusing=False), old


@pytest.mark.parametrize("share", range(SHARES))
def test_a_newer_result_makes_one_who_only_ever_had_it(
    share: int, dangers: Dangers, memory: WorkingMemory, machine: Machine
) -> None:
    prepared, seeds, found = dangers.prepared, range(share, PATIENTS, SHARES), list[str]()
    drawn = [(dangers.patient(seed), *newer_beside(dangers, seed)) for seed in seeds]
    one = Stands(together.population(prepared, machine, [{**known, **newer} for known, newer, _ in drawn]))
    other = Stands(together.population(prepared, machine, [{**known, **series} for known, _, series in drawn]))
    differs = together.others(one, other) | together.apart(one, other)
    for rule in prepared.kb.rules.values():
        pairs = one.people.truths.premise(rule), other.people.truths.premise(rule)
        differs |= pairs[0][0] ^ pairs[1][0] | pairs[0][1] ^ pairs[1][1] if rule.verb != "derives" else 0
    for place in together.judged_alone(differs, len(drawn)):
        known, newer, series = drawn[place]
        patient = safety.judged(dangers, {**known, **newer}, memory)
        alone = safety.stand(patient), concluded(patient)
        patient.say(series)
        if (safety.stand(patient), concluded(patient)) != alone:
            found.append(f"patient {seeds[place]}: {', '.join(newer)}")
    assert sum(len(newer) for _, newer, _ in drawn) > PATIENTS / SHARES
    assert found == []


def newer_beside(dangers: Dangers, seed: int) -> tuple[dict[str, Known], dict[str, Known]]:
    """Results of a random patient with a day, and the same beside older ones of somebody else."""
    telling = by_history(dangers.prepared)
    known, other = dangers.patient(seed), dangers.patient(seed + PATIENTS)
    both = [name for name, one in known.items() if type(other.get(name)) is type(one) and name not in telling]
    both = [name for name in both if isinstance(known[name], (Number, Choice)) and dangers.kb.findings.get(name)]
    newer: dict[str, Known] = {}
    series: dict[str, Known] = {}
    for name in both:
        new, old = dated(known[name], 1), dated(other[name], random.Random(f"{seed} {name}").choice([2, 14, 300]))
        newer[name], series[name] = new, of_both(old, new)
    return newer, series


def of_both(old: Known, new: Known) -> Known:
    if isinstance(old, Number) and isinstance(new, Number):
        return Number((*old.results, *new.results))
    assert isinstance(old, Choice)
    assert isinstance(new, Choice)
    return dataclasses.replace(new, before=(old,))


RESULTS = (
    "{value: 2.9 mmol/L, date: 2026-10-01}",
    "{value: 1.8 mmol/L, date: 2026-03}",
    "{value: 2.4 mmol/L, date: 2019}",
    "{value: 2.2 mmol/L, date: 2026-09-30}",
)
ORDINARY = (
    "age: 68\nsex: female\nmenopausal_status: postmenopausal\nfractures: none\nconditions: none\nmedicines: none\n"
)


def test_in_which_order_results_are_written_is_immaterial(prepared: Prepared) -> None:
    read = {
        told(prepared, f"calcium: [{', '.join(some)}]\n").said["calcium"] for some in itertools.permutations(RESULTS)
    }
    assert len(read) == 1
    (known,) = read
    assert isinstance(known, Number)
    assert [str(one.interval.low) for one in known.results] == ["2.4", "1.8", "2.2", "2.9"]


@pytest.mark.parametrize(
    "results",
    [
        ("{value: 2.9 mmol/L, date: 2026-10-01}", "{value: 1.8 mmol/L, date: 2026-10-01}"),
        ("{value: 2.9 mmol/L, date: 2026-10-01}", "1.8 mmol/L"),
        ("{value: 2.9 mmol/L, date: 2026-10-01}", "{value: 1.8 mmol/L, date: 2026-10}"),
        ("{value: 2.9 mmol/L, date: 2026-10}", "{value: 2.4 mmol/L, date: 2026}", "1.8 mmol/L"),
    ],
)
def test_where_it_is_not_told_which_is_newer_the_stricter_counts(prepared: Prepared, results: tuple[str, ...]) -> None:
    shown = []
    alone = [safety.stand(told(prepared, f"{ORDINARY}t_score_hip: -2.9\ncalcium: {one}\n")) for one in results]
    for some in (results, results[::-1]):
        patient = told(prepared, f"{ORDINARY}t_score_hip: -2.9\ncalcium: [{', '.join(some)}]\n")
        verdict = judge(patient)
        assert [one.id for one in verdict.contradictions] == ["calcium"] * (len(results) - 1)
        assert "calcium" in verdict.open
        shown.append(safety.stand(patient))
        for of_one in alone:
            stricter = safety.stricter(shown[-1], of_one)
            assert [one for one in stricter if not one[1].endswith("not wanted")] == []
    assert shown[0] == shown[1]


@pytest.mark.parametrize(
    ("newer", "other"),
    [
        ("{value: 2.4 mmol/L, date: 2026-10-01}", "{value: 1.8 mmol/L, date: 2026-09-30}"),
        ("{value: 2.4 mmol/L, date: 2026-10-01}", "{value: 2.4 mmol/L, date: 2026-10-01}"),
        ("2.4 mmol/L", "{value: 2.4 mmol/L, date: 2026-10-01}"),
    ],
)
def test_what_is_certainly_older_or_says_the_same_contradicts_nothing(
    prepared: Prepared, newer: str, other: str
) -> None:
    verdict = judge(told(prepared, f"{ORDINARY}calcium: [{newer}, {other}]\n"))
    assert verdict.contradictions == ()
    assert next(one.value for one in verdict.findings if one.id == "calcium") == 2.4


# --- how old is old ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "old"),
    [
        ("vitamin_d: {value: 28 nmol/L, date: 2025-11-21}", False),  # a year to the day
        ("vitamin_d: {value: 28 nmol/L, date: 2025-11-20}", True),
        ("vitamin_d: {value: 28 nmol/L, date: 2025-12}", False),
        ("vitamin_d: {value: 28 nmol/L, date: 2025-11}", True),  # it may be
        ("vitamin_d: 28 nmol/L", False),
        ("t_score_hip: {value: -2.2, date: 2021-11-21}", False),
        ("t_score_hip: {value: -2.2, date: 2021-11-20}", True),
        ("bone_biopsy: {value: osteomalacia, date: 1990}", False),
        ("phex_variant: {value: yes, date: 1990}", False),
        ("plasma_cells: {value: 20 %, date: 1990}", False),
        ("m_protein: {value: no, date: 2025-11-20}", True),
        ("m_protein: {value: no, date: 2025-11-21}", False),
        ("creatinine_clearance: {value: 80 mL/min, date: 2020}", True),
        ("vitamin_d: [{value: 28 nmol/L, date: 2020}, {value: 60 nmol/L, date: 2026-11}]", False),
    ],
)
def test_a_result_is_old_once_more_time_has_passed_than_its_finding_allows(
    prepared: Prepared, answer: str, old: bool
) -> None:
    patient = told(prepared, f"{ORDINARY}{answer}\n")
    name = answer.partition(":")[0]
    assert (name in patient.old) is old
    assert (name not in patient.counting) is old
    if name in patient.kb.findings:
        assert (next(one.status for one in judge(patient).findings if one.id == name) == "old") is old


def test_every_result_of_a_test_says_how_long_it_counts(prepared: Prepared) -> None:
    tests = [one for one in prepared.kb.findings.values() if one.known_by == "test" and one.form != "records"]
    assert [one.id for one in tests if one.stale_after is None] == []
    never = {one.id for one in tests if one.stale_after == 0}
    assert {"phex_variant", "alpl_variant", "casr_variant", "collagen_variant", "bone_biopsy"} <= never
    cited = {one.id: one.sources for one in prepared.kb.findings.values() if one.stale_after}
    assert [name for name, sources in cited.items() if not sources] == []


def test_an_old_low_result_bars_and_an_old_good_one_clears_nothing(prepared: Prepared) -> None:
    """What must be known first is not known by it, and the work-up measures it again."""
    record = f"{ORDINARY}t_score_hip: -2.9\nsymptoms: none\nintolerances: none\ncan_sit_upright: yes\nweight: 60 kg\n"
    good = "creatinine: {value: 70 umol/L, date: DAY}\ncalcium: 2.4 mmol/L\nalbumin: 42 g/L\nvitamin_d: 80 nmol/L\n"
    good += "alkaline_phosphatase: 70 U/L\ndental_state: good\n"
    of_today = told(prepared, record + good.replace("DAY", "2026-11"))
    of_long_ago = told(prepared, record + good.replace("DAY", "2019"))
    assert Outlook(of_today).status("zoledronate") == "recommended"
    assert Outlook(of_long_ago).status("zoledronate") == "conditional"
    assert "creatinine" in next(item.missing for item in judge(of_long_ago).plan if item.id == "zoledronate")
    kidneys = [test for test in judge(of_long_ago).investigations if "creatinine" in test.settles]
    assert [test.status for test in kidneys] == ["to do"]
    bad = told(prepared, record + good.replace("70 umol/L", "400 umol/L").replace("DAY", "2019"))
    item = next(item for item in judge(bad).plan if item.id == "zoledronate")
    assert item.status == "contraindicated"
    facts = {fact.finding: fact.told for one in item.against for fact in one.facts}
    assert facts["creatinine"] == "creatinine 400 umol/L (2019), old"
    assert facts["creatinine_clearance"].endswith(", old")
    assert any("creatinine 400 umol/L (2019), old" in notice for notice in judge(bad).notices)


# --- what history says ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scores", "known"),
    [
        ("{value: -2.5, date: 1998-01-02}", True),
        ("{value: -2.49, date: 1998-01-02}", False),
        ("[{value: -2.5, date: 2024-01}, {value: -1.9, date: 2026-01}]", True),
        ("[{value: -2.4, date: 2024-01}, {value: -1.9, date: 2026-01}]", False),
        ("[{value: -1.9, date: 2026-01}, {value: -2.7, date: 1998}, {value: -1.5, date: 2010}]", True),
        ("[{value: -2.7, date: 2026-01-05}, {value: -1.9, date: 2026-01-05}]", False),  # one of them is wrong
        ("[-2.7, -1.9]", False),  # without days nothing is history
    ],
)
def test_osteoporosis_is_known_since_a_t_score(prepared: Prepared, scores: str, known: bool) -> None:
    patient = told(prepared, f"{ORDINARY}t_score_hip: {scores}\n")
    standing = Outlook(patient).standing("osteoporosis")
    assert (standing is not None and standing.status == "established") is known


@pytest.mark.parametrize("who", ["menopausal_status: premenopausal\nage: 35", "age: 30"])
def test_in_the_young_no_t_score_is_remembered_as_osteoporosis(prepared: Prepared, who: str) -> None:
    patient = told(prepared, f"sex: female\n{who}\nt_score_hip: {{value: -2.9, date: 2015}}\n")
    standing = Outlook(patient).standing("osteoporosis")
    assert standing is None or standing.status != "established"


def test_the_day_since_when_it_is_known_is_told(prepared: Prepared) -> None:
    verdict = judge(told(prepared, f"{ORDINARY}t_score_hip: {{value: -2.7, date: 1998-01-02}}\n"))
    facts = [
        fact.told
        for one in verdict.diagnoses
        if one.id == "osteoporosis"
        for why in one.supporting
        for fact in why.facts
    ]
    assert "known since 1998-01-02 (lowest T-score there was before -2.7)" in facts
    assert not any(one.id == "lowest_t_score" for one in verdict.derived)


def test_without_days_a_patient_is_one(prepared: Prepared) -> None:
    patient = told(prepared, f"{ORDINARY}t_score_hip: -2.7\nvitamin_d: 28 nmol/L\ncalcium: [2.1 mmol/L, 2.4 mmol/L]\n")
    assert patient.recorded is patient
    assert patient.counting == patient.said
    assert judge(patient).contradictions == ()


def test_both_evaluators_see_what_is_remembered_and_nothing_else(prepared: Prepared) -> None:
    """What is never asked is false without history, in the network as in what it is compiled from."""
    for said in ({}, {"t_score_hip": number("-2.7")}):
        given: Mapping[str, Given] = {name: Given(one) for name, one in said.items()}
        plain = Reference(prepared.kb, given, dates.day(safety.TODAY))
        network = WorkingMemory(prepared.plan)
        network.start(dates.day(safety.TODAY), given)
        rule = prepared.kb.rules["osteoporosis-known-since-a-t-score"]
        assert plain.premise(rule) is network.premise(rule) is Truth.FALSE


def test_many_at_once_read_what_counts_and_name_whom_they_cannot_judge(prepared: Prepared) -> None:
    """One with history alone is judged with the others; whoever is two patients is named."""
    cases = {
        "t_score_hip: [{value: -2.7, date: 2023-01}, {value: -1.9, date: 2026-01}]": False,
        "t_score_hip: -1.9\nm_protein: {value: no, date: 2026-10}": False,
        "t_score_hip: {value: -2.7, date: 1998}": True,
        "t_score_hip: [{value: -2.7, date: 2026-01-05}, {value: -1.9, date: 2026-01-05}]": True,
    }
    patients = [told(prepared, f"{ORDINARY}{answers}\n") for answers in cases]
    population = Population(
        prepared, Machine(prepared.plan), [one.said for one in patients], [one.today for one in patients]
    )
    assert [bool(population.contradicting >> at & 1) for at in range(len(patients))] == list(cases.values())
    for at, patient in enumerate(patients[:2]):
        look = Outlook(patient)
        standing = look.standing("osteoporosis")
        shown = [status for status, some in population.diagnosis("osteoporosis").items() if some >> at & 1]
        assert shown == ([standing.status] if standing is not None else [])
        for medicine in safety.bone_medicines(prepared):
            status = [one for one, some in population.status(medicine).items() if some >> at & 1]
            assert status == ([look.status(medicine)] if look.status(medicine) else [])
