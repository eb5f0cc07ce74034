"""What belongs beside one trend: its signals, which call up lessons, and people's notes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from nami_monitor.briefing.notes import Note, notes, of_series
from nami_monitor.briefing.scope import SPEND, Scope, Where
from nami_monitor.briefing.signals_figures import departures_of, of_december, of_knowledge
from nami_monitor.briefing.signals_registers import (
    LIVES,
    REFUSED,
    of_assets,
    of_breaks,
    of_measures,
    of_requests,
)
from nami_monitor.core.periods import month_range
from nami_monitor.core.words import PeriodKind
from nami_monitor.kpis import Kpi, KpiResult
from nami_monitor.signals.signal import Signal
from nami_monitor.store import Transaction

OF_REGISTER = {LIVES: of_assets, REFUSED: of_requests}
"""Figures with a signal that a register shows."""


def signals_of_trend(
    db: Transaction,
    kpi: Kpi,
    results: Sequence[KpiResult],
    where: Where,
    measures: Sequence[Signal],
    *,
    restarts: Sequence[date] = (),
) -> tuple[Signal, ...]:
    """What a trend shows within its months: what measures brought first, then the latest.

    Args:
        db: a consistent look at the file.
        kpi: the figure.
        results: one result per month and group, oldest first; several series bear no signals of
            their own.
        where: the filters, as in ``Ask``.
        measures: what measures show, of any category.
        restarts: months from which limits are worked out anew.
    """
    if not results:
        return ()
    scope = Scope(
        month=results[-1].month,
        where=where,
        spent=_spent(kpi, results),
        sources=frozenset(source for one in results for source in one.sources),
    )
    shown = set(month_range(results[0].month, results[-1].month))
    single = len({tuple(one.keys.values()) for one in results}) == 1
    found = [
        *(one for one in measures if scope.holds(one.category)),
        *(_of_series(db, kpi, results, scope, restarts) if single else ()),
        *of_breaks(db, scope),
    ]
    return tuple(one for one in found if one.month in shown)


def signals_of_measures(db: Transaction, month: date) -> tuple[Signal, ...]:
    """What measures of any category show at a month; the same for every trend."""
    return tuple(of_measures(db, Scope(month, {})))


def _of_series(
    db: Transaction,
    kpi: Kpi,
    results: Sequence[KpiResult],
    scope: Scope,
    restarts: Sequence[date],
) -> Iterator[Signal]:
    months = [one.month for one in results]
    starts = [months.index(month) for month in restarts if month in months[1:]]
    yield from departures_of(kpi, results, scope, starts)
    yield from of_december(scope)
    yield from of_knowledge(kpi, results[-1], scope)
    if kpi.code in OF_REGISTER:
        yield from OF_REGISTER[kpi.code](db, scope)


def _spent(kpi: Kpi, results: Sequence[KpiResult]) -> dict[date, float]:
    """Spend by month, where that is what the trend shows."""
    if kpi.code != SPEND or results[-1].period.kind != PeriodKind.MONTH:
        return {}
    return {one.month: one.value for one in results if one.value is not None}


def written(db: Transaction, kpi: Kpi, category: str | None) -> tuple[Note, ...]:
    """The notes that people wrote at one figure, by month."""
    return of_series(notes(db), kpi.code, category)
