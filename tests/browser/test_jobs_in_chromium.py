"""What a visitor started goes on without them, and what came of it waits: in a browser."""

import pytest
from playwright.sync_api import expect

from nami_monitor.store import Store
from tests.browser.serving import serving, settled
from tests.pages.data_page import GOOD, HEADER, PROFILE

pytestmark = pytest.mark.browser


@pytest.fixture
def own(demo_folder, tmp_path):
    """A dashboard with no data of its own yet, and a profile for the file of these tests."""
    folder = tmp_path / "profiles"
    folder.mkdir()
    (folder / "kantoor_x.toml").write_text(PROFILE, "utf-8")
    with serving(demo_folder, tmp_path) as found:
        yield found


def ready_to_book(own, page, tmp_path, *, who="cm"):
    """A page on which a file only waits for its button."""
    page.goto(f"{own.address}/data?lang=nl&data=own")
    settled(page)
    file = tmp_path / "januari.csv"
    file.write_text(HEADER + GOOD, "utf-8")
    page.locator("input[type=file]").first.set_input_files(file)
    expect(page.get_by_role("button", name="Boek 2 regels")).to_be_visible()
    settled(page)
    if who:
        page.get_by_role("textbox", name="Uw rol of initialen").fill(who)
        page.keyboard.press("Enter")
        expect(page.get_by_text(f"U boekt als {who}.")).to_be_visible()  # nothing moves after it
        settled(page)


def batches(own):
    store = Store(own.own)
    with store.read() as db:
        found = db.rows("select file, who from batches")
    store.close()
    return found


OUTCOME = "januari.csv: 2 regels geboekt als levering 1."


def test_what_is_booked_is_told_on_the_page_to_which_one_went_at_once(own, page, tmp_path):
    ready_to_book(own, page, tmp_path)
    link = page.get_by_role("link", name="KPI-handboek")
    page.get_by_role("button", name="Boek 2 regels").click(no_wait_after=True)
    link.click(no_wait_after=True)
    expect(page.get_by_role("heading", level=1, name="KPI-handboek")).to_be_visible()
    expect(page.get_by_text(OUTCOME)).to_be_visible()
    page.reload()
    settled(page)
    expect(page.get_by_text(OUTCOME)).to_be_visible()
    assert batches(own) == [("januari.csv", "cm")]
    page.get_by_role("button", name="Sluiten", exact=True).click()
    settled(page)
    expect(page.get_by_text(OUTCOME)).to_have_count(0)
    page.reload()
    settled(page)
    expect(page.get_by_text(OUTCOME)).to_have_count(0)
    assert not page.outside


def test_what_is_booked_is_told_to_who_closed_the_page_and_came_back(own, page, tmp_path):
    ready_to_book(own, page, tmp_path)
    page.get_by_role("button", name="Boek 2 regels").click()
    # The server heard of it, and nobody waits for what it does.
    heard = page.locator("[data-test-script-state=running]").or_(page.get_by_text(OUTCOME))
    heard.first.wait_for(state="attached")
    page.goto("about:blank")
    page.goto(f"{own.address}/about?lang=nl&data=own")
    expect(page.get_by_text(OUTCOME)).to_be_visible()
    # Who books was told once: this browser knows it.
    page.goto(f"{own.address}/data?lang=nl&data=own")
    settled(page)
    another = tmp_path / "februari.csv"
    another.write_text(HEADER + GOOD.replace("-01-2026", "-02-2026"), "utf-8")
    page.locator("input[type=file]").first.set_input_files(another)
    expect(page.get_by_text("U boekt als cm.")).to_be_visible()


VISITED = "() => Object.keys(localStorage).some(key => key.startsWith('nami.visit.'))"
"""Whether the browser has kept a visit."""


def test_what_changed_since_the_last_visit_is_told_by_the_browser(demo_folder, tmp_path, page):
    with serving(demo_folder, tmp_path) as found:
        page.goto(f"{found.address}/?lang=nl&data=demo")
        settled(page)
        since = page.get_by_role("button", name="Sinds uw vorige bezoek")
        since.click()
        expect(page.get_by_text("Uitgaven").first).to_be_visible()
        expect(page.get_by_text("is er niets veranderd")).to_have_count(0)
        page.wait_for_function(VISITED)
        page.reload()
        settled(page)
        since.click()
        expect(page.get_by_text("is er niets veranderd")).to_be_visible()
        page.evaluate(
            """() => {
                const key = Object.keys(localStorage).find(key => key.startsWith('nami.visit.'));
                const visit = JSON.parse(localStorage.getItem(key));
                visit.values.impact_spend = 12345;
                window.addEventListener('pagehide',
                  () => localStorage.setItem(key, JSON.stringify(visit)));
            }"""
        )
        page.reload()
        settled(page)
        since.click()
        expect(page.get_by_text("12.345")).to_be_visible()
        assert not page.outside
