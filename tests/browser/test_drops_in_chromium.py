"""Files that are dropped while the page is still being drawn, in a browser."""

import pytest
from playwright.sync_api import expect

from tests.browser.serving import serving, settled

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HEADER = "Datum;Locatie;Categorie;Kanaal;Aantal\n"


def test_a_file_dropped_before_the_page_is_drawn_is_not_lost(tmp_path, page):
    files = []
    for number in range(4):
        lines = (
            f"{1 + n % 28:02}-0{1 + number}-2026;Werf;papier;kast;{n}\n" for n in range(20_000)
        )
        files.append(tmp_path / f"opgave {number}.csv")
        files[-1].write_text(HEADER + "".join(lines), "utf-8")
    with serving(tmp_path / "cache", tmp_path / "home") as own:
        page.goto(f"{own.address}/data?lang=nl&data=own")
        page.get_by_role("heading", name="Begin zo").wait_for()
        settled(page)
        field = page.locator("input[type=file]")
        for wait, file in zip((400, 400, 400), files, strict=False):
            field.first.set_input_files(file)
            page.wait_for_timeout(wait)  # it is being looked at
        expect(page.get_by_role("heading", name="3 bestanden")).to_be_visible()
        for left in (2, 1, 0):
            page.get_by_role("button", name="Ander bestand").first.click()
            expect(page.get_by_role("button", name="Ander bestand")).to_have_count(left)
        field.first.set_input_files(files[3])
        expect(page.get_by_text("opgave 3.csv").first).to_be_visible()
        settled(page)
        assert page.locator("input[type=file]:visible").count() <= 1
