"""What is decided and agreed: interventions, targets, programmes."""

import pandera.polars as pa
import polars as pl

from nami_monitor.tables.column import Codes, code, column


class Interventions(pa.DataFrameModel):
    """One row is a measure that was taken or is planned."""

    intervention_id: str = code("interventie|intervention id|maatregel|nummer")
    title: str = column("titel|title|omschrijving")
    category: str = code("categorie|category", Codes.CATEGORY)
    r_strategy: str = column(
        "strategie|strategy", values=("refuse", "rethink", "reduce"), name="strategy"
    )
    status: str = column("status", values=("planned", "running", "ended"))
    starts_on: pl.Date = column("ingangsdatum|startdatum|starts on")
    ends_on: pl.Date = column("einddatum|ends on", optional=True)
    ramp_months: float = column("aanloopmaanden|ramp months", low=0, high=60)
    anticipation_months: float = column("voorbode maanden|anticipation months", low=0, high=24)
    target_channel: str = column("doelkanaal|target channel")
    substitute_channels: str = column("vervangende kanalen|substitute channels", listed=True)
    substitute_products: str = column(
        "vervangende artikelen|substitute products", optional=True, listed=True
    )
    locations: str = column("vestigingen|locations", listed=True)
    products: str = column("artikelen|products", optional=True, listed=True)
    may_spread: bool = column("kan verspreiden|may spread")
    planned_reduction: float = column(
        "geplande vermindering|planned reduction", optional=True, low=0, high=1
    )
    disciplines: str = column("disciplines", optional=True, listed=True)
    policy: str = column("beleid|policy", optional=True)
    motive: str = column(
        "motief|motive", optional=True, values=("sustainability", "money", "other")
    )


PERIOD = r"(19|20)\d\d(-(0[1-9]|1[0-2]|Q[1-4]))?"
"""A year, a quarter (``2026-Q3``) or a month (``2026-10``)."""


class Targets(pa.DataFrameModel):
    """One row is an agreed aim for a KPI over a period, or says that it no longer holds."""

    kpi: str = code("kpi|indicator")
    category: str = code("categorie|category", Codes.CATEGORY, optional=True)
    kind: str = column("soort|kind", values=("absolute", "change_from_baseline", "path"))
    period: str = column("periode|period", matches=PERIOD)
    value: float = column("waarde|value|doel")
    baseline_period: str = column("nulmeting|baseline period", optional=True, matches=PERIOD)
    source: str = column("bron|source", optional=True)
    withdrawn: bool = column("ingetrokken|withdrawn", optional=True)


class Programmes(pa.DataFrameModel):
    """One row is a programme, with its cap when it has one."""

    programme: str = code("programma|programme")
    title: str = column("titel|title")
    category: str = code("categorie|category", Codes.CATEGORY)
    unit: str = column("eenheid|unit")
    cap: float = column("maximum|cap", optional=True, low=0)
    starts_on: pl.Date = column("startdatum|starts on", optional=True)
    ends_on: pl.Date = column("einddatum|ends on", optional=True)


class ProgrammeUnits(pa.DataFrameModel):
    """One row is a unit of a programme: a pitch, a post."""

    programme: str = code("programma|programme", Codes.PROGRAMME)
    unit_id: str = code("eenheid|unit id|post|veld")
    period: str = column("periode|period", matches=PERIOD)
    theme: str = column("thema|theme", optional=True)
    status: str = column(
        "status", values=("planned", "done", "deferred", "cancelled", "no_response")
    )
    outcome: str = column("uitkomst|outcome", optional=True)
    measure: str = column("maatregel|measure", optional=True)
    value: float = column("waarde|value", optional=True)
    method: str = column("methode|method", optional=True)
