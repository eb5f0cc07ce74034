"""Reading a first file in, mending what was set aside and undoing it, in a browser."""

import pytest
from playwright.sync_api import expect
from python_calamine import CalamineWorkbook
from xlsxwriter import Workbook

from tests.browser.serving import serving, settled

pytestmark = pytest.mark.browser

FILE = """Besteldatum;Locatie;Assortiment;Artikelnr;Aantal;Bedrag;Besteller
14-01-2026;Stadhuis;Papier;A4-80;10;45,50;J. Jansen
15-01-2026;Werf;Pennen;PEN-1;5;22,75;P. de Vries
31-02-2026;Werf;Pennen;PEN-1;20;12,00;K. Bakker
"""


@pytest.fixture
def own(demo_folder, tmp_path):
    """A dashboard with no data of its own yet."""
    with serving(demo_folder, tmp_path) as found:
        yield found


def choose(page, label, option):
    """Pick an option of a select box with the keyboard alone."""
    box = page.get_by_role("combobox", name=label)
    box.focus()
    page.keyboard.press("ArrowDown")
    box.press_sequentially(option)
    page.keyboard.press("Enter")
    settled(page)


def press(page, label):
    page.get_by_role("button", name=label, exact=False).first.click()
    settled(page)


def fill(page, label, words):
    page.get_by_role("textbox", name=label).fill(words)
    page.keyboard.press("Enter")
    settled(page)


def part(page, label):
    page.get_by_role("radio", name=label).or_(page.get_by_text(label, exact=True)).first.click()
    settled(page)


def mended(content, folder):
    """The downloaded rows with their date put right, as a workbook."""
    rows = CalamineWorkbook.from_path(content).get_sheet_by_index(0).to_python()
    head = rows[0]
    rows[1][head.index("Besteldatum")] = "28-02-2026"
    path = folder / "hersteld.xlsx"
    with Workbook(path) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return path, head


def test_a_first_file_is_mapped_booked_mended_and_undone(own, page, tmp_path):
    page.goto(f"{own.address}/data?lang=nl&data=own")
    page.get_by_role("heading", name="Gegevens").wait_for()
    settled(page)
    file = tmp_path / "Kantoor X.csv"
    file.write_text(FILE, "utf-8")
    page.locator("input[type=file]").first.set_input_files(file)
    press(page, "Ja, dat klopt")
    press(page, "webwinkel")
    press(page, "exclusief btw")
    press(page, "Ja, neem ze over")
    fill(page, "Uw rol of initialen", "cm")
    press(page, "Boek 2 regels")
    expect(page.get_by_role("heading", name="2 regels geboekt als levering 1")).to_be_visible()
    expect(page.get_by_text("gaat: Besteller.")).to_be_visible()

    press(page, "Naar de apart gezette regels")
    page.wait_for_url("**part=set_aside*")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download de open regels").click()
    path, head = mended(download.value.path(), tmp_path)
    assert "Besteller" not in head or "Bakker" not in str(head)

    part(page, "Inlezen")
    press(page, "Ander bestand")
    page.locator("input[type=file]").first.set_input_files(path)
    press(page, "Boek 1 regel")
    expect(page.get_by_role("heading", name="1 regel geboekt als levering 2")).to_be_visible()

    part(page, "Leveringen")
    choose(page, "Bekijk een levering, of maak haar ongedaan", "1: Kantoor")
    page.get_by_text("Levering 1 ongedaan maken: bekijk").click()
    expect(page.get_by_text("gaan weg (Bestellingen en verbruik)")).to_be_visible()
    press(page, "Maak levering 1 ongedaan")
    expect(page.get_by_text("Levering 1 (Kantoor X.csv) is ongedaan gemaakt.")).to_be_visible()
    assert not page.outside
