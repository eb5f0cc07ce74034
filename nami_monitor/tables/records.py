"""What was ordered, measured and asked for, and what is owned and made of what."""

import pandera.polars as pa
import polars as pl

from nami_monitor.tables.column import PLACES, Codes, code, column, optional


class Orders(pa.DataFrameModel):
    """One row is a consumption or order line, or a total of the source's grain."""

    ordered_on: pl.Date = column(
        "besteldatum|datum|orderdatum|leverdatum|factuurdatum|boekingsdatum|order date|trans date"
        "|transaction date|payment date|date of payment|invoice date|delivery date|date|maand",
        "boekdatum|betaaldatum|date paid|award date|month|periode|jaar|year|fac datum|fact datum"
        "|posting date",
    )
    location_id: str = code(
        "vestiging|locatie|location|locatiecode|afleverlocatie",
        Codes.LOCATION,
        hints=f"{PLACES}|body name|kostenplaats|cost centre|begrotingsstaat|begroting|afdeling"
        "|organisatie|city|afleverpunt|leveradres|ship to|delivery address",
    )
    category: str = code(
        "categorie|category|assortiment|kostensoort|productgroep|inkoopcategorie|expense type"
        "|merchant category|spend category",
        Codes.CATEGORY,
        hints="grootboek|grootboekrekening|omschrijving grootboek|omschrijving rekening"
        "|algemene rekening|inkooppakket|cost type|regeling|type of expense|service category"
        "|segment|beleidsveld|omschrijving|description|product group|product category",
    )
    product_id: str = code(
        "artikelnr|artikelnummer|artikel|artikelcode|product id|product|sku|item number"
        "|article number",
        Codes.PRODUCT,
        hints="productcode|productnummer|item|item code",
        optional=True,
    )
    channel: str = column(
        "kanaal|channel|bestelwijze", "besteld via|order method|wijze", matches=r"[^\r\n\t]{1,80}"
    )
    quantity: float = optional(
        "aantal|quantity|qty|hoeveelheid|aantal vpe|aantal verpakkingen",
        "geleverd|besteld|stuks|volume|units",
    )
    amount_eur: float = optional(
        "bedrag|amount|totaal|totaalbedrag|sales|original gross amt|bedrag excl. btw|nettobedrag"
        "|inkoopvolume|spend",
        "realisatie|lasten|uitgaven|uitgave|net amount|amount in sterling|factuurbedrag|total"
        "|regelbedrag|purchase cost|expenditure|billing gross amt|omzet|kosten|nettowaarde"
        "|net value",
        money=True,
    )
    condition: str = optional("conditie|staat|condition", values="new|refurbished|reused")
    contract_id: str = code("contractnummer|contract|contract id", Codes.CONTRACT, optional=True)
    supplier: str = optional(
        "leverancier|supplier|merchant name|crediteur|merchant|vendor|payee",
        "ontvanger|begunstigde|beneficiary|derde|contractor|handelaar",
    )
    order_ref: str = optional(
        "bestelnummer|ordernummer|order id|order number|factuurnummer|transaction number"
        "|invoice number",
        "boekstuknummer|transactienummer|documentnummer|invoice ref|voucher|transaction id",
        identifier=True,
    )
    text: str = optional("", free_text=True)


class Measurements(pa.DataFrameModel):
    """One row is a normaliser or another measured figure over a period."""

    period_start: pl.Date = column(
        "periode van|period start|begin|maand|van",
        "jaar|boekjaar|year|fiscal year|month|periode|peildatum|kwartaal|quarter|datum|date",
    )
    period_end: pl.Date = column("periode tot|period end|einde|tot en met")
    location_id: str = code(
        "vestiging|locatie|location|locatiecode",
        Codes.LOCATION,
        hints=f"{PLACES}|afdeling|agentschap|organisatie|organization|team|object",
        optional=True,
    )
    subject: str = optional("onderwerp|subject", "functie|functiegroep|job family|program")
    activity_measure: str = code("activiteitsmaat|activity measure|maat")
    value: float = column(
        "waarde|value|aantal|fte|vte",
        "aantal fte|aantal vte|headcount|formatie|bezetting|medewerkers|personeel|staff"
        "|bezoekers|visitors|kiezers|deelnemers",
    )
    unit: str = column("eenheid|unit")
    method: str = optional("methode|method")
    proxy: bool = column("proxy|benadering")


class Requests(pa.DataFrameModel):
    """One row is a need that was asked for, and what was decided."""

    request_id: str = code("aanvraagnummer|request id|aanvraag")
    requested_on: pl.Date = column(
        "aanvraagdatum|aangevraagd op|requested on|datum aanvraag|request date",
        "datum|date|ingediend|ingediend op|ontvangen op",
    )
    location_id: str = code("vestiging|locatie|location", Codes.LOCATION, hints=PLACES)
    category: str = code("categorie|category", Codes.CATEGORY)
    product_id: str = code("artikelnr|artikel|product", Codes.PRODUCT, optional=True)
    quantity: float = column("aantal|quantity", "gevraagd|aangevraagd|requested|stuks|st", low=0)
    decision: str = column(
        "besluit|decision",
        values="from_stock|shared|repaired|rethought|withdrawn|refurbished|bought|blocked",
    )
    quantity_avoided: float = optional("aantal vermeden|quantity avoided", low=0)
    decided_on: pl.Date = optional("besluitdatum|decided on")
    reason: str = optional("reden|reason", free_text=True)


class Assets(pa.DataFrameModel):
    """One row is a device, a dispenser or a piece of furniture."""

    asset_id: str = code(
        "middel|asset|asset tag|objectnummer|serienummer|serial number|inventarisnummer",
        hints="serial|inventory number|tag number|apparaatnummer|object id|id",
    )
    product_id: str = code(
        "artikelnr|artikel|product|model|model number",
        Codes.PRODUCT,
        hints="type|typenummer|containertype|typenaam|modelnaam|model name",
        optional=True,
    )
    category: str = code(
        "categorie|category",
        Codes.CATEGORY,
        hints="soort|objectsoort|asset type|equipment type|afvalfractie|fractie|productgroep|type",
    )
    location_id: str = code(
        "vestiging|locatie|location",
        Codes.LOCATION,
        hints=f"{PLACES}|standplaats|plaats|wijk|kostenplaats|afdeling|ruimte|adres",
    )
    acquired_on: pl.Date = column(
        "aanschafdatum|purchase date|acquired on|in gebruik sinds|plaatsingsdatum",
        "geplaatst|geplaatst op|datum plaatsing|aankoopdatum|installatiedatum|installation date"
        "|installed|in service date|leverdatum|bouwjaar|datum",
    )
    condition: str = optional("conditie|staat|condition", values="new|refurbished|reused")
    warranty_until: pl.Date = optional(
        "garantie tot|warranty until|asset eol date",
        "einde garantie|datum einde garantie|garantiedatum|warranty expiration date",
    )


class AssetEvents(pa.DataFrameModel):
    """One row is what happened to an asset."""

    asset_id: str = code("middel|asset|asset tag|objectnummer", Codes.ASSET)
    happened_on: pl.Date = column("datum|happened on|date")
    kind: str = column(
        "gebeurtenis|kind|soort",
        values="failure|repair|reissue|move|surplus_noticed|surplus_matched|retired",
    )
    route: str = optional("route|afvoerroute")
    to_organisation: str = optional("naar organisatie|to organisation")
    reason: str = optional("reden|reason", free_text=True)


class Materials(pa.DataFrameModel):
    """One row is a line of a material passport."""

    project: str = code("project", optional=True)
    product_id: str = code("artikelnr|product", Codes.PRODUCT, optional=True)
    scenario: str = column("scenario", values="baseline|design|as_built")
    component: str = column("onderdeel|component")
    material: str = column("materiaal|material")
    mass_kg: float = optional("massa kg|mass kg|gewicht", low=0)
    origin: str = optional("herkomst|origin", values="kept|reused|recycled|biobased|virgin")
    end_route: str = optional("eindroute|end route")
    second_life_contract: bool = optional("contract tweede leven|second life contract")
    in_passport: bool = optional("in paspoort|in passport")
    collected_share: float = optional("ingezameld|collected share", low=0, high=1)
    recycling_efficiency: float = optional(
        "rendement recycling|recycling efficiency", low=0, high=1
    )
    energy_recovery_counts: bool = optional(
        "energieterugwinning telt|voorwaarden energie|energy recovery counts"
    )
    feedstock_efficiency: float = optional(
        "rendement grondstof|feedstock efficiency", above=0, high=1
    )
    lifetime_years: float = optional("levensduur|lifetime years", above=0)
    average_lifetime_years: float = optional(
        "gemiddelde levensduur|average lifetime years", above=0
    )
    impact: str = optional("impact|milieueffect")
    impact_value: float = optional("impactwaarde|impact value")
    impact_set: str = optional("impactset|impact set", values="A1|A2")


class ShadowPrices(pa.DataFrameModel):
    """One row is what one unit of an environmental impact costs, where a price set lacks it."""

    impact_set: str = column("impactset|impact set|prijsset", values="A1|A2")
    impact: str = column("impact|milieueffect")
    price_eur: float = column("prijs|price|schaduwprijs|shadow price", above=0)
    source: str = column("bron|source")
