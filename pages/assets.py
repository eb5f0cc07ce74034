import streamlit as st

from nami_monitor.ui import app
from nami_monitor.ui.pages import assets

session = app.page("assets.title")
if app.empty(session):
    st.stop()

offered = assets.choices(session.store)
if assets.empty(session, offered):
    st.stop()

chosen = assets.chosen(session, offered)
found = assets.register(session, chosen)
assets.headline(session, found)
assets.cards(session, found)
assets.stock(session, found)
assets.lasting(session, found)
assets.gone(session, found)
