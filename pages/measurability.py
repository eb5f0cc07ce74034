import streamlit as st

from nami_monitor.ui import app
from nami_monitor.ui.pages import measurability

session = app.page("measurability.title")
if app.empty(session):
    st.stop()

st.markdown(session.t("measurability.words"))
found = measurability.measured(session)
if measurability.empty(session, found):
    st.stop()

chosen = measurability.choose(session, found)
measurability.headline(session, chosen)
measurability.unlocks(session, chosen)
measurability.matrix(session, chosen)
measurability.reasons(session, chosen)
