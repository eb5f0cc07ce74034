"""Spreadsheets that are well made, badly made, and made to harm."""

import datetime as dt
import subprocess
import sys
import zipfile

import pytest
import xlsxwriter

from nami_monitor.core.errors import UserError
from nami_monitor.ingest.cells import Layout, tag_boolean, tag_date, tag_error, tag_number, untag
from nami_monitor.ingest.parse import sheets, xlsx
from nami_monitor.ingest.readers import read
from tests.support.handed_over import rows_in

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
HEADER = ["Datum", "Artikel", "Aantal"]


def write_book(path, sheets, hidden=()):
    book = xlsxwriter.Workbook(path)
    for name, rows in sheets.items():
        page = book.add_worksheet(name)
        if name in hidden:
            page.hide()
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    book.close()
    return path


def write_package(path, sheet_xml, extra=()):
    """Write the smallest xlsx around the XML of one sheet."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" '
            'ContentType="application/xml"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
            f'Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>'
            '<sheet name="Blad1" sheetId="1" r:id="rId1"/></sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
            f'Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        )
        archive.writestr("xl/worksheets/sheet1.xml", sheet_xml)
        for name, content in extra:
            archive.writestr(name, content)
    return path


def sheet_xml(rows, dimension=""):
    return f'<worksheet xmlns="{MAIN}">{dimension}<sheetData>{rows}</sheetData></worksheet>'


def refusal(path, layout=None):
    with pytest.raises(UserError) as refused:
        read(path, layout)
    return refused.value


def test_cells_keep_the_type_that_was_stored(tmp_path):
    path = tmp_path / "typen.xlsx"
    book = xlsxwriter.Workbook(path)
    page = book.add_worksheet("Blad1")
    day = book.add_format({"num_format": "dd-mm-yyyy"})
    moment = book.add_format({"num_format": "dd-mm-yyyy hh:mm:ss"})
    clock = book.add_format({"num_format": "hh:mm"})
    page.write_row(0, 0, ["Soort", "Waarde"])
    page.write_row(1, 0, ["getal", 1.125])
    page.write_row(2, 0, ["heel", 3])
    page.write_row(3, 0, ["lang", 6.37702e15])
    page.write_row(4, 0, ["tekst"])
    page.write_string(4, 1, "1.125")
    page.write_row(5, 0, ["waar", True])
    page.write(6, 0, "dag")
    page.write_datetime(6, 1, dt.date(2025, 2, 3), day)
    page.write(7, 0, "moment")
    page.write_datetime(7, 1, dt.datetime.fromisoformat("2025-02-03T10:11:12"), moment)
    page.write(8, 0, "deling")
    page.write_formula(8, 1, "=1/0", None, "#DIV/0!")
    page.write(9, 0, "formule")
    page.write_formula(9, 1, "=1+1", None, 2)
    page.write(10, 0, "tekst met =")
    page.write_string(10, 1, "=1+1")
    page.write(11, 0, "tijd")
    page.write(11, 1, 0.5, clock)
    page.write_row(12, 0, ["spatie", "  x "])
    page.merge_range(13, 0, 14, 0, "samengevoegd")
    page.write(13, 1, 5)
    page.write(14, 1, 6)
    book.close()
    (sheet,) = read(path)
    assert sheet.rows["c2"].to_list() == [
        tag_number(1.125),
        tag_number(3),
        "\x01n6.37702e+15",
        "1.125",
        tag_boolean(True),
        tag_date(dt.date(2025, 2, 3)),
        "\x01d2025-02-03T10:11:12",
        tag_error("#DIV/0!"),
        tag_number(2),
        "=1+1",
        "12:00:00",
        "x",
        tag_number(5),
        tag_number(6),
    ]
    assert sheet.rows["c1"].to_list()[-2:] == ["samengevoegd", None]
    assert sheet.layout == Layout("xlsx", "Blad1", None, None, skip_rows=0)


def test_an_error_is_found_in_cells_without_references(tmp_path):
    rows = (
        "<row><c t='inlineStr'><is><t>Naam</t></is></c><c t='inlineStr'><is><t>Prijs</t></is></c>"
        "</row><row><c t='inlineStr'><is><t>Pen</t></is></c><c t='e'><v>#REF!</v></c></row>"
        "<row r='5'><c r='A5' t='inlineStr'><is><t>Inkt</t></is></c><c><v>2.5</v></c></row>"
    )
    (sheet,) = read(write_package(tmp_path / "e.xlsx", sheet_xml(rows)))
    assert sheet.rows.rows() == [(2, "Pen", tag_error("#REF!")), (5, "Inkt", tag_number(2.5))]
    assert sheet.blank == 2


def test_the_one_sheet_with_a_table_is_taken(tmp_path):
    table = [HEADER, ["1-2-2025", "Pen", 3]]
    sheets = {" ": [], "Uitleg": [["Let op: concept"]], "Data": table, "Lijst": table}
    path = write_book(tmp_path / "b.xlsx", sheets, hidden=["Lijst"])
    (sheet,) = read(path)
    assert sheet.name == "Data"
    assert [s.name for s in read(path, Layout(sheet="Lijst"))] == ["Lijst"]
    assert [s.name for s in read(path, Layout(sheet=3))] == ["Data"]
    assert refusal(path, Layout(sheet=9)).key == "reading.no_such_sheet"
    assert refusal(path, Layout(sheet="Weg")).key == "reading.no_such_sheet"


def test_several_sheets_with_tables_are_asked_or_all_read(tmp_path):
    table = [HEADER, ["1-2-2025", "Pen", 3]]
    path = write_book(tmp_path / "b.xlsx", {"Jan": table, "Feb": table})
    asked = refusal(path)
    assert asked.key == "reading.several_sheets"
    assert "Jan" in asked.values["sheets"]
    assert "Feb" in asked.values["sheets"]
    assert [s.name for s in read(path, Layout(sheet="*"))] == ["Jan", "Feb"]
    assert read(path, Layout(sheet=" jan "))[0].name == "Jan"
    assert (asked.values["names"], asked.values["alike"]) == (("Jan", "Feb"), True)
    other = [["Naam", "Adres", "Plaats"], ["Pen", "Kade", "Ede"], ["Gum", "Dijk", "Tiel"]]
    path = write_book(tmp_path / "c.xlsx", {"Jan": table, "Lijst": other})
    assert refusal(path).values["alike"] is False


def test_a_second_table_and_a_total_below_the_first(tmp_path):
    rows = [HEADER, *[[f"{n}-2-2025", "Pen", n] for n in range(1, 9)], [None, "Totaal", 36], []]
    path = write_book(tmp_path / "b.xlsx", {"A": [*rows, ["Naam", "Plaats", "Wie"], ["a", "b"]]})
    (sheet,) = read(path)
    assert sheet.rows.height == 9
    assert sheet.misfits.rows() == [
        (12, "second_table", "Naam\tPlaats\tWie"),
        (13, "second_table", "a\tb"),
    ]


@pytest.mark.parametrize("second", [("Datum", "Artikel", "Uren"), ("Dag", "Storing", "Uren")])
def test_a_second_table_with_a_title_above_it_is_no_part_of_the_first(tmp_path, second):
    body = [[f"{n}-2-2025", "Pen", n] for n in range(1, 9)]
    more = [["Storingen"], [*second], ["9-2-2025", "Pers", 2], ["9-3-2025", "Pers", 4]]
    first = ["Datum", "Artikel", "Aantal"]
    path = write_book(tmp_path / "b.xlsx", {"A": [first, *body, ["Totaal", None, 36], [], *more]})
    (sheet,) = read(path)
    assert sheet.columns == ("Datum", "Artikel", "Aantal")
    assert sheet.rows.height == 9
    assert [(line, rule) for line, rule, _ in sheet.misfits.rows()] == [
        (line, "second_table") for line in (12, 13, 14, 15)
    ]


def test_empty_and_header_only_workbooks(tmp_path):
    assert refusal(write_book(tmp_path / "a.xlsx", {"A": [], "B": []})).key == "reading.empty"
    assert refusal(write_book(tmp_path / "b.xlsx", {"A": [HEADER]})).key == "reading.only_header"


@pytest.mark.parametrize("skip", [1, 2])
def test_a_stated_header_on_a_blank_line_is_refused(tmp_path, skip):
    rows = [["Titel"], [], [], HEADER, ["1-2-2025", "Pen", 3]]
    path = write_book(tmp_path / "b.xlsx", {"A": rows})
    with pytest.raises(UserError, match=r"reading\.no_header"):
        read(path, Layout(skip_rows=skip))


def test_two_header_lines_are_refused_unless_stated(tmp_path):
    rows = [["Locatie", 2024, None, 2025, None], [None, "aantal", "euro", "aantal", "euro"]]
    path = write_book(tmp_path / "a.xlsx", {"A": [*rows, *[["Noord", 1, 2.5, 3, 4.5]] * 3]})
    assert refusal(path).key == "reading.stacked_header"
    (sheet,) = read(path, Layout(header_rows=2))
    assert sheet.columns[:3] == ("Locatie", "2024 aantal", "2024 euro")
    assert sheet.rows.height == 3


FIRST = '<row r="1"><c r="A1"><v>1</v></c></row>'
FAR = FIRST + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'


@pytest.mark.parametrize(
    "cells",
    [
        FAR,
        FIRST + "<row><c r = 'XFD1048576'><v>1</v></c></row>",
        FIRST + '<row r="9"><c r="XFD9"/></row><row r="1048576"><c><v>1</v></c></row>',
    ],
)
def test_a_cell_in_the_far_corner_is_refused(tmp_path, cells):
    refused = refusal(write_package(tmp_path / "ver.xlsx", sheet_xml(cells)))
    assert refused.key == "reading.too_far"
    assert (refused.values["rows"], refused.values["columns"]) == (1048576, 16384)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the memory of the child")
def test_a_far_corner_that_the_checks_miss_ends_the_child_only(tmp_path):
    path = write_package(tmp_path / "ver.xlsx", sheet_xml(FAR))
    unchecked = sheets.parsed(path, "unchecked", tmp_path)
    with pytest.raises(UserError, match=r"reading.out_of_memory"), unchecked:
        pass


def test_a_dimension_that_lies_does_no_harm(tmp_path):
    rows = "".join(
        f'<row r="{n}"><c r="A{n}" t="inlineStr"><is><t>a{n}</t></is></c>'
        f'<c r="B{n}" t="inlineStr"><is><t>b{n}</t></is></c></row>'
        for n in range(1, 4)
    )
    xml = sheet_xml(rows, '<dimension ref="A1:XFD1048576"/>')
    (sheet,) = read(write_package(tmp_path / "d.xlsx", xml))
    assert sheet.rows.height == 2


def test_a_package_that_unpacks_to_far_more_is_not_opened(tmp_path):
    path = write_package(tmp_path / "bom.xlsx", sheet_xml("<row/>" + " " * 30_000_000))
    assert path.stat().st_size < 100_000
    assert refusal(path).key == "reading.too_heavy"


def test_a_package_with_too_many_parts_is_not_opened(tmp_path, monkeypatch):
    path = write_package(tmp_path / "p.xlsx", sheet_xml("<row/>"))
    monkeypatch.setattr(xlsx, "PARTS", 3)
    with pytest.raises(UserError, match="too_heavy"):
        xlsx.check_package(path)


def test_parts_that_share_their_bytes_are_not_opened(tmp_path):
    path = write_package(tmp_path / "q.xlsx", sheet_xml("<row/>"))
    with zipfile.ZipFile(path, "a") as archive:
        first = archive.getinfo("xl/worksheets/sheet1.xml")
        for number in range(40):
            twin = zipfile.ZipInfo(f"xl/worksheets/sheet{number + 2}.xml")
            for field in ("header_offset", "compress_size", "file_size", "CRC", "compress_type"):
                setattr(twin, field, getattr(first, field))
            archive.filelist.append(twin)
            archive.NameToInfo[twin.filename] = twin
        archive._didModify = True
    assert refusal(path).key in {"reading.too_heavy", "reading.truncated"}


@pytest.mark.parametrize("share", [0.3, 0.9])
def test_a_workbook_that_is_cut_off_is_refused(tmp_path, share):
    path = write_book(tmp_path / "heel.xlsx", {"A": [HEADER, *[["1-2-2025", "Pen", 3]] * 99]})
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    assert refusal(path).key == "reading.truncated"


def test_a_workbook_with_broken_xml_is_refused(tmp_path):
    path = write_package(tmp_path / "x.xlsx", sheet_xml("<row><c t='e'><v>#N/A</c></row>"))
    assert refusal(path).key == "reading.broken"


def test_an_extension_plays_no_part(tmp_path):
    rows = [HEADER, ["1-2-2025", "Pen", 3], ["2-2-2025", "Pen", 4]]
    book = write_book(tmp_path / "a.xlsx", {"A": rows})
    renamed = book.rename(tmp_path / "a.csv")
    (sheet,) = read(renamed)
    assert sheet.layout.format == "xlsx"
    assert refusal(renamed, Layout(format="csv")).key == "reading.other_format"


@pytest.mark.parametrize(
    ("names", "key"),
    [
        ({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}, "broken"),
        ({"mimetype": "application/vnd.oasis.opendocument.text"}, "document"),
        ({"xl/workbook.bin": ""}, "not_yet"),
        ({"word/document.xml": ""}, "document"),
        ({"data.csv": "a;b"}, "packed"),
    ],
)
def test_other_packages_are_refused_by_name(tmp_path, names, key):
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in names.items():
            archive.writestr(name, content)
    assert refusal(path).key == f"reading.{key}"


def test_a_child_that_takes_too_long_is_ended(tmp_path, monkeypatch):
    path = write_book(tmp_path / "a.xlsx", {"A": [HEADER, ["1-2-2025", "Pen", 3]]})
    monkeypatch.setattr(sheets, "TIMEOUT_SECONDS", 0.001)
    assert refusal(path).key == "reading.too_slow"


def test_a_child_that_crashes_gives_a_sentence(tmp_path, monkeypatch):
    path = write_book(tmp_path / "a.xlsx", {"A": [HEADER, ["1-2-2025", "Pen", 3]]})

    def crash(*_, **__):
        return subprocess.CompletedProcess([], 1, b"", b"Traceback\nBoom: x")

    monkeypatch.setattr(sheets.subprocess, "run", crash)
    assert refusal(path).values["detail"] == "Boom: x"


def test_the_child_hands_over_plain_json(tmp_path):
    path = write_book(tmp_path / "a.xlsx", {"A": [HEADER, ["1-2-2025", "Pen", 3]]})
    with sheets.parsed(path, "xlsx", tmp_path) as (parsed,):
        pass
    rows = rows_in(parsed.file)
    assert [[untag(cell) for cell in row] for row in rows] == [HEADER, ["1-2-2025", "Pen", "3"]]
