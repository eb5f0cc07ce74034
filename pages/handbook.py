import streamlit as st

from nami_monitor.ui import app, filters
from nami_monitor.ui.pages import handbook

session = app.page("handbook.title")
st.markdown(session.t("handbook.words"))
with filters.line():
    chosen = handbook.choose(session)
handbook.show(session, chosen)
