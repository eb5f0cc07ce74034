"""The order lines of a category, added up by location, month and everything a comparison asks for.

It is read once for all interventions of a category; ``cubes`` reads it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nami_monitor.core.words import Unit

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

READINGS: Final = {Unit.BASE: "quantity", Unit.KG: "mass_kg", Unit.EUR: "amount_eur"}
"""The units in which an effect can be read, and the measure that each adds up."""

KEPT_AT_MOST: Final = 128 * 2**20
"""Bytes of panels that a cube keeps, because interventions of a category ask for the same ones."""


@dataclass(frozen=True)
class Part:
    """What the rows of a cube have in common.

    Args:
        channel: the channel.
        contract: the contract; empty for none.
        source: the feed.
        product: source and number of an article that is named; None for a group.
        group: the product group, or the article's number where it has none; empty for lines
            without an article.
        base_unit: the unit of its quantities; empty where nobody says.
    """

    channel: str
    contract: str
    source: str
    product: tuple[str, str] | None
    group: str
    base_unit: str


@dataclass(frozen=True)
class Cube:
    """The sums of one category.

    Args:
        locations: codes of the locations, in order.
        months: months from the first to the last with lines.
        parts: what rows have in common, in order.
        starts: where the rows of each part start, and where those of the last one end.
        cell: position of each row's location times the number of months, plus that of its month.
        sums: per measure of ``READINGS`` the amount of each row; missing values count as nothing.
        totals: per measure that says how much is known, the sum of each part.
    """

    locations: tuple[str, ...]
    months: tuple[date, ...]
    parts: tuple[Part, ...]
    starts: Ints
    cell: Ints
    sums: Mapping[str, Floats]
    totals: Mapping[str, Floats]
    _kept: dict[tuple[frozenset[int], Unit], Floats] = field(default_factory=dict, repr=False)

    @cached_property
    def row_of(self) -> dict[str, int]:
        """The position of each location."""
        return {code: at for at, code in enumerate(self.locations)}

    @cached_property
    def lines(self) -> Bools:
        """Where there are any lines, ``(locations, months)``."""
        return self._added(self.cell, None) > 0

    def panel(self, parts: Collection[int], unit: Unit) -> Floats:
        """What some parts add up to, ``(locations, months)``; zero where there are no lines.

        It is not to be changed: whoever asks for the same parts gets the same array.
        """
        key = frozenset(parts), unit
        if key in self._kept:
            return self._kept[key]
        values = self.sums[READINGS[unit]]
        found = np.zeros((len(self.locations), len(self.months)))
        for rows in self._rows(parts):
            found += self._added(self.cell[rows], values[rows])
        found.flags.writeable = False
        if (len(self._kept) + 1) * found.nbytes <= KEPT_AT_MOST:
            self._kept[key] = found
        return found

    def has_lines(self, parts: Collection[int]) -> Bools:
        """Where some parts have any line, ``(locations, months)``."""
        found = np.zeros((len(self.locations), len(self.months)), bool)
        for rows in self._rows(parts):
            found |= self._added(self.cell[rows], None) > 0
        return found

    def total(self, parts: Collection[int], measure: str) -> float:
        """The sum of a measure over some parts."""
        return float(self.totals[measure][sorted(parts)].sum())

    def _rows(self, parts: Collection[int]) -> list[slice]:
        """Where the rows of some parts stand."""
        return [slice(int(self.starts[at]), int(self.starts[at + 1])) for at in sorted(parts)]

    def _added(self, cell: Ints, values: Floats | None) -> NDArray[np.float64 | np.int64]:
        """Values, or ones, added up by cell, ``(locations, months)``."""
        size = len(self.locations), len(self.months)
        return np.bincount(cell, values, size[0] * size[1]).reshape(size)
