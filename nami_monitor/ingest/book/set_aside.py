"""Set-aside files: the rows of a batch that were set aside, to correct in Excel and offer again.

A set-aside file holds the original columns and cells, what else the profile reads (``@file``), and
then the batch, the line and the reasons. The import recognises a corrected file by these columns
and reads it with the profile of its batch.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Final

import polars as pl

from nami_monitor.core.errors import UserError, listed
from nami_monitor.i18n import text, word
from nami_monitor.ingest.cells import (
    BOOLEAN,
    DATE,
    MENDED,
    MISFIT_RULES,
    NUMBER,
    Cell,
    Large,
    Layout,
    Sheet,
    kind_of,
    untag,
)
from nami_monitor.ingest.profiles.profile import Profile, parse_profile
from nami_monitor.ingest.profiles.source_cells import normal_header
from nami_monitor.store import Transaction
from nami_monitor.store.export import GUARDS, Value, write_csv, write_xlsx

REASON: Final = "nami_reason"
OWN: Final = (*MENDED, REASON)


def write_set_aside(db: Transaction, batch: int, out: Path, lang: str) -> int:
    """Write the open rows of a batch, with reasons in a language, as a workbook or a csv.

    Returns:
        How many rows were written.

    Raises:
        UserError: ``set_aside.no_batch``, ``set_aside.none_open``, ``set_aside.format``, or what
            ``store.export`` raises.
    """
    kind = out.suffix.lower().removeprefix(".")
    if kind not in {"xlsx", "csv"}:
        raise UserError("set_aside.format", seen=out.name)
    batches = db.rows(
        "select header, profile from batches where batch = try_cast(? as integer)"
        " and undone_at is null",
        [str(batch)],
    )
    if not batches:
        raise UserError("set_aside.no_batch", batch=batch)
    header, profile = batches[0]
    rows = list(_rows(db, batch, lang))
    if not rows:
        raise UserError("set_aside.none_open", batch=batch)
    read_as = parse_profile(profile)
    held = {normal_header(name) for name in header}
    columns = [*header, *(name for name in read_as.places if normal_header(name) not in held)]
    kept = [index for index, name in enumerate(columns) if normal_header(name) not in OWN]
    names = [*(columns[index] for index in kept), *OWN]
    records = [
        ([raw[index] if index < len(raw) else None for index in kept], line, reasons)
        for line, raw, reasons in rows
    ]
    if kind == "xlsx":
        stored = ([*map(_typed, cells), batch, line, why] for cells, line, why in records)
        write_xlsx(out, names, stored)
    else:
        as_text = partial(_as_text, profile=read_as)
        texts = ([*map(as_text, cells), str(batch), str(line), why] for cells, line, why in records)
        write_csv(out, names, texts)
    return len(rows)


def _rows(db: Transaction, batch: int, lang: str) -> Iterator[tuple[int, Sequence[Cell], str]]:
    """Line, cells (none where the record did not fit the header) and reasons of the open rows."""
    for line, raw, problems in db.rows(
        "select line, any_value(raw), list(distinct (table_name, column_name, rule, value)"
        " order by (table_name, column_name, rule, value)) from set_aside_rows"
        " where batch = ? and state = 'open' group by line order by line",
        [batch],
    ):
        reasons = dict.fromkeys(
            reason_sentence(column, rule, value, lang) for _, column, rule, value in problems
        )
        yield line, raw or (), " ".join(reasons)


def reason_sentence(column: str | None, rule: str, value: str | None, lang: str) -> str:
    """Why a row was set aside, as a sentence: the column, its value, and the rule it breaks."""
    if rule in MISFIT_RULES:
        sentence = text(f"reading.misfits.{rule}", lang)
        return f"{sentence} ({value})" if value else sentence
    sentence = text(f"rules.{rule}", lang)
    where = column and word(column, lang, f"columns.{column}")
    seen = f" “{value}”" if value else ""
    return f"{where}{seen}: {sentence}" if where else sentence


def _typed(cell: Cell) -> Value:
    """A cell for a workbook: stored numbers, dates and truth values stay what they are."""
    shown = untag(cell)
    if cell is None or shown is None:
        return None
    kind = kind_of(cell)
    if kind == NUMBER:
        return float(shown)
    if kind == BOOLEAN:
        return shown == "true"
    if kind == DATE:
        return _as_date(shown)
    return shown


def _as_date(shown: str) -> date:
    return datetime.fromisoformat(shown) if "T" in shown else date.fromisoformat(shown)


def _as_text(cell: Cell, profile: Profile) -> Cell:
    """A cell for a csv: a text as it was, stored numbers and dates as the profile reads them."""
    shown = untag(cell)
    if cell is None or shown is None:
        return None
    kind = kind_of(cell)
    if kind == NUMBER and profile.decimal == ",":
        return shown.replace(".", ",")
    if kind == DATE and profile.dates:
        return _as_date(shown).strftime(profile.dates[0])
    return shown


def mended_rows(
    db: Transaction, sheets: Sequence[Sheet]
) -> tuple[int, list[Sheet], Profile] | None:
    """The batch, rows at their old lines, and profile of a corrected set-aside file; else None."""
    sheet = _unguarded(sheets[0])
    headers = [normal_header(header) for header in sheet.columns]
    if not set(MENDED) <= set(headers) or isinstance(sheet.rows, Large):
        return None
    batch_column, line_column = (f"c{headers.index(name) + 1}" for name in MENDED)
    number = r"^(?:\x01n)?(\d+)$"
    rows = sheet.rows.with_columns(
        pl.col(line_column).str.extract(number).cast(pl.Int64).alias("line")
    )
    batches = rows[batch_column].str.extract(number).cast(pl.Int64).unique().to_list()
    profiles = db.rows(
        "select profile from batches where batch = ? and undone_at is null", [batches[0]]
    )
    if len(batches) != 1 or not profiles or rows["line"].null_count():
        raise UserError("import.mended_batch", seen=listed(batches))
    profile = parse_profile(profiles[0][0])
    return int(batches[0]), [replace(sheet, rows=rows)], replace(profile, layout=Layout())


def _unguarded(sheet: Sheet) -> Sheet:
    """A csv that was written by an export, without the quotes that keep formulas from running."""
    if sheet.layout.format != "csv" or isinstance(sheet.rows, Large):
        return sheet
    names, cells = list(sheet.columns), pl.col(pl.String)
    for found, left in GUARDS:
        names = [re.sub(found, left, name) for name in names]
        cells = cells.str.replace_all(found, re.sub(r"\\(\d)", r"${\1}", left))
    return replace(sheet, columns=tuple(names), rows=sheet.rows.with_columns(cells))
