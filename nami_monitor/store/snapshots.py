"""Snapshots of a database: what its folder holds, which one counts, and which may go.

A database is a folder. Each write makes its next snapshot: a DuckDB file that never changes again,
and a manifest that names it and the Parquet files of order lines that it reads. ``pointer.json`` is
the manifest of the snapshot that counts and is replaced as a whole, so a reader sees the old state
or the new one, and a write that fails leaves nothing but files that nobody names.
"""

import hashlib
import json
import os
import re
import shutil
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

try:
    import fcntl
except ImportError:  # Windows: a file that somebody has open cannot be removed there anyway
    fcntl = None  # type: ignore[assignment]

POINTER: Final = "pointer.json"
LINES: Final = "lines"
LOCK: Final = "writer.lock"
WRITER: Final = "writer.json"
WAITING: Final = "trail"
"""The folder of acts that the next write takes down, see ``store.trail``."""
DRAFT: Final = ".draft"
"""Ends the names of files that are being written; what was left under such a name goes."""
NAMED: Final = re.compile(r"(\d{6,})\.(json|duckdb)")
"""The names of the files of a snapshot."""
TRIES: Final = 100 if os.name == "nt" else 2
"""Windows refuses to read a file while it is replaced."""
HELD_SECONDS: Final = 600.0
"""After this long a snapshot that an undo dropped goes, although somebody still reads it."""


@dataclass(frozen=True)
class Manifest:
    """One snapshot, as its manifest says.

    Args:
        number: its place among the snapshots of the database, from 1.
        data_version: rises with whatever changes the data.
        lines: its Parquet files of order lines, below the folder of lines.
        keep_from: number of the oldest snapshot that may stay beside it: an undo drops all others.
        dropped_at: when the latest undo did so, in seconds since 1970.
        holds_deleted: whether what was undone may stand in free blocks of its file.
        at: when it was published, in seconds since 1970.
        of: of a limited view the number of the snapshot that it is a part of; otherwise 0.
    """

    number: int
    schema: int
    data_version: int
    lines: tuple[str, ...]
    keep_from: int = 1
    dropped_at: float = 0.0
    holds_deleted: bool = False
    at: float = 0.0
    of: int = 0

    @property
    def file(self) -> str:
        """The name of its DuckDB file."""
        return f"{self.number:06}.duckdb"

    @property
    def manifest(self) -> str:
        """The name of its manifest."""
        return f"{self.number:06}.json"


def read_manifest(path: Path) -> Manifest | None:
    """The snapshot that a manifest describes; None when there is no such file.

    Raises:
        ValueError: the file is damaged.
        OSError: it may not be read.
    """
    for tries in range(TRIES, 0, -1):
        try:
            content = path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except PermissionError:
            if tries == 1:
                raise
            time.sleep(0.01)
            continue
        break
    try:
        values = json.loads(content)
        known = {one.name: values[one.name] for one in fields(Manifest) if one.name in values}
        return Manifest(**known | {"lines": tuple(values["lines"])})
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(str(error)) from error


def newest(folder: Path) -> Manifest | None:
    """The snapshot that counts; None while nothing was ever written."""
    return read_manifest(folder / POINTER)


def files_of(folder: Path, snapshot: Manifest) -> dict[str, Path]:
    """The files of a snapshot by the names that they have in a database of which it is newest."""
    files = {POINTER: folder / snapshot.manifest, snapshot.file: folder / snapshot.file}
    return files | {f"{LINES}/{name}": folder / LINES / name for name in snapshot.lines}


def strangers(folder: Path) -> list[str]:
    """The names in a folder that no database has: it is a folder of somebody else."""
    if not folder.is_dir():
        return []
    ours = {POINTER, LINES, LOCK, WRITER, WAITING}
    names = (path.name for path in folder.iterdir())
    return sorted(
        name
        for name in names
        if name not in ours and not NAMED.fullmatch(name) and DRAFT not in name
    )


VIEWS: Final = ".views"
"""Ends the name of the folder of limited views, beside that of the database."""


def views(folder: Path) -> Path:
    """Where the limited views of a database stand."""
    return folder.with_name(f"{folder.name}{VIEWS}")


def sweep_views(folder: Path, keep_from: int) -> None:
    """Remove the limited views that hold what an undo dropped; who asks for one has it made."""
    for view in views(folder).glob("*/"):
        try:
            made = read_manifest(view / POINTER)
        except ValueError:
            made = None
        if made is None or made.of < keep_from:
            (view / POINTER).unlink(missing_ok=True)  # nobody opens it from now on
            shutil.rmtree(view, ignore_errors=True)


def is_pointer_lost(folder: Path) -> bool:
    """Whether a folder without pointer had one: the second snapshot comes after the first."""
    return any(number > 1 for number, _ in _named(folder, "duckdb"))


def _named(folder: Path, kind: str) -> list[tuple[int, Path]]:
    """The files of a kind that snapshots have in a folder, by number."""
    found = ((NAMED.fullmatch(path.name), path) for path in folder.glob(f"*.{kind}"))
    return sorted((int(match[1]), path) for match, path in found if match)


def publish(folder: Path, manifest: Manifest) -> None:
    """Let a snapshot count whose files are complete: from now on readers open it."""
    content = json.dumps(asdict(replace(manifest, at=time.time()))).encode()
    for name in (manifest.manifest, POINTER):
        draft = folder / f"{name}{DRAFT}"
        draft.write_bytes(content)
        sync(draft)
        if name == POINTER:
            sync(folder)  # the names of the other files come before the pointer to them
        draft.replace(folder / name)
    with suppress(OSError):  # it counts already
        sync(folder)


def sha256(path: Path) -> str:
    """The hash of the bytes of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync(path: Path) -> None:
    """Have the system write a file, or the names in a folder, to the disk."""
    if os.name == "nt" and path.is_dir():
        return
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def hold(file: Path) -> int | None:
    """Mark a snapshot's file as read by this process, until ``let_go``; None when it is gone."""
    try:
        descriptor = os.open(file, os.O_RDONLY)
    except FileNotFoundError:
        return None
    if fcntl:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        if os.fstat(descriptor).st_nlink == 0:
            os.close(descriptor)
            return None
    return descriptor


def create(file: Path) -> int:
    """Make an empty file that ``hold`` marks from its first moment on."""
    while True:
        file.touch()
        if (descriptor := hold(file)) is not None:
            return descriptor


def let_go(descriptor: int) -> None:
    """End what ``hold`` or ``create`` began."""
    os.close(descriptor)


def sweep(folder: Path) -> None:
    """Remove what no longer counts; only who has the turn to write may do so.

    The newest snapshot and the one before stay, unless an undo dropped the latter; so does what
    somebody reads, and drafts on which somebody works. Of the files of lines those stay that a
    snapshot names which is still there.
    """
    _sweep_drafts(folder)
    newest_one = newest(folder)
    if newest_one is None:
        if is_pointer_lost(folder):
            return
        newest_one = Manifest(0, 0, 0, ())
    least = max(newest_one.number - 1, newest_one.keep_from)
    overdue = time.time() - newest_one.dropped_at > HELD_SECONDS
    named = set(newest_one.lines)
    for number, file in _named(folder, "duckdb"):
        manifest = file.with_suffix(".json")
        if not least <= number <= newest_one.number and _removed(
            file, at_once=overdue and number < newest_one.keep_from
        ):
            manifest.unlink(missing_ok=True)
        else:
            named.update(_lines_of(manifest))
    for _, manifest in _named(folder, "json"):
        if not manifest.with_suffix(".duckdb").exists():
            manifest.unlink(missing_ok=True)
    lines = folder / LINES
    for path in lines.rglob("*.parquet*"):
        if path.relative_to(lines).as_posix() not in named:
            _removed(path)


def _sweep_drafts(folder: Path) -> None:
    for path in folder.glob(f"*{DRAFT}"):
        if _removed(path):
            remove_draft(path)
    for path in folder.glob(f"*{DRAFT}.*"):  # a write-ahead log
        if not path.with_name(path.name.partition(DRAFT)[0] + DRAFT).exists():
            path.unlink(missing_ok=True)


def _lines_of(manifest: Path) -> tuple[str, ...]:
    """The files of lines that a snapshot names, if its manifest can be read."""
    with suppress(ValueError):
        if found := read_manifest(manifest):
            return found.lines
    return ()


def remove_draft(draft: Path) -> None:
    """Remove a draft that is not published, with its write-ahead log."""
    for path in draft.parent.glob(f"{draft.name}*"):
        with suppress(OSError):
            path.unlink(missing_ok=True)


def _removed(file: Path, *, at_once: bool = False) -> bool:
    """Remove a file unless somebody reads it, or even then; gives whether it is gone."""
    descriptor = hold(file)
    if descriptor is None:
        return True
    try:
        if fcntl and not at_once:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        file.unlink(missing_ok=True)
    except (BlockingIOError, PermissionError):
        return False
    finally:
        os.close(descriptor)
    return True


def dropped(folder: Path) -> list[Path]:
    """The snapshots that are still there although an undo dropped them."""
    counts = newest(folder)
    least = counts.keep_from if counts else 0
    return [path for number, path in _named(folder, "duckdb") if number < least]


def say_who_writes(writer: Path, what: str, who: str) -> None:
    """Note who has the turn to write, for those who wait."""
    doing = {"what": what, "who": who, "since": time.time(), "pid": os.getpid()}
    writer.write_text(json.dumps(doing), "utf-8")


def holder(writer: Path) -> dict[str, Any]:
    """Who has the turn to write: ``what``, ``who``, ``since`` (a moment) and ``pid``."""
    try:
        doing = json.loads(writer.read_text("utf-8"))
        since = datetime.fromtimestamp(doing["since"], UTC).astimezone()
        return {
            "what": str(doing["what"]),
            "who": str(doing["who"]) or "-",
            "since": f"{since:%H:%M:%S}",
            "pid": int(doing["pid"]),
        }
    except (OSError, ValueError, KeyError, TypeError):
        return {"what": "change", "who": "-", "since": "-", "pid": "-"}


def draft_name() -> str:
    """A name for a file that is being written, which no other draft has."""
    return f"{uuid4().hex}{DRAFT}"


def copy_file(source: Path, target: Path) -> None:
    """Copy a file; where the file system shares blocks between copies, it costs nothing."""
    with source.open("rb") as read, target.open("wb") as written:
        left = os.fstat(read.fileno()).st_size
        if hasattr(os, "copy_file_range"):
            with suppress(OSError):
                while left:
                    copied = os.copy_file_range(read.fileno(), written.fileno(), left)
                    if not copied:
                        break
                    left -= copied
        if left:
            read.seek(written.seek(0, os.SEEK_END))
            while block := read.read(1 << 20):
                written.write(block)
