"""The two roll-ups, from one declaration, refreshed for the months that an import touches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nami_monitor.store.engine import Transaction

MEASURES = {
    "lines": "count(*)",
    "quantity": "sum(quantity)",
    "lines_with_quantity": "count(quantity)",
    "amount_eur": "sum(amount_eur)",
    "lines_with_amount": "count(amount_eur)",
    "mass_kg": "sum(quantity * unit_mass_kg)",
    "handled": "sum(abs(quantity))",
    "handled_with_mass": "sum(case when unit_mass_kg is not null then abs(quantity) end)",
}
"""What is added up, and how: the same in both roll-ups.

``handled`` counts refunds as quantities too, so that shares of it lie between 0 and 1.
"""


@dataclass(frozen=True)
class Rollup:
    """Sums of live order lines by month and dimensions.

    Args:
        name: the table in the file.
        dimensions: column and the SQL over the view ``orders`` that fills it.
    """

    name: str
    dimensions: dict[str, str]

    @property
    def ddl(self) -> str:
        """The table's definition."""
        dimensions = ", ".join(f'"{name}" varchar' for name in self.dimensions)
        counts = ", ".join(
            f"{name} {'bigint' if sql.startswith('count') else 'double'}"
            for name, sql in MEASURES.items()
        )
        return f"create table {self.name} (month date, {dimensions}, {counts})"

    @property
    def query(self) -> str:
        """The rows that the roll-up should hold."""
        dimensions = ", ".join(f'{sql} as "{name}"' for name, sql in self.dimensions.items())
        measures = ", ".join(f"{sql} as {name}" for name, sql in MEASURES.items())
        return (
            f"select cast(date_trunc('month', ordered_on) as date) as month, {dimensions},"
            f" {measures} from orders"
        )


SHARED = {
    "source": "source",
    "category": "category",
    "channel": "channel",
    "condition": "condition",
    "base_unit": "base_unit",
    "location_id": "location_id",
}
BY_PLACE = Rollup("by_place", SHARED | {"stream": "stream", "contract_id": "contract_id"})
BY_PRODUCT = Rollup(
    "by_product",
    SHARED
    | {
        "product_source": "product_source",
        "product_id": "product_id",
        "product_group": "product_group",
        "article": "coalesce(same_as, product_source || '/' || product_id)",
    },
)
ROLLUPS = (BY_PLACE, BY_PRODUCT)

LINES_AT_ONCE = 3_000_000
"""Order lines that are added up in one go: enough to be quick, few enough to fit in memory."""


def refresh(db: Transaction, months: Sequence[date] | None) -> None:
    """Bring the roll-ups in line with the order lines.

    Args:
        db: the transaction that changed the lines.
        months: the months touched; None for all of them.
    """
    tables = (*(rollup.name for rollup in ROLLUPS), "delivered")
    for name in tables:
        if months is None:
            db.run(f"delete from {name}")
        for first, end in _spans(sorted(set(months or ()))):
            db.run(f"delete from {name} where month >= ? and month < ?", [first, end])
    for first, end in _parts(db, months):
        for rollup in ROLLUPS:
            db.run(
                f"insert into {rollup.name} {rollup.query}"
                " where ordered_on >= ? and ordered_on < ? group by all",
                [first, end],
            )
        db.run(
            "insert into delivered select source, month, sum(lines), count(distinct location_id),"
            f" count(distinct product_id) from {BY_PRODUCT.name}"
            " where month >= ? and month < ? group by source, month",
            [first, end],
        )


def _parts(db: Transaction, months: Sequence[date] | None) -> list[tuple[date, date]]:
    """Spans that hold the order lines of the months, each of at most LINES_AT_ONCE or one month."""
    rows = db.rows(
        "select month, sum(lines) from batch_months where table_name = 'orders'"
        " and (? or month in (select unnest(?::date[]))) group by month order by month",
        [months is None, list(months or ())],
    )
    parts: list[tuple[date, date]] = []
    held = 0
    for month, lines in rows:
        after = _spans([month])[0][1]
        if parts and parts[-1][1] == month and held + lines <= LINES_AT_ONCE:
            parts[-1] = (parts[-1][0], after)
            held += lines
        else:
            parts.append((month, after))
            held = lines
    return parts


def _spans(months: Sequence[date]) -> list[tuple[date, date]]:
    """Runs of adjoining months as (first, the month after the last)."""
    spans: list[tuple[date, date]] = []
    for month in months:
        after = date(month.year + month.month // 12, month.month % 12 + 1, 1)
        if spans and spans[-1][1] == month:
            spans[-1] = (spans[-1][0], after)
        else:
            spans.append((month, after))
    return spans


def refresh_activity(db: Transaction) -> None:
    """Bring the activity per location and whole months in line with the measurements.

    Figures of one location, measure and span are added up: a site may have several parts.
    """
    db.run("delete from activity")
    db.run(
        "insert into activity select activity_measure, location_id,"
        " cast(date_trunc('month', period_start) as date),"
        " cast(date_trunc('month', period_end) as date),"
        " date_diff('month', period_start, period_end) + 1, sum(value), bool_or(proxy)"
        " from measurements where location_id is not null group by all"
    )


def refresh_facts(db: Transaction) -> None:
    """Bring what figures need of categories and locations in line with the masters."""
    db.run("delete from category_facts")
    db.run(
        "insert into category_facts by name select category, activity_measure,"
        " columns('(refuse|rethink|reduce)_(applies|reason|legal_basis|look_again_on)')"
        " from categories"
    )
    db.run("delete from location_facts")
    db.run(
        'insert into location_facts select location_id, "group", opened_on, closed_on'
        " from locations"
    )
