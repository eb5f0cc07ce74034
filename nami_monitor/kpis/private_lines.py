"""Lines as they may leave: what was bought at a site with a handful of staff is left out.

The rule is that of ``privacy``: a product at a site with too few staff in a month can point at a
person; and where exactly one site of a product would be hidden, the next smallest is hidden too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from nami_monitor.core.thresholds import SMALL_CELL_STAFF
from nami_monitor.kpis.privacy import STAFF
from nami_monitor.store.quoting import words

FLAG: Final = "small_cell"
"""The column that says of which lines something was left out."""


@dataclass(frozen=True)
class Private:
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


PRIVATE: Final[dict[str, Private]] = {
    "orders": Private(
        "ordered_on",
        ("product_source", "product_id"),
        "coalesce(quantity, amount_eur)",
        (
            "product_id", "product_group", "base_unit", "unit_mass_kg", "attributes", "same_as",
            "supplier", "order_ref", "text",
        ),
    ),
    "requests": Private("requested_on", ("product_id",), "quantity", ("product_id", "reason")),
    "assets": Private("acquired_on", ("product_id",), "1", ("product_id",)),
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
        f" where a.location_id = c.location_id and a.measure in {words(STAFF)}"
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

    Args:
        table: one of ``PRIVATE``.
        row: alias of the lines.
        cell: alias of the hidden cells.
    """
    rule = PRIVATE[table]
    same = " and ".join(f"{cell}.{name} is not distinct from {row}.{name}" for name in rule.product)
    return (
        f"{cell}.location_id = {row}.location_id and {cell}.month = {_month(rule, row)} and {same}"
    )


def _month(rule: Private, row: str = "") -> str:
    column = f"{row}.{rule.dated_by}" if row else rule.dated_by
    return f"cast(date_trunc('month', {column}) as date)"


def lines_query(table: str) -> str:
    """The lines of a table that count, as they may leave.

    Args:
        table: an input table.

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
