"""Parses a spreadsheet in a process of its own, so that a bad file cannot take ours along.

Run as ``python -m nami_monitor.ingest.parse FILE FORMAT FOLDER``. Leaves in FOLDER what
``SheetWriter`` writes, or ``refused.json`` (key, values).
"""

import datetime as dt
import importlib
import json
import math
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Final

import python_calamine as calamine

from nami_monitor.core.errors import UserError, short
from nami_monitor.ingest.cells import Cell, clean_text, tag_boolean, tag_date, tag_error, tag_number
from nami_monitor.ingest.parse.ocds import read_ocds
from nami_monitor.ingest.parse.ods import read_ods
from nami_monitor.ingest.parse.sheets import (
    MEGABYTE,
    MOST_SHEETS,
    REFUSED,
    Budget,
    SheetWriter,
    budget_of,
    check_cell,
    check_data,
    check_width,
)
from nami_monitor.ingest.parse.xls import DamagedError, with_true_code_page, xls_findings
from nami_monitor.ingest.parse.xlsx import (
    PackageParts,
    SheetFindings,
    check_package,
    currency_styles,
    sheet_findings,
    sheet_parts,
)

#: Rows times columns, and as many again for each megabyte; a hundred million lines of twenty
#: columns at most.
_CELLS: Final = 20_000_000
MOST_CELLS: Final = 2_000_000_000

#: So many values of a type are kept with their cells, and none that is longer: a few megabytes.
MOST_KEPT: Final = 20_000
LONGEST_KEPT: Final = 100

Errors = Mapping[tuple[int, int], str]
Value = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta


def limit_process(budget: Budget) -> None:
    """Limit memory, processor time and size of files of this process, where the system can."""
    try:
        import resource  # noqa: PLC0415  Windows has none

        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[5])
    except (ImportError, OSError):
        return
    memory = pages * resource.getpagesize() + budget.memory
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = math.ceil(used.ru_utime + used.ru_stime) + budget.seconds
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (budget.data, budget.data))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))


def cell_of(value: Value) -> Cell:
    """Give a parsed value as a cell; times of day and durations are text.

    Raises:
        UserError: ``reading.broken_texts``: the parser read the letters of a text in halves.
    """
    if isinstance(value, str):
        value = value.rstrip("\0")
        if "\0" in value:
            example = short(value.replace("\0", "\ufffd"))
            raise UserError("reading.broken_texts", file="", example=example)
        return clean_text(value)
    if isinstance(value, bool):
        return tag_boolean(value)
    if isinstance(value, int | float):
        return tag_number(value)
    if isinstance(value, dt.date):
        return tag_date(value)
    if isinstance(value, dt.timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"
    return value.replace(microsecond=0).isoformat()


class _Cells(dict[Value, Cell]):
    """Cells by the values of one type that they were made of; few values stand in many rows."""

    def __missing__(self, value: Value) -> Cell:
        cell = cell_of(value)
        if cell is None or len(cell) <= LONGEST_KEPT:
            if len(self) >= MOST_KEPT:
                self.clear()
            self[value] = cell
        return cell


def sheet_rows(sheet: calamine.CalamineSheet, errors: Errors) -> Iterator[list[Cell]]:
    """Give all rows of a sheet from A1 on."""
    made = defaultdict[type, _Cells](_Cells)
    for number, row in enumerate(sheet.to_python(skip_empty_area=False)):
        cells = [made[type(value)][value] for value in row]
        if errors:
            for column, cell in enumerate(cells):
                if cell is None and (number, column) in errors:
                    cells[column] = tag_error(errors[number, column])
        yield cells


def convert(path: Path, form: str, folder: Path) -> None:
    """Check and parse a spreadsheet into FOLDER."""
    budget = budget_of(path)
    with SheetWriter(folder, path.name, budget) as sheets:
        match form:
            case "ods":
                read_ods(path, sheets)
            case "ocds":
                read_ocds(path, sheets)
            case "parquet":
                check_parquet(path, budget)
            case _:
                _read_workbook(path, form, sheets)
        sheets.end()


def _read_workbook(path: Path, form: str, sheets: SheetWriter) -> None:
    """Read the worksheets of an xlsx or xls file."""
    parts = check_package(path) if form == "xlsx" else PackageParts(frozenset(), {})
    content = path.read_bytes()
    if form == "xls":
        content = with_true_code_page(content)
    book = calamine.CalamineWorkbook.from_filelike(BytesIO(content))
    if len(book.sheets_metadata) > MOST_SHEETS:
        raise UserError("reading.too_many_sheets", file=path.name, most=MOST_SHEETS)
    old = xls_findings(path) if form == "xls" else []
    signs = currency_styles(path) if form == "xlsx" else {}
    places = sheet_parts(path) if signs or parts.errors or parts.far else {}
    for number, meta in enumerate(book.sheets_metadata):
        if meta.typ is not calamine.SheetTypeEnum.WorkSheet:
            continue
        part = places.get(meta.name, "")
        found = old[number] if old else SheetFindings()
        sheets.begin(meta.name, visible=meta.visible is calamine.SheetVisibleEnum.Visible)
        if far := parts.far.get(part):
            sheets.refuse("reading.too_far", rows=far[0], columns=far[1])
            continue
        if part in parts.errors or (signs and part):
            found = sheet_findings(path, part, signs)
        for column, sign in sorted(found.currencies):
            sheets.currency(column, sign)
        for cells in sheet_rows(book.get_sheet_by_name(meta.name), found.errors):
            sheets.row(cells)


def check_parquet(path: Path, budget: Budget) -> None:
    """Check rows, columns, the longest text and all texts together of a parquet file.

    One page of a kilobyte can hold a text of gigabytes, many times.

    Raises:
        UserError: the file is damaged, or one of these is too much.
    """
    import polars as pl  # noqa: PLC0415  the process that parses spreadsheets starts without it

    name = path.name
    try:
        scan = pl.scan_parquet(path, glob=False)
        schema = scan.collect_schema()
        rows = scan.select(pl.len()).collect().item()
        check_width(len(schema), name)
        most = min(MOST_CELLS, _CELLS * (1 + path.stat().st_size // MEGABYTE))
        if rows * len(schema) > most:
            raise UserError("reading.too_far", file=name, rows=rows, columns=len(schema))
        total, texts = 0, (pl.String, pl.Categorical, pl.Enum)
        for column, dtype in schema.items():
            if dtype in texts:
                words = pl.col(column).cast(pl.String).str
                size, longest = words.len_bytes(), words.len_chars().max()
                sizes = scan.select(longest.alias("max"), size.cast(pl.Int64).sum().alias("sum"))
                longest, added = sizes.collect(engine="streaming").row(0)
                check_cell(longest or 0, name)
                total += added or 0
                check_data(total, budget, name)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise UserError(
            "reading.broken", file=name, format="parquet", detail=short(error)
        ) from error


def main(arguments: list[str]) -> None:
    """Convert one file; what a user can mend is left in ``refused.json``."""
    path, form, folder = Path(arguments[0]), arguments[1], Path(arguments[2])
    if form == "parquet":
        importlib.import_module("polars")
    limit_process(budget_of(path))
    try:
        convert(path, form, folder)
    except UserError as error:
        refused = {"key": error.key, "values": error.values}
    except DamagedError:
        refused = {"key": "reading.truncated", "values": {"file": path.name, "format": form}}
    except calamine.PasswordError:
        refused = {"key": "reading.password", "values": {"file": path.name}}
    except calamine.CalamineError as error:
        values = {"file": path.name, "format": form, "detail": short(error)}
        refused = {"key": "reading.broken", "values": values}
    else:
        return
    (folder / REFUSED).write_text(json.dumps(refused), encoding="utf-8")


if __name__ == "__main__":  # pragma: no cover - a child process, where coverage does not look
    main(sys.argv[1:])
