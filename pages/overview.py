import streamlit as st

from nami_monitor.core.words import PeriodKind
from nami_monitor.kpis import CATALOGUE, Ask
from nami_monitor.ui import app, cache, filters, trend_chart, words
from nami_monitor.ui.pages import monthly_check, overview

session = app.page("overview.title")
if app.empty(session):
    st.stop()

chosen = filters.row(session)
monthly = chosen.kind == PeriodKind.MONTH
if monthly:
    found = cache.briefed(session.store, chosen.month, chosen.category, chosen.where)
    glance = found.sections[0].glance
    monthly_check.headline(session, found)
    monthly_check.since(session, found, chosen)
else:
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
    ask = Ask(
        chosen.kind, chosen.month, trend_chart.periods_shown(chosen.kind), where=dict(chosen.where)
    )
    results = cache.figures(session.store, code, ask)
    trend_chart.show_trend(session, code, results, ask.where, key="overview_chart")

if monthly:
    monthly_check.attention(session, found, chosen)
    monthly_check.caveats(session, found)
else:
    overview.attention(session, glance)
overview.table(session, glance)
if monthly:
    monthly_check.goals(session, glance, chosen.category)
    monthly_check.mail(session, found)
