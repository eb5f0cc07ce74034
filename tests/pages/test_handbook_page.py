"""The handbook in the app, the link to it, and the border of a changed definition in a trend."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import streamlit as st

from nami_monitor import i18n
from nami_monitor.i18n import LANGS, text
from nami_monitor.kpis import CATALOGUE
from nami_monitor.kpis.declare import Change
from nami_monitor.ui import app
from tests.support.app_test import AppTest

ROOT = Path(__file__).parents[2]


pytestmark = pytest.mark.usefixtures("demo")


def opened(page, lang, **query):
    found = AppTest.from_file(str(ROOT / "pages" / f"{page}.py"), default_timeout=60)
    found.session_state[app.LANGUAGE] = lang
    found.session_state[app.DATA] = app.DEMO
    for key, value in query.items():
        found.query_params[key] = value
    return found.run()


@pytest.mark.parametrize("lang", LANGS)
def test_the_address_chooses_the_entry(lang):
    found = opened("handbook", lang, kpi="reduce_survival")
    assert not found.exception, found.exception
    assert found.header[0].value == text("kpis.reduce_survival.name", lang)
    said = " ".join(one.value for one in found.markdown)
    assert text("kpis.reduce_survival.says_not", lang) in said
    assert "`assets.warranty_until`" in said


def test_a_trend_leads_to_its_entry(monkeypatch):
    led = []
    monkeypatch.setattr(st, "page_link", lambda page, **how: led.append((page, how)))
    assert not opened("trends", "nl", kpi="impact_mass").exception
    (how,) = [how for page, how in led if page.url_path == "handbook"]
    assert how["query_params"] == {"kpi": "impact_mass"}
    assert how["label"] == text("trends.how", "nl")


@pytest.mark.usefixtures("fresh_cache")
def test_a_trend_shows_where_its_definition_changed(monkeypatch):
    changed = replace(CATALOGUE["impact_spend"], history=(Change(2, date(2026, 5, 1)),))
    monkeypatch.setitem(CATALOGUE, "impact_spend", changed)
    what = "Retouren tellen in de maand van de bestelling."
    more = {**i18n.catalogue("nl"), "kpis.impact_spend.changes.2": what}
    monkeypatch.setattr(i18n, "catalogue", lambda _: more)
    found = opened("trends", "nl", kpi="impact_spend")
    found.session_state["trend_as_table_shown"] = True
    found.run()
    assert not found.exception, found.exception
    assert what in " ".join(one.value for one in found.caption)
    assert "Definitie: versie 2" in found.get("vega_lite_chart")[0].proto.spec


@pytest.mark.parametrize("code", ["steer_target_attainment", "refuse_rate", "reduce_survival"])
def test_a_trend_offers_only_what_the_kpi_can_be_grouped_by(code):
    found = opened("trends", "nl", kpi=code)
    offered = [one.rpartition(": ")[2] for one in found.selectbox(key="filter.by").options]
    assert text("dimensions.category", "nl") in offered
    assert text("dimensions.channel", "nl") not in offered
    by = "decision" if code == "refuse_rate" else "category"
    assert not opened("trends", "nl", kpi=code, by=by).exception
