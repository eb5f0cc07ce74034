"""A process has one temporary folder; what killed processes left is removed.

Temporary files hold cells: parsed ones, uploads, what a query spills, exports on their way.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

PREFIX: Final = "nami-process-"
VARIABLE: Final = "TMPDIR"
"""What says to libraries and to other processes where temporary files go."""


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Keep all temporary files of this process in one folder, which goes at the end.

    Libraries, and processes that this one starts, get their places in it too. It is locked for as
    long as the process lives: a folder that is not locked is of a killed process, and goes now.
    Tools that clean up after days pass by locked folders, too. Without such locks (Windows) nothing
    of others is removed.
    """
    outside, before = Path(tempfile.gettempdir()), (tempfile.tempdir, os.environ.get(VARIABLE))
    _clear(outside)
    folder, lock = _locked_folder(outside)
    tempfile.tempdir = os.environ[VARIABLE] = str(folder)
    try:
        yield folder
    finally:
        tempfile.tempdir = before[0]
        os.environ.pop(VARIABLE)
        if before[1] is not None:
            os.environ[VARIABLE] = before[1]
        shutil.rmtree(folder, ignore_errors=True)
        if lock is not None:
            os.close(lock)


def _clear(outside: Path) -> None:
    """Remove the folders of killed processes of this user."""
    for folder in outside.glob(f"{PREFIX}*") if fcntl else ():
        with suppress(OSError):  # gone meanwhile, of somebody else, or locked
            lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if os.fstat(lock).st_uid == os.getuid():
                    shutil.rmtree(folder)
            finally:
                os.close(lock)


def _locked_folder(outside: Path) -> tuple[Path, int | None]:
    """A new folder and its lock; made anew when another process cleared it before the lock."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=outside))
        if not fcntl:
            return folder, None
        with suppress(FileNotFoundError):
            lock = os.open(folder, os.O_RDONLY)
            with suppress(BlockingIOError):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if folder.exists():
                    return folder, lock
            os.close(lock)
