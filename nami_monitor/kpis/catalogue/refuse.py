"""Refuse: is it needed at all?"""

from nami_monitor.core.words import Direction, Evidence, OverTime, Strategy, Unit
from nami_monitor.kpis.declare import Kpi

ORDERED = ("by_product", "order_lines")

REFUSE_RATE = Kpi(
    code="refuse_rate",
    strategy=Strategy.REFUSE,
    better=Direction.UP,
    unit=Unit.PERCENT,
    reads=("by_request",),
    over_time=OverTime.RATIO_OF_SUMS,
    evidence=Evidence.LOGGED,
    numerator="sum(resolved)",
    denominator="sum(decided)",
    needs=("requests.decision",),
    version=1,
)

REFUSE_AVOIDED_QUANTITY = Kpi(
    code="refuse_avoided_quantity",
    strategy=Strategy.REFUSE,
    better=Direction.UP,
    unit=Unit.BASE,
    reads=("by_request",),
    over_time=OverTime.SUM,
    evidence=Evidence.LOGGED,
    numerator="sum(avoided)",
    needs=("requests.decision", "requests.quantity"),
    version=1,
)

REFUSE_AVOIDED_SPEND = Kpi(
    code="refuse_avoided_spend",
    strategy=Strategy.REFUSE,
    better=Direction.UP,
    unit=Unit.EUR,
    reads=("by_request",),
    over_time=OverTime.SUM,
    evidence=Evidence.LOGGED,
    numerator="sum(avoided_eur)",
    covered="sum(avoided_with_price) / nullif(sum(avoided), 0)",
    known_by=("requests.product_id", "orders.amount_eur", "orders.quantity"),
    needs=("requests.decision", "requests.product_id", "orders.amount_eur", "orders.quantity"),
    version=1,
)

REFUSE_AVOIDED_MASS = Kpi(
    code="refuse_avoided_mass",
    strategy=Strategy.REFUSE,
    better=Direction.UP,
    unit=Unit.KG,
    reads=("by_request",),
    over_time=OverTime.SUM,
    evidence=Evidence.LOGGED,
    numerator="sum(avoided_kg)",
    covered="sum(avoided_with_mass) / nullif(sum(avoided), 0)",
    known_by=("requests.product_id", "products.mass_kg"),
    needs=("requests.decision", "requests.product_id", "products.mass_kg"),
    version=1,
)

REFUSE_AVOIDED_CO2E = Kpi(
    code="refuse_avoided_co2e",
    strategy=Strategy.REFUSE,
    better=Direction.UP,
    unit=Unit.KG_CO2E,
    reads=("by_request",),
    over_time=OverTime.SUM,
    evidence=Evidence.LOGGED,
    numerator="sum(avoided_co2e)",
    covered="sum(avoided_with_co2e) / nullif(sum(avoided), 0)",
    known_by=("requests.product_id", "products.co2e_kg"),
    needs=("requests.decision", "requests.product_id", "products.co2e_kg"),
    version=1,
)

REFUSE_ASSORTMENT = Kpi(
    code="refuse_assortment",
    strategy=Strategy.REFUSE,
    better=Direction.DOWN,
    unit=Unit.COUNT,
    reads=ORDERED,
    over_time=OverTime.DISTINCT_IN_WINDOW,
    numerator="count(distinct article)",
    covered="coalesce(sum(lines) filter (where article is not null), 0) / nullif(sum(lines), 0)",
    known_by=("orders.product_id",),
    needs=("orders.product_id",),
    splits=("article",),
    version=1,
)

REFUSE_STOCK_PER_LOCATION = Kpi(
    code="refuse_stock_per_location",
    strategy=Strategy.REFUSE,
    better=Direction.DOWN,
    unit=Unit.PER_LOCATION,
    reads=("by_asset",),
    over_time=OverTime.LAST,
    numerator="sum(in_use)",
    denominator="count(distinct location) filter (where in_use > 0)",
    needs=("assets.asset_id", "assets.location_id"),
    splits=("location",),
    version=1,
)

OF_INTERVENTIONS = (
    "interventions.starts_on",
    "interventions.locations",
    "interventions.target_channel",
    "interventions.substitute_channels",
)

REFUSE_NET_AVOIDED = Kpi(
    code="refuse_net_avoided",
    strategy=Strategy.REFUSE,
    better=Direction.UP,
    unit=Unit.BASE,
    reads=("interventions",),
    over_time=OverTime.COUNTERFACTUAL,
    evidence=Evidence.COUNTERFACTUAL,
    numerator="count(*)",
    needs=(*OF_INTERVENTIONS, "orders.quantity"),
    version=1,
)

REFUSE_NET_AVOIDED_SPEND = Kpi(
    code="refuse_net_avoided_spend",
    strategy=Strategy.REFUSE,
    better=Direction.UP,
    unit=Unit.EUR,
    reads=("interventions",),
    over_time=OverTime.COUNTERFACTUAL,
    evidence=Evidence.COUNTERFACTUAL,
    numerator="count(*)",
    needs=(*OF_INTERVENTIONS, "orders.amount_eur"),
    version=1,
)

REFUSE_NET_AVOIDED_MASS = Kpi(
    code="refuse_net_avoided_mass",
    strategy=Strategy.REFUSE,
    better=Direction.UP,
    unit=Unit.KG,
    reads=("interventions",),
    over_time=OverTime.COUNTERFACTUAL,
    evidence=Evidence.COUNTERFACTUAL,
    numerator="count(*)",
    needs=(*OF_INTERVENTIONS, "orders.quantity", "products.mass_kg"),
    version=1,
)
