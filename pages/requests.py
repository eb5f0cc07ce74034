import streamlit as st

from nami_monitor.ui import app, entry, request_form, requests

session = app.page("requests.title")
if app.empty(session):
    st.stop()

entry.note()
offered = requests.choices(session.store)
request_form.form(session, offered)
if requests.empty(session, offered):
    st.stop()

chosen = requests.chosen(session, offered)
found = requests.ledger(session, chosen)
requests.headline(session, found)
requests.cards(session, found)
requests.decided(session, found)
requests.apart(session, found)
requests.rate(session, chosen)
requests.table(session, chosen)
