"""A place of its own for each test of a page, and the demo at one place for all of them."""

import pytest
import streamlit as st

from nami_monitor.ui import app, outcomes, preload
from tests.pages.shared_demo import SharedDemo


@pytest.fixture(autouse=True)
def _no_links(monkeypatch):
    """Links to other pages are not drawn: a page that runs by itself knows of no other."""
    monkeypatch.setattr(st, "page_link", lambda *_, **__: None)


@pytest.fixture(autouse=True)
def _patient(monkeypatch):
    """A page waits for what it started, however long that takes here."""
    monkeypatch.setattr(outcomes, "PATIENCE_SECONDS", 300.0)


@pytest.fixture(autouse=True)
def _nothing_ahead(monkeypatch):
    """Nothing is computed ahead: a thread that outlives its test would fill the caches of others.

    The first script of a server begins that; here it finds it done.
    """
    monkeypatch.setattr(preload, "wait", lambda: None)


@pytest.fixture
def own_place(tmp_path, monkeypatch):
    """No data, no demo and no profiles yet."""
    monkeypatch.setenv("NAMI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("NAMI_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("NAMI_DB", raising=False)
    yield
    app._store.clear()


@pytest.fixture
def fresh_cache():
    """For a test that changes what is computed: it finds no result of others, and leaves none."""
    forget()
    yield
    forget()


def forget():
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture(scope="session")
def shared_demo(demo_folder, tmp_path_factory):
    return SharedDemo(demo_folder / "demo.duckdb", tmp_path_factory.mktemp("shown"))


@pytest.fixture
def demo(shared_demo, tmp_path, monkeypatch):
    """The demo, and nothing of anybody's own data."""
    monkeypatch.setenv("NAMI_CACHE", str(shared_demo.path.parent))
    monkeypatch.setenv("NAMI_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("NAMI_DB", raising=False)
    yield shared_demo.path
    shared_demo.restore()
