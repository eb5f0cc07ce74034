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
from nami_monitor.core.errors import UserError
from nami_monitor.core.escapes import Markdown, markdown
from nami_monitor.core.periods import Period
from nami_monitor.core.words import PeriodKind
from nami_monitor.i18n import formats, word
from nami_monitor.ingest.book.manual_entry import Value
from nami_monitor.kpis import CATALOGUE, Ask, KpiResult
from nami_monitor.store import Store
from nami_monitor.ui import (
    app,
    booking,
    cache,
    chart_card,
    figure_notes,
    filters,
    links,
    scaffold,
    trend_chart,
    words,
)
from nami_monitor.ui.cache import Where, cached
from nami_monitor.ui.filters import Selection
from nami_monitor.ui.jobs import said
from nami_monitor.ui.scaffold import FormField
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
    shown = []
    for results in ledger.figures.values():
        alone = results[-1].period.kind != ledger.period.kind
        note = _rests_on(session, results[-1], alone=alone)
        shown.append(figure_notes.card_over_time(session, results, ledger.where, note))
    scaffold.cards(session, shown)
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
    name = scaffold.header(session.t("requests.decisions"))
    if not ledger.decisions:
        st.info(session.t("requests.nothing"))
        return
    drawn = decisions_chart(ledger.decisions, DECISIONS, session.lang)
    months = (Period(row[0], row[0], PeriodKind.MONTH) for row in drawn.table.rows)
    traces = [links.trace_of_figure(session, COUNTED, month, ledger.where) for month in months]
    column = {drawn.table.head[0]: traces}
    chart_card.show(session, drawn, key="decisions", name=name, traces=column)


def rate(session: Session, picked: Selection) -> None:
    """The refusal rate over time."""
    monthly = picked.kind if picked.kind != PeriodKind.R12 else PeriodKind.MONTH
    ask = Ask(monthly, picked.month, trend_chart.periods_shown(monthly), where=dict(picked.where))
    results = cache.figures(session.store, RATE, ask)
    scaffold.header(words.kpi_name(session, CATALOGUE[RATE]))
    st.caption(markdown(words.kpi_says(session, CATALOGUE[RATE])))
    trend_chart.show_trend(session, RATE, results, ask.where, key="refuse_rate_trend")


def apart(session: Session, ledger: RequestLedger) -> None:
    """What is neither avoided nor bought new: refurbished, blocked by reason, no need at all."""
    scaffold.header(session.t("requests.apart.title"))
    counted = {**ledger.counts, "no_need": ledger.no_need}
    lines = [
        session.md(f"requests.apart.{key}", n=counted[key])
        for key in ("refurbished", "blocked", "no_need")
    ]
    st.markdown("\n".join(f"- {Markdown(line)}" for line in lines))
    rows = [
        {"requests.apart.reason": reason(session, why), "requests.apart.count": n}
        for why, n in ledger.blocked.items()
    ]
    scaffold.table(session, "blocked", session.t("requests.apart.blocked_for"), rows)
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
    return word(code, session.lang, f"requests.reasons.{code}")


def table(session: Session, picked: Selection, ledger: RequestLedger) -> None:
    """The requests of the period, and how many are left out to protect people."""
    title = scaffold.header(session.t("requests.ledger"))
    try:
        requests_listed = _rows(session.store, picked.month, picked.where, str(picked.kind))
    except UserError as error:
        st.info(markdown(session.sentence(error)))
        return
    if left_out := ledger.asked - len(requests_listed):
        st.caption(session.md("requests.left_out", n=left_out))
    named = {
        code: filters.category_name(session, code)
        for code in {request.category for request in requests_listed}
    }
    rows = [
        {
            "columns.request_id": request.number,
            "columns.requested_on": request.requested_on,
            "columns.location_id": request.location,
            "columns.category": named[request.category],
            "requests.article": request.article,
            "columns.quantity": request.quantity,
            "columns.decision": words.value_name(session, request.decision),
            "columns.quantity_avoided": request.avoided,
            "columns.decided_on": request.decided_on,
            "columns.reason": _explained(session, request.reason),
            "columns.source": booking.source_name(session, request.source),
        }
        for request in requests_listed
    ]
    scaffold.table(session, "ledger", title, rows)


def _explained(session: Session, stated: str | None) -> str | None:
    """A reason as it is on record: its kind in words, and what else was written."""
    if not stated:
        return None
    code, _, more = stated.partition(":")
    named = reason(session, code.strip().lower())
    return f"{named}: {more.strip()}" if more else named


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
        app.offer_reading(session, "requests.form.load")
        if not offered.all_categories or not offered.locations:
            st.info(session.t("requests.form.masters"))
            return
        booking.in_demo(session)
        booking.who_field(session)
        left, right = st.columns(2)
        with left:
            names = offered.all_categories
            category = scaffold.choice(
                session, "columns.category", list(names), lambda code: names[code][session.lang],
                key="request_category",
            )  # fmt: skip
        with right:
            decision = scaffold.choice(
                session, "columns.decision", DECISIONS,
                lambda code: words.value_name(session, code), key="request_decision",
            )  # fmt: skip
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
    by_name = {(each.source, each.product): each.name for each in known_articles}
    names_of: dict[str | None, str] = dict(offered.locations.items())
    open_choice = {"index": None, "placeholder": session.t("data.choose")}
    days = {"requested_on": scaffold.today(), "decided_on": scaffold.today(), "quantity": 1.0}
    with st.form("request", border=False):
        left, right = st.columns(2)
        with left:
            stated = scaffold.ask_all(session, ASKED, "", days)
            place = scaffold.choice(
                session, "columns.location_id", list(names_of),
                lambda code: f"{names_of[code]} ({code})", **open_choice,
            )  # fmt: skip
            article = scaffold.choice(
                session, "requests.form.article", list(by_name),
                lambda key: f"{by_name[key]} ({key[1]}, {key[0]})",
                help=session.t("requests.form.article_help"), **open_choice,
            )  # fmt: skip
        with right:
            fields = [field for field in DECIDED if decision in AVOIDED or field is not PART]
            stated |= scaffold.ask_all(session, fields, "", days)
            why = _why(session, decision)
        replace = st.checkbox(session.t("requests.form.replace"))
        booking.submit(session.t("requests.form.book"), "request_book", type="primary")
    if not booking.taken(session, "request_book"):
        return
    number = stated["request_id"] or f"F-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    if place is None:
        st.error(session.t("requests.form.no_place"))
        return
    avoided = stated.get("quantity_avoided")
    if avoided is not None and avoided > stated["quantity"]:
        st.error(session.t("requests.form.too_much"))
        return
    with session.store.read() as db:
        taken = exists(db, number)
    if taken and not replace:
        st.error(session.md("requests.form.taken", number=number))
        return
    row: dict[str, Value] = {
        **stated,
        "request_id": number,
        "location_id": place,
        "category": category,
        "decision": decision,
        "quantity_avoided": avoided,
        "reason": why,
        "product_id": article[1] if article else None,
    }
    source = article[0] if article else None
    booked = said("requests.form.booked", number=number)
    booking.book(session, "request_book", "requests", [row], booked, products_of=source)


ASKED = (
    FormField("request_id", most=60, help="requests.form.number_help"),
    FormField("requested_on", "day"),
)
PART = FormField(
    "quantity_avoided", "amount", hint="requests.form.all", help="requests.form.avoided_help"
)
"""What was not bought; empty means all of it."""

DECIDED = (FormField("quantity", "amount"), PART, FormField("decided_on", "day"))
REASON = FormField("reason", help="requests.form.reason_help")


def _why(session: Session, decision: str) -> str | None:
    """The reason: a kind where it changes how the request counts, and words without names."""
    kind = NO_REASON
    if decision in REASONS:
        kind = scaffold.choice(
            session, "requests.form.kind", REASONS[decision],
            lambda code: session.t(f"requests.reasons.{code or 'none'}"),
        )  # fmt: skip
    return ": ".join(part for part in (kind, scaffold.ask(session, REASON, "", {})) if part) or None
