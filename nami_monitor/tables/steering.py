"""What is decided and agreed: interventions, targets, programmes."""

import pandera.polars as pa
import polars as pl

from nami_monitor.tables.column import Codes, code, column, optional


class Interventions(pa.DataFrameModel):
    """One row is a measure that was taken or is planned."""

    intervention_id: str = code("interventie|intervention id|maatregel|nummer")
    title: str = column("titel|title|omschrijving")
    category: str = code("categorie|category", Codes.CATEGORY)
    r_strategy: str = column("strategie|strategy", values="refuse|rethink|reduce", name="strategy")
    status: str = column("status", values="planned|running|ended")
    starts_on: pl.Date = column("ingangsdatum|startdatum|starts on")
    ends_on: pl.Date = optional("einddatum|ends on")
    ramp_months: float = column("aanloopmaanden|ramp months", low=0, high=60)
    anticipation_months: float = column("voorbode maanden|anticipation months", low=0, high=24)
    target_channel: str = column("doelkanaal|target channel")
    substitute_channels: str = column("vervangende kanalen|substitute channels", listed=True)
    substitute_products: str = optional("vervangende artikelen|substitute products", listed=True)
    locations: str = column("vestigingen|locations", listed=True)
    products: str = optional("artikelen|products", listed=True)
    may_spread: bool = column("kan verspreiden|may spread")
    planned_reduction: float = optional("geplande vermindering|planned reduction", low=0, high=1)
    turn_months: float = optional("wisselmaanden|turn months", low=2, high=12)
    disciplines: str = optional("disciplines", listed=True)
    policy: str = optional("beleid|policy")
    motive: str = optional("motief|motive", values="sustainability|money|other")
    evaluate_after: str = optional("evalueren na|evaluate after", listed=True)
    primary_unit: str = optional("eenheid van het oordeel|primary unit", values="base|kg|eur")
    design: str = optional("onderzoeksopzet|design", values="controls|no_controls")
    sides: str = optional("zijden|sides", values="two_sided|one_sided")
    month_weights: str = optional("weging van maanden|month weights", values="even|weighed")
    would_decide: str = optional("wat we dan besluiten|would decide", free_text=True)


class Assignments(pa.DataFrameModel):
    """One row is a location of a measure with arms: what it got by chance, and was told when."""

    intervention_id: str = code("interventie|intervention id|maatregel")
    location_id: str = code("vestiging|locatie|location|location id|locatiecode", Codes.LOCATION)
    arm: str = code("variant|arm")
    stratum: str = code("stratum")
    seed: str = code("lotnummer|seed")
    starts_on: pl.Date = optional("ingangsdatum|startdatum|starts on")
    told: str = optional("boodschap|verteld|told", free_text=True)
    told_on: pl.Date = optional("verteld op|told on")


PERIOD = r"(19|20)\d\d(-(0[1-9]|1[0-2]|Q[1-4]))?"
"""A year, a quarter (``2026-Q3``) or a month (``2026-10``)."""


class Targets(pa.DataFrameModel):
    """One row is an agreed aim for a KPI over a period, or says that it no longer holds."""

    kpi: str = code("kpi|indicator")
    category: str = code("categorie|category", Codes.CATEGORY, optional=True)
    kind: str = column("soort|kind", values="absolute|change_from_baseline|path")
    period: str = column("periode|period", matches=PERIOD)
    value: float = column("waarde|value|doel")
    baseline_period: str = optional("nulmeting|baseline period", matches=PERIOD)
    source: str = optional("bron|source")
    withdrawn: bool = optional("ingetrokken|withdrawn")


class Programmes(pa.DataFrameModel):
    """One row is a programme, with its cap when it has one."""

    programme: str = code("programma|programme")
    title: str = column("titel|title")
    category: str = code("categorie|category", Codes.CATEGORY)
    unit: str = column("eenheid|unit")
    cap: float = optional("maximum|cap", low=0)
    starts_on: pl.Date = optional("startdatum|starts on")
    ends_on: pl.Date = optional("einddatum|ends on")


class ProgrammeUnits(pa.DataFrameModel):
    """One row is a unit of a programme: a pitch, a post."""

    programme: str = code("programma|programme", Codes.PROGRAMME)
    unit_id: str = code("eenheid|unit id|post|veld")
    period: str = column("periode|period", matches=PERIOD)
    theme: str = optional("thema|theme")
    status: str = column("status", values="planned|done|deferred|cancelled|no_response")
    outcome: str = optional("uitkomst|outcome")
    measure: str = optional("maatregel|measure")
    value: float = optional("waarde|value")
    method: str = optional("methode|method")
