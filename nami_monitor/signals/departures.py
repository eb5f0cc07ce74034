"""Departures of a monthly series from its normal variation: better, worse, and against a target."""

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import numpy as np

from nami_monitor.core.words import Direction, XmrRule
from nami_monitor.signals.xmr import Xmr


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
    """Whether the last point departs from normal variation, and which way.

    A missing last month says nothing, and neither does a KPI without a better direction.
    """
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

    The target is in the unit of the series.

    Returns:
        None where there are no limits, or no better direction.
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
    """What a point of a series shows.

    Returns:
        None for normal variation, a missing month, and a KPI without a better direction.
    """
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
    """The departures of a series, one for each row of points that break the same rule the same way.

    Returns:
        The last point of each row, oldest first.
    """
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
