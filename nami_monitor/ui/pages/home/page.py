"""Deze maand: the row of filters, and which of its views is shown."""

from typing import Final

import streamlit as st

from nami_monitor.core.escapes import markdown
from nami_monitor.core.words import PeriodKind
from nami_monitor.ui import cache, doors, filters
from nami_monitor.ui.pages.home import all_categories, more, one_category, since
from nami_monitor.ui.session import Session

VIEW: Final = "view"
ONE, ALL, MORE = "single", "all", "more"
CHOICE: Final = "home.view"


def show(session: Session) -> None:
    """The view that the address asks for."""
    offered = cache.choices(session.store)
    view = _asked(bool(offered.categories))
    if view == MORE:
        more.show(session)
        return
    with st.container(key="home_row", horizontal=True, vertical_alignment="center"):
        chosen = filters.short_row(session, one=view == ONE)
        if view == ONE and chosen.category:
            found = cache.briefed(session.store, chosen.month, chosen.category, chosen.where)
            since.offer(session, found, chosen)
        if offered.categories:
            _switch(session, view)
    if view == ALL:
        all_categories.show(session, chosen)
    else:
        one_category.show(session, chosen)


def _asked(known: bool) -> str:
    """The view of the address; other periods than months stand with everything else.

    Args:
        known: whether there is any category to show by itself.
    """
    if st.query_params.get("period", PeriodKind.MONTH) != PeriodKind.MONTH:
        return MORE
    asked = st.query_params.get(VIEW)
    if asked in {ALL, MORE}:
        return asked
    return ONE if known and st.query_params.get("category") != filters.ALL else ALL


def _switch(session: Session, view: str) -> None:
    """One category or all, bound to the address."""
    st.session_state[CHOICE] = view
    st.segmented_control(
        session.t("home.view.label"),
        [ONE, ALL],
        required=True,
        format_func=lambda code: markdown(session.t(f"home.view.{code}")),
        key=CHOICE,
        label_visibility="collapsed",
        on_change=_take,
    )


def _take() -> None:
    """Show the chosen view, unless the visitor went on to everything else meanwhile."""
    if _asked(known=True) == MORE:
        return
    view = st.session_state[CHOICE]
    of_all = {"category"} if st.query_params.get("category") == filters.ALL else set()
    doors.drop({VIEW, *of_all}, {} if view == ONE else {VIEW: view})
