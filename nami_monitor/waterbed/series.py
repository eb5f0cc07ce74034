"""Relative series, and how far each departs from the mean of the controls.

Everywhere in this room the treated come first along the axis of the locations; axes before it (many
panels at once) are carried along.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nami_monitor.waterbed.result import Floats


@dataclass(frozen=True)
class Window:
    """Which months are compared with which.

    Args:
        pre: months that give the level before.
        post: months whose mean departure is the effect.
        before: number of pre months, with those that are left out before the start.
        after: number of post months.
    """

    pre: slice
    post: slice
    before: int
    after: int

    @staticmethod
    def at(first_post: int, months: int, anticipation: int) -> Window:
        """The window of a start at ``first_post`` in ``months`` months."""
        pre = slice(0, first_post - anticipation)
        return Window(pre, slice(first_post, months), first_post, months - first_post)

    def gap(self) -> Window:
        """The months that are left out before the start, as if they were the post months."""
        skipped = self.before - self.pre.stop
        return Window(self.pre, slice(self.pre.stop, self.before), self.pre.stop, skipped)


@dataclass(frozen=True)
class Shift:
    """Levels before, and mean relative departures after.

    Args:
        level: mean per pre month, ``(..., locations)``.
        after: mean per post month, likewise.
        change: departure from the control mean as a share of the level, likewise; of a control,
            from the mean of the other controls. Zero where there is no level.
        weights: of the controls in their mean, ``(..., controls)``, adding up to 1.
    """

    level: Floats
    after: Floats
    change: Floats
    weights: Floats


def shift(values: Floats, treated: int, window: Window) -> Shift:
    """Steps 1 and 2: relative series and their departure from the control mean.

    Args:
        values: ``(..., locations, months)``, the treated first.
        treated: how many are treated.
        window: months before and after.

    Returns:
        Levels and departures; weights of controls are as the root of their level.
    """
    return shift_of_means(means(values, window), treated)


def means(values: Floats, window: Window) -> Floats:
    """Mean per pre month and per post month: ``(2, ..., locations)`` of ``(..., months)``."""
    return np.stack([values[..., window.pre].mean(-1), values[..., window.post].mean(-1)])


def shift_of_means(ends: Floats, treated: int) -> Shift:
    """The same as ``shift``, of means before and after, ``(2, ..., locations)``."""
    level, after = ends
    there = level > 0
    change = np.divide(after, level, out=np.ones_like(level), where=there) - 1
    weights = _weights(level[..., treated:])
    change = _departure(change[..., None], weights, treated)[..., 0]
    return Shift(level, after, np.where(there, change, 0.0), weights)


def departures(values: Floats, treated: int, window: Window) -> Floats:
    """The same by month: ``(..., locations, months)``, zero on average over the pre months.

    Args:
        values: ``(..., locations, months)``, the treated first.
        treated: how many are treated.
        window: months before and after.
    """
    level = values[..., window.pre].mean(-1)
    there = np.broadcast_to((level > 0)[..., None], values.shape)
    relative = np.divide(values, level[..., None], out=np.ones_like(values), where=there)
    return np.where(there, _departure(relative, _weights(level[..., treated:]), treated), 0.0)


def _weights(level: Floats) -> Floats:
    roots = np.sqrt(np.maximum(level, 0.0))
    weights: Floats = roots / np.maximum(roots.sum(-1, keepdims=True), np.finfo(float).tiny)
    return weights


def _departure(relative: Floats, weights: Floats, treated: int) -> Floats:
    """From the weighted control mean; of a control, from that without itself."""
    weighted = weights[..., None] * relative[..., treated:, :]
    mean = weighted.sum(-2, keepdims=True)
    others = np.maximum(1 - weights, np.finfo(float).eps)[..., None]
    departure = np.empty_like(relative)
    departure[..., :treated, :] = relative[..., :treated, :] - mean
    departure[..., treated:, :] = relative[..., treated:, :] - (mean - weighted) / others
    return departure
