"""What every test may ask for."""

import gc
import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

from nami_monitor.core.thresholds import Threshold
from nami_monitor.databases import build_demo
from nami_monitor.kpis import privacy
from tests.support.slow import without_samples

try:
    import fcntl
except ImportError:  # Windows: each process builds the demo for itself
    fcntl = None

settings.register_profile("nami", deadline=None, derandomize=True)
settings.load_profile("nami")

pytest_plugins = ["tests.support.no_skip"]

IN_MEMORY = Path("/dev/shm")  # noqa: S108 - pytest makes a folder of this user there
ROOM = 6 * 2**30
"""Bytes that must be free before the files of tests stand in memory."""


def pytest_configure():
    """Keep the files of tests in memory where there is room: each write waits for the disk."""
    if IN_MEMORY.is_dir() and shutil.disk_usage(IN_MEMORY).free > ROOM:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(IN_MEMORY))


def pytest_collection_modifyitems(config, items):
    """Leave most parameters of some tests to the long proofs."""
    items[:], left = without_samples(items)
    config.hook.pytest_deselected(items=left)


def pytest_collection_finish():
    """Look for garbage less often, and never among what all tests share."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


@pytest.fixture(scope="session", autouse=True)
def no_order_limit():
    """Let nothing be hidden for few orders: most tests have fewer than any limit.

    Those of privacy set the limit back.
    """
    limit, privacy.SMALL_CELL_ORDERS = privacy.SMALL_CELL_ORDERS, Threshold(0, "orders", "tests")
    yield limit
    privacy.SMALL_CELL_ORDERS = limit


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real files that others made; they are no part of the project."""
    folder = os.environ.get("NAMI_REAL_DATA")
    if not folder:
        pytest.skip("NAMI_REAL_DATA names no folder of real files")
    return Path(folder)


@pytest.fixture(scope="session")
def made_once(tmp_path_factory):
    """A function that gives a file of this run, which its first caller makes.

    Other processes of the run wait for it, and so do other runs with the same ``NAMI_MADE``, a
    folder. On Windows each process makes its own.
    """
    base = tmp_path_factory.getbasetemp()
    run = base.parent if fcntl and "PYTEST_XDIST_WORKER" in os.environ else base
    run = Path(os.environ.get("NAMI_MADE", run))

    def file_of_run(name, make):
        path = run / name
        with path.with_suffix(".lock").open("w") as lock:
            if fcntl:
                fcntl.flock(lock, fcntl.LOCK_EX)
            if not path.exists():
                make(path)
        return path

    return file_of_run


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory, made_once) -> Path:
    """A cache folder of this process with the demo in it, built once in a run."""
    folder = tmp_path_factory.mktemp("demo")
    shutil.copytree(made_once("built-demo.duckdb", build_demo), folder / "demo.duckdb")
    return folder


@pytest.fixture
def demo(demo_folder, tmp_path, monkeypatch) -> Path:
    """A copy of the demo for one test, and nothing of anybody's own data."""
    shutil.copytree(demo_folder / "demo.duckdb", tmp_path / "demo.duckdb")
    monkeypatch.setenv("NAMI_CACHE", str(tmp_path))
    monkeypatch.setenv("NAMI_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("NAMI_DB", raising=False)
    return tmp_path / "demo.duckdb"
