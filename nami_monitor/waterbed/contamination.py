"""Untouched groups that moved with the pilot are not untouched."""

from __future__ import annotations

import numpy as np

from nami_monitor.core.thresholds import CONTAMINATION
from nami_monitor.waterbed.effects import LOST, alone, channel
from nami_monitor.waterbed.fieller import critical
from nami_monitor.waterbed.own_shocks import Proxy, adjust
from nami_monitor.waterbed.result import Floats, Marks
from nami_monitor.waterbed.series import Window, shift_of_means


def touched(ends: Floats, used: Floats, treated: int, window: Window) -> Marks:
    """Which untouched groups changed at the treated locations more than placebos do.

    Each group's total is compared with the controls after the departure of the other groups was
    taken out with its own slope; two-sided, at ``CONTAMINATION`` over the number of groups.

    Args:
        ends: means before and after, ``(2, ..., groups, channels, locations)``, the treated first.
        used: 1 for a group that is used, else 0, ``(..., groups)``.
        treated: how many are treated.
        window: months before and after.

    Returns:
        Marks ``(..., groups)``.
    """
    totals = ends.sum(-2)
    kept = totals * used[..., None]
    own = shift_of_means(totals, treated)
    other = shift_of_means(kept.sum(-2, keepdims=True) - kept, treated)
    none = np.zeros(own.change.shape[:-1], dtype=bool)
    by = Proxy(other.change, np.ones(none.shape), np.ones(own.weights.shape), none)
    of = channel(adjust(own, by, treated).change, own, treated, window)
    effect, variance = alone(of)
    groups = np.maximum(used.sum(-1, keepdims=True), 1)
    degrees = of.placebos.shape[-1] - LOST
    reach = np.vectorize(lambda count: critical(degrees, 1 - CONTAMINATION.value / count))(groups)
    moved: Marks = (np.abs(effect) > reach * np.sqrt(variance)) & (used > 0)
    return moved
