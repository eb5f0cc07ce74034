"""Cells as people write them: units behind numbers, nothing that happened, codes over two lines."""

from contextlib import closing

import pytest

from nami_monitor.ingest.book.file_import import Answers, import_file
from nami_monitor.ingest.profiles.profile import parse_profile
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
