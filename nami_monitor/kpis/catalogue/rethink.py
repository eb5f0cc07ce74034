"""Rethink: ask differently."""

from nami_monitor.core.words import Direction, OverTime, Strategy, Unit
from nami_monitor.kpis.declare import Kpi

RETHINK_CIRCULAR_SHARE = Kpi(
    code="rethink_circular_share",
    strategy=Strategy.RETHINK,
    better=Direction.UP,
    unit=Unit.PERCENT,
    reads=("by_place", "by_product", "order_lines"),
    over_time=OverTime.RATIO_OF_SUMS,
    numerator="sum(quantity) filter (where condition in ('refurbished', 'reused'))",
    denominator="sum(quantity) filter (where condition is not null)",
    covered="coalesce(sum(lines) filter (where condition is not null), 0) / nullif(sum(lines), 0)",
    needs=("orders.quantity", "orders.condition"),
    splits=("condition",),
    source="kit cases 1 and 9: refurbished thin clients, reused furniture",
    version=1,
)
