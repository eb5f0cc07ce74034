import streamlit as st

from nami_monitor.ui import app
from nami_monitor.ui.pages import handbook

session = app.page("handbook.title")
st.markdown(session.t("handbook.words"))
handbook.show(session, handbook.choose(session))
