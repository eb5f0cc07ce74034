"""The KPIs: declare, then compute."""

from nami_monitor.kpis.catalogue import CATALOGUE, TRACED
from nami_monitor.kpis.compute import Ask, compute, latest_month
from nami_monitor.kpis.declare import Kpi
from nami_monitor.kpis.result import KpiResult, Reason, as_row

__all__ = [
    "CATALOGUE",
    "TRACED",
    "Ask",
    "Kpi",
    "KpiResult",
    "Reason",
    "as_row",
    "compute",
    "latest_month",
]
