"""Beside a trend: lessons that are opened from the list, and notes that are written and changed."""

from pathlib import Path

import pytest

from nami_monitor.briefing.notes import notes
from nami_monitor.i18n import catalogue, text
from nami_monitor.kit import shipped
from nami_monitor.store import Store
from nami_monitor.ui import app, browser
from tests.pages.data_page import checked
from tests.support.app_test import AppTest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.usefixtures("demo")


def opened(lang="nl", who="CM", **query):
    found = AppTest.from_file(str(ROOT / "pages" / "trends.py"), default_timeout=120)
    found.session_state[app.LANGUAGE] = lang
    found.session_state[app.DATA] = app.DEMO
    found.session_state[browser.WHO] = who
    asked = {"kpi": "reduce_volume_per_activity", "category": "office_supplies"} | query
    for key, value in asked.items():
        found.query_params[key] = value
    return checked(found.run())


def html(page):
    return " ".join(one.proto.body for one in page.get("html"))


def standing(demo):
    store = Store(demo)
    with store.read() as db:
        found = notes(db)
    store.close()
    return found


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_the_list_opens_a_lesson_with_its_case_its_reason_and_what_to_try(lang):
    page = opened(lang)
    lessons = page.radio(key="trend_lesson")
    assert [label[:2] for label in lessons.options[:3]] == ["L1", "L2", "L3"]
    waterbed = shipped().lessons["web-shop-filled-the-cabinet"].words[lang]
    assert lessons.value == "web-shop-filled-the-cabinet"
    said = html(page)
    for part in (waterbed.title, waterbed.text, waterbed.to_try, "UWV"):
        assert part in said
    assert text("kit.lesson.why", lang) in said
    other = "office-greener-cabinet-strict-shop"
    checked(lessons.set_value(other).run())
    assert shipped().lessons[other].words[lang].text in html(page)
    assert waterbed.text not in html(page)


def test_a_click_on_a_marker_opens_its_lesson_and_a_note_its_fields(demo):
    page = opened()
    page.session_state["trend_lesson_asked"] = "L2"
    checked(page.run())
    second = page.radio(key="trend_lesson").options[1]
    assert page.radio(key="trend_lesson").value in shipped().lessons
    assert shipped().lessons[page.radio(key="trend_lesson").value].words["nl"].title in second
    page.session_state["trend_lesson_asked"] = "L9"
    checked(page.run())
    assert standing(demo) == ()


@pytest.mark.slow
def test_a_note_is_written_changed_and_withdrawn(demo):
    page = opened()
    page.text_area(key="trend_note_text").set_value("Verhuizing <img src=x onerror=alert(1)>")
    page.selectbox(key="trend_note_new_lesson").set_value("keep-measuring")
    (write,) = [b for b in page.button if b.label == text("notes_of_people.write", "nl")]
    checked(write.click().run())
    (note,) = standing(demo)
    assert (note.kpi, note.category, note.who) == (
        "reduce_volume_per_activity", "office_supplies", "CM",
    )  # fmt: skip
    said = html(page)
    assert "&lt;img src=x" in said
    assert "<img" not in said
    assert text("notes_of_people.booked", "nl") in [one.value for one in page.success]

    page.text_area(key=f"trend_note_edit_{note.name}_text").set_value("Verbouwing")
    (save,) = [b for b in page.button if b.label == text("notes_of_people.save", "nl")]
    checked(save.click().run())
    assert [one.text for one in standing(demo)] == ["Verbouwing"]
    (gone,) = [b for b in page.button if b.label == text("notes_of_people.withdraw", "nl")]
    checked(gone.click().run())
    assert standing(demo) == ()


def test_what_is_wrong_with_a_note_is_said(demo):
    page = opened(who="")
    (write,) = [b for b in page.button if b.label == text("notes_of_people.write", "nl")]
    checked(write.click().run())
    assert [one.value for one in page.error] == [catalogue("nl")["errors.notes.empty"]]
    page.text_area(key="trend_note_text").set_value("Verhuizing")
    (write,) = [b for b in page.button if b.label == text("notes_of_people.write", "nl")]
    checked(write.click().run())
    assert not page.error
    assert [one.who for one in standing(demo)] == ["demo"]


@pytest.mark.slow
def test_a_note_on_a_month_that_is_not_shown_stands_apart(demo):
    page = opened()
    page.text_area(key="trend_note_text").set_value("Laatste maand")
    (write,) = [b for b in page.button if b.label == text("notes_of_people.write", "nl")]
    checked(write.click().run())
    assert text("notes_of_people.elsewhere", "nl") not in html(page)
    assert len(standing(demo)) == 1
    earlier = opened(month="2026-03")
    assert text("notes_of_people.elsewhere", "nl") in html(earlier)
    assert "Laatste maand" in html(earlier)


def test_a_trend_that_no_lesson_speaks_of_has_no_list_of_them():
    page = opened(kpi="refuse_assortment", category="it_assets", period="r12")
    assert not [one for one in page.radio if one.key == "trend_lesson"]
