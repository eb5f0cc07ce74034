"""Impact: what buying weighs, in euros and in kilograms."""

from datetime import date
from functools import partial

from nami_monitor.core.words import Direction, Strategy, Unit
from nami_monitor.kpis.catalogue.parts import (
    AMOUNTS_KNOWN,
    MASS_KNOWN,
    OF_MATERIALS,
    OF_SUBJECTS,
    SILENCE_COUNTS,
    WEIGHED,
    answering,
    measured,
    stated,
    was_reported,
)
from nami_monitor.kpis.catalogue.refuse import OF_INTERVENTIONS, estimated_kpi
from nami_monitor.kpis.declare import Change, Known, Kpi
from nami_monitor.kpis.over_time.added_up import RATIO_OF_SUMS, SUM
from nami_monitor.kpis.questions import OF_ORDERS

impact_kpi = partial(Kpi, strategy=Strategy.IMPACT)
ordered_kpi = partial(impact_kpi, better=Direction.DOWN, reads=OF_ORDERS, over_time=SUM)
material_kpi = partial(impact_kpi, reads=("by_project",), over_time=RATIO_OF_SUMS)
mass_share_kpi = partial(material_kpi, better=Direction.UP, unit=Unit.PERCENT)
mki_kpi = partial(
    material_kpi,
    better=Direction.DOWN,
    within=("works", "no_works"),
    method=("price_set", "mki_eur"),
    shares={"prices": "sum(priced) / nullif(sum(impacts), 0)"},
)

IMPACT_SPEND = ordered_kpi(
    code="impact_spend",
    unit=Unit.EUR,
    numerator="sum(amount_eur)",
    known=AMOUNTS_KNOWN,
    needs=("orders.amount_eur",),
)

IMPACT_MASS = ordered_kpi(
    code="impact_mass",
    unit=Unit.KG,
    numerator="sum(mass_kg)",
    known=MASS_KNOWN,
    needs=("orders.quantity", "products.mass_kg"),
)

IMPACT_CO2E = ordered_kpi(
    code="impact_co2e",
    unit=Unit.KG_CO2E,
    numerator="sum(co2e_kg)",
    known=Known(
        "coalesce(sum(handled_eur_with_co2e) / nullif(sum(handled_eur), 0),"
        " sum(handled_kg_with_co2e) / nullif(sum(handled_kg), 0), 0)",
        ("products.co2e_kg",),
    ),
    needs=("orders.quantity", "products.co2e_kg"),
    shares={
        "mass": "coalesce(sum(handled_kg_with_co2e), 0) / nullif(sum(handled_kg), 0)",
        "spend": "coalesce(sum(handled_eur_with_co2e), 0) / nullif(sum(handled_eur), 0)",
    },
)

WATERBED_QUOTIENT = estimated_kpi(
    code="waterbed_quotient",
    strategy=Strategy.IMPACT,
    better=Direction.DOWN,
    unit=Unit.PERCENT,
    needs=(*OF_INTERVENTIONS, "orders.quantity"),
)

PRICED = "coalesce(sum(priced) / nullif(sum(impacts), 0), 0)"
OF_IMPACTS = (
    *("materials.project", "materials.impact", "materials.impact_value"),
    *("programmes.programme", "categories.cpv"),
)

IMPACT_MKI = mki_kpi(
    code="impact_mki",
    unit=Unit.EUR,
    over_time=SUM,
    numerator="sum(mki_eur) filter (where works)",
    known=Known(PRICED, ("materials.impact_value", "materials.impact_set")),
    needs=(*OF_IMPACTS, "materials.impact_set"),
)

IMPACT_MKI_PER_UNIT_YEAR = mki_kpi(
    code="impact_mki_per_unit_year",
    unit=Unit.EUR_PER_UNIT_YEAR,
    numerator="sum(mki_eur_per_year) filter (where works)",
    denominator="count(distinct project) filter (where works and priced > 0)",
    known=Known(
        f"{PRICED} * coalesce(sum(timed) / nullif(sum(priced), 0), 0)",
        ("materials.impact_value", "materials.lifetime_years"),
    ),
    needs=(*OF_IMPACTS, "materials.lifetime_years"),
)

IMPACT_PEF_PER_UNIT_YEAR = material_kpi(
    code="impact_pef_per_unit_year",
    better=Direction.DOWN,
    unit=Unit.POINTS_PER_UNIT_YEAR,
    numerator=measured("pef_per_year"),
    denominator=answering("pef_per_year"),
    known=was_reported("pef_per_year"),
    needs=(*OF_SUBJECTS, "measurements.method"),
    method=("method", "reports"),
    history=SILENCE_COUNTS,
)

IMPACT_MCI = material_kpi(
    code="impact_mci",
    better=Direction.UP,
    unit=Unit.INDEX,
    numerator="sum(mci_whole) - sum(mci_linear)",
    denominator="sum(mci_whole)",
    known=Known(
        f"{WEIGHED.share} * coalesce(sum(told_kg) / nullif(sum(mass_kg), 0), 0)",
        (
            "materials.origin",
            "materials.feedstock_efficiency",
            "materials.end_route",
            "materials.collected_share",
            "materials.recycling_efficiency",
            "materials.lifetime_years",
            "materials.average_lifetime_years",
        ),
    ),
    needs=(
        *OF_MATERIALS,
        "materials.origin",
        "materials.end_route",
        "materials.lifetime_years",
        "materials.average_lifetime_years",
    ),
    history=(Change(2, date(2026, 11, 1)),),
)

IMPACT_PASSPORT_COVERAGE = mass_share_kpi(
    code="impact_passport_coverage",
    numerator="sum(mass_kg) filter (where in_passport)",
    denominator="sum(mass_kg) filter (where in_passport is not null)",
    known=WEIGHED & stated("in_passport"),
    needs=(*OF_MATERIALS, "materials.in_passport"),
)

IMPACT_SECOND_LIFE_MASS = material_kpi(
    code="impact_second_life_mass",
    better=Direction.UP,
    unit=Unit.KG,
    over_time=SUM,
    numerator="sum(mass_kg) filter (where second_life)",
    known=WEIGHED,
    needs=(*OF_MATERIALS, "materials.second_life_contract"),
)

IMPACT_SECOND_LIFE_SHARE = mass_share_kpi(
    code="impact_second_life_share",
    numerator="sum(mass_kg) filter (where second_life)",
    denominator="sum(mass_kg)",
    known=WEIGHED,
    needs=(*OF_MATERIALS, "materials.second_life_contract"),
)

IMPACT_END_ROUTE_SHARE = mass_share_kpi(
    code="impact_end_route_share",
    numerator="sum(mass_kg) filter (where end_route in ('reuse', 'recycling', 'composting'))",
    denominator="sum(mass_kg) filter (where end_route is not null)",
    known=WEIGHED & stated("end_route"),
    needs=(*OF_MATERIALS, "materials.end_route"),
)

IMPACT_RECYCLED_CONTENT = mass_share_kpi(
    code="impact_recycled_content",
    numerator="sum(mass_kg) filter (where origin = 'recycled')",
    denominator="sum(mass_kg) filter (where origin is not null)",
    known=WEIGHED & stated("origin"),
    needs=(*OF_MATERIALS, "materials.origin"),
)
