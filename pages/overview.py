import streamlit as st

from nami_monitor.ui import app
from nami_monitor.ui.pages import contracts
from nami_monitor.ui.pages.home import page

session = app.page("overview.title", finding=True)
if app.empty(session, lines=True):
    contracts.to_prepare(session)
    st.stop()
page.show(session)
