import streamlit as st

from nami_monitor.ui import app, booking
from nami_monitor.ui.pages import presentation

session = app.page("presentation.title")
if app.empty(session):
    st.stop()

st.markdown(session.t("presentation.words"))
wanted = presentation.choose(session)
shown = presentation.show(session, wanted)
presentation.headline(session, shown)
page = presentation.pick(session, shown)
presentation.arrange_page(session, shown, page)
presentation.preview(session, shown, page)
presentation.edit(session, shown, page)
booking.who_field(session)
presentation.downloads(session, shown)
