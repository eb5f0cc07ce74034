"""The page on measurability: what can be computed, and what to load next."""

from pathlib import Path

import pytest

from nami_monitor.briefing import measuring
from nami_monitor.core.settings import places
from nami_monitor.i18n import LANGS, catalogue
from nami_monitor.kpis import CATALOGUE
from nami_monitor.kpis.measurability import measurability
from nami_monitor.store import Store
from nami_monitor.ui import app
from tests.pages.data_page import checked, words
from tests.support.app_test import AppTest
from tests.support.entries import enter

ROOT = Path(__file__).parents[2]


def opened(lang="nl", data=app.DEMO, **more):
    found = AppTest.from_file(str(ROOT / "pages" / "measurability.py"), default_timeout=60)
    found.session_state[app.LANGUAGE] = lang
    found.session_state[app.DATA] = data
    for key, value in more.items():
        found.query_params[key] = value
    return checked(found.run())


@pytest.mark.slow
def test_every_figure_of_every_category_stands_in_the_tables(demo):
    page = opened()
    unlocks, matrix, reasons = (frame.value for frame in page.dataframe)
    store = Store(demo)
    with store.read() as db:
        made = measurability(db, measuring.watched())
    store.close()
    assert len(reasons) == len(made.cells)
    assert matrix.shape == (len(CATALOGUE), 1 + len(made.categories))
    assert list(unlocks["Cijfers erbij"]) == [len(one.alone) for one in made.unlocks]
    spend = reasons[(reasons["Categorie"] == "IT-middelen") & (reasons["Indicator"] == "Uitgaven")]
    assert list(spend["Stand"]) == ["✓ te berekenen"]
    rate = matrix[matrix["Indicator"] == "Aandeel opgelost zonder aankoop"]
    assert list(rate["IT-middelen"]) == ["✓ 100\N{NO-BREAK SPACE}% A"]
    assert list(rate["Stembiljetten"]) == [catalogue("nl")["measurability.signs.not_applicable"]]
    ballots = reasons[reasons["Categorie"] == "Stembiljetten"]
    excused = ballots[ballots["Stand"] == catalogue("nl")["measurability.states.not_applicable"]]
    assert all("Kieswet" in why for why in excused["Reden"])
    assert len(excused)


@pytest.mark.slow
@pytest.mark.usefixtures("demo")
def test_one_category_has_no_matrix_and_its_own_advice():
    page = opened("en", category="it_assets")
    unlocks, reasons = (frame.value for frame in page.dataframe)
    assert set(reasons["Category"]) == {"IT assets"}
    assert len(reasons) == len(CATALOGUE)
    assert (unlocks[catalogue("en")["measurability.heads.alone"]] > 0).any()


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.usefixtures("own_place")
def test_without_rows_the_page_says_what_to_load(lang):
    store = Store(places().own)
    enter(store, "categories", {"category": "it", "name_nl": "IT", "name_en": "IT"}, "cm")
    store.close()
    page = opened(lang, app.OWN)
    assert catalogue(lang)["measurability.nothing"] in words(page)
    assert not page.dataframe


@pytest.mark.slow
def test_what_only_some_categories_are_about_is_asked_of_those(demo):
    store = Store(demo)
    with store.read() as db:
        made = measurability(db, measuring.watched())
        everywhere = measurability(db)
    store.close()

    def asked(found, code):
        return {cell.category for cell in found.cells if cell.kpi.code == code and cell.lacks}

    assert "sanitary_supplies" in asked(everywhere, "refuse_polymer_infill")
    assert "sanitary_supplies" not in asked(made, "refuse_polymer_infill")
    assert asked(made, "refuse_stock_per_location") == asked(
        everywhere, "refuse_stock_per_location"
    )
