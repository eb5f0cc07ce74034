import streamlit as st

from nami_monitor.ui import app
from nami_monitor.ui.pages.home import page

session = app.page("overview.title", finding=True)
if app.empty(session, lines=True):
    st.stop()
page.show(session)
