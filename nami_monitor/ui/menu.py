"""What stands above every page: name, menu, language and the choice of data.

Addresses of before lead on to where things stand now; one that nobody knows says so.
"""

from functools import partial
from typing import Final

import streamlit as st
from streamlit.navigation.page import StreamlitPage
from streamlit.runtime.scriptrunner import get_script_run_ctx

from nami_monitor.i18n import LANGS
from nami_monitor.ui import app, doors, sign_in, theme
from nami_monitor.ui.session import Session

UNKNOWN: Final = "menu.unknown"


def chosen(session: Session) -> StreamlitPage:
    """Draw the menu; the page that the address asks for.

    Args:
        session: for the words.
    """
    st.logo(str(theme.LOGO), size="large")
    shown = doors.pages(session)
    shown |= {
        old: _hidden(old, partial(doors.switch, url, {**doors.choices(), **asked}))
        for old, (url, asked) in doors.MOVED.items()
    }
    unknown = _unknown(set(shown))
    if unknown:
        shown[unknown] = _hidden(unknown, partial(_say_unknown, session, unknown))
    return st.navigation(list(shown.values()), position="top")


def _hidden(url: str, page: partial[None]) -> StreamlitPage:
    return st.Page(page, title=url, url_path=url, visibility="hidden")


def _unknown(known: set[str]) -> str:
    """The address that was asked for when it is none of these; empty when it is one.

    Streamlit tells it once, at the start of a visit, and can show no page at one with a slash.
    """
    run = get_script_run_ctx()
    asked = (run.pages_manager.intended_page_name if run else None) or ""
    if asked.strip() and "/" not in asked and asked not in known:
        st.session_state[UNKNOWN] = asked
    return str(st.session_state.get(UNKNOWN, ""))


def _say_unknown(session: Session, asked: str) -> None:
    """Say that an address leads nowhere, and which there are."""
    app.dress(session)
    app.heading(session.t("doors.unknown.title"))
    st.markdown(session.md("doors.unknown.words", seen=asked[: doors.SEEN]))
    for door in doors.DOORS.values():
        doors.link(next(iter(door.parts.values())), session.t(f"doors.{door.name}"))


def _choice_of_data(session: Session, which: str) -> None:
    with st.popover(session.t(f"app.chip.{which}"), key=f"data_{which}"):
        st.radio(
            session.t("app.data.label"),
            (app.DEMO, app.OWN),
            key="data_choice",
            index=(app.DEMO, app.OWN).index(which),
            format_func=lambda each: session.t(f"app.data.{each}"),
            on_change=app.choose_data,
        )


def _account(session: Session) -> None:
    """Where somebody who signed in leaves again."""
    by, _ = sign_in.service()
    if not by.sign_in:
        return
    with st.popover(f"**{session.t('sign_in.account')}**", key="account"):
        sign_in.way_out()


def corner(session: Session) -> None:
    """Whose data are shown, with the choice behind it, and the language."""
    with st.container(key="corner", horizontal=True, vertical_alignment="center"):
        _account(session)
        which = app.data()
        if app.has_demo():
            _choice_of_data(session, which)

        st.radio(
            "Taal / Language",
            LANGS,
            key="language_choice",
            index=LANGS.index(session.lang),
            format_func=lambda lang: {"nl": "NL", "en": "EN"}[lang],
            horizontal=True,
            label_visibility="collapsed",
            on_change=app.choose_language,
        )
