"""A location's own shocks, which move all its product groups, taken out by a control variate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nami_monitor.waterbed.noise import noise
from nami_monitor.waterbed.result import Floats, Marks
from nami_monitor.waterbed.series import Shift, shift_of_means

RIDGE = 0.001
"""Added to the sum of squares of the pooled slope."""
PRIOR = 4.0
"""Strength of the prior that the proxy holds as it is (a multiplier of 1)."""
MOST = 1.5
"""The proxy is never multiplied with more."""
EXACT = 1e-12
"""What is left beside a fit is at least this share, so that an exact fit stays finite."""


@dataclass(frozen=True)
class Proxy:
    """How much each location's untouched groups departed, brought to a single group.

    Args:
        values: proxy of every location, ``(..., locations)``.
        slope: of the treated, ``(...)``; one where the groups' own departure is the proxy.
        slopes: of each control, without itself, ``(..., controls)``.
        pooled: whether the slope was pooled over groups, ``(...)``. If not, one group alone was
            used and each channel has its own slope.
    """

    values: Floats
    slope: Floats
    slopes: Floats
    pooled: Marks


@dataclass(frozen=True)
class Adjusted:
    """Departures without own shocks.

    Args:
        change: ``(..., locations)``.
        multiplier: of the treated's proxy, ``(...)``.
        multipliers: of each control's, ``(..., controls)``.
    """

    change: Floats
    multiplier: Floats
    multipliers: Floats


def proxy(ends: Floats, used: Floats, treated: int) -> Proxy:
    """Step 3: departures of the untouched groups, times the slope pooled over groups.

    Args:
        ends: means before and after, ``(2, ..., groups, channels, locations)``, the treated first.
        used: 1 for a group that is used and 0 for one that is not, ``(..., groups)``.
        treated: how many are treated.
    """
    totals = ends.sum(-2) * used[..., None]
    whole = totals.sum(-2)
    departure = shift_of_means(whole, treated).change
    groups = shift_of_means(ends, treated)
    without = shift_of_means(whole[..., None, :] - totals, treated).change
    other = without[..., None, treated:]
    size = groups.level[..., treated:]
    weight = used[..., None, None] * _part(size)
    up = (weight * groups.change[..., treated:] * other).sum((-3, -2))
    down = (weight * other**2).sum((-3, -2))
    ridged = (1 + RIDGE) * down.sum(-1, keepdims=True)
    pooled = np.logical_and(used.sum(-1) > 1, ridged[..., 0] > 0)
    slope = _slope(up.sum(-1), ridged[..., 0], pooled)
    slopes = _slope(up.sum(-1, keepdims=True) - up, ridged - down, pooled[..., None])
    every = np.concatenate([np.repeat(slope[..., None], treated, -1), slopes], -1)
    return Proxy(every * departure, slope, slopes, pooled)


def _part(size: Floats) -> Floats:
    """Larger series count more, up to a whole; those without a level do not count."""
    half = size + np.median(size, axis=-1, keepdims=True)
    return np.divide(size, half, out=np.zeros_like(size), where=(size > 0) & (half > 0))


def _slope(up: Floats, down: Floats, pooled: Marks) -> Floats:
    there = np.logical_and(pooled, down > 0)
    return np.divide(up, down, out=np.ones_like(up), where=there)


def adjust(like: Shift, by: Proxy, treated: int) -> Adjusted:
    """The departures of one channel, less a calibrated multiple of the proxy.

    The multiplier is learnt on the controls, for each of them without itself: the prior of a
    pooled slope is that it fits this channel too, that of a single group's own departure that it
    says nothing.

    Args:
        like: the channel as it is.
        by: the proxy.
        treated: how many are treated.
    """
    weights = 1 / noise(like.change, like, treated).total[..., treated:]
    placebo, seen = by.values[..., treated:], like.change[..., treated:]
    parts = [weights * placebo**2, weights * placebo * seen, weights * seen**2]
    sums = [part.sum(-1, keepdims=True) for part in parts]
    count = seen.shape[-1]
    whole = _multiplier(sums, count, by.pooled[..., None])[..., 0]
    rest = [total - part for total, part in zip(sums, parts, strict=True)]
    multipliers = _multiplier(rest, count - 1, by.pooled[..., None])
    every = np.concatenate([np.repeat(whole[..., None], treated, -1), multipliers], -1)
    return Adjusted(like.change - every * by.values, whole, multipliers)


def _multiplier(sums: list[Floats], count: int, pooled: Marks) -> Floats:
    """``kappa`` of a pooled slope, or the own slope drawn to zero (positive-part James-Stein)."""
    squares, products, seen = sums
    told = squares > 0
    slope = np.divide(products, squares, out=np.zeros_like(squares), where=told)
    explained = slope * products
    left = np.maximum((seen - explained) / (count - 1), EXACT * (squares + seen))
    known = np.divide(squares, left, out=np.zeros_like(squares), where=told)
    kappa = np.clip((slope * known + PRIOR) / (known + PRIOR), 0.0, MOST)
    kept = 1 - np.divide(left, explained, out=np.ones_like(left), where=explained > 0)
    return np.where(told, np.where(pooled, kappa, slope * np.maximum(0.0, kept)), 0.0)
