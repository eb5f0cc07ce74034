"""Figures that stand on a page beside the KPIs: sums that can be traced, and nothing more."""

from nami_monitor.core.words import Direction, Strategy, Unit
from nami_monitor.kpis.declare import Kpi
from nami_monitor.kpis.over_time.added_up import LAST, SUM

REQUESTS_COUNTED = Kpi(
    code="requests_counted",
    strategy=Strategy.REFUSE,
    better=Direction.NEUTRAL,
    unit=Unit.COUNT,
    reads=("by_request",),
    over_time=SUM,
    numerator="sum(decided) + sum(blocked)",
    needs=("requests.decision",),
)

ASSETS_IN_USE = Kpi(
    code="assets_in_use",
    strategy=Strategy.REDUCE,
    better=Direction.NEUTRAL,
    unit=Unit.COUNT,
    reads=("by_asset",),
    over_time=LAST,
    numerator="sum(in_use)",
    needs=("assets.acquired_on",),
)

ASSETS_RETIRED = Kpi(
    code="assets_retired",
    strategy=Strategy.REDUCE,
    better=Direction.NEUTRAL,
    unit=Unit.COUNT,
    reads=("by_asset",),
    over_time=SUM,
    numerator="sum(retired)",
    needs=("assets.acquired_on",),
)

CONTRACT_VALUE = Kpi(
    code="contract_value",
    strategy=Strategy.STEER,
    better=Direction.NEUTRAL,
    unit=Unit.EUR,
    reads=("by_contract",),
    over_time=LAST,
    numerator="sum(value_eur)",
    needs=("contracts.value_eur",),
)

CONTRACTS_RUNNING = Kpi(
    code="contracts_running",
    strategy=Strategy.STEER,
    better=Direction.NEUTRAL,
    unit=Unit.COUNT,
    reads=("by_contract",),
    over_time=LAST,
    numerator="sum(running)",
    needs=("contracts.contract_id",),
)
