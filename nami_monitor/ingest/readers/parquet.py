"""Parquet files; columns that are stored with a type give tagged cells.

The cells of a small file are made with polars, those of a large one with SQL while the store
streams it; a test holds both to the same cells.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import polars as pl

from nami_monitor.core.errors import UserError, short
from nami_monitor.ingest.cells import (
    BOOLEAN,
    CONTROLS,
    DATE,
    ERROR,
    EXACT_WHOLE_FLOATS_BELOW,
    NUMBER,
    TAG,
    Cell,
    LargeParquet,
    Layout,
    Sheet,
    StoredColumn,
    StoredKind,
    tag_number,
)
from nami_monitor.ingest.parse.sheets import parsed
from nami_monitor.ingest.readers.table import (
    TITLE_RECORDS,
    TablePlan,
    clean_texts,
    finish,
    misfit_frame,
    name_columns,
)
from nami_monitor.ingest.sniff.headers import SAMPLE_RECORDS
from nami_monitor.store.transaction import literal

#: As cells this takes some 200 MB; beyond, the store streams the file.
MOST_CELLS: Final = 2_000_000

_TICKS: Final = {"ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}


def read_parquet(path: Path, layout: Layout, folder: Path | None = None) -> list[Sheet]:
    """Read a parquet file; one sheet, named as the file. The header counts as record 1.

    A process of its own looks first at what it unpacks to. Beyond MOST_CELLS only the plan of the
    file is made.

    Raises:
        UserError: when the file is damaged or too large, or a column holds lists or structures.
    """
    with parsed(path, "parquet", folder):
        pass
    try:
        scan = pl.scan_parquet(path, glob=False)
        schema = scan.collect_schema()
        stored = [_stored(path.name, column, dtype) for column, dtype in schema.items()]
        rows = scan.select(pl.len()).collect().item()
        head = scan.head(SAMPLE_RECORDS).collect() if rows else pl.DataFrame(schema=schema)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise UserError(
            "reading.broken", file=path.name, format="parquet", detail=short(error)
        ) from error
    if not rows or not len(schema):
        raise UserError("reading.only_header" if len(schema) else "reading.empty", file=path.name)
    header = tuple(" ".join(column.split()) or None for column in schema)
    layout = replace(layout, format="parquet", sheet=None, encoding=None, delimiter=None)
    plan = TablePlan(replace(layout, skip_rows=0), name_columns(header), header, 1)
    first = _cells(head, stored)
    titles = (header, *first.head(TITLE_RECORDS - 1).rows())
    if rows * len(schema) > MOST_CELLS:
        if layout.fill_down:
            raise UserError("reading.fill_down_large", file=path.name)
        streamed = LargeParquet(path, tuple(stored), first)
        misfits = misfit_frame([])
        return [Sheet(path.name, plan.layout, plan.columns, streamed, misfits, 0, titles)]
    frame = _cells(scan.collect(), stored).with_columns(
        pl.int_range(2, rows + 2, dtype=pl.Int64).alias("line")
    )
    frame = frame.select("line", pl.exclude("line"))
    return [finish(path.name, plan, frame, misfits=misfit_frame([]), titles=titles)]


def _stored(name: str, column: str, dtype: pl.DataType) -> StoredColumn:
    """Tell how a column is stored."""
    if dtype.is_nested() or dtype in (pl.Binary, pl.Object):
        raise UserError("reading.nested", file=name, column=short(column), type=short(dtype))
    if isinstance(dtype, pl.Datetime):
        return StoredColumn(StoredKind.MOMENT, zone=dtype.time_zone)
    if isinstance(dtype, pl.Duration):
        return StoredColumn(StoredKind.DURATION, per_second=_TICKS[dtype.time_unit])
    if dtype.is_integer():
        return StoredColumn(StoredKind.WHOLE)
    if dtype.is_decimal():
        return StoredColumn(StoredKind.DECIMAL)
    if dtype.is_float():
        return StoredColumn(StoredKind.FLOAT)
    kinds = {pl.Boolean: StoredKind.BOOLEAN, pl.Date: StoredKind.DATE, pl.Time: StoredKind.CLOCK}
    return StoredColumn(kinds.get(type(dtype), StoredKind.TEXT))


def _cells(data: pl.DataFrame, stored: list[StoredColumn]) -> pl.DataFrame:
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


def _span(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


_NUMBER, _DATE, _BOOLEAN = TAG + NUMBER, TAG + DATE, TAG + BOOLEAN

_TO_CELLS: Final[Mapping[StoredKind, Callable[[pl.Series], pl.Series]]] = {
    StoredKind.TEXT: _text,
    StoredKind.WHOLE: lambda column: _NUMBER + column.cast(pl.String),
    StoredKind.DECIMAL: lambda column: _each(column, lambda n: f"{_NUMBER}{n.normalize():f}"),
    StoredKind.FLOAT: lambda column: _each(column, tag_number),
    StoredKind.BOOLEAN: lambda column: _BOOLEAN + column.cast(pl.String),
    StoredKind.DATE: lambda column: _DATE + column.dt.to_string("%Y-%m-%d"),
    StoredKind.MOMENT: lambda column: (
        _DATE + column.dt.to_string("%Y-%m-%dT%H:%M:%S").str.strip_suffix("T00:00:00")
    ),
    StoredKind.CLOCK: lambda column: column.dt.to_string("%H:%M:%S"),
    StoredKind.DURATION: lambda column: _each(column.dt.total_seconds(), _span),
}


#: White space as Python and polars strip it.
_BLANKS: Final = (
    r"[\s\x{0b}\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]"
)


def parquet_relation(plan: LargeParquet) -> str:
    """The rows of a parquet file: ``line`` and c1 ... cN, as cells."""
    names = [f"v{number}" for number in range(1, plan.fields + 1)]
    cells = ", ".join(
        f"{_TO_SQL[stored.kind](name, stored)} as c{number}"
        for number, (name, stored) in enumerate(zip(names, plan.kinds, strict=True), 1)
    )
    file = f"read_parquet({literal(str(plan.path))}, file_row_number = true)"
    return (
        f"(select record + {plan.data_starts} as line, {cells}"
        f" from {file} as f({', '.join(names)}, record))"
    )


def _tagged_sql(kind: str, text: str) -> str:
    return f"{literal(TAG + kind)} || {text}"


def _written(value: str) -> str:
    return f"cast({value} as varchar)"


def _text_sql(value: str) -> str:
    """Do what ``clean_text`` does."""
    ends = rf"regexp_replace({_written(value)}, '\r\n?', chr(10), 'g')"
    clean = f"regexp_replace({ends}, {literal(CONTROLS.pattern)}, chr(65533), 'g')"
    return f"nullif(regexp_replace({clean}, '^{_BLANKS}+|{_BLANKS}+$', '', 'g'), '')"


def _decimal_sql(value: str) -> str:
    text = _written(value)
    short = f"rtrim(rtrim({text}, '0'), '.')"
    return _tagged_sql(NUMBER, f"case when contains({text}, '.') then {short} else {text} end")


def _float_sql(value: str) -> str:
    """Do what ``tag_number`` does."""
    number = f"cast({value} as double)"
    exact = rf"regexp_replace(printf('%.15e', {number}), '\.?0+e', 'e')"
    long = f"case when abs({number}) < 1e16 then {exact} else {_written(number)} end"
    whole = _written(f"cast({number} as bigint)")
    return (
        f"case when isnan({number}) then null"
        f" when isinf({number}) then {literal(f'{TAG}{ERROR}#NUM!')}"
        f" when {number} <> trunc({number}) then {_tagged_sql(NUMBER, _written(number))}"
        f" when abs({number}) < {EXACT_WHOLE_FLOATS_BELOW!r} then {_tagged_sql(NUMBER, whole)}"
        f" else {_tagged_sql(NUMBER, long)} end"
    )


def _moment_sql(value: str, stored: StoredColumn) -> str:
    local = f"({value} at time zone {literal(stored.zone)})" if stored.zone else value
    moment = f"strftime({local}, '%Y-%m-%dT%H:%M:%S')"
    return _tagged_sql(DATE, f"regexp_replace({moment}, 'T00:00:00$', '')")


def _duration_sql(value: str, stored: StoredColumn) -> str:
    seconds = f"cast({value} // {stored.per_second} as bigint)"
    return f"printf('%02d:%02d:%02d', {seconds} // 3600, {seconds} // 60 % 60, {seconds} % 60)"


_TO_SQL: Final[Mapping[StoredKind, Callable[[str, StoredColumn], str]]] = {
    StoredKind.TEXT: lambda value, _: _text_sql(value),
    StoredKind.WHOLE: lambda value, _: _tagged_sql(NUMBER, _written(value)),
    StoredKind.DECIMAL: lambda value, _: _decimal_sql(value),
    StoredKind.FLOAT: lambda value, _: _float_sql(value),
    StoredKind.BOOLEAN: lambda value, _: _tagged_sql(BOOLEAN, _written(value)),
    StoredKind.DATE: lambda value, _: _tagged_sql(DATE, f"strftime({value}, '%Y-%m-%d')"),
    StoredKind.MOMENT: _moment_sql,
    StoredKind.CLOCK: lambda value, _: f"left({_written(value)}, 8)",
    StoredKind.DURATION: _duration_sql,
}
