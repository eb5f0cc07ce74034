"""Folders on object storage (S3, Azure) beside those of the disk, by the same few verbs.

Credentials come from where obstore looks for them: variables of the environment. An address that
holds any is refused, and nothing is repeated of what a server says, so none can reach a file, a log
or an error.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import urlsplit

from nami_monitor.core.errors import UserError, listed

if TYPE_CHECKING:
    from obstore.store import ObjectStore

SCHEMES: Final = ("s3", "s3a", "abfs", "abfss")
PATIENCE: Final[Any] = {"max_retries": 3, "retry_timeout": timedelta(seconds=60)}
"""How often a server is asked again that does not answer."""
SAID: Final = {
    "PermissionDeniedError": "refused",
    "UnauthenticatedError": "refused",
    "FileNotFoundError": "nowhere",
    "NotFoundError": "nowhere",
    "AlreadyExistsError": "meanwhile",
    "PreconditionError": "meanwhile",
}
"""Which error becomes which sentence; of any other the server cannot be reached."""
NO_BUCKET: Final = "NoSuchBucket"


@dataclass(frozen=True)
class RemotePath:
    """A folder or a file on object storage, with what a lake does to a path.

    Args:
        address: that of the place, as it was typed.
        inside: the name below the place, with folders.
        store: reaches it.
    """

    address: str
    inside: str = ""
    store: ObjectStore | None = field(default=None, compare=False, repr=False)

    def __truediv__(self, name: str) -> RemotePath:
        """What has a name below it."""
        return replace(self, inside=f"{self.inside}/{name}".removeprefix("/"))

    def __str__(self) -> str:
        """Its whole address."""
        return f"{self.address}/{self.inside}".removesuffix("/")

    @property
    def name(self) -> str:
        """The last part of its name."""
        return self.inside.rpartition("/")[2]

    @property
    def parent(self) -> RemotePath:
        """The folder that it is in."""
        return replace(self, inside=self.inside.rpartition("/")[0])

    def absolute(self) -> RemotePath:
        """It is never anything else."""
        return self

    def read_bytes(self) -> bytes:
        """All that is in a small file."""
        import obstore  # noqa: PLC0415 - of an extra that few install

        return bytes(obstore.get(cast("Any", self.store), self.inside).bytes())

    def read_text(self, encoding: str) -> str:
        """The same as text."""
        return self.read_bytes().decode(encoding)

    def unlink(self) -> None:
        """Remove a file."""
        import obstore  # noqa: PLC0415 - likewise

        obstore.delete(cast("Any", self.store), self.inside)


def place(text: str) -> Path:
    """The folder that a text names; one on object storage goes for a path.

    Raises:
        UserError: ``lake.scheme``, ``lake.key_in_address``, ``lake.away``, or ``lake.no_storage``
            when the extra is not installed.
    """
    if "://" not in text:
        return Path(text)
    address = urlsplit(text)
    if address.scheme not in SCHEMES:
        raise UserError("lake.scheme", seen=address.scheme, known=listed(SCHEMES))
    login, at, _ = address.netloc.rpartition("@")
    if address.query or address.fragment or ":" in login or (at and address.scheme[0] == "s"):
        raise UserError("lake.key_in_address")
    try:
        from obstore.store import from_url  # noqa: PLC0415 - of an extra that few install
    except ImportError as error:
        raise UserError("lake.no_storage", part=str(error.name)) from error
    found = RemotePath(text.rstrip("/"))
    with reached(cast("Path", found)):
        store = from_url(found.address, retry_config=PATIENCE)
    return cast("Path", replace(found, store=store))


def is_remote(path: Path) -> bool:
    """Whether a path is one of object storage."""
    return isinstance(path, RemotePath)


@contextmanager
def reached(*places: Path) -> Iterator[None]:
    """Turn what a server does not do into an error that a person can mend.

    Raises:
        UserError: ``lake.refused``, ``lake.nowhere``, ``lake.meanwhile`` or ``lake.away``.
    """
    try:
        yield
    except Exception as error:
        remote = listed(dict.fromkeys(str(path) for path in places if is_remote(path)))
        of_server = type(error).__module__.startswith("obstore")
        if not remote or not (of_server or (isinstance(error, OSError) and not error.filename)):
            raise
        kind = type(error).__name__
        key = "nowhere" if NO_BUCKET in str(error) else SAID.get(kind, "away")
        raise UserError(f"lake.{key}", path=remote, why=kind) from None


def sizes(folder: Path, pattern: str = "*") -> dict[str, int]:
    """The files below a folder that need not exist: their size, by name below it.

    A ``pattern`` of those names leaves others out; its ``*`` stands for folders too.
    """
    if is_remote(folder):
        import obstore  # noqa: PLC0415 - of an extra that few install

        there = cast("Any", folder)
        start = f"{there.inside}/".removeprefix("/")
        found = {
            str(one["path"]).removeprefix(start): int(one["size"])
            for some in obstore.list(there.store, prefix=there.inside or None)
            for one in some
        }
    else:
        found = {
            path.relative_to(folder).as_posix(): path.stat().st_size
            for path in folder.rglob("*")
            if path.is_file()
        }
    return {name: size for name, size in found.items() if fnmatch(name, pattern)}


def near(file: Path, copies: Path, name: str) -> Path:
    """A file as one of this disk: itself, or a copy below ``copies`` that is made once."""
    if not is_remote(file):
        return file
    copy = copies / name
    if not copy.exists():
        import obstore  # noqa: PLC0415 - of an extra that few install

        there = cast("Any", file)
        copy.parent.mkdir(parents=True, exist_ok=True)
        with copy.open("wb") as written:
            for block in obstore.get(there.store, there.inside).stream():
                written.write(block)
    return copy


def move(draft: Path, file: Path) -> None:
    """Give a finished file of this disk its place, at once and whole."""
    if is_remote(file):
        import obstore  # noqa: PLC0415 - of an extra that few install

        there = cast("Any", file)
        obstore.put(there.store, there.inside, draft)
        draft.unlink()
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    draft.replace(file)


def stamp(file: Path) -> str | None:
    """What tells an object from the next of its name; None where there is none, and on a disk."""
    if is_remote(file):
        import obstore  # noqa: PLC0415 - of an extra that few install

        there = cast("Any", file)
        with suppress(FileNotFoundError):
            return obstore.head(there.store, there.inside)["e_tag"]
    return None


def move_over(draft: Path, file: Path, since: str | None) -> None:
    """As ``move`` of a small file to object storage, unless somebody wrote it ``since``."""
    import obstore  # noqa: PLC0415 - of an extra that few install

    there = cast("Any", file)
    mode: Any = {"e_tag": since} if since else "create"
    obstore.put(there.store, there.inside, draft.read_bytes(), mode=mode)


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
