"""A request entered by form: what was needed, what was decided, and what was not bought for it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import streamlit as st

from nami_monitor.briefing.requests import AVOIDED, DECISIONS, Article, Choices, articles, exists
from nami_monitor.ingest.entry import Value
from nami_monitor.ui import entry
from nami_monitor.ui.app import Session
from nami_monitor.ui.data import labels

DATES = {"nl": "DD-MM-YYYY", "en": "DD/MM/YYYY"}
NO_REASON = ""
REASONS = {
    "blocked": ("security", "law", "otherwise"),
    "withdrawn": (NO_REASON, "duplicate", "error"),
}
"""What a decision can be explained with, where that changes how it counts."""


def form(session: Session, offered: Choices) -> None:
    """Ask for a request and book it.

    Args:
        session: the visitor's session.
        offered: the categories and locations that are known.
    """
    with st.expander(session.t("requests.form.title"), expanded=not offered.months):
        st.markdown(session.t("requests.form.words"))
        st.page_link("pages/data.py", label=session.t("requests.form.load"))
        if not offered.all_categories or not offered.locations:
            st.info(session.t("requests.form.masters"))
            return
        entry.in_demo(session)
        entry.who_field(session)
        left, right = st.columns(2)
        with left:
            category = st.selectbox(
                session.t("columns.category"),
                list(offered.all_categories),
                format_func=lambda code: offered.all_categories[code][session.lang],
                key="request_category",
            )
        with right:
            decision = st.selectbox(
                session.t("columns.decision"),
                DECISIONS,
                format_func=lambda code: labels.value(session, code),
                key="request_decision",
            )
        with session.store.read() as db:
            found = articles(db, category)
        _fields(session, offered, category, decision, found)


def _fields(
    session: Session, offered: Choices, category: str, decision: str, found: tuple[Article, ...]
) -> None:
    today = date.today()  # noqa: DTZ011 - the day on the visitor's own calendar
    by_name = {(one.source, one.product): one for one in found}
    with st.form("request", border=False):
        left, right = st.columns(2)
        with left:
            number = st.text_input(
                session.t("columns.request_id"),
                max_chars=60,
                help=session.t("requests.form.number_help"),
            )
            requested = st.date_input(
                session.t("columns.requested_on"), today, format=DATES[session.lang]
            )
            place = st.selectbox(
                session.t("columns.location_id"),
                list(offered.locations),
                index=None,
                format_func=lambda code: f"{offered.locations[code]} ({code})",
                placeholder=session.t("data.choose"),
            )
            article = st.selectbox(
                session.t("requests.form.article"),
                list(by_name),
                index=None,
                format_func=lambda key: f"{by_name[key].name} ({key[1]}, {key[0]})",
                placeholder=session.t("data.choose"),
                help=session.t("requests.form.article_help"),
            )
        with right:
            quantity = st.number_input(
                session.t("columns.quantity"), min_value=0.0, value=1.0, step=1.0, format="%g"
            )
            avoided = _avoided(session, decision)
            decided = st.date_input(
                session.t("columns.decided_on"), today, format=DATES[session.lang]
            )
            why = _why(session, decision)
        replace = st.checkbox(session.t("requests.form.replace"))
        if not st.form_submit_button(session.t("requests.form.book"), type="primary"):
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
        st.error(session.t("requests.form.taken", number=number))
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
    said = session.t("requests.form.booked", number=number)
    entry.book(session, "requests", [row], said, products_of=article[0] if article else None)


def _avoided(session: Session, decision: str) -> float | None:
    """The part that was not bought; empty means all of it."""
    if decision not in AVOIDED:
        return None
    found: float | None = st.number_input(
        session.t("columns.quantity_avoided"),
        min_value=0.0,
        value=None,
        step=1.0,
        format="%g",
        placeholder=session.t("requests.form.all"),
        help=session.t("requests.form.avoided_help"),
    )
    return found


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
