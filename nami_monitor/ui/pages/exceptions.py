"""Strategies that do not apply to a category: which, who decided so, and a form to decide."""

from typing import Final

import streamlit as st

from nami_monitor.briefing import targets as briefing
from nami_monitor.briefing.targets import STRATEGIES, StrategyException
from nami_monitor.core.words import Strategy
from nami_monitor.ui import booking, scaffold
from nami_monitor.ui.jobs import said
from nami_monitor.ui.pages.targets import Names, category_name
from nami_monitor.ui.scaffold import FormField
from nami_monitor.ui.session import Session

FIELDS: Final = (
    FormField("reason", most=300),
    FormField("legal_basis", label="exceptions.table.legal_basis", most=300),
    FormField("look_again_on", "day", label="exceptions.table.look_again_on"),
)


def part(session: Session, names: Names) -> None:
    """Show what does not apply, how it came about, and a form to decide.

    Args:
        session: the visitor's session.
        names: the categories' names.
    """
    title = scaffold.header(session.t("exceptions.title"))
    st.markdown(session.t("exceptions.words"))
    with session.store.read() as db:
        exemptions, rulings = briefing.exceptions(db), briefing.rulings(db)
    rows = [
        {
            **_about(session, exemption, names),
            "exceptions.table.reason": exemption.reason,
            "exceptions.table.legal_basis": exemption.legal_basis,
            "exceptions.table.look_again_on": exemption.look_again_on,
        }
        for exemption in exemptions
    ]
    scaffold.table(session, "exceptions", title, rows)
    if not rows:
        st.markdown(session.t("exceptions.none"))
    if names:
        _form(session, exemptions, names)
    if rulings:
        with st.expander(session.t("exceptions.history")):
            changes = [
                (
                    ruling.change,
                    {
                        **_about(session, ruling.said, names),
                        "exceptions.table.what": session.t(
                            f"exceptions.what.{'applies' if ruling.applies else 'exempt'}"
                        ),
                        "exceptions.table.reason": None if ruling.applies else ruling.said.reason,
                    },
                )
                for ruling in rulings
            ]
            past = session.t("exceptions.history")
            scaffold.history(session, "rulings", past, "exceptions.table", changes, file=False)


def _about(session: Session, exemption: StrategyException, names: Names) -> scaffold.Row:
    return {
        "exceptions.table.category": category_name(session, names, exemption.category),
        "exceptions.table.strategy": session.t(f"strategies.{exemption.strategy}"),
    }


def _form(session: Session, exemptions: tuple[StrategyException, ...], names: Names) -> None:
    with st.expander(session.t("exceptions.form.title")):
        booking.in_demo(session)
        left, right = st.columns(2)
        with left:
            category = scaffold.choice(
                session, "columns.category", list(names),
                lambda code: category_name(session, names, code), key="exempt_category",
            )  # fmt: skip
        with right:
            strategy = scaffold.choice(
                session, "exceptions.table.strategy", STRATEGIES,
                lambda exemption: session.t(f"strategies.{exemption}"), key="exempt_strategy",
            )  # fmt: skip
        current = [x for x in exemptions if (x.category, x.strategy) == (category, strategy)]
        ruling = _ruling(session, category, strategy, current)
        exempt = booking.taken(session, "exempt_book")
        applies = booking.taken(session, "exempt_applies")
    if exempt and not (ruling.reason and ruling.look_again_on):
        st.error(session.t("exceptions.form.needed"))
    elif exempt or applies:
        with session.store.read() as db:
            row = briefing.ruled(briefing.row_of(db, category), ruling, applies=applies)
        button, done = ("exempt_applies", "applies") if applies else ("exempt_book", "exempt")
        booking.book(session, button, "categories", [row], said(f"exceptions.form.booked_{done}"))


def _ruling(
    session: Session, category: str, strategy: Strategy, current: list[StrategyException]
) -> StrategyException:
    """What was filled in."""
    today = scaffold.today()
    begin = {"look_again_on": today.replace(year=today.year + 1, day=1)}
    for known in current:
        begin |= {name: value for name, value in vars(known).items() if value is not None}
    with st.form(f"exempt_{category}_{strategy}", border=False):
        filled = scaffold.ask_all(session, FIELDS, "", begin)
        booking.submit(session.t("exceptions.form.exempt"), "exempt_book", type="primary")
        if current:
            booking.submit(session.t("exceptions.form.applies"), "exempt_applies")
    return StrategyException(category, strategy, **filled)
