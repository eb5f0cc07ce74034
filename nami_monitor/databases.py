"""Databases: the demo, built whole before anyone opens it, and the organisation's own.

Demo and own data never share a file.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from nami_monitor import __version__
from nami_monitor.core.errors import UserError
from nami_monitor.core.settings import SHIPPED
from nami_monitor.demo import DemoFile, demo_files
from nami_monitor.store import Store, schema
from nami_monitor.store.rollups import ORDER_ROLLUPS
from nami_monitor.store.transaction import literal

Progress = Callable[[int, int, str], None]
"""Called before every file and at the end: number of files done, their total, name of the next."""

DEMO_FILES: Final = SHIPPED / "demo"
WHO: Final = "demo"
OLDER: Final = "an earlier version"
"""The fingerprint of a demo with an earlier schema, which cannot be read."""


def build_demo(
    path: Path, progress: Progress = lambda *_: None, *, folder: Path = DEMO_FILES
) -> bool:
    """Build the demo's database through the ordinary import, unless it is there already.

    It is built beside ``path`` and renamed when it is complete, so that an interrupted build
    leaves nothing that could be opened.

    Args:
        path: the demo's database file.
        progress: is called with the number of files done, their total, and the next name.
        folder: the demo's input files, with their manifest.

    Returns:
        Whether it was built; False when it was there already, from the same files.

    Raises:
        UserError: ``opening.own_data`` when ``path`` holds data that is no demo.
    """
    files = demo_files(folder)
    fingerprint = _fingerprint(files)
    if path.exists():
        present = _demo_fingerprint(path)
        if present is None:
            raise UserError("opening.own_data", path=str(path))
        if present == fingerprint:
            return False
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        _build(half, files, fingerprint, progress)
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)
        half.with_name(f"{half.name}.wal").unlink(missing_ok=True)
    return True


def open_own(path: Path, *, wait: float = 10.0) -> Store:
    """A database for the organisation's own data; it need not exist yet.

    Args:
        path: the file.
        wait: seconds to wait while another process holds it.

    Raises:
        UserError: ``opening.demo_data`` when the file holds the demo.
    """
    if path.exists() and holds_demo(path, wait=wait):
        raise UserError("opening.demo_data", path=str(path))
    return Store(path, wait=wait)


def holds_demo(path: Path, *, wait: float = 10.0) -> bool:
    """Whether an existing database file holds the demo."""
    return _demo_fingerprint(path, wait=wait) is not None


def _build(path: Path, files: tuple[DemoFile, ...], fingerprint: str, progress: Progress) -> None:
    from nami_monitor.ingest.book.file_import import Answers, import_many  # noqa: PLC0415 - slow to load, and
    from nami_monitor.ingest.profiles.profile import load_profile  # noqa: PLC0415 - seldom needed

    path.unlink(missing_ok=True)
    with contextlib.closing(Store(path)) as store:
        pairs = [(item.file, load_profile(item.profile)) for item in files]
        import_many(store, pairs, answers=Answers.yes(), who=WHO, progress=progress)
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
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _demo_fingerprint(path: Path, *, wait: float = 10.0) -> str | None:
    """The fingerprint of the demo in a file; None when the file holds no demo."""
    with contextlib.closing(Store(path, wait=wait)) as store:
        try:
            with store.read() as db:
                stored = db.value("select comment from duckdb_tables() where table_name = 'meta'")
                return stored if stored and db.value("select demo from meta") else None
        except UserError as error:
            if error.key == "store.older" and error.values["demo"]:
                return OLDER
            raise
