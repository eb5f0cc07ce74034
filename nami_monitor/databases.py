"""Databases: the demo, built whole before anyone opens it, and the organisation's own.

Demo and own data never share a file.
"""

import contextlib
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Final

from nami_monitor import __version__
from nami_monitor.access.settings import service_file
from nami_monitor.core.errors import UserError
from nami_monitor.core.settings import SHIPPED, folder_beside
from nami_monitor.demo import DemoFile, demo_files
from nami_monitor.store import Store, schema, snapshots
from nami_monitor.store.engine import WAIT_SECONDS
from nami_monitor.store.rollups import ORDER_ROLLUPS
from nami_monitor.store.transaction import literal

Progress = Callable[[int, int, str], None]
"""Called before every file and at the end: number of files done, their total, name of the next."""

DEMO_FILES: Final = SHIPPED / "demo"
WHO: Final = "demo"


def build_demo(
    path: Path, progress: Progress = lambda *_: None, *, folder: Path = DEMO_FILES
) -> bool:
    """Build the demo's database through the ordinary import, unless it is there already.

    It is built apart and adopted when it is complete, so that an interrupted build leaves nothing
    that could be opened. ``folder`` holds the input files with their manifest; ``progress`` is
    called with the number of files done, their total, and the next name.

    Returns:
        Whether it was built; False when it was there already, from the same files.

    Raises:
        UserError: ``opening.own_data`` when ``path`` holds data that is no demo.
    """
    files = demo_files(folder)
    fingerprint = _fingerprint(files)
    with contextlib.closing(Store(path)) as store:
        if path.exists():
            present = _demo_fingerprint(store)
            if present is None:
                raise UserError("opening.own_data", path=str(path))
            if present == fingerprint:
                return False
        path.parent.mkdir(parents=True, exist_ok=True)
        with folder_beside(path) as apart:
            _build(apart / "built", files, fingerprint, progress)
            store.adopt(apart / "built")
    return True


def open_own(path: Path, *, wait: float = WAIT_SECONDS) -> Store:
    """A database for the organisation's own data, which need not exist yet; ``wait`` is in seconds.

    Raises:
        UserError: ``opening.demo_data`` when the file holds the demo.
    """
    if path.exists() and holds_demo(path):
        raise UserError("opening.demo_data", path=str(path))
    return Store(path, wait=wait)


def note_settings(store: Store) -> None:
    """Note in the trail that a settings file is another one than when it was last looked at.

    Files are changed outside the program: it knows that, and not who did so.
    """
    from nami_monitor.reports.branding import usual_file  # noqa: PLC0415 - slow to load

    if not store.exists:
        return
    told = {row.about: row.name for row in reversed(store.trail()) if row.act == "setting"}
    for file in (service_file(), usual_file()):
        if file.is_file():
            mark = snapshots.sha256(file)[:12]
            if told.get(file.name) != mark:
                store.acted("", "setting", file.name, mark)


def holds_demo(path: Path) -> bool:
    """Whether a database holds the demo."""
    with contextlib.closing(Store(path)) as store:
        return _demo_fingerprint(store) is not None


def _build(path: Path, files: tuple[DemoFile, ...], fingerprint: str, progress: Progress) -> None:
    from nami_monitor.ingest.book.file_import import Answers, import_many  # noqa: PLC0415 - slow to load, and
    from nami_monitor.ingest.profiles.profile import load_profile  # noqa: PLC0415 - seldom needed

    with contextlib.closing(Store(path)) as store:
        pairs = [(item.file, load_profile(item.profile)) for item in files]
        came_in = {item.file: item.came_in for item in files if item.came_in}
        import_many(
            store, pairs, answers=Answers.yes(), who=WHO, progress=progress, came_in=came_in
        )
        with store.write() as db:
            db.run("update meta set demo = true")
            db.run(f"comment on table meta is {literal(fingerprint)}")


def _fingerprint(files: tuple[DemoFile, ...]) -> str:
    """A hash of the demo's sources: its files, their profiles, and the schema of the database."""
    parts = [__version__, str(schema.VERSION)]
    parts += [schema.script(name) for name in ("control", "views", "ledgers", "projects")]
    parts += [rollup.ddl for rollup in ORDER_ROLLUPS]
    paths = sorted({path for item in files for path in (item.file, item.profile)})
    parts += [f"{path.name} {path.stat().st_size}" for path in paths]
    parts += [f"{item.came_in}" for item in files if item.came_in]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _demo_fingerprint(store: Store) -> str | None:
    """The fingerprint of the demo in a database; None when it holds no demo."""
    with store.read() as db:
        stored = db.value(
            "select comment from duckdb_tables() where table_name = 'meta'"
            " and database_name = current_database()"
        )
        return stored if stored and db.value("select demo from meta") else None
