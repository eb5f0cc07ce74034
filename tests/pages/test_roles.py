"""Each role on each action and on each page's address: what may not be done is not done."""

import ast
import shutil
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import streamlit as st

from nami_monitor import __version__
from nami_monitor.access.roles import Fitting, Role, Roles, highest
from nami_monitor.access.settings import Service
from nami_monitor.core.settings import places
from nami_monitor.i18n import text
from nami_monitor.ingest.book.booking import Answers
from nami_monitor.ingest.profiles.library import profile_file, save_profile
from nami_monitor.store import Store, snapshots
from nami_monitor.ui import ahead, app, sign_in, visitor
from nami_monitor.ui import session as ui_session
from nami_monitor.ui.pages.data import reading
from nami_monitor.ui.pages.data.session_files import Draft
from tests.support.acts import PROFILE, write_month
from tests.support.app_test import AppTest
from tests.support.monitor import Monitor

ROOT = Path(__file__).parents[2]
PAGES = [path.stem for path in sorted((ROOT / "pages").glob("*.py"))]
PARTS = ("upload", "set_aside", "batches", "completeness", "codes", "trail", "backup")
NOBODY, LAPTOP, LIMITED = "nobody", "laptop", "limited"
BY_ROLE = Roles(look=("look",), write=("write",), import_=("import",), manage=("manage",))
SERVICE = Service(roles=BY_ROLE, people=(Fitting(LIMITED, Role.LOOK, categories=("papier",)),))

ACTIONS = {
    Role.WRITE: {
        "_write", "_save", "_withdraw", "measure_book", "name", "request_book", "target_save",
        "target_withdraw", "target_book", "button", "exempt_book", "exempt_applies",
        "pilot_book", "waterbed_take", "presentation_keep", "presentation_back", "ARRANGED",
        "FIXED", "phase_", "decision_keep", "decision_withdraw", "key", "arms_book", "arms_told",
    },
    Role.IMPORT: {"BOOK_ALL", "job_name", "give_up_do_"},
    Role.MANAGE: {
        "backup_do_", "learn_", "undo_booked_", "key", "undo_do_", "confirm_codes", "rename_code",
        "merge_code", "undo_action", "keep_activity",
    },
}  # fmt: skip
"""Which act takes which role, by the name of its button as the code of the pages states it."""
LEAST = {f"Role.{role.name}": role for role in Role} | {
    "needed(looked.draft)": Role.IMPORT,
    "highest((reading.needed(looked.draft) for looked in ready.values()))": Role.IMPORT,
}
"""The role that an act takes at least, by how the code states it; see ``reading.needed``."""
PLACE_OF_NAME = {
    "button": 2,
    "action": 2,
    "submit": 1,
    "taken": 1,
    "start": 1,
    "keep": 1,
    "book": 1,
}


@pytest.fixture
def signed_in(monkeypatch):
    """A function that lets a visitor be signed in with a role."""

    def sign(role):
        claims = None if role == LAPTOP else {"groups": (str(role),)}
        monkeypatch.setattr(sign_in, "claims", lambda: claims)
        monkeypatch.setattr(sign_in, "service", lambda: (SERVICE, None))

    return sign


def stated_acts():
    """Each call that changes data in the code of the pages: its name, and the role it takes."""
    for file in sorted((ROOT / "nami_monitor" / "ui").rglob("*.py")):
        if file.name == "booking.py":
            continue
        for call in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
                continue
            of, name = call.func.value, call.func.attr
            if isinstance(of, ast.Name) and of.id == "booking" and name in PLACE_OF_NAME:
                needs = [ast.unparse(one.value) for one in call.keywords if one.arg == "needs"]
                said = ast.unparse(call.args[PLACE_OF_NAME[name]])
                yield f"{file.stem}: {said}", LEAST[needs[0]] if needs else Role.WRITE


def test_every_act_of_the_pages_takes_the_role_that_is_stated_here():
    found = list(stated_acts())
    assert len(found) > 40
    for said, role in found:
        name = said.partition(": ")[2]
        assert any(one in name for one in ACTIONS[role]), (said, role)
        for other in set(Role) & ACTIONS.keys() - {role}:
            certain = ACTIONS[other] - {"key", "name", "button"} - ACTIONS[role]
            assert not any(one in name for one in certain if len(one) > 6), (said, role, other)


def begin_one():
    import streamlit as st  # noqa: PLC0415 - it runs as a page

    from nami_monitor.access.roles import Role  # noqa: PLC0415 - likewise
    from nami_monitor.ui import app, booking  # noqa: PLC0415 - likewise
    from nami_monitor.ui.jobs import Outcome  # noqa: PLC0415 - likewise

    session, needs = app.current(), Role(st.session_state["needs"])

    def work(job):
        st.session_state_of_test.append((needs, job.who))
        return Outcome(lambda _: "done")

    booking.button(session, "Doe dit", "do_this", needs=needs)
    booking.begin(session, "do_this", lambda _: "busy", work, needs=needs)  # as if it was forged
    from nami_monitor.ui.outcomes import panel  # noqa: PLC0415 - likewise

    panel(session, "data.title")


@pytest.mark.parametrize("needs", [Role.WRITE, Role.IMPORT, Role.MANAGE])
@pytest.mark.parametrize("role", [*Role, LIMITED, LAPTOP, NOBODY])
@pytest.mark.usefixtures("own_place")
def test_a_job_begins_only_for_who_may_whatever_asked_for_it(signed_in, monkeypatch, role, needs):
    import streamlit as st  # noqa: PLC0415 - to reach what the page did

    did = []
    monkeypatch.setattr(st, "session_state_of_test", did, raising=False)
    signed_in(role)
    page = AppTest.from_function(begin_one)
    page.session_state["needs"] = str(needs)
    page.session_state[app.DATA] = app.OWN
    page.run(timeout=30)
    assert not page.exception
    may = role == LAPTOP or (role in [*Role] and Role(role).covers(needs))
    assert bool(did) is may
    if role == NOBODY:
        assert page.error[0].value == text("access.none", "nl")
        return
    (button,) = [one for one in page.button if one.key == "do_this"]
    assert button.disabled is not may
    if not may:
        assert page.error[0].value == text(f"access.refused.{needs}", "nl")
    if may and role != LAPTOP:
        assert did[0][1] == text(f"access.who.{role}", "nl")


def opened(page, which, **asked):
    found = AppTest.from_file(str(ROOT / "pages" / f"{page}.py"), default_timeout=120)
    found.session_state[app.LANGUAGE] = "nl"
    found.session_state[app.DATA] = which
    for key, value in asked.items():
        found.query_params[key] = value
    return found.run()


@pytest.fixture(scope="module")
def of_two(tmp_path_factory):
    """A database with two categories."""
    made = Monitor(tmp_path_factory.mktemp("two"))
    made.load("locations", "location_id name organisation\nL1 Raad Stad\n")
    header = "ordered_on location_id category channel quantity amount_eur\n"
    lines = (
        f"2025-0{month}-01 L1 {name} web 1 {amount}\n"
        for name, amount in (("papier", 5), ("koffie", 7777))
        for month in range(1, 5)
    )
    made.load("orders", header + "".join(lines))
    made.store.acted("cm", "export", "orders", "csv")
    made.store.close()
    return made.store.path


@pytest.fixture
def own(own_place, of_two):  # noqa: ARG001 - a place of its own
    """An own database with two categories."""
    shutil.copytree(of_two, places().own)
    return places().own


def refused(role, part):
    needed = visitor.NEEDED.get(part)
    if needed and role != LAPTOP and not Role(role if role != LIMITED else "look").covers(needed):
        return f"access.refused.{'set_aside' if part == 'set_aside' else needed}"
    return "access.refused.limited" if role == LIMITED else ""


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("role", [*Role, LIMITED, LAPTOP])
@pytest.mark.usefixtures("own")
def test_each_part_of_the_data_page_for_each_role(signed_in, role, part):
    signed_in(role)
    page = opened("data", app.OWN, part=part)
    assert not page.exception
    key = refused(role, part)
    said = [one.value for one in page.info]
    assert (text(key, "nl") in said) if key else not any("beheerder" in one for one in said)
    if role in {Role.LOOK, LIMITED}:
        acts = [one for one in page.button if one.key and not one.disabled]
        assert not [one for one in acts if one.key.startswith(("undo", "confirm", "rename", "act"))]
    if part == "trail" and not key:
        assert "cm" in str(page.get("arrow_data_frame")) or page.dataframe


@pytest.mark.usefixtures("own_place")
@pytest.mark.parametrize("role", Role)
def test_rows_as_they_came_are_for_who_may_import(signed_in, tmp_path, role):
    made = Monitor(tmp_path)
    header = "ordered_on location_id category channel quantity amount_eur\n"
    made.load(
        "orders", f"{header}2025-01-01 L1 papier web 1 5\n2025-01-02 L1 papier web 1 7vijf7\n"
    )
    made.store.close()
    shutil.copytree(made.store.path, places().own)
    signed_in(role)
    page = opened("data", app.OWN, part="set_aside")
    assert ("7vijf7" in str(page.main) or bool(page.get("download_button"))) is role.covers(
        Role.IMPORT
    )


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("role", [*Role, LIMITED])
@pytest.mark.usefixtures("demo")
def test_each_page_opens_for_each_role_on_the_demo(signed_in, role, page):
    signed_in(role)
    found = opened(page, app.DEMO)
    assert not found.exception
    assert text("access.none", "nl") not in [one.value for one in found.error]


LEADS = {text(f"{key}.load", "nl") for key in ("app.empty", "measurability", "targets.form")}


@pytest.mark.usefixtures("own_place")
@pytest.mark.parametrize("page", ["overview", "contracts", "waterbed", "targets", "measurability"])
def test_who_may_not_read_in_files_is_not_led_to_where_that_is_done(signed_in, monkeypatch, page):
    links, ways = [], {}
    monkeypatch.setattr(st, "page_link", lambda *_, label="", **__: links.append(label))
    for role in (Role.WRITE, Role.IMPORT):
        signed_in(role)
        links.clear()
        found = opened(page, app.OWN)
        assert not found.exception
        said = text("access.refused.import", "nl") in [one.value for one in found.caption]
        ways[role] = not LEADS.isdisjoint(links), said
    assert ways == {Role.WRITE: (False, True), Role.IMPORT: (True, False)}


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.usefixtures("own_place")
def test_no_page_opens_for_who_has_no_access(signed_in, page):
    signed_in(NOBODY)
    found = opened(page, app.OWN)
    assert not found.exception
    assert [one.value for one in found.error] == [text("access.none", "nl")]
    assert not found.dataframe


@pytest.mark.parametrize("page", ["overview", "trends", "targets"])
def test_who_is_limited_opens_a_part_and_sees_nothing_of_the_rest(signed_in, own, page):
    signed_in(LIMITED)
    found = opened(page, app.OWN)
    assert not found.exception
    assert "koffie" not in repr(found.main).lower()
    (part,) = [one for one in snapshots.views(own.absolute()).iterdir() if one.is_dir()]
    store = Store(part)
    with store.read() as db:
        assert db.rows("select distinct category from orders") == [("papier",)]
    store.close()


@pytest.mark.parametrize("filled", [True, False])
@pytest.mark.parametrize(
    ("stated", "unknown"),
    [
        ({"categories": ("papier", "papeir")}, "papeir"),
        ({"organisations": ("Stad", "Staad", "papier")}, "Staad, papier"),
        ({"categories": ("papier",), "organisations": ("Stad",)}, ""),
    ],
)
@pytest.mark.usefixtures("own_place")
def test_a_name_of_the_settings_that_the_data_does_not_know_is_said(
    signed_in, monkeypatch, caplog, of_two, filled, stated, unknown
):
    if filled:
        shutil.copytree(of_two, places().own)
    signed_in(LIMITED)
    service = replace(SERVICE, people=(Fitting(LIMITED, Role.LOOK, **stated),))
    monkeypatch.setattr(sign_in, "service", lambda: (service, None))
    monkeypatch.setattr(ui_session, "_SAID", {})
    names = unknown if filled else ", ".join(name for of in stated.values() for name in of)
    app.make_parts(app.store_of(app.OWN))
    page = opened("trends", app.OWN)
    said = text("access.unknown", "nl", names=names, file="service.toml")
    logged = text("access.unknown_logged", "en", names=names, file="service.toml")
    assert [one.value for one in page.warning] == ([said] if names else [])
    assert (logged in caplog.messages) is bool(names)
    assert "Ask the administrator" not in caplog.text


@pytest.mark.parametrize("role", [*Role, LIMITED, LAPTOP])
def test_where_the_database_stands_is_told_to_who_manages_it(signed_in, own, role):
    signed_in(role)
    page = opened("about", app.OWN)
    assert not page.exception
    said = " ".join(one.value for one in page.markdown)
    assert f"Versie {__version__}" in said.replace("\\", "")
    assert (own.name in said.replace("\\", "")) is (role in {Role.MANAGE, LAPTOP})


@pytest.mark.usefixtures("own")
def test_who_is_signed_in_is_not_asked_for_initials(signed_in):
    signed_in(Role.MANAGE)
    page = opened("data", app.OWN, part="backup")
    assert not [one for one in page.text_input if one.key and one.key.startswith("who_")]


def test_the_parts_are_there_before_anybody_asks_for_them(signed_in, own):
    signed_in(LAPTOP)
    app.make_parts(app.store_of(app.OWN))
    (part,) = snapshots.views(own.absolute()).iterdir()
    assert snapshots.newest(part).of == app.store_of(app.OWN).stamp()
    app.make_parts(Store(own))  # of the own database alone
    assert len(list(part.glob("*.duckdb"))) == 1


def test_an_open_page_of_a_part_hears_of_what_another_process_wrote(signed_in, own, monkeypatch):
    signed_in(LAPTOP)
    store = app.store_of(app.OWN)
    (part,) = app.make_parts(store)
    before = part.version()
    with closing(Store(own)) as other, other.write() as db:
        db.run("update meta set data_version = data_version + 1")
    assert part.version() == before
    monkeypatch.setattr(ahead, "other_pages", lambda _: [])
    ahead.compute(store)
    assert part.version() == store.version() > before


def test_who_may_import_undoes_no_delivery_by_reading_its_file_anew():
    draft = Draft(PROFILE)
    assert reading.needed(draft) is Role.IMPORT
    assert reading.needed(replace(draft, instead_of=1)) is Role.MANAGE
    assert highest([Role.IMPORT, Role.MANAGE, Role.IMPORT]) is Role.MANAGE


@pytest.mark.parametrize("may_change", [False, True])
def test_a_profile_that_is_there_is_replaced_by_who_may_change_it(
    tmp_path, monkeypatch, may_change
):
    monkeypatch.setenv("NAMI_HOME", str(tmp_path))
    store = Store(places().own)
    kept = profile_file(places().profiles, PROFILE.source)
    save_profile(kept, PROFILE, "beheer", store)
    before = kept.read_text("utf-8")
    file = tmp_path / "januari.csv"
    write_month(file, 1, 10)
    offer = SimpleNamespace(path=file, name=file.name, cells=tmp_path / "cells")
    draft = Draft(replace(PROFILE, vat="incl", vat_rate=0.21), answers=Answers.yes())
    job = SimpleNamespace(store=store, who="inlezer")
    assert reading.book(job, offer, draft, may_change=may_change).main.accepted
    assert (kept.read_text("utf-8") != before) is may_change
    store.close()


def test_what_came_of_the_jobs_of_one_person_is_not_told_to_another(signed_in, monkeypatch):
    monkeypatch.setattr(visitor.browser, "number", lambda: "1")
    owners = set()
    for role in (LAPTOP, "import", "manage"):
        signed_in(role)
        owners |= {visitor.owner(), visitor.owner()}
    assert len(owners) == 3
