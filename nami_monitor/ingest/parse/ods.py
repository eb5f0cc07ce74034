"""The sheets of an ods file (OpenDocument, OASIS part 3), read element by element.

Repeated cells and rows are written as a number in it, so a file of a kilobyte can claim all cells
of a sheet. They are counted before they are written out.
"""

import datetime as dt
import re
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final
from xml.parsers import expat

from nami_monitor.core.errors import UserError
from nami_monitor.ingest.cells import Cell, clean_text, tag_boolean, tag_date, tag_error, tag_number
from nami_monitor.ingest.parse.sheets import (
    LONGEST_CELL,
    LONGEST_SIGN,
    SheetWriter,
    check_cell,
    check_width,
    currency_in,
)
from nami_monitor.ingest.parse.xlsx import DAMAGED_PACKAGE, EXTENT_CELLS, check_sizes

_SPACE: Final = "urn:oasis:names:tc:opendocument:xmlns:"
_OFFICE, _TABLE, _TEXT, _STYLE = (
    f"{_SPACE}{name}:1.0 " for name in ("office", "table", "text", "style")
)
_EXTENSION: Final = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0 "
_SHEET, _ROW = f"{_TABLE}table", f"{_TABLE}table-row"
_CELL, _COVERED = f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"
_PARAGRAPH: Final = f"{_TEXT}p"
_CHUNK: Final = 1024 * 1024
MOST_SHOWN: Final = 64
"""Characters of a shown number that are looked at for a currency."""
#: What a formula shows instead of a value, in English and Dutch; LibreOffice also has numbers.
_ERROR: Final = re.compile(r"#[A-Z/0]+[!?]|#N/[AB]|Err:\d{3}")
_SPAN: Final = re.compile(r"(-?)P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:[.,]\d+)?S)?)?")

Attributes = Mapping[str, str]


def read_ods(path: Path, sheets: SheetWriter) -> None:
    """Read the cells of an ods file into ``sheets``.

    Raises:
        UserError: when it is damaged, locked, unpacks to too much or reaches too far.
    """
    name = path.name
    reader = _Reader(name, sheets)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.EntityDeclHandler = reader.refuse_entity
    parser.buffer_text = True
    try:
        with zipfile.ZipFile(path) as archive:
            check_sizes(archive, path)
            if b"encryption-data" in archive.read("META-INF/manifest.xml"):
                raise UserError("reading.password", file=name)
            with archive.open("content.xml") as content:
                while chunk := content.read(_CHUNK):
                    parser.Parse(chunk)
            parser.Parse(b"", True)
    except (expat.ExpatError, KeyError) as error:
        raise UserError("reading.broken", file=name, format="ods", detail=str(error)) from error
    except DAMAGED_PACKAGE as error:
        raise UserError("reading.truncated", file=name, format="ods") from error


class _Reader:
    """Follows the elements of ``content.xml``.

    A cell counts where its row stands directly in a sheet; what is drawn on a sheet, or noted at a
    cell, has tables and paragraphs of its own.
    """

    def __init__(self, name: str, sheets: SheetWriter) -> None:
        self.name, self.sheets = name, sheets
        self.path: list[str] = []
        self.hidden: set[str] = set()
        self.style = ""
        self.written = 0
        self.rows = self.width = self.gap = 0
        self.row: list[Cell] = []
        self.blanks = 0
        self.times = self.across = 1
        self.cell: Attributes = {}
        self.cell_depth = self.sheet_depth = 0
        self.parts: list[str] = []
        self.length = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Enter an element."""
        self.path.append(tag)
        if tag == f"{_STYLE}style":
            self.style = attributes.get(f"{_STYLE}name", "")
        elif tag == f"{_STYLE}table-properties":
            if attributes.get(f"{_TABLE}display") == "false":
                self.hidden.add(self.style)
        elif tag == _SHEET and not self.sheet_depth:
            self._begin_sheet(attributes)
        elif self.cell_depth:
            self._within_cell(tag, attributes)
        elif tag == _ROW and self.sheet_depth:
            self.row, self.blanks = [], 0
            self.times = _repeated(attributes, "number-rows-repeated")
        elif tag in {_CELL, _COVERED} and self.sheet_depth:
            self.cell = attributes if tag == _CELL else {}
            self.across = _repeated(attributes, "number-columns-repeated")
            self.cell_depth, self.parts, self.length = len(self.path), [], 0

    def end(self, tag: str) -> None:
        """Leave an element."""
        depth = len(self.path)
        self.path.pop()
        if depth == self.cell_depth:
            self._end_cell(covered=tag == _COVERED)
        elif tag == _ROW and self.sheet_depth and not self.cell_depth:
            self._end_row()
        elif depth == self.sheet_depth:
            self.sheet_depth = 0

    def text(self, text: str) -> None:
        """Add to the text of a cell: only what stands in its own paragraphs."""
        if self.cell_depth and self._in_paragraph():
            self._add(text)

    def refuse_entity(self, *_: object) -> None:
        """Refuse entity declarations: no office program writes them, and few expand to much."""
        raise UserError("reading.broken", file=self.name, format="ods", detail="<!ENTITY>")

    def _add(self, text: str) -> None:
        self.length += len(text)
        check_cell(self.length, self.name)
        self.parts.append(text)

    def _in_paragraph(self) -> bool:
        inside = self.path[self.cell_depth :]
        return inside[:1] == [_PARAGRAPH] and f"{_OFFICE}annotation" not in inside

    def _within_cell(self, tag: str, attributes: Attributes) -> None:
        if not self._in_paragraph():
            return
        if tag == _PARAGRAPH and len(self.path) == self.cell_depth + 1 and self.parts:
            self._add("\n")
        elif tag == f"{_TEXT}s":
            self._add(" " * min(_count(attributes.get(f"{_TEXT}c", "1")), LONGEST_CELL + 1))
        elif tag in {f"{_TEXT}tab", f"{_TEXT}line-break"}:
            self._add("\t" if tag == f"{_TEXT}tab" else "\n")

    def _begin_sheet(self, attributes: Attributes) -> None:
        self.sheet_depth = len(self.path)
        self.rows = self.width = self.gap = 0
        visible = attributes.get(f"{_TABLE}style-name") not in self.hidden
        self.sheets.begin(attributes.get(f"{_TABLE}name", ""), visible=visible)

    def _end_cell(self, *, covered: bool) -> None:
        self.cell_depth = 0
        cell = None if covered else _cell(self.cell, "".join(self.parts))
        if cell is None:
            self.blanks += self.across
            return
        width = len(self.row) + self.blanks + self.across
        self._check(1, width)
        check_width(width, self.name)
        if sign := _currency(self.cell, "".join(self.parts)):
            for column in range(width - self.across + 1, width + 1):
                self.sheets.currency(column, sign)
        self.row += [None] * self.blanks + [cell] * self.across
        self.blanks = 0

    def _end_row(self) -> None:
        if not self.row:
            self.gap += self.times
            return
        self.width = max(self.width, len(self.row))
        self._check(self.rows + self.gap + self.times, self.width)
        self.written += (self.gap + self.times) * self.width
        self._check(self.written // self.width, self.width)
        self.sheets.row([], self.gap)
        self.sheets.row(self.row, self.times)
        self.rows += self.gap + self.times
        self.gap = 0

    def _check(self, rows: int, columns: int) -> None:
        if rows * columns > EXTENT_CELLS:
            raise UserError("reading.too_far", file=self.name, rows=rows, columns=columns)


def _repeated(attributes: Attributes, name: str) -> int:
    return max(1, _count(attributes.get(f"{_TABLE}{name}", "1")))


def _count(text: str) -> int:
    """A whole number; of more than nine digits, one that no sheet can hold."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 10**9  # noqa: PLR2004


def _cell(attributes: Attributes, text: str) -> Cell:
    """Give a cell as it was stored; where a value cannot be read, as it is shown."""
    shown = clean_text(text)
    if attributes.get(f"{_EXTENSION}value-type") == "error":
        return tag_error(shown or "#ERR!")
    if f"{_TABLE}formula" in attributes and shown and _ERROR.fullmatch(shown):
        return tag_error(shown)
    kind = attributes.get(f"{_OFFICE}value-type", "string")
    name, read = _TYPES.get(kind, ("string-value", clean_text))
    stored = attributes.get(f"{_OFFICE}{name}")
    if stored is None:
        return shown
    try:
        return read(stored)
    except (ValueError, OverflowError):
        return shown


def _currency(attributes: Attributes, text: str) -> str:
    """The sign or code of the currency with which a number is stored or shown; empty if none."""
    if attributes.get(f"{_OFFICE}value-type") not in {"float", "currency"}:
        return ""
    return attributes.get(f"{_OFFICE}currency", "")[:LONGEST_SIGN] or currency_in(text[:MOST_SHOWN])


def _date(text: str) -> Cell:
    return tag_date(dt.datetime.fromisoformat(text).replace(tzinfo=None))


def _number(text: str) -> Cell:
    return tag_number(float(text))


def _span(text: str) -> Cell:
    """A time of day or a duration, as text."""
    match = _SPAN.fullmatch(text)
    if not match:
        raise ValueError(text)
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups()[1:])
    return f"{match[1]}{days * 24 + hours:02}:{minutes:02}:{seconds:02}"


_TYPES: Final[Mapping[str, tuple[str, Callable[[str], Cell]]]] = {
    **dict.fromkeys(("float", "percentage", "currency"), ("value", _number)),
    "date": ("date-value", _date),
    "boolean": ("boolean-value", lambda text: tag_boolean(text == "true")),
    "time": ("time-value", _span),
}
