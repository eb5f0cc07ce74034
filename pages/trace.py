import streamlit as st

from nami_monitor.ui import app
from nami_monitor.ui.pages import trace

session = app.page("trace.title", finding=True)
if app.empty(session):
    st.stop()

kpi, ask = trace.asked_figure(session)
trace.choose(session, kpi, ask)
trace.other_filters(session, ask)
found = trace.traced(session.store, kpi.code, ask)
trace.figure(session, found, ask)
trace.formula(session, found)
trace.batches(session, found)
trace.show_rows(session, found, kpi, ask)
