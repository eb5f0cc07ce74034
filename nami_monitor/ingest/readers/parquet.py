"""Parquet files; columns that are stored with a type give tagged cells."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import polars as pl

from nami_monitor.core.errors import UserError, short
from nami_monitor.ingest.cells import (
    BOOLEAN,
    DATE,
    MISFIT_SCHEMA,
    NUMBER,
    TAG,
    Cell,
    Kind,
    LargeParquet,
    Layout,
    Sheet,
    Stored,
    clean_texts,
    tag_number,
)
from nami_monitor.ingest.readers.table import TITLE_RECORDS, Plan, finish, name_columns
from nami_monitor.ingest.sniff.headers import SAMPLE_RECORDS

#: As cells this takes some 200 MB; beyond, the store streams the file.
MOST_CELLS: Final = 2_000_000
#: A parquet file of a few kilobytes can claim any number of records; this is a hundred million
#: lines of twenty columns.
MOST_STREAMED_CELLS: Final = 2_000_000_000

_TICKS: Final = {"ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}


def read_parquet(path: Path, layout: Layout) -> list[Sheet]:
    """Read a parquet file; one sheet, named as the file. The header counts as record 1.

    Args:
        path: The file; beyond MOST_CELLS only its plan is made.
        layout: What is stated.

    Raises:
        UserError: when the file is damaged or too large, or a column holds lists or structures.
    """
    try:
        scan = pl.scan_parquet(path, glob=False)
        schema = scan.collect_schema()
        rows = scan.select(pl.len()).collect().item()
        head = scan.head(SAMPLE_RECORDS).collect() if rows else pl.DataFrame(schema=schema)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise UserError(
            "reading.broken", file=path.name, format="parquet", detail=short(error)
        ) from error
    if not rows or not len(schema):
        raise UserError("reading.only_header" if len(schema) else "reading.empty", file=path.name)
    if rows * len(schema) > MOST_STREAMED_CELLS:
        raise UserError("reading.too_far", file=path.name, rows=rows, columns=len(schema))
    stored = [_stored(path.name, column, dtype) for column, dtype in schema.items()]
    header = tuple(" ".join(column.split()) or None for column in schema)
    layout = replace(layout, format="parquet", sheet=None, encoding=None, delimiter=None)
    plan = Plan(replace(layout, skip_rows=0), name_columns(header), header, 1)
    first = _cells(head, stored)
    titles = (header, *first.head(TITLE_RECORDS - 1).rows())
    if rows * len(schema) > MOST_CELLS:
        return [_streamed(path, plan, LargeParquet(path, tuple(stored), first), titles)]
    frame = _cells(scan.collect(), stored).with_columns(
        pl.int_range(2, rows + 2, dtype=pl.Int64).alias("line")
    )
    frame = frame.select("line", pl.exclude("line"))
    return [
        finish(path.name, plan, frame, misfits=pl.DataFrame(schema=MISFIT_SCHEMA), titles=titles)
    ]


def _streamed(
    path: Path, plan: Plan, rows: LargeParquet, titles: tuple[tuple[Cell, ...], ...]
) -> Sheet:
    """Make the sheet of a file that the store streams; blank records are counted there."""
    if plan.layout.fill_down:
        raise UserError("reading.fill_down_large", file=path.name)
    return Sheet(
        name=path.name,
        layout=plan.layout,
        columns=plan.columns,
        rows=rows,
        misfits=pl.DataFrame(schema=MISFIT_SCHEMA),
        blank=0,
        titles=titles,
    )


def _stored(name: str, column: str, dtype: pl.DataType) -> Stored:
    """Tell how a column is stored."""
    if dtype.is_nested() or dtype in (pl.Binary, pl.Object):
        raise UserError("reading.nested", file=name, column=short(column), type=short(dtype))
    if isinstance(dtype, pl.Datetime):
        return Stored(Kind.MOMENT, zone=dtype.time_zone)
    if isinstance(dtype, pl.Duration):
        return Stored(Kind.DURATION, per_second=_TICKS[dtype.time_unit])
    if dtype.is_integer():
        return Stored(Kind.WHOLE)
    if dtype.is_decimal():
        return Stored(Kind.DECIMAL)
    if dtype.is_float():
        return Stored(Kind.FLOAT)
    return Stored(
        {pl.Boolean: Kind.BOOLEAN, pl.Date: Kind.DATE, pl.Time: Kind.CLOCK}.get(
            type(dtype), Kind.TEXT
        )
    )


def _cells(data: pl.DataFrame, stored: list[Stored]) -> pl.DataFrame:
    """Give typed columns as cells, ``c1`` ... ``cN``."""
    return pl.DataFrame(
        [
            _TO_CELLS[how.kind](column).alias(f"c{number}")
            for number, (column, how) in enumerate(zip(data, stored, strict=True), 1)
        ]
    )


def _text(column: pl.Series) -> pl.Series:
    return column.cast(pl.String).to_frame("x").select(clean_texts(pl.col("x"))).to_series()


def _each(column: pl.Series, tag: Callable[[Any], Cell]) -> pl.Series:
    return pl.Series([None if value is None else tag(value) for value in column], dtype=pl.String)


def _float(column: pl.Series) -> pl.Series:
    return _each(column, tag_number)


def _decimal(column: pl.Series) -> pl.Series:
    return _each(column, _tag_decimal)


def _tag_decimal(value: Decimal) -> Cell:
    whole = value.normalize()
    return f"{TAG}{NUMBER}{whole:f}"


def _whole(column: pl.Series) -> pl.Series:
    return _tagged(NUMBER, column.cast(pl.String))


def _boolean(column: pl.Series) -> pl.Series:
    return _tagged(BOOLEAN, column.cast(pl.String))


def _date(column: pl.Series) -> pl.Series:
    return _tagged(DATE, column.dt.to_string("%Y-%m-%d"))


def _moment(column: pl.Series) -> pl.Series:
    return _tagged(DATE, column.dt.to_string("%Y-%m-%dT%H:%M:%S").str.strip_suffix("T00:00:00"))


def _clock(column: pl.Series) -> pl.Series:
    return column.dt.to_string("%H:%M:%S")


def _duration(column: pl.Series) -> pl.Series:
    seconds = column.dt.total_seconds()
    return pl.Series(
        [
            None if s is None else f"{s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}"
            for s in seconds.to_list()
        ],
        dtype=pl.String,
    )


def _tagged(kind: str, texts: pl.Series) -> pl.Series:
    return TAG + kind + texts


_TO_CELLS: Final[Mapping[Kind, Callable[[pl.Series], pl.Series]]] = {
    Kind.TEXT: _text,
    Kind.WHOLE: _whole,
    Kind.DECIMAL: _decimal,
    Kind.FLOAT: _float,
    Kind.BOOLEAN: _boolean,
    Kind.DATE: _date,
    Kind.MOMENT: _moment,
    Kind.CLOCK: _clock,
    Kind.DURATION: _duration,
}
