"""A key figure's months as an annotated trend: signals, limits, interventions and data breaks."""

from collections.abc import Iterable, Sequence
from datetime import date
from math import isfinite

from nami_monitor.briefing.overview import chart_of
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
from nami_monitor.signals.xmr import points_up


def with_limits(
    kpi: Kpi, results: Sequence[KpiResult], restarts: Sequence[date] = ()
) -> tuple[tuple[TrendPoint, ...], tuple[Phase, ...]]:
    """The months with their signals, and the mean and limits behind them.

    Where a season was told, the normal range moves with it and stands with each month; else it is
    the same for a whole phase.

    Args:
        kpi: the declaration.
        results: one result per month, oldest first; at least one.
        restarts: months from which limits are worked out anew.
    """
    months = [result.month for result in results]
    starts = [months.index(month) for month in restarts if month in months[1:]]
    chart = chart_of(results, starts)
    points = []
    for index, result in enumerate(results):
        up = points_up(chart, index)
        limits = chart.phase_of(index)
        season = float(chart.seasonal[index])
        ranged = chart.deseasonalised and result.value is not None and isfinite(limits.high)
        points.append(
            TrendPoint(
                result.month,
                result.value,
                usual=(max(limits.low + season, 0.0), limits.high + season) if ranged else None,
                signal=up is not None,
                concern=up is not None and up == (kpi.better is Direction.DOWN),
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
    results: Sequence[KpiResult],
    name: str,
    *,
    limits: bool,
    marks: Iterable[InterventionMark] = (),
    breaks: Iterable[BreakSpan] = (),
    activity: str | None = None,
) -> Trend:
    """One key figure's months.

    Args:
        kpi: the declaration.
        results: one result per month, oldest first; at least one.
        name: what the line is called.
        limits: whether it bears its mean and limits.
        marks: interventions.
        breaks: data breaks.
        activity: name of the activity measure, for units per activity.
    """
    points = tuple(TrendPoint(result.month, result.value) for result in results)
    phases: tuple[Phase, ...] = ()
    if limits:
        points, phases = with_limits(kpi, results)
    return Trend(
        series=(Series(name, points),),
        unit=kpi.unit,
        phases=phases,
        marks=tuple(marks),
        breaks=tuple(breaks),
        activity=activity,
    )
