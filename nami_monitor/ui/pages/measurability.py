"""The page on measurability: what can be computed, and what to load next."""

from collections.abc import Mapping, Sequence
from datetime import date

import streamlit as st

from nami_monitor.briefing import measuring
from nami_monitor.briefing.as_of import read_as_of
from nami_monitor.core.escapes import markdown
from nami_monitor.core.words import State
from nami_monitor.i18n import formats
from nami_monitor.kpis import CATALOGUE
from nami_monitor.kpis.measurability import Cell, Measurability, measurability
from nami_monitor.store import Store
from nami_monitor.ui import app, filters, scaffold, words
from nami_monitor.ui.cache import cached
from nami_monitor.ui.filters import ALL
from nami_monitor.ui.grid import ROW
from nami_monitor.ui.session import Session

LEADING = 3
"""How many things to load next are said in sentences above the table."""


@cached(entries=10, shared=True)
def measured(store: Store, month: date | None) -> Measurability:
    """What the data supports as of a month, the latest without one, for every category."""
    with read_as_of(store, month) as db:
        return measurability(db, measuring.watched())


def _names(session: Session, measured_all: Measurability) -> Mapping[str, str]:
    return _named(session.store, measured_all.categories, session.lang)


@cached(entries=10)
def _named(store: Store, codes: Sequence[str], lang: str) -> Mapping[str, str]:
    with store.read() as db:
        return measuring.names(db, codes, lang)


def empty(session: Session, measured_all: Measurability) -> bool:
    """Whether there is nothing to measure yet; if so, say what to load."""
    if measured_all.cells:
        return False
    app.heading(session.t("measurability.title"))
    with st.container(key="measurability_empty", border=True):
        st.header(session.t("app.empty.title"), anchor=False)
        st.markdown(session.t("measurability.nothing"))
        app.offer_reading(session, "measurability.load")
    return True


def choose(session: Session, measured_all: Measurability) -> Measurability:
    """All categories, or the one that the reader chose."""
    names = _names(session, measured_all)
    code = filters.select(
        "category",
        session.t("filters.category"),
        [ALL, *measured_all.categories],
        lambda category: names[category] if category else session.t("filters.all_categories"),
    )
    return measured_all.only(code) if code else measured_all


def headline(session: Session, measured_all: Measurability) -> None:
    """What to load next as the heading, and how much can be computed."""
    sentence = (
        measuring.unlock_sentence(measured_all.unlocks[0], session.lang, most=0).rstrip(".")
        if measured_all.unlocks
        else session.t("measurability.next_none").rstrip(".")
    )
    app.heading(sentence)
    st.caption(markdown(measuring.headline(measured_all, session.lang)))


def unlocks(session: Session, measured_all: Measurability) -> None:
    """What to load next, the most figures first."""
    if not measured_all.unlocks:
        return
    app.offer_reading(session, "measurability.load")
    following = [
        measuring.unlock_sentence(unlock, session.lang, most=0)
        for unlock in measured_all.unlocks[1:LEADING]
    ]
    if following:
        st.header(session.t("measurability.next"), anchor=False)
        st.markdown("\n".join(f"- {markdown(sentence)}" for sentence in following))
    names = _names(session, measured_all)
    title = scaffold.header(session.t("measurability.list"))
    rows = [
        {
            "measurability.heads.need": measuring.need(unlock.need, session.lang),
            "measurability.heads.alone": len(unlock.alone),
            "measurability.heads.more": unlock.more,
            "measurability.heads.figures": "; ".join(
                f"{session.t(f'kpis.{code}.name')} ({names[category]})"
                for category, code in unlock.alone
            )
            or None,
            "measurability.heads.together": " ".join(measuring.together(unlock, session.lang))
            or None,
        }
        for unlock in measured_all.unlocks
    ]
    scaffold.table(session, "unlocks", title, rows, shown=3)


def matrix(session: Session, measured_all: Measurability) -> None:
    """Every KPI against every category; of one category the reasons below say as much."""
    if len(measured_all.categories) == 1:
        return
    title = scaffold.header(session.t("measurability.matrix"))
    names = _names(session, measured_all)
    cells = {(cell.kpi.code, cell.category): cell for cell in measured_all.cells}
    rows = [
        {
            "measurability.heads.kpi": words.kpi_name(session, kpi),
            **{
                scaffold.Named(names[code], code): _sign(session, cells[kpi.code, code])
                for code in measured_all.categories
            },
        }
        for kpi in CATALOGUE.values()
    ]
    scaffold.table(session, "measured", title, rows)
    st.caption(session.t("measurability.matrix_help"))


def _sign(session: Session, cell: Cell) -> str:
    """A figure in a few signs: "✓ 97 % A"."""
    signs = [session.t(f"measurability.signs.{cell.result.state}")]
    if cell.result.state is State.VALUE:
        signs += [_share(session, cell), str(cell.result.evidence)]
    return " ".join(part for part in signs if part)


def _share(session: Session, cell: Cell) -> str:
    share = cell.result.completeness
    return "" if share is None else _percent(100 * share, session.lang)


def reasons(session: Session, measured_all: Measurability) -> None:
    """Every figure with its state, and why there is none."""
    title = scaffold.header(session.t("measurability.reasons"))
    names = _names(session, measured_all)
    scaffold.table(
        session,
        "reasons",
        title,
        [_row(session, cell, names) for cell in measuring.by_category(measured_all)],
        write={"measurability.heads.completeness": _percent},
        widths={"measurability.heads.remark": 640},
        row_height=2 * ROW,
        shown=5,
    )


def _percent(value: float, lang: str) -> str:
    return formats.percent(value, lang, decimals=0)


def _row(session: Session, cell: Cell, names: Mapping[str, str]) -> scaffold.Row:
    result = cell.result
    why = "" if result.state is State.VALUE else measuring.why(cell, session.lang)
    share = result.completeness
    return {
        "measurability.heads.kpi": words.kpi_name(session, cell.kpi),
        "measurability.heads.state": session.t(f"measurability.states.{result.state}"),
        "measurability.heads.category": names[cell.category],
        "measurability.heads.completeness": None if share is None else 100 * share,
        "measurability.heads.remark": why or None,
        "measurability.heads.period": measuring.period(cell, session.lang) or None,
        "measurability.heads.strategy": session.t(f"strategies.{cell.kpi.strategy}"),
        "measurability.heads.evidence": str(result.evidence) or None,
    }
