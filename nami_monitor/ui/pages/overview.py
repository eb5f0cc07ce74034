"""The overview page: cards, what needs attention, and the table of all KPIs."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from nami_monitor.briefing import wording
from nami_monitor.briefing.overview import KpiLine, Overview
from nami_monitor.charts.spec import ChartTable
from nami_monitor.core.escapes import html, markdown
from nami_monitor.core.periods import Period
from nami_monitor.i18n import formats
from nami_monitor.kpis import CATALOGUE, KpiResult
from nami_monitor.kpis.result import absolute
from nami_monitor.kpis.targets import JudgedTarget
from nami_monitor.signals.scan import Assessment
from nami_monitor.ui import doors, figure_notes, grid, links, scaffold, words
from nami_monitor.ui.cards import Card, Chip, ComparedFigure
from nami_monitor.ui.links import Filters
from nami_monitor.ui.session import Session

CHIPS = {Assessment.IMPROVEMENT: Chip.IMPROVEMENT, Assessment.CONCERN: Chip.CONCERN}
"""The chips of what has a direction; the others are plain."""

CARDS = 6
"""How many cards stand open; the others are one click away."""


def headline(session: Session, glance: Overview) -> str:
    """A period other than a month in one sentence; signals belong to months."""
    parts = [session.t("overview.headline.valued", n=glance.valued)]
    if glance.blocked:
        parts.append(session.t("overview.headline.absent", n=len(glance.blocked)))
    sentence = session.t(
        "overview.headline.month", month=_period(session, glance.period), said=", ".join(parts)
    )
    return f"{sentence} {session.t('overview.headline.monthly')}"


def _period(session: Session, period: Period) -> str:
    return formats.period(period, session.lang)


def say_headline(session: Session, glance: Overview) -> None:
    """Show the headline."""
    st.html(f'<p class="nami-headline">{html(headline(session, glance))}</p>')


def cards(session: Session, glance: Overview) -> None:
    """A card per KPI that the data gives; of the others how many there are, and what to do."""
    first, others = foremost([line for line in glance.lines if line.supported])
    _grid_of(session, first, glance.where)
    if others:
        with st.expander(session.md("check.cards_more", n=len(others))):
            _grid_of(session, others, glance.where)
    if glance.unsupported:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(session.md("overview.unsupported", n=len(glance.unsupported)))
            doors.link("measurability", session.t("overview.needed"))


def _grid_of(session: Session, lines: Sequence[KpiLine], where: Filters) -> None:
    scaffold.cards(session, (card(session, line, where) for line in lines))


def foremost(lines: Sequence[KpiLine]) -> tuple[list[KpiLine], list[KpiLine]]:
    """The lines that matter most, and the others, both in the order of the catalogue.

    A figure that signals something comes before one with a target, and that before all others.
    """
    ranked = sorted(lines, key=_rank)[:CARDS]
    return [x for x in lines if x in ranked], [x for x in lines if x not in ranked]


def _rank(line: KpiLine) -> int:
    if line.assessment in {Assessment.CONCERN, Assessment.IMPROVEMENT}:
        return 0
    return 1 if line.aim is not None else 2


def card(session: Session, line: KpiLine, where: Filters, **told: Any) -> Card:
    """A KPI as a card.

    Args:
        session: for the words.
        line: the figure.
        where: the filters that gave it.
        told: name, reason and step, as ``figure_notes.card`` takes them.
    """
    result = line.result
    name = told.pop("name", "") or words.kpi_name(session, line.kpi)
    if result.value is None:
        return figure_notes.card(session, result, where, name=name, **told)
    value, month = words.figure(session, result), _period(session, result.period)
    drift = wording.drift(line.kpi, line.drift, session.lang)
    notes = (drift, figure_notes.notes(session, result))
    return figure_notes.card(
        session,
        result,
        where,
        (_aim(session, line.aim), _year_ago(session, line, where)),
        name=name,
        **told,
        spark=line.spark,
        spark_alt=session.t("overview.spark", name=name, value=value, month=month),
        chip=CHIPS.get(line.assessment, Chip.PLAIN) if line.assessment else None,
        chip_words=wording.signal(line, session.lang),
        note=" ".join(filter(None, notes)),
    )


def _aim(session: Session, aim: JudgedTarget | None) -> ComparedFigure | None:
    if aim is None or aim.value is None:
        return None
    kpi = CATALOGUE[aim.target.kpi]
    measure = aim.judged.activity if aim.judged else None
    period = wording.period_named(aim.target.period, session.lang)
    later = session.t("overview.aim.later", period=period)
    return ComparedFigure(
        session.t("overview.aim.label", period=period),
        figure_notes.split(session, aim.value, kpi.unit, measure)[0],
        wording.gap(aim, session.lang) or later,
    )


def _year_ago(session: Session, line: KpiLine, where: Filters) -> ComparedFigure | None:
    if line.year_ago.value is None or (line.change is None and not line.estimated):
        return None
    unit, measure = line.result.unit, line.result.activity
    difference = wording.change(line, session.lang)
    if line.assessment is Assessment.NO_SIGNAL and line.change:
        difference = session.t("overview.within", difference=difference)
    return ComparedFigure(
        _period(session, line.year_ago.period),
        words.figure(session, line.year_ago)
        if line.estimated
        else figure_notes.split(session, line.year_ago.value, unit, measure)[0],
        difference,
        links.trace_of_result(session, line.year_ago, where),
    )


def attention(session: Session, glance: Overview) -> None:
    """What cannot be computed over a period other than a month, and where data breaks."""
    sentences = [
        f"**{words.kpi_name(session, line.kpi)}**: {words.reason(session, line.result)}"
        for line in glance.blocked
    ]
    sentences += [
        session.t(
            "overview.attention.break",
            source=data_break.source,
            month=formats.month(data_break.month, session.lang),
            kinds=", ".join(session.t(f"breaks.{kind}") for kind in data_break.kinds),
        )
        for data_break in glance.breaks
    ]
    st.header(session.t("check.attention"), anchor=False)
    if sentences:
        st.markdown("\n".join(f"- {markdown(sentence)}" for sentence in sentences))
    else:
        st.markdown(session.t("overview.attention.complete"))


def table(session: Session, glance: Overview) -> None:
    """Every KPI as a row: to sort, to search and to download."""
    title = scaffold.header(session.t("overview.table.title"))
    scaffold.table(
        session,
        "overview_table",
        title,
        [_row(session, line, glance.where) for line in glance.listed],
        write={"overview.table.completeness": _share},
        widths={"overview.table.kpi": 190, "overview.table.signal": 150,
                "overview.table.remark": "large"},
        download=False,
        row_height=2 * grid.ROW,
    )  # fmt: skip
    values = sheet(session, glance)
    grid.offer(session, values.head, values.rows, key="overview_table", file=title)


def _share(percent: float, lang: str) -> str:
    return formats.percent(percent, lang, decimals=0)


def _row(session: Session, line: KpiLine, where: Filters) -> scaffold.Row:
    result, earlier = line.result, line.year_ago
    whole = figure_notes.total(session, result, where)
    return {
        "overview.table.kpi": words.kpi_name(session, line.kpi),
        "overview.table.value": _traced(session, result, where),
        "overview.table.total": whole.value if whole else None,
        "overview.table.year_ago": _traced(session, earlier, where)
        if earlier.value is not None
        else None,
        "overview.table.signal": _signal(session, line) if result.value is not None else None,
        "overview.table.remark": words.reason(session, result)
        or words.flags(session, result.flags)
        or None,
        "overview.table.completeness": _percent(result),
        "overview.table.evidence": str(result.evidence) or None,
        "overview.table.strategy": session.t(f"strategies.{line.kpi.strategy}"),
    }


def _traced(session: Session, result: KpiResult, where: Filters) -> scaffold.Traced:
    trace = links.trace_of_result(session, result, where)
    return scaffold.Traced(words.figure(session, result), trace)


def _percent(result: KpiResult) -> float | None:
    return None if result.completeness is None else 100 * result.completeness


def sheet(session: Session, glance: Overview) -> ChartTable:
    """Every KPI as a row of values, for the download."""
    columns = ("strategy", "kpi", "value", "unit", "total", "year_ago", "signal", "completeness",
               "evidence", "remark")  # fmt: skip
    rows = tuple(
        (
            session.t(f"strategies.{line.kpi.strategy}"),
            words.kpi_name(session, line.kpi),
            line.result.value,
            words.unit(session, line.result),
            whole.value if (whole := absolute(line.result)) else None,
            line.year_ago.value,
            _signal(session, line),
            _percent(line.result),
            str(line.result.evidence) or None,
            words.reason(session, line.result) or words.flags(session, line.result.flags),
        )
        for line in glance.listed
    )
    return ChartTable(tuple(session.t(f"overview.table.{name}") for name in columns), rows)


def _signal(session: Session, line: KpiLine) -> str:
    return wording.signal_or_drift(line, session.lang) or words.NONE
