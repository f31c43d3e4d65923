"""What authors get wrong is said where it stands, all of it at once; what they get right stays silent."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.knowledge_base import soundness
from engine.knowledge_base.files import traps
from engine.knowledge_base.files.layout import Layout, Written
from engine.knowledge_base.model import KnowledgeBase
from engine.knowledge_base.reading import reader
from engine.premises.checking import checking
from engine.premises.expression import All, AnyOf, Compared, Proposition
from engine.values.problems import Level, Place, Problem

MISTAKES = sorted((Path(__file__).parent.parent / "data" / "mistakes").glob("*.yaml"))
_EXPECTED = re.compile(r"# (?:(?P<file>[\w/.-]+):)?(?P<line>\d+):(?P<column>\d+) (?P<code>OL\d+) (?P<words>.*)")

RULE = """\
extra-rule:
  title: An example
  sets: fragility_fracture
  when: age >= 90
  because: It serves as one.
  sources: [a-2020]
  evidence: verified
"""


PARSERS_OWN = re.compile(
    r"expected <|block (?:mapping|end|collection)|token|scalar|while (?:scanning|parsing)|simple key"
)


def test_there_are_mistakes_to_try() -> None:
    assert len(MISTAKES) >= 100


@pytest.mark.parametrize("path", MISTAKES, ids=lambda path: path.stem)
def test_a_mistake_is_told_at_its_place_and_not_in_the_parser_s_words(
    path: Path, read_with: Callable[..., reader.Reading]
) -> None:
    """The file's first comment names where it belongs, the next ones what is to be said and where."""
    content = path.read_bytes()
    head = content.decode().split("\n")
    file = head[0].removeprefix("# ")
    expected = [match for line in head[1:] if (match := _EXPECTED.fullmatch(line))]
    assert expected, "say what is expected"
    _, problems = read_with(file, content)
    told = [(p.place.file, p.place.line, p.place.column, p.code) for p in problems]
    assert told == [(m["file"] or file, int(m["line"]), int(m["column"]), m["code"]) for m in expected]
    for problem, match in zip(problems, expected, strict=True):
        assert not PARSERS_OWN.search(str(problem))
        if problem.code < "OL200" and problem.code != "OL104":  # how premises are told is held by their own tests
            assert _words(problem) == match["words"]


def _words(problem: Problem) -> str:
    return f"{problem.what}; {problem.hint}" if problem.hint else problem.what


NEAR_MISSES = {
    "a comment after two spaces": ("title: An example", "title: An example  # for the tests"),
    "a comment on a line of its own": ("  when:", "  # for the tests\n  when:"),
    "a number sign inside quotes": ("title: An example", 'title: "An example # 1"'),
    "a number sign within a word": ("title: An example", "title: An example of C#"),
    "a comment after a premise": ("age >= 90", "age >= 90 # old"),
    "a colon without a space": ("title: An example", "title: An example at 12:30"),
    "a colon inside quotes": ("because: It", "because: 'Mind: it"),
    "braces inside a text": ("because: It", "because: It {all} "),
    "doubled braces": ("evidence: verified", "evidence: verified\n  note: a {{brace}}"),
    "an apostrophe": ("title: An example", "title: The patient's example"),
    "typographic quotes within a text": ("title: An example", "title: An “example” of one"),
    "a question mark at the end": ("title: An example", "title: An example?"),
    "a decimal comma in prose": ("because: It", "because: 2,5 of them; it"),
    "a folded text": ("because: It serves as one.", "because: >-\n    It serves\n    as one."),
    "a text over two lines": ("because: It serves as one.", "because: It serves\n    as one."),
    "a premise over two lines": ("age >= 90", "age >= 90\n    or age >= 95"),
    "a quoted premise": ("age >= 90", '"age >= 90"'),
    "one source, no brackets": ("sources: [a-2020]", "sources: a-2020 section 3, page 4"),
    "words until": ("sets: fragility_fracture", "defers: alendronate\n  until: the teeth are seen to"),
    "always": ("age >= 90", "always"),
    "premises as a list": ("when: age >= 90", "when:\n    any:\n      - age >= 90\n      - weight < 40 kg"),
    "a tab inside a comment": ("title: An example", "title: An example  # one\ttwo"),
    "windows line ends": ("\n", "\r\n"),
    "a class as target": ("sets: fragility_fracture", "cautions: bisphosphonate\n  weight: minor"),
    "a list of targets": ("sets: fragility_fracture", "recommends: [walking, vitamin_d_repletion]"),
    "on is text": ("title: An example", "title: on"),
}


@pytest.mark.parametrize(("old", "new"), NEAR_MISSES.values(), ids=NEAR_MISSES.keys())
def test_what_only_looks_like_a_mistake_stays_silent(
    old: str, new: str, read_with: Callable[..., reader.Reading]
) -> None:
    text = RULE.replace(old, new)
    if "'Mind" in new:
        text = text.replace("as one.", "as one.'")
    assert read_with("rules/extra.yaml", text)[1] == []


def test_a_base_without_files_is_a_problem(tmp_path: Path) -> None:
    kb, problems = reader.read(Layout(tmp_path))
    assert kb is None
    assert [problem.code for problem in problems] == ["OL114", "OL114"]


@pytest.mark.parametrize("name", ["extra.yml", "extra.json", "notes.txt"])
def test_a_file_that_would_be_passed_over_in_silence_is_told(
    name: str, read_with: Callable[..., reader.Reading]
) -> None:
    assert [problem.code for problem in read_with(f"rules/{name}", RULE)[1]] == ["OL113"]


def test_editors_leftovers_and_pages_for_people_are_passed_over(
    tmp_path: Path, small_contents: tuple[Written, ...]
) -> None:
    for item in small_contents:
        path = tmp_path / item.file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(item.content)
    for name in ("rules/.swap", "rules/old.yaml~", "knowledge/README.md", "rules/__init__.py"):
        (tmp_path / name).write_text("no: entry: here")
    kb, problems = reader.read(Layout(tmp_path))
    assert problems == []
    assert kb is not None


class TestEntries:
    """What the entries of the small knowledge base became."""

    def test_every_kind_is_there(self, small: KnowledgeBase) -> None:
        assert set(small.findings) >= {"age", "fractures"}
        assert list(small.sections) == ["person", "density", "blood"]
        assert small.glossary == {"osteoid": "bone before it is mineralized"}
        assert small.scope is not None
        assert small.scope.refusal == "This system knows adults only."
        assert small.units["mg"].factor * 1000 == small.units["g"].factor
        assert small.digest.startswith("sha256:")

    def test_conditions_and_medicines_are_members_of_their_lists(self, small: KnowledgeBase) -> None:
        assert set(small.choices["conditions"].members) == {"hypertension", "osteoporosis", "osteomalacia"}
        assert set(small.choices["medicines"].members) == {"prednisolone", "omeprazole", "alendronate"}
        assert small.choices["medicines"].expand("bisphosphonate") == {"alendronate"}

    def test_classes_of_classes_hold_their_members(self, small: KnowledgeBase) -> None:
        assert small.choices["fracture_sites"].expand("counted") == {"hip", "vertebra"}

    def test_findings_know_their_group(self, small: KnowledgeBase) -> None:
        assert small.findings["t_score_hip"].group == "dxa"

    def test_fields_that_follow_from_others_are_added(self, small: KnowledgeBase) -> None:
        fields = small.findings["medicines"].fields
        assert fields["daily_dose"].derived
        assert fields["daily_dose"].unit == "mg/day"
        assert small.findings["fractures"].fields["age_at"].unit == "year"

    def test_each_key_has_its_place(self, small: KnowledgeBase) -> None:
        rule = small.rules["low-score"]
        assert str(rule.place) == "rules/density/density.yaml:2:1"
        assert str(rule.places["because"]) == "rules/density/density.yaml:6:3"

    def test_ranges_are_kept_in_order(self, small: KnowledgeBase) -> None:
        first, second = small.findings["calcium"].ranges
        assert isinstance(first.when, Compared)
        assert second.when is None

    def test_dated_cut_offs_are_sorted_by_date(self, small: KnowledgeBase) -> None:
        values = small.thresholds["kidney_floor"].values
        assert [int(value.value or 0) for value in values] == [30, 35]
        assert values[0].since < values[1].since


class TestRules:
    """What the rules of the small knowledge base became."""

    def test_classes_are_expanded_to_members(self, small: KnowledgeBase) -> None:
        assert small.rules["alendronate-first"].targets == ("bisphosphonate",)
        assert small.rules["alendronate-first"].members == ("alendronate",)

    def test_levels_become_a_rule_each(self, small: KnowledgeBase) -> None:
        moderate, high = small.rules["risk-moderate"], small.rules["risk-high"]
        assert (moderate.level, high.level) == ("moderate", "high")
        assert moderate.label == high.label == "Risk by score and fracture"
        assert isinstance(moderate.when, AnyOf)
        assert isinstance(high.when, All)

    def test_common_adds_sources_and_gives_defaults(self, small: KnowledgeBase) -> None:
        rule = small.rules["alendronate-clearance"]
        assert [cited.source for cited in rule.sources] == ["b-label", "a-2020"]
        assert rule.guideline == "a-2020"

    def test_a_common_premise_is_joined_by_all(self, read_with: Callable[..., reader.Reading]) -> None:
        shared = "common:\n  when: fragility_fracture\n"
        rule = RULE.replace("sets: fragility_fracture", "sets: softening_suspected")
        kb, problems = read_with("rules/extra.yaml", shared + rule)
        assert problems == []
        assert kb is not None
        when = kb.rules["extra-rule"].when
        assert isinstance(when, All)
        assert isinstance(when.items[0], Proposition)
        assert isinstance(when.items[1], Compared)

    def test_a_withdrawn_rule_is_kept_and_concludes_nothing(self, read_with: Callable[..., reader.Reading]) -> None:
        text = RULE.replace("evidence: verified", "evidence: verified\n  withdrawn: no longer believed")
        kb, problems = read_with(
            "rules/extra.yaml", text.replace("sets: fragility", "sets: softening_suspected  # was: ")
        )
        assert problems == []
        assert kb is not None
        assert "extra-rule" not in kb.rules
        assert kb.withdrawn["extra-rule"].withdrawn == "no longer believed"

    @pytest.mark.parametrize(
        ("verb", "ends"),
        [("sets: softening_suspected", True), ("recommends: alendronate", True), ("cautions: alendronate", False)],
    )
    def test_a_rule_ends_with_its_guideline_unless_it_warns(
        self, small_contents: tuple[Written, ...], verb: str, ends: bool
    ) -> None:
        text = RULE.replace("sets: fragility_fracture", f"{verb}\n  guideline: b-2010")
        guidelines = "a-2020: {label: A 2020, region: UK, year: 2020, supersedes: [b-2010], sources: [a-2020]}\n"
        guidelines += "b-2010: {label: B 2010, year: 2010}\n"
        kept = [item for item in small_contents if item.file != "knowledge/guidelines.yaml"]
        more = [
            Written("knowledge/guidelines.yaml", "knowledge/guidelines.yaml", guidelines.encode(), False),
            Written("rules/extra.yaml", "rules/extra.yaml", text.encode(), False),
        ]
        kb, problems = reader.read_contents([*kept, *more])
        assert problems == []
        assert kb is not None
        assert ("extra-rule" in kb.rules) is not ends
        if ends:
            assert kb.withdrawn["extra-rule"].withdrawn == "b-2010 is superseded by a-2020"

    def test_a_sole_rule_withdrawn_leaves_its_conclusion_unconcluded(
        self, read_with: Callable[..., reader.Reading], small_root: Path
    ) -> None:
        text = (small_root / "rules/density/density.yaml").read_text()
        withdrawn = text.replace("  diagnoses: osteoporosis\n", "  diagnoses: osteoporosis\n  withdrawn: gone\n")
        _, problems = read_with("rules/density/density.yaml", withdrawn)
        assert [problem.code for problem in problems] == ["OL208"]


class TestADirectoryOfOnesOwn:
    """What a hospital lays over the shipped knowledge."""

    def test_it_adds(self, read_with: Callable[..., reader.Reading]) -> None:
        kb, problems = read_with("rules/extra.yaml", RULE, local=True)
        assert problems == []
        assert kb is not None
        assert str(kb.rules["extra-rule"].place) == "hospital/rules/extra.yaml:1:1"

    def test_it_replaces_what_it_names(self, read_with: Callable[..., reader.Reading]) -> None:
        text = RULE.replace("  sets:", "  replaces: fragility-fracture\n  sets:")
        kb, problems = read_with("rules/extra.yaml", text, local=True)
        assert problems == []
        assert kb is not None
        assert "fragility-fracture" not in kb.rules
        assert kb.withdrawn["fragility-fracture"].withdrawn == "replaced by 'extra-rule' in hospital/rules/extra.yaml"

    def test_the_same_id_without_naming_it_is_refused(self, read_with: Callable[..., reader.Reading]) -> None:
        _, problems = read_with("rules/extra.yaml", RULE.replace("extra-rule", "fragility-fracture"), local=True)
        assert [(problem.code, problem.hint) for problem in problems] == [
            ("OL103", "write 'replaces: fragility-fracture' in it if that is meant")
        ]

    def test_entries_are_replaced_too(self, read_with: Callable[..., reader.Reading]) -> None:
        text = "kidney_floor: {label: ours, unit: mL/min, value: 40, replaces: kidney_floor}\n"
        kb, problems = read_with("knowledge/thresholds.yaml", text, local=True)
        assert problems == []
        assert kb is not None
        assert kb.thresholds["kidney_floor"].label == "ours"

    def test_only_there(self, read_with: Callable[..., reader.Reading]) -> None:
        text = RULE.replace("  sets:", "  replaces: fragility-fracture\n  sets:")
        assert "OL112" in {problem.code for problem in read_with("rules/extra.yaml", text)[1]}

    def test_what_it_replaces_must_exist(self, read_with: Callable[..., reader.Reading]) -> None:
        text = RULE.replace("  sets:", "  replaces: fragility-fractur\n  sets:")
        _, problems = read_with("rules/extra.yaml", text, local=True)
        assert [(problem.code, problem.hint) for problem in problems] == [
            ("OL105", "did you mean 'fragility-fracture'?")
        ]


def test_every_code_that_is_told_is_explained() -> None:

    explained = {**traps.CODES, **reader.CODES, **checking.CODES}
    for path in MISTAKES:
        for match in _EXPECTED.finditer(path.read_text()):
            assert match["code"] in explained


_ODD = st.sampled_from(
    [
        *"{}[]>|*&!%@`,:#?-'\"\t\n\r\0\u202e\u00a0\ufeff\\ ()=<",
        ": ",
        " #",
        "- ",
        "\n  ",
        "---\n",
        "<<: ",
        "any: ",
        "..",
        "9",
    ]
)


@st.composite
def _edits(draw: st.DrawFn) -> list[tuple[float, int, str]]:
    return draw(
        st.lists(st.tuples(st.floats(0, 1), st.integers(0, 6), _ODD | st.text(max_size=3)), min_size=1, max_size=6)
    )


def _edited(text: str, edits: list[tuple[float, int, str]]) -> str:
    for where, length, new in edits:
        at = int(where * len(text))
        text = text[:at] + new + text[at + length :]
    return text


@given(edits=_edits(), file=st.integers(0, 30))
def test_nothing_an_author_types_makes_the_reader_fall(
    edits: list[tuple[float, int, str]], file: int, small_contents: tuple[Written, ...]
) -> None:
    chosen = small_contents[file % len(small_contents)]
    text = _edited(chosen.content.decode(), edits)
    changed = Written(chosen.file, chosen.inside, text.encode("utf-8", "surrogatepass"))
    kb, problems = reader.read_contents([changed if item is chosen else item for item in small_contents])
    failed = any(problem.level is Level.ERROR for problem in problems)
    assert (kb is None) == failed
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for problem in problems:
        assert problem.code in {**reader.CODES} or problem.code < "OL100" or problem.code > "OL199"
        if problem.place.file == chosen.file and problem.place.line:
            assert problem.place.line <= len(lines) + 1


@given(first=st.permutations(range(22)))
def test_the_order_of_files_is_immaterial(
    first: list[int], small_contents: tuple[Written, ...], small: KnowledgeBase
) -> None:
    order = [small_contents[index] for index in first if index < len(small_contents)]
    rest = [item for item in small_contents if item not in order]
    kb, problems = reader.read_contents([*order, *rest])
    assert problems == []
    assert kb is not None
    assert dict(kb.rules) == dict(small.rules)
    assert dict(kb.findings) == dict(small.findings)


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=16))
def test_a_circle_is_found_just_where_there_is_one(pairs: list[tuple[int, int]]) -> None:
    graph = soundness.Graph()
    for owner, other in pairs:
        graph.link(str(owner), str(other), Place("f", owner + 1, other + 1))
    reached = {(a, b) for a, b in pairs}
    while longer := {(a, d) for a, b in reached for c, d in reached if b == c} - reached:
        reached |= longer
    knotted = {a for a, b in reached if a == b}
    found: set[int] = set()
    for problem in soundness.circles(graph):
        path = [int(name) for name in problem.what.split(": ")[1].split(" -> ")]
        assert path[0] == path[-1]
        assert all(step in set(pairs) for step in itertools.pairwise(path))
        found |= {node for node in knotted if (node, path[0]) in reached and (path[0], node) in reached}
    assert found == knotted


def test_a_directory_of_one_s_own_that_is_not_there_is_a_problem(small_root: Path, tmp_path: Path) -> None:
    kb, problems = reader.read(Layout(small_root, tmp_path / "hospital"))
    assert kb is None
    assert [problem.code for problem in problems] == ["OL001"]


def test_a_directory_of_one_s_own_is_read_from_disk(small_root: Path, tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "ours.yaml").write_text(RULE)
    kb, problems = reader.read(Layout(small_root, tmp_path))
    assert problems == []
    assert kb is not None
    assert kb.rules["extra-rule"].place.file == f"{tmp_path.as_posix()}/rules/ours.yaml"


@pytest.mark.parametrize(("text", "code"), [("", "OL114"), ("lost", "OL123"), ("- lost", "OL123")])
def test_a_file_of_rules_that_was_lost_is_one_problem_not_one_for_each_name_it_held(
    text: str, code: str, small_contents: tuple[Written, ...], read_with: Callable[..., reader.Reading]
) -> None:
    for file in [item.file for item in small_contents if item.file.startswith("rules/")]:
        _, problems = read_with(file, text)
        assert [(problem.place.file, problem.code) for problem in problems] == [(file, code)]
