import streamlit as st

from nami_monitor.ui import app
from nami_monitor.ui.pages import trends

session = app.page("trends.title", finding=True)
if app.empty(session, lines=True):
    st.stop()
trends.show(session)
