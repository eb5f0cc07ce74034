"""The page of measures, its planner and its register, worked with mouse and keyboard."""

import shutil

import pytest

from nami_monitor.i18n import LANGS, text
from tests.browser.serving import WIDTHS, fits, serving, settled

pytestmark = pytest.mark.browser


@pytest.fixture
def own_demo(demo_folder, tmp_path):
    """A dashboard on a demo that may be changed."""
    shutil.copytree(demo_folder, tmp_path / "cache")
    with serving(tmp_path / "cache", tmp_path / "home") as found:
        yield found


def opened(page, server, part, lang="nl"):
    page.goto(f"{server.address}/measures?lang={lang}&data=demo&part={part}")
    title = text(f"doors.part.{part}", lang)
    page.wait_for_function(f"() => document.querySelector('h1')?.innerText === '{title}'")
    settled(page)


def choose(page, label, *typed):
    """Choose in a list by typing, as someone without a mouse does."""
    box = page.get_by_role("combobox", name=label).first
    for one in typed:
        box.click()
        box.press_sequentially(one)
        page.wait_for_timeout(400)
        page.keyboard.press("Enter")
        settled(page)
    page.keyboard.press("Escape")
    settled(page)


@pytest.mark.parametrize("lang", LANGS)
def test_finding_picture_and_decision_stand_on_one_screen_and_the_list_leads_on(server, page, lang):
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{server.address}/measures?lang={lang}&data=demo")
    settled(page)
    title = page.locator("h1").inner_text()
    picture = page.locator("[data-testid=stVegaLiteChart] svg").first
    picture.wait_for()
    for part in (page.locator("h1"), picture, page.locator(".st-key-measure_card")):
        box = part.bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 700
    assert picture.locator("text", has_text="78").count() == 1
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        fits(page, width)
    page.evaluate("window.kept = true")
    page.locator(".st-key-measures_list a").last.press("Enter")
    page.wait_for_url("**intervention=**")
    page.wait_for_function(
        "before => (document.querySelector('h1')?.innerText ?? before) !== before", arg=title
    )
    assert page.evaluate("window.kept")  # the session goes on
    page.go_back()
    page.wait_for_function("title => document.querySelector('h1')?.innerText === title", arg=title)
    assert not page.outside


def test_what_stands_behind_the_picture_opens_and_closes_by_keyboard(server, page):
    page.goto(f"{server.address}/measures?lang=nl&data=demo&intervention=ZL-I-7")
    settled(page)
    page.get_by_role("link", name=text("measure.method.open", "nl"), exact=True).press("Enter")
    page.get_by_role("heading", name=text("waterbed.went.title", "nl")).wait_for()
    settled(page)
    page.get_by_role("link", name=text("measure.method.close", "nl"), exact=True).press("Enter")
    page.get_by_role("heading", name=text("waterbed.went.title", "nl")).wait_for(state="detached")
    assert "ZL-I-7" in page.url


def test_the_decision_on_a_measure_is_filled_in_and_kept(own_demo, page):
    page.goto(f"{own_demo.address}/measures?lang=nl&data=demo&intervention=ZL-I-7")
    settled(page)
    page.get_by_role("button", name=text("measure.fill_in", "nl")).press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name=text("decisions.form.owner", "nl")).fill("Directie")
    dialog.get_by_role("button", name=text("decisions.form.keep", "nl"), exact=True).click()
    card = page.locator(".st-key-measure_card")
    card.get_by_text("Directie").wait_for()
    page.reload()
    settled(page)
    assert "Directie" in card.inner_text()
    assert card.get_by_role("button", name=text("measure.change", "nl")).count() == 1


def test_a_planned_pilot_fits_the_screen(server, page):
    opened(page, server, "plan")
    choose(page, "Locaties", "ZL-008")
    page.locator("[data-testid=stVegaLiteChart] svg").first.wait_for()
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        fits(page, width)
    assert not page.outside


@pytest.mark.longest
def test_a_pilot_is_planned_saved_and_changed(own_demo, page):
    opened(page, own_demo, "plan")
    choose(page, "Locaties", "ZL-008", "ZL-009")
    headline = page.locator("[data-testid=stMain] h2").first
    assert "kans" in headline.inner_text()
    before = headline.inner_text()
    page.get_by_role("button", name=text("pilot.more_choices", "nl")).click()
    reduction = page.get_by_role("spinbutton", name="Geplande vermindering (%)")
    reduction.fill("100")
    reduction.press("Enter")
    settled(page)
    assert headline.inner_text() != before

    page.get_by_text("Deze proef vastleggen als geplande maatregel").click()
    page.get_by_role("textbox", name="Uw rol of initialen").fill("cm")
    page.keyboard.press("Tab")
    settled(page)
    page.get_by_role("textbox", name="Titel").fill("Proef in twee kantoren")
    page.keyboard.press("Tab")
    settled(page)
    page.get_by_role("button", name="Leg de proef vast").click()
    page.wait_for_selector("text=De proef is vastgelegd als geplande maatregel.")
    settled(page)

    page.get_by_role("radio", name="Register van maatregelen", exact=True).click()
    settled(page)
    choose(page, "Nieuw, of een maatregel die er al staat", "Proef in twee")
    assert page.get_by_role("textbox", name="Titel").input_value() == "Proef in twee kantoren"
    reduction = page.get_by_role("spinbutton", name="Geplande vermindering (%)")
    assert reduction.input_value() == "100"
    reduction.fill("75")
    reduction.press("Enter")
    settled(page)
    page.get_by_role("button", name="Wijzig de maatregel").click()
    page.wait_for_selector("text=De maatregel is gewijzigd.")
