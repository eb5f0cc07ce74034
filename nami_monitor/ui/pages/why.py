"""Why a figure changed: contributions that add up, each with a link to its own trend."""

from __future__ import annotations

from datetime import date
from html import escape
from typing import Any

import streamlit as st

from nami_monitor.briefing import why as briefing
from nami_monitor.briefing.why import ContributionLine, Explained
from nami_monitor.charts.contribution_bars import COLOURS, ContributionBar, contributions_spec
from nami_monitor.charts.palette import GRID
from nami_monitor.i18n import formats
from nami_monitor.kpis import CATALOGUE, Ask
from nami_monitor.kpis.questions import RELATIONS
from nami_monitor.kpis.sentences import names
from nami_monitor.kpis.why import Against, dimensions
from nami_monitor.store import Store
from nami_monitor.ui import filters, grid, links, words
from nami_monitor.ui.app import Session
from nami_monitor.ui.cache import cached, last_period

SECTION = "why"
"""Name of the section in the address: a link can show it open."""

CELL = f"padding:0.25rem 1rem 0.25rem 0;border-bottom:1px solid {GRID};vertical-align:top"
LEFT = f"{CELL};text-align:left;font-weight:normal"
RIGHT = f"{CELL};text-align:right;white-space:nowrap"
HEAD = f"{CELL};text-align:right;font-weight:normal"
"""How the cells of the table look."""

BOXES = frozenset({"category", "group", "channel"})
"""Filters with a box of their own on the page; the others stand in the address alone."""


def other_filters(session: Session, code: str) -> dict[str, tuple[str, ...]]:
    """Filters of the address that have no box, said on the page, with a way to drop them.

    A filter that no figure of the KPI knows is left out.

    Args:
        session: for the words.
        code: the KPI.
    """
    known = {name for one in CATALOGUE[code].reads for name in RELATIONS[one].dimensions} - BOXES
    found = {name: str(st.query_params[name]) for name in known if name in st.query_params}
    if not found:
        return {}
    with session.store.read() as db:
        said = [
            f"{session.t(f'dimensions.{name}')}: {names(db, name, [code], session.lang)[code]}"
            for name, code in sorted(found.items())
        ]
    with st.container(horizontal=True, vertical_alignment="center", key="narrowed"):
        st.text(session.t("why.only", filters="; ".join(said)))
        st.button(session.t("why.clear"), key="why_clear", on_click=_clear, args=(list(found),))
    return {name: (value,) for name, value in found.items()}


def _clear(found: list[str]) -> None:
    for name in found:
        st.query_params.pop(name, None)


def section(session: Session, code: str, ask: Ask) -> None:
    """Why the latest figure changed, once a reader opens it.

    Args:
        session: for the words.
        code: the KPI.
        ask: its last period is the later one; its filters hold.
    """
    shown = st.expander(session.t("why.title"), key=SECTION, bind="query-params")
    if not shown.open:
        return
    kpi = CATALOGUE[code]
    offered = dimensions(kpi, ask)
    with shown:
        left, right = st.columns(2)
        with left:
            against = filters.select(
                "against",
                session.t("why.against"),
                list(Against),
                lambda name: session.t(f"why.compared.{name}"),
            )
        with right:
            dimension = (
                filters.select(
                    "split",
                    session.t("why.by"),
                    offered,
                    lambda name: session.t(f"dimensions.{name}"),
                )
                if offered
                else "location"
            )
        found = explained(
            session.store, code, last_period(ask), dimension, Against(against), session.lang
        )
        st.text(found.sentence)
        for one in (found.why.before, found.why.after):
            if one.value is not None:
                links.offer_figure(session, _sum_code(found), one.period, ask.where)
        if found.lines:
            _draw(session, found, ask)
        elif not offered:
            st.caption(session.t("why.none"))


@cached(entries=100)
def explained(
    store: Store, code: str, ask: Ask, dimension: str, against: Against, lang: str
) -> Explained:
    """The change of a KPI with its words."""
    with store.read() as db:
        return briefing.explain(db, CATALOGUE[code], ask, dimension, against, lang)


def _draw(session: Session, found: Explained, ask: Ask) -> None:
    """The bars, what they add up to, and the table with its links."""
    lang, told = session.lang, found.why
    name = words.kpi_name(session, told.kpi)
    bars = tuple(
        ContributionBar(
            line.name,
            line.amount,
            str(line.effect),
            briefing.amount_text(told, line.amount, lang, bare=True),
        )
        for line in found.lines
    )
    effects = {effect: session.t(f"why.effects.{effect}") for effect in COLOURS}
    total = briefing.amount_text(told, float(told.change or 0), lang)
    st.vega_lite_chart(
        contributions_spec(bars, effects, lang),
        theme=None,
        key="why_chart",
        alt=session.t("why.alt", name=name, change=total),
    )
    st.caption(" ".join([briefing.whole_text(found, lang), *found.notes]))
    st.html(_html(session, found, ask))
    for heading, articles in (found.lists or {}).items():
        st.markdown(f"**{heading}**")
        st.text("; ".join(articles))
    heads, rows = _sheet(session, found)
    title = f"{session.t('why.title')} {name}"
    grid.offer(session, heads, rows, key="why_table", file=title.replace("?", ""))


def _columns(found: Explained) -> tuple[str, ...]:
    own = any(line.before is not None or line.after is not None for line in found.lines)
    mixed = found.why.mixes
    return (
        *(("before", "after") if own else ()),
        "amount",
        *(("within", "mix") if mixed else ()),
        "effect",
    )


def _heading(session: Session, found: Explained, column: str) -> str:
    """A column's title, with the unit of its figures."""
    title = session.t(f"why.table.{column}")
    unit = words.unit(session, found.why.after)
    return title if column == "effect" or not unit else f"{title} ({unit})"


def _sheet(session: Session, found: Explained) -> tuple[list[str], list[list[Any]]]:
    """The contributions as values, for the download."""
    heads = [
        session.t(f"dimensions.{found.why.dimension}"),
        *(_heading(session, found, name) for name in _columns(found)),
    ]
    rows = [
        [
            line.name,
            *(
                session.t(f"why.effects.{line.effect}") if name == "effect" else getattr(line, name)
                for name in _columns(found)
            ),
        ]
        for line in found.lines
    ]
    return heads, rows


def _html(session: Session, found: Explained, ask: Ask) -> str:
    """The contributions as a table in which each name leads to its own trend."""
    columns = _columns(found)
    heads = [
        session.t(f"dimensions.{found.why.dimension}"),
        *(_heading(session, found, name) for name in columns),
    ]
    head = "".join(
        f'<th scope="col" style="{HEAD if index else LEFT}">{escape(title)}</th>'
        for index, title in enumerate(heads)
    )
    body = "".join(
        f'<tr><th scope="row" style="{LEFT}">{_linked(session, found, line, ask)}</th>'
        + "".join(
            f'<td style="{RIGHT}">{_traced(session, found, line, name)}</td>' for name in columns
        )
        + "</tr>"
        for line in found.lines
    )
    title = escape(session.t("why.title"))
    return (
        f'<div style="overflow-x:auto" tabindex="0" role="region" aria-label="{title}">'
        '<table style="border-collapse:collapse">'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _cell(session: Session, found: Explained, line: ContributionLine, column: str) -> str:
    if column == "effect":
        return session.t(f"why.effects.{line.effect}")
    value = getattr(line, column)
    if value is None:
        return words.NONE
    if column in {"before", "after"}:
        return formats.figure(value, found.why.kpi.unit, session.lang)
    if column == "amount":
        return briefing.line_amount_text(found.why, line, session.lang, bare=True)
    return briefing.amount_text(found.why, value, session.lang, bare=True)


def _traced(session: Session, found: Explained, line: ContributionLine, column: str) -> str:
    """A cell; the group's own figures are links that trace them."""
    written = escape(_cell(session, found, line, column))
    sides = {"before": found.why.before, "after": found.why.after}
    if column not in sides or line.where is None or getattr(line, column) is None:
        return written
    period = sides[column].period
    said = session.t("trace.named", value=_cell(session, found, line, column), name=line.name)
    address = links.trace_of_figure(session, _sum_code(found), period, line.where)
    return (
        f'<a class="nami-trace" href="{escape(address)}" aria-label="{escape(said)}">{written}</a>'
    )


def _sum_code(found: Explained) -> str:
    """The KPI whose figures are told: of a change, the sum beneath it."""
    kpi = found.why.kpi
    told = kpi.over_time.beneath(kpi)
    if told is kpi:
        return kpi.code
    return next(
        one.code
        for one in CATALOGUE.values()
        if (one.over_time, one.numerator) == (told.over_time, told.numerator)
    )


def _linked(session: Session, found: Explained, line: ContributionLine, ask: Ask) -> str:
    if line.where is None:
        return escape(line.name)
    address = link(session, found.why.kpi.code, ask, found.why.after.period.last, line)
    title = escape(session.t("why.open", name=line.name))
    return f'<a href="{escape(address)}" title="{title}">{escape(line.name)}</a>'


def link(session: Session, code: str, ask: Ask, month: date, line: ContributionLine) -> str:
    """The address of the trends page with the filters of a contribution."""
    where = {"category": (filters.ALL,), **(line.where or {})}
    told = {"kpi": [code], **filters.in_address(ask.kind), "month": [f"{month:%Y-%m}"]}
    return links.address(session, "", {**told, **where})
