"""What a figure rests on: rows of an input table, from the months that it speaks of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from nami_monitor.core.periods import Period, add_months

Rows = Callable[[Sequence[Period]], str]
"""From the months that a figure rests on to the SQL of its rows."""


@dataclass(frozen=True)
class Ground:
    """Rows of an input table on which figures rest.

    Args:
        table: the input table.
        rows: SQL of the rows with ``batch``, ``line``, ``month``, dimensions and measures.
        shown: column for people to the column of the rows that fills it, in order.
        dated_by: the date by which rows are listed.
        gives: the measures that its rows give; None where they give all of their relation.
        names: the dimension by which an aggregate names the rows that it speaks of.
    """

    table: str
    rows: Rows
    shown: Mapping[str, str]
    dated_by: str
    gives: frozenset[str] | None = None
    names: str | None = None


def between(column: str, periods: Sequence[Period]) -> str:
    """A test that a date lies in one of the periods; plain ranges, by which storage is skipped.

    Args:
        column: of a date.
        periods: none gives a test that nothing passes.
    """
    spans = [
        f"({column} >= date '{one.first}' and {column} < date '{add_months(one.last, 1)}')"
        for one in periods
    ]
    return f"({' or '.join(spans) or 'false'})"


def same(*names: str) -> dict[str, str]:
    """Columns that people see under their own name."""
    return dict(zip(names, names, strict=True))
