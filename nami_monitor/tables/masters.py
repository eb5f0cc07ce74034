"""Masters: what the other tables point at."""

import pandera.polars as pa
import polars as pl

from nami_monitor.tables.column import Codes, code, column


class Categories(pa.DataFrameModel):
    """One row is a purchasing category, and which strategies apply to it."""

    category: str = code("categorie|category|assortiment|inkoopcategorie")
    name_nl: str = column("naam|naam_nl|name_nl|omschrijving")
    name_en: str = column("naam_en|name_en|name")
    kit_cases: str = column("kit_cases|casussen", optional=True, listed=True)
    cpv: str = column("cpv|cpv-code|cpv codes", optional=True, listed=True)
    activity_measure: str = code("activity_measure|activiteitsmaat", optional=True)
    preparation_months: float = column(
        "preparation_months|voorbereidingsmaanden", optional=True, low=0, high=120
    )
    roles: str = column("roles|rollen", optional=True, listed=True)
    refuse_applies: bool = column("refuse_applies", optional=True)
    refuse_reason: str = column("refuse_reason", optional=True)
    refuse_legal_basis: str = column("refuse_legal_basis", optional=True)
    refuse_look_again_on: pl.Date = column("refuse_look_again_on", optional=True)
    rethink_applies: bool = column("rethink_applies", optional=True)
    rethink_reason: str = column("rethink_reason", optional=True)
    rethink_legal_basis: str = column("rethink_legal_basis", optional=True)
    rethink_look_again_on: pl.Date = column("rethink_look_again_on", optional=True)
    reduce_applies: bool = column("reduce_applies", optional=True)
    reduce_reason: str = column("reduce_reason", optional=True)
    reduce_legal_basis: str = column("reduce_legal_basis", optional=True)
    reduce_look_again_on: pl.Date = column("reduce_look_again_on", optional=True)


class Locations(pa.DataFrameModel):
    """One row is a site."""

    location_id: str = code("vestiging|locatie|location|location id|locatiecode|vestigingsnummer")
    name: str = column("naam|name|omschrijving|vestigingsnaam")
    organisation: str = column("organisatie|organisation|organization|company|onderdeel")
    group: str = column("groep|regio|group|region|kostenplaats|cost centre", optional=True)
    opened_on: pl.Date = column("geopend op|opened on|open vanaf", optional=True)
    closed_on: pl.Date = column("gesloten op|closed on|open tot", optional=True)


class Products(pa.DataFrameModel):
    """One row is an article of a source."""

    product_id: str = code("artikelnr|artikelnummer|artikel|product id|product|sku|item number")
    name: str = column("omschrijving|artikelomschrijving|naam|name|product name|description")
    category: str = code("categorie|category|assortiment", Codes.CATEGORY)
    product_group: str = column("productgroep|product group|sub-category|subgroep", optional=True)
    stream: str = column("stroom|stream", optional=True, values=("hardware", "refill", "service"))
    base_unit: str = column("eenheid|basiseenheid|base unit|unit")
    units_per_pack: float = column(
        "inhoud|stuks per verpakking|verpakkingseenheid|units per pack", optional=True, above=0
    )
    mass_kg: float = column("gewicht kg|massa kg|mass kg|weight|gewicht", optional=True, low=0)
    co2e_kg: float = column("co2e kg|co2|gwp_total", optional=True, low=0)
    factor_source: str = column("factor source|bron factor", optional=True)
    factor_year: float = column("factor year|jaar factor", optional=True, low=1980, high=2100)
    factor_licence: str = column("factor licence|licentie factor", optional=True)
    mki_eur: float = column("mki|mki eur", optional=True)
    mki_set: str = column("mki set|mki-set", optional=True, values=("A1", "A2"))
    recycled_share: float = column(
        "aandeel gerecycled|recycled share", optional=True, low=0, high=1
    )
    attributes: str = column("kenmerken|keurmerk|attributes", optional=True, listed=True)
    same_as: str = code("zelfde als|same as", optional=True)
    valid_from: pl.Date = column("geldig vanaf|valid from", optional=True)


class Contracts(pa.DataFrameModel):
    """One row is a contract or a lot of one."""

    contract_id: str = code("contractnummer|contract|contract id|contract ref|contract ref:")
    title: str = column("titel|contracttitel|title|contract title|onderwerp")
    supplier: str = column("leverancier|supplier|contractor|contractor/ provider", optional=True)
    category: str = code("categorie|category|inkoopcategorie", Codes.CATEGORY)
    stream: str = column("stroom|stream", optional=True, values=("hardware", "refill", "service"))
    parent_id: str = code("raamovereenkomst|parent|framework", optional=True)
    replaces: str = column("vervangt|replaces|voorganger", optional=True, listed=True)
    form: str = column("contractvorm|form|soort", optional=True)
    specification: str = column(
        "specificatie|specification", optional=True, values=("technical", "functional", "service")
    )
    starts_on: pl.Date = column("ingangsdatum|startdatum|start date|begindatum", optional=True)
    ends_on: pl.Date = column("einddatum|end date|current end date", optional=True)
    ends_on_note: str = column(
        "opmerking einddatum",
        optional=True,
        values=("open_ended", "to_be_confirmed", "rolling"),
    )
    option_dates: str = column("verlengingsopties|option dates", optional=True, listed=True)
    notice_months: float = column("opzegtermijn|notice months", optional=True, low=0, high=120)
    value_eur: float = column(
        "contractwaarde|waarde|value|contract value", optional=True, money=True
    )
    cpv: str = column("cpv|cpv-code|cpv code(s)", optional=True, listed=True)
    status: str = column("status", optional=True)
