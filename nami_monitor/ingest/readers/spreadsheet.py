"""Spreadsheets (xlsx, xls, ods), parsed in a child process with a memory limit and a time-out."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Final

import polars as pl

import nami_monitor
from nami_monitor.core.errors import UserError, listed, short
from nami_monitor.ingest.cells import Cell, Layout, Sheet
from nami_monitor.ingest.readers.table import finish, misfit_frame, plan_table
from nami_monitor.ingest.sniff.headers import SAMPLE_RECORDS

#: A sheet of a million records takes about half a minute.
TIMEOUT_SECONDS: Final = 120
_CHILD: Final = "nami_monitor.ingest.child"
_CHUNK_RECORDS: Final = 50_000
#: A sheet holds a table from two records with two or more filled cells each.
_TABLE_RECORDS: Final = 2
_TABLE_CELLS: Final = 2


@dataclass(frozen=True)
class Parsed:
    """One sheet as the child left it.

    Attributes:
        name: Sheet name.
        visible: False for hidden sheets.
        file: A JSON list of cells per line.
    """

    name: str
    visible: bool
    file: Path

    def rows(self) -> Iterator[list[Cell]]:
        """Give the cells of each record, from the first row of the sheet."""
        with self.file.open(encoding="utf-8") as lines:
            for line in lines:
                yield json.loads(line)

    def misfits(self) -> list[tuple[int, str, str]]:
        """Give line, rule and text of the records that are no rows."""
        found = json.loads((self.file.parent / "misfits.json").read_text(encoding="utf-8"))
        return [(line, rule, raw) for line, rule, raw in found]

    def has_content(self) -> bool:
        """Tell whether any cell is filled."""
        return any(any(row) for row in self.rows())

    def has_table(self) -> bool:
        """Tell whether at least two records fill two cells or more."""
        wide = (row for row in self.rows() if sum(map(bool, row)) >= _TABLE_CELLS)
        return len(list(islice(wide, _TABLE_RECORDS))) == _TABLE_RECORDS


def read_xlsx(path: Path, layout: Layout) -> list[Sheet]:
    """Read an xlsx or xlsm file; cells keep their stored types. See ``read_spreadsheet``."""
    return read_spreadsheet(path, layout, "xlsx")


def read_xls(path: Path, layout: Layout) -> list[Sheet]:
    """Read an xls file of Excel 97 to 2003. See ``read_spreadsheet``."""
    return read_spreadsheet(path, layout, "xls")


def read_ods(path: Path, layout: Layout) -> list[Sheet]:
    """Read an OpenDocument spreadsheet. See ``read_spreadsheet``."""
    return read_spreadsheet(path, layout, "ods")


def read_spreadsheet(path: Path, layout: Layout, form: str) -> list[Sheet]:
    """Read the sheets that the layout asks for.

    Args:
        path: The file.
        layout: Its sheet is a name, a number from 1, "*" for all visible sheets with data, or None
            for the one visible sheet with a table.
        form: xlsx, xls or ods.

    Raises:
        UserError: when the file is damaged, too heavy or locked, or the sheet cannot be told.
    """
    with tempfile.TemporaryDirectory(prefix="nami-") as folder:
        parsed = parse_in_child(path, form, Path(folder))
        chosen = _choose(parsed, layout.sheet, path.name)
        return [_tabulate(sheet, replace(layout, format=form), path.name) for sheet in chosen]


def parse_in_child(path: Path, form: str, folder: Path) -> list[Parsed]:
    """Parse a file in a process of its own.

    Args:
        path: The file.
        form: xlsx, xls, ods or ocds.
        folder: An empty folder; gets what the child leaves.

    Raises:
        UserError: what the child refused, or that it took too much time or memory.
    """
    root = str(Path(nami_monitor.__file__).parent.parent)
    paths = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
    try:
        done = subprocess.run(  # noqa: S603  our own module, no shell
            [sys.executable, "-m", _CHILD, str(path.resolve()), form, str(folder)],
            env=os.environ | {"PYTHONPATH": paths, "POLARS_MAX_THREADS": "1"},
            capture_output=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise UserError("reading.too_slow", file=path.name, seconds=TIMEOUT_SECONDS) from error
    refused = folder / "refused.json"
    if refused.exists():
        said = json.loads(refused.read_text(encoding="utf-8"))
        raise UserError(said["key"], **said["values"])
    if done.returncode < 0 or b"MemoryError" in done.stderr:
        raise UserError("reading.out_of_memory", file=path.name, format=form)
    if done.returncode != 0:
        last = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise UserError("reading.broken", file=path.name, format=form, detail=short(last))
    sheets = json.loads((folder / "sheets.json").read_text(encoding="utf-8"))
    return [Parsed(sheet["name"], sheet["visible"], folder / sheet["file"]) for sheet in sheets]


def _choose(sheets: Sequence[Parsed], wanted: str | int | None, name: str) -> list[Parsed]:
    """Choose the sheets to read."""
    filled = [sheet for sheet in sheets if sheet.has_content()]
    if not filled:
        raise UserError("reading.empty", file=name)
    if wanted is None or wanted == "*":
        visible = [sheet for sheet in filled if sheet.visible] or filled
        tables = [sheet for sheet in visible if sheet.has_table()] or visible
        if len(tables) > 1 and wanted is None:
            names = listed(f"“{short(sheet.name)}”" for sheet in tables)
            raise UserError("reading.several_sheets", file=name, sheets=names)
        return tables
    if isinstance(wanted, int):
        found = [sheets[wanted - 1]] if 1 <= wanted <= len(sheets) else []
    else:
        same = [sheet for sheet in sheets if sheet.name == wanted]
        folded = wanted.strip().casefold()
        found = same or [s for s in sheets if s.name.strip().casefold() == folded]
    if not found:
        names = listed(f"“{short(sheet.name)}”" for sheet in sheets)
        raise UserError("reading.no_such_sheet", file=name, sheet=wanted, sheets=names)
    return found[:1]


def _tabulate(sheet: Parsed, layout: Layout, file: str) -> Sheet:
    """Make a table of one parsed sheet."""
    layout = replace(layout, sheet=sheet.name, encoding=None, delimiter=None)
    name = f"{file} / {sheet.name}" if sheet.name.strip() else file
    grid = list(islice(sheet.rows(), SAMPLE_RECORDS))
    plan = plan_table(grid, layout, name)
    width = len(plan.columns)
    schema = {"line": pl.Int64} | {f"c{n}": pl.String for n in range(1, width + 1)}
    frames = [pl.DataFrame(schema=schema)]
    body = enumerate(islice(sheet.rows(), plan.skip, None), plan.skip + 1)
    while chunk := list(islice(body, _CHUNK_RECORDS)):
        padded = [(line, *row[:width], *[None] * (width - len(row))) for line, row in chunk]
        columns = zip(*padded, strict=True)
        frames.append(pl.DataFrame(dict(zip(schema, columns, strict=True)), schema=schema))
    made = finish(name, plan, pl.concat(frames), misfits=misfit_frame([]), titles=grid)
    return replace(made, name=sheet.name)
