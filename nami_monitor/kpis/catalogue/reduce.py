"""Reduce: less, and longer."""

from nami_monitor.core.words import Direction, OverTime, Strategy, Unit
from nami_monitor.kpis.declare import AMOUNTS_KNOWN, QUANTITIES_KNOWN, Kpi

REDUCE_VOLUME_PER_ACTIVITY = Kpi(
    code="reduce_volume_per_activity",
    strategy=Strategy.REDUCE,
    better=Direction.DOWN,
    unit=Unit.BASE_PER_ACTIVITY,
    reads=("by_place", "by_product", "order_lines"),
    over_time=OverTime.RATIO_OF_SUMS,
    numerator="sum(quantity)",
    covered=QUANTITIES_KNOWN,
    needs=("orders.quantity", "measurements.value", "categories.activity_measure"),
    splits=("base_unit",),
    source="kit cases 6 and 7: supplies per staff-day",
    version=1,
)

REDUCE_SPEND_PER_ACTIVITY = Kpi(
    code="reduce_spend_per_activity",
    strategy=Strategy.REDUCE,
    better=Direction.DOWN,
    unit=Unit.EUR_PER_ACTIVITY,
    reads=("by_place", "by_product", "order_lines"),
    over_time=OverTime.RATIO_OF_SUMS,
    numerator="sum(amount_eur)",
    covered=AMOUNTS_KNOWN,
    needs=("orders.amount_eur", "measurements.value", "categories.activity_measure"),
    source="kit cases 6 and 7: supplies per staff-day",
    version=1,
)
