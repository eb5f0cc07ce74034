"""Results over time on the screen: a trend with limits and notes, or bars, and a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import streamlit as st

from nami_monitor.briefing import wording
from nami_monitor.briefing.as_of import read_as_of
from nami_monitor.briefing.lessons import lessons_of_chart, line_of
from nami_monitor.briefing.overview import SHOWN_MONTHS, KpiLine, independent, level_signals
from nami_monitor.briefing.phases import months
from nami_monitor.charts import tables
from nami_monitor.charts.columns import PeriodBar, periods_chart
from nami_monitor.charts.control_limits import (
    figure_trend,
    trend_point,
)
from nami_monitor.charts.spec import ChartTable, Drawn, Write
from nami_monitor.charts.trend_data import (
    Trend,
    point_text,
)
from nami_monitor.charts.trend_lanes import SMALL
from nami_monitor.core.escapes import markdown
from nami_monitor.core.periods import month_range
from nami_monitor.core.words import Flag, PeriodKind, Unit
from nami_monitor.i18n import formats
from nami_monitor.kpis import CATALOGUE, Ask, Kpi, KpiResult, sentences
from nami_monitor.kpis.questions import OPTIONS
from nami_monitor.kpis.targets import TrendGoal, targets, trend_goals
from nami_monitor.signals.scan import FOLLOWED
from nami_monitor.store import Store
from nami_monitor.ui import cache, chart_card, chart_notes, links, words
from nami_monitor.ui.cache import Where, cached
from nami_monitor.ui.links import Filters
from nami_monitor.ui.session import Session


def by_group(results: Sequence[KpiResult]) -> dict[tuple[str | None, ...], list[KpiResult]]:
    """The results of each group, in their order."""
    groups: dict[tuple[str | None, ...], list[KpiResult]] = {}
    for result in results:
        groups.setdefault(tuple(result.keys.values()), []).append(result)
    return groups


def group_name(session: Session, kpi: Kpi, keys: Mapping[str, str | None]) -> str:
    """A group's name: its values, or the KPI's name when nothing is grouped by."""
    names = [words.code_name(session, name, value) for name, value in keys.items()]
    return " · ".join(names) or words.kpi_name(session, kpi)


def named_groups(
    session: Session, kpi: Kpi, results: Sequence[KpiResult]
) -> list[tuple[str, list[KpiResult]]]:
    """The results of each group under its name, the largest first; equal names bear their codes."""
    groups = largest_first(by_group(results).values())
    names = [group_name(session, kpi, group[0].keys) for group in groups]
    coded = [" · ".join(str(code) for code in group[0].keys.values()) for group in groups]
    return [
        (f"{name} ({code})" if names.count(name) > 1 else name, group)
        for name, code, group in zip(names, coded, groups, strict=True)
    ]


def trend_of(
    session: Session,
    code: str,
    results: Sequence[KpiResult],
    category: str,
    *,
    history: Sequence[KpiResult] = (),
    restarts: Sequence[date] = (),
    goals: Sequence[TrendGoal] = (),
) -> Trend:
    """The results as a trend.

    Args:
        session: for names in the reader's language.
        code: the KPI.
        results: one result per month and group.
        category: whose interventions are marked; all without one.
        history: the months, further back than ``results``, that tell limits and signals of a single
            series; without them it bears none.
        restarts: months from which a person took a new phase.
        goals: what was agreed; drawn with a single series.
    """
    kpi = CATALOGUE[code]
    return figure_trend(
        kpi,
        named_groups(session, kpi, results),
        session.lang,
        history=history,
        restarts=restarts,
        measures=[
            measure
            for measure in cache.interventions(session.store)
            if category in {"", measure.category}
        ],
        breaks=[
            (one.month, one.source) for one in cache.data_breaks(session.store, results[-1].month)
        ],
        goals=goals,
        activity=words.activity_name(session, results[-1].activity),
    )


SMALL_MONTHS = 36
"""How many months a small chart shows."""


def small(session: Session, line: KpiLine, where: Filters, *, key: str) -> None:
    """The months of one figure as a small chart; nothing where it has none.

    Args:
        session: the visitor's session.
        line: the figure.
        where: the filters that gave it.
        key: of the chart.
    """
    drawn = small_chart(session, line, where)
    if drawn is not None:
        chart_card.picture(drawn, key=key)


def small_chart(session: Session, line: KpiLine, where: Filters) -> Drawn | None:
    """What ``small`` shows."""
    chosen = tuple(sorted(where.items()))
    month = line.result.month
    return _small(session.store, line.kpi.code, chosen, month, session.lang, session, line)


@cached(entries=400, shared=True)
def _small(
    store: Store,
    code: str,
    where: Where,
    month: date,
    lang: str,
    _session: Session,
    _line: KpiLine,
) -> Drawn | None:
    del month, lang  # they tell one chart from another
    results = _line.shown[-SMALL_MONTHS:]
    kind = _line.result.period.kind
    if kind not in MONTHLY or all(result.value is None for result in results):
        return None
    chosen = dict(where)
    trend = trend_of(
        _session,
        code,
        results,
        next(iter(chosen.get("category", ())), ""),
        history=_line.history if independent(_line.kpi, kind) else (),
        restarts=_line.phases,
        goals=goals_of(store, code, chosen, results),
    )
    return tables.trend_chart(trend, _session.lang, SMALL)


def largest_first(groups: Any) -> list[list[KpiResult]]:
    """Groups by their latest value, the largest first: those are named."""
    return sorted(groups, key=lambda group: -abs(group[-1].value or 0.0))


MONTHLY = {PeriodKind.MONTH, PeriodKind.R12}
"""Kinds of periods that step by a month, and so make a line."""

HOW_MANY = {
    PeriodKind.MONTH: SHOWN_MONTHS,
    PeriodKind.QUARTER: 12,
    PeriodKind.YEAR: 4,
    PeriodKind.YTD: 4,
    PeriodKind.R12: 37,
}
"""How many periods a page shows."""

HOW_MANY_OWN = 4
"""The same of months of one's own, and of programmes."""


def periods_shown(kind: str) -> int:
    """How many periods of a kind a page shows."""
    return HOW_MANY[PeriodKind(kind)] if kind in set(PeriodKind) else HOW_MANY_OWN


NAMED_BARS = 6
"""How many groups a bar chart sets side by side."""


def show_results(
    session: Session,
    results: Sequence[KpiResult],
    where: Filters,
    *,
    key: str,
    name: str,
    trend: Trend | None = None,
) -> None:
    """Figures as a table, each with a link that traces it.

    Args:
        session: for the words.
        results: the figures, oldest first.
        where: the filters of the question that gave them.
        key: of its widgets.
        name: what it is.
        trend: a chart of one series, for its limits and signals.
    """
    table = result_table(session, results)
    figures = table.head[1 + len(results[-1].keys)]
    if trend and trend.single and results[-1].period.kind == PeriodKind.MONTH:
        table = tables.add_limits(table, tables.trend_table(trend, session.lang), at=2)
    traces = [links.trace_of_result(session, result, where) for result in reversed(results)]
    chart_card.show_table(session, table, key, name, {figures: traces})


def bars_of(
    session: Session, code: str, results: Sequence[KpiResult], goals: Sequence[TrendGoal] = ()
) -> tuple[PeriodBar, ...]:
    """The results of quarters or years as bars, with what was agreed; the six largest groups."""
    largest = named_groups(session, CATALOGUE[code], results)[:NAMED_BARS]
    return tuple(
        PeriodBar(
            formats.period(r.period, session.lang),
            name if len(largest) > 1 else "",
            r.value,
            None if r.low is None or r.high is None else (r.low, r.high),
            broken=Flag.DATA_BREAK in r.flags,
            goal=next((goal.value for goal in holding(goals, r.month)), None),
        )
        for name, group in largest
        for r in group
    )


def holding(goals: Sequence[TrendGoal], month: date) -> list[TrendGoal]:
    """The targets in whose period a month lies, the one that ends last first."""
    held = [goal for goal in goals if goal.start <= month <= goal.end]
    return sorted(held, key=lambda goal: goal.end, reverse=True)


def draw_bars(
    session: Session, code: str, results: Sequence[KpiResult], where: Filters, key: str
) -> None:
    """Bars for periods that do not step by a month, and the same as a table."""
    kpi = CATALOGUE[code]
    bars = bars_of(session, code, results, goals_of(session.store, code, where, results))
    name = words.kpi_name(session, kpi)
    latest = next((r for r in reversed(results) if r.value is not None), results[-1])
    unit = words.unit(session, latest)
    if unit:
        st.caption(markdown(unit))
    alt = session.t("trends.bars_alt", name=name, n=len({bar.period for bar in bars}))
    broken = ", ".join(dict.fromkeys(bar.period for bar in bars if bar.broken))
    said = session.t("trends.bars_broken", periods=broken) if broken else ""
    chart = periods_chart(bars, kpi.unit, session.lang, alt)
    chart_card.show(session, chart, key=key, caption=said)
    with st.expander(session.t("trends.as_table")):
        show_results(session, results, where, key=f"{key}_table", name=name)


def result_table(session: Session, results: Sequence[KpiResult]) -> ChartTable:
    """Every figure with what it rests on, the latest first."""
    lang = session.lang
    unit = results[0].unit if results else Unit.COUNT
    label = words.unit(session, results[-1]) if results else ""
    dimensions = tuple(results[0].keys) if results else ()
    periods = {r.period.start: formats.period(r.period, lang) for r in results}
    intervals = [(r.low, r.high) for r in results if r.low is not None and r.high is not None]
    estimated, figured = bool(intervals), formats.column_writer(intervals, unit, lang)
    columns: dict[str, Write | None] = {
        session.t("trends.table.period"): lambda start: periods[start.date()],
        **{session.t(f"dimensions.{name}"): None for name in dimensions},
        f"{session.t('trends.table.value')}{f' ({label})' if label else ''}": (figured),
        **(
            dict.fromkeys(
                (session.t("charts.survival.low"), session.t("charts.survival.high")), figured
            )
            if estimated
            else {}
        ),
        session.t("trends.table.numerator"): lambda value: sentences.amount_text(value, lang),
        session.t("trends.table.denominator"): lambda value: sentences.amount_text(value, lang),
        session.t("trends.table.completeness"): lambda percent: formats.percent(
            percent, lang, decimals=0
        ),
        session.t("trends.table.remark"): None,
    }
    rows = tuple(
        (
            r.period.start,
            *(words.code_name(session, name, value) for name, value in r.keys.items()),
            r.value,
            *((r.low, r.high) if estimated else ()),
            r.numerator,
            r.denominator,
            None if r.completeness is None else 100 * r.completeness,
            words.reason(session, r) or words.flags(session, r.flags),
        )
        for r in reversed(results)
    )
    return ChartTable(tuple(columns), rows, tuple(columns.values()))


def goals_of(
    store: Store, code: str, where: Filters, results: Sequence[KpiResult]
) -> tuple[TrendGoal, ...]:
    """The targets that hold for the months of results of one series; none for several."""
    if len(by_group(results)) > 1:
        return ()
    months = [result.month for result in results]
    chosen = tuple(sorted(where.items()))
    return _goals(store, code, chosen, min(months), max(months), results[-1].period.kind)


@cached(entries=100)
def _goals(
    store: Store, code: str, where: Where, first: date, last: date, kind: str
) -> tuple[TrendGoal, ...]:
    months = month_range(first, last)
    with read_as_of(store, last) as db:
        return trend_goals(db, targets(db), CATALOGUE[code], dict(where), months, kind)


def _history(
    session: Session, kpi: Kpi, results: Sequence[KpiResult], where: Filters
) -> Sequence[KpiResult]:
    """The months that tell limits and signals of a single series; none where it has neither."""
    last = results[-1]
    if len(by_group(results)) > 1 or not independent(kpi, last.period.kind):
        return ()
    ask = Ask(last.period.kind, last.month, FOLLOWED, by=tuple(last.keys), where=dict(where))
    return cache.figures(session.store, kpi.code, ask)


def _say_drift(
    session: Session,
    kpi: Kpi,
    history: Sequence[KpiResult],
    restarts: tuple[date, ...],
    where: Filters,
) -> None:
    """The steady drift of a series in a sentence; nothing where there is none."""
    ends = [history[at] for at in (0, -1)] if history else []
    scope = tuple((one.month, one.period.kind, tuple(one.keys), one.activity) for one in ends)
    seen = (*restarts, *scope, len(history))
    sentence = _drift(session.store, kpi.code, where, seen, session.lang, history, restarts)
    if sentence:
        st.markdown(markdown(sentence))


@cached(entries=200)
def _drift(
    store: Store,
    code: str,
    where: Filters,
    seen: tuple[Any, ...],
    lang: str,
    _history: Sequence[KpiResult],
    _restarts: tuple[date, ...],
) -> str:
    del store, where, seen  # they tell one history from another
    return wording.drift(CATALOGUE[code], level_signals(_history, _restarts).drift, lang)


def show_trend(
    session: Session,
    code: str,
    results: Sequence[KpiResult],
    where: Filters,
    *,
    key: str,
) -> None:
    """The chart that suits the periods; without any value the reason and what to do.

    Args:
        session: the visitor's session.
        code: the KPI.
        results: one result per period and group.
        where: the filters of the question that gave them; of its category are the interventions
            and notes beside it.
        key: of the chart and what belongs to it.
    """
    if not any(result.value is not None for result in results):
        if results:
            links.why_none(session, results[-1])
        else:
            st.info(session.t("trends.nothing"))
        return
    if not is_line(results):
        draw_bars(session, code, results, where, key)
        return
    read = read_trend(session, code, results, where, key)
    chart = tables.trend_chart(read.trend, session.lang)
    chart_card.show(session, chart, key=key, on_select=selected(read.trend, key))
    with st.expander(session.t("trends.as_table")):
        line_table(session, read.trend, results, where, key, words.kpi_name(session, read.kpi))
    _say_drift(session, read.kpi, read.history, read.restarts, where)
    chart_notes.lessons(session, read.notes.called, key)
    chart_notes.notes(session, read.notes, read.trend)


def is_line(results: Sequence[KpiResult]) -> bool:
    """Whether results step by a month, and so make a line."""
    several = len({result.period for result in results}) > 1
    return several and results[-1].period.kind in MONTHLY


@dataclass(frozen=True)
class ReadTrend:
    """A figure's months with all that belongs to them.

    Args:
        kpi: the declaration.
        trend: what is drawn.
        history: the months that tell its limits and signals; empty where it has neither.
        restarts: months from which a person took a new phase.
        notes: its lessons, and what people wrote.
    """

    kpi: Kpi
    trend: Trend
    history: Sequence[KpiResult]
    restarts: tuple[date, ...]
    notes: chart_notes.ChartNotes


def read_trend(
    session: Session, code: str, results: Sequence[KpiResult], where: Filters, key: str
) -> ReadTrend:
    """Read what belongs to results that make a line.

    Args:
        session: the visitor's session.
        code: the KPI.
        results: one result per month and group.
        where: the filters of the question that gave them.
        key: of the chart.
    """
    kpi = CATALOGUE[code]
    history = _history(session, kpi, results, where)
    category = next(iter(where.get("category", ())), "")
    restarts = months(cache.phases(session.store, code, where))
    goals = goals_of(session.store, code, where, results)
    trend = trend_of(
        session, code, results, category, history=history, restarts=restarts, goals=goals
    )
    chosen = {dimension: values for dimension, values in where.items() if dimension not in OPTIONS}
    told = history or results
    filtered = tuple(sorted(chosen.items()))
    signals = cache.signals_of_trend(session.store, code, told, filtered, restarts)
    line = line_of(code, category or None, told)
    called = lessons_of_chart(signals, cache.cases(session.store), line)
    notes = chart_notes.notes_of_chart(session, kpi, category or None, called, key)
    trend = chart_notes.with_annotations(session, trend, notes)
    return ReadTrend(kpi, trend, history, restarts, notes)


def point_words(result: KpiResult, kpi: Kpi, lang: str) -> str:
    """A figure without its unit, an estimate with its interval."""
    return point_text(trend_point(result), kpi.unit, lang, bare=True)


def selected(trend: Trend, key: str) -> chart_card.Selected:
    """What a click does on a lesson or note of a chart, where it bears any: it opens it."""
    clickable = bool(trend.shown_lessons() or trend.shown_written())
    return partial(chart_notes.open_clicked, key) if clickable else "ignore"


def line_table(
    session: Session,
    trend: Trend,
    results: Sequence[KpiResult],
    where: Filters,
    key: str,
    name: str,
) -> None:
    """The figures, measures, lessons and notes of a chart as tables."""
    show_results(session, results, where, key=f"{key}_table", name=name, trend=trend)
    beside = tables.beside_table(trend, session.lang)
    if beside.rows:
        chart_card.show_table(session, beside, f"{key}_beside", session.t("trends.beside_table"))
