"""Which offered rows count: a function of what all batches offered, in their order.

Importing and undoing both end here, so undoing a batch leaves the tables as if it had never come.

- A *full period* delivery puts aside what its source offered before for the months it replaces.
- Without a key, a line is known as often as an earlier batch of its source offered it: two equal
  lines in one file are two lines.
- With a key, the latest batch holds; saying the same again changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from nami_monitor.ingest.book import completeness
from nami_monitor.store import Transaction
from nami_monitor.store.rollups import refresh_facts, refresh_order_rollups, refresh_registers
from nami_monitor.store.schema import field_names
from nami_monitor.tables import TABLES, columns


def month_of(table: str) -> str:
    """SQL of the month that a row belongs to; null for tables without a date."""
    dated_by = TABLES[table].dated_by
    return f"cast(date_trunc('month', {dated_by}) as date)" if dated_by else "cast(null as date)"


POSITION = "coalesce(b.position, b.batch)"
"""SQL of where a batch ``b`` stands: what a code released comes right after the code's batch."""


def settle(
    db: Transaction,
    table: str,
    source: str,
    months: Sequence[date | None],
    *,
    anew: bool = False,
) -> None:
    """Give every offered row in the scope its standing.

    Args:
        db: the transaction.
        table: the input table.
        source: the source whose rows are concerned; masters with a key of their own concern all.
        months: the months concerned; ``[None]`` for tables without a date.
        anew: settle even where no two batches meet, because one is gone.
    """
    if not months:
        return
    if not TABLES[table].key:
        if not anew and (
            _alone(db, table, source, months) or _replaced_whole(db, table, source, months)
        ):
            return
        _settle_lines(db, table, source, months)
    else:
        _settle_keys(db, table)


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
    """Settle months whose latest batch is a full-period delivery of them, without comparing lines.

    Returns:
        False when some month must be settled line by line; nothing is changed then.
    """
    dated = TABLES[table].dated_by
    if not dated:
        return False
    found = db.rows(
        "select w.month, max(m.batch), max(f.batch) from (select unnest(?::date[]) as month) as w"
        " join batches as b on b.source = ? join batch_months as m"
        " on m.batch = b.batch and m.table_name = ? and m.month = w.month"
        " left join batches as f on f.source = b.source and f.delivery = 'full_period'"
        " and f.undone_at is null and w.month between f.replaces_first and f.replaces_last"
        " and f.batch in (select batch from batch_months where table_name = ?)"
        " group by w.month",
        [months, source, table, table],
    )
    if any(floor is None or latest > floor for _, latest, floor in found):
        return False
    for month, _, floor in found:
        db.run(
            f"update {table}_offered set standing = case when batch < ? then 'replaced' else 'live'"
            f" end where {dated} >= ? and {dated} < ? and standing <> 'unknown_code'"
            " and standing <> case when batch < ? then 'replaced' else 'live' end"
            " and batch in (select batch from batches where source = ?)",
            [floor, month, _after(month), floor, source],
        )
    return True


FLOOR = """
    select max(f.batch) from batches as f join batch_months as m on m.batch = f.batch
    where f.source = b.source and f.delivery = 'full_period' and f.undone_at is null
        and m.table_name = '{table}'
        and {covers}
"""


def _settle_lines(db: Transaction, table: str, source: str, months: Sequence[date | None]) -> None:
    content = ", ".join(f"o.{name}" for name in field_names(table))
    plain = ", ".join(field_names(table))
    month = month_of(table)
    dated = TABLES[table].dated_by
    listed = [month for month in months if month]
    scope = f"{month} in (select unnest(?::date[]))" if dated else "len(?::date[]) >= 0"
    ends = f" and {dated} >= ? and {dated} < ?" if dated else ""
    bounds = [min(listed), _after(max(listed))] if dated else []
    db.run(
        "create temp table floors as select month, max(batch) as batch from ("
        " select w.month, f.batch from (select unnest(?::date[]) as month) as w"
        " join batches as f on f.source = ? and f.delivery = 'full_period'"
        " and f.undone_at is null and w.month between f.replaces_first and f.replaces_last"
        " where f.batch in (select batch from batch_months where table_name = ?)) group by month",
        [listed, source, table],
    )
    db.run(
        f"create temp table settled as with offered as ("
        f" select o.rowid as rid, {POSITION} as batch, o.line, {content},"
        " coalesce(f.batch, 0) as floor"
        f" from {table}_offered as o join batches as b using (batch)"
        f" left join floors as f on f.month = {month}"
        f" where b.source = ? and o.standing <> 'unknown_code' and {scope}{ends}),"
        f" numbered as (select *, row_number() over (partition by {plain}, batch order by line,"
        " rid) as copy from offered where batch >= floor)"
        " select rid, 'replaced' as standing from offered where batch < floor"
        " union all"
        f" select rid, case when row_number() over (partition by {plain}, copy order by batch) = 1"
        " then 'live' else 'known' end from numbered",
        [source, listed, *bounds],
    )
    db.run(
        f"update {table}_offered as o set standing = s.standing from settled as s"
        " where o.rowid = s.rid and o.standing <> s.standing"
    )
    db.run("drop table settled")
    db.run("drop table floors")


def _after(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _settle_keys(db: Transaction, table: str) -> None:
    spec = TABLES[table]
    key = ", ".join(f'"{name}"' for name in spec.key)
    if spec.per_source:
        key = f"product_source, {key}"
    rest = [f'"{column.name}"' for column in columns(table) if column.name not in spec.key]
    order = f"partition by {key} order by batch, line, rid"
    packed = f"row({', '.join(rest)})"
    covers = f"{month_of(table)} between f.replaces_first and f.replaces_last"
    floor = FLOOR.format(table=table, covers=covers if spec.dated_by else "true")
    db.run(
        "create temp table settled as with offered as ("
        f" select o.rowid as rid, o.* replace ({POSITION} as batch),"
        " b.products_of as product_source,"
        f" coalesce(({floor}), 0) as floor"
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
    db.run(
        f"update {table}_offered as o set standing = s.standing from settled as s"
        " where o.rowid = s.rid and o.standing <> s.standing"
    )
    db.run("drop table settled")


def refresh_months(
    db: Transaction, months: Sequence[date] | None, tables: Collection[str] | None = None
) -> None:
    """Refresh the roll-ups of some months, the registers, completeness, and the data version.

    Args:
        db: the transaction that changed the lines.
        months: the months whose order lines changed; None for all.
        tables: the input tables of which rows changed; None for any.
    """
    if months is None or months:
        refresh_order_rollups(db, months)
    refresh_facts(db)
    refresh_registers(db, tables if months is not None else None)
    completeness.refresh(db)
    db.run("update meta set data_version = data_version + 1")


def refresh_all(db: Transaction) -> None:
    """Refresh the roll-ups of every month, completeness, and the data version."""
    refresh_months(db, None)
