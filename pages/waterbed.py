import streamlit as st

from nami_monitor.ui import app, filters
from nami_monitor.ui.pages import measures, pilot, waterbed

PARTS = {"answer": waterbed.part, "plan": pilot.part, "register": measures.part}

session = app.page("waterbed.title")
if app.empty(session):
    st.stop()

chosen = filters.part_chosen(
    session.t("waterbed.parts_label"), list(PARTS), lambda name: session.t(f"waterbed.on.{name}")
)
app.guarded(session, lambda: PARTS[chosen](session))
