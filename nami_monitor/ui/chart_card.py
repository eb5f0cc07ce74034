"""The card of every chart: the picture, what its signs mean, how it is read, and its table."""

from collections.abc import Callable, Sequence
from typing import Final, Literal

import streamlit as st

from nami_monitor.charts import hundred, legend, tables
from nami_monitor.charts.spec import ChartTable, Drawn, Sign
from nami_monitor.core.escapes import html, markdown, plain
from nami_monitor.ui.grid import Head, Traces, grid
from nami_monitor.ui.session import Session

COLUMNS: Final = 3
TREND: Final = "trend"
Selected = Callable[[], None] | Literal["ignore"]


def show(
    session: Session,
    drawn: Drawn,
    *,
    key: str,
    name: str = "",
    caption: str = "",
    traces: Traces | None = None,
    on_select: Selected = "ignore",
) -> None:
    """A chart with all that stands for it.

    Args:
        session: for the words.
        drawn: the chart.
        key: of it, and the beginning of the keys of what belongs to it.
        name: of the table that folds out below it; none without a name, or without a table.
        caption: what else must be known of it.
        traces: of the table, as ``grid`` takes them.
        on_select: what a click on a mark does.
    """
    picture(drawn, key=key, on_select=on_select)
    row(session, drawn, key)
    if caption:
        st.caption(markdown(caption))
    if name and drawn.table.head:
        with st.expander(session.t("trends.as_table")):
            show_table(session, drawn.table, f"{key}_table", name, traces)


def picture(drawn: Drawn, *, key: str, on_select: Selected = "ignore") -> None:
    """The chart alone, with its sentence."""
    alt = plain(drawn.alt)
    st.vega_lite_chart(drawn.spec, theme=None, key=key, alt=alt, on_select=on_select)


def row(session: Session, drawn: Drawn, key: str) -> None:
    """The signs that a chart bears, and the way to how it is read.

    Where a narrow chart numbers its measures alone, their names stand above the row.
    """
    if drawn.numbered:
        named = "".join(f"<li>{html(said)}</li>" for said in drawn.numbered)
        st.html(f'<ol class="nami-marks">{named}</ol>')
    with st.container(key=f"{key}_legend", horizontal=True, vertical_alignment="center"):
        if drawn.signs:
            st.html(_signs(drawn.signs), width="content")
        link(session, drawn.kind, key, drawn.signs)


def link(session: Session, kind: str, key: str, signs: Sequence[Sign] = ()) -> None:
    """The button that opens how a kind of chart is read, with the signs that it bears."""
    which = TREND if kind == TREND else "chart"
    if st.button(session.t(f"charts.legend.open.{which}"), key=f"{key}_signs", type="tertiary"):
        title = session.t(f"charts.legend.title.{which}")
        st.dialog(title, width="large")(_read)(session, kind, signs)


def _signs(signs: Sequence[Sign]) -> str:
    items = "".join(_named(sign) for sign in signs)
    return f'<ul class="nami-legend" role="list">{items}</ul>'


def _named(sign: Sign) -> str:
    address = legend.swatch(sign)
    image = f'<img alt="" src="{address}">' if address else ""
    return f"<li>{image}<span>{html(sign.words)}</span></li>"


def _read(session: Session, kind: str, signs: Sequence[Sign]) -> None:
    """How a kind of chart is read, on made-up figures where a picture says more than words."""
    st.caption(session.t("charts.legend.words"))
    if kind == TREND:
        _trend_signs(session)
    else:
        st.markdown(session.md(f"charts.reading.{kind}"))
        st.html(_signs(signs))
    if kind in {TREND, "hundred"}:
        st.subheader(session.t("charts.legend.hundred.title"), anchor=False)
        picture(hundred.hundred_chart(hundred.EXAMPLE, session.lang), key="legend_hundred")
        st.markdown(session.md("charts.legend.hundred.words"))


def _trend_signs(session: Session) -> None:
    """Every sign of a trend with what it means."""
    drawn = list(legend.legend_signs(session.lang))
    for first in range(0, len(drawn), COLUMNS):
        some = drawn[first : first + COLUMNS]
        for column, (name, trend) in zip(st.columns(COLUMNS), some, strict=False):
            with column:
                st.subheader(session.t(f"charts.legend.{name}.title"), anchor=False)
                example = tables.trend_chart(trend, session.lang, legend.FORM)
                picture(example, key=f"legend_{name}")
                st.markdown(session.md(f"charts.legend.{name}.words"))


def show_table(
    session: Session, table: ChartTable, key: str, name: str, traces: Traces | None = None
) -> None:
    """A table that can be sorted, searched and downloaded.

    Args:
        session: for the words.
        table: what it holds.
        key: of its widgets.
        name: what it is, for those who do not see it and for the file of its download.
        traces: as ``grid`` takes them.
    """
    heads = [Head(*column) for column in zip(table.head, table.write, strict=True)]
    grid(session, heads, table.rows, key=key, name=name, file=name, traces=traces)
