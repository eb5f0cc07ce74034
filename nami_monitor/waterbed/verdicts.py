"""The verdict ladder: what may be said."""

from __future__ import annotations

import numpy as np

from nami_monitor.core.words import Verdict
from nami_monitor.waterbed.effects import Effects
from nami_monitor.waterbed.fieller import net, quotient
from nami_monitor.waterbed.result import Estimate, Floats, Marks, Pair

FULL = 1.0
"""A quotient from which on nothing was saved."""


def rungs(gross: tuple[Floats, Floats], limits: tuple[Floats, Floats]) -> dict[Verdict, Marks]:
    """Which verdicts hold, of one estimate or of many.

    Args:
        gross: lower and upper limit of the effect on the target, ``(...)``.
        limits: lower and upper limit of the quotient, likewise.

    Returns:
        Marks ``(...)`` by verdict, lowest rung first.
    """
    low, high = limits
    rose, fell = gross[0] > 0, gross[1] < 0
    return {
        Verdict.NO_DECREASE_SHOWN: ~fell & ~rose,
        Verdict.TARGET_ROSE: rose,
        Verdict.INCONCLUSIVE: fell & (low <= 0) & (high >= FULL),
        Verdict.WATERBED_SHOWN: fell & (low > 0),
        Verdict.NET_REDUCTION_SHOWN: fell & (high < FULL),
        Verdict.BACKFIRE_SHOWN: fell & (low > FULL),
    }


def verdicts(gross: Estimate, ratio: Estimate) -> tuple[Verdict, ...]:
    """The rungs that hold for one estimate, lowest first."""
    held = rungs(
        (np.asarray(gross.low), np.asarray(gross.high)),
        (np.asarray(ratio.low), np.asarray(ratio.high)),
    )
    return tuple(verdict for verdict, marks in held.items() if marks)


def withholds(held: tuple[Verdict, ...]) -> bool:
    """Whether there is no quotient at these verdicts."""
    without = {Verdict.NOT_ENOUGH_DATA, Verdict.NO_DECREASE_SHOWN, Verdict.TARGET_ROSE}
    return not without.isdisjoint(held)


def estimate_of(value: Floats, variance: Floats, reach: float) -> Estimate:
    """An effect with its interval."""
    middle, se = float(value), float(np.sqrt(variance))
    return Estimate(middle, middle - reach * se, middle + reach * se, se)


def net_of(of: Effects, reach: float) -> Estimate:
    """The net effect with its interval."""
    return estimate_of(*net(of), reach)


WITHHELD = Estimate(np.nan, -np.inf, np.inf, np.inf)
"""The quotient of a target that was not shown to go down: no value, and no bounds."""


def quotient_of(of: Effects, reach: float) -> Estimate:
    """The quotient with Fieller's interval, and the standard error of the delta method."""
    value, low, high = (float(one) for one in quotient(of, reach))
    around = float(of.spill_var + value**2 * of.gross_var + 2 * value * of.covariance)
    se = np.sqrt(max(around, 0.0)) / abs(float(of.gross)) if of.gross else np.inf
    return Estimate(value, low, high, float(se))


def pair_of(of: Effects, reach: float) -> Pair:
    """Both effects with their intervals."""
    return Pair(
        estimate_of(of.gross, of.gross_var, reach),
        estimate_of(of.spill, of.spill_var, reach),
        float(of.covariance),
    )
