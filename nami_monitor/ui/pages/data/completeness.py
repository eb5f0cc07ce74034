"""What each source should deliver and did: a grid, a table, data breaks, and learnt patterns."""

from collections.abc import Sequence

import streamlit as st

from nami_monitor.access.roles import Role
from nami_monitor.charts.registers import DeliveryCell, DeliveryState, completeness_chart
from nami_monitor.core.escapes import markdown
from nami_monitor.core.settings import places
from nami_monitor.i18n import formats, has_text
from nami_monitor.ingest.deliveries import (
    LearnedExpectation,
    MonthDelivered,
    SeriesBreak,
    data_breaks,
    learned_expectations,
    source_months,
    state_expectation,
)
from nami_monitor.ingest.profiles.library import profile_file, save_profile
from nami_monitor.ingest.profiles.profile import Expects, parse_profile
from nami_monitor.ui import booking, chart_card, words
from nami_monitor.ui.grid import Head, grid
from nami_monitor.ui.jobs import Job, Outcome
from nami_monitor.ui.pages.data import session_files
from nami_monitor.ui.session import Session


def part(session: Session) -> None:
    """Show the part of the page on completeness."""
    with session.store.read() as db:
        months, broken, patterns = source_months(db), data_breaks(db), learned_expectations(db)
    if not months:
        st.info(session.t("data.completeness.none"))
        return
    cells = tuple(_cell(session, month) for month in months)
    said = _sentence(session, cells)
    st.markdown(markdown(said))
    chart_card.show(session, completeness_chart(cells, session.lang, said), key="completeness")
    with st.expander(session.t("data.completeness.table")):
        _table(session, months)
    _breaks(session, broken)
    for source_pattern in patterns:
        _learnt(session, source_pattern)


def delivered(month: MonthDelivered) -> DeliveryState:
    """How a source's month is drawn: a break first, then what is missing."""
    if month.breaks:
        return DeliveryState.BREAK
    if not month.lines:
        return DeliveryState.MISSING if month.owed else DeliveryState.NOT_DUE
    return DeliveryState.DELIVERED if month.share >= 1 else DeliveryState.PARTIAL


def _cell(session: Session, month: MonthDelivered) -> DeliveryCell:
    note = ""
    if month.expected_locations:
        note = session.t(
            "data.completeness.locations", here=month.locations, due=month.expected_locations
        )
    return DeliveryCell(month.source, month.month, delivered(month), note)


def _sentence(session: Session, cells: Sequence[DeliveryCell]) -> str:
    count = sum(cell.state is DeliveryState.MISSING for cell in cells)
    partial = sum(cell.state is DeliveryState.PARTIAL for cell in cells)
    sources = len({cell.source for cell in cells})
    sentences = [session.t("data.completeness.sources", n=sources)]
    if count:
        sentences.append(session.t("data.completeness.missing", n=count))
    if partial:
        sentences.append(session.t("data.completeness.partial", n=partial))
    if len(sentences) == 1:
        sentences.append(session.t("data.completeness.whole"))
    return " ".join(sentences)


def _table(session: Session, months: Sequence[MonthDelivered]) -> None:
    lang = session.lang

    def number(value: float) -> str:
        return formats.number(int(value), lang)

    heads = [
        Head(session.t("charts.completeness.source")),
        Head(session.t("data.completeness.what")),
        Head(session.t("charts.month"), lambda day: formats.month(day, lang)),
        Head(session.t("charts.completeness.state")),
        Head(session.t("data.completeness.lines"), number),
        Head(session.t("data.completeness.here"), number),
        Head(session.t("data.completeness.due"), number),
    ]
    rows = [
        (
            month.source,
            words.table_name(session, month.table),
            month.month,
            session.t(f"charts.completeness.{delivered(month)}"),
            month.lines,
            month.locations,
            month.expected_locations or None,
        )
        for month in reversed(months)
    ]
    title = session.t("data.parts.completeness")
    grid(session, heads, rows, key="completeness_table", name=title, file=title)


def _breaks(session: Session, broken: Sequence[SeriesBreak]) -> None:
    st.header(session.t("data.breaks.title"), anchor=False)
    if not broken:
        st.markdown(session.t("data.breaks.none"))
        return
    st.markdown(session.t("data.breaks.words"))
    sentences = [
        session.md(
            "data.breaks.said",
            source=data_break.source,
            month=formats.month(data_break.month, session.lang),
            kind=session.t(f"breaks.{data_break.kind}"),
            detail=_detail(session, data_break),
        )
        for data_break in broken
    ]
    st.markdown("\n".join(f"- {sentence}" for sentence in sentences))


def _detail(session: Session, data_break: SeriesBreak) -> str:
    """From what to what a basis or VAT went, in words."""
    if not data_break.detail:
        return ""
    words = [
        session.t(f"data.{data_break.kind}.{part}")
        if has_text(f"data.{data_break.kind}.{part}", session.lang)
        else part
        for part in data_break.detail.split(" > ")
    ]
    return f" ({' → '.join(words)})"


def _learnt(session: Session, pattern: LearnedExpectation) -> None:
    """What a source seems to owe, to be confirmed or changed."""
    with st.container(border=True, key=f"learnt_{session_files.slug(pattern.source)}"):
        st.markdown(
            session.md(
                "data.learnt.demo" if session.demo else "data.learnt.words",
                source=pattern.source,
                n=pattern.months,
                first=formats.month(pattern.first, session.lang),
            )
        )
        if session.demo:
            return
        every = st.selectbox(
            session.t("data.learnt.every"),
            ("month", "quarter", "year"),
            index=("month", "quarter", "year").index(pattern.every),
            format_func=lambda name: session.t(f"periods.{name}"),
            key=f"every_{session_files.slug(pattern.source)}",
        )
        everywhere = st.checkbox(
            session.t("data.learnt.everywhere"),
            key=f"everywhere_{session_files.slug(pattern.source)}",
        )
        expects = Expects(
            first=f"{pattern.first:%Y-%m}",
            every=every,
            locations="all" if everywhere else None,
        )
        booking.action(
            session,
            session.t("data.learnt.confirm"),
            f"learn_{session_files.slug(pattern.source)}",
            lambda session: session.t("jobs.keeping"),
            lambda job: _confirm(job, pattern.source, expects),
            needs=Role.MANAGE,
        )


def _confirm(job: Job, source: str, expects: Expects) -> Outcome:
    stated = parse_profile(state_expectation(job.store, source, expects, who=job.who))
    save_profile(profile_file(places().profiles, source), stated, job.who, job.store)
    return Outcome(lambda session: session.t("data.learnt.confirmed", source=source))
