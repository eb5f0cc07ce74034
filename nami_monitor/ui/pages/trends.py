"""Verloop: one figure over time, with its finding as the title, and why it changed below it."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial

import streamlit as st

from nami_monitor.briefing import phases, wording
from nami_monitor.briefing.as_of import read_as_of
from nami_monitor.briefing.conclusions import EVEN, YearEnd, year_end
from nami_monitor.briefing.handbook import changes
from nami_monitor.briefing.overview import independent, level_signals
from nami_monitor.charts import tables
from nami_monitor.charts.control_limits import trend_targets
from nami_monitor.charts.trend_data import Trend, TrendTarget
from nami_monitor.charts.trend_lanes import TrendForm
from nami_monitor.core.escapes import html, markdown, plain
from nami_monitor.core.periods import Period
from nami_monitor.core.words import PeriodKind, State
from nami_monitor.i18n import formats
from nami_monitor.kpis import CATALOGUE, Ask, Kpi, KpiResult
from nami_monitor.kpis.catalogue.steer import STEER_YEAR_END_SHARE
from nami_monitor.kpis.interventions.register import Intervention
from nami_monitor.kpis.questions import RELATIONS, latest_month
from nami_monitor.kpis.targets import JudgedTarget, agreed, judge_target, targets
from nami_monitor.store import Store, Work
from nami_monitor.ui import (
    app,
    booking,
    cache,
    chart_card,
    chart_notes,
    doors,
    figure_notes,
    filters,
    links,
    trend_chart,
    words,
)  # fmt: skip
from nami_monitor.ui.cache import Where, cached, last_period
from nami_monitor.ui.grid import is_open
from nami_monitor.ui.jobs import Job, Outcome
from nami_monitor.ui.links import Filters
from nami_monitor.ui.pages import funnel, why
from nami_monitor.ui.session import Session

KEY = "trend"
"""Of the chart and of all that belongs to it."""

LEAST = 12
"""So many periods are shown even where the first figures came later."""

FORM = TrendForm(plot=250, titled=False)

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


def show(session: Session) -> None:
    """The whole page.

    Args:
        session: the visitor's session.
    """
    code, ask = _choices(session)
    kpi = CATALOGUE[code]
    results = _begun(cache.figures(session.store, code, ask), ask)
    known = any(result.value is not None for result in results)
    line = known and trend_chart.is_line(results)
    read = trend_chart.read_trend(session, code, results, ask.where, KEY) if line else None
    app.heading(_finding(session, kpi, results, read, ask))
    left, right = st.columns([13, 5], gap="medium")
    with left:
        st.html(f'<p class="nami-sub">{_sub(session, kpi, results, read, ask)}</p>')
        if read:
            drawn = tables.trend_chart(read.trend, session.lang, FORM)
            select = trend_chart.selected(read.trend, KEY)
            chart_card.show(session, drawn, key=KEY, on_select=select)
        elif known:
            trend_chart.draw_bars(session, code, results, ask.where, KEY)
        elif results:
            links.why_none(session, results[-1])
        else:
            st.info(session.t("trends.nothing"))
        _opened(session, read, results, ask)
        year_end_references(session, code, ask)
        with st.container(key="why"):
            why.section(session, code, ask)
    with right, st.container(key="margin"):
        if read and read.notes.called:
            chart_notes.margin(session, read.notes.called, KEY)
        _links(session, kpi, read)
    funnel.section(session, code, ask)


def _begun(results: list[KpiResult], ask: Ask) -> list[KpiResult]:
    """The periods without most of those from before the first figure of all."""
    first = next((at for at, one in enumerate(results) if one.value is not None), 0)
    return results if ask.by else results[min(first, max(len(results) - LEAST, 0)) :]


def _choices(session: Session) -> tuple[str, Ask]:
    """The filters in one row; what few people change behind "more"."""
    with filters.line():
        code = filters.select(
            "kpi",
            session.t("trends.kpi"),
            list(CATALOGUE),
            lambda found: words.kpi_name(session, CATALOGUE[found]),
            default="impact_spend",
        )
        category = filters.category(session)
        month = filters.month(session)
        group = filters.group(session)
        with st.popover(session.t("filters.more"), key="more_choices"):
            by = filters.select(
                "by",
                session.t("trends.by"),
                ["", *dimensions(code)],
                lambda name: (
                    session.t(f"dimensions.{name}") if name else session.t("trends.ungrouped")
                ),
            )
            kind = filters.period(session, month, cache.choices(session.store).months)
            channel = filters.channel(session)
            activity = filters.activity(session, CATALOGUE[code])
            where = dict(filters.where(category, group)) | channel | activity
            ask = Ask(kind, month, trend_chart.periods_shown(kind), (by,) if by else (), where)
            offer_phases(session, code, ask)
        doors.link("presentation", session.t("trends.to_presentation"))
    others = why.other_filters(session, code)
    return code, Ask(kind, month, ask.last, ask.by, where | others)


def _finding(
    session: Session,
    kpi: Kpi,
    results: Sequence[KpiResult],
    read: trend_chart.ReadTrend | None,
    ask: Ask,
) -> str:
    """What the figures show as of the month, and nothing beyond that."""
    name = words.figure_name(session, results[-1]) if results else words.kpi_name(session, kpi)
    if not results or ask.by:
        by = session.t(f"dimensions.{ask.by[0]}") if ask.by else ""
        return session.t("trends.finding.by", name=name, by=by.lower()) if by else name
    result = results[-1]
    if result.state is not State.VALUE:
        return f"{name}: {session.t(f'words.{result.state}')}"
    aim = _aim(session.store, kpi.code, tuple(sorted(ask.where.items())), result.month)
    goal = ""
    if aim and aim.met is not None:
        standing = wording.standing(aim, session.lang)
        goal = session.t("trends.finding.target", standing=standing)
    return f"{name}: {_shown(session, kpi, result, read)}{goal}"


def _shown(
    session: Session, kpi: Kpi, result: KpiResult, read: trend_chart.ReadTrend | None
) -> str:
    """What the last month shows: a change, a drift, or that it is within its usual spread."""
    trend, period = read.trend if read else None, formats.period(result.period, session.lang)
    current = next((span for span in trend.signals if span.current), None) if trend else None
    if current and current.lasts:
        way = session.t(f"charts.trend.way.{'up' if current.up else 'down'}")
        since = formats.month(current.start, session.lang)
        return session.t("trends.finding.lasts", way=way, month=since)
    if current:
        way = session.t(f"charts.trend.way.{'up' if current.up else 'down'}")
        return session.t("trends.finding.once", way=way, month=period)
    if trend and trend.drift:
        return trend.drift.words
    if read and read.history and independent(kpi, result.period.kind):
        series = level_signals(read.history, read.restarts)
        enough = series.enough(len(read.history) - 1)
        return session.t(f"trends.finding.{'usual' if enough else 'early'}")
    return session.t("trends.finding.value", value=words.figure(session, result), period=period)


@cached(entries=100)
def _aim(store: Store, code: str, where: Where, month: date) -> JudgedTarget | None:
    """The target that holds in the year of a month, judged as of it; None without one."""
    chosen = dict(where)
    category = next(iter(chosen.get("category", ())), None)
    with read_as_of(store, month) as db:
        found = agreed(targets(db), code, category, month)
        return judge_target(db, CATALOGUE[code], month, chosen, found[0]) if found else None


def _sub(
    session: Session,
    kpi: Kpi,
    results: Sequence[KpiResult],
    read: trend_chart.ReadTrend | None,
    ask: Ask,
) -> str:
    """The last figure as the link that traces it, with what was expected and what was agreed."""
    lang = session.lang
    if not results:
        return ""
    result = results[-1]
    unit = formats.unit_label(
        kpi.unit, lang, activity=words.activity_name(session, result.activity)
    )
    parts = []
    if read and unit not in {"", "€", "%"} and result.period.kind == PeriodKind.MONTH:
        said = session.t("charts.trend.per_month", unit=unit)
        parts.append(html(said[:1].upper() + said[1:]))
    if not ask.by and result.value is not None:
        parts.append(_value(session, kpi, results, read.trend if read else None, ask.where))
    way = "" if kpi.better == "neutral" else session.t(f"trends.better.{kpi.better}").rstrip(".")
    notes = "" if ask.by else figure_notes.notes(session, result).rstrip(".")
    parts += [html(part) for part in (way, notes) if part]
    return " ".join(f"{part.rstrip('.')}." for part in parts)


def _value(
    session: Session, kpi: Kpi, results: Sequence[KpiResult], trend: Trend | None, where: Filters
) -> str:
    lang, result = session.lang, results[-1]
    written = trend_chart.point_words(result, kpi, lang)
    label = html(session.t("trace.named", value=written, name=words.kpi_name(session, kpi)))
    address = html(links.trace_of_result(session, result, where))
    linked = (
        f'<a class="nami-trace" href="{address}" aria-label="{label}"><b>{html(written)}</b></a>'
    )
    period = formats.period(result.period, lang)
    said = [f"{html(period[:1].upper() + period[1:])}: {linked}"]
    usual = trend.expected_at(result.month) if trend else None
    if usual:
        low, high = (formats.figure(limit, kpi.unit, lang) for limit in (usual.low, usual.high))
        value = formats.figure(usual.value, kpi.unit, lang)
        said.append(html(session.t("charts.trend.expected", value=value, low=low, high=high)))
    goals = trend.holding() if trend else _goal_of_bar(session, kpi, results, where)
    said += [html(goal.label) for goal in goals]
    if not goals:
        said.append(html(session.t("trends.no_target")))
    whole = figure_notes.total(session, result, where)
    said += [html(f"{whole.label.lower()} {whole.value}")] if whole else []
    return "; ".join(said)


def _goal_of_bar(
    session: Session, kpi: Kpi, results: Sequence[KpiResult], where: Filters
) -> Sequence[TrendTarget]:
    goals = trend_chart.goals_of(session.store, kpi.code, where, results)
    return trend_targets(kpi, trend_chart.holding(goals, results[-1].month)[:1], session.lang)


def _links(session: Session, kpi: Kpi, read: trend_chart.ReadTrend | None) -> None:
    """What can be opened beside the chart."""
    for name in ("as_table", "notes") if read else ():
        key = f"{KEY}_{name}_shown"
        is_open(session, key, f"{key}_toggle", name)
    doors.link("handbook", session.t("trends.how"), query_params={"kpi": kpi.code})


def _opened(
    session: Session,
    read: trend_chart.ReadTrend | None,
    results: Sequence[KpiResult],
    ask: Ask,
) -> None:
    """What a reader opened: the figures as a table, and the notes of people."""
    if read is None:
        return
    if st.session_state.get(f"{KEY}_written_asked"):
        st.session_state[f"{KEY}_notes_shown"] = True
    name = words.kpi_name(session, read.kpi)
    if st.session_state.get(f"{KEY}_as_table_shown"):
        with st.container(key="as_table"):
            for change in changes(read.kpi, session.lang):
                st.caption(markdown(change))
            trend_chart.line_table(session, read.trend, results, ask.where, KEY, name)
    if st.session_state.get(f"{KEY}_notes_shown"):
        with st.container(key="notes"):
            heading = session.t("notes_of_people.title", n=len(read.notes.notes))
            st.subheader(markdown(heading), anchor=False)
            chart_notes.note_forms(session, read.notes, read.trend)


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
