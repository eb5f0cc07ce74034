"""Folders on object storage (S3, Azure) beside those of the disk, by the same few verbs.

A place is a path of this disk, or what universal_pathlib makes of an address as
``s3://bucket/folder``. Credentials come from where the libraries of fsspec look for them: variables
of the environment. An address that holds any is refused, and nothing is repeated of what a server
says, so none can reach a file, a log or an error.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from nami_monitor.core.errors import UserError, listed

SCHEMES: Final = ("s3", "s3a", "abfs", "abfss")
LIBRARIES: Final = frozenset({"botocore", "aiobotocore", "s3fs", "adlfs", "azure", "aiohttp"})
"""Whose errors speak of a server."""


def place(text: str) -> Any:
    """The folder that a text names.

    Raises:
        UserError: ``lake.scheme``, ``lake.secret``, or ``lake.no_storage`` when the extra is not
            installed.
    """
    if "://" not in text:
        return Path(text)
    address = urlsplit(text)
    if address.scheme not in SCHEMES:
        raise UserError("lake.scheme", seen=address.scheme, known=listed(SCHEMES))
    login, at, _ = address.netloc.rpartition("@")
    if address.query or address.fragment or ":" in login or (at and address.scheme[0] == "s"):
        raise UserError("lake.secret")
    try:
        from upath import UPath  # noqa: PLC0415 - of an extra that few install

        found = UPath(text.rstrip("/"), use_listings_cache=False)
        _ = found.fs  # loads the library of the scheme
    except ImportError as error:
        raise UserError("lake.no_storage", part=str(error.name)) from error
    return found


def is_remote(path: Path) -> bool:
    """Whether a path is one of object storage."""
    return not isinstance(path, Path)


@contextmanager
def reached(*places: Path | None) -> Iterator[None]:
    """Turn what a server does not do into an error that a person can mend.

    Raises:
        UserError: ``lake.refused``, ``lake.nowhere`` or ``lake.away``.
    """
    try:
        yield
    except Exception as error:
        remote = [path for path in places if path is not None and is_remote(path)]
        own = isinstance(error, OSError) and not error.filename
        if not remote or not (own or type(error).__module__.partition(".")[0] in LIBRARIES):
            raise
        kinds = {PermissionError: "refused", FileNotFoundError: "nowhere"}
        key = next((key for kind, key in kinds.items() if isinstance(error, kind)), "away")
        shown = listed(dict.fromkeys(map(str, remote)))
        raise UserError(f"lake.{key}", path=shown, why=type(error).__name__) from None


def sizes(folder: Path, pattern: str = "") -> dict[str, int]:
    """The files below a folder that need not exist: their size, by name below it.

    With a pattern those that match it, otherwise all.
    """
    if is_remote(folder):
        there: Any = folder
        start = f"{there.path.rstrip('/')}/"
        ask = there.fs.glob if pattern else there.fs.find
        found: Mapping[str, Mapping[str, Any]] = ask(start + pattern, detail=True)
        return {name.removeprefix(start): int(info["size"]) for name, info in found.items()}
    return {
        path.relative_to(folder).as_posix(): path.stat().st_size
        for path in (folder.glob(pattern) if pattern else folder.rglob("*"))
        if path.is_file()
    }


def near(file: Path, copies: Path, name: str) -> Path:
    """A file as one of this disk: itself, or a copy below ``copies`` that is made once."""
    if not is_remote(file):
        return file
    copy = copies / name
    if not copy.exists():
        copy.parent.mkdir(parents=True, exist_ok=True)
        there: Any = file
        there.fs.get_file(there.path, str(copy))
    return copy


def move(draft: Path, file: Path) -> None:
    """Give a finished file of this disk its place, at once and whole."""
    if is_remote(file):
        there: Any = file
        there.fs.put_file(str(draft), there.path)
        draft.unlink()
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    draft.replace(file)


@contextmanager
def room_for(*places: Path, beside: Path | None = None) -> Iterator[Path]:
    """A folder of this disk in which files for places, or copies of theirs, are made.

    It is the first place itself, or one that goes at the end, ``beside`` a path where it is named.
    """
    if not any(map(is_remote, places)):
        yield places[0]
        return
    if beside:
        beside.parent.mkdir(parents=True, exist_ok=True)
    folder = beside and beside.absolute().parent
    with tempfile.TemporaryDirectory(prefix=".nami-lake-", dir=folder) as name:
        yield Path(name)


def address(file: Path) -> str:
    """What another program calls a file or a folder."""
    there: Any = file
    account = is_remote(file) and there.storage_options.get("account_name")
    if not account:
        return str(file)
    container, _, inside = there.path.partition("/")
    return f"{there.protocol}://{container}@{account}.dfs.core.windows.net/{inside}"
