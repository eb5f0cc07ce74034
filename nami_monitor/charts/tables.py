"""A trend with all that stands for it: its table, its sentence, and what its signs mean."""

from datetime import date
from typing import Any

from nami_monitor.charts.axes import month_index
from nami_monitor.charts.spec import ChartTable, Drawn, Sign
from nami_monitor.charts.trend import signal_words, signs, trend_spec
from nami_monitor.charts.trend_data import Series, Trend, by_index, point_text
from nami_monitor.charts.trend_lanes import LARGE, TrendForm
from nami_monitor.core.words import Unit
from nami_monitor.i18n import text
from nami_monitor.i18n.formats import column_writer, month, unit_label


def trend_chart(trend: Trend, lang: str, form: TrendForm = LARGE, above: str = "") -> Drawn:
    """Draw a trend, with its sentence and table; the arguments are those of ``trend_spec``."""
    numbered = (", ".join(filter(None, (m.label, m.detail))) for m in trend.shown_marks())
    named = (Sign(sign, "", text(f"charts.legend.row.{sign}", lang)) for sign in signs(trend))
    return Drawn(
        "trend",
        trend_spec(trend, lang, form, above),
        trend_sentence(trend, lang),
        trend_table(trend, lang),
        tuple(named),
        tuple(numbered),
    )


def trend_table(trend: Trend, lang: str) -> ChartTable:
    """Give a trend's figures by month, the latest first, units in the headings.

    A single series also bears its limits and says which months are a signal.
    """
    by_month = [by_index(series) for series in trend.series]
    limits = [
        (point.low, point.high)
        for series in trend.series
        for point in series.points
        if point.low is not None and point.high is not None
    ]
    figured, plain = (column_writer(each, trend.unit, lang) for each in (limits, ()))
    rows = []
    for day in reversed(trend.months):
        i = month_index(day)
        points = [points_by_month.get(i) for points_by_month in by_month]
        values = [point.value if point else None for point in points]
        more = (*_limits(trend, day), _signal(trend, day, lang)) if trend.single else ()
        rows.append((day, *values, *more))
    unit = unit_label(trend.unit, lang, activity=trend.activity)
    names = (f"{series.name} ({unit})" if unit else series.name for series in trend.series)
    extra = ("charts.trend.low", "charts.trend.high", "charts.signal") if trend.single else ()
    head = (text("charts.month", lang), *names, *(text(key, lang) for key in extra))
    writers = (lambda day: month(day, lang), *(figured for _ in by_month))
    return ChartTable(head, tuple(rows), (*writers, *((plain, plain, None) if extra else ())))


def add_limits(table: ChartTable, trend: ChartTable, *, at: int) -> ChartTable:
    """Add the limits and signals of a trend to a table of the same months.

    Args:
        table: a row for each month, the latest first.
        trend: as ``trend_table`` gives it for a single series: month, value, and what is put in.
        at: before which column.
    """
    own = {row[0]: row[2:] for row in trend.rows}

    def put(columns: tuple[Any, ...], more: tuple[Any, ...]) -> tuple[Any, ...]:
        return (*columns[:at], *more, *columns[at:])

    empty = (None,) * len(trend.head[2:])
    return ChartTable(
        put(table.head, trend.head[2:]),
        tuple(put(row, own.get(row[0], empty)) for row in table.rows),
        put(table.write, trend.write[2:]),
    )


def beside_table(trend: Trend, lang: str) -> ChartTable:
    """Measures by their numbers, and lessons and notes by their codes, as the chart has them."""
    rows = (
        *((str(no), one.month, one.label) for no, one in enumerate(trend.shown_marks(), start=1)),
        *sorted((one.code, one.month, one.title) for one in trend.shown_lessons()),
        *sorted((one.code, one.month, one.text) for one in trend.shown_written()),
    )
    head = tuple(text(f"charts.trend.beside_{key}", lang) for key in ("code", "month", "said"))
    return ChartTable(head, rows, (None, lambda day: month(day, lang), None))


def _limits(trend: Trend, month: date) -> tuple[float, float] | tuple[None, None]:
    usual = trend.expected_at(month)
    return (usual.low, usual.high) if usual else (None, None)


def _signal(trend: Trend, month: date, lang: str) -> str:
    span = trend.signal_at(month)
    return text(f"charts.trend.way.{'up' if span.up else 'down'}", lang) if span else ""


def trend_sentence(trend: Trend, lang: str) -> str:
    """Tell a trend in words.

    Args:
        trend: what the chart shows.
        lang: ``nl`` or ``en``.

    Returns:
        For each series its months, its latest, lowest and highest value, then the change or drift
        that stands, the targets, and how many past signals, months without data, measures, lessons
        and notes there are. Plain text, not escaped.
    """
    sentences = [
        series_sentence(series, trend.unit, lang, trend.activity) for series in trend.series
    ]
    said = [signal_words(span, lang) for span in trend.signals if span.current]
    said += [trend.drift.words] if trend.drift else []
    said += [target.label for target in trend.holding()]
    sentences += [f"{words[:1].upper()}{words[1:]}." for words in said]
    by_month = [by_index(series) for series in trend.series]
    counts = {
        "signals": sum(not span.current for span in trend.signals),
        "gaps": sum(
            all(i not in points or points[i].value is None for points in by_month)
            for i in map(month_index, trend.months)
        ),
        "marks": len(trend.shown_marks()),
        "lessons": len(trend.shown_lessons()),
        "written": len(trend.shown_written()),
    }
    sentences += [text(f"charts.alt.{what}", lang, n=n) for what, n in counts.items() if n]
    return " ".join(sentences)


def series_sentence(series: Series, unit: Unit, lang: str, activity: str | None = None) -> str:
    """Tell one series in words: months, latest, lowest and highest value.

    Args:
        series: named points; of equal extremes the latest month is named.
        unit: of its values.
        lang: ``nl`` or ``en``.
        activity: see ``formats.quantity``.
    """
    known = [(p.value, p.month, p) for p in series.points if p.value is not None]
    if not known:
        return text("charts.alt.empty", lang, name=series.name)
    months = sorted(point.month for point in series.points)
    newest = max(known, key=lambda each: each[1])
    low = min(known, key=lambda each: (each[0], -each[1].toordinal()))
    high = max(known, key=lambda each: each[:2])
    return text(
        "charts.alt.series",
        lang,
        name=series.name,
        measure=unit_label(unit, lang, activity=activity) or text("charts.alt.count", lang),
        start=month(months[0], lang),
        end=month(months[-1], lang),
        last=point_text(newest[2], unit, lang, bare=True),
        last_month=month(newest[1], lang),
        low=point_text(low[2], unit, lang, bare=True),
        low_month=month(low[1], lang),
        high=point_text(high[2], unit, lang, bare=True),
        high_month=month(high[1], lang),
    )
