import streamlit as st

from nami_monitor.ui import app
from nami_monitor.ui.pages import requests

session = app.page("requests.title")
if app.empty(session):
    st.stop()

offered = requests.choices(session.store)
requests.form(session, offered)
if requests.empty(session, offered):
    st.stop()

chosen = requests.chosen(session, offered)
found = requests.ledger(session, chosen)
requests.headline(session, found)
requests.cards(session, found)
requests.decided(session, found)
requests.apart(session, found)
requests.rate(session, chosen)
requests.table(session, chosen, found)
