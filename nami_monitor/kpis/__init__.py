"""The KPIs: declare, then compute."""

from nami_monitor.kpis.catalogue import CATALOGUE, TRACED
from nami_monitor.kpis.declare import Kpi, as_row, compute
from nami_monitor.kpis.questions import Ask, latest_month
from nami_monitor.kpis.result import KpiResult, Reason

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
