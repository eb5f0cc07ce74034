"""The page "About": what every KPI says and does not say, and where the data is kept."""

from __future__ import annotations

import streamlit as st

from nami_monitor import __version__
from nami_monitor.kpis import CATALOGUE, Kpi
from nami_monitor.ui import words
from nami_monitor.ui.app import Session


def definitions(session: Session) -> None:
    """Each KPI in full, to be opened."""
    st.subheader(session.t("about.kpis"), anchor=False)
    for kpi in CATALOGUE.values():
        with st.expander(words.kpi_name(session, kpi)):
            st.markdown(_definition(session, kpi))


def _definition(session: Session, kpi: Kpi) -> str:
    ratio = kpi.denominator or (session.t("about.activity") if kpi.per_activity else "")
    parts = {
        "about.says": session.t(f"kpis.{kpi.code}.says"),
        "about.says_not": session.t(f"kpis.{kpi.code}.says_not"),
        "about.formula": f"`{kpi.numerator}`" + (f" / `{ratio}`" if ratio else ""),
        "about.over_time": session.t(f"over_time.{kpi.over_time}"),
        "about.needs": ", ".join(f"`{need}`" for need in kpi.needs),
        "about.source": kpi.source,
        "about.version": str(kpi.version),
    }
    return "\n\n".join(f"**{session.t(key)}** {said}" for key, said in parts.items())


def places(session: Session) -> None:
    """Where the data is kept, and the version."""
    st.subheader(session.t("about.data"), anchor=False)
    st.markdown(session.t("about.place", path=str(session.store.path), version=__version__))
