"""Spend of contracts that were split: one line across the split, and by stream."""

from __future__ import annotations

from datetime import date

import streamlit as st

from nami_monitor.briefing.contracts import STREAMS, Register, Split
from nami_monitor.charts import alt, tables
from nami_monitor.charts.periods import Bar, period_spec
from nami_monitor.charts.trend import caption, trend_spec
from nami_monitor.charts.trend_data import Mark, Series, Trend, TrendPoint
from nami_monitor.core.words import Unit
from nami_monitor.i18n import formats
from nami_monitor.kpis import CATALOGUE
from nami_monitor.ui import links, trends, words
from nami_monitor.ui.app import Session
from nami_monitor.ui.links import Filters


def splits(session: Session, found: Register) -> None:
    """Spend of contracts that were split, as one line across the split, and by stream."""
    if not found.splits:
        return
    st.header(words.kpi_name(session, CATALOGUE[STREAMS]), anchor=False)
    st.caption(session.t("contracts.splits.words"))
    for split in found.splits:
        _split(session, split, found.where)


def _split(session: Session, split: Split, where: Filters) -> None:
    st.subheader(split.name, anchor=False)
    if split.kind in trends.MONTHLY:
        _line(session, split)
    else:
        _bars(session, split)
    with st.expander(session.t("trends.as_table")):
        table = _split_table(session, split)
        within = {**where, "family": (split.family,)}
        traces = [
            links.sum_of(session, STREAMS, split.periods[row[0]], within) for row in table.rows
        ]
        column = {session.t("trace.column"): traces}
        trends.show_table(session, table, f"split_{split.family}_table", split.name, column)


def _line(session: Session, split: Split) -> None:
    trend = Trend(
        (Series(split.name, tuple(TrendPoint(*point) for point in split.total.items())),),
        Unit.EUR,
        marks=tuple(
            Mark(one.month, session.t("contracts.splits.mark", n=len(one.names)))
            for one in split.replacements
        ),
    )
    st.vega_lite_chart(
        trend_spec(trend, session.lang),
        theme=None,
        key=f"split_{split.family}",
        alt=alt.trend_sentence(trend, session.lang),
    )
    st.text(_since(session, split))
    st.caption(caption(trend, session.lang))


def _bars(session: Session, split: Split) -> None:
    bars = tuple(
        Bar(_period(session, split, month), "", value) for month, value in split.total.items()
    )
    st.vega_lite_chart(
        period_spec(bars, Unit.EUR, session.lang),
        theme=None,
        key=f"split_{split.family}",
        alt=session.t("trends.bars_alt", name=split.name, n=len(bars)),
    )
    st.text(_since(session, split))


def _since(session: Session, split: Split) -> str:
    """From when on which contracts took over."""
    return " ".join(
        session.t(
            "contracts.splits.since",
            no=no,
            names=", ".join(one.names),
            month=formats.month(one.month, session.lang),
        )
        for no, one in enumerate(split.replacements, start=1)
    )


def _period(session: Session, split: Split, month: date) -> str:
    period = split.periods[month]
    return formats.period(period.start, period.end, period.kind, session.lang)


def _split_table(session: Session, split: Split) -> tables.Table:
    streams = [code for code, months in split.streams.items() if any(months.values())]

    def money(value: float) -> str:
        return formats.money(value, session.lang)

    return tables.Table(
        (
            session.t("trends.table.period"),
            session.t("contracts.splits.total"),
            *(words.code_name(session, "stream", code) for code in streams),
        ),
        tuple(
            (month, total, *(split.streams[code].get(month) for code in streams))
            for month, total in sorted(split.total.items(), reverse=True)
        ),
        (lambda month: _period(session, split, month.date()), money, *(money for _ in streams)),
    )
