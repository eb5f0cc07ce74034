"""The examples for nginx and HAProxy, run by the real programs before a server that echoes."""

import contextlib
import http.client
import json
import ssl
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from websockets import http11
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from nami_monitor.cli.serve import LINE
from nami_monitor.ui.served import LARGEST_COOKIES
from tests.deploy.policy import PROXIES, policy, with_policy
from tests.deploy.proxies import EXAMPLES, free_port, proxied, trusting

pytestmark = pytest.mark.slow

HEADERS = {
    "content-security-policy": policy(),
    "strict-transport-security": "max-age=31536000",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
}
FORGED = [
    name
    for stem in ("User", "Email", "Name", "Groups", "Roles", "Preferred-Username", "Access-Token")
    for name in (f"X-Forwarded-{stem}", f"X-Auth-Request-{stem}")
] + [
    "Authorization",
    *(
        f"{of}-{stem}"
        for of in ("X-Remote", "Remote")
        for stem in ("User", "Email", "Name", "Groups", "Roles")
    ),
]
COOKIE = "nami_route"
MEGABYTE = 2**20


def behind(name):
    """A server that says what reached it, under a name of its own."""

    async def told(request):
        body = await request.body()
        told = {"at": name, "headers": dict(request.headers), "bytes": len(body)}
        answer = JSONResponse(told)
        for number in range(int(request.query_params.get("cookies", 0))):
            answer.set_cookie(f"signed_{number}", "a" * 3900)
        return answer

    async def live(websocket):
        await websocket.accept()
        await websocket.send_json({"at": name, "headers": dict(websocket.headers)})
        await websocket.send_text(await websocket.receive_text())

    anything = Route("/{path:path}", told, methods=["GET", "PUT"])
    return Starlette(routes=[WebSocketRoute("/_stcore/stream", live), anything])


def signing_in(port_behind):
    """What oauth2-proxy does: it says who a visitor is, and hands requests on where it is asked."""
    known = "_oauth2_proxy=anna"

    async def asked(request):
        if known not in request.headers.get("cookie", ""):
            return PlainTextResponse("", 401)
        return PlainTextResponse("", 202, {"x-auth-request-user": "anna"})

    async def page(_request):
        return PlainTextResponse("sign in", 403)

    async def handed_on(request):
        if known not in request.headers.get("cookie", ""):
            return await page(request)
        headers = {**request.headers, "x-forwarded-user": "anna"}
        async with httpx.AsyncClient(trust_env=False) as client:
            address = f"http://127.0.0.1:{port_behind}{request.url.path}"
            answer = await client.get(address, headers=headers)
        return PlainTextResponse(answer.content, answer.status_code)

    return Starlette(
        routes=[
            Route("/oauth2/auth", asked),
            Route("/oauth2/sign_in", page),
            Route("/{path:path}", handed_on),
        ]
    )


@contextlib.contextmanager
def listening(app, port):
    """Serve an app in a thread."""
    config = uvicorn.Config(
        app, port=port, log_level="error", lifespan="off", ws="websockets-sansio"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        yield
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def both():
    ports = free_port(), free_port()
    with listening(behind("one"), ports[0]), listening(behind("two"), ports[1]):
        yield ports


@pytest.fixture(scope="module", params=EXAMPLES)
def proxy(request, both, tmp_path_factory):
    with proxied(request.param, tmp_path_factory.mktemp(request.param), *both) as found:
        yield found


@pytest.fixture
def visitor(proxy):
    with httpx.Client(base_url=proxy.address, verify=trusting(), trust_env=False) as client:
        yield client


def test_the_examples_hold_the_policy_of_today():
    outdated = [
        file.name for file in PROXIES if with_policy(text := file.read_text("utf-8")) != text
    ]
    assert not outdated, "run: python -m tests.deploy.policy"


@pytest.mark.parametrize("path", ["/", "/_stcore/metrics"])
def test_every_answer_bears_the_headers_once(visitor, path):
    answer = visitor.get(path)
    assert {name: answer.headers.get_list(name) for name in HEADERS} == {
        name: [value] for name, value in HEADERS.items()
    }


def test_what_a_visitor_says_of_their_sign_in_is_dropped(visitor):
    headers = dict.fromkeys(FORGED, "forged") | {"X-Kept": "forged"}
    for cased in (headers, {name.lower(): value for name, value in headers.items()}):
        reached = visitor.get("/", headers=cased).json()["headers"]
        assert [name for name, value in reached.items() if value == "forged"] == ["x-kept"]


def test_nor_does_the_websocket_pass_it_on(proxy):
    with live(proxy, headers=dict.fromkeys(FORGED, "forged")) as socket:
        assert "forged" not in json.loads(socket.recv())["headers"].values()


def live(proxy, *, cookie="", headers=None):
    headers = {**(headers or {}), "Origin": proxy.address}
    return connect(
        f"wss://127.0.0.1:{proxy.port}/_stcore/stream",
        ssl=trusting(),
        additional_headers={**headers, "Cookie": cookie} if cookie else headers,
        proxy=None,
    )


def test_the_websocket_is_open_and_its_origin_is_its_host(proxy):
    with live(proxy) as socket:
        headers = json.loads(socket.recv())["headers"]
        socket.send("é" * 70_000)
        assert socket.recv() == "é" * 70_000
    assert headers["origin"] == f"https://{headers['host']}"


def test_a_visitor_stays_with_one_process(proxy, visitor):
    answer = visitor.get("/")
    at = answer.json()["at"]
    value = answer.cookies[COOKIE]
    stated = answer.headers["set-cookie"].lower()
    assert all(word in stated for word in ("httponly", "secure", "samesite=lax"))
    assert {visitor.get("/static/app.js").json()["at"] for _ in range(6)} == {at}
    assert visitor.put("/_stcore/upload_file/x", content=b"1").json()["at"] == at
    with live(proxy, cookie=f"{COOKIE}={value}") as socket:
        assert json.loads(socket.recv())["at"] == at


def test_a_sign_in_of_many_cookies_passes_both_ways(proxy, visitor, monkeypatch):
    """Else who has many groups gets a page of the proxy, and nginx holds the process for broken."""
    monkeypatch.setattr(http11, "MAX_LINE_LENGTH", LINE)  # as nami serve has it
    answer = visitor.get("/oauth2callback?cookies=6")
    given = {name: value for name, value in answer.cookies.items() if name.startswith("signed_")}
    assert LARGEST_COOKIES * 0.95 < sum(map(len, given.values())) < LARGEST_COOKIES
    kept = "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())
    assert visitor.get("/").json()["headers"]["cookie"].count("signed_") == len(given)
    with live(proxy, cookie=kept) as socket:
        assert json.loads(socket.recv())["headers"]["cookie"].count("signed_") == len(given)


def test_visitors_are_spread(proxy):
    def comes(_):
        return httpx.get(proxy.address, verify=trusting(), trust_env=False).json()["at"]

    with ThreadPoolExecutor(4) as many:
        assert set(many.map(comes, range(24))) == {"one", "two"}


def test_an_upload_passes_up_to_its_limit(proxy, visitor):
    sent = b"x" * (3 * MEGABYTE)
    assert visitor.put("/_stcore/upload_file/x", content=sent).json()["bytes"] == len(sent)
    assert status_of_upload(proxy, 202 * MEGABYTE) == 413


def status_of_upload(proxy, size):
    """How a file of so many bytes is answered, of which nothing is sent."""
    upload = http.client.HTTPSConnection("127.0.0.1", proxy.port, context=trusting())
    upload.putrequest("PUT", "/_stcore/upload_file/x")
    upload.putheader("Content-Length", str(size))
    upload.endheaders()
    with contextlib.closing(upload):
        return upload.getresponse().status


def test_who_comes_without_tls_is_led_to_it(proxy):
    answer = httpx.get(f"http://127.0.0.1:{proxy.plain}/trends?x=1", trust_env=False)
    assert answer.status_code == 301
    assert answer.headers["location"].startswith("https://127.0.0.1")
    assert answer.headers["location"].endswith("/trends?x=1")


def test_old_tls_is_refused(proxy):
    old = trusting()
    old.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises(httpx.ConnectError):
        httpx.get(proxy.address, verify=old, trust_env=False)


def test_health_is_told_on_this_machine_and_metrics_to_nobody(visitor):
    assert visitor.get("/health").json()["at"]
    assert visitor.get("/_stcore/metrics").status_code == 404


@pytest.mark.parametrize("name", EXAMPLES)
def test_with_the_sign_in_only_it_says_who_comes(name, both, tmp_path):
    sign_in = free_port()
    with (
        proxied(name, tmp_path, *both, sign_in=sign_in) as proxy,
        listening(signing_in(proxy.signed), sign_in),
        httpx.Client(base_url=proxy.address, verify=trusting(), trust_env=False) as visitor,
    ):
        forged = {"X-Forwarded-User": "forged"}
        assert visitor.get("/", headers=forged).text == "sign in"
        with pytest.raises(InvalidStatus):
            live(proxy)
        visitor.cookies.set("_oauth2_proxy", "anna")
        headers = visitor.get("/", headers=forged).json()["headers"]
        assert headers["x-forwarded-user"] == "anna"
        assert "forged" not in headers.values()
        assert not visitor.get("/health").json()["headers"].get("x-forwarded-user")
