"""The limits that the parsing process holds itself to, checked where coverage sees them."""

import signal
import subprocess
import zipfile

import polars as pl
import pytest

from nami_monitor.core.errors import UserError
from nami_monitor.ingest.parse import __main__ as child
from nami_monitor.ingest.parse import ods, sheets, xlsx
from nami_monitor.ingest.parse import sheets as limits
from nami_monitor.ingest.parse.sheets import Budget, SheetWriter

SMALL = Budget(seconds=5, memory=1 << 30, data=1000, cells=20)


def refusal(act, *arguments, **more):
    with pytest.raises(UserError) as refused:
        act(*arguments, **more)
    return refused.value.key


@pytest.fixture
def writer(tmp_path):
    with SheetWriter(tmp_path, "a.ods", SMALL) as made:
        yield made


def test_more_sheets_than_anybody_makes_are_refused(writer, monkeypatch):
    monkeypatch.setattr(sheets, "MOST_SHEETS", 2)
    writer.begin("een", visible=True)
    writer.begin("twee", visible=True)
    assert refusal(writer.begin, "drie", visible=True) == "reading.too_many_sheets"


def test_a_row_belongs_to_a_sheet(writer):
    with pytest.raises(RuntimeError):
        writer.row(["a"])


@pytest.mark.parametrize(
    ("cells", "times", "key"),
    [
        (["a"] * 5, 5, "reading.too_far"),
        (["a" * (limits.LONGEST_CELL + 1)], 1, "reading.cell_too_long"),
        (["a" * 600], 2, "reading.too_much_data"),
    ],
)
def test_a_row_beyond_a_limit_is_refused(writer, cells, times, key):
    writer.begin("een", visible=True)
    assert refusal(writer.row, cells, times) == key


def test_a_parquet_file_is_checked_before_it_is_read(tmp_path, monkeypatch):
    path = tmp_path / "a.parquet"
    frame = pl.DataFrame({"tekst": ["kort", "a" * 500, None], "aantal": [1, 2, 3]})
    frame.write_parquet(path)
    child.check_parquet(path, limits.budget_of(path))
    assert refusal(child.check_parquet, path, Budget(5, 1 << 30, 100, 20)) == (
        "reading.too_much_data"
    )
    monkeypatch.setattr(child, "MOST_CELLS", 5)
    assert refusal(child.check_parquet, path, SMALL) == "reading.too_far"
    path.write_bytes(b"PAR1 and nothing that follows PAR1")
    assert refusal(child.check_parquet, path, SMALL) == "reading.broken"


def test_parquet_is_one_of_the_forms_of_the_child(tmp_path):
    path = tmp_path / "a.parquet"
    pl.DataFrame({"tekst": ["kort"]}).write_parquet(path)
    child.convert(path, "parquet", tmp_path)
    assert (tmp_path / "sheets.json").exists() or list(tmp_path.glob("*.json"))


def test_a_workbook_of_more_sheets_than_anybody_makes_is_refused(tmp_path, monkeypatch):
    import xlsxwriter  # noqa: PLC0415 - one test writes a workbook

    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for _ in range(3):
            book.add_worksheet()
    monkeypatch.setattr(child, "MOST_SHEETS", 2)
    assert refusal(child.convert, path, "xlsx", tmp_path) == "reading.too_many_sheets"


def package(path, manifest, content):
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("META-INF/manifest.xml", manifest)
        packed.writestr("content.xml", content)
    return path


CONTENT = (
    '<d xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0">'
    '<style:style style:name="ta1"><style:table-properties table:display="false"/></style:style>'
    '<style:style style:name="ta2"><style:table-properties table:display="true"/></style:style>'
    '<table:table table:name="Een" table:style-name="ta1"/></d>'
)


def test_a_locked_ods_is_refused_and_a_hidden_sheet_is_seen_as_hidden(tmp_path):
    locked = package(tmp_path / "l.ods", "<encryption-data/>", "<a/>")
    with SheetWriter(tmp_path, "l.ods", SMALL) as made:
        assert refusal(ods.read_ods, locked, made) == "reading.password"
    plain = package(tmp_path / "p.ods", "<manifest/>", CONTENT)
    with SheetWriter(tmp_path, "p.ods", SMALL) as made:
        ods.read_ods(plain, made)
        assert [(one["name"], one["visible"]) for one in made._sheets] == [("Een", False)]


@pytest.mark.parametrize(
    ("ended", "said", "key"),
    [
        (-signal.SIGXCPU, b"", "reading.too_slow"),
        (1, b"Traceback\nMemoryError", "reading.out_of_memory"),
    ],
)
def test_a_file_that_took_too_much_is_refused_and_not_read_again(
    tmp_path, monkeypatch, ended, said, key
):
    """A second look at it says the same from what was kept, without a process."""
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"PK")
    runs = []

    def run(*_, **__):
        runs.append(1)
        return subprocess.CompletedProcess([], ended, b"", said)

    monkeypatch.setattr(sheets.subprocess, "run", run)
    for _ in range(2):
        with pytest.raises(UserError) as refused, sheets.parsed(path, "xlsx", tmp_path / "kept"):
            pass
        assert refused.value.key == key
    assert len(runs) == 1


def test_a_package_with_parts_for_more_sheets_than_anybody_makes_is_refused(tmp_path, monkeypatch):
    import xlsxwriter  # noqa: PLC0415 - one test writes a workbook

    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for _ in range(3):
            book.add_worksheet()
    monkeypatch.setattr(xlsx, "MOST_SHEETS", 2)
    assert refusal(xlsx.check_package, path) == "reading.too_many_sheets"
