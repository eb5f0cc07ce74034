import streamlit as st

from nami_monitor.ui import app, booking, filters
from nami_monitor.ui.pages import exceptions, targets

session = app.page("targets.title", finding=True)
if app.empty(session):
    st.stop()

with filters.line():
    month = filters.as_of(session)
lines, events, names = targets.known(session.store, month)
if lines:
    targets.headline(session, lines)
    targets.warnings(session, lines, names)
    targets.table(session, lines, names)
    targets.attainment_section(session, month)
else:
    app.heading(session.t("targets.title"))
    st.info(session.t("targets.empty"))
booking.who_field(session)
targets.form(session, lines, names)
chosen = targets.choose(session, lines, names)
if chosen:
    targets.course(session, chosen, names, month)
    targets.change(session, chosen)
targets.history(session, events, names)
exceptions.part(session, names)
