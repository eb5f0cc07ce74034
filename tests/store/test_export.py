import csv
import datetime as dt
import re

import openpyxl
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nami_monitor.core.errors import UserError
from nami_monitor.store import Store, export

HOSTILE = [
    "=1+1", "+31 6 12345678", "-2+3", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x")',
    "http://example.org", "mailto:x@y", "'=1+1", "''@x", "=", "-", "00123", "1e5",
    "a;=1+1", "a,=1+1", "a\t@x", "a\n+1", 'a;"=1+1', 'a,""\'-1', "=;=,=", "5,-3", "a;'=1",
]  # fmt: skip
TEXTS = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=20).map(
        lambda text: f"={text}"
    ),
    st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=20),
    st.text("=-+@'\",;\t\n\ra1", max_size=8),
)
ROWS = st.lists(
    st.tuples(
        st.none() | TEXTS,
        st.none() | st.floats(allow_nan=False, allow_infinity=False, width=32),
        st.none() | st.integers(-(10**9), 10**9),
        st.none() | st.booleans(),
        st.none() | st.dates(dt.date(1950, 1, 1), dt.date(2100, 1, 1)),
    ),
    min_size=1,
    max_size=8,
)
SCHEMA = {
    "text": pl.String, "number": pl.Float64, "whole": pl.Int64, "truth": pl.Boolean, "day": pl.Date,
}  # fmt: skip


@pytest.fixture(scope="module")
def db(tmp_path_factory):
    store = Store(tmp_path_factory.mktemp("export") / "x.duckdb")
    with store.read() as transaction:
        yield transaction
    store.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("out")


def frame_of(rows):
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


@given(rows=ROWS)
def test_a_parquet_holds_exactly_what_went_in(db, folder, rows):
    out = folder / "x.parquet"
    assert export.export_rows(db, frame_of(rows), out, "parquet") == len(rows)
    assert pl.read_parquet(out).rows() == frame_of(rows).rows()


def unescaped(text):
    """Signs that XML cannot hold are written as their number."""
    return re.sub("_x([0-9A-F]{4})_", lambda hit: chr(int(hit[1], 16)), text)


@settings(max_examples=40)
@given(rows=ROWS)
def test_a_workbook_holds_the_same_values_and_no_formula(db, folder, rows):
    out = folder / "x.xlsx"
    export.export_rows(db, frame_of(rows), out, "xlsx")
    header, *found = openpyxl.load_workbook(out).active.iter_rows(max_col=len(SCHEMA))
    assert [cell.value for cell in header] == list(SCHEMA)
    cells = [cell for row in found for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f" or cell.hyperlink]
    wanted = [value for row in rows for value in row]
    for cell, value in zip(cells, wanted, strict=False):
        if isinstance(value, str):
            assert unescaped(cell.value or "") == value
        elif isinstance(value, dt.date):
            assert cell.value.date() == value
        elif isinstance(value, float):
            assert cell.value == pytest.approx(value, rel=1e-14)
        else:
            assert cell.value == value


@given(rows=ROWS)
def test_a_csv_holds_the_same_values_behind_a_quote(db, folder, rows):
    out = folder / "x.csv"
    export.export_rows(db, frame_of(rows), out, "csv")
    with out.open(encoding="utf-8", newline="") as file:
        header, *found = csv.reader(file)
    assert header == list(SCHEMA)
    for cells, row in zip(found, rows, strict=True):
        text, number, whole, truth, day = cells
        if text and text[0] in "=+-@\t\r":
            assert re.fullmatch(export.PLAIN_NUMBER, text, re.IGNORECASE)
        assert unguarded(text) == (row[0] or "")
        assert (float(number) if number else None) == row[1]
        assert (int(whole) if whole else None) == row[2]
        assert {"true": True, "false": False, "": None}[truth] == row[3]
        assert day == (row[4].isoformat() if row[4] else "")


def unguarded(text):
    for found, left in export.GUARDS:
        text = re.sub(found, left, text)
    return text


def is_number(text):
    return re.match(export.PLAIN_NUMBER, text, re.IGNORECASE)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@given(texts=st.lists(TEXTS.filter(lambda text: not is_number(text)), min_size=1, max_size=4))
def test_whichever_sign_a_spreadsheet_parts_cells_by_no_csv_holds_a_formula(
    db, folder, delimiter, texts
):
    rows = [["x", text, "x"] for text in texts]
    export.write_csv(folder / "a.csv", ["a", "b", "c"], rows)
    frame = pl.DataFrame(rows, schema=["a", "b", "c"], orient="row")
    export.export_rows(db, frame, folder / "b.csv", "csv")
    for name in ("a.csv", "b.csv"):
        lines = re.split("[\r\n]", (folder / name).read_text("utf-8-sig"))
        cells = [cell.lstrip('"') for line in lines for cell in line.split(delimiter)]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


@given(text=TEXTS)
def test_the_guard_can_be_taken_off_again_and_is_the_same_in_sql(db, text):
    guarded = export.guarded(text)
    assert unguarded(guarded) == text
    frame = pl.DataFrame({"text": [text]})
    with db.view_of("guarded_rows", frame) as view:
        query = export._guarded_query(db, f"select * from {view}")
        assert db.value(query) == guarded


@pytest.mark.parametrize("text", ["-5", "-1.234,50", "+31", "-1e5", "12-", "1 000"])
def test_plain_numbers_stay_as_they_are(text):
    assert export.guarded(text) == text


@pytest.mark.parametrize("kind", export.FORMATS)
def test_what_fails_leaves_the_old_file_and_nothing_else(db, tmp_path, kind, monkeypatch):
    out = tmp_path / f"x.{kind}"
    out.write_text("old", "utf-8")

    def fail(*_):
        raise UserError("export.too_long", length=1, most=1)

    monkeypatch.setattr(export.Path, "replace", fail)
    with pytest.raises(UserError):
        export.export_rows(db, pl.DataFrame({"x": [1]}), out, kind)
    assert [file.name for file in tmp_path.iterdir()] == [out.name]
    assert out.read_text("utf-8") == "old"


@pytest.mark.parametrize("kind", export.FORMATS)
def test_a_folder_that_is_not_there_is_said(db, tmp_path, kind):
    with pytest.raises(UserError) as refused:
        export.export_rows(db, pl.DataFrame({"x": [1]}), tmp_path / "gone" / f"x.{kind}", kind)
    assert refused.value.key == "export.unwritable"


def test_a_worksheet_has_an_end(db, tmp_path, monkeypatch):
    monkeypatch.setattr(export, "ROWS_IN_A_SHEET", 2)
    with pytest.raises(UserError) as refused:
        export.export_rows(db, pl.DataFrame({"x": [1, 2, 3]}), tmp_path / "x.xlsx", "xlsx")
    assert refused.value.values == {"rows": 3, "most": 2}
    with pytest.raises(UserError):
        export.write_xlsx(tmp_path / "x.xlsx", ["x"], [[1]] * 3)
    with pytest.raises(UserError) as refused:
        export.write_xlsx(tmp_path / "x.xlsx", ["x"], [["y" * 40_000]])
    assert refused.value.key == "export.too_long"
    assert not list(tmp_path.iterdir())


def test_lists_and_infinite_numbers_become_text_in_a_workbook(tmp_path):
    out = tmp_path / "x.xlsx"
    export.write_xlsx(out, ["a", "b"], [[["x", "y"], float("inf")]])
    assert [cell.value for cell in openpyxl.load_workbook(out).active[2]] == ["x; y", "inf"]
