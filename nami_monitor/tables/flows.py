"""What happens month by month: orders, measured figures, requests."""

import pandera.polars as pa
import polars as pl

from nami_monitor.tables.column import Codes, code, column, optional


class Orders(pa.DataFrameModel):
    """One row is a consumption or order line, or a total of the source's grain."""

    ordered_on: pl.Date = column("besteldatum|datum|orderdatum|order date|trans date|date|maand")
    location_id: str = code("vestiging|locatie|location|locatiecode|afleverlocatie", Codes.LOCATION)
    category: str = code("categorie|category|assortiment", Codes.CATEGORY)
    product_id: str = code(
        "artikelnr|artikelnummer|artikel|product id|product|sku", Codes.PRODUCT, optional=True
    )
    channel: str = column("kanaal|channel", matches=r"[^\r\n\t]{1,80}")
    quantity: float = optional("aantal|quantity|qty|hoeveelheid")
    amount_eur: float = optional(
        "bedrag|amount|totaal|totaalbedrag|sales|original gross amt|bedrag excl. btw", money=True
    )
    condition: str = optional("conditie|staat|condition", values="new|refurbished|reused")
    contract_id: str = code("contractnummer|contract|contract id", Codes.CONTRACT, optional=True)
    supplier: str = optional("leverancier|supplier|merchant name")
    order_ref: str = optional("bestelnummer|ordernummer|order id|order number", identifier=True)
    text: str = optional("", free_text=True)


class Measurements(pa.DataFrameModel):
    """One row is a normaliser or another measured figure over a period."""

    period_start: pl.Date = column("periode van|period start|begin|maand|van")
    period_end: pl.Date = column("periode tot|period end|einde|tot en met")
    location_id: str = code("vestiging|locatie|location|locatiecode", Codes.LOCATION, optional=True)
    subject: str = optional("onderwerp|subject")
    activity_measure: str = code("activiteitsmaat|activity measure|maat")
    value: float = column("waarde|value|aantal")
    unit: str = column("eenheid|unit")
    method: str = optional("methode|method")
    proxy: bool = column("proxy|benadering")


class Requests(pa.DataFrameModel):
    """One row is a need that was asked for, and what was decided."""

    request_id: str = code("aanvraagnummer|request id|aanvraag")
    requested_on: pl.Date = column("aanvraagdatum|aangevraagd op|requested on")
    location_id: str = code("vestiging|locatie|location", Codes.LOCATION)
    category: str = code("categorie|category", Codes.CATEGORY)
    product_id: str = code("artikelnr|artikel|product", Codes.PRODUCT, optional=True)
    quantity: float = column("aantal|quantity", low=0)
    decision: str = column(
        "besluit|decision",
        values="from_stock|shared|repaired|rethought|withdrawn|refurbished|bought|blocked",
    )
    quantity_avoided: float = optional("aantal vermeden|quantity avoided", low=0)
    decided_on: pl.Date = optional("besluitdatum|decided on")
    reason: str = optional("reden|reason", free_text=True)
