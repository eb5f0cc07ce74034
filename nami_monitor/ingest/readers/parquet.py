"""Parquet files; columns that are stored with a type give tagged cells."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import polars as pl

from nami_monitor.core.errors import UserError
from nami_monitor.ingest.cells import (
    BOOLEAN,
    DATE,
    MISFIT_SCHEMA,
    NUMBER,
    TAG,
    Cell,
    Layout,
    Sheet,
    clean_texts,
    tag_number,
)
from nami_monitor.ingest.readers.table import Plan, finish, name_columns

#: As cells this takes some 2 GB; a parquet file of a few kilobytes can hold any number.
MOST_CELLS: Final = 20_000_000


def read_parquet(path: Path, layout: Layout) -> list[Sheet]:
    """Read a parquet file; one sheet, named as the file. The header counts as record 1.

    Raises:
        UserError: when the file is damaged or too large, or a column holds lists or structures.
    """
    try:
        scan = pl.scan_parquet(path, glob=False)
        schema = scan.collect_schema()
        rows = scan.select(pl.len()).collect().item()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise UserError(
            "reading.broken", file=path.name, format="parquet", detail=str(error).split("\n")[0]
        ) from error
    if rows * len(schema) > MOST_CELLS:
        raise UserError("reading.too_far", file=path.name, rows=rows, columns=len(schema))
    if not rows or not len(schema):
        raise UserError("reading.only_header" if len(schema) else "reading.empty", file=path.name)
    for column, dtype in schema.items():
        if dtype.is_nested() or dtype in (pl.Binary, pl.Object):
            raise UserError("reading.nested", file=path.name, column=column, type=str(dtype))
    data = scan.collect()
    frame = pl.DataFrame(
        [pl.int_range(2, rows + 2, dtype=pl.Int64, eager=True).alias("line")]
        + [_cells(data[column]).alias(f"c{n}") for n, column in enumerate(schema, 1)]
    )
    header = tuple(" ".join(column.split()) or None for column in schema)
    layout = replace(layout, format="parquet", sheet=None, encoding=None, delimiter=None)
    plan = Plan(replace(layout, skip_rows=0), name_columns(header), header, 1)
    titles = [header, *frame.drop("line").head(50).rows()]
    return [
        finish(path.name, plan, frame, misfits=pl.DataFrame(schema=MISFIT_SCHEMA), titles=titles)
    ]


def _cells(column: pl.Series) -> pl.Series:
    """Give a typed column as cells."""
    dtype = column.dtype
    if dtype.is_float() or dtype.is_decimal():
        return _each(column, tag_number if dtype.is_float() else _tag_decimal)
    if dtype.is_integer():
        return _tagged(NUMBER, column.cast(pl.String))
    if dtype == pl.Boolean:
        return _tagged(BOOLEAN, column.cast(pl.String))
    if dtype == pl.Date:
        return _tagged(DATE, column.dt.to_string("%Y-%m-%d"))
    if isinstance(dtype, pl.Datetime):
        moments = column.dt.to_string("%Y-%m-%dT%H:%M:%S").str.strip_suffix("T00:00:00")
        return _tagged(DATE, moments)
    return column.cast(pl.String).to_frame("x").select(clean_texts(pl.col("x"))).to_series()


def _each(column: pl.Series, tag: Callable[[Any], Cell]) -> pl.Series:
    return pl.Series([None if value is None else tag(value) for value in column], dtype=pl.String)


def _tag_decimal(value: Decimal) -> Cell:
    whole = value.normalize()
    return f"{TAG}{NUMBER}{whole:f}"


def _tagged(kind: str, texts: pl.Series) -> pl.Series:
    return TAG + kind + texts
