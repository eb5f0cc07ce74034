"""Files and profiles as a hostile or careless supplier would send them."""

import os
from datetime import date

import openpyxl
import pytest

from nami_monitor.core.errors import UserError
from nami_monitor.i18n import LANGS, text
from nami_monitor.ingest.book.file_import import Answers, import_file
from nami_monitor.ingest.cells import Layout
from nami_monitor.ingest.profiles.profile import (
    Origin,
    Profile,
    TableMap,
    Unpivot,
    load_profile,
    parse_profile,
)
from nami_monitor.ingest.profiles.proposal import auto_profile
from nami_monitor.ingest.profiles.source_cells import source_cells
from nami_monitor.ingest.readers import read
from nami_monitor.store import Store

HEADER = "Datum;Locatie;Categorie;Kanaal;Aantal;Bedrag;Bestelnummer"
LINE = "05-01-2025;{place};paper;web;{quantity};{amount};{ref}"
PROFILE = """source = "x"
[[table]]
name = "orders"
[table.columns]
ordered_on = "Datum"
"""


def orders(tmp_path, lines):
    path = tmp_path / "orders.csv"
    good = [
        LINE.format(place="L1", quantity=n, amount=f"{n},50", ref=f"A{n}") for n in range(1, 21)
    ]
    path.write_text("\n".join([HEADER, *good, *lines]) + "\n", "utf-8")
    return path


def book(tmp_path, path):
    profile = auto_profile(read(path)[0], "orders", "Shop")
    store = Store(tmp_path / "own.duckdb")
    report = import_file(store, path, profile, answers=Answers.yes(), who="t")
    return store, report.main


WRONG_NUMBERS = (
    "1e999", "inf", "-inf", "nan", "Infinity", "\x01n5", "+-5", "-+5", "++5", "--5", "0x10",
    "1_000", "1e3", "٣", "=1+1", "#DIV/0!", "1" + "0" * 16, "-1" + "0" * 16, "1" + "0" * 400,
)  # fmt: skip


def test_no_wrong_number_is_accepted(tmp_path):
    lines = [
        LINE.format(place="L1", quantity=seen, amount="1,00", ref=f"X{index}")
        for index, seen in enumerate(WRONG_NUMBERS)
    ]
    store, counts = book(tmp_path, orders(tmp_path, lines))
    assert (counts.accepted, counts.set_aside) == (20, len(WRONG_NUMBERS))
    assert set(counts.reasons) == {"not_a_number", "number_too_large"}
    with store.read() as db:
        assert db.value("select sum(quantity) from orders") == sum(range(1, 21))
    store.close()


def test_words_of_sql_and_formulas_stay_words(tmp_path):
    places = ["'); drop table orders; --", "=cmd|' /C calc'!A0", "{0.__class__}", "\u202eabc", "😀"]
    lines = [
        LINE.format(place=f'"{place}"', quantity=1, amount="1,00", ref=f"X{index}")
        for index, place in enumerate(places)
    ]
    store, counts = book(tmp_path, orders(tmp_path, lines))
    assert counts.accepted == 20 + len(places)
    with store.read() as db:
        found = {row[0] for row in db.rows("select distinct location_id from orders")}
    assert found == {"L1", *places}
    store.close()


@pytest.mark.parametrize("suffix", ["xls", "xlsx", "csv", "parquet", "exe"])
def test_a_workbook_is_read_whatever_its_name_ends_in(tmp_path, suffix):
    book = openpyxl.Workbook()
    book.active.append(["Datum", "Aantal"])
    book.active.append([date(2025, 1, 5), 3])
    path = tmp_path / "orders.xlsx"
    book.save(path)
    named = path.rename(tmp_path / f"orders.{suffix}")
    assert read(named)[0].rows["c2"].to_list() == ["\x01n3"]


@pytest.mark.skipif(os.name == "nt", reason="names are always text there")
def test_a_name_that_is_no_text_is_refused(tmp_path):
    path = tmp_path / os.fsdecode(b"orders\xff.csv")
    path.write_text(f"{HEADER}\n", "utf-8")
    with pytest.raises(UserError) as refused:
        read(path)
    assert refused.value.key == "reading.file_name"
    str(refused.value.values["file"]).encode()


@pytest.mark.slow
def test_two_thousand_columns_are_mapped(tmp_path):
    path = tmp_path / "wide.csv"
    names = [f"k{number}" for number in range(2000 - len(HEADER.split(";")))]
    path.write_text(
        ";".join([HEADER, *names]) + "\n"
        + LINE.format(place="L1", quantity=1, amount="1,00", ref="A1") + ";v" * len(names)
        + "\n"
    )  # fmt: skip
    assert auto_profile(read(path)[0], "orders", "Shop").tables[0].name == "orders"


def test_a_hostile_pattern_takes_no_longer_than_the_headers_are_long(tmp_path):
    path = tmp_path / "wide.csv"
    path.write_text("Locatie;" + "a" * 60 + "!\nL1;1\n")
    sheet = read(path)[0]
    unpivot = Unpivot("^(a+)+$", "@month", "@value")
    profile = Profile(
        "x", (TableMap("orders", {"quantity": Origin(("@value",))}),), unpivot=unpivot
    )
    with pytest.raises(UserError, match="unpivot_nothing"):
        source_cells(sheet, profile, file=path, frame="sheet", period=None)


PATTERNS = ("a{2000}", "(a{900}){900}", "(?x) L 1", "(?u)L1", "\\u004c1", "(?=L)", "(" * 3000)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_patterns_that_a_reader_cannot_take_are_refused(pattern):
    origin = f"location_id = {{ from = 'Locatie', regex = '{pattern}' }}\n"
    assert refusal(PROFILE + origin) == "profile.pattern"


HOSTILE = {
    "deep": ("a = " + "[" * 5000, "profile.toml"),
    "deep tables": ("a = " + "{a=" * 3000, "profile.toml"),
    "many digits": ("vat_rate = 1" + "0" * 5000, "profile.toml"),
    "a large factor": (
        PROFILE + "quantity = { from = 'A', scale = 1" + "0" * 400 + " }", "profile.type"
    ),
    "no factor": (PROFILE + "quantity = { from = 'A', scale = nan }", "profile.type"),
    "a boolean rate": ("vat_rate = true\n" + PROFILE, "profile.type"),
    "a table twice": (PROFILE + PROFILE.partition("\n")[2], "profile.same_table"),
    "unknown key": ("sauce = 1\n" + PROFILE, "profile.unknown_key"),
    "two signs": ("file.delimiter = ';;'\n" + PROFILE, "profile.type"),
    "no sign": ("file.delimiter = ''\n" + PROFILE, "profile.type"),
    "a sign that is no sign": ("file.delimiter = '\"'\n" + PROFILE, "profile.type"),
    "a day twice": ("file.dates = ['%d-%d-%Y']\n" + PROFILE, "profile.date_pattern"),
    "two years": ("file.dates = ['%d-%m-%y-%Y']\n" + PROFILE, "profile.date_pattern"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_profiles_are_refused_in_a_sentence(name):
    profile, key = HOSTILE[name]
    assert refusal(profile) == key


def test_a_profile_saved_with_a_byte_order_mark_is_read(tmp_path):
    path = tmp_path / "shop.toml"
    path.write_text(PROFILE, "utf-8-sig")
    assert load_profile(path) == parse_profile(PROFILE)


def refusal(profile):
    with pytest.raises(UserError) as refused:
        parse_profile(profile)
    error = refused.value
    for lang in LANGS:
        assert len(text(f"errors.{error.key}", lang, **error.values)) < 2000
    return error.key


@pytest.mark.parametrize("encoding", ["hex", "rot13", "undefined", "a\0b", "../../x"])
def test_what_is_no_text_encoding_is_refused(tmp_path, encoding):
    path = tmp_path / "orders.csv"
    path.write_bytes(b"Datum;Caf\xe9\n05-01-2025;1\n")
    with pytest.raises(UserError, match="encoding_name"):
        read(path, Layout(encoding=encoding))
