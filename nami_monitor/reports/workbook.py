"""The figures of a report as an Excel workbook; no cell holds a formula.

It opens on a cover with the month's figures and a chart. A cell holds the whole value and shows it
rounded as the screen does; every sheet prints on A4, lying, as wide as the paper, or as several
where letters would become too small.
"""

import io
import math
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Final

import xlsxwriter

from nami_monitor.briefing import handbook, wording
from nami_monitor.briefing.headline import headline
from nami_monitor.briefing.month import Briefing, BriefingSection
from nami_monitor.briefing.overview import KpiLine
from nami_monitor.charts import palette
from nami_monitor.core.escapes import plain
from nami_monitor.core.words import State
from nami_monitor.i18n import Lang, formats, text
from nami_monitor.kpis import CATALOGUE, KpiResult
from nami_monitor.kpis.result import absolute
from nami_monitor.kpis.sentences import activity_name, flags_text, reason_sentence
from nami_monitor.reports.branding import Branding
from nami_monitor.store.export import SIGNS_IN_A_CELL

OPTIONS: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_date_format": "d mmm yyyy",
}
NARROWEST: Final = 9
WIDEST: Final = 44
COVER_WIDTHS: Final = (20, 34, 12, 18, 12, 12, 12, 9, 13, 24, 34)
CHART_ROWS: Final = 19
A4: Final = 9
SHEET_WIDTH: Final = 240
"""So many signs stand beside each other on a lying A4 with letters that can be read."""
NAMING: Final = 3
"""So many columns name a row, and stand on each sheet that a wide table needs."""

Cell = str | float | date | None
Sheet = tuple[str, tuple[str, ...], list[tuple[Cell, ...]]]


def number_format(value: float) -> str:
    """The format that shows a number with as many decimals as the screen gives it."""
    _, _, decimals = formats.number(value, "en", significant=formats.SIGNIFICANT).partition(".")
    return f"#,##0.{'0' * len(decimals)}" if decimals else "#,##0"


class Styles:
    """The formats of a workbook, each made once."""

    def __init__(self, book: Any, branding: Branding) -> None:
        self._book, self._made = book, dict[str, Any]()
        ink = {"font_color": branding.primary, "bold": True}
        line = {"bottom": 1, "bottom_color": palette.GRID}
        self.title = book.add_format({**ink, "font_name": "Georgia", "font_size": 20})
        self.lead = book.add_format({"text_wrap": True, "valign": "top", "font_size": 12})
        self.grey = book.add_format(
            {"font_color": palette.GREY_TEXT, "text_wrap": True, "valign": "top"}
        )
        self.head = book.add_format(
            {
                "bold": True,
                "bg_color": branding.primary,
                "font_color": palette.WHITE,
                "text_wrap": True,
                "valign": "vcenter",
            }
        )
        self.text = book.add_format({**line, "text_wrap": True, "valign": "top", "indent": 1})
        self.day = book.add_format(
            {**line, "num_format": "mmm yyyy", "valign": "top", "align": "left"}
        )
        self._line = line

    def number(self, value: float) -> Any:
        """The format of a number."""
        shown = number_format(value)
        if shown not in self._made:
            given = {**self._line, "num_format": shown, "valign": "top"}
            self._made[shown] = self._book.add_format(given)
        return self._made[shown]


def render(found: Briefing, lang: Lang, branding: Branding) -> bytes:
    """Write the workbook: a cover, and sheets of KPIs, series, findings and definitions."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, OPTIONS) as book:
        book.set_properties(
            {
                "title": text("report.title", lang),
                "subject": headline(found, lang)[:250],
                "author": branding.name,
            }
        )
        styles = Styles(book, branding)
        cover = book.add_worksheet(_sheet_name("cover", lang))
        sheets = list(_sheets(found, lang))
        _cover(book, cover, found, lang, branding, styles)
        for sheet in sheets:
            _write(book, sheet, styles, found, lang)
    return out.getvalue()


def _sheet_name(name: str, lang: Lang) -> str:
    return text(f"report.sheets.{name}", lang)[:31]


def _on_paper(page: Any, found: Briefing, lang: Lang) -> None:
    """Lying A4, as wide as the paper, with what it is and the number of the page below."""
    page.set_paper(A4)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    about = f"{text('report.title', lang)}: {_about(found, lang)}"
    page.set_footer(f"&L{about.replace('&', '&&')[:180]}&R&P / &N")


def _about(found: Briefing, lang: Lang) -> str:
    month = formats.long_month(found.month, lang)
    about = text("report.about", lang, subject=wording.subject(found, lang), month=month)
    return plain(f"{text('report.demo', lang)}. {about}" if found.demo else about)


def _write(book: Any, sheet: Sheet, styles: Styles, found: Briefing, lang: Lang) -> None:
    name, head, rows = sheet
    page = book.add_worksheet(name[:31])
    page.freeze_panes(1, 1)
    _on_paper(page, found, lang)
    page.repeat_rows(0)
    widths = [_column_width(title, [row[at] for row in rows]) for at, title in enumerate(head)]
    sheets = math.ceil(sum(widths) / SHEET_WIDTH)
    page.fit_to_pages(sheets, 0)
    if sheets > 1:
        page.repeat_columns(0, NAMING - 1)
    for at, (title, width) in enumerate(zip(head, widths, strict=True)):
        page.write_string(0, at, plain(title), styles.head)
        page.set_column(at, at, width)
    for no, row in enumerate(rows, start=1):
        for at, cell in enumerate(row):
            _write_cell(page, no, at, cell, styles)
    if rows:
        page.autofilter(0, 0, len(rows), len(head) - 1)


def _column_width(title: str, cells: Sequence[Cell]) -> int:
    """As wide as the cells need; of the heading the longest word is enough."""
    longest = max((len(word) for word in title.split()), default=0) + 2
    for cell in cells:
        if isinstance(cell, float):
            longest = max(longest, len(formats.number(cell, "en", significant=3)) + 1)
        elif cell is not None and not isinstance(cell, date):
            longest = max(longest, len(str(cell)))
    return min(WIDEST, max(NARROWEST, longest + 1))


def _write_cell(page: Any, row: int, column: int, cell: Cell, styles: Styles) -> None:
    if isinstance(cell, str):
        page.write_string(row, column, plain(cell)[:SIGNS_IN_A_CELL], styles.text)
    elif isinstance(cell, date):
        page.write_datetime(row, column, cell, styles.day)
    elif cell is None:
        page.write_blank(row, column, None, styles.text)
    else:
        page.write_number(row, column, cell, styles.number(cell))


COVER_HEADS: Final = (
    *("category", "kpi", "value", "unit", "low", "high", "goal", "goal_period", "change"),
    *("signal", "remark"),
)


def _cover(
    book: Any, page: Any, found: Briefing, lang: Lang, branding: Branding, styles: Styles
) -> None:
    """The month on one sheet: what it says, its figures, and a chart of one of them."""
    _on_paper(page, found, lang)
    page.hide_gridlines(2)
    last = len(COVER_HEADS) - 1
    for at, width in enumerate(COVER_WIDTHS):
        page.set_column(at, at, width)
    lines = [
        (plain(text("report.title", lang)), styles.title, 30),
        (plain(" · ".join(filter(None, (branding.name, _about(found, lang))))),
         styles.grey, 18),
        (plain(headline(found, lang)), styles.lead, 36),
    ]  # fmt: skip
    for at, (said, style, high) in enumerate(lines):
        page.merge_range(at, 0, at, last, "", style)
        page.write_string(at, 0, said, style)
        page.set_row(at, high)
    top = len(lines) + 1
    charted = _charted(found)
    if charted:
        section, line = charted
        _chart(book, page, top, section, line, _first_row(found, line, section), lang, branding)
        top += CHART_ROWS
    for at, head in enumerate(COVER_HEADS):
        page.write_string(top, at, text(f"report.columns.{head}", lang), styles.head)
    page.repeat_rows(top)
    page.set_row(top, 44)  # three lines: "difference with a year earlier"
    rows = [row for section in found.sections for row in _cover_rows(section, lang)]
    for no, row in enumerate(rows, start=top + 1):
        for at, cell in enumerate(row):
            _write_cell(page, no, at, cell, styles)
    bottom = top + len(rows) + 2
    page.merge_range(bottom, 0, bottom, last, "", styles.grey)
    page.write_string(bottom, 0, plain(wording.source(found, lang)), styles.grey)
    page.set_row(bottom, 36)


def _cover_rows(section: BriefingSection, lang: Lang) -> Iterator[tuple[Cell, ...]]:
    for line in _with_value(section):
        result, aim = line.result, line.aim
        yield (
            wording.section_name(section, lang),
            wording.name(line, lang),
            result.value,
            _unit(result, lang),
            result.low,
            result.high,
            aim.value if aim else None,
            aim.target.period if aim else "",
            line.change,
            wording.signal_or_drift(line, lang),
            _remark(result, lang),
        )


def _with_value(section: BriefingSection) -> list[KpiLine]:
    """The figures of the month, in the order of the sheet of series."""
    return [line for line in section.told if line.result.state is State.VALUE]


def _charted(found: Briefing) -> tuple[BriefingSection, KpiLine] | None:
    """The figure to draw: that of the weightiest finding, else the first one."""
    told = [(section, line) for section in found.sections for line in _with_value(section)]
    of = {(section.category, line.kpi.code): (section, line) for section, line in told}
    of_findings = [(one.category, one.line.kpi.code) for one in found.findings if one.line]
    return next((of[key] for key in of_findings if key in of), told[0] if told else None)


def _first_row(found: Briefing, wanted: KpiLine, within: BriefingSection) -> int:
    """The row of the sheet of series in which a figure's months begin."""
    row = 1
    for section in found.sections:
        for line in _with_value(section):
            if section is within and line is wanted:
                return row
            row += len(line.shown)
    return row


def _chart(
    book: Any,
    page: Any,
    top: int,
    section: BriefingSection,
    line: KpiLine,
    first: int,
    lang: Lang,
    branding: Branding,
) -> None:
    """A line chart of a figure, with its target in the months for which that holds."""
    sheet, last = _sheet_name("series", lang), first + len(line.shown) - 1
    columns = {name: SERIES_HEADS.index(name) for name in ("month", "value", "goal")}
    months = [sheet, first, columns["month"], last, columns["month"]]
    chart = book.add_chart({"type": "line"})
    name = plain(f"{wording.name(line, lang)}, {wording.section_name(section, lang)}")
    drawn = [("value", name, branding.primary, "solid", 2.25)]
    if any(_goal(line, one) is not None for one in line.shown):
        drawn.append(("goal", text("report.columns.goal", lang), palette.BODY, "long_dash", 1.5))
    for column, called, colour, dash, wide in drawn:
        at = columns[column]
        chart.add_series(
            {
                "name": called,
                "categories": months,
                "values": [sheet, first, at, last, at],
                "line": {"color": colour, "width": wide, "dash_type": dash},
            }
        )
    font = {"size": 11, "color": palette.GREY_TEXT}
    chart.set_title({"name": name, "overlay": False, "name_font": {
        "name": "Georgia", "size": 14, "bold": True, "color": branding.primary}})  # fmt: skip
    chart.set_legend({"position": "bottom", "font": font})
    chart.set_x_axis(
        {
            "date_axis": True,
            "num_format": "mmm yyyy",
            "num_font": font,
            "major_unit": 6,
            "major_unit_type": "months",
        }
    )
    chart.set_y_axis(
        {
            "name": plain(_unit(line.result, lang)),
            "name_font": {**font, "bold": False},
            "num_font": font,
            "major_gridlines": {"visible": True, "line": {"color": palette.GRID}},
            "line": {"none": True},
        }
    )
    chart.show_blanks_as("gap")
    chart.set_size({"width": 1300, "height": 360})
    page.insert_chart(top, 0, chart, {"description": plain(f"{name}. {_unit(line.result, lang)}")})


SERIES_HEADS: Final = (
    *("category", "kpi", "code", "month", "value", "unit", "goal", "low", "high"),
    *("numerator", "denominator", "completeness", "remark"),
)


def _sheets(found: Briefing, lang: Lang) -> Iterator[Sheet]:
    def sheet(name: str, heads: Sequence[str], rows: list[tuple[Cell, ...]]) -> Sheet:
        titles = tuple(text(f"report.columns.{head}", lang) for head in heads)
        return text(f"report.sheets.{name}", lang), titles, rows

    kpis = ("category", "strategy", "kpi", "code", "period", "value", "unit", "low", "high",
            "total", "total_unit", "goal", "goal_period", "judged", "judged_period", "gap",
            "year_ago", "change", "signal", "completeness", "evidence", "remark")  # fmt: skip
    yield sheet("kpis", kpis, list(_kpi_rows(found, lang)))
    yield sheet("series", SERIES_HEADS, list(_series_rows(found, lang)))
    held = ("category", "kpi", "code", "goal_period", "goal", "judged", "judged_period", "gap",
            "standing")  # fmt: skip
    yield sheet("targets", held, list(_target_rows(found, lang)))
    yield sheet("findings", ("no", "category", "finding", "question"), _finding_rows(found, lang))
    definitions = ("code", "kpi", "says", "says_not", "formula", "version")
    yield sheet("definitions", definitions, list(_definition_rows(found, lang)))
    caveats: list[tuple[Cell, ...]] = [(said,) for said in wording.caveats(found, lang)]
    yield sheet("caveats", ("caveat",), [*caveats, (wording.source(found, lang),)])


def _unit(result: KpiResult, lang: Lang) -> str:
    activity = result.activity and activity_name(result.activity, lang)
    return formats.unit_label(result.unit, lang, activity=activity)


def _kpi_rows(found: Briefing, lang: Lang) -> Iterator[tuple[Cell, ...]]:
    """Every figure; those without a value come last."""
    lines = [(section, line) for section in found.sections for line in section.glance.lines]
    for without in (False, True):
        for section, line in lines:
            result, aim = line.result, line.aim
            if (result.state is not State.VALUE) is not without:
                continue
            whole = absolute(result)
            judged = aim.judged if aim else None
            yield (
                wording.section_name(section, lang),
                text(f"strategies.{line.kpi.strategy}", lang),
                wording.name(line, lang),
                line.kpi.code,
                formats.period(result.period, lang),
                result.value,
                _unit(result, lang),
                result.low,
                result.high,
                whole.value if whole else None,
                formats.unit_label(whole.unit, lang) if whole else "",
                aim.value if aim else None,
                aim.target.period if aim else "",
                judged.value if judged else None,
                formats.period(judged.period, lang) if judged else "",
                aim.distance if aim else None,
                line.year_ago.value,
                line.change,
                wording.signal_or_drift(line, lang),
                None if result.completeness is None else 100 * result.completeness,
                str(result.evidence),
                _remark(result, lang),
            )


def _remark(result: KpiResult, lang: Lang) -> str:
    return reason_sentence(result, lang) or flags_text(result.flags, lang)


def _series_rows(found: Briefing, lang: Lang) -> Iterator[tuple[Cell, ...]]:
    for section in found.sections:
        for line in _with_value(section):
            for result in line.shown:
                yield (
                    wording.section_name(section, lang),
                    wording.name(line, lang),
                    line.kpi.code,
                    result.month,
                    result.value,
                    _unit(result, lang),
                    _goal(line, result),
                    result.low,
                    result.high,
                    result.numerator,
                    result.denominator,
                    None if result.completeness is None else 100 * result.completeness,
                    _remark(result, lang),
                )


def _goal(line: KpiLine, result: KpiResult) -> float | None:
    """The target of a month; None outside its year, or for a sum over more than that month."""
    aim = line.aim
    if aim is None or aim.target.year != result.month.year or line.kpi.over_time.adds_months:
        return None
    return aim.value


def _target_rows(found: Briefing, lang: Lang) -> Iterator[tuple[Cell, ...]]:
    """Every target that holds for the year of the month."""
    for section in found.sections:
        for line in section.glance.targeted:
            aim = line.aim
            if aim is None:
                continue
            judged = aim.judged
            yield (
                line.names.get(lang) or wording.section_name(section, lang),
                text(f"kpis.{line.kpi.code}.name", lang),
                line.kpi.code,
                aim.target.period,
                aim.value,
                judged.value if judged else None,
                formats.period(judged.period, lang) if judged else "",
                aim.distance,
                wording.standing(aim, lang),
            )


def _finding_rows(found: Briefing, lang: Lang) -> list[tuple[Cell, ...]]:
    return [
        (
            no,
            found.names.get(one.category, {}).get(lang, one.category)
            if one.category
            else text("filters.all_categories", lang),
            wording.sentence(one, lang),
            wording.question(one, lang),
        )
        for no, one in enumerate(found.findings, start=1)
    ]


def _definition_rows(found: Briefing, lang: Lang) -> Iterator[tuple[Cell, ...]]:
    told = {line.kpi.code for section in found.sections for line in section.glance.lines}
    for code, kpi in CATALOGUE.items():
        if code in told:
            entry = handbook.entry(kpi, lang)
            formula = text(f"kpis.{code}.formula", lang, **handbook.limits(lang))
            yield (code, entry.name, entry.says, entry.says_not, formula, kpi.version)
