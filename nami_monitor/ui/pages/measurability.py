"""The page on measurability: what can be computed, and what to load next."""

from collections.abc import Mapping
from datetime import date

import streamlit as st

from nami_monitor.briefing import measuring
from nami_monitor.briefing.as_of import read_as_of
from nami_monitor.core.escapes import markdown
from nami_monitor.core.words import State
from nami_monitor.i18n import formats
from nami_monitor.kpis import CATALOGUE
from nami_monitor.kpis.measurability import Cell, Measurability, Unlock, measurability
from nami_monitor.store import Store
from nami_monitor.ui import app, doors, filters, words
from nami_monitor.ui.cache import cached
from nami_monitor.ui.filters import ALL
from nami_monitor.ui.grid import ROW, Head, grid
from nami_monitor.ui.session import Session

LEADING = 3
"""How many things to load next are said in sentences above the table."""


@cached(entries=10)
def _measured(
    store: Store, lang: str, month: date | None
) -> tuple[Measurability, Mapping[str, str]]:
    """What can be computed as of a month, and the names of the categories."""
    with read_as_of(store, month) as db:
        result = measurability(db, measuring.watched())
        return result, measuring.names(db, result, lang)


def measured(session: Session, month: date | None) -> Measurability:
    """What the data supports as of a month, the latest without one, for every category."""
    return _measured(session.store, session.lang, month)[0]


def _names(session: Session, measured_all: Measurability) -> Mapping[str, str]:
    return _measured(session.store, session.lang, measured_all.month)[1]


def _load(session: Session) -> None:
    doors.link("data", session.t("measurability.load"))


def empty(session: Session, measured_all: Measurability) -> bool:
    """Whether there is nothing to measure yet; if so, say what to load."""
    if measured_all.cells:
        return False
    app.heading(session.t("measurability.title"))
    with st.container(key="measurability_empty", border=True):
        st.header(session.t("app.empty.title"), anchor=False)
        st.markdown(session.t("measurability.nothing"))
        _load(session)
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
    _load(session)
    following = [
        measuring.unlock_sentence(unlock, session.lang, most=0)
        for unlock in measured_all.unlocks[1:LEADING]
    ]
    if following:
        st.header(session.t("measurability.next"), anchor=False)
        st.markdown("\n".join(f"- {markdown(sentence)}" for sentence in following))
    keys = ("need", "alone", "more", "figures", "together")

    def number(n: int) -> str:
        return formats.number(n, session.lang)

    counts = {"alone": number, "more": number}
    heads = [Head(session.t(f"measurability.heads.{key}"), counts.get(key)) for key in keys]
    names = _names(session, measured_all)
    rows = [_unlock(session, unlock, names) for unlock in measured_all.unlocks]
    title = session.t("measurability.list")
    st.header(markdown(title), anchor=False)
    grid(session, heads, rows, key="unlocks", name=title, file=title, shown=3)


def _unlock(session: Session, unlock: Unlock, names: Mapping[str, str]) -> tuple[object, ...]:
    figures = "; ".join(
        f"{session.t(f'kpis.{code}.name')} ({names[category]})" for category, code in unlock.alone
    )
    together = " ".join(measuring.together(unlock, session.lang))
    return (
        measuring.need(unlock.need, session.lang),
        len(unlock.alone),
        unlock.more,
        figures or None,
        together or None,
    )


def matrix(session: Session, measured_all: Measurability) -> None:
    """Every KPI against every category; of one category the reasons below say as much."""
    if len(measured_all.categories) == 1:
        return
    title = session.t("measurability.matrix")
    st.header(markdown(title), anchor=False)
    names = _names(session, measured_all)
    heads = [
        Head(session.t("measurability.heads.kpi")),
        *(Head(names[code]) for code in measured_all.categories),
    ]
    cells = {(cell.kpi.code, cell.category): cell for cell in measured_all.cells}
    rows = [
        (
            words.kpi_name(session, kpi),
            *(_sign(session, cells[kpi.code, code]) for code in measured_all.categories),
        )
        for kpi in CATALOGUE.values()
    ]
    grid(session, heads, rows, key="measured", name=title, file=title)
    st.caption(session.t("measurability.matrix_help"))


def _sign(session: Session, cell: Cell) -> str:
    """A figure in a few signs: "✓ 97 % A"."""
    signs = [session.t(f"measurability.signs.{cell.result.state}")]
    if cell.result.state is State.VALUE:
        signs += [_share(session, cell), str(cell.result.evidence)]
    return " ".join(part for part in signs if part)


def _share(session: Session, cell: Cell) -> str:
    share = cell.result.completeness
    return "" if share is None else formats.percent(100 * share, session.lang, decimals=0)


def reasons(session: Session, measured_all: Measurability) -> None:
    """Every figure with its state, and why there is none."""
    title = session.t("measurability.reasons")
    st.header(markdown(title), anchor=False)
    keys = ("kpi", "state", "category", "completeness", "remark", "period", "strategy", "evidence")
    percent = {"completeness": lambda p: formats.percent(p, session.lang, decimals=0)}
    heads = [Head(session.t(f"measurability.heads.{key}"), percent.get(key)) for key in keys]
    names = _names(session, measured_all)
    rows = [_row(session, cell, names) for cell in measuring.by_category(measured_all)]
    grid(
        session,
        heads,
        rows,
        key="reasons",
        name=title,
        file=title,
        widths={session.t("measurability.heads.remark"): 640},
        row_height=2 * ROW,
        shown=5,
    )


def _row(session: Session, cell: Cell, names: Mapping[str, str]) -> tuple[object, ...]:
    result = cell.result
    why = "" if result.state is State.VALUE else measuring.why(cell, session.lang)
    return (
        words.kpi_name(session, cell.kpi),
        session.t(f"measurability.states.{result.state}"),
        names[cell.category],
        None if result.completeness is None else 100 * result.completeness,
        why or None,
        measuring.period(cell, session.lang) or None,
        session.t(f"strategies.{cell.kpi.strategy}"),
        str(result.evidence) or None,
    )
