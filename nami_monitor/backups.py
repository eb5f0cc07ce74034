"""Backups: the database, the profiles and the settings as one file, and back again.

What a command remembers of the person who types it (``user.toml``) is no part of a backup: who
restores one does not go on under the name of who made it.
"""

import filecmp
import shutil
import tomllib
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from nami_monitor import __version__
from nami_monitor.core.errors import UserError
from nami_monitor.core.settings import folder_beside, places
from nami_monitor.i18n import Lang, formats, text
from nami_monitor.ingest.deliveries import check
from nami_monitor.ingest.personal import signature
from nami_monitor.ingest.profiles.library import SUFFIX, VERSIONS
from nami_monitor.reports import branding
from nami_monitor.store import Store, Work, lines, migrations, schema, snapshots
from nami_monitor.store.backup_file import (
    BackupContents,
    opened_backup,
    unpack_backup,
    write_backup,
)
from nami_monitor.store.export import whole
from nami_monitor.store.integrity import unlike
from nami_monitor.store.snapshots import Manifest

DATABASE: Final = "database"
PROFILES: Final = "profiles"
SETTINGS: Final = "settings"
OF_PROFILES: Final = (SUFFIX, VERSIONS)
"""How the files of profiles end: each profile, and its versions."""
PICTURES: Final = (".png", ".jpg", ".jpeg")
FOLDER: Final = "backups"
"""Where backups stand that a restore makes by itself: beside the database."""
MOST_NAMED: Final = 3
"""Places of what is not sound that a sentence names."""
LOST: Final = ("store.damaged", "store.unreadable")
"""What a database says that cannot be read: a restore puts it aside as it is."""


@dataclass(frozen=True)
class Restored:
    """What a restore did.

    ``before`` is what stood there before: a backup, or the database itself when it could not be
    read; None when there was none. ``settings`` are the profiles and settings that changed, by
    name.
    """

    contents: BackupContents
    before: Path | None
    settings: tuple[str, ...]


def back_up(store: Store, out: Path) -> BackupContents:
    """Check a database and write a backup of its newest snapshot.

    Who writes meanwhile neither waits nor is waited for.

    Raises:
        UserError: ``backup.of_demo``, ``backup.not_sound``, ``export.unwritable``,
            ``backup.damaged`` when the file reads back otherwise, or what ``Store.read`` raises.
    """
    with store.read() as db:
        if db.value("select demo from meta"):
            raise UserError("backup.of_demo", path=str(store.path))
    findings = check(store)
    if findings:
        where = ", ".join(finding.subject for finding in findings[:MOST_NAMED])
        raise UserError("backup.not_sound", path=str(store.path), where=where)
    return _write(store, out)


def said(contents: BackupContents, lang: Lang) -> list[str]:
    """What a backup holds, in sentences."""
    months = text("backup.no_months", lang)
    if contents.first_month and contents.last_month:
        first, last = (
            formats.month(month, lang) for month in (contents.first_month, contents.last_month)
        )
        months = text("backup.months", lang, first=first, last=last)
    profiles = sum(
        part.name.startswith(f"{PROFILES}/") and part.name.endswith(SUFFIX)
        for part in contents.parts
    )
    return [
        text("backup.made", lang, when=formats.moment(contents.made_at, lang)),
        months,
        text("backup.batches", lang, n=contents.batches),
        text("backup.profiles", lang, n=profiles),
    ]


def look_inside(path: Path) -> BackupContents:
    """What a backup holds, after its list and its parts were compared.

    Raises:
        UserError: ``backup.no_backup``, ``backup.newer`` or ``backup.damaged``.
    """
    with opened_backup(path) as (contents, _):
        if contents.schema > schema.VERSION:
            raise UserError(
                "backup.newer", path=path.name, seen=contents.schema, expected=schema.VERSION
            )
        home = places().profiles.parent
        for part in contents.parts:
            if not part.name.startswith(f"{DATABASE}/"):
                _place_of(part.name, home, path)
    return contents


def restore(store: Store, path: Path, who: str) -> Restored:
    """Make a backup the present state, after the same checks as ``check``; or change nothing.

    What stands there now is kept in a backup first. Profiles that the backup does not hold stay.

    Raises:
        UserError: ``entry.who``, what ``look_inside`` raises, ``backup.room``, ``backup.unsound``,
            ``backup.demo``, ``opening.demo_data``, or what reading and writing a database raise.
    """
    signed = signature(who)
    look_inside(path)
    folder = store.path.absolute().parent
    folder.mkdir(parents=True, exist_ok=True)
    with folder_beside(store.path) as apart:
        contents = unpack_backup(path, apart)
        _check(path, apart / DATABASE, apart / "fresh")
        kept = _name_of_kept(store)
        with ExitStack() as staged, _put_aside(store, kept) as lost:
            changed = _stage(staged, contents, apart, path)
            before = lost or (kept.with_suffix(".zip") if store.stamp() else None)
            store.adopt(
                apart / DATABASE,
                signed,
                first=lambda: _write(store, before) if before and not lost else None,
            )
    store.version()  # lets go what it read before, so that it is removed
    return Restored(contents, before, changed)


def kept_states(store: Store) -> list[Path]:
    """What upgrades and restores kept of earlier states of a database, beside it.

    A delivery that is undone may still stand in them.
    """
    folder = store.path.absolute()
    restored = (folder.parent / FOLDER).glob(f"{store.path.stem}-*")
    return [*migrations.kept_copies(folder), *sorted(restored)]


def remove_kept_states(store: Store, who: str) -> int:
    """Remove what ``kept_states`` names, as the trail says then; gives how many there were."""
    states = kept_states(store)
    for state in states:
        if state.is_dir():
            shutil.rmtree(state, ignore_errors=True)
        else:
            state.unlink(missing_ok=True)
    if states:
        store.acted(who, "remove_kept", name=str(len(states)))
    return len(states)


def _write(store: Store, out: Path) -> BackupContents:
    """Write a backup of the newest snapshot, as it is, without what was undone."""
    store.compact()
    while True:
        begun = store.stamp()
        with store.read_files() as (db, files):
            first, last = db.rows("select min(month), max(month) from batch_months")[0]
            batches = db.value("select count(*) from batches where undone_at is null")
            contents = BackupContents(
                schema=schema.VERSION,
                program=__version__,
                engine=str(db.value("select version()")),
                made_at=datetime.now(UTC),
                batches=int(batches),
                first_month=first,
                last_month=last,
            )
            parts = {f"{DATABASE}/{name}": path for name, path in files.items()}
            try:
                return write_backup(out, contents, parts | _settings())
            except UserError:
                if store.stamp() == begun or all(file.exists() for file in files.values()):
                    raise  # else an undo removed the snapshot meanwhile


def _settings() -> dict[str, Path]:
    """The profiles, the settings file and its logo, by their names in a backup."""
    files = {
        f"{PROFILES}/{file.name}": file
        for file in sorted(places().profiles.glob("*"))
        if file.is_file() and file.name.endswith(OF_PROFILES) and not file.name.startswith(".")
    }
    settings = branding.usual_file()
    if settings.is_file():
        files[f"{SETTINGS}/{settings.name}"] = settings
        try:
            logo = str(tomllib.loads(settings.read_text("utf-8-sig")).get("logo", ""))
        except ValueError:
            logo = ""
        picture = (settings.parent / logo).resolve()
        inside = picture.is_relative_to(settings.parent.resolve())
        if picture.suffix.lower() in PICTURES and picture.is_file() and inside:
            name = picture.relative_to(settings.parent.resolve()).as_posix()
            files[f"{SETTINGS}/{name}"] = picture
    return files


def _place_of(name: str, home: Path, path: Path) -> Path:
    """Where a profile or a settings file of a backup belongs; anything else is damage."""
    kind, _, inner = name.partition("/")
    if kind == PROFILES and inner.endswith(OF_PROFILES) and "/" not in inner:
        return home / PROFILES / inner
    if kind == SETTINGS and (inner == branding.FILE or Path(inner).suffix.lower() in PICTURES):
        return home / inner
    raise UserError("backup.damaged", path=path.name, part=name)


def _check(path: Path, unpacked: Path, fresh: Path) -> None:
    """Refuse an unpacked database that is not whole, sound and ours; an earlier one is upgraded."""
    newest = _manifest(path, unpacked)
    with closing(Store(unpacked)) as store, closing(Store(fresh)) as empty:
        try:
            with store.write(Work.RESTORE) as db, empty.read() as made:
                strange = unlike(db, made) or sorted(set(lines.line_files(db)) ^ set(newest.lines))
                if strange:
                    db.discard()
                else:
                    lines.show(db)  # the only view that ``unlike`` leaves out
            findings = [] if strange else check(store)
            with store.read() as db:
                demo = not strange and db.value("select demo from meta")
        except UserError as error:
            if error.key in LOST:
                raise UserError("backup.damaged", path=path.name, part=DATABASE) from error
            raise
    if demo:
        raise UserError("backup.demo", path=path.name)
    if strange or findings:
        raise UserError(
            "backup.unsound",
            path=path.name,
            where=", ".join((strange or [found.subject for found in findings])[:MOST_NAMED]),
        )


def _manifest(path: Path, unpacked: Path) -> Manifest:
    """The manifest of an unpacked database whose files are those that it names."""
    try:
        newest = snapshots.newest(unpacked)
        named = set(snapshots.files_of(unpacked, newest)) if newest else set()
    except (ValueError, TypeError) as error:
        raise UserError("backup.damaged", path=path.name, part=snapshots.POINTER) from error
    files = {
        file.relative_to(unpacked).as_posix() for file in unpacked.rglob("*") if file.is_file()
    }
    if newest is None or files != named or not isinstance(newest.data_version, int):
        part = min(files ^ named, default=snapshots.POINTER)
        raise UserError("backup.damaged", path=path.name, part=part)
    shutil.copyfile(unpacked / snapshots.POINTER, unpacked / newest.manifest)
    return newest


def _stage(staged: ExitStack, contents: BackupContents, apart: Path, path: Path) -> tuple[str, ...]:
    """Write the profiles and settings that differ; they take their places when the stack ends."""
    home = places().profiles.parent
    changed = []
    for part in contents.parts:
        if part.name.startswith(f"{DATABASE}/"):
            continue
        target = _place_of(part.name, home, path)
        if target.is_file() and filecmp.cmp(apart / part.name, target, shallow=False):
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(apart / part.name, staged.enter_context(whole(target)))
        changed.append(part.name)
    return tuple(changed)


def _name_of_kept(store: Store) -> Path:
    """Where a restore keeps what stands there now, without the end of the name."""
    moment = datetime.now().astimezone()
    kept = store.path.absolute().parent / FOLDER / f"{store.path.stem}-{moment:%Y%m%d-%H%M%S-%f}"
    kept.parent.mkdir(exist_ok=True)
    return kept


@contextmanager
def _put_aside(store: Store, kept: Path) -> Iterator[Path | None]:
    """Put a database aside that cannot be read, and give its place; it comes back on failure."""
    try:
        with store.read_files() as (db, files):
            demo = db.value("select demo from meta")
        if store.stamp() and not all(file.exists() for file in files.values()):
            raise UserError("store.damaged", path=str(store.path))
    except UserError as error:
        if error.key not in LOST:
            raise
    else:
        if demo:
            raise UserError("opening.demo_data", path=str(store.path))
        yield None
        return
    place = store.path.absolute()
    place.rename(kept)
    try:
        yield kept
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        kept.rename(place)
        raise
