"""What passes the entrance: whose headers count, which names, how many visits, and health."""

import asyncio
import json
import logging
import time
import warnings
from types import SimpleNamespace

import pytest
from authlib.deprecate import deprecate
from starlette.requests import Request
from starlette.responses import PlainTextResponse

from nami_monitor import __version__
from nami_monitor.access.settings import COOKIE_SECRET, LEAST_SECRET, SOCKET_LINE, service_file
from nami_monitor.cli.serve import LINE
from nami_monitor.core.errors import UserError
from nami_monitor.i18n import text
from nami_monitor.ui import app, preload, served, session, sign_in
from tests.support.monitor import Monitor

PROXY = """
[sign_in]
way = "proxy"
[sign_in.proxy]
addresses = ["10.0.0.1"]
headers = { sub = "X-User", groups = "X-Groups" }
"""
OIDC = """
[sign_in]
way = "oidc"
[sign_in.oidc]
metadata = "https://a.example/m"
client = "nami"
redirect = "https://nami.example.org/oauth2callback"
hours = 8
"""
USER = (b"x-user", b"ina")


@pytest.fixture(autouse=True)
def served_by(tmp_path, monkeypatch):
    """A function that serves with these settings."""
    monkeypatch.setenv("NAMI_HOME", str(tmp_path))
    monkeypatch.setenv("NAMI_CACHE", str(tmp_path))
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "")
    monkeypatch.setenv("NAMI_CLIENT_SECRET", "a")
    monkeypatch.setenv(COOKIE_SECRET, "k" * LEAST_SECRET)
    monkeypatch.delenv("NAMI_DB", raising=False)
    sign_in._read.cache_clear()
    session._SAID.clear()

    def serve(content=""):
        service_file().write_text(content, "utf-8")
        sign_in._read.cache_clear()

    serve()
    yield serve
    sign_in._read.cache_clear()
    app._store.clear()


class Inside:
    """What stands behind the entrance; it keeps what came in."""

    def __init__(self, status=200, headers=None, error=None):
        self.answer = PlainTextResponse("inside", status, headers)
        self.seen, self.error, self.opened = [], error, asyncio.Event()

    async def __call__(self, scope, receive, send):
        self.seen.append(scope)
        if self.error:
            raise self.error
        if scope["type"] == "http":
            await self.answer(scope, receive, send)
        else:
            await self.opened.wait()


HOST = (b"host", b"127.0.0.1:8501")


def scope_of(path="/", headers=(), *, peer="127.0.0.1", at="127.0.0.1", kind="http", query=b""):
    return {
        "type": kind,
        "method": "GET",
        "path": path,
        "query_string": query,
        "headers": [(b"accept", b"text/html"), *headers, HOST],
        "client": (peer, 1),
        "server": (at, 8501),
    }


async def passed(entrance, scope):
    """The messages with which a request is answered."""
    sent = []

    async def send(message):
        sent.append(message)

    async def receive():
        return {"type": "http.request"}

    await entrance(scope, receive, send)
    return sent


def asked(inside, **scope):
    sent = asyncio.run(passed(served.Entrance(inside), scope_of(**scope)))
    body = b"".join(message.get("body", b"") for message in sent).decode()
    headers = dict(sent[0].get("headers", ())) if sent else {}
    return (sent[0].get("status") if sent else None), headers, body


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize(
    ("peer", "headers", "believed"),
    [
        ("10.0.0.1", [USER], True),
        ("10.0.0.1", [USER, (b"x-user", b"admin")], False),
        ("10.0.0.1", [], False),
        ("127.0.0.1", [USER], False),
        ("10.0.0.2", [USER, (b"x-forwarded-for", b"10.0.0.1")], False),
    ],
)
def test_headers_count_from_a_trusted_proxy_alone(served_by, kind, peer, headers, believed):
    served_by(PROXY)
    inside = Inside()
    inside.opened.set()
    status, _, body = asked(
        inside, path="/_stcore/stream", headers=headers, peer=peer, at="10.0.0.9", kind=kind
    )
    assert bool(inside.seen) is believed
    if not believed and kind == "http":
        assert status == 403
        assert text("sign_in.by_proxy", "nl") in body


def test_what_a_visitor_forges_besides_a_header_of_the_proxy_is_dropped(served_by):
    served_by(PROXY)
    inside = Inside()
    asked(inside, headers=[USER, (b"x-groups", b"a"), (b"x-groups", b"b")], peer="10.0.0.1")
    assert not inside.seen


def test_a_proxy_is_served_by_the_command_alone(served_by, monkeypatch):
    """Else the server itself would believe who says to come from the proxy's address."""
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    served_by(PROXY)
    status, _, body = asked(Inside(), headers=[USER], peer="10.0.0.1")
    assert status == 503
    assert "nami serve" in body


@pytest.mark.parametrize("at", ["192.0.2.4", "2001:db8::1"])
def test_nobody_else_comes_in_without_a_sign_in(served_by, at):
    inside = Inside()
    status, _, body = asked(inside, at=at, headers=[(b"accept-language", b"en-GB")])
    assert status == 503
    assert "[sign_in]" in body
    assert not asked(inside, at=at, kind="websocket", path="/_stcore/stream")[0]
    assert not inside.seen
    served_by("[server]\nport = 9000\n")
    assert asked(inside)[2] == "inside"


@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("nami.example.org", True), ("NAMI.example.org.:443", True), ("a.intern", True),
        ("intern", False), ("nami.example.org.evil", False), ("evil", False), ("", False),
        ("nami.example.org@evil", False), ("[::1", False), ("[::1]:8501", True),
    ],
)  # fmt: skip
def test_only_its_own_names_are_answered(served_by, caplog, host, known):
    served_by('[server]\nhosts = ["nami.example.org", "*.intern", "[::1]"]\n')
    inside = Inside()
    for _ in range(2):
        status, _, _ = asked(inside, headers=[(b"host", host.encode())])
        assert status == (200 if known else 400)
    assert caplog.text.count("is none of nami.example.org, *.intern, [::1]") == (not known)
    assert asked(inside, path="/_stcore/health")[0] == 200


@pytest.mark.parametrize(
    ("host", "known"),
    [("localhost:8501", True), ("a.localhost", True), ("[::1]:8501", True), ("evil:8501", False)],
)
def test_without_a_sign_in_a_name_from_elsewhere_leads_nowhere(served_by, host, known):
    # a name that somebody else lets point here, so that a page of theirs can use this server
    served_by("")
    for kind in ("http", "websocket"):
        inside = Inside()
        inside.opened.set()
        asked(inside, headers=[(b"host", host.encode())], kind=kind)
        assert bool(inside.seen) is known


@pytest.mark.parametrize(
    ("origin", "own"),
    [
        (None, True), ("http://127.0.0.1:8501", True), ("https://127.0.0.1:8501", True),
        ("http://localhost:3000", False), ("http://127.0.0.1:3000", False), ("null", False),
        ("https://evil.example", False), ("http://[", False), ("http://127.0.0.1:8501.evil", False),
    ],
)  # fmt: skip
def test_a_page_of_another_server_opens_no_websocket(origin, own):
    inside = Inside()
    inside.opened.set()
    headers = [(b"origin", origin.encode())] if origin else []
    asked(inside, path="/_stcore/stream", headers=headers, kind="websocket")
    assert bool(inside.seen) is own


def test_a_proxy_may_leave_the_port_out_of_the_name_that_it_passes_on():
    assert served.is_own("https://nami.example:8443", "nami.example")
    assert served.is_own("https://NAMI.example", "nami.example")
    assert not served.is_own("https://nami.example:8443", "nami.example:443")
    assert not served.is_own("null", "")


@pytest.mark.parametrize("base", ["", "/below"])
def test_nobody_reads_the_metrics(base):
    inside = Inside()
    assert asked(inside, path=f"{base}/_stcore/metrics")[0] == 404
    assert not inside.seen


@pytest.mark.parametrize(
    ("path", "kind", "leads"),
    [
        ("/nergens/heen", "text/html", "/nergens-heen?lang=nl"),
        ("//nergens//heen/", "text/html", "/nergens--heen?lang=nl"),
        ("/nergens", "text/html", None),
        ("/media/page.html", "text/html", None),
        ("/static/js/a.js", "text/javascript", None),
    ],
)
def test_an_address_with_a_slash_leads_to_the_page_that_says_it_is_none(path, kind, leads):
    inside = Inside(headers={"content-type": kind})
    status, headers, body = asked(inside, path=path, query=b"lang=nl")
    assert status == (307 if leads else 200)
    assert headers.get(b"location") == (leads.encode() if leads else None)
    assert body == ("" if leads else "inside")


def test_who_comes_when_it_is_full_is_asked_to_come_back(served_by, caplog):
    served_by("[server]\nmost_sessions = 2\n")
    inside = Inside()

    async def busy():
        entrance = served.Entrance(inside)
        stream = scope_of("/_stcore/stream", kind="websocket")
        visits = [asyncio.create_task(passed(entrance, stream)) for _ in range(2)]
        while len(inside.seen) < 2:  # noqa: ASYNC110 - both are at it already
            await asyncio.sleep(0)
        page, third = await passed(entrance, scope_of()), await passed(entrance, stream)
        script = await passed(entrance, {**scope_of(), "headers": [HOST]})
        inside.opened.set()
        await asyncio.gather(*visits)
        return page, third, script, await passed(entrance, scope_of())

    page, third, script, later = asyncio.run(busy())
    assert page[0]["status"] == 503
    assert text("service.full", "nl") in page[1]["body"].decode()
    assert caplog.text.count("2 visits are open") == 1
    assert [message["type"] for message in third] == ["websocket.close"]
    assert (script[0]["status"], later[0]["status"]) == (200, 200)


@pytest.mark.parametrize("path", ["/_stcore/upload_file/a/b", "/media/a.csv", "/below/media/a.csv"])
def test_files_are_for_who_signed_in(served_by, path):
    served_by(OIDC)
    inside = Inside()
    forged = [(b"cookie", b"_streamlit_user=eyJzdWIiOiJhIn0.aaaa.bbbb")]
    assert asked(inside, path=path, headers=forged)[0] == 403
    assert asked(inside, path="/static/a.js")[0] == 200


GROUPS = """
[roles]
look = ["lezers"]
write = ["schrijvers"]
import = ["inlezers"]
manage = ["beheer"]
[[people]]
value = "papier"
role = "look"
categories = ["papier"]
"""


@pytest.mark.parametrize(
    ("group", "downloads", "uploads"),
    [
        ("", False, False), (" ", False, False), ("niemand", False, False), ("lezers", True, False),
        ("papier", True, False), ("schrijvers", True, False), ("inlezers", True, True),
        ("niemand,beheer", True, True),
    ],
)  # fmt: skip
def test_files_go_and_come_by_the_role(served_by, group, downloads, uploads):
    """What is uploaded is held in memory before any page looks at who sent it."""
    served_by(PROXY + GROUPS)
    for path, allowed in (("/media/a.csv", downloads), ("/_stcore/upload_file/a/b", uploads)):
        inside = Inside()
        headers = [(b"x-user", b""), (b"x-groups", group.encode())]
        status, _, _ = asked(inside, path=path, headers=headers, peer="10.0.0.1")
        assert (status, bool(inside.seen)) == ((200, True) if allowed else (403, False))


def test_a_header_without_a_value_says_of_nobody_that_they_signed_in(served_by):
    served_by(PROXY)
    inside = Inside()
    status, _, body = asked(inside, headers=[(b"x-user", b" ")], peer="10.0.0.1")
    assert (status, inside.seen) == (403, [])
    assert text("sign_in.by_proxy", "nl") in body


def named(name):
    return type(name, (Exception,), {})


def with_code(code):
    error = named("OAuthError")()
    error.error = code
    return error


def of_httpx():
    kind = named("ConnectError")
    kind.__module__ = "httpx"
    return kind()


def about(claim):
    error = named("InvalidClaimError")()
    error.claim = claim
    return error


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (of_httpx(), "away"),
        (json.JSONDecodeError("no metadata", "<html>", 0), "away"),
        (with_code("invalid_client"), "unknown"),
        (with_code("invalid_grant"), "stale"),
        (with_code("access_denied"), "refused"),
        (named("ExpiredTokenError")(), "clock"),
        (named("ExceededSizeError")(), "large"),
        (about("iat"), "clock"),
        (about("aud"), "failed"),
        (named("MismatchingStateError")(), "stale"),
        (RuntimeError("a secret"), "failed"),
    ],
)
def test_what_went_wrong_is_one_sentence_on_the_page_and_in_the_log(
    served_by, caplog, error, reason
):
    served_by(OIDC)
    status, headers, body = asked(Inside(error=error), path="/oauth2callback", query=b"code=a")
    assert (status, headers[b"location"].decode()) == (302, f"/?sign_in={reason}")
    assert not body
    (said,) = caplog.records
    assert said.getMessage().startswith(text(f"sign_in.reasons.{reason}", "en"))
    assert not said.exc_info
    assert "a secret" not in caplog.text


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        (b"error=access_denied&state=a", "refused"),
        (b"error=temporarily_unavailable", "away"),
        (b"code=a&state=b", "stale"),
        (b"", "out"),
    ],
)
def test_who_comes_back_without_being_let_in_reads_why(served_by, query, reason):
    served_by(OIDC)
    cleared = {"location": "/", "set-cookie": '_streamlit_user=""; Max-Age=0'}
    inside = Inside(302, cleared)
    _, headers, _ = asked(inside, path="/oauth2callback", query=query)
    assert headers[b"location"].decode() == f"/?sign_in={reason}"


@pytest.mark.parametrize("seconds", [-9 * 3600, 3600])
def test_a_sign_in_that_is_over_when_it_is_given_is_a_matter_of_clocks(
    served_by, caplog, monkeypatch, seconds
):
    """Else the page says that it has expired, as often as somebody signs in."""
    served_by(OIDC)
    monkeypatch.setattr(sign_in, "_token_in", lambda given: {"iat": time.time() + seconds, **given})
    let_in = {"location": "/", "set-cookie": "_streamlit_user=abc; Path=/"}
    _, headers, _ = asked(Inside(302, let_in), path="/oauth2callback", query=b"code=a")
    assert headers[b"location"] == b"/?sign_in=clock"
    assert b"set-cookie" not in headers
    assert text("sign_in.reasons.clock", "en") in caplog.text


def test_a_sign_in_that_no_request_can_carry_is_not_given(served_by, caplog, monkeypatch):
    """Else every page would be refused until its owner removes cookies by hand."""
    served_by(OIDC)
    for line, length, reason in (
        (LINE, served.LARGEST_COOKIES, b"/?sign_in=large"),
        (LINE, 20_000, b"/"),
        (8192, 8000, b"/?sign_in=large"),
        (8192, 7000, b"/"),
    ):
        monkeypatch.setenv(SOCKET_LINE, str(line))
        let_in = {"location": "/", "set-cookie": f"_streamlit_user={'a' * length}"}
        _, headers, _ = asked(Inside(302, let_in), path="/oauth2callback", query=b"code=a")
        assert headers[b"location"] == reason
        assert (b"set-cookie" in headers) is (reason == b"/")
    assert caplog.text.count(text("sign_in.reasons.large", "en")) == 2


def test_the_log_does_not_say_over_how_many_cookies_a_sign_in_is_divided(served_by, caplog):
    served_by(OIDC)
    served.parts()
    library = logging.getLogger("streamlit.auth_util")
    with caplog.at_level(logging.INFO, logger=library.name):
        library.info("Split cookie '%s' into %d chunks", "a", 2)
        library.warning("told")
    assert [one.getMessage() for one in caplog.records] == ["told"]


def test_a_browser_keeps_the_claims_that_are_used_and_no_token_of_access(served_by, monkeypatch):
    served_by(OIDC)
    given = {}

    async def keep(_response, user, tokens):
        given.update(user=user, tokens=tokens)

    monkeypatch.setattr(served, "_set_auth_cookie", keep)
    served.parts()
    user = {"sub": "a", "iat": 1, "groups": ["g"], "email": "a@example.org", "provider": "default"}
    tokens = {"id_token": "b", "access_token": "c"}
    asyncio.run(served.starlette_auth_routes._set_auth_cookie(None, user, tokens))
    del user["email"], tokens["access_token"]
    assert given == {"user": user, "tokens": tokens}


def test_who_is_let_in_comes_where_they_were(served_by):
    served_by(OIDC)
    let_in = {"location": "/", "set-cookie": "_streamlit_user=abc; Path=/"}
    cookie = [(b"cookie", b"a=b; nami_back=%2Ftrends%3Flang%3Dnl%26sign_in%3Dended")]
    inside = Inside(302, let_in)
    sent = asyncio.run(passed(served.Entrance(inside), scope_of("/oauth2callback", cookie)))
    headers = sent[0]["headers"]
    assert dict(headers)[b"location"] == b"/trends?lang=nl"
    cookies = [value for name, value in headers if name == b"set-cookie"]
    assert len(cookies) == 2
    assert all(value.endswith(b"; Secure") for value in cookies)


@pytest.mark.parametrize(
    ("came", "kept"),
    [
        (
            b"https://nami.example.org/trends?lang=nl&a=b",
            "nami_back=%2Ftrends%3Flang%3Dnl%26a%3Db;",
        ),
        (b"https://evil.example/trends", None),
        (b"", None),
    ],
)
def test_where_somebody_was_is_kept_while_they_sign_in(served_by, came, kept):
    served_by(OIDC)
    inside = Inside(302, {"location": "https://a.example/authorize"})
    headers = [(b"host", b"nami.example.org"), (b"referer", came)]
    sent = asyncio.run(passed(served.Entrance(inside), scope_of("/auth/login", headers)))
    cookies = [value.decode() for name, value in sent[0]["headers"] if name == b"set-cookie"]
    assert bool(cookies) is bool(kept)
    if kept:
        assert cookies[0].startswith(kept)
        assert "HttpOnly" in cookies[0]


@pytest.mark.parametrize("path", served.SIGNING)
def test_without_a_provider_nothing_leads_to_one(served_by, path):
    """Else Streamlit says in the log that its own settings are wrong, as often as anybody asks."""
    served_by("")
    inside = Inside()
    assert asked(inside, path=path)[0] == 404
    assert not inside.seen


@pytest.mark.parametrize(("status", "headers"), [(400, {}), (302, {"location": "/"})])
def test_a_way_to_the_provider_that_fails_is_told(served_by, status, headers):
    served_by(OIDC)
    _, answer, _ = asked(Inside(status, headers), path="/auth/login")
    assert answer[b"location"] == b"/?sign_in=stale"


def test_what_fails_after_the_answer_began_is_a_bug(served_by):
    served_by(OIDC)

    class Breaks(Inside):
        async def __call__(self, scope, receive, send):
            await super().__call__(scope, receive, send)
            raise RuntimeError

    let_in = {"location": "/", "set-cookie": "_streamlit_user=abc; Path=/"}
    with pytest.raises(RuntimeError):
        asked(Breaks(302, let_in), path="/oauth2callback")


@pytest.mark.parametrize(
    "kept",
    [
        "https%3A%2F%2Fevil",
        "%2F%2Fevil%2Fa",
        "%2F%5Cevil",
        "evil",
        "%2Fa%0D%0AX%3A1",
        "",
        "%2F%09%2Fevil",
    ],
)
def test_nobody_is_led_elsewhere(kept):
    assert served.way_back(f"nami_back={kept}") == "/"


def test_a_library_that_logs_is_not_heard(served_by, caplog):
    served_by(OIDC)
    served.parts()
    library = logging.getLogger("streamlit.web.server.starlette.starlette_auth_routes")

    class Logs(Inside):
        async def __call__(self, scope, receive, send):
            try:
                raise with_code("invalid_client")
            except Exception:  # noqa: BLE001 - as Streamlit does
                library.warning("a token", exc_info=True)
            await super().__call__(scope, receive, send)

    _, headers, _ = asked(Logs(302, {"location": "/"}), path="/oauth2callback", query=b"code=a")
    assert headers[b"location"] == b"/?sign_in=unknown"
    assert "a token" not in caplog.text


def test_the_log_holds_no_warning_for_developers_of_the_sign_in(served_by):
    served_by(OIDC)
    served.parts()
    code = compile("deprecate('old', stacklevel=2)", "authlib", "exec")
    with warnings.catch_warnings(record=True) as heard:
        exec(code, {"deprecate": deprecate, "__name__": "authlib.integrations"})  # noqa: S102
    assert heard == []


def test_secrets_go_to_streamlit_in_memory(served_by):
    served_by(OIDC)
    auth = served.parts()["secrets"]["auth"]
    assert auth["client_secret"] == "a"  # noqa: S105
    assert auth["cookie_secret"] == "k" * LEAST_SECRET
    served_by(PROXY)
    assert served.parts()["secrets"] is None


def healthy():
    answer = served.health(Request({"type": "http", "headers": []}))
    return answer.status_code, json.loads(answer.body)


@pytest.mark.parametrize("begun", [0, 1])
def test_health_waits_for_libraries_that_another_thread_loads(monkeypatch, begun):
    waited = []
    monkeypatch.setattr(preload, "wait", lambda: waited.append(1))
    work = SimpleNamespace(cache_info=lambda: SimpleNamespace(currsize=begun))
    monkeypatch.setattr(preload, "_work", work)
    assert healthy()[0] == 200
    assert len(waited) == begun


def test_health_without_data():
    assert healthy() == (200, {"version": __version__, "data_month": None, "published": None})


def test_health_of_data(tmp_path, monkeypatch):
    monkeypatch.setenv("NAMI_DB", str(tmp_path / "monitor.duckdb"))
    Monitor(tmp_path).load(
        "orders",
        "ordered_on location_id category channel quantity\n2026-03-05 A a s 1",
    )
    status, said = healthy()
    assert (status, said["data_month"]) == (200, "2026-03")
    assert said["published"].endswith("+00:00")
    assert set(said) == {"version", "data_month", "published"}


def test_health_of_a_database_that_cannot_be_read(tmp_path):
    (tmp_path / "own.duckdb").write_text("no database")
    status, said = healthy()
    assert status == 503
    assert set(said) == {"version", "reason"}
    assert str(tmp_path) not in json.dumps(said)


def test_health_where_the_system_refuses(monkeypatch):
    def refuses(_):
        raise PermissionError(13, "no", "/a/folder/of/theirs")

    monkeypatch.setattr(app, "store_of", refuses)
    assert healthy() == (503, {"version": __version__, "reason": "system"})


def test_health_of_a_server_that_serves_nobody(served_by):
    served_by("[server]\nport = 0\n")
    assert healthy() == (503, {"version": __version__, "reason": "branding.value"})


def test_settings_that_are_wrong_are_said_on_every_page(served_by):
    served_by("[server]\nport = 0\n")
    status, _, body = asked(Inside(), headers=[(b"accept-language", b"en")])
    assert status == 503
    assert "service.toml" in body
    assert isinstance(sign_in.service()[1], UserError)


@pytest.mark.parametrize("wrong", ["client_secret = {} {}\n", "[server]\naddress = '{} {}'\n"])
def test_what_stands_in_wrong_settings_is_told_to_nobody(served_by, wrong, caplog):
    hidden = "h1dd3n"
    served_by(wrong.format(hidden, hidden))
    status, _, body = asked(Inside())
    assert status == 503
    assert hidden not in body
    assert hidden not in caplog.text
