import streamlit as st

from nami_monitor.kpis import CATALOGUE, Ask
from nami_monitor.ui import app, cache, filters, overview, trends, words

session = app.page("overview.title")
if app.empty(session):
    st.stop()

chosen = filters.row(session)
glance = cache.at_a_glance(session.store, chosen.month, chosen.where, chosen.kind)
overview.say_headline(session, glance)
overview.cards(session, glance)

with st.container(key="overview_trend"):
    code = filters.select(
        "kpi",
        session.t("overview.trend"),
        list(CATALOGUE),
        lambda found: words.kpi_name(session, CATALOGUE[found]),
        default="impact_spend",
    )
    ask = Ask(chosen.kind, chosen.month, trends.how_many(chosen.kind), where=dict(chosen.where))
    results = cache.figures(session.store, code, ask)
    trends.draw_or_say(session, code, results, ask.where, key="overview_chart")

overview.attention(session, glance)
overview.table(session, glance)
