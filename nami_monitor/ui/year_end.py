"""What stands beside December's share of a year: an even year and the years before."""

from __future__ import annotations

from datetime import date

import streamlit as st

from nami_monitor.core.periods import Period
from nami_monitor.core.words import PeriodKind
from nami_monitor.i18n import formats
from nami_monitor.kpis import Ask
from nami_monitor.kpis.catalogue.steer import STEER_YEAR_END_SHARE
from nami_monitor.kpis.year_end import EVEN, YearEnd, year_end
from nami_monitor.store import Store
from nami_monitor.ui import links
from nami_monitor.ui.app import Session
from nami_monitor.ui.cache import cached, last_period


def beside(session: Session, code: str, ask: Ask) -> None:
    """Say what December's share is held against; nothing for other KPIs.

    Args:
        session: for the words.
        code: the KPI.
        ask: the period and the filters.
    """
    if code != STEER_YEAR_END_SHARE.code:
        return
    found = _year_end(session.store, last_period(ask))
    if found:
        st.text(sentence(session, found))
        for year, _ in found.earlier:
            whole = Period(date(year, 1, 1), date(year, 12, 1), PeriodKind.YEAR)
            links.offer_sum(session, code, whole, ask.where)


def sentence(session: Session, found: YearEnd) -> str:
    """The references in a sentence."""
    lang = session.lang
    even = session.t("year_end.even", even=formats.percent(EVEN, lang))
    if found.usual is None:
        return f"{even} {session.t('year_end.too_few', n=len(found.earlier), year=found.year)}"
    mean, low, high = (formats.percent(share, lang) for share in found.usual)
    years = ", ".join(str(year) for year, _ in found.earlier)
    usual = session.t("year_end.usual", years=years, mean=mean, low=low, high=high)
    return f"{even} {usual}"


@cached(entries=50)
def _year_end(store: Store, ask: Ask) -> YearEnd | None:
    with store.read() as db:
        return year_end(db, ask)
