import streamlit as st

from nami_monitor.ui import app, filters
from nami_monitor.ui.pages import contracts

session = app.page("contracts.title", finding=True)
if app.empty(session):
    st.stop()

offered = contracts.choices(session.store)
if not offered.months:
    app.no_rows(session, "contracts")
    st.stop()

chosen = filters.register_row(session, offered)
found = contracts.register(session, chosen)
contracts.headline(session, found)
contracts.cards(session, found)
contracts.prepare(session, found)
contracts.timeline(session, found)
contracts.values(session, found)
contracts.shapes(session, found)
contracts.splits(session, found)
contracts.table(session, found)
