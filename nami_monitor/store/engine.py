"""The database: readers look at snapshots, writers take turns at making the next one.

A write copies the newest snapshot, changes the copy in one transaction, and publishes it. Readers
never open a file that somebody writes, so nobody waits for a reader, and no reader for a writer.
Reading and writing have a DuckDB instance each; after a fatal error the next use starts a new one.
"""

import shutil
import tempfile
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from itertools import count
from pathlib import Path
from typing import Final

import duckdb
from filelock import FileLock, Timeout

from nami_monitor.core.errors import DatabaseHeldError, UserError, listed
from nami_monitor.store import instance, lines, migrations, rollups, schema, snapshots, trail
from nami_monitor.store.snapshots import Manifest
from nami_monitor.store.trail import TrailRow
from nami_monitor.store.transaction import Transaction, literal

IDLE_SECONDS: Final = 5.0
WAIT_SECONDS: Final = 30.0
POLL_SECONDS: Final = 0.02
READING: Final = "reading"
WRITING: Final = "writing"
NUMBERS: Final = count()
NOTHING: Final = Manifest(0, schema.VERSION, 0, ())
"""Stands for the snapshot of a database that was never written."""
LINES_ARE_IN: Final = "select getvariable('lines')"
BROKEN: Final = (duckdb.FatalException, duckdb.InternalException)
"""After these an instance does nothing any more."""


class Work(StrEnum):
    """What a writer does, as others read it while they wait."""

    CHANGE = "change"
    IMPORT = "import"
    UNDO = "undo"
    CODES = "codes"
    ENTRY = "entry"
    NOTE = "note"
    VERDICT = "verdict"
    UPGRADE = "upgrade"
    RESTORE = "restore"
    COMPACT = "compact"


OF_DATA: Final = frozenset({Work.IMPORT, Work.UNDO, Work.CODES, Work.ENTRY})
"""Work after which roll-ups are made anew from lines."""


@dataclass
class Blocked:
    """How long reads and writes were blocked on locks and files, in seconds, the latest last.

    The turns of other writers are left out.
    """

    reads: deque[float] = field(default_factory=lambda: deque(maxlen=10_000))
    writes: deque[float] = field(default_factory=lambda: deque(maxlen=10_000))


@dataclass
class _Opened:
    """A snapshot that this process reads, ``users`` times at present.

    ``held`` marks it for other processes, see ``snapshots.hold``; ``name`` is how the instance
    knows it.
    """

    manifest: Manifest
    root: duckdb.DuckDBPyConnection
    held: int | None = None
    users: int = 0
    name: str = field(default_factory=lambda: f"snapshot_{next(NUMBERS)}")

    def close(self) -> None:
        """Let its file go."""
        instance.detach(self.root, self.name)
        if self.held is not None:
            snapshots.let_go(self.held)
            self.held = None


class _Instances:
    """The DuckDB instances of one store, by what they are for."""

    def __init__(self) -> None:
        self._roots: dict[str, duckdb.DuckDBPyConnection] = {}
        self._starting = threading.Lock()

    def of(self, purpose: str) -> duckdb.DuckDBPyConnection:
        """The instance for a purpose, started when there is none."""
        with self._starting:
            if purpose not in self._roots:
                self._roots[purpose] = instance.start()
            return self._roots[purpose]

    def abandon(self, purpose: str) -> None:
        """Start a new instance next time, because this one broke."""
        self._roots.pop(purpose, None)

    def close(self) -> None:
        """Close them all; what another thread queries at present ends with its query.

        DuckDB closes no connection in the middle of a query. Such a thread holds the last reference
        to its instance, which ends with that.
        """
        while self._roots:
            _, root = self._roots.popitem()
            with suppress(duckdb.ResourceInUseException):
                root.close()


class Store:
    """One database: a folder of snapshots, see ``store.snapshots``.

    Args:
        path: the folder; the first write makes it.
        wait: seconds to wait for a turn to write, before saying who holds it.
        idle: seconds without a query after which a snapshot's file is let go.

    Attributes:
        blocked: how long its reads and writes were blocked.
    """

    def __init__(
        self, path: Path, *, wait: float = WAIT_SECONDS, idle: float = IDLE_SECONDS
    ) -> None:
        self.path = path
        self.wait = wait
        self.blocked = Blocked()
        self._folder = path.absolute()
        self._lines = self._folder / snapshots.LINES
        self._idle = idle
        self._gate = threading.Lock()
        self._instances = _Instances()
        self._whole: Store | None = None
        self._opened: dict[Manifest, _Opened] = {}
        self._timers: list[threading.Timer] = []
        self._last_use = time.monotonic()
        self._let_go = weakref.finalize(
            self, _close_all, self._opened, self._timers, self._instances
        )

    @property
    def exists(self) -> bool:
        """Whether there is anything to open: not before the first write is complete."""
        try:
            (self._folder / snapshots.POINTER).stat()
        except (FileNotFoundError, NotADirectoryError):
            pass
        except OSError:
            return True  # who opens it reads why that cannot be
        else:
            return True
        return (
            self._folder.is_file()
            or migrations.half_done(self._folder)
            or bool(snapshots.strangers(self._folder))
            or snapshots.is_pointer_lost(self._folder)
        )

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """A consistent look at the newest snapshot; an empty database while there is none.

        Raises:
            UserError: ``store.unreadable``, ``store.damaged``, ``store.foreign``, ``store.newer``
                or ``store.older``.
        """
        with self.read_files() as (db, _):
            yield db

    @contextmanager
    def read_files(self) -> Iterator[tuple[Transaction, dict[str, Path]]]:
        """As ``read``, with the files of the snapshot by their name in the database's folder.

        They stay as they are while the block lasts, unless an undo dropped the snapshot more than
        ten minutes ago.
        """
        begun = time.perf_counter()
        with instance.reading(self.path):
            opened = self._enter()
            try:
                with instance.cursor_on(opened.root, opened.name, self._lines) as cursor:
                    self.blocked.reads.append(time.perf_counter() - begun)
                    files = snapshots.files_of(self._folder, opened.manifest)
                    yield Transaction(cursor, unchanging=True), files
            except BROKEN:
                with self._gate:
                    self._instances.abandon(READING)
                    left = [one for one in self._opened.values() if not one.users]
                    self._opened.clear()
                for one in left:
                    one.close()
                raise
            finally:
                self._leave(opened)

    @contextmanager
    def write(self, what: Work = Work.CHANGE, who: str = "") -> Iterator[Transaction]:
        """One transaction that writes: published at its end, unless it fails or is discarded.

        Those who wait meanwhile are told ``what`` is done and by whom (role or initials).

        Raises:
            DatabaseHeldError: others write for longer than ``wait``.
            UserError: ``store.unwritable``, ``store.full``, ``lake.sum`` where data would change
                in the sum of organisations, or what ``read`` raises.
        """
        with instance.sentences(self.path), self._turn(what, who):
            begun = time.perf_counter()
            base = self._newest()
            draft = self._folder / snapshots.draft_name()
            source = self._folder / base.file if base else None
            with self._draft(draft, source) as (cursor, db):
                blocked = time.perf_counter() - begun
                if what in OF_DATA and rollups.is_sum(db):
                    raise UserError("lake.sum", path=str(self.path))
                yield db
                begun = time.perf_counter()
                if not db.discarded:
                    if who and not db.acts:
                        db.did(what)
                    self._publish(cursor, db, draft, base, who)
            self._look_again_if(db.dropping or bool(base and base.holds_deleted))
            self.blocked.writes.append(blocked + time.perf_counter() - begun)

    @contextmanager
    def trial(self) -> Iterator[Transaction]:
        """A transaction on a private copy of the newest snapshot, thrown away at its end.

        It waits for nobody, and nobody waits for it.

        Raises:
            UserError: as ``write``.
        """
        with instance.sentences(self.path):
            base = self._enter()  # its file and its lines stay for as long as the trial lasts
            try:
                source = self._folder / base.manifest.file if base.held is not None else None
                folder = self._folder if source else Path(tempfile.gettempdir())
                with self._draft(folder / snapshots.draft_name(), source) as (_, db):
                    db.discard()
                    yield db
            finally:
                self._leave(base)

    def adopt(self, other: Path, who: str = "", first: Callable[[], object] = lambda: None) -> None:
        """Make the newest snapshot of another database the next one of this; no older one stays.

        The other one stays as it is. ``first`` is called once nobody else can write; when it
        raises, nothing changes. ``who`` is as in ``write``.

        Raises:
            DatabaseHeldError: others write for longer than ``wait``.
            UserError: ``store.unwritable``, ``store.full``, or ``store.unreadable``.
        """
        theirs = snapshots.newest(other)
        if theirs is None:
            raise UserError("store.unreadable", path=str(other))
        with instance.sentences(self.path), self._turn(Work.RESTORE, who):
            first()
            base, known = self._newest(), self._trail_so_far()
            for name in theirs.lines:
                target = self._lines / name
                target.parent.mkdir(parents=True, exist_ok=True)
                half = target.with_name(f"{target.name}{snapshots.DRAFT}")
                snapshots.copy_file(other / snapshots.LINES / name, half)
                snapshots.sync(half)
                half.replace(target)  # somebody may read a file of that name
            draft = self._folder / snapshots.draft_name()
            with self._draft(draft, other / theirs.file) as (cursor, db):
                versions = [theirs.data_version, base.data_version if base else 0]
                db.run("update meta set data_version = ?", [max(versions) + 1])
                db.drop_older()
                trail.write(db, known, (), "")
                if who:
                    db.did(Work.RESTORE)
                self._publish(cursor, db, draft, base, who)

    def take_part(self, other: "Store", keep: Callable[[Transaction], None]) -> None:
        """Make what a function leaves of another database's newest snapshot all that stands here.

        Nothing else of the other one stands in any file of this, once it is done. It is as the
        other one was when this was asked or later, and without what was undone since; where it was
        so already, nothing is done.

        Args:
            other: the database.
            keep: removes from a copy of it what does not belong here.

        Raises:
            DatabaseHeldError: another process does the same for longer than ``wait``.
            UserError: as ``write``.
        """
        self._whole, asked = other, other.stamp()
        while not self.is_part_of(other, asked):
            with instance.sentences(self.path), self._turn(Work.CHANGE, ""):
                if self.is_part_of(other, asked):
                    return
                with other.read_files() as (read, files):
                    theirs = snapshots.read_manifest(files[snapshots.POINTER])
                    if theirs is None:
                        raise UserError("store.unreadable", path=str(other.path))
                    draft = self._folder / snapshots.draft_name()
                    with self._draft(draft, files[theirs.file]) as (cursor, db):
                        mine, from_ = (one.value(LINES_ARE_IN) for one in (db, read))
                        db.run(f"set variable lines = {literal(from_)}")
                        keep(db)  # leaves no group in a file
                        db.run(f"set variable lines = {literal(mine)}")
                        db.drop_older()
                        self._publish(cursor, db, draft, self._newest(), "", of=theirs.number)
            self.compact()

    def is_part_of(self, other: "Store", since: int | None = None) -> bool:
        """Whether it holds a part of another database as that is now, or was since a stamp.

        What was undone in the other one since then is in no part.
        """
        mine, theirs = snapshots.newest(self._folder), snapshots.newest(other._folder)  # noqa: SLF001
        if not (mine and theirs and mine.schema == schema.VERSION):
            return False
        least = theirs.number if since is None else max(since, theirs.keep_from)
        return least <= mine.of <= theirs.number

    def _trail_so_far(self) -> list[TrailRow]:
        """The trail of what a restore takes the place of; empty when it cannot be read."""
        with suppress(UserError, OSError), self.read() as db:
            return trail.stored(db)
        return []

    def acted(self, who: str, act: str, about: str = "", name: str = "") -> None:
        """Note in the trail an act that changes no database, see ``trail.take_down``."""
        if self._whole:
            self._whole.acted(who, act, about, name)
        elif self.exists:
            trail.take_down(self._folder, who, act, about, name)

    def trail(self) -> list[TrailRow]:
        """Who did what when, the latest first.

        Raises:
            UserError: as ``read``.
        """
        with self.read() as db:
            return trail.told(db, self._folder)

    def version(self) -> int:
        """The data version: it rises with whatever changes the data. Cheap enough to ask often."""
        newest = self._newest()
        self._close_unused(newest or NOTHING)
        return newest.data_version if newest else 0

    def stamp(self) -> int:
        """The number of the newest snapshot: it rises with whatever is written; 0 before that."""
        newest = self._newest()
        return newest.number if newest else 0

    def published(self) -> datetime | None:
        """When the newest snapshot was published, in UTC; None while nothing was ever written."""
        newest = self._newest()
        return datetime.fromtimestamp(newest.at, UTC) if newest and newest.at else None

    def written(self) -> tuple[int, float]:
        """What the newest snapshot is known by: its number, and the moment that it was published.

        Unlike the number alone it tells apart what was written after the files of an earlier
        state were put back.
        """
        newest = self._newest()
        return (newest.number, newest.at) if newest else (0, 0.0)

    def compact(self, wait: float | None = None) -> None:
        """Write the newest snapshot anew where what was undone may stand in its free blocks.

        Every process does so by itself some seconds after it used the database, and at ``close``.

        Args:
            wait: seconds to wait for a turn to write; as any write when left out.

        Raises:
            DatabaseHeldError: others write for longer.
            UserError: as ``write``.
        """
        if not self._to_compact():
            return
        with instance.sentences(self.path), self._turn(Work.COMPACT, "", wait):
            if base := self._to_compact():
                draft = self._folder / snapshots.draft_name()
                try:
                    migrations.rewrite(self._folder / base.file, draft)
                    number = base.number + 1
                    compact = replace(
                        base,
                        number=number,
                        keep_from=number,
                        dropped_at=time.time(),
                        holds_deleted=False,
                    )
                    draft.replace(self._folder / compact.file)
                    snapshots.publish(self._folder, compact)
                finally:
                    snapshots.remove_draft(draft)

    def close(self) -> None:
        """Let every file go; also done when the process ends. Once is enough."""
        self._close_unused(None)  # an earlier snapshot cannot go while it is open here
        self._compact_if_free()
        self._let_go()

    def _to_compact(self) -> Manifest | None:
        """The newest snapshot, if what was undone may stand in its free blocks."""
        newest = snapshots.newest(self._folder)
        return newest if newest and newest.holds_deleted else None

    def _compact_if_free(self) -> bool:
        """Compact unless somebody writes or the disk is full; gives whether that is left to do."""
        with suppress(UserError, OSError, ValueError, duckdb.Error):
            newest = self._to_compact()
            if newest is None:
                return False
            size = (self._folder / newest.file).stat().st_size
            if shutil.disk_usage(self._folder).free > 2 * size:
                self.compact(wait=0)
                return False
        return True

    def _newest(self) -> Manifest | None:
        """The snapshot that counts; an earlier schema is upgraded on the way."""
        try:
            newest = snapshots.newest(self._folder)
        except (ValueError, OSError) as error:
            raise UserError("store.unreadable", path=str(self.path)) from error
        if newest is None:
            if strangers := snapshots.strangers(self._folder):
                raise UserError("store.foreign", tables=listed(strangers))
            if snapshots.is_pointer_lost(self._folder):
                raise UserError("store.unreadable", path=str(self.path))
        if newest and newest.schema > schema.VERSION:
            schema.refuse_version(newest.schema)
        earlier = newest.schema < schema.VERSION if newest else self._folder.is_file()
        if earlier or (newest is None and migrations.half_done(self._folder)):
            migrations.upgrade(self._folder, self.wait)
            return snapshots.newest(self._folder)
        return newest

    def _enter(self) -> _Opened:
        """The newest snapshot, opened, with one user more."""
        while True:
            newest = self._newest() or NOTHING
            with self._gate:
                opened = self._opened.get(newest) or self._open(newest)
                if opened:
                    self._opened[newest] = opened
                    opened.users += 1
            if opened:
                self._close_unused(newest)
                return opened

    def _open(self, newest: Manifest) -> _Opened | None:
        """A snapshot, opened; None when it is gone because a newer one counts."""
        root = self._instances.of(READING)
        if newest == NOTHING:
            empty = _Opened(newest, root)
            instance.attach_empty(root, empty.name)
            return empty
        file = self._folder / newest.file
        try:
            held = snapshots.hold(file)
        except OSError as error:
            raise UserError("store.unreadable", path=str(self.path)) from error
        if held is None:
            if snapshots.newest(self._folder) == newest:
                raise UserError("store.unreadable", path=str(self.path))
            return None
        opened = _Opened(newest, root, held)
        try:
            instance.attach(root, file, opened.name, "read_only", self.path)
        except BaseException:
            opened.close()
            raise
        return opened

    def _leave(self, opened: _Opened) -> None:
        with self._gate:
            opened.users -= 1
            if not opened.users and self._opened.get(opened.manifest) is not opened:
                opened.close()  # of an instance that broke
            self._last_use = time.monotonic()
        self._look_again_if(True)

    def _look_again_if(self, needed: bool, seconds: float | None = None) -> None:
        """See in a while whether files can be let go, or removed after an undo."""
        with self._gate:
            if needed and self._let_go.alive and not self._timers:
                timer = threading.Timer(self._idle if seconds is None else seconds, self._look)
                timer.daemon = True
                self._timers.append(timer)
                timer.start()

    def _look(self) -> None:
        """Let go what nobody used for a while; look again later when something is left.

        Until it is done its timer stands in the list, so that a store that closes waits for it.
        """
        left, more = self._idle - (time.monotonic() - self._last_use), True
        try:
            if left <= 0:
                self._close_unused(None)
            more = self._compact_if_free() or self._is_left_of_an_undo()
        finally:
            with self._gate:
                self._timers.clear()
            self._look_again_if(more or bool(self._opened), max(left, self._idle / 10))

    def _close_unused(self, kept: Manifest | None) -> None:
        """Close the snapshots but one that nobody uses, and remove those that an undo dropped."""
        with self._gate:
            unused = [
                opened
                for opened in self._opened.values()
                if not opened.users and opened.manifest != kept
            ]
            for opened in unused:
                del self._opened[opened.manifest]
                opened.close()
        if unused:
            self._is_left_of_an_undo()

    def _is_left_of_an_undo(self) -> bool:
        """Remove the snapshots that an undo dropped; gives whether some are read still."""
        with suppress(Timeout, OSError, ValueError):
            if snapshots.dropped(self._folder):
                with self._lock().acquire(timeout=0):
                    snapshots.sweep(self._folder)
            return bool(snapshots.dropped(self._folder))
        return True

    def _lock(self) -> FileLock:
        return FileLock(self._folder / snapshots.LOCK, thread_local=False)

    @contextmanager
    def _turn(self, what: Work, who: str, wait: float | None = None) -> Iterator[None]:
        """The turn to write: one writer at a time, in all threads and processes."""
        self._make_folder()
        lock, writer = self._lock(), self._folder / snapshots.WRITER
        try:
            lock.acquire(self.wait if wait is None else wait, poll_interval=POLL_SECONDS)
        except Timeout as error:
            raise DatabaseHeldError(str(self.path), **snapshots.holder(writer)) from error
        try:
            snapshots.say_who_writes(writer, str(what), who)
            self._sweep()  # what a writer left that was killed
            yield
        finally:
            self._sweep()
            with suppress(OSError):
                writer.unlink(missing_ok=True)
            lock.release()

    def _sweep(self) -> None:
        """Remove what no longer counts; what cannot be removed now goes later."""
        with suppress(OSError, ValueError):
            newest = snapshots.newest(self._folder)
            if newest is None or newest.schema == schema.VERSION:
                snapshots.sweep(self._folder)
                if newest:
                    snapshots.sweep_views(self._folder, newest.keep_from)

    def _make_folder(self) -> None:
        with suppress(ValueError):  # what is damaged is said later, unless it is put aside first
            newest = snapshots.newest(self._folder)
            if newest is None or newest.schema != schema.VERSION:
                self._newest()  # says what is there, or upgrades it, which takes a turn of its own
        self._folder.mkdir(parents=True, exist_ok=True)

    @contextmanager
    def _draft(
        self, draft: Path, source: Path | None
    ) -> Iterator[tuple[duckdb.DuckDBPyConnection, Transaction]]:
        """A cursor and its transaction on a draft of a snapshot, or of an empty database."""
        root, name, held = self._instances.of(WRITING), f"draft_{next(NUMBERS)}", None
        try:
            held = snapshots.create(draft)
            if source:
                snapshots.copy_file(source, draft)
            else:
                draft.write_bytes(instance.empty_file())
            instance.attach(root, draft, name, "read_write", self.path)
            with instance.cursor_on(root, name, self._lines) as cursor:
                yield cursor, Transaction(cursor)
        except duckdb.Error:
            self._instances.abandon(WRITING)
            raise
        finally:
            instance.detach(root, name)
            if held is not None:
                snapshots.let_go(held)
            snapshots.remove_draft(draft)

    def _publish(
        self,
        cursor: duckdb.DuckDBPyConnection,
        db: Transaction,
        draft: Path,
        base: Manifest | None,
        who: str,
        of: int = 0,
    ) -> None:
        """Make a draft the snapshot that counts, with its acts and those that waited."""
        number = base.number + 1 if base else 1
        lines.settle(db, self._lines)
        waited = trail.waiting(self._folder)
        trail.write(db, list(waited.values()), db.acts, who)
        manifest = Manifest(
            number=number,
            schema=schema.VERSION,
            data_version=int(db.value("select data_version from meta")),
            lines=lines.line_files(db),
            keep_from=base.keep_from if base else 1,
            dropped_at=base.dropped_at if base else 0.0,
            holds_deleted=base.holds_deleted if base else False,
            of=of,
        )
        if db.dropping:
            manifest = replace(
                manifest, keep_from=number, dropped_at=time.time(), holds_deleted=True
            )
        name = db.value("select current_database()")
        cursor.execute("commit")
        cursor.execute("use memory")
        instance.complete(self._instances.of(WRITING), name, draft)
        draft.replace(self._folder / manifest.file)
        snapshots.publish(self._folder, manifest)
        for file in waited:
            with suppress(OSError):
                file.unlink(missing_ok=True)


def _close_all(
    opened: dict[Manifest, _Opened], timers: list[threading.Timer], instances: _Instances
) -> None:
    """Close every snapshot; a timer that outlives its store would be reported as a leak."""
    waiting = timers.copy()
    timers.clear()
    for timer in waiting:
        timer.cancel()
    for timer in waiting:
        if timer.is_alive() and timer is not threading.current_thread():
            timer.join()
    while opened:
        opened.popitem()[1].close()
    instances.close()
