"""Tables as bytes: CSV as systems export it, workbooks as people send them; no clock is read."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import polars as pl
import xlsxwriter

from nami_monitor.demo.truth import BadCell

Value = str | int | float | date | None
Row = tuple[Value, ...]

CREATED: Final = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
WORKBOOK_OPTIONS: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


@dataclass(frozen=True)
class Csv:
    """A text file; a value is written as it stands, a date as dd-mm-yyyy, None as nothing.

    The column names in ``header`` are separated by ``;``.
    """

    header: str
    rows: Sequence[Row]
    encoding: str = "utf-8"
    delimiter: str = ";"

    def to_bytes(self) -> bytes:
        """The file, with lines that end as on Windows."""
        rows = (columns(self), *self.rows)
        lines = (self.delimiter.join(map(self._field, row)) + "\r\n" for row in rows)
        return "".join(lines).encode(self.encoding)

    def _field(self, value: Value) -> str:
        text = "" if value is None else str(value)
        if isinstance(value, date):
            text = f"{value:%d-%m-%Y}"
        if self.delimiter in text or '"' in text:
            return '"' + text.replace('"', '""') + '"'
        return text


@dataclass(frozen=True)
class Workbook:
    """A workbook of one sheet; numbers and dates are stored as such, None is an empty cell.

    The column names in ``header`` are separated by ``;``. ``titles`` stand above it, ``totals`` is
    a last row that is no data, and ``money`` the column that is shown with two decimals.
    """

    sheet: str
    header: str
    rows: Sequence[Row]
    titles: tuple[str, ...] = ()
    totals: Row | None = None
    money: str | None = None

    def to_bytes(self) -> bytes:
        """The workbook, the same bytes for the same content."""
        buffer = io.BytesIO()
        with xlsxwriter.Workbook(buffer, WORKBOOK_OPTIONS) as book:
            book.set_properties({"created": CREATED.replace(tzinfo=None)})
            sheet = book.add_worksheet(self.sheet)
            bold = book.add_format({"bold": True})
            day = book.add_format({"num_format": "dd-mm-yyyy"})
            money = book.add_format({"num_format": "#,##0.00"})
            formats = [money if name == self.money else None for name in columns(self)]
            for line, title in enumerate(self.titles):
                sheet.write_string(line, 0, title, bold if line == 0 else None)
            first = len(self.titles)
            sheet.write_row(first, 0, columns(self), bold)
            body = (*self.rows, self.totals) if self.totals else self.rows
            for line, row in enumerate(body, start=first + 1):
                _write_row(sheet, line, row, formats, day)
            sheet.set_column(0, len(columns(self)) - 1, 16)
        return buffer.getvalue()


File = Csv | Workbook


def columns(file: File) -> tuple[str, ...]:
    """The column names of a file."""
    return tuple(file.header.split(";"))


def _write_row(sheet: Any, line: int, row: Row, formats: Sequence[Any], day: Any) -> None:
    for column, (value, number_format) in enumerate(zip(row, formats, strict=True)):
        match value:
            case None:
                continue
            case str():
                sheet.write_string(line, column, value)
            case date():
                sheet.write_datetime(line, column, value, day)
            case _:
                sheet.write_number(line, column, value, number_format)


def planted(name: str) -> pl.DataFrame:
    """A table beside this module; numbers and dates as such."""
    path = Path(__file__).with_name(name)
    return pl.read_csv(path, try_parse_dates=True, infer_schema_length=None)


def dutch_number(value: float, decimals: int = 2) -> str:
    """``1.234,56``."""
    return f"{value:,.{decimals}f}".translate(str.maketrans(",.", ".,"))


def euro(value: float) -> str:
    """``€ 1.234,56``."""
    return f"€ {dutch_number(value)}"


def spoil(name: str, file: File, bad_cells: Sequence[BadCell]) -> File:
    """Add the planted bad rows of the file with this name, spread evenly over it.

    They are copies of good rows with one cell spoilt.
    """
    own = [bad for bad in bad_cells if bad.file == name]
    rows = list(file.rows)
    step = len(rows) // (len(own) + 1)
    for number, bad in reversed(list(enumerate(own, start=1))):
        column = columns(file).index(bad.column)
        good = rows[number * step]
        rows.insert(number * step, (*good[:column], bad.value, *good[column + 1 :]))
    return replace(file, rows=rows)
