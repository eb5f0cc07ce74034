"""How many of the targets that end in a period are met; each is judged on its own period."""

from __future__ import annotations

from typing import Final

import streamlit as st

from nami_monitor.core.periods import parse_month
from nami_monitor.core.words import PeriodKind
from nami_monitor.i18n import formats
from nami_monitor.kpis import CATALOGUE, Ask
from nami_monitor.ui import cache, filters, trends, words
from nami_monitor.ui.app import Session

CODE: Final = "steer_target_attainment"


def section(session: Session) -> None:
    """The share of targets met over a period that the reader chooses."""
    months = [f"{month:%Y-%m}" for month in cache.choices(session.store).months]
    if not months:
        return
    st.header(words.kpi_name(session, CATALOGUE[CODE]), anchor=False)
    left, right = st.columns(2)
    with left:
        month = filters.select(
            "month",
            session.t("filters.month"),
            months,
            lambda code: formats.month(code, session.lang),
        )
    with right:
        kind = filters.period(session, parse_month(month), months, PeriodKind.YEAR)
    ask = Ask(kind, parse_month(month), trends.how_many(kind))
    results = cache.figures(session.store, CODE, ask)
    latest = results[-1]
    period = formats.period(
        latest.period.start, latest.period.end, latest.period.kind, session.lang
    )
    if latest.value is None:
        st.markdown(session.t("targets.attained.none", period=period,
                              reason=words.reason(session, latest)))  # fmt: skip
    else:
        st.markdown(
            session.t(
                "targets.attained.sentence",
                n=int(latest.denominator or 0),
                period=period,
                met=formats.number(int(latest.numerator or 0), session.lang),
                share=words.figure(session, latest),
            )
        )
    with st.expander(session.t("trends.as_table")):
        name = words.kpi_name(session, CATALOGUE[CODE])
        trends.show_results(session, results, ask.where, key="attained", name=name)
