"""Figures and rows of products at sites with few staff are hidden: they can point at a person.

Hiding a cell is not enough: totals less the other cells would give it away, within one question or
across several with other filters. So small sites stand together in *protected sets* of at least
two, the same for every question, and a figure with product detail is shown only if it speaks of a
whole set or of none of it. No sum or difference of shown figures can then part a set.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from nami_monitor.core.thresholds import SMALL_CELL_STAFF
from nami_monitor.core.words import Flag, State
from nami_monitor.kpis.questions import EMPTY, Ask
from nami_monitor.kpis.result import KpiResult, Reason
from nami_monitor.store import Transaction
from nami_monitor.store.transaction import literals

STAFF = ("fte", "headcount", "staff")
"""Activity measures that count people."""

PRODUCTS = {"product", "article"}
PLACES = {"location", "group"}


@dataclass(frozen=True)
class StaffedSite:
    """A location: its group, the fewest staff it ever had, and when it opened and closed."""

    location: str
    group: str | None
    staff: float | None
    opened_on: date | None = None
    closed_on: date | None = None

    @property
    def small(self) -> bool:
        """Whether it ever had too few staff."""
        return self.staff is not None and self.staff < SMALL_CELL_STAFF.value


def hide_small_cells(db: Transaction, results: Sequence[KpiResult], ask: Ask) -> list[KpiResult]:
    """Hide figures with product detail that speak of a part of a protected set.

    Any filter on products or places counts as detail, whatever its length.
    """
    if not PRODUCTS & set(ask.used) or not PLACES & set(ask.used):
        return list(results)
    sites = all_sites(db)
    protected = protected_sets(sites)
    hidden: dict[tuple[str | None, ...], bool] = {}
    shown = []
    for result in results:
        keys = tuple(result.keys.get(name, "") for name in sorted(PLACES))
        if keys not in hidden:
            part = _places(sites, result, ask)
            hidden[keys] = any(
                part & whole and (not whole <= part or len(whole) == 1) for whole in protected
            )
        hide = hidden[keys] and result.state is not State.NOT_APPLICABLE
        shown.append(_hide(result) if hide else result)
    return shown


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
        small = sum(site.small for site in members)
        together = {site.location for site in members[: max(small, 2)]}
        if small and len(together) > 1:
            made.append(frozenset(together))
        elif small:
            lonely |= together
    if len(lonely) == 1:
        others = [site.location for site in sorted(sites, key=_size) if site.location not in lonely]
        joined = next((whole for whole in made if set(others[:1]) & whole), frozenset(others[:1]))
        made = [whole for whole in made if whole != joined]
        lonely |= joined
    return [*made, *([frozenset(lonely)] if lonely else [])]


def _size(site: StaffedSite) -> tuple[bool, float, str]:
    return (site.staff is None, site.staff or 0.0, site.location)


def all_sites(db: Transaction) -> list[StaffedSite]:
    """Every location with its staff."""
    rows = db.rows(
        "select l.location_id, any_value(l.location_group), min(a.value), any_value(l.opened_on),"
        " any_value(l.closed_on) from location_facts as l"
        " left join activity as a on a.location_id = l.location_id"
        f" and a.measure in {literals(STAFF)} group by l.location_id"
    )
    return [StaffedSite(*row) for row in rows]


def _places(sites: Sequence[StaffedSite], result: KpiResult, ask: Ask) -> set[str]:
    """The locations of which a figure speaks."""
    fixed = {name: (key or EMPTY,) for name, key in result.keys.items()}
    stated = [*ask.filters.items(), *fixed.items()]
    return {
        site.location
        for site in sites
        if all(site.location in values for name, values in stated if name == "location")
        and all((site.group or EMPTY) in values for name, values in stated if name == "group")
    }


def _hide(result: KpiResult) -> KpiResult:
    return replace(
        result,
        state=State.NOT_COMPUTABLE,
        value=None,
        low=None,
        high=None,
        numerator=None,
        denominator=None,
        completeness=None,
        flags=(Flag.SMALL_CELL,),
        reason=Reason("small_cell", {"staff": SMALL_CELL_STAFF.value}),
    )


FLAG: Final = "small_cell"
"""The column that says of which lines something was left out."""


@dataclass(frozen=True)
class PrivateTable:
    """A table that tells which product a site had.

    Args:
        dated_by: the date that puts a line into a month.
        product: the columns that name the product.
        size: how much a line weighs, to find the next smallest site.
        hidden: the columns that would tell the product, or who ordered it.
    """

    dated_by: str
    product: tuple[str, ...]
    size: str
    hidden: tuple[str, ...]


PRIVATE: Final[dict[str, PrivateTable]] = {
    "orders": PrivateTable(
        "ordered_on",
        ("product_source", "product_id"),
        "coalesce(quantity, amount_eur)",
        (
            "product_id", "product_group", "base_unit", "unit_mass_kg", "attributes", "same_as",
            "supplier", "order_ref", "text",
        ),
    ),
    "requests": PrivateTable("requested_on", ("product_id",), "quantity", ("product_id", "reason")),
    "assets": PrivateTable("acquired_on", ("product_id",), "1", ("product_id",)),
}  # fmt: skip


def hidden_cells(table: str, within: str = "true") -> str:
    """The products whose lines at a site in a month must not be told.

    Args:
        table: one of ``PRIVATE``.
        within: a test on the lines that are looked at; it must hold for all lines of a product in
            a month, or for none.

    Returns:
        SQL of month, location and the columns that name the product.
    """
    rule = PRIVATE[table]
    product = ", ".join(rule.product)
    return (
        f"with cells as (select {_month(rule)} as month, location_id, {product},"
        f" abs(sum({rule.size})) as size from {table} where product_id is not null and {within}"
        " group by all),"
        " judged as (select c.*, exists (select 1 from activity as a"
        f" where a.location_id = c.location_id and a.measure in {literals(STAFF)}"
        f" and a.value < {SMALL_CELL_STAFF.value} and c.month between a.first_month"
        " and a.last_month) as small from cells as c),"
        f" alone as (select month, {product}, arg_min(location_id, (coalesce(size, 0),"
        " location_id)) filter (where not small) as location_id from judged"
        " group by all having count(*) filter (where small) = 1)"
        f" select month, location_id, {product} from judged where small"
        f" union select month, location_id, {product} from alone where location_id is not null"
    )


def is_hidden(table: str, row: str, cell: str) -> str:
    """A test that a line lies in a hidden cell, to join the two by.

    ``row`` and ``cell`` are the aliases of the two.
    """
    rule = PRIVATE[table]
    same = " and ".join(f"{cell}.{name} is not distinct from {row}.{name}" for name in rule.product)
    return (
        f"{cell}.location_id = {row}.location_id and {cell}.month = {_month(rule, row)} and {same}"
    )


def _month(rule: PrivateTable, row: str = "") -> str:
    column = f"{row}.{rule.dated_by}" if row else rule.dated_by
    return f"cast(date_trunc('month', {column}) as date)"


def lines_query(table: str) -> str:
    """SQL of the live lines of a table, without what could point at a person.

    Returns:
        SQL; where a table tells which product a site had, with the column ``small_cell``, true on
        the lines of which something was left out.
    """
    rule = PRIVATE.get(table)
    if rule is None:
        return f"select * from {table}"
    blanked = ", ".join(
        f"case when h.location_id is null then t.{name} end as {name}" for name in rule.hidden
    )
    return (
        f"select t.* replace ({blanked}), h.location_id is not null as {FLAG} from {table} as t"
        f" left join ({hidden_cells(table)}) as h on {is_hidden(table, 't', 'h')}"
    )
