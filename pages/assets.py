import streamlit as st

from nami_monitor.core.words import PeriodKind
from nami_monitor.ui import app, filters
from nami_monitor.ui.pages import assets

session = app.page("assets.title", finding=True)
if app.empty(session):
    st.stop()

offered = assets.choices(session.store)
if not offered.months:
    app.no_rows(session, "assets")
    st.stop()

chosen = filters.register_row(session, offered, every=False, at="assets.at", kind=PeriodKind.R12)
found = assets.register(session, chosen)
assets.headline(session, found)
assets.cards(session, found)
assets.stock(session, found)
assets.lasting(session, found)
assets.gone(session, found)
