"""Databases of earlier versions: their rows go into a new database of the present schema.

The earlier database stays as it was, under another name. What follows from the rows (views,
roll-ups) is made anew, so a migration says only how stored tables changed:

- 4 to 5 brought the table of shadow prices.
- 5 to 6 moved the order lines out of one table, see ``store.lines``; the file became a folder of
  snapshots. ``materials`` got the column ``energy_recovery_counts``.
- 6 to 7 made the merged codes and the spans of articles tables that follow from the rows, and
  brought the hashes of the files of order lines.
- 7 to 8 brought the one code under which an article of several sources counts, and the roll-up of
  orders and articles by cell.
- 8 to 9 brought the evaluation plan of a measure: columns that are empty until somebody states one.
- 9 to 10 brought the table of assignments (which location of a measure got what by chance),
  measures that go on and off (``turn_months``) and plans that weigh months (``month_weights``).
- 10 to 11 brought the trail.
"""

import contextlib
import os
import shutil
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Final

import duckdb
from filelock import FileLock, Timeout

from nami_monitor.core.errors import DatabaseHeldError, UserError
from nami_monitor.store import instance, lines, schema, snapshots, trail
from nami_monitor.store.rollups import (
    FACTS,
    ORDER_ROLLUPS,
    REGISTER_ROLLUPS,
    refresh_facts,
    refresh_merged,
    refresh_order_rollups,
    refresh_registers,
)
from nami_monitor.store.snapshots import Manifest
from nami_monitor.store.trail import TrailRow
from nami_monitor.store.transaction import Transaction, literal

OLDEST: Final = 4
"""The earliest schema that can be upgraded."""
IN_ONE_FILE: Final = 5
"""The last schema whose database was a file."""
DERIVED: Final = {
    *(rollup.name for rollup in ORDER_ROLLUPS),
    *REGISTER_ROLLUPS,
    *FACTS,
    "by_cell",
    "delivered",
    "merged",
    "meta",
}
"""Tables that are made anew instead of copied."""
ROOM: Final = 64 * 2**20
"""Bytes that must stay free besides those of the new database."""


def upgrade(path: Path, wait: float) -> None:
    """Upgrade a database of an earlier version, unless another process just did.

    The database is a file up to schema 5 and a folder since; ``wait`` is how many seconds to wait
    for another process that upgrades it.

    Raises:
        DatabaseHeldError: another process is still upgrading it, or writing to it.
        UserError: ``store.unreadable``, ``store.foreign``, ``store.newer``, ``store.older``
            (before schema 4), ``store.no_room``, ``store.unwritable`` or ``store.full``.
    """
    fresh = path.with_name(f"{path.name}.upgrade")
    lock = FileLock(path.with_name(f"{path.name}.upgrade.lock"), thread_local=False)
    try:
        with instance.sentences(path), lock.acquire(timeout=wait, poll_interval=0.1):
            seen = _version(path) if path.exists() else None
            if seen == schema.VERSION:
                return
            with _turn(path, wait):
                if seen:
                    try:
                        _rebuild(path, fresh)
                    except BaseException:  # on a full disk the half of it takes room from all
                        shutil.rmtree(fresh, ignore_errors=True)
                        raise
                    path.replace(kept_copy(path, seen))
                if _log(path).exists():  # what the earlier program had not merged stays with it
                    *_, last = (one for one in kept_copies(path) if one.suffix != ".wal")
                    _log(path).replace(_log(last))
                fresh.replace(path)
                shutil.rmtree(snapshots.views(path), ignore_errors=True)  # made anew when asked for
    except Timeout as error:
        holder = {"what": "upgrade", "who": "-", "since": "-", "pid": "-"}
        raise DatabaseHeldError(str(path), **holder) from error
    finally:
        with contextlib.suppress(OSError):
            Path(lock.lock_file).unlink(missing_ok=True)


@contextlib.contextmanager
def _turn(path: Path, wait: float) -> Iterator[None]:
    """The turn to write to the earlier database: what its program writes meanwhile would be lost.

    On Windows a folder cannot be renamed while somebody has a file of it open, a writer neither.
    """
    if os.name == "nt" or not path.is_dir():
        yield
        return
    try:
        turn = FileLock(path / snapshots.LOCK, thread_local=False).acquire(wait, poll_interval=0.1)
    except Timeout as error:
        raise DatabaseHeldError(str(path), **snapshots.holder(path / snapshots.WRITER)) from error
    with turn:
        yield


def half_done(path: Path) -> bool:
    """Whether an upgrade was broken off after the new database was complete."""
    return (
        not path.exists() and (path.with_name(f"{path.name}.upgrade") / snapshots.POINTER).exists()
    )


def kept_copy(path: Path, version: int) -> Path:
    """Where a database of an earlier version is kept after its upgrade: where none is kept yet."""
    names = (f"{path.name}.schema{version}{again or ''}" for again in count(0, -1))
    return next(kept for kept in map(path.with_name, names) if not kept.exists())


def kept_copies(path: Path) -> list[Path]:
    """The databases of earlier versions that upgrades kept, with their logs."""
    found = path.parent.glob(f"{path.name}.schema[0-9]*")
    return sorted(found, key=lambda one: (len(one.name), one.name))


def _version(path: Path) -> int:
    """The schema of a database, unless it is too new or too old to be upgraded."""
    manifest = snapshots.newest(path)
    if manifest:
        seen = manifest.schema
    else:
        with contextlib.closing(instance.start()) as root:
            instance.attach(root, path, "earlier", "read_only", path)
            with instance.cursor_on(root, "earlier", path) as cursor:
                seen = schema.version_of(Transaction(cursor))
    if not OLDEST <= seen <= schema.VERSION:
        schema.refuse_version(seen)
    return seen


def _rebuild(path: Path, fresh: Path) -> None:
    """Make a new database with the rows of an earlier one."""
    shutil.rmtree(fresh, ignore_errors=True)
    earlier = snapshots.newest(path)
    file = path / earlier.file if earlier else path
    needed = 2 * sum(part.stat().st_size for part in _files(path)) + ROOM
    free = shutil.disk_usage(path.parent).free
    if free < needed:
        raise UserError("store.no_room", path=str(path), needed=needed >> 20, free=free >> 20)
    fresh.mkdir()
    for name in earlier.lines if earlier else ():
        target = fresh / snapshots.LINES / name
        target.parent.mkdir(parents=True, exist_ok=True)
        snapshots.copy_file(path / snapshots.LINES / name, target)
        snapshots.sync(target)
    draft = fresh / snapshots.draft_name()
    draft.write_bytes(instance.empty_file())
    with contextlib.closing(instance.start()) as root:
        instance.attach(root, file, "earlier", "read_only", path)
        instance.attach(root, draft, "made", "read_write", path)
        with instance.cursor_on(root, "made", fresh / snapshots.LINES) as cursor:
            manifest = _fill(cursor, fresh, list(trail.waiting(path).values()))
        instance.complete(root, "made", draft)
    draft.replace(fresh / manifest.file)
    snapshots.publish(fresh, manifest)


def _files(path: Path) -> list[Path]:
    """The files of a database; of one in a file that file and its write-ahead log."""
    if path.is_dir():
        return [part for part in path.rglob("*") if part.is_file()]
    return [part for part in (path, _log(path)) if part.exists()]


def _log(file: Path) -> Path:
    """The write-ahead log of a DuckDB file, which is there after a program was stopped."""
    return file.with_name(f"{file.name}.wal")


def _fill(cursor: duckdb.DuckDBPyConnection, fresh: Path, waited: Sequence[TrailRow]) -> Manifest:
    """Copy the rows of the database ``earlier`` and derive what follows from them.

    ``waited`` are acts that the next write was to take down.
    """
    db = Transaction(cursor)
    columns = _copy_tables(db)
    trail.write(db, waited, (), "")
    version, data_version, demo = db.rows(
        "select schema_version, data_version, demo from earlier.meta"
    )[0]
    if version <= IN_ONE_FILE:
        lines.begin_changes(db, "orders")
        names = ", ".join(f'"{name}"' for name in columns["orders_offered"])
        db.run(
            f"insert into {lines.rows_of('orders')} ({names})"
            f" select {names} from earlier.orders_offered order by rowid"
        )
        lines.settle(db, fresh / snapshots.LINES)
    else:
        lines.note_hashes(db, fresh / snapshots.LINES)
        lines.show(db)
    refresh_merged(db)
    refresh_facts(db)
    refresh_order_rollups(db, None)
    refresh_registers(db)
    db.run("update meta set data_version = ?, demo = ?", [data_version + 1, demo])
    manifest = Manifest(1, schema.VERSION, data_version + 1, lines.line_files(db))
    cursor.execute("commit")
    cursor.execute("use memory")
    return manifest


def _copy_tables(db: Transaction) -> dict[str, list[str]]:
    """Copy the rows of ``earlier``, and the mark of ``meta``; gives the columns of its tables."""
    columns: dict[str, dict[str, list[str]]] = {"earlier": {}, "made": {}}
    for base, table, names in db.rows(
        "select c.database_name, c.table_name, list(c.column_name) from duckdb_columns() as c"
        " join duckdb_tables() as t using (database_oid, schema_oid, table_oid)"
        " where c.database_name in ('earlier', 'made') group by all order by all"
    ):
        columns[base][table] = names
    for table in columns["made"].keys() & columns["earlier"].keys() - DERIVED:
        shared = [name for name in columns["made"][table] if name in columns["earlier"][table]]
        listed = ", ".join(f'"{name}"' for name in shared)
        db.run(f"insert into {table} ({listed}) select {listed} from earlier.{table}")
    comment = db.value(
        "select comment from duckdb_tables() where database_name = 'earlier'"
        " and table_name = 'meta'"
    )
    if comment:
        db.run(f"comment on table meta is {literal(comment)}")
    return columns["earlier"]


def rewrite(file: Path, fresh: Path) -> None:
    """Write the rows of a snapshot's file to another, which has no free blocks."""
    with contextlib.closing(instance.start()) as root:
        instance.attach(root, file, "earlier", "read_only", file)
        instance.attach(root, fresh, "made", "read_write", fresh)
        with instance.cursor_on(root, "made", file.parent / snapshots.LINES) as cursor:
            cursor.execute("copy from database earlier to made")
            cursor.execute("commit")
            cursor.execute("use memory")
        instance.complete(root, "made", fresh)
