"""E-mail addresses in cells are blanked before anything else reads them, whatever the column.

So they reach neither the tables nor what is set aside. A row with a blank in a code or a channel is
set aside: a blank would make different things the same. In other texts the blank stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from nami_monitor.ingest.cells import Large, LargeCsv, Sheet
from nami_monitor.ingest.personal import (
    ADDRESS,
    BLANKED,
    PERSONAL_TEXT,
    REDACTED,
    names_person,
)
from nami_monitor.store.transaction import literal

AT = "@"
BLOCK_BYTES = 1 << 22


def without_addresses(
    relation: str, rows: pl.DataFrame | Large, names: Sequence[str]
) -> tuple[str, bool]:
    """Blank the e-mail addresses in the cells of a sheet.

    Args:
        relation: SQL of its rows.
        rows: the rows themselves, or how they are streamed.
        names: the columns that may be read.

    Returns:
        SQL of the rows without addresses, and whether any cell may hold a blank in its place.
    """
    if isinstance(rows, pl.DataFrame):
        suspects = [name for name in names if _any_holds(rows[name], AT)]
        marked = bool(suspects) or any(_any_holds(rows[name], BLANKED) for name in names)
    elif isinstance(rows, LargeCsv):
        at, marked = _holds(rows.path)
        suspects = list(names) if at else []
    else:
        suspects, marked = list(names), True
    if not suspects:
        return relation, marked
    cells = ", ".join(f"{blanked_sql(name)} as {name}" for name in suspects)
    return f"(select * replace ({cells}) from {relation})", True


def personal_columns(sheet: Sheet) -> tuple[str, ...]:
    """The headers of the columns that name people."""
    rows = sheet.rows if isinstance(sheet.rows, pl.DataFrame) else sheet.rows.head
    return tuple(
        name
        for index, name in enumerate(sheet.columns, start=1)
        if names_person(name, rows[f"c{index}"].cast(pl.String))
    )


def blanked_sql(cell: str) -> str:
    """SQL of a text without the e-mail addresses in it; most texts are seen to have none."""
    blanked = f"regexp_replace({cell}, {literal(ADDRESS)}, {literal(BLANKED)}, 'g')"
    return f"case when contains({cell}, '{AT}') then {blanked} else {cell} end"


def without_persons(misfits: pl.DataFrame) -> pl.DataFrame:
    """Records that do not fit their header, without addresses and numbers of people."""
    text = pl.col("raw").str.replace_all(ADDRESS, BLANKED)
    return misfits.with_columns(text.str.replace_all(PERSONAL_TEXT, REDACTED))


def _any_holds(cells: pl.Series, text: str) -> bool:
    return bool(cells.str.contains(text, literal=True).any())


def _holds(path: Path) -> tuple[bool, bool]:
    """Whether a file holds the sign of an address, and whether an address or a blank for one."""
    blank = BLANKED.encode()
    before = b""
    marked = False
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            if AT.encode() in block:
                return True, True
            marked |= blank in block or blank in before + block[: len(blank)]
            before = block[-len(blank) :]
    return False, marked
