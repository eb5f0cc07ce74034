"""The first rows of a file as they would be booked, and the values that a column holds."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import polars as pl

from nami_monitor.ingest.book.stage import stage
from nami_monitor.ingest.cells import Large, Sheet, untag
from nami_monitor.ingest.profiles.profile import Profile, TableMap, Unpivot
from nami_monitor.ingest.profiles.source_cells import (
    column_numbers,
    normal_header,
    source_cells,
    unpivoted_columns,
)
from nami_monitor.ingest.profiles.suggest import mappable
from nami_monitor.store import Store
from nami_monitor.tables import columns

SHOWN, SHOWN_ASIDE, SHOWN_SKIPPED = 8, 4, 2
"""How many of the first lines that are read, set aside and skipped are shown."""
PLACES = ("@file", "@sheet", "@period")


@dataclass(frozen=True)
class Preview:
    """The first converted rows of one table: ``line``, ``skip`` and the filled columns, typed.

    ``skip`` is the rule by which a row is no data; ``problems`` are per row the canonical columns
    that cannot be read, each with its rule.
    """

    table: str
    rows: pl.DataFrame
    problems: tuple[tuple[tuple[str, str], ...], ...]


def preview(
    store: Store, sheet: Sheet, profile: Profile, *, name: str, period: date | None = None
) -> list[Preview]:
    """Convert a file by a profile and show the first rows; nothing is booked.

    The file's ``name`` fills ``@file``, the ``period`` that the user named ``@period``.

    Raises:
        UserError: as an import would, about columns, dates and decimal signs.
    """
    small = first_records(sheet)
    shown = []
    with store.read() as db:
        if isinstance(small.rows, pl.DataFrame):
            db.keep_view("sheet_rows", small.rows)
        cells = source_cells(small, profile, file=Path(name), frame="sheet_rows", period=period)
        for index, table in enumerate(profile.tables):
            staged = f"preview_{index}"
            stage(db, table, cells, profile, name=staged, known={})
            fields = ", ".join(f'"{column}"' for column in filled(table))
            rows = db.frame(
                f"select line, skip, {fields}, problems from {staged} qualify dense_rank() over"
                " (partition by skip is null, problems is null order by line) <= case"
                f" when skip is not null then {SHOWN_SKIPPED}"
                f" when problems is not null then {SHOWN_ASIDE} else {SHOWN} end order by line"
            )
            problems = tuple(
                tuple((problem["column_name"], problem["rule"]) for problem in listed or ())
                for listed in rows["problems"].to_list()
            )
            shown.append(Preview(table.name, rows.drop("problems"), problems))
    return shown


def filled(table: TableMap) -> list[str]:
    """The canonical columns that a map fills, in the table's order."""
    given = {*table.columns, *table.constants}
    return [column.name for column in columns(table.name) if column.name in given]


def sources(sheet: Sheet, unpivot: Unpivot | None) -> list[str]:
    """What a canonical column may be mapped to: headers without people, and places."""
    headers = mappable(sheet)
    if unpivot is None:
        return [*headers, *PLACES]
    gone = set(unpivoted_columns(sheet.columns, unpivot))
    left = [header for header in headers if header not in gone]
    return [*left, unpivot.name, unpivot.value, *PLACES]


def values_in(
    sheet: Sheet, header: str, unpivot: Unpivot | None = None, limit: int = 200
) -> list[str]:
    """The texts that a column holds, the most frequent first; an unpivoted one by its new name."""
    if unpivot and header == unpivot.name:
        return unpivoted_columns(sheet.columns, unpivot)[:limit]
    rows = first_records(sheet).rows
    column = column_numbers(sheet.columns).get(normal_header(header))
    if column is None or not isinstance(rows, pl.DataFrame):
        return []
    counted = Counter((untag(cell) or "").strip() for cell in rows[f"c{column}"] if cell)
    return [text for text, _ in counted.most_common(limit) if text]


def first_records(sheet: Sheet) -> Sheet:
    """The sheet itself; of a file that is streamed only its first records."""
    if not isinstance(sheet.rows, Large):
        return sheet
    plan = sheet.rows
    body = [row for row in sheet.titles[plan.data_starts - 1 :] if len(row) == plan.fields]
    named = {
        f"c{index}": pl.Series([row[index - 1] for row in body], dtype=pl.String)
        for index in range(1, plan.fields + 1)
    }
    lines = pl.Series(range(plan.data_starts, plan.data_starts + len(body)), dtype=pl.Int64)
    return replace(sheet, rows=pl.DataFrame({"line": lines, **named}))
