"""The charts of the page on one intervention, each with its sentence and its table."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final, Literal

import streamlit as st

from nami_monitor.briefing import waterbed as briefing
from nami_monitor.charts import palette
from nami_monitor.charts.mirrored import (
    Departure,
    mirrored_sentence,
    mirrored_spec,
    mirrored_table,
)
from nami_monitor.charts.placebos import Course, placebo_sentence, placebo_spec, placebo_table
from nami_monitor.charts.reach import Place, reach_sentence, reach_spec
from nami_monitor.charts.strip import strip_sentence, strip_spec, strip_table
from nami_monitor.charts.tables import Table
from nami_monitor.kpis.interventions.evaluation import WITHOUT_QUOTIENT, Evaluation
from nami_monitor.ui import annotated, cache, trends
from nami_monitor.ui.app import Session
from nami_monitor.ui.grid import Head, grid

BARS: Final = "waterbed_bars"
COLOURS = {"target": palette.INK, "substitute": palette.SECOND}


def strip(session: Session, one: Evaluation) -> None:
    """Which share came back, on its strip."""
    found = one.result.quotient if one.result else None
    if found is None or WITHOUT_QUOTIENT & set(one.verdicts):
        return
    shown = (100 * found.value, 100 * found.low, 100 * found.high)
    title = session.t("waterbed.path.quotient")
    st.header(title, anchor=False)
    _draw(
        session,
        strip_spec(*shown, session.lang),
        strip_sentence(*shown, session.lang),
        strip_table(*shown, session.lang),
        "waterbed_strip",
        title,
    )


def bars(session: Session, one: Evaluation) -> None:
    """Target and substitute against what was expected, month by month, with their lessons."""
    path = one.result.path if one.result else None
    if path is None or one.window is None:
        return
    months = one.window.months
    rows = tuple(
        Departure(months[at], float(gross), float(spill))
        for at, gross, spill in zip(path.months, path.gross, path.spill, strict=True)
    )
    start = one.window.post[0]
    title = session.t("waterbed.path.bars")
    st.header(title, anchor=False)
    st.caption(session.t(f"waterbed.axis.{one.unit}"))
    called = cache.lessons_of_measure(session.store, one.intervention.code, months[-1])
    _draw(
        session,
        mirrored_spec(rows, start, one.unit, session.lang, annotated.marks(session, called)),
        mirrored_sentence(rows, start, one.unit, session.lang),
        mirrored_table(rows, one.unit, session.lang),
        BARS,
        title,
        on_select=partial(annotated.clicked, BARS) if called else "ignore",
    )
    annotated.lessons(session, called, BARS)


def path(session: Session, one: Evaluation) -> None:
    """One channel among what the same sum says where nothing was done."""
    found = one.result.path if one.result else None
    if found is None or one.window is None:
        return
    title = session.t("waterbed.path.title")
    st.header(title, anchor=False)
    st.markdown(session.t("waterbed.path.words"))
    which = st.radio(
        session.t("waterbed.path.channel"),
        list(COLOURS),
        format_func=lambda code: session.t(f"charts.mirrored.{code}"),
        horizontal=True,
        key="waterbed_path_channel",
    )
    told = {
        "target": (found.gross, found.gross_band, found.gross_placebos),
        "substitute": (found.spill, found.spill_band, found.spill_placebos),
    }
    effect, band, placebos = told[which]
    months = one.window.months
    course = Course(
        months=tuple(months[at] for at in found.months),
        effect=tuple(map(float, effect)),
        band=tuple(map(float, band)),
        placebos=placebos.tolist(),
        start=one.window.post[0],
        name=session.t(f"charts.mirrored.{which}"),
        colour=COLOURS[which],
    )
    st.caption(session.t(f"waterbed.axis.{one.unit}"))
    _draw(
        session,
        placebo_spec(course, one.unit, session.lang),
        placebo_sentence(course, session.lang),
        placebo_table(course, one.unit, session.lang),
        f"waterbed_path_{which}",
        title,
    )


def went(session: Session, one: Evaluation) -> None:
    """Where it may have gone: the chart of what can be told, and a table of every place."""
    if not one.destinations:
        return
    lang = session.lang
    title = session.t("waterbed.went.title")
    st.header(title, anchor=False)
    st.markdown(session.t("waterbed.went.words"))
    told = briefing.drawn(one)
    drawn = tuple(
        Place(briefing.place(each, lang), found.value, found.low, found.high, each.shown)
        for each in told
        if (found := each.effect) is not None
    )
    if drawn:
        st.vega_lite_chart(
            reach_spec(drawn, one.unit, lang),
            theme=None,
            key="waterbed_went",
            alt=reach_sentence(drawn, one.unit, lang),
        )
    rest = len(one.destinations) - len(told)
    if rest:
        st.caption(session.t("waterbed.went.rest", n=rest))
    keys = ("place", "effect", "interval", "shown", "corrected")
    heads = [Head(session.t(f"waterbed.went.{key}")) for key in keys]
    with st.expander(session.t("trends.as_table")):
        rows = briefing.went_rows(one, lang)
        grid(session, heads, rows, key="waterbed_went_table", name=title, file=title)


def _draw(
    session: Session,
    spec: dict[str, Any],
    sentence: str,
    table: Table,
    key: str,
    title: str,
    on_select: Callable[[], None] | Literal["ignore"] = "ignore",
) -> None:
    st.vega_lite_chart(spec, theme=None, key=key, alt=sentence, on_select=on_select)
    with st.expander(session.t("trends.as_table")):
        trends.show_table(session, table, f"{key}_table", title)
