"""What is heard of a line: signs, reach, doubt, corrections, and that no word of it is lost."""

from __future__ import annotations

import os
import random
import re
import string
from pathlib import Path

import pytest

from engine.case.case import Prepared
from engine.hearing.corrections import Said
from engine.hearing.ear import Ear
from engine.hearing.hearing import idle
from engine.intake.answers import answers
from engine.intake.words import phrases
from tests import conftest, shipped

from .scoring import DATA, lines

ROOT = Path(__file__).parents[2]

MEASURED = {
    one.id
    for one in shipped.base().findings.values()
    if one.form == "number" and one.plausible is not None and one.unit and not one.bare_unit
} - {"biopsy_mineralization_lag"}
"""Numbers with a unit; of a lag in days it is not clear whether a date is meant."""
SCAN = ("t_score_hip", "t_score_femoral_neck", "t_score_lumbar_spine", "t_score_forearm", "t_score_unspecified")


def said(ear: Ear, line: str, *asked: str) -> dict[str, str]:
    heard = ear.hear(line, asked, {})
    return {name: answers.write_answer(ear.kb, name, known) for name, known in heard.said.items()}


@pytest.mark.parametrize(
    "line",
    ["hip -2.7", "hip - 2.7", "hip-2.7", "hip −2.7", "hip – 2.7", "hip minus 2.7", "hip minus two point seven",
     "T -2.7 hip", "-2.7 hip", "hip: -2.7", "hip = -2.7", "hip T-score of -2.7", "hip -2,7"],
)  # fmt: skip
def test_a_sign_survives_blanks_and_type(line: str, ear: Ear) -> None:
    assert said(ear, line, *SCAN) == {"t_score_hip": "-2.7"}


@pytest.mark.parametrize(
    ("line", "finding", "told"),
    [
        ("celiac serology negative 2021", "ttg_iga", "{value: normal, date: 2021}"),
        ("2021: celiac serology negative", "ttg_iga", "{value: normal, date: 2021}"),
        ("tTG negative March 2021", "ttg_iga", "{value: normal, date: 2021-03}"),
        ("M-protein absent, 2022", "m_protein", "{value: no, date: 2022}"),
        ("no M-protein in 2022", "m_protein", "{value: no, date: 2022}"),
        ("HIV test negative in 2019", "hiv_test", "{value: negative, date: 2019}"),
        ("bone biopsy osteomalacia 2015", "bone_biopsy", "{value: osteomalacia, date: 2015}"),
        ("bence jones negative 2018", "bence_jones", "{value: no, date: 2018}"),
        ("LFTs raised last year", "liver_tests", "{value: abnormal, date: 2025}"),
        ("calcium normal 2021", "calcium", "{value: normal, date: 2021}"),
        # what stands behind a comma with something else is not its day, and what ended is no result
        ("calcium normal, 2021 hip fracture", "calcium", "normal"),
        ("stopped smoking 2019", "smoking", "former"),
    ],
)
def test_a_result_told_in_a_word_carries_its_day(line: str, finding: str, told: str, ear: Ear) -> None:
    heard = ear.hear(line, (), {})
    assert answers.write_answer(ear.kb, finding, heard.said[finding]) == told.replace("2025", str(ear.today.year - 1))


@pytest.mark.parametrize(
    ("line", "finding", "told"),
    [
        ("HIV negative 2023", "conditions", "[no hiv_infection, ...]"),
        ("HIV negative three years ago", "conditions", "[no hiv_infection, ...]"),
        ("pregnancy test negative 2024", "pregnancy", "no"),
        ("hip T-score negative 2.3", "t_score_hip", "-2.3"),
    ],
)
def test_negative_before_a_day_denies_and_before_a_number_is_its_sign(
    line: str, finding: str, told: str, ear: Ear
) -> None:
    assert said(ear, line)[finding] == told


def test_a_length_answers_the_length_that_was_asked_for(ear: Ear) -> None:
    assert said(ear, "167 cm", "peak_height") == {"peak_height": "167 cm"}
    assert said(ear, "167 cm", "height") == {"height": "167 cm"}
    assert said(ear, "167 cm", "menopausal_status") == {"height": "167 cm"}


def test_a_risk_without_a_name_is_the_one_that_was_asked_for(ear: Ear) -> None:
    assert said(ear, "4.5 %", "frax_hip") == {"frax_hip": "4.5 %"}
    assert said(ear, "20 %", "frax_major") == {"frax_major": "20 %"}
    assert said(ear, "20 %, 4.5 %", "frax_major", "frax_hip") == {"frax_major": "20 %", "frax_hip": "4.5 %"}


@pytest.mark.parametrize("finding", sorted(MEASURED))
def test_a_number_with_its_unit_answers_what_was_asked_for(finding: str, ear: Ear) -> None:
    entry = ear.kb.findings[finding]
    assert entry.plausible is not None
    low, high = float(entry.plausible.low), float(entry.plausible.high)
    line = f"{low + (high - low) * 0.3:.1f} {entry.unit}"
    assert list(said(ear, line, finding)) == [finding]


@pytest.mark.parametrize("site", ["hip", "femoral_neck", "lumbar_spine", "forearm"])
@pytest.mark.parametrize("kind", ["t", "z"])
def test_a_score_named_as_in_a_file_is_of_its_kind(kind: str, site: str, ear: Ear) -> None:
    assert said(ear, f"{kind}_score_{site} -2.1", *SCAN) == {f"{kind}_score_{site}": "-2.1"}


def test_two_kinds_named_as_in_a_file_are_two_findings(ear: Ear) -> None:
    line = "t_score_lumbar_spine -3.1, z_score_hip -2, z_score_lumbar_spine -2.9"
    scores = {"t_score_lumbar_spine": "-3.1", "z_score_hip": "-2", "z_score_lumbar_spine": "-2.9"}
    assert said(ear, line, *SCAN) == scores


@pytest.mark.parametrize(
    "line", ["hip 2.7", "hip 0.812", "T score hip 1.9", "hip -27", "hip -2..7", "hip 0.612 -2.9 1"]
)
def test_a_score_that_cannot_be_one_is_not_kept(line: str, ear: Ear) -> None:
    heard = ear.hear(line, SCAN, {})
    assert "t_score_hip" not in heard.said or "2.9" in line
    assert heard.reading.problems or heard.reading.left


def test_a_bare_score_is_a_t_score_unless_only_z_scores_were_asked(ear: Ear) -> None:
    z_scores = ("z_score", "z_score_hip", "z_score_lumbar_spine")
    assert said(ear, "hip -2.7", *SCAN, *z_scores) == {"t_score_hip": "-2.7"}
    assert said(ear, "hip -2.7", *z_scores) == {"z_score_hip": "-2.7"}


def test_two_columns_are_two_numbers(ear: Ear) -> None:
    told = said(ear, "Femoral neck 0.612 -2.9 -1.1", *SCAN)
    assert told == {"t_score_femoral_neck": "-2.9", "z_score_femoral_neck": "-1.1"}


def test_the_same_twice_is_asked(ear: Ear) -> None:
    heard = ear.hear("hip -2.7, hip -1.9", SCAN, {})
    assert not heard.said
    assert "given twice: -2.7 and -1.9" in heard.reading.problems[0].what


def test_what_stands_against_an_earlier_answer_is_not_taken(ear: Ear) -> None:
    first = ear.hear("fracture of T12 in 2019", ("fractures",), {})
    heard = ear.hear("nil fractures", (), first.said, first.last)
    assert not heard.said
    assert [one.finding for one in heard.conflicts] == ["fractures"]


@pytest.mark.parametrize("mistyped", ["nto on omeprazole", "nott on omeprazole", "nevr took omeprazole"])
def test_a_mistyped_denial_is_neither_made_nor_passed_over(mistyped: str, ear: Ear) -> None:
    heard = ear.hear(mistyped, ("medicines",), {})
    assert not heard.said
    assert heard.reading.problems


def test_no_word_is_mended_to_a_word_of_denial(ear: Ear) -> None:
    denials = [
        words for words, meaning in ear.lexicon.phrases.plain if meaning.role in ("no", "none", "after", "unsure")
    ]
    alone = {phrases.keys(words)[0] for words in denials if len(words) == 1}
    chance = random.Random(2)
    for word in sorted(alone):
        for _ in range(30):
            place = chance.randrange(len(word))
            slip = word[:place] + chance.choice(string.ascii_lowercase) + word[place + 1 :]
            assert ear.lexicon.mended(slip) not in alone


def test_a_mistyped_name_is_mended_and_said(ear: Ear) -> None:
    heard = ear.hear("alendrnate 70 mg weekly", (), {})
    assert heard.reading.mended == ["'alendrnate' read as alendronate"]


@pytest.mark.parametrize(
    ("before", "line", "expected"),
    [
        ("hip -2.7", "no wait, -2.2", {"t_score_hip": "-2.2"}),
        ("hip -2.7", "sorry that's the spine", {"t_score_lumbar_spine": "-2.7"}),
        ("vit D 34 nmol/L", "sorry ng/mL", {"vitamin_d": "85 nmol/L"}),
        ("alendronate since 2019", "I mean risedronate", {"medicines": "[{name: risedronate, started: 2019}, ...]"}),
        ("Prolia", "last dose 10/2025", {"medicines": "[{name: denosumab, last_given: 2025-10}, ...]"}),
    ],
)
def test_a_correction_puts_right_what_was_said_last(before: str, line: str, expected: dict[str, str], ear: Ear) -> None:
    first = ear.hear(before, (), {})
    heard = ear.hear(line, (), first.said, first.last)
    assert {name: answers.write_answer(ear.kb, name, known) for name, known in heard.said.items()} == expected


@pytest.mark.parametrize(
    ("before", "line"),
    [
        ("alendronate, prednisolone 5 mg", "no other medicines"),
        ("alendronate", "no further meds"),
        ("asthma", "no other illnesses"),
        ("back pain", "no other symptoms"),
        ("wrist fracture 2019", "no other fractures"),
        ("wrist fracture 2019", "no further broken bones"),
    ],
)
def test_no_others_ends_a_list_that_was_begun(before: str, line: str, ear: Ear) -> None:
    known = ear.hear(before, (), {}).said
    heard = ear.hear(line, (), known)
    (name,) = known
    assert not heard.conflicts
    assert answers.write_answer(ear.kb, name, heard.said[name]) == "none"  # beside what was named before
    assert ear.hear(re.sub("other|further", "", line), (), known).conflicts


def test_scratch_that_is_undo(ear: Ear) -> None:
    first = ear.hear("spine -3.2", SCAN, {})
    assert ear.hear("scratch that", SCAN, first.said, first.last).reading.command == ("undo", "")


def test_a_number_needs_a_reason(ear: Ear) -> None:
    for line in ("25 vit D 25ng/mL", "25 calcium 2.3 mmol/L"):
        assert "age_at_menopause" not in ear.hear(line, ("age_at_menopause",), {}).said
    assert ear.hear("25 calcium 2.3 mmol/L", ("age_at_menopause",), {}).reading.unread == ["25"]


def test_a_refused_tail_leaves_the_head(ear: Ear) -> None:
    heard = ear.hear("hip -2.7, and the cat sat on it", SCAN, {})
    assert "t_score_hip" in heard.said
    assert heard.reading.unread


def corpus() -> list[str]:
    found = []
    for name in ("lines", "letters", "reports", "practice", "rounds"):
        found += [str(case["line"]) for case in lines(DATA / f"{name}.yaml")[1]]
    return found


@pytest.mark.parametrize("asked", [(), SCAN, ("medicines",), ("age",)])
def test_every_word_is_used_or_idle_or_echoed(asked: tuple[str, ...], ear: Ear) -> None:
    """A number, a time or a name is never lost: it is used, or stands among what was not read or is asked."""
    for line in corpus():
        heard = ear.hear(line, asked, {})
        reading = heard.reading
        if reading.command is not None:
            continue
        told = " ".join((*reading.unread, *reading.left, *(one.what for one in reading.problems)))
        for one in heard.line.segments:
            if one.used or one.kind == "mark" or idle(one) or one.cue() is not None:
                continue
            named = {sense.target for sense in one.senses}
            known = bool(named & {*reading.results, *(bare.finding for bare in reading.bare)}) or one.sense("group")
            assert known or one.text.strip()[:10] in told or len(told) > 70, (line, one.text)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("hip low", {"t_score_hip": "low"}),
        ("t-score low", {"t_score_unspecified": "low"}),
        ("hip low, spine normal", {"t_score_hip": "low", "t_score_lumbar_spine": "normal"}),
        ("hip not low", {}),
    ],
)
def test_a_score_is_told_in_a_word(line: str, said: dict[str, str], ear: Ear) -> None:
    heard = ear.hear(line, SCAN, {})
    assert {name: results[-1].value for name, results in heard.reading.results.items()} == said
    assert said or heard.reading.unread or heard.reading.problems


def test_a_length_of_time_is_no_drink(ear: Ear) -> None:
    assert set(ear.hear("back pain 3 wk, amoxicillin 5 d", (), {}).said) == {"symptoms", "medicines"}


def test_a_result_of_what_was_not_read_is_of_nothing_else(ear: Ear) -> None:
    asked = ("tsh", "liver_tests", "gamma_gt")
    heard = ear.hear("TSH 6.8 H, T4 normal", asked, {})
    assert set(heard.said) == {"tsh"}
    assert heard.reading.unread


def test_a_spine_that_is_normal_is_no_picture_without_fractures(ear: Ear) -> None:
    assert "imaging" not in ear.hear("spine normal", SCAN, {}).said
    assert not ear.hear("spine normal", (), {}).said


# --- whatever is typed ------------------------------------------------------------------------------------------------

COUNT = 100_000 if conftest.LONG else 2_000 if os.environ.get("CI") == "true" else 1_000
"""How many random and mutated lines are heard."""


def words_of(prepared: Prepared) -> list[str]:
    kb = prepared.kb
    names = [name for one in kb.findings.values() for name in (one.label, *one.synonyms)]
    names += [name for choices in kb.choices.values() for one in choices.members.values() for name in one.synonyms]
    return [
        *names,
        *kb.words,
        "28",
        "-2.7",
        "2023",
        "nmol/L",
        "mg",
        "3/4/24",
        "8/12",
        "(",
        ")",
        ",",
        ";",
        "\n",
        "?",
        "1e9",
    ]


def mutated(line: str, chance: random.Random) -> str:
    """The line with a letter changed, left out, doubled or swapped, or a sign thrown in."""
    letters = list(line)
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(letters) + 1)
        how = chance.randrange(4)
        if how == 0 and letters:
            del letters[min(place, len(letters) - 1)]
        elif how == 1:
            letters.insert(place, chance.choice(string.printable + "−–µ½éß\u202e"))
        elif how == 2 and place + 1 < len(letters):
            letters[place], letters[place + 1] = letters[place + 1], letters[place]
        elif letters:
            letters.insert(place, letters[min(place, len(letters) - 1)])
    return "".join(letters)


@pytest.mark.parametrize("line", ["DXA 0 Dec", "DXA 30 Feb", "DXA on 00 March"])
def test_a_day_that_no_month_has_is_no_day(line: str, ear: Ear) -> None:
    heard = ear.hear(line, (), {})
    assert not any(isinstance(said, Said) and said.date for said in heard.last)


def test_whatever_is_typed_nothing_breaks(prepared: Prepared, ear: Ear) -> None:
    """Random lines of words that mean something, and lines of the corpora with slips of the finger."""
    chance = random.Random(13)
    words, known, findings = words_of(prepared), corpus(), list(prepared.kb.findings)
    last: tuple[object, ...] = ()
    for index in range(COUNT):
        if index % 2:
            line = mutated(chance.choice(known), chance)
        else:
            line = " ".join(chance.choice(words) for _ in range(chance.randint(1, 8)))
        asked = tuple(chance.sample(findings, chance.randint(0, 3)))
        try:
            heard = ear.hear(line, asked, {}, last if index % 3 else ())  # type: ignore[arg-type]
        except Exception as fault:
            raise AssertionError(f"{line!r} asked {asked} after {last}") from fault
        last = heard.last
        for name, value in heard.said.items():
            assert ear.kb.findings.get(name) or ear.kb.quantities.get(name), (line, name)
            assert value is not None
