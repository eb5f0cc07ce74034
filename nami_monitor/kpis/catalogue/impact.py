"""Impact: what buying weighs, in euros and in kilograms."""

from nami_monitor.core.words import Direction, OverTime, Strategy, Unit
from nami_monitor.kpis.declare import AMOUNTS_KNOWN, MASS_KNOWN, Kpi

IMPACT_SPEND = Kpi(
    code="impact_spend",
    strategy=Strategy.IMPACT,
    better=Direction.DOWN,
    unit=Unit.EUR,
    reads=("by_place", "by_product", "order_lines"),
    over_time=OverTime.SUM,
    numerator="sum(amount_eur)",
    covered=AMOUNTS_KNOWN,
    needs=("orders.amount_eur",),
    source="kit introduction: what the central government spends on buying",
    version=1,
)

IMPACT_MASS = Kpi(
    code="impact_mass",
    strategy=Strategy.IMPACT,
    better=Direction.DOWN,
    unit=Unit.KG,
    reads=("by_place", "by_product", "order_lines"),
    over_time=OverTime.SUM,
    numerator="sum(mass_kg)",
    covered=MASS_KNOWN,
    needs=("orders.quantity", "products.mass_kg"),
    source="kit introduction: using fewer raw materials through buying",
    version=1,
)
