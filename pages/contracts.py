import streamlit as st

from nami_monitor.ui import app
from nami_monitor.ui.pages import contracts

session = app.page("contracts.title")
if app.empty(session):
    st.stop()

offered = contracts.choices(session.store)
if contracts.empty(session, offered):
    st.stop()

chosen = contracts.chosen(session, offered)
found = contracts.register(session, chosen)
contracts.prepare(session, found)
contracts.cards(session, found)
contracts.timeline(session, found)
contracts.values(session, found)
contracts.shapes(session, found)
contracts.splits(session, found)
contracts.table(session, found)
