"""The files: the same bytes from the same seed, messy in the ways that are stated."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from python_calamine import load_workbook

from nami_monitor.core.errors import UserError
from nami_monitor.core.settings import SHIPPED
from nami_monitor.demo import demo_files
from nami_monitor.demo.__main__ import files, render, simulate, write
from nami_monitor.demo.file_formats import Csv, Workbook, columns, dutch_number, euro, spoil
from nami_monitor.demo.sanitary_supplies import SHORT_MONTHS
from nami_monitor.demo.truth import TRUTH, BadCell
from nami_monitor.i18n import text
from nami_monitor.ingest.profiles.profile import load_profile


@pytest.fixture(scope="session")
def tables(world):
    return files(world)


@pytest.fixture(scope="session")
def folder(world, tmp_path_factory):
    path = tmp_path_factory.mktemp("demo")
    write(world, path)
    return path


def content(path: Path):
    """The bytes of a file; of a workbook, those of its parts (compressors may differ)."""
    if path.suffix != ".xlsx":
        return path.read_bytes()
    with zipfile.ZipFile(path) as parts:
        return {part.filename: parts.read(part) for part in parts.infolist()}


def sheet(path: Path):
    return load_workbook(str(path)).get_sheet_by_index(0).to_python(skip_empty_area=False)


@pytest.mark.slow
def test_the_shipped_files_are_what_the_generator_writes(folder):
    shipped = SHIPPED / "demo"
    assert {p.name for p in folder.iterdir()} == {p.name for p in shipped.iterdir()}
    for path in folder.iterdir():
        assert content(path) == content(shipped / path.name), path.name


def test_a_workbook_is_the_same_bytes_twice(tables):
    book = tables["contractregister.xlsx"]
    assert book.to_bytes() == book.to_bytes()
    with zipfile.ZipFile(io.BytesIO(book.to_bytes())) as parts:
        assert b"2026-11-02T09:00:00Z" in parts.read("docProps/core.xml")


def test_another_seed_is_another_world(world):
    other = simulate(replace(TRUTH, seed=TRUTH.seed + 1))
    assert not np.array_equal(other.office.cabinet, world.office.cabinet)
    assert other.organisation.staff_days.shape == world.organisation.staff_days.shape


def test_the_whole_delivery_stays_small(folder, tables):
    assert sum(path.stat().st_size for path in folder.iterdir()) < 6_000_000
    assert 60_000 < sum(len(table.rows) for table in tables.values()) < 120_000


def test_every_bad_row_stands_beside_the_good_ones(tables):
    for bad in TRUTH.bad_cells:
        table = tables[bad.file]
        column = columns(table).index(bad.column)
        found = sum(row[column] == bad.value for row in table.rows)
        twins = [b for b in TRUTH.bad_cells if b == bad]
        assert found == len(twins), bad
    assert len(TRUTH.bad_cells) == 11


def test_spoiling_adds_rows_and_keeps_the_others():
    table = Csv("a;b", [(1, 2), (3, 4), (5, 6)])
    spoilt = spoil("x.csv", table, (BadCell("x.csv", "b", "?"), BadCell("y.csv", "b", "!")))
    assert spoilt.rows == [(1, 2), (3, "?"), (3, 4), (5, 6)]


def test_cabinet_workbooks_have_titles_above_and_totals_below(folder):
    rows = sheet(folder / "voorraadkast_2024.xlsx")
    assert rows[0][0] == "Verbruik uit de voorraadkasten in 2024"
    assert rows[3][:3] == ["Maand", "Locatiecode", "Artikelnr"]
    assert rows[4][0] == date(2024, 1, 1)
    body, total = rows[4:-1], rows[-1]
    assert total[1] == "Totaal"
    assert total[4] == sum(row[4] for row in body)
    assert total[5] == pytest.approx(sum(row[5] for row in body))


def test_the_totals_row_leaves_the_bad_rows_out(folder):
    rows = sheet(folder / "voorraadkast_2023.xlsx")
    good = [row for row in rows[4:-1] if not any(v in row for v in ("n.v.t.", "zie mail"))]
    assert len(rows[4:-1]) - len(good) == 2
    assert rows[-1][4] == sum(row[4] for row in good)


def test_web_shop_files_are_cp1252_with_euros_and_decimal_commas(folder):
    raw = (folder / "webwinkel_2025.csv").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        raw.decode("utf-8")
    header, *lines = raw.decode("cp1252").split("\r\n")[:-1]
    assert header.split(";")[6:] == ["Bedrag incl. btw", "Bestelbevoegde", "E-mailadres"]
    fields = [line.split(";") for line in lines]
    assert all(len(line) == 9 for line in fields)
    assert all(re.fullmatch(r"€ \d{1,3}(\.\d{3})*,\d\d", line[6]) for line in fields)
    assert all(re.fullmatch(r"\d\d-\d\d-2025", line[0]) for line in fields)
    assert all(line[8].endswith("@zuiderlicht.invalid") for line in fields)
    assert any("geïllustreerd" in line[4] for line in fields)


def test_web_shop_packs_are_those_of_the_world(tables, world):
    spoilt = {bad.value for bad in TRUTH.bad_cells}
    packs = sum(
        row[5]
        for name, table in tables.items()
        if name.startswith("webwinkel_")
        for row in table.rows
        if not spoilt & {row[0], row[2]}
    )
    assert packs == world.office.webshop.sum()


def test_refills_have_months_as_columns_and_blanks_for_nothing(folder, world):
    rows = sheet(folder / "sanitair_vullingen_2026_dozen.xlsx")
    assert rows[2][3:] == ["Jaar", *SHORT_MONTHS]
    cells = [cell for row in rows[3:] for cell in row[4:] if cell != ""]
    assert 0 not in cells
    assert sum(cells) == world.sanitary.refill_packs[:, :, TRUTH.index(date(2026, 1, 1)) :].sum()
    assert {cell for row in rows[3:] for cell in row[14:]} == {""}


def test_services_miss_a_month_and_break_without_costing_more(tables, world):
    months = {row[0] for row in tables["sanitair_diensten_2025.csv"].rows}
    assert TRUTH.services_missing not in months
    assert len(months) == 11
    for year, lines in ((2023, 1), (2024, 5)):
        services = [
            row
            for row in tables[f"sanitair_totaal_{year}.xlsx"].rows
            if row[2] == "ST-301" and row[5] != "n.v.t."
        ]
        months = slice(TRUTH.index(date(year, 1, 1)), TRUTH.index(date(year + 1, 1, 1)))
        assert len(services) == lines * world.organisation.active[:, months].sum()
        money = world.sanitary.services[:, months].sum()
        assert sum(row[6] for row in services) == pytest.approx(money)
        assert sum(row[5] for row in services) == 5 * world.organisation.active[:, months].sum()


def test_activity_names_a_location_once_per_block_and_stays_silent_where_planted(tables):
    rows = tables["bezetting_2024.xlsx"].rows
    headings = [row[0] for row in rows if row[0]]
    assert len(headings) == len(set(headings)) == TRUTH.locations
    start = next(n for n, row in enumerate(rows) if row[0] == TRUTH.silent_location)
    assert [row[1].month for row in rows[start : start + 8]] == [1, 2, 7, 8, 9, 10, 11, 12]


def test_the_register_has_every_kind_of_end(tables):
    book = tables["contractregister.xlsx"]
    rows = [dict(zip(columns(book), row, strict=True)) for row in book.rows]
    notes = {row["Opmerking einddatum"] for row in rows}
    assert notes == {None, "onbepaalde tijd", "nog te bevestigen", "stilzwijgend verlengd"}
    assert all((row["Einddatum"] is None) == bool(row["Opmerking einddatum"]) for row in rows)
    numbers = {row["Contractnummer"] for row in rows}
    assert len(numbers) == len(rows) == 26
    assert {row["Raamovereenkomst"] for row in rows} - {None} <= numbers


def test_retired_devices_have_no_later_events(tables):
    seen = set()
    for name in ("it_gebeurtenissen.csv", "dispensers_gebeurtenissen.csv"):
        for _, asset, kind, _ in tables[name].rows:
            assert asset not in seen, asset
            if kind == "Afgevoerd":
                seen.add(asset)


def test_every_profile_names_columns_that_its_files_have(tables):
    for delivery in demo_files(SHIPPED / "demo"):
        profile = load_profile(delivery.profile)
        table = tables.get(delivery.file.name)
        header = (
            set(columns(table))
            if table
            else set(delivery.file.read_text("utf-8").split("\n")[0].split(","))
        )
        if profile.unpivot:
            header |= {profile.unpivot.name, profile.unpivot.value}
        wanted = {
            column
            for part in profile.tables
            for origin in part.columns.values()
            for column in origin.columns
        }
        assert wanted <= header, delivery.profile.name
        skipped = len(table.titles) if isinstance(table, Workbook) else profile.layout.skip_rows
        assert profile.layout.skip_rows == skipped, delivery.profile.name


def test_no_profile_lets_a_person_in():
    for path in (SHIPPED / "profiles").glob("*.toml"):
        words = path.read_text("utf-8")
        assert not re.search(r"Bestelbevoegde|E-mail|Gebruiker|Aanvrager\b", words), path.name


def test_every_shipped_profile_is_used():
    used = {delivery.profile for delivery in demo_files(SHIPPED / "demo")}
    shipped = {path.resolve() for path in (SHIPPED / "profiles").glob("*.toml")}
    assert {path.stem for path in shipped - used} == {"ocds"}, "others are for a standard"
    assert used <= shipped
    assert all(delivery.file.exists() for delivery in demo_files(SHIPPED / "demo"))


def test_a_file_without_a_profile_is_a_bug():
    with pytest.raises(ValueError, match="extra"):
        render(["extra.csv"])


def test_a_folder_without_a_manifest_is_refused_in_both_languages(tmp_path):
    with pytest.raises(UserError) as caught:
        demo_files(tmp_path)
    for lang in ("nl", "en"):
        assert str(tmp_path) in text(f"errors.{caught.value.key}", lang, **caught.value.values)


def test_csv_fields_are_quoted_where_they_must_be():
    table = Csv("a;b", [("x;y", 'say "z"'), (None, date(2025, 3, 1))])
    assert table.to_bytes() == b'a;b\r\n"x;y";"say ""z"""\r\n;01-03-2025\r\n'


def test_dutch_numbers():
    assert dutch_number(1234567.891) == "1.234.567,89"
    assert dutch_number(0.5, 4) == "0,5000"
    assert euro(1234.5) == "€ 1.234,50"
