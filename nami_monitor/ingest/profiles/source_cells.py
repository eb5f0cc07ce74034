"""The cells of one sheet as a SQL relation: columns found by header, months turned into rows.

A reader calls the second column of a name ``Category (2)``. The first is then ``Category (1)``, and
``Category`` alone is refused where a profile maps it: it would silently mean the first. Columns
that hold the same from top to bottom need not be told apart.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import polars as pl
from xlsxwriter.utility import xl_rowcol_to_cell

from nami_monitor.core.errors import UserError, listed, near_matches, short
from nami_monitor.ingest.cells import (
    DATE,
    LINE_BREAK,
    MISFIT,
    LargeCsv,
    LargeParquet,
    Sheet,
    kind_of,
    untag,
)
from nami_monitor.ingest.personal import BLANKED, blanked, personal_columns, without_addresses
from nami_monitor.ingest.profiles.profile import Profile, Unpivot
from nami_monitor.ingest.readers.parquet import parquet_relation
from nami_monitor.ingest.sniff.values import date_formats, is_date, months_in, parse_date
from nami_monitor.store.transaction import literal


def normal_header(header: str) -> str:
    """A header as it is compared: trimmed, case-folded, white space collapsed."""
    return " ".join(header.split()).casefold()


def distinct_headers(columns: Sequence[str]) -> tuple[str, ...]:
    """The names of a sheet's columns, each of one column only."""
    taken = {normal_header(name) for name in columns}
    return tuple(
        f"{name} (1)" if f"{normal_header(name)} (2)" in taken else name for name in columns
    )


def column_numbers(columns: Sequence[str]) -> dict[str, int]:
    """The numbers of the columns, from 1, by each of their names, normalised."""
    names = (columns, distinct_headers(columns))
    return {normal_header(name): n for each in names for n, name in enumerate(each, start=1)}


def headers_by_stem(names: Sequence[str], columns: Sequence[str]) -> dict[str, list[str]]:
    """Some names of columns by the header in the file, without the number that tells two apart.

    ``columns`` are the headers of the sheet, all of them.
    """
    taken = {normal_header(column) for column in columns}
    by_stem: dict[str, list[str]] = {}
    for name in names:
        stem, _, number = normal_header(name).rpartition(" (")
        twice = stem in taken and f"{stem} (2)" in taken and number.rstrip(")").isdigit()
        by_stem.setdefault(stem if twice else normal_header(name), []).append(name)
    return by_stem


def refuse_doubles(profile: Profile, sheet: Sheet) -> None:
    """Refuse a profile that maps a name which two columns have, unless it tells them apart.

    Raises:
        UserError: ``import.two_of_one_name``.
    """
    columns = sheet.columns
    held = column_numbers(columns)
    mapped = {normal_header(name) for name in _mapped(profile, held)}
    alike = headers_by_stem(list(held), columns)
    for name in mapped & {normal_header(name) for name in columns}:
        others = [other for other in alike.get(name, ()) if other != name]
        apart = [other for other in others if not _alike(sheet, held[name], held[other])]
        if apart and not mapped & set(others):
            first = short(columns[held[name] - 1])
            one, two = f"{first} (1)", f"{first} (2)"
            raise UserError("import.two_of_one_name", column=first, first=one, second=two)


def _alike(sheet: Sheet, first: int, other: int) -> bool:
    """Whether two columns hold the same from top to bottom; in a streamed file never."""
    if first == other:
        return True
    rows = sheet.rows
    return isinstance(rows, pl.DataFrame) and rows[f"c{first}"].equals(rows[f"c{other}"])


def _mapped(profile: Profile, held: dict[str, int]) -> Iterator[str]:
    """The names of columns that are read."""
    for table in profile.tables:
        for origin in table.columns.values():
            present = [name for name in origin.columns if normal_header(name) in held]
            yield from present[:1] if origin.how == "first" else present
            yield from origin.further
    for rule in profile.drop or ():
        yield rule.column


SAMPLE = 200_000


@dataclass(frozen=True)
class SourceCells:
    """A sheet with the SQL of its columns by name.

    Args:
        sheet: what the reader gave.
        sql: columns and places by normalised name, each the SQL that gives its text.
        relation: SQL of the rows: ``line`` and c1..cN, after unpivoting.
        personal: headers that name people; they are never read.
        tagged: whether cells may carry a stored type.
        blanked: whether an e-mail address may have been blanked in a cell.
        around: the titles above the table and the names of sheet and file, the latter last.
    """

    sheet: Sheet
    sql: Mapping[str, str]
    relation: str
    personal: tuple[str, ...]
    tagged: bool
    blanked: bool
    around: tuple[str, ...]

    @property
    def headers(self) -> list[str]:
        """The names of the columns that may be read, each of one column only."""
        return self.find(distinct_headers(self.sheet.columns))

    def find(self, names: Sequence[str]) -> list[str]:
        """The names that exist here, in order."""
        return [name for name in names if normal_header(name) in self.sql]

    def missing(self, name: str, wanted: Sequence[str]) -> UserError:
        """The error that says which column was looked for, and what there is."""
        people = {normal_header(header) for header in self.personal}
        named = [header for header in wanted if normal_header(header) in people]
        if named:
            return UserError("import.column_personal", column=name, wanted=listed(named))
        return UserError(
            "import.column_missing",
            column=name,
            wanted=" / ".join(wanted),
            near=listed(near_matches(wanted[0], self.sheet.columns, least=60)) or "-",
            seen=listed(self.sheet.columns),
        )


def source_cells(
    sheet: Sheet, profile: Profile, *, file: Path, frame: str, period: date | None
) -> SourceCells:
    """The SQL of a sheet's columns and places.

    ``frame`` is the name under which SQL can read the sheet's frame; ``file`` fills ``@file``, and
    ``period``, the month that the user named, ``@period``. A column that bears the name of a place,
    as in a mended file, goes before the place.
    """
    refuse_doubles(profile, sheet)
    headers = {name: f"c{index}" for name, index in column_numbers(sheet.columns).items()}
    personal = personal_columns(sheet)
    sql = {
        name: column for name, column in headers.items()
        if sheet.columns[int(column[1:]) - 1] not in personal
    }  # fmt: skip
    sql.setdefault("@file", literal(blanked(file.stem)))
    sql.setdefault("@sheet", literal(blanked(sheet.name)))
    if period:
        sql.setdefault("@period", literal(period.strftime("%Y-%m")))
    for row, titles in enumerate(sheet.titles):
        for index, cell in enumerate(titles):
            if cell is not None:
                place = f"@cell:{xl_rowcol_to_cell(row, index)}".casefold()
                sql.setdefault(place, literal(blanked(cell)))
    relation = _relation(sheet, frame, numbered=profile.unpivot is not None)
    tagged = sheet.layout.format != "csv" or any("\x01" in text for text in sql.values())
    read = sorted({column for name, column in headers.items() if sql.get(name) == column})
    relation, marked = without_addresses(relation, sheet.rows, read)
    if profile.unpivot:
        relation = _unpivoted(relation, sheet, profile.unpivot, sql)
        marked |= any("@" in name for name in sheet.columns)
    marked |= any(BLANKED in text for text in sql.values())
    around = tuple(map(blanked, [*_titles(sheet), sheet.name, file.stem]))
    return SourceCells(sheet, sql, relation, personal, tagged, marked, around)


def _titles(sheet: Sheet) -> list[str]:
    """The texts above a table."""
    above = sheet.titles[: sheet.layout.skip_rows or 0]
    return [str(untag(cell)) for row in above for cell in row if cell]


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


def unpivoted_columns(columns: Sequence[str], unpivot: Unpivot) -> list[str]:
    """The headers that become rows: those that a pattern finds, or that are named."""
    if isinstance(unpivot.columns, str):
        fits = pl.Series(columns).str.contains(f"(?i){unpivot.columns}")
        return [name for name, fit in zip(columns, fits, strict=True) if fit]
    wanted = {normal_header(name) for name in unpivot.columns}
    return [name for name in columns if normal_header(name) in wanted]


def _unpivoted(relation: str, sheet: Sheet, unpivot: Unpivot, sql: dict[str, str]) -> str:
    chosen = unpivoted_columns(sheet.columns, unpivot)
    if not isinstance(unpivot.columns, str):
        wanted = {normal_header(name) for name in unpivot.columns}
        if absent := wanted - {normal_header(name) for name in chosen}:
            raise UserError(
                "import.column_missing",
                column=unpivot.name,
                wanted=", ".join(sorted(absent)),
                near="-",
                seen=listed(sheet.columns),
            )
    if not chosen:
        seen = listed(sheet.columns)
        raise UserError("import.unpivot_nothing", pattern=str(unpivot.columns), seen=seen)
    headings = ", ".join(literal(blanked(name)) for name in chosen)
    values = ", ".join(sql.pop(normal_header(name)) for name in chosen)
    sql[normal_header(unpivot.name)] = "c_heading"
    sql[normal_header(unpivot.value)] = "c_value"
    return (
        f"(select *, unnest([{headings}]) as c_heading, unnest([{values}]) as c_value"
        f" from {relation})"
    )


OTHER_DATES: Final = re.compile(
    "verval|betaal|eind|garantie|afdruk|geboorte|due|paid|payment|end|expir|warrant|print|birth",
    re.IGNORECASE,
)
"""Headers of dates that do not tell which month a row is about."""
DATE_CELLS: Final = 20_000
"""Different cells of a column of dates that are read to tell its months."""
FIRST_CELLS: Final = 50
"""Of these different cells one at least must be a date, or the others are not read."""
MOSTLY, HARDLY = 0.9, 0.05
"""Shares of a column's dates: from the first on a month is its own, below the second it is not."""


def found_month(sheet: Sheet, file: str) -> tuple[date, str] | None:
    """The month that a file tells, and where: ``file`` (name), ``sheet``, ``title`` or ``dates``.

    A month that the dates contradict is passed over, and a day in a name or title counts less than
    dates: it may be the day of an export.
    """
    columns = dated_columns(sheet)
    texts = {"file": [file], "sheet": [sheet.name], "title": _titles(sheet)}
    told = {place: [months_in(text) for text in texts[place]] for place in texts}
    own = {m for months in columns.values() for m in months if months[m] >= MOSTLY * months.total()}
    found = [({month for named, _ in told[place] for month in named}, place) for place in told]
    days = {place: {month for _, of_days in told[place] for month in of_days} for place in told}
    found += [(days["title"], "title"), (own, "dates"), (days["file"], "file")]
    alone = ((min(months), place) for months, place in found if len(months) == 1)
    return next((one for one in alone if not _contradicts(columns, one[0])), None)


def _contradicts(columns: Mapping[str, Counter[date]], month: date) -> bool:
    """Whether a file has dates, and hardly any column of them has days in a month."""
    return bool(columns) and all(n[month] < HARDLY * n.total() for n in columns.values())


def refuse_other_month(sheet: Sheet, month: date) -> None:
    """Refuse a month in which none of a sheet's own dates lie.

    Raises:
        UserError: ``import.month_contradicted``.
    """
    columns = dated_columns(sheet)
    if _contradicts(columns, month):
        header, months = next(iter(columns.items()))
        raise UserError(
            "import.month_contradicted",
            month=f"{month:%Y-%m}",
            column=short(header),
            first=f"{min(months):%Y-%m}",
            last=f"{max(months):%Y-%m}",
        )


def dated_columns(sheet: Sheet) -> dict[str, Counter[date]]:
    """The months of each column of dates by its header; of a streamed file those of its head."""
    rows = sheet.rows if isinstance(sheet.rows, pl.DataFrame) else sheet.rows.head
    people = personal_columns(sheet)
    found = {}
    for number, header in enumerate(sheet.columns, start=1):
        if header in people or OTHER_DATES.search(header):
            continue
        counted = rows[f"c{number}"].drop_nulls().value_counts().head(DATE_CELLS)
        cells: dict[str, int] = dict(counted.iter_rows())
        months = _months_of(cells)
        if cells and months.total() >= MOSTLY * sum(cells.values()):
            found[header] = months
    return found


def _months_of(cells: Mapping[str, int]) -> Counter[date]:
    """The months of cells that are dates, each as often as its cell stands there."""
    if not any(kind_of(text) == DATE or is_date(text) for text in list(cells)[:FIRST_CELLS]):
        return Counter()
    patterns = date_formats(cells)
    months: Counter[date] = Counter()
    for text, count in cells.items():
        if kind_of(text) == DATE:
            months[date.fromisoformat(text[2:9] + "-01")] += count
        elif isinstance(patterns, tuple):
            moment = next((m for m in (parse_date(text, p) for p in patterns) if m), None)
            if moment:
                months[moment.date().replace(day=1)] += count
    return months
