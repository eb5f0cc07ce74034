"""The database file and who holds it: a connection in memory attaches it as briefly as it can.

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
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from nami_monitor.core.errors import DatabaseHeldError, UserError, short
from nami_monitor.store import schema
from nami_monitor.store.transaction import Transaction

IDLE_SECONDS = 5.0
POLL_SECONDS = 0.05
MEMORY_LIMIT = "1500MB"
FILE = "f"

HELD = re.compile(r"Could not set lock|being used by another process")
"""What DuckDB says of a file that another process holds."""

REFUSED = re.compile(r"Permission denied|Read-only file system|Access is denied", re.IGNORECASE)
"""What DuckDB says of a file that may not be written."""


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
        folder = _quoted(Path(tempfile.gettempdir()) / "nami-monitor-spill")
        self._root.execute(f"set temp_directory = '{folder}'")
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
        with self._cursor("read_only") as cursor:
            cursor.execute("begin transaction")
            yield Transaction(cursor, unchanging=True)

    @contextmanager
    def _cursor(self, mode: str) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor on the file, which is attached before and let go afterwards."""
        self._enter(mode)
        cursor = self._root.cursor()
        try:
            cursor.execute(f"use {FILE}")
            yield cursor
        finally:
            cursor.close()
            self._leave()
            if mode == "read_write":
                self._detach_when_unused()

    def _recognise(self) -> None:
        """Refuse a file of another program; one that was left before it had a schema gets it."""
        if self.exists:
            with self._cursor("read_only") as cursor:
                bare = not schema.is_ours(Transaction(cursor))
            if bare:
                with self.write():
                    pass
        self._ours = True

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """One transaction that writes: committed at the end, unless it fails or is discarded.

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
            with self._cursor("read_write") as cursor:
                try:
                    cursor.execute("begin transaction")
                    transaction = Transaction(cursor)
                    schema.prepare(transaction)
                    self._commit(cursor)  # a refused first import leaves an empty database
                    cursor.execute("begin transaction")
                    yield transaction
                    if transaction.discarded:
                        cursor.rollback()
                    else:
                        self._commit(cursor)
                except BaseException:
                    with suppress(duckdb.TransactionException):  # a commit that failed has ended it
                        cursor.rollback()
                    raise

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
            version = 0
            if self.exists:
                with self.read() as db:
                    version = int(db.value("select data_version from meta"))
            self._known = (stamp, version)
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


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _holder(message: str) -> str:
    seen = re.search(r"held in (.+?)(?: by user .*?)?\.(?: |$)", message)
    return seen.group(1) if seen else message
