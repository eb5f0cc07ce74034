import streamlit as st

from nami_monitor.ui import app, filters
from nami_monitor.ui.pages import case, kit

session = app.page("case.title")
chosen = case.choose(session)
case.own(session)
with st.columns(2)[0]:
    month = filters.as_of(session)
case.figures(session, chosen, month)
case.doubtful(session, chosen, month)
kit.signalled(session, kit.of_case(chosen.number))
case.story(session, chosen)
