"""Who is signed in: what a proxy or a token says of them, and for how long."""

import time

import pytest
import streamlit as st
from hypothesis import given
from hypothesis import strategies as st_
from streamlit.testing.v1 import AppTest

from nami_monitor.access.settings import OidcSignIn, ProxySignIn, service_file
from nami_monitor.i18n import LANGS, catalogue, text
from nami_monitor.ui import sign_in

PROXY = ProxySignIn({"sub": "X-User", "name": "X-Name", "groups": "X-Groups"})
OIDC = OidcSignIn(
    "https://a.example", "nami", "https://b.example/oauth2callback", ("sub", "roles"), hours=8
)
NOON = 1_800_000_000.0
HOUR = 3600


def test_a_header_with_several_values_is_parted_and_a_name_is_not():
    sent = {"sub": "ina", "name": "Jansen, Ina", "groups": "inkoop, beheer,", "role": "beheer"}
    assert sign_in.of_proxy(PROXY, sent) == {
        "sub": ("ina",), "name": ("Jansen, Ina",), "groups": ("inkoop", "beheer"),
    }  # fmt: skip


@pytest.mark.parametrize("stated", ["Coöperatie Één, reseñas", "Łódź"])
def test_a_header_in_utf_8_says_what_the_settings_file_says(stated):
    """A server reads headers as Latin-1, in which no group with an accent would be known again."""
    sent = {"name": stated.encode().decode("latin-1"), "groups": "inkoop\u00a0,data"}
    found = sign_in.of_proxy(PROXY, sent)
    assert found == {"name": (stated,), "groups": ("inkoop\u00a0", "data")}


@pytest.mark.parametrize("sent", [{}, {"sub": None}, {"sub": "  ", "groups": " , "}])
def test_a_proxy_that_says_nothing_signs_nobody_in(sent):
    assert sign_in.of_proxy(PROXY, sent) == {}


def test_of_a_token_the_claims_that_were_named_are_used():
    token = {"sub": "a1", "roles": ["look", "import"], "email": "ina@example.org", "iat": NOON}
    assert sign_in.of_token(OIDC, token, NOON) == {"sub": ("a1",), "roles": ("look", "import")}


@given(st_.floats(-20 * HOUR, 20 * HOUR))
def test_a_sign_in_lasts_as_long_as_is_set(passed):
    token = {"sub": "a1", "iat": NOON}
    lasts = -sign_in.SKEW_SECONDS <= passed < 8 * HOUR
    assert (sign_in.of_token(OIDC, token, NOON + passed) is not None) is lasts


@pytest.mark.parametrize("issued", [None, "now", "1800000000", [NOON]])
def test_a_token_without_a_moment_signs_nobody_in(issued):
    assert sign_in.of_token(OIDC, {"sub": "a1", "iat": issued}, NOON) is None


def test_who_has_none_of_the_claims_is_signed_in_all_the_same():
    assert sign_in.of_token(OIDC, {"iat": NOON}, NOON) == {}


def test_every_reason_has_its_sentence():
    for lang in LANGS:
        prefix = "sign_in.reasons."
        said = {key.removeprefix(prefix) for key in catalogue(lang) if key.startswith(prefix)}
        assert said == set(sign_in.REASONS)


class User:
    """What Streamlit knows of a visitor."""

    def __init__(self, **told):
        self.told = told

    def to_dict(self):
        return dict(self.told)


def page():
    import streamlit as st  # noqa: PLC0415 - Streamlit runs the text of this function

    from nami_monitor.ui import sign_in  # noqa: PLC0415 - likewise

    st.markdown(f"claims: {sign_in.claims()}")


SETTINGS = {
    "proxy": '[sign_in]\nway = "proxy"\n[sign_in.proxy]\nheaders = { sub = "X-User" }\n',
    "oidc": '[sign_in]\nway = "oidc"\n[sign_in.oidc]\nmetadata = "https://a.example/m"\n'
    'client = "nami"\nredirect = "https://b.example/oauth2callback"\n',
}


@pytest.fixture
def shown(tmp_path, monkeypatch):
    """A function that runs a page for somebody, with these settings."""
    for name, value in {
        "NAMI_HOME": tmp_path, "FORWARDED_ALLOW_IPS": "", "NAMI_CLIENT_SECRET": "a",
        "NAMI_COOKIE_SECRET": "k" * 32,
    }.items():  # fmt: skip
        monkeypatch.setenv(name, str(value))
    sign_in._LEFT.clear()

    def run(settings, began=None, **told):
        service_file().write_text(settings, "utf-8")
        sign_in._read.cache_clear()
        monkeypatch.setattr(st, "user", User(**told))
        test = AppTest.from_function(page)
        test.session_state["lang"] = "nl"
        if began:
            test.session_state[sign_in.BEGAN] = began
        return test.run()

    yield run
    sign_in._read.cache_clear()


def said(test):
    return [one.value for kind in ("markdown", "error", "warning") for one in getattr(test, kind)]


def test_on_a_laptop_nobody_is_asked(shown):
    assert said(shown("")) == ["claims: None"]


@pytest.mark.parametrize(
    ("way", "told"),
    [("proxy", {"sub": "ina"}), ("oidc", {"sub": "ina", "is_logged_in": True, "iat": time.time()})],
)
def test_who_is_signed_in_sees_the_page(shown, way, told):
    assert said(shown(SETTINGS[way], **told)) == ["claims: {'sub': ('ina',)}"]


def test_who_is_not_at_the_proxy_reads_where_to_go(shown):
    assert said(shown(SETTINGS["proxy"])) == [text("sign_in.by_proxy", "nl")]


@pytest.mark.parametrize(("hours", "lets"), [(9.9, True), (10.1, False)])
def test_a_page_that_stood_open_asks_the_proxy_again(shown, hours, lets):
    seen = said(shown(SETTINGS["proxy"], began=time.time() - hours * HOUR, sub="ina"))
    ended = text("sign_in.reasons.ended", "nl")
    assert seen == (["claims: {'sub': ('ina',)}"] if lets else [ended])


@pytest.mark.parametrize(
    ("hours", "reason"), [(11, "ended"), (-2, "clock"), (None, None)], ids=["old", "ahead", "none"]
)
def test_who_is_not_at_the_provider_is_asked_to_sign_in(shown, hours, reason):
    told = {} if hours is None else {
        "sub": "ina", "is_logged_in": True, "iat": time.time() - hours * HOUR,
    }  # fmt: skip
    test = shown(SETTINGS["oidc"], **told)
    asked = text("sign_in.words", "nl")
    assert said(test) == [asked, text(f"sign_in.reasons.{reason}", "nl")] if reason else [asked]
    assert [one.label for one in test.button] == [text("sign_in.button", "nl")]


def test_a_token_that_says_it_is_not_signed_in_is_not(shown):
    test = shown(SETTINGS["oidc"], sub="ina", is_logged_in=False, iat=time.time())
    assert text("sign_in.words", "nl") in said(test)


def test_who_left_is_out(shown, monkeypatch):
    issued = time.time()
    told = {"sub": "ina", "is_logged_in": True, "iat": issued}
    assert said(shown(SETTINGS["oidc"], **told)) == ["claims: {'sub': ('ina',)}"]
    monkeypatch.setattr(st, "logout", lambda: None)
    sign_in.leave()
    assert text("sign_in.reasons.out", "nl") in said(shown(SETTINGS["oidc"], **told))
    anew = {**told, "iat": issued + 1}
    assert said(shown(SETTINGS["oidc"], **anew)) == ["claims: {'sub': ('ina',)}"]


def test_where_nothing_is_as_it_should_be_a_page_is_a_sentence(shown):
    test = shown("[server]\nport = 0\n")
    assert len(said(test)) == 1
    assert "service.toml" in test.error[0].value
