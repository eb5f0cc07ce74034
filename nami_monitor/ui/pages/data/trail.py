"""Who did what when."""

from typing import Final

import streamlit as st

from nami_monitor.i18n import word
from nami_monitor.store.trail import ACTS, THINGS
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
                "trail.act": word(row.act, session.lang, ACTS),
                "trail.about": ", ".join(
                    word(part, session.lang, *THINGS) for part in row.about.split()
                ),
                "trail.name": row.name,
            }
            for row in rows[:MOST]
        ),
    )
