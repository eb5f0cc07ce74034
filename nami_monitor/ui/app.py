"""The session of a visitor, and how a page begins: language, which data, the database.

A page calls ``page()`` once and reads everything else from the ``Session`` that it returns.
"""

import hashlib
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Final, NoReturn

import streamlit as st

from nami_monitor.access.roles import ALL, Limit, Role, limits
from nami_monitor.access.settings import FILE
from nami_monitor.core.errors import DatabaseHeldError, UserError
from nami_monitor.core.escapes import markdown
from nami_monitor.core.settings import places
from nami_monitor.i18n import text
from nami_monitor.store import Store, limited, snapshots
from nami_monitor.ui import browser, doors, outcomes, sign_in, theme, visitor
from nami_monitor.ui.session import (
    DATA,
    LANGUAGE,
    Session,
    language,
    log_once,
    sentence,
    told_to_operator,
)
from nami_monitor.ui.theme import stylesheet

DEMO, OWN = "demo", "own"
FOLLOW_SECONDS = 5.0
PAGE = "app.page"
LINKED = "app.linked"
ASKED = "app.asked"
UNTITLED = "app.untitled"
"""The page that has yet to write its heading."""


@st.cache_resource(show_spinner=False)
def _store(path: str) -> Store:
    return Store(Path(path))


def store_of(data: str) -> Store:
    """The database of the demo or the own one; both live side by side and share nothing."""
    at = places()
    return _store(str(at.demo if data == DEMO else at.own))


def part_of(store: Store, limit: Limit) -> Store:
    """The part of a database that somebody with a limit sees: a database of its own, up to date.

    Raises:
        UserError: as ``Store.take_part``.
    """
    name = hashlib.sha256(repr((limited.FORM, limit)).encode()).hexdigest()[:16]
    part = _store(str(snapshots.views(store.path.absolute()) / name))
    keep = partial(
        limited.keep_only, categories=limit.categories, organisations=limit.organisations
    )
    if store.stamp():
        part.take_part(store, keep)
    return part


def make_parts(store: Store) -> list[Store]:
    """Make the parts of the own database that the settings state, before anybody asks for them."""
    if store is not store_of(OWN):
        return []
    parts = {limit: part_of(store, limit) for limit in limits(sign_in.service()[0].people)}
    for limit, part in parts.items():
        if names := unknown_in(part, limit):
            said = text("access.unknown_logged", "en", names=", ".join(names), file=FILE)
            log_once(said, said)
    return [*parts.values()]


def unknown_in(part: Store, limit: Limit) -> list[str]:
    """What a limit names and the data does not know, by the part of it that was made.

    Raises:
        UserError: as ``Store.read``.
    """
    if not limit:
        return []
    with part.read() as db:
        return limited.unknown(db, limit.categories, limit.organisations)


def data() -> str:
    """Which data is shown: chosen, else in the address, else own data once there is any."""
    chosen = st.session_state.get(DATA) or st.query_params.get(DATA)
    if chosen not in {DEMO, OWN} or (chosen == DEMO and not has_demo()):
        chosen = usual_data()
    st.session_state[DATA] = chosen
    return str(chosen)


def usual_data() -> str:
    """Which data a visitor sees who chose nothing: own data once there is any."""
    return OWN if store_of(OWN).exists or not has_demo() else DEMO


def has_demo() -> bool:
    """Whether this server shows the demo: an operator may leave it out."""
    return sign_in.service()[0].server.demo


def show_data(which: str) -> None:
    """Show the demo or the own data from now on."""
    st.session_state[DATA] = which
    st.session_state["data_choice"] = which
    for key in [key for key in st.session_state if str(key).startswith("filter.")]:
        del st.session_state[key]


def choose_language() -> None:
    """Take over the language that the visitor chose above the page.

    A browser knows a choice by its words, so every choice on the page is told anew in the new ones.
    """
    st.session_state[LANGUAGE] = st.session_state["language_choice"]
    for key, value in st.session_state.items():
        if _chosen(value):
            st.session_state[key] = value


def _chosen(value: object) -> bool:
    """Whether a value is of a widget whose state may be set: a text, number or list of them."""
    if isinstance(value, list | tuple):
        return all(_chosen(part) for part in value)
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def choose_data() -> None:
    """Take over the data that the visitor chose above the page."""
    show_data(str(st.session_state["data_choice"]))


def current() -> Session:
    """The visitor's session."""
    which, signed_in = data(), visitor.person()
    store = store_of(which)
    limit = signed_in.limit if signed_in and which != DEMO else ALL
    if limit:
        try:
            store = part_of(store, limit)
        except UserError as error:
            told_to_operator(error)
            sign_in.say(sentence(error, language()))
    return Session(
        lang=language(),
        store=store,
        demo=which == DEMO,
        who=signed_in.who if signed_in else browser.who(),
        limit=limit,
    )


def page(
    title: str,
    *,
    mend: Callable[[Session], None] | None = None,
    finding: bool = False,
    headed: bool = False,
) -> Session:
    """Begin a page: style, the parts of its door, and its heading.

    A database that cannot be read ends the page with a sentence, and with what may help.

    Args:
        title: catalogue key of its heading.
        mend: shows what can be done about a database that cannot be read; None for a link to it.
        finding: whether the page has a finding for its heading, which it writes below its filters;
            without data it bears the one of the catalogue.
        headed: whether the page writes its heading itself, with data and without.
    """
    session = current()
    dress(session)
    _enter(title)
    _address(session)
    try:
        version = session.store.version()
        unknown = unknown_in(session.store, session.limit)
    except UserError as error:
        _unreadable(session, title, error, mend)
    _follow(session.store, version)
    doors.row(session, title.partition(".")[0])
    if limit := session.limit:
        names = ", ".join((*limit.categories, *limit.organisations))
        st.caption(session.md("access.limited", names=names))
    if unknown:
        st.warning(session.md("access.unknown", names=", ".join(unknown), file=FILE))
    st.session_state[UNTITLED] = title
    if not headed and not (finding and version):
        heading(session.t(title))
    outcomes.panel(session, title)
    return session


def heading(words: str) -> None:
    """The heading of a page: its finding, or its name.

    Args:
        words: as a person reads them; not Markdown.
    """
    st.session_state.pop(UNTITLED, None)
    st.title(markdown(words), anchor=False)


def _unreadable(
    session: Session, title: str, error: UserError, mend: Callable[[Session], None] | None
) -> NoReturn:
    """Say why the database cannot be read, and what can be done about it."""
    heading(session.t(title))
    outcomes.panel(session, title)
    st.error(markdown(session.sentence(error)))
    if mend:
        mend(session)
    else:
        doors.link("data", session.t("data.backup.restore"), part="backup")
    st.stop()


def _enter(title: str) -> None:
    """Record the current page, and whether a link with filters led to it."""
    if st.session_state.get(PAGE) != title:
        st.session_state[PAGE] = title
        st.session_state[LINKED] = bool(set(st.query_params) - {LANGUAGE, DATA, doors.PART})


def dress(session: Session) -> None:
    """Add the style sheet, and translate Streamlit's own texts, also those for screen readers.

    The browser is told what to remember of its visitor.
    """
    st.html(stylesheet())
    script = theme.script(session.lang) + doors.FOLLOW + browser.script()
    st.html(script, unsafe_allow_javascript=True)


def _address(session: Session) -> None:
    """Keep language and choice of data in the address, so that a link can be mailed.

    A link that leads to the same page changes what Streamlit asks for and not what the browser
    shows: the browser is told, so that its button Back leads back.
    """
    asked, wanted = doors.choices(), {LANGUAGE: session.lang, DATA: DEMO if session.demo else OWN}
    led_here = st.session_state.get(ASKED, asked) != asked
    st.session_state[ASKED] = asked
    if led_here or any(st.query_params.get(key) != value for key, value in wanted.items()):
        st.query_params.update(wanted)


@st.fragment(run_every=FOLLOW_SECONDS)
def _follow(store: Store, version: int) -> None:
    """Draw the page anew when another process wrote data; a locked file is tried again later.

    The file is only looked into when it was written; notes and ticks in it draw nothing anew.
    """
    with suppress(UserError):
        if store.version() != version or sign_in.over():
            st.rerun()


def guarded(session: Session, part: Callable[[], None]) -> None:
    """Run a page or a part of it; show an error that the user can solve as a sentence."""
    try:
        part()
    except UserError as error:
        if UNTITLED in st.session_state:
            heading(session.t(st.session_state[UNTITLED]))
        st.error(markdown(session.sentence(error)))
        if isinstance(error, DatabaseHeldError):
            st.button(session.t("jobs.again"), key="look_again")


class PageGate:
    """Lets pages run in the order in which they were asked for, a few at a time.

    Fifty pages that share one interpreter all end last; in turn the first are soon complete. What
    redraws a part of a page by itself, every few seconds, waits for nobody.

    Args:
        most: so many pages run at a time.
        long: a page that has run for so many seconds, as one that waits for somebody who writes,
            no longer keeps another from running.
    """

    def __init__(self, most: int = 2, long: float = 2.0) -> None:
        self._most, self._long = most, long
        self._lock = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._running: dict[threading.Event, float] = {}

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn, and have it until the block is left, in whatever way."""
        mine = threading.Event()
        with self._lock:
            self._waiting.append(mine)
            self._admit()
        try:
            while not mine.wait(self._long):
                with self._lock:
                    self._admit()
            yield
        finally:
            with self._lock:
                if self._running.pop(mine, None) is None:
                    self._waiting.remove(mine)
                self._admit()

    def quiet(self) -> bool:
        """Whether no page runs or waits."""
        with self._lock:
            return not (self._running or self._waiting)

    def _admit(self) -> None:
        now = time.monotonic()
        held = sum(now - since < self._long for since in self._running.values())
        while self._waiting and held < self._most:
            first = self._waiting.popleft()
            self._running[first] = now
            first.set()
            held += 1


GATE: Final = PageGate()
"""Through which every page of this process goes."""


@contextmanager
def busy(session: Session) -> Iterator[None]:
    """Show a spinner in a corner until the page has had its turn and is complete."""
    with ExitStack() as made:
        with st.container(key="busy"):
            made.enter_context(st.spinner(session.t("app.busy")))
        made.enter_context(GATE.turn())
        yield


def offer_reading(session: Session, words: str = "app.empty.load") -> None:
    """A link to where files are read in; for who may not do that, why they may not.

    Args:
        session: for the words.
        words: catalogue key of the link.
    """
    if visitor.may(Role.IMPORT):
        doors.link("data", session.t(words))
    else:
        st.caption(session.t(f"access.refused.{Role.IMPORT}"))


def no_rows(session: Session, name: str) -> None:
    """Say that a register holds nothing yet, and what to load.

    Args:
        session: for the words.
        name: of the page, as the catalogue has it.
    """
    heading(session.t(f"{name}.title"))
    with st.container(key=f"{name}_empty", border=True):
        st.header(session.t(f"{name}.empty.title"), anchor=False)
        st.markdown(session.t(f"{name}.empty.words"))
        offer_reading(session)


def empty(session: Session, *, lines: bool = False) -> bool:
    """Whether there is nothing to show yet; if so, say what to do next.

    Args:
        session: for the words and the data.
        lines: whether the page needs order lines, which registers alone do not give.
    """
    from nami_monitor.ui import cache  # noqa: PLC0415 - slow to load, and here for a page alone

    filled = session.store.exists and session.store.version() > 0
    if filled and not (lines and not cache.choices(session.store).months):
        return False
    if UNTITLED in st.session_state and filled:
        heading(session.t(st.session_state[UNTITLED]))
    with st.container(key="empty_state", border=True):
        st.header(session.t(f"app.empty.{'no_lines' if filled else 'title'}"), anchor=False)
        st.markdown(session.t(f"app.empty.{'no_lines_words' if filled else 'words'}"))
        offer_reading(session)
        if filled:
            doors.link("contracts", session.t("app.empty.registers"))
        elif not session.demo and has_demo():
            st.button(
                session.t("app.empty.demo"), key="demo_data", on_click=show_data, args=(DEMO,)
            )
    return True
