"""From records to a sheet: its header, rows, misfits, titles above and a second table below."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import polars as pl

from nami_monitor.core.errors import UserError, listed, short
from nami_monitor.ingest.cells import CONTROLS, Cell, Layout, Sheet, untag
from nami_monitor.ingest.parse.sheets import check_width
from nami_monitor.ingest.sniff.encodings import UNREADABLE
from nami_monitor.ingest.sniff.headers import (
    SAMPLE_RECORDS,
    begins_table,
    find_header,
    find_stacked_header,
)

MISFIT_SCHEMA: Final = pl.Schema({"line": pl.Int64, "rule": pl.String, "raw": pl.String})
#: Records that a sheet keeps as cells, for previews and for values that stand above the table.
TITLE_RECORDS: Final = 50
#: Records from a gap on that tell whether a second table begins there.
BEGINNING: Final = 4
#: A list with more gaps than this is spaced out; its gaps separate no tables.
_MOST_GAPS: Final = 1000


@dataclass(frozen=True)
class TablePlan:
    """The place of a table in a sheet, and the names of its columns.

    Attributes:
        layout: The layout with the header's place filled in.
        columns: Unique header texts.
        header: The header's cells, one per column; empty when there is none.
        skip: Records before the first record of data.
    """

    layout: Layout
    columns: tuple[str, ...]
    header: tuple[Cell, ...]
    skip: int


def plan_table(grid: Sequence[Sequence[Cell]], layout: Layout, name: str) -> TablePlan:
    """Find the header in the first records of a file, as the layout states or by its content.

    Raises:
        UserError: when no header is found or nothing stands below it.
    """
    if not any(any(row) for row in grid):
        raise UserError("reading.empty", file=name)
    check_width(max(map(len, grid)), name)
    if not layout.header:
        skip = layout.skip_rows or 0
        width = max((_span(row) for row in grid[skip:]), default=0)
        if width == 0:
            raise UserError("reading.empty", file=name)
        columns = tuple(f"c{number}" for number in range(1, width + 1))
        return TablePlan(replace(layout, skip_rows=skip, header_rows=0), columns, (), skip)
    if layout.skip_rows is not None:
        skip = layout.skip_rows
    elif layout.header_rows > 1:
        skip = find_stacked_header(grid, layout.header_rows)
    else:
        skip = find_header(grid, name)
    end = skip + layout.header_rows
    if not any(any(row) for row in grid[end:]):
        raise UserError("reading.only_header", file=name)
    header = _join_header(grid[skip:end])
    if not any(header):
        raise UserError("reading.no_header", file=name)
    return TablePlan(replace(layout, skip_rows=skip), name_columns(header), header, end)


def _span(row: Sequence[Cell]) -> int:
    """Give the number of cells up to the last filled one."""
    return max((number for number, cell in enumerate(row, 1) if cell is not None), default=0)


def _join_header(rows: Sequence[Sequence[Cell]]) -> tuple[Cell, ...]:
    """Join stacked header records per column; a gap in an upper one continues the cell before."""
    width = max(len(row) for row in rows)
    parts: list[list[str]] = [[] for _ in range(width)]
    for depth, row in enumerate(rows, 1):
        last: Cell = None
        for number in range(width):
            cell = row[number] if number < len(row) else None
            last = cell if cell is not None or depth == len(rows) else last
            if last is not None:
                parts[number].append(" ".join((untag(last) or "").split()))
    return tuple(" ".join(texts) or None for texts in parts)


def name_columns(header: Sequence[Cell]) -> tuple[str, ...]:
    """Make header texts unique: a second "Category" is "Category (2)", a blank one "c7"."""
    taken: set[str] = set()
    last: dict[str, int] = {}
    names = []
    for number, cell in enumerate(header, 1):
        base = f"c{number}" if cell is None else cell
        times = last.get(base.casefold(), 1)
        name = base if times == 1 else f"{base} ({times})"
        while name.casefold() in taken:
            times += 1
            name = f"{base} ({times})"
        last[base.casefold()] = times
        taken.add(name.casefold())
        names.append(name)
    return tuple(names)


def refuse_unreadable(plan: TablePlan, name: str) -> None:
    """Refuse a header with text that its encoding cannot explain."""
    for column in plan.columns:
        if UNREADABLE.search(column):
            shown = short(UNREADABLE.sub("\ufffd", column))
            raise UserError("reading.unreadable_header", file=name, column=shown)


def readable(grid: Sequence[Sequence[Cell]]) -> tuple[tuple[Cell, ...], ...]:
    """Cells as they can be shown: what the encoding cannot explain becomes U+FFFD."""
    return tuple(
        tuple(UNREADABLE.sub("\ufffd", cell) if cell else cell for cell in row) for row in grid
    )


def misfit_frame(misfits: Iterable[tuple[int, str, str]]) -> pl.DataFrame:
    """Make the frame of misfits: line, rule, raw text."""
    return pl.DataFrame(list(misfits), schema=MISFIT_SCHEMA, orient="row")


def finish(
    name: str,
    plan: TablePlan,
    frame: pl.DataFrame,
    *,
    misfits: pl.DataFrame,
    titles: Sequence[Sequence[Cell]],
    blank: int = 0,
) -> Sheet:
    """Make the sheet: count blank records, part off repeated headers and a second table.

    Args:
        name: Sheet or file name.
        plan: Where the table stands.
        frame: ``line`` and ``c1`` ... ``cN``, cleaned, of the records below the header.
        misfits: Records that did not fit the header.
        titles: The first records.
        blank: Blank records that are not in frame.
    """
    cells = [column for column in frame.columns if column != "line"]
    rows = frame.filter(pl.any_horizontal(pl.col(cells).is_not_null()))
    empty = frame.height - rows.height
    border = _second_table_index(rows, plan.header)
    second = _as_misfits(rows.slice(border), "second_table")
    rows = rows.slice(0, border)
    repeated = _repeats_header(plan.header, cells)
    moved = _as_misfits(rows.filter(repeated), "repeated_header")
    rows = rows.filter(~repeated)
    if rows.is_empty() and misfits.is_empty():
        raise UserError("reading.only_header", file=name)
    rows, columns = _drop_empty_tail(rows, plan)
    return Sheet(
        name=name,
        layout=plan.layout,
        columns=columns,
        rows=_fill_down(rows, columns, plan.layout, name),
        misfits=pl.concat([misfits, moved, second]).sort("line"),
        blank=blank + empty,
        titles=readable(titles[:TITLE_RECORDS]),
    )


def _second_table_index(rows: pl.DataFrame, header: Sequence[Cell]) -> int:
    """Give the index of the first record of a second table, or the number of rows."""
    gaps = rows.select(pl.arg_where(pl.col("line").diff() > 1)).to_series().to_list()
    for index in gaps if len(gaps) <= _MOST_GAPS else []:
        start = max(0, index - SAMPLE_RECORDS)
        before, after = (
            [cells[1:] for cells in rows.slice(at, length).iter_rows()]
            for at, length in ((start, index - start), (index, BEGINNING))
        )
        if begins_table(after[:-1], before, header):
            return int(index)
    return rows.height


def _as_misfits(rows: pl.DataFrame, rule: str) -> pl.DataFrame:
    """Turn rows into misfits; their raw text is their cells, as shown, with tabs between."""
    return misfit_frame(
        (line, rule, "\t".join(untag(cell) or "" for cell in cells).rstrip("\t"))
        for line, *cells in rows.iter_rows()
    )


def _repeats_header(header: Sequence[Cell], cells: Sequence[str]) -> pl.Expr:
    """Select records that say the header again, as pasted exports do."""
    if len(header) < 2:  # noqa: PLR2004
        return pl.lit(value=False)
    return pl.all_horizontal(
        pl.col(column).str.replace_all(r"\s+", " ").eq_missing(pl.lit(text, pl.String))
        for column, text in zip(cells, header, strict=False)
    )


def _drop_empty_tail(rows: pl.DataFrame, plan: TablePlan) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Leave out trailing columns with neither a name nor a value."""
    width = len(plan.columns)
    named = Counter(number for number, cell in enumerate(plan.header, 1) if cell is not None)
    while width > 1 and not named[width] and rows[f"c{width}"].null_count() == rows.height:
        width -= 1
    return rows.select("line", *(f"c{n}" for n in range(1, width + 1))), plan.columns[:width]


def _fill_down(
    rows: pl.DataFrame, columns: tuple[str, ...], layout: Layout, name: str
) -> pl.DataFrame:
    """Carry the values of the stated columns down over the blank cells below them."""
    places = {" ".join(column.split()).casefold(): n for n, column in enumerate(columns, 1)}
    wanted = {" ".join(column.split()).casefold(): column for column in layout.fill_down}
    for key, column in wanted.items():
        if key not in places:
            raise UserError(
                "reading.fill_down", file=name, column=short(column), columns=listed(columns)
            )
    return rows.with_columns(pl.col(f"c{places[key]}").forward_fill() for key in wanted)


def clean_texts(column: pl.Expr) -> pl.Expr:
    """Do what ``clean_text`` does to a whole column of texts."""
    text = (
        column.str.replace_all("\r\n?", "\n")
        .str.replace_all(CONTROLS.pattern, "\ufffd")
        .str.strip_chars()
    )
    return pl.when(text != "").then(text)
