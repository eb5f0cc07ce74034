"""Out again: any table or rows of figures as parquet, csv or xlsx, written whole or not at all.

A cell that begins with ``= + - @``, tab or return never becomes a formula: in a workbook texts are
written as texts, in csv they get a single quote in front. There one stands behind each comma,
semicolon, tab and end of line too that such a sign follows: a spreadsheet of another country parts
cells there, quoted or not. Texts that are plain numbers stay as they are.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from nami_monitor.core.errors import UserError
from nami_monitor.core.settings import replacing
from nami_monitor.store.transaction import Transaction, literal

if TYPE_CHECKING:
    import xlsxwriter

Value = str | float | bool | date | None

FORMATS: Final = ("parquet", "csv", "xlsx")
ROWS_IN_A_SHEET: Final = 1_048_575
"""Rows that a worksheet holds below its header."""
SIGNS_IN_A_CELL: Final = 32_767
"""Signs that a cell of a workbook holds."""

HOSTILE: Final = r"^['\"]*[=+\-@\t\r]"
PLAIN_NUMBER: Final = r"^[+-]?[0-9][0-9., ]*(e[+-]?[0-9]+)?-?$"
INSIDE, BEHIND = r"([,;\t\r\n])(['\"]*[=+\-@])", r"\1'\2"
GUARDS: Final = (
    (r"^'(['\"]*[=+\-@\t\r])", r"\1"),
    (r"([,;\t\r\n])'(['\"]*[=+\-@])", r"\1\2"),
)
"""Each finds a quote that ``guarded`` put in, with what takes it off again."""

WORKBOOK: Final = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "constant_memory": True,
    "default_date_format": "yyyy-mm-dd",
}


def guarded(text: str) -> str:
    """A text as it stands in a csv: before what a spreadsheet would run stands a single quote."""
    if re.match(PLAIN_NUMBER, text, re.IGNORECASE):
        return text
    return ("'" if re.match(HOSTILE, text) else "") + re.sub(INSIDE, BEHIND, text)


@contextmanager
def whole(out: Path) -> Iterator[Path]:
    """A file to write beside ``out``; it takes that name when the block ends without an error.

    Raises:
        UserError: ``export.unwritable`` when the folder cannot be written to.
    """
    try:
        with replacing(out) as half:
            yield half
    except OSError as error:
        raise UserError("export.unwritable", path=str(out), detail=error.strerror) from error


def export_query(db: Transaction, query: str, out: Path, kind: str) -> int:
    """Write the rows of a query, SQL composed from declarations; gives how many there were.

    Raises:
        UserError: ``export.too_many_rows``, ``export.too_long`` or ``export.unwritable``.
    """
    count = int(db.value(f"select count(*) from ({query})"))
    if kind == "xlsx":
        _must_fit(count)
        frame = db.frame(query)
        write_xlsx(out, frame.columns, frame.iter_rows())
        return count
    with whole(out) as half:
        half.touch()
        source, options = query, "format parquet"
        if kind == "csv":
            source, options = _guarded_query(db, query), "format csv, header true, delimiter ','"
        db.run(f"copy ({source}) to {literal(str(half))} ({options})")
    return count


def export_rows(db: Transaction, frame: pl.DataFrame, out: Path, kind: str) -> int:
    """Write a frame; see ``export_query``."""
    with db.view_of("rows_to_export", frame) as view:
        return export_query(db, f"select * from {view}", out, kind)


def write_xlsx(out: Path, header: Sequence[str], rows: Iterable[Sequence[Value]]) -> None:
    """Write a workbook of one sheet; numbers, dates and truth values keep their type.

    Raises:
        UserError: ``export.too_many_rows``, ``export.too_long`` or ``export.unwritable``.
    """
    import xlsxwriter  # noqa: PLC0415 - slow to load, and no page needs it to be shown

    with whole(out) as half:
        half.touch()
        with xlsxwriter.Workbook(str(half), WORKBOOK) as book:
            sheet = book.add_worksheet()
            bold = book.add_format({"bold": True})
            for column, name in enumerate(header):
                sheet.write_string(0, column, name, bold)
            sheet.freeze_panes(1, 0)
            for number, row in enumerate(rows, start=1):
                _must_fit(number)
                for column, value in enumerate(row):
                    _write(sheet, number, column, value)


def write_csv(out: Path, header: Sequence[str], rows: Iterable[Sequence[str | None]]) -> None:
    """Write texts as a csv that a spreadsheet opens in columns: ``;`` and UTF-8 with its mark.

    Raises:
        UserError: ``export.unwritable``.
    """
    with whole(out) as half, half.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        for row in (header, *rows):
            writer.writerow([guarded(cell or "") for cell in row])


def _guarded_query(db: Transaction, query: str) -> str:
    """The query with its texts guarded."""
    described = db.rows(f"describe ({query})")
    texts = [
        f"case when regexp_matches({name}, {literal(PLAIN_NUMBER)}, 'i') then {name}"
        f" else if(regexp_matches({name}, {literal(HOSTILE)}), '''', '')"
        f" || regexp_replace({name}, {literal(INSIDE)}, {literal(BEHIND)}, 'g') end as {name}"
        for column, kind, *_ in described
        if kind == "VARCHAR"
        for name in [f'"{column}"']
    ]
    return f"select * replace ({', '.join(texts)}) from ({query})" if texts else query


def _must_fit(rows: int) -> None:
    if rows > ROWS_IN_A_SHEET:
        raise UserError("export.too_many_rows", rows=rows, most=ROWS_IN_A_SHEET)


def _write(
    sheet: xlsxwriter.worksheet.Worksheet, number: int, column: int, value: Value | Sequence[str]
) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(number, column, value)
    elif isinstance(value, int | float) and math.isfinite(value):
        sheet.write_number(number, column, value)
    elif isinstance(value, datetime | date):
        sheet.write_datetime(number, column, value)
    else:
        text = "; ".join(value) if isinstance(value, list | tuple) else str(value)
        if len(text) > SIGNS_IN_A_CELL:
            raise UserError("export.too_long", length=len(text), most=SIGNS_IN_A_CELL)
        sheet.write_string(number, column, text)
