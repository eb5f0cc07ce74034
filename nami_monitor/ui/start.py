"""The first start: the demo is built in the background while a page shows how far it is."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from nami_monitor.core.settings import places
from nami_monitor.ui.app import Session, dress

POLL_SECONDS = 0.2
PATIENCE_SECONDS = 1.5
"""How long a page waits for a demo that stands there already, before it shows progress."""


@dataclass
class Building:
    """How far the demo is.

    Args:
        thread: the work itself.
        done: files imported.
        total: files to import; 0 until that is known.
        name: the file at work.
        ready: whether the demo can be shown.
        failed: what went wrong, if anything did.
    """

    thread: threading.Thread
    done: int = 0
    total: int = 0
    name: str = ""
    ready: bool = False
    failed: BaseException | None = None


def _build(state: Building, path: Path) -> None:
    from nami_monitor.opening import build_demo  # noqa: PLC0415 - loads the import, which is slow

    def progress(done: int, total: int, name: str) -> None:
        state.done, state.total, state.name = done, total, name

    try:
        build_demo(path, progress)
    except BaseException as error:  # noqa: BLE001 - shown on the page, not lost in a thread
        state.failed = error
    else:
        state.ready = True


@st.cache_resource(show_spinner=False)
def _building(path: str) -> Building:
    """One build per process, however many visitors wait for it."""
    thread = threading.Thread(target=lambda: _build(state, Path(path)), daemon=True)
    state = Building(thread)
    thread.start()
    return state


def wait_for_demo(session: Session) -> bool:
    """Whether the demo can be shown; until then a page with progress stands here."""
    if not session.demo:
        return True
    state = _building(str(places().demo))
    state.thread.join(PATIENCE_SECONDS)
    if state.ready:
        return True
    dress(session)
    st.title(session.t("start.title"), anchor=False)
    st.markdown(session.t("start.words"))
    bar = st.progress(0.0, text=session.t("start.preparing"))
    while not (state.ready or state.failed):
        if state.total:
            bar.progress(
                state.done / state.total,
                text=session.t("start.file", done=state.done, total=state.total, name=state.name),
            )
        time.sleep(POLL_SECONDS)
    if state.failed:
        bar.empty()
        st.error(session.t("start.failed", detail=str(state.failed)))
        _building.clear()
        st.button(session.t("start.again"), key="start_again")
        return False
    return st.rerun()
