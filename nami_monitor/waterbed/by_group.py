"""Rolled out everywhere at once, with untouched product groups in the place of controls."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from nami_monitor.core.words import Why
from nami_monitor.waterbed.estimate import estimate
from nami_monitor.waterbed.result import Reason, Result


def estimate_by_group(
    target: ArrayLike,
    substitute: ArrayLike,
    untouched: ArrayLike,
    first_post: int,
    *,
    anticipation: int = 1,
    volume: float | None = None,
) -> Result:
    """As ``estimate``, with product groups for units: all locations of each are added up.

    It asks that the groups would have moved alike, which is more than that locations would.

    Args:
        target: as of ``estimate``; every location is treated.
        substitute: likewise.
        untouched: product groups that are left alone, in both channels,
            ``(groups, 2, locations, months)``.
        first_post: position of the first post month.
        anticipation: as of ``estimate``.
        volume: base units per month before the start of all locations together, when ``target`` is
            in another unit.

    Returns:
        The result; its controls, and the positions in its reasons, are groups.

    Raises:
        ValueError: the arrays do not belong together.
    """
    both = np.stack([np.asarray(target, dtype=float), np.asarray(substitute, dtype=float)])
    groups = np.asarray(untouched, dtype=float)
    if groups.shape[1:] != both.shape:
        raise ValueError((both.shape, groups.shape))
    units = np.concatenate([both[None], groups]).sum(2)
    result = estimate(
        units[:, 0],
        units[:, 1],
        np.arange(len(units)) == 0,
        first_post,
        anticipation=anticipation,
        volume=volume,
    )
    reasons = (
        replace(reason, locations=tuple(place - 1 for place in reason.locations if place))
        for reason in result.reasons
    )
    return replace(
        result,
        controls=tuple(place - 1 for place in result.controls),
        reasons=(Reason(Why.GROUPS_AS_CONTROLS), *reasons),
    )
