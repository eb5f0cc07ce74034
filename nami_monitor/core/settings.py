"""Where things are kept: the demo in a cache folder, own data in the user's data folder.

Temporary folders hold cells: uploads, parsed files, what a query spills, exports, what a restore
unpacks. They are locked while their process lives; what killed processes left is removed.
"""

import os
import shutil
import tempfile
import time
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass
from glob import escape
from pathlib import Path
from typing import Final
from uuid import uuid4

import tomli_w
from platformdirs import user_cache_path, user_data_path

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

APP = "nami-monitor"


def _product() -> Path:
    """Where ``dashboard.py``, ``pages`` and ``data`` lie; a wheel holds them inside the package."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "_app"
    return inside if inside.is_dir() else package.parent


PRODUCT: Final = _product()
SHIPPED: Final = PRODUCT / "data"


@dataclass(frozen=True)
class Places:
    """The files of one installation.

    ``NAMI_DB`` may say where the organisation's own database is. ``user`` is what the command line
    remembers of the person who uses it.
    """

    demo: Path
    own: Path
    profiles: Path
    user: Path


def places(environment: Mapping[str, str] | None = None) -> Places:
    """Read the places from the environment; the folders need not exist."""
    environment = os.environ if environment is None else environment
    home = Path(environment.get("NAMI_HOME") or user_data_path(APP))
    cache = Path(environment.get("NAMI_CACHE") or user_cache_path(APP))
    return Places(
        demo=cache / "demo.duckdb",
        own=Path(environment.get("NAMI_DB") or home / "own.duckdb"),
        profiles=home / "profiles",
        user=home / "user.toml",
    )


def remembered_who(file: Path) -> str:
    """The role or initials that ``remember_who`` wrote; empty without them."""
    try:
        who = tomllib.loads(file.read_text("utf-8")).get("who", "")
    except (OSError, ValueError):
        return ""
    return who if isinstance(who, str) else ""


def remember_who(file: Path, who: str) -> None:
    """Remember a role or initials, in place of earlier ones.

    Raises:
        OSError: the file cannot be written; what stood there stays.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with replacing(file) as half:
        half.write_text(tomli_w.dumps({"who": who}), "utf-8")


PREFIX: Final = "nami-process-"
LEFT_SECONDS: Final = 24 * 3600.0
OWN: Final = 12
"""Signs that tell what one writes from what others write in the same place."""


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Keep all temporary files of this process, of libraries too, in a folder that goes at the end.

    What killed processes left there, and beside the databases of this installation, goes first.
    """
    for database in (places().own, places().demo):
        _clear(database.absolute().parent, f".{database.name}.")
    before = tempfile.tempdir, os.environ.get("TMPDIR")
    with _locked_folder(Path(tempfile.gettempdir()), PREFIX) as folder:
        tempfile.tempdir = os.environ["TMPDIR"] = str(folder)
        try:
            yield folder
        finally:
            tempfile.tempdir = before[0]
            os.environ.pop("TMPDIR")
            os.environ.update({"TMPDIR": before[1]} if before[1] else {})


def folder_beside(database: Path) -> AbstractContextManager[Path]:
    """A folder on the disk of a database, which goes at the end; what killed ones left does now."""
    return _locked_folder(database.absolute().parent, f".{database.name}.")


@contextmanager
def replacing(file: Path) -> Iterator[Path]:
    """A file of its own to write beside another, which it takes the place of without an error.

    What killed processes left there so long ago that nobody writes it any more goes.
    """
    for left in file.parent.glob(f".{escape(file.name)}.{'[0-9a-f]' * OWN}"):
        with suppress(OSError):  # gone meanwhile, or of others
            if time.time() - left.stat().st_mtime > LEFT_SECONDS:
                left.unlink()
    half = file.with_name(f".{file.name}.{uuid4().hex[:OWN]}")
    try:
        yield half
        half.replace(file)
    finally:
        half.unlink(missing_ok=True)


@contextmanager
def _locked_folder(outside: Path, prefix: str) -> Iterator[Path]:
    """A new folder; tools that clean up after days pass by locked ones, too."""
    _clear(outside, prefix)
    with ExitStack() as held:
        folder = Path()
        while not folder.name:
            made = Path(tempfile.mkdtemp(prefix=prefix, dir=outside))
            with suppress(OSError):  # another process cleared it before it was locked
                held.enter_context(_locked(made))
                folder = made if made.exists() else folder
        held.callback(shutil.rmtree, folder, ignore_errors=True)
        yield folder


def _clear(outside: Path, prefix: str) -> None:
    """Remove the folders of killed processes of this user: nobody holds their lock."""
    for folder in outside.glob(f"{prefix}*") if fcntl else ():
        with suppress(OSError), _locked(folder):  # gone meanwhile, of others, no folder, or locked
            if folder.stat().st_uid == os.getuid():
                shutil.rmtree(folder)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder, where the system has such locks (not on Windows)."""
    if not fcntl:
        yield
        return
    lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(lock)
