"""Refuse: is it needed at all?"""

from nami_monitor.core.words import Direction, OverTime, Strategy, Unit
from nami_monitor.kpis.declare import Kpi

REFUSE_ASSORTMENT = Kpi(
    code="refuse_assortment",
    strategy=Strategy.REFUSE,
    better=Direction.DOWN,
    unit=Unit.COUNT,
    reads=("by_product", "order_lines"),
    over_time=OverTime.DISTINCT_IN_WINDOW,
    numerator="count(distinct article)",
    covered="coalesce(sum(lines) filter (where article is not null), 0) / nullif(sum(lines), 0)",
    needs=("orders.product_id",),
    splits=("article",),
    source="kit case 6: products taken out of the stock cabinets",
    version=1,
)
