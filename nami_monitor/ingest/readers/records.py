"""Text cut into records exactly, with quotes that never close told apart."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Final, NamedTuple

from nami_monitor.ingest.cells import Cell, clean_text
from nami_monitor.ingest.sniff.encodings import UNREADABLE
from nami_monitor.ingest.sniff.headers import SAMPLE_RECORDS

#: A field in quotes that runs over more lines than this was never closed.
LONGEST_RECORD_LINES: Final = 200
#: Characters of a record; the store reads no line of more than two million bytes.
LONGEST_RECORD: Final = 400_000
_UNFINISHED: Final = "unexpected end of data"


class Record(NamedTuple):
    """One record of a text file.

    Attributes:
        line: Record number from 1, as a spreadsheet shows it.
        fields: The fields as they stand, or None when a quote opens and does not close.
        start: Index of its first physical line.
        end: Index after its last physical line.
    """

    line: int
    fields: list[str] | None
    start: int
    end: int


class _TooLongError(Exception):
    """The record under way takes more lines than a record can."""


class _Feed:
    """Hands physical lines to the csv module and stops when one record takes too many."""

    def __init__(self, lines: list[str], start: int) -> None:
        self.lines = lines
        self.position = start
        self.limit = start + LONGEST_RECORD_LINES

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self.position >= len(self.lines):
            raise StopIteration
        if self.position >= self.limit:
            raise _TooLongError
        self.position += 1
        return self.lines[self.position - 1]


def spoilt_rule(fields: list[str] | None, raw: str, delimiter: str) -> str | None:
    """The rule by which a record is a misfit, whatever its header is; None when it is none."""
    if fields is None:
        try:
            list(csv.reader([raw], delimiter=delimiter))
        except csv.Error:
            return "field_too_long"
        return "open_quote"
    if len(raw) > LONGEST_RECORD:
        return "field_too_long"
    return "unreadable_text" if not raw.isascii() and UNREADABLE.search(raw) else None


def physical_lines(text: str) -> list[str]:
    """Cut text at line feeds, carriage returns or both; the ends stay on."""
    return list(io.StringIO(text, newline=""))


def head_cells(records: Iterable[Record]) -> list[list[Cell]]:
    """The cells of the first records; a record with an open quote has none."""
    return [
        [clean_text(text) for text in record.fields or ()]
        for record in islice(records, SAMPLE_RECORDS)
    ]


def split_records(lines: list[str], delimiter: str) -> Iterator[Record]:
    """Cut physical lines into records.

    A quote that does not close within LONGEST_RECORD_LINES, or that closes in the middle of a
    later field, spoils its own line only: reading resumes on the next line.
    """
    position = number = 0
    while position < len(lines):
        feed = _Feed(lines, position)
        for fields in _parse(feed, delimiter):
            number += 1
            start, end = position, feed.position
            position, feed.limit = end, end + LONGEST_RECORD_LINES
            several = end > start + 1 or end == len(lines)
            if fields is None or (several and _is_open(lines[start:end], delimiter)):
                position = start + 1
                yield Record(number, None, start, position)
                break
            yield Record(number, fields, start, end)


def _parse(feed: _Feed, delimiter: str) -> Iterator[list[str] | None]:
    """Give the fields per record; None, where reading has to start anew, when one does not end."""
    reader = csv.reader(feed, delimiter=delimiter)
    step: Callable[[], list[str]] = reader.__next__
    while True:
        try:
            yield step()
        except StopIteration:
            return
        except (_TooLongError, csv.Error):
            yield None


def _is_open(lines: list[str], delimiter: str) -> bool:
    """Tell whether a record runs over lines only because a quote stands in the wrong place."""
    try:
        list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error as error:
        return len(lines) > 1 or str(error) == _UNFINISHED
    return False
