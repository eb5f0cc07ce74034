"""Reduce: less, and longer."""

from nami_monitor.core.words import Direction, OverTime, Strategy, Unit
from nami_monitor.kpis.declare import AMOUNTS_KNOWN, MASS_COLUMNS, MASS_KNOWN, QUANTITIES_KNOWN, Kpi

REDUCE_VOLUME_PER_ACTIVITY = Kpi(
    code="reduce_volume_per_activity",
    strategy=Strategy.REDUCE,
    better=Direction.DOWN,
    unit=Unit.BASE_PER_ACTIVITY,
    reads=("by_place", "by_product", "order_lines"),
    over_time=OverTime.RATIO_OF_SUMS,
    numerator="sum(quantity)",
    covered=QUANTITIES_KNOWN,
    known_by=("orders.quantity",),
    needs=("orders.quantity", "measurements.value", "categories.activity_measure"),
    splits=("base_unit",),
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
    known_by=("orders.amount_eur",),
    needs=("orders.amount_eur", "measurements.value", "categories.activity_measure"),
    version=1,
)

REDUCE_MASS_PER_ACTIVITY = Kpi(
    code="reduce_mass_per_activity",
    strategy=Strategy.REDUCE,
    better=Direction.DOWN,
    unit=Unit.KG_PER_ACTIVITY,
    reads=("by_place", "by_product", "order_lines"),
    over_time=OverTime.RATIO_OF_SUMS,
    numerator="sum(mass_kg)",
    covered=MASS_KNOWN,
    known_by=MASS_COLUMNS,
    needs=(
        "orders.quantity", "products.mass_kg", "measurements.value", "categories.activity_measure",
    ),
    version=1,
)  # fmt: skip

REDUCE_SPEND_BRIDGE = Kpi(
    code="reduce_spend_bridge",
    strategy=Strategy.REDUCE,
    better=Direction.DOWN,
    unit=Unit.EUR,
    reads=("by_place", "by_product", "order_lines"),
    over_time=OverTime.CHANGE,
    numerator="sum(amount_eur)",
    covered=AMOUNTS_KNOWN,
    known_by=("orders.amount_eur",),
    needs=("orders.amount_eur", "orders.quantity", "orders.product_id"),
    version=1,
)

REDUCE_ASSET_LIFE = Kpi(
    code="reduce_asset_life",
    strategy=Strategy.REDUCE,
    better=Direction.UP,
    unit=Unit.YEARS,
    reads=("by_asset",),
    over_time=OverTime.RATIO_OF_SUMS,
    numerator="sum(retired_years)",
    denominator="sum(retired)",
    covered="sum(retired) / nullif(sum(retired) + sum(spoilt), 0)",
    known_by=("assets.acquired_on", "asset_events.happened_on"),
    needs=("assets.acquired_on", "asset_events.kind"),
    version=1,
)

REDUCE_SURVIVAL = Kpi(
    code="reduce_survival",
    strategy=Strategy.REDUCE,
    better=Direction.UP,
    unit=Unit.PERCENT,
    reads=("by_life",),
    over_time=OverTime.SURVIVAL,
    numerator="sum(assets)",
    needs=("assets.acquired_on", "assets.warranty_until", "asset_events.kind"),
    version=1,
)

REDUCE_NEW_ASSETS_PER_FTE = Kpi(
    code="reduce_new_assets_per_fte",
    strategy=Strategy.REDUCE,
    better=Direction.DOWN,
    unit=Unit.COUNT_PER_ACTIVITY,
    reads=("by_asset",),
    over_time=OverTime.RATIO_OF_SUMS,
    numerator="sum(acquired)",
    needs=("assets.acquired_on", "measurements.value"),
    activity="fte",
    version=1,
)

REDUCE_FAILURE_RATE = Kpi(
    code="reduce_failure_rate",
    strategy=Strategy.REDUCE,
    better=Direction.DOWN,
    unit=Unit.PER_1000_UNIT_YEARS,
    reads=("by_asset",),
    over_time=OverTime.RATIO_OF_SUMS,
    numerator="sum(failures)",
    denominator="sum(unit_years)",
    needs=("assets.acquired_on", "asset_events.kind"),
    version=1,
)
