"""Refuse: is it needed at all?"""

from datetime import date
from functools import partial

from nami_monitor.core.words import Direction, Evidence, Strategy, Unit
from nami_monitor.kpis.catalogue.parts import (
    OF_MATERIALS,
    OF_SUBJECTS,
    SILENCE_COUNTS,
    WEIGHED,
    answered,
    measured,
    units,
    was_reported,
)
from nami_monitor.kpis.declare import Change, Known, Kpi
from nami_monitor.kpis.over_time.added_up import DISTINCT_IN_WINDOW, LAST, RATIO_OF_SUMS, SUM
from nami_monitor.kpis.over_time.counterfactual import COUNTERFACTUAL

refuse_kpi = partial(Kpi, strategy=Strategy.REFUSE)
plan_kpi = partial(
    refuse_kpi, better=Direction.UP, unit=Unit.PERCENT, reads=("by_unit",), over_time=LAST
)
project_kpi = partial(
    refuse_kpi, better=Direction.DOWN, reads=("by_project",), over_time=SUM, needs=OF_SUBJECTS
)
logged_kpi = partial(
    refuse_kpi, better=Direction.UP, reads=("by_request",), over_time=SUM, evidence=Evidence.LOGGED
)


def avoided_kpi(code: str, unit: Unit, numerator: str, known: str, *columns: str) -> Kpi:
    """A figure of what was avoided, as far as something is known of the article: its columns."""
    columns = ("requests.product_id", *columns)
    return logged_kpi(
        code=code,
        unit=unit,
        numerator=f"sum({numerator})",
        known=Known(f"sum({known}) / nullif(sum(avoided), 0)", columns),
        needs=("requests.decision", *columns),
    )


ORDERED = ("by_product", "order_lines")

REFUSE_RATE = logged_kpi(
    code="refuse_rate",
    unit=Unit.PERCENT,
    over_time=RATIO_OF_SUMS,
    numerator="sum(resolved)",
    denominator="sum(decided)",
    needs=("requests.decision",),
)

REFUSE_AVOIDED_QUANTITY = logged_kpi(
    code="refuse_avoided_quantity",
    unit=Unit.BASE,
    numerator="sum(avoided)",
    needs=("requests.decision", "requests.quantity"),
)

REFUSE_AVOIDED_SPEND = avoided_kpi(
    *("refuse_avoided_spend", Unit.EUR, "avoided_eur", "avoided_with_price"),
    *("orders.amount_eur", "orders.quantity"),
)
REFUSE_AVOIDED_MASS = avoided_kpi(
    "refuse_avoided_mass", Unit.KG, "avoided_kg", "avoided_with_mass", "products.mass_kg"
)
REFUSE_AVOIDED_CO2E = avoided_kpi(
    "refuse_avoided_co2e", Unit.KG_CO2E, "avoided_co2e", "avoided_with_co2e", "products.co2e_kg"
)

REFUSE_ASSORTMENT = refuse_kpi(
    code="refuse_assortment",
    better=Direction.DOWN,
    unit=Unit.COUNT,
    reads=ORDERED,
    over_time=DISTINCT_IN_WINDOW,
    numerator="count(distinct article)",
    known=Known(
        "coalesce(sum(lines) filter (where article is not null), 0) / nullif(sum(lines), 0)",
        ("orders.product_id",),
    ),
    needs=("orders.product_id",),
)

REFUSE_STOCK_PER_LOCATION = refuse_kpi(
    code="refuse_stock_per_location",
    better=Direction.DOWN,
    unit=Unit.PER_LOCATION,
    reads=("by_asset",),
    over_time=LAST,
    numerator="sum(in_use)",
    denominator="count(distinct location) filter (where in_use > 0)",
    needs=("assets.asset_id", "assets.location_id"),
)

OF_INTERVENTIONS = (
    "interventions.starts_on",
    "interventions.locations",
    "interventions.target_channel",
    "interventions.substitute_channels",
)
estimated_kpi = partial(
    Kpi,
    strategy=Strategy.REFUSE,
    better=Direction.UP,
    reads=("interventions",),
    over_time=COUNTERFACTUAL,
    evidence=Evidence.COUNTERFACTUAL,
    numerator="count(*)",
)
VARIANCES_ADDED = (Change(2, date(2026, 12, 1)),)
"""Since when the variances of separate measures are added up, and not their limits."""

REFUSE_NET_AVOIDED = estimated_kpi(
    code="refuse_net_avoided",
    unit=Unit.BASE,
    needs=(*OF_INTERVENTIONS, "orders.quantity"),
    history=VARIANCES_ADDED,
)

REFUSE_NET_AVOIDED_SPEND = estimated_kpi(
    code="refuse_net_avoided_spend",
    unit=Unit.EUR,
    needs=(*OF_INTERVENTIONS, "orders.amount_eur"),
    history=VARIANCES_ADDED,
)

REFUSE_NET_AVOIDED_MASS = estimated_kpi(
    code="refuse_net_avoided_mass",
    unit=Unit.KG,
    needs=(*OF_INTERVENTIONS, "orders.quantity", "products.mass_kg"),
    history=VARIANCES_ADDED,
)

REFUSE_BLOCKED = logged_kpi(
    code="refuse_blocked",
    better=Direction.DOWN,
    unit=Unit.COUNT,
    numerator="sum(blocked)",
    needs=("requests.decision", "requests.reason"),
)

REFUSE_DEFERRED_SHARE = plan_kpi(
    code="refuse_deferred_share",
    numerator=units("status in ('deferred', 'cancelled')"),
    denominator=units(),
    needs=("programmes.programme", "programme_units.status"),
)

DONE = units("status = 'done'")
TOLD = units("status = 'done' and outcome is not null")

REFUSE_NATURAL_GRASS_SHARE = plan_kpi(
    code="refuse_natural_grass_share",
    numerator=units("status = 'done' and outcome = 'natural_grass'"),
    denominator=TOLD,
    known=Known(f"{TOLD} / nullif({DONE}, 0)", ("programme_units.outcome",)),
    needs=("programmes.programme", "programme_units.status", "programme_units.outcome"),
)

REFUSE_POLYMER_INFILL = project_kpi(
    code="refuse_polymer_infill",
    unit=Unit.KG,
    numerator="sum(mass_kg) filter (where component in ('infill', 'instrooi')"
    " and material in ('polymer', 'rubber', 'sbr', 'tpe', 'epdm'))",
    known=WEIGHED,
    needs=(*OF_MATERIALS, "materials.component", "materials.material"),
)

REFUSE_NEW_STORMWATER = project_kpi(
    code="refuse_new_stormwater",
    unit=Unit.COUNT,
    numerator=measured("new_stormwater_connections"),
    known=was_reported("new_stormwater_connections"),
    history=SILENCE_COUNTS,
)

REFUSE_GOODIES_PER_EVENT = project_kpi(
    code="refuse_goodies_per_event",
    unit=Unit.PER_EVENT,
    over_time=RATIO_OF_SUMS,
    numerator=measured("goodies"),
    denominator=measured("events"),
    known=answered("goodies", "events"),
    history=SILENCE_COUNTS,
)
