"""Rethink: ask differently."""

from functools import partial

from nami_monitor.core.words import Direction, Rung, Strategy, Unit
from nami_monitor.kpis.catalogue.parts import (
    AMOUNTS_KNOWN,
    OF_SUBJECTS,
    SILENCE_COUNTS,
    answered,
    measured,
    units,
)
from nami_monitor.kpis.declare import Known, Kpi
from nami_monitor.kpis.over_time.added_up import DISTINCT_IN_WINDOW, LAST, RATIO_OF_SUMS, SUM
from nami_monitor.kpis.questions import OF_ORDERS

rethink_kpi = partial(Kpi, strategy=Strategy.RETHINK)
share_kpi = partial(rethink_kpi, better=Direction.UP, unit=Unit.PERCENT)
circular_kpi = partial(
    share_kpi,
    reads=OF_ORDERS,
    over_time=RATIO_OF_SUMS,
    known=Known(
        "coalesce(sum(lines) filter (where condition is not null), 0) / nullif(sum(lines), 0)",
        ("orders.condition",),
    ),
    rungs=(Rung.REUSE, Rung.REFURBISH),
)

RETHINK_CIRCULAR_SHARE = circular_kpi(
    code="rethink_circular_share",
    numerator="sum(quantity) filter (where condition in ('refurbished', 'reused'))",
    denominator="sum(quantity) filter (where condition is not null)",
    needs=("orders.quantity", "orders.condition"),
)

RETHINK_CIRCULAR_SPEND_SHARE = circular_kpi(
    code="rethink_circular_spend_share",
    numerator="sum(amount_eur) filter (where condition in ('refurbished', 'reused'))",
    denominator="sum(amount_eur) filter (where condition is not null)",
    needs=("orders.amount_eur", "orders.condition"),
)

RETHINK_SUSTAINABLE_ASSORTMENT = share_kpi(
    code="rethink_sustainable_assortment",
    reads=("by_product", "order_lines"),
    over_time=DISTINCT_IN_WINDOW,
    numerator="count(distinct article) filter (where mark = 'yes')",
    denominator="count(distinct article) filter (where mark is not null)",
    known=Known(
        "coalesce(sum(lines) filter (where mark is not null), 0) / nullif(sum(lines), 0)",
        ("orders.product_id", "products.attributes"),
    ),
    needs=("orders.product_id", "products.attributes"),
)

RETHINK_FUNCTIONAL_SHARE = share_kpi(
    code="rethink_functional_share",
    reads=("by_contract",),
    over_time=LAST,
    numerator="sum(value_eur) filter (where specification in ('functional', 'service'))",
    denominator="sum(value_eur) filter (where specification is not null)",
    known=Known(
        "coalesce(sum(value_eur) filter (where specification is not null), 0)"
        " / nullif(sum(value_eur), 0) * sum(with_value) / nullif(sum(running), 0)",
        ("contracts.value_eur", "contracts.specification"),
    ),
    needs=("contracts.value_eur", "contracts.specification"),
)

RETHINK_STREAM_SPEND = rethink_kpi(
    code="rethink_stream_spend",
    better=Direction.NEUTRAL,
    unit=Unit.EUR,
    reads=("by_place", "order_lines"),
    over_time=SUM,
    numerator="sum(amount_eur) filter (where streamed)",
    known=AMOUNTS_KNOWN,
    needs=("orders.amount_eur", "orders.contract_id", "contracts.stream", "contracts.replaces"),
    within=("streamed", "no_streams"),
)

RETHINK_PLAN_COVERAGE = share_kpi(
    code="rethink_plan_coverage",
    reads=("by_unit",),
    over_time=LAST,
    numerator=units("status = 'done' and measured"),
    denominator=units("status = 'done'"),
    known=Known(
        units("status = 'done'") + " / nullif(" + units() + ", 0)", ("programme_units.status",)
    ),
    needs=("programmes.programme", "programme_units.status", "programme_units.measure"),
)

RETHINK_VEGETARIAN_SHARE = share_kpi(
    code="rethink_vegetarian_share",
    reads=("by_project",),
    over_time=RATIO_OF_SUMS,
    numerator=measured("vegetarian_meals"),
    denominator=measured("meals"),
    known=answered("vegetarian_meals", "meals"),
    needs=OF_SUBJECTS,
    history=SILENCE_COUNTS,
)
