"""Roles as people meet them: signed in at a real provider, each with what they may do and see."""

import shutil

import pytest

from nami_monitor.access.settings import CLIENT_SECRET, COOKIE_SECRET
from nami_monitor.i18n import text
from tests.browser.serving import free_port, serving, settled
from tests.browser.test_sign_in_in_chromium import (
    HIDDEN,
    SETTINGS,
    entered,
    says,
    sign_in,
)
from tests.support.monitor import Monitor
from tests.support.provider import provider

pytestmark = pytest.mark.browser

ROLES = """
[roles]
look = ["lezers"]
manage = ["beheer"]
[[people]]
value = "papier"
role = "look"
who = "CM papier"
categories = ["papier"]
"""


@pytest.fixture(scope="module")
def signing(demo_folder, tmp_path_factory):
    """A dashboard with an own database of two categories, sign-in and roles."""
    home = tmp_path_factory.mktemp("roles")
    made = Monitor(tmp_path_factory.mktemp("two"))
    header = "ordered_on location_id category channel quantity amount_eur\n"
    made.load("locations", "location_id name organisation\nL1 Raad Stad\n")
    for name, amount in (("papier", 5), ("koffie", 7777)):
        lines = (f"2025-0{month}-01 L1 {name} web 1 {amount}\n" for month in range(1, 6))
        made.load("orders", header + "".join(lines), source=name)
    made.store.close()
    shutil.copytree(made.store.path, home / "own.duckdb")
    port = free_port()  # late: it could be taken meanwhile
    address = f"http://127.0.0.1:{port}"
    with provider(f"{address}/oauth2callback") as found:
        for group in ("lezers", "beheer", "papier", "niemand"):
            found.person(group, {"groups": [group]})
        stated = SETTINGS.format(metadata=found.metadata, client=found.client, address=address)
        (home / "service.toml").write_text(stated + ROLES, "utf-8")
        secret = home / "client_secret"
        secret.write_text(f"{found.secret}\n", "utf-8")
        serve = {f"{CLIENT_SECRET}_FILE": str(secret), COOKIE_SECRET: HIDDEN}
        with serving(demo_folder, home, port, serve=serve, log=home / "log") as server:
            yield server


def test_who_manages_sees_the_trail_and_who_looks_makes_no_backup(signing, visit):
    sign_in(visit, f"{signing.address}/data?part=trail&data=own", "beheer")
    entered(visit)
    visit.get_by_text(text("trail.words", "nl")).wait_for()
    visit.context.clear_cookies()
    sign_in(visit, f"{signing.address}/data?part=backup&data=own", "lezers")
    entered(visit)
    says(visit, "access.refused.manage")
    visit.goto(f"{signing.address}/data?part=upload&data=own")
    says(visit, "access.refused.import")
    assert not visit.locator("input[type=file]").count()


def test_who_is_limited_meets_nothing_of_the_rest(signing, visit):
    sign_in(visit, f"{signing.address}/?data=own", "papier")
    entered(visit)
    for page in ("", "trends", "registers?part=contracts", "present", "data?part=measurability"):
        visit.goto(f"{signing.address}/{page}{'&' if '?' in page else '?'}data=own")
        entered(visit)
        assert "papier" in visit.content()
        assert "koffie" not in visit.content().lower()
        assert "7.777" not in visit.content()
    visit.goto(f"{signing.address}/data?part=trail&data=own")
    says(visit, "access.refused.limited")


def test_who_has_no_role_reads_one_sentence(signing, visit):
    sign_in(visit, f"{signing.address}/trends?data=own", "niemand")
    says(visit, "access.none")
    settled(visit)
    assert visit.get_by_role("heading").count() == 1
    visit.get_by_role("button", name=text("sign_in.leave", "nl"), exact=True).wait_for()
