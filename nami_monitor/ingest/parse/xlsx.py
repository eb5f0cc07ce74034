"""An xlsx package: what is checked before a parser sees it, and what that parser does not give.

A few kilobytes can unpack to gigabytes, and one cell in the far corner of a sheet makes a parser
reserve memory for all cells before it.
"""

import lzma
import re
import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Final
from xml.parsers import expat

from nami_monitor.core.errors import UserError
from nami_monitor.ingest.parse.sheets import MOST_SHEETS, currency_of_format

#: A workbook of a million records unpacks to a few hundred megabytes.
UNPACKED_BYTES: Final = 1024**3
#: SheetWriter full of equal cells shrink up to about a hundred times; more is made to harm.
PACK_RATIO: Final = 250
#: Below this size even a high ratio does no harm.
RATIO_MATTERS_FROM: Final = 20 * 1024 * 1024
#: Workbooks hold tens of parts, with pictures hundreds.
PARTS: Final = 10_000
#: Rows times columns up to the last cell; each costs a parser about 50 bytes, filled or not.
EXTENT_CELLS: Final = 20_000_000
FARTHEST: Final = (1_048_576, 16_384)
"""The rows and columns that a sheet can have."""

DAMAGED_PACKAGE: Final = (zipfile.BadZipFile, OSError, EOFError, RuntimeError, ValueError,
                          zlib.error, lzma.LZMAError)  # fmt: skip
"""What reading a damaged zip raises."""

_CHUNK: Final = 1024 * 1024
_LONGEST_TAG: Final = 4096
_CELL = re.compile(rb"""=\s*["']([A-Z]{1,3})([0-9]{1,7})["']""")
"""A reference of a cell, or of something else: those only make the sheet be looked at closer."""
_ROW = re.compile(rb"""<row\b[^<>]*?\sr\s*=\s*["']([0-9]{1,7})["']""")
_NAMED_ROW = re.compile(rb"""<(?:\w+:)?row\b[^<>]*?\sr\s*=\s*["']([0-9]{1,7})["']""")
"""The same where a namespace stands before the names of tags, which takes much longer to find."""
_FILLED = re.compile(
    rb"""<(?:\w+:)?c(?:\s(?:[^<>]*?\s)?r\s*=\s*["']([A-Z]{1,3})([0-9]{1,7})["']|(?=[\s>]))"""
    rb"""(?:[^<>]*[^<>/])?>\s*<(?!/)"""
)
"""A cell with something in it, and its reference if it has one."""
_ERROR_TYPE = re.compile(rb"""\st\s*=\s*["']e["']""")


@dataclass(frozen=True)
class PackageParts:
    """Sheets of a package that store error values, and those that reach too far, with how far.

    A sheet that reaches too far is not read; another sheet of its workbook may be.
    """

    errors: frozenset[str]
    far: Mapping[str, tuple[int, int]]


def check_package(path: Path) -> PackageParts:
    """Check sizes and extents of an xlsx package.

    Raises:
        UserError: when the package is damaged, or unpacks to too much.
    """
    name = path.name
    try:
        with zipfile.ZipFile(path) as archive:
            check_sizes(archive, path)
            parts = [
                part
                for part in archive.namelist()
                if part.startswith("xl/worksheets/") and part.endswith(".xml")
            ]
            if len(parts) > MOST_SHEETS:
                raise UserError("reading.too_many_sheets", file=name, most=MOST_SHEETS)
            looked = {part: _looked_through(archive, part) for part in parts}
            return PackageParts(
                frozenset(part for part, (errors, _) in looked.items() if errors),
                {part: far for part, (_, far) in looked.items() if far},
            )
    except DAMAGED_PACKAGE as error:
        raise UserError("reading.truncated", file=name, format="xlsx") from error


def check_sizes(archive: zipfile.ZipFile, path: Path) -> None:
    """Check what an office package unpacks to.

    Raises:
        UserError: when it is too much, or packed to harm.
    """
    parts = archive.infolist()
    unpacked = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts)
    shrunk = any(
        part.file_size > max(RATIO_MATTERS_FROM, PACK_RATIO * part.compress_size) for part in parts
    )
    overlapping = packed > path.stat().st_size
    if unpacked > UNPACKED_BYTES or len(parts) > PARTS or shrunk or overlapping:
        raise UserError(
            "reading.too_heavy", file=path.name, megabytes=unpacked // 1024**2, parts=len(parts)
        )


def _looked_through(archive: zipfile.ZipFile, part: str) -> tuple[bool, tuple[int, int] | None]:
    """Whether a sheet stores error values, and rows and columns when it reaches too far."""
    columns: set[bytes] = set()
    last_row = 0
    has_errors = False
    for text in _chunks(archive, part):
        if not has_errors and (b'"e"' in text or b"'e'" in text):
            has_errors = _ERROR_TYPE.search(text) is not None
        cells = zip(*_CELL.findall(text), strict=True)
        columns.update(next(cells, ()))
        pattern = _NAMED_ROW if b":row" in text else _ROW
        rows = {*pattern.findall(text), *next(cells, ())}
        last_row = max([last_row, *map(int, rows)])
        width = max((_column_number(column) for column in columns), default=1)
        if last_row * width > EXTENT_CELLS:
            return True, _filled_extent(archive, part)
    return has_errors, None


def _filled_extent(archive: zipfile.ZipFile, part: str) -> tuple[int, int] | None:
    """Rows and columns up to the last filled cells of a sheet, when these are too many.

    Formats reach down to the last row where somebody coloured a column: they cost a parser nothing.
    A filled cell that does not say where it stands may stand anywhere.
    """
    columns: set[bytes] = set()
    last_row = 0
    for text in _chunks(archive, part):
        cells = _FILLED.findall(text)
        if not all(row for _, row in cells):
            return FARTHEST
        columns.update(column for column, _ in cells)
        last_row = max([last_row, *(int(row) for _, row in cells)])
        width = max((_column_number(column) for column in columns), default=1)
        if last_row * width > EXTENT_CELLS:
            return last_row, width
    return None


def _chunks(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """The XML of a part, piece by piece; each begins with the end of the one before."""
    rest = b""
    with archive.open(part) as file:
        while chunk := file.read(_CHUNK):
            text = rest + chunk
            yield text
            rest = text[-_LONGEST_TAG:]


def _column_number(letters: bytes) -> int:
    """The number of a column, from 1, by its letters."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


_STYLES: Final = "xl/styles.xml"
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


class _SheetCells:
    """Collects, while a sheet is parsed, its error codes by row and column, from 0.

    And the signs of currencies that numbers are shown with, by column, from 1.
    """

    def __init__(self, signs: Mapping[int, str]) -> None:
        self.signs = signs
        self.errors: dict[tuple[int, int], str] = {}
        self.currencies: set[tuple[int, str]] = set()
        self.row = self.column = -1
        self.in_error = self.in_value = False
        self.sign = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Follow where the parser is; cells without a reference follow the one before."""
        local = tag.rpartition(":")[2]
        if local == "row":
            self.row = int(attributes["r"]) - 1 if "r" in attributes else self.row + 1
            self.column = -1
        elif local == "c":
            self.column += 1
            if reference := _REFERENCE.fullmatch(attributes.get("r", "")):
                self.column = _column_number(reference[1].encode()) - 1
                self.row = int(reference[2]) - 1
            kind = attributes.get("t", "n")
            self.in_error = kind == "e"
            self.sign = self.signs.get(_whole(attributes.get("s")), "") if kind == "n" else ""
        elif local == "v":
            self.in_value = self.in_error
            if self.sign:
                self.currencies.add((self.column + 1, self.sign))

    def end(self, tag: str) -> None:
        """Close a value or a cell."""
        if tag.rpartition(":")[2] in {"v", "c"}:
            self.in_value = False

    def text(self, text: str) -> None:
        """Add to the code of the error cell under way."""
        if self.in_value:
            place = (self.row, self.column)
            self.errors[place] = self.errors.get(place, "") + text


def _whole(text: str | None) -> int:
    """The number of a style, 0 where a cell names none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0  # noqa: PLR2004


@dataclass(frozen=True)
class SheetFindings:
    """What a parser does not give: error codes by row and column, from 0, and currencies.

    ``currencies`` are signs that numbers are shown with, by column, from 1.
    """

    errors: Mapping[tuple[int, int], str] = field(default_factory=dict)
    currencies: Collection[tuple[int, str]] = ()


def sheet_findings(path: Path, part: str, signs: Mapping[int, str]) -> SheetFindings:
    """Give the error codes of a sheet, and the currencies of its numbers.

    The package was checked; ``part`` is the name of the sheet's part in it, and ``signs`` what
    ``currency_styles`` gives.

    Raises:
        ExpatError: when the sheet is no well-formed XML.
    """
    cells = _SheetCells(signs)
    parser = expat.ParserCreate()
    parser.StartElementHandler = cells.start
    parser.EndElementHandler = cells.end
    parser.CharacterDataHandler = cells.text
    with zipfile.ZipFile(path) as archive:
        _parse_part(parser, archive, part)
    return SheetFindings(cells.errors, cells.currencies)


def _parse_part(parser: expat.XMLParserType, archive: zipfile.ZipFile, part: str) -> None:
    with archive.open(part) as file:
        while chunk := file.read(_CHUNK):
            parser.Parse(chunk)
    parser.Parse(b"", True)


def currency_styles(path: Path) -> dict[int, str]:
    """Give the sign of the currency that a style of cells shows, by the number of the style.

    Raises:
        ExpatError: when the styles are no well-formed XML.
    """
    codes: dict[str, str] = {}
    signs: dict[int, str] = {}
    parent, styles = "", 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal parent, styles
        local = tag.rpartition(":")[2]
        if local in {"numFmts", "cellXfs", "cellStyleXfs", "dxfs"}:
            parent = local
        elif local == "numFmt" and parent == "numFmts":
            if sign := currency_of_format(attributes.get("formatCode", "")):
                codes[attributes.get("numFmtId", "")] = sign
        elif local == "xf" and parent == "cellXfs":
            if (number := attributes.get("numFmtId", "")) in codes:
                signs[styles] = codes[number]
            styles += 1

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    with zipfile.ZipFile(path) as archive:
        if _STYLES in archive.namelist():
            _parse_part(parser, archive, _STYLES)
    return signs


def sheet_parts(path: Path) -> dict[str, str]:
    """Give the part of each sheet by its name, from the workbook and its relations."""
    targets: dict[str, str] = {}
    sheets: dict[str, str] = {}

    def start(tag: str, attributes: dict[str, str]) -> None:
        local = tag.rpartition(":")[2]
        if local == "Relationship":
            targets[attributes["Id"]] = attributes["Target"]
        elif local == "sheet":
            relation = next((v for k, v in attributes.items() if k.endswith(":id")), "")
            sheets[attributes.get("name", "")] = relation

    with zipfile.ZipFile(path) as archive:
        for part in ("xl/_rels/workbook.xml.rels", "xl/workbook.xml"):
            parser = expat.ParserCreate()
            parser.StartElementHandler = start
            parser.Parse(archive.read(part), True)
    folder = PurePosixPath("/xl")
    return {
        name: str(folder / targets[relation]).lstrip("/")
        for name, relation in sheets.items()
        if relation in targets
    }
