"""The page of the cases on a database of one's own."""

from pathlib import Path

import streamlit as st

from nami_monitor.ui import app
from tests.support.app_test import AppTest
from tests.support.databases import copy_database

PAGE = Path(__file__).parents[2] / "pages" / "case.py"


def shown(database, tmp_path, monkeypatch, number, lang):
    """Draw the page of a case.

    Args:
        database: path of the database, which is copied; None for none at all.
        tmp_path: of the test.
        monkeypatch: of the test.
        number: of the case.
        lang: ``nl`` or ``en``.

    Returns:
        The words on its cards, and those of its other texts.
    """
    own = tmp_path / "copy.duckdb"
    if database is not None:
        copy_database(database, own)
    monkeypatch.setenv("NAMI_DB", str(own))
    monkeypatch.setenv("NAMI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("NAMI_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(st, "page_link", lambda *_, **__: None)
    st.cache_resource.clear()
    st.cache_data.clear()
    found = AppTest.from_file(str(PAGE), default_timeout=120)
    found.session_state[app.LANGUAGE] = lang
    found.session_state[app.DATA] = app.OWN
    found.query_params["case"] = str(number)
    found.run()
    assert not found.exception, found.exception
    assert not found.error, [one.value for one in found.error]
    html = " ".join(one.proto.body for one in found.get("html"))
    said = " ".join(one.value for one in (*found.markdown, *found.info, *found.header))
    st.cache_resource.clear()
    return html, said
