"""The child's own steps, run in this process so that each can be looked at."""

import base64
import datetime as dt
import io
import json
import sys

import pytest
import xlsxwriter

from nami_monitor.core.errors import UserError
from nami_monitor.ingest.cells import Layout, tag_boolean, tag_date, tag_error, tag_number
from nami_monitor.ingest.parse import __main__ as child
from nami_monitor.ingest.parse import xlsx
from nami_monitor.ingest.parse.sheets import Budget
from nami_monitor.ingest.parse.xlsx import check_package, sheet_findings, sheet_parts
from nami_monitor.ingest.readers import read
from tests.support.handed_over import rows_in


@pytest.fixture
def book(tmp_path):
    path = tmp_path / "a.xlsx"
    workbook = xlsxwriter.Workbook(path)
    first = workbook.add_worksheet("Eerste")
    first.write_row(0, 0, ["a", "b"])
    first.write_formula("AB3", "=1/0", None, "#DIV/0!")
    workbook.add_worksheet("Tweede").write_row(0, 0, ["x", 1.5])
    chart = workbook.add_chart({"type": "line"})
    chart.add_series({"values": "=Tweede!$B$1:$B$1"})
    workbook.add_chartsheet("Grafiek").set_chart(chart)
    workbook.close()
    return path


@pytest.fixture
def unlimited(monkeypatch):
    monkeypatch.setattr(child, "limit_process", lambda _: None)


def said(folder):
    return json.loads((folder / "refused.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("  x ", "x"),
        ("", None),
        (True, tag_boolean(True)),
        (2.0, tag_number(2)),
        (dt.date(2025, 2, 3), tag_date(dt.date(2025, 2, 3))),
        (dt.timedelta(hours=36, seconds=5), "36:00:05"),
        (dt.time(12, 30), "12:30:00"),
    ],
)
def test_every_kind_of_value_becomes_a_cell(value, cell):
    assert child.cell_of(value) == cell


@pytest.mark.usefixtures("unlimited")
def test_worksheets_become_lines_of_cells(book, tmp_path):
    child.main([str(book), "xlsx", str(tmp_path)])
    sheets = json.loads((tmp_path / "sheets.json").read_text(encoding="utf-8"))
    assert [sheet["name"] for sheet in sheets] == ["Eerste", "Tweede"]
    assert rows_in(tmp_path / sheets[0]["file"]) == [
        ["a", "b"],
        [],
        [*[None] * 27, tag_error("#DIV/0!")],
    ]


def test_error_values_are_found_where_they_stand(book):
    parts = sheet_parts(book)
    assert check_package(book).errors == {parts["Eerste"]}
    assert sheet_findings(book, parts["Eerste"], {}).errors == {(2, 27): "#DIV/0!"}


@pytest.mark.usefixtures("unlimited")
def test_a_refusal_is_left_for_the_parent(tmp_path, monkeypatch):
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"PK")
    child.main([str(path), "xlsx", str(tmp_path)])
    assert said(tmp_path)["key"] == "reading.truncated"
    child.main([str(path), "xls", str(tmp_path)])
    assert said(tmp_path)["key"] == "reading.truncated"

    def locked(*_):
        raise child.calamine.PasswordError

    monkeypatch.setattr(child, "convert", locked)
    child.main([str(path), "xls", str(tmp_path)])
    assert said(tmp_path) == {"key": "reading.password", "values": {"file": "a.xlsx"}}


@pytest.mark.usefixtures("unlimited")
def test_a_workbook_without_errors_needs_no_second_look(tmp_path):
    path = tmp_path / "b.xlsx"
    workbook = xlsxwriter.Workbook(path)
    workbook.add_worksheet().write_row(0, 0, ["a", 1])
    workbook.close()
    child.main([str(path), "xlsx", str(tmp_path)])
    assert rows_in(tmp_path / "0.jsonl") == [["a", tag_number(1)]]


def test_the_last_cell_decides_how_far_a_sheet_reaches(tmp_path):
    path = tmp_path / "b.xlsx"
    workbook = xlsxwriter.Workbook(path)
    workbook.add_worksheet().write("XFD1048576", 1)
    workbook.close()
    assert check_package(path).far == {"xl/worksheets/sheet1.xml": (1048576, 16384)}


def test_formats_below_a_table_make_it_no_longer(tmp_path, monkeypatch):
    path = tmp_path / "b.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet, grey = workbook.add_worksheet(), workbook.add_format({"bg_color": "#eeeeee"})
        sheet.write_row(0, 0, ["Datum", "Aantal"])
        sheet.write_row(1, 0, ["13-01-2026", 3])
        for row in range(2, 500):
            sheet.write_blank(row, 1, None, grey)
    monkeypatch.setattr(xlsx, "EXTENT_CELLS", 100)
    assert check_package(path).far == {}
    (read_sheet,) = read(path)
    assert read_sheet.rows.height == 1


def test_a_header_of_sixty_thousand_columns_is_refused_at_once(tmp_path):
    (tmp_path / "a.csv").write_text(";".join(f"k{n}" for n in range(60_000)) + "\n" + "1;" * 59_999)
    with pytest.raises(UserError, match="too_wide"):
        read(tmp_path / "a.csv")


def test_only_the_sheet_that_is_chosen_counts(tmp_path):
    path = tmp_path / "b.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        workbook.add_worksheet("Breed").write_row(0, 0, ["x"] * 3_000)
        sheet = workbook.add_worksheet("Goed")
        sheet.write_row(0, 0, ["Datum", "Aantal"])
        sheet.write_row(1, 0, ["13-01-2026", 3])
    (good,) = read(path, Layout(sheet="Goed"))
    assert good.rows.height == 1


@pytest.mark.parametrize(
    ("cell", "filled"),
    [
        (b'<c r="A1"><v>1</v></c>', [(b"A", b"1")]),
        (b'<x:c s="3" r="AB12" t="s"><x:v>', [(b"AB", b"12")]),
        (b'<c r="A1" s="3"/>', []),
        (b'<c r="A1" s="3"></c>', []),
        (b"<c><v>2</v></c>", [(b"", b"")]),
        (b'<c s="1"/><cols><col min="1"/></cols>', []),
    ],
)
def test_a_cell_with_nothing_in_it_is_not_filled(cell, filled):
    assert xlsx._FILLED.findall(cell) == filled


def test_a_sheet_that_reaches_too_far_leaves_the_others(tmp_path):
    path = tmp_path / "b.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("Goed")
        sheet.write_row(0, 0, ["Datum", "Aantal"])
        sheet.write_row(1, 0, ["13-01-2026", 3])
        workbook.add_worksheet("Ver").write("XFD1048576", 1)
    (good,) = read(path, Layout(sheet="Goed"))
    assert good.rows.height == 1
    with pytest.raises(UserError, match="too_far"):
        read(path, Layout(sheet="Ver"))


def test_a_workbook_of_a_picture_says_so(tmp_path):
    path = tmp_path / "b.xlsx"
    png = base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    )
    with xlsxwriter.Workbook(path) as workbook:
        workbook.add_worksheet().insert_image(0, 0, "a.png", {"image_data": io.BytesIO(png)})
    with pytest.raises(UserError, match="only_picture"):
        read(path)


def test_a_damaged_package_is_refused(tmp_path):
    (tmp_path / "a.xlsx").write_bytes(b"PK\x03\x04")
    with pytest.raises(UserError, match=r"reading.truncated"):
        check_package(tmp_path / "a.xlsx")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the memory of the child")
def test_the_memory_limit_lies_above_what_is_in_use(monkeypatch):
    import resource  # noqa: PLC0415  Windows has none

    limits = []
    monkeypatch.setattr(resource, "setrlimit", lambda _, pair: limits.append(pair))
    budget = Budget(seconds=7, memory=10**8, data=10**6, cells=10)
    child.limit_process(budget)
    (memory, _), (data, _), (seconds, _) = limits
    assert memory > budget.memory
    assert data == budget.data
    assert seconds > budget.seconds


def test_without_that_file_system_there_is_no_memory_limit(monkeypatch):
    def absent(*_, **__):
        raise FileNotFoundError

    monkeypatch.setattr(child.Path, "read_text", absent)
    child.limit_process(Budget(seconds=7, memory=10**8, data=10**6, cells=10))


def test_values_of_different_types_that_are_equal_stay_different_cells():
    class Sheet:
        def to_python(self, *, skip_empty_area):  # noqa: ARG002
            return [[1, True, 1.0, "1"], [True, 1, "1", 1.0]] * 2

    one, true, text = child.cell_of(1), child.cell_of(True), "1"
    kept = list(child.sheet_rows(Sheet(), {}))
    assert kept == [[one, true, one, text], [true, one, text, one]] * 2


def test_few_and_short_values_are_kept(monkeypatch):
    monkeypatch.setattr(child, "MOST_KEPT", 3)
    cells = child._Cells()
    long = "a" * (child.LONGEST_KEPT + 1)
    values = ["a", "b", long, f"{long} ", "c", "d", "a"]
    assert [cells[value] for value in values] == ["a", "b", long, long, "c", "d", "a"]
    assert cells == {"d": "d", "a": "a"}
