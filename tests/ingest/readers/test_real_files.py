"""Real files of others, found through NAMI_REAL_DATA; figures as their origin states them."""

import os
from pathlib import Path

import polars as pl
import pytest

from nami_monitor.core.errors import UserError
from nami_monitor.ingest.readers import read
from nami_monitor.ingest.sniff.values import combine, date_formats, decimal_evidence

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(
        "NAMI_REAL_DATA" not in os.environ, reason="NAMI_REAL_DATA names no folder of real files"
    ),
]


def sheet_of(name):
    (sheet,) = read(Path(os.environ["NAMI_REAL_DATA"]) / name)
    return sheet


def column(sheet, name):
    return sheet.rows[f"c{sheet.columns.index(name) + 1}"]


def stored(cells):
    return round(cells.str.strip_prefix("\x01n").cast(pl.Float64).sum(), 2)


def written(cells):
    return round(
        cells.str.replace_all(".", "", literal=True).str.replace(",", ".").cast(pl.Float64).sum(), 2
    )


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("name", "lines", "total"),
    [
        ("purchasecardtransactionsapril2014", 2690, 526760.25),
        ("purchasecardtransactionsmay2014", 4573, 602791.92),
        ("purchasecardtransactionsjune2014", 4573, 602791.92),
        ("purchasecardtransactionsjuly2014", 4015, 604599.09),
        ("purchasecardtransactionsaugust2014", 2365, 518860.10),
        ("purchasecardtransactionsseptember2014", 4154, 615800.99),
        ("purchasecardtransactionsoctober2014", 3781, 604358.83),
        ("purchasecardsnov2014", 5023, 647210.46),
        ("purchasecardsdec2014", 3293, 877951.86),
        ("publish-spend-december-2016", 3002, 503670.76),
        ("cusersfinainmndesktoppublish-copy-january-2017", 5227, 594552.64),
        ("cusersfinainmndesktoppublish-spend-january-2018", 5640, 1596563.51),
    ],
)
def test_card_statements_hold_the_lines_and_totals_that_are_published(name, lines, total):
    sheet = sheet_of(f"birmingham-pcard/{name}.xls")
    assert sheet.rows.height == lines
    assert sheet.misfits.is_empty()
    assert stored(column(sheet, "ORIGINAL GROSS AMT")) == total


def test_cost_types_of_ministries():
    sheet = sheet_of("nl_apparaatskosten.csv")
    amounts = column(sheet, "Realisatie (*Eu 1000)")
    assert decimal_evidence(amounts) == ","
    assert amounts.null_count() == 17
    totals = {
        year: written(amounts.filter(column(sheet, "Jaar") == year)) for year in ("2014", "2015")
    }
    assert totals == {"2014": 13002420.73, "2015": 12760689.71}


def test_agencies_mix_whole_and_decimal_numbers():
    sheet = sheet_of("nl_agentschappen_fte.csv")
    said = {name: decimal_evidence(column(sheet, name)) for name in sheet.columns}
    assert said["FTE (in aantallen)"] == ","
    assert "." not in combine(said).values()


def test_budget_lines_write_decimals_in_two_ways_so_the_sign_is_asked():
    sheet = sheet_of("nl_begrotingsstaten_fixed_chars.csv")
    assert sheet.rows.height == 1428
    assert {"225.432,10", "138.51"} <= set(column(sheet, "Realisatie"))
    assert decimal_evidence(column(sheet, "Realisatie")) == "ambiguous"


def test_devices_with_their_carbon():
    sheet = sheet_of("boavizta-data-fr.csv")
    assert sheet.rows.height == 1226
    assert written(column(sheet, "gwp_total")) == 1279718.69
    assert date_formats(column(sheet, "added_date")) == ("%Y-%m-%d", "%d-%m-%Y")


def test_a_contract_register_with_line_breaks_in_its_header():
    sheet = sheet_of("exeter-contract-register.csv")
    assert sheet.rows.height == 224
    assert "Contractor/ Provider" in sheet.columns
    (value,) = (name for name in sheet.columns if name.startswith("Est Total Awarded"))
    assert decimal_evidence(column(sheet, value)) == "."
    assert len(date_formats(column(sheet, "Current end date"))) > 0


def test_asset_samples_with_spoilt_letters():
    sheet = sheet_of("snipe-it/snipeit_assets-sample-BAD.csv")
    assert sheet.rows.height + sheet.misfits.height == 200
    assert set(sheet.misfits["rule"]) == {"unreadable_text"}
    assert {"Company", "Company (2)"} <= set(sheet.columns)
    assert "6.37702E+15" in column(sheet, "Model Number")
    assert date_formats(column(sheet, "Purchase Date")) == ("%m/%d/%y",)


def test_two_tables_in_one_file():
    sheet = sheet_of("superstore_leonism.csv")
    assert sheet.rows.height == 9994
    assert sheet.misfits.height == 806
    assert set(sheet.misfits["rule"]) == {"second_table"}
    assert date_formats(column(sheet, "Order Date")) == ("%m/%d/%Y",)


def test_a_pivot_with_five_header_lines_is_refused():
    with pytest.raises(UserError) as refused:
        sheet_of("be_provincie_per_rekening.xlsx")
    assert refused.value.key == "reading.stacked_header"
    assert refused.value.values["lines"] == "1-5"
    assert refused.value.values["columns"] == 537
