"""Reads the order lines of a category, by location and month.

Articles that no intervention names stand together by product group; an article without a group is a
group of its own, with those that are the same elsewhere.

There is no roll-up by location, product and month, because it would have about as many rows as
there are lines. Adding lines up by their texts costs far more than reading them, so what lines have
in common is found first (``_kinds``), and then each is read as three small numbers and its amounts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Final

import numpy as np
import polars as pl

from nami_monitor.core.periods import add_months, month_range, months_between
from nami_monitor.kpis.interventions.cube import READINGS, Cube, Floats, Ints, Part
from nami_monitor.store import Transaction
from nami_monitor.store.rollups import of_line

KINDS: Final = (
    *("category", "channel", "contract_id", "source"),
    *("product_source", "product_id", "product_group", "same_as", "base_unit"),
)
"""What lines are told apart by, beside location and month."""
TOTALS: Final = ("lines_with_quantity", "lines_with_amount", "handled", "handled_with_mass")
AMOUNTS: Final = tuple(READINGS.values())
LINES_APART: Final = 5_000_000
"""Up to so many lines are read as they are, which is twice as quick as adding them up first."""
NONE: Final = ""
"""How a text is written that the data does not state."""
START: Final = date(1970, 1, 1)
"""Months are read as how many lie between this one and them."""

Lot = tuple[str, Part]
"""A category and what rows of its cube have in common."""


def cubes(
    db: Transaction, categories: Collection[str], named: Collection[tuple[str, str]]
) -> dict[str, Cube]:
    """The cube of every category that has order lines.

    Args:
        db: a consistent look at the file.
        categories: the categories wanted.
        named: source and number of the articles that must stand by themselves.
    """
    kinds = _kinds(db, categories)
    if kinds.is_empty():
        return {}
    lots = [_lot(row, named) for row in kinds.select(KINDS).rows()]
    ordered = sorted(set(lots), key=_rank)
    number = {lot: at for at, lot in enumerate(ordered)}
    lot_of = np.array([number[lot] for lot in lots])
    codes = sorted(code for (code,) in db.rows("select distinct location_id from by_place"))
    lines = _lines(db, kinds, codes)
    lot = lot_of[lines["kind"].to_numpy()]
    order = np.argsort(lot.astype(np.min_scalar_type(len(ordered))), kind="stable")
    starts = np.concatenate([[0], np.bincount(lot, minlength=len(ordered)).cumsum()])
    rows = {name: lines[name].to_numpy()[order] for name in ("place", "month", *AMOUNTS)}
    totals = {
        name: np.bincount(lot_of, kinds[name].to_numpy(), len(ordered)).astype(np.float64)
        for name in TOTALS
    }
    found = {}
    for category in sorted({category for category, _ in ordered}):
        own = [at for at, lot in enumerate(ordered) if lot[0] == category]
        bounds = slice(own[0], own[-1] + 1)
        first, last = starts[own[0]], starts[own[-1] + 1]
        found[category] = _cube(
            codes,
            [part for _, part in ordered[bounds]],
            starts[own[0] : own[-1] + 2] - first,
            {name: values[first:last] for name, values in rows.items()},
            {name: values[bounds] for name, values in totals.items()},
        )
    return found


def _kinds(db: Transaction, categories: Collection[str]) -> pl.DataFrame:
    """What lines have in common, with how much is known of each kind of line."""
    totals = ", ".join(
        f"coalesce(sum(cast({of_line(name)} as double)), 0) as {name}" for name in TOTALS
    )
    return db.frame(
        f"select {', '.join(KINDS)}, count(*) as lines, {totals} from orders"
        " where category in (select unnest(?::varchar[])) group by all",
        [sorted(categories)],
    )


def _lines(db: Transaction, kinds: pl.DataFrame, codes: Sequence[str]) -> pl.DataFrame:
    """Kind, place and month of each line by their numbers, and its amounts.

    More than ``LINES_APART`` lines are added up, so that they fit in memory.
    """
    many = int(kinds["lines"].sum()) > LINES_APART
    known = kinds.select(KINDS).with_columns(kind=pl.int_range(len(kinds), dtype=pl.Int32))
    places = pl.DataFrame({"location_id": codes}).with_columns(
        place=pl.int_range(len(codes), dtype=pl.Int32)
    )
    amounts = ", ".join(
        f"coalesce({f'sum({amount})' if many else amount}, 0) as {name}"
        for name, amount in ((name, f"cast({of_line(name)} as double)") for name in AMOUNTS)
    )
    alike = " and ".join(f"k.{name} is not distinct from o.{name}" for name in KINDS)
    with db.view_of("kinds", known), db.view_of("places", places):
        return db.frame(
            "select k.kind, p.place,"
            f" cast(date_diff('month', date '{START}', ordered_on) as integer) as month, {amounts}"
            f" from orders as o join kinds as k on {alike} join places as p"
            f" on p.location_id = o.location_id{' group by all' if many else ''}"
        )


def _lot(row: tuple[str | None, ...], named: Collection[tuple[str, str]]) -> Lot:
    """The part to which lines of a kind belong."""
    category, channel, contract, source, product_source, product, group, same_as, unit = (
        text or NONE for text in row
    )
    alone = (product_source, product) if (product_source, product) in named else None
    return category, Part(channel, contract, source, alone, group or same_as or product, unit)


def _rank(lot: Lot) -> tuple[object, ...]:
    category, part = lot
    product = part.product or (NONE, NONE)
    return category, part.channel, part.contract, part.source, product, part.group, part.base_unit


def _cube(
    codes: Sequence[str],
    parts: Sequence[Part],
    starts: Ints,
    rows: Mapping[str, Floats | Ints],
    totals: Mapping[str, Floats],
) -> Cube:
    """The cube of rows that stand in the order of their parts."""
    place, month = rows["place"], rows["month"]
    there = np.bincount(place, minlength=len(codes)) > 0
    at = there.cumsum() - 1
    first, last = (add_months(START, int(end)) for end in (month.min(), month.max()))
    months = month_range(first, last)
    return Cube(
        locations=tuple(code for code, seen in zip(codes, there, strict=True) if seen),
        months=tuple(months),
        parts=tuple(parts),
        starts=starts,
        cell=at[place] * len(months) + month - months_between(START, first),
        sums={name: rows[name].astype(np.float64, copy=False) for name in AMOUNTS},
        totals=totals,
    )


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
