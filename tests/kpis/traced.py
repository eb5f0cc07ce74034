"""What a trace must hold, whatever the figure: its parts and its rows add up to it."""

import sys
from collections import defaultdict

import pytest

from nami_monitor.kpis.trace import rows, trace

PAGE = 7
AT_ONCE = 10
"""Order lines that are read in one go where pages are asked: pages then cross from part to part."""
CLOSE = {"rel": 1e-9, "abs": 1e-6}


def paged(db, kpi, ask, first, withheld=0, **more):
    """Every row of a table as dicts, in pages after a first of so many; no row may come twice.

    ``withheld`` is how many may not be told.
    """
    found, at, page, left_out = [], 0, first, 0
    while True:
        shown = rows(db, kpi, ask, limit=page, offset=at, **more)
        found += [dict(zip(shown.columns, row, strict=True)) for row in shown.rows]
        left_out += shown.withheld
        at += page
        page = max(first, shown.total // 2)
        if at >= shown.total:
            break
    assert left_out == withheld
    assert len(found) + left_out == shown.total
    assert len({str(row) for row in found}) == len(found)
    return found


def given(found, side):
    """What rows add up to; of different values how many there are."""
    values = [row[side] for row in found if row[side] is not None]
    return len(set(values)) if values and isinstance(values[0], str) else sum(values)


def checked(db, kpi, ask, *, in_pages=True):
    """Trace a figure and check what holds for all of them.

    Args:
        db: a look at the file.
        kpi: the declaration.
        ask: the question.
        in_pages: whether rows are asked in three pages, or at once, which takes a third of it.

    Returns:
        The trace, and its rows by table.
    """
    traced = trace(db, kpi, ask)
    result = traced.result
    if not traced.batches:
        return traced, {}
    first = PAGE if in_pages else sum(part.rows for part in traced.batches)
    with pytest.MonkeyPatch.context() as small:
        if in_pages:
            small.setattr(sys.modules[trace.__module__], "ROWS_AT_ONCE", AT_ONCE)
        by_table = {table: paged(db, kpi, ask, first, table=table) for table in traced.tables}
    for side in ("numerator", "denominator"):
        whole = getattr(result, side)
        parts = [getattr(part, side) for part in traced.batches]
        if whole is not None:
            close = pytest.approx(whole, **CLOSE)
            assert sum(part for part in parts if part is not None) == close, (kpi.code, side)
            assert sum(given(found, side) for found in by_table.values()) == close, (kpi.code, side)
    counted = defaultdict(int)
    for part in traced.batches:
        counted[part.table] += part.rows
    assert counted == {table: len(found) for table, found in by_table.items()}
    return traced, by_table
