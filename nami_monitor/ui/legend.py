"""What the signs of a chart mean: a row below it, and every sign one click away."""

import streamlit as st

from nami_monitor.charts import legend
from nami_monitor.charts.tables import trend_sentence
from nami_monitor.charts.trend import signs, trend_spec
from nami_monitor.charts.trend_data import Trend
from nami_monitor.core.escapes import html, plain
from nami_monitor.ui.session import Session

COLUMNS = 3


def row(session: Session, trend: Trend, key: str) -> None:
    """The signs that a chart bears, and the way to all of them.

    Where a narrow chart numbers its measures alone, their names stand above the row.

    Args:
        session: for the words.
        trend: what the chart shows.
        key: of the chart.
    """
    borne = "".join(_named(session, sign) for sign in signs(trend))
    if trend.shown_marks():
        named = "".join(
            f"<li>{html(mark.label)}, {html(mark.detail)}</li>" for mark in trend.shown_marks()
        )
        st.html(f'<ol class="nami-marks">{named}</ol>')
    with st.container(key=f"{key}_legend", horizontal=True, vertical_alignment="center"):
        st.html(f'<ul class="nami-legend" role="list">{borne}</ul>', width="content")
        if st.button(session.t("charts.legend.all"), key=f"{key}_signs", type="tertiary"):
            st.dialog(session.t("charts.legend.title"), width="large")(show)(session)


def _named(session: Session, sign: str) -> str:
    picture = legend.swatch(sign)
    image = f'<img alt="" src="{picture}">' if picture else ""
    return f"<li>{image}<span>{html(session.t(f'charts.legend.row.{sign}'))}</span></li>"


def show(session: Session) -> None:
    """Every sign, drawn on made-up figures, with what it means.

    Args:
        session: for the words.
    """
    st.caption(session.t("charts.legend.words"))
    drawn = list(legend.legend_signs(session.lang))
    for first in range(0, len(drawn), COLUMNS):
        some = drawn[first : first + COLUMNS]
        for column, sign in zip(st.columns(COLUMNS), some, strict=False):
            with column:
                st.subheader(session.t(f"charts.legend.{sign.name}.title"), anchor=False)
                st.vega_lite_chart(
                    trend_spec(sign.trend, session.lang, legend.FORM),
                    theme=None,
                    key=f"legend_{sign.name}",
                    alt=plain(trend_sentence(sign.trend, session.lang)),
                )
                st.markdown(session.md(f"charts.legend.{sign.name}.words"))
