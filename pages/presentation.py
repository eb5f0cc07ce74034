import streamlit as st

from nami_monitor.ui import app
from nami_monitor.ui.pages import presentation

session = app.page("presentation.title", finding=True)
if app.empty(session, lines=True):
    st.stop()

presentation.show(session)
