"""Rows of a table with months as columns that are the sum of the rows below or above them.

Such a row bears no word that says so: in a workbook often only an indent tells a department from
its teams. Chance makes sums too, so what a table shows is weighed in bits: how unlikely each sum is
by chance, less what it costs to say where it stands (Rissanen 1978, Modeling by shortest data
description, Automatica 14).
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np
import polars as pl

from nami_monitor.ingest.cells import NUMBER, Cell, Sheet, kind_of, untag
from nami_monitor.ingest.profiles.profile import Profile
from nami_monitor.ingest.profiles.source_cells import (
    column_numbers,
    normal_header,
    unpivoted_columns,
)
from nami_monitor.ingest.sniff.values import decimal_evidence, number_in

TOTALS: Final = (
    r"^\s*((sub|eind|grand|generaal|maand|kwartaal|jaar|week|pagina|groeps?|factuur)[ -]?)?"
    r"tota+l(en|s)?\b[^0-9]{0,40}((19|20)[0-9]{2})?$"
)
"""The first words of a row that adds up other rows."""
LEAST_COLUMNS: Final = 3
"""Fewer columns of numbers do not tell a sum from chance."""
LEAST_FILLED: Final = 2
"""In so many columns a sum is not zero."""
LEAST_PARTS: Final = 2
"""Fewer rows are equal by chance, or because they say the same."""
MOST_ROWS: Final = 600
"""Tables of more rows are no overviews."""
MOST_TELLING: Final = 24
"""So many columns that differ are enough to tell a sum from chance."""
MOST_WEIGHED: Final = 1_000
"""So many sums of a table are weighed: where nearly all rows add up to others, none tells."""
NEAREST: Final = 12
"""So many numbers of parts of a row are looked at, those that come nearest to it."""
DECIMALS: Final = 6
"""What stands behind more decimals is noise of a stored number."""
LARGEST: Final = 10**15
"""Numbers beyond this, in units of the last decimal, are not added up exactly."""
SELDOM, OFTEN, OTHER_ROW = 3.0, 1.0, 0.2
"""Bits that say that a row is a sum: in any table, and where sums are proven; that it is none."""
ENOUGH: Final = 10.0
"""Bits from which on sums are no chance: one table in a thousand (2 to the power of -10)."""
COVERED: Final = 6.0
"""Bits from which on sums are proven that leave no row apart."""
CERTAIN: Final = 40.0
"""Bits of one sum from which on it need not be doubted while the rest is read."""
READINGS: Final = 8
"""Ways to read a table that are kept beside each other."""

Rows = Sequence[int]
Numbers = np.ndarray[tuple[int, int], np.dtype[np.int64]]


@dataclass(frozen=True)
class _Parsed:
    """A way to read rows: ``units`` are those that no sum covers yet, the first row last."""

    bits: float = 0.0
    units: tuple[int, ...] = ()
    sums: frozenset[int] = frozenset()


def sum_lines(sheet: Sheet, profile: Profile) -> tuple[int, ...]:
    """The lines of a sheet that hold the sum of the lines below or above them.

    Only columns that become rows are looked at, and no sheet that is streamed.
    """
    frame = sheet.rows
    if not profile.unpivot or not isinstance(frame, pl.DataFrame) or frame.height > MOST_ROWS:
        return ()
    numbers = column_numbers(sheet.columns)
    chosen = unpivoted_columns(sheet.columns, profile.unpivot)
    read = [f"c{numbers[normal_header(name)]}" for name in chosen]
    if len(read) < LEAST_COLUMNS:
        return ()
    counted = list(_counted(sheet, frame, profile))
    cells = frame.select(read).rows()
    kept = [cells[row] for row in counted]
    proof = profile.decimal or decimal_evidence(cell for row in kept for cell in row)
    signs = (proof,) if proof in {",", "."} else (",", ".")
    found = max((sums_among(_numbers(kept, sign)) for sign in signs), key=len)
    lines = frame["line"].to_list()
    return tuple(lines[counted[row]] for row in found)


def _counted(sheet: Sheet, frame: pl.DataFrame, profile: Profile) -> Iterator[int]:
    """Yield the rows that are not left out for what they say."""
    numbers = column_numbers(sheet.columns)
    rules = [
        (numbers[normal_header(rule.column)] - 1, re.compile(rule.matches, re.IGNORECASE))
        for rule in profile.drop or ()
        if normal_header(rule.column) in numbers
    ]
    totals = re.compile(TOTALS, re.IGNORECASE)
    for at, (_, *cells) in enumerate(frame.rows()):
        first = untag(next((cell for cell in cells if cell), None)) or ""
        if profile.drop is None and totals.search(first):
            continue
        if not any(rule.search(untag(cells[column]) or "") for column, rule in rules):
            yield at


def _numbers(rows: Sequence[Sequence[Cell]], decimal: str) -> Numbers:
    """Cells as whole numbers of their last decimal, a row each; what is no number is zero."""
    read = [[_number(cell, decimal) for cell in row] for row in rows]
    exponents = (one.normalize().as_tuple().exponent for row in read for one in row)
    decimals = min(max((-e for e in exponents if isinstance(e, int)), default=0), DECIMALS)
    scale = 10 ** max(decimals, 0)
    whole = [[round(one * scale) for one in row] for row in read]
    if any(abs(one) > LARGEST for row in whole for one in row):
        return np.zeros((0, LEAST_COLUMNS), np.int64)
    return np.array(whole, np.int64).reshape(len(whole), -1)


def _number(cell: Cell, decimal: str) -> Decimal:
    text = untag(cell) or ""
    stored = cell is not None and kind_of(cell) == NUMBER
    return (Decimal(text) if stored else number_in(text, decimal)) or Decimal(0)


def sums_among(numbers: Numbers) -> tuple[int, ...]:
    """The rows that are the sum of the rows below them, or above them.

    Sums of sums (a grand total over departments over teams) are found at once where all stand on
    the same side of their parts, and one after the other where they do not.

    Args:
        numbers: whole numbers, a row for each row of a table (rows x columns).

    Returns:
        Their places, from 0, in order.
    """
    left = [row for row in range(len(numbers)) if numbers[row].any()]
    found: list[int] = []
    while left:
        own = numbers[left]
        readings = (_proven(own), {len(left) - 1 - row for row in _proven(own[::-1])})
        sums = max(readings, key=len)
        if not sums:
            break
        found += [left[row] for row in sums]
        left = [one for row, one in enumerate(left) if row not in sums]
    return tuple(sorted(found))


def _proven(numbers: Numbers) -> Collection[int]:
    """The rows that are the sum of the rows below them; none where chance may have made them.

    Where each row is a sum or a part of one, little is left to chance: fewer bits prove it.
    """
    seldom = _parsed(numbers, SELDOM, LEAST_PARTS)
    often = _parsed(numbers, OFTEN, LEAST_PARTS)
    covered = often.sums >= {*often.units}
    if seldom.bits >= ENOUGH + OTHER_ROW * len(numbers) or (covered and often.bits >= COVERED):
        return _parsed(numbers, OFTEN, 1).sums
    return ()


def _parsed(numbers: Numbers, cost: float, least: int) -> _Parsed:
    """The best way to read rows as sums before their parts, from the last row to the first.

    Args:
        numbers: as ``sums_among``.
        cost: bits that say that a row is a sum.
        least: parts of a sum. A sum of one row is read only where sums are proven.
    """
    if not len(numbers):
        return _Parsed()
    telling = int(np.argmax([len(np.unique(column)) for column in numbers.T]))
    _, apart = np.unique(numbers, axis=1, return_index=True)
    columns = [telling, *(int(at) for at in np.sort(apart) if at != telling)][:MOST_TELLING]
    weighed: dict[tuple[int, ...], float] = {}
    readings = [_Parsed()]
    for row in reversed(range(len(numbers))):
        grown = []
        for one in readings:
            gain, parts = _gain(numbers, row, one, columns, least, weighed)
            if gain > cost:
                units = (*one.units[:-parts], row)
                grown.append(_Parsed(one.bits + gain - cost, units, one.sums | {row}))
            if gain < CERTAIN:
                grown.append(_Parsed(one.bits, (*one.units, row), one.sums))
        readings = sorted(grown, key=lambda one: -one.bits)[:READINGS]
    return readings[0]


def _gain(
    numbers: Numbers,
    row: int,
    read: _Parsed,
    columns: Sequence[int],
    least: int,
    weighed: dict[tuple[int, ...], float],
) -> tuple[float, int]:
    """How many bits say that a row is the sum of the units behind it, and of how many at best.

    ``columns`` are those that differ, the most telling first; ``weighed`` keeps the bits of a row
    and its parts, which several readings have in common.
    """
    own, behind = numbers[row], read.units[::-1]
    if np.count_nonzero(own) < LEAST_FILLED or not behind:
        return 0.0, 0
    counts = np.arange(1, len(behind) + 1)
    left = np.abs(np.cumsum(numbers[list(behind), columns[0]]) - own[columns[0]])
    best = (0.0, 0)
    fitting = counts[left <= (counts + 1) / 2]
    for count in fitting[np.argsort(left[fitting - 1], kind="stable")[:NEAREST]]:
        ends = count == len(behind) or behind[count] in read.sums
        if count < least or (count == 1 and not ends):
            continue
        key, parts = (row, *behind[:count]), numbers[list(behind[:count])]
        away = np.abs(parts.sum(axis=0) - own)
        if (away > (count + 1) / 2).any():
            continue
        if key not in weighed and len(weighed) < MOST_WEIGHED:
            weighed[key] = _bits(numbers, own, parts, columns)
        bits = weighed.get(key, 0.0) - (0.0 if ends else float(np.log2(len(behind))))
        best = max(best, (bits, int(count)))
    return best


def _bits(numbers: Numbers, own: Numbers, parts: Numbers, columns: Sequence[int]) -> float:
    """How unlikely it is by chance that a row is the sum of some parts, which it is.

    A column counts by how far its parts are from being in proportion to those of a column before
    it, in the largest unit in which all are whole, and not above how rare its sum is: months that
    are alike, or shared out by one key, prove nothing twice, and round numbers little. Where
    numbers were rounded, what that allows is lost.
    """
    away = np.abs(parts.sum(axis=0) - own)
    unit = len(parts) + 2 if away.any() else max(int(np.gcd.reduce(parts, axis=None)), 1)
    others = (numbers == own).sum(axis=0) - 1
    rare = np.log2(len(numbers) / np.maximum(others, 1))
    bits = 0.0
    filled = [at for at in columns if own[at]]
    for place, at in enumerate(filled):
        before = filled[:place]
        shares = parts[:, before] * (own[at] / own[before])
        apart = np.abs(parts[:, [at]] - shares).max(axis=0).min(initial=abs(own[at]))
        told = float(np.log2(1 + apart / unit))
        bits += min(told, float(rare[at])) if others[at] else told
    return bits
