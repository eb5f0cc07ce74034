"""The parts of the page on requests: cards, decisions, what stands apart, and the ledger."""

from __future__ import annotations

from datetime import date

import streamlit as st

from nami_monitor.briefing import requests as briefing
from nami_monitor.briefing.requests import DECISIONS, RATE, Choices, Ledger, Request
from nami_monitor.charts import decisions, tables
from nami_monitor.core.errors import UserError
from nami_monitor.core.periods import Period, parse_month
from nami_monitor.core.words import PeriodKind, State, Unit
from nami_monitor.i18n import formats, has_text
from nami_monitor.kpis import CATALOGUE, Ask, KpiResult
from nami_monitor.store import Store
from nami_monitor.ui import cache, entry, filters, links, trends, words
from nami_monitor.ui.app import Session
from nami_monitor.ui.cache import Where, cached
from nami_monitor.ui.cards import Beside, Card, cards_html
from nami_monitor.ui.data import labels
from nami_monitor.ui.filters import ALL, Chosen
from nami_monitor.ui.grid import Head, grid
from nami_monitor.ui.links import Filters

COUNTED = "requests_counted"
"""What the page counts beside its KPIs."""


@cached(entries=20)
def choices(store: Store) -> Choices:
    """What the page offers."""
    with store.read() as db:
        return briefing.choices(db)


@cached(entries=50)
def _ledger(store: Store, month: date, where: Where, kind: str) -> Ledger:
    with store.read() as db:
        return briefing.ledger(db, Ask(kind, month, where=dict(where)))


@cached(entries=10)
def _rows(store: Store, month: date, where: Where, kind: str) -> tuple[Request, ...]:
    with store.read() as db:
        return briefing.rows(db, Ask(kind, month, where=dict(where)))


def empty(session: Session, offered: Choices) -> bool:
    """Whether no request is on record; if so, say what to load."""
    if offered.months:
        return False
    with st.container(key="requests_empty", border=True):
        st.header(session.t("requests.empty.title"), anchor=False)
        st.markdown(session.t("requests.empty.words"))
        st.page_link("pages/data.py", label=session.t("app.empty.load"))
    return True


def chosen(session: Session, offered: Choices) -> Chosen:
    """Category, location group, last month and kind of period."""
    left, middle, right, last = st.columns(4)
    months = [f"{month:%Y-%m}" for month in offered.months]
    with left:
        category = filters.select(
            "category",
            session.t("filters.category"),
            [ALL, *offered.categories],
            lambda code: filters.category_name(session, code),
        )
    with middle:
        group = filters.select(
            "group",
            session.t("filters.group"),
            [ALL, *offered.groups],
            lambda code: code or session.t("filters.all_groups"),
        )
    with right:
        month = filters.select(
            "month",
            session.t("filters.month"),
            months,
            lambda code: formats.month(code, session.lang),
        )
    with last:
        kind = filters.period(session, parse_month(month), months, PeriodKind.R12)
    where = {"category": (category,), "group": (group,)}
    kept = tuple((name, values) for name, values in where.items() if values != (ALL,))
    return Chosen(kept, parse_month(month), category, kind)


def ledger(session: Session, picked: Chosen) -> Ledger:
    """What the ledger has to say."""
    return _ledger(session.store, picked.month, picked.where, str(picked.kind))


def headline(session: Session, found: Ledger) -> None:
    """The period in one sentence."""
    rate = found.figures[RATE][-1]
    st.markdown(
        session.t(
            "requests.headline",
            n=found.decided,
            period=formats.period(
                found.period.start, found.period.end, found.period.kind, session.lang
            ),
            rate=words.figure(session, rate) if rate.value is not None else words.NONE,
        )
    )


def cards(session: Session, found: Ledger) -> None:
    """A card per figure, each with its grade of evidence; figures are never added up."""
    shown = tuple(
        _card(session, results, found.where, alone=results[-1].period.kind != found.period.kind)
        for results in found.figures.values()
    )
    st.html(cards_html(shown, session.lang))
    st.caption(session.t("requests.grades"))


def _card(session: Session, results: tuple[KpiResult, ...], where: Filters, *, alone: bool) -> Card:
    result, lang = results[-1], session.lang
    kpi = CATALOGUE[result.code]
    name = words.kpi_name(session, kpi)
    strategy = session.t(f"strategies.{kpi.strategy}")
    if result.state is not State.VALUE or result.value is None:
        return Card(name=name, state=result.state, strategy=strategy,
                    reason=words.reason(session, result))  # fmt: skip
    whole = result.unit in {Unit.EUR, Unit.PERCENT}
    before = results[0]
    beside: tuple[Beside, ...] = ()
    if before.value is not None:
        gap = formats.difference(result.value - before.value, result.unit, lang, like=before.value)
        beside = (
            Beside(
                formats.period(before.period.start, before.period.end, before.period.kind, lang),
                formats.figure(before.value, before.unit, lang),
                gap,
                links.trace(session, before, where),
            ),
        )
    return Card(
        name=name,
        strategy=strategy,
        value=formats.figure(result.value, result.unit, lang),
        unit="" if whole else words.unit(session, result),
        beside=beside,
        spark=tuple(one.value for one in results),
        spark_alt=session.t("requests.spark", name=name, value=words.figure(session, result)),
        note=_rests_on(session, result, alone=alone),
        trace=links.trace(session, result, where),
    )


def _rests_on(session: Session, result: KpiResult, *, alone: bool) -> str:
    """The grade of evidence in words, and how complete the figure is.

    Args:
        session: for the words.
        result: the figure.
        alone: whether it is that of a month, because twelve are not on record yet.
    """
    grade = session.t(f"requests.evidence.{result.evidence}")
    if alone:
        month = formats.month(result.month, session.lang)
        grade = f"{session.t('requests.month_alone', month=month)} {grade}"
    if result.completeness is None:
        return grade
    share = formats.percent(100 * result.completeness, session.lang, decimals=0)
    return f"{grade} {session.t('requests.complete', share=share)}"


def decided(session: Session, found: Ledger) -> None:
    """Decisions by month, as bars and as a table."""
    st.header(session.t("requests.decisions"), anchor=False)
    if not found.decisions:
        st.info(session.t("requests.nothing"))
        return
    st.vega_lite_chart(
        decisions.decisions_spec(found.decisions, DECISIONS, session.lang),
        theme=None,
        key="decisions",
        alt=decisions.decisions_sentence(found.decisions, DECISIONS, session.lang),
    )
    with st.expander(session.t("trends.as_table")):
        table = decisions.decisions_table(found.decisions, DECISIONS, session.lang)
        months = (Period(row[0], row[0], PeriodKind.MONTH) for row in table.rows)
        traces = [links.sum_of(session, COUNTED, month, found.where) for month in months]
        column = {session.t("trace.column"): traces}
        trends.show_table(
            session, table, "decisions_table", session.t("requests.decisions"), column
        )


def rate(session: Session, picked: Chosen) -> None:
    """The refusal rate over time."""
    monthly = picked.kind if picked.kind != PeriodKind.R12 else PeriodKind.MONTH
    ask = Ask(monthly, picked.month, trends.how_many(monthly), where=dict(picked.where))
    results = cache.figures(session.store, RATE, ask)
    st.header(words.kpi_name(session, CATALOGUE[RATE]), anchor=False)
    st.caption(trends.says(session, CATALOGUE[RATE]))
    trends.draw_or_say(session, RATE, results, ask.where, key="refuse_rate_trend")


def apart(session: Session, found: Ledger) -> None:
    """What is neither avoided nor bought new: refurbished, blocked by reason, no need at all."""
    st.header(session.t("requests.apart.title"), anchor=False)
    st.markdown(
        "\n".join(
            f"- {session.t(f'requests.apart.{key}', n=n)}"
            for key, n in (
                ("refurbished", found.counts["refurbished"]),
                ("blocked", found.counts["blocked"]),
                ("no_need", found.no_need),
            )
        )
    )
    if found.blocked:
        table = tables.Table(
            (session.t("requests.apart.reason"), session.t("requests.apart.count")),
            tuple((reason(session, why), n) for why, n in found.blocked.items()),
            (None, lambda n: formats.number(n, session.lang)),
        )
        trends.show_table(session, table, "blocked", session.t("requests.apart.blocked_for"))
    for decision in ("refurbished", "blocked"):
        if found.counts[decision]:
            where = {**found.where, "decision": (decision,)}
            said = f"{labels.value(session, decision)} ({found.counts[decision]})"
            links.offer(
                session.t("trace.figure", name=said),
                links.of_figure(COUNTED, found.period, where),
            )


def reason(session: Session, code: str) -> str:
    """The reason of a decision in words; as it was written where the catalogue has none."""
    if not code:
        return session.t("requests.reasons.none")
    key = f"requests.reasons.{code}"
    return session.t(key) if has_text(key, session.lang) else code


def table(session: Session, picked: Chosen) -> None:
    """The requests of the period."""
    st.header(session.t("requests.ledger"), anchor=False)
    try:
        found = _rows(session.store, picked.month, picked.where, str(picked.kind))
    except UserError as error:
        st.info(session.sentence(error))
        return
    if any(one.hidden for one in found):
        st.caption(session.t("requests.hidden_words"))

    def day(value: date) -> str:
        return formats.day(value, session.lang)

    def number(value: float) -> str:
        return formats.number(value, session.lang)

    heads = [
        Head(session.t("columns.request_id")),
        Head(session.t("columns.requested_on"), day),
        Head(session.t("columns.location_id")),
        Head(session.t("columns.category")),
        Head(session.t("requests.article")),
        Head(session.t("columns.quantity"), number),
        Head(session.t("columns.decision")),
        Head(session.t("columns.quantity_avoided"), number),
        Head(session.t("columns.decided_on"), day),
        Head(session.t("columns.reason")),
        Head(session.t("columns.source")),
    ]
    rows = [_row(session, one) for one in found]
    title = session.t("requests.ledger")
    grid(session, heads, rows, key="ledger", name=title, file=title)


def _row(session: Session, one: Request) -> tuple[object, ...]:
    hidden = session.t("requests.hidden")
    code, _, more = (one.reason or "").partition(":")
    said = reason(session, code.strip().lower()) if one.reason else None
    why = f"{said}: {more.strip()}" if more else said
    return (
        one.number,
        one.requested_on,
        one.location,
        filters.category_name(session, one.category),
        hidden if one.hidden else one.article,
        one.quantity,
        labels.value(session, one.decision),
        one.avoided,
        one.decided_on,
        hidden if one.hidden and not why else why,
        entry.source_name(session, one.source),
    )
