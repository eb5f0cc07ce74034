"""The difference with the same period a year earlier, as a figure of its own."""

from __future__ import annotations

from dataclasses import replace

from nami_monitor.core.periods import Period
from nami_monitor.core.words import OverTime, State
from nami_monitor.kpis.added import added_up
from nami_monitor.kpis.declare import Kpi
from nami_monitor.kpis.questions import Ask, periods_of
from nami_monitor.kpis.result import KpiResult
from nami_monitor.store import Transaction


def change(db: Transaction, kpi: Kpi, ask: Ask) -> list[KpiResult]:
    """What a sum is more or less than in the same period a year earlier.

    Args:
        db: a consistent look at the file.
        kpi: the declaration; its numerator is what is added up.
        ask: periods, grouping and filters.

    Returns:
        As ``compute`` gives; the numerator is the later sum and the denominator the earlier one.
    """
    summed = replace(kpi, over_time=OverTime.SUM)
    periods = periods_of(db, ask)
    earlier = [period.a_year_earlier() for period in periods]
    before = {_key(result, result.period): result for result in added_up(db, summed, ask, earlier)}
    return [
        _difference(result, before.get(_key(result, result.period.a_year_earlier())))
        for result in added_up(db, summed, ask, periods)
    ]


def _key(result: KpiResult, period: Period) -> tuple[object, ...]:
    return (tuple(result.keys.values()), period)


def _difference(now: KpiResult, before: KpiResult | None) -> KpiResult:
    if now.state is not State.VALUE or before is None:
        return now
    if before.value is None or now.value is None:
        return replace(
            now,
            state=before.state,
            reason=before.reason,
            value=None,
            denominator=before.numerator,
            completeness=before.completeness,
        )
    known = [c for c in (now.completeness, before.completeness) if c is not None]
    return replace(
        now,
        value=now.value - before.value,
        denominator=before.value,
        completeness=min(known, default=None),
        flags=tuple(dict.fromkeys((*now.flags, *before.flags))),
    )
