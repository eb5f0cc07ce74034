import streamlit as st

from nami_monitor.core.words import PeriodKind
from nami_monitor.ui import app, filters
from nami_monitor.ui.pages import requests

session = app.page("requests.title", finding=True)
if app.empty(session):
    st.stop()

offered = requests.choices(session.store)
if not offered.months:
    app.no_rows(session, "requests")
    requests.form(session, offered)
    st.stop()

chosen = filters.register_row(session, offered, groups=offered.groups, kind=PeriodKind.R12)
found = requests.ledger(session, chosen)
requests.headline(session, found)
requests.cards(session, found)
requests.form(session, offered)
requests.decided(session, found)
requests.apart(session, found)
requests.rate(session, chosen)
requests.table(session, chosen, found)
