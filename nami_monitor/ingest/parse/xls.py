"""What the parser of xls files misses: error values, number formats and code pages.

An xls file is a compound file: a file system in a file. After [MS-CFB] and [MS-XLS], the open
specifications of both formats.
"""

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from nami_monitor.ingest.parse.sheets import currency_of_format
from nami_monitor.ingest.parse.xlsx import SheetFindings

SIGNATURE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEADER_BYTES: Final = 512
_ENTRY_BYTES: Final = 128
_NUMBER_BYTES: Final = 4
_END: Final = 0xFFFFFFFA
"""Sector numbers from here on say that nothing follows."""
_SHIFTS: Final = (9, 12)
_SMALL_SHIFT: Final = 6
_UNUSED, _ROOT = 0, 5


class DamagedError(ValueError):
    """A compound file points beyond its own end, or in circles."""


@dataclass(frozen=True)
class _Sectors:
    """Sectors of one size, and which follows which.

    Attributes:
        content: What they lie in.
        shift: Their size as a power of two.
        ahead: Sectors that stand before number 0.
        following: The number that follows each.
    """

    content: bytes
    shift: int
    ahead: int
    following: Sequence[int]

    def sector(self, number: int) -> bytes:
        """The bytes of a sector; the last one of a file may be shorter."""
        start = (number + self.ahead) << self.shift
        if start >= len(self.content):
            raise DamagedError(number)
        return self.content[start : start + (1 << self.shift)]

    def chain(self, number: int) -> bytes:
        """The bytes of a sector and of all that follow it."""
        parts: list[bytes] = []
        while number < _END:
            if len(parts) > len(self.content) >> self.shift or number >= len(self.following):
                raise DamagedError(number)
            parts.append(self.sector(number))
            number = self.following[number]
        return b"".join(parts)


@dataclass(frozen=True)
class _Entry:
    kind: int
    start: int
    size: int


@dataclass(frozen=True)
class Compound:
    """A compound file, and the ``names`` of the streams and folders in it."""

    names: frozenset[str]
    _entries: Mapping[str, _Entry]
    _sectors: _Sectors
    _small: _Sectors
    _cutoff: int

    def stream(self, name: str) -> bytes:
        """The bytes of a stream.

        Raises:
            DamagedError: a part of it is not in the file.
        """
        entry = self._entries[name]
        sectors = self._sectors if entry.size >= self._cutoff else self._small
        content = sectors.chain(entry.start)
        if len(content) < entry.size:
            raise DamagedError(name)
        return content[: entry.size]


def open_compound(content: bytes) -> Compound:
    """Read the tables and the directory of a compound file.

    Raises:
        DamagedError: they are not, or not wholly, in the file.
    """
    if len(content) < _HEADER_BYTES:
        raise DamagedError(len(content))
    (shift,) = struct.unpack_from("<H", content, 30)
    if shift not in _SHIFTS:
        raise DamagedError(shift)
    count, directory, _, cutoff, small, _, more, _ = struct.unpack_from("<8I", content, 44)
    if count > len(content) >> shift:
        raise DamagedError(count)
    plain = _Sectors(content, shift, 1, ())
    tables = list(_numbers(content[76:_HEADER_BYTES]))
    while more < _END and len(tables) < count:
        *numbers, more = _numbers(plain.sector(more))
        tables += numbers
    following = [n for table in tables[:count] for n in _numbers(plain.sector(table))]
    sectors = _Sectors(content, shift, 1, following)
    listing = sectors.chain(directory)
    if len(listing) % (1 << shift):
        raise DamagedError(directory)
    entries = dict(_entries(listing))
    root = next((entry for entry in entries.values() if entry.kind == _ROOT), None)
    holder = sectors.chain(root.start) if root and root.size else b""
    following = list(_numbers(sectors.chain(small)))
    return Compound(
        frozenset(entries), entries, sectors, _Sectors(holder, _SMALL_SHIFT, 0, following), cutoff
    )


def _numbers(content: bytes) -> Sequence[int]:
    return struct.unpack_from(f"<{len(content) // _NUMBER_BYTES}I", content)


def _entries(directory: bytes) -> Sequence[tuple[str, _Entry]]:
    entries = []
    for start in range(0, len(directory) - _ENTRY_BYTES + 1, _ENTRY_BYTES):
        length, kind = struct.unpack_from("<HB", directory, start + 64)
        if kind != _UNUSED:
            name = directory[start : start + max(0, min(length, 64) - 2)]
            first, size = struct.unpack_from("<2I", directory, start + 116)
            entries.append((name.decode("utf-16-le", "replace"), _Entry(kind, first, size)))
    return entries


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
_CODE_PAGE: Final = 0x42
_UNICODE_VERSION, _UNICODE = b"\x00\x06", b"\xb0\x04"
"""The version that holds every text as Unicode, and the only code page that it may state."""
_FORMULA, _END_OF_PART, _SHEET, _TRUTH_OR_ERROR, _BEGIN = 0x06, 0x0A, 0x85, 0x0205, 0x0809
_FORMAT, _STYLE, _NUMBER, _SHORT, _SHORTS = 0x041E, 0xE0, 0x0203, 0x027E, 0xBD
_IS_TEXT_OR_WORD: Final = b"\xff\xff"
_IS_ERROR: Final = 2
_FORMAT_BYTES: Final = 5
"""Before the text of a number format in the last version."""


def xls_findings(path: Path) -> list[SheetFindings]:
    """Give error codes and signs of currencies of each sheet, in the order of the sheets.

    Raises:
        DamagedError: the file is cut off.
        KeyError: it holds no workbook.
    """
    book = _workbook(path.read_bytes())
    starts = [struct.unpack_from("<I", body)[0] for kind, body in _records(book) if kind == _SHEET]
    signs = _currency_styles(book)
    return [
        SheetFindings(dict(_errors(book, start)), set(_currencies(book, start, signs)))
        for start in starts
    ]


def _currency_styles(book: bytes) -> dict[int, str]:
    """The sign of the currency that a style of cells shows, by the number of the style."""
    codes: dict[int, str] = {}
    signs: dict[int, str] = {}
    styles, version = 0, b""
    for kind, body in _records(book):
        version = version or body[:2]
        if kind == _FORMAT and len(body) > _FORMAT_BYTES:
            if sign := currency_of_format(_format_code(body, version)):
                codes[int.from_bytes(body[:2], "little")] = sign
        elif kind == _STYLE:
            if (number := int.from_bytes(body[2:4], "little")) in codes:
                signs[styles] = codes[number]
            styles += 1
    return signs


def _format_code(body: bytes, version: bytes) -> str:
    """The text of a number format: of the last version with its length in two bytes and a flag."""
    if version != _UNICODE_VERSION:
        return body[3:].decode("cp1252", "replace")
    return body[_FORMAT_BYTES:].decode("utf-16-le" if body[4] & 1 else "latin-1", "replace")


def _currencies(book: bytes, start: int, signs: Mapping[int, str]) -> Iterator[tuple[int, str]]:
    """Column, from 1, and sign of the numbers that are shown with a currency."""
    for kind, body in _records(book, start) if signs else ():
        number = kind == _FORMULA and body[12:14] != _IS_TEXT_OR_WORD
        if number or kind in {_NUMBER, _SHORT, _SHORTS}:
            column = int.from_bytes(body[2:4], "little")
            more = range(4, len(body) - 2 if kind == _SHORTS else 5, 6)
            for at, start_of_cell in enumerate(more, start=column + 1):
                style = int.from_bytes(body[start_of_cell : start_of_cell + 2], "little")
                if style in signs:
                    yield at, signs[style]


def with_true_code_page(content: bytes) -> bytes:
    """The bytes of an xls file without a code page that its version cannot have.

    Some programs state one; the parser believes it and puts a NUL behind each letter.
    """
    version = b""
    for kind, body in _records(_workbook(content)):
        version = version or body[:2]
        if kind == _CODE_PAGE and version == _UNICODE_VERSION and body != _UNICODE:
            head = struct.pack("<2H", kind, len(body))
            mended = content.replace(head + body, head + _UNICODE, 1)
            return mended if head + _UNICODE in _workbook(mended) else content
    return content


def _workbook(content: bytes) -> bytes:
    compound = open_compound(content)
    return compound.stream("Workbook" if "Workbook" in compound.names else "Book")


def _records(book: bytes, start: int = 0) -> Iterator[tuple[int, bytes]]:
    """Give kind and content of the records up to the end of a part of the workbook."""
    depth = 0
    while start + 4 <= len(book):
        kind, size = struct.unpack_from("<2H", book, start)
        depth += (kind == _BEGIN) - (kind == _END_OF_PART)
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
