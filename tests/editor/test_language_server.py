"""What an editor is told and shown, by a real client over standard input and output."""

from __future__ import annotations

import time

import pytest
from lsprotocol import types

from .client import Editor

DENSITY = "rules/density/density.yaml"
FINDINGS = "knowledge/findings.yaml"
CASES = "tests/cases/density.yaml"


@pytest.fixture
def density(editor: Editor) -> str:
    """The file of rules, open as it is saved."""
    if DENSITY in editor.texts:
        editor.close_file(DENSITY)
    editor.open(DENSITY)
    return DENSITY


# --- what is wrong ----------------------------------------------------------------------------------------------------


def test_a_misspelled_name_is_told_at_its_word_and_mended(editor: Editor, density: str) -> None:
    editor.write(density, "as: lowest(dxa)", "as: lowest(dxaa)")
    assert ("OL104", "dxaa") in editor.told(density)
    fix = editor.actions(density, "dxaa")["write 'dxa'"]
    assert fix.is_preferred
    editor.apply(fix.edit)
    editor.wait()
    assert editor.told(density) == []


def test_what_is_typed_in_one_file_is_told_in_another(editor: Editor, density: str) -> None:
    """A finding renamed in a buffer nobody saved: the rules that read it are told of."""
    editor.open(FINDINGS)
    editor.write(FINDINGS, "sex:\n  label: sex", "gender:\n  label: sex")
    assert any(one.code == "OL104" and "'sex'" in one.message for one in editor.problems(FINDINGS))
    editor.close_file(FINDINGS)
    assert editor.told(FINDINGS) == []


def test_a_slip_of_the_notation_is_told_with_the_place_it_belongs_to(editor: Editor, density: str) -> None:
    editor.write(density, "because: That much is lost.", "because: That: much is lost.")
    assert [code for code, _ in editor.told(density)] == ["OL017"]
    fix = next(iter(editor.actions(density, "That: much").values()))
    editor.apply(fix.edit)
    editor.wait()
    assert 'because: "That: much is lost."' in editor.texts[density]
    assert editor.told(density) == []


def test_a_problem_names_the_other_place(editor: Editor, density: str) -> None:
    editor.write(density, "lowest-score:\n", "low-score:\n")
    problem = next(one for one in editor.problems(density) if one.code == "OL103")
    assert problem.severity == types.DiagnosticSeverity.Error
    assert problem.source == "osteologic"


def test_a_worked_case_is_told_of_what_it_names_and_nothing_has(editor: Editor, density: str) -> None:
    editor.open(CASES)
    editor.write(CASES, "fired: low-score", "fired: low-scor")
    assert ("OL403", "low-scor") in editor.told(CASES)
    assert "write 'low-score'" in editor.actions(CASES, "low-scor}")
    editor.close_file(CASES)
    assert editor.told(CASES) == []


def test_a_burst_of_keys_is_one_check(editor: Editor, density: str) -> None:
    before = editor.checks[-1]["checks"]
    place = editor.at(density, "That much is lost.", 5)
    for number in range(20):
        editor.change(density, place, place, str(number % 10))
    editor.wait()
    assert editor.checks[-1]["checks"] == before + 1


def test_a_file_that_was_never_saved_counts(editor: Editor, density: str) -> None:
    new = "rules/density/new.yaml"
    rule = ["title: A rule", "diagnoses: osteoporosi", "when: age > 70", "because: So.", "sources: [a-2020]"]
    editor.open(new, "".join(f"{line}\n" for line in ("a-new-rule:", *(f"  {one}" for one in rule))))
    assert ("OL105", "osteoporosi") in editor.told(new)
    editor.close_file(new)
    assert not editor.problems(new)


# --- positions --------------------------------------------------------------------------------------------------------


def test_an_edit_past_the_end_of_the_last_line_goes_to_its_end(editor: Editor) -> None:
    file = "rules/density/last.yaml"
    editor.open(file, "t: -2.7")
    end = types.Position(0, 99)
    editor.change(file, end, end, "5")
    symbols = editor.ask(
        editor.client.text_document_document_symbol_async(types.DocumentSymbolParams(editor.document(file)))
    )
    assert symbols is not None
    assert [getattr(one, "detail", None) for one in symbols] == ["-2.75"]
    editor.close_file(file)


def test_columns_are_counted_in_utf_16(editor: Editor, density: str) -> None:
    """An emoji takes two units; what is behind it is covered to the letter, CRLF or not."""
    file = "rules/density/emoji.yaml"
    text = (
        "emoji-rule:\r\n  title: A rule\r\n  diagnoses: osteoporosis\r\n  when: age > 70\r\n"
        '  because: So.\r\n  sources: ["a-2020 \U0001f9b4", b-2021x]\r\n  evidence: verified\r\n'
    )
    editor.open(file, text)
    assert ("OL105", "b-2021x") in editor.told(file)
    editor.write(file, "b-2021x", "a-2020")
    assert "OL105" not in [code for code, _ in editor.told(file)]
    editor.close_file(file)


# --- what words mean --------------------------------------------------------------------------------------------------


def test_a_name_is_explained_with_its_value_and_who_names_it(editor: Editor, density: str) -> None:
    told = editor.hover(density, "lowest_t_score <= treatment_t_score", 20)
    assert "T-score to treat at" in told
    assert "threshold `treatment_t_score`" in told
    assert "Is: -2.5" in told
    assert "named 1 in rules" in told


def test_a_word_of_the_language_is_explained_in_a_premise(editor: Editor, density: str) -> None:
    assert "Some entry of a list" in editor.hover(density, "any fractures where", 1)
    assert "How far we checked" in editor.hover(density, "lost.\n  sources: [a-2020 3.1]\n  evidence: verified", 38)


@pytest.mark.parametrize(
    ("file", "words", "into", "told"),
    [
        ("knowledge/sections.yaml", "person: The person", 2, "The person"),
        ("knowledge/thresholds.yaml", "[{from: 50", 3, "The cut-off by the value of `by`"),
        ("knowledge/disagreements.yaml", "says: by risk", 1, "what each says"),
    ],
)
def test_sections_and_keys_inside_an_entry_are_explained(
    editor: Editor, file: str, words: str, into: int, told: str
) -> None:
    editor.begin(file)
    assert told in editor.hover(file, words, into)
    editor.close_file(file)


def test_a_part_of_a_premise_says_how_worked_cases_come_out(editor: Editor, density: str) -> None:
    """The one case has a low score, the other has not; found out beside, once nothing else is to be done."""
    words = "lowest_t_score <= treatment_t_score"
    told = ""
    for _ in range(240):
        told = editor.hover(density, words, 16)
        if "worked cases" in told:
            break
        time.sleep(0.5)  # asked without a pause, a busy machine would have nothing but questions to do
    assert "In words: lowest T-score" in told
    assert "Of 2 worked cases: true in 1, false in 1, unknown in 0" in told


# --- where they stand -------------------------------------------------------------------------------------------------


def test_a_name_leads_to_its_entry(editor: Editor, density: str) -> None:
    params = types.DefinitionParams(editor.document(density), editor.at(density, "treatment_t_score", 3))
    found = editor.ask(editor.client.text_document_definition_async(params))
    assert isinstance(found, types.Location)
    assert found.uri == editor.uri("knowledge/thresholds.yaml")
    assert found.range == types.Range(types.Position(0, 0), types.Position(0, 17))


def test_every_place_that_names_it_is_found(editor: Editor, density: str) -> None:
    place = editor.at(density, "diagnoses: osteoporosis", 15)
    params = types.ReferenceParams(types.ReferenceContext(True), editor.document(density), place)
    found = editor.ask(editor.client.text_document_references_async(params)) or []
    files = {one.uri.removeprefix(editor.folder.as_uri() + "/") for one in found}
    assert {DENSITY, CASES, "knowledge/conditions.yaml"} <= files
    params.context.include_declaration = False
    less = editor.ask(editor.client.text_document_references_async(params)) or []
    assert len(less) == len(found) - 1


def test_rules_and_cases_are_listed_by_file_and_found_by_their_words(editor: Editor, density: str) -> None:
    params = types.DocumentSymbolParams(editor.document(density))
    symbols = editor.ask(editor.client.text_document_document_symbol_async(params)) or []
    assert [one.name for one in symbols][:2] == ["low-score", "lowest-score"]
    found = editor.ask(editor.client.workspace_symbol_async(types.WorkspaceSymbolParams("calcidiol"))) or []
    assert [one.name for one in found] == ["vitamin_d"]


# --- another id -------------------------------------------------------------------------------------------------------


def rename(editor: Editor, file: str, words: str, into: int, new: str) -> types.WorkspaceEdit | None:
    place = editor.at(file, words, into)
    return editor.ask(editor.client.text_document_rename_async(types.RenameParams(editor.document(file), place, new)))


def test_another_id_is_written_everywhere(editor: Editor, density: str) -> None:
    changed = editor.apply(rename(editor, density, "low-score:\n", 2, "weak-bone"))
    assert set(changed) == {DENSITY, CASES, "knowledge/topics.yaml"}
    assert changed[DENSITY].startswith("# What the scores mean.\nweak-bone:\n")
    assert changed[CASES].count("weak-bone") == 2
    assert "low-score" not in changed[CASES]


def test_an_id_that_is_taken_is_refused(editor: Editor, density: str) -> None:
    assert rename(editor, density, "treatment_t_score", 2, "vitamin_d") is None
    assert "'vitamin_d' is a finding already" in editor.client.messages[-1].message


# --- what may be written ----------------------------------------------------------------------------------------------


def labels(found: list[types.CompletionItem]) -> list[str]:
    return [one.label for one in found]


def test_after_a_comparison_a_number_with_its_units_is_offered(editor: Editor, density: str) -> None:
    editor.write(density, "when: lowest_t_score <= treatment_t_score", "when: vitamin_d < ")
    found = labels(editor.completions(density, "when: vitamin_d < "))
    assert found[:2] == ["... nmol/L", "... ng/mL"]
    assert "treatment_t_score" not in found


def test_after_has_members_and_classes_are_offered_by_what_people_call_them(editor: Editor, density: str) -> None:
    editor.write(density, "when: lowest_t_score <= treatment_t_score", "when: medicines has gluc")
    assert labels(editor.completions(density, "when: medicines has gluc")) == ["steroid"]


def test_a_finding_is_offered_by_its_synonym(editor: Editor, density: str) -> None:
    editor.write(density, "when: lowest_t_score <= treatment_t_score", "when: calci")
    assert "vitamin_d" in labels(editor.completions(density, "when: calci"))


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("when: at least ", ["2", "3"]),
        ("when: no fractures where ", ["(...)"]),
        ("when: no fractures where (since(", ["date"]),
        ("when: vitamin_d is low on ", ["2 occasions", "3 occasions"]),
    ],
)
def test_only_what_fits_is_offered(editor: Editor, density: str, typed: str, offered: list[str]) -> None:
    editor.write(density, "when: lowest_t_score <= treatment_t_score", typed)
    assert labels(editor.completions(density, typed)) == offered


def test_inside_where_fields_are_offered_and_their_labels(editor: Editor, density: str) -> None:
    premise = "when: any fractures where (cause is low_trauma and site is counted and age_at >= 18)"
    editor.write(density, premise, "when: any fractures where (")
    assert {"cause", "site", "age_at"} <= set(labels(editor.completions(density, "when: any fractures where (")))
    editor.write(density, "when: any fractures where (", "when: any fractures where (cause is ")
    found = labels(editor.completions(density, "when: any fractures where (cause is "))
    assert found == ["low_trauma", "high_trauma"]


def test_keys_that_are_there_are_not_offered_again(editor: Editor, density: str) -> None:
    editor.write(density, "  because: That much is lost.\n", "  because: That much is lost.\n  n\n")
    found = labels(editor.completions(density, "lost.\n  n"))
    assert "note" in found
    assert "because" not in found
    assert "sets" not in found


def test_sources_and_targets_are_offered(editor: Editor, density: str) -> None:
    assert "a-2020" in labels(editor.completions(density, "sources: [a-2020 3.1]", 10))
    assert "osteoporosis" in labels(editor.completions(density, "diagnoses: osteoporosis", 11))
    assert "a-2020" not in labels(editor.completions(density, "diagnoses: osteoporosis", 11))


def test_in_a_case_answers_and_expectations_are_offered(editor: Editor, density: str) -> None:
    editor.open(CASES)
    assert "vitamin_d" in labels(editor.completions(CASES, "t_score_hip: -2.7", 0))
    assert labels(editor.completions(CASES, "sex: female, t_score_hip: -2.7", 5)) == ["female", "male"]
    assert "low-score" in labels(editor.completions(CASES, "fired: low-score", 7))
    editor.close_file(CASES)


# --- lenses, and the rule on a patient --------------------------------------------------------------------------------


def test_a_rule_says_which_cases_prove_it_and_runs_them(editor: Editor, density: str) -> None:
    params = types.CodeLensParams(editor.document(density))
    found = editor.ask(editor.client.text_document_code_lens_async(params)) or []
    titles = [
        one.command.title
        for one in found
        if one.command is not None and list(one.command.arguments or []) == ["low-score"]
    ]
    assert titles == ["1 case fires it, 1 rules it out \u00b7 run", "evaluate here"]
    assert editor.command("osteologic.run", "low-score") == "2 passed"


def test_a_case_says_whether_it_passes_and_what_follows(editor: Editor, density: str) -> None:
    editor.open(CASES)
    editor.command("osteologic.run", "low-score")
    params = types.CodeLensParams(editor.document(CASES))
    found = editor.ask(editor.client.text_document_code_lens_async(params)) or []
    titles = [one.command.title for one in found if one.command is not None]
    assert titles[:2] == ["passes \u00b7 expects 2 \u00b7 run", "show what follows"]
    assert "OSTEOPOROSIS" in editor.command("osteologic.whatFollows", "a low score is osteoporosis").upper()
    editor.close_file(CASES)


def test_a_rule_is_marked_part_by_part_on_a_patient(editor: Editor, density: str) -> None:
    assert editor.command("osteologic.evaluate", "low-score", "a score just above is none") is not None
    everything = types.Range(types.Position(0, 0), types.Position(99, 0))
    params = types.InlayHintParams(editor.document(density), everything)
    hints = editor.ask(editor.client.text_document_inlay_hint_async(params)) or []
    assert [str(one.label).strip() for one in hints] == ["\u2717 -2.4 > -2.5"]
    editor.write(density, "because: That much is lost.", "because: That is lost.")
    assert not editor.ask(editor.client.text_document_inlay_hint_async(params))


# --- layout -----------------------------------------------------------------------------------------------------------


def test_a_file_is_laid_out_in_the_one_way(editor: Editor, density: str) -> None:
    editor.write(density, "  diagnoses: osteoporosis\n", "  diagnoses:   osteoporosis\n")
    params = types.DocumentFormattingParams(editor.document(density), types.FormattingOptions(2, True))
    edits = editor.ask(editor.client.text_document_formatting_async(params)) or []
    assert len(edits) == 1
    assert "  diagnoses: osteoporosis\n" in edits[0].new_text


# --- more to choose from ----------------------------------------------------------------------------------------------


def test_what_leaves_a_choice_is_offered_and_not_made(editor: Editor, density: str) -> None:
    editor.write(density, "when: lowest_t_score <= treatment_t_score", "when: vitamin_d < 30")
    found = editor.actions(density, "vitamin_d < 30")
    assert {"write '30 nmol/L'", "write '30 ng/mL'"} <= set(found)
    assert not any(one.is_preferred for one in found.values())


def test_a_rule_without_cases_is_given_two(editor: Editor, density: str) -> None:
    found = editor.actions(density, "lowest-score:\n")
    changed = editor.apply(found["write the cases that 'lowest-score' lacks"].edit)
    assert "expect: {fired: [lowest-score]}" in changed[CASES]
    assert "expect: {held: [lowest-score]}" in changed[CASES]


@pytest.mark.parametrize(
    ("old", "new", "titles"),
    [
        ("<= treatment_t_score", "== treatment_t_score", {"write '='", "write 'is'"}),
        ("age_at >= 18)", "age_at >= 18", {"write ')' at the end of the line"}),
        ("  because: That much", "   because: That much", {"align it with its neighbors"}),
    ],
)
def test_a_slip_of_the_keys_has_its_fix(editor: Editor, density: str, old: str, new: str, titles: set[str]) -> None:
    saved = editor.texts[density]
    editor.write(density, old, new)
    found = editor.actions_at(density, next(one for one in editor.problems(density) if one.severity == 1).range.start)
    assert titles <= set(found)
    editor.apply(found[sorted(titles)[0]].edit)
    editor.wait()
    assert editor.told(density) == []
    assert editor.texts[density] == saved or "== " in new


def test_saving_lays_a_file_out(editor: Editor, density: str) -> None:
    editor.write(density, "  diagnoses: osteoporosis\n", "  diagnoses:   osteoporosis\n")
    params = types.WillSaveTextDocumentParams(editor.document(density), types.TextDocumentSaveReason.Manual)
    edits = editor.ask(editor.client.text_document_will_save_wait_until_async(params)) or []
    assert ["  diagnoses: osteoporosis\n" in one.new_text for one in edits] == [True]
    params.reason = types.TextDocumentSaveReason.AfterDelay
    assert not editor.ask(editor.client.text_document_will_save_wait_until_async(params))
