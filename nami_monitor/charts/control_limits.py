"""A key figure's months as an annotated trend: signals, limits, interventions and data breaks."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from math import isfinite

from nami_monitor.briefing.overview import SHOWN_MONTHS, chart_of, level_signals
from nami_monitor.charts.trend_data import (
    BreakSpan,
    InterventionMark,
    Phase,
    Series,
    Trend,
    TrendPoint,
)
from nami_monitor.core.words import Direction
from nami_monitor.kpis import Kpi, KpiResult


def trend_point(result: KpiResult) -> TrendPoint:
    """A month of a trend, an estimate with its interval."""
    return TrendPoint(result.month, result.value, result.low, result.high)


def with_limits(
    kpi: Kpi, history: Sequence[KpiResult], restarts: Sequence[date] = ()
) -> tuple[tuple[TrendPoint, ...], tuple[Phase, ...]]:
    """The months shown with their signals, and the mean and limits behind them.

    Where a season was told, the normal range moves with it and stands with each month; else it is
    the same for a whole phase. A month bears a signal as the months up to it showed it.

    Args:
        kpi: the declaration.
        history: one result per month, oldest first; at least one. The last ``SHOWN_MONTHS`` are
            shown, the months before them tell what the first of those showed.
        restarts: months from which a person took a new phase.
    """
    results = history[-SHOWN_MONTHS:]
    months = [result.month for result in results]
    chart = chart_of(results, restarts)
    series = level_signals(history, restarts)
    signals = [series.at(len(history) - len(results) + at) for at in range(len(results))]
    held = {
        month
        for at, signal in enumerate(signals)
        if signal is not None and not signal.provisional
        for month in range(at + 1 - signal.months, at + 1)
    }
    points = []
    for index, (result, signal) in enumerate(zip(results, signals, strict=True)):
        limits = chart.phase_of(index)
        season = float(chart.seasonal[index])
        ranged = chart.deseasonalised and result.value is not None and isfinite(limits.high)
        up = signal.up if signal is not None and signal.new else None
        points.append(
            replace(
                trend_point(result),
                usual=(max(limits.low + season, 0.0), limits.high + season) if ranged else None,
                signal=up is not None,
                concern=up is not None and up == (kpi.better is Direction.DOWN),
                held=index in held,
            )
        )
    if chart.deseasonalised:
        return tuple(points), ()
    phases = tuple(
        Phase(months[p.first], months[p.last], p.mean, p.low, p.high, provisional=p.provisional)
        for p in (phase.above_zero() for phase in chart.phases)
        if isfinite(p.high)
    )
    return tuple(points), phases


def single_trend(
    kpi: Kpi,
    history: Sequence[KpiResult],
    name: str,
    *,
    limits: bool,
    restarts: Sequence[date] = (),
    marks: Iterable[InterventionMark] = (),
    breaks: Iterable[BreakSpan] = (),
    activity: str | None = None,
) -> Trend:
    """One key figure's months.

    Args:
        kpi: the declaration.
        history: one result per month, oldest first; at least one.
        name: what the line is called.
        limits: whether it bears its mean and limits.
        restarts: months from which a person took a new phase.
        marks: interventions.
        breaks: data breaks.
        activity: name of the activity measure, for units per activity.
    """
    points = tuple(map(trend_point, history[-SHOWN_MONTHS:]))
    phases: tuple[Phase, ...] = ()
    if limits:
        points, phases = with_limits(kpi, history, restarts)
    return Trend(
        series=(Series(name, points),),
        unit=kpi.unit,
        phases=phases,
        marks=tuple(marks),
        breaks=tuple(breaks),
        activity=activity,
    )
