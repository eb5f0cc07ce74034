"""The page "KPI handbook": one entry, as ``briefing/handbook.py`` builds it."""

import streamlit as st

from nami_monitor.briefing.handbook import entry
from nami_monitor.core.escapes import code, markdown
from nami_monitor.kpis import CATALOGUE, Kpi
from nami_monitor.ui import doors, filters, words
from nami_monitor.ui.session import Session


def link(session: Session, kpi: Kpi) -> None:
    """A link to a KPI's entry."""
    doors.link("handbook", session.t("handbook.open"), query_params={"kpi": kpi.code})


def choose(session: Session) -> Kpi:
    """The KPI that the reader chose, or that the address names."""
    code = filters.select(
        "kpi",
        session.t("handbook.choose"),
        list(CATALOGUE),
        lambda code_of_kpi: words.kpi_name(session, CATALOGUE[code_of_kpi]),
        default="impact_spend",
    )
    return CATALOGUE[code]


def show(session: Session, kpi: Kpi) -> None:
    """The whole entry of a KPI."""
    description = entry(kpi, session.lang)
    st.header(markdown(description.name), anchor=False)
    st.caption(code(description.code))
    st.markdown(f"**{session.t('handbook.says')}.** {markdown(description.says)}")
    st.markdown(f"**{session.t('handbook.says_not')}.** {markdown(description.says_not)}")
    st.markdown(
        "\n".join(
            f"- **{markdown(part.label)}:** {markdown(part.words)}" for part in description.parts
        )
    )
    st.markdown(f"**{session.t('handbook.needs')}**")
    st.markdown(
        "\n".join(
            f"- {markdown(n.table)}: {markdown(n.column)} ({code(n.code)})"
            for n in description.needs
        )
    )
    if description.sql:
        with st.expander(session.t("handbook.sql")):
            for part in description.sql:
                st.markdown(f"**{markdown(part.label)}**")
                st.code(part.words, language="sql", wrap_lines=True)
