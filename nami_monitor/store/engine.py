"""Who holds the file: a root connection in memory attaches it for as short as it can.

Reading attaches read-only, writing read-write; the file is let go after a few idle seconds, so that
a scheduled import succeeds while a dashboard is open. Readers use a cursor each: one connection
shared by threads gives wrong results.
"""

from __future__ import annotations

import re
import tempfile
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import polars as pl
import pyarrow as pa

from nami_monitor.core.errors import DatabaseHeldError, UserError, short
from nami_monitor.store import schema

IDLE_SECONDS = 5.0
POLL_SECONDS = 0.05
MEMORY_LIMIT = "1500MB"
FILE = "f"

HELD = re.compile(r"Could not set lock|being used by another process")
"""What DuckDB says of a file that another process holds."""

REFUSED = re.compile(r"Permission denied|Read-only file system|Access is denied", re.IGNORECASE)
"""What DuckDB says of a file that may not be written."""

Made = TypeVar("Made")
Parameters = Sequence[Any] | Mapping[str, Any] | None


class Transaction:
    """SQL on one cursor; everything is booked at its end, or nothing.

    Args:
        cursor: a cursor of the root connection, its catalogue set to the file.
        unchanging: whether no stored table can change while it lasts.
    """

    def __init__(self, cursor: duckdb.DuckDBPyConnection, *, unchanging: bool = False) -> None:
        self._cursor = cursor
        self._answers: dict[str, list[tuple[Any, ...]]] | None = {} if unchanging else None
        self._made: dict[str, Any] = {}

    def run(self, sql: str, parameters: Parameters = None) -> None:
        """Run a statement whose rows nobody wants."""
        self._cursor.execute(sql, parameters).fetchall()

    def rows(self, sql: str, parameters: Parameters = None) -> list[tuple[Any, ...]]:
        """All rows of a query, as tuples."""
        return self._cursor.execute(sql, parameters).fetchall()

    def rows_again(self, sql: str, parameters: Parameters = None) -> list[tuple[Any, ...]]:
        """The rows of a query on stored tables that many figures put alike; asked only once."""
        if self._answers is None:
            return self.rows(sql, parameters)
        key = f"{sql}\0{parameters!r}"
        if key not in self._answers:
            self._answers[key] = self.rows(sql, parameters)
        return self._answers[key]

    def once(self, name: str, make: Callable[[], Made]) -> Made:
        """What many figures work out alike from stored tables; made only once.

        Args:
            name: what it is; two things have two names.
            make: how it is worked out.
        """
        if self._answers is None:
            return make()
        if name not in self._made:
            self._made[name] = make()
        made: Made = self._made[name]
        return made

    def value(self, sql: str, parameters: Parameters = None) -> Any:
        """The first field of the first row, or None when there is no row."""
        rows = self.rows(sql, parameters)
        return rows[0][0] if rows else None

    def frame(self, sql: str, parameters: Parameters = None) -> pl.DataFrame:
        """All rows of a query, as a polars frame."""
        table: pa.Table = self._cursor.sql(sql, params=parameters).to_arrow_table()
        frame = pl.from_arrow(table)
        if not isinstance(frame, pl.DataFrame):
            raise TypeError(type(frame))
        return frame

    def keep_view(self, name: str, frame: pl.DataFrame) -> None:
        """Let SQL read a frame under ``name`` until the transaction ends."""
        self._cursor.register(name, frame.to_arrow())

    @contextmanager
    def table_of(self, name: str, sql: str) -> Iterator[str]:
        """Let SQL read the rows of a query, worked out once, for as long as the block lasts.

        When it fails, the cursor goes and the table with it.
        """
        self._cursor.execute(f"create temp table {name} as {sql}")
        yield name
        self._cursor.execute(f"drop table temp.{name}")

    @contextmanager
    def view_of(self, name: str, frame: pl.DataFrame) -> Iterator[str]:
        """Let SQL read a frame under ``name`` for as long as the block lasts.

        When it fails, the cursor goes and the view with it.
        """
        self._cursor.register(name, frame.to_arrow())
        yield name
        self._cursor.unregister(name)


class Store:
    """One database file.

    Args:
        path: the file; its folder is made when the first import writes to it.
        wait: seconds to wait while another process holds the file, before saying so.
        idle: seconds without a query after which the file is let go.
    """

    def __init__(self, path: Path, *, wait: float = 10.0, idle: float = IDLE_SECONDS) -> None:
        self.path = path
        self.wait = wait
        self._idle = idle
        self._root = duckdb.connect()
        self._root.execute("set enable_progress_bar = false")
        self._root.execute(f"set memory_limit = '{MEMORY_LIMIT}'")
        self._root.execute(f"set temp_directory = '{_temp_folder()}'")
        self._root.execute("set max_vacuum_tasks = 0")  # row groups stay as they were written
        self._root.execute("set autoinstall_known_extensions = false")
        self._root.execute("set autoload_known_extensions = false")
        self._gate = threading.Condition()
        self._users = 0
        self._mode = ""
        self._last_use = time.monotonic()
        self._writing = threading.Lock()
        self._closed = False
        self._ours = False
        self._known: tuple[tuple[int, int], int] = ((0, 0), 0)
        self._timers: list[threading.Timer] = []
        self._let_go = weakref.finalize(self, _let_go, self._root, self._timers)

    @property
    def exists(self) -> bool:
        """Whether anything was ever written."""
        return self.path.exists()

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """A consistent look at the file; an empty database while there is no file.

        Raises:
            DatabaseHeldError: another process holds the file longer than ``wait``.
            UserError: ``store.unreadable``, ``store.foreign``, ``store.newer`` or ``store.older``.
        """
        if not self._ours:
            self._recognise()
        if not self.exists:
            with self.write():
                pass
        self._enter("read_only")
        cursor = self._root.cursor()
        try:
            cursor.execute(f"use {FILE}")
            cursor.execute("begin transaction")
            yield Transaction(cursor, unchanging=True)
        finally:
            cursor.close()
            self._leave()

    def _recognise(self) -> None:
        """Refuse a file of another program; one that was left before it had a schema gets it."""
        if self.exists:
            self._enter("read_only")
            cursor = self._root.cursor()
            try:
                cursor.execute(f"use {FILE}")
                bare = not schema.is_ours(Transaction(cursor))
            finally:
                cursor.close()
                self._leave()
            if bare:
                with self.write():
                    pass
        self._ours = True

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """One transaction that writes: booked whole when the block ends, or not at all.

        Raises:
            DatabaseHeldError: another process holds the file longer than ``wait``.
            UserError: ``store.unwritable``, or what ``read`` raises.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._unwritable(error.strerror) from error
        with self._writing:
            self._detach_when_unused()
            self._enter("read_write")
            cursor = self._root.cursor()
            try:
                cursor.execute(f"use {FILE}")
                cursor.execute("begin transaction")
                transaction = Transaction(cursor)
                schema.prepare(transaction)
                self._commit(cursor)  # a refused first import leaves an empty database
                cursor.execute("begin transaction")
                yield transaction
                self._commit(cursor)
            except BaseException:
                with suppress(duckdb.TransactionException):  # a commit that failed has ended it
                    cursor.rollback()
                raise
            finally:
                cursor.close()
                self._leave()
                self._detach_when_unused()

    def _commit(self, cursor: duckdb.DuckDBPyConnection) -> None:
        try:
            cursor.commit()
        except duckdb.Error as error:
            raise self._unwritable(str(error)) from error

    def _unwritable(self, why: str | None) -> UserError:
        known = REFUSED.search(why or "")
        shown = known.group() if known else short(why or "-", 200)
        return UserError("store.unwritable", path=str(self.path), why=shown)

    def stamp(self) -> tuple[int, int]:
        """When the file was last written, and its size; zeros while there is no file.

        Cheap enough to ask often, and it does not hold the file.
        """
        try:
            seen = self.path.stat()
        except FileNotFoundError:
            return (0, 0)
        return (seen.st_mtime_ns, seen.st_size)

    def version(self) -> int:
        """The data version: it rises with whatever changes the data."""
        stamp = self.stamp()
        if stamp != self._known[0]:
            found = 0
            if self.exists:
                with self.read() as db:
                    found = int(db.value("select data_version from meta"))
            self._known = (stamp, found)
        return self._known[1]

    def close(self) -> None:
        """Let the file go for good; also done when the process ends. Once is enough."""
        self._closed = True
        with self._gate:
            self._gate.wait_for(lambda: self._users == 0, timeout=self.wait)
        self._let_go()

    def _enter(self, mode: str) -> None:
        deadline = time.monotonic() + self.wait
        while True:
            with self._gate:
                if self._mode:
                    self._users += 1
                    return
                try:
                    file = _quoted(self.path.absolute())  # a name may mean something to DuckDB
                    self._root.execute(f"attach '{file}' as {FILE} (type duckdb, {mode})")
                except duckdb.Error as error:
                    if mode == "read_write" and REFUSED.search(str(error)):
                        raise self._unwritable(str(error)) from error
                    if not HELD.search(str(error)):
                        raise UserError("store.unreadable", path=str(self.path)) from error
                    if time.monotonic() > deadline:
                        raise DatabaseHeldError(str(self.path), _holder(str(error))) from error
                else:
                    self._mode = mode
                    self._users += 1
                    return
            time.sleep(POLL_SECONDS)

    def _leave(self) -> None:
        with self._gate:
            self._users -= 1
            self._last_use = time.monotonic()
            self._gate.notify_all()
            _cancel(self._timers)
            if self._mode == "read_only" and not self._closed:
                timer = threading.Timer(self._idle, self._detach_when_idle)
                timer.daemon = True
                self._timers.append(timer)
                timer.start()

    def _detach_when_idle(self) -> None:
        with self._gate:
            idle = time.monotonic() - self._last_use >= self._idle * 0.99
            if idle and self._users == 0 and self._mode == "read_only" and not self._closed:
                self._detach()

    def _detach_when_unused(self) -> None:
        with self._gate:
            self._gate.wait_for(lambda: self._users == 0)
            self._detach()

    def _detach(self) -> None:
        if self._mode:
            self._root.execute(f"detach {FILE}")
            self._mode = ""


def _cancel(timers: list[threading.Timer]) -> list[threading.Timer]:
    """Cancel timers and forget them; gives those that were cancelled."""
    cancelled = timers.copy()
    timers.clear()
    for timer in cancelled:
        timer.cancel()
    return cancelled


def _let_go(root: duckdb.DuckDBPyConnection, timers: list[threading.Timer]) -> None:
    """Close the root connection; a thread that outlives it would be reported as a leak."""
    for timer in _cancel(timers):
        timer.join()
    root.close()


def _temp_folder() -> str:
    return _quoted(Path(tempfile.gettempdir()) / "nami-monitor-spill")


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _holder(message: str) -> str:
    seen = re.search(r"held in (.+?)(?: by user .*?)?\.(?: |$)", message)
    return seen.group(1) if seen else message
