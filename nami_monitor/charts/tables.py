"""The table that goes with each chart: headings and rows of written figures."""

from __future__ import annotations

from dataclasses import dataclass

from nami_monitor.charts.axes import month_index
from nami_monitor.charts.trend_data import Trend, by_index
from nami_monitor.i18n import text
from nami_monitor.i18n.formats import figure, month, unit_label


@dataclass(frozen=True)
class Table:
    """Headings and rows, every cell a text."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def trend_table(trend: Trend, lang: str) -> Table:
    """Give a trend's figures by month, the latest first, units in the headings; gaps say so.

    A single series also bears its limits and says which months are a signal.
    """
    known = [by_index(series) for series in trend.series]

    def cell(value: float | None) -> str:
        if value is None:
            return text("charts.missing", lang)
        return figure(value, trend.unit, lang)

    rows = []
    for day in reversed(trend.months):
        i = month_index(day)
        values = [cell(points[i].value if i in points else None) for points in known]
        signal = trend.single and i in known[0] and known[0][i].signal
        marked = [text("charts.yes", lang) if signal else ""] if trend.single else []
        usual = known[0][i].usual if i in known[0] else None
        limits = [_limits(trend, i, usual, lang)] if trend.single else []
        rows.append((month(day, lang), *values, *limits, *marked))
    extra = ("charts.trend.expected", "charts.signal") if trend.single else ()
    unit = unit_label(trend.unit, lang, activity=trend.activity)
    names = (f"{series.name} ({unit})" if unit else series.name for series in trend.series)
    head = (text("charts.month", lang), *names, *(text(key, lang) for key in extra))
    return Table(head, tuple(rows))


def mark_table(trend: Trend, lang: str) -> Table:
    """Give the interventions by the numbers that their badges bear on a narrow chart."""
    keys = ("marks_number", "marks_start", "marks_label")
    rows = tuple(
        (str(rank), month(mark.month, lang), mark.label)
        for rank, mark in enumerate(trend.shown_marks(), start=1)
    )
    return Table(tuple(text(f"charts.trend.{key}", lang) for key in keys), rows)


def _limits(trend: Trend, index: int, usual: tuple[float, float] | None, lang: str) -> str:
    if usual:
        low, high = (figure(v, trend.unit, lang) for v in usual)
        return text("charts.between", lang, low=low, high=high)
    for phase in trend.phases:
        if month_index(phase.start) <= index <= month_index(phase.end):
            low, high = (figure(v, trend.unit, lang) for v in (phase.low, phase.high))
            return text("charts.between", lang, low=low, high=high)
    return ""
