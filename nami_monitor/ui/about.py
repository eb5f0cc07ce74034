"""The page "About": where the data is kept, and the version."""

from __future__ import annotations

import streamlit as st

from nami_monitor import __version__
from nami_monitor.ui.app import Session


def places(session: Session) -> None:
    """Where the data is kept, and the version."""
    st.header(session.t("about.data"), anchor=False)
    st.markdown(session.t("about.place", path=str(session.store.path), version=__version__))
