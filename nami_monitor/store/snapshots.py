"""Snapshots of a database: what its folder holds, which one counts, and which may go.

A database is a folder. Each write makes its next snapshot: a DuckDB file that never changes again,
and a manifest that names it and the Parquet files of order lines that it reads. ``pointer.json`` is
the manifest of the snapshot that counts and is replaced as a whole, so a reader sees the old state
or the new one, and a write that fails leaves nothing but files that nobody names.
"""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

try:
    import fcntl
except ImportError:  # Windows: a file that somebody has open cannot be removed there anyway
    fcntl = None  # type: ignore[assignment]

POINTER: Final = "pointer.json"
LINES: Final = "lines"
LOCK: Final = "writer.lock"
WRITER: Final = "writer.json"
DRAFT: Final = ".draft"
"""Ends the names of files that are being written; what was left under such a name goes."""
HELD_SECONDS: Final = 600.0
"""After this long a snapshot that an undo dropped goes, although somebody still reads it."""


@dataclass(frozen=True)
class Manifest:
    """One snapshot, as its manifest says.

    Args:
        number: its place among the snapshots of the database, from 1.
        schema: version of its schema.
        data_version: rises with whatever changes the data.
        lines: its Parquet files of order lines, below the folder of lines.
        keep_from: number of the oldest snapshot that may stay beside it: an undo drops all others.
        at: when it was published, in seconds since 1970.
    """

    number: int
    schema: int
    data_version: int
    lines: tuple[str, ...]
    keep_from: int = 1
    at: float = 0.0

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
    """
    for _ in range(100):
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return None
        except NotADirectoryError:
            return None
        except PermissionError:  # Windows, while it is replaced
            time.sleep(0.01)
            continue
        break
    try:
        values = json.loads(content)
        return Manifest(**values | {"lines": tuple(values["lines"])})
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(str(error)) from error


def newest(folder: Path) -> Manifest | None:
    """The snapshot that counts; None while nothing was ever written."""
    return read_manifest(folder / POINTER)


def strangers(folder: Path) -> list[str]:
    """The names in a folder that no database has: it is a folder of somebody else."""
    if not folder.is_dir():
        return []
    ours = {POINTER, LINES, LOCK, WRITER}
    names = (path.name for path in folder.iterdir())
    return sorted(
        name
        for name in names
        if name not in ours and not name[:6].isdigit() and not name.endswith(DRAFT)
    )


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


def let_go(descriptor: int) -> None:
    """End what ``hold`` began."""
    os.close(descriptor)


def sweep(folder: Path) -> None:
    """Remove what no longer counts; only who has the turn to write may do so.

    The newest snapshot and the one before stay, unless an undo dropped the latter; so does what
    somebody reads. Of the files of lines those stay that a snapshot names which is still there.
    """
    newest_one = newest(folder) or Manifest(0, 0, 0, ())
    least = max(newest_one.number - 1, newest_one.keep_from)
    overdue = time.time() - newest_one.at > HELD_SECONDS
    named, files = set(newest_one.lines), {newest_one.file}
    for path in folder.glob("[0-9]*.json"):
        number = int(path.stem)
        held = path.with_suffix(".duckdb")
        if not least <= number <= newest_one.number and _removed(
            held, at_once=overdue and number < newest_one.keep_from
        ):
            path.unlink(missing_ok=True)
        elif manifest := read_manifest(path):
            named.update(manifest.lines)
            files.add(manifest.file)
    for path in (*folder.glob("*.duckdb*"), *folder.glob(f"*{DRAFT}")):
        if path.name not in files and not _is_draft_of_another(path):
            _removed(path)
    lines = folder / LINES
    for path in lines.rglob("*.parquet*"):
        if path.relative_to(lines).as_posix() not in named:
            _removed(path)


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
    if counts is None:
        return []
    return [
        path
        for path in folder.glob("[0-9]*.duckdb")
        if path.stem.isdigit() and int(path.stem) < counts.keep_from
    ]


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


def draft_name(number: int) -> str:
    """The name under which this process writes the file of the next snapshot."""
    return f"{number:06}.duckdb.{os.getpid()}{DRAFT}"


def _is_draft_of_another(path: Path) -> bool:
    """Whether a draft belongs to another process that still runs."""
    name = path.name.removesuffix(".wal").removesuffix(DRAFT)
    pid = name.rpartition(".")[2]
    return pid.isdigit() and int(pid) != os.getpid() and _runs(int(pid))


def _runs(pid: int) -> bool:
    if os.name == "nt":
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


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
