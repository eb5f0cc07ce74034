"""Undoing a batch: afterwards every table is as if the batch had never been imported."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from nami_monitor.core.errors import UserError
from nami_monitor.core.periods import month_range
from nami_monitor.core.words import Standing
from nami_monitor.ingest.book import codes
from nami_monitor.ingest.book.import_report import from_json, to_json
from nami_monitor.ingest.book.standing import refresh_derived, update_standings
from nami_monitor.ingest.personal import signature
from nami_monitor.store import Store, Transaction, Work
from nami_monitor.store.lines import remove_batches, rows_of
from nami_monitor.store.transaction import now
from nami_monitor.tables import TABLES


@dataclass(frozen=True)
class UndoPreview:
    """What undoing a batch would do.

    Args:
        goes: live rows that are removed, by table.
        returns: rows of other batches that become live, by table.
        waits: rows of other batches that lose a code and wait for it, by table.
        touched: later batches of which rows change standing.
        children: batches that are undone with it, because they hold rows of it.
        amount: EUR of the order lines that are removed, less those that return.
        verdicts: measures whose verdict rests on it; the verdict stays.
    """

    batch: int
    file: str
    goes: dict[str, int]
    returns: dict[str, int]
    waits: dict[str, int]
    touched: tuple[int, ...]
    children: tuple[int, ...]
    amount: float
    verdicts: tuple[str, ...] = ()


def undo(store: Store, batch: int, *, who: str = "", look_only: bool = False) -> UndoPreview:
    """Undo a batch, or with ``look_only`` see what that would do.

    Raises:
        UserError: there is no such batch, or it was undone already; ``entry.who`` when nobody says
            who undoes it, ``personal.address``.
        DatabaseHeldError: another process holds the database.
    """
    signed = "" if look_only else signature(who)
    with store.trial() if look_only else store.write(Work.UNDO, signed) as db:
        return undo_in(db, batch, signed)


def undo_in(db: Transaction, batch: int, who: str) -> UndoPreview:
    """Undo a batch within a transaction, under the signature of who does so.

    Raises:
        UserError: there is no such batch, or it was undone already.
    """
    db.drop_older()
    rows = db.rows(
        "select file, undone_at from batches where batch = try_cast(? as integer)", [str(batch)]
    )
    if not rows:
        known = db.value(
            "select string_agg(batch::varchar, ', ' order by batch desc) from"
            " (select batch from batches where undone_at is null order by batch desc limit 5)"
        )
        raise UserError("undo.no_batch", batch=batch, known=known or "-")
    file, undone = rows[0]
    if undone:
        raise UserError("undo.undone_already", batch=batch, when=undone)
    db.did("undo", name=batch)
    children = _children(db, batch)
    removed = [batch, *children]
    resting = _resting(db)
    db.run(f"create temp table offered_before as {OFFERED}")
    db.run(f"create temp table amount_before as {AMOUNT}")
    scopes = _scopes(db, removed)
    _remove(db, removed, who)
    db.run("create temp table codes_before as select * from codes")
    codes.derive(db)
    db.run(
        "create temp table codes_changed as select b.kind, b.source, b.code from codes_before as b"
        " left join codes as c on c.kind = b.kind and c.source = b.source and c.code = b.code"
        " where c.since_batch is distinct from b.since_batch"
    )
    scopes += codes.recheck(db, "codes_changed")
    for table, source, months in scopes:
        update_standings(db, table, source, months, anew=True)
    codes.release(db)
    codes.note_waiting(db)
    preview = _compare(db, batch, file, children)
    for table in ("codes_before", "codes_changed", "offered_before", "amount_before"):
        db.run(f"drop table {table}")
    refresh_derived(db, _touched(scopes))
    return replace(preview, verdicts=tuple(sorted(resting - _resting(db)))) if resting else preview


def _resting(db: Transaction) -> set[str]:
    """The measures with a verdict that rests on the data as they are."""
    if not db.value("select exists (from kept where kind = 'verdict')"):
        return set()
    from nami_monitor.ingest.book import verdicts  # noqa: PLC0415 - slow to load, seldom needed

    return verdicts.resting(db)


def _children(db: Transaction, batch: int) -> list[int]:
    """The batches with rows of a batch, mended or released, and those with rows of these."""
    rows = db.rows(
        "with recursive step as (select batch from batches where parent = ?"
        " union select b.batch from step join batches as b on b.parent = step.batch)"
        " select batch from step join batches using (batch) where undone_at is null order by 1",
        [batch],
    )
    return [child for (child,) in rows]


def _touched(scopes: Sequence[codes.Scope]) -> list[date] | None:
    """The months whose roll-ups change; None when a master changed, which touches them all."""
    if {"products", "contracts"} & {table for table, _, _ in scopes}:
        return None
    return [month for table, _, months in scopes if table == "orders" for month in months if month]


AMOUNT = "select coalesce(sum(amount_eur), 0) as amount from orders_offered where standing = 'live'"
OFFERED = "select table_name, batch, standing, count(*) as n from offered group by all"


def _scopes(db: Transaction, removed: Sequence[int]) -> list[codes.Scope]:
    """What must be compared again: the months of the batches, and those that they replaced."""
    scopes: dict[tuple[str, str], set[date | None]] = {}
    for table in TABLES:
        for _, source, months in codes.scopes_of(db, table, removed):
            scopes.setdefault((table, source), set()).update(months)
    for replacing, first, last in db.rows(
        "select source, replaces_first, replaces_last from batches"
        f" where batch in {_listed(removed)} and replaces_first is not null"
    ):
        for (_, source), scope in scopes.items():
            if source == replacing:
                scope.update(month_range(first, last))
    return [(table, source, sorted(months, key=str)) for (table, source), months in scopes.items()]


def _listed(batches: Sequence[int]) -> str:
    return f"({', '.join(map(str, batches))})"


def _remove(db: Transaction, removed: Sequence[int], who: str) -> None:
    """Delete the rows of batches and mark them as undone.

    Their texts go too, and the name of a file, for it may name a person: its tables stand for it.
    """
    scope = f"where batch in {_listed(removed)}"
    remove_batches(db, removed)
    tables = [rows_of(table) for table in TABLES]
    for table in (*tables, "batch_months", "code_offers", "set_aside", "abandoned"):
        db.run(f"delete from {table} {scope}")
    for batch, report in db.rows(f"select batch, report from batches {scope}"):
        told = from_json(report) if report else None
        name = ", ".join(told.tables) if told else ""
        bare = told and replace(told, file=name, dropped_columns=(), absent_columns=())
        db.run(
            "update batches set undone_at = ?, undone_by = ?, file = ?, report = ?,"
            " profile = null, header = null where batch = ?",
            [now(), who, name, bare and to_json(bare), batch],
        )


def _compare(db: Transaction, batch: int, file: str, children: Sequence[int]) -> UndoPreview:
    """What the undoing changed since ``offered_before`` and ``amount_before``."""
    goes = db.rows(
        "select table_name, sum(n)::bigint from offered_before"
        f" where batch in {_listed([batch, *children])} and standing = 'live'"
        " group by 1 order by 1"
    )
    touched = db.rows(
        f"select distinct a.batch from ({OFFERED}) as a"
        " left join offered_before as b using (table_name, batch, standing)"
        " where a.n is distinct from b.n order by 1"
    )
    amount = db.value(f"select b.amount - a.amount from amount_before as b, ({AMOUNT}) as a")
    return UndoPreview(
        batch=batch,
        file=file,
        goes=dict(goes),
        returns=_risen(db, Standing.LIVE),
        waits=_risen(db, Standing.UNKNOWN_CODE),
        touched=tuple(later for (later,) in touched),
        children=tuple(children),
        amount=float(amount),
    )


def _risen(db: Transaction, standing: Standing) -> dict[str, int]:
    """Rows of remaining batches that got this standing, by table."""
    rows = db.rows(
        f"select a.table_name, sum(a.n - coalesce(b.n, 0)) as more from ({OFFERED}) as a"
        " left join offered_before as b using (table_name, batch, standing)"
        " where a.standing = ? and a.n > coalesce(b.n, 0) group by 1 order by 1",
        [standing],
    )
    return dict(rows)
