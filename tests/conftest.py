"""What every test may ask for."""

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

from nami_monitor.opening import build_demo

settings.register_profile("nami", deadline=None, derandomize=True)
settings.load_profile("nami")

pytest_plugins = ["tests.support.no_skip", "tests.covered"]


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real files that others made; they are no part of the project."""
    folder = os.environ.get("NAMI_REAL_DATA")
    if not folder:
        pytest.skip("NAMI_REAL_DATA names no folder of real files")
    return Path(folder)


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory) -> Path:
    """A cache folder with the demo in it, built once through the ordinary import."""
    folder = tmp_path_factory.mktemp("demo")
    build_demo(folder / "demo.duckdb")
    return folder


@pytest.fixture
def demo(demo_folder, tmp_path, monkeypatch) -> Path:
    """A copy of the demo for one test, and nothing of anybody's own data."""
    shutil.copy(demo_folder / "demo.duckdb", tmp_path / "demo.duckdb")
    monkeypatch.setenv("NAMI_CACHE", str(tmp_path))
    monkeypatch.setenv("NAMI_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("NAMI_DB", raising=False)
    return tmp_path / "demo.duckdb"
