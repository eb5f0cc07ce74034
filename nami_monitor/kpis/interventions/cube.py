"""The order lines of a category, summed by location, month and everything a comparison asks for.

It is read once for all interventions of a category. Articles that no intervention names stand
together by product group; an article without a group is a group of its own, with those that are
the same elsewhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nami_monitor.core.periods import month_range
from nami_monitor.core.words import Unit
from nami_monitor.store import Transaction

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

READINGS: Final = {Unit.BASE: "quantity", Unit.KG: "mass_kg", Unit.EUR: "amount_eur"}
"""The units in which an effect can be read, and the measure that each adds up."""

KEYS: Final = (
    *("category", "month", "location_id", "channel", "contract_id", "source"),
    *("product_source", "product_id", "product_group", "base_unit"),
)
SUMS: Final = (
    *("quantity", "mass_kg", "amount_eur", "lines_with_quantity", "lines_with_amount"),
    *("handled", "handled_with_mass"),
)
OF_KEY: Final = {
    "product_source": "case when alone is not null then product_source end",
    "product_id": "case when alone is not null then product_id end",
    "product_group": "coalesce(product_group,"
    " case when article = product_source || '/' || product_id then product_id else article end)",
}
"""How a key is written that is no column: articles that are not named fold into their group."""
NONE: Final = ""
"""How a key is written that the data does not state."""


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
        parts: what rows have in common.
        location: position of each row's location, ``(rows,)``.
        month: position of its month.
        part: position of its part; rows stand in the order of their parts.
        sums: per measure of ``SUMS`` the sum of each row; missing values count as nothing.
    """

    locations: tuple[str, ...]
    months: tuple[date, ...]
    parts: tuple[Part, ...]
    location: Ints
    month: Ints
    part: Ints
    sums: Mapping[str, Floats]

    @cached_property
    def row_of(self) -> dict[str, int]:
        """The position of each location."""
        return {code: at for at, code in enumerate(self.locations)}

    @cached_property
    def _starts(self) -> Ints:
        """Where the rows of each part start, and where those of the last one end."""
        return np.searchsorted(self.part, np.arange(len(self.parts) + 1)).astype(np.int64)

    @cached_property
    def _totals(self) -> dict[str, Floats]:
        return {
            name: np.bincount(self.part, values, len(self.parts)).astype(np.float64)
            for name, values in self.sums.items()
        }

    def _rows(self, parts: Collection[int]) -> Ints:
        """Which rows belong to some parts."""
        spans = [np.arange(self._starts[at], self._starts[at + 1]) for at in sorted(parts)]
        return np.concatenate([np.zeros(0, np.int64), *spans])

    def panel(self, parts: Collection[int], unit: Unit) -> Floats:
        """What some parts add up to, ``(locations, months)``; zero where there are no lines."""
        rows = self._rows(parts)
        return self._added(rows, self.sums[READINGS[unit]][rows])

    def has_lines(self, parts: Collection[int]) -> Bools:
        """Where some parts have any line, ``(locations, months)``."""
        rows = self._rows(parts)
        return self._added(rows, np.ones(len(rows))) > 0

    def total(self, parts: Collection[int], measure: str) -> float:
        """The sum of a measure over some parts."""
        return float(self._totals[measure][sorted(parts)].sum())

    def _added(self, rows: Ints, values: Floats) -> Floats:
        size = len(self.locations), len(self.months)
        at = self.location[rows] * size[1] + self.month[rows]
        return np.bincount(at, values, size[0] * size[1]).astype(np.float64).reshape(size)


def cubes(
    db: Transaction, categories: Collection[str], named: Collection[tuple[str, str]]
) -> dict[str, Cube]:
    """The cube of every category that has order lines.

    Args:
        db: a consistent look at the file.
        categories: the categories wanted.
        named: source and number of the articles that must stand by themselves.
    """
    keys = ", ".join(f"{OF_KEY.get(name, name)} as {name}" for name in KEYS)
    sums = ", ".join(f"coalesce(sum(cast({name} as double)), 0) as {name}" for name in SUMS)
    sources, products = [one for one, _ in named], [one for _, one in named]
    frame = db.frame(
        "with named as (select unnest(?::varchar[]) as named_source, unnest(?::varchar[]) as alone)"
        f" select {keys}, {sums} from order_lines left join named"
        " on named_source = product_source and alone = product_id"
        " where category in (select unnest(?::varchar[])) group by all",
        [sources, products, sorted(categories)],
    )
    if frame.is_empty():
        return {}
    found = frame.partition_by("category", as_dict=True)
    return {str(key[0]): _cube(part) for key, part in found.items()}


PART: Final = KEYS[3:]


def _cube(frame: pl.DataFrame) -> Cube:
    part, parts = _coded(frame, PART)
    location, locations = _coded(frame, ("location_id",))
    first, last = (date.fromisoformat(str(month)) for month in _ends(frame))
    month = (pl.col("month").dt.year() - first.year) * 12 + pl.col("month").dt.month() - first.month
    order = np.argsort(part.astype(np.min_scalar_type(len(parts))), kind="stable")
    return Cube(
        locations=tuple(code for (code,) in locations),
        months=tuple(month_range(first, last)),
        parts=tuple(_part(row) for row in parts),
        location=location[order],
        month=frame.select(month.cast(pl.Int64)).to_series().to_numpy()[order],
        part=part[order],
        sums={name: frame[name].to_numpy()[order] for name in SUMS},
    )


def _coded(frame: pl.DataFrame, names: Sequence[str]) -> tuple[Ints, list[tuple[str, ...]]]:
    """The position of each row's texts among the distinct ones, and those in their order.

    Texts are compared by number, a column at a time, because there may be millions of rows.
    """
    mixed = np.zeros(len(frame), np.int64)
    for name in names:
        text = frame[name].fill_null(NONE).cast(pl.Categorical).to_physical()
        code = _counted(text.cast(pl.Int64).to_numpy())
        mixed = _counted(mixed * (int(code.max()) + 1) + code)
    some = np.zeros(int(mixed.max()) + 1, np.int64)
    some[mixed] = np.arange(len(mixed))
    rows = frame[some].select(pl.col(names).fill_null(NONE)).rows()
    order = sorted(range(len(rows)), key=rows.__getitem__)
    place = np.empty(len(rows), np.int64)
    place[order] = np.arange(len(rows))
    return place[mixed], [rows[row] for row in order]


def _counted(code: Ints) -> Ints:
    """The same numbers without gaps."""
    there = np.bincount(code) > 0
    return (np.cumsum(there) - 1)[code].astype(np.int64)


def _ends(frame: pl.DataFrame) -> tuple[object, object]:
    return frame["month"].min(), frame["month"].max()


def _part(row: tuple[str, ...]) -> Part:
    channel, contract, source, product_source, product, group, base_unit = row
    named = (product_source, product) if product else None
    return Part(channel, contract, source, named, group, base_unit)


def resolved(db: Transaction, codes: Collection[str]) -> dict[str, frozenset[tuple[str, str]]]:
    """For each article number the articles that bear it, and those that are the same elsewhere.

    Args:
        db: a consistent look at the file.
        codes: article numbers, of whichever source.

    Returns:
        Source and number of each article; nothing for a number that no source has.
    """
    rows = db.rows(
        "with wanted as (select unnest(?::varchar[]) as code),"
        " direct as (select w.code, p.source, p.product_id, p.same_as from products as p"
        " join (select code, code as product_id from wanted union select code, to_code from merged"
        " join wanted using (code) where kind = 'products') as w on p.product_id = w.product_id)"
        " select code, source, product_id from direct"
        " union select d.code, p.source, p.product_id from direct as d join products as p"
        " on p.same_as = d.product_id or p.product_id = d.same_as or p.same_as = d.same_as",
        [sorted(codes)],
    )
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for code, source, product in rows:
        found[code].add((source, product))
    return {code: frozenset(articles) for code, articles in found.items()}
