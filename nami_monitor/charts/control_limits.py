"""A key figure's months as an annotated trend: what is expected, signals, targets and measures."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from math import isfinite
from typing import Final

import numpy as np

from nami_monitor.briefing import wording
from nami_monitor.briefing.overview import SHOWN_MONTHS, chart_of, level_signals
from nami_monitor.charts.trend_data import (
    BreakSpan,
    DriftLine,
    Expected,
    InterventionMark,
    Phase,
    Series,
    SignalSpan,
    Trend,
    TrendPoint,
    TrendTarget,
)
from nami_monitor.core.words import Direction, Flag
from nami_monitor.i18n import formats, text
from nami_monitor.i18n.formats import figure
from nami_monitor.kpis import Kpi, KpiResult
from nami_monitor.kpis.interventions.register import Intervention
from nami_monitor.kpis.over_time.added_up import LAST
from nami_monitor.kpis.targets import TrendGoal
from nami_monitor.signals.scan import LevelSignals

MONTHS_IN_YEAR: Final = 12


def trend_point(result: KpiResult) -> TrendPoint:
    """A month of a trend, an estimate with its interval."""
    provisional = Flag.PROVISIONAL in result.flags
    return TrendPoint(result.month, result.value, result.low, result.high, provisional)


@dataclass(frozen=True)
class TrendLimits:
    """What stands behind one series: what is expected, and the signals that the scan gave."""

    phases: tuple[Phase, ...] = ()
    signals: tuple[SignalSpan, ...] = ()
    drift: DriftLine | None = None


def limits_of(
    kpi: Kpi, history: Sequence[KpiResult], lang: str, restarts: Sequence[date] = ()
) -> TrendLimits:
    """What is expected in the months shown, and the signals, each as of its own month.

    Args:
        kpi: the declaration.
        history: one result per month, oldest first; at least one. The last ``SHOWN_MONTHS`` are
            shown, the months before them tell what the first of those showed.
        lang: of the words of a drift.
        restarts: months from which a person took a new phase.
    """
    results = history[-SHOWN_MONTHS:]
    months = [result.month for result in results]
    chart = chart_of(results, restarts)
    phases = tuple(
        Phase(
            months[p.first],
            months[p.last],
            tuple(
                Expected(
                    *(min(max(one + season, 0.0), kpi.most) for one in (p.mean, p.low, p.high))
                )
                for season in map(float, chart.seasonal[p.first : p.last + 1])
            ),
            provisional=p.provisional,
        )
        for p in chart.phases
        if isfinite(p.high)
    )
    series = level_signals(history, restarts)
    return TrendLimits(phases, _spans(kpi, series, history), _drift(kpi, series, history, lang))


def _spans(kpi: Kpi, series: LevelSignals, history: Sequence[KpiResult]) -> tuple[SignalSpan, ...]:
    """Each change of level with the months in which it stood, as of those months."""
    held: dict[tuple[int, bool], int] = {}
    for at in range(max(0, len(history) - SHOWN_MONTHS), len(history)):
        signal = series.at(at)
        if signal is not None:
            held[at + 1 - signal.months, signal.up] = at
    return tuple(
        SignalSpan(
            history[start].month,
            history[end].month,
            up,
            None if kpi.better is Direction.NEUTRAL else up == (kpi.better is Direction.DOWN),
            current=end == len(history) - 1,
        )
        for (start, up), end in held.items()
    )


def _drift(
    kpi: Kpi, series: LevelSignals, history: Sequence[KpiResult], lang: str
) -> DriftLine | None:
    """The steady drift as a straight line through the middle of its months."""
    seen = series.drift
    if seen is None:
        return None
    window = series.values[-seen.months :]
    known = np.flatnonzero(~np.isnan(window))
    values = np.log(window[known]) if seen.logged else window[known]
    a_year = np.log1p(seen.value) if seen.logged else seen.value
    shown = max(0, seen.months - SHOWN_MONTHS)
    ends = values.mean() + a_year / MONTHS_IN_YEAR * (
        np.array([shown, seen.months - 1]) - known.mean()
    )
    first, last = np.exp(ends) if seen.logged else ends
    start = history[len(history) - seen.months + shown].month
    words = wording.drift_words(kpi, seen, lang)
    return DriftLine(start, history[-1].month, float(first), float(last), words)


def figure_trend(
    kpi: Kpi,
    groups: Sequence[tuple[str, Sequence[KpiResult]]],
    lang: str,
    *,
    history: Sequence[KpiResult] = (),
    restarts: Sequence[date] = (),
    measures: Iterable[Intervention] = (),
    breaks: Iterable[tuple[date, str]] = (),
    goals: Iterable[TrendGoal] = (),
    activity: str | None = None,
) -> Trend:
    """A key figure's months, for every surface that draws them.

    Args:
        kpi: the declaration.
        groups: the name of each line and its results, one per month, oldest first; at least one.
        lang: ``nl`` or ``en``.
        history: the months, further back too, that tell what is expected of a single line and its
            signals; without them it bears none.
        restarts: months from which a person took a new phase.
        measures: those that cover what is shown; drawn where they began within its months.
        breaks: months and sources of data breaks; drawn where the figures rest on the source.
        goals: what was agreed; drawn with a single line.
        activity: name of the activity measure, for units per activity.
    """
    single = len(groups) == 1
    results = [result for _, group in groups for result in group]
    months = [result.month for result in results]
    unconfirmed = any(Flag.PROVISIONAL in result.flags for result in results)
    sources = {source for result in results for source in result.sources}
    shown = limits_of(kpi, history, lang, restarts) if single and history else TrendLimits()
    series = (Series(name, tuple(map(trend_point, group))) for name, group in groups)
    broken = (
        BreakSpan(month, month, text("trends.break", lang, source=source))
        for month, source in breaks
        if source in sources
    )
    borders = (
        BreakSpan(one.since, one.since, text("handbook.border", lang, version=one.version))
        for one in kpi.history
    )
    return Trend(
        series=tuple(series),
        unit=kpi.unit,
        phases=shown.phases,
        signals=shown.signals,
        drift=shown.drift,
        marks=tuple(
            measure_mark(one, lang)
            for one in measures
            if min(months) <= one.start_month <= max(months)
        ),
        breaks=tuple(broken),
        borders=tuple(borders),
        targets=trend_targets(kpi, goals, lang) if single else (),
        activity=activity,
        settled=text("charts.trend.unconfirmed", lang) if unconfirmed else "",
        register=single and kpi.over_time is LAST,
    )


def trend_targets(kpi: Kpi, goals: Iterable[TrendGoal], lang: str) -> tuple[TrendTarget, ...]:
    """What was agreed, as a trend draws it: in the months of its period, with its words."""
    return tuple(
        TrendTarget(
            goal.value,
            text(
                f"charts.trend.target{'_a_month' if goal.a_month else ''}",
                lang,
                value=figure(goal.value, kpi.unit, lang),
            ),
            goal.start,
            goal.end,
        )
        for goal in goals
    )


def measure_mark(measure: Intervention, lang: str) -> InterventionMark:
    """A measure as a trend draws it, with its months and how many locations it has."""
    end = measure.ends_on and measure.ends_on.replace(day=1)
    when = text(
        f"trends.measure.{'ended' if end else 'since'}",
        lang,
        month=formats.month(measure.start_month, lang),
        until=formats.month(end, lang) if end else "",
    )
    n = len(measure.locations)
    places = text("trends.measure.locations", lang, n=n) if n else text("trends.measure.all", lang)
    return InterventionMark(measure.start_month, measure.title, end, f"{when}, {places}")
