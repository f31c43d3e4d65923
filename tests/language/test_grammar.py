"""Reading premises: how they bind, where their parts stand, and what is said of each slip of the pen."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.premises import mistakes
from engine.premises.grammar import (
    MAX_DEPTH,
    RESERVED,
    Comparison,
    Digits,
    Entries,
    Identity,
    Junction,
    Negation,
    Operation,
    Phrase,
    Word,
    parse,
    place_at,
)
from engine.values.problems import Place

HERE = Place("rules/x.yaml", 10, 5)


def read(text: str) -> Phrase:
    phrase, problems = parse(text, HERE)
    assert phrase is not None, [str(problem) for problem in problems]
    return phrase


def drawn(phrase: Phrase | None) -> str:
    """The phrase with all its parentheses."""
    if isinstance(phrase, Junction):
        return f"({f' {phrase.word} '.join(map(drawn, phrase.items))})"
    if isinstance(phrase, Negation):
        return f"not{drawn(phrase.item)}"
    if isinstance(phrase, Comparison):
        return f"({drawn(phrase.sides[0])} {phrase.operators[0]} {drawn(phrase.sides[1])})"
    if isinstance(phrase, Operation):
        return f"({drawn(phrase.left)}{phrase.operator}{drawn(phrase.right)})"
    if isinstance(phrase, Identity):
        verb, labels = "is not" if phrase.negated else "is", " or ".join(label.text for label in phrase.labels)
        return f"({drawn(phrase.subject)} {verb} {labels})"
    if isinstance(phrase, Digits):
        return f"{phrase.number}{phrase.unit}"
    assert isinstance(phrase, Word)
    return phrase.text


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("a or b and c", "(a or (b and c))"),
        ("(a or b) and c", "((a or b) and c)"),
        ("not a and b", "(nota and b)"),
        ("not x is y", "not(x is y)"),
        ("x is not y and z", "((x is not y) and z)"),
        ("not x < 5", "not(x < 5)"),
        ("a + b * c < d - e", "((a+(b*c)) < (d-e))"),
        ("a - b - c > 0", "(((a-b)-c) > 0)"),
        ("a / b / c = 1", "(((a/b)/c) = 1)"),
        ("site is (hip or vertebra) or b", "((site is hip or vertebra) or b)"),
        ("x > 5 mL/min/1.73m2 and y", "((x > 5mL/min/1.73m2) and y)"),
        ("x >= 30 % or y", "((x >= 30%) or y)"),
        ("platelets < 150 10^9/L", "(platelets < 15010^9/L)"),
        ("not_osteoporotic and order", "(not_osteoporotic and order)"),
        ("site is not_osteoporotic", "(site is not_osteoporotic)"),
        ("a\n  and b", "(a and b)"),
    ],
)
def test_operators_bind_as_the_format_says(text: str, bound: str) -> None:
    assert drawn(read(text)) == bound


def test_each_part_knows_where_it_stands() -> None:
    text = "age >= 40 and not sex is male"
    phrase = read(text)
    assert isinstance(phrase, Junction)
    assert [text[item.start : item.end] for item in phrase.items] == ["age >= 40", "not sex is male"]


def test_a_place_on_a_later_line_counts_from_the_start_of_that_line() -> None:
    text = "age >= 40\n  and vitamin_d"
    assert place_at(text, HERE, text.index("vitamin_d")) == Place("rules/x.yaml", 11, 7)


def test_a_place_without_a_line_stays_without_one() -> None:
    assert place_at("age > 5", Place("x.yaml"), 4) == Place("x.yaml")


def test_quantifiers_carry_their_count_and_their_where() -> None:
    phrase = read("at least 2 fractures where (site is hip)")
    assert isinstance(phrase, Entries)
    assert (phrase.quantifier, phrase.count, phrase.name.text) == ("at_least", "2", "fractures")
    assert isinstance(phrase.where, Identity)


@pytest.mark.parametrize(
    ("text", "column", "code", "message"),
    [
        ("age == 40", 9, "OL202", "`==` is not an operator here; write `=` between numbers, `is` before a label"),
        ("age => 40", 9, "OL202", "`=>` is not an operator here; write `>=`"),
        ("age =< 40", 9, "OL202", "`=<` is not an operator here; write `<=`"),
        ("age <> 40", 9, "OL202", "`<>` is not an operator here; write `!=` between numbers, `is not` before a label"),
        ("age ≥ 40", 9, "OL202", "`≥` is not an operator here; write `>=`"),
        ("age ≤ 40", 9, "OL202", "`≤` is not an operator here; write `<=`"),
        ("age ≠ 40", 9, "OL202", "`≠` is not an operator here; write `!=` between numbers, `is not` before a label"),
        ("t < −2.5", 9, "OL201", "`−` is a dash, not a minus sign; write `-`, or `..` in a range"),
        ("x in 5–9", 11, "OL201", "`–` is a dash, not a minus sign; write `-`, or `..` in a range"),
        ("a && b", 7, "OL202", "`&&` is not an operator here; write `and`"),
        ("a || b", 7, "OL202", "`||` is not an operator here; write `or`"),
        ("!a", 5, "OL202", "`!` is not an operator here; write `not`"),
        ("“a”", 5, "OL201", "a quotation mark: “; names and labels are written without quotes"),
        ("sex is 'male'", 12, "OL201", "a quotation mark: '; names and labels are written without quotes"),
        ("x > 2,5", 9, "OL201", "`2,5` has a decimal comma; write `2.5`; two arguments: `2, 5`"),
        ("x > 1,000", 9, "OL201", "`1,000` has a comma; "
         "write `1000` if it parts thousands, `1.000` if it is a decimal comma"),
        ("x > .5", 9, "OL201", "`.5` begins with a dot; write `0.5`"),
        ("x > 5.", 9, "OL201", "`5.` ends with a dot; write `5`"),
        ("x > 1e3", 9, "OL201", "`1e3` is not how a number is written; write it out, as in `1000`"),
        ("x in 1...5", 11, "OL201", "`...` has too many dots; a range is written with two, as in `100..300 mg/day`"),
        ("x * x² > é", 14, "OL201", "the character `é` (latin small letter e with acute) has no meaning here"),
        ("a ** 2 > 1", 7, "OL201", "`**` is not an operator here; write `x * x`"),
        ("a ^ 2 > 1", 7, "OL201", "`^` is not an operator here; write `x * x`"),
        ("a; b", 6, "OL201", "`;` has no meaning here; join conditions by `and` or `or`"),
        ("site is [hip]", 13, "OL201",
         "`[` has no meaning here; write `(`; labels are joined as in `(hip or vertebra)`"),
        ("(a and b", 5, "OL201", "a `(` that is never closed; a `)` is missing"),
        ("a and b)", 12, "OL201", "a `)` without its `(`; delete it, or open the parenthesis before"),
        (")a(", 5, "OL201", "a `)` without its `(`; delete it, or open the parenthesis before"),
        ("age is 40", 5, "OL202", "`is` takes a label, not a number; write `age = 40`"),
        ("age is not 40", 5, "OL202", "`is not` takes a label, not a number; write `age != 40`"),
        ("age is above 40", 5, "OL202", "`is above` is not how numbers are compared; write `age > ...`"),
        ("age is at least 40", 5, "OL202", "`is at least` is not how numbers are compared; write `age >= ...`"),
        ("age over 40", 5, "OL202", "`over` is not how numbers are compared; write `age > 40`"),
        ("age is >= 40", 5, "OL202", "`is` and `>=` do not go together; write `age >= ...`"),
        (
            "age is in 30..50",
            5,
            "OL202",
            "`is` and `in` do not go together; "
            "write `age in low..high unit` for a number, `age is (a or b)` for labels",
        ),
        ("age not in 30..50", 5, "OL202", "`not in` is written in front; write `not age in low..high unit`"),
        ("age between 30 and 50", 5, "OL202",
         "`between` has no meaning here; write `age in low..high unit`, both ends in"),
        ("age in 30-50", 9, "OL201", "a range is written with two dots; write `in 30..50`"),
        ("age in 30 to 50", 9, "OL201", "a range is written with two dots; write `in 30..50`"),
        ("age in 30", 14, "OL201", "`in` takes a range; as in `x in 100..300 mg/day`"),
        ("hip_fracture is no", 5, "OL202", "`is` takes a label; a yes/no finding or state stands alone: "
         "write `hip_fracture` or `not hip_fracture`"),
        ("medicines has no denosumab", 5, "OL202",
         "`not` stands in front of the condition; write `not medicines has ...`"),
        ("medicines has 2", 5, "OL202", "`has` takes a label, not a number; write `at least 2 medicines where (...)`"),
        ("medicines include a steroid", 5, "OL202", "`include` has no meaning here; write `medicines has ...`"),
        ("medicines has a steroid", 15, "OL202", "an article before a label; write `has steroid`"),
        ("any fractures where site is hip", 19, "OL201", "`where` without parentheses; write `where (...)`"),
        ("at least 2 of (a, b)", 5, "OL201", "`at least 2 of` is not written inside an expression; "
         "as a list: `all:`, `any:` or `at least N of:`, a premise a line"),
        ("at least two fractures", 5, "OL201", "`two` is a word; write the number in digits"),
        ("at most 2 fractures", 5, "OL202", "`at most` has no form of its own; write `not at least N ... where (...)`"),
        ("calcium is high on two occasions", 21, "OL201", "`on` is written `on N occasions`; "
         "as in `calcium is high on 2 occasions`"),
        ("a AND b", 7, "OL201", "`AND` is written in lower case; write `and`"),
        ("x > 5 or < 3", 11, "OL202", "`or <` leaves out what is compared; "
         "name it again, as in `x > 5 or x < ...`; for a range `x in low..high`"),
        ("x > 35 mL per min", 9, "OL201", "a unit is written without spaces; write `35 mL/min`"),
        ("since date < 3 months", 5, "OL201", "`since` takes parentheses; write `since(date)`"),
        ("sum daily_dose over medicines > 3", 5, "OL201", "`sum` is followed by `of`; write `sum of ...`"),
        ("lowest of dxa < 3", 5, "OL201", "`lowest of` is followed by `over` and a list; "
         "write `lowest(dxa)` for a group, `lowest of ... over list where (...)` for a list"),
        ("if a then b", 5, "OL201", "`if` has no meaning here; join conditions by `and`, `or` and `not`"),
        ("25_oh > 3", 5, "OL201", "a name begins with a letter: `25_oh`"),
        ("x > 5 mL is high", 14, "OL201", "between `mL` and `is` an operator is missing; "
         "join conditions by `and` or `or`"),
        ("a b", 7, "OL201", "between `a` and `b` an operator is missing; "
         "names have no spaces (`a_b`?); conditions are joined by `and` or `or`"),
        ("a and", 10, "OL201", "a condition is missing after `and`"),
        ("and a", 5, "OL201", "a premise cannot begin with `and`; a condition begins with a name"),
        ("x >", 8, "OL201", "a number is missing after `>`"),
        ("x is", 9, "OL201", "a label is missing after `is`; as in `sex is female` or `site is (hip or vertebra)`"),
        ("any", 8, "OL201", "the name of a list is missing after `any`; as in `any fractures where (site is hip)`"),
        ("x in 3..", 13, "OL201", "the upper end of the range is missing after `..`"),
        ("5..6", 6, "OL201", "a range stands after `in`; as in `x in 100..300 mg/day`"),
        ("f(,)", 7, "OL201", "something is missing after `(`, before `,`"),
        ("a, b", 6, "OL201", "`,` cannot follow `a`"),
        ("", 5, "OL209", "nothing is written here; write a premise, or `always` where there is none"),
        ("  ", 5, "OL209", "nothing is written here; write a premise, or `always` where there is none"),
    ],
)  # fmt: skip
def test_each_slip_is_told_its_right_form_at_its_place(text: str, column: int, code: str, message: str) -> None:
    phrase, problems = parse(text, HERE)
    assert phrase is None
    assert str(problems[0]) == f"rules/x.yaml:10:{column}: error {code}: {message}"


def test_all_foreign_signs_of_a_text_are_reported_at_once() -> None:
    _, problems = parse("a && b || !c", HERE)
    assert [(problem.place.column, problem.hint) for problem in problems] == [
        (7, "write `and`"),
        (12, "write `or`"),
        (15, "write `not`"),
    ]


@pytest.mark.parametrize("text", ["(" * 5000, "a and " * 2000, "not " * 900 + "a", "-" * 3000 + "1", "1" + "+1" * 1500])
def test_a_text_too_long_or_deep_is_a_problem(text: str) -> None:
    phrase, problems = parse(text, HERE)
    assert phrase is None
    assert {problem.code for problem in problems} <= {"OL201", "OL215"}


def test_nesting_as_deep_as_allowed_is_read() -> None:
    assert isinstance(read("not " * (MAX_DEPTH - 1) + "a"), Negation)
    assert parse("not " * (MAX_DEPTH + 1) + "a", HERE)[0] is None


@pytest.mark.parametrize("word", sorted(RESERVED - {"always", "occasion"}))
def test_no_reserved_word_is_a_name(word: str) -> None:
    assert parse(word, HERE)[0] is None
    assert parse(f"{word}_x", HERE)[0] is not None


_ALPHABET = (
    "a b c age sex and or not is has in any no at least where of over sum count highest lowest on occasions ( ) , .. = "
    "!= < <= > >= + - * / 5 2.5 2025-03 mg/day % == && ! ≥ “ 2,5 1e3 [ ] { } : ; ^ é\u00a0x \x00 AND between"
)
_PIECES = st.sampled_from(_ALPHABET.split(" "))


@given(st.lists(_PIECES, max_size=14).map(" ".join) | st.text(max_size=60))
def test_any_text_at_all_gives_a_phrase_or_problems_of_our_own(text: str) -> None:
    phrase, problems = parse(text, HERE)
    assert (phrase is None) == bool(problems)
    for problem in problems:
        assert problem.code in ("OL201", "OL202", "OL209", "OL215")
        assert "Token" not in problem.what
        assert "Expected" not in problem.what


@given(st.text(alphabet="()", max_size=30))
def test_a_parenthesis_without_its_other_half_is_always_found(text: str) -> None:
    depth = lowest = 0
    for character in text:
        depth += 1 if character == "(" else -1
        lowest = min(lowest, depth)
    unbalanced = depth != 0 or lowest < 0
    _, problems = parse(f"a and {text}", HERE)
    found = [problem.what for problem in problems if "closed" in problem.what or "without" in problem.what]
    assert bool(found) == unbalanced


def test_an_ordinary_text_holds_no_foreign_sign() -> None:
    assert mistakes.foreign("age >= 40 and not x in 1..2.5 mg/day or f(a, b) < -2.5 and y < 150 10^9/L") == []


def test_lark_is_not_imported_before_a_text_is_read() -> None:
    code = (
        "import sys; import engine.premises.checking.checking, engine.premises.wording, engine.premises.witness; "
        "sys.exit('lark' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
