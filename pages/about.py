import streamlit as st

from nami_monitor.ui import about, app

session = app.page("about.title")
st.markdown(session.t("about.words"))
about.places(session)
