"""A place of its own for each test of a page."""

import pytest
import streamlit as st


@pytest.fixture
def own_place(tmp_path, monkeypatch):
    """No data, no demo and no profiles yet; links to other pages are not drawn."""
    monkeypatch.setenv("NAMI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("NAMI_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("NAMI_DB", raising=False)
    monkeypatch.setattr(st, "page_link", lambda *_, **__: None)
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()
