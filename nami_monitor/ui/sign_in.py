"""Who is signed in: at a proxy before the monitor, at a provider, or nobody on a laptop.

Where nobody is signed in and somebody should be, a page is a sentence and a button and no more.
"""

import functools
import json
import logging
import os
import time
from collections.abc import Mapping
from typing import Final, NoReturn

import streamlit as st
from starlette.requests import HTTPConnection
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME
from streamlit.web.server.starlette.starlette_websocket import _get_signed_cookie_with_chunks

from nami_monitor.access import settings
from nami_monitor.access.settings import OidcSignIn, ProxySignIn, Service
from nami_monitor.core.errors import UserError
from nami_monitor.core.escapes import html, markdown
from nami_monitor.i18n import text
from nami_monitor.ui import theme
from nami_monitor.ui.session import language, sentence

REASON: Final = "sign_in"
"""What the address says when a sign-in failed."""
REASONS: Final = (
    "away", "unknown", "clock", "refused", "stale", "large", "failed", "ended", "out",
)  # fmt: skip
BEGAN: Final = "sign_in.began"
SKEW_SECONDS: Final = 300
"""How far the clocks of monitor and provider may be apart."""

FORWARDED: Final = "FORWARDED_ALLOW_IPS"
"""Empty, so that the server itself believes no header that says from where a request comes."""

Claims = Mapping[str, tuple[str, ...]]
"""What is said of a visitor: the values of each claim, most often one."""


@functools.cache
def _read(_named: str) -> tuple[Service, UserError | None]:
    """The settings as they were when the server started, and why it serves nobody."""
    service = Service()
    try:
        service = settings.read_service()
        settings.refuse(service, st.get_option("server.address"))
        if service.proxy and os.environ.get(FORWARDED) != "":
            raise UserError("service.not_by_serve")
    except UserError as error:
        hidden = {"seen": "\u2026"} if "seen" in error.values else {}  # it may be a secret
        told = UserError(error.key, **{**error.values, **hidden})
        logging.getLogger(__name__).error("%s", sentence(told, "en"))  # noqa: TRY400 - no bug
        return service, told
    return service, None


def service() -> tuple[Service, UserError | None]:
    """How this server serves, and why it serves nobody, if so; read once."""
    return _read(str(settings.service_file()))


def claims() -> Claims | None:
    """What is said of the visitor who is signed in; None where no sign-in is set.

    Where somebody should be signed in and nobody is, the page ends here with a sentence. Cheap: it
    may be asked several times while a page runs.
    """
    by, wrong = service()
    if wrong:
        say(sentence(wrong, language()))
    if by.proxy:
        found = of_proxy(by.proxy, st.user.to_dict())
        return found if found and not _stayed(by.proxy) else _ask_proxy(ended=bool(found))
    if by.oidc:
        signed = _of_token(by.oidc)
        return _ask_provider() if signed is None else signed
    return None


def of_proxy(proxy: ProxySignIn, sent: Mapping[str, object]) -> Claims:
    """The claims that a trusted proxy sent; empty for nobody."""
    found = {}
    for claim in proxy.headers:
        value = _of_header(str(sent.get(claim) or ""))
        parts = value.split(",") if claim in proxy.several else [value]
        stripped = (part.strip(" \t") for part in parts)
        found[claim] = tuple(filter(None, stripped))
    return {claim: values for claim, values in found.items() if values}


def _of_header(value: str) -> str:
    """What a header says: proxies write UTF-8, and the server reads headers as Latin-1."""
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return value


def of_token(oidc: OidcSignIn, token: Mapping[str, object], now: float) -> Claims | None:
    """The claims of a provider's token; None when it is too old, or from the future.

    Args:
        oidc: says which claims are used, and how long a sign-in lasts.
        token: its content.
        now: seconds since 1970.
    """
    issued = token.get("iat")
    if not isinstance(issued, int | float):
        return None
    if not issued - SKEW_SECONDS <= now < issued + oidc.hours * 3600:
        return None
    found = {}
    for claim in oidc.claims:
        value = token.get(claim)
        several = value if isinstance(value, list | tuple) else [value]
        found[claim] = tuple(str(each) for each in several if isinstance(each, str | int) and each)
    return {claim: values for claim, values in found.items() if values}


def _of_token(oidc: OidcSignIn) -> Claims | None:
    token = st.user.to_dict()
    if not token.get("is_logged_in") or _name_of(token) in _LEFT:
        return None
    return of_token(oidc, token, time.time())


def of_request(request: HTTPConnection) -> Claims | None:
    """The claims of whoever sends a request, by its headers or cookies; None for nobody."""
    by, _ = service()
    if by.proxy:
        sent = {claim: request.headers.get(name) for claim, name in by.proxy.headers.items()}
        return of_proxy(by.proxy, sent) or None
    token = _token_in(request.cookies)
    if not by.oidc or _name_of(token) in _LEFT:
        return None
    return of_token(by.oidc, token, time.time())


def is_over(cookies: Mapping[str, str]) -> bool:
    """Whether the sign-in in some cookies is over, or has yet to begin; not where there is none."""
    by, _ = service()
    token = _token_in(cookies)
    return bool(by.oidc and token and of_token(by.oidc, token, time.time()) is None)


def _token_in(cookies: Mapping[str, str]) -> Mapping[str, object]:
    found = _get_signed_cookie_with_chunks(dict(cookies), USER_COOKIE_NAME)
    return json.loads(found) if found else {}


def over() -> bool:
    """Whether the sign-in of this visit has ended, or was left in another tab."""
    by, _ = service()
    return bool((by.oidc and _of_token(by.oidc) is None) or (by.proxy and _stayed(by.proxy)))


def _stayed(proxy: ProxySignIn) -> bool:
    """Whether a visit has lasted longer than a proxy speaks for: it was asked when it began."""
    began = st.session_state.setdefault(BEGAN, time.time())
    return bool(time.time() - began >= proxy.hours * 3600)


def leave() -> None:
    """Sign out, in all tabs: what a browser kept of this sign-in counts no more."""
    token = st.user.to_dict()
    by, _ = service()
    if not by.oidc:
        return
    now = time.time()
    for name in [name for name, until in _LEFT.items() if until < now]:
        del _LEFT[name]
    _LEFT[_name_of(token)] = now + by.oidc.hours * 3600
    st.logout()


_LEFT: Final[dict[tuple[str, str], float]] = {}
"""The sign-ins that were left, and until when they would have lasted, in seconds since 1970."""


def _name_of(token: Mapping[str, object]) -> tuple[str, str]:
    return str(token.get("sub")), str(token.get("iat"))


def _clock(token: Mapping[str, object]) -> bool:
    """Whether a token was issued later than it is here."""
    issued = token.get("iat")
    return isinstance(issued, int | float) and issued - SKEW_SECONDS > time.time()


def _begin() -> None:
    """The style, the language for screen readers, and the heading of a page without a menu."""
    st.html(theme.stylesheet())
    st.html(theme.script(language()), unsafe_allow_javascript=True)
    st.title(markdown(text("sign_in.title", language())), anchor=False)


def say(words: str, *, inside: bool = False) -> NoReturn:
    """End the page with a sentence; who is signed in (``inside``) can leave there."""
    _begin()
    st.error(markdown(words))
    if inside:
        way_out()
    st.stop()


def way_out() -> None:
    """Where somebody who signed in leaves again."""
    by, _ = service()
    if by.oidc:
        st.button(markdown(text("sign_in.leave", language())), key="sign_out", on_click=leave)
    elif by.proxy and by.proxy.sign_out:
        at, words = html(by.proxy.sign_out), html(text("sign_in.leave", language()))
        st.html(f'<a href="{at}">{words}</a>')


def _ask_proxy(*, ended: bool) -> NoReturn:
    if ended:
        st.html(f'<a href="/">{html(text("sign_in.again", language()))}</a>')
    say(text("sign_in.reasons.ended" if ended else "sign_in.by_proxy", language()))


def _ask_provider() -> NoReturn:
    _begin()
    token = st.user.to_dict()
    reason = st.query_params.get(REASON)
    if token.get("is_logged_in"):
        left = "out" if _name_of(token) in _LEFT else "ended"
        reason = "clock" if _clock(token) else left
    if reason in REASONS:
        st.warning(markdown(text(f"sign_in.reasons.{reason}", language())))
    st.markdown(markdown(text("sign_in.words", language())))
    words = markdown(text("sign_in.button", language()))
    st.button(words, type="primary", on_click=st.login)
    st.stop()
