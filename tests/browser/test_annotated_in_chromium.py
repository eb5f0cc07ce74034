"""A lesson opened by a click on its marker and by the keyboard; a note that shows on the chart."""

import pytest

from tests.browser.serving import serving, settled

pytestmark = pytest.mark.browser

WATERBED = "measures?lang=nl&data=demo&intervention=ZL-I-7&more=method"
WHERE = "trends?lang=nl&data=demo&kpi=reduce_volume_per_activity&category=office_supplies"
CHART = "[data-testid=stVegaLiteChart]"
OPEN = ".nami-lesson h3"


def test_a_click_on_a_marker_and_the_keyboard_open_lessons_in_the_margin(server, page):
    page.goto(f"{server.address}/{WHERE}")
    settled(page)
    opened = page.locator(".st-key-margin button", has_text="\u25c6")
    page.locator(f"{CHART} svg .lesson_touch_marks path").first.wait_for()
    assert opened.inner_text().startswith("\u25c6 1")
    page.locator(f"{CHART} svg .lesson_touch_marks path").nth(1).click(force=True)
    page.locator(".st-key-margin button", has_text="\u25c6 2").wait_for()
    settled(page)
    page.locator(".st-key-margin button", has_text="\u25c7 3").focus()
    page.keyboard.press("Enter")
    page.locator(".st-key-margin button", has_text="\u25c6 3").wait_for()
    settled(page)
    assert page.locator(".st-key-margin .nami-lesson").count() == 1


def test_a_click_on_a_marker_and_the_arrow_keys_open_lessons(server, page):
    page.goto(f"{server.address}/{WATERBED}")
    settled(page)
    marks = page.locator(f"{CHART} svg .lesson_touch_marks path")
    marks.nth(1).wait_for()
    first = page.locator(OPEN).inner_text()
    marks.nth(1).click(force=True)
    page.wait_for_function(f"() => document.querySelector('{OPEN}').innerText !== {first!r}")
    settled(page)
    second = page.locator(OPEN).inner_text()
    assert page.locator("label", has_text=f"2 · {second}").count() == 1
    page.locator("[class*=_lessons] [role=radiogroup] input:checked").focus()
    page.keyboard.press("ArrowDown")
    page.wait_for_function(f"() => document.querySelector('{OPEN}').innerText !== {second!r}")
    settled(page)
    assert page.locator("label", has_text=f"3 · {page.locator(OPEN).inner_text()}").count() == 1


def test_a_note_with_markup_shows_on_the_chart_as_text(demo, tmp_path, page):
    with serving(demo.parent, tmp_path / "home") as fresh:
        page.goto(f"{fresh.address}/{WHERE}")
        settled(page)
        page.get_by_role("button", name="Notitie bij een maand zetten").click()
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


RINGED = """() => {
  const clipped = e => ['hidden', 'clip'].includes(getComputedStyle(e.parentElement).overflow);
  for (let e = document.activeElement; e; e = e.parentElement) {
    const style = getComputedStyle(e);
    const ring = style.outlineStyle === 'solid' && parseFloat(style.outlineWidth) >= 3;
    if (ring && !clipped(e)) return true;
  }
  return false;
}"""


@pytest.mark.parametrize(
    "field", ["[data-testid=stTextInput] input", "[data-testid=stSelectbox] input",
              "[data-testid=stCheckbox] input"],
)  # fmt: skip
def test_a_ring_that_nothing_clips_shows_where_the_keyboard_is(server, page, field):
    page.goto(f"{server.address}/kit?lang=nl")
    settled(page)
    page.locator(field).first.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    assert page.evaluate(RINGED)
