"""Noise that depends on size: what chance alone does to a location of a given level."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nami_monitor.waterbed.result import Floats
from nami_monitor.waterbed.series import Shift

PASSES = 3
"""Weighted fits, the first with equal weights."""
SPLITS = 5
"""Passes that part a location's own noise from that of the control mean."""
FLOOR = 1e-8
"""Smallest variance of a relative departure."""
OWN_SHARE = 0.2
"""At least this share of a variance is a location's own."""
LARGE = 0.75
"""Quantile of the controls' levels from where a larger location is not thought more precise."""
SAME_SIZE = 1e-10
"""Below this (relative) determinant, sizes differ too little to tell two coefficients apart."""


@dataclass(frozen=True)
class Noise:
    """Variances of relative departures.

    Args:
        total: of each location, ``(..., locations)``.
        own: the part that is its own, likewise.
        mean: the part of the control mean, ``(...)``.
    """

    total: Floats
    own: Floats
    mean: Floats


def noise(change: Floats, like: Shift, treated: int) -> Noise:
    """Step 4: the variance of ``change`` by size, learnt on the controls (Ferman & Pinto 2019).

    Args:
        change: relative departures, ``(..., locations)``, the treated first.
        like: their levels and the weights of the control mean.
        treated: how many are treated.
    """
    controls = like.level[..., treated:]
    constant, by_size = fit(change[..., treated:] ** 2, controls)
    level = capped(like.level, controls)
    total = np.maximum(constant[..., None] + by_size[..., None] / level, FLOOR)
    mean = np.zeros(total.shape[:-1])
    own = total
    for _ in range(SPLITS):
        own = np.maximum(total - mean[..., None], OWN_SHARE * total)
        mean = (like.weights**2 * own[..., treated:]).sum(-1)
    return Noise(total, own, mean)


def capped(level: Floats, controls: Floats) -> Floats:
    """Levels, none of them larger than the ``LARGE`` quantile of the controls' levels."""
    order = np.sort(controls, axis=-1)
    place = LARGE * (order.shape[-1] - 1)
    below = int(place)
    above = min(below + 1, order.shape[-1] - 1)
    part = place - below
    largest = (1 - part) * order[..., below] + part * order[..., above]
    return np.asarray(np.minimum(level, largest[..., None]))


def fit(square: Floats, level: Floats) -> tuple[Floats, Floats]:
    """``a`` and ``b`` of ``E[square] = a + b / level``, neither of them negative.

    Each pass takes, of the fits of both, of ``a`` alone and of ``b`` alone that are not negative,
    the one with the smallest weighted residual; the next weighs by the inverse square of it.

    Args:
        square: squared departures of the controls, ``(..., controls)``.
        level: their levels, all above zero.

    Returns:
        ``a`` and ``b``, each ``(...)``.
    """
    inverse = 1 / level
    return _best(_sums(square, inverse, _weights(square, inverse)))


def fit_without_each(square: Floats, level: Floats) -> tuple[Floats, Floats]:
    """The same without each control in turn, so that none is held against itself.

    It is left out of the last pass; the weights in that pass come from all.

    Args:
        square: squared departures of the controls, ``(..., controls)``.
        level: their levels, all above zero.

    Returns:
        ``a`` and ``b``, each ``(..., controls)``.
    """
    inverse = 1 / level
    parts = np.stack(_moments(square, inverse, _weights(square, inverse)))
    return _best(parts.sum(-1, keepdims=True) - parts)


def _weights(square: Floats, inverse: Floats) -> Floats:
    """Those of the last pass."""
    weights = np.ones_like(inverse)
    for _ in range(PASSES - 1):
        a, b = _best(_sums(square, inverse, weights))
        weights = 1 / np.maximum(a[..., None] + b[..., None] * inverse, FLOOR) ** 2
    return weights


def _moments(square: Floats, inverse: Floats, weights: Floats) -> tuple[Floats, ...]:
    """What a fit needs to know of each control, six times ``(..., controls)``."""
    sized, seen = weights * inverse, weights * square
    parts = weights, sized, sized * inverse, seen, seen * inverse, seen * square
    return np.broadcast_arrays(*parts)


def _sums(square: Floats, inverse: Floats, weights: Floats) -> Floats:
    """The same of all controls together, ``(6, ...)``."""
    return np.stack([part.sum(-1) for part in _moments(square, inverse, weights)])


def _best(moments: Floats) -> tuple[Floats, Floats]:
    """Of three closed fits the non-negative one that leaves least; ``a`` alone when in doubt."""
    s0, s1, s2, t0, t1, squares = moments
    determinant = s0 * s2 - s1**2
    told = determinant > SAME_SIZE * s0 * s2
    safe = np.where(told, determinant, 1.0)
    zero = np.zeros_like(s0)
    a = np.stack([t0 / s0, zero, np.where(told, s2 * t0 - s1 * t1, -1.0) / safe])
    b = np.stack([zero, t1 / s2, np.where(told, s0 * t1 - s1 * t0, -1.0) / safe])
    left = squares - 2 * (a * t0 + b * t1) + a**2 * s0 + 2 * a * b * s1 + b**2 * s2
    best = np.where((a >= 0) & (b >= 0), left, np.inf).argmin(0)
    return np.choose(best, a), np.choose(best, b)
