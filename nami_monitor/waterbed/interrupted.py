"""Rolled out everywhere at once: an interrupted time series, which is weaker evidence.

Nothing is compared with but the past, so whatever else changed in the same month is in the effect.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nami_monitor.waterbed.effects import Effects
from nami_monitor.waterbed.result import Floats

YEAR = 12
HARMONICS = (1, 2)
LEAST = 0.5
"""Errors of adjoining months are not taken to go together less than this."""
MOST = 0.99


@dataclass(frozen=True)
class Step:
    """What a step in the level of both channels says.

    Args:
        effects: of the step, in units per month.
        degrees: effective degrees of freedom.
        correlation: of errors one month apart.
        departures: of each channel from what it would have been without the step,
            ``(2, months)``; NaN in months left out.
        noise: standard deviation of a month, per channel.
    """

    effects: Effects
    degrees: float
    correlation: float
    departures: Floats
    noise: Floats


def step(values: Floats, first_post: int, anticipation: int) -> Step:
    """Intercept, trend, two annual harmonics and a step; errors that are correlated over time.

    Args:
        values: totals of target and substitute, ``(2, months)``.
        first_post: first month after the start.
        anticipation: months left out before it.
    """
    months = np.arange(values.shape[1])
    used = (months < first_post - anticipation) | (months >= first_post)
    whole = _design(months, first_post)
    design, seen = whole[used], values[:, used]
    bread = np.linalg.inv(design.T @ design)
    annihilator = np.eye(len(design)) - design @ bread @ design.T
    left = seen @ annihilator
    apart = np.abs(np.subtract.outer(months[used], months[used]))
    rho = _correlation(left, annihilator, apart)
    mixed = annihilator @ rho**apart
    trace = float(np.trace(mixed))
    spread = left @ left.T / trace
    coefficients = seen @ design @ bread
    unit = float((bread @ design.T @ rho**apart @ design @ bread)[-1, -1])
    taken = coefficients @ whole.T - coefficients[:, -1:] * whole[:, -1]
    return Step(
        Effects(
            coefficients[0, -1],
            coefficients[1, -1],
            spread[0, 0] * unit,
            spread[1, 1] * unit,
            spread[0, 1] * unit,
        ),
        trace**2 / float(np.trace(mixed @ mixed)),
        rho,
        np.where(used, values - taken, np.nan),
        np.sqrt(np.diag(spread)),
    )


def _design(months: np.ndarray, first_post: int) -> Floats:
    """One column each; the step comes last."""
    turn = 2 * np.pi * months / YEAR
    waves = [wave(turn * times) for times in HARMONICS for wave in (np.sin, np.cos)]
    trend = months / YEAR
    return np.column_stack([np.ones(len(months)), trend, *waves, months >= first_post])


def _correlation(left: Floats, annihilator: Floats, apart: np.ndarray) -> float:
    """The correlation that lets residuals be expected to go together as much as they do.

    Residuals go together less than errors, since what the design can follow is gone from them. The
    ratio is pooled over both channels, each counted with its own variance.
    """
    next_to = (apart == 1) / 2
    size = (left**2).sum(1)
    ratios = np.einsum("ij,jk,ik->i", left, next_to, left)
    seen = float(np.mean(np.divide(ratios, size, out=np.zeros_like(ratios), where=size > 0)))

    def beyond(rho: float) -> float:
        errors = annihilator @ rho**apart @ annihilator
        return float(np.trace(next_to @ errors) / np.trace(errors)) - seen

    if beyond(LEAST) >= 0:
        return LEAST
    if beyond(MOST) <= 0:
        return MOST
    from scipy import optimize  # noqa: PLC0415 - slow to load, and most registers never need it

    return float(optimize.brentq(beyond, LEAST, MOST, xtol=1e-6))
