"""The month of a page: what it speaks of, a month without data, and phases that are accepted."""

import pytest

from nami_monitor.i18n import LANGS
from nami_monitor.ui import app
from tests.pages.test_waterbed_page import ROOT, grids, press, run, words
from tests.support.app_test import AppTest

pytestmark = pytest.mark.usefixtures("demo")

PAGES = (
    "overview", "trends", "waterbed", "targets", "measurability", "conclusions", "case",
    "presentation", "requests", "assets", "contracts",
)  # fmt: skip


def opened(page, lang="nl", **address):
    found = AppTest.from_file(str(ROOT / "pages" / f"{page}.py"), default_timeout=120)
    found.session_state[app.LANGUAGE] = lang
    found.session_state[app.DATA] = app.DEMO
    for key, value in address.items():
        found.query_params[key] = value
    return run(found)


def infos(found):
    return [one.value for one in found.info]


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_a_link_to_a_month_without_data_says_so(page):
    (said,) = [one for one in infos(opened(page, month="2091-01")) if "2091-01" in one]
    assert said.startswith("Over 2091-01 zijn er geen gegevens.")
    assert "2026" in said or page == "contracts"


@pytest.mark.slow
@pytest.mark.parametrize("lang", LANGS)
def test_measurability_speaks_as_of_its_month(lang):
    found = opened("measurability", lang, month="2023-06")
    assert "2023" in words(found)
    assert "2026" not in words(found)


def test_a_measure_that_had_not_begun_is_no_part_of_the_conclusions():
    late, early = (" ".join(grids(opened("conclusions", month=m))) for m in ("2026-10", "2024-06"))
    assert "Zuinige handdoekdispensers" in late
    assert "Zuinige handdoekdispensers" not in early
    assert "Eerst refurbished" in early


@pytest.mark.slow
def test_targets_are_judged_as_of_the_month():
    late, early = (grids(opened("targets", month=month)) for month in ("2026-10", "2024-06"))
    assert any("okt 2026" in cell for cell in late)
    assert not any("okt 2026" in cell for cell in early)


@pytest.mark.slow
def test_a_case_speaks_as_of_the_month():
    late, early = (words(opened("case", case="7", month=month)) for month in ("2026-10", "2024-06"))
    assert late != early
    assert "2026" not in early


@pytest.mark.slow
def test_a_new_phase_is_accepted_and_undone():
    found = opened("trends", category="office_supplies", kpi="impact_spend")
    assert "Assortiment van de voorraadkasten ingekort" in words(found)
    press(found, "Ja, vanaf dan normaal")
    assert "Vanaf jun 2023 geldt een nieuwe fase" in words(run(found))
    assert "Geldt wat daarna kwam" not in words(found)
    press(found, "Maak ongedaan")
    assert "Geldt wat daarna kwam" in words(run(found))


def test_no_phase_is_offered_of_parts():
    for address in ({"by": "channel"}, {"period": "quarter"}):
        found = opened("trends", **({"category": "office_supplies"} | address))
        assert "Geldt wat daarna kwam" not in words(found)
