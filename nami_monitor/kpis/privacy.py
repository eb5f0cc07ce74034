"""What few people bought is told only together with what others bought.

Hiding a cell is not enough: totals less the other cells would give it away, within one question or
across several with other filters. So small places stand together in *protected sets* of at least
two, formed over all data and never from a question. A set belongs to a category, and to orders,
requests or assets, because a place that has none of them there hides nothing. In a sum of
organisations these are protected as places are, too.

A figure that speaks of a part of a set is hidden when the question is finer than place and
category, and when any month of a place of the set holds one article or too few orders: other
periods would give that month away. So no sum or difference of shown figures parts a set. Rows of
places in a set are never told.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import inf
from typing import Final

from nami_monitor.core.thresholds import SMALL_CELL_ORDERS, SMALL_CELL_STAFF
from nami_monitor.core.words import Flag, State
from nami_monitor.kpis.questions import EMPTY, ORDERS, Ask, Relation
from nami_monitor.kpis.result import KpiResult, Reason
from nami_monitor.store import Transaction
from nami_monitor.store.rollups import is_sum
from nami_monitor.store.transaction import literal, literals

STAFF: Final = ("fte", "headcount", "staff")
"""Activity measures that count people."""

PLACES: Final = frozenset({"location", "group"})
COARSE: Final = PLACES | {
    "category", "lines", "amount_eur", "lines_with_amount", "quantity", "lines_with_quantity",
}  # fmt: skip
"""Dimensions and measures that tell no article of a cell with several."""

PRIVATE: Final = {
    "orders": "by_place", "requests": "by_request", "assets": "by_asset",
    "asset_events": "by_asset",
}  # fmt: skip
"""Tables that tell what a place had, with the roll-up that says which places have anything."""
DELIVERED: Final = {ORDERS: "by_place", "by_request": "by_request", "by_asset": "by_asset"}
"""The same by what delivers the months of a relation; figures of others speak of no place."""


@dataclass(frozen=True)
class StaffedSite:
    """A location with the fewest staff that it ever had, None where nobody says.

    ``orders`` is how many order lines it ever had.
    """

    location: str
    group: str | None
    staff: float | None
    opened_on: date | None = None
    closed_on: date | None = None
    orders: float = inf

    @property
    def small(self) -> bool:
        """Whether it ever had too few staff; where that is not known, whether it orders little."""
        if self.staff is None:
            return self.orders < SMALL_CELL_ORDERS.value
        return self.staff < SMALL_CELL_STAFF.value


@dataclass(frozen=True)
class ProtectedSet:
    """Places, with their groups, of which nothing fine is told apart in a category.

    They are at least two, unless only one has anything there. ``rolled`` is the roll-up of what
    they have; the category is None for what has none.
    """

    rolled: str
    category: str | None
    places: Mapping[str, str | None]


def all_sites(db: Transaction) -> list[StaffedSite]:
    """Every location with its staff."""
    rows = db.rows_again(
        "select l.location_id, any_value(l.location_group), min(a.value), any_value(l.opened_on),"
        " any_value(l.closed_on), coalesce(any_value(o.lines), 0) from location_facts as l"
        f" left join activity as a on a.location_id = l.location_id and a.measure in"
        f" {literals(STAFF)} left join (select location_id, sum(lines) as lines from by_place"
        " group by location_id) as o on o.location_id = l.location_id group by l.location_id"
    )
    return [StaffedSite(*row) for row in rows]


def protected(db: Transaction) -> tuple[ProtectedSet, ...]:
    """The protected sets of a database."""
    return db.once("protected", lambda: _protected(db))


def _protected(db: Transaction) -> tuple[ProtectedSet, ...]:
    sites = {site.location: site for site in all_sites(db)}
    if not any(site.small for site in sites.values()):
        return ()
    members: dict[tuple[str, str | None], list[StaffedSite]] = defaultdict(list)
    there = " union ".join(
        f"select '{name}', category, location_id from {name}" for name in DELIVERED.values()
    )
    for rolled, category, location in db.rows(there):
        if location in sites:
            members[rolled, category].append(sites[location])
    of_groups = _as_places(sites.values()) if is_sum(db) else {}
    return tuple(
        ProtectedSet(*key, {place: sites[place].group for place in sorted(whole)})
        for key, own in members.items()
        for whole in (*protected_sets(own), *_sets_of_groups(own, of_groups))
    )


def _as_places(sites: Iterable[StaffedSite]) -> dict[str | None, StaffedSite]:
    """Each group as if it were one place: in a sum of organisations these are what is compared."""
    members: dict[str | None, list[StaffedSite]] = defaultdict(list)
    for site in sites:
        members[site.group].append(site)
    return {
        group: StaffedSite(
            location=group or "",
            group=None,
            staff=sum(staff) if (staff := [one.staff for one in own if one.staff]) else None,
            orders=sum(one.orders for one in own),
        )
        for group, own in members.items()
    }


def _sets_of_groups(
    sites: Sequence[StaffedSite], of_groups: Mapping[str | None, StaffedSite]
) -> list[frozenset[str]]:
    """The places of groups that stand together, because one of them is small as a whole."""
    there = {of_groups[site.group] for site in sites if site.group in of_groups}
    return [
        frozenset(site.location for site in sites if site.group in whole)
        for whole in protected_sets(there)
    ]


def protected_sets(sites: Collection[StaffedSite]) -> list[frozenset[str]]:
    """Small sites by group, at least two together.

    A single small site stands with the next smallest of its group; where a group has no other,
    the lonely ones of all groups stand together, with the next smallest of all if need be.
    """
    by_group: dict[str | None, list[StaffedSite]] = defaultdict(list)
    for site in sorted(sites, key=_size):
        by_group[site.group].append(site)
    made, lonely = [], set()
    for members in by_group.values():
        small = {site.location for site in members if site.small}
        together = small if len(small) > 1 else small | _next(members, small)
        if small and len(together) > 1:
            made.append(frozenset(together))
        else:
            lonely |= small
    if len(lonely) == 1:
        joined = _next(sorted(sites, key=_size), lonely)
        whole = next((whole for whole in made if joined & whole), frozenset(joined))
        made = [other for other in made if other != whole]
        lonely |= whole
    return [*made, *([frozenset(lonely)] if lonely else [])]


def _next(members: Sequence[StaffedSite], but: set[str]) -> set[str]:
    """The smallest of some sites in order that is not among others; none where all are."""
    return {site.location for site in [one for one in members if one.location not in but][:1]}


def _size(site: StaffedSite) -> tuple[bool, float, str]:
    unknown = site.staff is None
    return (unknown, site.orders if unknown else site.staff or 0.0, site.location)


def _thin_cells(db: Transaction) -> set[tuple[str, str | None]]:
    """Place and category of which some month holds one article or too few orders.

    Lines with an amount, and those with a quantity, are looked at by themselves too.
    """
    known = ("lines", "with_amount", "with_quantity")
    few = " or ".join(f"{name} between 1 and {SMALL_CELL_ORDERS.value - 1:g}" for name in known)
    rows = db.rows_again(
        "select distinct location_id, category from by_cell where"
        f" case counts when 'articles' then 1 in ({', '.join(known)}) else {few} end"
    )
    return set(rows)


def is_private(db: Transaction, ask: Ask, table: str) -> bool:
    """Whether rows of a private table, or anything else as fine, may not be told of a question.

    Any filter on places counts as a choice of places, whatever its length.
    """
    return _parted(_of(db, PRIVATE[table]), ask, {})


def _of(db: Transaction, rolled: str) -> list[ProtectedSet]:
    """The protected sets of a roll-up."""
    return [one for one in protected(db) if one.rolled == rolled]


def _thin(db: Transaction, rolled: str) -> list[ProtectedSet]:
    """Those of which a month of one place may hold a single article or too few orders."""
    sets = _of(db, rolled)
    if rolled != "by_place" or not sets:
        return sets
    thin = _thin_cells(db)
    return [one for one in sets if any((place, one.category) in thin for place in one.places)]


def _parted(sets: Sequence[ProtectedSet], ask: Ask, keys: Mapping[str, str | None]) -> bool:
    """Whether a group of a question speaks of a part of one of some sets.

    What names no place is about the whole organisation.
    """
    stated = [
        (name, {None if value == EMPTY else value for value in values})
        for name, values in [*ask.filters.items(), *((key, (keys[key],)) for key in keys)]
        if name in PLACES
    ]
    if not stated:
        return False
    categories = {None if name == EMPTY else name for name in ask.categories(keys)}

    def told(one: ProtectedSet) -> int:
        """Of how many places of a set it speaks."""
        places = one.places
        if "location" in keys:
            places = {place: places[place] for place in places.keys() & {keys["location"]}}
        return sum(
            all({"location": place, "group": group}[name] in values for name, values in stated)
            for place, group in places.items()
        )

    return any(
        0 < told(one) < max(2, len(one.places))
        for one in sets
        if not categories or one.category in categories
    )


def hide_small_cells(
    db: Transaction,
    results: Sequence[KpiResult],
    ask: Ask,
    relation: Relation,
    named: Collection[str],
) -> list[KpiResult]:
    """Hide the figures that speak of a part of a protected set.

    Which articles, contracts or channels a place has would tell as much, so hidden groups of the
    same places and category become one without other keys. ``relation`` is what they read, and
    ``named`` the dimensions and measures that their aggregates speak of.
    """
    rolled = DELIVERED.get(relation.delivered_by)
    if rolled is None or not PLACES & set(ask.used):
        return list(results)
    finer = not {*ask.used, *named} <= COARSE
    sets = _of(db, rolled) if finer else _thin(db, rolled)
    parted: dict[tuple[str | None, ...], bool] = {}
    told, shown = set(), []
    for result in results if sets else ():
        coarse = {name: key for name, key in result.keys.items() if name in COARSE}
        at = tuple(coarse.values())
        if at not in parted:
            parted[at] = _parted(sets, ask, coarse)
        if not parted[at]:
            shown.append(result)
        elif (at, result.period) not in told:
            told.add((at, result.period))
            shown.append(hidden(result))
    return shown if sets else list(results)


def hidden(result: KpiResult) -> KpiResult:
    """A figure of which nothing is told but its period, its places and its category."""
    keys = {name: key if name in COARSE else None for name, key in result.keys.items()}
    if result.state is State.NOT_APPLICABLE:
        return replace(result, keys=keys)
    reason = Reason("small_cell", {"staff": SMALL_CELL_STAFF.value})
    known = (result.code, result.period, keys, State.NOT_COMPUTABLE, result.unit, result.version)
    return KpiResult(*known, result.evidence, flags=(Flag.SMALL_CELL,), reason=reason)


TOLD: Final = "true"
"""SQL where every row may be told."""


def may_be_told(db: Transaction, table: str, row: str = "") -> str:
    """SQL of whether a row of a table may be told: its place is in no protected set.

    ``row`` is the alias of the row, with its dot; one of a private table has ``location_id`` and
    ``category``.
    """
    sets = _of(db, PRIVATE[table]) if table in PRIVATE else ()
    cells = sorted((place, one.category or "") for one in sets for place in one.places)
    if not cells:
        return TOLD
    listed = ", ".join(f"({literal(place)}, {literal(of)})" for place, of in cells)
    return f"(coalesce({row}location_id, ''), coalesce({row}category, '')) not in ({listed})"


def lines_query(db: Transaction, table: str) -> str:
    """SQL of the live rows of a table that may be told."""
    told = may_be_told(db, table)
    if table == "asset_events" and told != TOLD:
        told = f"asset_id not in (select asset_id from assets where not {told})"
    return f"select * from {table} where {told}"
