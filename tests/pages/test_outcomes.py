"""What runs for a visitor and what came of it, on every page; and who changes data."""

import datetime as dt
from pathlib import Path

import pytest

from nami_monitor.core.errors import DatabaseHeldError
from nami_monitor.core.settings import places
from nami_monitor.i18n import LANGS, text
from nami_monitor.ingest.book import manual_entry
from nami_monitor.store import Store
from nami_monitor.ui import app, browser, outcomes
from nami_monitor.ui.jobs import JOBS, Job, Outcome
from tests.pages.data_page import checked, labelled, press, rows, words
from tests.support.app_test import AppTest
from tests.support.entries import enter

ROOT = Path(__file__).parents[2]
NUMBER = "0123456789abcdef" * 2


@pytest.fixture
def masters(own_place):  # noqa: ARG001 - the place must be there first
    store = Store(places().own)
    enter(store, "categories", {"category": "it", "name_nl": "IT", "name_en": "IT"}, "cm")
    enter(store, "locations", {"location_id": "A", "name": "Almere", "organisation": "O"}, "cm")
    store.close()


@pytest.fixture
def remembering(monkeypatch):
    """A browser that comes back: every session of the test is one of it."""
    kept = {browser.BROWSER_COOKIE: NUMBER}
    monkeypatch.setattr(browser, "cookies", lambda: kept)
    yield kept
    JOBS._by_browser.pop(NUMBER, None)


def opened(page, lang="nl", who="cm", data=app.OWN):
    found = AppTest.from_file(str(ROOT / "pages" / f"{page}.py"), default_timeout=60)
    found.session_state[app.LANGUAGE] = lang
    found.session_state[app.DATA] = data
    if who is not None:
        found.session_state[browser.WHO] = who
    return checked(found.run())


def set_a_target(page, value="12,5"):
    labelled(page.selectbox, "Indicator").set_value("refuse_rate")
    labelled(page.selectbox, "Categorie").set_value("it")
    labelled(page.text_input, "Waarde die gehaald").set_value(value)
    checked(page.run())
    return press(page, "Leg het doel vast")


def has_button(page, label):
    return any(button.label == label for button in page.button)


@pytest.mark.usefixtures("masters", "remembering")
def test_an_outcome_stands_on_every_page_and_in_each_language_until_it_is_dismissed():
    set_a_target(opened("targets"))
    for page in ("data", "about", "requests"):
        assert "Het doel is vastgelegd. Dit is levering 3." in words(opened(page))
    english = opened("about", "en")
    assert "This is delivery 3." in words(english)
    press(english, text("jobs.dismiss", "en"))
    assert "This is delivery 3." not in words(english)
    assert "Dit is levering 3." not in words(opened("targets"))


@pytest.mark.usefixtures("masters", "remembering")
def test_a_delivery_is_undone_beside_the_message_of_it_with_one_outcome():
    page = set_a_target(opened("targets"))
    press(page, text("jobs.undo", "nl"))
    assert rows("select count(*) from targets") == [(0,)]
    assert rows("select undone_by from batches where batch = 3") == [("cm",)]
    (said,) = page.success
    assert said.value == "Levering 3 (targets refuse_rate it absolute 2026) is ongedaan gemaakt."
    assert not page.error
    assert not has_button(page, text("jobs.undo", "nl"))


@pytest.mark.slow
@pytest.mark.usefixtures("masters", "remembering")
def test_undoing_on_the_data_page_shows_one_outcome():
    set_a_target(opened("targets"))
    page = AppTest.from_file(str(ROOT / "pages" / "data.py"), default_timeout=60)
    page.session_state[app.LANGUAGE] = "nl"
    page.session_state[app.DATA] = app.OWN
    page.session_state[browser.WHO] = "cm"
    page.query_params["part"] = "batches"
    checked(page.run())
    labelled(page.selectbox, "Bekijk een levering").select_index(0)
    checked(page.run())
    labelled(page.toggle, "Levering 3 ongedaan maken").set_value(True)
    checked(page.run())
    press(page, "Maak levering 3 ongedaan")
    assert [said.value for said in page.success] == [
        "Levering 3 (targets refuse_rate it absolute 2026) is ongedaan gemaakt."
    ]
    assert not page.error
    checked(page.run())
    assert len(page.success) == 1
    assert not page.error


@pytest.mark.slow
@pytest.mark.usefixtures("masters", "remembering")
def test_a_refusal_waits_too_and_makes_way_for_what_is_booked_after_it():
    page = opened("requests")
    labelled(page.selectbox, "Locatie").set_value("A")
    labelled(page.date_input, "Besluitdatum").set_value(dt.date(2020, 1, 1))
    press(page, "Boek de aanvraag")
    assert "ligt voor de aanvraag" in words(opened("about"))
    labelled(page.date_input, "Besluitdatum").set_value(dt.date.today())  # noqa: DTZ011
    press(page, "Boek de aanvraag")
    assert not page.error
    assert "is geboekt" in words(opened("about"))


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.usefixtures("masters", "remembering")
def test_a_busy_writer_is_named_and_the_work_can_be_tried_again(lang, monkeypatch):
    with monkeypatch.context() as busy:

        def held(*_, **__):
            raise DatabaseHeldError("own", what="import", who="ab", since="9:00", pid=1)

        busy.setattr(manual_entry, "import_file", held)
        page = set_a_target(opened("targets"))
        (said,) = page.error
        assert "wordt er een bestand ingelezen (door: ab;" in said.value
    elsewhere = opened("about", lang)
    assert len(elsewhere.error) == 1
    press(elsewhere, text("jobs.again", lang))
    assert not elsewhere.error
    assert rows("select value from targets") == [(12.5,)]


@pytest.mark.usefixtures("masters", "remembering")
def test_an_error_in_the_monitor_is_told_as_a_sentence(monkeypatch):
    def broken(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr(manual_entry, "import_file", broken)
    page = set_a_target(opened("targets"))
    assert "door een fout in de monitor" in words(page)
    assert "ZeroDivision" not in words(page)


@pytest.mark.usefixtures("masters")
def test_nobody_changes_data_without_saying_who_and_is_asked_beside_the_button():
    page = set_a_target(opened("targets", who=""))
    assert rows("select count(*) from targets") == [(0,)]
    assert "Vul eerst uw rol" in words(page)
    page.text_input(key="who_for_target_book").set_value("mvo")
    checked(page.run())
    press(page, "Leg het doel vast")
    assert rows("select who from batches order by batch desc limit 1") == [("mvo",)]


@pytest.mark.usefixtures("masters")
def test_who_changes_data_is_remembered_by_the_browser_and_can_be_changed(remembering):
    remembering[browser.WHO_COOKIE] = "team%20inkoop"
    page = opened("targets", who=None)
    assert "U boekt als team inkoop." in words(page)
    assert not [field for field in page.text_input if field.label.startswith("Uw rol")]
    press(page, text("data.who.change", "nl"))
    labelled(page.text_input, "Uw rol").set_value("cm")
    checked(page.run())
    assert "U boekt als cm." in words(page)
    assert '["nami_who", "cm"]' in browser_script(page)


def browser_script(page):
    return next(
        part.proto.body for part in page.get("html") if "document.cookie" in part.proto.body
    )


@pytest.mark.slow
@pytest.mark.usefixtures("demo")
def test_the_demo_is_changed_without_saying_who():
    page = opened("targets", who="", data=app.DEMO)
    labelled(page.text_input, "Waarde die gehaald").set_value("12")
    checked(page.run())
    press(page, "Leg het doel vast")
    assert "Het doel is vastgelegd." in words(page)
    with app.store_of(app.DEMO).read() as db:
        assert db.value("select who from batches order by batch desc limit 1") == "demo"


@pytest.mark.usefixtures("masters", "remembering")
def test_a_press_that_no_page_acted_on_is_told():
    page = opened("about")
    page.session_state[outcomes.PRESS] = outcomes.Press("target_book", "Leg vast", "targets.title")
    checked(page.run())
    assert "Er is niets geboekt" in words(page)
    assert "Leg vast" in words(page)
    checked(page.run())
    assert len(page.error) == 1


@pytest.mark.usefixtures("masters", "remembering")
def test_a_press_that_was_cut_short_on_its_page_is_acted_on():
    page = opened("targets")
    labelled(page.selectbox, "Indicator").set_value("refuse_rate")
    labelled(page.text_input, "Waarde die gehaald").set_value("9")
    page.session_state[outcomes.PRESS] = outcomes.Press(
        "target_book", "Leg het doel vast", "targets.title"
    )
    checked(page.run())
    assert rows("select value from targets") == [(9.0,)]


@pytest.mark.usefixtures("masters", "remembering")
def test_while_it_runs_it_is_told_how_far_it_is():
    page = opened("about")
    with app.store_of(app.OWN).read():
        pass
    going = Job("files", app.store_of(app.OWN), "cm", lambda _: "Bestanden…", lambda _: Outcome())
    going.total, going.done = 4, 1
    JOBS._by_browser.setdefault(NUMBER, []).append(going)
    checked(page.run())
    assert "Bestanden… 1 van 4" in str(page.get("progress")[0].proto)
    going.run()
    checked(page.run())
    assert not page.get("progress")
