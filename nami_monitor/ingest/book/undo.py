"""Undoing a batch: afterwards every table is as if the batch had never come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from nami_monitor.core.errors import UserError
from nami_monitor.core.periods import month_range
from nami_monitor.ingest.book import codes
from nami_monitor.ingest.book.standing import refresh_months, settle
from nami_monitor.ingest.personal import refuse_address
from nami_monitor.store import Store, Transaction
from nami_monitor.tables import TABLES


@dataclass(frozen=True)
class UndoPreview:
    """What undoing a batch would do.

    Args:
        batch: the batch.
        file: its file.
        goes: live rows that go, by table.
        returns: rows that count again, by table.
        waits: rows of other batches that lose a code and wait for it, by table.
        touched: later batches of which rows change standing.
        children: batches that go with it, because they hold rows of it.
        amount: EUR of the order lines that go, less those that return.
    """

    batch: int
    file: str
    goes: dict[str, int]
    returns: dict[str, int]
    waits: dict[str, int]
    touched: tuple[int, ...]
    children: tuple[int, ...]
    amount: float


class _LookedOnlyError(Exception):
    def __init__(self, preview: UndoPreview) -> None:
        super().__init__()
        self.preview = preview


def undo(store: Store, batch: int, *, who: str = "", look_only: bool = False) -> UndoPreview:
    """Undo a batch, or look at what that would do.

    Args:
        store: the database.
        batch: its number.
        who: role or initials of the person who undoes.
        look_only: change nothing.

    Raises:
        UserError: there is no such batch, or it was undone already; ``personal.address``.
        DatabaseHeldError: another process holds the database.
    """
    refuse_address(who)
    try:
        with store.write() as db:
            preview = _undo(db, batch, who)
            if look_only:
                raise _LookedOnlyError(preview)
            return preview
    except _LookedOnlyError as looked:
        return looked.preview


def _undo(db: Transaction, batch: int, who: str) -> UndoPreview:
    rows = db.rows(
        "select file, undone_at from batches where batch = try_cast(? as integer)", [str(batch)]
    )
    if not rows:
        listed = db.rows(
            "select batch from batches where undone_at is null order by batch desc limit 5"
        )
        raise UserError(
            "undo.no_batch", batch=batch, known=", ".join(str(b) for (b,) in listed) or "-"
        )
    file, undone = rows[0]
    if undone:
        raise UserError("undo.undone_already", batch=batch, when=undone)
    children = _children(db, batch)
    gone = [batch, *children]
    _remember(db)
    scopes = _scopes(db, gone)
    _take_out(db, gone, who)
    db.run("create temp table codes_before as select * from codes")
    codes.derive(db)
    db.run(
        "create temp table codes_changed as select b.kind, b.source, b.code from codes_before as b"
        " left join codes as c on c.kind = b.kind and c.source = b.source and c.code = b.code"
        " where c.since_batch is distinct from b.since_batch"
    )
    scopes += codes.recheck(db, "codes_changed")
    for table, source, months in scopes:
        settle(db, table, source, months, anew=True)
    codes.release(db)
    codes.note_waiting(db)
    db.run("drop table codes_before")
    db.run("drop table codes_changed")
    preview = _compare(db, batch, file, gone, children)
    refresh_months(db, _touched(scopes))
    return preview


def _children(db: Transaction, batch: int) -> list[int]:
    """The batches that hold rows of a batch, mended or released, and those that hold rows of these.

    Without the batch nobody could have offered them.
    """
    return [
        child
        for (child,) in db.rows(
            "with recursive step as (select batch from batches where parent = ?"
            " union select b.batch from step join batches as b on b.parent = step.batch)"
            " select batch from step join batches using (batch) where undone_at is null order by 1",
            [batch],
        )
    ]


def _touched(scopes: Sequence[tuple[str, str, list[date | None]]]) -> list[date] | None:
    """The months whose roll-ups change; None when a master changed, which touches them all."""
    if {"products", "contracts"} & {table for table, _, _ in scopes}:
        return None
    return [month for table, _, months in scopes if table == "orders" for month in months if month]


def _remember(db: Transaction) -> None:
    """Keep how many rows of each batch stand where, to say afterwards what changed."""
    db.run(
        "create temp table offered_before as select table_name, batch, standing, count(*) as n"
        " from offered group by all"
    )
    db.run(
        "create temp table amounts_before as"
        " select coalesce(sum(amount_eur), 0) as amount from orders_offered"
        " where standing = 'live'"
    )


def _scopes(db: Transaction, gone: Sequence[int]) -> list[tuple[str, str, list[date | None]]]:
    """What must be settled: the months of the batches, and those that they replaced."""
    found: dict[tuple[str, str], set[date | None]] = {}
    for table in TABLES:
        for _, source, months in codes.months_of_batches(db, table, gone):
            found.setdefault((table, source), set()).update(months)
    replaced = db.rows(
        "select source, replaces_first, replaces_last from batches"
        " where batch in (select unnest(?::integer[])) and replaces_first is not null",
        [list(gone)],
    )
    for source, first, last in replaced:
        for (_, feed), scope in found.items():
            if feed == source:
                scope.update(month_range(first, last))
    return [(table, source, sorted(months, key=str)) for (table, source), months in found.items()]


def _take_out(db: Transaction, gone: Sequence[int], who: str) -> None:
    held = "batch in (select unnest(?::integer[]))"
    for table in TABLES:
        db.run(f"delete from {table}_offered where {held}", [list(gone)])
    for table in ("batch_months", "code_offers", "set_aside", "abandoned"):
        db.run(f"delete from {table} where {held}", [list(gone)])
    db.run(
        f"update batches set undone_at = ?, undone_by = ? where {held}",
        [datetime.now(UTC).replace(tzinfo=None), who, list(gone)],
    )


def _compare(
    db: Transaction, batch: int, file: str, gone: Sequence[int], children: Sequence[int]
) -> UndoPreview:
    listed = [list(gone)]
    out = "batch in (select unnest(?::integer[]))"
    goes = dict(
        db.rows(
            f"select table_name, sum(n)::bigint from offered_before where {out}"
            " and standing = 'live' group by 1 order by 1",
            listed,
        )
    )
    returns = _risen(db, "live")
    waits = _risen(db, "unknown_code")
    touched = tuple(
        found
        for (found,) in db.rows(
            "select distinct a.batch from (select table_name, batch, standing, count(*) as n"
            " from offered group by all) as a left join offered_before as b"
            " on a.table_name = b.table_name and a.batch = b.batch and a.standing = b.standing"
            " where a.n is distinct from b.n order by 1"
        )
    )
    now = db.value(
        "select coalesce(sum(amount_eur), 0) from orders_offered where standing = 'live'"
    )
    before = db.value("select amount from amounts_before")
    for table in ("offered_before", "amounts_before"):
        db.run(f"drop table {table}")
    return UndoPreview(
        batch=batch,
        file=file,
        goes=goes,
        returns=returns,
        waits=waits,
        touched=touched,
        children=tuple(children),
        amount=float(before - now),
    )


def _risen(db: Transaction, standing: str) -> dict[str, int]:
    """Rows of remaining batches that got this standing, by table."""
    return dict(
        db.rows(
            "select a.table_name, sum(a.n - coalesce(b.n, 0)) as more from"
            " (select table_name, batch, count(*) as n from offered where standing = ?"
            " group by all) as a left join (select * from offered_before where standing = ?) as b"
            " on a.table_name = b.table_name and a.batch = b.batch"
            " where a.n > coalesce(b.n, 0) group by 1 order by 1",
            [standing, standing],
        )
    )
