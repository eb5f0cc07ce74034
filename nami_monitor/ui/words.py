"""What people read instead of codes: names of figures, tables and values, and sentences."""

from collections.abc import Iterable
from datetime import datetime

from nami_monitor import i18n
from nami_monitor.briefing.handbook import changes
from nami_monitor.core.words import Direction, Flag
from nami_monitor.i18n import formats
from nami_monitor.ingest.cells import MISFIT_RULES
from nami_monitor.kpis import Kpi, KpiResult, sentences
from nami_monitor.kpis.sentences import figure_text, flags_text, reason_sentence, unit_text, word
from nami_monitor.ui.session import Session

NONE = "\N{EN DASH}"
"""What stands in a table where there is nothing to say."""


def kpi_name(session: Session, kpi: Kpi) -> str:
    """A KPI's name."""
    return session.t(f"kpis.{kpi.code}.name")


def figure_name(session: Session, result: KpiResult) -> str:
    """A figure's name; one per unit of activity says per what."""
    return sentences.figure_name(result, session.lang)


def activity_name(session: Session, measure: str | None) -> str | None:
    """One unit of an activity measure: "werkdag"; the code where the catalogue has no word."""
    if measure is None:
        return None
    return sentences.activity_name(measure, session.lang)


def code_name(session: Session, dimension: str, code: str | None) -> str:
    """A value of a dimension: the catalogue's word for it, else the code itself."""
    return word(dimension, code, session.lang)


def figure(session: Session, result: KpiResult) -> str:
    """The value with its unit, or the state when there is none."""
    return figure_text(result, session.lang)


def unit(session: Session, result: KpiResult) -> str:
    """What follows the value on a card."""
    return unit_text(result, session.lang)


def reason(session: Session, result: KpiResult) -> str:
    """Why there is no value, as a sentence; empty when there is one."""
    return reason_sentence(result, session.lang) or ""


def flags(session: Session, flags_set: tuple[Flag, ...]) -> str:
    """What a reader must know, in words; that it is demo data stands above every page."""
    return flags_text(flags_set, session.lang)


def table_name(session: Session, name: str) -> str:
    """An input table: "Bestellingen en verbruik"."""
    return session.t(f"tables.{name}.name")


def column_name(session: Session, name: str) -> str:
    """A canonical column: "Aantal"; both names where either of two columns will do."""
    return " / ".join(session.t(f"columns.{part}") for part in name.split(" / "))


def value_name(session: Session, allowed: str) -> str:
    """An allowed value of a column: "hergebruikt"; the value itself where there is no word."""
    return i18n.word(allowed, session.lang, f"allowed.{allowed}.name")


def choice_name(session: Session, allowed: str) -> str:
    """The same in a form, where nothing may be chosen too."""
    return value_name(session, allowed) if allowed else session.t("measures.form.unsaid")


def moment(session: Session, when: datetime) -> str:
    """A moment in the reader's own day: "3 mrt 2026 14:05"."""
    return formats.moment(when, session.lang)


def rule_sentence(session: Session, name: str) -> str:
    """Why a row was set aside, as a sentence."""
    if name in MISFIT_RULES:
        return session.t(f"reading.misfits.{name}")
    return session.t(f"rules.{name}")


def skip_reason(session: Session, name: str) -> str:
    """Why a row is no data: "regel met een totaal"."""
    what, _, dropped = name.partition(": ")
    return session.t(f"skips.{what}", column=dropped)


def table_names(session: Session, names: Iterable[str]) -> str:
    """Kinds of codes: "Locaties, Categorieën"."""
    return ", ".join(table_name(session, name) for name in names)


def kpi_says(session: Session, kpi: Kpi) -> str:
    """What a KPI says, which way is better, and how its definition changed."""
    way = "" if kpi.better is Direction.NEUTRAL else session.t(f"trends.better.{kpi.better}")
    parts = [session.t(f"kpis.{kpi.code}.says"), way, *changes(kpi, session.lang)]
    return " ".join(part for part in parts if part)
