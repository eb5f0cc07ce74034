"""Which offered rows count: a function of what all batches offered, in their order.

Importing and undoing both end here, so undoing a batch leaves the tables as if it had never come.

- A *full period* delivery replaces what its source offered before for its months.
- Without a key, a line is known as often as an earlier batch of its source offered it: two equal
  lines in one file are two lines.
- With a key, the latest batch holds; offering the same row again changes nothing.
"""

from collections.abc import Collection, Sequence
from datetime import date

from nami_monitor.core.periods import add_months
from nami_monitor.ingest.book import completeness
from nami_monitor.store import Transaction
from nami_monitor.store.lines import POSITION, compared, month_in, open_lines, rows_of
from nami_monitor.store.rollups import refresh_facts, refresh_order_rollups, refresh_registers
from nami_monitor.tables import TABLES, columns


def month_of(table: str) -> str:
    """SQL of the month that a row belongs to; null for tables without a date."""
    return month_in(TABLES[table].dated_by)


def update_standings(
    db: Transaction, table: str, source: str, months: Sequence[date | None], *, anew: bool = False
) -> None:
    """Give every offered row in the scope its standing.

    Args:
        db: the transaction.
        table: the input table.
        source: the source whose rows are concerned; masters with a key of their own concern all.
        months: the months concerned; ``[None]`` for tables without a date.
        anew: compare rows even where no two batches meet, because a batch was removed.
    """
    if not months:
        return
    if TABLES[table].key:
        _apply(db, table, _by_key(table), [])
    elif anew or not (
        _alone(db, table, source, months) or _replaced_whole(db, table, source, months)
    ):
        _compare_lines(db, table, source, months)


def _alone(db: Transaction, table: str, source: str, months: Sequence[date | None]) -> bool:
    """Whether no two batches of the source meet in any of the months."""
    batches = db.value(
        "select max(n) from (select count(distinct m.batch) as n from batch_months as m"
        " join batches as b using (batch)"
        " where m.table_name = ? and b.source = ? and (m.month in (select unnest(?::date[]))"
        " or (m.month is null and ?)) group by m.month)",
        [table, source, [month for month in months if month], None in months],
    )
    replacing = db.value(
        "select count(*) from batches where source = ? and delivery = 'full_period'"
        " and undone_at is null",
        [source],
    )
    return (batches or 0) <= 1 and not replacing


def _replaced_whole(
    db: Transaction, table: str, source: str, months: Sequence[date | None]
) -> bool:
    """Update months whose latest batch is a full-period delivery of them, without comparing lines.

    Returns:
        False when some month must be compared line by line; nothing is changed then.
    """
    dated = TABLES[table].dated_by
    if not dated:
        return False
    latest_and_floor = db.rows(
        "select w.month, max(m.batch), max(f.batch) from (select unnest(?::date[]) as month) as w"
        " join batches as b on b.source = ? join batch_months as m"
        " on m.batch = b.batch and m.table_name = ? and m.month = w.month"
        " left join batches as f on f.source = b.source and f.delivery = 'full_period'"
        " and f.undone_at is null and w.month between f.replaces_first and f.replaces_last"
        " and f.batch in (select batch from batch_months where table_name = ?)"
        " group by w.month",
        [months, source, table, table],
    )
    if any(floor is None or latest > floor for _, latest, floor in latest_and_floor):
        return False
    open_lines(db, table, source=source, months=months)
    for month, _, floor in latest_and_floor:
        standing = f"case when batch < {floor} then 'replaced' else 'live' end"
        db.run(
            f"update {rows_of(table)} set standing = {standing}"
            f" where {dated} >= ? and {dated} < ? and standing <> 'unknown_code'"
            f" and standing <> {standing}"
            " and batch in (select batch from batches where source = ?)",
            [month, add_months(month, 1), source],
        )
    return True


def _compare_lines(db: Transaction, table: str, source: str, months: Sequence[date | None]) -> None:
    """Update the standings of the lines of a source in some months."""
    open_lines(db, table, source=source, months=months)
    dated = TABLES[table].dated_by
    query, parameters = compared(
        rows_of(table), table, dated, source, months, rid="o.rowid", kept=("rid",)
    )
    _apply(db, table, query, parameters)


def _by_key(table: str) -> str:
    """SQL of the standings of all rows of a table with a key."""
    spec = TABLES[table]
    key = ", ".join(f'"{name}"' for name in spec.key)
    if spec.per_source:
        key = f"product_source, {key}"
    rest = [f'"{column.name}"' for column in columns(table) if column.name not in spec.key]
    order = f"partition by {key} order by batch, line, rid"
    packed = f"row({', '.join(rest)})"
    covers = f"{month_of(table)} between f.replaces_first and f.replaces_last"
    floor = (
        "select max(f.batch) from batches as f join batch_months as m on m.batch = f.batch"
        f" and m.table_name = '{table}' where f.source = b.source and f.delivery = 'full_period'"
        f" and f.undone_at is null and {covers if spec.dated_by else 'true'}"
    )
    return (
        "with offered as ("
        f" select o.rowid as rid, o.* replace ({POSITION} as batch),"
        f" b.products_of as product_source, coalesce(({floor}), 0) as floor"
        f" from {table}_offered as o join batches as b using (batch)"
        " where o.standing <> 'unknown_code'),"
        f" runs as (select *, coalesce({packed} is distinct from lag({packed}) over ({order}),"
        f" true) or row_number() over ({order}) = 1 as changed from offered where batch >= floor),"
        f" numbered as (select *, sum(changed::int) over ({order}) as run from runs)"
        " select rid, 'replaced' as standing from offered where batch < floor"
        " union all"
        " select rid, case when not changed then 'known'"
        f" when run = max(run) over (partition by {key}) then 'live' else 'replaced' end"
        " from numbered"
    )


def _apply(db: Transaction, table: str, query: str, parameters: Sequence[object]) -> None:
    """Update the standings that differ from those of a query: ``rid`` and ``standing``."""
    db.run(f"create temp table standings as {query}", parameters)
    db.run(
        f"update {rows_of(table)} as o set standing = s.standing from standings as s"
        " where o.rowid = s.rid and o.standing <> s.standing"
    )
    db.run("drop table standings")


COUNTED_AS = "select distinct source || '/' || product_id as key, article from product_spans"
"""The code under which each article counts; a new number can change that of another source."""


def refresh_derived(
    db: Transaction, months: Sequence[date] | None = None, tables: Collection[str] | None = None
) -> None:
    """Refresh what follows from the rows, write verdicts that are due, raise the data version.

    ``months`` are those whose order lines changed, ``tables`` those of which rows or codes changed;
    None stands for all.
    """
    touched = tables if months is not None else None
    db.run(f"create temp table counted_as as {COUNTED_AS}")
    refresh_facts(db, touched)
    changed = (
        f"from counted_as as o join ({COUNTED_AS}) as n using (key) where o.article <> n.article"
    )
    if db.value(f"select exists ({changed})"):
        months = None
    db.run("drop table counted_as")
    if months is None or months:
        refresh_order_rollups(db, months)
    refresh_registers(db, touched)
    completeness.refresh(db)
    if db.value("select exists (from interventions)"):
        from nami_monitor.ingest.book.verdicts import write_verdicts  # noqa: PLC0415 - slow to load

        write_verdicts(db)
    db.run("update meta set data_version = data_version + 1")
