"""Where the first table of a sheet ends and another begins."""

from collections.abc import Sequence
from typing import Final

from nami_monitor.ingest.cells import Cell
from nami_monitor.ingest.sniff.headers import LABEL, cell_kind, is_label_row

#: Share of a column's filled cells that are no label, from which a label in it is out of place.
_TYPED: Final = 0.9


def starts_table(row: Sequence[Cell], before: Sequence[Sequence[Cell]]) -> bool:
    """Tell whether a record that follows a gap is the header of a second table.

    It is when it holds two or more labels and nothing else, at least one of them in a column that
    held numbers or dates until there.

    Args:
        row: The record after the gap.
        before: Records of the first table, as wide as row.
    """
    return is_label_row(row) and any(
        cell is not None and _is_typed([other[number] for other in before])
        for number, cell in enumerate(row)
    )


def repeats(row: Sequence[Cell], header: Sequence[Cell]) -> bool:
    """Tell whether a record says the header again, as pasted exports do."""
    said = tuple(" ".join(cell.split()) if cell else None for cell in row)
    return len(header) > 1 and said == tuple(header)


def _is_typed(column: Sequence[Cell]) -> bool:
    kinds = [cell_kind(cell) for cell in column if cell is not None]
    return bool(kinds) and sum(kind != LABEL for kind in kinds) >= _TYPED * len(kinds)
