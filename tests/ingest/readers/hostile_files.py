"""Small files that ask for much: each of at most a megabyte, made to take memory, disk or time."""

import json
import random
import struct
import zipfile

import polars as pl
import xlwt

from nami_monitor.ingest.parse.xls import SIGNATURE
from tests.ingest.readers.ods_files import cell, row, sheet, write_ods

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def write_xlsx(path, parts, *, strings="", names=None):
    """Write a package by hand: ``parts`` are the insides of ``sheetData`` of each sheet.

    ``names`` says of each sheet in the book which part it shows, from 1.
    """
    shown = names or range(1, len(parts) + 1)
    sheets = "".join(
        f'<sheet name="s{n}" sheetId="{n}" r:id="r{part}"/>' for n, part in enumerate(shown, 1)
    )
    kind = f"{REL}/worksheet"
    links = "".join(
        f'<Relationship Id="r{n}" Type="{kind}" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(parts) + 1)
    )
    links += f'<Relationship Id="t" Type="{REL}/sharedStrings" Target="sharedStrings.xml"/>'
    office = f'<Relationship Id="o" Type="{REL}/officeDocument" Target="xl/workbook.xml"/>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", f'<Types xmlns="{PACKAGE}/content-types"/>')
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{PACKAGE}/relationships">{office}</Relationships>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{PACKAGE}/relationships">{links}</Relationships>',
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{MAIN}" xmlns:r="{REL}"><sheets>{sheets}</sheets></workbook>',
        )
        archive.writestr("xl/sharedStrings.xml", f'<sst xmlns="{MAIN}">{strings}</sst>')
        for number, part in enumerate(parts, 1):
            archive.writestr(
                f"xl/worksheets/sheet{number}.xml",
                f'<worksheet xmlns="{MAIN}"><sheetData>{part}</sheetData></worksheet>',
            )
    return path


def shared(length, uses):
    """One shared string, used in as many rows."""
    return {
        "parts": [
            "".join(f'<row><c t="s"><v>0</v></c><c><v>{n}</v></c></row>' for n in range(uses))
        ],
        "strings": f"<si><t>{'q' * length}</t></si>",
    }


TABLE = [row("Datum", "Aantal"), row("2025-01-03", "4"), row("2025-01-04", "5")]


def many(**repeated):
    """What says in a row or cell how often it repeats."""
    return " ".join(f'table:number-{key}-repeated="{times}"' for key, times in repeated.items())


ODS = {
    "rows of a long text": [row("k" * 9_000, extra=many(rows=700_000))],
    "a cell across": [row(cell("a", extra=many(columns=16_000)))],
    "across and down": [row(cell("abc", extra=many(columns=1_900)), extra=many(rows=5_000))],
    "blank rows between": [TABLE[0], row(extra=many(rows=1_040_000)), *TABLE[1:]] * 12,
    "blank cells before": [row(cell(extra=many(columns=1_950)), "z", extra=many(rows=4_000))],
    "rows beyond number": [row("a", "b", extra=many(rows="9" * 40))],
    "spaces in a cell": [row("<table:table-cell><text:p>" + '<text:s text:c="99999999"/>' * 900
                             + "</text:p></table:table-cell>")],
    "a text that goes on": [row("y" * 14_000_000)],
    "deep in a cell": [row("<table:table-cell><text:p>" + "<text:span>." * 90_000
                           + "</text:span>" * 90_000 + "</text:p></table:table-cell>")],
}  # fmt: skip
XLSX = {
    "a shared text of megabytes": shared(9_000_000, 11),
    "a shared text at the limit": shared(130_000, 60_000),
    "a shared text, very often": shared(25_000, 150_000),
    "cells without a reference": {"parts": ["<row>" + "<c><v>1</v></c>" * 900_000 + "</row>"]},
    "rows without a reference": {"parts": ["<row><c><v>7</v></c></row>" * 600_000]},
    "rows that never end": {"parts": ["<row" * 2_000_000]},
    "one sheet shown often": {"parts": ["<row><c><v>1</v></c></row>" * 90], "names": [1] * 7_000},
    "one large sheet shown": {"parts": ["<row><c><v>1</v></c></row>" * 90_000],
                              "names": [1] * 400},
    "the far corner": {"parts": ['<row r="1048570"><c r="AAA1048570"><v>1</v></c></row>']},
    "rich texts": {"parts": ['<row><c t="s"><v>0</v></c></row>' * 9_000],
                   "strings": "<si>" + "<r><t>ab</t></r>" * 500_000 + "</si>"},
}  # fmt: skip
TEXT = {
    "columns": ";".join(f"v{n}" for n in range(90_000)) + "\n" + ";".join("3" * 90_000) + "\n",
    "one line": "m" * 1_000_000,
    "separators": "a;b;c\n1;2;3\n" + ";" * 900_000,
    "open quotes": "a;b\n" + "1;2\n" * 400 + '3;"x\n' * 150_000,
    "names alike": ";".join("n" * 1_950) + "\n" + (";".join("5" * 1_950) + "\n") * 240,
    "numbers only": (";".join("8" * 1_900) + "\n") * 260,
    "addresses": "naam;b\n" + ("x" * 31_000 + "@;1\n") * 30,
    "spaces": "a;b\n" + ("-" + " " * 60_000 + "x;1\n") * 15,
    "returns": "a;b\r" + "1;2\r" * 200_000,
    "blank lines": "a;b\n1;2\n" + "\n" * 900_000,
    "short under a wide header": ";".join(f"v{n}" for n in range(1_950)) + "\n" + "1;2\n" * 240_000,
    "names that differ": ";".join(f"Besteldatum locatie {n}" for n in range(1_900))
    + "\n"
    + (";".join("5" * 1_900) + "\n") * 240,
    "long names": ";".join(f"{n}" + " ab" * 40_000 for n in range(7))
    + "\n"
    + "1;2;3;4;5;6;7\n" * 9,
    "one column of words": "Besteller\n" + "aan de\n" * 140_000,
    "tabs and quotes": "a\tb\n" + '"\t"\n' * 200_000,
}
RELEASE = {"ocid": "ocds-1", "date": "2025-01-01"}
OCDS = {
    "deep": '{"releases": ' + "[" * 300_000,
    "deep objects": '{"ocid": ' + '{"a": ' * 60_000,
    "a name twice": '{"ocid": 1, ' + ", ".join(f'"k{n}": 0' for n in range(60_000)) + ', "k5": 0}',
    "items of all": json.dumps(
        RELEASE
        | {
            "tender": {"items": [{"classification": {"scheme": "CPV", "id": f"{n:08}"}}
                                 for n in range(7_000)]},
            "contracts": [{"id": str(n)} for n in range(9_000)],
        }
    ),
    "lines": '{"ocid": "ocds-1", "date": "2025-01-01", "contracts": [{"id": 1}]}\n' * 14_000,
    "far numbers": json.dumps(RELEASE | {"contracts": [{"id": n, "value": {"amount": 0}}
                                                       for n in range(9)]})
    .replace('"amount": 0', '"amount": 1e' + "9" * 4_000),
    "parties of all": json.dumps(
        RELEASE
        | {
            "parties": [{"id": str(n), "name": "p"} for n in range(12_000)],
            "contracts": [{"id": str(n)} for n in range(12_000)],
        }
    ),
}  # fmt: skip


def bomb(path):
    """A package of which a part unpacks to far more than it is."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 300_000_000)
    return path


def lying(path):
    """A package whose directory says that a part is small."""
    bomb(path)
    content = path.read_bytes()
    path.write_bytes(content.replace(struct.pack("<I", 300_000_000), struct.pack("<I", 3_000)))
    return path


def endless_tables(path):
    """A compound file whose list of tables goes round and claims four thousand million of them."""
    head = bytearray(512)
    head[:8] = SIGNATURE
    struct.pack_into("<H", head, 30, 9)
    struct.pack_into("<8I", head, 44, 0xFFFFFFF0, 0, 0, 4096, 0, 1, 0, 1)
    path.write_bytes(bytes(head) + struct.pack("<128I", *[0] * 128))
    return path


def same_table(path):
    """A compound file in which one table of sectors stands everywhere, and a chain uses it all."""
    head = bytearray(512)
    head[:8] = SIGNATURE
    struct.pack_into("<H", head, 30, 9)
    struct.pack_into("<8I", head, 44, 100, 0, 0, 4096, 0, 1, 0xFFFFFFFE, 0)
    struct.pack_into("<109I", head, 76, *[0] * 109)
    table = struct.pack("<128I", *[(n + 1) for n in range(128)])
    path.write_bytes(bytes(head) + table * 1_900)
    return path


def one_text(path, length=400_000_000):
    """A parquet file with one text."""
    pl.DataFrame({"a": ["w" * length]}).write_parquet(path, compression="zstd")
    return path


def dictionary(path):
    """A parquet file in which every row says the same long text, which stands in it once."""
    frame = pl.DataFrame({"a": ["d" * 100_000] * 1_500, "b": range(1_500)})
    frame.with_columns(pl.col("b") % 7).write_parquet(path, compression="zstd")
    return path


def columns(path):
    """A parquet file of many columns."""
    pl.DataFrame({f"c{n}": [1] for n in range(4_200)}).write_parquet(path, statistics=False)
    return path


def nothing(path):
    """A parquet file of very many empty rows."""
    pl.DataFrame({"a": pl.repeat(None, 30_000_000, dtype=pl.Int8, eager=True)}).write_parquet(path)
    return path


def number_list(path):
    """A parquet file with one list of very many numbers."""
    many = pl.Series("a", [pl.repeat(1, 60_000_000, dtype=pl.Int8, eager=True)])
    pl.DataFrame({"b": ["x"], "a": many}).write_parquet(path, statistics=False)
    return path


def octets(path):
    """A parquet file with one value of very many bytes."""
    pl.DataFrame({"a": [b"w" * 200_000_000]}).write_parquet(path, statistics=False)
    return path


def kinds(path):
    """A parquet file of kinds, each a long text, said in every row."""
    words = pl.Series("a", ["d" * 130_000 + str(n) for n in range(9)], dtype=pl.Categorical)
    words.gather([0, 3, 8] * 60_000).to_frame().write_parquet(path, statistics=False)
    return path


def package(path, name, content=b"x" * 90, *, spoil=lambda raw: raw, how=zipfile.ZIP_DEFLATED):
    """A zip with one part, spoilt after it was written."""
    with zipfile.ZipFile(path, "w", how) as archive:
        archive.writestr(name, content)
    path.write_bytes(spoil(path.read_bytes()))
    return path


def spoilt_mimetype(path, how):
    """A package whose first part cannot be unpacked."""

    def spoil(raw):
        begin = raw.index(b"mimetype") + len("mimetype")
        return raw[:begin] + b"\xff" * 12 + raw[begin + 12 :]

    return package(path, "mimetype", bytes(range(256)) * 3, spoil=spoil, how=how)


def no_name(path):
    """A package whose list bears a name that is no text."""
    return package(
        path, "\N{SNOWMAN}", spoil=lambda raw: raw.replace("\N{SNOWMAN}".encode(), b"\xff\xfe\xfd")
    )


def zips_in_zips(path):
    """A zip of text files, which we do not open."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(2_000):
            archive.writestr(f"{number}.csv", "a;b\n" + "1;2\n" * 90_000 if number < 9 else "")
    return path


def many_parts(path):
    """A package of more parts than anybody makes, which are all the same."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        for number in range(8_600):
            archive.writestr(f"{number}", b"")
    return path


def elsewhere(path):
    """A workbook whose sheet, with one cell in the far corner, lies in another folder."""
    far = '<row r="1048570"><c r="XFD1048570"><v>1</v></c></row>'
    write_xlsx(path, ["<row/>"])
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = parts.pop("xl/worksheets/sheet1.xml").replace(b"<row/>", far.encode())
    relations = parts.pop("xl/_rels/workbook.xml.rels").replace(b"worksheets/", b"other/")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
        archive.writestr("xl/_rels/workbook.xml.rels", relations)
        archive.writestr("xl/other/sheet1.xml", sheet)
    return path


def entities(path):
    """A workbook whose list of sheets says one word a thousand million times."""
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    book = f'<!DOCTYPE w [<!ENTITY l0 "ha">{laughs}]><workbook><sheets>&l9;</sheets></workbook>'
    write_xlsx(path, ['<row><c t="e"><v>#N/A</v></c></row>'])
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (parts | {"xl/workbook.xml": book}).items():
            archive.writestr(name, content)
    return path


def noise(path):
    """Bytes that follow no rule."""
    path.write_bytes(random.Random(5).randbytes(1_000_000))  # noqa: S311 - no secret
    return path


def wide_signs(path):
    """A text in UTF-16 that is one line."""
    path.write_bytes(("a;b\r" + "\u0a0d" * 480_000).encode("utf-16"))
    return path


def wide_book(path):
    """An old workbook of sheets, each with a cell in its far corner."""
    book = xlwt.Workbook()
    for number in range(120):
        book.add_sheet(f"s{number}").write(65_535, 255, 1)
    book.save(str(path))
    return path


def backup(path, listed):
    """A file that says it is a backup."""
    with zipfile.ZipFile(path.with_suffix(".zip"), "w") as archive:
        archive.writestr("backup.json", listed)
    return path.with_suffix(".zip")


def profile(content):
    """Write a profile."""
    return lambda path: (path.with_suffix(".toml").write_text(content, "utf-8")
                         and path.with_suffix(".toml"))  # fmt: skip


def text_maker(content):
    """Write a text."""
    return lambda path: path.write_text(content, "utf-8") and path


TABLE_TOML = 'source = "x"\n[[table]]\nname = "orders"\n[table.columns]\n'
TOML = {
    "deep": "a = " + "[" * 120_000,
    "a long line": "a = 1" + " " * 200_000 + "b",
    "dotted": "a" + ".a" * 100_000 + " = 1",
    "a number of digits": "vat_rate = 0x" + "f" * 4_000,
    "dotted lines": "".join(f"k{n}" + ".a" * 199 + " = 1\n" for n in range(600)),
    "keys": "".join(f"k{n} = 1\n" for n in range(20_000)),
    "tables": "".join(f"[t{n}.a.b]\n" for n in range(18_000)),
    "levels": "a = " + "[" * 900 + "]" * 900,
    "a long name": f'"{"q" * 250_000}" = 1',
    "values": 'source = "x"\n[[table]]\nname = "orders"\n[table.values.condition]\n'
    + "".join(f'"v{n}" = "new"\n' for n in range(14_000)),
    "other lines": TABLE_TOML + "".join(f'x{n} = "{n % 7}"\n' for n in range(17_000)),
    "large": "# " + "x" * 900_000,
}
BACKUPS = {
    "deep": "[" * 900_000,
    "names": json.dumps({"parts": [{"name": f"database/{n}", "size": 1, "sha256": ""}
                                   for n in range(15_000)]}),
    "levels": '{"parts": ' + "[" * 940 + "]" * 940 + "}",
    "numbers": '{"schema": ' + "9" * 4_000 + ', "form": 1}',
}  # fmt: skip


MAKERS = {
    **{f"ods: {name}": lambda path, rows=rows: write_ods(path, sheet("a", *rows))
       for name, rows in ODS.items()},
    "ods: sheets": lambda path: write_ods(path, *[sheet(f"s{n}", *TABLE) for n in range(6_000)]),
    **{f"xlsx: {name}": lambda path, how=how: write_xlsx(path, **how)
       for name, how in XLSX.items()},
    "xlsx: sheets": lambda path: write_xlsx(path, ["<row><c><v>1</v></c></row>"] * 2_100),
    "xlsx: a bomb": bomb,
    "xlsx: a bomb that lies": lying,
    **{f"csv: {name}": text_maker(content) for name, content in TEXT.items()},
    **{f"ocds: {name}": text_maker(content) for name, content in OCDS.items()},
    "xls: tables without end": endless_tables,
    "xls: one table for all": same_table,
    "parquet: one text": one_text,
    "parquet: a dictionary": dictionary,
    "parquet: columns": columns,
    "parquet: nothing": nothing,
    "parquet: a list": number_list,
    "parquet: bytes": octets,
    "parquet: kinds": kinds,
    "ods: a table far down": lambda path: write_ods(
        path, sheet("a", row(extra=many(rows=1_030_000)), *TABLE)),
    "zip: spoilt": lambda path: spoilt_mimetype(path, zipfile.ZIP_DEFLATED),
    "zip: spoilt lzma": lambda path: spoilt_mimetype(path, zipfile.ZIP_LZMA),
    "zip: spoilt bzip2": lambda path: spoilt_mimetype(path, zipfile.ZIP_BZIP2),
    "zip: a name": no_name,
    "zip: of csv": zips_in_zips,
    "zip: parts": many_parts,
    "xlsb: a workbook": lambda path: package(path, "xl/workbook.bin", b"\x83\x01" * 400_000),
    "xlsx: elsewhere": elsewhere,
    "xlsx: entities": entities,
    "text: noise": noise,
    "text: utf-16": wide_signs,
    "xls: far corners": wide_book,
    **{f"profile: {name}": profile(content) for name, content in TOML.items()},
    **{f"backup: {name}": lambda path, listed=listed: backup(path, listed)
       for name, listed in BACKUPS.items()},
}  # fmt: skip
