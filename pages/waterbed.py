import streamlit as st

from nami_monitor.ui import app, entry, waterbed, waterbed_charts

session = app.page("waterbed.title")
if app.empty(session):
    st.stop()

entry.note()
st.markdown(session.t("waterbed.words"))
register = waterbed.register(session)
if not waterbed.empty(session, register):
    left, right = st.columns([3, 1])
    with left:
        answers = waterbed.choose(session, register)
    with right:
        chosen = waterbed.reading(session, answers)
    waterbed.verdict(session, chosen)
    waterbed.effects(session, chosen, answers)
    waterbed.remarks(session, chosen)
    waterbed_charts.strip(session, chosen)
    waterbed_charts.bars(session, chosen)
    waterbed_charts.path(session, chosen)
    waterbed_charts.went(session, chosen)
    waterbed.sensitivity(session, chosen)
    waterbed.sites(session, chosen)
    waterbed.more(session, chosen)
