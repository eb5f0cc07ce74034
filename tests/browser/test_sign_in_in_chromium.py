"""Signing in at a real OpenID provider: right, wrong, expired, signed out, forged."""

import shutil
import socket
import urllib.error
import urllib.request
from types import SimpleNamespace

import pytest

from nami_monitor.access.settings import CLIENT_SECRET, COOKIE_SECRET
from nami_monitor.i18n import text
from tests.browser.serving import free_port, serving, settled
from tests.support.provider import provider

pytestmark = pytest.mark.browser

HIDDEN = "0123456789abcdef" * 4
SETTINGS = """
[sign_in]
way = "oidc"
[sign_in.oidc]
metadata = "{metadata}"
client = "{client}"
redirect = "{address}/oauth2callback"
claims = ["sub", "name", "groups"]
hours = 1
[server]
address = "127.0.0.1"
demo = false
"""
ROLES = """
[roles]
import = ["inkoop"]
"""


@pytest.fixture(scope="module")
def signing(demo_folder, tmp_path_factory):
    """A dashboard with sign-in at a provider, its provider, and its log."""
    home, port = tmp_path_factory.mktemp("signing"), free_port()
    log = home / "log"
    address = f"http://127.0.0.1:{port}"
    with provider(f"{address}/oauth2callback") as found:
        stated = SETTINGS.format(metadata=found.metadata, client=found.client, address=address)
        (home / "service.toml").write_text(stated + ROLES, "utf-8")
        secret = home / "client_secret"
        secret.write_text(f"{found.secret}\n", "utf-8")
        serve = {f"{CLIENT_SECRET}_FILE": str(secret), COOKIE_SECRET: HIDDEN, "NAMI_LANG": "en"}
        with serving(demo_folder, home, port, serve=serve, log=log) as server:
            yield SimpleNamespace(server=server, provider=found, log=log)


@pytest.fixture
def person(signing):
    """Somebody whom the provider knows; its clock and the secret are as they should be."""
    signing.provider.person("ina", {"name": "Ina", "groups": ["inkoop"]})
    signing.provider.tell(clock=0, secret=signing.provider.secret)
    return "ina"


def says(page, key):
    page.get_by_text(text(key, "nl"), exact=True).first.wait_for()


def button(page, key):
    return page.get_by_role("button", name=text(key, "nl"), exact=True)


def sign_in(page, address, name):
    page.goto(address)
    button(page, "sign_in.button").click()
    page.locator("input[name=sub]").fill(name)
    page.get_by_role("button", name="Authorize").click()


def entered(page):
    page.get_by_role("button", name=text("sign_in.account", "nl")).wait_for()
    settled(page)


def logged(signing, reason):
    said = signing.log.read_text("utf-8")
    assert text(f"sign_in.reasons.{reason}", "en") in said
    assert "Traceback" not in said
    assert signing.provider.secret not in said
    assert HIDDEN not in said


def test_who_signs_in_comes_where_they_wanted_and_leaves_in_all_tabs(signing, visit, person):
    asked = f"{signing.server.address}/data?lang=nl&part=batches"
    sign_in(visit, asked, person)
    entered(visit)
    assert "/data?" in visit.url
    assert "part=batches" in visit.url
    other = visit.context.new_page()
    other.goto(asked)
    entered(other)
    kept = visit.context.cookies()
    visit.get_by_role("button", name=text("sign_in.account", "nl")).click()
    button(visit, "sign_in.leave").click()
    visit.get_by_role("button", name="End session").click()
    says(visit, "sign_in.reasons.out")
    button(other, "sign_in.button").wait_for()
    visit.context.add_cookies(kept)
    visit.goto(asked)
    says(visit, "sign_in.reasons.out")
    button(visit, "sign_in.button").wait_for()


def test_who_is_signed_in_uploads_a_file_and_gets_one(signing, visit, person, tmp_path):
    file = tmp_path / "panden.csv"
    file.write_text("id;naam;dienst\nL1;Pand 1;D\n", "utf-8")
    sign_in(visit, f"{signing.server.address}/data?lang=nl&part=upload", person)
    entered(visit)
    with visit.expect_response("**/_stcore/upload_file/**") as uploaded:
        visit.locator("input[type=file]").first.set_input_files(file)
    assert uploaded.value.ok
    icon = visit.locator("link[rel*=icon]").first.get_attribute("href")
    address = icon if icon.startswith("http") else f"{signing.server.address}/{icon.lstrip('/')}"
    assert "/media/" in address
    assert visit.context.request.get(address).ok
    visit.context.clear_cookies()
    assert visit.context.request.get(address).status == 403


def test_who_is_refused_reads_so(signing, visit):
    visit.goto(signing.server.address)
    button(visit, "sign_in.button").click()
    visit.get_by_role("button", name="Deny").click()
    says(visit, "sign_in.reasons.refused")
    button(visit, "sign_in.button").wait_for()


def test_a_secret_that_the_provider_does_not_know(signing, visit, person):
    signing.provider.tell(secret=HIDDEN[:22])
    sign_in(visit, signing.server.address, person)
    says(visit, "sign_in.reasons.unknown")
    logged(signing, "unknown")


@pytest.mark.parametrize("seconds", [-7200, 7200], ids=["behind", "ahead"])
def test_a_clock_that_is_off(signing, visit, person, seconds):
    signing.provider.tell(clock=seconds)
    sign_in(visit, signing.server.address, person)
    says(visit, "sign_in.reasons.clock")
    button(visit, "sign_in.button").wait_for()


def test_a_sign_in_that_ends_while_somebody_reads(signing, visit, person):
    """The token was given almost an hour ago, by the clock of the provider."""
    signing.provider.tell(clock=45 - 3600)
    sign_in(visit, signing.server.address, person)
    visit.get_by_role("button", name=text("sign_in.account", "nl")).wait_for()
    says(visit, "sign_in.reasons.ended")
    button(visit, "sign_in.button").wait_for()


def test_a_forged_cookie_lets_nobody_in(signing, visit):
    forged = "eyJzdWIiOiAiaW5hIiwgImlzX2xvZ2dlZF9pbiI6IHRydWV9.aaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbbb"
    visit.context.add_cookies(
        [{"name": "_streamlit_user", "value": forged, "url": signing.server.address}]
    )
    visit.set_extra_http_headers({"X-Forwarded-User": "ina", "Remote-User": "ina"})
    visit.goto(signing.server.address)
    button(visit, "sign_in.button").wait_for()
    assert not visit.get_by_role("button", name=text("sign_in.account", "nl")).count()


def test_nothing_is_uploaded_or_fetched_by_who_is_not_signed_in(signing):
    for path, method in (("_stcore/upload_file/a/b", "PUT"), ("media/a.csv", "GET")):
        request = urllib.request.Request(  # noqa: S310
            f"{signing.server.address}/{path}", b"x" if method == "PUT" else None, method=method
        )
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=30)  # noqa: S310
        refused.value.close()
        assert refused.value.code == 403


def test_a_provider_that_is_away(demo_folder, visit, tmp_path):
    port = free_port()
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        metadata = f"http://127.0.0.1:{nobody.getsockname()[1]}/.well-known/openid-configuration"
        home, log = tmp_path / "home", tmp_path / "log"
        home.mkdir()
        (home / "service.toml").write_text(
            SETTINGS.format(metadata=metadata, client="a", address=f"http://127.0.0.1:{port}"),
            "utf-8",
        )
        serve = {CLIENT_SECRET: "a-secret-of-the-client", COOKIE_SECRET: HIDDEN}
        cache = shutil.copytree(demo_folder, tmp_path / "cache")
        with serving(cache, home, port, serve=serve, log=log) as server:
            visit.goto(server.address)
            button(visit, "sign_in.button").click()
            says(visit, "sign_in.reasons.away")
            said = log.read_text("utf-8")
    assert text("sign_in.reasons.away", "en") in said
    assert "Traceback" not in said
    assert "a-secret-of-the-client" not in said
