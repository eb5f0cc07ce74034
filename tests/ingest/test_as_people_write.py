"""Cells as people write them: units behind numbers, nothing that happened, codes over two lines."""

from contextlib import closing
from datetime import date

import pytest

from nami_monitor.ingest.book.file_import import Answers, import_file
from nami_monitor.ingest.cells import Layout
from nami_monitor.ingest.profiles.library import read_sheets
from nami_monitor.ingest.profiles.profile import parse_profile, write_profile
from nami_monitor.ingest.profiles.proposal import proposed
from nami_monitor.ingest.readers import delimited
from nami_monitor.store import Store


@pytest.fixture
def booked(tmp_path):
    """A function that imports a text by a profile: its report, and what a query then gives."""

    def book(toml, text, query):
        (tmp_path / "x.csv").write_text(text, "utf-8")
        made = parse_profile(toml)
        with closing(Store(tmp_path / "x.duckdb")) as store:
            report = import_file(store, tmp_path / "x.csv", made, answers=Answers.yes(), who="t")
            for counts in report.tables.values():
                assert counts.read == counts.received + sum(counts.skipped.values())
                assert counts.received == counts.accepted + counts.set_aside + counts.known
            with store.read() as db:
                return report, db.rows(query)

    return book


CONTRACTS = """
source = "Register"
vat = "excl"
[[table]]
name = "contracts"
[table.columns]
contract_id = "Nr"
title = "Titel"
category = "Soort"
notice_months = "Opzegtermijn"
[table.codes]
category = "create"
"""


TERMS = {
    "3": 3, "3 mnd": 3, "3 mnd.": 3, "6 maanden": 6, "90 dagen": 3, "1 jaar": 12, "1,5 jaar": 18,
    "2 Months": 2, "1 kwartaal": 3, "n.t.b.": None, "onbepaald": None, "Onbekend": None,
    "nvt": None, "": None,
}  # fmt: skip
NO_TERMS = ("3 voor 12", "veel", "3 mnd 2", "drie", "1 decennium")


def test_a_term_of_notice_is_read_in_its_unit(booked):
    lines = [f"{n};T;kantoor;{term}" for n, term in enumerate((*TERMS, *NO_TERMS), 10)]
    text = "\n".join(["Nr;Titel;Soort;Opzegtermijn", *lines, ""])
    query = "select notice_months from contracts order by contract_id"
    report, rows = booked(CONTRACTS, text, query)
    assert [months for (months,) in rows] == list(TERMS.values())
    assert report.tables["contracts"].reasons == {"not_a_number": len(NO_TERMS)}


ORDERS = """
source = "X"
vat = "excl"
[[table]]
name = "orders"
[table.columns]
ordered_on = "Datum"
quantity = "Aantal"
amount_eur = "Bedrag"
location_id = "Plaats"
[table.constants]
category = "papier"
channel = "web"
[table.codes]
location_id = "create"
category = "create"
"""


def test_units_behind_numbers_do_not_change_them(booked):
    text = (
        "Datum;Aantal;Bedrag;Plaats\n13-01-2026;12 st.;€ 3,45 per doos;A\n"
        "14-01-2026;3 stuks;1.204,50;B\n15-01-2026;4;€ 2,-/stuk;C\n16-01-2026;4 dozen;1;D\n"
    )
    report, rows = booked(ORDERS, text, "select quantity, amount_eur from orders order by all")
    assert rows == [(3, 1204.5), (4, 2), (12, 3.45)]
    assert report.tables["orders"].reasons == {"not_a_number": 1}  # four boxes are not four pieces


TOTALS = (
    "Totaal",
    "Maandtotaal juli",
    "Kwartaaltotaal",
    "Totaal 2026",
    "Totaal juli 2026",
    "*",
    "**",
)


@pytest.mark.parametrize("total", TOTALS)
def test_a_row_that_adds_up_a_month_or_a_year_is_skipped(booked, total):
    text = f"Datum;Aantal;Bedrag;Plaats\n13-01-2026;2;3,45;A\n{total};2;3,45;\n"
    report, rows = booked(ORDERS, text, "select quantity, amount_eur from orders")
    assert rows == [(2, 3.45)]
    assert report.tables["orders"].skipped == {"totals_row": 1}


LINES = """
source = "x"
vat = "excl"
[file]
dates = ["%d-%m-%Y"]
decimal = ","
[[table]]
name = "orders"
[table.columns]
ordered_on = "Datum"
location_id = "Plaats"
category = "Soort"
amount_eur = "Bedrag"
supplier = "Leverancier"
[table.constants]
channel = "web"
"""


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize(
    ("heading", "text", "rule"),
    [
        ("Soort", "Totaal incl. btw", "totals_row"), ("Omschrijving", "SUBTOTAAL", "totals_row"),
        ("Omschrijving", "Totaal (excl. BTW) €:", "totals_row"),
        ("Soort", "Grand total", "totals_row"),
        ("Omschrijving", " Totaalbedrag te betalen", "totals_row"),
        ("Soort", "BTW 21%", "vat_row"), ("Omschrijving", "21% btw over 60,00", "vat_row"),
        ("Omschrijving", "B.T.W. hoog", "vat_row"), ("Soort", "VAT 20%", "vat_row"),
        ("Omschrijving", "Total doekjes", None), ("Soort", "vat", None),
        ("Soort", "Vat 60 l", None),
        ("Omschrijving", "Totaalonderhoud", None), ("Plaats", "Totaal", "totals_row"),
        ("Omschrijving", "BTW-advies", None), ("Leverancier", "Total", None),
    ],
)  # fmt: skip
def test_a_line_that_adds_up_others_or_is_their_vat_is_skipped_wherever_that_stands(
    booked, monkeypatch, heading, text, rule, large
):
    monkeypatch.setattr(delimited, "LARGE_BYTES", 0 if large else 1 << 30)
    line = {"Datum": "06-07-2026", "Leverancier": "Bos", "Plaats": "Tiel", "Soort": "papier",
            "Omschrijving": "A4", "Bedrag": "20,00"}  # fmt: skip
    lines = [line, line | {"Bedrag": "40,00"}, line | {heading: text, "Bedrag": "72,60"}]
    told = "\n".join(";".join(row.values()) for row in ({n: n for n in line}, *lines))
    report, rows = booked(LINES, told, "select amount_eur from orders order by 1")
    assert rows == [(20,), (40,)] if rule else [(20,), (40,), (72.6,)]
    assert report.tables["orders"].skipped == ({rule: 1} if rule else {})


def test_a_column_that_says_the_rate_of_each_line_makes_none_of_them_vat(booked):
    text = "Datum;Leverancier;Plaats;Soort;Omschrijving;Bedrag\n" + "".join(
        f"0{n}-07-2026;Bos;Tiel;papier;BTW {rate}%;{n}\n" for n, rate in ((1, 21), (2, 9), (3, 21))
    )
    _, rows = booked(LINES, text, "select amount_eur from orders order by 1")
    assert rows == [(1,), (2,), (3,)]


@pytest.mark.parametrize("large", [False, True])
def test_a_supplier_whose_name_begins_a_row_may_be_called_total(booked, monkeypatch, large):
    monkeypatch.setattr(delimited, "LARGE_BYTES", 0 if large else 1 << 30)
    text = (
        "Leverancier;Datum;Plaats;Soort;Bedrag\nTotal Nederland;06-07-2026;Tiel;diesel;20,00\n"
        "Bos;07-07-2026;Tiel;papier;40,00\nTotaal Nederland;;;;60,00\n"
    )
    report, rows = booked(LINES, text, "select supplier, amount_eur from orders order by 2")
    assert rows == [("Total Nederland", 20), ("Bos", 40)]
    assert report.tables["orders"].skipped == {"totals_row": 1}


def test_a_code_over_two_lines_is_one_code(booked):
    text = 'Datum;Aantal;Bedrag;Plaats\n13-01-2026;1;2;"Stadhuis\nOost"\n14-01-2026;1;2;Werf\n'
    report, rows = booked(ORDERS, text, "select location_id from orders order by ordered_on")
    assert report.tables["orders"].set_aside == 0
    assert rows == [("Stadhuis Oost",), ("Werf",)]


EVENTS = """
source = "Register"
[[table]]
name = "assets"
[table.columns]
asset_id = "Nr"
category = "Soort"
location_id = "Plaats"
acquired_on = "Van"
[table.codes]
location_id = "create"
category = "create"
[[table]]
name = "asset_events"
[table.columns]
asset_id = "Nr"
happened_on = "Tot"
{kind}
[table.constants]
{fixed}
"""


def test_a_thing_still_in_use_gives_no_event(booked):
    text = "Nr;Soort;Plaats;Van;Tot\n1;laptop;A;01-02-2024;\n2;laptop;A;01-02-2024;03-04-2026\n"
    toml = EVENTS.format(kind="", fixed='kind = "retired"')
    report, rows = booked(toml, text, "select asset_id from asset_events")
    assert rows == [("2",)]
    assert report.tables["assets"].accepted == 2
    events = report.tables["asset_events"]
    assert (events.accepted, events.set_aside, events.skipped) == (1, 0, {"no_event": 1})


def test_an_event_without_its_day_is_one_all_the_same(booked):
    text = (
        "Nr;Soort;Plaats;Van;Tot;Wat\n1;laptop;A;01-02-2024;;\n"
        "2;laptop;A;01-02-2024;03-04-2026;repair\n3;laptop;A;01-02-2024;;retired\n"
    )
    toml = EVENTS.format(kind='kind = "Wat"', fixed="")
    report, _ = booked(toml, text, "select 1")
    events = report.tables["asset_events"]
    assert (events.accepted, events.set_aside, events.skipped) == (1, 1, {"no_event": 1})


REGISTER = """
source = "Register"
vat = "excl"
[[table]]
name = "contracts"
[table.columns]
contract_id = "Nr"
title = "Titel"
category = "Soort"
starts_on = "Van"
ends_on = "Tot"
option_dates = "Opties"
[table.codes]
category = "create"
"""
ENDS = {
    "31-12-2027": None, "Onbepaald": "open_ended", "voor onbepaalde tijd": "open_ended",
    "n.t.b.": "to_be_confirmed", "TBC": "to_be_confirmed", "Doorlopend": "rolling",
    "-": None, "nvt": None, "": None,
}  # fmt: skip


def test_an_end_that_is_open_or_not_known_is_no_error_and_says_why(booked):
    lines = [f"{n};T;k;01-02-2024;{end};2x1 jaar" for n, end in enumerate((*ENDS, "ooit"), 10)]
    text = "\n".join(["Nr;Titel;Soort;Van;Tot;Opties", *lines, ""])
    query = "select ends_on is null, ends_on_note, option_dates from contracts order by contract_id"
    report, rows = booked(REGISTER, text, query)
    assert [note for _, note, _ in rows] == list(ENDS.values())
    assert [none for none, _, _ in rows] == [False] + [True] * (len(ENDS) - 1)
    assert {options for _, _, options in rows} == {"2x1 jaar"}
    assert report.tables["contracts"].reasons == {"not_a_date": 1}


def test_a_note_of_the_file_itself_goes_before_what_the_day_says(booked):
    toml = REGISTER.replace('option_dates = "Opties"', 'ends_on_note = "Opties"')
    toml += '[table.values.ends_on_note]\n"loopt door" = "rolling"\n'
    text = "Nr;Titel;Soort;Van;Tot;Opties\n1;T;k;01-02-2024;onbepaald;loopt door\n"
    _, rows = booked(toml, text, "select ends_on, ends_on_note from contracts")
    assert rows == [(None, "rolling")]


@pytest.mark.parametrize("word", ["-", "n.v.t.", "onbepaald"])
def test_a_thing_of_which_nobody_knows_that_it_went_gives_no_event(booked, word):
    text = f"Nr;Soort;Plaats;Van;Tot\n1;laptop;A;01-02-2024;{word}\n2;l;A;01-02-2024;03-04-2026\n"
    toml = EVENTS.format(kind="", fixed='kind = "retired"')
    report, rows = booked(toml, text, "select asset_id from asset_events")
    assert rows == [("2",)]
    assert report.tables["asset_events"].skipped == {"no_event": 1}


def test_years_alone_are_dates_of_that_grain_by_themselves(tmp_path):
    (tmp_path / "a.csv").write_text(
        "Jaar;Locatie;Categorie;Kanaal;Aantal\n2024;A;p;w;3\n2025;A;p;w;4\n"
    )
    sheet = read_sheets(tmp_path / "a.csv", Layout())[0]
    profile = proposed(sheet, "verbruik.csv")
    assert profile.grain == "year"
    profile = parse_profile(write_profile(profile))
    with closing(Store(tmp_path / "x.duckdb")) as store:
        import_file(store, tmp_path / "a.csv", profile, answers=Answers.yes(), who="t")
        with store.read() as db:
            rows = db.rows("select ordered_on, quantity from orders order by 1")
    assert rows == [(date(2024, 1, 1), 3), (date(2025, 1, 1), 4)]


PERIODS = """
source = "Verbruik"
[[table]]
name = "orders"
[table.columns]
ordered_on = "{head}"
quantity = "Aantal"
[table.constants]
location_id = "A"
category = "b"
channel = "web"
[table.codes]
location_id = "create"
category = "create"
"""


def test_months_as_numbers_and_days_of_the_week_are_dates_and_serial_numbers_say_what_they_are(
    booked,
):
    days = "select cast(ordered_on as text) from orders order by quantity"
    text = "Boekperiode;Aantal\n202511;1\n202512;2\n46204;3\n202513;4\n"
    report, found = booked(PERIODS.format(head="Boekperiode"), text, days)
    assert found == [("2025-11-01",), ("2025-12-01",)]
    assert report.main.reasons == {"serial_date": 1, "not_a_date": 1}


@pytest.mark.parametrize("head", ["Datum", "Nummer"])
def test_numbers_of_six_digits_are_no_months_under_another_heading(booked, head):
    text = f"{head};Aantal\n202511;1\nwo 3 dec 2025;2\n"
    report, found = booked(PERIODS.format(head=head), text, "select ordered_on from orders")
    assert (len(found), report.main.reasons) == (1, {"not_a_date": 1})
