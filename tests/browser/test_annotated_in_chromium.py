"""A lesson opened by a click on its marker and by the keyboard; a note that shows on the chart."""

import pytest
from conftest import serving, settled

pytestmark = pytest.mark.browser

WHERE = "trends?lang=nl&data=demo&kpi=reduce_volume_per_activity&category=office_supplies"
CHART = "[data-testid=stVegaLiteChart]"
OPEN = ".nami-lesson h3"


def chart_text(page, code):
    """Where the marker with a code stands on the screen."""
    found = page.locator(f"{CHART} svg text", has_text=code).first
    found.scroll_into_view_if_needed()
    return found.bounding_box()


def test_a_click_on_a_marker_and_the_arrow_keys_open_lessons(server, page):
    page.goto(f"{server.address}/{WHERE}")
    settled(page)
    page.wait_for_selector(f"{CHART} svg text")
    first = page.locator(OPEN).inner_text()
    box = chart_text(page, "L2")
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_function(f"() => document.querySelector('{OPEN}').innerText !== {first!r}")
    second = page.locator(OPEN).inner_text()
    assert page.locator("label", has_text=f"L2 · {second}").count() == 1
    page.locator("[role=radiogroup] input:checked").last.focus()
    page.keyboard.press("ArrowDown")
    page.wait_for_function(f"() => document.querySelector('{OPEN}').innerText !== {second!r}")
    assert page.locator("label", has_text=f"L3 · {page.locator(OPEN).inner_text()}").count() == 1


def test_a_note_with_markup_shows_on_the_chart_as_text(demo, tmp_path, page):
    with serving(demo.parent, tmp_path / "home") as fresh:
        page.goto(f"{fresh.address}/{WHERE}")
        settled(page)
        page.locator("summary", has_text="Notities bij deze grafiek").click()
        page.get_by_role("textbox", name="Notitie").fill("<b>Verhuizing</b> **vet**")
        page.get_by_role("textbox", name="Uw rol of initialen").fill("CM")
        page.keyboard.press("Tab")
        page.get_by_role("button", name="Schrijf notitie").click()
        page.wait_for_selector(f"{CHART} svg text:has-text('N1')")
        page.locator(".nami-notes", has_text="<b>Verhuizing</b> **vet**").wait_for()
        assert page.locator(".nami-notes b").count() == 0
        page.reload()
        settled(page)
        page.wait_for_selector(f"{CHART} svg text:has-text('N1')")
