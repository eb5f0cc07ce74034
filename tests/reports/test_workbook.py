"""The workbook: numbers are numbers, text is never a formula, headings are in the language."""

import io
from dataclasses import replace
from datetime import datetime

import openpyxl
import pytest

from nami_monitor.i18n import LANGS, text
from nami_monitor.reports import workbook
from nami_monitor.reports.branding import NEUTRAL
from nami_monitor.reports.report_file import Format

NUMBERS = ("value", "low", "high", "total", "goal", "judged", "gap", "year_ago", "change",
           "completeness", "numerator", "denominator", "no", "version")  # fmt: skip


def book(file):
    return openpyxl.load_workbook(io.BytesIO(file))


@pytest.mark.parametrize("lang", LANGS)
def test_there_is_a_sheet_for_each_kind(files, lang):
    names = [
        text(f"report.sheets.{name}", lang)
        for name in ("kpis", "series", "findings", "definitions", "caveats")
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


def test_nothing_is_a_formula_or_a_link(found):
    hostile = "=cmd|' /C calc'!A0"
    section = found.sections[0]
    line = section.glance.lines[0]
    named = replace(section, names={"nl": hostile, "en": "https://example.test"})
    for lang in LANGS:
        made = replace(found, sections=(named,), first=(), others=())
        for sheet in book(workbook.render(made, lang, NEUTRAL)):
            for row in sheet.iter_rows():
                for cell in row:
                    assert cell.data_type != "f"
                    assert cell.hyperlink is None
    assert line


def test_a_text_longer_than_a_cell_is_cut_and_the_file_opens(found):
    section = replace(found.sections[0], names={"nl": "x" * 40_000})
    made = replace(found, sections=(section,), first=(), others=())
    sheet = book(workbook.render(made, "nl", NEUTRAL)).worksheets[0]
    assert len(sheet["A2"].value) == 32_767
