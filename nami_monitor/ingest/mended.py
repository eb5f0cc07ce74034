"""A set-aside file that was mended: recognised by its own columns, read by its batch's profile."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from nami_monitor.core.errors import UserError, listed
from nami_monitor.ingest.cells import MENDED, Large, Layout, Sheet
from nami_monitor.ingest.profiles.profile import Profile
from nami_monitor.ingest.profiles.profile_toml import parse_profile
from nami_monitor.ingest.profiles.source_cells import normal
from nami_monitor.store import Transaction
from nami_monitor.store.export import GUARD


def mended_rows(
    db: Transaction, sheets: Sequence[Sheet]
) -> tuple[int, list[Sheet], Profile] | None:
    """A set-aside file that was mended: its batch, its rows at their old lines, its profile."""
    sheet = _unguarded(sheets[0])
    headers = [normal(header) for header in sheet.columns]
    if not set(MENDED) <= set(headers) or isinstance(sheet.rows, Large):
        return None
    batch_column, line_column = (f"c{headers.index(name) + 1}" for name in MENDED)
    number = r"^(?:\x01n)?(\d+)$"
    rows = sheet.rows.with_columns(
        pl.col(line_column).str.extract(number).cast(pl.Int64).alias("line"),
    )
    batches = rows[batch_column].str.extract(number).cast(pl.Int64).unique().to_list()
    found = db.rows(
        "select profile from batches where batch = ? and undone_at is null", [batches[0]]
    )
    if len(batches) != 1 or not found or rows["line"].null_count():
        raise UserError("import.mended_batch", seen=listed(batches))
    profile = parse_profile(found[0][0])
    return int(batches[0]), [replace(sheet, rows=rows)], replace(profile, layout=Layout())


def _unguarded(sheet: Sheet) -> Sheet:
    """A csv that was written by an export, without the quotes that keep formulas from running."""
    if sheet.layout.format != "csv" or isinstance(sheet.rows, Large):
        return sheet
    return replace(
        sheet,
        columns=tuple(re.sub(GUARD, r"\1", name) for name in sheet.columns),
        rows=sheet.rows.with_columns(pl.col(pl.String).str.replace(GUARD, "${1}")),
    )
