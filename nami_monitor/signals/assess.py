"""What the latest month says: better, worse or nothing; and whether a target is within reach."""

from __future__ import annotations

from enum import StrEnum

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

    Args:
        series: the series.
        target: in the unit of the series.
        better: which way is better.

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
