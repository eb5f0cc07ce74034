"""The pilot planner and the register of measures, worked with mouse and keyboard."""

import shutil

import pytest

from nami_monitor.i18n import text
from tests.browser.serving import WIDTHS, fits, serving, settled

pytestmark = pytest.mark.browser


@pytest.fixture
def own_demo(demo_folder, tmp_path):
    """A dashboard on a demo that may be changed."""
    shutil.copytree(demo_folder, tmp_path / "cache")
    with serving(tmp_path / "cache", tmp_path / "home") as found:
        yield found


def opened(page, server, part, lang="nl"):
    page.goto(f"{server.address}/waterbed?lang={lang}&data=demo&part={part}")
    title = text("waterbed.title", lang)
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


def test_a_planned_pilot_fits_the_screen(server, page):
    opened(page, server, "plan")
    choose(page, "Locaties", "ZL-008")
    page.get_by_text(text("pilot.advice.title", "nl")).first.wait_for()
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        fits(page, width)
    assert not page.outside


def test_a_pilot_is_planned_saved_and_changed(own_demo, page):
    opened(page, own_demo, "plan")
    choose(page, "Locaties", "ZL-008", "ZL-009")
    headline = page.locator(".nami-headline")
    assert "kans" in headline.inner_text()
    before = headline.inner_text()
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
