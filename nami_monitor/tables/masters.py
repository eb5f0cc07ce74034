"""Masters: what the other tables point at."""

import pandera.polars as pa
import polars as pl

from nami_monitor.tables.column import Codes, code, column, optional


class Categories(pa.DataFrameModel):
    """One row is a purchasing category, and which strategies apply to it."""

    category: str = code("categorie|category|assortiment|inkoopcategorie")
    name_nl: str = column("naam|naam_nl|name_nl|omschrijving")
    name_en: str = column("naam_en|name_en|name")
    kit_cases: str = optional("kit_cases|casussen", listed=True)
    cpv: str = optional("cpv|cpv-code|cpv codes", listed=True)
    activity_measure: str = code("activity_measure|activiteitsmaat", optional=True)
    preparation_months: float = optional(
        "preparation_months|voorbereidingsmaanden", low=0, high=120
    )
    roles: str = optional("roles|rollen", listed=True)
    refuse_applies: bool = optional("refuse_applies")
    refuse_reason: str = optional("refuse_reason")
    refuse_legal_basis: str = optional("refuse_legal_basis")
    refuse_look_again_on: pl.Date = optional("refuse_look_again_on")
    rethink_applies: bool = optional("rethink_applies")
    rethink_reason: str = optional("rethink_reason")
    rethink_legal_basis: str = optional("rethink_legal_basis")
    rethink_look_again_on: pl.Date = optional("rethink_look_again_on")
    reduce_applies: bool = optional("reduce_applies")
    reduce_reason: str = optional("reduce_reason")
    reduce_legal_basis: str = optional("reduce_legal_basis")
    reduce_look_again_on: pl.Date = optional("reduce_look_again_on")


class Locations(pa.DataFrameModel):
    """One row is a site."""

    location_id: str = code(
        "vestiging|locatie|location|location id|locatiecode|vestigingsnummer",
        hints="gebouw|gebouwnummer|building|building id|site|adres|address",
    )
    name: str = column("naam|name|omschrijving|vestigingsnaam", "gebouwnaam|building name")
    organisation: str = column(
        "organisatie|organisation|organization|company|onderdeel", "gemeente|dienst|directie|city"
    )
    group: str = optional("groep|regio|group|region|kostenplaats|cost centre")
    opened_on: pl.Date = optional("geopend op|opened on|open vanaf")
    closed_on: pl.Date = optional("gesloten op|closed on|open tot")


class Products(pa.DataFrameModel):
    """One row is an article of a source."""

    product_id: str = code(
        "artikelnr|artikelnummer|artikel|artikelcode|product id|product|sku|item number",
        hints="productcode|productnummer|item code",
    )
    name: str = column("omschrijving|artikelomschrijving|naam|name|product name|description")
    category: str = code("categorie|category|assortiment", Codes.CATEGORY)
    product_group: str = optional("productgroep|product group|sub-category|subgroep|subcategory")
    stream: str = optional("stroom|stream", values="hardware|refill|service")
    base_unit: str = column("eenheid|basiseenheid|base unit|unit", "besteleenheid|uom")
    units_per_pack: float = optional(
        "inhoud|stuks per verpakking|verpakkingseenheid|units per pack|inhoud vpe", above=0
    )
    mass_kg: float = optional("gewicht kg|massa kg|mass kg|weight|gewicht", low=0)
    co2e_kg: float = optional("co2e kg|co2|gwp_total", low=0)
    factor_source: str = optional("factor source|bron factor")
    factor_year: float = optional("factor year|jaar factor", low=1980, high=2100)
    factor_licence: str = optional("factor licence|licentie factor")
    mki_eur: float = optional("mki|mki eur")
    mki_set: str = optional("mki set|mki-set", values="A1|A2")
    recycled_share: float = optional("aandeel gerecycled|recycled share", low=0, high=1)
    attributes: str = optional("kenmerken|keurmerk|attributes", listed=True)
    same_as: str = code("zelfde als|same as", optional=True)
    valid_from: pl.Date = optional("geldig vanaf|valid from")


class Contracts(pa.DataFrameModel):
    """One row is a contract or a lot of one."""

    contract_id: str = code(
        "contractnummer|contract|contract id|contract ref|contract ref:|contract reference",
        hints="id publicatie|kenmerk|zaaknummer|dossiernummer|reference number|reference|referentie"
        "|nummer",
    )
    title: str = column(
        "titel|contracttitel|title|contract title|onderwerp|naam contract|contractnaam",
        "naam aanbesteding|aanbesteding|opdracht|title of agreement|contract name|omschrijving",
    )
    supplier: str = optional(
        "leverancier|supplier|contractor|contractor/ provider|opdrachtnemer",
        "gegunde onderneming|gegunde ondernemer|contractant|provider|vendor|contractpartij",
    )
    category: str = code(
        "categorie|category|inkoopcategorie",
        Codes.CATEGORY,
        hints="procurement category|service category|inkooppakket|segment|productgroep|soort",
    )
    stream: str = optional("stroom|stream", values="hardware|refill|service")
    parent_id: str = code("raamovereenkomst|parent|framework", optional=True)
    replaces: str = optional("vervangt|replaces|voorganger", listed=True)
    form: str = optional("contractvorm|form|soort")
    specification: str = optional(
        "specificatie|specification", values="technical|functional|service"
    )
    starts_on: pl.Date = optional(
        "ingangsdatum|startdatum|start date|begindatum|contract start date",
        "commencement date|aanvang opdracht|aanvang|start|looptijd van|award date|datum gunning",
    )
    ends_on: pl.Date = optional(
        "einddatum|end date|current end date|contract end date",
        "voltooiing opdracht|voltooiing|expiry date|expiratiedatum|looptijd tot|eind|einde",
    )
    ends_on_note: str = optional("opmerking einddatum", values="open_ended|to_be_confirmed|rolling")
    option_dates: str = optional("verlengingsopties|option dates", listed=True)
    notice_months: float = optional(
        "opzegtermijn|notice months", "opzegtermijn maanden|notice period", low=0, high=120
    )
    value_eur: float = optional(
        "contractwaarde|waarde|value|contract value",
        "definitieve waarde|opdrachtwaarde|gegund bedrag|geraamde waarde|award value"
        "|contract award value|awarded contract value|bedrag|raming",
        money=True,
    )
    cpv: str = optional("cpv|cpv-code|cpv code(s)", listed=True)
    status: str = optional("status")
