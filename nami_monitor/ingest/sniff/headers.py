"""Which record is the header, and where a second table begins below the first."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

from nami_monitor.core.errors import UserError
from nami_monitor.ingest.cells import DATE, NUMBER, Cell, kind_of, untag
from nami_monitor.ingest.sniff.values import is_date, is_number, parse_date

#: Records that are looked at to tell what the columns hold.
SAMPLE_RECORDS: Final = 300
#: A header stands within the first records of a file.
_HEADER_WITHIN: Final = 50
#: Share of the columns in use that a header must name, and that a data record must fill.
_COVERAGE: Final = 0.6
#: Share of a header's texts that differ from one another (registers do repeat a name or two).
_DISTINCT: Final = 0.7
#: Share of a column's filled cells from which it holds numbers or dates.
_TYPED: Final = 0.6
#: A column is in use from this share of the records.
_USED: Final = 0.2
#: Share of header texts that recur as values below it, from which it is no header.
_RECURRING: Final = 1 / 3
#: A longer text is no number and no date, and none is remembered.
_LONGEST_VALUE: Final = 500
_YEARS: Final = (1990, 2100)

LABEL, _NUMBER, _YEAR, _DATE, _OTHER = "label", "number", "year", "date", "other"

#: How years, months and days are written above columns.
_PERIODS: Final = (
    *("%Y", "%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y"),
    *("%Y-%m", "%m-%Y", "%m/%Y", "%b %Y", "%b-%Y", "%b-%y"),
)

#: A date with points has the signs of a number, and no number is grouped so.
_POINTED: Final = re.compile(r"[0-9]{1,4}\.[0-9]{1,2}\.[0-9]{1,4}")

Row = Sequence[Cell]


@dataclass(frozen=True)
class _Below:
    """What the records below a candidate hold: kind per column (None: mixed) and columns in use."""

    kinds: tuple[str | None, ...]
    used: frozenset[int]


@lru_cache(maxsize=1 << 16)
def _text_kind(text: str) -> str:
    if text.isdigit() and len(text) == len("2025") and _YEARS[0] <= int(text) <= _YEARS[1]:
        return _YEAR
    if is_number(text) and not (_POINTED.fullmatch(text) and is_date(text)):
        return _NUMBER
    return _DATE if is_date(text) else LABEL


def cell_kind(cell: str) -> str:
    """Tell what a filled cell looks like: label, number, year, date or other."""
    tag = kind_of(cell)
    if tag is None:
        return _text_kind(cell) if len(cell) <= _LONGEST_VALUE else LABEL
    if tag == NUMBER:
        return _YEAR if _text_kind(cell[2:]) == _YEAR else _NUMBER
    return _DATE if tag == DATE else _OTHER


def is_label_row(row: Row) -> bool:
    """Tell whether a record holds at least two cells and every one is a label."""
    filled = [cell for cell in row if cell is not None]
    return len(filled) > 1 and all(cell_kind(cell) == LABEL for cell in filled)


def find_header(grid: Sequence[Row], name: str) -> int:
    """Find the header among the first records of a sheet, which may differ in length.

    Returns:
        The index of the header in the grid. Records above it are titles.

    Raises:
        UserError: when there is no header, nothing but a header, or a header of several lines.
    """
    sample = _squared(grid[:SAMPLE_RECORDS])
    candidates = _candidates(sample)
    if not candidates:
        wide = [n for n, row in enumerate(sample[:_HEADER_WITHIN]) if _repeats_labels(row)]
        if wide:
            raise _stacked(name, 0, wide[-1], sample)
        raise UserError("reading.no_header", file=name)
    header = _choose(sample, candidates)
    if not any(any(row) for row in sample[header + 1 :]):
        above = any(_filled(row) > 1 for row in sample[:header])  # then it may well be data
        raise UserError("reading.no_header" if above else "reading.only_header", file=name)
    if _continues_below(sample, header):
        raise _stacked(name, header, header + 1, sample)
    if _completed_from_above(sample, header):
        raise _stacked(name, header - 1, header, sample)
    if _recurs(sample, header):
        raise UserError("reading.no_header", file=name)
    return header


def find_stacked_header(grid: Sequence[Row], header_rows: int) -> int:
    """Find where a header of a stated number of records begins: right above the first data."""
    sample = _squared(grid[:SAMPLE_RECORDS])
    for index, row in enumerate(sample):
        if _is_data(row, _below(sample, index)):
            return max(0, index - header_rows)
    return next((index for index, row in enumerate(sample) if _filled(row) > 1), 0)


def _squared(grid: Sequence[Row]) -> list[Row]:
    width = max((len(row) for row in grid), default=0)
    return [tuple(row) + (None,) * (width - len(row)) for row in grid]


def _filled(row: Row) -> int:
    return sum(cell is not None for cell in row)


def _below(sample: Sequence[Row], index: int) -> _Below:
    rows = [row for row in sample[index + 1 :] if any(row)]
    kinds: list[str | None] = []
    used = set()
    for number, column in enumerate(zip(*rows, strict=True)):
        counts = Counter(cell_kind(cell) for cell in column if cell is not None)
        if counts.total() >= _USED * len(rows) and counts:
            used.add(number)
        kinds.append(_main_kind(counts))
    width = len(sample[index])
    return _Below(tuple(kinds) if rows else (None,) * width, frozenset(used))


def _main_kind(counts: Counter[str]) -> str | None:
    enough = _TYPED * counts.total()
    for kind in (_YEAR, _DATE, LABEL):
        if counts and counts[kind] >= enough:
            return kind
    if counts and counts[_NUMBER] + counts[_YEAR] >= enough:
        return _NUMBER
    return None


def _covers(row: Row, used: frozenset[int]) -> float:
    return sum(row[number] is not None for number in used) / len(used) if used else 1.0


def _is_data(row: Row, below: _Below) -> bool:
    """Tell whether a record fills its columns with what the records below it hold too."""
    return _covers(row, below.used) >= _COVERAGE and any(
        cell is not None and (kind := cell_kind(cell)) != LABEL and _same(kind, below.kinds[number])
        for number, cell in enumerate(row)
    )


def _same(kind: str | None, below: str | None) -> bool:
    return kind == below or {kind, below} == {_NUMBER, _YEAR}


def _is_candidate(row: Row, below: _Below) -> bool:
    filled = [(number, cell) for number, cell in enumerate(row) if cell is not None]
    if not filled or _covers(row, below.used) < _COVERAGE:
        return False
    kinds = [cell_kind(cell) for _, cell in filled]
    if LABEL not in kinds or _NUMBER in kinds or _OTHER in kinds:
        return False
    periods = [
        (untag(cell), kind, below.kinds[number])
        for (number, cell), kind in zip(filled, kinds, strict=True)
        if kind != LABEL
    ]
    if periods and not _name_periods(periods):
        return False
    different = {cell.casefold() for _, cell in filled}
    return len(different) >= min(_DISTINCT * len(filled), max(len(filled) - 1, 2))


def _name_periods(cells: Sequence[tuple[Cell, str, str | None]]) -> bool:
    """Tell whether years or dates name columns: two or more, in order, over other values."""
    if len(cells) == 1 or any(kind == below for _, kind, below in cells):
        return False
    moments = [_moment(text or "") for text, _, _ in cells]
    return all(
        earlier is not None and later is not None and earlier < later
        for earlier, later in pairwise(moments)
    )


def _moment(text: str) -> str | None:
    moments = (parse_date(text, pattern) for pattern in _PERIODS)
    return next((moment.isoformat() for moment in moments if moment is not None), None)


def _candidates(sample: Sequence[Row]) -> list[int]:
    """Give the records that could be a header, down to the first record of data."""
    found = []
    for index, row in enumerate(sample[:_HEADER_WITHIN]):
        if not any(row):
            continue
        below = _below(sample, index)
        if _is_candidate(row, below):
            found.append(index)
        elif _is_data(row, below):
            break
    return found


def _choose(sample: Sequence[Row], candidates: Sequence[int]) -> int:
    """Take the first candidate, unless a later one stands apart as the header of typed columns."""
    header = candidates[0]
    for later in candidates[1:]:
        below = _below(sample, later)
        typed = _typed_columns(below)
        named = any(sample[later][number] is not None for number in typed)
        apart = any(not any(row) for row in sample[header + 1 : later])
        wider = _covers(sample[later], below.used) > _covers(sample[header], below.used)
        if apart and (named or (not typed and wider)):
            header = later
    return header


def _stacked(name: str, first: int, last: int, sample: Sequence[Row]) -> UserError:
    return UserError(
        "reading.stacked_header", file=name, lines=f"{first + 1}-{last + 1}", columns=len(sample[0])
    )


def _repeats_labels(row: Row) -> bool:
    """Tell whether a record is wide and repeats a few labels."""
    labels = [cell for cell in row if cell is not None and cell_kind(cell) == LABEL]
    wide = _filled(row) > max(2, _COVERAGE * len(row))
    return wide and len(labels) == _filled(row) and len(set(labels)) < _DISTINCT * len(labels)


def _typed_columns(below: _Below) -> list[int]:
    return [number for number, kind in enumerate(below.kinds) if kind not in (None, LABEL)]


def _continues_below(sample: Sequence[Row], header: int) -> bool:
    """Tell whether the record below a header names columns of numbers or dates too."""
    row = sample[header + 1]
    typed = _typed_columns(_below(sample, header + 1))
    named = {cell for number in typed if (cell := row[number]) is not None}
    return is_label_row(row) and len(named) > 1


def _completed_from_above(sample: Sequence[Row], header: int) -> bool:
    """Tell whether the record above a header fills its gaps or tells its equal names apart."""
    if header == 0 or _filled(sample[header - 1]) < 2:  # noqa: PLR2004
        return False
    above, row, below = sample[header - 1], sample[header], _below(sample, header)
    names = Counter(cell.casefold() for cell in row if cell is not None)
    gaps = any(row[number] is None and above[number] is not None for number in below.used)
    return gaps or any(times > 1 for times in names.values())


def _recurs(sample: Sequence[Row], header: int) -> bool:
    """Tell whether the texts of a header stand as values in their own columns below it.

    A second table below a gap may name columns alike; it is not looked at.
    """
    row, below = sample[header], sample[header + 1 :]
    second = (
        at
        for at in range(1, len(below))
        if not any(below[at - 1]) and begins_table(below[at:], below[:at], row)
    )
    body = [other for other in below[: next(second, None)] if other != row]
    recurring = sum(
        any(other[number] == cell for other in body)
        for number, cell in enumerate(row)
        if cell is not None
    )
    return recurring > 1 and recurring >= _RECURRING * _filled(row)


#: Titles that may stand between a gap and the header of a second table.
_MOST_TITLES: Final = 2
#: Share of a column's filled cells that are no label, from which a label in it is out of place.
_MOSTLY_TYPED: Final = 0.9


def starts_table(row: Sequence[Cell], before: Sequence[Sequence[Cell]]) -> bool:
    """Tell whether a record that follows a gap is the header of a second table.

    It is when it holds two or more labels and nothing else, at least one of them in a column that
    held numbers or dates until there: in the records before it, which are as wide.
    """
    return is_label_row(row) and any(
        cell is not None and _is_typed([other[number] for other in before])
        for number, cell in enumerate(row)
    )


def begins_table(
    rows: Sequence[Sequence[Cell]], before: Sequence[Sequence[Cell]], header: Sequence[Cell]
) -> bool:
    """Tell whether the records from a gap on are a second table, its titles included."""
    for row in rows[: _MOST_TITLES + 1]:
        if starts_table(row, before):
            return not repeats(row, header)
        if _filled(row) != 1:
            return False
    return False


def repeats(row: Sequence[Cell], header: Sequence[Cell]) -> bool:
    """Tell whether a record repeats the header, as pasted exports do."""
    labels = tuple(" ".join(cell.split()) if cell else None for cell in row)
    return len(header) > 1 and labels == tuple(header)


def _is_typed(column: Sequence[Cell]) -> bool:
    kinds = [cell_kind(cell) for cell in column if cell is not None]
    return bool(kinds) and sum(kind != LABEL for kind in kinds) >= _MOSTLY_TYPED * len(kinds)
