"""Shares of counts that are low or high beyond what chance explains."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Final

from nami_monitor.core.thresholds import CONFIDENCE, EARLY_SHARE, FEW_REFUSED

Z: Final = NormalDist().inv_cdf((1 + CONFIDENCE.value) / 2)


def wilson(part: float, whole: float) -> tuple[float, float]:
    """Limits of a share (Wilson 1927, JASA 22:209), 0 to 1.

    Args:
        part: how many, from 0 to ``whole``.
        whole: of how many; above zero.

    Raises:
        ValueError: a part that is no part of a whole.
    """
    if not 0 <= part <= whole or whole <= 0:
        raise ValueError((part, whole))
    share, spread = part / whole, Z**2 / whole
    middle = (share + spread / 2) / (1 + spread)
    reach = Z * math.sqrt(share * (1 - share) / whole + spread / (4 * whole)) / (1 + spread)
    return max(middle - reach, 0.0), min(middle + reach, 1.0)


def few_refused(resolved: float, decided: float) -> bool:
    """Whether surely less than ``FEW_REFUSED`` of the requests was met without a purchase.

    Args:
        resolved: requests that were met so.
        decided: all that were decided; none of them says nothing.
    """
    return decided > 0 and wilson(resolved, decided)[1] < FEW_REFUSED.value


def retired_early(early: float, retired: float) -> bool:
    """Whether surely more than ``EARLY_SHARE`` of what was retired had warranty left.

    Args:
        early: retired before the end of their warranty.
        retired: all that were retired and of which the warranty is known.
    """
    return retired > 0 and wilson(early, retired)[0] > EARLY_SHARE.value
