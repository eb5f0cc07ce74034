"""One table of a real file, written again in another way."""

import csv
import io
import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

import xlsxwriter

from nami_monitor.ingest.cells import DATE, NUMBER, kind_of, untag
from nami_monitor.ingest.sniff.values import parse_date


@dataclass(frozen=True)
class Grid:
    """A header and its records; a cell is None, a text, a Decimal or a date."""

    header: tuple
    records: tuple


@dataclass(frozen=True)
class Style:
    """How a grid is written."""

    delimiter: str = ";"
    encoding: str = "utf-8"
    decimal: str = ","
    date: str = "%d-%m-%Y"
    titles: int = 0
    backwards: bool = False
    blank_column: bool = False
    total: bool = False
    xlsx: bool = False
    spaced: bool = False


def grid_of(sheet, rows, numbers, dates):
    """The first rows of a sheet, its numbers and dates understood.

    ``numbers`` names the columns of numbers with their decimal sign, ``dates`` those of dates with
    their pattern. What does not fit stays the text that it is.
    """

    def meaning(cell, name):
        if cell is None or kind_of(cell) is not None:
            return _stored(cell)
        if name in numbers:
            return _number(cell, numbers[name])
        if name in dates:
            moment = parse_date(cell, dates[name])
            return moment.date() if moment else cell
        return cell

    records = sheet.rows.head(rows).drop("line").rows()
    return Grid(
        sheet.columns,
        tuple(
            tuple(meaning(cell, name) for cell, name in zip(record, sheet.columns, strict=True))
            for record in records
        ),
    )


def _stored(cell):
    kind = kind_of(cell) if cell is not None else None
    if kind == NUMBER:
        return Decimal(untag(cell))
    if kind == DATE:
        return datetime.fromisoformat(untag(cell)).date()
    return cell if cell is None else untag(cell)


def _number(cell, decimal):
    group = "." if decimal == "," else ","
    digits = cell.strip(" \ufffd")
    if not re.fullmatch(rf"-?(\d{{1,3}}(\{group}\d{{3}})+|\d+)(\{decimal}\d+)?", digits):
        return cell
    return Decimal(digits.replace(group, "").replace(decimal, "."))


def renamed(grid, old, new):
    return replace(grid, header=tuple(new if name == old else name for name in grid.header))


def mutations(style, grid):
    """Ten ways to write the same grid, by name."""
    other_sign = "." if style.decimal == "," else ","
    other_date = "%d-%m-%Y" if style.date == "%Y-%m-%d" else "%Y-%m-%d"
    return {
        "separator": replace(style, delimiter="\t" if style.delimiter == ";" else ";"),
        "encoding": replace(style, encoding=_other_encoding(grid)),
        "decimals": replace(style, decimal=other_sign, delimiter=";"),
        "dates": replace(style, date=other_date),
        "titles": replace(style, titles=3),
        "order": replace(style, backwards=True),
        "blank column": replace(style, blank_column=True),
        "total": replace(style, total=True),
        "xlsx": replace(style, xlsx=True),
        "headers": replace(style, spaced=True),
    }


def _other_encoding(grid):
    try:
        for record in (grid.header, *grid.records):
            for cell in record:
                str(cell).encode("cp1252")
    except UnicodeEncodeError:
        return "utf-16"
    return "cp1252"


def write(grid, style, folder):
    """Write a grid; the file's path."""
    records = _arranged(grid, style)
    if style.xlsx:
        return _write_xlsx(records, folder / "mutated.xlsx")
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=style.delimiter, lineterminator="\r\n")
    writer.writerows([[_text(cell, style) for cell in record] for record in records])
    path = folder / "mutated.csv"
    path.write_bytes(out.getvalue().encode(style.encoding))
    return path


def _arranged(grid, style):
    header = ["" if re.fullmatch(r"c\d+", name) else name for name in grid.header]
    if style.spaced:
        header = [f" {name.upper().replace(' ', '  ')} " if name else "" for name in header]
    records = [header, *map(list, grid.records)]
    if style.total:
        records.append(_total(grid))
    if style.backwards:
        records = [record[::-1] for record in records]
    if style.blank_column:
        middle = len(header) // 2
        records = [[*record[:middle], None, *record[middle:]] for record in records]
    titles = [["Overview"], ["Made by the finance system"], []][: style.titles]
    return titles + records


def _total(grid):
    columns = list(zip(*grid.records, strict=True))
    sums = [
        sum(cell for cell in column if isinstance(cell, Decimal))
        if any(isinstance(cell, Decimal) for cell in column)
        else None
        for column in columns
    ]
    first_text = sums.index(None)
    sums[first_text] = "Totaal"
    return [None] * first_text + sums[first_text:]


def _text(cell, style):
    if cell is None:
        return ""
    if isinstance(cell, Decimal):
        return f"{cell:f}".replace(".", style.decimal)
    return cell.strftime(style.date) if isinstance(cell, date) else cell


def _write_xlsx(records, path):
    with xlsxwriter.Workbook(path, {"strings_to_numbers": False}) as book:
        sheet = book.add_worksheet()
        dated = book.add_format({"num_format": "dd-mm-yyyy"})
        for row, record in enumerate(records):
            for column, cell in enumerate(record):
                if isinstance(cell, Decimal):
                    sheet.write_number(row, column, float(cell))
                elif isinstance(cell, date):
                    sheet.write_datetime(row, column, datetime(*cell.timetuple()[:3]), dated)  # noqa: DTZ001
                elif cell:
                    sheet.write_string(row, column, cell)
    return path
