"""Spreadsheets (xlsx, xls, ods), parsed in a child process with a memory limit and a time-out."""

import zipfile
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Final

import polars as pl

from nami_monitor.core.errors import UserError, listed, short
from nami_monitor.ingest.cells import Layout, Sheet
from nami_monitor.ingest.parse.sheets import ParsedSheet, parsed
from nami_monitor.ingest.readers.table import finish, misfit_frame, plan_table
from nami_monitor.ingest.sniff.headers import SAMPLE_RECORDS

#: Cells that become columns in one go; bounds the memory that lists of cells take.
_CHUNK_CELLS: Final = 500_000


def read_spreadsheet(
    path: Path, layout: Layout, folder: Path | None = None, *, form: str
) -> list[Sheet]:
    """Read the sheets that the layout asks for.

    Its sheet is a name, a number from 1, "*" for all visible sheets with data, or None for the one
    visible sheet with a table.

    Raises:
        UserError: when the file is damaged, too heavy or locked, or the sheet cannot be told.
    """
    with parsed(path, form, folder) as sheets:
        if not any(sheet.has_content() for sheet in sheets) and _has_pictures(path):
            raise UserError("reading.only_picture", file=path.name)
        chosen = _choose(sheets, layout.sheet, path.name)
        return [_tabulate(sheet, replace(layout, format=form), path.name) for sheet in chosen]


def _has_pictures(path: Path) -> bool:
    """Whether a workbook holds pictures: a table that somebody pasted as one has no cells."""
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as package:
        return any(name.startswith(("xl/media/", "Pictures/")) for name in package.namelist())


def _choose(
    sheets: Sequence[ParsedSheet], wanted: str | int | None, name: str
) -> list[ParsedSheet]:
    """Choose the sheets to read."""
    filled = [sheet for sheet in sheets if sheet.has_content()]
    if not filled:
        raise UserError("reading.empty", file=name)
    if wanted is None or wanted == "*":
        visible = [sheet for sheet in filled if sheet.visible] or filled
        tables = [sheet for sheet in visible if sheet.has_table()] or visible
        if len(tables) > 1 and wanted is None:
            names = listed(f"“{short(sheet.name)}”" for sheet in tables)
            raise UserError(
                "reading.several_sheets",
                file=name,
                sheets=names,
                names=tuple(sheet.name for sheet in tables),
                alike=len({_columns(sheet, name) for sheet in tables}) == 1,
            )
        return tables
    if isinstance(wanted, int):
        chosen = [sheets[wanted - 1]] if 1 <= wanted <= len(sheets) else []
    else:
        same = [sheet for sheet in sheets if sheet.name == wanted]
        folded = wanted.strip().casefold()
        chosen = same or [s for s in sheets if s.name.strip().casefold() == folded]
    if not chosen:
        names = listed(f"“{short(sheet.name)}”" for sheet in sheets)
        raise UserError("reading.no_such_sheet", file=name, sheet=wanted, sheets=names)
    return chosen[:1]


def _columns(sheet: ParsedSheet, file: str) -> tuple[str, ...]:
    """The columns of a parsed sheet, in small letters; its own name where none are found."""
    try:
        columns = plan_table(list(islice(sheet.rows(), SAMPLE_RECORDS)), Layout(), file).columns
    except UserError:
        return (sheet.name,)
    return tuple(sorted(column.strip().casefold() for column in columns))


def _tabulate(sheet: ParsedSheet, layout: Layout, file: str) -> Sheet:
    """Make a table of one parsed sheet."""
    if sheet.refused:
        raise UserError(sheet.refused[0], file=f"{file} / {sheet.name}", **sheet.refused[1])
    layout = replace(layout, sheet=sheet.name, encoding=None, delimiter=None)
    name = f"{file} / {sheet.name}" if sheet.name.strip() else file
    grid = list(islice(sheet.rows(), SAMPLE_RECORDS))
    plan = plan_table(grid, layout, name)
    width = len(plan.columns)
    schema = {"line": pl.Int64} | {f"c{n}": pl.String for n in range(1, width + 1)}
    frames = [pl.DataFrame(schema=schema)]
    body = enumerate(islice(sheet.rows(), plan.skip, None), plan.skip + 1)
    while chunk := list(islice(body, max(1, _CHUNK_CELLS // width))):
        padded = [(line, *row[:width], *[None] * (width - len(row))) for line, row in chunk]
        columns = zip(*padded, strict=True)
        frames.append(pl.DataFrame(dict(zip(schema, columns, strict=True)), schema=schema))
    table = finish(name, plan, pl.concat(frames), misfits=misfit_frame([]), titles=grid)
    shown = {f"c{column}": tuple(signs) for column, signs in sheet.currencies.items()}
    return replace(table, name=sheet.name, currencies=shown)
