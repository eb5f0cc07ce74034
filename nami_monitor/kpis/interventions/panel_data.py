"""What comparisons are made of: a cube of order lines per category, deliveries, locations.

There is no roll-up by location, product and month, because it would have about as many rows as
there are lines. Adding lines up by their texts costs far more than reading them, so what lines have
in common is found first (``_kinds``), and then each is read as three small numbers and its amounts.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nami_monitor.core.periods import add_months, month_range, months_between
from nami_monitor.core.words import Unit
from nami_monitor.kpis.context import DeliveredMonth, Exemptions, exemptions, order_deliveries
from nami_monitor.kpis.interventions.plans import UNPLANNED, Judgement, judgements
from nami_monitor.kpis.interventions.register import Intervention, interventions
from nami_monitor.kpis.privacy import ProtectedSet, StaffedSite, all_sites, protected
from nami_monitor.store import Transaction
from nami_monitor.store.rollups import of_line

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

READINGS: Final = {Unit.BASE: "quantity", Unit.KG: "mass_kg", Unit.EUR: "amount_eur"}
"""The units in which an effect can be read, and the measure of order lines that each adds up."""

KEPT_AT_MOST: Final = 128 * 2**20
"""Bytes of panels that a cube keeps, because interventions of a category ask for the same ones."""


@dataclass(frozen=True)
class CubePart:
    """What the rows of a cube have in common.

    ``product`` is the source and number of an article that is named, else None; ``group`` the
    product group, or the number where there is none. Group and base unit are empty where nobody
    says.
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
        months: months from the first to the last with lines.
        starts: where the rows of each part start, and where those of the last one end.
        cell: position of each row's location times the number of months, plus that of its month.
        sums: per measure of ``READINGS`` the amount of each row; missing values count as nothing.
        totals: per measure that says how much is known, the sum of each part.
    """

    locations: tuple[str, ...]
    months: tuple[date, ...]
    parts: tuple[CubePart, ...]
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
        """What some parts add up to, ``(locations, months)``; shared, so not to be changed."""
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


KINDS: Final = (
    *("category", "channel", "contract_id", "source"),
    *("product_source", "product_id", "product_group", "same_as", "base_unit"),
)
"""The columns by which lines are grouped, next to location and month."""
TOTALS: Final = ("lines_with_quantity", "lines_with_amount", "handled", "handled_with_mass")
AMOUNTS: Final = tuple(READINGS.values())
LINES_APART: Final = 5_000_000
"""Up to so many lines are read as they are, which is twice as quick as adding them up first."""
NONE: Final = ""
"""A text that the data does not state."""
START: Final = date(1970, 1, 1)
"""Months are numbered from this one."""

Lot = tuple[str, CubePart]
"""A category and what rows of its cube have in common."""


def read_cubes(
    db: Transaction, categories: Collection[str], named: Collection[tuple[str, str]]
) -> dict[str, Cube]:
    """The cube of every category that has order lines.

    Articles that no intervention names are added up by product group; an article without a group is
    a group of its own, with those that are the same elsewhere.

    ``named`` is source and number of the articles that must stand by themselves.
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
    """Kind, place and month of each line by their numbers, and its amounts; many are added up."""
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
    return category, CubePart(channel, contract, source, alone, group or same_as or product, unit)


def _rank(lot: Lot) -> tuple[object, ...]:
    category, part = lot
    product = part.product or (NONE, NONE)
    return category, part.channel, part.contract, part.source, product, part.group, part.base_unit


def _cube(
    codes: Sequence[str],
    parts: Sequence[CubePart],
    starts: Ints,
    rows: Mapping[str, Floats | Ints],
    totals: Mapping[str, Floats],
) -> Cube:
    """The cube of rows that stand in the order of their parts."""
    place, month = (rows[name].astype(np.int64, copy=False) for name in ("place", "month"))
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


def same_articles(db: Transaction, codes: Collection[str]) -> dict[str, frozenset[tuple[str, str]]]:
    """For each article number the articles that bear it, and those that are the same elsewhere.

    Each by source and number; nothing for a number that no source has.
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


Articles = Mapping[str, frozenset[tuple[str, str]]]
"""By article number, the articles of each source that bear it or are the same."""
History = Mapping[str, Mapping[date, DeliveredMonth]]
"""Per source what it owed and delivered, by month."""


Gaps = Mapping[tuple[str, date], frozenset[str]]
"""By source and month, the locations that a delivery left out which owed all of them."""


@dataclass(frozen=True)
class PanelData:
    """Everything that was read for some categories: their order lines, and the whole register.

    ``articles`` are those behind every number that an intervention names; ``gaps`` locations that
    were left out of a delivery; ``excused`` strategies that do not apply, by category and strategy;
    ``judgements`` where the evaluation of each measure on record stands.
    """

    register: tuple[Intervention, ...]
    cubes: Mapping[str, Cube]
    articles: Articles
    history: History
    gaps: Gaps
    locations: Mapping[str, StaffedSite]
    protected: tuple[ProtectedSet, ...]
    excused: Exemptions
    judgements: Mapping[str, Judgement]

    def judgement(self, one: Intervention) -> Judgement:
        """Where the evaluation of a measure stands; of one that is not on record, nowhere yet."""
        return self.judgements.get(one.code, UNPLANNED)

    def absent(self, feeds: Sequence[Collection[str]], months: Sequence[date]) -> frozenset[str]:
        """Locations that deliveries left out which owed all of them.

        ``feeds`` holds the sources of each series that is compared.
        """
        return frozenset(
            code
            for feed in feeds
            for source in feed
            for month in months
            for code in self.gaps.get((source, month), frozenset())
        )


def read_panel_data(
    db: Transaction, categories: Collection[str] | None = None, more: Collection[str] = ()
) -> PanelData:
    """Read the register, the order lines, the deliveries and the locations.

    Without ``categories`` all that have an intervention are read. ``more`` is article numbers that
    no intervention of the register names.
    """
    register = interventions(db)
    wanted = {one.category for one in register} if categories is None else set(categories)
    named = {code for one in register if one.category in wanted for code in one.named_products}
    articles = same_articles(db, named | set(more))
    alone = {article for found in articles.values() for article in found}
    return PanelData(
        register=register,
        cubes=read_cubes(db, wanted, alone),
        articles=articles,
        history=order_deliveries(db),
        gaps=_gaps(db),
        locations={site.location: site for site in all_sites(db)},
        protected=protected(db),
        excused=exemptions(db),
        judgements=judgements(db),
    )


def _gaps(db: Transaction) -> dict[tuple[str, date], frozenset[str]]:
    rows = db.rows(
        "with short as (select source, month from source_months where table_name = 'orders'"
        " and share > 0 and share < 1)"
        " select s.source, s.month, list(l.location_id)"
        " from short as s cross join location_facts as l"
        " where (s.source, s.month, l.location_id) not in (select (p.source, p.month,"
        " p.location_id) from by_place as p join short using (source, month))"
        " and coalesce(l.opened_on <= s.month, true) and coalesce(l.closed_on >= s.month, true)"
        " group by all"
    )
    return {(source, month): frozenset(locations) for source, month, locations in rows}
