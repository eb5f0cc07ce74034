import streamlit as st

from nami_monitor.core.escapes import markdown
from nami_monitor.kpis import CATALOGUE, Ask
from nami_monitor.ui import app, cache, filters, trend_chart, words
from nami_monitor.ui.pages import funnel, handbook, trends, why

session = app.page("trends.title")
if app.empty(session):
    st.stop()

first, second, third = st.columns(3)
with first:
    code = filters.select(
        "kpi",
        session.t("trends.kpi"),
        list(CATALOGUE),
        lambda found: words.kpi_name(session, CATALOGUE[found]),
        default="impact_spend",
    )
with second:
    by = filters.select(
        "by",
        session.t("trends.by"),
        ["", *trends.dimensions(code)],
        lambda name: session.t(f"dimensions.{name}") if name else session.t("trends.ungrouped"),
    )
with third:
    activity = filters.activity(session, CATALOGUE[code])
chosen = filters.row(session)
with st.columns(2)[0]:
    channel = filters.channel(session)

kpi = CATALOGUE[code]
ask = Ask(
    kind=chosen.kind,
    until=chosen.month,
    last=trend_chart.periods_shown(chosen.kind),
    by=(by,) if by else (),
    where=dict(chosen.where) | channel | activity | why.other_filters(session, code),
)
results = cache.figures(session.store, code, ask)
st.header(markdown(words.kpi_name(session, kpi)), anchor=False)
st.caption(markdown(words.kpi_says(session, kpi)))
handbook.link(session, kpi)
trend_chart.show_trend(session, code, results, ask.where, key="trend")
trends.offer_phases(session, code, ask)
trends.latest(session, results, ask.where)
trends.year_end_references(session, code, ask)
why.section(session, code, ask)
funnel.section(session, code, ask)
