import streamlit as st

from nami_monitor.ui import app, doors
from nami_monitor.ui.pages import measures, outcome, pilot

PARTS = {"answer": outcome.part, "plan": pilot.part, "register": measures.part}

session = app.page("waterbed.title", finding=True)
if app.empty(session):
    st.stop()

app.guarded(session, lambda: PARTS[doors.part_shown("measures")](session))
