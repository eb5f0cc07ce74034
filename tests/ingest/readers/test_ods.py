"""OpenDocument spreadsheets that are well made, badly made, and made to harm."""

import datetime as dt
import json

import pytest

from nami_monitor.core.errors import UserError
from nami_monitor.ingest.book.file_import import Answers, import_file
from nami_monitor.ingest.cells import Layout, tag_boolean, tag_date, tag_error, tag_number
from nami_monitor.ingest.parse import __main__ as child
from nami_monitor.ingest.parse import ods, xlsx
from nami_monitor.ingest.profiles.profile import parse_profile
from nami_monitor.ingest.readers import read
from nami_monitor.store import Store
from tests.ingest.readers.ods_files import cell, row, sheet, write_ods
from tests.support.handed_over import rows_in

HEADER = row("Datum", "Artikel", "Aantal")
PEN = row(cell("2025-02-03", "date"), "Pen", cell("3", "float"))
HIDDEN = (
    '<style:style style:name="weg" style:family="table">'
    '<style:table-properties table:display="false"/></style:style>'
)
RICH = (
    "<table:table-cell><text:p>een <text:span>twee</text:span><text:s text:c='2'/>drie"
    "<text:tab/>vier<text:line-break/>vijf</text:p><text:p>zes</text:p>"
    "<office:annotation><text:p>notitie</text:p></office:annotation></table:table-cell>"
)
NESTED = (
    "<table:table-cell><table:table><table:table-row><table:table-cell><text:p>binnen</text:p>"
    "</table:table-cell></table:table-row></table:table><text:p>buiten</text:p></table:table-cell>"
)


@pytest.fixture
def convert(tmp_path, monkeypatch):
    """Parse in this process, so that each step can be looked at; gives the rows per sheet."""
    monkeypatch.setattr(child, "limit_process", lambda _: None)
    folder = tmp_path / "left"
    folder.mkdir()

    def run(path):
        child.main([str(path), "ods", str(folder)])
        if (folder / "refused.json").exists():
            return json.loads((folder / "refused.json").read_text("utf-8"))
        left = json.loads((folder / "sheets.json").read_text("utf-8"))
        return {
            (found["name"], found["visible"]): rows_in(folder / found["file"]) for found in left
        }

    return run


def refusal(path, layout=None):
    with pytest.raises(UserError) as refused:
        read(path, layout)
    return refused.value


@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        (cell("1.125", "float", "1,13"), tag_number(1.125)),
        (cell("3", "float"), tag_number(3)),
        (cell("0.21", "percentage", "21%"), tag_number(0.21)),
        (cell("12.5", "currency", "€ 12,50"), tag_number(12.5)),
        (cell("6377020000000000", "float"), "\x01n6.37702e+15"),
        (cell("1.125"), "1.125"),
        (cell("2025-02-03", "date", "3 feb"), tag_date(dt.date(2025, 2, 3))),
        (cell("2025-02-03T10:11:12.5", "date"), "\x01d2025-02-03T10:11:12"),
        (cell("2025-02-31", "date", "31-02-2025"), "31-02-2025"),
        (cell("true", "boolean", "WAAR"), tag_boolean(True)),
        (cell("PT12H30M05S", "time", "12:30"), "12:30:05"),
        (cell("P1DT2H", "time"), "26:00:00"),
        (cell("straks", "time"), "straks"),
        (cell("vijf", "float", "5"), "5"),
        (cell("=1+1"), "=1+1"),
        (
            '<table:table-cell office:string-value="echt"><text:p>a</text:p></table:table-cell>',
            "echt",
        ),
        (
            cell("0", "string", "#DEEL/0!", 'table:formula="of:=1/0" calcext:value-type="error"'),
            tag_error("#DEEL/0!"),
        ),
        (cell("#N/A", "string", extra='table:formula="of:=NA()"'), tag_error("#N/A")),
        (cell("0", "float", "Err:502", 'table:formula="of:=x"'), tag_error("Err:502")),
        (cell("#N/A"), "#N/A"),
        (
            RICH,
            "een twee  drie\tvier\nvijf\nzes",
        ),
        (
            NESTED,
            "buiten",
        ),
    ],
)
def test_cells_keep_the_type_that_was_stored(tmp_path, convert, xml, expected):
    path = write_ods(tmp_path / "a.ods", sheet("Blad1", row("x"), row(xml)))
    assert convert(path) == {("Blad1", True): [["x"], [expected]]}


def test_a_whole_file_becomes_a_sheet(tmp_path):
    title = row(cell("Leverancier X", extra='table:number-columns-spanned="3"'))
    blank = row(cell(extra='table:number-columns-repeated="16384"'))
    many = row(*[cell(extra='table:number-columns-repeated="3"')], extra="")
    path = write_ods(
        tmp_path / "a.csv",
        sheet("Uitleg", row("Lees mij")),
        sheet("Verborgen", HEADER, PEN, extra='table:style-name="weg"'),
        sheet(
            "Data",
            title,
            blank,
            f"<table:table-header-rows>{HEADER}</table:table-header-rows>",
            PEN,
            many,
            f"<table:table-row-group>{PEN}</table:table-row-group>",
            row(cell(), extra='table:number-rows-repeated="1048000"'),
        ),
        styles=HIDDEN,
    )
    (found,) = read(path)
    assert found.name == "Data"
    assert found.layout.format == "ods"
    assert found.columns == ("Datum", "Artikel", "Aantal")
    assert found.rows.rows() == [
        (4, tag_date(dt.date(2025, 2, 3)), "Pen", tag_number(3)),
        (6, tag_date(dt.date(2025, 2, 3)), "Pen", tag_number(3)),
    ]
    assert found.blank == 1
    (hidden,) = read(path, Layout(sheet="verborgen"))
    assert hidden.rows.height == 1
    assert [s.name for s in read(path, Layout(sheet="*"))] == ["Data"]


def test_repeated_cells_and_rows_stand_as_often_as_they_say(tmp_path, convert):
    pair = row(
        cell("a", extra='table:number-columns-repeated="2"'),
        cell(extra='table:number-columns-repeated="2"'),
        cell("b"),
        extra='table:number-rows-repeated="2"',
    )
    gap = row(cell(), extra='table:number-rows-repeated="2"')
    path = write_ods(tmp_path / "a.ods", sheet("S", pair, gap, pair))
    line = ["a", "a", None, None, "b"]
    assert convert(path) == {("S", True): [line, line, [], [], line, line]}


def test_what_a_merged_cell_covers_is_blank(tmp_path, convert):
    merged = row(
        cell("groep", extra='table:number-rows-spanned="2"'),
        "<table:covered-table-cell><text:p>oud</text:p></table:covered-table-cell>",
        "x",
    )
    below = row("<table:covered-table-cell/>", "y")
    path = write_ods(tmp_path / "a.ods", sheet("S", merged, below))
    assert convert(path) == {("S", True): [["groep", None, "x"], [None, "y"]]}


@pytest.mark.parametrize(
    "bomb",
    [
        pytest.param(
            row(
                cell("x", extra='table:number-columns-repeated="16384"'),
                extra='table:number-rows-repeated="1048576"',
            ),
            id="a whole sheet",
        ),
        pytest.param(row(cell("x", extra='table:number-columns-repeated="999999999"')), id="row"),
        pytest.param(row("x", extra=f'table:number-rows-repeated="{"9" * 5000}"'), id="digits"),
        pytest.param(
            row(cell(extra='table:number-columns-repeated="16383"'), "x")
            + row(cell(), extra='table:number-rows-repeated="1048574"')
            + row("x"),
            id="the far corner",
        ),
    ],
)
def test_a_sheet_that_claims_too_many_cells_is_refused(tmp_path, convert, bomb):
    path = write_ods(tmp_path / "a.ods", sheet("S", bomb))
    assert path.stat().st_size < 2_000
    assert convert(path)["key"] in {"reading.too_far", "reading.too_wide"}


def test_many_sheets_may_not_claim_more_than_one(tmp_path, convert, monkeypatch):
    monkeypatch.setattr(ods, "EXTENT_CELLS", 100)
    full = row("x", extra='table:number-rows-repeated="40"')
    path = write_ods(tmp_path / "a.ods", *(sheet(f"S{n}", full) for n in range(3)))
    assert convert(path)["key"] == "reading.too_far"


def test_a_file_that_unpacks_to_too_much_is_refused(tmp_path, convert, monkeypatch):
    monkeypatch.setattr(xlsx, "UNPACKED_BYTES", 100)
    path = write_ods(tmp_path / "a.ods", sheet("S", HEADER, PEN))
    assert convert(path)["key"] == "reading.too_heavy"


def test_declared_entities_are_refused(tmp_path, convert):
    laughs = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>'
    path = write_ods(tmp_path / "a.ods", sheet("S", row("&b;")), before=laughs)
    assert convert(path)["key"] == "reading.broken"


def test_a_locked_file_is_refused(tmp_path):
    manifest = "<manifest:manifest><manifest:encryption-data/></manifest:manifest>"
    path = write_ods(tmp_path / "a.ods", sheet("S", HEADER), manifest=manifest)
    assert refusal(path).key == "reading.password"


def test_damaged_files_are_refused(tmp_path, convert):
    path = write_ods(tmp_path / "a.ods", sheet("S", HEADER, PEN))
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    error = refusal(path)
    assert (error.key, error.values["format"]) == ("reading.truncated", "ods")
    assert convert(path)["key"] == "reading.truncated"


def test_xml_that_breaks_off_is_refused(tmp_path, convert):
    path = write_ods(tmp_path / "a.ods", sheet("S", HEADER, "<table:table-row>"))
    assert convert(path)["key"] == "reading.broken"


def test_a_package_without_its_parts_is_refused(tmp_path, convert):
    path = write_ods(tmp_path / "a.ods", sheet("S", HEADER))
    content = path.read_bytes().replace(b"content.xml", b"content.xmk")
    path.write_bytes(content)
    assert convert(path)["key"] == "reading.broken"


@pytest.mark.parametrize(
    ("sheets", "key"),
    [
        ([sheet("S")], "empty"),
        ([sheet("S", HEADER)], "only_header"),
        ([sheet("A", HEADER, PEN, PEN), sheet("B", HEADER, PEN, PEN)], "several_sheets"),
    ],
)
def test_sheets_without_one_table_are_refused(tmp_path, sheets, key):
    assert refusal(write_ods(tmp_path / "a.ods", *sheets)).key == f"reading.{key}"


def test_a_text_document_is_no_spreadsheet(tmp_path):
    mime = "application/vnd.oasis.opendocument.text"
    assert refusal(write_ods(tmp_path / "a.ods", mime=mime)).key == "reading.document"


def test_an_ods_file_is_booked_and_its_errors_are_set_aside(tmp_path):
    profile = parse_profile(
        """
source = "ods"
vat = "excl"
[file]
format = "ods"
[[table]]
name = "orders"
[table.columns]
ordered_on = "Datum"
location_id = "Artikel"
quantity = "Aantal"
[table.constants]
category = "papier"
channel = "kast"
"""
    )
    spoilt = cell("0", "string", "#DIV/0!", 'table:formula="of:=1/0" calcext:value-type="error"')
    bad = row(cell("2025-02-03", "date"), "Pen", spoilt)
    path = write_ods(tmp_path / "a.ods", sheet("S", HEADER, PEN, bad))
    store = Store(tmp_path / "a.duckdb")
    report = import_file(store, path, profile, answers=Answers.yes(), who="t")
    assert (report.main.accepted, report.main.set_aside) == (1, 1)
    store.close()
