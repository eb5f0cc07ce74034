"""The page on requests: a form, cards, decisions, what is counted apart, and the list."""

from datetime import UTC, date, datetime

import streamlit as st

from nami_monitor.briefing import requests as briefing
from nami_monitor.briefing.as_of import read_as_of
from nami_monitor.briefing.requests import (
    AVOIDED,
    DECISIONS,
    RATE,
    Request,
    RequestArticle,
    RequestChoices,
    RequestLedger,
    articles,
    exists,
)
from nami_monitor.charts.columns import decisions_chart
from nami_monitor.charts.spec import ChartTable
from nami_monitor.core.errors import UserError
from nami_monitor.core.escapes import markdown, plain
from nami_monitor.core.periods import Period
from nami_monitor.core.words import PeriodKind
from nami_monitor.i18n import formats, has_text
from nami_monitor.ingest.book.manual_entry import Value
from nami_monitor.kpis import CATALOGUE, Ask, KpiResult
from nami_monitor.store import Store
from nami_monitor.ui import (
    app,
    booking,
    cache,
    chart_card,
    doors,
    figure_notes,
    filters,
    links,
    trend_chart,
    words,
)
from nami_monitor.ui.cache import Where, cached
from nami_monitor.ui.cards import cards_html
from nami_monitor.ui.filters import Selection
from nami_monitor.ui.grid import Head, grid
from nami_monitor.ui.session import Session

COUNTED = "requests_counted"
"""What the page counts beside its KPIs."""


@cached(entries=20)
def choices(store: Store) -> RequestChoices:
    """What the page offers."""
    with store.read() as db:
        return briefing.choices(db)


@cached(entries=50)
def _ledger(store: Store, month: date, where: Where, kind: str) -> RequestLedger:
    with read_as_of(store, month) as db:
        return briefing.ledger(db, Ask(kind, month, where=dict(where)))


@cached(entries=10)
def _rows(store: Store, month: date, where: Where, kind: str) -> tuple[Request, ...]:
    with read_as_of(store, month) as db:
        return briefing.rows(db, Ask(kind, month, where=dict(where)))


def ledger(session: Session, picked: Selection) -> RequestLedger:
    """Figures, decisions and counts of the period."""
    return _ledger(session.store, picked.month, picked.where, str(picked.kind))


def headline(session: Session, ledger: RequestLedger) -> None:
    """What became of the requests of the period, as the heading."""
    rate, period = ledger.figures[RATE][-1], formats.period(ledger.period, session.lang)
    if rate.value is None:
        app.heading(session.t("requests.decided", n=ledger.decided, period=period))
    else:
        share = words.figure(session, rate)
        app.heading(session.t("requests.finding", share=share, period=period))


def cards(session: Session, ledger: RequestLedger) -> None:
    """A card per figure, each with its grade of evidence; figures are never added up."""
    drawn = []
    for results in ledger.figures.values():
        alone = results[-1].period.kind != ledger.period.kind
        note = _rests_on(session, results[-1], alone=alone)
        drawn.append(figure_notes.card(session, results, ledger.where, note))
    st.html(cards_html(tuple(drawn), session.lang))
    st.caption(session.t("requests.grades"))


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
    return f"{grade} {figure_notes.complete(session, result)}".rstrip()


def decided(session: Session, ledger: RequestLedger) -> None:
    """Decisions by month, as bars and as a table."""
    st.header(session.t("requests.decisions"), anchor=False)
    if not ledger.decisions:
        st.info(session.t("requests.nothing"))
        return
    drawn = decisions_chart(ledger.decisions, DECISIONS, session.lang)
    months = (Period(row[0], row[0], PeriodKind.MONTH) for row in drawn.table.rows)
    traces = [links.trace_of_figure(session, COUNTED, month, ledger.where) for month in months]
    column, name = {drawn.table.head[0]: traces}, session.t("requests.decisions")
    chart_card.show(session, drawn, key="decisions", name=name, traces=column)


def rate(session: Session, picked: Selection) -> None:
    """The refusal rate over time."""
    monthly = picked.kind if picked.kind != PeriodKind.R12 else PeriodKind.MONTH
    ask = Ask(monthly, picked.month, trend_chart.periods_shown(monthly), where=dict(picked.where))
    results = cache.figures(session.store, RATE, ask)
    st.header(markdown(words.kpi_name(session, CATALOGUE[RATE])), anchor=False)
    st.caption(markdown(words.kpi_says(session, CATALOGUE[RATE])))
    trend_chart.show_trend(session, RATE, results, ask.where, key="refuse_rate_trend")


def apart(session: Session, ledger: RequestLedger) -> None:
    """What is neither avoided nor bought new: refurbished, blocked by reason, no need at all."""
    st.header(session.t("requests.apart.title"), anchor=False)
    st.markdown(
        "\n".join(
            f"- {session.md(f'requests.apart.{key}', n=n)}"
            for key, n in (
                ("refurbished", ledger.counts["refurbished"]),
                ("blocked", ledger.counts["blocked"]),
                ("no_need", ledger.no_need),
            )
        )
    )
    if ledger.blocked:
        table = ChartTable(
            (session.t("requests.apart.reason"), session.t("requests.apart.count")),
            tuple((reason(session, why), n) for why, n in ledger.blocked.items()),
            (None, lambda n: formats.number(n, session.lang)),
        )
        chart_card.show_table(session, table, "blocked", session.t("requests.apart.blocked_for"))
    for decision in ("refurbished", "blocked"):
        if ledger.counts[decision]:
            where = {**ledger.where, "decision": (decision,)}
            decision_name = f"{words.value_name(session, decision)} ({ledger.counts[decision]})"
            links.offer_trace(
                session.t("trace.figure", name=decision_name),
                links.figure_address(COUNTED, ledger.period, where),
            )


def reason(session: Session, code: str) -> str:
    """The reason of a decision in words; as it was written where the catalogue has none."""
    if not code:
        return session.t("requests.reasons.none")
    key = f"requests.reasons.{code}"
    return session.t(key) if has_text(key, session.lang) else code


def table(session: Session, picked: Selection, ledger: RequestLedger) -> None:
    """The requests of the period, and how many are left out to protect people."""
    st.header(session.t("requests.ledger"), anchor=False)
    try:
        requests_listed = _rows(session.store, picked.month, picked.where, str(picked.kind))
    except UserError as error:
        st.info(markdown(session.sentence(error)))
        return
    if left_out := ledger.asked - len(requests_listed):
        st.caption(session.md("requests.left_out", n=left_out))

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
    rows = [_row(session, request) for request in requests_listed]
    title = session.t("requests.ledger")
    grid(session, heads, rows, key="ledger", name=title, file=title)


def _row(session: Session, request: Request) -> tuple[object, ...]:
    code, _, more = (request.reason or "").partition(":")
    reason_text = reason(session, code.strip().lower()) if request.reason else None
    why = f"{reason_text}: {more.strip()}" if more else reason_text
    return (
        request.number,
        request.requested_on,
        request.location,
        filters.category_name(session, request.category),
        request.article,
        request.quantity,
        words.value_name(session, request.decision),
        request.avoided,
        request.decided_on,
        why,
        booking.source_name(session, request.source),
    )


NO_REASON = ""
REASONS = {
    "blocked": ("security", "law", "otherwise"),
    "withdrawn": (NO_REASON, "duplicate", "error"),
}
"""What a decision can be explained with, where that changes how it counts."""


def form(session: Session, offered: RequestChoices) -> None:
    """Ask for a request and book it.

    Args:
        session: the visitor's session.
        offered: the categories and locations that are known.
    """
    with st.expander(session.t("requests.form.title"), expanded=not offered.months):
        st.markdown(session.t("requests.form.words"))
        doors.link("data", session.t("requests.form.load"))
        if not offered.all_categories or not offered.locations:
            st.info(session.t("requests.form.masters"))
            return
        booking.in_demo(session)
        booking.who_field(session)
        left, right = st.columns(2)
        with left:
            category = st.selectbox(
                session.t("columns.category"),
                list(offered.all_categories),
                format_func=lambda code: plain(offered.all_categories[code][session.lang]),
                key="request_category",
            )
        with right:
            decision = st.selectbox(
                session.t("columns.decision"),
                DECISIONS,
                format_func=lambda code: words.value_name(session, code),
                key="request_decision",
            )
        with session.store.read() as db:
            known_articles = articles(db, category)
        _fields(session, offered, category, decision, known_articles)


def _fields(
    session: Session,
    offered: RequestChoices,
    category: str,
    decision: str,
    known_articles: tuple[RequestArticle, ...],
) -> None:
    today = date.today()  # noqa: DTZ011 - the day on the visitor's own calendar
    by_name = {
        (article_known.source, article_known.product): article_known
        for article_known in known_articles
    }
    with st.form("request", border=False):
        left, right = st.columns(2)
        with left:
            number = st.text_input(
                session.t("columns.request_id"),
                max_chars=60,
                help=session.t("requests.form.number_help"),
            )
            requested = st.date_input(
                session.t("columns.requested_on"), today, format=booking.DATES[session.lang]
            )
            place = st.selectbox(
                session.t("columns.location_id"),
                list(offered.locations),
                index=None,
                format_func=lambda code: plain(f"{offered.locations[code]} ({code})"),
                placeholder=session.t("data.choose"),
            )
            article = st.selectbox(
                session.t("requests.form.article"),
                list(by_name),
                index=None,
                format_func=lambda key: plain(f"{by_name[key].name} ({key[1]}, {key[0]})"),
                placeholder=session.t("data.choose"),
                help=session.t("requests.form.article_help"),
            )
        with right:
            quantity = st.number_input(
                session.t("columns.quantity"), min_value=0.0, value=1.0, step=1.0, format="%g"
            )
            avoided = _avoided(session, decision)
            decided = st.date_input(
                session.t("columns.decided_on"), today, format=booking.DATES[session.lang]
            )
            why = _why(session, decision)
        replace = st.checkbox(session.t("requests.form.replace"))
        booking.submit(session.t("requests.form.book"), "request_book", type="primary")
    if not booking.taken(session, "request_book"):
        return
    number = number.strip() or f"F-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    if place is None:
        st.error(session.t("requests.form.no_place"))
        return
    if avoided is not None and avoided > quantity:
        st.error(session.t("requests.form.too_much"))
        return
    with session.store.read() as db:
        taken = exists(db, number)
    if taken and not replace:
        st.error(session.md("requests.form.taken", number=number))
        return
    row: dict[str, Value] = {
        "request_id": number,
        "requested_on": requested,
        "location_id": place,
        "category": category,
        "quantity": quantity,
        "decision": decision,
        "quantity_avoided": avoided,
        "decided_on": decided,
        "reason": why,
        "product_id": article[1] if article else None,
    }
    booking.book(
        session,
        "request_book",
        "requests",
        [row],
        lambda session: session.t("requests.form.booked", number=number),
        products_of=article[0] if article else None,
    )


def _avoided(session: Session, decision: str) -> float | None:
    """The part that was not bought; empty means all of it."""
    if decision not in AVOIDED:
        return None
    quantity: float | None = st.number_input(
        session.t("columns.quantity_avoided"),
        min_value=0.0,
        value=None,
        step=1.0,
        format="%g",
        placeholder=session.t("requests.form.all"),
        help=session.t("requests.form.avoided_help"),
    )
    return quantity


def _why(session: Session, decision: str) -> str | None:
    """The reason: a kind where it changes how the request counts, and words without names."""
    kind = NO_REASON
    if decision in REASONS:
        kind = st.selectbox(
            session.t("requests.form.kind"),
            REASONS[decision],
            format_func=lambda code: session.t(f"requests.reasons.{code or 'none'}"),
        )
    words = st.text_input(
        session.t("columns.reason"), max_chars=200, help=session.t("requests.form.reason_help")
    ).strip()
    return ": ".join(part for part in (kind, words) if part) or None
