"""What is printed of a page: one sheet, without the menu, and whose figures they are."""

import io

import pytest
from pypdf import PdfReader

from tests.browser.serving import settled

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    "address",
    [
        "?category=office_supplies",
        "?view=all",
        "trends?kpi=reduce_volume_per_activity&category=office_supplies",
    ],
)
def test_a_page_is_one_sheet_of_a4(server, page, address):
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{server.address}/{address}&lang=nl&data=demo")
    settled(page)
    sheets = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True, print_background=True))).pages
    assert len(sheets) == 1
    width, height = (round(float(side) / 72 * 25.4) for side in sheets[0].mediabox[2:])
    assert (width, height) == (297, 210)
    words = "".join(sheets[0].extract_text().split())
    assert "Zuiderlicht" in words
    assert "Maatregelen" not in words.replace("Maatregelen:", "")
