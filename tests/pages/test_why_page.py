"""Why did it change, the funnel and the spend bridge, as pages show them."""

from pathlib import Path

import pytest

from nami_monitor.ui import app
from tests.support.app_test import AppTest

ROOT = Path(__file__).parents[2]


pytestmark = pytest.mark.usefixtures("demo")


def opened(page, lang="nl", **address):
    found = AppTest.from_file(str(ROOT / "pages" / f"{page}.py"), default_timeout=60)
    found.session_state[app.LANGUAGE] = lang
    found.session_state[app.DATA] = app.DEMO
    for key, value in address.items():
        found.query_params[key] = value
    found.run()
    assert not found.exception, found.exception
    assert not found.error, [e.value for e in found.error]
    return found


def said(found):
    return " ".join([*(e.value for e in found.text), *(e.value for e in found.caption)])


def html(found):
    return " ".join(e.proto.body for e in found.get("html"))


def test_contributions_stand_below_the_chart_and_their_table_where_a_reader_asks():
    found = opened("trends")
    assert "filter.against" in {box.key for box in found.selectbox}
    assert "<thead>" not in html(found)
    found.button(key="why_toggle").click().run()
    assert "<thead>" in html(found)


def test_each_contribution_links_to_its_own_trend():
    found = opened("trends", split="channel", against="previous")
    found.button(key="why_toggle").click().run()
    assert "tellen precies op" in said(found)
    assert "category=office_supplies&amp;channel=cabinet" in html(found)


def test_a_kpi_that_cannot_be_split_says_why():
    found = opened("trends", kpi="reduce_survival", category="it_assets")
    assert "schatting over alle apparaten samen" in said(found) + html(found)


def test_a_filter_of_the_address_is_said_and_can_be_dropped():
    found = opened("trends", location="ZL-001")
    assert "Locatie: Kantoor Lichtenhoek" in said(found)
    found.button(key="why_clear").click().run()
    assert "Kantoor Lichtenhoek" not in said(found)


def test_a_name_from_a_file_is_never_markup():
    found = opened("trends", location="<script>alert(1)</script>")
    assert "<script>alert" not in html(found)


def test_locations_are_compared_where_they_can_be():
    found = opened("trends", funnel="true", kpi="reduce_spend_per_activity")
    assert "geen ranglijst" in said(found)
    none = opened("trends", funnel="true", kpi="impact_spend")
    assert "geen ranglijst" not in said(none)


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_the_references_of_december_stand_beside_it(lang):
    found = opened("trends", lang, kpi="steer_year_end_share", period="year")
    assert ("8,33" if lang == "nl" else "8.33") in said(found)


@pytest.mark.parametrize("period", ["month", "quarter", "year", "ytd", "r12"])
def test_the_bridge_is_a_split_of_spend_that_shows_its_parts_or_says_why_not(period):
    found = opened("trends", kpi="impact_spend", split="bridge", period=period)
    assert "bridge_toggle" in {button.key for button in found.button} or found.info
    whole = opened("trends", kpi="impact_volume", category="")
    assert "bridge" not in whole.selectbox(key="filter.split").options
