"""`osteologic screen` as it is typed: draft, mapping, counts, rows, one row explained, and what is refused."""

from __future__ import annotations

import datetime
import re
from pathlib import Path

import pytest

pytest.importorskip("pyarrow")

import cli

TABLE = """Id,Age,Gender,Hormonal Changes,Medical Conditions,Prior Fractures,Calcium Intake
1,69,Female,Normal,Rheumatoid Arthritis,Yes,Low
2,66,Male,Postmenopausal,None,Yes,Low
3,38,Male,Normal,None,No,Adequate
4,77,Female,Postmenopausal,Hyperthyroidism,No,Adequate
"""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    path.write_text(TABLE, encoding="utf-8")
    return path


@pytest.fixture
def mapped(table: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The table with the mapping that was drafted of it."""
    assert cli.main(["screen", str(table), "--draft"]) == 0
    mapping = table.with_suffix(".yaml")
    mapping.write_text(capsys.readouterr().out, encoding="utf-8")
    return [str(table), "--map", str(mapping), "--as-of", "2026-03-15"]


def test_a_draft_guesses_only_as_a_question(mapped: list[str]) -> None:
    text = Path(mapped[2]).read_text(encoding="utf-8")
    assert "Gender: sex" in text
    assert re.search(r"Hormonal Changes:\s+# \? by its values", text)
    assert re.search(r"Normal: ignore\s+# \? which of: premenopausal", text)
    assert re.search(r"Calcium Intake: ignore\s+# \? calcium_intake, but it holds Low, Adequate", text)
    assert "patient: Id" in text


def test_a_draft_goes_by_names_before_it_guesses_and_reads_numbers_in_the_unit_of_their_column(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A column of w and m before one that is called sex had taken its place; 9.8 in mg/dL had passed for no calcium."""
    path = tmp_path / "t.csv"
    path.write_text("Geschlecht,sex,calcium [mg/dL],alp [furlong]\nw,F,9.8,80\nm,M,10.1,90\n", encoding="utf-8")
    assert cli.main(["screen", str(path), "--draft"]) == 0
    draft = capsys.readouterr().out
    assert "  Geschlecht: ignore    # ? what is it?" in draft
    assert "  sex: sex\n" in draft
    assert '  "calcium [mg/dL]": calcium\n' in draft
    assert '  "alp [furlong]": ignore    # ? alkaline_phosphatase is not measured in furlong; it takes U/L\n' in draft
    mapping = tmp_path / "map.yaml"
    mapping.write_text(draft, encoding="utf-8")
    assert cli.main(["screen", str(path), "--map", str(mapping), "--count"]) == 0
    assert capsys.readouterr().out.startswith("2 rows\n")


def test_a_draft_proposes_codes_with_how_many_are_known_and_is_read_as_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    drugs = [[{"atc": "M05BA04", "first_day": datetime.date(2024, 1, 1)}], [{"atc": "H02AB06", "first_day": None}]]
    given = pa.array(drugs, pa.list_(pa.struct([("atc", pa.string()), ("first_day", pa.date32())])))
    days = [datetime.date(2026, 1, 1)] * 2
    columns = {"patient_id": [1, 2], "age": [70, 60], "index_date": days, "dx": ["M81.0; Q99.9", "I10"]}
    path = tmp_path / "coded.parquet"
    pq.write_table(
        pa.table({**columns, "smoker": ["266919005", "8517006"], "lab": ["1989-3", None], "meds": given}), path
    )
    assert cli.main(["screen", str(path), "--draft"]) == 0
    draft = capsys.readouterr().out
    assert "# as_of: index_date    # ?" in draft
    assert (
        "  conditions:    # ? 2 of 3 codes are known here\n    column: dx\n    codes: icd10\n    complete: no" in draft
    )
    assert "    finding: smoking\n    codes: snomed\n" in draft
    assert "  lab: ignore    # ? 1 of 1 codes are known here; a row for each result?" in draft
    assert "      name: {column: atc, codes: atc}    # ? 2 of 2 codes are known here\n" in draft
    assert "      # first_day: which field is it? started, stopped, last_given\n" in draft
    mapping = tmp_path / "map.yaml"
    mapping.write_text(draft, encoding="utf-8")
    asked = "medicines has alendronate and conditions has osteoporosis"
    assert cli.main(["screen", str(path), "--map", str(mapping), "--as-of", "2026-03-15", "--select", asked]) == 0
    assert "  true: 1\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("age;sex\n70;female\n", "the columns are parted by ';'; write commas between them"),
        ("age\tsex\n70\tfemale\n", "the columns are parted by tabs; write commas between them"),
        ("age,note\n70,M\xfcller\n", "the table is no UTF-8 text; save it as UTF-8"),
    ],
)
def test_a_table_that_is_written_otherwise_is_refused_with_how(
    text: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(text.encode("latin-1"))
    assert cli.main(["screen", str(path), "--count"]) == 2
    assert told in capsys.readouterr().err


@pytest.mark.parametrize(
    ("column", "told"),
    [
        ([b"70", b"\xff"], "the column 'age' holds binary; write numbers, texts"),
        ([datetime.time(1), None], "the column 'age' holds time64[us]; write numbers, texts"),
        ([datetime.timedelta(3), None], "the column 'age' holds duration[us]; write numbers, texts"),
    ],
)
def test_a_column_that_no_cell_can_say_is_refused(
    column: list[object], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """They stopped on a fault."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = tmp_path / "people.parquet"
    pq.write_table(pa.table({"age": column}), path)
    assert cli.main(["screen", str(path), "--count"]) == 2
    assert told in capsys.readouterr().err


def test_the_day_of_a_row_is_no_number(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"age": [70], "day": [20_000]}), tmp_path / "people.parquet")
    (tmp_path / "map.yaml").write_text("as_of: day\ncolumns: {age: age}\n", encoding="utf-8")
    given = ["screen", str(tmp_path / "people.parquet"), "--map", str(tmp_path / "map.yaml")]
    assert cli.main([*given, "--count"]) == 2
    assert "the column 'day' holds numbers, and `as_of` is a day" in capsys.readouterr().err
    assert cli.main([*given, "--out", str(tmp_path / "out.xlsx")]) == 2
    assert "--out writes no '.xlsx'; name a file .parquet or .csv" in capsys.readouterr().err


def test_counts_name_the_rows_that_are_refused(mapped: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["screen", *mapped, "--count"]) == 0
    out = capsys.readouterr().out
    assert out.startswith(
        "4 rows\n1 refused, as their patient files would be:\n"
        "  OL330 menopausal_status: 1 (an answer to something that does not apply)\n"
    )
    assert "consult a qualified provider" in out


def test_a_question_and_what_would_settle_it(mapped: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["screen", *mapped, "--select", "conditions has rheumatoid_arthritis", "--min-count", "2"]) == 0
    out = capsys.readouterr().out
    assert "  true: < 2\n  unknown: < 2\n  false: < 2\n" in out
    assert "  conditions: < 2\n" in out


def test_rows_are_written_and_nothing_of_them_is_printed(
    mapped: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.csv"
    assert cli.main(["screen", *mapped, "--select", "age > 60", "--out", str(out)]) == 0
    assert out.read_text(encoding="utf-8").splitlines()[1:] == ['1,"1",,"true"', '4,"4",,"true"']
    told = capsys.readouterr()
    assert told.out == ""
    assert "written to" in told.err


def test_a_page_that_needs_nothing_else(mapped: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "page.html"
    assert cli.main(["screen", *mapped, "--select", "age > 60", "--html", str(page)]) == 0
    text = page.read_text(encoding="utf-8")
    assert "age &gt; 60" in text
    assert "OL330" in text
    assert not re.search(r"(?:src|href)=", text)


def test_one_row_is_explained_as_its_file_would_be(mapped: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["screen", *mapped, "--explain", "4"]) == 0
    assert "HYPERTHYROIDISM" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--explain", "2"], "OL330 menopausal_status"),
        (["--explain", "9"], "no row 9"),
        (["--count", "--out", "x.csv"], "OL386"),
        (["--undecided"], "OL386"),
        (["--resume"], "OL386"),
        (["--select", "age >"], "error OL"),
        (["--guideline", "nobody"], "OL340"),
    ],
)
def test_what_cannot_be_done_is_refused(
    words: list[str], code: str, mapped: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["screen", *mapped, *words]) == 2
    assert code in capsys.readouterr().err


def test_columns_that_nobody_named_are_refused_at_once(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["screen", str(table)]) == 2
    err = capsys.readouterr().err
    assert err.count("OL381") == 3
    assert "write `Hormonal Changes: ignore`" in err
