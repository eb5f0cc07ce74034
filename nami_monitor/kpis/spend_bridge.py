"""Why spend changed: price, volume and mix per article, from what was ordered in two periods."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from nami_monitor.core.errors import UserError
from nami_monitor.core.words import Flag, OverTime, State
from nami_monitor.kpis import privacy
from nami_monitor.kpis.added import added_up
from nami_monitor.kpis.bridge import Bought, Bridge, Product, bridge
from nami_monitor.kpis.catalogue.reduce import REDUCE_SPEND_BRIDGE
from nami_monitor.kpis.relations import RELATIONS, choose
from nami_monitor.kpis.result import KpiResult
from nami_monitor.kpis.scope import Ask, filter_sql, periods_of, periods_sql
from nami_monitor.store import Transaction

SPEND: Final = replace(REDUCE_SPEND_BRIDGE, over_time=OverTime.SUM)
"""What changed, summed up; it does not apply where Reduce does not."""

ARTICLE: Final = "article"
READS: Final = ("by_product", "order_lines")
"""Where articles stand; order lines alone know at which location."""

NO_ARTICLE: Final = ""
"""The key of what was ordered without an article."""


@dataclass(frozen=True)
class SpendBridge:
    """A change of spend between two periods.

    Args:
        before: spend in the earlier period.
        after: spend in the later period.
        products: what was bought of each article, by key; ``NO_ARTICLE`` for lines without one.
        bridge: the parts; None where there is no change to explain.
        refunds: how many articles are unsplit because more was sent back than bought.
        unknown: how many are unsplit because not every line states its quantity.
        lacking: the figure whose reason says why there is no bridge; None where there is.
    """

    before: KpiResult
    after: KpiResult
    products: Mapping[str, Product[str]]
    bridge: Bridge[str] | None
    refunds: int = 0
    unknown: int = 0
    lacking: KpiResult | None = None

    @property
    def flags(self) -> tuple[Flag, ...]:
        """What a reader must know of either period."""
        return tuple(dict.fromkeys((*self.after.flags, *self.before.flags)))


def spend_bridge(db: Transaction, ask: Ask) -> SpendBridge:
    """The bridge from the spend of a year earlier to that of a period.

    Articles of several suppliers that are the same count as one, so that another supplier's price
    is a price and not a new article.

    Args:
        db: a consistent look at the file.
        ask: the later period (the last of the question) and the filters.

    Raises:
        UserError: ``why.no_data`` without any month; or what ``compute`` raises.
    """
    ask = replace(ask, last=1, by=())
    periods = periods_of(db, ask)
    if not periods:
        raise UserError("why.no_data")
    span = [periods[-1].a_year_earlier(), periods[-1]]
    before, after = added_up(db, SPEND, ask, span)
    detailed = replace(ask, by=(ARTICLE,))
    keyed = [replace(one, keys={ARTICLE: None}) for one in (after, before)]
    judged = (after, before, *privacy.hide_small_cells(db, keyed, detailed))
    lacking = next((one for one in judged if one.state is not State.VALUE), None)
    if lacking:
        return SpendBridge(before, after, {}, None, lacking=lacking)
    rows = _bought(db, detailed, periods_sql(span))
    products = {row.key: row.product for row in rows}
    return SpendBridge(
        before,
        after,
        products,
        bridge(products.values()),
        refunds=sum(row.refunded for row in rows),
        unknown=sum(row.unknown for row in rows),
    )


@dataclass(frozen=True)
class _Row:
    """One article: what was bought of it, and why it may not be split."""

    key: str
    product: Product[str]
    refunded: bool
    unknown: bool


def _bought(db: Transaction, ask: Ask, span: str) -> list[_Row]:
    """What was bought of each article in the earlier (0) and the later (1) period."""
    relation = choose(READS, ask.used)
    article, unit = (RELATIONS[relation.name].dimensions[name] for name in (ARTICLE, "base_unit"))
    test, parameters = filter_sql(relation, ask.filters)
    rows = db.rows(
        f"select coalesce({article}, '') as key, min({unit}), count(distinct coalesce({unit}, '')),"
        + ",".join(
            f" sum({what}) filter (where no = {no})"
            for no in (0, 1)
            for what in ("lines", "amount_eur", "quantity", "lines_with_amount",
                         "lines_with_quantity")
        )
        + f" from {relation.source(ask.used)} join {span} on r.month between first and last"
        f" where {test} group by key order by key",
        parameters,
    )  # fmt: skip
    return [_row(*row) for row in rows]


def _row(key: str, unit: str | None, units: int, *sums: Any) -> _Row:
    sides = [_side(key, units, *found) for found in (sums[:5], sums[5:])]
    there = [side for side in sides if side]
    unknown = any(side.quantity is None for side in there)
    refunded = not unknown and any(
        side.amount <= 0 or (side.quantity is not None and side.quantity <= 0) for side in there
    )
    if key == NO_ARTICLE:
        sides = [side or Bought(0) for side in sides]  # it is no article that comes or goes
    return _Row(key, Product(key, unit or key, *sides), refunded, unknown and key != NO_ARTICLE)


def _side(
    key: str,
    units: int,
    lines: int | None,
    amount: float | None,
    quantity: float | None,
    with_amount: int | None,
    with_quantity: int | None,
) -> Bought | None:
    """What was bought in one period; its quantity where as many lines state it as an amount.

    A supplier may send amounts and quantities in two files, so lines are compared as totals.
    """
    if not lines:
        return None
    whole = key != NO_ARTICLE and units == 1 and bool(with_amount) and with_amount == with_quantity
    return Bought(amount or 0.0, quantity if whole else None)
