"""The page of the inspiration kit: searched, chosen, mailed, and tied to what categories show."""

from html import escape
from pathlib import Path

import pytest

from nami_monitor.i18n import LANGS, text
from nami_monitor.kit import shipped
from nami_monitor.ui import app
from tests.pages.data_page import checked
from tests.support.app_test import AppTest

ROOT = Path(__file__).parents[2]
LESSONS = shipped().lessons
pytestmark = pytest.mark.usefixtures("own_place")


def opened(lang="nl", data=app.DEMO, **query):
    found = AppTest.from_file(str(ROOT / "pages" / "kit.py"), default_timeout=120)
    found.session_state[app.LANGUAGE] = lang
    found.session_state[app.DATA] = data
    for key, value in query.items():
        found.query_params[key] = value
    return checked(found.run())


def shown(page):
    html = " ".join(one.proto.body for one in page.get("html"))
    return [name for name in LESSONS if f'id="{name}"' in html], html


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("number", shipped().cases)
def test_a_case_has_its_context_and_all_its_lessons(lang, number):
    page = opened(lang, app.OWN, case=str(number))
    words = shipped().cases[number].words[lang]
    said = [one.value for one in page.markdown]
    assert words.context in said
    assert words.approach in said
    for toggle in page.toggle:
        toggle.set_value(True)
    names, _ = shown(checked(page.run()))
    assert set(names) == {name for name, one in LESSONS.items() if number in one.cases}


def test_words_are_searched_in_spite_of_a_slip_and_stand_in_the_address():
    page = opened(data=app.OWN, q="webwinkl")
    names, html = shown(page)
    assert "web-shop-filled-the-cabinet" in names
    assert escape(LESSONS["web-shop-filled-the-cabinet"].words["nl"].text) in html
    page.text_input(key="filter.q").set_value("goodies")
    checked(page.run())
    assert page.query_params["q"] in ("goodies", ["goodies"])
    assert "events-no-goodies" in shown(page)[0]


def test_filters_keep_what_fits_all_of_them():
    page = opened(data=app.OWN, kind="conclusion")
    assert len(shown(page)[0]) == 5
    page = opened(data=app.OWN, case="6", strategy="reduce", dimension="behavioural")
    for name in shown(page)[0]:
        assert 6 in LESSONS[name].cases
        assert "reduce" in LESSONS[name].strategies
    page = opened(data=app.OWN, kind="'; drop", case="77", signal="no_signal")
    assert page.selectbox(key="filter.kind").value == ""


def test_nothing_found_says_what_to_do():
    page = opened(data=app.OWN, q="xyzzyq")
    assert text("kit.nothing", "nl") in [one.value for one in page.info]
    assert shown(page)[0] == []


def test_only_the_first_lessons_stand_open_until_all_are_asked_for():
    page = opened(data=app.OWN)
    assert len(shown(page)[0]) == 12
    page.toggle(key="kit_all").set_value(True)
    assert set(shown(checked(page.run()))[0]) == set(LESSONS)


def test_markup_in_a_search_is_not_carried_out():
    page = opened(data=app.OWN, q="<script>alert(1)</script>")
    assert "alert(1)" not in shown(page)[1]


def test_advice_says_so_and_cases_that_disagree_name_each_other():
    _, html = shown(opened(data=app.OWN, signal="effect_fading"))
    assert text("kit.lesson.advice", "nl") in html
    _, html = shown(opened(data=app.OWN, q="strategisch middel inkoop", case="2"))
    assert LESSONS["purchasing-facilitates"].words["nl"].title in html
