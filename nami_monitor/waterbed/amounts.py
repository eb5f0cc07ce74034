"""Amounts of many product groups: so many that their means are taken only once."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nami_monitor.waterbed.result import Floats, Marks
from nami_monitor.waterbed.series import Window


@dataclass(frozen=True)
class Amounts:
    """Product groups that are looked at together.

    Args:
        values: amounts, ``(..., groups, channels, locations, months)``.
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

    def ends(self, window: Window) -> Floats:
        """Mean per month before and after, ``(2, ..., groups, channels, locations)``."""
        return np.stack([self.mean(window.pre), self.mean(window.post)])

    def total(self, used: Floats) -> Floats:
        """All groups and channels together, by month.

        Args:
            used: how often each group counts, ``(..., groups)``.

        Returns:
            ``(..., locations, months)``.
        """
        return np.asarray(np.einsum("...gcnt,...g->...nt", self.values, used))


@dataclass(frozen=True)
class Chosen:
    """Some of the groups at some locations, which takes no copy of their amounts.

    Args:
        of: all of them.
        groups: the groups that are chosen, ``(groups,)``.
        places: positions of the locations.
        until: how many months.
    """

    of: Amounts
    groups: Marks
    places: NDArray[np.int_]
    until: int

    def mean(self, months: slice) -> Floats:
        """As of all of them."""
        return self.of.mean(months)[self.groups].take(self.places, axis=-1)

    def ends(self, window: Window) -> Floats:
        """As of all of them."""
        return np.stack([self.mean(window.pre), self.mean(window.post)])

    def total(self, used: Floats) -> Floats:
        """As of all of them."""
        of = self.of if self.groups.all() else Amounts(self.of.values[self.groups])
        return of.total(used)[self.places, : self.until]
