"""What a browser remembers for its visitor: who they are, and what they saw at their last visit.

A cookie tells the server at once which browser it is and under which role or initials its visitor
works. What is larger stays in the browser's own storage and is asked for when it is needed.
Nothing of it is in the database, and nothing is lost when a browser forgets it.
"""

import hashlib
import json
import re
import secrets
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, unquote

import streamlit as st

from nami_monitor.store import Store

BROWSER_COOKIE: Final = "nami_browser"
WHO_COOKIE: Final = "nami_who"
BROWSER: Final = "browser.number"
WHO: Final = "who"
LONGEST_WHO: Final = 40
REMEMBERED_DAYS: Final = 400
"""How long a browser remembers who its visitor is; browsers allow no more."""

SET: Final = """
<script type="application/json" data-nami-cookies>COOKIES</script>
<script>
for (const kept of document.querySelectorAll('script[data-nami-cookies]'))
for (const [name, value] of JSON.parse(kept.textContent))
  document.cookie = `${name}=${value}; path=/; max-age=SECONDS; SameSite=Strict`
    + (location.protocol === 'https:' ? '; Secure' : '');
</script>
""".replace("SECONDS", str(REMEMBERED_DAYS * 24 * 60 * 60))
"""What runs is always the same text: a proxy allows scripts by their hash (``deploy/``)."""

VISIT: Final = """
export default function ({ data, setStateValue }) {
  try {
    if (window.namiVisited !== data.key) {
      const before = localStorage.getItem(data.key);
      window.namiVisited = data.key;
      setStateValue('before', before ?? '');
    }
    localStorage.setItem(data.key, data.now);
  } catch { /* a browser that keeps nothing */ }
}
"""
visit_component = st.components.v2.component("nami_visit", js=VISIT)


def cookies() -> Mapping[str, str]:
    """What the browser sent with the session."""
    return st.context.cookies


def number() -> str:
    """A random number that names this browser: it says nothing of a person."""
    if BROWSER not in st.session_state:
        sent = cookies().get(BROWSER_COOKIE, "")
        known = re.fullmatch(r"[0-9a-f]{32}", sent)
        st.session_state[BROWSER] = sent if known else secrets.token_hex(16)
    return str(st.session_state[BROWSER])


def who() -> str:
    """The role or initials that were given in this session, or earlier in this browser."""
    if WHO not in st.session_state:
        sent = unquote(cookies().get(WHO_COOKIE, ""))
        st.session_state[WHO] = " ".join(sent.split())[:LONGEST_WHO]
    return str(st.session_state[WHO])


def script() -> str:
    """The element that lets the browser remember, for one ``st.html`` on every page."""
    cookies = json.dumps([(BROWSER_COOKIE, number()), (WHO_COOKIE, quote(who(), safe=""))])
    return SET.replace("COOKIES", cookies, 1)


def last_visit(store: Store, name: str, now: str) -> str | None:
    """What the browser kept of the last visit to a part of a page; ``now`` takes its place.

    Args:
        store: the database that was looked at.
        name: which part of the page, with its filters.
        now: what is to be kept of this visit.

    Returns:
        What was kept; empty for nothing, None as long as the browser has not answered.
    """
    place = hashlib.sha256(f"{store.path.absolute()}|{name}".encode()).hexdigest()[:24]
    state = f"browser.visit.{place}"
    with st.container(key="remembered"):
        answer = visit_component(
            key=f"visit_{place}",
            data={"key": f"nami.visit.{place}", "now": now},
            on_before_change=lambda: None,
        )
    if state not in st.session_state and answer.get("before") is not None:
        st.session_state[state] = str(answer["before"])
    return st.session_state.get(state)
