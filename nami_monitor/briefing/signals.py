"""All signals of a month, for an overview and for the trend of one KPI."""

from collections.abc import Iterator, Sequence
from datetime import date

from nami_monitor.briefing.figure_signals import (
    SPEND,
    SignalScope,
    departures_of,
    of_december,
    of_figures,
    of_knowledge,
    scope_of,
)
from nami_monitor.briefing.notes import Note, notes, of_series
from nami_monitor.briefing.overview import Overview, chart_of
from nami_monitor.briefing.register_signals import (
    LIVES,
    REFUSED,
    of_assets,
    of_breaks,
    of_contracts,
    of_falls,
    of_measures,
    of_requests,
)
from nami_monitor.core.periods import month_range
from nami_monitor.core.words import PeriodKind
from nami_monitor.kpis import Kpi, KpiResult
from nami_monitor.kpis.targets import Where
from nami_monitor.signals.signal import Attention, Signal, attention, ranked
from nami_monitor.store import Transaction

REGISTERS = (of_breaks, of_measures, of_contracts, of_assets, of_requests, of_falls)
"""What looks into registers for signals."""


def signals(db: Transaction, glance: Overview, where: Where) -> tuple[Signal, ...]:
    """Every signal of an overview, made with the same filters, the weightiest first.

    Departures are those of the last month; signals of registers hold at the last month too.
    """
    scope = scope_of(glance, where)
    found = [*of_figures(glance, scope), *of_december(scope)]
    for look in REGISTERS:
        found += look(db, scope)
    return ranked(found)


def at_the_top(found: tuple[Signal, ...], glance: Overview) -> Attention:
    """The few of an overview's signals that deserve attention first, and what chance would give."""
    charts = [chart_of(line.history) for line in glance.lines if line.assessment is not None]
    limited = [chart for chart in charts if any(phase.points > 1 for phase in chart.phases)]
    seasonal = sum(chart.deseasonalised for chart in limited)
    return attention(found, seasonal, len(limited) - seasonal)


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

    The results are one per month and group, oldest first; several series bear no signals of their
    own. ``measures`` is what measures show, of any category; from the months of ``restarts`` limits
    are worked out anew.
    """
    if not results:
        return ()
    scope = SignalScope(
        month=results[-1].month,
        where=where,
        spent=_spent(kpi, results),
        sources=frozenset(source for one in results for source in one.sources),
    )
    shown = set(month_range(results[0].month, results[-1].month))
    single = len({tuple(one.keys.values()) for one in results}) == 1
    found = [
        *(one for one in measures if scope.holds(one.category)),
        *(_signals_of_series(db, kpi, results, scope, restarts) if single else ()),
        *of_breaks(db, scope),
    ]
    return tuple(one for one in found if one.month in shown)


def signals_of_measures(db: Transaction, month: date) -> tuple[Signal, ...]:
    """What measures of any category show at a month; the same for every trend."""
    return tuple(of_measures(db, SignalScope(month, {})))


def _signals_of_series(
    db: Transaction,
    kpi: Kpi,
    results: Sequence[KpiResult],
    scope: SignalScope,
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


def notes_of_kpi(db: Transaction, kpi: Kpi, category: str | None) -> tuple[Note, ...]:
    """The notes that people wrote at one figure, by month."""
    return of_series(notes(db), kpi.code, category)
