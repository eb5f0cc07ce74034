"""Locations compared in a funnel: the chart, its sentence and its table."""

import streamlit as st

from nami_monitor.briefing.as_of import read_as_of
from nami_monitor.briefing.funnel import OUTSIDE, FunnelComparison, FunnelSite, compare, kind_of
from nami_monitor.charts.funnel_plot import (
    INSIDE,
    MARKS,
    FunnelDot,
    funnel_chart,
)
from nami_monitor.core.escapes import plain
from nami_monitor.i18n import formats
from nami_monitor.kpis import CATALOGUE, Ask
from nami_monitor.kpis.sentences import activity_of
from nami_monitor.signals.funnel import Funnel, LimitsBySize, RatioKind
from nami_monitor.store import Store
from nami_monitor.ui import chart_card, links, words
from nami_monitor.ui.cache import cached, last_period
from nami_monitor.ui.grid import Head, grid
from nami_monitor.ui.session import Session

SECTION = "funnel"
"""Name of the section in the address: a link can show it open."""


def section(session: Session, code: str, ask: Ask) -> None:
    """Locations against their size, for KPIs that can be set against it, once a reader opens it.

    Args:
        session: for the words.
        code: the KPI.
        ask: its last period is compared; its filters hold.
    """
    if kind_of(CATALOGUE[code]) is None:
        return
    expander = st.expander(session.t("funnel.title"), key=SECTION, bind="query-params")
    if not expander.open:
        return
    with expander:
        comparison = compared(session.store, code, last_period(ask), session.lang)
        st.text(plain(comparison.sentence))
        if comparison.funnel:
            _draw(session, comparison, comparison.funnel)
        if comparison.sites:
            _table(session, comparison, ask)
            name = words.kpi_name(session, comparison.kpi)
            whole = links.result_address(comparison.whole, ask.where)
            links.offer_trace(session.t("trace.figure", name=name), whole)


@cached(entries=100)
def compared(store: Store, code: str, ask: Ask, lang: str) -> FunnelComparison:
    """The comparison with its words."""
    with read_as_of(store, ask.until) as db:
        return compare(db, CATALOGUE[code], ask, lang)


def _draw(session: Session, comparison: FunnelComparison, limits: Funnel[str | None]) -> None:
    lang, factor = session.lang, comparison.kpi.factor
    dots = tuple(_dot(session, comparison, site) for site in comparison.sites if _drawn(site))
    curve = limits.curve()
    bound = 0.0 if all(dot.value >= 0 for dot in dots) else float("-inf")
    lines = LimitsBySize(
        curve.sizes,
        *(
            (values * factor).clip(min=bound)
            for values in (curve.low, curve.warning_low, curve.warning_high, curve.high)
        ),
    )
    unit = words.unit(session, comparison.whole)
    name = words.kpi_name(session, comparison.kpi)
    drawn = funnel_chart(
        dots,
        lines,
        limits.rate * factor,
        lang,
        size=_size_title(session, comparison),
        value=unit or name,
        legend={effect: session.t(f"funnel.legend.{effect}") for effect in MARKS},
        alt=session.t("funnel.alt", n=len(dots), name=name, said=comparison.sentence),
    )
    whole = formats.quantity(
        limits.rate * factor,
        comparison.kpi.unit,
        lang,
        activity=activity_of(comparison.whole, lang),
    )
    notes = [session.t("funnel.caption", whole=whole)]
    if limits.kind is RatioKind.AMOUNT:
        notes.append(session.t("funnel.caption_amount"))
    elif limits.between:
        notes.append(session.t("funnel.caption_between"))
    chart_card.show(session, drawn, key="funnel_chart", caption=" ".join(notes))


def _drawn(site: FunnelSite) -> bool:
    return bool(site.point and site.point.size and site.result.value is not None)


def _dot(session: Session, comparison: FunnelComparison, site: FunnelSite) -> FunnelDot:
    lang = session.lang
    outside = site.point is not None and site.point.zone in OUTSIDE
    size, value = site.result.denominator or 0.0, site.result.value or 0.0
    return FunnelDot(
        name=site.name,
        size=size,
        value=value,
        effect=str(site.effect) if outside else INSIDE,
        figure=formats.quantity(
            value, comparison.kpi.unit, lang, activity=activity_of(comparison.whole, lang)
        ),
        extent=formats.number(size, lang, significant=3),
    )


def _size_title(session: Session, comparison: FunnelComparison) -> str:
    activity = activity_of(comparison.whole, session.lang)
    if activity:
        return session.t("funnel.size_of", activity=activity)
    return session.t("funnel.size")


def _table(session: Session, comparison: FunnelComparison, ask: Ask) -> None:
    lang = session.lang
    unit = words.unit(session, comparison.whole)
    value = session.t("funnel.table.value")
    heads = [
        Head(session.t("funnel.table.location")),
        Head(
            _size_title(session, comparison), lambda size: formats.number(size, lang, significant=4)
        ),
        Head(
            f"{value} ({unit})" if unit else value,
            lambda value: formats.figure(value, comparison.kpi.unit, lang),
        ),
        Head(session.t("funnel.table.zone")),
        Head(session.t("funnel.table.remark")),
    ]
    rows = [
        (
            site.name,
            site.result.denominator,
            site.result.value,
            session.t(f"funnel.zones.{site.point.zone}") if site.point else "",
            site.remark,
        )
        for site in comparison.sites
    ]
    title = session.t("funnel.title")
    traces = [links.trace_of_result(session, site.result, ask.where) for site in comparison.sites]
    column = {heads[2].title: traces}
    grid(session, heads, rows, key="funnel_table", name=title, file=title, traces=column)
