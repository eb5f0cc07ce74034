"""The figures of a report as an Excel workbook; no cell holds a formula."""

import io
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Final

import xlsxwriter

from nami_monitor.briefing import handbook, wording
from nami_monitor.briefing.headline import headline
from nami_monitor.briefing.month import Briefing
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
WIDEST: Final = 60
NUMBER: Final = "#,##0.########"
"""Up to eight decimals, none that the value does not carry; a program shows it its own way."""

Cell = str | float | date | None
Sheet = tuple[str, tuple[str, ...], list[tuple[Cell, ...]]]


def render(found: Briefing, lang: Lang, branding: Branding) -> bytes:
    """Write the workbook: sheets of KPIs, series, findings, definitions and caveats."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, OPTIONS) as book:
        book.set_properties(
            {
                "title": text("report.title", lang),
                "subject": headline(found, lang)[:250],
                "author": branding.name,
            }
        )
        styles = {
            "head": book.add_format(
                {
                    "bold": True,
                    "bg_color": branding.primary,
                    "font_color": "#FFFFFF",
                    "text_wrap": True,
                }
            ),
            "text": book.add_format({"text_wrap": True, "valign": "top"}),
            "number": book.add_format({"num_format": NUMBER, "valign": "top"}),
            "day": book.add_format({"num_format": "mmm yyyy", "valign": "top", "align": "left"}),
        }
        for sheet in _sheets(found, lang):
            _write(book, sheet, styles)
    return out.getvalue()


def _write(book: Any, sheet: Sheet, styles: dict[str, Any]) -> None:
    name, head, rows = sheet
    page = book.add_worksheet(name[:31])
    page.freeze_panes(1, 1)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    for at, title in enumerate(head):
        page.write_string(0, at, plain(title), styles["head"])
        longest = max([len(title), *(len(str(row[at])) for row in rows if row[at] is not None)])
        page.set_column(at, at, min(WIDEST, longest + 2))
    for no, row in enumerate(rows, start=1):
        for at, cell in enumerate(row):
            if isinstance(cell, str):
                page.write_string(no, at, plain(cell)[:SIGNS_IN_A_CELL], styles["text"])
            elif isinstance(cell, date):
                page.write_datetime(no, at, cell, styles["day"])
            elif cell is not None:
                page.write_number(no, at, cell, styles["number"])
    if rows:
        page.autofilter(0, 0, len(rows), len(head) - 1)


def _sheets(found: Briefing, lang: Lang) -> Iterator[Sheet]:
    def sheet(name: str, heads: Sequence[str], rows: list[tuple[Cell, ...]]) -> Sheet:
        titles = tuple(text(f"report.columns.{head}", lang) for head in heads)
        return text(f"report.sheets.{name}", lang), titles, rows

    kpis = ("category", "strategy", "kpi", "code", "period", "value", "unit", "low", "high",
            "total", "total_unit", "goal", "goal_period", "judged", "judged_period", "gap",
            "year_ago", "change", "signal", "completeness", "evidence", "remark")  # fmt: skip
    yield sheet("kpis", kpis, list(_kpi_rows(found, lang)))
    series = ("category", "kpi", "code", "month", "value", "unit", "low", "high", "numerator",
              "denominator", "completeness", "remark")  # fmt: skip
    yield sheet("series", series, list(_series_rows(found, lang)))
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
    for section in found.sections:
        for line in section.glance.lines:
            result, aim = line.result, line.aim
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
        for line in section.told:
            if line.result.state is not State.VALUE:
                continue
            for result in line.shown:
                yield (
                    wording.section_name(section, lang),
                    wording.name(line, lang),
                    line.kpi.code,
                    result.month,
                    result.value,
                    _unit(result, lang),
                    result.low,
                    result.high,
                    result.numerator,
                    result.denominator,
                    None if result.completeness is None else 100 * result.completeness,
                    _remark(result, lang),
                )


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
    names = {section.category: wording.section_name(section, lang) for section in found.sections}
    return [
        (
            no,
            one.line.names[lang]
            if one.line and one.line.names
            else names.get(one.category, one.category or ""),
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
