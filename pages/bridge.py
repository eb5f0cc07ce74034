import streamlit as st

from nami_monitor.core.words import PeriodKind
from nami_monitor.kpis import Ask
from nami_monitor.ui import app, bridge, filters

session = app.page("bridge.title")
if app.empty(session):
    st.stop()

st.markdown(session.t("bridge.words"))
chosen = filters.row(session)
left, right = st.columns(2)
with left:
    kind = filters.select(
        "period",
        session.t("trends.period"),
        list(PeriodKind),
        lambda name: session.t(f"periods.{name}"),
        default=PeriodKind.R12,
    )
with right:
    channel = filters.channel(session)
bridge.show(session, Ask(kind=kind, until=chosen.month, where=dict(chosen.where) | channel))
