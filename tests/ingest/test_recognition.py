"""What is recognised of files of public bodies, as `benchmarks/recognition.py` prints it."""

import tomllib

import pytest

from nami_monitor.ingest.profiles.profile import parse_profile
from nami_monitor.ingest.profiles.suggest import (
    guess_table,
    header_words,
    matching_profiles,
    suggest,
)
from nami_monitor.ingest.readers import read
from nami_monitor.tables import columns
from tests.support.recognition import PUBLISHED, published


@pytest.mark.parametrize("source", sorted(PUBLISHED.glob("*.toml")), ids=lambda file: file.stem)
def test_what_is_written_down_of_a_file_stands_in_it(source, tmp_path):
    stated = tomllib.loads(source.read_text("utf-8"))
    (tmp_path / "a.csv").write_text(stated["text"].lstrip("\n"), "utf-8")
    (sheet,) = read(tmp_path / "a.csv")
    assert {header for headers in stated["columns"].values() for header in headers} <= {
        *sheet.columns
    }
    assert set(stated["columns"]) <= {column.name for column in columns(stated["table"])}


def demanded(found):
    """At least four columns of five, none wrong and called certain, the table in eight of ten."""
    found = list(found)
    right, useful = (sum(getattr(one, name) for one in found) for name in ("right", "columns"))
    assert [one.wrong for one in found if one.wrong] == []
    assert right >= 0.8 * useful, [(one.name, one.missed) for one in found]
    assert sum(one.table == one.meant for one in found) >= 0.8 * len(found)


@pytest.mark.parametrize("later", [False, True])
def test_files_of_public_bodies_are_recognised(tmp_path, later):
    demanded(published(tmp_path, later=later))


def sheet_of(folder, text):
    (folder / "b.csv").write_text(text, "utf-8")
    return read(folder / "b.csv")[0]


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("CONTRACT_TITLE", ("contract", "title")),
        ("InvoiceRef", ("invoice", "reference")),
        ("Aant. VPE", ("aantal", "vpe")),
        ("Art.nr.", ("artikel", "nummer")),
        ("Klantnr", ("klantnummer",)),
        ("Realisatie (*Eu 1000)", ("realisatie",)),
        ("Bedrag incl. BTW", ("bedrag",)),
        ("Bedrag ex btw", ("bedrag",)),
        ("Netto zonder B.T.W.", ("netto",)),
        ("Amount including VAT", ("amount",)),
        ("ex btw", ("ex", "btw")),
        ("BTW-bedrag", ("btw", "bedrag")),
        ("(x)", ("x",)),
        ("2024", ("2024",)),
    ],
)
def test_a_header_is_read_word_by_word(header, words):
    assert header_words(header) == words


def test_a_known_name_over_cells_of_another_kind_is_no_such_column(tmp_path):
    sheet = sheet_of(tmp_path, "Datum;Bedrag;Leverancier\nlater;veel;12,50\nooit;weinig;9,95\n")
    assert {name: hit.header for name, hit in suggest(sheet, "orders").items()} == {
        "amount_eur": "Leverancier"  # the only one of amounts
    }


def test_what_is_not_called_what_it_is_may_be_told_by_its_cells(tmp_path):
    sheet = sheet_of(
        tmp_path,
        "Wanneer;Wie;Hoeveel;Waarvoor\n03-02-2026;Papyrus B.V.;12,50;papier\n"
        "04-02-2026;Schoon N.V.;9,95;zeep\n05-02-2026;Kantoor Ltd;1.204,10;pennen\n",
    )
    assert guess_table(sheet)[0][0] == "orders"
    found = suggest(sheet, "orders")
    assert {name: hit.header for name, hit in found.items()} == {
        "ordered_on": "Wanneer",
        "supplier": "Wie",
        "amount_eur": "Hoeveel",
    }
    assert not any(hit.certain for hit in found.values())


def test_serial_numbers_with_a_place_are_assets(tmp_path):
    rows = "\n".join(f"AB{n}-C;Stadhuis;0{n}-02-2024" for n in range(1, 9))
    sheet = sheet_of(tmp_path, f"Plaatje;Gebouw;In gebruik\n{rows}\n")
    assert guess_table(sheet)[0][0] == "assets"
    assert suggest(sheet, "assets")["asset_id"].header == "Plaatje"


def test_a_name_goes_before_a_number(tmp_path):
    sheet = sheet_of(
        tmp_path,
        "Dept code;Department;Amount;Date\n12;Parks;1.50;2026-01-02\n14;Roads;2.50;2026-01-03\n",
    )
    assert suggest(sheet, "orders")["location_id"].header == "Department"


PROFILE = """
source = "X"
vat = "excl"
[[table]]
name = "orders"
[table.columns]
ordered_on = "Datum"
amount_eur = { from = "Bedrag", sign = { column = "D/C", negative = ["C"] } }
quantity = "Aantal"
supplier = "Leverancier"
[table.constants]
location_id = "a"
category = "b"
channel = "c"
"""


@pytest.mark.parametrize(
    ("header", "fits"),
    [
        ("Datum;Bedrag;D/C;Aantal;Leverancier", True),
        ("Datum;Bedrag;D/C;Leverancier", True),
        ("Datum;Aantal;Leverancier", True),
        ("Datum;Leverancier;Kleur", False),  # neither a quantity nor an amount
        ("Datum;Bedrag;Leverancier", False),  # the amount's sign is gone
        ("Datum;Bedrag;Kleur", False),
        ("Bedrag;D/C;Aantal;Leverancier", False),
        ("Datum;Kleur;Maat", False),
    ],
)
def test_a_profile_is_recognised_when_the_columns_that_it_needs_are_there(tmp_path, header, fits):
    sheet = sheet_of(tmp_path, f"{header}\n{';'.join('1' * len(header.split(';')))}\n")
    assert matching_profiles(sheet, {"x": parse_profile(PROFILE)}) == ["x"] * fits
