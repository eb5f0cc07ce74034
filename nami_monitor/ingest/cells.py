"""What a reader gives: cells, sheets, and the layout by which they were read.

A cell is text, or None when nothing but white space stands in it. What a spreadsheet or parquet
file stored with a type is ``TAG + kind + payload``, so that no later step reads a stored number by
the decimal sign of a language. Plain text never holds TAG.

Nothing here imports polars while it loads: the process that parses spreadsheets starts with it.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum, auto
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import polars as pl


#: The rules under which a record becomes a misfit instead of a row.
MISFIT_RULES: Final = (
    "too_many_fields",
    "too_few_fields",
    "unreadable_text",
    "open_quote",
    "field_too_long",
    "second_table",
    "repeated_header",
    "not_ocds",
)


#: The columns of a file with set-aside rows that say where each row came from.
MENDED: Final = ("nami_batch", "nami_line")

#: What stands in a rewritten file for a line break in a cell, and for a record that does not fit.
LINE_BREAK: Final = "\x02"
MISFIT: Final = "\x03"


@dataclass(frozen=True)
class Layout:
    """How a file is laid out, as a profile states it or as it was sniffed; None means: sniff it.

    Attributes:
        format: csv, xlsx, xls, ods, parquet or ocds.
        sheet: Name, number (1 is the first) or "*" for all sheets.
        encoding: Python name of the encoding of a text file.
        delimiter: Sign between the fields of a text file.
        header: False when the file has no header; columns are then named c1, c2, ...
        header_rows: Records that the header takes; their texts are joined per column.
        skip_rows: Records above the header.
        fill_down: Header names of columns whose value counts for the blank cells below it.
    """

    format: str | None = None
    sheet: str | int | None = None
    encoding: str | None = None
    delimiter: str | None = None
    header: bool = True
    header_rows: int = 1
    skip_rows: int | None = None
    fill_down: tuple[str, ...] = ()


class StoredKind(StrEnum):
    """What a typed column holds, as far as its cells depend on it."""

    TEXT = auto()
    WHOLE = auto()
    DECIMAL = auto()
    FLOAT = auto()
    BOOLEAN = auto()
    DATE = auto()
    MOMENT = auto()
    CLOCK = auto()
    DURATION = auto()


@dataclass(frozen=True)
class StoredColumn:
    """How a column of a typed file is stored: the zone of moments, the ticks of a duration."""

    kind: StoredKind
    zone: str | None = None
    per_second: int = 1


@dataclass(frozen=True)
class LargeCsv:
    """The plan for a text file that is too large to hold in memory; the store streams it.

    Below what is skipped every line is a record: a misfit's line has MISFIT in its first field.

    Attributes:
        path: The file in UTF-8: a temporary one where the original has another encoding or had to
            be rewritten.
        delimiter: Sign between fields.
        quote: Sign around fields.
        data_starts: Record number, from 1, of the first record after the header.
        skip_lines: Physical lines before that record in ``path``.
        fields: Fields per record, as in the header.
        head: Some of the first records as cells, ``c1`` ... ``cN``.
        spaced: Whether cells may have blanks around them.
        broken: Whether cells may hold LINE_BREAK.
        tabbed: Whether cells may hold a tab.
        temporary: True when path is a copy that the caller removes after loading.
    """

    path: Path
    delimiter: str
    quote: str
    data_starts: int
    skip_lines: int
    fields: int
    head: pl.DataFrame
    spaced: bool = False
    broken: bool = False
    tabbed: bool = False
    temporary: bool = False

    @property
    def one_line(self) -> bool:
        """Whether no cell holds a tab or a line break."""
        return not (self.broken or self.tabbed)


@dataclass(frozen=True)
class LargeParquet:
    """The plan for a parquet file that is too large to hold in memory; the store streams it.

    Attributes:
        path: The file.
        kinds: How each column is stored, which says how its values become cells.
        head: Some of the first records as cells, ``c1`` ... ``cN``.
        data_starts: Record number of the first record; the names of the columns are record 1.
    """

    path: Path
    kinds: tuple[StoredColumn, ...]
    head: pl.DataFrame
    data_starts: int = 2

    @property
    def fields(self) -> int:
        """Fields per record."""
        return len(self.kinds)


#: What is streamed instead of held in memory.
Large = LargeCsv | LargeParquet


@dataclass(frozen=True)
class Sheet:
    """One table as it was read, before any column is mapped.

    Attributes:
        name: Sheet name, or the file name for csv and parquet.
        layout: The layout with everything filled in as it was used.
        columns: Header texts, unique: a second "Category" is "Category (2)", a blank one "c7".
        rows: Columns ``line`` (Int64) and ``c1`` ... ``cN`` (String); trimmed, blank is null.
            ``line`` is the record number, from 1, with header, title and blank records counted,
            as a spreadsheet shows it.
        misfits: Records that do not fit the header: ``line``, ``rule`` (of MISFIT_RULES), ``raw``.
        blank: Wholly blank records after the header; they are not in rows.
        titles: The first 50 records as cells.
        currencies: Signs of currencies that the numbers of a column (``c1`` ...) are shown with.
    """

    name: str
    layout: Layout
    columns: tuple[str, ...]
    rows: pl.DataFrame | Large
    misfits: pl.DataFrame
    blank: int
    titles: tuple[tuple[Cell, ...], ...]
    currencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def discard(self) -> None:
        """Remove the temporary copy of a large file, if reading made one."""
        if isinstance(self.rows, LargeCsv) and self.rows.temporary:
            self.rows.path.unlink(missing_ok=True)


TAG: Final = "\x01"
NUMBER: Final = "n"
DATE: Final = "d"
BOOLEAN: Final = "b"
ERROR: Final = "e"

#: Spreadsheets keep 15 significant digits; a longer whole number is no longer what was typed, so it
#: keeps its exponent and cannot be mistaken for an identifier.
EXACT_WHOLE_FLOATS_BELOW: Final = 1e15

Cell = str | None

CONTROLS: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def clean_text(text: str) -> Cell:
    """Give text as a cell: trimmed, line ends as newline, other control signs as U+FFFD."""
    if not text.isprintable():
        text = CONTROLS.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
    return text.strip() or None


def tag_number(value: float) -> Cell:
    """Tag a stored number in its shortest exact form, whole floats without ``.0``.

    Not-a-number is an empty cell; an infinite number is the error ``#NUM!``.
    """
    if isinstance(value, int):
        return f"{TAG}{NUMBER}{value}"
    if math.isnan(value):
        return None
    if math.isinf(value):
        return tag_error("#NUM!")
    if not value.is_integer():
        return f"{TAG}{NUMBER}{value!r}"
    if abs(value) < EXACT_WHOLE_FLOATS_BELOW:
        return f"{TAG}{NUMBER}{int(value)}"
    return f"{TAG}{NUMBER}{Decimal(repr(value)).normalize():e}"


def tag_date(value: dt.date | dt.datetime) -> str:
    """Tag a stored date; a date-time at midnight is a date, fractions of a second are dropped."""
    if isinstance(value, dt.datetime):
        value = value.replace(microsecond=0)
        if value.time() == dt.time():
            value = value.date()
    return f"{TAG}{DATE}{value.isoformat()}"


def tag_boolean(value: bool) -> str:
    """Tag a stored truth value."""
    return f"{TAG}{BOOLEAN}{'true' if value else 'false'}"


def tag_error(code: str) -> str:
    """Tag a stored error such as ``#DIV/0!``."""
    return f"{TAG}{ERROR}{code}"


def kind_of(cell: str) -> str | None:
    """Give NUMBER, DATE, BOOLEAN or ERROR for a tagged cell, None for plain text."""
    return cell[1] if cell.startswith(TAG) else None


def untag(cell: Cell) -> Cell:
    """Give the text to show for a cell: the payload of a tagged one, plain text as it is."""
    return cell[2:] if cell is not None and cell.startswith(TAG) else cell
