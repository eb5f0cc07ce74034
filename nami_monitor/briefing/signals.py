"""Everything that a month shows: one list of signals, made once for every surface."""

from __future__ import annotations

from nami_monitor.briefing.overview import Overview, chart_of
from nami_monitor.briefing.scope import Scope, Where, scope_of
from nami_monitor.briefing.signals_falls import of_falls
from nami_monitor.briefing.signals_figures import of_december, of_figures
from nami_monitor.briefing.signals_registers import (
    of_assets,
    of_breaks,
    of_contracts,
    of_measures,
    of_requests,
)
from nami_monitor.signals.signal import Attention, Signal, attention, ranked
from nami_monitor.store import Transaction

REGISTERS = (of_breaks, of_measures, of_contracts, of_assets, of_requests, of_falls)
"""What looks into registers for signals."""


def signals(db: Transaction, glance: Overview, where: Where) -> tuple[Signal, ...]:
    """Every signal of a period and selection, the weightiest first.

    Departures are those of the last month; signals of registers hold at the last month too.

    Args:
        db: a consistent look at the file.
        glance: the overview of the period, made with the same filters.
        where: the filters, as in ``Ask``.
    """
    scope = scope_of(glance, where)
    found = [*of_figures(glance, scope), *of_december(scope)]
    for look in REGISTERS:
        found += look(db, scope)
    return ranked(found)


def at_the_top(found: tuple[Signal, ...], glance: Overview) -> Attention:
    """The few signals that deserve attention first, and what chance alone would give.

    Args:
        found: all signals of the overview.
        glance: the overview.
    """
    charts = [chart_of(line.history) for line in glance.lines if line.assessment is not None]
    limited = [chart for chart in charts if any(phase.points > 1 for phase in chart.phases)]
    seasonal = sum(chart.deseasonalised for chart in limited)
    return attention(found, seasonal, len(limited) - seasonal)


__all__ = ["Scope", "Where", "at_the_top", "signals"]
