"""Why a figure changed: contributions that add up, each with a link to its own trend."""

from datetime import date
from typing import Any

import streamlit as st

from nami_monitor.briefing import why as briefing
from nami_monitor.briefing.as_of import read_as_of
from nami_monitor.briefing.why import ContributionLine, Explained
from nami_monitor.charts.bars import NamedAmount, contributions_chart
from nami_monitor.core.escapes import html, markdown, plain
from nami_monitor.i18n import formats
from nami_monitor.kpis import CATALOGUE, Ask
from nami_monitor.kpis.questions import RELATIONS
from nami_monitor.kpis.sentences import names
from nami_monitor.kpis.why import Against, dimensions
from nami_monitor.store import Store
from nami_monitor.ui import chart_card, doors, filters, grid, links, words
from nami_monitor.ui.cache import cached, last_period
from nami_monitor.ui.pages import bridge
from nami_monitor.ui.session import Session

BRIDGE = "bridge"
"""The split of spend into price, volume and other articles."""

SHOWN = "why_table_shown"
"""Whether a reader opened the table."""

BOXES = frozenset({"category", "group", "channel"})
"""Filters with a box of their own on the page; the others stand in the address alone."""


def other_filters(session: Session, code: str) -> dict[str, tuple[str, ...]]:
    """Filters of the address without a box: show them, with a button to remove them.

    A filter that no figure of the KPI knows is left out.

    Args:
        session: for the words.
        code: the KPI.
    """
    dimensions = {
        name for relation in CATALOGUE[code].reads for name in RELATIONS[relation].dimensions
    } - BOXES
    values = {name: str(st.query_params[name]) for name in dimensions if name in st.query_params}
    if not values:
        return {}
    with session.store.read() as db:
        filters_said = [
            f"{session.t(f'dimensions.{name}')}: {names(db, name, [code], session.lang)[code]}"
            for name, code in sorted(values.items())
        ]
    with st.container(horizontal=True, vertical_alignment="center", key="narrowed"):
        st.text(plain(session.t("why.only", filters="; ".join(filters_said))))
        st.button(
            session.t("why.clear"), key="why_clear", on_click=doors.drop, args=(list(values),)
        )
    return {name: (value,) for name, value in values.items()}


def section(session: Session, code: str, ask: Ask) -> None:
    """Why the latest figure changed: contributions that add up, by the split that is chosen.

    Args:
        session: for the words.
        code: the KPI.
        ask: its last period is the later one; its filters hold.
    """
    offered = dimensions(CATALOGUE[code], ask)
    splits = [*offered, *([BRIDGE] if code in bridge.EXPLAINED else [])]
    with st.container(key="why_head", horizontal=True, vertical_alignment="center"):
        st.header(session.t("why.short"), anchor=False, width="content")
        by = (
            filters.select(
                "split",
                session.t("why.by"),
                splits,
                lambda name: session.t(f"why.{BRIDGE}" if name == BRIDGE else f"dimensions.{name}"),
                default="group",
            )
            if splits
            else "location"
        )
        if by != BRIDGE:
            against = filters.select(
                "against",
                session.t("why.against"),
                list(Against),
                lambda name: session.t(f"why.compared.{name}"),
            )
    if by == BRIDGE:
        bridge.show(session, last_period(ask))
        return
    found = explained(session.store, code, last_period(ask), by, Against(against), session.lang)
    st.html(f'<p class="nami-sub">{html(found.sentence)}</p>')
    if found.lines:
        _draw(session, found, ask)


@cached(entries=100)
def explained(
    store: Store, code: str, ask: Ask, dimension: str, against: Against, lang: str
) -> Explained:
    """The change of a KPI with its words."""
    with read_as_of(store, ask.until) as db:
        return briefing.explain(db, CATALOGUE[code], ask, dimension, against, lang)


def _draw(session: Session, explained_change: Explained, ask: Ask) -> None:
    """The bars, what they add up to, and the table with its links."""
    lang, change = session.lang, explained_change.why
    name = words.kpi_name(session, change.kpi)
    bars = tuple(
        NamedAmount(
            line.name,
            line.amount,
            briefing.amount_text(change, line.amount, lang, bare=True),
            str(line.effect),
        )
        for line in explained_change.lines
    )
    total = briefing.amount_text(change, float(change.change or 0), lang)
    drawn = contributions_chart(bars, session.t("why.alt", name=name, change=total))
    chart_card.picture(drawn, key="why_chart")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(markdown(briefing.whole_text(explained_change, lang)), width="content")
        shown = grid.is_open(session, SHOWN, "why_toggle")
        chart_card.link(session, drawn.kind, "why_chart")
    if shown:
        _details(session, explained_change, ask, name)


def _details(session: Session, explained_change: Explained, ask: Ask, name: str) -> None:
    """The contributions as a table with links, their notes, and the figures they split."""
    if explained_change.notes:
        st.caption(markdown(" ".join(explained_change.notes)))
    st.html(_html(session, explained_change, ask))
    for heading, articles in (explained_change.lists or {}).items():
        st.markdown(f"**{markdown(heading)}**")
        st.text(plain("; ".join(articles)))
    rows = _sheet(session, explained_change)
    title = f"{session.t('why.title')} {name}"
    grid.offer(
        session,
        _heads(session, explained_change),
        rows,
        key="why_table",
        file=title.replace("?", ""),
    )
    for result in (explained_change.why.before, explained_change.why.after):
        if result.value is not None:
            links.offer_figure(session, _sum_code(explained_change), result.period, ask.where)


def _columns(explained_change: Explained) -> tuple[str, ...]:
    own = any(line.before is not None or line.after is not None for line in explained_change.lines)
    mixed = explained_change.why.mixes
    return (
        *(("before", "after") if own else ()),
        "amount",
        *(("within", "mix") if mixed else ()),
        "effect",
    )


def _heading(session: Session, explained_change: Explained, column: str) -> str:
    """A column's title, with the unit of its figures."""
    title = session.t(f"why.table.{column}")
    unit = words.unit(session, explained_change.why.after)
    return title if column == "effect" or not unit else f"{title} ({unit})"


def _heads(session: Session, explained_change: Explained) -> list[str]:
    return [
        session.t(f"dimensions.{explained_change.why.dimension}"),
        *(_heading(session, explained_change, name) for name in _columns(explained_change)),
    ]


def _sheet(session: Session, explained_change: Explained) -> list[list[Any]]:
    """The contributions as values, for the download."""
    return [
        [
            line.name,
            *(
                session.t(f"why.effects.{line.effect}") if name == "effect" else getattr(line, name)
                for name in _columns(explained_change)
            ),
        ]
        for line in explained_change.lines
    ]


def _html(session: Session, explained_change: Explained, ask: Ask) -> str:
    """The contributions as a table in which each name leads to its own trend."""
    rows = [
        (
            _linked(session, explained_change, line, ask),
            [_traced(session, explained_change, line, name) for name in _columns(explained_change)],
        )
        for line in explained_change.lines
    ]
    return grid.html_table(_heads(session, explained_change), rows, session.t("why.title"))


def _cell(
    session: Session, explained_change: Explained, line: ContributionLine, column: str
) -> str:
    if column == "effect":
        return session.t(f"why.effects.{line.effect}")
    value = getattr(line, column)
    if value is None:
        return words.NONE
    if column in {"before", "after"}:
        return formats.figure(value, explained_change.why.kpi.unit, session.lang)
    if column == "amount":
        return briefing.line_amount_text(explained_change.why, line, session.lang, bare=True)
    return briefing.amount_text(explained_change.why, value, session.lang, bare=True)


def _traced(
    session: Session, explained_change: Explained, line: ContributionLine, column: str
) -> str:
    """A cell; the group's own figures are links that trace them."""
    written = html(_cell(session, explained_change, line, column))
    sides = {"before": explained_change.why.before, "after": explained_change.why.after}
    if column not in sides or line.where is None or getattr(line, column) is None:
        return written
    period = sides[column].period
    label = session.t(
        "trace.named", value=_cell(session, explained_change, line, column), name=line.name
    )
    address = links.trace_of_figure(session, _sum_code(explained_change), period, line.where)
    return f'<a class="nami-trace" href="{html(address)}" aria-label="{html(label)}">{written}</a>'


def _sum_code(explained_change: Explained) -> str:
    """The KPI whose figures are shown: of a change, the sum that changed."""
    kpi = explained_change.why.kpi
    told = kpi.over_time.beneath(kpi)
    if told is kpi:
        return kpi.code
    return next(
        candidate.code
        for candidate in CATALOGUE.values()
        if (candidate.over_time, candidate.numerator) == (told.over_time, told.numerator)
    )


def _linked(session: Session, explained_change: Explained, line: ContributionLine, ask: Ask) -> str:
    if line.where is None:
        return html(line.name)
    address = link(
        session, explained_change.why.kpi.code, ask, explained_change.why.after.period.last, line
    )
    title = html(session.t("why.open", name=line.name))
    return f'<a href="{html(address)}" title="{title}">{html(line.name)}</a>'


def link(session: Session, code: str, ask: Ask, month: date, line: ContributionLine) -> str:
    """The address of the trends page with the filters of a contribution."""
    where = {"category": (filters.ALL,), **(line.where or {})}
    fixed = {"kpi": [code], **filters.in_address(ask.kind), "month": [f"{month:%Y-%m}"]}
    return links.address(session, "", {**fixed, **where})
