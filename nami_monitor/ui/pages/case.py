"""A case of the kit as a page: its context, its figures, what is doubtful, and its lessons."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from nami_monitor.briefing import cases
from nami_monitor.briefing.cases import TREND, CaseFigures, Doubt, DoubtKind, ShownFigure, doubts
from nami_monitor.charts.tables import ChartTable
from nami_monitor.core.words import State, Unit
from nami_monitor.i18n import formats
from nami_monitor.kit import Case, shipped
from nami_monitor.kit.search import select
from nami_monitor.kpis import KpiResult
from nami_monitor.kpis.questions import programmes
from nami_monitor.kpis.sentences import names
from nami_monitor.ui import cards, filters, grid, links, words
from nami_monitor.ui.app import DEMO, Session, show_data
from nami_monitor.ui.grid import Head
from nami_monitor.ui.pages import overview


def choose(session: Session) -> Case:
    """Which case: the one in the address, or the one that was chosen."""
    found = shipped().cases
    number = filters.select(
        "case",
        session.t("case.choose"),
        [str(one) for one in found],
        lambda one: session.t(
            "case.option",
            number=one,
            title=found[int(one)].words[session.lang].title,
            organisation=found[int(one)].words[session.lang].organisation,
        ),
    )
    return found[int(number)]


def context(session: Session, case: Case) -> None:
    """What the case is about."""
    said = case.words[session.lang]
    st.header(said.title, anchor=False)
    st.caption(said.organisation)
    st.markdown(said.context)
    with st.expander(session.t("case.more")):
        st.markdown(said.approach)
        st.markdown(session.t("case.involved", who=said.involved))


def figures(session: Session, case: Case) -> None:
    """The period, a card for each figure, and its parts."""
    kind = _period(session, case)
    with session.store.read() as db:
        found = cases.monitor(db, case, kind)
    st.html(cards.cards_html(tuple(_card(session, one) for one in found.shown), session.lang))
    _notes(session, found)
    for at, one in enumerate(found.shown):
        if one.parts:
            _parts(session, one, key=f"case_{case.number}_{at}")


def _period(session: Session, case: Case) -> str:
    with session.store.read() as db:
        kinds = cases.kinds_of(db, case, cases.categories_of(db, case))
        known = programmes(db)

    def named(code: str) -> str:
        return known[code].title if code in known else session.t(f"periods.{code}")

    return filters.select(f"case{case.number}_period", session.t("filters.period"), kinds, named)


def name(session: Session, one: ShownFigure) -> str:
    """What a figure is called in its case."""
    return one.figure.names.get(session.lang, "") or words.kpi_name(session, one.line.kpi)


def _card(session: Session, one: ShownFigure) -> cards.Card:
    made = overview.card(
        session,
        one.line,
        one.where,
        name=name(session, one),
        reason=one.exempt.why[session.lang] if one.exempt else "",
        step=_step(session, one),
    )
    if one.line.result.state is not State.VALUE:
        return made
    said = [_when(session, one.line.result), made.note]
    counts = _counts(session, one.line.result) if cases.counts(one.line.kpi) else ()
    return replace(
        made, note=". ".join(part for part in said if part), beside=(*counts, *made.beside)
    )


def _step(session: Session, one: ShownFigure) -> str:
    """What to load for a figure, or when to look again at what does not apply."""
    if one.tables:
        return _load(session, one.tables)
    reason = one.line.result.reason
    again = reason.values.get("again") if one.exempt and reason else None
    return session.t("case.again", day=formats.day(again, session.lang)) if again else ""


def _when(session: Session, result: KpiResult) -> str:
    """The period of a figure: within a case it may end sooner than that of the others."""
    period = result.period
    return formats.period(period, session.lang)


def _counts(session: Session, result: KpiResult) -> tuple[cards.ComparedFigure, ...]:
    """How many of how many, beside a share of what can be counted."""
    parts = (result.numerator, result.denominator)
    if result.unit is not Unit.PERCENT or not all(part and part.is_integer() for part in parts):
        return ()
    part, whole = (formats.number(each, session.lang) for each in parts if each is not None)
    return (
        cards.ComparedFigure(
            session.t("case.counted"), session.t("case.of", part=part, whole=whole)
        ),
    )


def _load(session: Session, tables: tuple[str, ...]) -> str:
    named = ", ".join(f"“{session.t(f'tables.{table}.name')}”" for table in tables)
    return session.t("case.load", tables=named)


def _notes(session: Session, found: CaseFigures) -> None:
    """What does not apply to the case as a whole, and what to load for what is missing."""
    for one in found.case.exempt:
        if one.what == TREND:
            st.info(session.t("case.no_trend", why=one.why[session.lang]))
    if found.load:
        missing = sum(one.line.result.state is State.NOT_COMPUTABLE for one in found.shown)
        st.info(session.t("case.missing", n=missing, load=_load(session, found.load)))
        st.page_link("pages/data.py", label=session.t("app.empty.load"))
        if not session.demo:
            st.button(
                session.t("app.empty.demo"), key="case_demo", on_click=show_data, args=(DEMO,)
            )


def _parts(session: Session, one: ShownFigure, key: str) -> None:
    """A table of the parts of a figure."""
    result = one.line.result
    title = session.t(
        "case.parts",
        name=name(session, one),
        by=session.t(f"dimensions.{one.by}").lower(),
        period=_when(session, result),
    )
    codes = [part.keys[one.by] for part in one.parts]
    with session.store.read() as db:
        called = names(db, one.by, codes, session.lang)
    with st.expander(title):
        heads = [
            Head(session.t(f"dimensions.{one.by}")),
            Head(session.t("trends.table.value")),
            Head(session.t("trends.table.numerator"), lambda v: _mass(v, session.lang)),
            Head(session.t("trends.table.denominator"), lambda v: _mass(v, session.lang)),
            Head(session.t("trends.table.remark")),
        ]
        rows = [
            (
                called[part.keys[one.by]],
                words.figure(session, part),
                part.numerator,
                part.denominator,
                words.flags(session, part.flags) or None,
            )
            for part in one.parts
        ]
        found = ChartTable(tuple(head.title for head in heads), tuple(rows))
        traces = [links.trace_of_result(session, part, one.where) for part in one.parts]
        grid.grid(
            session,
            heads,
            found.rows,
            key=key,
            name=title,
            file=title,
            traces={session.t("trace.column"): traces},
        )


def _mass(value: float, lang: str) -> str:
    return formats.number(value, lang, significant=4)


WRITERS: Mapping[str, Callable[[Any, str], str]] = {
    "added": _mass,
    "stated": _mass,
    "done": formats.number,
    "cap": formats.number,
    "count": formats.number,
    "of": formats.number,
    "times": formats.number,
    "products": formats.number,
    "own": _mass,
    "price": _mass,
}
"""How figures in a doubt are written."""


def doubtful(session: Session, case: Case) -> None:
    """What the rows do not say, or say twice."""
    with session.store.read() as db:
        found = doubts(db, cases.categories_of(db, case))
    if found:
        st.header(session.t("cases.doubts.title"), anchor=False)
        st.markdown("\n".join(f"- {_doubt(session, one)}" for one in found))


def _doubt(session: Session, one: Doubt) -> str:
    seen = {
        name: WRITERS[name](value, session.lang) if name in WRITERS else value or words.NONE
        for name, value in one.seen.items()
    }
    if one.kind is DoubtKind.SET_ASIDE:
        seen["table"] = session.t(f"tables.{one.seen['table']}.name")
    return session.t(f"cases.doubts.{one.kind}", **seen)


def lessons(session: Session, case: Case) -> None:
    """What the case teaches, kind by kind."""
    found = select(shipped().lessons.values(), case=case.number)
    st.header(session.t("case.lessons", n=len(found)), anchor=False)
    for one in found:
        said = one.words[session.lang]
        with st.expander(f"{said.title} ({session.t(f'kit.kinds.{one.kind}')})"):
            st.markdown(said.text)
            st.markdown(session.t("case.try", what=said.to_try))
