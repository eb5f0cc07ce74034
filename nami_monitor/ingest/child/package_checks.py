"""What is checked of an office package before a parser sees it.

A few kilobytes can unpack to gigabytes, and one cell in the far corner of a sheet makes a parser
reserve memory for all cells before it.
"""

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from nami_monitor.core.errors import UserError

#: A workbook of a million records unpacks to a few hundred megabytes.
UNPACKED_BYTES: Final = 1024**3
#: Sheets full of equal cells shrink up to about a hundred times; more is made to harm.
PACK_RATIO: Final = 250
#: Below this size even a high ratio does no harm.
RATIO_MATTERS_FROM: Final = 20 * 1024 * 1024
#: Workbooks hold tens of parts, with pictures hundreds.
PARTS: Final = 10_000
#: Rows times columns up to the last cell; each costs a parser about 50 bytes, filled or not.
EXTENT_CELLS: Final = 20_000_000

_CHUNK: Final = 1024 * 1024
_LONGEST_TAG: Final = 4096
_CELL = re.compile(rb"""\sr\s*=\s*["']([A-Z]{1,3})([0-9]{1,7})["']""")
_ROW = re.compile(rb"""<(?:\w+:)?row\b[^>]*?\sr\s*=\s*["']([0-9]{1,7})["']""")
_ERROR_TYPE = re.compile(rb"""\st\s*=\s*["']e["']""")


@dataclass(frozen=True)
class SheetScan:
    """What a byte scan of one sheet tells.

    Attributes:
        part: Name of the part in the package.
        has_errors: True when it stores error values.
    """

    part: str
    has_errors: bool


def check_package(path: Path) -> list[SheetScan]:
    """Check sizes and extents of an xlsx package.

    Raises:
        UserError: when the package is damaged, unpacks to too much, or reaches too far.
    """
    name = path.name
    try:
        with zipfile.ZipFile(path) as archive:
            check_sizes(archive, path)
            return [
                _scan_sheet(archive, part, name)
                for part in archive.namelist()
                if part.startswith("xl/worksheets/") and part.endswith(".xml")
            ]
    except (zipfile.BadZipFile, OSError, EOFError, RuntimeError, NotImplementedError) as error:
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


def _scan_sheet(archive: zipfile.ZipFile, part: str, name: str) -> SheetScan:
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
    return SheetScan(part, has_errors)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number
