"""Where order lines stand: small groups in a table, large ones in Parquet files of their own.

A group is the lines of one batch in one month; ``line_groups`` lists those that count, and the
view ``orders_offered`` reads them all. A group of at least ``LINES_IN_A_FILE`` lines is a file that
never changes, so a snapshot names it instead of holding it.

A write adds lines to the temporary table ``orders_changed``, and opens the groups whose lines may
change into it. When the write ends, the lines of that table become groups again. A file that was
opened counts no more, and goes when no snapshot names it.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final
from uuid import uuid4

from nami_monitor.core.periods import add_months
from nami_monitor.core.words import Standing
from nami_monitor.store import schema, snapshots
from nami_monitor.store.transaction import Transaction, literal

LINES_IN_A_FILE: Final = 100_000
"""A group of at least this many lines is a file; opening many smaller ones takes longer."""
MOST_STORED: Final = 2_000_000
"""Beyond this many lines in the table every group becomes a file: a snapshot stays small."""
CHANGED: Final = "temp.orders_changed"
STORED: Final = "orders_stored"
POSITION: Final = "coalesce(b.position, b.batch)"
"""SQL of the place of a batch ``b`` in the order: what a code released follows the code's batch."""


def month_in(dated_by: str | None) -> str:
    """SQL of the month of a day; null for a table without a date."""
    return f"cast(date_trunc('month', {dated_by}) as date)" if dated_by else "cast(null as date)"


MONTH: Final = month_in("ordered_on")


def compared(
    rows: str,
    table: str,
    dated_by: str | None,
    source: str,
    months: Sequence[date | None],
    *,
    kept: Sequence[str],
    rid: str = "o.line",
) -> tuple[str, list[object]]:
    """SQL of the standing of every row of a source in some months, from all that was offered.

    A full-period delivery replaces what its source offered before; without one, a row is known as
    often as an earlier batch of the source offered it. Rows that wait for a code are left out.

    Args:
        rows: where the rows stand.
        table: their input table, which has no key.
        dated_by: its column of days, if it has one.
        source: the source.
        months: first days of months; ``[None]`` for a table without a date.
        kept: the columns to select beside ``standing``.
        rid: SQL of what tells rows of one line apart, selected as ``rid``.

    Returns:
        The SQL and its parameters.
    """
    fields = ", ".join(schema.field_names(table))
    listed = [month for month in months if month]
    scope = f"{month_in(dated_by)} in (select unnest(?::date[]))" if dated_by else "len(?) >= 0"
    ends = f" and {dated_by} >= ? and {dated_by} < ?" if dated_by else ""
    bounds = [min(listed), add_months(max(listed), 1)] if dated_by else []
    floors = (
        "select w.month, max(f.batch) as batch from (select unnest(?::date[]) as month) as w"
        " join batches as f on f.source = ? and f.delivery = 'full_period'"
        " and f.undone_at is null and w.month between f.replaces_first and f.replaces_last"
        " where f.batch in (select batch from batch_months where table_name = ?) group by w.month"
    )
    columns = ", ".join(kept)
    query = (
        f"with floors as ({floors}), offered as (select {rid} as rid, o.*,"
        f" {POSITION} as position, coalesce(f.batch, 0) as least"
        f" from {rows} as o join batches as b on b.batch = o.batch"
        f" left join floors as f on f.month = {month_in(dated_by)}"
        f" where b.source = ? and o.standing <> 'unknown_code' and {scope}{ends}),"
        f" numbered as (select *, row_number() over (partition by {fields}, position"
        " order by line, rid) as copy from offered where position >= least)"
        f" select {columns}, 'replaced' as standing from offered where position < least"
        f" union all select {columns}, case when row_number() over (partition by {fields}, copy"
        " order by position) = 1 then 'live' else 'known' end as standing from numbered"
    )
    return query, [listed, source, table, source, listed, *bounds]


def rows_of(table: str) -> str:
    """The table that a write may update: of order lines only those that it opened or added."""
    return CHANGED if table == "orders" else f"{table}_offered"


def order_of(table: str) -> str:
    """The SQL clause by which new rows are added: those of a group of lines beside each other."""
    return f" order by {MONTH}, line" if table == "orders" else ""


def begin_changes(db: Transaction, table: str) -> None:
    """Make a table ready for new rows."""
    if table != "orders" or db.lines_open:
        return
    db.lines_open = True
    db.run(f"create temp table orders_changed ({schema.offered_columns('orders')})")
    show(db)


def open_lines(
    db: Transaction,
    table: str,
    *,
    batches: Sequence[int] | None = None,
    source: str | None = None,
    months: Sequence[date | None] | None = None,
) -> None:
    """Make lines open to changes: those of batches or of a source, in some months or in all.

    Lines that are open already stay as they are; tables other than ``orders`` always are open.
    """
    if table != "orders":
        return
    begin_changes(db, table)
    _open(
        db,
        "(? or batch in (select unnest(?::integer[])))"
        " and (? or batch in (select batch from batches where source = ?))"
        " and (? or month in (select unnest(?::date[])))",
        [
            *(batches is None, list(batches or ())),
            *(source is None, source),
            *(months is None, [month for month in months or () if month]),
        ],
    )


def _open(db: Transaction, which: str, parameters: Sequence[object]) -> None:
    groups = db.rows(
        f"select file from line_groups where {which} order by batch, month", parameters
    )
    files = [file for (file,) in groups if file]
    if files:
        db.run(f"insert into {CHANGED} by name from {_files(files)}")
    if len(files) < len(groups):
        stored = f"select batch, month from line_groups where file is null and {which}"
        of_groups = (
            f"from {STORED} where (batch, {MONTH}) in (select (batch, month) from ({stored}))"
        )
        db.run(f"insert into {CHANGED} by name select * {of_groups} order by rowid", parameters)
        db.run(f"delete {of_groups}", parameters)
    if groups:
        db.run(f"delete from line_groups where {which}", parameters)
        show(db)


def remove_batches(db: Transaction, batches: Sequence[int]) -> None:
    """Delete the lines of batches."""
    begin_changes(db, "orders")
    for table in (CHANGED, STORED, "line_groups"):
        db.run(f"delete from {table} where batch in (select unnest(?::integer[]))", [list(batches)])
    show(db)


def settle(db: Transaction, folder: Path) -> None:
    """Make the changed lines groups again: rows of the table, or files of a folder.

    The names of the files are those of no other database.

    Raises:
        RuntimeError: the groups hold other numbers of lines than were written; nothing is booked.
    """
    if not db.lines_open:
        return
    total = db.value(f"select count(*) + (select count(*) from {STORED}) from {CHANGED}")
    least = LINES_IN_A_FILE
    if total > MOST_STORED:
        least = 1
        _open(db, "file is null", [])
    filed = 0
    groups = (
        f"select batch, {MONTH} as month, count(*) as lines,"
        f" count(*) filter (standing = '{Standing.UNKNOWN_CODE}') as waiting"
        f" from {CHANGED} group by all"
    )
    for batch, month, lines, waiting in db.rows(
        f"from ({groups}) where lines >= ? order by batch, month", [least]
    ):
        file, written = _write(db, folder, batch, month)
        _refuse_loss(lines, written)
        filed += lines
        group = {"batch": batch, "month": month, "lines": lines, "waiting": waiting}
        db.insert("line_groups", group | {"file": file, "sha256": snapshots.sha256(folder / file)})
    db.run(f"insert into line_groups by name {groups}")
    db.run(f"insert into {STORED} from {CHANGED} order by rowid")
    _refuse_loss(total, filed + db.value(f"select count(*) from {STORED}"))
    db.run(f"drop table {CHANGED}")
    db.lines_open = False
    show(db)


def _refuse_loss(there: int, kept: int) -> None:
    if there != kept:
        raise RuntimeError(f"{there} order lines were to be kept, {kept} are")


def _write(db: Transaction, folder: Path, batch: int, month: date) -> tuple[str, int]:
    """Move a group to a file; gives the file's name below the folder, and how many lines it has."""
    name = f"{name_of(batch, month)}.{uuid4().hex[:12]}.parquet"
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    group, written = copy_group(db, CHANGED, batch, month, path)
    db.run(f"delete {group}")
    for part in (path, path.parent, folder):
        snapshots.sync(part)
    return name, written


def name_of(batch: int, month: date) -> str:
    """The first part of the name of the file of a group, below the folder of lines."""
    return f"month={month:%Y-%m}/batch={batch}"


def is_group(name: str) -> bool:
    """Whether a name below the folder of lines is that of a group's file."""
    return name.startswith("month=")


def copy_group(db: Transaction, table: str, batch: int, month: date, path: Path) -> tuple[str, int]:
    """Write a group of lines of a table to a file.

    Returns:
        SQL of the group from ``from`` on, and how many lines were written.
    """
    first = f"date '{month:%Y-%m-%d}'"
    group = (
        f"from {table} where batch = {batch}"
        f" and ordered_on >= {first} and ordered_on < {first} + interval 1 month"
    )
    form = "format parquet, compression zstd, compression_level 1"
    return group, int(db.value(f"copy ({group}) to {literal(str(path))} ({form})"))


def take_over(db: Transaction, folder: Path, files: Mapping[str, Path]) -> None:
    """Let the groups that ``line_groups`` lists, all of them files, be groups of this database.

    Small ones go to the table; files are linked, or copied where the disk is another.

    Args:
        db: a transaction that writes, on a database without lines.
        folder: its folder of lines.
        files: where each file is, by its name in ``line_groups``.
    """
    total = db.value("select coalesce(sum(lines), 0) from line_groups")
    least = 1 if total > MOST_STORED else LINES_IN_A_FILE
    rows = db.rows("select file, lines from line_groups order by batch, month")
    if small := [str(files[file]) for file, n in rows if n < least]:
        read = f"read_parquet([{', '.join(map(literal, small))}], hive_partitioning = false)"
        db.run(f"insert into {STORED} by name from {read}")
        db.run("update line_groups set file = null, sha256 = null where lines < ?", [least])
    for file in (file for file, n in rows if n >= least):
        target = folder / file
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
        try:
            target.hardlink_to(files[file])
        except OSError:
            snapshots.copy_file(files[file], target)
            snapshots.sync(target)
    show(db)


def line_files(db: Transaction) -> tuple[str, ...]:
    """The files of order lines, below their folder."""
    query = "select file from line_groups where file is not null order by file"
    return tuple(name for (name,) in db.rows(query))


def note_hashes(db: Transaction, folder: Path) -> None:
    """Note the hashes of the files that a database of an earlier version names."""
    for name in line_files(db):
        db.run(
            "update line_groups set sha256 = ? where file = ?",
            [snapshots.sha256(folder / name), name],
        )


def changed_files(db: Transaction) -> list[str]:
    """The files of order lines that are gone or have other bytes than were written."""
    folder = Path(db.value("select getvariable('lines')"))
    return [
        str(folder / name)
        for name, stated in db.rows("select file, sha256 from line_groups where file is not null")
        if not (folder / name).is_file() or snapshots.sha256(folder / name) != stated
    ]


def _files(names: Sequence[str]) -> str:
    listed = ", ".join(map(literal, names))
    paths = f"list_transform([{listed}], lambda name: getvariable('lines') || name)"
    return f"read_parquet({paths}, hive_partitioning = false)"


def show(db: Transaction) -> None:
    """Let the view of order lines read every group, and the lines that are open."""
    names = line_files(db)
    parts = [STORED]
    parts += [CHANGED] * db.lines_open
    parts += [_files(names)] * bool(names)
    columns = ", ".join(name for name, _ in schema.offered_fields("orders"))
    listed = " union all ".join(f"select {columns} from {part}" for part in parts)
    db.run(f"create or replace view orders_offered as {listed}")
