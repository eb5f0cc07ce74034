"""Error values of an xls sheet, which the parser gives as empty cells.

After [MS-XLS], the open specification of the format.
"""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from nami_monitor.ingest.ole import open_compound

CODES: Final = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}
_UNKNOWN: Final = "#ERR!"
_FORMULA, _END, _SHEET, _TRUTH_OR_ERROR, _BEGIN = 0x06, 0x0A, 0x85, 0x0205, 0x0809
_IS_TEXT_OR_WORD: Final = b"\xff\xff"
_IS_ERROR: Final = 2


def xls_error_cells(path: Path) -> list[dict[tuple[int, int], str]]:
    """Give the error codes of each sheet by row and column, from 0, in the order of the sheets.

    Raises:
        DamagedError: the file is cut off.
        KeyError: it holds no workbook.
    """
    compound = open_compound(path.read_bytes())
    book = compound.stream("Workbook" if "Workbook" in compound.names else "Book")
    starts = [struct.unpack_from("<I", body)[0] for kind, body in _records(book) if kind == _SHEET]
    return [dict(_errors(book, start)) for start in starts]


def _records(book: bytes, start: int = 0) -> Iterator[tuple[int, bytes]]:
    """Give kind and content of the records up to the end of a part of the workbook."""
    depth = 0
    while start + 4 <= len(book):
        kind, size = struct.unpack_from("<2H", book, start)
        depth += (kind == _BEGIN) - (kind == _END)
        yield kind, book[start + 4 : start + 4 + size]
        if depth <= 0:
            return
        start += 4 + size


def _errors(book: bytes, start: int) -> Iterator[tuple[tuple[int, int], str]]:
    for kind, body in _records(book, start):
        code = None
        if kind == _TRUTH_OR_ERROR and body[7:8] == b"\x01":
            code = body[6]
        elif kind == _FORMULA and body[12:14] == _IS_TEXT_OR_WORD and body[6] == _IS_ERROR:
            code = body[8]
        if code is not None:
            row, column = struct.unpack_from("<2H", body)
            yield (row, column), CODES.get(code, _UNKNOWN)
