"""``nami serve``: refused where anyone could come in; else with options, none of them secret."""

import json
import os
import socket
import sys
from types import SimpleNamespace

import pytest

from nami_monitor.access.settings import CLIENT_SECRET, COOKIE_SECRET, LEAST_SECRET
from nami_monitor.cli import serve

EVERYWHERE = "0.0.0.0"  # noqa: S104
PROXY = (
    '[sign_in]\nway = "proxy"\n[sign_in.proxy]\nheaders = { sub = "X-User", groups = "X-Groups" }\n'
)
OIDC = """
[sign_in]
way = "oidc"
[sign_in.oidc]
metadata = "https://a.example/m"
client = "nami"
redirect = "https://nami.example.org/oauth2callback"
[server]
hosts = ["nami.example.org", "nami.intern"]
largest_upload = 50
port = 18506
"""


@pytest.fixture
def started(nami, monkeypatch):
    """A function that runs the command with settings; the server itself is not started."""
    monkeypatch.setenv("NAMI_SERVICE", str(nami.folder / "service.toml"))
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    monkeypatch.setattr(sys, "argv", list(sys.argv))
    monkeypatch.setenv("NAMI_DB", str(nami.db))
    found = SimpleNamespace(argv=None)

    def run_module(name, **_):
        assert name == "streamlit"
        found.argv, found.believes = sys.argv, os.environ["FORWARDED_ALLOW_IPS"]

    monkeypatch.setattr(serve.runpy, "run_module", run_module)

    def run(content, *args):
        found.argv = None
        (nami.folder / "service.toml").write_text(content, "utf-8")
        found.done = nami("serve", *args)
        return found

    return run


def options_of(found):
    assert found.done.exit_code == 0, found.done.output
    return dict(one.removeprefix("--").split("=", 1) for one in found.argv[3:])


@pytest.mark.parametrize(
    ("content", "args"), [("", ["--address", EVERYWHERE]), ('[server]\naddress = "::"\n', [])]
)
def test_where_others_can_come_a_sign_in_is_asked(started, content, args):
    found = started(content, *args)
    assert found.done.exit_code == 1
    assert found.argv is None
    assert "127.0.0.1" in found.done.stderr
    assert "[sign_in]" in found.done.stderr


def test_a_laptop_is_served_with_next_to_nothing_set(started):
    options = options_of(started("[server]\nport = 18503\n"))
    assert (options["server.address"], options["server.port"]) == ("127.0.0.1", "18503")
    assert "server.trustedUserHeaders" not in options


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "localhost"])
def test_a_port_that_is_taken_is_said(started, address):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as taken:
        taken.bind((address, 0))
        taken.listen()
        port = taken.getsockname()[1]
        found = started("", "--address", address, "--port", str(port))
    assert (found.done.exit_code, found.argv) == (1, None)
    assert str(port) in found.done.stderr


def test_an_address_of_another_machine_is_said(started):
    assert "192.0.2.7" in started(PROXY, "--address", "192.0.2.7").done.stderr


def test_a_database_that_is_named_is_the_one_that_is_shown(started):
    options_of(started("", "--db", "elsewhere", "--port", "18505"))
    assert os.environ["NAMI_DB"] == "elsewhere"


def test_a_proxy_may_stand_elsewhere_and_its_headers_are_named(started):
    found = started(PROXY, "--address", EVERYWHERE, "--port", "18504")
    options = options_of(found)
    assert (options["server.address"], options["server.port"]) == (EVERYWHERE, "18504")
    named = json.loads(options["server.trustedUserHeaders"])
    assert named == {"X-User": "sub", "X-Groups": "groups"}
    assert not found.believes  # nobody says from where a request comes but the connection


def test_no_secret_is_among_the_options(started, monkeypatch):
    pytest.importorskip("authlib")
    monkeypatch.setenv(CLIENT_SECRET, "the-client-secret")
    monkeypatch.setenv(COOKIE_SECRET, "k" * LEAST_SECRET)
    found = started(OIDC)
    assert options_of(found)["server.maxUploadSize"] == "50"
    assert [one for one in found.argv if "allowedHosts" in one] == [
        "--server.allowedHosts=nami.example.org", "--server.allowedHosts=nami.intern",
    ]  # fmt: skip
    assert "the-client-secret" not in " ".join(found.argv)
    assert "the-client-secret" not in found.done.output


@pytest.mark.parametrize("left_out", [CLIENT_SECRET, COOKIE_SECRET])
def test_a_secret_that_is_not_set_is_named(started, monkeypatch, left_out):
    monkeypatch.setenv(CLIENT_SECRET, "the-client-secret")
    monkeypatch.setenv(COOKIE_SECRET, "k" * LEAST_SECRET)
    monkeypatch.delenv(left_out)
    found = started(OIDC)
    assert found.done.exit_code == 1
    assert left_out in found.done.stderr


def test_without_the_package_it_says_what_to_install(started, monkeypatch):
    monkeypatch.setattr("nami_monitor.access.settings.find_spec", lambda _: None)
    assert "requirements-sign-in.txt" in started(OIDC).done.stderr


def test_the_script_of_the_dashboard_is_there():
    assert serve.dashboard().is_file()
