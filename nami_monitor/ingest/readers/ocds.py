"""Releases and records of the Open Contracting Data Standard: a row per contract or award."""

from dataclasses import replace
from pathlib import Path

import polars as pl

from nami_monitor.ingest.cells import Layout, Sheet
from nami_monitor.ingest.parse.sheets import parsed
from nami_monitor.ingest.readers.table import TITLE_RECORDS, TablePlan, finish, misfit_frame


def read_ocds(path: Path, layout: Layout, folder: Path | None = None) -> list[Sheet]:
    """Read a release package, a record package, or releases line by line; one sheet.

    The names of the columns count as record 1; processes that do not follow the standard are
    numbered after the rows.

    Raises:
        UserError: when the file is no JSON, too large, or publishes nothing.
    """
    with parsed(path, "ocds", folder) as (sheet,):
        header, *rows = sheet.rows()
        misfits = misfit_frame(sheet.misfits())
    width = len(header)
    schema = {"line": pl.Int64} | {f"c{number}": pl.String for number in range(1, width + 1)}
    padded = [(line, *row, *[None] * (width - len(row))) for line, row in enumerate(rows, 2)]
    layout = replace(layout, format="ocds", sheet=None, encoding=None, delimiter=None)
    layout = replace(layout, skip_rows=0, header_rows=1, header=True)
    plan = TablePlan(layout, tuple(map(str, header)), tuple(header), 1)
    frame = pl.DataFrame(padded, schema=schema, orient="row")
    titles = [header, *rows[: TITLE_RECORDS - 1]]
    return [finish(path.name, plan, frame, misfits=misfits, titles=titles)]
