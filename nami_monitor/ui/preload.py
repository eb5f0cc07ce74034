"""Load libraries, build the demo and compute first figures as soon as the server starts.

While a browser still loads Streamlit's own page, the libraries are loaded, the demo is built or
looked at, and the figures of the page that most people open first are computed.
"""

from __future__ import annotations

import atexit
import functools
import gc
import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from importlib import import_module
from typing import Final

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

from nami_monitor.core.settings import temporary_folder

PagesManager.uses_pages_directory = False
"""The entry script says which pages there are. Without this, Streamlit would make a page of every
file in ``pages/`` until that script has run once, and the address of a door would be unknown."""

LOADED: Final = (
    "nami_monitor.ui.pages.home.page",
    "nami_monitor.ui.trend_chart",
    "nami_monitor.databases",
)
"""What a first page needs before it shows anything."""

LOADED_LATER: Final = ("pandas", "pyarrow", "nami_monitor.ui.pages.trends")
"""What Streamlit needs for a table, below what is read first, and the page that loads longest."""

ENDING_SECONDS: Final = 3.0
"""How long the end of the server waits for what is loading, and for what is computed."""


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
    thread = threading.Thread(target=_ahead, args=(loaded,), name="preload", daemon=True)
    thread.start()
    atexit.register(_end, thread, loaded)
    return loaded


def _end(thread: threading.Thread, loaded: threading.Event) -> None:
    """End the thread before the interpreter goes; cut off, it may take the process down."""
    loaded.wait(ENDING_SECONDS)
    from nami_monitor.store.instance import end_queries  # noqa: PLC0415 - loaded by then
    from nami_monitor.ui import ahead  # noqa: PLC0415 - likewise

    end_queries()
    ahead.WOKEN.set()
    thread.join(ENDING_SECONDS)


def _ahead(loaded: threading.Event) -> None:
    try:
        for name in LOADED:
            import_module(name)
    finally:
        loaded.set()
    with suppress(KeyboardInterrupt):  # Ctrl+C, which polars raises where it computes
        _compute()


def _compute() -> None:
    from nami_monitor.ui import ahead  # noqa: PLC0415 - loaded by then, see LOADED
    from nami_monitor.ui.jobs import JOBS  # noqa: PLC0415 - likewise

    try:
        ahead.prepare()
        for name in LOADED_LATER:
            import_module(name)
        ahead.warm_charts()
    except Exception:  # whatever it is, the page that needs it meets it again and says it
        logging.getLogger(__name__).debug("nothing was prepared", exc_info=True)
    settle()
    JOBS.changed = lambda _: ahead.WOKEN.set()
    ahead.keep_up()


def settle() -> None:
    """Leave what is loaded by now out of every later search for garbage: it stays anyway."""
    gc.collect()
    gc.freeze()
