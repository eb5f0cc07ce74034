"""Visitors share results, never language, filters or what was written since they were made."""

from itertools import product
from pathlib import Path

import pytest
import streamlit as st
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df

from nami_monitor.core.settings import places
from nami_monitor.store import Store, Work
from nami_monitor.store.journal import record
from nami_monitor.ui import app, browser, cache, visits
from tests.support.app_test import AppTest
from tests.support.figures import DIGITS

ROOT = Path(__file__).parents[2]
CATEGORIES = ("office_supplies", "it_assets")
VIEWS = (("overview", "single"), ("overview", "more"), ("requests", ""), ("contracts", ""))
VISITS = tuple(product(("nl", "en"), CATEGORIES, VIEWS))

pytestmark = pytest.mark.usefixtures("demo", "fresh_cache")


def shown(lang, category, view):
    """All that a visitor sees of a page."""
    file, part = view
    seen = AppTest.from_file(str(ROOT / "pages" / f"{file}.py"), default_timeout=120)
    seen.session_state[app.LANGUAGE] = lang
    seen.session_state[app.DATA] = app.DEMO
    seen.session_state[browser.WHO] = "cm"
    seen.query_params["view"] = part
    seen.query_params["category"] = category
    seen.run()
    assert not seen.exception, seen.exception
    sent = [one.proto.arrow_data for one in seen.dataframe]
    tables = [(one.data, one.styler.display_values) for one in sent]
    bodies = [one.proto.body for one in seen.get("html")]
    return (
        [body for body in bodies if "<script" not in body],
        [one.value for one in (*seen.title, *seen.markdown, *seen.caption)],
        [content(data) for table in tables for data in table if data],
        [one.label for one in seen.checkbox],
    )


def content(table):
    """A table that was sent to the browser, as text."""
    return convert_arrow_bytes_to_pandas_df(table).to_csv(float_format=f"%.{DIGITS}g")


@pytest.mark.slow
def test_a_page_that_others_saw_before_is_the_page_that_nobody_saw():
    after_others = {}
    for _ in range(2):
        for visit in VISITS:
            after_others[visit] = shown(*visit)
    assert len({repr(seen) for seen in after_others.values()}) == len(VISITS)
    for visit in VISITS[::3]:
        st.cache_data.clear()
        st.cache_resource.clear()
        assert shown(*visit) == after_others[visit], visit


def test_what_is_kept_is_read_again_after_every_write_and_only_then():
    store = app.store_of(app.DEMO)
    before = cache.kept(store, visits.SEEN)
    assert cache.kept(store, visits.SEEN) is before
    other = Store(places().demo)  # another process
    with other.write(Work.NOTE, "cm") as db:
        record(db, visits.SEEN, "2026-10:x", {}, "cm")
    after = cache.kept(store, visits.SEEN)
    assert set(after) - set(before) == {"2026-10:x"}
    with other.write(Work.NOTE, "cm") as db:
        record(db, visits.SEEN, "2026-10:x", None, "cm")
    other.close()
    assert set(cache.kept(store, visits.SEEN)) == set(before)
