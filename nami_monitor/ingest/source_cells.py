"""The cells of one sheet as a SQL relation: columns found by header, months turned into rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from nami_monitor.core.errors import UserError, listed
from nami_monitor.core.near_matches import near_matches
from nami_monitor.ingest.addresses import personal_columns, without_addresses
from nami_monitor.ingest.cells import LINE_BREAK, MISFIT, LargeCsv, LargeParquet, Sheet
from nami_monitor.ingest.headers import normal, positions, refuse_doubles
from nami_monitor.ingest.personal import BLANKED, blanked
from nami_monitor.ingest.profile import Profile, Unpivot
from nami_monitor.ingest.typed_cells import parquet_relation
from nami_monitor.store.transaction import literal

SAMPLE = 200_000
TEXT_FORMATS = ("csv",)


@dataclass(frozen=True)
class Cells:
    """A sheet whose columns can be asked for by name.

    Args:
        sheet: what the reader gave.
        sql: columns and places by normalised name, each the SQL that gives its text.
        relation: SQL of the rows: ``line`` and c1..cN, after unpivoting.
        personal: headers that name people; they are never read.
        tagged: whether cells may carry a stored type.
        blanked: whether an e-mail address may have been blanked in a cell.
    """

    sheet: Sheet
    sql: Mapping[str, str]
    relation: str
    personal: tuple[str, ...]
    tagged: bool
    blanked: bool

    def find(self, names: Sequence[str]) -> list[str]:
        """The names that exist here, in order."""
        return [name for name in names if normal(name) in self.sql]

    def missing(self, name: str, wanted: Sequence[str]) -> UserError:
        """The error that says which column was looked for, and what there is."""
        people = {normal(header) for header in self.personal}
        named = [header for header in wanted if normal(header) in people]
        if named:
            return UserError("import.column_personal", column=name, wanted=listed(named))
        return UserError(
            "import.column_missing",
            column=name,
            wanted=" / ".join(wanted),
            near=listed(near_matches(wanted[0], self.sheet.columns, least=60)) or "-",
            seen=listed(self.sheet.columns),
        )


def cells_of(
    sheet: Sheet, profile: Profile, *, file: Path, frame: str, period: date | None
) -> Cells:
    """Make a sheet's cells askable.

    Args:
        sheet: what the reader gave.
        profile: for its unpivoting and its pieces.
        file: the file, for ``@file``.
        frame: the name under which SQL can read the sheet's frame.
        period: the month that the user named, for ``@period``.

    A column that bears the name of a place, as in a mended file, goes before the place.
    """
    refuse_doubles(profile, sheet)
    headers = {name: f"c{index}" for name, index in positions(sheet.columns).items()}
    personal = personal_columns(sheet)
    sql = {
        name: column for name, column in headers.items()
        if sheet.columns[int(column[1:]) - 1] not in personal
    }  # fmt: skip
    sql.setdefault("@file", literal(blanked(file.stem)))
    sql.setdefault("@sheet", literal(blanked(sheet.name)))
    if period:
        sql.setdefault("@period", literal(period.strftime("%Y-%m")))
    for row, titles in enumerate(sheet.titles, start=1):
        for index, cell in enumerate(titles):
            if cell is not None:
                sql.setdefault(f"@cell:{_letters(index)}{row}".casefold(), literal(blanked(cell)))
    relation = _relation(sheet, frame, numbered=profile.unpivot is not None)
    tagged = sheet.layout.format not in TEXT_FORMATS or any("\x01" in text for text in sql.values())
    read = sorted({column for name, column in headers.items() if sql.get(name) == column})
    relation, found = without_addresses(relation, sheet.rows, read)
    if profile.unpivot:
        relation = _unpivoted(relation, sheet, profile.unpivot, sql)
        found |= any("@" in name for name in sheet.columns)
    found |= any(BLANKED in text for text in sql.values())
    return Cells(sheet, sql, relation, personal, tagged, found)


def _relation(sheet: Sheet, frame: str, *, numbered: bool) -> str:
    """The rows of a sheet; those of a large text file have their line only when ``numbered``."""
    if isinstance(sheet.rows, LargeParquet):
        return parquet_relation(sheet.rows)
    if not isinstance(sheet.rows, LargeCsv):
        return f"(select * from {frame})"
    plan = sheet.rows
    names = [f"c{index}" for index in range(1, plan.fields + 1)]
    types = ", ".join(f"'{name}': 'varchar'" for name in names)
    cells = ", ".join(f"{_cleaned(name, plan)} as {name}" for name in names)
    line = f"row_number() over () + {plan.data_starts - 1}" if numbered else "cast(null as bigint)"
    streamed = (
        f"(select {line} as line, {cells} from read_csv({literal(str(plan.path))},"
        f" delim = {literal(plan.delimiter)}, quote = {literal(plan.quote)},"
        f" escape = {literal(plan.quote)}, header = false, skip = {plan.skip_lines},"
        f" columns = {{{types}}}, auto_detect = false, null_padding = false))"
    )
    return f"(select * from {streamed} where c1 is distinct from {MARK})" if numbered else streamed


def _cleaned(name: str, plan: LargeCsv) -> str:
    text = f"nullif(trim({name}), '')" if plan.spaced else name
    return f"replace({text}, {literal(LINE_BREAK)}, chr(10))" if plan.broken else text


MARK = literal(MISFIT)
"""SQL of what the first cell holds where a record did not fit."""


def _unpivoted(relation: str, sheet: Sheet, unpivot: Unpivot, sql: dict[str, str]) -> str:
    if isinstance(unpivot.columns, str):
        fits = pl.Series(sheet.columns).str.contains(f"(?i){unpivot.columns}")
        chosen = [name for name, fit in zip(sheet.columns, fits, strict=True) if fit]
    else:
        wanted = {normal(name) for name in unpivot.columns}
        chosen = [name for name in sheet.columns if normal(name) in wanted]
        absent = wanted - {normal(name) for name in chosen}
        if absent:
            raise UserError(
                "import.column_missing",
                column=unpivot.name,
                wanted=", ".join(sorted(absent)),
                near="-",
                seen=listed(sheet.columns),
            )
    if not chosen:
        raise UserError(
            "import.unpivot_nothing",
            pattern=str(unpivot.columns),
            seen=listed(sheet.columns),
        )
    headings = ", ".join(literal(blanked(name)) for name in chosen)
    values = ", ".join(sql.pop(normal(name)) for name in chosen)
    sql[normal(unpivot.name)] = "c_heading"
    sql[normal(unpivot.value)] = "c_value"
    return (
        f"(select *, unnest([{headings}]) as c_heading, unnest([{values}]) as c_value"
        f" from {relation})"
    )


def _letters(index: int) -> str:
    """Column letters of a 0-based index: A, B, ... Z, AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
