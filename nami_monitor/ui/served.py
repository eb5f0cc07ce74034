"""What stands between the network and Streamlit: whose headers count, what is refused, health.

Streamlit serves the pages. Before it, every request and every websocket handshake passes
``Entrance``. Sign-in itself is Streamlit's; what goes wrong with it is told here, in one sentence
for the visitor and one for the log, without what libraries say of it.
"""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from http.cookies import SimpleCookie
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, quote, unquote, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse
from starlette.routing import Route
from starlette.websockets import WebSocketClose
from streamlit.web.server.starlette import starlette_auth_routes
from streamlit.web.server.starlette.starlette_auth_routes import _set_auth_cookie

from nami_monitor import __version__
from nami_monitor.access import settings
from nami_monitor.access.roles import Role, decide
from nami_monitor.core.errors import UserError, short
from nami_monitor.core.escapes import html, terminal
from nami_monitor.i18n import Lang, text
from nami_monitor.ui import preload, sign_in
from nami_monitor.ui.session import LANGUAGE, log_once, sentence

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEALTH: Final = "/health"
OF_THIS_MACHINE: Final = ("localhost", "*.localhost", "127.0.0.1", "::1")
"""Names under which a server without sign-in is reached: another name leads here from elsewhere."""
METRICS, STREAM, ALIVE = "/_stcore/metrics", "/_stcore/stream", "/_stcore/health"
UPLOAD: Final = "/_stcore/upload_file/"
LOST: Final = 400
"""How Streamlit answers an upload of a visit that it does not know."""
KEPT: Final = {UPLOAD: Role.IMPORT, "/media/": Role.LOOK}
"""What only somebody who is signed in may reach, with the role that it takes."""
SIGNING: Final = ("/auth/login", "/auth/logout", settings.CALLBACK)
BACK_COOKIE: Final = "nami_back"
BACK_SECONDS: Final = 600
AGAIN_SECONDS: Final = 30
FULL: Final = 503
SIGNED_COOKIE: Final = "_streamlit_user"
"""The cookie that Streamlit gives to whom it let in."""
KEPT_CLAIMS: Final = ("sub", "iat", "origin", "is_logged_in", "provider")
"""What that cookie holds besides the claims of the settings."""
LARGEST_COOKIES: Final = 24_000
"""Bytes: with what a browser sends besides, they pass through the proxies of deploy/."""
OTHER_COOKIES: Final = 1024
"""Bytes of the others, in the one header that all cookies are."""
SHORT_LINE: Final = 8192
"""Bytes: a websocket with a longer header is not answered, unless ``SOCKET_LINE`` says more."""
REASON_OF_CODE: Final = {
    "invalid_client": "unknown",
    "unauthorized_client": "unknown",
    "access_denied": "refused",
    "invalid_grant": "stale",
}
"""What the codes of OAuth come down to."""
LOG: Final = logging.getLogger(__name__)

_errors: ContextVar[list[BaseException]] = ContextVar("errors")
"""What went wrong while the request of this task signs somebody in."""

PAGE: Final = """<!doctype html>
<html lang="{lang}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title>{again}
<style>body {{ font: 1rem/1.5 sans-serif; max-width: 40rem; margin: 4rem auto; padding: 0 1rem }}
h1 {{ font: 600 2rem serif; color: #0F3D56 }}</style>
<h1>{title}</h1><p>{words}</p></html>
"""


def parts() -> dict[str, Any]:
    """What the app is served with: its entrance, its routes and the secrets of its sign-in."""
    service, wrong = sign_in.service()
    logging.getLogger("streamlit.web.server.starlette.starlette_auth_routes").addFilter(_told)
    logging.getLogger("streamlit.auth_util").addFilter(_matters)
    return {
        "routes": [Route(HEALTH, health)],
        "middleware": [Middleware(Entrance)],
        "secrets": None if wrong else secrets_of(service),
    }


def secrets_of(service: settings.Service) -> dict[str, Any] | None:
    """What Streamlit's sign-in needs, in memory only; None where it has no part.

    Raises:
        UserError: a secret is not there.
    """
    if not service.oidc:
        return None
    import_module("authlib.deprecate")  # which sets that its warnings are always shown
    warnings.filterwarnings("ignore", category=DeprecationWarning, module="authlib")
    _keep_little(service.oidc)
    return {
        "auth": {
            "redirect_uri": service.oidc.redirect,
            "cookie_secret": settings.secret(settings.COOKIE_SECRET, least=settings.LEAST_SECRET),
            "client_id": service.oidc.client,
            "client_secret": settings.secret(settings.CLIENT_SECRET),
            "server_metadata_url": service.oidc.metadata,
            "client_kwargs": {"scope": service.oidc.scope},
        }
    }


def _keep_little(oidc: settings.OidcSignIn) -> None:
    """Let a browser keep the claims that are used and what signs out again, and nothing else."""

    async def little(response: Response, user_info: dict[str, Any], tokens: dict[str, Any]) -> None:
        kept = {*oidc.claims, *KEPT_CLAIMS}
        used = {claim: value for claim, value in user_info.items() if claim in kept}
        hint = {name: token for name, token in tokens.items() if name == "id_token"}
        await _set_auth_cookie(response, used, hint)

    starlette_auth_routes._set_auth_cookie = little  # noqa: SLF001 - no setting of it does so


def health(_request: Request) -> JSONResponse:
    """Which version runs, of which month the organisation's data are, and when they were published.

    It says nothing else, also when it fails: what is wrong stands in the log.
    """
    preload.wait_where_begun()
    from nami_monitor.kpis.questions import latest_month  # noqa: PLC0415 - slow to load
    from nami_monitor.ui import app  # noqa: PLC0415 - likewise

    _, wrong = sign_in.service()
    known = {"version": __version__}
    try:
        if wrong:
            raise wrong
        store = app.store_of(app.OWN)
        at, month = store.published(), None
        if store.exists:
            with store.read() as db:
                month = latest_month(db)
    except UserError as error:
        LOG.error("%s", sentence(error, "en"))  # noqa: TRY400 - no bug, but something to mend
        return JSONResponse({**known, "reason": error.key}, 503)
    except OSError as error:
        LOG.error("%s", error)  # noqa: TRY400 - likewise
        return JSONResponse({**known, "reason": "system"}, 503)
    published = at and at.isoformat(timespec="seconds")
    return JSONResponse({**known, "data_month": month and f"{month:%Y-%m}", "published": published})


class Entrance:
    """Lets requests through to Streamlit, or answers them with a sentence.

    Args:
        app: what comes behind it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.visits = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request or one websocket."""
        if scope["type"] not in {"http", "websocket"} or scope["path"] == HEALTH:
            await self.app(scope, receive, send)
            return
        service, wrong = sign_in.service()
        scope["headers"] = believed(service.proxy, scope)
        refusal = self._refusal(scope, service, wrong)
        if refusal:
            await _refuse(scope, receive, send, *refusal)
        elif scope["path"].endswith(METRICS) or (scope["path"] in SIGNING and not service.oidc):
            await PlainTextResponse("Not Found", 404)(scope, receive, send)
        elif service.oidc and scope["path"] in SIGNING:
            await self._signing(service.oidc, scope, receive, send)
        elif scope["type"] == "websocket":
            with self._visit():
                await self.app(scope, receive, send)
        else:
            found = _leading(scope, receive, _noticing(scope["path"], send))
            await self.app(scope, receive, found)

    @contextmanager
    def _visit(self) -> Iterator[None]:
        self.visits += 1
        try:
            yield
        finally:
            self.visits -= 1

    def _refusal(
        self, scope: Scope, service: settings.Service, wrong: UserError | None
    ) -> tuple[int, str] | None:
        """The status and the sentence with which a request is refused; None for one that is not."""
        lang, path, headers = _language(scope), scope["path"], Headers(scope=scope)
        wrong = wrong or _open(service, scope)
        if wrong:
            return FULL, sentence(wrong, lang)
        if path.endswith(ALIVE):
            return None
        hosts = service.server.hosts or (() if service.sign_in else OF_THIS_MACHINE)
        if strange := _strange(headers, hosts, scope["type"] == "websocket"):
            log_once("host", f"refused: {strange}")
            return 400, text("service.host", lang)
        if shut := _shut(service, scope):
            return 403, text(shut, lang)
        opens = path.endswith(STREAM) or "text/html" in headers.get("accept", "")
        full = opens and path not in SIGNING and self.visits >= service.server.most_sessions
        if full:
            log_once("full", f"refused: {service.server.most_sessions} visits are open")
            return FULL, text("service.full", lang)
        return None

    async def _signing(
        self, oidc: settings.OidcSignIn, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Let Streamlit sign somebody in or out; tell on the page what went wrong."""
        errors: list[BaseException] = []
        token = _errors.set(errors)
        headers = Headers(scope=scope)
        failed, begun, known = False, False, ""

        async def told(message: Message) -> None:
            nonlocal failed, begun, known
            if message["type"] == "http.response.start":
                begun = True
                known = _wrong_with(message)
                failed = bool(known) or _failed(scope["path"], message)
                if not failed:
                    _finish(oidc, scope["path"], headers, message)
            if not failed:
                await send(message)

        try:
            await self.app(scope, receive, told)
        except Exception as error:
            if begun and not failed:
                raise
            failed = True
            errors.append(error)
        finally:
            _errors.reset(token)
        if failed:
            reason = reason_of(errors[-1]) if errors else _reason_of_address(scope)
            reason = known or reason
            kind = f" ({type(errors[-1]).__name__})" if errors else ""
            if reason != "out":
                LOG.error("%s%s", text(f"sign_in.reasons.{reason}", "en"), kind)
            await RedirectResponse(f"/?{sign_in.REASON}={reason}", 302)(scope, receive, send)


def _noticing(path: str, send: Send) -> Send:
    """Log where an upload reached a process that does not know its visit."""

    async def noticed(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] == LOST:
            LOG.error("%s", text("service.astray", "en"))
        await send(message)

    return noticed if UPLOAD in path else send


def _leading(scope: Scope, receive: Receive, send: Send) -> Send:
    """Lead from an address with a slash, where a page cannot find its scripts, to one without.

    No page has one, so what is reached is the page that says that an address leads nowhere.
    """
    path = scope["path"].strip("/")
    leads = False

    async def led(message: Message) -> None:
        nonlocal leads
        if message["type"] == "http.response.start":
            kind = Headers(raw=message["headers"]).get("content-type", "")
            if leads := kind.startswith("text/html"):
                asked = scope["query_string"].decode("latin-1")
                address = f"/{path.replace('/', '-')}{asked and '?'}{asked}"
                await RedirectResponse(address)(scope, receive, send)
        if not leads:
            await send(message)

    given = any(kept in scope["path"] for kept in KEPT)
    return led if "/" in path and not given else send


def believed(proxy: settings.ProxySignIn | None, scope: Scope) -> list[tuple[bytes, bytes]]:
    """The headers of a request, without those of a sign-in that nobody vouches for.

    They count when they come from a trusted proxy, each of them once: a proxy that adds its own
    behind those of a visitor would let the visitor say who they are.
    """
    headers: list[tuple[bytes, bytes]] = scope["headers"]
    if not proxy:
        return headers
    saying = {name.lower().encode() for name in proxy.headers.values()}
    names = [name for name, _ in headers if name in saying]
    peer = scope.get("client")
    if peer and proxy.trusts(peer[0]) and len(names) == len(set(names)):
        return headers
    if names:
        LOG.warning("sign-in headers from %s were dropped", peer[0] if peer else "-")
    return [(name, value) for name, value in headers if name not in saying]


def _strange(headers: Headers, hosts: tuple[str, ...], socket: bool) -> str:
    """Which name in a request is not that of this server, for the log; empty where all are."""
    host, origin = headers.get("host", ""), headers.get("origin")
    if hosts and not is_named(host, hosts):
        return f"{terminal(short(host))} is none of {', '.join(hosts)}"
    if socket and not is_own(origin, host):
        return f"a page of {terminal(short(origin))} asks for {terminal(short(host))}"
    return ""


def is_named(host: str, allowed: tuple[str, ...]) -> bool:
    """Whether a ``Host`` is among the names of the server; ``*.`` stands for any name below one."""
    try:
        name = (urlsplit(f"//{host}").hostname or "").lower().rstrip(".")
    except ValueError:
        return False
    for one in (each.lower().strip("[]") for each in allowed):
        if name == one or (one.startswith("*.") and name.endswith(one[1:])):
            return True
    return False


def is_own(origin: str | None, host: str) -> bool:
    """Whether a page of this server itself opens a websocket, or a program, which says nothing.

    Streamlit takes pages of other servers of this machine too, and to know its own address for that
    it asks one on the internet. Some proxies leave the port out of the ``Host`` that they pass on.
    """
    if origin is None:
        return True
    try:
        page = urlsplit(origin.lower())
        return bool(host) and host.lower() in {page.netloc, page.hostname}
    except ValueError:
        return False


def reason_of(error: BaseException) -> str:
    """Why a sign-in failed, as one of ``sign_in.REASONS``."""
    kind = type(error)
    names = {each.__name__ for each in kind.__mro__}
    code = str(getattr(error, "error", ""))
    if kind.__module__.startswith(("httpx", "httpcore")) or "JSONDecodeError" in names:
        return "away"
    if "ExpiredTokenError" in names or getattr(error, "claim", "") in {"iat", "nbf", "exp"}:
        return "clock"
    if "MismatchingStateError" in names:
        return "stale"
    if "ExceededSizeError" in names:
        return "large"
    return REASON_OF_CODE.get(code, "failed")


class _Told(logging.Filter):
    """Keeps what Streamlit logs of a failed sign-in: one sentence of our own takes its place."""

    def filter(self, record: logging.LogRecord) -> bool:
        errors = _errors.get(None)
        if errors is None or record.levelno < logging.WARNING:
            return True
        if record.exc_info and record.exc_info[1]:
            errors.append(record.exc_info[1])
        return False


_told: Final = _Told()


def _matters(record: logging.LogRecord) -> bool:
    """Whether a record is more than how Streamlit divides a sign-in over cookies."""
    return record.levelno >= logging.WARNING


def _given(message: Message) -> dict[str, str]:
    """The cookies that an answer gives, without those that it takes back."""
    given: SimpleCookie = SimpleCookie()
    for one in Headers(raw=message["headers"]).getlist("set-cookie"):
        given.load(one)
    return {name: one.value for name, one in given.items() if one.value}


def _wrong_with(message: Message) -> str:
    """Why a sign-in that Streamlit gives is no use, as one of ``sign_in.REASONS``; empty if it is.

    A browser keeps it, so one that is larger than a request may be would shut its owner out.
    """
    if sign_in.is_over(_given(message)):
        return "clock"
    given = (value for name, value in message["headers"] if name == b"set-cookie")
    line = int(os.environ.get(settings.SOCKET_LINE, SHORT_LINE))
    largest = min(LARGEST_COOKIES, line - OTHER_COOKIES)
    return "large" if sum(map(len, given)) > largest else ""


def _failed(path: str, message: Message) -> bool:
    """Whether Streamlit's answer says that nobody was let in, or led to the provider."""
    headers = Headers(raw=message["headers"])
    if path == settings.CALLBACK:
        return SIGNED_COOKIE not in _given(message)
    leads_on = headers.get("location", "/").startswith("http")
    return path == "/auth/login" and not (message["status"] < 400 and leads_on)  # noqa: PLR2004


def _reason_of_address(scope: Scope) -> str:
    """What the provider says of a failure, or that somebody came back from signing out."""
    asked = parse_qs(scope["query_string"].decode("latin-1"))
    if "error" in asked:
        busy = {"temporarily_unavailable", "server_error"}
        return "away" if asked["error"][0] in busy else "refused"
    return "out" if scope["path"] == settings.CALLBACK and "code" not in asked else "stale"


def _finish(oidc: settings.OidcSignIn, path: str, headers: Headers, message: Message) -> None:
    """Lead back to where somebody was, and keep cookies off connections that others read."""
    answer = MutableHeaders(raw=message["headers"])
    if path == "/auth/login":
        came = urlsplit(headers.get("referer", ""))
        if came.netloc == headers.get("host"):
            back = quote(f"{came.path}?{came.query}", safe="")
            answer.append(
                "set-cookie",
                f"{BACK_COOKIE}={back}; Path=/; Max-Age={BACK_SECONDS}; HttpOnly; SameSite=Lax",
            )
    if path == settings.CALLBACK:
        answer["location"] = way_back(headers.get("cookie", ""))
        answer.append("set-cookie", f"{BACK_COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax")
    if oidc.redirect.startswith("https:"):
        message["headers"] = [
            (name, value + b"; Secure" if name == b"set-cookie" else value)
            for name, value in message["headers"]
        ]


def _open(service: settings.Service, scope: Scope) -> UserError | None:
    """Why a request is refused that came in where others can, whatever the settings said."""
    at = scope.get("server")
    try:
        settings.refuse_open(service, at[0] if at else None)
    except UserError as error:
        return error
    return None


def _shut(service: settings.Service, scope: Scope) -> str:
    """Catalogue key of why a request may not enter, as far as it must say who sends it; or empty.

    An upload is held in memory as soon as it arrives, so the role counts before a page asks for it.
    """
    needed = next((role for path, role in KEPT.items() if path in scope["path"]), None)
    if not (service.proxy or (service.oidc and needed)):
        return ""
    claims = sign_in.of_request(HTTPConnection(scope))
    if claims is None:
        return "sign_in.by_proxy" if service.proxy else "sign_in.words"
    person = decide(claims, service.roles, service.people)
    if needed and not (person and person.may(needed)):
        return f"access.refused.{needed}" if person else "access.none"
    return ""


def way_back(cookies: str) -> str:
    """The address of this server where somebody signed in, as the cookie has it; else the first."""
    kept = (one.strip().partition("=") for one in cookies.split(";"))
    back = next((unquote(value) for name, _, value in kept if name == BACK_COOKIE), "/")
    parts = urlsplit(back)
    inside = back.startswith("/") and not back.startswith(("//", "/\\"))
    if not inside or parts.scheme or parts.netloc or not back.isprintable():
        return "/"
    asked = [one for one in parts.query.split("&") if not one.startswith(f"{sign_in.REASON}=")]
    query = "&".join(filter(None, asked))
    return quote(parts.path, safe="/%") + (f"?{quote(query, safe='=&%+,:@-._~')}" if query else "")


def _language(scope: Scope) -> Lang:
    """The language of somebody who cannot choose one here: of the address, else of the browser."""
    asked = parse_qs(scope.get("query_string", b"").decode("latin-1")).get(LANGUAGE, [""])[0]
    said = asked or Headers(scope=scope).get("accept-language", "nl")
    return "nl" if said.lower().startswith("nl") else "en"


async def _refuse(scope: Scope, receive: Receive, send: Send, status: int, words: str) -> None:
    """Answer with a page of one sentence, or close a websocket before it opens."""
    if scope["type"] == "websocket":
        await WebSocketClose(code=1008, reason=words[:100])(scope, receive, send)
        return
    lang = _language(scope)
    again = f'<meta http-equiv="refresh" content="{AGAIN_SECONDS}">' if status == FULL else ""
    title = html(text("sign_in.title", lang))
    content = PAGE.format(lang=lang, title=title, words=html(words), again=again)
    kept = {"cache-control": "no-store", "retry-after": str(AGAIN_SECONDS)}
    await HTMLResponse(content, status, headers=kept)(scope, receive, send)
