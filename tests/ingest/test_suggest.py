"""What headers mean: known names map by themselves, close ones are suggested, doubt is asked."""

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nami_monitor.core.errors import UserError
from nami_monitor.demo import demo_files
from nami_monitor.ingest.cells import Layout, Sheet
from nami_monitor.ingest.profiles.profile import load_profile, parse_profile, write_profile
from nami_monitor.ingest.profiles.proposal import auto_profile
from nami_monitor.ingest.profiles.suggest import (
    guess_table,
    mappable,
    matching_profiles,
    missing_columns,
    suggest,
)
from nami_monitor.ingest.readers import read
from nami_monitor.ingest.readers.table import MISFIT_SCHEMA
from nami_monitor.tables import TABLES, columns

ROOT = Path(__file__).parents[2]
PROFILES = {p.stem: load_profile(p) for p in (ROOT / "data" / "profiles").glob("*.toml")}
DELIVERIES = demo_files(ROOT / "data" / "demo")


def sheet_like(headers):
    """A sheet of one blank row under these headers."""
    cells = {f"c{index}": [None] for index in range(1, len(headers) + 1)}
    rows = pl.DataFrame({"line": [2], **cells})
    empty = pl.DataFrame(schema=MISFIT_SCHEMA)
    return Sheet("file", Layout(), tuple(headers), rows, empty, 0, ())


def sheet_of(tmp_path, headers, *rows):
    file = tmp_path / "file.csv"
    lines = [";".join(headers), *(";".join(row) for row in rows or [["1"] * len(headers)])]
    file.write_text("\n".join(lines) + "\n", "utf-8")
    return read(file)[0]


ORDER = ["Datum", "Vestiging", "Categorie", "Kanaal", "Aantal"]
ROW = ["14-01-2026", "A", "papier", "webshop", "3"]


def test_known_names_are_certain_whatever_their_case_and_spaces():
    found = suggest(sheet_like(["DATUM", "vestiging ", "Bedrag  excl. BTW"]), "orders")
    assert {name: hit.header for name, hit in found.items() if hit.certain} == {
        "ordered_on": "DATUM",
        "location_id": "vestiging ",
        "amount_eur": "Bedrag  excl. BTW",
    }


def test_close_names_are_suggested_and_not_certain(tmp_path):
    found = suggest(sheet_of(tmp_path, ["Bestel-datum", "Vestigingen", "Kleur"]), "orders")
    assert found["ordered_on"].header == "Bestel-datum"
    assert found["location_id"].header == "Vestigingen"
    assert not found["ordered_on"].certain
    assert "Kleur" not in {hit.header for hit in found.values()}


def test_months_as_numbers_are_the_dates_under_a_heading_of_months(tmp_path):
    for head in ("Periode", "Boekperiode", "Maand"):
        sheet = sheet_of(tmp_path, [head, *ORDER[1:]], ["202507", *ROW[1:]], ["202512", *ROW[1:]])
        assert suggest(sheet, "orders")["ordered_on"].header == head
    sheet = sheet_of(tmp_path, ["Volgnummer", *ORDER[1:]], ["202507", *ROW[1:]])
    assert "ordered_on" not in suggest(sheet, "orders")


def test_requests_and_invoices_are_known_as_people_head_them():
    asked = suggest(sheet_like(["Datum aanvraag", "Gebouw", "Categorie", "Gevraagd"]), "requests")
    assert {name: hit.header for name, hit in asked.items()} == {
        "requested_on": "Datum aanvraag",
        "location_id": "Gebouw",
        "category": "Categorie",
        "quantity": "Gevraagd",
    }
    billed = suggest(sheet_like(["Fac. datum", "Product group"]), "orders")
    assert {billed[name].header for name in ("ordered_on", "category")} == {
        "Fac. datum",
        "Product group",
    }
    ledger = suggest(sheet_like(["Posting date", "Ship-to", "Net value (EUR)"]), "orders")
    assert {name: hit.header for name, hit in ledger.items()} == {
        "ordered_on": "Posting date",
        "location_id": "Ship-to",
        "amount_eur": "Net value (EUR)",
    }


def test_a_list_of_what_was_asked_for_is_no_list_of_what_happened_to_devices(tmp_path):
    heads = ["Nr", "Ingediend", "Team", "Gevraagd artikel", "Soort", "St.", "Besluit"]
    row = ["A-1", "13-07-2026", "Werf", "Stoel", "Meubilair", "2", "gekocht"]
    sheet = sheet_of(tmp_path, [*heads, "Datum besluit"], [*row, "14-07-2026"])
    assert guess_table(sheet)[0][0] == "requests"


def test_of_two_known_names_neither_is_certain_but_the_own_name_wins(tmp_path):
    found = suggest(sheet_of(tmp_path, ["Datum", "Orderdatum", "amount_eur", "Totaal"]), "orders")
    assert not found["ordered_on"].certain
    assert found["amount_eur"].header == "amount_eur"
    assert found["amount_eur"].certain


def test_columns_that_name_people_are_never_suggested(tmp_path):
    sheet = sheet_of(
        tmp_path, ["Naam", "Besteller", "Contactpersoon", "X"], ["1", "2", "3", "a@b.nl"]
    )
    assert mappable(sheet) == ["Naam"]
    for table in TABLES:
        assert {hit.header for hit in suggest(sheet, table).values()} <= {"Naam"}


@given(st.permutations(["Datum", "Maand", "Locatie", "Aantal", "Bedrag", "Totaal", "Staat"]))
def test_a_header_is_suggested_once_and_the_order_of_columns_plays_no_part(names):
    found = suggest(sheet_like(tuple(names)), "orders")
    headers = [hit.header for hit in found.values()]
    assert len(headers) == len(set(headers))
    assert {name: hit.header for name, hit in found.items() if hit.certain} == {
        "location_id": "Locatie",
        "quantity": "Aantal",
        "condition": "Staat",
    }


@pytest.mark.slow
def test_the_demo_files_are_recognised_by_their_own_profiles():
    first = {delivery.profile: delivery for delivery in reversed(DELIVERIES)}
    for delivery in first.values():
        found = matching_profiles(read(delivery.file)[0], PROFILES, delivery.file.name)
        assert found, delivery.file.name
        assert delivery.profile.stem in found, delivery.file.name


def test_of_profiles_that_fit_equally_the_one_with_the_files_name_leads():
    sheet = read(ROOT / "data" / "demo" / "sanitair_vullingen_2025_dozen.xlsx")[0]
    both = {"sanitary_refills_packs", "sanitary_refills_amounts"}
    found = matching_profiles(sheet, PROFILES, "sanitair_vullingen_2025_dozen.xlsx")
    assert set(found[:2]) == both
    renamed = {"dozen": PROFILES["sanitary_refills_packs"], "bedragen": PROFILES["categories"]}
    renamed["bedragen"] = PROFILES["sanitary_refills_amounts"]
    assert matching_profiles(sheet, renamed, "vullingen dozen 2025.xlsx")[0] == "dozen"


def test_a_profile_whose_required_column_is_gone_does_not_fit(tmp_path):
    sheet = sheet_of(tmp_path, ["Besteldatum", "Bestelnummer", "Artikelnummer"])
    assert matching_profiles(sheet, {"webshop": PROFILES["webshop"]}) == []


def test_the_likeliest_table_leads():
    for name, table in (
        ("locaties.csv", "locations"),
        ("contractregister.xlsx", "contracts"),
        ("it_register.csv", "assets"),
        ("webwinkel_2025.csv", "orders"),
        ("it_aanvragen.xlsx", "requests"),
    ):
        assert guess_table(read(ROOT / "data" / "demo" / name)[0])[0][0] == table


def test_a_profile_made_by_itself_can_be_kept_and_read_back(tmp_path):
    made = auto_profile(sheet_of(tmp_path, ORDER, ROW), "orders", "Kantoor X")
    assert parse_profile(write_profile(made)) == made
    assert set(made.tables[0].columns) == {
        "ordered_on", "location_id", "category", "channel", "quantity",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("headers", "table", "key", "said"),
    [
        (["Datum", "Vestiging"], "orders", "import.cannot_map", "category"),
        (["Datum", "Vestiging"], "orders", "import.cannot_map", "quantity / amount_eur"),
        ([*ORDER, "Orderdatum"], "orders", "import.two_columns", "Orderdatum"),
        (ORDER, "order", "import.unknown_table", "orders"),
    ],
)
def test_what_is_missing_or_in_doubt_is_named(tmp_path, headers, table, key, said):
    with pytest.raises(UserError) as refused:
        auto_profile(sheet_of(tmp_path, headers, [*ROW, "15-01-2026"][: len(headers)]), table, "X")
    assert refused.value.key == key
    assert said in str(refused.value)


def test_missing_columns_of_a_map_are_the_required_ones_that_nothing_fills(tmp_path):
    table = auto_profile(sheet_of(tmp_path, ORDER, ROW), "orders", "X").tables[0]
    assert missing_columns(table) == []
    for name in table.columns:
        left = {key: origin for key, origin in table.columns.items() if key != name}
        gone = missing_columns(type(table)(table.name, left))
        assert gone == (["quantity / amount_eur"] if name == "quantity" else [name])


def test_every_table_maps_from_its_own_column_names():
    for table in TABLES:
        names = [column.name for column in columns(table)]
        found = suggest(sheet_like(names), table)
        assert {name: hit.header for name, hit in found.items()} == {n: n for n in names}
        assert all(hit.certain for hit in found.values())
