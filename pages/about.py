import streamlit as st

from nami_monitor import __version__
from nami_monitor.ui import app

session = app.page("about.title")
st.markdown(session.t("about.words"))
st.header(session.t("about.data"), anchor=False)
st.markdown(session.md("about.place", path=str(session.store.path), version=__version__))
