"""The order lines that the estimates of interventions rest on."""

from __future__ import annotations

from nami_monitor.core.periods import Period
from nami_monitor.kpis.counterfactual import shares
from nami_monitor.kpis.declare import Kpi
from nami_monitor.kpis.grounds import ORDER_LINES
from nami_monitor.kpis.questions import RELATIONS, Ask
from nami_monitor.kpis.scoped import Scope
from nami_monitor.store import Transaction


def counted(db: Transaction, kpi: Kpi, ask: Ask, period: Period) -> tuple[Scope, ...]:
    """The lines of the channels and locations that were compared, over all months compared.

    Args:
        db: a consistent look at the file.
        kpi: a KPI that rests on estimates.
        ask: the question; grouped by nothing.
        period: the period of the figure.

    Returns:
        One scope for all estimates together; none where nothing was estimated.
    """
    told = [one.answer for one in shares(db, kpi, ask, period) if one.months]
    windows = [one.window for one in told if one.window]
    if not windows:
        return ()
    first = min(window.months[0] for window in windows)
    last = max(window.months[-1] for window in windows)
    taken = [one.intervention for one in told]
    channels = {name for one in taken for name in (one.target_channel, *one.substitute_channels)}
    locations = {code for one in told for code in one.locations}
    return (
        Scope(
            ground=ORDER_LINES,
            relation=RELATIONS["order_lines"],
            periods=(Period(first, last, "window"),),
            filters={
                "category": tuple(sorted({one.category for one in taken})),
                "channel": tuple(sorted(channels)),
                "location": tuple(sorted(locations)),
            },
            splits=(),
            numerator=None,
            denominator=None,
        ),
    )
