"""From a card to its trace, its batch, its rows and their file, as a controller would go."""

import csv
import re

import pytest
from python_calamine import CalamineWorkbook

from tests.browser.serving import settled

pytestmark = pytest.mark.browser


def downloaded(page, name, tmp_path):
    with page.expect_download() as waited:
        page.get_by_role("button", name=re.compile(rf"als {name}$")).click()
    out = tmp_path / waited.value.suggested_filename
    waited.value.save_as(out)
    return out


def chosen(page, label, option):
    settled(page)  # a page that draws itself anew closes a box that stands open
    box = page.get_by_role("combobox", name=label)
    box.scroll_into_view_if_needed()
    page.wait_for_timeout(500)  # and so does a page that still scrolls
    box.click()
    page.get_by_role("option").filter(has_text=option).first.click()
    settled(page)


def test_from_a_card_to_the_rows_and_their_file(server, page, tmp_path):
    page.goto(f"{server.address}/?lang=nl&category=office_supplies&view=more")
    settled(page)
    card = page.locator(".nami-card", has=page.get_by_text("Uitgaven", exact=True))
    number = card.locator("a.nami-trace").first
    shown = number.inner_text()
    assert "herkomst van dit cijfer" in number.get_attribute("aria-label")
    number.click()
    page.wait_for_url("**/trace?*")
    settled(page)
    assert "kpi=impact_spend" in page.url
    assert "category=office_supplies" in page.url
    assert shown in page.locator("h1").inner_text()
    told = page.get_by_role("listitem").filter(has_text="Teller:").inner_text()
    numerator = float(told.removeprefix("Teller: ").replace(".", "").replace(",", "."))

    chosen(page, "Levering", "webwinkel_2026.csv")
    assert "batch=" in page.url
    assert page.get_by_test_id("stDataFrame").count() == 2

    out = downloaded(page, "xlsx", tmp_path)
    head, *rows = CalamineWorkbook.from_path(out).get_sheet_by_index(0).to_python()
    given = head.index("numerator")
    # The lines of two places where few people work stay out: 278,43 euros of 18.168,11.
    assert numerator == 18168.11
    assert sum(row[given] or 0 for row in rows) == pytest.approx(17889.68, abs=0.01)
    assert {"file", "line", "ordered_on", "amount_eur"} <= set(head)
    with downloaded(page, "csv", tmp_path).open(encoding="utf-8-sig", newline="") as file:
        told = list(csv.DictReader(file))
    assert len(told) == len(rows)
    assert sum(float(row["numerator"] or 0) for row in told) == pytest.approx(17889.68, abs=0.01)
    assert not page.outside


def test_a_row_of_a_table_leads_to_its_own_trace(server, page):
    page.goto(f"{server.address}/trends?lang=nl&kpi=impact_spend&category=office_supplies")
    settled(page)
    page.locator(".st-key-margin").get_by_role("button", name="Toon als tabel").click()
    table = page.get_by_test_id("stDataFrame").first
    table.wait_for()
    table.scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    box = table.bounding_box()
    page.mouse.move(box["x"] + 138, box["y"] + 53)
    page.wait_for_timeout(500)
    with page.context.expect_page() as opened:
        page.mouse.click(box["x"] + 140, box["y"] + 53)
    trace = opened.value
    trace.set_default_timeout(60_000)
    settled(trace)
    assert "month=2026-10" in trace.url
    assert trace.locator("h1").inner_text().startswith("Uitgaven, okt 2026: ")


def test_the_keyboard_alone_leads_from_a_figure_to_another(server, page):
    page.goto(f"{server.address}/trace?lang=nl&kpi=refuse_rate&period=year&month=2025-12")
    settled(page)
    page.get_by_label("Indicator").focus()
    page.keyboard.type("Uitgaven")
    page.keyboard.press("Enter")
    page.wait_for_function("() => location.search.includes('kpi=impact_spend')")
    settled(page)
    assert page.locator("h1").inner_text().startswith("Uitgaven, ")
