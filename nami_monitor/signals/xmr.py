"""XmR: mean and limits of normal variation, as a picture (Wheeler; NHS "Making Data Count").

A missing month is NaN: it has no moving range. What a month shows is told by ``signals.scan``; only
where its history is too short, a point outside the limits counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from nami_monitor.core.thresholds import XMR_FIRM, XMR_LIMIT, XMR_SCREEN, XMR_SEASON
from nami_monitor.core.words import Direction

YEAR = 12

ROUNDING = 1e-9
"""Differences below this share of the largest value are rounding, no signal."""

Floats = NDArray[np.float64]


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


@dataclass(frozen=True)
class Xmr:
    """A series with its limits.

    Args:
        values: the points, without their season where one was taken out.
        seasonal: what was taken out, per point; zeros where no season was.
        phases: limits, in order; together they cover the series.
    """

    values: Floats
    seasonal: Floats
    phases: tuple[ControlLimits, ...]


def xmr(values: Floats, *, calendar_month: int = 1, phases: Sequence[int] = ()) -> Xmr:
    """The limits of a monthly series.

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
    for first, end in zip(starts, [*phases, len(values)], strict=True):
        limits.append(_limits(rest[first:end], first))
    return Xmr(
        values=rest,
        seasonal=np.zeros(len(values)) if season is None else season,
        phases=tuple(limits),
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


def outside(values: Floats) -> bool | None:
    """Whether the last month lies above (true) or below (false) the limits of all of them.

    None where it lies within them, or where there are none.
    """
    limits = _limits(values, 0)
    away = float(values[-1]) - limits.mean
    least = max(limits.high - limits.mean, ROUNDING * float(np.nanmax(np.abs(values))))
    return away > 0 if abs(away) > least else None


class Assurance(StrEnum):
    """Whether normal variation meets a target (NHS "Making Data Count")."""

    ALWAYS_MET = "always_met"
    ALWAYS_MISSED = "always_missed"
    HIT_AND_MISS = "hit_and_miss"


def target_assurance(series: Xmr, target: float, better: Direction) -> Assurance | None:
    """Whether the limits of the last phase, season included, lie on one side of a target.

    The target is in the unit of the series. None where there is no better direction, and where the
    limits are missing or rest on few months: what an earlier phase met says nothing of this one.
    """
    last = series.phases[-1] if series.phases else None
    if last is None or better is Direction.NEUTRAL or last.provisional or np.isnan(last.high):
        return None
    low = last.low + float(series.seasonal.min())
    high = last.high + float(series.seasonal.max())
    met, missed = (low >= target, high < target)
    if better is Direction.DOWN:
        met, missed = (high <= target, low > target)
    if met:
        return Assurance.ALWAYS_MET
    return Assurance.ALWAYS_MISSED if missed else Assurance.HIT_AND_MISS
