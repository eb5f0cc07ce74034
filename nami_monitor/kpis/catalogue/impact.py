"""Impact: what buying weighs, in euros and in kilograms."""

from nami_monitor.core.words import Direction, Evidence, OverTime, Strategy, Unit
from nami_monitor.kpis.catalogue.refuse import OF_INTERVENTIONS
from nami_monitor.kpis.declare import AMOUNTS_KNOWN, MASS_COLUMNS, MASS_KNOWN, Kpi

IMPACT_SPEND = Kpi(
    code="impact_spend",
    strategy=Strategy.IMPACT,
    better=Direction.DOWN,
    unit=Unit.EUR,
    reads=("by_place", "by_product", "order_lines"),
    over_time=OverTime.SUM,
    numerator="sum(amount_eur)",
    covered=AMOUNTS_KNOWN,
    known_by=("orders.amount_eur",),
    needs=("orders.amount_eur",),
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
    known_by=MASS_COLUMNS,
    needs=("orders.quantity", "products.mass_kg"),
    version=1,
)

IMPACT_CO2E = Kpi(
    code="impact_co2e",
    strategy=Strategy.IMPACT,
    better=Direction.DOWN,
    unit=Unit.KG_CO2E,
    reads=("by_place", "by_product", "order_lines"),
    over_time=OverTime.SUM,
    numerator="sum(co2e_kg)",
    covered="coalesce(sum(handled_eur_with_co2e) / nullif(sum(handled_eur), 0),"
    " sum(handled_kg_with_co2e) / nullif(sum(handled_kg), 0), 0)",
    known_by=("products.co2e_kg",),
    needs=("orders.quantity", "products.co2e_kg"),
    shares={
        "mass": "coalesce(sum(handled_kg_with_co2e), 0) / nullif(sum(handled_kg), 0)",
        "spend": "coalesce(sum(handled_eur_with_co2e), 0) / nullif(sum(handled_eur), 0)",
    },
    version=1,
)

WATERBED_QUOTIENT = Kpi(
    code="waterbed_quotient",
    strategy=Strategy.IMPACT,
    better=Direction.DOWN,
    unit=Unit.PERCENT,
    reads=("interventions",),
    over_time=OverTime.COUNTERFACTUAL,
    evidence=Evidence.COUNTERFACTUAL,
    numerator="count(*)",
    needs=(*OF_INTERVENTIONS, "orders.quantity"),
    version=1,
)
