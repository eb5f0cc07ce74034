"""Figures that stand on a page beside the KPIs: sums that can be traced, and nothing more."""

from functools import partial

from nami_monitor.core.words import Direction, Strategy, Unit
from nami_monitor.kpis.declare import Kpi
from nami_monitor.kpis.over_time.added_up import LAST, SUM

shown_kpi = partial(Kpi, better=Direction.NEUTRAL, unit=Unit.COUNT, over_time=LAST)

REQUESTS_COUNTED = shown_kpi(
    code="requests_counted",
    strategy=Strategy.REFUSE,
    reads=("by_request",),
    over_time=SUM,
    numerator="sum(decided) + sum(blocked)",
    needs=("requests.decision",),
)

ASSETS_IN_USE = shown_kpi(
    code="assets_in_use",
    strategy=Strategy.REDUCE,
    reads=("by_asset",),
    numerator="sum(in_use)",
    needs=("assets.acquired_on",),
)

ASSETS_RETIRED = shown_kpi(
    code="assets_retired",
    strategy=Strategy.REDUCE,
    reads=("by_asset",),
    over_time=SUM,
    numerator="sum(retired)",
    needs=("assets.acquired_on",),
)

CONTRACT_VALUE = shown_kpi(
    code="contract_value",
    strategy=Strategy.STEER,
    unit=Unit.EUR,
    reads=("by_contract",),
    numerator="sum(value_eur)",
    needs=("contracts.value_eur",),
)

CONTRACTS_RUNNING = shown_kpi(
    code="contracts_running",
    strategy=Strategy.STEER,
    reads=("by_contract",),
    numerator="sum(running)",
    needs=("contracts.contract_id",),
)
