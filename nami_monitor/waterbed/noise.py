"""The noise of a location: its shocks are taken out, and the variance of what is left is modelled.

A location has shocks that move all its product groups. Groups that the intervention leaves alone
show them, and serve as a control variate (negative controls: Lipsitch, Tchetgen Tchetgen & Cohen
2010).
The variance of the rest depends on the level of the location (Ferman & Pinto 2019).

Months next to each other say less together than months apart. With errors of which a part lasts
(correlation ``phi`` from month to month) and a part is of one month alone (``w`` times as large),
generalised least squares of a series on a constant and a switch weighs each month accordingly. The
placebos of the controls take the same weights, so that a wrong ``phi`` or ``w`` costs precision and
not honesty. A switch may go on and off again (crossover), with months left out after each turn.
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Final

import numpy as np

from nami_monitor.waterbed.outputs import Floats, Marks
from nami_monitor.waterbed.panel import Shift, shift_of_means

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
RIDGE = 0.001
"""Added to the sum of squares of the pooled slope."""
PRIOR = 4.0
"""Strength of the prior that the multiplier of a proxy is 1."""
MOST = 1.5
"""The proxy is never multiplied with more."""
EXACT = 1e-12
"""The residual of a fit is at least this share, so that an exact fit stays finite."""


@dataclass(frozen=True)
class Noise:
    """Variances of relative departures.

    ``total`` and ``own`` are ``(..., locations)``, ``mean`` is ``(...)``: that of each location,
    the part that is its own, and that of the control mean.
    """

    total: Floats
    own: Floats
    mean: Floats


def noise(change: Floats, like: Shift, treated: int) -> Noise:
    """Step 4: the variance of ``change`` by size, fitted to the controls.

    ``change`` holds relative departures, ``(..., locations)``; ``like`` their levels and the
    weights of the control mean.
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

    It is left out of the last pass; the weights in that pass come from all. Both are
    ``(..., controls)``.
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
    """Of three closed fits the non-negative one with the least residual; ties go to ``a`` alone."""
    s0, s1, s2, t0, t1, squares = moments
    determinant = s0 * s2 - s1**2
    separable = determinant > SAME_SIZE * s0 * s2
    safe = np.where(separable, determinant, 1.0)
    zero = np.zeros_like(s0)
    a = np.stack([t0 / s0, zero, np.where(separable, s2 * t0 - s1 * t1, -1.0) / safe])
    b = np.stack([zero, t1 / s2, np.where(separable, s0 * t1 - s1 * t0, -1.0) / safe])
    left = squares - 2 * (a * t0 + b * t1) + a**2 * s0 + 2 * a * b * s1 + b**2 * s2
    best = np.where((a >= 0) & (b >= 0), left, np.inf).argmin(0)
    return np.choose(best, a), np.choose(best, b)


@dataclass(frozen=True)
class Proxy:
    """How much each location's untouched groups departed, brought to a single group, per location.

    ``slope`` is of the treated, one where the groups' own departure is the proxy; ``slopes`` are of
    each control, without itself. Where it was not ``pooled`` over groups, one group alone was used
    and each channel has its own slope.
    """

    values: Floats
    slope: Floats
    slopes: Floats
    pooled: Marks


@dataclass(frozen=True)
class Adjusted:
    """Departures of one channel without shocks of the location, ``(..., locations)``.

    ``multiplier`` is of the treated's proxy, ``(...)``; ``multipliers`` are of that of each
    control.
    """

    change: Floats
    multiplier: Floats
    multipliers: Floats


def proxy(ends: Floats, used: Floats, treated: int) -> Proxy:
    """Step 3: departures of the untouched groups, times the slope pooled over groups.

    ``ends`` are means before and after, ``(2, ..., groups, channels, locations)``; ``used`` is 1
    for a group that is used and 0 for one that is not, ``(..., groups)``.
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
    return Proxy(for_each(slope, slopes, treated) * departure, slope, slopes, pooled)


def _part(size: Floats) -> Floats:
    """Larger series count more, up to a whole; those without a level do not count."""
    half = size + np.median(size, axis=-1, keepdims=True)
    return np.divide(size, half, out=np.zeros_like(size), where=(size > 0) & (half > 0))


def _slope(up: Floats, down: Floats, pooled: Marks) -> Floats:
    there = np.logical_and(pooled, down > 0)
    return np.divide(up, down, out=np.ones_like(up), where=there)


def adjust(like: Shift, by: Proxy, treated: int) -> Adjusted:
    """The departures of one channel, less a calibrated multiple of the proxy.

    The multiplier is learnt on the controls, for each of them without itself. That of a pooled
    slope is drawn towards 1; that of a single group's own departure towards 0 (positive-part
    shrinkage: James & Stein 1961). ``like`` is the channel with its shocks, ``by`` the proxy of
    them.
    """
    weights = 1 / noise(like.change, like, treated).total[..., treated:]
    placebo, seen = by.values[..., treated:], like.change[..., treated:]
    parts = [weights * placebo**2, weights * placebo * seen, weights * seen**2]
    sums = [part.sum(-1, keepdims=True) for part in parts]
    count = seen.shape[-1]
    whole = _multiplier(sums, count, by.pooled[..., None])[..., 0]
    rest = [total - part for total, part in zip(sums, parts, strict=True)]
    multipliers = _multiplier(rest, count - 1, by.pooled[..., None])
    every = for_each(whole, multipliers, treated)
    return Adjusted(like.change - every * by.values, whole, multipliers)


def for_each(treated: Floats, controls: Floats, count: int) -> Floats:
    """A number of the treated, ``(...)``, and those of the controls, as ``(..., locations)``."""
    return np.concatenate([np.repeat(treated[..., None], count, -1), controls], -1)


def _multiplier(sums: list[Floats], count: int, pooled: Marks) -> Floats:
    """``kappa`` of a pooled slope, or the own slope drawn to zero."""
    squares, products, seen = sums
    seen_any = squares > 0
    slope = np.divide(products, squares, out=np.zeros_like(squares), where=seen_any)
    explained = slope * products
    left = np.maximum((seen - explained) / (count - 1), EXACT * (squares + seen))
    known = np.divide(squares, left, out=np.zeros_like(squares), where=seen_any)
    kappa = np.clip((slope * known + PRIOR) / (known + PRIOR), 0.0, MOST)
    kept = 1 - np.divide(left, explained, out=np.ones_like(left), where=explained > 0)
    return np.where(seen_any, np.where(pooled, kappa, slope * np.maximum(0.0, kept)), 0.0)


LASTING: Final = tuple(np.arange(10) / 10)
"""Correlations of the lasting part that are tried."""
PASSING: Final = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0, 10.0)
"""Variances of the passing part that are tried, that of the lasting part being 1."""
LAGS: Final = 6
"""Months apart of which the resemblance is looked at."""


def used_months(on: Marks, settled: int, first: int) -> Marks:
    """Which months count in the effect of a switch, ``(months,)``.

    Months of anticipation do not, from ``settled`` to the start at ``first``, nor does the first
    month after each turn after the start, in which both may be found.
    """
    used: Marks = ~np.append(False, np.diff(on))
    used[first] = True
    used[settled:first] = False
    return used


def month_weights(on: Marks, used: Marks, lasting: float, passing: float) -> Floats:
    """The weights of the months in the effect of a switch, ``(months,)``.

    They add up to 1 over the months that are on and to -1 over the others; those that are not used
    have 0. ``lasting`` is the correlation of errors one month apart, ``passing`` the variance of
    what no other month shares, as a multiple of that of the lasting part.

    Raises:
        ValueError: the switch is on in all of the months that are used, or in none.
    """
    if not on[used].any() or on[used].all():
        raise ValueError((on, used))
    months = np.flatnonzero(used)
    design = _design(on, used)
    inverse = np.linalg.inv(_errors(used, lasting, passing))
    across = design.T @ inverse
    weights = np.zeros(len(on))
    weights[months] = np.linalg.solve(across @ design, across)[1]
    return weights


def even_weights(on: Marks, used: Marks) -> Floats:
    """The weights of the months where all count alike, ``(months,)``."""
    with_it, without = on & used, ~on & used
    weights: Floats = with_it / max(int(with_it.sum()), 1) - without / without.sum()
    return weights


def variance(weights: Floats, used: Marks, lasting: float, passing: float) -> float:
    """The variance of an effect whose months have these weights; arguments as above."""
    own = weights[used]
    return float(own @ _errors(used, lasting, passing) @ own)


def resemblance(series: Floats, on: Marks, used: Marks) -> tuple[float, float]:
    """The ``lasting`` and ``passing`` parts that explain how alike neighbouring months are.

    Of all pairs tried, the one whose expected correlations at one to ``LAGS`` months apart are
    closest (least squares) to those of the series, pooled. What a constant and the switch explain
    is taken out of both.

    Args:
        series: relative departures of the controls, ``(controls, months)``.
        on: in which months the switch is on, ``(months,)``.
        used: which months count, ``(months,)``.
    """
    rest, lags = _rest(on, used)
    left = series[:, used] @ rest
    products = left.T @ left
    seen = np.einsum("lij,ij->l", lags, products) / max(float(np.trace(products)), EMPTY)
    expected = _expected(on.tobytes(), used.tobytes())
    at = int(((expected - seen) ** 2).sum(-1).argmin())
    return PAIRS[at]


PAIRS: Final = tuple(product(LASTING, PASSING))


@lru_cache(maxsize=512)
def _expected(on: bytes, used: bytes) -> Floats:
    """The correlations that each of ``PAIRS`` leads one to expect, ``(pairs, LAGS)``.

    They hang on the errors' covariance one month apart, two months apart and so on, each times what
    the constant and the switch leave of it; so they are the same sum for every pair.
    """
    marks = np.frombuffer(on, dtype=bool), np.frombuffer(used, dtype=bool)
    rest, lags = _rest(*marks)
    apart = _apart(marks[1])
    by_distance = np.array([apart == each for each in range(int(apart.max()) + 1)], dtype=float)
    left = rest @ by_distance @ rest
    shares = np.einsum("lij,kij->lk", np.concatenate([np.eye(len(rest))[None], lags]), left)
    distances = np.arange(len(by_distance))
    errors = [lasting**distances + passing * (distances == 0) for lasting, passing in PAIRS]
    of = np.array(errors) @ shares.T
    expected: Floats = of[:, 1:] / of[:, :1]
    return expected


def _rest(on: Marks, used: Marks) -> tuple[Floats, Floats]:
    """What takes out a constant and the switch, and which months are so many apart, by lag."""
    design = _design(on, used)
    apart = _apart(used)
    lags = np.array([apart == lag for lag in range(1, LAGS + 1)], dtype=float)
    return np.eye(len(design)) - design @ np.linalg.pinv(design), lags


EMPTY: Final = np.finfo(float).tiny


def _design(on: Marks, used: Marks) -> Floats:
    """A constant and the switch, by month that is used."""
    switch = on[used].astype(float)
    return np.column_stack([np.ones(len(switch)), switch])


def _errors(used: Marks, lasting: float, passing: float) -> Floats:
    apart = _apart(used)
    errors: Floats = lasting**apart + passing * (apart == 0)
    return errors


def _apart(used: Marks) -> np.ndarray[tuple[int, int], np.dtype[np.int_]]:
    """How many months each two are apart that are used."""
    months = np.flatnonzero(used)
    return np.abs(np.subtract.outer(months, months))
