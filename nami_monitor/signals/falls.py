"""Falls in volume that nobody called sustainable."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nami_monitor.core.thresholds import REAL_FALL
from nami_monitor.core.words import Direction
from nami_monitor.signals.departures import latest_departure
from nami_monitor.signals.xmr import xmr

Floats = NDArray[np.float64]
YEAR = 12


@dataclass(frozen=True)
class Fall:
    """A real fall in volume.

    Args:
        before: volume of the year before the last twelve months.
        after: volume of the last twelve months.
    """

    before: float
    after: float

    @property
    def less(self) -> float:
        """How much less was bought in a year; positive."""
        return self.before - self.after

    @property
    def share(self) -> float:
        """The same as a share (0 to 1) of the year before."""
        return self.less / self.before


def real_fall(
    volume: Floats, per_activity: Floats | None = None, *, calendar_month: int = 1
) -> Fall | None:
    """Whether a volume really fell.

    The last twelve months lie at least ``REAL_FALL`` below the year before, and the latest month
    lies below normal variation.

    Args:
        volume: base units per month, NaN where a month is missing.
        per_activity: the same divided by activity, which must have fallen as well: fewer people
            use less. None where there is no activity; a missing month says nothing.
        calendar_month: calendar month (1 to 12) of the first.

    Returns:
        The fall; None where there is none, or where the last two years are not whole.
    """
    if len(volume) < 2 * YEAR or np.isnan(volume[-2 * YEAR :]).any():
        return None
    before, after = (float(part.sum()) for part in np.split(volume[-2 * YEAR :], 2))
    if before <= 0 or 1 - after / before < REAL_FALL.value:
        return None
    found = latest_departure(xmr(volume, calendar_month=calendar_month), Direction.DOWN)
    if found is None or not found.better:
        return None
    if per_activity is not None:
        earlier, later = (float(part.mean()) for part in np.split(per_activity[-2 * YEAR :], 2))
        if not later <= earlier * (1 - REAL_FALL.value):
            return None
    return Fall(before, after)
