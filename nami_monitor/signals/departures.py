"""Departures of a monthly series from its normal variation, better or worse."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from nami_monitor.core.words import Direction, XmrRule
from nami_monitor.signals.assess import points_up
from nami_monitor.signals.xmr import Xmr


@dataclass(frozen=True)
class Departure:
    """A point that departs from normal variation.

    Args:
        point: its number in the series.
        rule: the rule that it breaks.
        up: whether it points upwards.
        better: whether that is the better way.
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


def departure_at(chart: Xmr, point: int, better: Direction) -> Departure | None:
    """What a point of a series shows.

    Args:
        chart: the series with its limits.
        point: number of the point.
        better: which way is better.

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
    return Departure(
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


def departures(chart: Xmr, better: Direction) -> tuple[Departure, ...]:
    """The departures of a series, one for each row of points that break the same rule the same way.

    Args:
        chart: the series with its limits.
        better: which way is better.

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


def latest_departure(chart: Xmr, better: Direction) -> Departure | None:
    """What the last point shows; None where it shows nothing, or is missing."""
    return departure_at(chart, len(chart.values) - 1, better) if len(chart.values) else None


def _belongs(chart: Xmr, point: int, rule: XmrRule, *, up: bool) -> bool:
    """Whether a point before another belongs to the same row."""
    if rule is XmrRule.RUN:
        away = float(chart.values[point]) - chart.phase_of(point).mean
        return away > 0 if up else away < 0
    return chart.signals[point] is rule and points_up(chart, point) is up
