import streamlit as st

from nami_monitor.ui import app, asset_page

session = app.page("assets.title")
if app.empty(session):
    st.stop()

offered = asset_page.choices(session.store)
if asset_page.empty(session, offered):
    st.stop()

chosen = asset_page.chosen(session, offered)
found = asset_page.register(session, chosen)
asset_page.headline(session, found)
asset_page.cards(session, found)
asset_page.stock(session, found)
asset_page.lasting(session, found)
asset_page.gone(session, found)
