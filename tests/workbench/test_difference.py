"""Whom an edit changes: counted over bits as experta would, reached no further than it is said, shown by a patient."""

from __future__ import annotations

import dataclasses
import datetime
import random
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest

import tests.shipped
from engine.assessment.population.population import Population
from engine.case import case
from engine.case.case import Prepared
from engine.inference.program import bits
from engine.inference.program.columns import Machine
from engine.intake import record
from engine.knowledge_base.store import cache
from engine.values.problems import Refused
from engine.views.outcomes import difference as view
from engine.workbench.difference import conclusions, difference, judging, proving, samples, versions
from engine.workbench.difference.conclusions import Conclusion
from engine.workbench.difference.difference import Difference
from engine.workbench.difference.edits import edits
from engine.workbench.difference.reach import Reach
from engine.workbench.difference.samples import Sample
from engine.workbench.difference.versions import Version
from tests.commands.conftest import FILES, write
from tests.conftest import LONG, size
from tests.workbench import bench

ROOT = Path(__file__).parent.parent.parent
DAY = datetime.date(2026, 1, 1)
RULES = FILES["rules/bone.yaml"]
VITAMIN_D = ("24.9", "25", "29.9", "30")


def people(base: Prepared, *texts: str) -> Sample:
    read = [record.read_record(base.kb, text, "patient.yaml")[0] for text in texts]
    said = tuple(one.known for one in read if one is not None)
    assert len(said) == len(texts)
    return Sample("patients", tuple(f"patient {number}" for number in range(len(said))), said, (DAY,) * len(said))


def between(old: Prepared, new: Prepared, sample: Sample) -> Difference:
    return difference.between(Version("old", old), Version("new", new), [sample])


def deficient(base: Prepared) -> Sample:
    return people(base, *(f"age: 67\nt_score_hip: -2.7\ndysphagia: no\nvitamin_d: {one} nmol/L" for one in VITAMIN_D))


def test_a_lower_cut_off_changes_those_between_the_two_and_no_others() -> None:
    old = bench.prepared()
    new = bench.prepared(RULES.replace("vitamin_d < 30 nmol/L", "vitamin_d < 25 nmol/L"))
    found = between(old, new, deficient(old))
    turns = {(*one.conclusion, one.before, one.after): one for one in found.changes}
    assert turns["status", "alendronate", "deferred", "recommended"].counts == (2,)
    assert turns["status", "alendronate", "deferred", "recommended"].loosened
    assert turns["status", "vitamin_d_repletion", "recommended", "nothing"].counts == (2,)
    assert found.samples[0].changed == 2
    assert Conclusion("diagnosis", "osteoporosis") not in {one.conclusion for one in found.changes}


def test_the_smallest_patient_is_a_file_of_whom_it_changes_and_can_lose_nothing() -> None:
    old, new = bench.prepared(), bench.prepared(RULES.replace("when: dysphagia", "when: dysphagia and age > 80"))
    sample = people(old, "age: 67\nsex: female\nt_score_hip: -2.7\ndysphagia: yes\nvitamin_d: 80 nmol/L")
    (change,) = [one for one in between(old, new, sample).changes if one.conclusion == ("status", "alendronate")]
    assert (change.before, change.after, change.loosened) == ("contraindicated", "recommended", True)
    read, problems = record.read_record(old.kb, change.witness, "smallest.yaml")
    assert read is not None
    assert not problems

    def shown(names: set[str]) -> list[str]:
        said = {name: known for name, known in read.known.items() if name in names}
        return [conclusions.word(judging.Judge(base).look(said, DAY), change.conclusion) for base in (old, new)]

    whole = set(read.known)
    assert shown(whole) == ["contraindicated", "recommended"]
    assert all(shown(whole - {name}) != shown(whole) for name in whole)


def test_words_sources_and_order_change_nobody() -> None:
    old = bench.prepared()
    blocks = RULES.strip().split("\nalendronate-swallowing:")
    moved = "alendronate-swallowing:" + blocks[1] + "\n" + blocks[0] + "\n"
    new = bench.prepared(moved.replace("It burns the gullet.", "It can burn the gullet."))
    found = between(old, new, deficient(old))
    assert [(one.id, one.parts, one.decides) for one in found.edits] == [
        ("alendronate-swallowing", ("because",), False)
    ]
    assert (found.changes, found.samples[0].changed) == ((), 0)
    assert view.NOTHING_DECIDES in view.text(found)
    assert view.ALIKE in view.text(between(old, old, deficient(old)))


def test_a_rule_that_is_gone_or_new_is_named_and_counted() -> None:
    old = bench.prepared()
    whole = RULES.strip().split("\n")
    at = whole.index("vitamin-d-first:")
    new = bench.prepared("\n".join(whole[:at] + whole[at + 8 :]) + "\n")
    there = between(old, new, deficient(old))
    back = between(new, old, deficient(old))
    assert [(one.id, one.how) for one in there.edits] == [("vitamin-d-first", "removed")]
    assert [(one.id, one.how) for one in back.edits] == [("vitamin-d-first", "added")]
    assert [len(one.loosened) for one in (there, back)] == [1, 0]
    assert [one.changes[0].counts for one in (there, back)] == [(3,), (3,)]


# --- on the shipped knowledge base ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shipped() -> Prepared:
    return case.prepare(cache.load(ROOT))


@pytest.fixture(scope="module")
def whole(shipped: Prepared) -> Sample:
    return samples.patients_of(tests.shipped.worked())


@pytest.fixture(scope="module")
def worked(whole: Sample) -> Sample:
    return some_of(whole, range(len(whole.said)))


def some_of(whole: Sample, numbers: Sequence[int]) -> Sample:
    """So many of these worked cases as are tried, from all over."""
    chosen = numbers[:: max(1, len(numbers) // size(600))]
    return dataclasses.replace(
        whole,
        names=tuple(whole.names[one] for one in chosen),
        said=tuple(whole.said[one] for one in chosen),
        days=tuple(whole.days[one] for one in chosen),
    )


def altered(base: Prepared, seed: int) -> Prepared:
    """A rule taken out, or given the premise of another of the same verb."""
    chance = random.Random(seed)
    rules = dict(base.kb.rules)
    verb = ("contraindicates", "defers", "diagnoses", "supports", "sets", "alerts")[seed % 6]
    names = [name for name, rule in rules.items() if rule.verb == verb and rule.when is not None]
    name, other = chance.sample(names, 2)
    if chance.random() < 0.5:
        del rules[name]
    else:
        rules[name] = dataclasses.replace(rules[name], when=rules[other].when)
    try:
        return case.prepare(dataclasses.replace(base.kb, rules=rules))
    except ValueError:  # it would rest on its own conclusion
        return altered(base, seed + 6)


@pytest.mark.parametrize("seed", range(size(30)))
def test_what_is_counted_is_what_experta_shows_and_nothing_beyond_the_reach_changes(
    seed: int, shipped: Prepared, worked: Sample
) -> None:
    """Each of some patients is judged one by one under both, and every conclusion that there is compared."""
    new = altered(shipped, seed)
    some = random.Random(seed).sample(range(len(worked.said)), 12)
    sample = Sample(
        "some", tuple(worked.names[one] for one in some), tuple(worked.said[one] for one in some),
        tuple(worked.days[one] for one in some),
    )  # fmt: skip
    found = difference.between(Version("old", shipped), Version("new", new), [sample], witnesses=0)
    counted = {(one.conclusion, one.before, one.after): one.counts[0] for one in found.changes}
    expected: dict[tuple[Conclusion, str, str], int] = {}
    judges = judging.Judge(shipped), judging.Judge(new)
    for said, day in zip(sample.said, sample.days, strict=True):
        looks = [judge.look(said, day) for judge in judges]
        for conclusion in conclusions.all_of(shipped.kb):
            before, after = (conclusions.word(look, conclusion) for look in looks)
            if before != after and conclusion.kind != "dose":
                expected[conclusion, before, after] = expected.get((conclusion, before, after), 0) + 1
    assert {turn: many for turn, many in counted.items() if turn[0].kind != "dose"} == expected


def test_random_patients_are_the_same_each_time_and_mostly_agree_with_themselves(
    shipped: Prepared, worked: Sample
) -> None:
    first, second = (samples.crossed(shipped, worked, 60) for _ in range(2))
    assert first == second
    assert len({tuple(one) for one in first.said}) > 30
    read = [record.read_record(shipped.kb, as_file(shipped, first, place), "random.yaml") for place in range(60)]
    assert sum(1 for one, problems in read if one is not None and not problems) >= 50


def as_file(base: Prepared, sample: Sample, place: int) -> str:
    from engine.intake.record import Answer
    from engine.values.problems import Place

    given = {name: Answer(known, "", Place("x")) for name, known in sample.said[place].items()}
    return record.save_record(base.kb, given, sample.days[place], "random")


# --- versions, and the command ----------------------------------------------------------------------------------------


def test_an_entry_differs_by_what_it_means(shipped: Prepared) -> None:
    assert edits(shipped.kb, shipped.kb) == ()
    rules = dict(shipped.kb.rules)
    name = next(name for name, rule in rules.items() if rule.verb == "recommends" and rule.dose)
    rules[name] = dataclasses.replace(rules[name], dose="half of it")
    (one,) = edits(shipped.kb, dataclasses.replace(shipped.kb, rules=rules))
    assert (one.id, one.parts, one.decides) == (name, ("dose",), True)


def test_what_is_no_version_is_refused(tmp_path: Path) -> None:
    write(tmp_path, FILES)
    with (
        pytest.raises(Refused, match="neither a directory nor a git revision"),
        versions.opened("no-such-revision", "", tmp_path),
    ):
        pass


# --- by a solver ------------------------------------------------------------------------------------------------------


def test_what_changed_of_none_of_the_patients_is_proved_or_shown_of_somebody() -> None:
    pytest.importorskip("z3")
    old = bench.prepared()
    new = bench.prepared(RULES.replace("vitamin_d < 30 nmol/L", "vitamin_d < 25 nmol/L"))
    nobody = people(old, "age: 67")
    found = between(old, new, nobody)
    assert {one.kind for one in found.unchanged} >= {"status"}
    after = proving.proved(Version("old", old), Version("new", new), found)
    shown = {one.conclusion: one for one in after.changes}
    status = shown[Conclusion("status", "alendronate")]
    assert (status.before, status.loosened, status.counts) == ("deferred", True, (0,))
    assert "vitamin_d" in status.witness
    assert Conclusion("caution", "alendronate") in after.proved
    assert not set(after.proved) & shown.keys()
    assert "the solver found one" in view.text(after)


MOVED = {
    "reduced_egfr_line": "66",
    "vitamin_d_deficiency_line": "60",
    "severe_low_calcium_line": "2.2",
    "osteoporosis_t_score": "-2.6",
    "low_z_score": "-3",
}
APART = (
    "egfr: 63 mL/min\ncreatinine: 150 umol/L",
    "egfr: {value: 63 mL/min, date: 2019-01-01}",
    "egfr: 40 mL/min\ncreatinine: 150 umol/L",
    "vitamin_d: [{value: 40 nmol/L}, {value: 70 nmol/L, date: 2025-06-01}]",
    "height: 160 cm\nweight: 48 kg\nbmi: 30",
)
"""Of whom two values contradict, or a result is old."""


def raised(base: Prepared, cut_off: str) -> Prepared:
    old = base.kb.thresholds[cut_off]
    values = tuple(dataclasses.replace(one, value=Decimal(MOVED[cut_off])) for one in old.values)
    thresholds = {**base.kb.thresholds, cut_off: dataclasses.replace(old, values=values)}
    return case.prepare(dataclasses.replace(base.kb, thresholds=thresholds))


def apart(base: Prepared) -> Sample:
    return people(
        base,
        *(f"age: 70\nsex: female\nt_score_hip: -2.7\nfractures: none\n{one}" for one in APART[: None if LONG else 2]),
    )


@pytest.mark.parametrize("cut_off", list(MOVED)[: None if LONG else 1])
def test_only_those_whom_an_edited_cut_off_meets_are_looked_at_and_nobody_is_missed(
    cut_off: str, shipped: Prepared, whole: Sample
) -> None:
    """The quick way by the conditions that read a cut-off finds the patients that the long way finds."""
    chosen = {*range(0, len(whole.said), 10 if LONG else 100)}
    if LONG:
        everybody = Population(shipped, Machine(shipped.plan), whole.said, whole.days)
        chosen |= {*bits.positions(everybody.contradicting)}
    some = [some_of(whole, sorted(chosen)), apart(shipped)]
    old, new = Version("old", shipped), Version("new", raised(shipped, cut_off))
    quick = difference.between(old, new, some, 0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Reach, "_comparisons", lambda *_: None)
        long = difference.between(old, new, some, 0)
    assert quick.changes
    assert quick.changes == long.changes


@pytest.mark.parametrize("cut_off", list(MOVED)[: 2 if LONG else 1])
def test_one_passed_over_of_whom_two_values_contradict_would_be_noticed(cut_off: str, shipped: Prepared) -> None:
    old, new = Version("old", shipped), Version("new", raised(shipped, cut_off))
    found = difference.between(old, new, [apart(shipped)], 0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Reach, "concerned", lambda *_: 0)
        assert difference.between(old, new, [apart(shipped)], 0).changes != found.changes
