"""The page of the five conclusions: what stands beside each, and one click that is remembered."""

from dataclasses import replace
from pathlib import Path

import pytest
import streamlit as st

from nami_monitor.core.thresholds import REAL_FALL
from nami_monitor.demo.truth import TRUTH
from nami_monitor.i18n import LANGS, text
from nami_monitor.kit import shipped
from nami_monitor.kpis.over_time import hidden_reductions as falls
from nami_monitor.ui import app, browser
from nami_monitor.ui.pages.conclusions import LESSON
from tests.pages.data_page import checked
from tests.support.app_test import AppTest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.usefixtures("demo")


def opened(lang="nl", who="CM"):
    found = AppTest.from_file(str(ROOT / "pages" / "conclusions.py"), default_timeout=120)
    found.session_state[app.LANGUAGE] = lang
    found.session_state[app.DATA] = app.DEMO
    found.session_state[browser.WHO] = who
    return checked(found.run())


@pytest.mark.parametrize("lang", LANGS)
def test_each_conclusion_has_its_lesson_and_its_own_figures(lang):
    page = opened(lang)
    html = " ".join(one.proto.body for one in page.get("html"))
    for part, name in LESSON.items():
        assert text(f"conclusions.{part}.title", lang) in [one.value for one in page.header]
        assert shipped().lessons[name].words[lang].text in html
    assert len(page.dataframe) == 2
    told = " ".join(one.value for one in page.get("text"))
    assert TRUTH.fallen_group in told
    assert text("conclusions.unknowingly.none", lang) not in [one.value for one in page.info]


@pytest.mark.usefixtures("fresh_cache")
def test_without_a_fall_conclusion_five_says_so(monkeypatch):
    monkeypatch.setattr(falls, "REAL_FALL", replace(REAL_FALL, value=0.9))
    said = [one.value for one in opened().info]
    assert text("conclusions.unknowingly.none", "nl") in said


def test_roles_are_named_in_the_language_of_the_page():
    for lang, role in (("nl", "duurzaamheid"), ("en", "sustainability")):
        missing = opened(lang).dataframe[0].value[text("conclusions.disciplines.missing", lang)]
        assert any(role in (one or "").split(", ") for one in missing)


def test_falls_are_counted_and_lead_to_their_lines(monkeypatch):
    led = []
    monkeypatch.setattr(st, "page_link", lambda page, **how: led.append((page, how)))
    opened()
    asked = [how["query_params"] for page, how in led if page.url_path == "trace"]
    assert ["aha_reductions"] in [found["kpi"] for found in asked]


@pytest.mark.slow
@pytest.mark.usefixtures("fresh_cache")
def test_a_fall_is_confirmed_with_one_click_and_taken_back(monkeypatch):
    monkeypatch.setattr(falls, "REAL_FALL", replace(REAL_FALL, value=0.01))
    page = opened()
    count = sum(one.key.endswith("_confirmed") for one in page.button if one.key)
    assert count > 0
    checked(page.button(key="aha_0_confirmed").click().run())
    assert text("conclusions.unknowingly.kept", "nl") in [one.value for one in page.success]
    assert sum(one.key.endswith("_confirmed") for one in page.button if one.key) == count - 1
    again = opened()
    assert sum(one.key.endswith("_confirmed") for one in again.button if one.key) == count - 1
    checked(again.button(key="aha_back_0").click().run())
    assert sum(one.key.endswith("_confirmed") for one in again.button if one.key) == count


@pytest.mark.usefixtures("fresh_cache")
def test_the_demo_is_answered_without_saying_who(monkeypatch):
    monkeypatch.setattr(falls, "REAL_FALL", replace(REAL_FALL, value=0.01))
    page = opened(who="")
    checked(page.button(key="aha_0_rejected").click().run())
    assert text("conclusions.unknowingly.kept", "nl") in [one.value for one in page.success]
    assert "demo" in " ".join(one.value for one in page.get("text"))
