"""The handbook entry of a KPI, in the reader's language, from its declaration."""

from collections.abc import Iterator
from dataclasses import dataclass

from nami_monitor.core.thresholds import (
    MIN_COMPLETENESS,
    PREPARATION_MONTHS,
    PRICE_MONTHS,
    REAL_FALL,
)
from nami_monitor.core.words import LADDER, Unit
from nami_monitor.i18n import formats, text
from nami_monitor.kpis import Kpi
from nami_monitor.kpis.sentences import activity_name, period_names


@dataclass(frozen=True)
class EntryPart:
    """A labelled part of a handbook entry, in the reader's language or SQL."""

    label: str
    words: str


@dataclass(frozen=True)
class NeededColumn:
    """A table and column that a KPI needs, in words and as the code ``orders.quantity``."""

    table: str
    column: str
    code: str


@dataclass(frozen=True)
class KpiEntry:
    """A KPI in the handbook, in words and as the database reads it.

    ``parts`` are all that people read besides name, meaning and needs; ``sql`` is empty where other
    figures are judged.
    """

    code: str
    name: str
    says: str
    says_not: str
    parts: tuple[EntryPart, ...]
    needs: tuple[NeededColumn, ...]
    sql: tuple[EntryPart, ...]


def entry(kpi: Kpi, lang: str) -> KpiEntry:
    """The handbook's entry of a KPI."""

    def told(part: str, words: str) -> EntryPart:
        return EntryPart(text(f"handbook.parts.{part}", lang), words)

    def own(part: str) -> str:
        return text(f"kpis.{kpi.code}.{part}", lang, **limits(lang))

    parts = [
        told("strategy", text(f"strategies.{kpi.strategy}", lang)),
        told("formula", own("formula")),
        told("pitfalls", _pitfalls(kpi, own("pitfalls"), lang)),
        told("unit", _unit(kpi, lang)),
        told("better", text(f"handbook.better.{kpi.better}", lang)),
        told("over_time", _over_time(kpi, lang)),
        told("source", own("source")),
    ]
    if kpi.on_ladder:
        parts.append(told("ladder", _ladder(kpi, lang)))
    if kpi.evidence:
        parts.append(told("evidence", text(f"handbook.evidence.{kpi.evidence}", lang)))
    parts.append(told("version", " ".join([str(kpi.version), *changes(kpi, lang)])))
    says = own("name"), own("says"), own("says_not")
    needs = tuple(_need(code, lang) for code in kpi.needs)
    sql = tuple(told(part, written) for part, written in _sql(kpi))
    return KpiEntry(kpi.code, *says, tuple(parts), needs, sql)


def changes(kpi: Kpi, lang: str) -> Iterator[str]:
    """Yield a sentence for each version of a definition after the first."""
    for change in kpi.history:
        what = text(f"kpis.{kpi.code}.changes.{change.version}", lang)
        month = formats.month(change.since, lang)
        yield text("handbook.change", lang, version=change.version, month=month, what=what)


def limits(lang: str) -> dict[str, str]:
    """The thresholds that the texts of KPIs name, written."""
    return {
        "min_completeness": formats.percent(100 * MIN_COMPLETENESS.value, lang, decimals=0),
        "preparation_months": formats.number(PREPARATION_MONTHS.value, lang),
        "price_months": formats.number(PRICE_MONTHS.value, lang),
        "real_fall": formats.percent(100 * REAL_FALL.value, lang, decimals=0),
    }


def _pitfalls(kpi: Kpi, own: str, lang: str) -> str:
    """The pitfalls of a KPI; for material KPIs also that they cover projects only."""
    of_projects = "materials.project" in kpi.needs
    return f"{own} {text('handbook.of_projects', lang)}" if of_projects else own


def _unit(kpi: Kpi, lang: str) -> str:
    if kpi.unit is Unit.COUNT:
        return text("handbook.count", lang)
    if kpi.unit is Unit.INDEX:
        return text("handbook.index", lang)
    activity = activity_name(kpi.activity, lang) if kpi.activity else None
    return formats.unit_label(kpi.unit, lang, activity=activity)


def _over_time(kpi: Kpi, lang: str) -> str:
    said = text(f"over_time.{kpi.over_time.code}", lang)
    if not kpi.only:
        return said
    return f"{said}; {text('handbook.only', lang, kinds=period_names(kpi.only, lang))}"


def _ladder(kpi: Kpi, lang: str) -> str:
    rungs = ", ".join(f"{rung} {rung.name.capitalize()}" for rung in kpi.on_ladder)
    said = f"{rungs} · {text('handbook.ladder', lang, ladder=LADDER)}"
    return f"{said}. {text('handbook.elsewhere', lang)}" if kpi.rungs else said


def _need(code: str, lang: str) -> NeededColumn:
    table, _, column = code.partition(".")
    return NeededColumn(text(f"tables.{table}.name", lang), text(f"columns.{column}", lang), code)


def _sql(kpi: Kpi) -> Iterator[tuple[str, str]]:
    """Yield labels and SQL of a KPI; nothing if it is judged or estimated."""
    if not kpi.over_time.by_aggregates:
        return
    yield "numerator", kpi.numerator
    if kpi.denominator:
        yield "denominator", kpi.denominator
    if kpi.per_activity:
        measure = f"'{kpi.activity}'" if kpi.activity else "categories.activity_measure"
        yield "denominator", f"measurements.value where activity_measure = {measure}"
    if kpi.covered:
        yield "covered", kpi.covered
    yield "reads", ", ".join(kpi.reads)
