"""The first start: the demo is built in the background while a page shows how far it is."""

import logging
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from nami_monitor.core.errors import UserError
from nami_monitor.core.escapes import markdown
from nami_monitor.core.settings import places
from nami_monitor.store.instance import ENDING
from nami_monitor.ui.app import OWN, dress, show_data
from nami_monitor.ui.session import Session, sentence

LOG = logging.getLogger(__name__)
POLL_SECONDS = 0.2
PATIENCE_SECONDS = 1.5
"""How long a page waits for a demo that stands there already, before it shows progress."""


@dataclass
class DemoBuild:
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


def _build(state: DemoBuild, path: Path) -> None:
    from nami_monitor.databases import build_demo  # noqa: PLC0415 - loads the import, which is slow

    def progress(done: int, total: int, name: str) -> None:
        state.done, state.total, state.name = done, total, name

    try:
        build_demo(path, progress)
    except (OSError, UserError) as error:
        said = sentence(error, "en") if isinstance(error, UserError) else error
        LOG.error("the demo was not built: %s", said)  # noqa: TRY400 - no bug, but something to mend
        state.failed = error
    except BaseException as error:
        if not ENDING.is_set():
            LOG.exception("the demo was not built")
        state.failed = error
    else:
        state.ready = True


@st.cache_resource(show_spinner=False)
def demo_build(path: str) -> DemoBuild:
    """The demo's build, begun when it is first asked for: one per process, whoever waits for it.

    Args:
        path: the demo's database file.
    """
    thread = threading.Thread(target=lambda: _build(state, Path(path)), daemon=True)
    state = DemoBuild(thread)
    thread.start()
    return state


def wait_for_demo(session: Session) -> bool:
    """Whether the demo can be shown; until then a page with progress stands here."""
    if not session.demo:
        return True
    path = str(places().demo)
    state = demo_build(path)
    state.thread.join(PATIENCE_SECONDS)
    if state.ready:
        return True
    dress(session)
    st.title(session.t("start.title"), anchor=False)
    if not state.failed:
        _show_progress(session, state)
    if state.failed:
        _say_failure(session, state.failed, path)
        return False
    return st.rerun()


def _show_progress(session: Session, state: DemoBuild) -> None:
    """Say how far the build is until it ends."""
    words = st.markdown(session.t("start.words"))
    bar = st.progress(0.0, text=session.t("start.preparing"))
    while not (state.ready or state.failed):
        if state.total:
            bar.progress(
                state.done / state.total,
                text=session.md("start.file", done=state.done, total=state.total, name=state.name),
            )
        time.sleep(POLL_SECONDS)
    words.empty()
    bar.empty()


def _say_failure(session: Session, error: BaseException, path: str) -> None:
    """Show the error, with buttons to try again and to use own data."""
    if isinstance(error, UserError):
        st.error(markdown(session.sentence(error)))
    else:
        st.error(session.md("start.failed", folder=str(Path(path).parent), detail=str(error)))
    with st.container(horizontal=True):
        st.button(
            session.t("start.again"),
            key="start_again",
            type="primary",
            on_click=_again,
            args=(path,),
        )
        st.button(session.t("app.demo.own"), key="own_data", on_click=show_data, args=(OWN,))


def _again(path: str) -> None:
    """Forget a build that failed; nobody's running build is touched."""
    if demo_build(path).failed:
        demo_build.clear(path)
