"""Tables derived from the input tables: roll-ups of order lines, roll-ups of registers, facts.

Order lines are many, so their roll-ups are refreshed for the months that an import touches. The
rows of registers are few: their roll-ups are made anew as a whole from the views ``<name>_made`` in
``sql/ledgers.sql`` and ``sql/projects.sql``.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from nami_monitor.core.periods import add_months
from nami_monitor.store.transaction import Transaction

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
"""SQL by which an order line contributes to a measure; the roll-ups hold the sums.

The ``handled`` measures add up absolute values, refunds included, so that shares of them lie
between 0 and 1.
"""
WITH_FACTOR = {
    "handled_with_mass": ("mass_kg", "handled"),
    "handled_with_co2e": ("co2e_kg", "handled"),
    "handled_kg_with_co2e": ("co2e_kg", "handled_kg"),
    "handled_eur_with_co2e": ("co2e_kg", "handled_eur"),
}
"""Measures of lines whose article has a factor: the factor, and the measure that is added up."""
MEASURES = (*SUMMED, *WITH_FACTOR)


def of_line(measure: str) -> str:
    """The SQL of a measure of one order line, over ``orders``."""
    if measure in SUMMED:
        return SUMMED[measure]
    factor, of = WITH_FACTOR[measure]
    return f"case when unit_{factor} is not null then {SUMMED[of]} end"


COUNTS = frozenset({"lines", "lines_with_quantity", "lines_with_amount"})
"""Measures that are counts."""

SPANS = """
    with numbered as (
        select *, row_number() over (order by source, product_id, holds_from) as span,
            dense_rank() over (
                order by category, base_unit, stream, mass_kg is null, co2e_kg is null
            ) as kind
        from product_spans
    ),
    codes_of as (
        select source, product_id as code, product_id from product_spans
        union
        select source, code, to_code from merged where kind = 'products'
    )
    select c.code, n.* from codes_of as c
    join numbered as n on n.source = c.source and n.product_id = c.product_id
"""
"""The attributes of each article number and the span of days in which they hold, numbered.

Articles of one ``kind`` have equal values in every dimension of the roll-up by place.
"""

FEEDS = (
    "select batch, source, products_of, dense_rank() over (order by source) as feed from batches"
)
"""The source of each batch, numbered."""


@dataclass(frozen=True)
class OrderRollup:
    """Sums of live order lines by month and dimensions.

    Lines are grouped once, by a few short columns of their own and by the numbers of their source
    and of their article's span; everything else is joined to those sums. Several rows may have the
    same dimensions, for example after codes were merged: a reader of a roll-up adds up.

    Args:
        dimensions: column and its SQL over the sums ``t``, their source ``b``, the article ``p``
            and the joins.
        columns: the columns of the order lines to group by.
        number: the number in ``spans`` to group by, ``span`` (of an article) or ``kind``.
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
            f"{name} {'bigint' if name in COUNTS else 'double'}" for name in MEASURES
        )
        return f"create table {self.name} (month date, {dimensions}, {measures})"

    @property
    def query(self) -> str:
        """SQL of the rows for the lines of the days from ``?`` until ``?`` (exclusive)."""
        columns = ", ".join(f"o.{name}" for name in self.columns)
        keys = ", ".join(["feed", "month", *self.columns, "category", "number"])
        sums = ", ".join(f"sum({sql}) as {name}" for name, sql in SUMMED.items())
        dimensions = ", ".join(f'{sql} as "{name}"' for name, sql in self.dimensions.items())
        totals = ", ".join(
            [f"t.{name}" for name in SUMMED]
            + [
                f"case when p.{factor} is not null then t.{of} end as {name}"
                for name, (factor, of) in WITH_FACTOR.items()
            ]
        )
        return (
            "with lines as (select b.feed, cast(date_trunc('month', o.ordered_on) as date)"
            f" as month, {columns}, case when s.category is null then o.category end as category,"
            f" s.{self.number} as number, o.amount_eur, case when o.per_pack"
            " then o.quantity * s.units_per_pack else o.quantity end as quantity,"
            " s.mass_kg as unit_mass_kg, s.co2e_kg as unit_co2e_kg"
            " from orders_offered as o join feeds as b on b.batch = o.batch"
            " left join spans as s on s.source = b.products_of and s.code = o.product_id"
            " and o.ordered_on >= s.holds_from and o.ordered_on < s.holds_until"
            " where o.standing = 'live' and o.ordered_on >= ? and o.ordered_on < ?),"
            f" sums as (select {keys}, {sums} from lines group by {keys}),"
            f" articles as (select distinct on ({self.number}) * from spans)"
            f" select t.month, {dimensions}, {totals} from sums as t"
            " join (select distinct feed, source from feeds) as b on b.feed = t.feed"
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
BY_PLACE = OrderRollup(
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
BY_PRODUCT = OrderRollup(
    "by_product",
    SHARED
    | {
        "product_source": "p.source",
        "product_id": "p.product_id",
        "product_group": "p.product_group",
        "article": "p.article",
        "mark": "p.mark",
    },
    columns=("channel", "condition"),
    number="span",
)
ORDER_ROLLUPS = (BY_PLACE, BY_PRODUCT)

ARTICLE = "coalesce(article, product_source || '/' || product_id)"
LINES_VIEW = (
    "create view order_lines as select cast(date_trunc('month', ordered_on) as date) as month,"
    " source, category, channel, condition, base_unit, location_id, stream, contract_id,"
    f" product_source, product_id, product_group, {ARTICLE} as article, mark, "
    + ", ".join(f"{of_line(name)} as {name}" for name in MEASURES)
    + " from orders"
)
"""The order lines with the dimensions and measures of both roll-ups, for questions about an article
at a location. A roll-up by both would have about as many rows as there are lines."""

_CELL = "month, location_id, category"
CELLS_QUERY: Final = (
    "with lines as (select cast(date_trunc('month', ordered_on) as date) as month, location_id,"
    f" category, order_ref, {ARTICLE} as article, amount_eur is not null as amount,"
    " quantity is not null as counted from orders"
    " where ordered_on >= ? and ordered_on < ? and location_id is not null)"
    + " union all".join(
        f" select {_CELL}, '{counts}' as counts, count(*) as lines,"
        " count(*) filter (where amount) as with_amount,"
        " count(*) filter (where counted) as with_quantity"
        f" from (select {_CELL}, bool_or(amount) as amount, bool_or(counted) as counted from lines"
        f" where {one} is not null group by {_CELL}, {one} union all"
        f" select {_CELL}, amount, counted from lines where {one} is null) group by {_CELL}"
        for counts, one in (("orders", "order_ref"), ("articles", "article"))
    )
)
"""How many orders and articles a place has by month and category, for the days between two.

A line without an order number, or without an article, counts as one.
"""

DELIVERED_QUERY: Final = (
    "select p.source, p.month, sum(p.lines) as lines, count(distinct p.location_id) as locations,"
    " any_value(a.articles) as articles from by_place as p join (select source, month,"
    " count(distinct product_id) as articles from by_product group by source, month) as a"
    " on a.source = p.source and a.month = p.month"
    " where p.month >= ? and p.month < ? group by p.source, p.month"
)
"""How many lines, locations and articles a source has by month, of both roll-ups."""

OF_ORDERS: Final = {
    **{rollup.name: rollup.query for rollup in ORDER_ROLLUPS},
    "by_cell": CELLS_QUERY,
    "delivered": DELIVERED_QUERY,
}
"""All that is added up from order lines, with the SQL of its rows between two days; each may use
those before it, and ``spans`` and ``feeds``."""

LINES_AT_ONCE = 1_000_000
"""Order lines that are added up in one statement; groups of more lines take longer to find."""


SUM: Final = "lake_sum"
"""The kind of the entry in the journal of a database that is the sum of organisations."""


def is_sum(db: Transaction) -> bool:
    """Whether a database is the sum of organisations: roll-ups without their lines."""
    return db.once(SUM, lambda: bool(db.value(f"select exists (from kept where kind = '{SUM}')")))


def refresh_order_rollups(db: Transaction, months: Sequence[date] | None) -> None:
    """Bring the roll-ups of order lines in line with the lines.

    ``months`` are those touched; None for all of them.
    """
    for name in OF_ORDERS:
        if months is None:
            db.run(f"delete from {name}")
        for run in runs((month, 0) for month in sorted(set(months or ()))):
            db.run(f"delete from {name} where month >= ? and month < ?", run)
    lines = db.rows(
        "select month, sum(lines) from batch_months where table_name = 'orders'"
        " and (? or month in (select unnest(?::date[]))) group by month order by month",
        [months is None, list(months or ())],
    )
    if not lines:
        return
    db.run(f"create temp table spans as {SPANS}")
    db.run(f"create temp table feeds as {FEEDS}")
    for run in runs(lines):
        for name, query in OF_ORDERS.items():
            db.run(f"insert into {name} by name {query}", run)
    db.run("drop table spans")
    db.run("drop table feeds")


def runs(
    months: Iterable[tuple[date, float]], most: float = LINES_AT_ONCE
) -> list[tuple[date, date]]:
    """Runs of adjoining months as (first, the month after the last), of so many lines at most."""
    runs: list[tuple[date, date]] = []
    total = 0.0
    for month, lines in months:
        goes_on = bool(runs) and runs[-1][1] == month and total + lines <= most
        start, total = (runs.pop()[0], total + lines) if goes_on else (month, lines)
        runs.append((start, add_months(month, 1)))
    return runs


FACTS: Final = {
    "product_spans": (
        "products",
        (
            "select s.*, coalesce(a.article, s.source || '/' || s.product_id)"
            " from product_spans_made as s"
            " left join articles_made as a on a.key = s.source || '/' || s.product_id"
        ),
    ),
    "activity": (
        "measurements",
        (
            "select activity_measure, location_id,"
            " cast(date_trunc('month', period_start) as date),"
            " cast(date_trunc('month', period_end) as date),"
            " date_diff('month', period_start, period_end) + 1, sum(value), bool_or(proxy)"
            " from measurements where location_id is not null and subject is null group by all"
        ),
    ),
    "category_facts": (
        "categories",
        (
            "by name select category, activity_measure,"
            " columns('(refuse|rethink|reduce)_(applies|reason|legal_basis|look_again_on)')"
            " from categories"
        ),
    ),
    "location_facts": (
        "locations",
        'select location_id, "group", opened_on, closed_on from locations',
    ),
}
"""Small tables that figures join to, each with its input table and the rows that are inserted.

``activity`` adds up the figures of one location, measure and span, as a site may have several
parts. Measurements of a subject (a project, a programme) are no activity of a location; see
``sql/projects.sql``.
"""


@dataclass(frozen=True)
class RegisterRollup:
    """The input tables from which a roll-up of registers is made.

    It has no rows when all ``required`` ones are empty; ``further`` ones change its rows, too.
    """

    required: frozenset[str]
    further: frozenset[str] = frozenset()


REGISTER_ROLLUPS: Final[dict[str, RegisterRollup]] = {
    "by_request": RegisterRollup(frozenset({"requests"}), frozenset({"products", "orders"})),
    "by_asset": RegisterRollup(frozenset({"assets"}), frozenset({"asset_events"})),
    "by_life": RegisterRollup(frozenset({"assets"}), frozenset({"asset_events"})),
    "by_contract": RegisterRollup(frozenset({"contracts"}), frozenset({"categories", "orders"})),
    "by_project": RegisterRollup(
        frozenset({"materials", "measurements"}),
        frozenset({"programmes", "programme_units", "contracts", "categories", "shadow_prices"}),
    ),
    "by_unit": RegisterRollup(frozenset({"programme_units"}), frozenset({"programmes", "orders"})),
    "by_initiative": RegisterRollup(frozenset({"interventions"}), frozenset({"categories"})),
}
REGISTER_ROLLUPS["registers"] = RegisterRollup(
    frozenset().union(*(rollup.required for rollup in REGISTER_ROLLUPS.values())),
    frozenset({"asset_events", "orders", "programmes", "categories"}),
)
"""The roll-ups of registers, in the order in which they use each other; ``registers`` holds the
first and last month of each source in each of the others."""

FILLED: Final = " union all ".join(
    f"select '{table}' where exists (from {table}_offered"
    + (" where subject is not null)" if table == "measurements" else ")")
    for table in sorted(REGISTER_ROLLUPS["registers"].required)
)
"""Which required tables have rows; measurements of a location are in no roll-up of registers."""


def refresh_registers(db: Transaction, touched: Collection[str] | None = None) -> None:
    """Bring the roll-ups of registers in line with the rows that count.

    Roll-ups without rows are skipped: planning a view takes as long as reading a small register.
    ``touched`` are the input tables of which rows changed; None for any, as when codes were merged.
    """
    filled = {name for (name,) in db.rows(FILLED)}
    for name, rollup in REGISTER_ROLLUPS.items():
        if touched is None or (rollup.required | rollup.further) & set(touched):
            db.run(f"delete from {name}")
            if rollup.required & filled:
                db.run(f"insert into {name} by name from {name}_made")


def refresh_merged(db: Transaction) -> None:
    """Bring the merged codes in line with the actions and the codes that are known."""
    db.run("delete from merged")
    if db.value("select exists (from code_actions where what = 'merge')"):
        db.run("insert into merged from merged_made")


def refresh_facts(db: Transaction, touched: Collection[str] | None = None) -> None:
    """Bring the tables of ``FACTS`` in line with the input tables that they follow from.

    ``touched`` are the input tables of which rows or codes changed; None for any.
    """
    for name, (table, rows) in FACTS.items():
        if touched is None or table in touched:
            db.run(f"delete from {name}")
            db.run(f"insert into {name} {rows}")
