"""Strategies that do not apply to a category: which, who decided so, and a form to decide."""

from datetime import date

import streamlit as st

from nami_monitor.briefing import targets as briefing
from nami_monitor.briefing.targets import STRATEGIES, Ruling, StrategyException
from nami_monitor.core.escapes import plain
from nami_monitor.core.words import Strategy
from nami_monitor.i18n import formats
from nami_monitor.ui import booking, words
from nami_monitor.ui.grid import Head, grid
from nami_monitor.ui.pages.targets import Names, category_name
from nami_monitor.ui.session import Session


def part(session: Session, names: Names) -> None:
    """Show what does not apply, how it came about, and a form to decide.

    Args:
        session: the visitor's session.
        names: the categories' names.
    """
    st.header(session.t("exceptions.title"), anchor=False)
    st.markdown(session.t("exceptions.words"))
    with session.store.read() as db:
        exemptions, rulings = briefing.exceptions(db), briefing.rulings(db)
    if exemptions:
        _table(session, exemptions, names)
    else:
        st.markdown(session.t("exceptions.none"))
    if names:
        _form(session, exemptions, names)
    if rulings:
        with st.expander(session.t("exceptions.history")):
            _history(session, rulings, names)


def _table(session: Session, exemptions: tuple[StrategyException, ...], names: Names) -> None:
    keys = ("category", "strategy", "reason", "legal_basis", "look_again_on")
    heads = [Head(session.t(f"exceptions.table.{key}")) for key in keys[:-1]]
    heads.append(
        Head(session.t("exceptions.table.look_again_on"), lambda d: formats.day(d, session.lang))
    )
    rows = [
        (
            category_name(session, names, exemption.category),
            session.t(f"strategies.{exemption.strategy}"),
            exemption.reason,
            exemption.legal_basis,
            exemption.look_again_on,
        )
        for exemption in exemptions
    ]
    title = session.t("exceptions.title")
    grid(session, heads, rows, key="exceptions", name=title, file=title)


def _form(session: Session, exemptions: tuple[StrategyException, ...], names: Names) -> None:
    with st.expander(session.t("exceptions.form.title")):
        booking.in_demo(session)
        left, right = st.columns(2)
        with left:
            category = st.selectbox(
                session.t("columns.category"),
                list(names),
                format_func=lambda code: plain(category_name(session, names, code)),
                key="exempt_category",
            )
        with right:
            strategy = st.selectbox(
                session.t("exceptions.table.strategy"),
                STRATEGIES,
                format_func=lambda exemption: session.t(f"strategies.{exemption}"),
                key="exempt_strategy",
            )
        current = [
            exemption
            for exemption in exemptions
            if (exemption.category, exemption.strategy) == (category, strategy)
        ]
        ruling = _fields(session, category, strategy, current[0] if current else None)
        exempt = booking.taken(session, "exempt_book")
        applies = booking.taken(session, "exempt_applies")
    if exempt and not (ruling.reason and ruling.look_again_on):
        st.error(session.t("exceptions.form.needed"))
    elif exempt or applies:
        with session.store.read() as db:
            row = briefing.ruled(briefing.row_of(db, category), ruling, applies=applies)
        key = "applies" if applies else "exempt"
        booking.book(
            session,
            f"exempt_{'applies' if applies else 'book'}",
            "categories",
            [row],
            lambda session: session.t(f"exceptions.form.booked_{key}"),
        )


def _fields(
    session: Session, category: str, strategy: Strategy, current: StrategyException | None
) -> StrategyException:
    """What was filled in."""
    today = date.today()  # noqa: DTZ011 - the day on the visitor's own calendar
    with st.form(f"exempt_{category}_{strategy}", border=False):
        reason = st.text_input(
            session.t("columns.reason"), value=(current and current.reason) or "", max_chars=300
        )
        basis = st.text_input(
            session.t("exceptions.table.legal_basis"),
            value=(current and current.legal_basis) or "",
            max_chars=300,
        )
        again = st.date_input(
            session.t("exceptions.table.look_again_on"),
            (current and current.look_again_on) or today.replace(year=today.year + 1, day=1),
            format=booking.DATES[session.lang],
        )
        booking.submit(session.t("exceptions.form.exempt"), "exempt_book", type="primary")
        if current:
            booking.submit(session.t("exceptions.form.applies"), "exempt_applies")
    return StrategyException(
        category, strategy, reason.strip() or None, basis.strip() or None, again
    )


def _history(session: Session, rulings: tuple[Ruling, ...], names: Names) -> None:
    keys = ("when", "who", "category", "strategy", "what", "reason", "batch")
    writers = {
        "when": lambda when: words.moment(session, when),
        "batch": lambda number: formats.number(int(number), session.lang),
    }
    heads = [Head(session.t(f"exceptions.table.{key}"), writers.get(key)) for key in keys]
    rows = [
        (
            ruling.change.when,
            ruling.change.who,
            category_name(session, names, ruling.said.category),
            session.t(f"strategies.{ruling.said.strategy}"),
            session.t(f"exceptions.what.{'applies' if ruling.applies else 'exempt'}"),
            None if ruling.applies else ruling.said.reason,
            ruling.change.batch,
        )
        for ruling in rulings
    ]
    title = session.t("exceptions.history")
    grid(session, heads, rows, key="rulings", name=title, file=title)
