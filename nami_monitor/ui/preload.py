"""Load libraries, build the demo and compute first figures as soon as the server starts.

While a browser still loads Streamlit's own page, the libraries are loaded, the demo is built or
looked at, and the figures of the page that most people open first are computed.
"""

from __future__ import annotations

import functools
import gc
import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Final

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

from nami_monitor.core.temporary import temporary_folder

if TYPE_CHECKING:
    from nami_monitor.store import Store

PagesManager.uses_pages_directory = False
"""The entry script says which pages there are. Without this, Streamlit would make a page of every
file in ``pages/`` until that script has run once, and the address of a door would be unknown."""

LOADED: Final = (
    "nami_monitor.ui.pages.home.page",
    "nami_monitor.ui.trend_chart",
    "nami_monitor.databases",
)
"""What a first page needs before it shows anything."""

LOADED_LATER: Final = ("pandas", "pyarrow")
"""What Streamlit needs for a table, below what is read first."""


@asynccontextmanager
async def while_serving(_app: st.App) -> AsyncIterator[None]:
    """Begin when the server starts, in a thread of its own."""
    with temporary_folder():
        _work()
        yield


def wait() -> None:
    """Wait until the libraries of a first page are loaded.

    Two threads that load the same libraries at once would be slower than one, and could meet
    half-loaded modules.
    """
    _work().wait()


def wait_where_begun() -> None:
    """Wait as ``wait`` does, where loading has begun; it is not begun here."""
    if _work.cache_info().currsize:
        wait()


def say_what_broke(_error: Exception) -> bool:
    """Show a visitor that the app failed, in their own language; Streamlit has logged the error."""
    from nami_monitor.ui import app  # noqa: PLC0415 - loaded by then, see LOADED

    st.error(app.current().t("app.broken"))
    return True


@functools.cache
def _work() -> threading.Event:
    loaded = threading.Event()
    threading.Thread(target=_ahead, args=(loaded,), name="preload", daemon=True).start()
    return loaded


def _ahead(loaded: threading.Event) -> None:
    try:
        for name in LOADED:
            import_module(name)
    finally:
        loaded.set()
    from nami_monitor.ui.jobs import JOBS  # noqa: PLC0415 - loaded by then, see LOADED

    try:
        prepare()
        for name in LOADED_LATER:
            import_module(name)
        warm_charts()
    except Exception:  # whatever it is, the page that needs it meets it again and says it
        logging.getLogger(__name__).debug("nothing was prepared", exc_info=True)
    from nami_monitor.ui import ahead  # noqa: PLC0415 - likewise

    settle()
    JOBS.changed = lambda _: ahead.WOKEN.set()
    ahead.keep_up()


def settle() -> None:
    """Leave what is loaded by now out of every later search for garbage: it stays anyway."""
    gc.collect()
    gc.freeze()


def warm_charts() -> None:
    """Compile every form of a chart, and draw a picture: the first ones would wait for it."""
    from nami_monitor.charts.grammar import FORMS, compiled  # noqa: PLC0415 - slow to load
    from nami_monitor.reports.branding import NEUTRAL, png  # noqa: PLC0415 - likewise

    for form in FORMS:
        compiled(form)
    png({"mark": "point", "data": {"values": [{}]}}, 10, NEUTRAL)


def prepare() -> None:
    """Build the demo where that is what is shown, and compute the figures of a first page."""
    from nami_monitor.core.settings import places  # noqa: PLC0415 - loaded by then, see LOADED
    from nami_monitor.databases import note_settings  # noqa: PLC0415 - likewise
    from nami_monitor.ui import app, start  # noqa: PLC0415 - likewise

    which = app.usual_data()
    if which == app.DEMO:
        start.demo_build(str(places().demo)).thread.join()
    first_page(app.store_of(which))
    note_settings(app.store_of(app.OWN))


def first_page(store: Store) -> None:
    """Compute the figures of the page that opens first, of one category."""
    from nami_monitor.ui import cache, filters  # noqa: PLC0415 - likewise

    if filled(store):
        chosen = filters.usual(store)
        cache.briefed(store, chosen.month, chosen.category, chosen.where)


def filled(store: Store) -> bool:
    """Whether a database holds order lines, of which pages show figures."""
    from nami_monitor.ui import cache  # noqa: PLC0415 - likewise

    return bool(store.exists and store.version() > 0 and cache.choices(store).months)
