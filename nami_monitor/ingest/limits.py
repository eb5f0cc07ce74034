"""How much of the machine a file may take: a few kilobytes can ask for gigabytes and for hours.

What a file may take grows with its size, up to what the largest real files need.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

MEGABYTE: Final = 1024**2
#: Characters of a cell: as many as a field of a text file may have; Excel stops at 32,767.
LONGEST_CELL: Final = 131_072
#: Columns of a table, filled or not; tables about buying have tens.
MOST_COLUMNS: Final = 2_000
#: Sheets of a workbook; each is read by itself.
MOST_SHEETS: Final = 500
#: Signs of currencies of a column, and characters of each, that are looked at.
MOST_SIGNS: Final = 8
LONGEST_SIGN: Final = 12


@dataclass(frozen=True)
class Budget:
    """What the process that reads a file may take, and what it may hand over.

    ``seconds`` of processor time; bytes of ``memory`` on top of what it held before; bytes of text,
    ``data``, also in any file that it writes; ``cells``, filled or not, of all sheets.
    """

    seconds: int
    memory: int
    data: int
    cells: int


def budget_of(path: Path) -> Budget:
    """What reading a file may take, by its size in bytes."""
    size = path.stat().st_size
    return Budget(
        seconds=min(120, 5 + 2 * size // MEGABYTE),
        memory=min(1_500 * MEGABYTE, 350 * MEGABYTE + 30 * size),
        data=64 * MEGABYTE + 50 * size,
        cells=min(20_000_000, 2_000_000 + size),
    )
