"""Where the first table of a sheet ends and another begins."""

from collections.abc import Sequence
from typing import Final

from nami_monitor.ingest.cells import Cell
from nami_monitor.ingest.sniff.headers import cell_kind, is_label_row

#: Share of a column's filled cells that are no label, from which a label in it is out of place.
_TYPED: Final = 0.9


def second_table(rows: Sequence[Sequence[Cell]], lines: Sequence[int]) -> int | None:
    """Find the header of a second table below the first.

    It follows a gap, holds two or more labels and nothing else, at least one of them in a column
    that held numbers or dates until there, and has records below it.

    Args:
        rows: The records after the header that are not blank.
        lines: Their record numbers; a gap shows where a blank record stood.

    Returns:
        The index of that header in rows, or None.
    """
    gaps = [index for index in range(1, len(rows) - 1) if lines[index] > lines[index - 1] + 1]
    for index in gaps:
        if is_label_row(rows[index]) and any(
            cell is not None and _is_typed(rows[:index], number)
            for number, cell in enumerate(rows[index])
        ):
            return index
    return None


def _is_typed(rows: Sequence[Sequence[Cell]], number: int) -> bool:
    kinds = [cell_kind(cell) for row in rows if (cell := row[number]) is not None]
    return bool(kinds) and sum(kind != "label" for kind in kinds) >= _TYPED * len(kinds)
