"""By what activity the use of a category is measured: one choice, for one category or several."""

import streamlit as st

from nami_monitor.access.roles import Role
from nami_monitor.core.escapes import plain
from nami_monitor.ingest.deliveries import category_rows
from nami_monitor.kpis.activity import activity_measures
from nami_monitor.ui import booking, words
from nami_monitor.ui.session import Session


def choice(session: Session, *, while_open: bool = False) -> None:
    """Ask by what activity categories are measured, once there are figures of any.

    Categories without a measure are chosen already; ``while_open`` asks only while there are such.
    """
    if not session.store.version():
        return
    with session.store.read() as db:
        measures, rows = activity_measures(db), category_rows(db)
    if not measures or not rows:
        return
    held = {row["category"]: row for row in rows}
    bare = [code for code, row in held.items() if not row["activity_measure"]]
    if while_open and not bare:
        return
    st.header(session.t("activity.title"), anchor=False)
    st.markdown(session.md("activity.words", n=len(bare)))
    with st.form("activity", border=False):
        measure = st.selectbox(
            session.t("activity.measure"),
            measures,
            format_func=lambda code: plain(words.activity_name(session, code) or code),
        )
        chosen = st.multiselect(
            session.t("activity.categories"),
            list(held),
            default=bare,
            format_func=lambda code: plain(
                f"{held[code][f'name_{session.lang}']}"
                + (f" ({words.activity_name(session, held[code]['activity_measure'])})"
                   if held[code]["activity_measure"] else "")
            ),
            placeholder=session.t("data.choose"),
        )  # fmt: skip
        booking.submit(session.t("activity.keep"), "keep_activity", needs=Role.MANAGE)
    if booking.taken(session, "keep_activity", needs=Role.MANAGE) and chosen:
        changed = [{**held[code], "activity_measure": measure} for code in chosen]
        booking.book(
            session,
            "keep_activity",
            "categories",
            changed,
            lambda session: session.t(
                "activity.kept", n=len(changed), measure=words.activity_name(session, measure)
            ),
            together=True,
            needs=Role.MANAGE,
        )
