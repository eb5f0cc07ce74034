"""Who did what when."""

from typing import Final

import streamlit as st

from nami_monitor.i18n import has_text
from nami_monitor.ui import scaffold
from nami_monitor.ui.session import Session

MOST: Final = 1000


def part(session: Session) -> None:
    """Show the part of the page with the trail."""
    rows = session.store.trail()
    if not rows:
        st.info(session.t("trail.none"))
        return
    st.markdown(session.t("trail.words"))
    if len(rows) > MOST:
        st.caption(session.md("trail.first", n=MOST, command="nami export trail"))
    scaffold.table(
        session,
        "trail",
        session.t("doors.part.trail"),
        (
            {
                "trail.done_at": row.done_at,
                "trail.who": row.who,
                "trail.act": _act(session, row.act),
                "trail.about": ", ".join(_named(session, part) for part in row.about.split()),
                "trail.name": row.name,
            }
            for row in rows[:MOST]
        ),
    )


def _act(session: Session, act: str) -> str:
    """What was done; an act that only another version knows, as it is."""
    key = f"trail.acts.{act}"
    return session.t(key) if has_text(key, session.lang) else act


def _named(session: Session, about: str) -> str:
    """A table, figure or what else people know by a name; a format or file as it is."""
    keys = (f"trail.things.{about}", f"tables.{about}.name", f"kpis.{about}.name")
    return next((session.t(key) for key in keys if has_text(key, session.lang)), about)
