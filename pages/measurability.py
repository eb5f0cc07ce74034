import streamlit as st

from nami_monitor.ui import app, filters
from nami_monitor.ui.pages import measurability
from nami_monitor.ui.pages.data import activity_choice

session = app.page("measurability.title", finding=True)
if app.empty(session):
    st.stop()

choices = filters.line()
with choices:
    month = filters.as_of(session)
found = measurability.measured(session.store, month)
if measurability.empty(session, found):
    st.stop()

with choices:
    chosen = measurability.choose(session, found)
measurability.headline(session, chosen)
activity_choice.choice(session, while_open=True)
measurability.unlocks(session, chosen)
measurability.matrix(session, chosen)
measurability.reasons(session, chosen)
