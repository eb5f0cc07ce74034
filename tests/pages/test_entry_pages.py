"""Requests and targets entered on their pages, and what is told when that cannot be."""

import datetime as dt
from pathlib import Path

import pytest

from nami_monitor.core.settings import places
from nami_monitor.i18n import catalogue, text
from nami_monitor.store import Store
from nami_monitor.ui import app, browser
from tests.pages.data_page import checked, labelled, press, rows, words
from tests.support.app_test import AppTest
from tests.support.databases import copy_database
from tests.support.entries import enter

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.usefixtures("own_place")


@pytest.fixture(scope="module")
def masters(tmp_path_factory):
    """The file of a database with two categories and a location."""
    store = Store(tmp_path_factory.mktemp("masters") / "own.duckdb")
    for code, name in (("paper", "Papier"), ("it", "IT-middelen")):
        enter(store, "categories", {"category": code, "name_nl": name, "name_en": code}, "cm")
    enter(store, "locations", {"location_id": "A", "name": "Almere", "organisation": "O"}, "cm")
    store.close()
    return store.path


@pytest.fixture(autouse=True)
def _own(own_place, masters):  # noqa: ARG001 - the place must be there first
    places().own.parent.mkdir(parents=True, exist_ok=True)
    copy_database(masters, places().own)


def opened(page, lang="nl", who="cm"):
    found = AppTest.from_file(str(ROOT / "pages" / f"{page}.py"), default_timeout=60)
    found.session_state[app.LANGUAGE] = lang
    found.session_state[app.DATA] = app.OWN
    found.session_state[browser.WHO] = who
    return checked(found.run())


def choose(elements, label, value):
    labelled(elements, label).set_value(value)


@pytest.mark.parametrize(
    ("page", "lang"), [("assets", "nl"), ("contracts", "en"), ("requests", "nl"), ("targets", "en")]
)
def test_a_page_without_entries_says_what_to_load(page, lang):
    found = opened(page, lang)
    key = "targets.empty" if page == "targets" else f"{page}.empty.words"
    assert catalogue(lang)[key] in words(found)


def test_the_first_request_is_entered_below_what_asks_for_it():
    *_, asked, form = opened("requests").main.children.values()
    assert "Voer hieronder aanvragen in" in asked.markdown[0].value
    assert form.label == catalogue("nl")["requests.form.title"]


def test_a_request_is_booked_and_counts():
    page = opened("requests")
    choose(page.selectbox, "Categorie", "it")
    choose(page.selectbox, "Besluit", "from_stock")
    checked(page.run())
    choose(page.text_input, "Aanvraagnummer", "M-1")
    choose(page.selectbox, "Locatie", "A")
    choose(page.number_input, "Aantal", 4.0)
    choose(page.number_input, "Aantal vermeden", 3.0)
    choose(page.text_input, "Reden", "lag er nog")
    press(page, "Boek de aanvraag")
    assert "Aanvraag M-1 is geboekt." in words(page)
    stored = "select location_id, category, quantity, quantity_avoided, decision from requests"
    assert rows(stored) == [("A", "it", 4.0, 3.0, "from_stock")]
    assert rows("select who, source from batches order by batch desc limit 1") == [("cm", "form")]
    assert page.title[0].value.startswith("100\xa0% van de aanvragen is zonder inkoop opgelost")
    assert "staat een aanvraag in het register" in words(page)
    assert "ingevoerd" in [str(v) for frame in page.dataframe for v in frame.value.to_numpy().flat]


@pytest.mark.parametrize(
    ("filled", "who", "said"),
    [
        ({}, "cm", "Kies een locatie."),
        ({"Locatie": "A", "Reden": "vraag piet@voorbeeld.nl"}, "cm", "e-mailadres"),
        ({"Locatie": "A"}, "", "Vul eerst uw rol"),
        ({"Locatie": "A", "Besluitdatum": dt.date(2020, 1, 1)}, "cm", "ligt voor de aanvraag"),
        ({"Locatie": "A", "Aantal vermeden": 9.0}, "cm", "niet meer vermeden"),
    ],
)
def test_a_request_that_is_not_in_order_is_refused_with_a_sentence(filled, who, said):
    page = opened("requests", who=who)
    for label, value in filled.items():
        fields = [*page.selectbox, *page.text_input, *page.number_input, *page.date_input]
        choose(fields, label, value)
    press(page, "Boek de aanvraag")
    assert said in " ".join(error.value for error in page.error)
    assert rows("select count(*) from requests") == [(0,)]


@pytest.mark.slow
def test_a_known_number_is_not_replaced_unasked():
    for replace in (False, True):
        page = opened("requests")
        choose(page.text_input, "Aanvraagnummer", "M-1")
        choose(page.selectbox, "Locatie", "A")
        choose(page.number_input, "Aantal", 7.0 if replace else 2.0)
        press(page, "Boek de aanvraag")
        if replace:
            assert "staat er al" in " ".join(error.value for error in page.error)
            labelled(page.checkbox, "Een eerdere aanvraag").check()
            press(page, "Boek de aanvraag")
    assert rows("select quantity from requests") == [(7.0,)]


@pytest.mark.slow
def test_a_target_is_set_changed_and_withdrawn_and_history_tells_it():
    page = opened("targets")
    choose(page.selectbox, "Indicator", "refuse_rate")
    choose(page.selectbox, "Categorie", "it")
    choose(page.text_input, "Waarde die gehaald", "12,5")
    choose(page.text_input, "Waar is dit", "Inkoopplan")
    checked(page.run())
    press(page, "Leg het doel vast")
    assert rows("select kpi, category, kind, value, source from targets") == [
        ("refuse_rate", "it", "absolute", 12.5, "Inkoopplan")
    ]
    assert "Dit vervangt het doel" in words(page)
    fields = [one for one in page.text_input if one.label.startswith("Waarde die gehaald")]
    fields[-1].set_value("15")
    press(page, "Wijzig het doel")
    assert rows("select value from targets") == [(15.0,)]
    press(page, "Trek het doel in")
    assert rows("select count(*) from targets") == [(0,)]
    table = page.dataframe[-1].value if page.dataframe else None
    told = [str(v) for frame in page.dataframe for v in frame.value.to_numpy().flat]
    assert table is not None
    assert {"gesteld", "gewijzigd", "ingetrokken"} <= set(told)


def test_two_targets_for_one_year_are_told_with_what_to_do():
    store = Store(places().own)
    goal = {"kpi": "impact_spend", "category": "it", "period": "2026"}
    enter(store, "targets", {**goal, "kind": "absolute", "value": 1000}, "cm")
    enter(store, "targets", {**goal, "kind": "change_from_baseline", "value": -10,
                             "baseline_period": "2025"}, "cm")  # fmt: skip
    store.close()
    (said,) = (one.value for one in opened("targets").warning)
    assert "tegenspreken" in said
    assert "Uitgaven, IT-middelen, 2026" in said
    assert "1.000" in said
    assert said.endswith("trek het andere hieronder in.")


def test_an_asset_retired_before_it_was_bought_is_told():
    store = Store(places().own)
    asset = {"category": "it", "location_id": "A"}
    for code, bought in (("A1", dt.date(2024, 10, 10)), ("A2", dt.date(2024, 10, 11))):
        enter(store, "assets", {**asset, "asset_id": code, "acquired_on": bought}, "cm")
    retired = {"asset_id": "A1", "happened_on": dt.date(2024, 9, 9), "kind": "retired"}
    enter(store, "asset_events", retired, "cm")
    store.close()
    (said,) = (one.value for one in opened("assets", "en").warning)
    assert said == text("assets.spoilt", "en", n=1)


def test_a_value_that_is_no_number_is_told():
    page = opened("targets")
    choose(page.text_input, "Waarde die gehaald", "veel")
    checked(page.run())
    press(page, "Leg het doel vast")
    assert "“veel” is geen getal" in " ".join(error.value for error in page.error)


def test_a_strategy_is_recorded_as_not_applicable_and_applies_again():
    page = opened("targets")
    press(page, "Leg vast: niet van toepassing")
    assert "Vul een reden in" in " ".join(error.value for error in page.error)
    choose(page.text_input, "Reden", "De wet schrijft papier voor")
    choose(page.text_input, "Wettelijke basis", "Kieswet")
    press(page, "Leg vast: niet van toepassing")
    stored = "select refuse_applies, refuse_reason, refuse_legal_basis from category_facts"
    assert (False, "De wet schrijft papier voor", "Kieswet") in rows(stored)
    press(page, "Weer van toepassing")
    assert not [row for row in rows(stored) if row[0] is False]
