"""XmR: which months depart from normal variation, and how (Wheeler; NHS "Making Data Count").

A missing month is NaN: it has no moving range and ends every run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from nami_monitor.core.thresholds import (
    XMR_FIRM,
    XMR_LIMIT,
    XMR_NEAR,
    XMR_RUN,
    XMR_SCREEN,
    XMR_SEASON,
)
from nami_monitor.core.words import Direction, XmrRule

YEAR = 12

HISTORY_MONTHS = 48
"""How far back signals look, on every surface: the same months give the same limits."""

OF_THREE = 3
ROUNDING = 1e-9
"""Differences below this share of the largest value are rounding, no signal."""

Floats = NDArray[np.float64]
Marks = NDArray[np.bool_]


@dataclass(frozen=True)
class ControlLimits:
    """Mean and limits of one phase, in the unit of the series, without its season.

    Args:
        mean: the centre; NaN without any point.
        low: lower limit; NaN without two adjoining points. It may lie below zero.
        high: upper limit.
        points: how many points it rests on.
        provisional: whether those are too few for firm limits.
    """

    first: int
    last: int
    mean: float
    low: float
    high: float
    points: int
    provisional: bool

    def above_zero(self) -> ControlLimits:
        """The same for drawing a quantity that is never negative: nothing lies below zero."""
        return replace(self, low=max(self.low, 0.0))


@dataclass(frozen=True)
class Xmr:
    """A series with its limits and signals.

    Args:
        values: the points, without their season where one was taken out.
        seasonal: what was taken out, per point; zeros where no season was.
        phases: limits, in order; together they cover the series.
        signals: per point; None is normal variation or a missing month.
        deseasonalised: whether a season could be told. If not, only points outside the limits
            count, and they are provisional.
    """

    values: Floats
    seasonal: Floats
    phases: tuple[ControlLimits, ...]
    signals: tuple[XmrRule | None, ...]
    deseasonalised: bool

    def phase_of(self, point: int) -> ControlLimits:
        """The limits that hold for a point."""
        return next(phase for phase in self.phases if point <= phase.last)


def xmr(values: Floats, *, calendar_month: int = 1, phases: Sequence[int] = ()) -> Xmr:
    """Limits and signals of a monthly series.

    Args:
        values: one number per month, NaN where the month is missing.
        calendar_month: calendar month (1 to 12) of the first point.
        phases: points at which new limits start, in order; limits never start anew by themselves.

    Returns:
        The series with its season taken out where ``XMR_SEASON`` months show one.

    Raises:
        ValueError: ``phases`` are not within the series and in order.
    """
    starts = [0, *phases]
    if any(a >= b for a, b in zip(starts, [*phases, len(values)], strict=True)) and len(values):
        raise ValueError(tuple(phases))
    months = (np.arange(len(values)) + calendar_month - 1) % YEAR
    season = _season(values, months, starts)
    rest = values if season is None else values - season
    limits: list[ControlLimits] = []
    signals: list[XmrRule | None] = []
    for first, end in zip(starts, [*phases, len(values)], strict=True):
        part = rest[first:end]
        phase = _limits(part, first)
        limits.append(phase)
        signals += _signals(part, phase, all_rules=season is not None)
    return Xmr(
        values=rest,
        seasonal=np.zeros(len(values)) if season is None else season,
        phases=tuple(limits),
        signals=tuple(signals),
        deseasonalised=season is not None,
    )


def _season(values: Floats, months: NDArray[np.int_], starts: Sequence[int]) -> Floats | None:
    """The additive season per point, zero on average over a year; None when it cannot be told.

    Ordinary least squares on twelve calendar months, the level of each phase and one trend, so
    that neither a step at a known moment nor a drift is mistaken for a season.
    """
    there = ~np.isnan(values)
    seen = np.bincount(months[there], minlength=YEAR)
    if seen.min() < XMR_SEASON.value / YEAR:
        return None
    at = np.arange(len(values))
    calendar = np.eye(YEAR)[months]
    levels = [(at >= start).astype(float) for start in starts[1:]]
    design = np.column_stack([calendar, *levels, at - at.mean()])
    effects = np.linalg.lstsq(design[there], values[there], rcond=None)[0][:YEAR]
    season: Floats = (effects - effects.mean())[months]
    return season


def _limits(values: Floats, first: int) -> ControlLimits:
    """Mean and limits of one phase; outlying moving ranges are screened out once."""
    points = int(np.count_nonzero(~np.isnan(values)))
    mean = float(np.nanmean(values)) if points else np.nan
    ranges = np.abs(np.diff(values))
    ranges = ranges[~np.isnan(ranges)]
    reach = np.nan
    if len(ranges):
        kept = ranges[ranges <= XMR_SCREEN.value * ranges.mean()]
        reach = XMR_LIMIT.value * float(kept.mean())
    last = first + len(values) - 1
    firm = points >= XMR_FIRM.value
    return ControlLimits(
        first, last, mean, mean - reach, mean + reach, points, provisional=not firm
    )


def _signals(values: Floats, phase: ControlLimits, *, all_rules: bool) -> list[XmrRule | None]:
    """The first rule, in order of precedence, that a point breaks."""
    if np.isnan(phase.high):
        return [None] * len(values)
    away = values - phase.mean
    away[np.abs(away) <= ROUNDING * np.nanmax(np.abs(values))] = 0.0
    reach = phase.high - phase.mean
    rules: dict[XmrRule, Marks] = {XmrRule.OUTSIDE: np.abs(away) > reach}
    if all_rules:
        rules |= {
            XmrRule.TREND: _seven_points(np.diff(values), steps=True),
            XmrRule.TWO_OF_THREE: _two_of_three(away, reach),
            XmrRule.RUN: _seven_points(away),
        }
    return [
        next((signal for signal, marks in rules.items() if marks[point]), None)
        for point in range(len(values))
    ]


def _seven_points(series: Floats, *, steps: bool = False) -> Marks:
    """Seven points on one side of zero; of ``steps``, those between seven that rise or fall."""
    size = int(XMR_RUN.value)
    marks = np.zeros(len(series) + steps, dtype=bool)
    for side in (series > 0, series < 0):
        for start in _whole(side, size - steps):
            marks[start : start + size] = True
    return marks


def _two_of_three(away: Floats, reach: float) -> Marks:
    """Those of three adjoining points of which two lie beyond two thirds, on the same side."""
    marks = np.zeros(len(away), dtype=bool)
    there = ~np.isnan(away)
    near = XMR_NEAR.value * reach
    for beyond in (away > near, away < -near):
        for start in _whole(there, OF_THREE):
            window = slice(start, start + OF_THREE)
            if np.count_nonzero(beyond[window]) == OF_THREE - 1 or beyond[window].all():
                marks[window] |= beyond[window]
    return marks


def _whole(marks: Marks, size: int) -> NDArray[np.int_]:
    """Where ``size`` marks in a row begin."""
    if len(marks) < size:
        return np.empty(0, dtype=int)
    return np.flatnonzero(sliding_window_view(marks, size).all(axis=1))


class Assessment(StrEnum):
    """What a card's chip says of the latest month."""

    IMPROVEMENT = "improvement"
    CONCERN = "concern"
    NO_SIGNAL = "no_signal"


class Assurance(StrEnum):
    """Whether normal variation meets a target (NHS "Making Data Count")."""

    ALWAYS_MET = "always_met"
    ALWAYS_MISSED = "always_missed"
    HIT_AND_MISS = "hit_and_miss"


def assess(series: Xmr, better: Direction) -> Assessment:
    """Whether the last point departs from normal variation, and which way, where one is better."""
    up = points_up(series, len(series.signals) - 1) if series.signals else None
    if up is None or better is Direction.NEUTRAL:
        return Assessment.NO_SIGNAL
    return Assessment.IMPROVEMENT if up == (better is Direction.UP) else Assessment.CONCERN


def points_up(series: Xmr, point: int) -> bool | None:
    """Whether a point's signal points upwards; None where it has no signal."""
    signal = series.signals[point]
    if signal is None:
        return None
    if signal is XmrRule.TREND:
        first = series.phase_of(point).first
        beside = point - 1 if point > first and series.signals[point - 1] else point + 1
        return bool((series.values[point] > series.values[beside]) == (beside < point))
    return bool(series.values[point] > series.phase_of(point).mean)


def target_assurance(series: Xmr, target: float, better: Direction) -> Assurance | None:
    """Whether the limits of the last phase, season included, lie on one side of a target.

    The target is in the unit of the series. None where there are no limits, or no better direction.
    """
    if not series.phases or better is Direction.NEUTRAL or np.isnan(series.phases[-1].high):
        return None
    low = series.phases[-1].low + float(series.seasonal.min())
    high = series.phases[-1].high + float(series.seasonal.max())
    met, missed = (low >= target, high < target)
    if better is Direction.DOWN:
        met, missed = (high <= target, low > target)
    if met:
        return Assurance.ALWAYS_MET
    return Assurance.ALWAYS_MISSED if missed else Assurance.HIT_AND_MISS


@dataclass(frozen=True)
class XmrDeparture:
    """A point that departs from normal variation.

    Args:
        point: its number in the series.
        value: the figure, season included.
        mean: what was to be expected, season included.
        low: lower limit, season included.
        high: upper limit, season included.
        provisional: whether the limits rest on few months.
        length: how many points in a row, this one included, break that rule the same way; of a run
            all that lie on its side of the mean.
    """

    point: int
    rule: XmrRule
    up: bool
    better: bool
    value: float
    mean: float
    low: float
    high: float
    provisional: bool
    length: int


def departure_at(chart: Xmr, point: int, better: Direction) -> XmrDeparture | None:
    """What a point of a series shows; None for normal variation, a missing month, neutral KPIs."""
    rule, up = chart.signals[point], points_up(chart, point)
    if rule is None or up is None or better is Direction.NEUTRAL:
        return None
    phase, season = chart.phase_of(point), float(chart.seasonal[point])
    first = point
    while first > phase.first and _belongs(chart, first - 1, rule, up=up):
        first -= 1
    return XmrDeparture(
        point=point,
        rule=rule,
        up=up,
        better=up == (better is Direction.UP),
        value=float(chart.values[point]) + season,
        mean=phase.mean + season,
        low=phase.low + season,
        high=phase.high + season,
        provisional=phase.provisional or not chart.deseasonalised,
        length=point - first + 1,
    )


def departures(chart: Xmr, better: Direction) -> tuple[XmrDeparture, ...]:
    """The departures of a series, oldest first: the last point of each row of one kind."""
    found = [departure_at(chart, point, better) for point in range(len(chart.values))]
    return tuple(
        one
        for one, following in pairwise([*found, None])
        if one is not None
        and not (following and (following.rule, following.up) == (one.rule, one.up))
    )


def latest_departure(chart: Xmr, better: Direction) -> XmrDeparture | None:
    """What the last point shows; None where it shows nothing, or is missing."""
    return departure_at(chart, len(chart.values) - 1, better) if len(chart.values) else None


def _belongs(chart: Xmr, point: int, rule: XmrRule, *, up: bool) -> bool:
    """Whether a point before another belongs to the same row."""
    if rule is XmrRule.RUN:
        away = float(chart.values[point]) - chart.phase_of(point).mean
        return away > 0 if up else away < 0
    return chart.signals[point] is rule and points_up(chart, point) is up
