"""The page on trends: what it offers, the latest figure, and what a December is compared with."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial

import streamlit as st

from nami_monitor.briefing import phases
from nami_monitor.briefing.as_of import read_as_of
from nami_monitor.briefing.conclusions import EVEN, YearEnd, year_end
from nami_monitor.core.escapes import plain
from nami_monitor.core.periods import Period
from nami_monitor.core.words import PeriodKind
from nami_monitor.i18n import formats
from nami_monitor.kpis import CATALOGUE, Ask, KpiResult
from nami_monitor.kpis.catalogue.steer import STEER_YEAR_END_SHARE
from nami_monitor.kpis.interventions.register import Intervention
from nami_monitor.kpis.questions import RELATIONS, latest_month
from nami_monitor.store import Store, Work
from nami_monitor.ui import booking, cache, figure_notes, links, words
from nami_monitor.ui.cache import cached, last_period
from nami_monitor.ui.jobs import Job, Outcome
from nami_monitor.ui.links import Filters
from nami_monitor.ui.session import Session
from nami_monitor.ui.trend_chart import by_group

GROUPED = (
    "category", "group", "location", "channel", "stream", "condition", "source", "product_group",
    "product", "supplier", "contract", "family", "decision", "specification", "form", "mark",
)  # fmt: skip
"""Dimensions in the order in which a page offers them."""


def dimensions(code: str) -> list[str]:
    """The dimensions by which a KPI can be grouped on the page."""
    kpi = CATALOGUE[code]
    names = {name for relation in kpi.reads for name in RELATIONS[relation].dimensions}
    names &= set(kpi.over_time.grouped_by or names)
    return [name for name in GROUPED if name in names]


@cached(entries=50)
def _offered(store: Store, code: str, ask: Ask) -> tuple[Intervention, ...]:
    with read_as_of(store, ask.until) as db:
        until = ask.until or latest_month(db)
        return phases.offered(db, CATALOGUE[code], ask.where, until) if until else ()


def offer_phases(session: Session, code: str, ask: Ask) -> None:
    """The measures from which a person may take a new level as the normal one, and who did."""
    if ask.by or ask.kind != PeriodKind.MONTH:
        return
    accepted = cache.phases(session.store, code, ask.where)
    offered = [
        measure
        for measure in _offered(session.store, code, ask)
        if measure.start_month not in phases.months(accepted)
    ]
    for phase in accepted:
        month, day = formats.month(phase.month, session.lang), formats.day(phase.at, session.lang)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(session.md("trends.phases.accepted", month=month, who=phase.who, day=day))
            _keep(session, "withdraw", phase.name, partial(phases.withdraw, name=phase.name))
    for measure in offered:
        month = formats.month(measure.start_month, session.lang)
        with st.container(horizontal=True, vertical_alignment="center"):
            said = session.md("trends.phases.offered", title=measure.title, month=month)
            st.markdown(said, help=session.t("trends.phases.help"))
            until = ask.until or measure.start_month
            accept = partial(
                phases.accept, code=code, where=ask.where, until=until, measure=measure.code
            )
            _keep(session, "accept", measure.code, accept)


def _keep(session: Session, what: str, name: str, act: Callable[..., None]) -> None:
    """A button that accepts a phase or takes it back."""

    def write(job: Job) -> Outcome:
        with job.store.write(Work.NOTE, job.who) as db:
            act(db, who=job.who)
        return Outcome(lambda session: session.t(f"trends.phases.{what}_done"))

    label = session.t(f"trends.phases.{what}")
    keeping = session.t("jobs.keeping")
    booking.action(session, label, f"phase_{what}_{name}", lambda _: keeping, write)


def latest(session: Session, results: Sequence[KpiResult], where: Filters) -> None:
    """The latest figure with its total, notes and a link that traces it."""
    if not results or len(by_group(results)) > 1:
        return
    result = results[-1]
    whole = figure_notes.total(session, result, where)
    period = formats.period(result.period, session.lang)
    parts = [f"{whole.label} {whole.value}"] if whole else []
    parts += [part for part in [figure_notes.notes(session, result)] if part]
    if parts:
        figure = words.figure(session, result)
        st.caption(session.md("trends.latest", period=period, figure=figure, said=". ".join(parts)))
    links.offer_trace(session.t("trace.latest"), links.result_address(result, where))


def year_end_references(session: Session, code: str, ask: Ask) -> None:
    """Show what December's share is compared with; nothing for other KPIs.

    Args:
        session: for the words.
        code: the KPI.
        ask: the period and the filters.
    """
    if code != STEER_YEAR_END_SHARE.code:
        return
    references = _year_end(session.store, last_period(ask))
    if references:
        st.text(plain(_year_end_sentence(session, references)))
        for year, _ in references.earlier:
            whole = Period(date(year, 1, 1), date(year, 12, 1), PeriodKind.YEAR)
            links.offer_figure(session, code, whole, ask.where)


def _year_end_sentence(session: Session, references: YearEnd) -> str:
    """The references in a sentence."""
    lang = session.lang
    even = session.t("year_end.even", even=formats.percent(EVEN, lang))
    if references.usual is None:
        n, year = len(references.earlier), references.year
        return f"{even} {session.t('year_end.too_few', n=n, year=year)}"
    mean, low, high = (formats.percent(share, lang) for share in references.usual)
    years = ", ".join(str(year) for year, _ in references.earlier)
    usual = session.t("year_end.usual", years=years, mean=mean, low=low, high=high)
    return f"{even} {usual}"


@cached(entries=50)
def _year_end(store: Store, ask: Ask) -> YearEnd | None:
    with read_as_of(store, ask.until) as db:
        return year_end(db, ask)
