"""Cells: text, or tagged text for what a file stored with a type.

A cell is text, or None when nothing but white space stands in it. What a spreadsheet or parquet
file stored with a type is ``TAG + kind + payload``, so that no later step reads a stored number by
the decimal sign of a language. Plain text never holds TAG.
"""

import datetime as dt
import math
import re
from decimal import Decimal
from typing import Final

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
