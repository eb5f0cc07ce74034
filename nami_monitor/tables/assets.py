"""Devices, dispensers, furniture, and what they are made of."""

import pandera.polars as pa
import polars as pl

from nami_monitor.tables.column import Codes, code, column


class Assets(pa.DataFrameModel):
    """One row is a device, a dispenser or a piece of furniture."""

    asset_id: str = code("middel|asset|asset tag|objectnummer|serienummer")
    product_id: str = code(
        "artikelnr|artikel|product|model|model number", Codes.PRODUCT, optional=True
    )
    category: str = code("categorie|category", Codes.CATEGORY)
    location_id: str = code("vestiging|locatie|location", Codes.LOCATION)
    acquired_on: pl.Date = column("aanschafdatum|purchase date|acquired on|in gebruik sinds")
    condition: str = column(
        "conditie|staat|condition", optional=True, values=("new", "refurbished", "reused")
    )
    warranty_until: pl.Date = column("garantie tot|warranty until|asset eol date", optional=True)


class AssetEvents(pa.DataFrameModel):
    """One row is what happened to an asset."""

    asset_id: str = code("middel|asset|asset tag|objectnummer", Codes.ASSET)
    happened_on: pl.Date = column("datum|happened on|date")
    kind: str = column(
        "gebeurtenis|kind|soort",
        values=(
            "failure",
            "repair",
            "reissue",
            "move",
            "surplus_noticed",
            "surplus_matched",
            "retired",
        ),
    )
    route: str = column("route|afvoerroute", optional=True)
    to_organisation: str = column("naar organisatie|to organisation", optional=True)
    reason: str = column("reden|reason", optional=True, free_text=True)


class Materials(pa.DataFrameModel):
    """One row is a line of a material passport."""

    project: str = code("project", optional=True)
    product_id: str = code("artikelnr|product", Codes.PRODUCT, optional=True)
    scenario: str = column("scenario", values=("baseline", "design", "as_built"))
    component: str = column("onderdeel|component")
    material: str = column("materiaal|material")
    mass_kg: float = column("massa kg|mass kg|gewicht", optional=True, low=0)
    origin: str = column(
        "herkomst|origin",
        optional=True,
        values=("kept", "reused", "recycled", "biobased", "virgin"),
    )
    end_route: str = column("eindroute|end route", optional=True)
    second_life_contract: bool = column("contract tweede leven|second life contract", optional=True)
    in_passport: bool = column("in paspoort|in passport", optional=True)
    collected_share: float = column("ingezameld|collected share", optional=True, low=0, high=1)
    recycling_efficiency: float = column(
        "rendement recycling|recycling efficiency", optional=True, low=0, high=1
    )
    energy_recovery_counts: bool = column(
        "energieterugwinning telt|voorwaarden energie|energy recovery counts", optional=True
    )
    feedstock_efficiency: float = column(
        "rendement grondstof|feedstock efficiency", optional=True, above=0, high=1
    )
    lifetime_years: float = column("levensduur|lifetime years", optional=True, above=0)
    average_lifetime_years: float = column(
        "gemiddelde levensduur|average lifetime years", optional=True, above=0
    )
    impact: str = column("impact|milieueffect", optional=True)
    impact_value: float = column("impactwaarde|impact value", optional=True)
    impact_set: str = column("impactset|impact set", optional=True, values=("A1", "A2"))


class ShadowPrices(pa.DataFrameModel):
    """One row is what one unit of an environmental impact costs, where a price set lacks it."""

    impact_set: str = column("impactset|impact set|prijsset", values=("A1", "A2"))
    impact: str = column("impact|milieueffect")
    price_eur: float = column("prijs|price|schaduwprijs|shadow price", above=0)
    source: str = column("bron|source")
