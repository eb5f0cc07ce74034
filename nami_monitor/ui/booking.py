"""Booking what a visitor entered by form, under their role or initials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

import streamlit as st

from nami_monitor.core.errors import UserError
from nami_monitor.ui import app, words
from nami_monitor.ui.app import Session

if TYPE_CHECKING:
    from nami_monitor.ingest.book.manual_entry import Value

Row: TypeAlias = "Mapping[str, Value]"

ANNOUNCEMENT = "data.note"
DATES = {"nl": "DD-MM-YYYY", "en": "DD/MM/YYYY"}
"""How fields for dates write a day."""


def book(
    session: Session,
    table: str,
    rows: Sequence[Row],
    message: str,
    *,
    products_of: str | None = None,
) -> None:
    """Book rows one by one, announce the result and draw the page anew; else show the problems.

    Args:
        session: the visitor's session.
        table: the input table.
        rows: what was entered.
        message: what to say when it was booked.
        products_of: the source whose article numbers are used.
    """
    from nami_monitor.ingest.book.manual_entry import EntryRefusedError, enter  # noqa: PLC0415 - the import
    from nami_monitor.ingest.book.set_aside import reason_sentence  # noqa: PLC0415 - is slow to load

    who = app.current().who
    try:
        reports = [enter(session.store, table, row, who, products_of=products_of) for row in rows]
    except EntryRefusedError as refused:
        for problem in refused.problems:
            st.error(reason_sentence(problem.column, problem.rule, problem.value, session.lang))
        return
    except UserError as error:
        st.error(words.error_sentence(session, error))
        return
    new = any(report.main.accepted for report in reports)
    batch = reports[-1].batch
    announce(
        session.t("entry.booked", said=message, batch=batch) if new else session.t("entry.known")
    )
    st.rerun()


def who_field(session: Session) -> None:
    """Ask who imports or enters: a role or initials."""
    given = st.text_input(
        session.t("data.who.label"),
        value=session.who,
        max_chars=40,
        help=session.t("data.who.help"),
        key="who_field",
        width=320,
    )
    st.session_state[app.WHO] = given.strip()


def show_announcement() -> None:
    """Show the text of ``announce`` in a place of its own, so that nothing below it moves."""
    place = st.empty()
    text = take_announcement()
    if text:
        place.success(text)


def in_demo(session: Session) -> None:
    """Say that entries in the demo are not kept, on demo data only."""
    if session.demo:
        st.caption(session.t("entry.demo"))


def source_name(session: Session, source: str) -> str:
    """A source by its name; what was entered by form in words."""
    from nami_monitor.ingest.book.manual_entry import SOURCE  # noqa: PLC0415 - as above

    return session.t("entry.source") if source == SOURCE else source


def announce(text: str) -> None:
    """Have the next run say what a button has done."""
    st.session_state[ANNOUNCEMENT] = text


def take_announcement() -> str:
    """The text of ``announce``, once; empty without one."""
    return str(st.session_state.pop(ANNOUNCEMENT, ""))
