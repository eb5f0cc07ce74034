"""Steering: is the year, the contract and the target on course?"""

from nami_monitor.core.words import Direction, OverTime, Strategy, Unit
from nami_monitor.kpis.declare import AMOUNTS_KNOWN, WHOLE_YEARS, Kpi

STEER_YEAR_END_SHARE = Kpi(
    code="steer_year_end_share",
    strategy=Strategy.STEER,
    better=Direction.DOWN,
    unit=Unit.PERCENT,
    reads=("by_place", "by_product", "order_lines"),
    over_time=OverTime.RATIO_OF_SUMS,
    numerator="sum(amount_eur) filter (where month(month) = 12)",
    denominator="sum(amount_eur)",
    covered=AMOUNTS_KNOWN,
    known_by=("orders.amount_eur",),
    needs=("orders.amount_eur",),
    only=WHOLE_YEARS,
    version=1,
)

STEER_CONTRACT_WINDOW = Kpi(
    code="steer_contract_window",
    strategy=Strategy.STEER,
    better=Direction.NEUTRAL,
    unit=Unit.COUNT,
    reads=("by_contract",),
    over_time=OverTime.LAST,
    numerator="sum(to_prepare)",
    needs=("contracts.ends_on", "contracts.option_dates", "contracts.notice_months"),
    version=1,
)

STEER_TARGET_ATTAINMENT = Kpi(
    code="steer_target_attainment",
    strategy=Strategy.STEER,
    better=Direction.UP,
    unit=Unit.PERCENT,
    reads=("by_place",),
    over_time=OverTime.ATTAINMENT,
    numerator="count(*)",
    needs=("targets.kpi", "targets.value"),
    version=1,
)
