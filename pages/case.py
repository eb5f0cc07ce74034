import streamlit as st

from nami_monitor.ui import app, filters
from nami_monitor.ui.pages import case, kit

session = app.page("case.title", finding=True)
with filters.line():
    chosen, month = case.choose(session), filters.as_of(session)
    kind = case.period(session, chosen, month)
case.headline(session, chosen)
figures, story = st.columns([2, 1], gap="large")
with figures:
    case.own(session)
    case.figures(session, chosen, kind, month)
    case.doubtful(session, chosen, month)
    kit.signalled(session, kit.of_case(chosen.number))
with story:
    case.story(session, chosen)
