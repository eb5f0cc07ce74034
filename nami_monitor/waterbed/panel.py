"""Relative series, and how far each departs from the mean of the controls.

Everywhere in this room the treated come first along the axis of the locations; axes before it (many
panels at once) are carried along.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nami_monitor.waterbed.outputs import Floats, Marks


@dataclass(frozen=True)
class PrePost:
    """Months ``pre`` that give the level before, and ``post`` whose mean departure is the effect.

    ``before`` and ``after`` are how many; before also counts those left out before the start.
    ``weights`` are of all months until the last post month, where they do not count alike: the
    effect is the sum of the months times these (``month_weights``).
    """

    pre: slice
    post: slice
    before: int
    after: int
    weights: Floats | None = None

    @property
    def share_after(self) -> float:
        """The share of an effect's variance that the months bring in which the measure is on."""
        if self.weights is None:
            return self.before / (self.before + self.after)
        squares = self.weights**2
        return float(squares[self.weights > 0].sum() / squares.sum())

    @staticmethod
    def at(first_post: int, months: int, anticipation: int) -> PrePost:
        """A start at ``first_post`` in ``months`` months."""
        pre = slice(0, first_post - anticipation)
        return PrePost(pre, slice(first_post, months), first_post, months - first_post)

    def gap(self) -> PrePost:
        """The months that are left out before the start, as if they were the post months."""
        skipped = self.before - self.pre.stop
        return PrePost(self.pre, slice(self.pre.stop, self.before), self.pre.stop, skipped)


@dataclass(frozen=True)
class PlainAmounts:
    """Amounts of one channel, ``(..., locations, months)``."""

    values: Floats

    def mean(self, months: slice) -> Floats:
        """Mean per month, ``(..., locations)``."""
        return np.asarray(self.values[..., months].mean(-1))

    def weighed(self, weights: Floats) -> Floats:
        """The sum of the first months times their weights, ``(..., locations)``."""
        return np.asarray(self.values[..., : len(weights)] @ weights)


@dataclass(frozen=True)
class GroupAmounts:
    """Product groups that are looked at together; their means are taken only once.

    ``values`` are amounts, ``(..., groups, channels, locations, months)``.
    """

    values: Floats
    _means: dict[tuple[int | None, int | None], Floats] = field(default_factory=dict, repr=False)

    @cached_property
    def finite(self) -> Marks:
        """Where every month is there, ``(groups, locations)``."""
        if np.isfinite(self.values.sum()):
            return np.ones((self.values.shape[0], self.values.shape[2]), dtype=bool)
        return np.asarray(np.isfinite(self.values).all((1, 3)))

    def mean(self, months: slice) -> Floats:
        """Mean per month, ``(..., groups, channels, locations)``."""
        key = months.start, months.stop
        if key not in self._means:
            self._means[key] = np.asarray(self.values[..., months].mean(-1))
        return self._means[key]

    def weighed(self, weights: Floats) -> Floats:
        """The sum of the first months times their weights, by group, channel and location."""
        return np.asarray(self.values[..., : len(weights)] @ weights)

    def total(self, used: Floats) -> Floats:
        """All groups and channels together by month, ``(..., locations, months)``.

        ``used`` says how often each group counts, ``(..., groups)``.
        """
        return np.asarray(np.einsum("...gcnt,...g->...nt", self.values, used))


@dataclass(frozen=True)
class GroupSubset:
    """Some of the groups at some locations, until a month, without a copy of their amounts.

    ``groups`` marks them, ``(groups,)``; ``places`` are positions of the locations.
    """

    of: GroupAmounts
    groups: Marks
    places: NDArray[np.int_]
    until: int

    def mean(self, months: slice) -> Floats:
        """As of ``GroupAmounts``."""
        return self.of.mean(months)[self.groups].take(self.places, axis=-1)

    def weighed(self, weights: Floats) -> Floats:
        """As of ``GroupAmounts``."""
        return self.of.weighed(weights)[self.groups].take(self.places, axis=-1)

    def total(self, used: Floats) -> Floats:
        """As of ``GroupAmounts``."""
        of = self.of if self.groups.all() else GroupAmounts(self.of.values[self.groups])
        return of.total(used)[self.places, : self.until]


@dataclass(frozen=True)
class Panel:
    """Locations by month, the treated first, ``(..., locations, months)``.

    ``untouched`` are the groups that are left alone; ``used`` is 1 for each that is used, else 0,
    ``(..., groups)``. Both are None without groups.
    """

    target: Floats
    substitute: Floats
    treated: int
    window: PrePost
    untouched: GroupAmounts | GroupSubset | None = None
    used: Floats | None = None

    @property
    def controls(self) -> int:
        """How many locations are compared with."""
        return int(self.target.shape[-2]) - self.treated


@dataclass(frozen=True)
class Shift:
    """Levels before, and mean relative departures after, ``(..., locations)``.

    ``change`` is the departure from the control mean as a share of the level, of a control from the
    mean of the other controls; zero where there is no level. ``weights`` are of the controls in
    their mean, ``(..., controls)``, adding up to 1.
    """

    level: Floats
    after: Floats
    change: Floats
    weights: Floats


def shift(values: Floats, treated: int, window: PrePost) -> Shift:
    """Steps 1 and 2: relative series and their departure from the control mean.

    Controls are weighted by the root of their level. ``values`` are ``(..., locations, months)``.
    """
    return shift_of_means(means(values, window), treated)


def means(values: Floats | GroupAmounts | GroupSubset, window: PrePost) -> Floats:
    """Mean per pre month and per post month, ``(2, ..., locations)``.

    Where months are weighed, the second is the first and the weighted sum of the months.
    """
    of = PlainAmounts(values) if isinstance(values, np.ndarray) else values
    level = of.mean(window.pre)
    after = of.mean(window.post) if window.weights is None else level + of.weighed(window.weights)
    return np.stack([level, after])


def shift_of_means(ends: Floats, treated: int) -> Shift:
    """The same as ``shift``, of means before and after, ``(2, ..., locations)``."""
    level, after = ends
    there = level > 0
    change = np.divide(after, level, out=np.ones_like(level), where=there) - 1
    weights = _weights(level[..., treated:])
    change = _departure(change[..., None], weights, treated)[..., 0]
    return Shift(level, after, np.where(there, change, 0.0), weights)


def departures(values: Floats, treated: int, window: PrePost) -> Floats:
    """Departures from the control mean by month, shares of the level, ``(..., locations, months)``.

    They are zero on average over the pre months.
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
