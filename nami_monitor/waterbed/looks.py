"""How far an interval must reach when a measure is looked at on several dates that were planned.

One date needs nothing. Of several, each look spends a part of the chance to be wrong (Lan and
DeMets 1983, "Discrete sequential boundaries for clinical trials", Biometrika 70(3)): by a share
``f`` of all that will be known ``2 (1 - Phi(z / sqrt f))``, of O'Brien-Fleming shape. What is known
at a look grows as ``1 / (1/k + 1/n)`` for ``k`` months after the start and ``n`` before it, so a
month more counts less and less.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Final

import numpy as np
from scipy import special

from nami_monitor.core.thresholds import CONFIDENCE
from nami_monitor.waterbed.outputs import Floats
from nami_monitor.waterbed.verdicts import critical

POINTS: Final = 401
"""Of the grid on which what was not shown yet is carried from one look to the next."""
MOST: Final = 8.0
"""No boundary lies further out, in standard errors."""


@cache
def boundaries(
    looks: tuple[int, ...], before: int, sure: float = CONFIDENCE.value
) -> tuple[float, ...]:
    """How many standard errors an effect must differ at each look, on the normal scale.

    Args:
        looks: months after the start at each look, rising.
        before: settled months before the start.
        sure: how sure an interval is over all looks together.

    Raises:
        ValueError: no look, looks that do not rise, or no month before the start.
    """
    from scipy.optimize import brentq  # noqa: PLC0415 - slow to load, and only several dates need it

    if not looks or before < 1 or list(looks) != sorted({*looks}) or looks[0] < 1:
        raise ValueError(f"looks {looks} with {before} months before")
    information = 1 / (1 / np.array(looks, dtype=float) + 1 / before)
    share = information / information[-1]
    sd, steps = np.sqrt(share), np.sqrt(np.diff(share))
    usual = -special.ndtri((1 - sure) / 2)
    spent = 2 * special.ndtr(-usual / sd)
    found = [float(-special.ndtri(spent[0] / 2))]
    grid, weights = _grid(found[0] * sd[0])
    inside = weights * _density(grid / sd[0]) / sd[0]
    for at, step in enumerate(steps, start=1):
        beyond = partial(_beyond, grid=grid, inside=inside, sd=sd[at], step=step)
        need = spent[at] - spent[at - 1]
        found.append(float(brentq(lambda limit, need=need, of=beyond: of(limit) - need, 0.0, MOST)))
        reached, weights = _grid(found[-1] * sd[at])
        inside = weights * (_density((reached[:, None] - grid) / step) / step @ inside)
        grid = reached
    return tuple(found)


def reach(
    looks: Sequence[int], at: int, before: int, degrees: float, sure: float = CONFIDENCE.value
) -> float:
    """How many standard errors an interval reaches at look ``at`` (from 0) of a plan.

    A boundary of the normal scale becomes one of Student's t with the same chance to lie beyond it;
    with one look it is the usual critical value. ``degrees`` of freedom may be infinite.
    """
    limit = boundaries(tuple(looks), before, sure)[at]
    return float(-special.stdtrit(degrees, special.ndtr(-limit)))


@dataclass(frozen=True)
class Look:
    """One of the dates on which a measure is looked at, as was planned.

    Args:
        months: months after the start at each date, rising.
        at: which of them it is, from 0.
        one_sided: whether each claim is made one way only, so that either limit may be wrong with
            the whole chance that ``CONFIDENCE`` leaves.
    """

    months: tuple[int, ...] = (1,)
    at: int = 0
    one_sided: bool = False

    def reach(self, before: int, degrees: float) -> float:
        """How many standard errors an interval reaches, with ``before`` settled months."""
        sure = 2 * CONFIDENCE.value - 1 if self.one_sided else CONFIDENCE.value
        if len(self.months) == 1:
            return critical(degrees, sure)
        return reach(self.months, self.at, before, degrees, sure)

    def alpha(self, before: int) -> float:
        """How likely a claim either way may be at this look where nothing is so."""
        return float(2 * special.ndtr(-self.reach(before, np.inf)))


ONCE: Final = Look()
"""A look on a single date, two-sided."""


def _beyond(limit: float, *, grid: Floats, inside: Floats, sd: float, step: float) -> float:
    """The chance to be beyond a limit for the first time, from what was inside a look before."""
    edge = limit * sd
    out = special.ndtr((grid - edge) / step) + special.ndtr((-edge - grid) / step)
    return float(inside @ out)


def _grid(edge: float) -> tuple[Floats, Floats]:
    """Points between two limits, and their weights by Simpson's rule."""
    points = np.linspace(-edge, edge, POINTS)
    weights = np.full(POINTS, 2.0)
    weights[1::2] = 4.0
    weights[[0, -1]] = 1.0
    return points, weights * (points[1] - points[0]) / 3


def _density(z: Floats) -> Floats:
    """The density of the standard normal distribution."""
    density: Floats = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    return density
