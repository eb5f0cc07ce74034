"""From results to the trend that a chart draws: series, limits, interventions and breaks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from nami_monitor.charts.control import with_limits
from nami_monitor.charts.trend_data import Break, Mark, Phase, Series, Trend, TrendPoint
from nami_monitor.kpis import CATALOGUE, Kpi, KpiResult
from nami_monitor.ui import cache, words
from nami_monitor.ui.app import Session


def by_group(results: Sequence[KpiResult]) -> dict[tuple[str | None, ...], list[KpiResult]]:
    """The results of each group, in their order."""
    groups: dict[tuple[str | None, ...], list[KpiResult]] = {}
    for result in results:
        groups.setdefault(tuple(result.keys.values()), []).append(result)
    return groups


def group_name(session: Session, kpi: Kpi, keys: Mapping[str, str | None]) -> str:
    """A group's name: its values, or the KPI's name when nothing is grouped by."""
    said = [words.code_name(session, name, value) for name, value in keys.items()]
    return " · ".join(said) or words.kpi_name(session, kpi)


def trend_of(
    session: Session,
    code: str,
    results: Sequence[KpiResult],
    category: str,
    *,
    limits: bool,
    restarts: Sequence[date] = (),
) -> Trend:
    """The results as a trend.

    Args:
        session: for names in the reader's language.
        code: the KPI.
        results: one result per month and group.
        category: whose interventions are marked; all without one.
        limits: whether a single series bears its mean and limits.
        restarts: months from which limits are worked out anew, as the reader chose.
    """
    kpi = CATALOGUE[code]
    groups = by_group(results)
    single = len(groups) == 1
    first, last = results[0].month, results[-1].month
    series = []
    phases: tuple[Phase, ...] = ()
    for found in largest_first(groups.values()):
        points: tuple[TrendPoint, ...] = tuple(TrendPoint(r.month, r.value) for r in found)
        if single and limits:
            points, phases = with_limits(kpi, found, restarts)
        series.append(Series(group_name(session, kpi, found[0].keys), points))
    taken = [
        one
        for one in cache.interventions(session.store)
        if category in {"", one.category} and first <= one.starts_on and one.starts_on <= last
    ]
    sources = {source for result in results for source in result.sources}
    return Trend(
        series=tuple(series),
        unit=kpi.unit,
        phases=phases,
        marks=tuple(Mark(one.starts_on.replace(day=1), one.title) for one in taken),
        breaks=tuple(
            Break(one.month, one.month, session.t("trends.break", source=one.source))
            for one in cache.data_breaks(session.store)
            if one.source in sources
        ),
        borders=tuple(
            Break(one.since, one.since, session.t("handbook.border", version=one.version))
            for one in kpi.history
        ),
        activity=words.activity_name(session, results[-1].activity),
    )


def largest_first(groups: Any) -> list[list[KpiResult]]:
    """Groups by their latest value, the largest first: those are named."""
    return sorted(groups, key=lambda found: -abs(found[-1].value or 0.0))
