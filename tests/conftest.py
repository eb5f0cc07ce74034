"""What every test may ask for."""

import contextlib
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

from nami_monitor.databases import build_demo
from nami_monitor.store import Store

try:
    import fcntl
except ImportError:  # Windows: each process builds the demo for itself
    fcntl = None

settings.register_profile("nami", deadline=None, derandomize=True)
settings.load_profile("nami")

pytest_plugins = ["tests.support.no_skip"]

REPEATED = ("browser", "real", "slow")
"""Markers of tests that add nothing to the coverage of the others; they run without tracing."""


def pytest_collection_modifyitems(items):
    for item in items:
        if any(item.get_closest_marker(name) for name in REPEATED):
            item.add_marker(pytest.mark.no_cover)


@pytest.fixture(scope="session")
def empty_database() -> bytes:
    """A database file that holds the schema and no data."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "empty.duckdb")
        with store.write():
            pass
        store.close()
        return store.path.read_bytes()


@pytest.fixture(scope="session", autouse=True)
def copied_schema(empty_database):
    """Let a new database begin as a copy of the empty one: a schema takes a quarter of a second.

    The tests of the store itself make each schema anew, see ``tests/store/conftest.py``.
    """
    write = Store.write

    def write_to_copy(store: Store):
        if not store.path.exists():
            with contextlib.suppress(OSError):  # the store says what is wrong with the place
                store.path.parent.mkdir(parents=True, exist_ok=True)
                store.path.write_bytes(empty_database)
        return write(store)

    Store.write = write_to_copy
    yield
    Store.write = write


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real files that others made; they are no part of the project."""
    folder = os.environ.get("NAMI_REAL_DATA")
    if not folder:
        pytest.skip("NAMI_REAL_DATA names no folder of real files")
    return Path(folder)


@contextlib.contextmanager
def held(lock: Path):
    """Hold a lock file; other processes of this run wait for it."""
    with lock.open("w") as file:
        if fcntl:
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory) -> Path:
    """A cache folder of this process with the demo in it, built once in a run."""
    folder = tmp_path_factory.mktemp("demo")
    base = tmp_path_factory.getbasetemp()
    run = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    shared = run / "built-demo.duckdb"
    with held(shared.with_suffix(".lock")):
        build_demo(shared)
    shutil.copy(shared, folder / "demo.duckdb")
    return folder


@pytest.fixture
def demo(demo_folder, tmp_path, monkeypatch) -> Path:
    """A copy of the demo for one test, and nothing of anybody's own data."""
    shutil.copy(demo_folder / "demo.duckdb", tmp_path / "demo.duckdb")
    monkeypatch.setenv("NAMI_CACHE", str(tmp_path))
    monkeypatch.setenv("NAMI_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("NAMI_DB", raising=False)
    return tmp_path / "demo.duckdb"
