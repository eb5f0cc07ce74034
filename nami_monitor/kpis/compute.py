"""From a declaration and a question to results, by the way in which the KPI goes over time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from nami_monitor.core.words import OverTime
from nami_monitor.kpis.added import added_up
from nami_monitor.kpis.attainment import attainment
from nami_monitor.kpis.change import change
from nami_monitor.kpis.counterfactual import counterfactual
from nami_monitor.kpis.declare import Kpi
from nami_monitor.kpis.fallen import fallen
from nami_monitor.kpis.lifetimes import survival
from nami_monitor.kpis.questions import Ask, latest_month
from nami_monitor.kpis.result import KpiResult
from nami_monitor.store import Transaction

__all__ = ["Ask", "compute", "latest_month"]

Compute = Callable[[Transaction, Kpi, Ask], list[KpiResult]]

OTHERWISE: Final[Mapping[OverTime, Compute]] = {
    OverTime.CHANGE: change,
    OverTime.SURVIVAL: survival,
    OverTime.COUNTERFACTUAL: counterfactual,
    OverTime.FALLS: fallen,
    OverTime.ATTAINMENT: lambda db, kpi, ask: attainment(db, kpi, ask, compute),
}
"""KPIs that are not added up from months."""


def compute(db: Transaction, kpi: Kpi, ask: Ask) -> list[KpiResult]:
    """The results of a KPI, by group and period, groups in order and periods oldest first.

    Args:
        db: a consistent look at the file.
        kpi: the declaration.
        ask: periods, grouping and filters.

    Raises:
        UserError: an unknown dimension or period, or dimensions that no relation has together.
    """
    return OTHERWISE.get(kpi.over_time, added_up)(db, kpi, ask)
