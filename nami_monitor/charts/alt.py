"""The sentence that says what a chart shows, for those who do not see it."""

from __future__ import annotations

from nami_monitor.charts.axes import month_index
from nami_monitor.charts.trend_data import Series, Trend, by_index
from nami_monitor.core.words import Unit
from nami_monitor.i18n import text
from nami_monitor.i18n.formats import figure, month, unit_label


def trend_sentence(trend: Trend, lang: str) -> str:
    """Tell a trend in words.

    Args:
        trend: what the chart shows.
        lang: ``nl`` or ``en``.

    Returns:
        For each series its months, its latest, lowest and highest value, then how many signals,
        months without data, interventions, lessons and notes there are. Plain text, not escaped.
    """
    sentences = [
        series_sentence(series, trend.unit, lang, trend.activity) for series in trend.series
    ]
    known = [by_index(series) for series in trend.series]
    counts = {
        "signals": sum(point.signal for points in known for point in points.values()),
        "gaps": sum(
            all(i not in points or points[i].value is None for points in known)
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
    held = [(p.value, p.month) for p in series.points if p.value is not None]
    if not held:
        return text("charts.alt.empty", lang, name=series.name)
    months = sorted(point.month for point in series.points)
    newest = max(held, key=lambda each: each[1])
    low, high = min(held, key=lambda e: (e[0], -e[1].toordinal())), max(held)

    def write(value: float) -> str:
        return figure(value, unit, lang)

    return text(
        "charts.alt.series",
        lang,
        name=series.name,
        measure=unit_label(unit, lang, activity=activity) or text("charts.alt.count", lang),
        start=month(months[0], lang),
        end=month(months[-1], lang),
        last=write(newest[0]),
        last_month=month(newest[1], lang),
        low=write(low[0]),
        low_month=month(low[1], lang),
        high=write(high[0]),
        high_month=month(high[1], lang),
    )
