"""A backup as a file: one zip whose parts are stored as they are, and a list of them with hashes.

A zip from anywhere is looked at before anything of it is unpacked: the parts are those that its
list states, under plain relative names, stored without compression. So they take no more room than
the zip itself, whatever it claims.
"""

import hashlib
import json
import re
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import IO, Final, NoReturn

from nami_monitor.core.errors import UserError, short
from nami_monitor.core.settings_toml import SettingProblem, read_settings, strict
from nami_monitor.store.export import whole

FORM: Final = 1
"""The form of the file; a later form is refused by this version."""
LIST: Final = "backup.json"
MOST_LIST_BYTES: Final = 50_000_000
"""Of the list: some 150,000 parts."""
BLOCK: Final = 1 << 20
STEP: Final = re.compile(r"(?!\.)[^\x00-\x1f/\\:*?\"<>|]+(?<![. ])")
"""A folder or a file in the name of a part: plain on every system, and not hidden."""


@strict()
@dataclass(frozen=True)
class BackupPart:
    """One file in a backup: its name with folders, its size in bytes, its SHA-256."""

    name: str
    size: int
    sha256: str


@strict()
@dataclass(frozen=True)
class BackupContents:
    """What a backup holds, and by which versions of schema, program and DuckDB it was made (UTC).

    ``batches`` are those that count; the months, of orders or measurements, are None without any.
    """

    schema: int
    program: str
    engine: str
    made_at: datetime
    batches: int
    first_month: date | None = None
    last_month: date | None = None
    parts: tuple[BackupPart, ...] = ()
    form: int = FORM


def write_backup(out: Path, contents: BackupContents, files: Mapping[str, Path]) -> BackupContents:
    """Write a backup, whole or not at all, and read it back before it takes its name.

    ``contents`` states no parts yet; ``files`` are the parts by their name in the backup, and must
    not change meanwhile.

    Returns:
        The contents with the parts.

    Raises:
        UserError: ``export.unwritable``, or ``backup.damaged`` when it reads back otherwise.
    """
    with whole(out) as half:
        with zipfile.ZipFile(half, "w", strict_timestamps=False) as packed:
            parts = tuple(_packed(packed, name, file) for name, file in files.items())
            contents = replace(contents, parts=parts)
            stated = json.dumps(asdict(contents), default=lambda day: day.isoformat(), indent=1)
            packed.writestr(LIST, stated)
        with opened_backup(half) as (_, reading):
            for part in parts:
                _hashed(half, reading, part)
    return contents


@contextmanager
def opened_backup(path: Path) -> Iterator[tuple[BackupContents, zipfile.ZipFile]]:
    """A backup after its list and its parts were compared; their content is not read yet.

    Raises:
        UserError: ``backup.no_backup``, ``backup.newer``, ``backup.damaged``, ``cli.system`` for
            a file that is not there or may not be read.
    """
    try:
        packed = zipfile.ZipFile(path)
    except (FileNotFoundError, PermissionError) as error:
        raise UserError("cli.system", path=str(path), why=error.strerror) from error
    except (
        OSError,
        zipfile.BadZipFile,
        ValueError,
        NotImplementedError,  # what zipfile raises for a version that it cannot read
    ) as error:
        raise UserError("backup.no_backup", path=path.name) from error
    with packed:
        contents = _contents(path, packed)
        _compare(path, packed, contents)
        yield contents, packed


def unpack_backup(path: Path, folder: Path) -> BackupContents:
    """Unpack a backup into a new folder; what was unpacked before an error stays there.

    Raises:
        UserError: what ``opened_backup`` raises, ``backup.room`` when the disk is too full.
    """
    with opened_backup(path) as (contents, packed):
        folder.mkdir(parents=True, exist_ok=True)
        needed = sum(part.size for part in contents.parts)
        free = shutil.disk_usage(folder).free
        if needed > free:
            raise UserError("backup.room", needed=_megabytes(needed), free=_megabytes(free))
        for part in contents.parts:
            to = folder / part.name
            to.parent.mkdir(parents=True, exist_ok=True)
            try:
                with to.open("xb") as file:
                    _hashed(path, packed, part, file)
            except FileExistsError:  # names that only differ in capitals
                _damaged(path, part.name)
    return contents


def _packed(packed: zipfile.ZipFile, name: str, file: Path) -> BackupPart:
    """Add a file to a zip that is being written."""
    packed.write(file, name)
    with file.open("rb") as source:
        digest = hashlib.file_digest(source, "sha256")
    return BackupPart(name, file.stat().st_size, digest.hexdigest())


def _contents(path: Path, packed: zipfile.ZipFile) -> BackupContents:
    """The list of a backup."""
    try:
        info = packed.getinfo(LIST)
    except KeyError as error:
        raise UserError("backup.no_backup", path=path.name) from error
    if info.compress_type != zipfile.ZIP_STORED or info.file_size > MOST_LIST_BYTES:
        _damaged(path, LIST)
    try:
        raw = json.loads(packed.read(LIST))
    except (OSError, EOFError, ValueError, RecursionError, zipfile.BadZipFile, RuntimeError):
        _damaged(path, LIST)
    if not isinstance(raw, dict):
        _damaged(path, LIST)
    form = raw.get("form")
    if isinstance(form, int) and form > FORM:
        raise UserError("backup.newer", path=path.name, seen=form, expected=FORM)

    def refusal(problem: SettingProblem) -> UserError:
        return UserError("backup.damaged", path=path.name, part=f"{LIST} ({short(problem.key)})")

    return read_settings(BackupContents, raw, refusal)


def _compare(path: Path, packed: zipfile.ZipFile, contents: BackupContents) -> None:
    """Refuse a zip whose parts are not those of its list, or could lie outside a folder."""
    stated = {part.name: part for part in contents.parts}
    there = [info for info in packed.infolist() if info.filename != LIST]
    if len(stated) != len(contents.parts) or len(packed.infolist()) != len(there) + 1:
        _damaged(path, LIST)
    for info in there:
        part = stated.pop(info.filename, None)
        if (
            part is None
            or not all(STEP.fullmatch(step) for step in info.filename.split("/"))
            or info.compress_type != zipfile.ZIP_STORED
            or info.flag_bits & 1
            or not info.file_size == info.compress_size == part.size
        ):
            _damaged(path, info.filename)
    if stated:
        _damaged(path, next(iter(stated)))
    if sum(part.size for part in contents.parts) > path.stat().st_size:
        _damaged(path, LIST)


def _hashed(
    path: Path, packed: zipfile.ZipFile, part: BackupPart, to: IO[bytes] | None = None
) -> None:
    """Read a part, copy it to an open file if there is one, and compare it with the list."""
    digest = hashlib.sha256()
    try:
        with packed.open(part.name) as source:
            while block := source.read(BLOCK):
                digest.update(block)
                if to:
                    to.write(block)
    except (
        zipfile.BadZipFile,
        EOFError,
        NotImplementedError,  # what zipfile raises for a compression that it does not know
    ):
        _damaged(path, part.name)
    if digest.hexdigest() != part.sha256:
        _damaged(path, part.name)


def _damaged(path: Path, part: str) -> NoReturn:
    raise UserError("backup.damaged", path=path.name, part=short(part))


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.0f}"
