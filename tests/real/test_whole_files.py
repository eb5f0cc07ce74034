"""Real files of others, imported with a profile each; figures as their origin states them."""

from dataclasses import replace

import pytest

from nami_monitor.core.errors import UserError
from nami_monitor.ingest.book.undo import undo
from nami_monitor.ingest.profiles.profile import Origin
from nami_monitor.ingest.readers import read
from tests.real.trial import kept, mapped
from tests.support.databases import newest_file

pytestmark = pytest.mark.real


def test_a_contract_register_keeps_what_is_open_open(imported):
    report = imported("exeter-contract-register.csv", "exeter")
    assert (report.main.accepted, report.main.set_aside, report.main.known) == (224, 0, 0)
    starts, ends, total, valued = imported.rows(
        "select count(starts_on), count(ends_on), sum(value_eur) / 1.15, count(value_eur)"
        " from contracts"
    )[0]
    assert (starts, ends, valued) == (219, 190, 220)
    assert total == pytest.approx(168_974_432.40, abs=0.005)
    notes = imported.rows(
        "select ends_on_note, count(*), count(ends_on) from contracts group by 1 order by 1"
    )
    assert notes == [("open_ended", 6, 0), ("rolling", 3, 0), ("to_be_confirmed", 25, 0),
                     (None, 190, 190)]  # fmt: skip
    assert imported.value("select count(*) from contracts where ends_on < starts_on") == 0
    assert imported.value("select count(*) from contracts where contract_id = '0021'") == 1
    assert imported.value("select count(distinct contract_id) from contracts") == 224
    codes = imported.value("select cpv from contracts where cpv like '48100000%'")
    assert codes == "48100000-9;48214000-1;48219300-9"


def test_devices_with_their_carbon(imported):
    report = imported("boavizta-data-fr.csv", "boavizta")
    assert (report.main.accepted, report.main.set_aside) == (1226, 0)
    total, sources, licences, heavy = imported.rows(
        "select sum(co2e_kg), count(factor_source), min(factor_licence), max(mass_kg) from products"
    )[0]
    assert total == pytest.approx(1_279_718.69, abs=0.005)
    assert (sources, licences, heavy) == (1226, "ODbL 1.0", 123)


def test_devices_of_one_name_that_say_the_same_are_known(imported):
    by_name = mapped("boavizta", product_id=Origin(("manufacturer", "name"), how="join"))
    report = imported("boavizta-data-fr.csv", by_name)
    assert (report.main.accepted, report.main.known, report.main.set_aside) == (1222, 4, 0)


@pytest.mark.parametrize("kind", ["BAD", "BLANKS"])
def test_powers_of_ten_are_no_model_numbers(imported, kind):
    file = f"snipe-it/snipeit_assets-sample-{kind}.csv"
    spoilt = imported(file, "snipe_assets")
    assert spoilt.main.reasons == {"spoilt_identifier": 178, "unreadable_text": 22}
    assert "6.37702E+15" in imported.words()
    undo(imported.store, spoilt.batch, who="t")
    without = imported(file, mapped("snipe_assets", product_id=None))
    assert (without.main.accepted, without.main.set_aside) == (178, 22)
    assert imported.value("select acquired_on::varchar from assets_offered where line = 2") == (
        "2016-04-05"
    )


@pytest.mark.parametrize(
    ("file", "profile", "columns"),
    [
        ("snipe-it/snipeit_assets-sample-BAD.csv", "snipe_assets", ["Full Name", "Email"]),
        ("snipe-it/snipeit_assets-sample-BLANKS.csv", "snipe_assets", ["Username", "Email"]),
        (
            "snipe-it/snipeit_assets-sample.csv",
            "snipe_holders",
            ["Checked Out To: First Name", "Checked Out To: Last Name", "Checked Out To: Email"],
        ),
        ("superstore_leonism.csv", "superstore", ["Customer Name", "Customer ID"]),
        ("birmingham-pcard/purchasecardsdec2014.xls", "birmingham", ["CARD NUMBER"]),
    ],
)
def test_people_are_nowhere_in_the_database(imported, file, profile, columns):
    (sheet,) = read(imported.data / file)
    people = {
        cell.casefold()
        for name in columns
        for cell in sheet.rows[f"c{sheet.columns.index(name) + 1}"]
        if cell and len(cell) > 2
    }
    report = imported(file, profile)
    assert set(columns) <= set(report.dropped_columns)
    words = {word.casefold() for word in imported.words()}
    assert not people & words
    whole = "\n".join(words - {word for word in words if "source =" in word})
    assert not [name for name in people if " " in name or "@" in name if name in whole]
    imported.store.close()
    stored = newest_file(imported.store.path).read_bytes()
    assert not [name for name in people if "@" in name and name.encode() in stored.lower()]


def test_two_tables_in_one_file_are_told_apart(imported):
    report = imported("superstore_leonism.csv", "superstore")
    assert (report.main.read, report.main.accepted) == (10800, 9994)
    assert report.main.reasons == {"second_table": 806}
    pieces, amount = imported.rows("select sum(quantity), sum(amount_eur) / 0.9 from orders")[0]
    assert (pieces, round(amount, 2)) == (37873, 2297200.86)


def test_cost_types_are_thousands_of_a_year(imported):
    report = imported("nl_apparaatskosten.csv", "nl_apparaatskosten")
    assert (report.main.accepted, report.main.set_aside) == (2257, 17)
    assert report.main.reasons == {"any_of_quantity_or_amount_eur": 17}
    totals = dict(
        imported.rows("select year(ordered_on), sum(amount_eur) / 1000 from orders group by 1")
    )
    assert totals == pytest.approx({2014: 13_002_420.73, 2015: 12_760_689.71})
    assert imported.rows("select distinct grain from batches") == [("year",)]
    spelt = "select count(*) from orders where category = '{}'"
    assert imported.value(spelt.format("documents")) == 31
    assert imported.value(spelt.format("it_hardware")) > 50


def test_budget_lines_in_millions_and_thousands(imported):
    report = imported("nl_begrotingsstaten_fixed_chars.csv", "nl_begrotingsstaten")
    assert report.main.read == 1428
    assert sum(report.main.skipped.values()) == 1059
    assert report.main.reasons["not_a_number"] == 15
    assert imported.value(
        "select amount_eur from orders where category = 'Primair onderwijs'"
        " and ordered_on = date '2013-01-01'"
    ) == pytest.approx(9_727_312_000)


def test_budget_lines_without_a_stated_decimal_sign_are_asked_about(imported):
    unstated = replace(kept("nl_begrotingsstaten"), decimal=None)
    with pytest.raises(UserError) as asked:
        imported("nl_begrotingsstaten_fixed_chars.csv", unstated)
    assert asked.value.key == "import.ambiguous_decimal"
    assert imported.value("select count(*) from batches") == 0


def test_staff_of_agencies(imported):
    report = imported("nl_agentschappen_fte.csv", "nl_agentschappen_fte")
    assert (report.main.accepted, report.main.set_aside) == (283, 0)
    seen = set(imported.rows("select value, period_start::varchar from measurements"))
    assert {(159.5, "2009-01-01"), (16, "2009-01-01")} <= seen
    assert imported.rows("select distinct unit, proxy from measurements") == [("fte", False)]
    assert imported.value("select max(period_end)::varchar from measurements") == "2015-12-31"


def test_money_of_agencies_with_and_without_decimals(imported):
    turnover = mapped("nl_agentschappen_fte", value=Origin(("Omzet moeder departement",)))
    imported("nl_agentschappen_fte.csv", turnover)
    seen = {value for (value,) in imported.rows("select value from measurements")}
    assert {17040.686, 7391} <= seen


def test_a_pivot_is_refused(imported):
    with pytest.raises(UserError) as refused:
        imported("be_provincie_per_rekening.xlsx", "be_provincie")
    assert refused.value.key == "reading.stacked_header"
    assert refused.value.values["lines"] == "1-5"
