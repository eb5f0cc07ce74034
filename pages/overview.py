import streamlit as st

from nami_monitor.briefing.overview import HISTORY_MONTHS
from nami_monitor.kpis import CATALOGUE, Ask
from nami_monitor.ui import app, cache, filters, grid, overview, trends, words

session = app.page("overview.title")
if app.empty(session):
    st.stop()

chosen = filters.row(session)
glance = cache.month_at_a_glance(session.store, chosen.month, chosen.where)
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
    ask = Ask(until=chosen.month, last=HISTORY_MONTHS, where=dict(chosen.where))
    results = cache.figures(session.store, code, ask)
    trends.draw_or_say(session, code, results, chosen.category, key="overview_chart")

overview.attention(session, glance)
title = session.t("overview.table.title")
st.header(title, anchor=False)
st.table(overview.table(session, glance), border="horizontal", hide_index=True, alt=title)
sheet = overview.sheet(session, glance)
grid.offer(session, sheet.head, sheet.rows, key="overview_table", file=title)
