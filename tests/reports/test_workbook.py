"""The workbook: numbers are numbers, text is never a formula, headings are in the language."""

import io
import itertools
from dataclasses import replace
from datetime import datetime

import openpyxl
import pytest
import xlsxwriter

from nami_monitor.briefing.headline import headline
from nami_monitor.core.words import State
from nami_monitor.i18n import LANGS, formats, text
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
        for name in ("cover", "kpis", "series", "targets", "findings", "definitions", "caveats")
    ]
    assert book(files[Format.XLSX, lang]).sheetnames == names


@pytest.mark.parametrize("lang", LANGS)
def test_a_finding_names_its_category_also_where_all_are_told_together(found, lang):
    together = replace(found, sections=found.sections[:1])
    sheet = book(workbook.render(together, lang, NEUTRAL))[text("report.sheets.findings", lang)]
    head, *rows = sheet.iter_rows(values_only=True)
    said = [row[head.index(text("report.columns.category", lang))] for row in rows]
    assert said == [found.names[one.category][lang] for one in found.findings]
    assert len(set(said)) == 2


@pytest.mark.parametrize("lang", LANGS)
def test_numbers_are_numbers_and_months_are_dates(files, lang):
    numeric = {text(f"report.columns.{name}", lang) for name in NUMBERS}
    month = text("report.columns.month", lang)
    for sheet in book(files[Format.XLSX, lang]).worksheets[1:]:
        head, *rows = sheet.iter_rows(values_only=True)
        for row in rows:
            for name, cell in zip(head, row, strict=True):
                if cell is None:
                    continue
                assert isinstance(cell, int | float) == (name in numeric), (sheet.title, name)
                assert isinstance(cell, datetime) == (name == month)


def cover_rows(sheet, lang):
    """The rows of the cover below its headings, by heading."""
    rows = list(sheet.iter_rows(values_only=True))
    first = text("report.columns.category", lang)
    (top,) = (no for no, row in enumerate(rows) if row[0] == first)
    return [dict(zip(rows[top], row, strict=True)) for row in rows[top + 1 :] if row[1]]


@pytest.mark.parametrize("lang", LANGS)
def test_it_opens_on_a_cover_with_every_figure_of_the_month_and_a_chart(files, found, lang):
    made = book(files[Format.XLSX, lang])
    sheet = made.worksheets[0]
    assert made.active is sheet
    told = [row[text("report.columns.value", lang)] for row in cover_rows(sheet, lang)]
    assert told == [
        pytest.approx(line.result.value, rel=1e-12)
        for section in found.sections
        for line in section.told
        if line.result.state is State.VALUE
    ]
    said = " ".join(str(row[0]) for row in sheet.iter_rows(max_row=3, values_only=True))
    assert headline(found, lang) in said
    assert text("report.demo", lang) in said
    (drawn,) = sheet._charts
    series = made[text("report.sheets.series", lang)]
    (values,) = [one.val.numRef.f for one in drawn.series]
    line = next(
        one.line for one in found.findings if one.line and one.line.result.state is State.VALUE
    )
    assert column(series, values) == [one.value for one in line.shown]


def column(sheet, place):
    return [row[0].value for row in sheet[place.rpartition("!")[2]]]


def test_the_chart_draws_the_target_where_one_holds(found):
    finding = next(one for one in found.findings if one.line and one.line.aim)
    made = book(workbook.render(replace(found, first=(finding,), others=()), "nl", NEUTRAL))
    (drawn,) = made.worksheets[0]._charts
    value, target = [one.val.numRef.f for one in drawn.series]
    series = made[text("report.sheets.series", "nl")]
    assert column(series, value) == [one.value for one in finding.line.shown]
    held = set(column(series, target)) - {None}
    assert None in column(series, target)
    assert list(held) == pytest.approx([finding.line.aim.value])


def test_a_chart_with_a_link_or_a_macro_is_noticed():
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as made:
        sheet = made.add_worksheet()
        sheet.insert_textbox(0, 0, "x", {"url": "https://evil.example"})
    assert "xl/drawings/_rels/drawing1.xml.rels" in does_something(out.getvalue())


def test_a_target_over_a_year_is_not_drawn_among_months(found):
    for section in found.sections:
        for line in section.told:
            if line.kpi.over_time.adds_months:
                assert not [one for one in line.shown if workbook._goal(line, one) is not None]


@pytest.mark.parametrize("lang", LANGS)
def test_figures_without_a_value_come_last(files, lang):
    head, *rows = book(files[Format.XLSX, lang]).worksheets[1].iter_rows(values_only=True)
    at = head.index(text("report.columns.value", lang))
    known = [row[at] is not None for row in rows]
    assert any(known)
    assert known == sorted(known, reverse=True)


@pytest.mark.parametrize("lang", LANGS)
def test_a_cell_holds_the_whole_value_and_shows_it_rounded(files, lang):
    shown = set()
    for sheet in book(files[Format.XLSX, lang]):
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, float):
                    decimals = len(cell.number_format.partition(".")[2])
                    assert decimals == len(
                        formats.number(cell.value, "en", significant=3).partition(".")[2]
                    )
                    shown.add(cell.value != round(cell.value, decimals))
    assert shown == {True, False}


@pytest.mark.parametrize("lang", LANGS)
def test_every_sheet_prints_on_a4_as_wide_as_the_paper(files, found, lang):
    for sheet in book(files[Format.XLSX, lang]):
        assert str(sheet.page_setup.paperSize) == "9", sheet.title
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.page_setup.fitToHeight == 0
        across = sheet.page_setup.fitToWidth or 1
        wide = sum(one.width * (one.max - one.min + 1) for one in sheet.column_dimensions.values())
        assert wide / across <= 250, "letters are half of their size at least"
        assert bool(sheet.print_title_cols) == (across > 1)
        assert sheet.print_title_rows
        assert formats.long_month(found.month, lang) in sheet.oddFooter.left.text


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
    sheet = book(workbook.render(made, "nl", NEUTRAL)).worksheets[1]
    assert len(sheet["A2"].value) == 32_767
