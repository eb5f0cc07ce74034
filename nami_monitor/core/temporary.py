"""Temporary folders are locked while their process lives; what killed processes left is removed.

Temporary files hold cells: parsed ones, uploads, what a query spills, exports on their way, and
what a restore unpacks.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from nami_monitor.core.settings import places

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

PREFIX: Final = "nami-process-"
VARIABLE: Final = "TMPDIR"
"""What says to libraries and to other processes where temporary files go."""


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Keep all temporary files of this process, of libraries too, in a folder that goes at the end.

    What killed processes left there, and beside the databases of this installation, goes first.
    """
    for database in (places().own, places().demo):
        _clear(database.absolute().parent, _beside(database))
    before = tempfile.tempdir, os.environ.get(VARIABLE)
    with _locked_folder(Path(tempfile.gettempdir()), PREFIX) as folder:
        tempfile.tempdir = os.environ[VARIABLE] = str(folder)
        try:
            yield folder
        finally:
            tempfile.tempdir = before[0]
            os.environ.pop(VARIABLE)
            if before[1] is not None:
                os.environ[VARIABLE] = before[1]


@contextmanager
def folder_beside(database: Path) -> Iterator[Path]:
    """A folder on the disk of a database, which goes at the end; what killed ones left goes first.

    The folder around the database is there.
    """
    with _locked_folder(database.absolute().parent, _beside(database)) as folder:
        yield folder


def _beside(database: Path) -> str:
    return f".{database.name}."


@contextmanager
def _locked_folder(outside: Path, prefix: str) -> Iterator[Path]:
    """A new folder that is locked for as long as its process lives.

    One that is not locked is of a killed process. Tools that clean up after days pass by locked
    folders, too. Without such locks (Windows) nothing of others is removed.
    """
    _clear(outside, prefix)
    folder, lock = _made(outside, prefix)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if lock is not None:
            os.close(lock)


def _clear(outside: Path, prefix: str) -> None:
    """Remove the folders of killed processes of this user."""
    for folder in outside.glob(f"{prefix}*") if fcntl else ():
        with suppress(OSError):  # gone meanwhile, of somebody else, no folder, or locked
            lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if os.fstat(lock).st_uid == os.getuid():
                    shutil.rmtree(folder)
            finally:
                os.close(lock)


def _made(outside: Path, prefix: str) -> tuple[Path, int | None]:
    """A new folder and its lock; made anew when another process cleared it before the lock."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=prefix, dir=outside))
        if not fcntl:
            return folder, None
        with suppress(FileNotFoundError):
            lock = os.open(folder, os.O_RDONLY)
            with suppress(BlockingIOError):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if folder.exists():
                    return folder, lock
            os.close(lock)
