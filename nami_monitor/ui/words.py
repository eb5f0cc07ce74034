"""What people read instead of codes: names of KPIs, states, flags, reasons and differences."""

from __future__ import annotations

from nami_monitor.core.words import Flag
from nami_monitor.i18n import formats, has_text
from nami_monitor.kpis import Kpi, KpiResult
from nami_monitor.kpis.sentences import reason_sentence, word
from nami_monitor.ui.app import Session

NONE = "\N{EN DASH}"
"""What stands in a table where there is nothing to say."""


def kpi_name(session: Session, kpi: Kpi) -> str:
    """A KPI's name."""
    return session.t(f"kpis.{kpi.code}.name")


def activity_name(session: Session, measure: str | None) -> str | None:
    """One unit of an activity measure: "werkdag"; the code where the catalogue has no word."""
    if measure is None:
        return None
    key = f"activities.{measure}"
    return session.t(key) if has_text(key, session.lang) else measure


def code_name(session: Session, dimension: str, code: str | None) -> str:
    """A value of a dimension: the catalogue's word for it, else the code itself."""
    return word(dimension, code, session.lang)


def figure(session: Session, result: KpiResult) -> str:
    """The value with its unit, or the state when there is none."""
    if result.value is None:
        return session.t(f"words.{result.state}")
    activity = activity_name(session, result.activity)
    return formats.quantity(result.value, result.unit, session.lang, activity=activity)


def unit(session: Session, result: KpiResult) -> str:
    """What follows the value on a card."""
    activity = activity_name(session, result.activity)
    return formats.unit_label(result.unit, session.lang, activity=activity)


def reason(session: Session, result: KpiResult) -> str:
    """Why there is no value, as a sentence; empty when there is one."""
    return reason_sentence(result, session.lang) or ""


def flags(session: Session, found: tuple[Flag, ...]) -> str:
    """What a reader must know, in words; that it is demo data stands above every page."""
    said = [session.t(f"flags.{flag}") for flag in found if flag is not Flag.DEMO]
    return "; ".join(said)
