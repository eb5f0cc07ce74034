"""The settings of the operator: what is wrong is said with its line, and no secret is told."""

from pathlib import Path

import pytest

from nami_monitor.access import settings
from nami_monitor.access.settings import OIDC, PROXY, Service, read_service, refuse, secret
from nami_monitor.core.errors import UserError
from nami_monitor.i18n import LANGS, text

EXAMPLE = Path(__file__).parents[2] / "docs" / "service.example.toml"
HIDDEN = "s3cr3t-" * 8


def read(tmp_path, content, name="service.toml"):
    file = tmp_path / name
    file.write_text(content, "utf-8")
    return read_service({"NAMI_HOME": str(tmp_path), "NAMI_SERVICE": str(file)})


def test_a_laptop_needs_no_file(tmp_path):
    assert read_service({"NAMI_HOME": str(tmp_path)}) == Service()
    refuse(Service(), "127.0.0.1")


def test_a_file_that_is_named_must_be_there(tmp_path):
    with pytest.raises(UserError, match="unreadable"):
        read_service({"NAMI_HOME": str(tmp_path), "NAMI_SERVICE": str(tmp_path / "gone.toml")})


def test_it_stands_beside_the_settings_of_the_organisation(tmp_path):
    (tmp_path / "service.toml").write_text("[server]\nport = 9000\n", "utf-8")
    assert read_service({"NAMI_HOME": str(tmp_path)}).server.port == 9000


@pytest.mark.parametrize("way", [OIDC, PROXY])
def test_the_example_can_be_read_both_ways(tmp_path, way):
    written = EXAMPLE.read_text("utf-8").replace('way = "oidc"', f'way = "{way}"')
    found = read(tmp_path, written)
    assert bool(found.oidc) == (way == OIDC)
    assert bool(found.proxy) == (way == PROXY)
    assert not found.server.demo
    assert found.unseen == ()


@pytest.mark.parametrize("way", [OIDC, PROXY])
@pytest.mark.parametrize(
    "roles",
    [
        '[roles]\nclaim = "teams"\nlook = ["a"]\n',
        '[[people]]\nclaim = "teams"\nvalue = "a"\nrole = "look"\n',
    ],
)
def test_a_role_by_a_claim_that_never_comes_is_refused(tmp_path, way, roles):
    written = EXAMPLE.read_text("utf-8").replace('way = "oidc"', f'way = "{way}"')
    found = read(tmp_path, written[: written.index("# Who may do what")] + roles)
    with pytest.raises(UserError, match=r"service\.unseen_claim") as refused:
        refuse(found, "127.0.0.1")
    assert refused.value.values["claims"] == "teams"


def test_the_example_for_keycloak_can_be_read(tmp_path):
    lines = EXAMPLE.read_text("utf-8").splitlines()
    start = next(no for no, line in enumerate(lines) if line.startswith("# Keycloak"))
    other = [line.removeprefix("#   ") for line in lines[start + 1 :] if line.startswith("#   ")]
    keys = {line.partition(" =")[0] for line in other}
    kept = [line for line in lines if line.partition(" =")[0] not in keys]
    at = kept.index("[sign_in.oidc]") + 1
    found = read(tmp_path, "\n".join([*kept[:at], *other, *kept[at:]]))
    assert "/realms/" in found.oidc.metadata


PROXIED = '[sign_in]\nway = "proxy"\n[sign_in.proxy]\n'
PROVIDED = '[sign_in]\nway = "oidc"\n[sign_in.oidc]\nclient = "a"\n'
META, BACK = 'metadata = "https://a.example/m"\n', 'redirect = "https://b.example/oauth2callback"\n'
WRONG = {
    "another way": ('[sign_in]\nway = "ldap"\n', "value", "way"),
    "a way without its table": ('[sign_in]\nway = "proxy"\n', "missing", "proxy"),
    "no headers": (f"{PROXIED}several = []\n", "missing", "headers"),
    "headers of nothing": (f"{PROXIED}headers = {{}}\n", "value", "headers"),
    "one header for two claims": (
        f'{PROXIED}headers = {{ sub = "X-User", groups = "x-user" }}\n', "value", "headers",
    ),
    "several values of a claim that is misspelt": (
        f'{PROXIED}headers = {{ sub = "A", teams = "B" }}\nseveral = ["taems"]\n',
        "value", "several",
    ),
    "a header with a space": (f'{PROXIED}headers = {{ sub = "a b" }}\n', "value", "sub"),
    "a name for an address": (
        f'{PROXIED}headers = {{ sub = "A" }}\naddresses = ["proxy"]\n', "value", "addresses",
    ),
    "a provider without https": (
        f'{PROVIDED}{BACK}metadata = "http://a.example/m"\n', "value", "metadata",
    ),
    "an answer elsewhere": (
        f'{PROVIDED}{META}redirect = "https://b.example/"\n', "value", "redirect",
    ),
    "a secret in the file": (f'{PROVIDED}{META}{BACK}geheim = "x"\n', "unknown", "geheim"),
    "no hours": (f"{PROVIDED}{META}{BACK}hours = 0\n", "value", "hours"),
    "a port too high": ("[server]\nport = 70000\n", "value", "port"),
    "an upload of nothing": ("[server]\nlargest_upload = 0\n", "value", "largest_upload"),
    "no list of people": ('people = "ina"\n', "value", "people"),
    "a number for a table": ("sign_in = 0\n", "value", "sign_in"),
    "an unknown table": ("[servers]\nport = 1\n", "unknown", "servers"),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_said_with_its_key(tmp_path, what):
    content, kind, key = WRONG[what]
    with pytest.raises(UserError) as caught:
        read(tmp_path, content)
    assert (caught.value.key, caught.value.values["key"]) == (f"branding.{kind}", key)
    for lang in LANGS:
        assert "service.toml" in text(f"errors.{caught.value.key}", lang, **caught.value.values)


@pytest.mark.parametrize(
    ("line", "seen", "known"),
    [
        ('hosts = "nami.example.org"', '"nami.example.org"', '["\u2026"]'),
        ('port = "8501"', '"8501"', "1-65535"),
        ("port = 0", "0", "1-65535"),
        ('demo = "false"', '"false"', "true, false"),
        ("hosts = 3", "3", '["\u2026"]'),
    ],
)
def test_a_value_of_another_type_is_said_as_it_stands_beside_how_it_is_written(
    tmp_path, line, seen, known
):
    with pytest.raises(UserError, match=r"branding\.value") as caught:
        read(tmp_path, f"[server]\n{line}\n")
    assert (caught.value.values["seen"], caught.value.values["known"]) == (seen, known)


@pytest.mark.parametrize(
    ("peer", "trusted"),
    [
        ("127.0.0.1", False), ("10.0.0.7", True), ("10.0.1.7", False), ("192.0.2.1", True),
        ("::ffff:10.0.0.7", True), ("2001:db8::5", True), ("2001:db9::5", False), ("", False),
        ("unix", False), ("10.0.0.7, 1.1.1.1", False),
    ],
)  # fmt: skip
def test_a_proxy_is_known_by_its_address(tmp_path, peer, trusted):
    addresses = '["10.0.0.0/24", "192.0.2.1", "2001:db8::/32"]'
    found = read(tmp_path, f'{PROXIED}headers = {{ sub = "A" }}\naddresses = {addresses}\n')
    assert found.proxy.trusts(peer) is trusted


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.0.2.1", "nami.example.org", "", None])  # noqa: S104
def test_nobody_else_is_served_while_nobody_signs_in(tmp_path, address):
    with pytest.raises(UserError) as caught:
        refuse(Service(), address)
    for lang in LANGS:
        said = text(f"errors.{caught.value.key}", lang, **caught.value.values)
        assert "127.0.0.1" in said
        assert "[sign_in]" in said
    refuse(read(tmp_path, f'{PROXIED}headers = {{ sub = "A" }}\n'), address)


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "[::1]", "localhost", "127.8.0.1"])
def test_a_laptop_is_served(address):
    refuse(Service(), address)


def test_a_secret_comes_from_the_environment_or_a_file_that_it_names(tmp_path):
    file = tmp_path / "kept"
    file.write_text(f"{HIDDEN}\n", "utf-8")
    assert secret("A", environment={"A": HIDDEN}) == HIDDEN
    assert secret("A", environment={"A_FILE": str(file)}) == HIDDEN


@pytest.mark.parametrize(
    ("environment", "key"),
    [
        ({}, "service.no_secret"),
        ({"A": "  "}, "service.no_secret"),
        ({"A": HIDDEN[:9]}, "service.short_secret"),
        ({"A_FILE": "/nowhere/at/all"}, "branding.unreadable"),
    ],
)
def test_a_secret_that_is_not_there_is_named_and_never_told(environment, key):
    with pytest.raises(UserError) as caught:
        secret("A", least=settings.LEAST_SECRET, environment=environment)
    assert caught.value.key == key
    assert HIDDEN[:9] not in str(caught.value)
    for lang in LANGS:
        assert HIDDEN[:9] not in text(f"errors.{key}", lang, **caught.value.values)
