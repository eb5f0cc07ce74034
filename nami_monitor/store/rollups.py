"""The two roll-ups, from one declaration, refreshed for the months that an import touches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nami_monitor.store.engine import Transaction

SUMMED = {
    "lines": "1",
    "quantity": "quantity",
    "lines_with_quantity": "cast(quantity is not null as integer)",
    "amount_eur": "amount_eur",
    "lines_with_amount": "cast(amount_eur is not null as integer)",
    "mass_kg": "quantity * unit_mass_kg",
    "co2e_kg": "quantity * unit_co2e_kg",
    "handled": "abs(quantity)",
    "handled_kg": "abs(quantity * unit_mass_kg)",
    "handled_eur": "abs(amount_eur)",
}
"""What an order line gives to a measure; the roll-ups hold the sums.

What is ``handled`` counts refunds as quantities too, so that shares of it lie between 0 and 1.
"""
KNOWN = {
    "handled_with_mass": ("mass_kg", "handled"),
    "handled_with_co2e": ("co2e_kg", "handled"),
    "handled_kg_with_co2e": ("co2e_kg", "handled_kg"),
    "handled_eur_with_co2e": ("co2e_kg", "handled_eur"),
}
"""Measures that count what is handled only where the article has a factor."""
MEASURES = (*SUMMED, *KNOWN)


def of_line(measure: str) -> str:
    """The SQL of a measure of one order line, over ``orders``."""
    if measure in SUMMED:
        return SUMMED[measure]
    factor, of = KNOWN[measure]
    return f"case when unit_{factor} is not null then {SUMMED[of]} end"


WHOLE = frozenset({"lines", "lines_with_quantity", "lines_with_amount"})
"""Measures that are counts."""

SPANS = """
    create temp table spans as
    with numbered as (
        select *, row_number() over () as span,
            dense_rank() over (
                order by category, base_unit, stream, mass_kg is null, co2e_kg is null
            ) as kind
        from product_spans
    ),
    codes_of as (
        select source, product_id as code, product_id from products
        union
        select source, code, to_code from merged where kind = 'products'
    )
    select c.code, n.* from codes_of as c join numbered as n using (source, product_id)
"""
"""What holds of each article number and when, numbered; articles of one ``kind`` differ in nothing
that the roll-up by place tells apart."""

FEEDS = """
    create temp table feeds as
    select batch, source, products_of, dense_rank() over (order by source) as feed from batches
"""
"""The source of each batch, numbered."""


@dataclass(frozen=True)
class Rollup:
    """Sums of live order lines by month and dimensions.

    Lines are added up once, by the few short columns that they hold themselves and by the numbers
    of their source and of what their article says; everything else is joined to those sums. Several
    rows may bear the same dimensions, as where one code was merged into another: whoever reads a
    roll-up adds up.

    Args:
        name: the table in the file.
        dimensions: column and the SQL that fills it, over the sums ``t``, their source ``b``, what
            the article says ``p``, and the joins.
        columns: the columns of the order lines by which they are added up.
        number: the number in ``spans``: ``span`` tells the article, ``kind`` its kind.
        joins: what else the dimensions need.
    """

    name: str
    dimensions: dict[str, str]
    columns: tuple[str, ...]
    number: str
    joins: str = ""

    @property
    def ddl(self) -> str:
        """The table's definition."""
        dimensions = ", ".join(f'"{name}" varchar' for name in self.dimensions)
        measures = ", ".join(
            f"{name} {'bigint' if name in WHOLE else 'double'}" for name in MEASURES
        )
        return f"create table {self.name} (month date, {dimensions}, {measures})"

    @property
    def query(self) -> str:
        """The rows for the lines of the days from ``?`` until ``?``."""
        columns = ", ".join(f"o.{name}" for name in self.columns)
        sums = ", ".join(f"sum({sql}) as {name}" for name, sql in SUMMED.items())
        dimensions = ", ".join(f'{sql} as "{name}"' for name, sql in self.dimensions.items())
        totals = ", ".join(
            [f"t.{name}" for name in SUMMED]
            + [
                f"case when p.{factor} is not null then t.{of} end as {name}"
                for name, (factor, of) in KNOWN.items()
            ]
        )
        return (
            "with lines as (select b.feed, cast(date_trunc('month', o.ordered_on) as date)"
            f" as month, {columns}, case when s.category is null then o.category end as category,"
            f" s.{self.number} as number, o.amount_eur, case when o.per_pack"
            " then o.quantity * s.units_per_pack else o.quantity end as quantity,"
            " s.mass_kg as unit_mass_kg, s.co2e_kg as unit_co2e_kg"
            " from orders_offered as o join feeds as b using (batch)"
            " left join spans as s on s.source = b.products_of and s.code = o.product_id"
            " and o.ordered_on >= s.holds_from and o.ordered_on < s.holds_until"
            " where o.standing = 'live' and o.ordered_on >= ? and o.ordered_on < ?),"
            f" sums as (select feed, month, {', '.join(self.columns)}, category, number, {sums}"
            " from lines group by all),"
            f" articles as (select distinct on ({self.number}) * from spans)"
            f" select t.month, {dimensions}, {totals} from sums as t"
            " join (select distinct feed, source from feeds) as b using (feed)"
            f" left join articles as p on p.{self.number} = t.number"
            " left join merged as mc on mc.kind = 'categories' and mc.code = t.category"
            f" {self.joins}"
        )


SHARED = {
    "source": "b.source",
    "category": "coalesce(p.category, mc.to_code, t.category)",
    "channel": "t.channel",
    "condition": "t.condition",
    "base_unit": "p.base_unit",
}
BY_PLACE = Rollup(
    "by_place",
    SHARED
    | {
        "location_id": "coalesce(ml.to_code, t.location_id)",
        "stream": "coalesce(p.stream, k.stream)",
        "contract_id": "t.contract_id",
    },
    columns=("channel", "condition", "location_id", "contract_id"),
    number="kind",
    joins="left join merged as ml on ml.kind = 'locations' and ml.code = t.location_id"
    " left join contracts as k on k.contract_id = t.contract_id",
)
BY_PRODUCT = Rollup(
    "by_product",
    SHARED
    | {
        "product_source": "p.source",
        "product_id": "p.product_id",
        "product_group": "p.product_group",
        "article": "coalesce(p.same_as, p.source || '/' || p.product_id)",
        "mark": "p.mark",
    },
    columns=("channel", "condition"),
    number="span",
)
ROLLUPS = (BY_PLACE, BY_PRODUCT)

ARTICLE = "coalesce(same_as, product_source || '/' || product_id)"
LINES_VIEW = (
    "create view order_lines as select cast(date_trunc('month', ordered_on) as date) as month,"
    " source, category, channel, condition, base_unit, location_id, stream, contract_id,"
    f" product_source, product_id, product_group, {ARTICLE} as article, mark, "
    + ", ".join(f"{of_line(name)} as {name}" for name in MEASURES)
    + " from orders"
)
"""The order lines with the dimensions and measures of both roll-ups, for what neither can tell: an
article at a location. There are about as many articles by location and month as there are lines."""

LINES_AT_ONCE = 10_000_000
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
    db.run(SPANS)
    db.run(FEEDS)
    for first, end in _parts(db, months):
        for rollup in ROLLUPS:
            db.run(f"insert into {rollup.name} {rollup.query}", [first, end])
        db.run(
            "insert into delivered select p.source, p.month, sum(p.lines),"
            " count(distinct p.location_id), any_value(a.articles) from by_place as p join (select"
            " source, month, count(distinct product_id) as articles from by_product group by all)"
            " as a on a.source = p.source and a.month = p.month"
            " where p.month >= ? and p.month < ? group by p.source, p.month",
            [first, end],
        )
    db.run("drop table spans")
    db.run("drop table feeds")


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

    Figures of one location, measure and span are added up: a site may have several parts. Those of
    a subject (a project, a programme) are no activity of a place; see ``sql/projects.sql``.
    """
    db.run("delete from activity")
    db.run(
        "insert into activity select activity_measure, location_id,"
        " cast(date_trunc('month', period_start) as date),"
        " cast(date_trunc('month', period_end) as date),"
        " date_diff('month', period_start, period_end) + 1, sum(value), bool_or(proxy)"
        " from measurements where location_id is not null and subject is null group by all"
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
