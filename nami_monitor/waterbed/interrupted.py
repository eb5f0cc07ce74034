"""Rolled out everywhere at once: an interrupted time series, which is weaker evidence.

Without controls the past is all there is to compare with, so that whatever else changed in the same
month is part of the effect (Wagner et al. 2002; Bernal, Cummins & Gasparrini 2017).
"""

from dataclasses import dataclass

import numpy as np

from nami_monitor.core.thresholds import MIN_PRE_ALONE, MIN_VOLUME
from nami_monitor.core.words import Design, Why
from nami_monitor.waterbed.effects import Effects
from nami_monitor.waterbed.inputs import Inputs, positions
from nami_monitor.waterbed.outputs import Caution, Floats, MonthlyEffects, Result
from nami_monitor.waterbed.screen import short_of, usable, withheld
from nami_monitor.waterbed.verdicts import critical, judge

YEAR = 12
HARMONICS = (1, 2)
LEAST = 0.5
"""The correlation of errors one month apart is not taken to be weaker than this."""
MOST = 0.99
"""Nor stronger than this."""
STILL = 1e-6
"""The series does not vary where a month's noise is a smaller share of the level than this."""


def interrupted_estimate(inputs: Inputs) -> Result:
    """Interrupted time series on the totals of all locations.

    Every location starts in the same month.
    """
    keep, left_out = usable(inputs)
    own, first = np.flatnonzero(keep), inputs.first
    missing = short_of(first, inputs.months - first, inputs.anticipation, MIN_PRE_ALONE)
    totals = np.stack([inputs.target[own].sum(0), inputs.substitute[own].sum(0)])
    if not missing:
        volume = inputs.mean_volume(own) * len(own)
        low = Caution(Why.LOW_VOLUME, seen=volume, needed=MIN_VOLUME.value)
        missing = (low,) if volume < MIN_VOLUME.value else ()
    if missing:
        return withheld(inputs, Design.NO_CONTROLS, (*missing, *left_out))
    found = step(totals, first, inputs.anticipation)
    if (found.noise <= STILL * np.abs(totals).mean(1)).any():
        return withheld(inputs, Design.NO_CONTROLS, (Caution(Why.NO_VARIATION), *left_out))
    reach = critical(found.degrees)
    bands = [np.full(inputs.months, reach * noise) for noise in found.noise]
    target, substitute = found.departures
    none = np.zeros((0, inputs.months))
    return Result(
        **vars(judge(found.effects, reach)),
        design=Design.NO_CONTROLS,
        pre_months=first,
        post_months=inputs.months - first,
        treated=positions(own),
        controls=(),
        cautions=left_out,
        path=MonthlyEffects(
            np.arange(inputs.months), target, substitute, bands[0], bands[1], none, none
        ),
    )


@dataclass(frozen=True)
class LevelStep:
    """A step in the level of both channels.

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


def step(values: Floats, first_post: int, anticipation: int) -> LevelStep:
    """Intercept, trend, two annual harmonics and a step; errors that are correlated over time.

    The effective degrees of freedom follow Satterthwaite (1946). ``values`` are totals of target
    and substitute, ``(2, months)``; ``anticipation`` months before ``first_post`` are left out.
    """
    months = np.arange(values.shape[1])
    used = (months < first_post - anticipation) | (months >= first_post)
    turn = 2 * np.pi * months / YEAR
    waves = [wave(turn * times) for times in HARMONICS for wave in (np.sin, np.cos)]
    whole = np.column_stack([np.ones(len(months)), months / YEAR, *waves, months >= first_post])
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
    return LevelStep(
        Effects(*coefficients[:, -1], *(spread[[0, 1, 0], [0, 1, 1]] * unit)),
        trace**2 / float(np.trace(mixed @ mixed)),
        rho,
        np.where(used, values - taken, np.nan),
        np.sqrt(np.diag(spread)),
    )


def _correlation(left: Floats, annihilator: Floats, apart: np.ndarray) -> float:
    """The correlation of errors at which residuals are expected to correlate as much as they do.

    Residuals correlate less than errors, since the design has followed a part of these. The ratio
    is pooled over both channels, each counted with its own variance.
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
