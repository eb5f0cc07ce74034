"""DuckDB instances and the files that are attached to them."""

import atexit
import contextlib
import os
import re
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import duckdb

from nami_monitor.core.errors import UserError, short
from nami_monitor.store import schema, snapshots
from nami_monitor.store.transaction import Transaction

MEMORY_LIMIT: Final = "1500MB"


@dataclass(eq=False)
class _Use:
    cursor: duckdb.DuckDBPyConnection | None = None


IN_USE: Final[set[_Use]] = set()
"""The cursors that threads of this process use."""
ENDING: Final = threading.Event()
"""Set when the program ends."""
ENDING_SECONDS: Final = 3.0
"""How long the end waits for what others query; the part of a query that goes on is short."""
FULL: Final = re.compile(
    r"No space left on device|not enough space|disk is full|quota exceeded", re.IGNORECASE
)
"""What DuckDB and the system say of a disk without room."""
REFUSED: Final = re.compile(
    r"Permission denied|Read-only file system|Access is denied|Not a directory", re.IGNORECASE
)
"""What they say of a place where nothing may be written."""
DAMAGED: Final = re.compile(
    r"Corrupt database file|Could not read enough bytes|not a valid DuckDB|No files found"
    r"|not match stored checksum|magic bytes|parquet|TProtocol|ZSTD",
    re.IGNORECASE,
)
"""What it says of a file that is not whole, or gone."""
STORAGE: Final = re.compile(r"storage version|newer version of DuckDB", re.IGNORECASE)
"""What DuckDB says of a file that a newer DuckDB wrote."""


def start() -> duckdb.DuckDBPyConnection:
    """A DuckDB instance without any file."""
    _watch_the_end()
    root = duckdb.connect()
    root.execute("set enable_progress_bar = false")
    # rows that were just written are taken for few, and compared each with each
    root.execute("set global asof_loop_join_threshold = 0")
    root.execute(f"set memory_limit = '{MEMORY_LIMIT}'")
    spill = _quoted(Path(tempfile.gettempdir()) / "nami-monitor-spill")
    root.execute(f"set temp_directory = '{spill}'")
    root.execute("set autoinstall_known_extensions = false")
    root.execute("set autoload_known_extensions = false")
    return root


def _run(root: duckdb.DuckDBPyConnection, sql: str) -> None:
    """Run a statement on a connection of its own: threads share an instance, never a connection."""
    with _cursor(root) as cursor:
        cursor.execute(sql)


def attach(root: duckdb.DuckDBPyConnection, file: Path, name: str, mode: str, shown: Path) -> None:
    """Attach a DuckDB file to an instance, under a name that the views in it do not need.

    ``mode`` is ``read_only`` or ``read_write``; ``shown`` is the path that an error names.

    Raises:
        UserError: ``store.unreadable`` or ``store.newer_storage``.
    """
    try:
        _run(root, f"attach '{_quoted(file)}' as {name} (type duckdb, {mode})")
    except duckdb.Error as error:
        if FULL.search(str(error)) or REFUSED.search(str(error)):
            raise
        key = "store.newer_storage" if STORAGE.search(str(error)) else "store.unreadable"
        raise UserError(key, path=str(shown), duckdb=duckdb.__version__) from error


def detach(root: duckdb.DuckDBPyConnection, name: str) -> None:
    """Let a file go, whatever happened to it."""
    with suppress(duckdb.Error):
        _run(root, f"detach database if exists {name}")


@contextmanager
def cursor_on(
    root: duckdb.DuckDBPyConnection, name: str, line_folder: Path
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A cursor on an attached file in a transaction, which reads order lines from a folder."""
    with _cursor(root) as cursor:
        cursor.execute(f"use {name}")
        cursor.execute(f"set variable lines = '{_quoted(line_folder)}/'")
        cursor.execute("begin transaction")
        yield cursor


@contextmanager
def _cursor(root: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """A cursor on an instance, which ``end_queries`` knows."""
    use = _Use()
    IN_USE.add(use)
    try:
        if ENDING.is_set() and threading.current_thread() is not threading.main_thread():
            raise SystemExit  # a thread that asks so late ends, as it would in a moment anyway
        with contextlib.closing(root.cursor()) as use.cursor:
            yield use.cursor
    finally:
        IN_USE.discard(use)


@cache
def _watch_the_end() -> None:
    """Have queries ended before stores close: what is registered last comes first."""
    atexit.register(end_queries)


def end_queries() -> None:
    """Interrupt what threads query while the program ends.

    A thread that is within DuckDB when the interpreter goes takes the process down with a message.
    What threads say when they are ended so is no news.
    """
    ENDING.set()
    threading.excepthook = lambda _: None
    if not IN_USE:
        return
    until = time.monotonic() + ENDING_SECONDS
    while IN_USE and time.monotonic() < until:
        for cursor in [use.cursor for use in IN_USE.copy() if use.cursor]:
            with suppress(duckdb.Error):
                cursor.interrupt()
        time.sleep(0.01)
    time.sleep(0.05)  # a cursor that was used last is still let go by who used it


def complete(root: duckdb.DuckDBPyConnection, name: str, file: Path) -> None:
    """Let an attached file go once everything that was committed stands in it on the disk."""
    _run(root, f"checkpoint {name}")
    _run(root, f"detach {name}")
    if file.with_name(f"{file.name}.wal").exists():
        raise OSError("the write-ahead log was not merged")
    snapshots.sync(file)


def attach_empty(root: duckdb.DuckDBPyConnection, name: str) -> None:
    """Attach an empty database in memory."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "empty.duckdb"
        file.write_bytes(empty_file())
        attach(root, file, f"{name}_file", "read_only", file)
        _run(root, f"attach ':memory:' as {name}")
        _run(root, f"copy from database {name}_file to {name}")
        detach(root, f"{name}_file")


@cache
def empty_file() -> bytes:
    """The bytes of the file of an empty database: made once, for making one takes 0.2 s."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "empty.duckdb"
        with contextlib.closing(start()) as root:
            attach(root, file, "empty", "read_write", file)
            with contextlib.closing(root.cursor()) as cursor:
                cursor.execute("use empty")
                cursor.execute("begin transaction")
                schema.create(Transaction(cursor))
                cursor.execute("commit")
            complete(root, "empty", file)
        return file.read_bytes()


@contextmanager
def sentences(path: Path) -> Iterator[None]:
    """Turn what the disk refuses into errors that a person can mend.

    Raises:
        UserError: ``store.full``, ``store.unwritable`` or ``store.damaged``.
    """
    try:
        with damage_said(path):
            yield
    except (duckdb.Error, OSError) as error:
        text = str(error)
        if FULL.search(text):
            raise UserError("store.full", path=str(path)) from error
        if isinstance(error, FileNotFoundError):
            raise UserError("store.damaged", path=str(path)) from error
        refused = REFUSED.search(text)
        if refused or isinstance(error, (duckdb.IOException, duckdb.FatalException)):
            shown = refused.group() if refused else short(text, 200)
            raise UserError("store.unwritable", path=str(path), why=shown) from error
        raise


@contextmanager
def damage_said(path: Path) -> Iterator[None]:
    """Turn what DuckDB says of files that are not whole into an error that a person can mend.

    Raises:
        UserError: ``store.damaged``.
    """
    try:
        yield
    except duckdb.Error as error:
        text = str(error)
        if DAMAGED.search(text) and not (FULL.search(text) or REFUSED.search(text)):
            raise UserError("store.damaged", path=str(path)) from error
        raise


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """As ``damage_said``, with what the system refuses to somebody who only reads.

    Raises:
        UserError: ``store.damaged``, ``store.unreadable``, or ``store.full`` where a large question
            needs more room than there is.
    """
    try:
        with damage_said(path):
            yield
    except duckdb.IOException as error:
        text = str(error)
        if FULL.search(text) or REFUSED.search(text):
            key = "store.full" if FULL.search(text) else "store.unreadable"
            raise UserError(key, path=str(path)) from error
        raise


def _quoted(path: Path) -> str:
    return path.as_posix().replace("'", "''") if os.name == "nt" else str(path).replace("'", "''")
