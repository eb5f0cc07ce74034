import streamlit as st

from nami_monitor.core.words import PeriodKind
from nami_monitor.kpis import Ask
from nami_monitor.ui import app, filters
from nami_monitor.ui.pages import bridge

session = app.page("bridge.title")
if app.empty(session):
    st.stop()

st.markdown(session.t("bridge.words"))
chosen = filters.row(session, PeriodKind.R12)
where = dict(chosen.where) | filters.channel(session)
bridge.show(session, Ask(kind=chosen.kind, until=chosen.month, where=where))
