"""The interval of a quotient of two estimates (Fieller 1954), by test inversion."""

from __future__ import annotations

import numpy as np
from scipy import special

from nami_monitor.core.thresholds import CONFIDENCE
from nami_monitor.waterbed.effects import Effects
from nami_monitor.waterbed.result import Floats

NOTHING = 1e-20
"""An effect whose square is a smaller share of its variance is rounding."""


def critical(degrees: float, share: float = CONFIDENCE.value) -> float:
    """How many standard errors an interval reaches to either side, for ``degrees`` of freedom."""
    return float(special.stdtrit(degrees, (1 + share) / 2))


def quotient(of: Effects, reach: float) -> tuple[Floats, Floats, Floats]:
    """Step 6: every q for which ``substitute + q target`` shows no effect.

    Args:
        of: the effects.
        reach: critical value of t.

    Returns:
        Value, lower and upper limit, each ``(...)``. The limits are infinite where the effect on
        the target cannot be told from none, the value is NaN where it is none but for rounding.
    """
    over, under, between = of.spill, -of.gross, -of.covariance
    a = under**2 - reach**2 * of.gross_var
    b = over * under - reach**2 * between
    c = over**2 - reach**2 * of.spill_var
    bounded = a > 0
    root = np.sqrt(np.maximum(b**2 - a * c, 0.0))
    safe = np.where(bounded, a, 1.0)
    told = under**2 > NOTHING * of.gross_var
    value = np.divide(over, under, out=np.full_like(over, np.nan), where=told)
    low = np.where(bounded, (b - root) / safe, -np.inf)
    return value, low, np.where(bounded, (b + root) / safe, np.inf)


def net(of: Effects) -> tuple[Floats, Floats]:
    """Step 7: effect on both channels together, and its variance, which is never below zero."""
    variance = of.gross_var + of.spill_var + 2 * of.covariance
    return of.gross + of.spill, np.maximum(variance, 0.0)
