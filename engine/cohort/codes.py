"""What can be wrong with a table of patients, as codes with their pages; told once for the table, not for each row."""

from __future__ import annotations

CODES: dict[str, str] = {
    "OL380": "a table that cannot be read",
    "OL381": "a column that names nothing a patient file can give",
    "OL382": "a column that cannot be what it is taken for",
    "OL383": "a mapping of columns that cannot be read",
    "OL384": "two columns that say the same thing",
    "OL385": "a long table whose rows are not in the order of the patients",
    "OL386": "options of `screen` that do not go together",
    "OL387": "parts of an earlier run that are not of this one",
    "OL388": "a library that is not installed",
}

PAGES: dict[str, tuple[str, str, str]] = {
    "OL380": (
        "osteologic screen patients.xlsx",
        "osteologic screen patients.csv",
        "Parquet, Arrow and CSV are read; of others nobody could say what a cell means.",
    ),
    "OL381": (
        "columns: {}                     # and the table has a column 'site_code'",
        "columns: {site_code: ignore}",
        "A column that is passed over in silence may be the one that matters.",
    ),
    "OL382": (
        "columns: {smoker: age}          # a column of texts",
        "columns: {smoker: smoking}",
        "Read as something else every row would be refused, or worse, read wrongly.",
    ),
    "OL383": (
        "columns: {vit_d: {finding: vitamin_d, units: ng/mL}}",
        "columns: {vit_d: {finding: vitamin_d, unit: ng/mL}}",
        "A key that is not understood would leave out what its author meant.",
    ),
    "OL384": (
        "columns: {egfr: egfr, gfr: egfr}",
        "columns: {egfr: egfr, gfr: ignore}",
        "Which of the two would count is anybody's guess.",
    ),
    "OL385": (
        "medicines.parquet as the pharmacy wrote it",
        "COPY (SELECT * FROM 'medicines.parquet' ORDER BY patient) TO 'sorted.parquet'",
        "Both tables are read side by side, so that a million patients need no more room than a thousand.",
    ),
    "OL386": (
        "osteologic screen table.parquet --count --out all.parquet",
        "osteologic screen table.parquet --count",
        "One run gives one thing.",
    ),
    "OL387": (
        "osteologic screen other.parquet --out due.parquet --resume",
        "osteologic screen other.parquet --out other-due.parquet",
        "Parts of two tables, or of two knowledge bases, would stand in one result.",
    ),
    "OL388": (
        "pip install osteologic",
        "pip install 'osteologic[tables]'",
        "Tables are read by pyarrow and worked on by numpy, which a single patient does not need.",
    ),
}

EXTRA: dict[str, tuple[str, ...]] = {
    "tables": ("numpy", "pyarrow"),
    "dask": ("dask", "distributed"),
    "spark": ("pyspark", "pandas"),
}
"""The libraries that each extra brings."""
