"""Why a figure changed, walked by a reader: parts that add up, largest first, links that lead."""

import pytest
from python_calamine import CalamineWorkbook

from nami_monitor.i18n import formats, text
from tests.browser.serving import settled

pytestmark = pytest.mark.browser


def test_contributions_add_up_stand_largest_first_and_lead_to_their_own_trend(
    server, page, tmp_path
):
    page.goto(
        f"{server.address}/trends?lang=nl&kpi=impact_spend&category=office_supplies"
        "&split=location&against=previous"
    )
    settled(page)
    section = page.locator(".st-key-why")
    section.get_by_role("button", name=text("trends.show.as_table", "nl")).click()
    table = page.locator("table").filter(has=page.locator("a")).first
    table.wait_for()
    links = table.locator("th a")
    names = [link.inner_text() for link in links.all()]

    with page.expect_download() as waited:
        section.get_by_role("button", name=text("data.download", "nl")).click()
    out = tmp_path / "why.xlsx"
    waited.value.save_as(out)
    head, *rows = CalamineWorkbook.from_path(out).get_sheet_by_index(0).to_python()
    before, after, amount = (
        next(
            at for at, title in enumerate(head) if title.startswith(text(f"why.table.{key}", "nl"))
        )
        for key in ("before", "after", "amount")
    )
    amounts = [row[amount] for row in rows]
    own = [row for row in rows if row[before] != "" and row[after] != ""]
    assert len(own) > 3
    for row in own:
        assert row[amount] == pytest.approx(row[after] - row[before], abs=0.005)
    assert rows[: len(own)] == own, "what is left of the others stands last"
    sizes = [abs(row[amount]) for row in own]
    assert sizes == sorted(sizes, reverse=True)
    for name, row in zip(names, rows, strict=False):
        assert name in row[0] or row[0] in name
    whole = formats.number(abs(sum(amounts)), "nl", decimals=0)
    assert whole in section.inner_text()

    links.first.click()
    settled(page)
    assert "location=" in page.url
    assert names[0] in page.get_by_test_id("stMain").inner_text()
    assert text("kpis.impact_spend.name", "nl") in page.get_by_test_id("stMain").inner_text()
    assert not page.outside
