"""Signed in at a proxy: it alone says who somebody is, and nobody comes in beside it."""

import urllib.error
import urllib.request
from contextlib import ExitStack, suppress
from types import SimpleNamespace

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from nami_monitor.i18n import text
from tests.browser.serving import free_port, serving, settled
from tests.support.reverse_proxy import reverse_proxy

pytestmark = pytest.mark.browser

TRUSTED, OTHER = "127.0.0.2", "127.0.0.3"
SIGNED = {"X-User": "ina", "X-Groups": "inkoop,beheer"}
SETTINGS = f"""
[server]
demo = false
most_sessions = 3
[sign_in]
way = "proxy"
[sign_in.proxy]
addresses = ["{TRUSTED}"]
headers = {{ sub = "X-User", groups = "X-Groups" }}
sign_out = "/sign_out"
"""


@pytest.fixture(scope="module")
def behind(tmp_path_factory):
    """A dashboard behind a proxy: the address of both."""
    home, port = tmp_path_factory.mktemp("behind"), free_port()
    (home / "service.toml").write_text(SETTINGS, "utf-8")
    log = home / "log"
    with (
        serving(home / "cache", home, port, serve={}, log=log) as server,
        reverse_proxy(port, SIGNED, source=TRUSTED) as address,
    ):
        yield SimpleNamespace(proxy=address, direct=server.address, port=port, log=log, home=home)


def answered(url, headers, key):
    request = urllib.request.Request(url, headers={"Accept-Language": "nl", **headers})  # noqa: S310
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request, timeout=30)  # noqa: S310
    with caught.value as answer:
        assert text(key, "nl") in answer.read().decode()
    return caught.value.code


def test_who_comes_through_the_proxy_is_signed_in(behind, visit):
    visit.set_extra_http_headers({"X-User": "somebody else"})
    visit.goto(f"{behind.proxy}/?lang=nl")
    visit.get_by_role("button", name=text("sign_in.account", "nl")).wait_for()
    settled(visit)
    assert visit.get_by_role("heading", name=text("app.empty.title", "nl")).count()
    assert not visit.locator(".st-key-data_demo, .st-key-data_own, .st-key-demo_data").count()
    visit.get_by_role("button", name=text("sign_in.account", "nl")).click()
    leave = visit.get_by_role("link", name=text("sign_in.leave", "nl"))
    assert leave.get_attribute("href") == "/sign_out"
    assert not (behind.home / "cache" / "demo.duckdb").exists()


def test_who_comes_beside_it_is_not_whatever_they_send(behind, visit):
    visit.set_extra_http_headers({**SIGNED, "X-Forwarded-For": TRUSTED})
    visit.goto(f"{behind.direct}/?lang=nl")
    visit.get_by_text(text("sign_in.by_proxy", "nl")).wait_for()
    assert not visit.locator("[data-testid=stApp]").count()
    assert (
        answered(behind.direct, {**SIGNED, "X-Forwarded-For": TRUSTED}, "sign_in.by_proxy") == 403
    )
    assert answered(behind.direct, {}, "sign_in.by_proxy") == 403


def streamed(behind, source):
    """A websocket with the headers of the proxy, from an address."""
    return connect(
        f"ws://127.0.0.1:{behind.port}/_stcore/stream",
        additional_headers=SIGNED,
        source_address=(source, 0),
        subprotocols=["streamlit"],
    )


@pytest.mark.parametrize("source", [TRUSTED, OTHER])
def test_a_websocket_is_let_in_for_the_proxy_alone(behind, source):
    if source == TRUSTED:
        with streamed(behind, source) as let_in:
            assert let_in.subprotocol == "streamlit"
        return
    with pytest.raises(InvalidStatus) as caught, streamed(behind, source):
        pass
    assert caught.value.response.status_code == 403


def test_a_proxy_that_lets_headers_of_visitors_through_signs_nobody_in(behind):
    with reverse_proxy(behind.port, SIGNED, source=TRUSTED, replaces=False) as careless:
        assert answered(careless, {"X-User": "admin"}, "sign_in.by_proxy") == 403
    assert "were dropped" in behind.log.read_text("utf-8")


def test_when_it_is_full_who_comes_reads_so(behind, visit):
    with ExitStack() as visits:
        with suppress(InvalidStatus):  # somebody of before may still be there
            for _ in range(3):
                visits.enter_context(streamed(behind, TRUSTED))
        with pytest.raises(InvalidStatus):
            visits.enter_context(streamed(behind, TRUSTED))
        visit.goto(f"{behind.proxy}/?lang=nl")
        visit.get_by_text(text("service.full", "nl")).wait_for()


def test_metrics_are_for_nobody_and_health_for_everybody(behind):
    for address in (behind.proxy, behind.direct):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"{address}/_stcore/metrics", timeout=30)  # noqa: S310
        refused.value.close()
        with urllib.request.urlopen(f"{address}/health", timeout=30) as answer:  # noqa: S310
            assert answer.status == 200


def test_streamlit_run_serves_nobody_where_a_proxy_signs_in(tmp_path, visit):
    """Without ``nami serve`` a header could say from where a request comes."""
    (tmp_path / "service.toml").write_text(SETTINGS, "utf-8")
    with serving(tmp_path / "cache", tmp_path, refuses=True) as server:
        visit.goto(f"{server.address}/?lang=nl")
        visit.get_by_text("nami serve").wait_for()


def test_streamlit_run_where_others_can_come_shows_a_sentence_alone(tmp_path, visit):
    home = tmp_path / "home"
    home.mkdir()
    with serving(tmp_path / "cache", home, address="0.0.0.0", refuses=True) as server:  # noqa: S104
        visit.goto(f"{server.address}/trends?lang=nl")
        visit.get_by_text("127.0.0.1", exact=False).first.wait_for()
        assert "[sign_in]" in visit.inner_text("body")
        assert not visit.locator("[data-testid=stApp]").count()
