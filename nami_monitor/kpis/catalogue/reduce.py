"""Reduce: less, and longer."""

from datetime import date
from functools import partial

from nami_monitor.core.words import Direction, Evidence, Rung, Strategy, Unit
from nami_monitor.kpis.catalogue.parts import (
    AMOUNTS_KNOWN,
    MASS_KNOWN,
    OF_MATERIALS,
    OF_SUBJECTS,
    QUANTITIES_KNOWN,
    SILENCE_COUNTS,
    WEIGHED,
    answered,
    answering,
    measured,
    proxies,
    stated,
    stated_sql,
)
from nami_monitor.kpis.declare import Change, Known, Kpi
from nami_monitor.kpis.over_time.added_up import CHANGE, RATIO_OF_SUMS, SUM
from nami_monitor.kpis.over_time.survival import SURVIVAL
from nami_monitor.kpis.questions import OF_ORDERS

reduce_kpi = partial(Kpi, strategy=Strategy.REDUCE, over_time=RATIO_OF_SUMS)
ordered_kpi = partial(reduce_kpi, better=Direction.DOWN, reads=OF_ORDERS)
asset_kpi = partial(reduce_kpi, better=Direction.UP, reads=("by_asset",))
material_kpi = partial(reduce_kpi, better=Direction.DOWN, reads=("by_project",))

PER_ACTIVITY = ("measurements.value", "categories.activity_measure")

REDUCE_VOLUME_PER_ACTIVITY = ordered_kpi(
    code="reduce_volume_per_activity",
    unit=Unit.BASE_PER_ACTIVITY,
    numerator="sum(quantity)",
    known=QUANTITIES_KNOWN,
    needs=("orders.quantity", *PER_ACTIVITY),
)

REDUCE_SPEND_PER_ACTIVITY = ordered_kpi(
    code="reduce_spend_per_activity",
    unit=Unit.EUR_PER_ACTIVITY,
    numerator="sum(amount_eur)",
    known=AMOUNTS_KNOWN,
    needs=("orders.amount_eur", *PER_ACTIVITY),
)

REDUCE_MASS_PER_ACTIVITY = ordered_kpi(
    code="reduce_mass_per_activity",
    unit=Unit.KG_PER_ACTIVITY,
    numerator="sum(mass_kg)",
    known=MASS_KNOWN,
    needs=("orders.quantity", "products.mass_kg", *PER_ACTIVITY),
)

REDUCE_SPEND_BRIDGE = ordered_kpi(
    code="reduce_spend_bridge",
    unit=Unit.EUR,
    over_time=CHANGE,
    numerator="sum(amount_eur)",
    known=AMOUNTS_KNOWN,
    needs=("orders.amount_eur", "orders.quantity", "orders.product_id"),
)

REDUCE_ASSET_LIFE = asset_kpi(
    code="reduce_asset_life",
    unit=Unit.YEARS,
    numerator="sum(retired_years)",
    denominator="sum(retired)",
    known=Known(
        "sum(retired) / nullif(sum(retired) + sum(spoilt), 0)",
        ("assets.acquired_on", "asset_events.happened_on"),
    ),
    needs=("assets.acquired_on", "asset_events.kind"),
)

REDUCE_SURVIVAL = reduce_kpi(
    code="reduce_survival",
    better=Direction.UP,
    unit=Unit.PERCENT,
    reads=("by_life",),
    over_time=SURVIVAL,
    numerator="sum(assets)",
    needs=("assets.acquired_on", "assets.warranty_until", "asset_events.kind"),
)

REDUCE_NEW_ASSETS_PER_FTE = asset_kpi(
    code="reduce_new_assets_per_fte",
    better=Direction.DOWN,
    unit=Unit.COUNT_PER_ACTIVITY,
    numerator="sum(acquired)",
    needs=("assets.acquired_on", "measurements.value"),
    activity="fte",
)

REDUCE_FAILURE_RATE = asset_kpi(
    code="reduce_failure_rate",
    better=Direction.DOWN,
    unit=Unit.PER_1000_UNIT_YEARS,
    numerator="sum(failures)",
    denominator="sum(unit_years)",
    needs=("assets.acquired_on", "asset_events.kind"),
)

STEEL = "material in ('steel', 'staal')"

REDUCE_USE_PER_EVENT = material_kpi(
    code="reduce_use_per_event",
    unit=Unit.PER_USE,
    numerator=measured("towels"),
    denominator=measured("dryings"),
    known=answered("towels", "dryings"),
    needs=OF_SUBJECTS,
    proxies=proxies("towels", "dryings"),
    history=SILENCE_COUNTS,
)

REDUCE_REISSUED = asset_kpi(
    code="reduce_reissued",
    unit=Unit.COUNT,
    over_time=SUM,
    numerator="sum(reissued)",
    needs=("assets.asset_id", "asset_events.kind"),
    rungs=(Rung.REUSE,),
)

REDUCE_REUSED_MASS_SHARE = material_kpi(
    code="reduce_reused_mass_share",
    better=Direction.UP,
    unit=Unit.PERCENT,
    numerator="sum(mass_kg) filter (where origin in ('kept', 'reused', 'recycled'))",
    denominator="sum(mass_kg) filter (where origin is not null)",
    known=WEIGHED & stated("origin"),
    needs=(*OF_MATERIALS, "materials.origin"),
    rungs=(Rung.REUSE, Rung.RECYCLE),
)

REDUCE_MASS_AGAINST_BASELINE = material_kpi(
    code="reduce_mass_against_baseline",
    unit=Unit.PERCENT,
    numerator="sum(compared_kg)",
    denominator="sum(baseline_kg)",
    known=Known(
        f"{WEIGHED.share} * coalesce(sum(baseline_weighed) / nullif(sum(baseline_lines), 0), 0)",
        ("materials.mass_kg",),
    ),
    needs=(*OF_MATERIALS, "materials.scenario"),
    beyond=True,
)

REDUCE_NEW_STEEL = material_kpi(
    code="reduce_new_steel",
    unit=Unit.KG,
    over_time=SUM,
    numerator=f"sum(mass_kg) filter (where {STEEL} and origin = 'virgin')",
    known=Known(
        f"{WEIGHED.share} * coalesce(nullif({stated_sql('origin', STEEL)}, 0), cast(coalesce("
        f"sum(mass_kg) filter (where {STEEL}), 0) = 0 as integer))",
        ("materials.mass_kg", "materials.origin"),
    ),
    needs=(*OF_MATERIALS, "materials.material", "materials.origin"),
)

REDUCE_PRINTED_INVITATIONS = material_kpi(
    code="reduce_printed_invitations",
    unit=Unit.PER_ANSWER,
    numerator=measured("printed_invitations"),
    denominator=answering("printed_invitations"),
    history=(Change(2, date(2026, 12, 1)),),
    known=answered("printed_invitations", "events"),
    needs=OF_SUBJECTS,
)

REDUCE_PAPER_PER_VOTER = material_kpi(
    code="reduce_paper_per_voter",
    unit=Unit.KG_PER_VOTER,
    numerator="sum(mass_kg) filter (where material in ('paper', 'papier'))",
    denominator=measured("voters"),
    known=WEIGHED,
    needs=(*OF_MATERIALS, *OF_SUBJECTS[:2]),
)

REDUCE_RETAINED_SHARE = reduce_kpi(
    code="reduce_retained_share",
    better=Direction.UP,
    unit=Unit.PERCENT,
    reads=("by_request",),
    evidence=Evidence.LOGGED,
    numerator="sum(kept)",
    denominator="sum(demand)",
    needs=("requests.decision", "requests.quantity"),
    rungs=(Rung.REUSE, Rung.REPAIR),
)

REDUCE_SURPLUS_MATCHED = asset_kpi(
    code="reduce_surplus_matched",
    unit=Unit.PERCENT,
    numerator="sum(matched)",
    denominator="sum(needed)",
    needs=("assets.acquired_on", "asset_events.kind"),
    rungs=(Rung.REUSE,),
)

REDUCE_SURPLUS_NOTICE = asset_kpi(
    code="reduce_surplus_notice",
    unit=Unit.DAYS,
    numerator="sum(notice_days)",
    denominator="sum(handed)",
    needs=("assets.asset_id", "asset_events.kind", "asset_events.happened_on"),
    rungs=(Rung.REUSE,),
)
