"""An xlsx package: what is checked before a parser sees it, and its error values.

A few kilobytes can unpack to gigabytes, and one cell in the far corner of a sheet makes a parser
reserve memory for all cells before it.
"""

import lzma
import re
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import Final
from xml.parsers import expat

from nami_monitor.core.errors import UserError
from nami_monitor.ingest.limits import MOST_SHEETS

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

DAMAGED_PACKAGE: Final = (zipfile.BadZipFile, OSError, EOFError, RuntimeError, ValueError,
                          zlib.error, lzma.LZMAError)  # fmt: skip
"""What reading a damaged zip raises."""

_CHUNK: Final = 1024 * 1024
_LONGEST_TAG: Final = 4096
_CELL = re.compile(rb"""\sr\s*=\s*["']([A-Z]{1,3})([0-9]{1,7})["']""")
_ROW = re.compile(rb"""<(?:\w+:)?row\b[^<>]*?\sr\s*=\s*["']([0-9]{1,7})["']""")
_ERROR_TYPE = re.compile(rb"""\st\s*=\s*["']e["']""")


def check_package(path: Path) -> set[str]:
    """Check sizes and extents of an xlsx package; gives the sheets that store error values.

    Raises:
        UserError: when the package is damaged, unpacks to too much, or reaches too far.
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
            return {part for part in parts if _stores_errors(archive, part, name)}
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


def _stores_errors(archive: zipfile.ZipFile, part: str, name: str) -> bool:
    columns: set[bytes] = set()
    last_row = 0
    has_errors = False
    rest = b""
    with archive.open(part) as file:
        while chunk := file.read(_CHUNK):
            text = rest + chunk
            has_errors = has_errors or _ERROR_TYPE.search(text) is not None
            cells = _CELL.findall(text)
            columns.update(column for column, _ in cells)
            rows = [int(row) for row in _ROW.findall(text)] + [int(row) for _, row in cells]
            last_row = max([last_row, *rows])
            width = max((_column_number(column) for column in columns), default=1)
            if last_row * width > EXTENT_CELLS:
                raise UserError("reading.too_far", file=name, rows=last_row, columns=width)
            rest = text[-_LONGEST_TAG:]
    return has_errors


def _column_number(letters: bytes) -> int:
    """The number of a column, from 1, by its letters."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


class _ErrorCells:
    """Collects the error codes of a sheet by row and column, from 0, while it is parsed."""

    def __init__(self) -> None:
        self.found: dict[tuple[int, int], str] = {}
        self.row = self.column = -1
        self.in_error = self.in_value = False

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
            self.in_error = attributes.get("t") == "e"
        elif local == "v":
            self.in_value = self.in_error

    def end(self, tag: str) -> None:
        """Close a value or a cell."""
        if tag.rpartition(":")[2] in {"v", "c"}:
            self.in_value = False

    def text(self, text: str) -> None:
        """Add to the code of the error cell under way."""
        if self.in_value:
            place = (self.row, self.column)
            self.found[place] = self.found.get(place, "") + text


def error_cells(path: Path, part: str) -> dict[tuple[int, int], str]:
    """Give the error codes of a sheet by row and column, from 0.

    The package was checked; ``part`` is the name of the sheet's part in it.

    Raises:
        ExpatError: when the sheet is no well-formed XML.
    """
    cells = _ErrorCells()
    parser = expat.ParserCreate()
    parser.StartElementHandler = cells.start
    parser.EndElementHandler = cells.end
    parser.CharacterDataHandler = cells.text
    with zipfile.ZipFile(path) as archive, archive.open(part) as file:
        while chunk := file.read(_CHUNK):
            parser.Parse(chunk)
    parser.Parse(b"", True)
    return cells.found


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
