import streamlit as st

from nami_monitor import __version__
from nami_monitor.access.roles import Role
from nami_monitor.ui import app, visitor

session = app.page("about.title")
st.markdown(session.t("about.words"))
st.header(session.t("about.data"), anchor=False)
if visitor.may(Role.MANAGE):
    st.markdown(session.md("about.place", path=str(session.store.path)))
st.markdown(session.md("about.version", version=__version__))
