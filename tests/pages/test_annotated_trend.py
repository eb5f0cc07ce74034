"""Beside a trend: lessons that are opened from the list, and notes that are written and changed."""

import re
from pathlib import Path

import pytest

from nami_monitor.briefing.notes import notes
from nami_monitor.charts.legend import legend_signs
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


def titles(page):
    return [button.label for button in page.button if str(button.key).startswith("trend_open_")]


def noting(page):
    return checked(page.button(key="trend_notes_shown_toggle").click().run())


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_the_margin_opens_a_lesson_with_what_happened_its_reason_and_what_to_try(lang):
    page = opened(lang)
    assert [title[:3] for title in titles(page)[:3]] == ["◆ 1", "◇ 2", "◇ 3"]
    waterbed = shipped().lessons["web-shop-filled-the-cabinet"].words[lang]
    said = html(page)
    for part in (waterbed.text, waterbed.to_try, text("kit.beside.here", lang)):
        assert part in said
    other = "office-greener-cabinet-strict-shop"
    checked(page.button(key=f"trend_open_{other}").click().run())
    assert shipped().lessons[other].words[lang].text in html(page)
    assert waterbed.text not in html(page)


def test_a_click_on_a_marker_opens_its_lesson_and_a_note_its_fields(demo):
    page = opened()
    page.session_state["trend_lesson_asked"] = "L2"
    checked(page.run())
    assert titles(page)[1].startswith("◆ 2")
    assert (
        shipped().lessons[page.session_state["trend_lesson"]].words["nl"].title in titles(page)[1]
    )
    page.session_state["trend_lesson_asked"] = "L9"
    checked(page.run())
    assert "trend_note_text" not in {area.key for area in page.text_area}
    page.session_state["trend_written_asked"] = "N1"
    checked(page.run())
    assert "trend_note_text" in {area.key for area in page.text_area}
    assert standing(demo) == ()


def test_the_title_is_the_finding_and_the_figure_the_link_that_traces_it():
    page = opened()
    assert page.title[0].value.startswith("Verbruik per werkdag: ")
    sub = re.search('<p class="nami-sub">(.*?)</p>', html(page))[1]
    assert 'class="nami-trace"' in sub
    assert "month=2026-10" in sub
    assert "doel 0,511" in sub
    without = opened(kpi="impact_spend", category="sanitary_supplies")
    assert "geen doel gesteld" in html(without)
    quarters = opened(kpi="impact_spend", category="office_supplies", period="quarter")
    assert "geen doel gesteld" not in html(quarters), "bars draw no target, which may exist"


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_every_sign_is_one_click_away(lang):
    page = opened(lang)
    before = len(page.get("vega_lite_chart"))
    checked(page.button(key="trend_signs").click().run())
    signs = [name for name, _ in legend_signs(lang)]
    assert len(page.get("vega_lite_chart")) == before + len(signs) + 1, "the hundred too"
    titles_shown = [one.value for one in page.subheader]
    for name in signs:
        assert text(f"charts.legend.{name}.title", lang) in titles_shown


@pytest.mark.parametrize("lang", ["nl", "en"])
@pytest.mark.parametrize(
    "kpi", ["reduce_volume_per_activity", "refuse_net_avoided", "waterbed_quotient"]
)
def test_running_text_stays_within_130_words(kpi, lang):
    page = opened(lang, kpi=kpi)
    said = re.sub(r"<style.*?</style>|<script.*?</script>", "", html(page), flags=re.DOTALL)
    paragraphs = re.findall(r"<p[^>]*>(.*?)</p>", said, flags=re.DOTALL)
    running = [re.sub("<[^>]+>", "", one) for one in paragraphs]
    running += [one.value for one in (*page.caption, *page.text)]
    words = [one for one in " ".join(running).split() if not re.search(r"[\d€]", one)]
    assert 20 < len([one for one in words if re.search(r"\w", one)]) <= 130


@pytest.mark.slow
def test_a_note_is_written_changed_and_withdrawn(demo):
    page = noting(opened())
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
    assert "<img src=x" not in said
    assert text("notes_of_people.booked", "nl") in [one.value for one in page.success]

    page.text_area(key=f"trend_note_edit_{note.name}_text").set_value("Verbouwing")
    (save,) = [b for b in page.button if b.label == text("notes_of_people.save", "nl")]
    checked(save.click().run())
    assert [one.text for one in standing(demo)] == ["Verbouwing"]
    (gone,) = [b for b in page.button if b.label == text("notes_of_people.withdraw", "nl")]
    checked(gone.click().run())
    assert standing(demo) == ()


def test_what_is_wrong_with_a_note_is_said(demo):
    page = noting(opened(who=""))
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
    page = noting(opened())
    page.text_area(key="trend_note_text").set_value("Laatste maand")
    (write,) = [b for b in page.button if b.label == text("notes_of_people.write", "nl")]
    checked(write.click().run())
    assert text("notes_of_people.elsewhere", "nl") not in html(page)
    assert len(standing(demo)) == 1
    earlier = noting(opened(month="2026-03"))
    assert text("notes_of_people.elsewhere", "nl") in html(earlier)
    assert "Laatste maand" in html(earlier)


def test_a_trend_that_no_lesson_speaks_of_has_no_list_of_them():
    page = opened(kpi="refuse_assortment", category="it_assets", period="r12")
    assert titles(page) == []
