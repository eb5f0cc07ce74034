"""Funnel plot: which locations differ more from the overall rate than their size explains.

Source: Spiegelhalter (2005), Funnel plots for comparing institutional performance, Statistics in
Medicine 24:1185 (limits, appendix A.1; over-dispersion, section 4 and appendix A.2 and A.3), and
Handling over-dispersion of performance indicators, Qual. Saf. Health Care 14:347.

Three things are done otherwise than there. Limits of counts lie half a count further up: with that,
2.5% and 0.1% of equal locations lie beyond either limit, as meant (mid-p; without it 3 to 5% lie
above and 0 to 2% below). And a dispersion estimated from z-scores of which a tenth at either end is
drawn in is divided by what drawing in takes away from normal scores, or it would be a third too
small. The variance between locations is solved for, see ``_between``.

Three kinds of figure:

- proportion: so many of so many (binomial), scores on the scale ``asin(sqrt(rate))``;
- rate: counts over an exposure (Poisson), scores on the scale ``sqrt(rate)``; both with what makes
  small counts behave (Anscombe 1948, Biometrika 35:246);
- amount: EUR, kg or base units over an activity. Its variance is unknown: it is taken to be
  proportional to 1 / size, and the factor comes from the spread between the locations themselves
  (multiplicative over-dispersion). Their spread from month to month would be a poor guide:
  a cabinet that is filled twice a year varies wildly from month to month and hardly between years.

Where counts vary more between locations than chance explains, a variance between locations is
added (additive over-dispersion), so that large locations are not outside merely for being large.
What is estimated from a few locations is less sure: with twenty, some 6 in 1,000 equal locations
lie beyond the outer limits of an amount, not 2.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.stats import binom, norm, poisson

from nami_monitor.core.thresholds import (
    FUNNEL_EXCESS,
    FUNNEL_LIMIT,
    FUNNEL_LOCATIONS,
    FUNNEL_TAIL,
    FUNNEL_WARNING,
)

K = TypeVar("K", bound=Hashable)
Floats = NDArray[np.float64]

ROUNDING: Final = 1e-9
"""A rate that differs by less than this share of the overall rate is that rate."""


class RatioKind(StrEnum):
    """What a figure is a ratio of."""

    PROPORTION = "proportion"
    RATE = "rate"
    AMOUNT = "amount"


class Zone(StrEnum):
    """Where a location lies in the funnel."""

    INSIDE = "inside"
    ABOVE_WARNING = "above_warning"
    ABOVE_LIMIT = "above_limit"
    BELOW_WARNING = "below_warning"
    BELOW_LIMIT = "below_limit"
    TOO_SMALL = "too_small"
    """Nothing that could be seen there would lie outside, or it has no size at all."""


class NoFunnel(StrEnum):
    """Why there is no funnel; its sentence stands in the catalogues under ``reasons.``."""

    TOO_FEW_LOCATIONS = "too_few_locations"


@dataclass(frozen=True)
class FunnelLocation(Generic[K]):
    """What is known of one location: a count or an amount, and what it is divided by.

    ``size`` is how many, an exposure or an activity; None where it is unknown.
    """

    key: K
    numerator: float
    size: float | None


@dataclass(frozen=True)
class FunnelPoint(Generic[K]):
    """One location in the funnel; ``rate`` and ``z`` are None without a size.

    ``z`` is how many standard deviations it lies from the overall rate, over-dispersion included; 0
    where there is no spread at all.
    """

    key: K
    size: float | None
    rate: float | None
    z: float | None
    zone: Zone


@dataclass(frozen=True)
class LimitsBySize:
    """The limits of a funnel (99.8% inside) and its warning limits (95%), in the unit of the rate.

    All arrays have the shape of ``sizes``; the lower limits of an amount may lie below zero.
    """

    sizes: Floats
    low: Floats
    warning_low: Floats
    warning_high: Floats
    high: Floats


@dataclass(frozen=True)
class Funnel(Generic[K]):
    """Locations against limits for their size.

    Args:
        rate: the overall rate: all numerators over all sizes.
        dispersion: variance of the scores over that of chance alone; an amount's variance per unit
            of size.
        variance: variance of a score by chance, times the size.
        between: variance between locations that is added; 0 where chance explains the spread, and
            for an amount.
        points: one per location, in the order given.
    """

    kind: RatioKind
    rate: float
    dispersion: float
    variance: float
    between: float
    points: tuple[FunnelPoint[K], ...]

    def limits(self, sizes: Floats) -> LimitsBySize:
        """The limits at given sizes.

        Sizes lie above zero; those of a proportion are whole.
        """
        warning, limit = ((1 - inside.value) / 2 for inside in (FUNNEL_WARNING, FUNNEL_LIMIT))
        tails = np.array([[limit], [warning], [1 - warning], [1 - limit]])
        return LimitsBySize(sizes, *self._below(tails, sizes))

    def curve(self, steps: int = 200) -> LimitsBySize:
        """The limits for drawing, from the smallest to the largest location.

        There are ``steps`` sizes, denser where the funnel is steep; fewer where sizes are whole.
        """
        sizes = [point.size for point in self.points if point.size is not None and point.size > 0]
        grid = np.geomspace(min(sizes), max(sizes), steps)
        return self.limits(np.unique(np.round(grid)) if self.kind is RatioKind.PROPORTION else grid)

    def spread(self, sizes: Floats) -> Floats:
        """Standard deviation of the scores at given sizes."""
        return np.sqrt(self.variance / sizes + self.between)

    def _below(self, tails: Floats, sizes: Floats) -> Floats:
        """The rates below which those shares of equal locations lie, one row per share."""
        scale = SCALES[self.kind]
        if self.kind is RatioKind.AMOUNT or self.between:
            middle = scale.there(np.full(sizes.shape, self.rate), sizes)
            return scale.back(middle + norm.ppf(tails) * self.spread(sizes), sizes)
        proportion = self.kind is RatioKind.PROPORTION
        chance = binom(sizes, self.rate) if proportion else poisson(sizes * self.rate)
        return np.clip(_quantile(chance, tails) / sizes, scale.least, scale.most)


def funnel(kind: RatioKind, places: Sequence[FunnelLocation[K]]) -> Funnel[K] | NoFunnel:
    """Locations against limits for their size.

    A location without a size, or with none above zero, is too small, and what it has does not count
    in the overall rate.

    Returns:
        The funnel, or why there is none.

    Raises:
        ValueError: a number is not finite; a count is negative or not whole; or more were counted
            than there are.
    """
    given = np.array([place.numerator for place in places], dtype=np.float64)
    extent = np.array([place.size or 0.0 for place in places], dtype=np.float64)
    _check(kind, given, extent)
    sized = extent > 0
    if np.count_nonzero(sized) < FUNNEL_LOCATIONS.value:
        return NoFunnel.TOO_FEW_LOCATIONS
    sizes, rates = extent[sized], given[sized] / extent[sized]
    rate = float(given[sized].sum() / sizes.sum())
    rates[np.abs(rates - rate) <= ROUNDING * abs(rate)] = rate
    scale = SCALES[kind]
    away = scale.there(rates, sizes) - scale.there(np.full(sizes.shape, rate), sizes)
    dispersion = _dispersion(away * np.sqrt(sizes)) / scale.variance
    by_size = scale.variance * (dispersion if kind is RatioKind.AMOUNT else 1.0)
    between = 0.0 if kind is RatioKind.AMOUNT else _between(away, scale.variance / sizes)
    told: Funnel[K] = Funnel(kind, rate, dispersion, by_size, between, ())
    spread = told.spread(sizes)
    scores = np.divide(away, spread, out=np.zeros_like(away), where=spread > 0)
    zones = _zones(rates, told.limits(sizes), scale)
    nowhere = (None, None, Zone.TOO_SMALL)
    found = iter(zip(rates.tolist(), scores.tolist(), zones, strict=True))
    return replace(
        told,
        points=tuple(
            FunnelPoint(place.key, place.size, *(next(found) if there else nowhere))
            for place, there in zip(places, sized, strict=True)
        ),
    )


@dataclass(frozen=True)
class _Scale:
    """Where scores of one kind of figure have nearly the same variance, whatever the rate.

    ``there`` and ``back`` lead from rates and sizes to that scale, and back. ``variance`` is of a
    score, times the size, when chance alone is at work; 1 where that is unknown. Beyond ``least``
    and ``most`` a limit says nothing any more.
    """

    there: Callable[[Floats, Floats], Floats]
    back: Callable[[Floats, Floats], Floats]
    variance: float
    least: float
    most: float


SCALES: Final = {
    RatioKind.PROPORTION: _Scale(
        there=lambda rate, size: np.arcsin(np.sqrt((rate * size + 3 / 8) / (size + 3 / 4))),
        back=lambda angle, size: np.clip(
            (np.sin(np.clip(angle, 0, np.pi / 2)) ** 2 * (size + 3 / 4) - 3 / 8) / size, 0, 1
        ),
        variance=1 / 4,
        least=0.0,
        most=1.0,
    ),
    RatioKind.RATE: _Scale(
        there=lambda rate, size: np.sqrt(rate + 3 / 8 / size),
        back=lambda root, size: np.maximum(np.maximum(root, 0) ** 2 - 3 / 8 / size, 0),
        variance=1 / 4,
        least=0.0,
        most=np.inf,
    ),
    RatioKind.AMOUNT: _Scale(
        there=lambda rate, _: rate, back=lambda rate, _: rate, variance=1.0, least=0.0, most=-np.inf
    ),
}

DRAWN_IN: Final = float(norm.isf(FUNNEL_TAIL.value))
NORMAL: Final = float(
    1
    - 2 * FUNNEL_TAIL.value
    - 2 * DRAWN_IN * norm.pdf(DRAWN_IN)
    + 2 * FUNNEL_TAIL.value * DRAWN_IN**2
)
"""Variance of normal scores of which a tenth at either end is drawn in."""


def _check(kind: RatioKind, counts: Floats, sizes: Floats) -> None:
    if not (np.isfinite(counts) & np.isfinite(sizes)).all():
        raise ValueError("numerators and sizes are finite")
    if kind is not RatioKind.AMOUNT and ((counts < 0) | (counts != np.floor(counts))).any():
        raise ValueError("counts are whole numbers from 0")
    if kind is RatioKind.PROPORTION:
        sized = sizes > 0
        if ((counts > sizes) | (sizes != np.floor(sizes)))[sized].any():
            raise ValueError("a proportion counts some of a whole number")


def _dispersion(scores: Floats) -> float:
    """Mean square of the scores, a tenth drawn in at either end to the last one that is not."""
    low = np.quantile(scores, FUNNEL_TAIL.value, method="higher")
    high = np.quantile(scores, 1 - FUNNEL_TAIL.value, method="lower")
    return float((np.clip(scores, low, high) ** 2).mean()) / NORMAL


def _between(away: Floats, chance: Floats) -> float:
    """Variance between locations; 0 where chance may explain the spread.

    It makes the scores spread as normal scores do (Paule and Mandel 1982, J. Res. Natl. Bur. Stand.
    87:377). The moments of the scores by chance alone would make it too small where sizes differ
    much, because drawing in takes more from the large locations. ``away`` is the distance of each
    score from the overall one, ``chance`` its variance by chance.
    """

    def over(variance: float) -> float:
        return _dispersion(away / np.sqrt(chance + variance)) - 1

    if over(0) <= FUNNEL_EXCESS.value * np.sqrt(2 / len(away)):
        return 0.0
    return float(brentq(over, 0, (away**2).max() / NORMAL))


def _quantile(chance: Any, tail: Floats) -> Floats:
    """Where a count with half of its own probability below it passes a share, interpolated.

    ``r - (F(r) - p) / (F(r) - F(r - 1)) + 1 / 2``, with ``r`` the smallest count with ``F(r) >= p``
    (appendix A.1, moved up by half a count).
    """
    count = chance.ppf(tail)
    upto = chance.cdf(count)
    quantile: Floats = count - (upto - tail) / (upto - chance.cdf(count - 1)) + 1 / 2
    return quantile


def _zones(rates: Floats, limits: LimitsBySize, scale: _Scale) -> list[Zone]:
    """The zone of each rate; a rate on a limit is within it."""
    zones = [
        (Zone.TOO_SMALL, (limits.warning_low <= scale.least) & (limits.warning_high >= scale.most)),
        (Zone.ABOVE_LIMIT, rates > limits.high),
        (Zone.BELOW_LIMIT, rates < limits.low),
        (Zone.ABOVE_WARNING, rates > limits.warning_high),
        (Zone.BELOW_WARNING, rates < limits.warning_low),
    ]
    return [
        next((zone for zone, marks in zones if marks[place]), Zone.INSIDE)
        for place in range(len(rates))
    ]
