import streamlit as st

from nami_monitor.ui import app, attained, entry, exceptions, target_form, targets

session = app.page("targets.title")
if app.empty(session):
    st.stop()

entry.note()
lines, events, names = targets.known(session.store)
if lines:
    targets.warnings(session, lines, names)
    targets.table(session, lines, names)
    attained.section(session)
else:
    st.info(session.t("targets.empty"))
entry.who_field(session)
target_form.form(session, lines, names)
chosen = targets.choose(session, lines, names)
if chosen:
    targets.course(session, chosen, names)
    targets.change(session, chosen)
targets.history(session, events, names)
exceptions.part(session, names)
