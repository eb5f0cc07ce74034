"""Workbooks of Excel 97 to 2003: their errors, and files that are cut off."""

import json
import re
import struct

import pytest
import xlwt

from nami_monitor.core.errors import UserError
from nami_monitor.ingest.cells import tag_error, tag_number
from nami_monitor.ingest.parse import __main__ as child
from nami_monitor.ingest.parse import xls
from nami_monitor.ingest.parse.__main__ import cell_of
from nami_monitor.ingest.parse.xls import xls_findings
from nami_monitor.ingest.readers import read
from tests.ingest.readers.ole_files import compound

ROWS = 400


def write_xls(path, rows=ROWS):
    """Two sheets; the first has errors in its cells B2 and, by a formula, B3."""
    book = xlwt.Workbook()
    first, second = book.add_sheet("Eerste"), book.add_sheet("Tweede")
    for column, name in enumerate(("Artikel", "Aantal")):
        first.write(0, column, name)
    for number in range(1, rows):
        first.write(number, 0, f"Artikel {number}")
        if number > 2:
            first.write(number, 1, number)
    first.row(1).set_cell_error(1, 0x2A)
    first.write(2, 1, xlwt.Formula("1/0"))
    second.write(0, 0, "tekst")
    book.save(str(path))
    content = bytearray(path.read_bytes())
    formula = re.search(rb"\x06\x00..\x02\x00\x01\x00", bytes(content), re.DOTALL).start()
    content[formula + 10 : formula + 18] = b"\x02\x00\x07\x00\x00\x00\xff\xff"
    path.write_bytes(content)
    return path


def refusal(path):
    with pytest.raises(UserError) as refused:
        read(path)
    return refused.value


def test_errors_are_cells_of_their_own(tmp_path):
    path = write_xls(tmp_path / "a.xls")
    assert [found.errors for found in xls_findings(path)] == [
        {(1, 1): "#N/A", (2, 1): "#DIV/0!"},
        {},
    ]
    sheet = read(path)[0]
    assert sheet.rows.height == ROWS - 1
    assert sheet.rows["c2"].head(3).to_list() == [
        tag_error("#N/A"),
        tag_error("#DIV/0!"),
        tag_number(3),
    ]


def test_a_file_that_is_cut_off_anywhere_is_refused_and_said_to_be(tmp_path):
    path = write_xls(tmp_path / "a.xls")
    content = path.read_bytes()
    for share in (0.02, 0.5, 0.8, 0.99):
        path.write_bytes(content[: int(len(content) * share)])
        assert refusal(path).key == "reading.truncated", share


@pytest.mark.parametrize(
    ("name", "key"),
    [("EncryptedPackage", "password"), ("WordDocument", "document"), ("Workbook", "broken")],
)
def test_old_office_files_are_told_apart(tmp_path, name, key):
    path = tmp_path / "a.xls"
    path.write_bytes(compound(name, bytes(600)))
    assert refusal(path).key == f"reading.{key}"


@pytest.mark.parametrize("small", [False, True])
def test_a_stream_is_put_together_from_its_sectors(small):
    content = bytes(range(256)) * 9
    found = xls.open_compound(compound("Boek", content, small=small))
    assert found.names == {"Root Entry", "Boek"}
    assert found.stream("Boek") == content


def changed(place, number, content=b"x" * 2000):
    whole = bytearray(compound("Boek", content))
    struct.pack_into("<I", whole, place, number)
    return bytes(whole)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(compound("Boek", b"")[:100], id="no header"),
        pytest.param(changed(30, 3), id="sector size"),
        pytest.param(changed(48, 9_000), id="directory"),
        pytest.param(changed(76, 9_000), id="table"),
        pytest.param(changed(512 + 4 * 3, 3), id="circle"),
        pytest.param(changed(1024 + 128 + 120, 90_000), id="size"),
        pytest.param(changed(72, 3)[:68] + struct.pack("<2I", 9_000, 1) + b"\xff" * 900, id="more"),
    ],
)
def test_damage_is_found(content):
    with pytest.raises(xls.DamagedError):
        xls.open_compound(content).stream("Boek")


def test_a_long_list_of_tables_goes_on_in_sectors():
    whole = bytearray(compound("Boek", b"x" * 2000)) + bytes(512 * 110)
    listed = struct.pack("<I", 0) + struct.pack("<126I", *[0] * 126) + struct.pack("<I", 0xFFFFFFFE)
    struct.pack_into("<I", whole, 44, 110)
    struct.pack_into("<I", whole, 68, len(whole) // 512 - 1)
    whole[76:512] = bytes(436)
    assert xls.open_compound(bytes(whole) + listed).stream("Boek") == b"x" * 2000


def with_code_page(path, page):
    """Let a workbook state a code page, as some programs do."""
    content = path.read_bytes()
    stated = struct.pack("<3H", 0x42, 2, 1200)
    assert content.count(stated) == 1
    path.write_bytes(content.replace(stated, struct.pack("<3H", 0x42, 2, page)))
    return path


@pytest.mark.sampled(3)
@pytest.mark.parametrize("page", [1252, 1250, 437, 10000, 65001])
@pytest.mark.parametrize("rows", [3, ROWS])
def test_a_code_page_that_the_version_cannot_have_does_not_change_the_texts(tmp_path, page, rows):
    true = read(write_xls(tmp_path / "a.xls", max(rows, 3)))[0]
    path = with_code_page(write_xls(tmp_path / "b.xls", max(rows, 3)), page)
    stated = read(path)[0]
    assert stated.columns == true.columns == ("Artikel", "Aantal")
    assert stated.rows.equals(true.rows)


def test_only_a_code_page_that_the_version_cannot_have_is_put_right(tmp_path):
    true = write_xls(tmp_path / "a.xls", 3).read_bytes()
    assert xls.with_true_code_page(true) == true
    path = with_code_page(write_xls(tmp_path / "b.xls", 3), 1252)
    assert xls.with_true_code_page(path.read_bytes()) == true


def test_texts_that_are_read_in_halves_are_refused_and_padding_is_not(tmp_path, monkeypatch):
    assert cell_of("Kast\0\0") == "Kast"
    with pytest.raises(UserError, match=r"^reading\.broken_texts\("):
        cell_of("K\0a\0s\0t\0")
    path = with_code_page(write_xls(tmp_path / "b.xls", 3), 1252)
    monkeypatch.setattr(child, "with_true_code_page", lambda content: content)
    folder = tmp_path / "cells"
    folder.mkdir()
    monkeypatch.setattr(child, "limit_process", lambda _: None)
    child.main([str(path), "xls", str(folder)])
    refused = json.loads((folder / "refused.json").read_text("utf-8"))
    assert refused["key"] == "reading.broken_texts"
