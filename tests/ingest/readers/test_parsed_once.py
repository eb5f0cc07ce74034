"""A spreadsheet is parsed once, however often it is read while a person decides."""

import contextlib
import shutil
import subprocess
import tempfile

import pytest
import xlsxwriter
from typer.testing import CliRunner

from nami_monitor.cli import app
from nami_monitor.core.errors import UserError
from nami_monitor.ingest.book.file_import import Answers, import_file
from nami_monitor.ingest.cells import Layout
from nami_monitor.ingest.parse import sheets
from nami_monitor.ingest.profiles.library import read_sheets, recognise
from nami_monitor.ingest.profiles.preview import preview
from nami_monitor.ingest.profiles.profile import parse_profile
from nami_monitor.ingest.readers import read
from nami_monitor.store import Store
from tests.pages.data_page import GOOD, HEADER, PROFILE


@pytest.fixture
def parses(monkeypatch):
    """The names of the files for which a process was started."""
    started = []
    run = subprocess.run

    def counting(command, **options):
        started.append(command[3])
        return run(command, **options)

    monkeypatch.setattr(sheets.subprocess, "run", counting)
    return started


def book_of(path):
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for number, line in enumerate((HEADER + GOOD).splitlines()):
            sheet.write_row(number, 0, line.split(";"))
    return path


def test_to_recognise_show_and_book_a_spreadsheet_parses_it_once(tmp_path, parses):
    path, cells = book_of(tmp_path / "januari.xlsx"), tmp_path / "cells"
    profile = parse_profile(PROFILE)
    assert recognise(path, {"x": profile}, path.name, cells).profiles == ("x",)
    (sheet,) = read_sheets(path, profile.layout, cells)
    with contextlib.closing(Store(tmp_path / "nami.duckdb")) as store:
        assert preview(store, sheet, profile, name=path.name)[0].rows.height == 2
        looked = import_file(store, path, profile, look_only=True, folder=cells)
        booked = import_file(store, path, profile, answers=Answers.yes(), folder=cells, who="t")
    assert looked.main.accepted == booked.main.accepted == 2
    assert parses == [str(path)]


def test_the_command_parses_a_spreadsheet_once_and_keeps_no_cells(tmp_path, monkeypatch, parses):
    home = tmp_path / "home"
    for name, place in (
        ("NAMI_HOME", home),
        ("NAMI_CACHE", home),
        ("NAMI_DB", home / "nami.duckdb"),
    ):
        monkeypatch.setenv(name, str(place))
    (home / "profiles").mkdir(parents=True)
    (home / "profiles" / "x.toml").write_text(PROFILE, "utf-8")
    monkeypatch.setattr(tempfile, "tempdir", str(home))
    path = book_of(tmp_path / "januari.xlsx")
    done = CliRunner().invoke(
        app, ["import", str(path), "--yes", "--who", "CM"], catch_exceptions=False
    )
    assert done.exit_code == 0, done.output
    assert parses == [str(path)]
    assert not [*home.rglob("*.xlsx"), *home.rglob("*.jsonl")]


def test_without_a_folder_nothing_is_kept(tmp_path, parses):
    path = book_of(tmp_path / "januari.xlsx")
    for _ in range(2):
        read(path)
    assert parses == [str(path)] * 2
    assert [*tmp_path.iterdir()] == [path]


def test_kept_cells_belong_to_the_content_of_a_file(tmp_path, parses):
    path, cells = book_of(tmp_path / "januari.xlsx"), tmp_path / "cells"
    (first,) = read(path, Layout(), cells)
    twin = tmp_path / "kopie.xlsx"
    shutil.copyfile(path, twin)
    assert read(twin, Layout(), cells)[0].rows.equals(first.rows)
    assert parses == [str(path)]
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet().write_column(0, 0, ["Locatie", "Stadhuis", "Werf"])
    assert read(path, Layout(), cells)[0].rows.height == 2
    assert parses == [str(path)] * 2


def test_a_refusal_is_kept_and_names_the_file_that_is_read(tmp_path, parses):
    cells = tmp_path / "cells"
    path = book_of(tmp_path / "heel.xlsx")
    broken = tmp_path / "half.xlsx"
    broken.write_bytes(path.read_bytes().replace(b"xl/worksheets", b"xl/worksheetz", 1))
    for name in ("half.xlsx", "nog een.xlsx"):
        file = tmp_path / name
        if file != broken:
            shutil.copyfile(broken, file)
        with pytest.raises(UserError) as refused:
            read(file, Layout(), cells)
        assert refused.value.values["file"] == name
    assert parses == [str(broken)]


def test_what_took_too_long_leaves_nothing_behind(tmp_path, monkeypatch):
    path, cells = book_of(tmp_path / "januari.xlsx"), tmp_path / "cells"
    monkeypatch.setattr(sheets, "TIMEOUT_SECONDS", 0.001)
    with pytest.raises(UserError, match=r"reading.too_slow"):
        read(path, Layout(), cells)
    assert not [*cells.iterdir()]
