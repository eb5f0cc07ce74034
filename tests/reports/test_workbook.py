"""The workbook: numbers are numbers, text is never a formula, headings are in the language."""

import io
import itertools
from dataclasses import replace
from datetime import datetime

import openpyxl
import pytest
import xlsxwriter

from nami_monitor.i18n import LANGS, text
from nami_monitor.reports import workbook
from nami_monitor.reports.branding import NEUTRAL
from nami_monitor.reports.report_file import Format
from nami_monitor.store.export import write_xlsx
from nami_monitor.ui import grid
from tests.support.markup import BEGIN, PIECES, does_something, hidden_signs, planted

NUMBERS = ("value", "low", "high", "total", "goal", "judged", "gap", "year_ago", "change",
           "completeness", "numerator", "denominator", "no", "version")  # fmt: skip


def book(file):
    return openpyxl.load_workbook(io.BytesIO(file))


@pytest.mark.parametrize("lang", LANGS)
def test_there_is_a_sheet_for_each_kind(files, lang):
    names = [
        text(f"report.sheets.{name}", lang)
        for name in ("kpis", "series", "targets", "findings", "definitions", "caveats")
    ]
    assert book(files[Format.XLSX, lang]).sheetnames == names


@pytest.mark.parametrize("lang", LANGS)
def test_numbers_are_numbers_and_months_are_dates(files, lang):
    numeric = {text(f"report.columns.{name}", lang) for name in NUMBERS}
    month = text("report.columns.month", lang)
    for sheet in book(files[Format.XLSX, lang]):
        head, *rows = sheet.iter_rows(values_only=True)
        for row in rows:
            for name, cell in zip(head, row, strict=True):
                if cell is None:
                    continue
                assert isinstance(cell, int | float) == (name in numeric), (sheet.title, name)
                assert isinstance(cell, datetime) == (name == month)


BEHIND = ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "https://evil.example", "mailto:a@b.nl",
          "external:x.xlsx", "internal:A1", "{=A1}", "\t=1"]  # fmt: skip


def test_no_text_of_others_does_anything_in_a_workbook(found, monkeypatch):
    """Every cell and heading bears markup, and every cell of some rows begins with a formula."""
    pieces = itertools.cycle([*map(planted, PIECES), *BEHIND])

    def marked(sheets):
        for name, heads, rows in sheets:
            cells = [
                tuple(next(pieces) if isinstance(cell, str) else cell for cell in row)
                for row in (*rows, *[("",) * len(heads)] * len(PIECES))
            ]
            yield name, tuple(next(pieces) for _ in heads), cells

    whole = workbook._sheets
    monkeypatch.setattr(workbook, "_sheets", lambda *of: marked(whole(*of)))
    named = replace(NEUTRAL, name=BEHIND[0])
    made = workbook.render(found, "nl", named)
    assert not does_something(made)
    read = [
        str(cell)
        for sheet in book(made)
        for row in sheet.iter_rows(values_only=True)
        for cell in row
        if cell is not None
    ]
    assert set(BEHIND) - {"\t=1"} <= set(read)
    assert sum(BEGIN in cell for cell in read) > 5 * len(PIECES)
    assert not [cell for cell in read if hidden_signs(cell)]


def test_no_text_of_others_does_anything_in_an_exported_table(tmp_path):
    texts = [*map(planted, PIECES), *BEHIND]
    write_xlsx(tmp_path / "a.xlsx", texts, [texts, *([text] for text in texts)])
    assert not does_something((tmp_path / "a.xlsx").read_bytes())
    assert not does_something(grid.workbook(texts, [texts]))


def test_a_workbook_that_does_something_is_noticed():
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as made:
        made.add_worksheet().write_row(0, 0, ["=1+1", "https://evil.example"])
    assert does_something(out.getvalue()) == [
        "xl/worksheets/sheet1.xml", "xl/worksheets/_rels/sheet1.xml.rels",
    ]  # fmt: skip


def test_a_text_longer_than_a_cell_is_cut_and_the_file_opens(found):
    section = replace(found.sections[0], names={"nl": "x" * 40_000})
    made = replace(found, sections=(section,), first=(), others=())
    sheet = book(workbook.render(made, "nl", NEUTRAL)).worksheets[0]
    assert len(sheet["A2"].value) == 32_767
