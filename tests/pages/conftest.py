"""A place of its own for each test of a page."""

import pytest
import streamlit as st


@pytest.fixture(autouse=True)
def _no_links(monkeypatch):
    """Links to other pages are not drawn: a page that runs by itself knows of no other."""
    monkeypatch.setattr(st, "page_link", lambda *_, **__: None)


@pytest.fixture
def own_place(tmp_path, monkeypatch):
    """No data, no demo and no profiles yet."""
    monkeypatch.setenv("NAMI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("NAMI_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("NAMI_DB", raising=False)
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()
