"""Markup in every text of every table: every page shows it, and does nothing with it."""

import shutil
from pathlib import Path
from urllib.parse import urlsplit

import pandas as pd
import pytest
import streamlit as st

from nami_monitor.ui import app
from tests.support.app_test import AppTest
from tests.support.markup import BEGIN, OUTSIDE, foreign_tags, hidden_signs, left_active
from tests.support.planting import plant

ROOT = Path(__file__).parents[2]
PAGES = [path.stem for path in sorted((ROOT / "pages").glob("*.py"))]
ADDRESSES = {
    "data": {"part": "batches"},
    "trends": {"why": "true", "kpi": "impact_spend"},
}
"""How a page is opened that shows few texts at first."""
SILENT = {"about", "conclusions", "handbook", "kit", "measurability", "presentation"}
"""Pages that need not show a text of others in what they draw at first."""
RENDERED = {"body", "label", "help", "text", "content", "options", "captions", "title"}
"""Fields of Streamlit's messages that it renders as Markdown."""
AS_TYPED = {("Text", "body"), ("Html", "body"), ("Code", "code_text"), ("Selectbox", "options"),
            ("MultiSelect", "options"), ("IFrame", "src")}  # fmt: skip
RAW = {"id", "value", "default", "raw_value", "file_name", "url", "element_id", "form_id", "key",
       "query_string", "raw_values", "styles", "hash"}  # fmt: skip
"""Fields that are not shown, or that people edit: they bear the text as it is stored."""


@pytest.fixture(scope="module")
def planted_demo(demo_folder, tmp_path_factory):
    folder = tmp_path_factory.mktemp("planted")
    shutil.copytree(demo_folder / "demo.duckdb", folder / "demo.duckdb")
    plant(folder / "demo.duckdb")
    return folder


@pytest.fixture
def opened(planted_demo, tmp_path, monkeypatch):
    monkeypatch.setenv("NAMI_CACHE", str(planted_demo))
    monkeypatch.setenv("NAMI_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("NAMI_DB", raising=False)
    app._store.clear()

    def look(page, **address):
        found = AppTest.from_file(str(ROOT / "pages" / f"{page}.py"), default_timeout=120)
        found.session_state[app.LANGUAGE] = "nl"
        found.session_state[app.DATA] = app.DEMO
        for key, value in address.items():
            found.query_params[key] = value
        return found.run()

    yield look
    app.store_of(app.DEMO).close()
    app._store.clear()


def messages(node):
    """Every element and block of a page, as it goes to the browser."""
    proto = getattr(node, "proto", None)
    if proto is not None:
        yield node, proto
    for child in (getattr(node, "children", None) or {}).values():
        yield from messages(child)


def strings(proto):
    """Every text of a message: in which message and field it stands."""
    for field, value in proto.ListFields():
        many = value if field.is_repeated else [value]
        if field.message_type and not field.message_type.GetOptions().map_entry:
            for one in many:
                yield from strings(one)
        elif field.type == field.TYPE_STRING and field.name not in RAW:
            for one in many:
                yield proto.DESCRIPTOR.name, field.name, one


def faults(page):
    """What is wrong with what a page shows, and how many texts of others it shows."""
    found, seen = [], 0
    for node, proto in messages(page._tree.root if hasattr(page._tree, "root") else page._tree):
        for message, field, words in strings(proto):
            seen += BEGIN in words
            if hidden_signs(words):
                found.append(("hidden", message, field, words))
            if message == "Html" and not proto.unsafe_allow_javascript:
                found += [("tag", message, field, tag) for tag in foreign_tags(words)]
            elif field in RENDERED and (message, field) not in AS_TYPED and left_active(words):
                found.append(("markdown", message, field, words))
        if node.type == "arrow_data_frame":
            cells = pd.DataFrame(node.value)
            texts = [*map(str, cells.columns), *(c for c in cells.to_numpy().ravel().tolist()
                     if isinstance(c, str))]  # fmt: skip
            seen += sum(BEGIN in cell for cell in texts)
            found += [("hidden", "DataFrame", "", cell) for cell in texts if hidden_signs(cell)]
            found += [("link", "DataFrame", "", c) for c in texts if urlsplit(c).netloc == OUTSIDE]
    return found, seen


@pytest.mark.sampled(4)
@pytest.mark.parametrize("page", PAGES)
def test_no_page_does_anything_with_a_text(page, opened, monkeypatch):
    links = []
    monkeypatch.setattr(st, "page_link", lambda *_, label="", **__: links.append(label))
    shown = opened(page, **ADDRESSES.get(page, {}))
    assert not shown.exception, shown.exception
    found, seen = faults(shown)
    assert found == []
    assert [label for label in links if left_active(label)] == []
    assert seen or page in SILENT
